"""A campaign from a workbook, or every problem of the workbook at once, each with its cell."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pbwidgets.arguments import check_arguments
from pbwidgets.campaign.findings import Address, Finding, spelling
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.reader import read_campaign as read_campaign_file
from pbwidgets.campaign.reader import validate_noted
from pbwidgets.campaign.repair import untouched
from pbwidgets.campaign.workbook.gathering import Gathered, Spot, gather
from pbwidgets.campaign.workbook.pages import Page, find_pages, open_grids
from pbwidgets.campaign.workbook.sheets import BEGINS, Column, tables, value_words
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import Reading

ABOUT_SPELLING: Final = ("campaign.value_not_allowed", "campaign.unknown_rule")


def read_campaign(path: str | Path) -> Campaign:
    """Campaign of a YAML file or of a workbook.

    Raises
    ------
    ProblemsError
        If anything is wrong: all problems, with line or cell.
    """
    check_arguments(read_campaign, locals())
    file = Path(path)
    is_workbook = file.suffix.lower() == ".xlsx"
    return read_campaign_workbook(file).content if is_workbook else read_campaign_file(file)


def read_campaign_workbook(path: Path) -> Reading[Campaign]:
    """Campaign of a workbook, and what was read otherwise than it stands there.

    Parameters
    ----------
    path
        An ``.xlsx`` as :func:`write_campaign_workbook` or :func:`write_blank_workbook` made it, filled in by
        hand. Headings may be Chinese, English, or those of the campaign file; sheets may be in any order.

    Raises
    ------
    ProblemsError
        If anything is wrong: all problems, with sheet and cell. Nothing is taken from it then.
    """
    read, problems = _read(path)
    if problems or read is None:
        raise ProblemsError(problems)
    return read


def check_campaign_workbook(path: Path) -> tuple[Problem, ...]:
    """All problems of a workbook in the order of its sheets and rows; empty if it is right."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Reading[Campaign] | None, tuple[Problem, ...]]:
    try:
        grids = open_grids(path)
    except ProblemsError as error:
        return None, error.problems
    pages, problems = find_pages(grids, tables(), str(path))
    if not pages and not problems:
        problems.append(Problem("workbook.no_sheets", str(path)))
    if not pages:
        return None, tuple(problems)
    gathered = gather(pages, str(path))
    problems.extend(gathered.problems)
    campaign, findings, settled = validate_noted(gathered.data)
    problems.extend(problems_of(findings, gathered, pages, str(path), problems))
    names = [grid.name for grid in grids]
    notes: list[Problem] = []
    for note in (*(note for page in pages.values() for note in page.notes), *gathered.notes):
        if note not in notes:  # what concerns the whole file is noted on every page
            notes.append(note)
    notes += problems_of(settled, gathered, pages, str(path), problems)
    read = Reading(campaign, tuple(notes)) if campaign is not None else None
    return read, in_order(problems, names)


def problems_of(
    findings: Iterable[Finding],
    gathered: Gathered,
    pages: dict[str, Page],
    file: str,
    known: Iterable[Problem] = (),
) -> list[Problem]:
    """Findings as problems with cells, without those that only follow from ``known`` problems."""
    spoiled = {problem.place for problem in known}
    unread = frozenset(address for address, spot in gathered.spots.items() if spot.place in spoiled)
    found = []
    for finding in findings:
        spot = gathered.spot(_aim(finding))
        if spot is not None and (spot.place in spoiled or _follows_from_missing(finding, spot, pages)):
            continue
        if untouched(finding, unread):
            found.append(to_problem(finding, spot, gathered, file))
    return found


def _aim(finding: Finding) -> Address:
    """Address of what is to be changed: the key that is missing, not what it is missing from."""
    key = finding.args.get("key") if finding.code.endswith("_lacks") else None
    return finding.address if key is None else (*finding.address, key)


def _follows_from_missing(finding: Finding, spot: Spot, pages: dict[str, Page]) -> bool:
    """Whether a required column is not there at all, which is one problem, not one for each row."""
    if finding.code != "campaign.missing_key":
        return False
    page = pages.get(spot.table.key)
    column = _column_of(finding.address, spot)
    return page is not None and column is not None and column in page.missing and column.required


def _column_of(address: Address, spot: Spot) -> Column | None:
    """Column of a missing key, where the row has no cell for it."""
    keys: list[str] = []
    for part in reversed(address):
        if isinstance(part, int):
            break
        keys.insert(0, part)
    return spot.table.column(tuple(keys)) if keys else None


def to_problem(finding: Finding, spot: Spot | None, gathered: Gathered, file: str) -> Problem:
    """The finding with its cell, and what the sheet calls things."""
    if spot is None:
        return Problem(finding.code, file, "", {**finding.args, "at": "—"})
    code, args = finding.code, dict(finding.args)
    column = spot.column
    args["at"] = spot.table.label(column) if column else spot.table.title()
    if column is None:
        return Problem(code, file, spot.place, args)
    if code == "campaign.missing_key":
        lacking = _column_of(finding.address, spot) or column
        args |= {"key": lacking.head, "at": spot.table.label(lacking)}
    elif code == "campaign.key_of_other_choice" and column.rules:
        rule = gathered.spot((*finding.address[:-1], "name"))
        words = _rule_words(finding.address, gathered, rule)
        return Problem("workbook.not_of_this_rule", file, spot.place, {"at": args["at"], "rule": words})
    elif code == "campaign.range_reversed":
        for key in ("low_key", "high_key"):
            named = _column_of((*finding.address[:-1], args[key]), spot)
            args[key] = spot.table.label(named) if named else args[key]
    elif code in ABOUT_SPELLING and column.options:
        args |= spelling(args["value"], [_option_words(column, option) for option in column.options])
    return Problem(code, file, spot.place, args)


def _option_words(column: Column, option: Any) -> str:
    if column.kind == "field_type":
        return BEGINS.get(str(option), str(option))
    return value_words(column, option)


def _rule_words(address: Address, gathered: Gathered, spot: Spot | None) -> str:
    here: Any = gathered.data
    for part in address[:-1]:
        here = here[part]
    name = here.get("name", "—")
    return value_words(spot.column, name) if spot is not None and spot.column is not None else str(name)


def in_order(problems: Iterable[Problem], names: list[str]) -> tuple[Problem, ...]:
    """Problems in the order of the sheets of these names, and of rows and columns in them."""
    return tuple(sorted(problems, key=lambda problem: _order(problem, names)))


def _order(problem: Problem, names: list[str]) -> tuple[int, int, int]:
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
    from openpyxl.utils.exceptions import CellCoordinatesException

    sheet, _, cell = problem.place.rpartition("!")
    if sheet not in names:
        return (names.index(cell) if cell in names else len(names), 0, 0)
    try:
        letters, row = coordinate_from_string(cell)
    except CellCoordinatesException:
        return names.index(sheet), 0, 0
    return names.index(sheet), row, column_index_from_string(letters)
