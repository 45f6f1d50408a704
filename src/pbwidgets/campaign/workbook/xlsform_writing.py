"""One form as a plain XLSForm, as ODK, KoBo and pyxform know it.

What XLSForm has no column for (limits of numbers, files of an upload, what is sensitive) goes into its ``constraint``
where possible, and into columns of our own, which other programs ignore; so our own forms come back
whole, unless a reference had to become an XPath that leads further than to a field beside it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbwidgets.campaign.definition import ASKED
from pbwidgets.campaign.model import Choice, Form
from pbwidgets.campaign.names import Place, bare_columns, places, unit_names_in
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.campaign.workbook.filling import Values, field_rows, rows_of
from pbwidgets.campaign.workbook.sheets import LANGUAGE_HEADS, Column, Table, table_at
from pbwidgets.campaign.workbook.writing import save
from pbwidgets.campaign.workbook.xlsform_plain import plain_form
from pbwidgets.campaign.workbook.xlsform_words import HIDDEN, TITLE_EN

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def write_xlsform(form: Form, choices: Mapping[str, tuple[Choice, ...]], path: Path) -> Path:
    """Path of an XLSForm of one form, with Chinese and English words.

    Parameters
    ----------
    form
        A form that the checks accept.
    choices
        Lists of choices; those that the form does not use are left out.
    path
        The ``.xlsx`` to write; folders are made.

    Notes
    -----
    The columns are those of https://xlsform.org/en/. Limits become part of ``constraint``; a reference that is
    not unique in the form becomes a relative XPath, since XLSForm's ``${name}`` knows no paths. What entries of
    ours can do and those of other programs cannot is left out, as :func:`plain_form` says.
    """
    from openpyxl import Workbook

    plain = plain_form(form, choices)
    form, choices = plain.form, plain.choices

    book = Workbook()
    survey = replace(table_at(("forms", "fields")), columns=_columns(table_at(("forms", "fields"))))
    _fill(book.worksheets[0], "survey", survey.columns, list(_survey_rows(form, survey)))
    used = {field.choices for field in (place.field for place in places(form)) if field.choices}
    rows = rows_of(
        campaign_around(form.model_dump(), {name: choices[name] for name in choices if name in used})
    )
    _fill(book.create_sheet(), "choices", *_with_attributes(table_at(("choices",)), rows["choices"]))
    _fill_settings(book.create_sheet(), rows["settings"][0])
    save(book, path)
    return path


def _columns(table: Table) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if not column.is_reference)


def _with_attributes(table: Table, rows: list[Values]) -> tuple[tuple[Column, ...], list[Values]]:
    """Columns and rows of choices, with a column for each attribute."""
    listed = table.at("attributes")
    names = dict.fromkeys(name for row in rows for name in row.get(listed) or {})
    columns = {name: Column(name, (listed.head, name), "text") for name in names}
    kept = tuple(column for column in table.columns if column != listed)
    told = [{columns[name]: text for name, text in (row.get(listed) or {}).items()} for row in rows]
    return (*kept, *columns.values()), [{**row, **more} for row, more in zip(rows, told, strict=True)]


def _survey_rows(form: Form, table: Table) -> Iterator[Values]:
    for name in unit_names_in(form.model_dump_json()):  # other programs know only what is asked in the form
        yield {table.at("type"): HIDDEN, table.at("id"): name}
    rows = iter(field_rows(form, table))
    constraint = table.at("constraint")
    expressions = [column for column in table.columns if column.kind == "expression"]
    for place in _in_rows(form):
        row = next(rows)
        if place is not None:
            for column in expressions:
                if column in row:
                    row[column] = _with_xpath(row[column], place, form)
            for column in row:
                if column.kind == "words":  # pyxform knows no paths here
                    row[column] = ASKED.sub(lambda asked: f"${{{asked[1].rpartition('/')[2]}}}", row[column])
            merged = _with_limits(row, row.get(constraint), table)
            if merged is not None:
                row[constraint] = merged
        yield row


def _in_rows(form: Form) -> Iterator[Place | None]:
    """Places in the order of the rows, None for the row that ends a group or repeat."""
    opened: list[Place] = []
    for place in places(form):
        while opened and opened[-1].field is not (place.around[-1] if place.around else None):
            opened.pop()
            yield None
        yield place
        if place.field.type in ("group", "repeat"):
            opened.append(place)
    yield from (None for _ in opened)


def _with_xpath(text: str, here: Place, form: Form) -> str:
    """An expression whose references XLSForm understands."""
    found = {place.path: place for place in places(form)}
    ids = [place.field.id for place in found.values()]

    def write(match: re.Match[str]) -> str:
        target = _target(match[1], here, found, bare_columns(form))
        if target is None or ids.count(target.field.id) == 1:
            return f"${{{target.field.id if target else match[1]}}}"
        return _relative(_node_path(here), _node_path(target))

    return ASKED.sub(write, text)


def _target(name: str, here: Place, found: Mapping[str, Place], bare: Mapping[str, str]) -> Place | None:
    inside = here.field.id if here.field.type == "repeat" else here.repeat
    return found.get(f"{inside}/{name}") or found.get(name) or found.get(bare.get(name, ""))


def _node_path(place: Place) -> tuple[str, ...]:
    return (*(field.id for field in place.around), place.field.id)


def _relative(origin: tuple[str, ...], target: tuple[str, ...]) -> str:
    shared = 0
    while shared < min(len(origin), len(target)) - 1 and origin[shared] == target[shared]:
        shared += 1
    return "/".join([".."] * (len(origin) - shared) + list(target[shared:]))


def _with_limits(row: Values, constraint: str | None, table: Table) -> str | None:
    """The constraint with the limits of the row in front of it; None if there is nothing."""
    limits = limits_of(lambda key: row.get(table.at(key)))
    if not limits:
        return constraint
    return f"{limits} and ({constraint})" if constraint else limits


def limits_of(value_of: Callable[[str], Any]) -> str:
    """The part of a constraint that says the limits; ``value_of`` gives them by the name of their column."""
    signs = (("minimum", ". >= "), ("maximum", ". <= "), ("max_length", "string-length(.) <= "))
    known = ((sign, value_of(key)) for key, sign in signs)
    return " and ".join(f"{sign}{_number(value)}" for sign, value in known if isinstance(value, int | float))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _fill(page: "Worksheet", title: str, columns: tuple[Column, ...], rows: list[Values]) -> None:
    page.title = title
    for at, column in enumerate(columns, start=1):
        page.cell(1, at, column.head)
        for number, row in enumerate(rows, start=2):
            if column in row:
                _put(page.cell(number, at), row[column])
    page.freeze_panes = "A2"


def _fill_settings(page: "Worksheet", row: Values) -> None:
    page.title = "settings"
    table = table_at(("forms",))
    # XLSForm has one title only, without a language
    heads = {table.at("name", "zh"): "form_title", table.at("name", "en"): TITLE_EN}
    pairs: list[tuple[str, Any]] = [("default_language", LANGUAGE_HEADS["zh"])]
    pairs.extend((heads.get(column, column.head), row[column]) for column in table.columns if column in row)
    for at, (head, value) in enumerate(pairs, start=1):
        page.cell(1, at, head)
        _put(page.cell(2, at), value)


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, tuple):
        value = ", ".join(value)
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value[:1] in "=+-@"
    else:
        cell.value = int(value) if float(value).is_integer() else value
