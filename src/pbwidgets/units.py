"""The register of units as a frame: read from CSV or Excel, checked in full, cut by day and by subtree.

Codes are text throughout: a leading zero is part of a code. Official division codes have
2, 4, 6, 9 or 12 digits and begin with the digits of their parent's; any other code is free.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pbwidgets.errors import DataError, Problem, ProblemsError
from pbwidgets.intake import Column, Reading, Table, read_table

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

_TABLE: Final = (
    Column("unit_code", ("编码", "单位编码", "code"), "code", needed=True, filled=True),
    Column("unit_name", ("名称", "单位名称", "name"), "word", needed=True, filled=True),
    Column("kind", ("类别", "单位类别", "单位类型"), "word", needed=True, filled=True),
    Column("parent_code", ("上级编码", "上级单位编码", "parent"), "code"),
    Column("domain", ("领域",), "word"),
    Column("valid_from", ("启用日期",), "date"),
    Column("valid_to", ("停用日期",), "date"),
    Column("merged_into", ("并入", "并入单位编码"), "code"),
    Column("synthetic", ("演示数据",), "flag"),
)
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}")
_OFFICIAL: Final = (2, 4, 6, 9, 12)
"""Lengths of the official codes of provinces, cities, counties, townships and villages."""

_FOLLOWING: Final = ("units.unknown_parent", "units.unknown_merger")
"""What may only follow from the code of another row that cannot be read."""


def official_level(code: str) -> int | None:
    """Level of an official division code, from 1 (province) to 5 (village); None for a free code.

    Codes are published cut to their level, with 6 digits down to counties, or with 12 digits at all levels:
    what is behind the level's own digits is zeros.

    >>> official_level("990101001"), official_level("620100"), official_level("620100000000"), official_level("P-17")
    (4, 2, 2, None)
    """
    if not (code.isascii() and code.isdigit() and len(code) in _OFFICIAL):
        return None
    return _OFFICIAL.index(len(_own_digits(code))) + 1


def _own_digits(code: str) -> str:
    """An official code without the zeros that only fill it up.

    >>> _own_digits("620100"), _own_digits("620122101000")
    ('6201', '620122101')
    """
    for length in _OFFICIAL:
        if not code[length:].strip("0"):
            return code[:length]
    return code


# -- reading -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fault:
    row: int
    column: str
    code: str
    args: dict[str, Any]


def read_units(path: Path, kinds: Kinds | None = None, known: Collection[str] = ()) -> Reading[pd.DataFrame]:
    """Register of a CSV file or workbook, with the columns :data:`COLUMNS`, and what was changed on the way.

    Headers may be Chinese (编码, 名称, 类别, 上级编码, 领域, 启用日期, 停用日期, 并入, 演示数据) or the
    names of the columns. What does not fit the tree of official division codes is a note.

    Parameters
    ----------
    path
        The file, as :func:`~pbwidgets.intake.read_table` takes it.
    kinds
        Kinds of the campaign; the kind of units is not checked if None.
    known
        Codes already in the register: new units in the file may have them as parents.

    Raises
    ------
    ProblemsError
        If anything is wrong: all problems with row or cell. Nothing is then taken from the file.
    """
    table = read_table(path, _TABLE)
    if not len(table) and not table.problems:
        raise ProblemsError([Problem("units.no_rows", str(path))])
    units = _to_units(table)
    lost = table.has_lost("unit_code")
    faults = [
        fault
        for fault in _find_faults(units, kinds, frozenset(known))
        if (fault.row, fault.column) not in table.unread and not (lost and fault.code in _FOLLOWING)
    ]
    table.raise_with(table.problem(fault.code, fault.row, fault.column, **fault.args) for fault in faults)
    notes = (table.problem(fault.code, fault.row, fault.column, **fault.args) for fault in _find_apart(units))
    return Reading(units, (*table.notes, *notes))


def _to_units(table: Table) -> pd.DataFrame:
    made: dict[str, Any] = {}
    for column, dtype in COLUMNS.items():
        cells = table.column(column)
        flags = [cell == "true" for cell in cells]
        made[column] = (
            flags if dtype == "bool" else pd.array([cell or None for cell in cells], dtype="string")
        )
    return pd.DataFrame(made, columns=list(COLUMNS))


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
    for column in (column.name for column in _TABLE if column.filled):
        for row in _rows(units[column].isna()):
            yield _Fault(row, column, "units.missing_value", {})


def _find_bad_codes(units: pd.DataFrame) -> Iterator[_Fault]:
    codes = units["unit_code"]
    for row in _rows(~codes.str.fullmatch(_CODE.pattern)):
        yield _Fault(row, "unit_code", "units.bad_code", {"value": codes.iloc[row]})
    for row in _rows(codes.duplicated() & codes.notna()):
        yield _Fault(row, "unit_code", "units.repeated_code", {"value": codes.iloc[row]})


def _find_bad_dates(units: pd.DataFrame) -> Iterator[_Fault]:
    for row in _rows(units["valid_from"] > units["valid_to"]):
        args = {"valid_from": units["valid_from"].iloc[row], "valid_to": units["valid_to"].iloc[row]}
        yield _Fault(row, "valid_to", "units.ends_before_begin", args)


def _find_bad_parents(units: pd.DataFrame, known: Collection[str]) -> Iterator[_Fault]:
    codes, parents = units["unit_code"].to_numpy(dtype=object), units["parent_code"].to_numpy(dtype=object)
    above = _positions(units, "parent_code")
    for row in np.flatnonzero((above < 0) & units["parent_code"].notna().to_numpy(dtype=bool)).tolist():
        if parents[row] not in known:
            yield _Fault(row, "parent_code", "units.unknown_parent", {"value": parents[row]})
    for row in _cyclic(above):
        yield _Fault(row, "parent_code", "units.circle", {"value": codes[row]})


def _find_apart(units: pd.DataFrame) -> Iterator[_Fault]:
    """Official codes that do not begin with their parent's: towns run by a zone, counties run by a province."""
    codes, parents = units["unit_code"].to_numpy(dtype=object), units["parent_code"].to_numpy(dtype=object)
    for row in np.flatnonzero(_positions(units, "parent_code") >= 0).tolist():
        code, parent = codes[row], parents[row]
        if official_level(code) and official_level(parent) and not code.startswith(_own_digits(parent)):
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


