"""A campaign file read whole: a campaign, or every problem of the file at once."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pbwidgets.campaign.checks import find_mistakes
from pbwidgets.campaign.checks_expressions import replace_labels
from pbwidgets.campaign.findings import Finding
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.repair import repair, untouched
from pbwidgets.campaign.source import read_source
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
    return read_campaign_file(path).content


def read_campaign_file(path: Path) -> Reading[Campaign]:
    """Campaign of a file, and what was read otherwise than it stands there.

    Raises
    ------
    ProblemsError
        As :func:`read_campaign`.
    """
    read, problems = _read(path)
    if problems or read is None:
        raise ProblemsError(problems)
    return read


def check_campaign(path: Path) -> tuple[Problem, ...]:
    """All problems of a campaign file in the order of its lines; empty if it is right."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Reading[Campaign] | None, tuple[Problem, ...]]:
    source, problems = read_source(path)
    if source is None:
        return None, problems
    campaign, findings, notes = validate_noted(source.data)
    found, noted = (
        sorted(
            (source.problem(item.code, item.address, item.args) for item in items),
            key=lambda problem: int(problem.place or 0),
        )
        for items in (findings, notes)
    )
    found = sorted([*problems, *found], key=lambda problem: int(problem.place or 0))
    return None if campaign is None else Reading(campaign, tuple(noted)), tuple(found)


def validate_noted(
    data: dict[str, Any],
) -> tuple[Campaign | None, tuple[Finding, ...], tuple[Finding, ...]]:
    """Campaign of plain data, all that is wrong with them, and what was read otherwise than it stands there."""
    campaign, findings = _validate(data)
    if campaign is None:
        return None, findings, ()
    settled = deepcopy(data)
    notes = replace_labels(campaign, settled)
    return Campaign.model_validate(settled) if notes else campaign, findings, notes


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
        if repaired is None:
            return None, shapes
        return None, (*shapes, *(item for item in find_mistakes(repaired) if untouched(item, replaced)))
    return campaign, find_mistakes(campaign)
