"""Review: return and accept submissions, give marks, nominate."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import pandas as pd

from pbwidgets import store
from pbwidgets.campaign import Campaign, Criterion, Form, Track
from pbwidgets.campaign.model import MOST_RETURN_DAYS, find_marking
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.scoring.registry import MARKED, find_range
from pbwidgets.store import (
    Actor,
    Mark,
    MarkKey,
    NominationList,
    SubmissionKey,
    accept,
    accept_many,
    history,
    load_overview,
    load_recusals,
    nominate,
    rate_many,
    recuse,
    return_submission,
    undo_accept,
)
from pbwidgets.units import ancestors
from pbwidgets.workflows.filling import extend_for_correction
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
        in for the unit, ``workflows.recused`` if the rater stands aside for it.
    """
    wanted = list(marks)
    units = workspace.units(opened.day(today()))
    for mark in wanted:
        check_mark(opened.campaign, mark)
        _check_rater(actor, opened, mark.key, units)
        check_unit_of_line(opened.campaign, mark.key, units)
    _check_own_entries(workspace, actor, opened, wanted)
    _check_recused(workspace, opened, wanted)
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
    lowest, highest = find_range(line)
    if not lowest <= mark.points <= highest:
        raise DataError(
            "workflows.mark_out_of_range", line=line.id, points=mark.points, lowest=lowest, highest=highest
        )
    if needs_reason(line) and not mark.comment.strip():
        raise DataError("workflows.reason_needed", line=line.id)


def needs_reason(line: Criterion) -> bool:
    """Whether a mark on a line wants its reason: discretion does, and what corrects a computed line."""
    return line.rule is not None and line.rule.name != "rated"


def is_marked(line: Criterion) -> bool:
    """Whether raters give the points of a line; all other lines are computed, and may be corrected."""
    return line.rule is not None and line.rule.name in MARKED


def check_unit_of_line(campaign: Campaign, key: MarkKey, units: pd.DataFrame) -> None:
    """Let a mark pass whose line is one of its unit's score sheet.

    Raises
    ------
    DataError
        ``workflows.line_of_others``.
    """
    kind = _line(campaign, key.criterion_id)[0].unit_kind
    if kind not in set(units.loc[units["unit_code"] == key.unit_code, "kind"]):
        raise DataError("workflows.line_of_others", line=key.criterion_id, unit=key.unit_code)


def withdraw_mark(workspace: Workspace, actor: Actor, opened: Opened, key: MarkKey) -> None:
    """Take one's own mark back; it stays in the history.

    Raises
    ------
    DataError
        ``store.no_mark``.
    RightsError
        If it is somebody else's mark, or the actor may no longer mark this unit.
    """
    _check_rater(actor, opened, key, workspace.units(opened.day(today())))
    with workspace.store.write(actor) as writer:
        store.withdraw_mark(writer, key)


def recuse_rater(
    workspace: Workspace, actor: Actor, opened: Opened, rater: str, unit_code: str, reason: str
) -> None:
    """Record that a rater stands aside for a unit: the marks stay on record and leave the mean.

    Whoever may rate the unit stands aside by himself; others are recused by the top level or the organiser.

    Raises
    ------
    DataError
        ``store.reason_needed``.
    RightsError
        If the actor may not.
    """
    authorise(actor, "rate" if rater == actor.name else "recuse", unit_code, workspace.units())
    with workspace.store.write(actor) as writer:
        recuse(writer, opened.campaign.id, opened.period_id, rater, unit_code, reason)


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


def accept_submissions(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    seen: Mapping[SubmissionKey, int],
    level_id: str,
) -> int:
    """Number of submissions that a level has accepted at once; all or none.

    Parameters
    ----------
    workspace, actor, opened
        Where, who, and in which campaign.
    seen
        What is accepted, each with the version that the reviewer has before him.
    level_id
        Level that accepts.

    Raises
    ------
    ConflictError
        ``store.version_changed`` if a newer version of one of them has come.
    DataError
        ``store.not_your_turn``, ``store.no_submission``.
    RightsError
        If the actor does not sit at this level above each of the units.
    """
    units = workspace.units(opened.day(today()))
    by_levels: dict[tuple[str, ...], list[SubmissionKey]] = {}
    for key in seen:
        _check_reviewer(workspace, actor, opened, key, level_id, units)
        levels = review_levels(opened.campaign, opened.campaign.form(key.form_id))
        by_levels.setdefault(levels, []).append(key)
    with workspace.store.write(actor) as writer:
        _check_seen(load_overview(writer, opened.campaign.id, opened.period_id), seen)
        for levels, keys in by_levels.items():
            accept_many(writer, keys, level_id, levels)
    return len(seen)


