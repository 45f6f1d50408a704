"""Exceptions from a deadline: for one unit, or for a whole list with one reason and one day."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets import store
from pbwidgets.errors import DataError, Problem, ProblemsError
from pbwidgets.intake.files import open_sheets
from pbwidgets.intake.text import clean_code, clean_text, plain_heading
from pbwidgets.store.progress import load_exception_list
from pbwidgets.units import distinct_names, unit_names
from pbwidgets.workflows.ground.desk import Desk, authorise_tops, find_in_scope
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.ground.workspace import ZONE

MOST_NAMED: Final = 6
"""Maximum number of units of one name that a problem names."""
_HEADINGS: Final = frozenset(
    ("单位", "名称", "单位名称", "编码", "代码", "单位编码", "单位代码", "unit", "name", "code")
)
"""One of them stands in a line of headings."""


def grant_exceptions(
    desk: Desk, form_id: str, unit_codes: Sequence[str], until: datetime, reason: str
) -> int:
    """Let units hand a form in until a moment (timezone-aware), all or none; returns how many they are.

    The newest exception of a unit counts.

    Raises
    ------
    DataError
        ``review.unknown_form`` if units of one of these kinds have no such form, ``review.no_units``,
        ``review.exception_past`` if the moment has passed, ``store.reason_needed``.
    RightsError
        If the actor may not.
    """
    kinds = dict(zip(desk.units["unit_code"], desk.units["kind"], strict=True))
    owing = {kind for form in desk.opened.campaign.forms if form.id == form_id for kind in form.unit_kind}
    wanted = list(dict.fromkeys(unit_codes))
    if not wanted:
        raise DataError("review.no_units")
    for code in wanted:
        desk.authorise("exception", code)
        if kinds.get(code) not in owing:
            raise DataError("review.unknown_form", form=form_id, unit=code)
    if until <= desk.now:
        raise DataError("review.exception_past", until=until.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))
    with desk.write() as writer:
        for code in wanted:
            store.grant_exception(writer, *desk.opened.key, form_id, code, until, reason)
    return len(wanted)


def grant_exception(desk: Desk, form_id: str, unit_code: str, until: datetime, reason: str) -> None:
    """As :func:`grant_exceptions`, for one unit."""
    grant_exceptions(desk, form_id, [unit_code], until, reason)


def find_listed_units(desk: Desk, form_id: str, text: str) -> tuple[str, ...]:
    """Codes of the units in a pasted list, a unit a line, that owe a form.

    A line is a code or a name among whatever else was copied with it; a name that several units have needs the unit
    above it, in its own cell or as in 东村（乙镇）, or the code. A line of headings has
    单位, 名称, 编码 or the like in a cell.

    Raises
    ------
    ProblemsError
        With every line in which there is no such unit, or more than one.
    RightsError
        If the actor may not grant exceptions everywhere.
    """
    lines = [(str(number), line.split("\t")) for number, line in enumerate(text.splitlines(), start=1)]
    return _find_listed(desk, form_id, "", lines)


def read_listed_units(desk: Desk, form_id: str, file: Path) -> tuple[str, ...]:
    """As :func:`find_listed_units`, for the first sheet of a workbook or a CSV file."""
    sheet = open_sheets(file)[0]
    lines = [
        (sheet.place(row, 0), ["" if value is None else str(value) for value in values])
        for row, values in enumerate(sheet.rows)
    ]
    return _find_listed(desk, form_id, str(file), lines)


def _find_listed(
    desk: Desk, form_id: str, file: str, lines: Sequence[tuple[str, Sequence[str]]]
) -> tuple[str, ...]:
    units = desk.units
    authorise_tops(desk, "exception")
    kinds = find_form(desk.opened.campaign, form_id).unit_kind
    owing = set(units.loc[units["kind"].isin(kinds), "unit_code"])
    known, alike = _spellings(units, owing), _alike(units, owing)
    filled = [(place, [cell for cell in map(clean_text, cells) if cell]) for place, cells in lines]
    found: list[str] = []
    problems: list[Problem] = []
    for place, cells in filled:
        codes = dict.fromkeys(_known_in(cells, known))
        if len(codes) == 1:
            found += codes
        elif cells and (codes or _HEADINGS.isdisjoint(map(plain_heading, cells))):
            same = [] if codes else [name for cell in cells for name in alike.get(cell, ())]
            code = "review.listed_many" if codes else "review.listed_alike" if same else "review.listed_none"
            text = {"text": " ".join(cells)[:60], "count": len(same), "example": same[0] if same else ""}
            problems.append(Problem(code, file, place, {**text, "units": "、".join(same[:MOST_NAMED])}))
    if problems:
        raise ProblemsError(problems)
    return tuple(dict.fromkeys(found))


def _known_in(cells: Sequence[str], known: Mapping[str, str]) -> Iterator[str]:
    """The units of a line: those of its codes, or else of its names, or else of its names with the unit above."""
    codes = [known[clean_code(cell)] for cell in cells if known.get(clean_code(cell)) == clean_code(cell)]
    pairs = (f"{name}（{upper}）" for name, upper in permutations(cells, 2))
    yield from (
        codes
        or [known[cell] for cell in cells if cell in known]
        or [known[pair] for pair in pairs if pair in known]
    )


def _spellings(units: pd.DataFrame, codes: set[str]) -> Mapping[str, str]:
    """Code of each unit by its code and by each name that only it has."""
    plain = {code: name for code, name in unit_names(units).items() if code in codes}
    shared = Counter(plain.values())
    longer = {name: code for code, name in distinct_names(units).items() if code in codes}
    return {
        **longer,
        **{name: code for code, name in plain.items() if shared[name] == 1},
        **{code: code for code in codes},
    }


def _alike(units: pd.DataFrame, codes: set[str]) -> Mapping[str, Sequence[str]]:
    """Spellings that tell units of the same name apart, by that name."""
    longer = distinct_names(units)
    found: dict[str, list[str]] = defaultdict(list)
    for code, name in unit_names(units).items():
        if code in codes:
            found[name].append(longer[code])
    return {name: spellings for name, spellings in found.items() if len(spellings) > 1}


def list_exceptions(desk: Desk) -> pd.DataFrame:
    """Exceptions from deadlines of the units that the actor may inspect, newest first.

    Returns
    -------
    pandas.DataFrame
        form_id, unit_code, until, reason, recorded_at; moments in UTC.

    Raises
    ------
    RightsError
        For roles that may inspect no unit.
    """
    seen = find_in_scope(desk, "inspect")
    with desk.workspace.store.read() as reader:
        found = load_exception_list(reader, *desk.opened.key)
    return found[found["unit_code"].isin(seen["unit_code"])].reset_index(drop=True)