def successors(units: pd.DataFrame, day: date | str) -> dict[str, str]:
    """Unit that continues each one that was merged away by a day: the one that exists on it, through all mergers.

    They stand in the order in which they came to it; units whose mergers lead to none that exists are left out.

    Parameters
    ----------
    units
        The whole register.

    >>> merged = {"unit_code": ["a", "b", "c"], "valid_to": ["2026-05-31", "2026-06-30", None], "valid_from": None}
    >>> successors(pd.DataFrame(merged | {"merged_into": ["b", "c", None]}, dtype="string"), "2026-07-01")
    {'a': 'c', 'b': 'c'}
    """
    alive = set(units_as_of(units, day)["unit_code"])
    into = dict(zip(units["unit_code"], units["merged_into"].fillna(""), strict=True))
    ended = dict(zip(units["unit_code"], units["valid_to"].fillna(""), strict=True))
    found = {}
    for code in into:
        seen, at = [code], into[code] if code not in alive else ""
        while at in into and at not in alive and at not in seen:
            seen.append(at)
            at = into[at]
        if at in alive:
            found[code] = at, max(ended[one] for one in seen)
    return {code: found[code][0] for code in sorted(found, key=lambda code: (found[code][1], code))}


def unit_names(units: pd.DataFrame) -> Mapping[str, str]:
    """Name of each unit by its code, in the order of the frame.

    Parameters
    ----------
    units
        The register, or any frame with the columns ``unit_code`` and ``unit_name``.
    """
    return dict(zip(units["unit_code"], units["unit_name"], strict=True))


def distinct_names(units: pd.DataFrame) -> Mapping[str, str]:
    """Name of each unit by its code; equal ones with the unit above, or the code where that is the same as well.

    Parameters
    ----------
    units
        The register.

    >>> distinct_names(pd.DataFrame({
    ...     "unit_code": ["1", "2", "11", "21", "22"], "unit_name": ["甲镇", "乙镇", "东村", "东村", "西村"],
    ...     "parent_code": [None, None, "1", "2", "2"]}))
    {'1': '甲镇', '2': '乙镇', '11': '东村（甲镇）', '21': '东村（乙镇）', '22': '西村'}
    """
    names = unit_names(units)
    shared = Counter(names.values())
    above = dict(zip(units["unit_code"], units["parent_code"].map(names), strict=True))
    longer = {code: name if shared[name] == 1 else f"{name}（{above[code]}）" for code, name in names.items()}
    still = Counter(longer.values())
    return {code: name if still[name] == 1 else f"{names[code]}（{code}）" for code, name in longer.items()}


