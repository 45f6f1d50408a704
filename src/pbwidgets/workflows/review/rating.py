"""Give marks, withdraw them, recuse raters."""

from collections.abc import Iterable, Sequence

from pbwidgets import store
from pbwidgets.errors import RightsError
from pbwidgets.intake.identifying import HIDDEN
from pbwidgets.store import Mark, MarkKey, Reader, history, load_recusals, rate_many, recuse
from pbwidgets.workflows.ground.desk import Desk, check_key, check_version
from pbwidgets.workflows.ground.lookup import find_line
from pbwidgets.workflows.ground.marks import check_differences, check_mark, check_unit_of_line, keep_comments
from pbwidgets.workflows.ground.seats import LEADER, Seats, find_seats


def give_marks(desk: Desk, marks: Iterable[Mark], withdrawn: Iterable[MarkKey] = ()) -> int:
    """Number of marks written; all or none, together with those that are withdrawn.

    Parameters
    ----------
    withdrawn
        The actor's own marks that are taken back.

    Raises
    ------
    ConflictError
        ``workflows.newer_version`` if another version of the campaign has been opened since the desk was made.
    DataError
        ``workflows.mark_out_of_range``, ``workflows.reason_needed`` (a discretionary mark, or one that
        corrects a computed line, needs a comment), ``workflows.difference_needs_reason``,
        ``workflows.unknown_line``, ``workflows.unknown_source``.
    RightsError
        If the actor may not mark this unit in this layer; ``workflows.own_entry`` if the actor filled in the form
        for the unit, ``workflows.recused`` if the rater is recused for it.
    """
    wanted, seats = list(marks), find_seats(desk)
    for mark in wanted:
        check_mark(desk.opened.campaign, mark)
        _check_rater(desk, seats, mark.key)
        check_unit_of_line(desk.opened.campaign, mark.key, desk.units)
    taken = list(withdrawn)
    for key in taken:
        _check_rater(desk, seats, key)
    _check_bars(desk, wanted)
    hides = any(HIDDEN in mark.comment for mark in wanted)
    scrub = desk.workspace.store.scrub() if hides else None
    with desk.write() as writer:
        check_version(writer, desk)
        wanted = keep_comments(scrub, writer, wanted)
        check_differences(writer, desk.opened.campaign, wanted, desk.units)
        for key in taken:
            store.withdraw_mark(writer, key)
        return rate_many(writer, wanted)


def withdraw_mark(desk: Desk, key: MarkKey) -> None:
    """Withdraw the actor's own mark; it stays in the history.

    Raises
    ------
    DataError
        ``store.no_mark``.
    RightsError
        If it is somebody else's mark, or the actor may no longer mark this unit.
    """
    _check_rater(desk, find_seats(desk), key)
    with desk.write() as writer:
        store.withdraw_mark(writer, key)


def recuse_rater(desk: Desk, rater: str, unit_code: str, reason: str) -> None:
    """Record that a rater is recused for a unit: their marks stay on record but no longer count.

    Raters may recuse themselves; others are recused by the top level or the organiser.

    Raises
    ------
    DataError
        ``store.reason_needed``.
    RightsError
        If the actor may not.
    """
    desk.authorise("rate" if rater == desk.actor.name else "recuse", unit_code)
    with desk.write() as writer:
        recuse(writer, *desk.opened.key, rater, unit_code, reason)


def _check_rater(desk: Desk, seats: Seats, key: MarkKey) -> None:
    actor = desk.actor
    check_key(desk, key, "rate")
    if actor.role == "operator":
        return
    if key.rater != actor.name or (actor.role == "leader") != (key.source == LEADER):
        raise RightsError("workflows.not_allowed", role=actor.role, action="rate")
    level_id = desk.opened.campaign.layer(key.layer).level
    if level_id is None:
        desk.authorise("fill", key.unit_code)
        return
    desk.authorise("rate", key.unit_code)
    seats.check(level_id, key.unit_code)


def _check_bars(desk: Desk, marks: Sequence[Mark]) -> None:
    """Raise for the first unit that one of the raters may not mark."""
    with desk.workspace.store.read() as reader:
        for rater in sorted({mark.key.rater for mark in marks}):
            marked = [
                (mark.key.unit_code, find_line(desk.opened.campaign, mark.key.criterion_id)[0].id)
                for mark in marks
                if mark.key.rater == rater
            ]
            for refusal in bars_of(reader, desk, marked, rater).values():
                raise refusal


def bars_of(
    reader: Reader, desk: Desk, marked: Iterable[tuple[str, str]], rater: str
) -> dict[str, RightsError]:
    """Units that a rater may not mark although the seat is theirs, each with the refusal.

    Marks of recused raters would not count; and nobody marks answers that they filled in on behalf of the unit.

    Parameters
    ----------
    marked
        Units, each with the track in which it is marked.
    """
    found: dict[str, RightsError] = {}
    aside = load_recusals(reader, *desk.opened.key, rater)
    for unit_code, track_id in sorted(set(marked)):
        if unit_code in aside:
            found[unit_code] = RightsError("workflows.recused", unit=unit_code)
        elif desk.actor.role == "reviewer" and _has_filled_in(reader, desk, unit_code, track_id):
            found[unit_code] = RightsError("workflows.own_entry", unit=unit_code)
    return found


def _has_filled_in(reader: Reader, desk: Desk, unit_code: str, track_id: str) -> bool:
    keys = (
        desk.opened.submission_key(form_id, unit_code)
        for form_id in desk.opened.campaign.track(track_id).forms
    )
    return any(
        item.made_by.on_behalf and item.made_by.name == desk.actor.name
        for key in keys
        for item in history(reader, key)
    )
