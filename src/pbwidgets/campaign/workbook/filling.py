"""A campaign as the rows of its sheets."""

from collections.abc import Iterator, Mapping
from typing import Any

from pbwidgets.campaign.checks_forms import SELECTS
from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.campaign.workbook.fixed_rows import list_tables
from pbwidgets.campaign.workbook.sheets import BEGINS, ENDS, REFERENCE, Column, Path, Table, tables

Values = dict[Column, Any]
"""Values of one row by column, without the empty ones."""


def rows_of(campaign: Campaign) -> dict[str, list[Values]]:
    """Rows of each sheet, by the key of its table.

    What has its default value is left empty, but fixed words (``mean``) are written, so that a reader sees
    what applies.
    """
    full = list_tables(campaign.model_dump(mode="python"))
    slim = list_tables(campaign.model_dump(mode="python", exclude_defaults=True))
    return {table.key: list(_rows(table, full, slim)) for table in tables()}


def field_rows(form: Form, table: Table) -> list[Values]:
    """Rows of the fields of one form, groups and repeats with a row that ends them."""
    full = form.model_dump(mode="python")["fields"]
    slim = form.model_dump(mode="python", exclude_defaults=True)["fields"]
    return list(_field_rows(table, full, slim, {}))


def _rows(table: Table, full: dict[str, Any], slim: dict[str, Any]) -> Iterator[Values]:
    if table.path == ():
        yield _values(table, full, slim, {})
        return
    yield from _descend(table, table.path, full, slim, {})


def _descend(table: Table, path: Path, full: Any, slim: Any, names: Mapping[str, str]) -> Iterator[Values]:
    """Rows of a table below one item; ``names`` are the ids of the items around it, by their column."""
    key, rest = path[0], path[1:]
    if not isinstance(full, dict) or not full.get(key):
        return
    inner, inner_slim = full[key], slim.get(key, {})
    if isinstance(inner, dict) and not rest:
        (column,) = table.references
        for name, items in inner.items():
            for item, item_slim in zip(items, inner_slim[name], strict=True):
                yield _values(table, item, item_slim, {column.path[0]: name})
    elif isinstance(inner, dict):
        yield from _descend(table, rest, inner, inner_slim, names)
    elif rest:
        yield from _below(table, key, rest, inner, inner_slim, names)
    else:
        yield from _items(table, inner, inner_slim, names)


def _below(
    table: Table, key: str, rest: Path, items: Any, slims: Any, names: Mapping[str, str]
) -> Iterator[Values]:
    reference = _reference_to(key)
    for item, slim in zip(items, slims, strict=True):
        known = {**names, reference: item["id"]}
        yield from _descend(table, rest, item, slim, known)
        if item.get(key):  # headings hold criteria of their own
            yield from _below(table, key, rest, item[key], slim[key], names)


def _items(table: Table, items: Any, slims: Any, names: Mapping[str, str]) -> Iterator[Values]:
    if any(column.kind == "field_type" for column in table.columns):
        yield from _field_rows(table, items, slims, names)
        return
    key = table.path[-1]
    for item, slim in zip(items, slims, strict=True):
        yield _values(table, item, slim, names)
        if isinstance(item, dict) and item.get(key) and key in table.models[0].model_fields:
            yield from _items(table, item[key], slim[key], {**names, f"{REFERENCE}heading": item["id"]})


def _field_rows(table: Table, items: Any, slims: Any, names: Mapping[str, str]) -> Iterator[Values]:
    kind = next(column for column in table.columns if column.kind == "field_type")
    for item, slim in zip(items, slims, strict=True):
        row = _values(table, item, slim, names)
        row[kind] = _type_word(item)
        yield row
        if item["type"] in ENDS:
            yield from _field_rows(table, item["fields"], slim.get("fields", ()), names)
            ended = {column: value for column, value in row.items() if column.is_reference}
            yield {**ended, kind: ENDS[item["type"]], **_id_of(table, item)}


def _type_word(item: Mapping[str, Any]) -> str:
    kind = str(item["type"])
    if kind in SELECTS and item["choices"]:
        return f"{kind} {item['choices']}"
    return BEGINS.get(kind, kind)


def _id_of(table: Table, item: Mapping[str, Any]) -> Values:
    return {column: item["id"] for column in table.columns if column.path == ("id",)}


def _values(table: Table, item: Any, slim: Any, names: Mapping[str, str]) -> Values:
    found: Values = {}
    for column in table.columns:
        value = names.get(column.path[0]) if column.is_reference else _value(column, item, slim)
        if value is not None and value != ():
            found[column] = value
    return found


def _value(column: Column, item: Any, slim: Any) -> Any:
    whole = _at(item, column.path)
    if column.kind == "choice" or not _is_written(item, slim, column.path):
        return whole
    return _at(slim, column.path)


def _is_written(item: Any, slim: Any, path: Path) -> bool:
    """Whether every definition around the value still shows when defaults are left out.

    A nested definition whose values are all defaults is written in full: empty cells mean that there
    is none.
    """
    for length in range(1, len(path)):
        inner, inner_slim = _at(item, path[:length]), _at(slim, path[:length])
        if isinstance(inner, dict) and isinstance(inner_slim, dict) and not inner_slim:
            return False
    return True


def _at(data: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def _reference_to(key: str) -> str:
    for table in tables():
        if table.above is not None and table.above[-1] == key:
            last = table.references[-1] if not _nests(table) else table.references[0]
            return last.path[0]
    raise KeyError(key)


def _nests(table: Table) -> bool:
    return any(column.path == (f"{REFERENCE}heading",) for column in table.columns)
