"""The register of units as a frame: read from CSV or Excel, checked in full, cut by day and by subtree.

Codes are text throughout: a leading zero is part of a code. Official division codes have
2, 4, 6, 9 or 12 digits and begin with their parent's code; any other code is free.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pbwidgets.errors import DataError, Problem, ProblemsError

COLUMNS: Final[Mapping[str, Literal["string", "bool"]]] = {
    "unit_code": "string",
    "unit_name": "string",
    "kind": "string",
    "parent_code": "string",
    "domain": "string",
    "valid_from": "string",
    "valid_to": "string",
    "merged_into": "string",
    "synthetic": "bool",
}
"""Columns of the register, the same as in scoring's frame ``UNITS``."""

Kinds = Mapping[str, Collection[str]]
"""Kinds of unit in a campaign, each with the kinds its parent may have; none for a root."""

_HEADERS: Final = {
    "unit_code": ("编码", "单位编码", "code"),
    "unit_name": ("名称", "单位名称", "name"),
    "kind": ("类别", "单位类别", "单位类型"),
    "parent_code": ("上级编码", "上级单位编码", "parent"),
    "domain": ("领域",),
    "valid_from": ("启用日期",),
    "valid_to": ("停用日期",),
    "merged_into": ("并入", "并入单位编码"),
    "synthetic": ("演示数据",),
}
_NEEDED: Final = ("unit_code", "unit_name", "kind")
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}")
_DATE: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_OFFICIAL: Final = {2: 1, 4: 2, 6: 3, 9: 4, 12: 5}
_FLAGS: Final = {"": False, "0": False, "false": False, "否": False, "1": True, "true": True, "是": True}


def official_level(code: str) -> int | None:
    """Level of an official division code, from 1 (2 digits) to 5 (12 digits); None for a free code.

    >>> official_level("990101001"), official_level("P-17")
    (4, None)
    """
    return _OFFICIAL.get(len(code)) if code.isascii() and code.isdigit() else None


# -- reading -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Cells of a file as text, with what is needed to name their places; blank rows are left out."""

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    sheet: str = ""

    def place(self, row: int, column: int | None) -> str:
        """Row of a CSV file or cell of a workbook; row -1 is the header."""
        number = self.numbers[row] if row >= 0 else 1
        if not self.sheet:
            return str(number)
        from openpyxl.utils import get_column_letter

        return f"{self.sheet}!{get_column_letter((column or 0) + 1)}{number}"


@dataclass(frozen=True)
class HeadCodes:
    """Codes of what can be wrong with the header of a table."""

    unknown: str
    repeated: str
    missing: str


_HEAD_CODES: Final = HeadCodes("units.unknown_column", "units.repeated_column", "units.missing_column")


@dataclass(frozen=True)
class _Fault:
    row: int
    column: str
    code: str
    args: dict[str, Any]


def read_units(path: Path, kinds: Kinds | None = None, known: Collection[str] = ()) -> pd.DataFrame:
    """Register of a CSV file (UTF-8 or GB 18030) or an Excel workbook, with the columns :data:`COLUMNS`.

    Headers may be Chinese (编码, 名称, 类别, 上级编码, 领域, 启用日期, 停用日期, 并入, 演示数据) or the
    names of the columns. In a workbook, the first sheet is read.

    Parameters
    ----------
    path
        The file.
    kinds
        Kinds of the campaign; the kind of units is not checked if None.
    known
        Codes already in the register: new units in the file may have them as parents.

    Raises
    ------
    ProblemsError
        If anything is wrong: all problems with row or cell. Nothing is then taken from the file.
    """
    table = read_table(path)
    columns, header_faults = _match_header(table.header, _HEADERS, _HEAD_CODES, _NEEDED)
    if header_faults:
        raise ProblemsError(
            [Problem(code, str(path), table.place(-1, at), args) for code, at, args in header_faults]
        )
    if not table.rows:
        raise ProblemsError([Problem("units.no_rows", str(path))])
    units, faults = _to_units(table, columns)
    faults.extend(_find_faults(units, kinds, frozenset(known)))
    if faults:
        faults.sort(key=lambda fault: fault.row)
        raise ProblemsError([_to_problem(fault, path, table, columns) for fault in faults])
    return units