def kind_and_domain(units: pd.DataFrame, code: str) -> tuple[str | None, str | None]:
    """Kind and domain of a unit, which say what its score sheet is; None for what it has not, or if it is not there.

    >>> units = pd.DataFrame({"unit_code": ["9901", "9902"], "kind": "town", "domain": ["街道", None]})
    >>> kind_and_domain(units, "9901"), kind_and_domain(units, "9902"), kind_and_domain(units, "9903")
    (('town', '街道'), ('town', None), (None, None))
    """
    ours = units[(units["unit_code"] == code).to_numpy(dtype=bool, na_value=False)]
    found = (ours[column].dropna() for column in ("kind", "domain"))
    kind, domain = (str(own.iloc[0]) if len(own) else None for own in found)
    return kind, domain


def kinds_and_domains(units: pd.DataFrame) -> Mapping[str, tuple[str, str | None]]:
    """Kind and domain of each unit by its code, None for a domain that it has not."""
    domains = units["domain"].astype(object).where(units["domain"].notna(), None)
    return dict(zip(units["unit_code"], zip(units["kind"], domains, strict=True), strict=True))


# -- who takes part ------------------------------------------------------------------------------------


def members(units: pd.DataFrame, kinds: Kinds, roots: Collection[str] = ()) -> pd.DataFrame:
    """Units whose kinds fit, step by step, up to a unit of a root kind, in the order of the register.

    Parameters
    ----------
    units
        The register.
    kinds
        Kinds that may take part, each with the kinds its parent may have; one without any is a root. A kind may stand
        above itself.
    roots
        Codes of the roots below which units take part; by default every unit of a root kind.

    >>> register = pd.DataFrame({
    ...     "unit_code": ["A", "A1", "A11", "B", "B1", "C1"],
    ...     "kind": ["committee", "branch", "branch", "committee", "branch", "village"],
    ...     "parent_code": [None, "A", "A1", None, "B", "B"]})
    >>> kinds = {"committee": (), "branch": ("committee", "branch")}
    >>> list(members(register, kinds)["unit_code"]), list(members(register, kinds, ["A"])["unit_code"])
    (['A', 'A1', 'A11', 'B', 'B1'], ['A', 'A1', 'A11'])
    """
    inside, _ = _find_members(units, kinds, roots)
    return units[inside].reset_index(drop=True)


def taking_part(
    units: pd.DataFrame, kinds: Kinds, partner_kinds: Collection[str] = (), roots: Collection[str] = ()
) -> pd.DataFrame:
    """Members and partners, in the order of the register; no unit above is named that does not take part itself.

    Parameters
    ----------
    units
        The register.
    kinds, roots
        Of the members, as for :func:`members`.
    partner_kinds
        Of the partners.

    >>> register = pd.DataFrame({
    ...     "unit_code": ["9", "T", "V", "A", "A1"],
    ...     "kind": ["county", "town", "village", "committee", "branch"],
    ...     "parent_code": [None, "9", "T", "9", "A"]})
    >>> found = taking_part(register, {"committee": (), "branch": ("committee",)}, ["village"])
    >>> found.assign(parent_code=found["parent_code"].fillna("-"))[["unit_code", "parent_code"]].values.tolist()
    [['V', '-'], ['A', '-'], ['A1', 'A']]
    """
    inside, begins = _find_members(units, kinds, roots)
    inside = inside | _is_of(units, partner_kinds)
    parents = _positions(units, "parent_code")
    named = (parents >= 0) & inside[parents] & ~begins
    return units.assign(parent_code=units["parent_code"].where(named))[inside].reset_index(drop=True)


def tops(units: pd.DataFrame, kinds: Collection[str]) -> list[str]:
    """Codes of the units at the top of those of some kinds: each unit's uppermost ancestor, or itself; in order.

    Parameters
    ----------
    units
        The units that take part (:func:`taking_part`).
    kinds
        Kinds of the units below.

    >>> found = pd.DataFrame({
    ...     "unit_code": ["A", "A1", "B", "B1"], "kind": ["county", "town", "county", "office"],
    ...     "parent_code": [None, "A", None, "B"]})
    >>> tops(found, ["town"]), tops(found, ["county"]), tops(found, ["village"])
    (['A'], ['A', 'B'], [])
    """
    parents = _positions(units, "parent_code")
    here = np.flatnonzero(_is_of(units, kinds))
    for _ in range(len(units)):
        above = parents[here]
        if not (above >= 0).any():
            break
        here = np.unique(np.where(above >= 0, above, here))
    return sorted(str(code) for code in units["unit_code"].array.take(here))


