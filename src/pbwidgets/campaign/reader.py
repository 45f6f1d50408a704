"""A campaign file read whole: a campaign, or every problem of the file at once."""

from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pbwidgets.campaign.checks import find_mistakes
from pbwidgets.campaign.checks_expressions import replace_labels
from pbwidgets.campaign.checks_numbers import find_uncountable
from pbwidgets.campaign.checks_scoring import find_hidden_in_counts
from pbwidgets.campaign.findings import Address, Finding
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.repair import repair, untouched
from pbwidgets.campaign.source import Source, parse_source, read_text
from pbwidgets.campaign.table_files import fill_tables, named_files
from pbwidgets.campaign.translation import errors_of, translate
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import Reading


def read_campaign(path: Path) -> Campaign:
    """Campaign of a file, with ids wherever its expressions have the label of an option.

    Raises
    ------
    ProblemsError
        If anything is wrong with the file: all problems, with file and line. Nothing is taken from it then.
    """
    campaign, problems, _ = _read(path)
    if problems or campaign is None:
        raise ProblemsError(problems)
    return campaign


def check_campaign(path: Path) -> tuple[Problem, ...]:
    """All problems of a campaign file in the order of its lines; empty if it is right."""
    return _read(path)[1]


def examine_campaign(path: Path) -> Reading[tuple[Problem, ...]]:
    """Problems of a campaign file, as :func:`check_campaign` gives them, and what was read otherwise than it stands."""
    _, problems, notes = _read(path)
    return Reading(problems, notes)


_Read = tuple[Campaign | None, tuple[Problem, ...], tuple[Problem, ...]]
"""A campaign, the problems of its file, and what was read otherwise than it stands: nothing that could be changed."""


def _read(path: Path) -> _Read:
    text, problem = read_text(path)
    if problem:
        return None, (problem,), ()
    source, _ = _parse(text, str(path))
    files = named_files(source.data).values() if source is not None else ()
    return _read_text(text, str(path), tuple(_stamp(path.parent / file) for file in files))


@lru_cache(maxsize=8)
def _parse(text: str, file: str) -> tuple[Source | None, tuple[Problem, ...]]:
    return parse_source(text, file)


def _stamp(file: Path) -> str:
    """What tells one content of a file from another; empty where it cannot be read."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


@lru_cache(maxsize=8)
def _read_text(text: str, file: str, _stamps: tuple[str, ...]) -> _Read:
    """Kept, since a command reads the same file several times and YAML takes long; stamps are those of its tables."""
    source, problems = _parse(text, file)
    if source is None:
        return None, problems, ()
    filled = fill_tables(source.data, Path(file).parent)
    campaign, findings, settled = validate_noted(filled.data)
    found, notes = (
        (source.problem(item.code, item.address, item.args) for item in items)
        for items in ((*filled.findings, *(one for one in findings if untouched(one, filled.lost))), settled)
    )
    return (
        campaign,
        (*_by_line((*problems, *found)), *filled.problems),
        (*_by_line((*source.notes, *notes)), *filled.notes),
    )


def _by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: int(problem.place or 0)))


def validate_noted(
    data: dict[str, Any],
) -> tuple[Campaign | None, tuple[Finding, ...], tuple[Finding, ...]]:
    """Campaign of plain data, all that is wrong with them, and what was read otherwise than it stands there."""
    campaign, findings = _validate(data)
    if campaign is None:
        return None, findings, ()
    settled = deepcopy(data)
    labels = replace_labels(campaign, settled)
    notes = (*labels, *find_hidden_in_counts(campaign))
    return Campaign.model_validate(settled) if labels else campaign, findings, notes


def validate(data: dict[str, Any]) -> tuple[Campaign | None, tuple[Finding, ...]]:
    """Campaign of plain data, from whatever kind of file, and all that is wrong with them."""
    campaign, findings, _ = validate_noted(data)
    return campaign, findings


def _validate(data: dict[str, Any]) -> tuple[Campaign | None, tuple[Finding, ...]]:
    try:
        campaign = Campaign.model_validate(data)
    except ValidationError as error:
        errors = errors_of(error)
        shapes = translate(errors, Campaign)
        repaired, replaced = repair(data, errors)
        return None, shapes if repaired is None else (*shapes, *_find_all(data, repaired, replaced))
    return campaign, _find_all(data, campaign, frozenset())


def _find_all(data: dict[str, Any], campaign: Campaign, replaced: frozenset[Address]) -> tuple[Finding, ...]:
    """Findings that rest on nothing that was replaced or is itself wrong."""
    odd = [item for item in find_uncountable(data, campaign) if untouched(item, replaced)]
    wrong = replaced.union(item.address for item in odd)
    return (*odd, *(item for item in find_mistakes(campaign) if untouched(item, wrong)))