def _to_problem(fault: _Fault, path: Path, table: Table, columns: Mapping[str, int]) -> Problem:
    args = {"column": fault.column, **fault.args}
    column = columns.get(fault.column)
    if column is not None:
        args["column"] = table.header[column]  # as the user wrote it
    return Problem(fault.code, str(path), table.place(fault.row, column), args)


def read_table(path: Path, headed: Collection[str] = ()) -> Table:
    """Header and rows of a CSV file (UTF-8 or GB 18030) or of one sheet of a workbook, as text.

    Parameters
    ----------
    path
        The file.
    headed
        Columns that identify the sheet: the first one with any of them is read, else the first sheet.

    Raises
    ------
    ProblemsError
        If the file is missing, empty, or of another kind.
    """
    if path.is_dir():
        raise ProblemsError([Problem("units.file_is_folder", str(path))])
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ProblemsError([Problem("units.file_missing", str(path))]) from None
    except OSError as error:
        cause = error.strerror or str(error)
        raise ProblemsError([Problem("units.file_unreadable", str(path), args={"cause": cause})]) from None
    if not content.strip():
        raise ProblemsError([Problem("units.file_empty", str(path))])
    table = _read_workbook(content, path, headed) if content.startswith(b"PK") else _read_csv(content, path)
    if not table.header:
        raise ProblemsError([Problem("units.file_empty", str(path))])
    return table


def find_columns(
    table: Table,
    path: Path,
    heads: Mapping[str, Sequence[str]],
    codes: HeadCodes,
    *,
    needed: Collection[str] | None = None,
    alongside: Collection[str] = (),
) -> dict[str, int]:
    """Position of each column in the header of a table.

    Parameters
    ----------
    table, path
        What was read, and the file it came from.
    heads
        What each column may be called besides its own name; messages use the first.
    codes
        Codes of the problems.
    needed
        Columns that must be present; by default all.
    alongside
        Headings that are ignored.

    Raises
    ------
    ProblemsError
        With every heading that is unknown or repeated, and every column that is missing.
    """
    found, faults = _match_header(table.header, heads, codes, heads if needed is None else needed, alongside)
    if faults:
        raise ProblemsError(
            [
                Problem(code, str(path), "" if at is None else table.place(-1, at), args)
                for code, at, args in faults
            ]
        )
    return found


def _read_csv(content: bytes, path: Path) -> Table:
    text = _decode(content, path)
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    lines, numbers = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                lines.append(cells)
                numbers.append(reader.line_num)
    except csv.Error:
        raise ProblemsError([Problem("units.bad_csv", str(path), str(reader.line_num))]) from None
    return Table(lines[0] if lines else [], lines[1:], numbers[1:])


