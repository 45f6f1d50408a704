"""Tables of a campaign that stand in files beside it: read with one tolerance, every wrong cell named."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pbwidgets.campaign.findings import Address, Finding, spelling
from pbwidgets.campaign.tables import ROW_ID
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.table import Column, Kind, Table, number_in, read_table

_FILE: Final = re.compile(
    r"([^/\\:*?\"<>|\s.][^/\\:*?\"<>|\n]*/)*[^/\\:*?\"<>|\s.][^/\\:*?\"<>|\n]*\.(csv|xlsx|xls|ods)"
)
"""A file in the campaign file's folder, or in a folder below it."""
_ROW_ID: Final = re.compile(ROW_ID)
_KINDS: Final[Mapping[str, Kind]] = {"text": "text", "date": "date", "number": "number"}
_ID, _ZH, _EN = "id", "name_zh", "name_en"
_OWN: Final = (
    Column(_ID, ("编号", "代号"), "word", needed=True, filled=True),
    Column(_ZH, ("名称", "中文名称"), needed=True, filled=True),
    Column(_EN, ("英文名称",)),
)


@dataclass(frozen=True)
class Filled:
    """Data of a campaign with the rows of its files in place of their names.

    Attributes
    ----------
    data
        As it was, but for tables that are in files.
    findings
        Files that are none, at their address in the campaign file.
    problems, notes
        What is wrong in the tables, with its cell, and what was read otherwise than it stands.
    lost
        Addresses of the tables of which nothing could be taken: findings about them may only follow.
    """

    data: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    lost: frozenset[Address] = frozenset()


def named_files(data: Mapping[str, Any]) -> dict[Address, str]:
    """Files that the tables of a campaign's data name, by their addresses."""
    tables = data.get("tables")
    return {
        ("tables", name, "file"): table["file"]
        for name, table in (tables.items() if isinstance(tables, Mapping) else ())
        if isinstance(table, Mapping) and isinstance(table.get("file"), str)
    }


def fill_tables(data: dict[str, Any], folder: Path) -> Filled:
    """Rows of the files that tables name, instead of their names.

    A file has the columns ``id`` (编号), ``name_zh`` (名称), perhaps ``name_en`` (英文名称; else the Chinese name
    stands for both), and those that the table declares; others are passed over. Dates and numbers are read as in every
    table, and an option by its id or its label.

    Parameters
    ----------
    data
        Plain data of a campaign file. Not changed.
    folder
        Folder of the campaign file, below which its tables lie.
    """
    files = named_files(data)
    if not files:
        return Filled(data)
    tables: dict[str, Any] = dict(data["tables"])
    findings: list[Finding] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    for address, file in files.items():
        name = str(address[1])
        found = tables[name]
        if (finding := _find_wrong_name(found, file, address)) is not None:
            findings.append(finding)
            continue
        try:
            table = read_table(folder / file, [*_OWN, *_declared(found)], others="ignored")
        except ProblemsError as error:
            problems += error.problems
            notes += error.notes
            rows: list[dict[str, Any]] = []
        else:
            options = _options(data, found)
            wrong = [*table.problems, *_find_wrong_cells(table, options)]
            problems += sorted(wrong, key=lambda problem: number_in(problem.place))
            notes += table.notes
            rows = [] if wrong else list(_rows(table, found, options))
        tables[name] = {**{key: value for key, value in found.items() if key != "file"}, "rows": rows}
    lost = frozenset(address[:2] for address in files if not tables[str(address[1])].get("rows"))
    return Filled({**data, "tables": tables}, tuple(findings), tuple(problems), tuple(notes), lost)


def _find_wrong_name(table: Mapping[str, Any], file: str, address: Address) -> Finding | None:
    if table.get("rows"):
        return Finding("table.file_and_rows", address, {"value": file})
    return None if _FILE.fullmatch(file) else Finding("table.bad_file", address, {"value": file})


def _declared(table: Mapping[str, Any]) -> Iterator[Column]:
    columns = table.get("columns")
    for name, holds in columns.items() if isinstance(columns, Mapping) else ():
        yield Column(str(name), (), _KINDS.get(str(holds), "word"), needed=True)


def _options(data: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """For each column of a choice list, ids of its options by what they may be written as."""
    lists, columns = data.get("choices"), table.get("columns")
    found: dict[str, dict[str, str]] = {}
    for name, holds in columns.items() if isinstance(columns, Mapping) else ():
        listed = lists.get(holds) if isinstance(lists, Mapping) and holds not in _KINDS else None
        if isinstance(listed, list):
            found[str(name)] = dict(_written_as(listed))
    return found


def _written_as(options: Iterable[Any]) -> Iterator[tuple[str, str]]:
    known = [option for option in options if isinstance(option, Mapping) and "id" in option]
    for option in known:
        label = option.get("label")
        for word in label.values() if isinstance(label, Mapping) else (label,):
            yield str(word), str(option["id"])
    yield from ((str(option["id"]), str(option["id"])) for option in known)


def _find_wrong_cells(table: Table, options: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row, row_id in enumerate(table.column(_ID)):
        if (row, _ID) not in table.unread:
            yield from _find_wrong_id(table, row, row_id, seen)
        if not table.column(_ZH)[row] and (row, _ZH) not in table.unread:
            yield table.problem("table.no_name", row, _ZH)
        for name, allowed in options.items():
            value = table.column(name)[row]
            if value and value not in allowed:
                yield table.problem("table.not_option", row, name, **spelling(value, allowed))


def _find_wrong_id(table: Table, row: int, row_id: str, seen: dict[str, int]) -> Iterator[Problem]:
    if not _ROW_ID.fullmatch(row_id):
        yield table.problem("table.bad_id", row, _ID, value=row_id or "—")
    elif row_id in seen:
        yield table.problem("table.double_id", row, _ID, value=row_id, first=table.number(seen[row_id]))
    seen.setdefault(row_id, row)


def _rows(
    table: Table, declared: Mapping[str, Any], options: Mapping[str, Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    columns = [column.name for column in _declared(declared)]
    for row, row_id in enumerate(table.column(_ID)):
        zh, en = table.column(_ZH)[row], table.column(_EN)[row]
        cells = {name: table.column(name)[row] for name in columns}
        written = {name: options.get(name, {}).get(value, value) for name, value in cells.items() if value}
        yield {"id": row_id, "name": {"zh": zh, "en": en or zh}, **written}