def partitions(units: pd.DataFrame, kinds: str | Collection[str]) -> "pd.Series[str]":
    """Code of the partition of each unit: the nearest unit of a kind, or of several, at or above it, or itself.

    Returns
    -------
    pandas.Series
        Codes (``string``) by unit code, in the order of the frame.

    >>> found = pd.DataFrame({
    ...     "unit_code": ["9", "T", "V", "O"], "kind": ["county", "town", "village", "office"],
    ...     "parent_code": [None, "9", "T", "9"]})
    >>> partitions(found, "town").to_dict()
    {'9': '9', 'T': 'T', 'V': 'T', 'O': 'O'}
    """
    return ancestors(units, kinds).fillna(units["unit_code"].astype("string").set_axis(units["unit_code"]))


def sole_partitions(units: pd.DataFrame, kinds: str | Collection[str]) -> "pd.Series[str]":
    """Code of the one partition in which each unit lies with all units below it; <NA> above several.

    Returns
    -------
    pandas.Series
        As :func:`partitions`.

    >>> found = pd.DataFrame({
    ...     "unit_code": ["9", "T", "V", "O"], "kind": ["county", "town", "village", "office"],
    ...     "parent_code": [None, "9", "T", "9"]})
    >>> sole_partitions(found, "town").dropna().to_dict()
    {'T': 'T', 'V': 'T', 'O': 'O'}
    """
    part = partitions(units, kinds)
    return part.mask(lie_above(units, (part == part.index).to_numpy(dtype=bool)))


def lie_above(units: pd.DataFrame, some: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each unit has some of the units below it, at any depth.

    >>> found = pd.DataFrame({"unit_code": ["9", "T", "V"], "parent_code": [None, "9", "T"]})
    >>> lie_above(found, np.array([False, True, False])).tolist()
    [True, False, False]
    """
    parents = _positions(units, "parent_code")
    found = np.zeros(len(units), dtype=bool)
    here = parents[some]
    while (here >= 0).any():
        here = np.unique(here[here >= 0])
        here = here[~found[here]]
        found[here] = True
        here = parents[here]
    return found


def _find_members(
    units: pd.DataFrame, kinds: Kinds, roots: Collection[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which units are members, and which of them are at the top."""
    parents = _positions(units, "parent_code")
    begins = _is_of(units, [kind for kind, above in kinds.items() if not above])
    if roots:
        begins = begins & units["unit_code"].isin(list(roots)).to_numpy(dtype=bool)
    of_kind = pd.Index(list(kinds), dtype=object).get_indexer(pd.Index(units["kind"].to_numpy(dtype=object)))
    may_hang = np.zeros((len(kinds) + 1, len(kinds) + 1), dtype=bool)  # the last place: some other kind
    for at, above in enumerate(kinds.values()):
        may_hang[at, :-1] = [kind in above for kind in kinds]
    fits = (parents >= 0) & may_hang[of_kind, of_kind[parents]]
    inside = begins
    while True:
        wider = begins | (fits & inside[parents])
        if (wider == inside).all():
            return inside, begins
        inside = wider


def _is_of(units: pd.DataFrame, kinds: Collection[str]) -> NDArray[np.bool_]:
    return units["kind"].isin(list(kinds)).to_numpy(dtype=bool)


# -- above and below -----------------------------------------------------------------------------------


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


def ancestors(units: pd.DataFrame, kinds: str | Collection[str]) -> "pd.Series[str]":
    """Code of the nearest unit of a kind, or of one of several, at or above each unit; <NA> where there is none.

    Parameters
    ----------
    units
        The register.
    kinds
        One kind or several.

    Returns
    -------
    pandas.Series
        Codes (``string``) by unit code, in the order of the register.
    """
    parents = _positions(units, "parent_code")
    wanted = units["kind"].isin([kinds] if isinstance(kinds, str) else list(kinds)).to_numpy(dtype=bool)
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
    return pd.Series(codes, index=pd.Index(units["unit_code"], name="unit_code"), dtype="string")


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
