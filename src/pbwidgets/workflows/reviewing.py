"""Review: return and accept submissions, give marks, nominate."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Form, Track
from pbwidgets.errors import DataError, RightsError
from pbwidgets.scoring.sources import find_marking
from pbwidgets.store import (
    Actor,
    Mark,
    NominationList,
    SubmissionKey,
    accept,
    history,
    nominate,
    rate_many,
    return_submission,
)
from pbwidgets.units import ancestors
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import Opened, Workspace, today

LEADER: Final = "leader"
"""Source that leaders mark, and nobody else."""


def give_marks(workspace: Workspace, actor: Actor, opened: Opened, marks: Iterable[Mark]) -> int:
    """Number of marks that were written; all or none.

    Raises
    ------
    DataError
        ``workflows.mark_out_of_range``, ``workflows.reason_needed`` (a discretionary mark, or one that
        corrects a computed line, wants a comment), ``workflows.unknown_line``, ``workflows.unknown_source``.
    RightsError
        If the actor may not mark this unit in this layer; ``workflows.own_entry`` if it was the actor who filled
        in for the unit.
    """
    wanted = list(marks)
    units = workspace.units(opened.day(today()))
    for mark in wanted:
        check_mark(opened.campaign, mark)
        _check_rater(actor, opened.campaign, mark, units)
    _check_own_entries(workspace, actor, opened, wanted)
    with workspace.store.write(actor) as writer:
        return rate_many(writer, wanted)


def check_mark(campaign: Campaign, mark: Mark) -> None:
    """Let a mark pass that fits its line, its layer and its source.

    Raises
    ------
    DataError
        As :func:`give_marks`.
    """
    key = mark.key
    track, line = _line(campaign, key.criterion_id)
    layers = [layer.id for layer in track.layers]
    sources = campaign.sources_of(track, key.layer) if key.layer in layers else ()
    marking = {source.id for source, marks in zip(sources, find_marking(line, sources), strict=True) if marks}
    known = key.source in marking
    if not known:
        raise DataError("workflows.unknown_source", layer=key.layer, source=key.source, line=line.id)
    rule = line.rule
    discretion = rule is not None and rule.name == "discretion"
    lowest, highest = 0.0, line.points or 0.0
    if rule is not None and rule.name == "discretion":
        lowest, highest = rule.lowest, rule.highest
    if not lowest <= mark.points <= highest:
        raise DataError(
            "workflows.mark_out_of_range", line=line.id, points=mark.points, lowest=lowest, highest=highest
        )
    corrects = rule is not None and rule.name not in ("rated", "discretion")
    if (discretion or corrects) and not mark.comment.strip():
        raise DataError("workflows.reason_needed", line=line.id)


def accept_submission(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    level_id: str,
    *,
    seen_version: int,
) -> int:
    """Version that was made by a level's acceptance.

    Raises
    ------
    ConflictError, DataError
        As :func:`pbwidgets.store.accept`.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(workspace, actor, opened, key, level_id)
    levels = review_levels(opened.campaign, opened.campaign.form(key.form_id))
    with workspace.store.write(actor) as writer:
        return accept(writer, key, level_id, levels, seen_version=seen_version)


def send_back(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    level_id: str,
    reason: str,
    field_path: str | None = None,
    *,
    seen_version: int,
) -> int:
    """Version that was made by returning a submission, whole or for one field, with a reason.

    Raises
    ------
    ConflictError, DataError
        As :func:`pbwidgets.store.return_submission`.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(workspace, actor, opened, key, level_id)
    levels = review_levels(opened.campaign, opened.campaign.form(key.form_id))
    with workspace.store.write(actor) as writer:
        return return_submission(writer, key, level_id, levels, reason, field_path, seen_version=seen_version)


def nominate_unit(
    workspace: Workspace, actor: Actor, opened: Opened, track_id: str, by_unit: str, unit_code: str
) -> int:
    """Place of the unit on the list of the nominating one.

    Raises
    ------
    DataError
        ``store.above_allotment`` when the list is full, ``workflows.not_below`` if the unit is not one of
        its own.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    authorise(actor, "nominate", by_unit, workspace.units())
    track = opened.campaign.track(track_id)
    kind = track.nomination.by if track.nomination else ""
    units = workspace.units(opened.day(today()))
    if not kind or ancestors(units, kind).get(unit_code) != by_unit:
        raise DataError("workflows.not_below", unit=unit_code, by=by_unit)
    with workspace.store.write(actor) as writer:
        return nominate(
            writer, NominationList(opened.campaign.id, opened.period_id, track_id, by_unit), unit_code
        )


def review_levels(campaign: Campaign, form: Form) -> tuple[str, ...]:
    """Levels that review a form, lowest first: those whose units stand above the form's kind of unit."""
    if not form.reviewed:
        return ()
    above = _kinds_above(campaign, form.unit_kind)
    return tuple(level.id for level in campaign.review_levels if level.unit_kind in above)


def _kinds_above(campaign: Campaign, kind_id: str) -> set[str]:
    found: set[str] = set()
    waiting = list(campaign.unit_kind(kind_id).parents)
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting.extend(campaign.unit_kind(kind).parents)
    return found


def _line(campaign: Campaign, criterion_id: str) -> tuple[Track, Criterion]:
    for track in campaign.tracks:
        for line in track.lines():
            if line.id == criterion_id:
                return track, line
    raise DataError("workflows.unknown_line", line=criterion_id)


def _check_rater(actor: Actor, campaign: Campaign, mark: Mark, units: pd.DataFrame) -> None:
    if actor.role == "operator":
        return
    if mark.key.rater != actor.name:
        raise RightsError("workflows.not_allowed", role=actor.role, action="rate")
    if (actor.role == "leader") != (mark.key.source == LEADER):
        raise RightsError("workflows.not_allowed", role=actor.role, action="rate")
    level_id = campaign.layer(mark.key.layer).level
    if level_id is None:
        authorise(actor, "fill", mark.key.unit_code, units)
        return
    authorise(actor, "rate", mark.key.unit_code, units)
    _check_seat(actor, campaign, level_id, mark.key.unit_code, units)


def _check_own_entries(workspace: Workspace, actor: Actor, opened: Opened, marks: Iterable[Mark]) -> None:
    """Refuse marks on what the rater filled in himself, on behalf of the unit."""
    if actor.role != "reviewer":
        return
    marked = {(mark.key.unit_code, _line(opened.campaign, mark.key.criterion_id)[0].id) for mark in marks}
    with workspace.store.read() as reader:
        for unit_code, track_id in sorted(marked):
            for form_id in opened.campaign.track(track_id).forms:
                key = SubmissionKey(opened.campaign.id, opened.period_id, form_id, unit_code)
                if any(
                    item.made_by.on_behalf and item.made_by.name == actor.name
                    for item in history(reader, key)
                ):
                    raise RightsError("workflows.own_entry", unit=unit_code)


def _check_reviewer(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, level_id: str
) -> None:
    units = workspace.units(opened.day(today()))
    authorise(actor, "review", key.unit_code, units)
    if actor.role != "operator":
        _check_seat(actor, opened.campaign, level_id, key.unit_code, units)


def _check_seat(actor: Actor, campaign: Campaign, level_id: str, unit_code: str, units: pd.DataFrame) -> None:
    level = next(item for item in campaign.review_levels if item.id == level_id)
    if ancestors(units, level.unit_kind).get(unit_code) != actor.unit_code:
        raise RightsError("workflows.out_of_scope", unit=unit_code, own=actor.unit_code or "")