def undo_acceptance(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, level_id: str
) -> int:
    """Version that was made by taking an acceptance back; possible until the next level has acted.

    Raises
    ------
    DataError
        ``store.cannot_undo``, ``store.no_submission``.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(workspace, actor, opened, key, level_id)
    levels = review_levels(opened.campaign, opened.campaign.form(key.form_id))
    with workspace.store.write(actor) as writer:
        return undo_accept(writer, key, level_id, levels)


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
    days: int | None = None,
    now: datetime | None = None,
) -> int:
    """Version that was made by returning a submission, whole or for one field, with a reason.

    Parameters
    ----------
    workspace, actor, opened, key
        Where, who, in which campaign, and what is returned.
    level_id
        Level that returns it.
    reason, field_path
        Why, and the field that it concerns; None for the whole.
    seen_version
        Version that the reviewer has before him.
    days
        Days for the correction after today: until then it can be handed in again, also after the deadline. By
        default those of the campaign; 0 leaves the deadline as it is, and none makes it earlier.
    now
        Moment of the return, with its zone; by default the present one.

    Raises
    ------
    ConflictError, DataError
        As :func:`pbwidgets.store.return_submission`; ``workflows.return_days`` for more days than a return may
        give.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(workspace, actor, opened, key, level_id)
    levels = review_levels(opened.campaign, opened.campaign.form(key.form_id))
    given = opened.campaign.return_days if days is None else days
    if not 0 <= given <= MOST_RETURN_DAYS:
        raise DataError("workflows.return_days", days=given, highest=MOST_RETURN_DAYS)
    moment = now or datetime.now(UTC)
    with workspace.store.write(actor, moment) as writer:
        made = return_submission(writer, key, level_id, levels, reason, field_path, seen_version=seen_version)
        extend_for_correction(writer, opened, key, moment, given, reason)
    return made


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


def acting_level(campaign: Campaign, form: Form, state: str) -> str | None:
    """Level whose turn it is in this state; None where no level has to act."""
    levels = review_levels(campaign, form)
    before = ("submitted", *(store.accepted(level) for level in levels))
    return dict(zip(before, levels, strict=False)).get(state)


def is_seated(actor: Actor, campaign: Campaign, level_id: str, unit_code: str, units: pd.DataFrame) -> bool:
    """Whether the actor sits at a level above a unit: in the unit's ancestor of that level's kind, not in it."""
    level = next(item for item in campaign.review_levels if item.id == level_id)
    seat = ancestors(units, level.unit_kind).get(unit_code)
    return isinstance(seat, str) and seat == actor.unit_code and seat != unit_code


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


def _check_rater(actor: Actor, opened: Opened, key: MarkKey, units: pd.DataFrame) -> None:
    _check_opened(actor, opened, key, "rate")
    if actor.role == "operator":
        return
    if key.rater != actor.name or (actor.role == "leader") != (key.source == LEADER):
        raise RightsError("workflows.not_allowed", role=actor.role, action="rate")
    level_id = opened.campaign.layer(key.layer).level
    if level_id is None:
        authorise(actor, "fill", key.unit_code, units)
        return
    authorise(actor, "rate", key.unit_code, units)
    _check_seat(actor, opened.campaign, level_id, key.unit_code, units)


def _check_recused(workspace: Workspace, opened: Opened, marks: Iterable[Mark]) -> None:
    """Refuse marks of raters who stand aside: they would count nowhere."""
    wanted = list(marks)
    with workspace.store.read() as reader:
        for rater in sorted({mark.key.rater for mark in wanted}):
            aside = load_recusals(reader, opened.campaign.id, opened.period_id, rater)
            for mark in wanted:
                if mark.key.rater == rater and mark.key.unit_code in aside:
                    raise RightsError("workflows.recused", unit=mark.key.unit_code)


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
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    level_id: str,
    units: pd.DataFrame | None = None,
) -> None:
    if units is None:
        units = workspace.units(opened.day(today()))
    _check_opened(actor, opened, key, "review")
    authorise(actor, "review", key.unit_code, units)
    if actor.role != "operator":
        _check_seat(actor, opened.campaign, level_id, key.unit_code, units)


def _check_opened(actor: Actor, opened: Opened, key: SubmissionKey | MarkKey, action: str) -> None:
    """Refuse what belongs to another campaign or period than the one whose rules were asked."""
    if (key.campaign_id, key.period_id) != (opened.campaign.id, opened.period_id):
        raise RightsError("workflows.not_allowed", role=actor.role, action=action)


def _check_seat(actor: Actor, campaign: Campaign, level_id: str, unit_code: str, units: pd.DataFrame) -> None:
    if not is_seated(actor, campaign, level_id, unit_code, units):
        raise RightsError("workflows.out_of_scope", unit=unit_code, own=actor.unit_code or "")


def _check_seen(overview: pd.DataFrame, seen: Mapping[SubmissionKey, int]) -> None:
    """Refuse where a newer version than the one seen has come."""
    columns = [overview[name] for name in ("form_id", "unit_code", "occurrence", "version")]
    found = {
        (form_id, unit, int(at)): int(version) for form_id, unit, at, version in zip(*columns, strict=True)
    }
    for key, version in seen.items():
        newest = found.get((key.form_id, key.unit_code, key.occurrence), version)
        if newest != version:
            raise ConflictError("store.version_changed", unit=key.unit_code, seen=version, found=newest)