def _decode(content: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ProblemsError([Problem("units.file_not_text", str(path))])


def _read_workbook(content: bytes, path: Path, headed: Collection[str]) -> Table:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise ProblemsError([Problem("units.bad_workbook", str(path))]) from None
    tables = (_read_sheet(sheet) for sheet in (book.worksheets if headed else book.worksheets[:1]))
    first = next(tables)
    found = first if set(headed) & set(first.header) else None
    found = found or next((table for table in tables if set(headed) & set(table.header)), first)
    book.close()
    return found


def _read_sheet(sheet: Any) -> Table:
    lines, numbers = [], []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        line = [_cell_text(cell) for cell in cells]
        if any(line):
            lines.append(line)
            numbers.append(number)
    return Table(lines[0] if lines else [], lines[1:], numbers[1:], sheet.title)


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        # Excel keeps the leading zeros of a code stored as a number by a format of zeros
        zeros = str(cell.number_format)
        return str(value).zfill(len(zeros)) if zeros and set(zeros) == {"0"} else str(value)
    return str(value).strip()


def _match_header(
    header: Sequence[str],
    heads: Mapping[str, Sequence[str]],
    codes: HeadCodes,
    needed: Collection[str],
    alongside: Collection[str] = (),
) -> tuple[dict[str, int], list[tuple[str, int | None, dict[str, Any]]]]:
    """Positions of columns, and what is wrong with the header: code, position, and the message's values."""
    names = {alias: column for column, aliases in heads.items() for alias in (column, *aliases)}
    found: dict[str, int] = {}
    faults: list[tuple[str, int | None, dict[str, Any]]] = []
    for at, title in enumerate(header):
        column = names.get(title.strip().lower())
        if column in found:
            faults.append((codes.repeated, at, {"column": title, "value": title}))
        elif column is not None:
            found[column] = at
        elif title and title not in alongside:
            nearest = get_close_matches(title, names, n=1, cutoff=0.0)[0]
            allowed = ", ".join(aliases[0] for aliases in heads.values())
            args = {"column": title, "value": title, "nearest": nearest, "allowed": allowed}
            faults.append((codes.unknown, at, args))
    faults += [
        (codes.missing, None, {"column": heads[column][0]})
        for column in heads
        if column in needed and column not in found
    ]
    return found, faults


def _to_units(table: Table, columns: Mapping[str, int]) -> tuple[pd.DataFrame, list[_Fault]]:
    faults: list[_Fault] = []
    made: dict[str, Any] = {}
    for column, dtype in COLUMNS.items():
        at = columns.get(column)
        cells = (
            [""] * len(table.rows) if at is None else [row[at] if at < len(row) else "" for row in table.rows]
        )
        if dtype == "bool":
            made[column] = [_FLAGS.get(cell.lower()) for cell in cells]
            unclear = [row for row, flag in enumerate(made[column]) if flag is None]
            faults.extend(_Fault(row, column, "units.bad_flag", {"value": cells[row]}) for row in unclear)
            made[column] = [bool(flag) for flag in made[column]]
            continue
        if column in ("valid_from", "valid_to"):
            cells = [_to_iso(cell) for cell in cells]
        made[column] = pd.array([cell or None for cell in cells], dtype="string")
    return pd.DataFrame(made, columns=list(COLUMNS)), faults


def _to_iso(text: str) -> str:
    """ISO date from the usual ways to write one; anything else unchanged, for the check to report."""
    if found := _DATE.fullmatch(text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            return text
    return text


# -- checking ------------------------------------------------------------------------------------------


def _find_faults(
    units: pd.DataFrame, kinds: Kinds | None, known: Collection[str] = frozenset()
) -> Iterator[_Fault]:
    yield from _find_missing(units)
    yield from _find_bad_codes(units)
    yield from _find_bad_dates(units)
    yield from _find_bad_parents(units, known)
    yield from _find_bad_mergers(units, known)
    if kinds is not None:
        yield from _find_bad_kinds(units, kinds)


def _rows(mask: "pd.Series[bool]") -> list[int]:
    return [int(row) for row in np.flatnonzero(mask.fillna(False).to_numpy(dtype=bool))]


def _find_missing(units: pd.DataFrame) -> Iterator[_Fault]:
    for column in _NEEDED:
        for row in _rows(units[column].isna()):
            yield _Fault(row, column, "units.missing_value", {})


def _find_bad_codes(units: pd.DataFrame) -> Iterator[_Fault]:
    codes = units["unit_code"]
    for row in _rows(~codes.str.fullmatch(_CODE.pattern)):
        yield _Fault(row, "unit_code", "units.bad_code", {"value": codes.iloc[row]})
    for row in _rows(codes.duplicated() & codes.notna()):
        yield _Fault(row, "unit_code", "units.repeated_code", {"value": codes.iloc[row]})


def _find_bad_dates(units: pd.DataFrame) -> Iterator[_Fault]:
    good = {}
    for column in ("valid_from", "valid_to"):
        days = units[column]
        distinct = {day: _is_iso(day) for day in days.dropna().unique()}
        good[column] = days.map(distinct).fillna(False).astype(bool)
        for row in _rows(days.notna() & ~good[column]):
            yield _Fault(row, column, "units.bad_date", {"value": days.iloc[row]})
    reversed_ = good["valid_from"] & good["valid_to"] & (units["valid_from"] > units["valid_to"])
    for row in _rows(reversed_):
        args = {"valid_from": units["valid_from"].iloc[row], "valid_to": units["valid_to"].iloc[row]}
        yield _Fault(row, "valid_to", "units.ends_before_begin", args)


def _is_iso(text: str) -> bool:
    found = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)
    return bool(found) and _is_date(text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _find_bad_parents(units: pd.DataFrame, known: Collection[str]) -> Iterator[_Fault]:
    codes, parents = units["unit_code"].to_numpy(dtype=object), units["parent_code"].to_numpy(dtype=object)
    above = _positions(units, "parent_code")
    for row in np.flatnonzero((above < 0) & units["parent_code"].notna().to_numpy(dtype=bool)).tolist():
        if parents[row] not in known:
            yield _Fault(row, "parent_code", "units.unknown_parent", {"value": parents[row]})
    for row in _cyclic(above):
        yield _Fault(row, "parent_code", "units.circle", {"value": codes[row]})
    has_both = (above >= 0) & units["unit_code"].notna().to_numpy(dtype=bool)
    for row in np.flatnonzero(has_both).tolist():
        code, parent = codes[row], parents[row]
        if code.startswith(parent) and len(code) > len(parent):
            continue
        if code != parent and official_level(code) and official_level(parent):
            yield _Fault(row, "parent_code", "units.official_code_apart", {"value": code, "parent": parent})


def _find_bad_mergers(units: pd.DataFrame, known: Collection[str]) -> Iterator[_Fault]:
    merged = units["merged_into"]
    into = _positions(units, "merged_into")
    elsewhere = merged.isin(list(known))
    for row in _rows(merged.notna() & (((into < 0) & ~elsewhere) | (merged == units["unit_code"]))):
        yield _Fault(row, "merged_into", "units.unknown_merger", {"value": merged.iloc[row]})
    for row in _rows(merged.notna() & units["valid_to"].isna()):
        yield _Fault(row, "valid_to", "units.merged_without_end", {"value": merged.iloc[row]})


def _find_bad_kinds(units: pd.DataFrame, kinds: Kinds) -> Iterator[_Fault]:
    kind = units["kind"]
    allowed = ", ".join(kinds)
    for row in _rows(kind.notna() & ~kind.isin(list(kinds))):
        value = str(kind.iloc[row])
        nearest = (get_close_matches(value, list(kinds), n=1, cutoff=0.0) or ["—"])[0]
        yield _Fault(
            row, "kind", "units.unknown_kind", {"value": value, "allowed": allowed, "nearest": nearest}
        )
    above = _positions(units, "parent_code")
    own = kind.fillna("").tolist()
    rootless = units["parent_code"].isna().tolist()
    for (child, parent), rows in _by_pair(own, above).items():
        if child not in kinds or (parent and parent not in kinds) or _may_be_under(kinds, child, parent):
            continue
        wanted = ", ".join(kinds[child]) or "—"
        code = "units.wrong_parent_kind" if parent else "units.parent_missing"
        for row in rows:
            if parent or rootless[row]:
                yield _Fault(
                    row, "parent_code", code, {"kind": child, "parent_kind": parent, "allowed": wanted}
                )


def _by_pair(own: list[str], above: NDArray[np.int64]) -> dict[tuple[str, str], list[int]]:
    pairs: dict[tuple[str, str], list[int]] = {}
    for row, at in enumerate(above.tolist()):
        pairs.setdefault((own[row], own[at] if at >= 0 else ""), []).append(row)
    return pairs


def _may_be_under(kinds: Kinds, child: str, parent: str) -> bool:
    return parent in kinds[child] if parent else not kinds[child]


# -- cutting -------------------------------------------------------------------------------------------


def units_as_of(units: pd.DataFrame, day: date | str) -> pd.DataFrame:
    """Units that exist on a day: begun by that day and not ended before it."""
    text = day if isinstance(day, str) else day.isoformat()
    begun = (units["valid_from"].isna() | (units["valid_from"] <= text)).fillna(True)
    alive = (units["valid_to"].isna() | (units["valid_to"] >= text)).fillna(True)
    return units[(begun & alive).astype(bool)].reset_index(drop=True)


def unit_names(units: pd.DataFrame) -> Mapping[str, str]:
    """Name of each unit by its code, in the order of the frame.

    Parameters
    ----------
    units
        The register, or any frame with the columns ``unit_code`` and ``unit_name``.
    """
    return dict(zip(units["unit_code"], units["unit_name"], strict=True))


def root_codes(units: pd.DataFrame) -> list[str]:
    """Codes of the units that have none above them, in order."""
    return sorted(str(code) for code in units.loc[units["parent_code"].isna(), "unit_code"])


def subtree(units: pd.DataFrame, code: str) -> pd.DataFrame:
    """The unit of a code and all units below it, in the order of the register.

    Raises
    ------
    DataError
        If the register has no such unit.
    """
    parents = _positions(units, "parent_code")
    inside = (units["unit_code"] == code).fillna(False).to_numpy(dtype=bool)
    if not inside.any():
        raise DataError("units.unknown_code", value=code)
    while True:
        wider = inside | ((parents >= 0) & inside[parents])
        if (wider == inside).all():
            return units[inside].reset_index(drop=True)
        inside = wider


def ancestors(units: pd.DataFrame, kind: str) -> "pd.Series[str]":
    """Code of the nearest unit of a kind at or above each unit; <NA> where there is none.

    Returns
    -------
    pandas.Series
        Codes (``string``) by unit code, in the order of the register.
    """
    parents = _positions(units, "parent_code")
    wanted = (units["kind"] == kind).fillna(False).to_numpy(dtype=bool)
    found = np.where(wanted, np.arange(len(units)), -1)
    here = np.where(wanted, -1, parents)  # where each unit's search has got to
    for _ in range(len(units)):
        looking = here >= 0
        if not looking.any():
            break
        hit = looking & wanted[here]
        found[hit] = here[hit]
        here = np.where(looking & ~hit, parents[here], -1)
    codes = units["unit_code"].array.take(found, allow_fill=True)
    return pd.Series(codes, index=pd.Index(units["unit_code"], name="unit_code"), name=kind, dtype="string")


def _positions(units: pd.DataFrame, column: str) -> NDArray[np.int64]:
    """Row of the unit that a column names, -1 where it names none or one that is not in the register."""
    first = ~units["unit_code"].duplicated() & units["unit_code"].notna()
    rows = np.flatnonzero(first.to_numpy(dtype=bool))
    if not len(rows):
        return np.full(len(units), -1, dtype=np.int64)
    # as objects: the look-up in Arrow strings is several times slower
    index = pd.Index(units["unit_code"].to_numpy(dtype=object)[rows])
    at = index.get_indexer(units[column].to_numpy(dtype=object))
    return np.where(at >= 0, rows[at], -1).astype(np.int64)


def _cyclic(parents: NDArray[np.int64]) -> list[int]:
    """Rows that are their own ancestors."""
    above = parents.copy()
    # chains are no longer than this: after so many doublings, whatever has not reached a root is in a circle
    for _ in range(max(1, len(parents)).bit_length() + 1):
        above = np.where(above >= 0, above[above], -1)
    return [int(row) for row in np.unique(above[above >= 0])]
