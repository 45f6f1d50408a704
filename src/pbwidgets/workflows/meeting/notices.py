"""The public notice of a result, and the objections raised while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from pbwidgets.campaign.model import MOST_NOTICE_DAYS
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.scoring.frames import SELECTED
from pbwidgets.store import (
    NoticeOnRecord,
    Objection,
    PublicNotice,
    close_objection,
    end_notice,
    find_notice_of,
    load_decisions,
    load_notice,
    load_notices,
    load_objections,
    record_objection,
    start_notice,
)
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.meeting.decisions import authorise_decision
from pbwidgets.workflows.meeting.what_if import authorise_meeting


@dataclass(frozen=True)
class NoticeState:
    """A notice with its objections."""

    record: NoticeOnRecord
    objections: tuple[Objection, ...]


@dataclass(frozen=True)
class PlannedNotice:
    """A notice that could start, and the codes of the units that it makes public."""

    notice: PublicNotice
    units: tuple[str, ...]


def plan_notice(
    desk: Desk,
    track_id: str,
    begins: date,
    *,
    days: int | None = None,
    contact: str = "",
    unit_code: str | None = None,
) -> PlannedNotice:
    """The notice that :func:`start_public_notice` would start, to be looked at first; nothing is stored.

    Parameters
    ----------
    begins
        First day.
    days
        Number of days including the first; by default the campaign's, and required if the campaign sets none.
    contact
        Where to send objections; by default the campaign's contact, and required if the campaign names none.
    unit_code
        The one unit that the notice is about, for example one that was decided on after the list was published;
        by default the whole list.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        ``meeting.nothing_decided``, ``meeting.unit_not_chosen`` if the unit was not decided to be selected,
        ``meeting.days_needed``, ``meeting.contact_needed``.
    """
    authorise_decision(desk, track_id)
    given = desk.opened.campaign.track(track_id).public_notice
    lasts = days or (given.days if given else 0)
    if not 1 <= lasts <= MOST_NOTICE_DAYS:
        raise DataError("meeting.days_needed", most=MOST_NOTICE_DAYS)
    with desk.workspace.store.read() as reader:
        decided = load_decisions(reader, *desk.opened.key)
    if not (decided["track_id"] == track_id).any():
        raise DataError("meeting.nothing_decided")
    chosen = _find_selected(decided, track_id)
    if unit_code is not None and unit_code not in chosen:
        raise DataError("meeting.unit_not_chosen", unit=unit_names(desk.units).get(unit_code, unit_code))
    default = given.contact.words(desk.workspace.settings.lang) if given and given.contact else ""
    whom = contact.strip() or default
    if not whom:
        raise DataError("meeting.contact_needed")
    ends = begins + timedelta(days=lasts - 1)
    notice = PublicNotice(*desk.opened.key, track_id, begins, ends, whom, unit_code)
    return PlannedNotice(notice, chosen if unit_code is None else (unit_code,))


def start_public_notice(desk: Desk, planned: PlannedNotice) -> int:
    """Number of the notice, started as planned by :func:`plan_notice`.

    Raises
    ------
    RightsError
        If the actor may not decide.
    ConflictError
        ``store.notice_running``, ``meeting.decided_since`` if the decision has changed since it was planned.
    """
    authorise_decision(desk, planned.notice.track_id)
    with desk.write() as writer:
        chosen = _find_selected(load_decisions(writer, *desk.opened.key), planned.notice.track_id)
        only = planned.notice.unit_code
        if planned.units != (chosen if only is None else tuple(code for code in chosen if code == only)):
            raise ConflictError("meeting.decided_since")
        return start_notice(writer, planned.notice)


def _find_selected(decided: pd.DataFrame, track_id: str) -> tuple[str, ...]:
    of_track = decided[(decided["track_id"] == track_id) & (decided["status"] == SELECTED)]
    return tuple(sorted(str(code) for code in of_track["unit_code"]))


def take_back_notice(desk: Desk, notice_id: int) -> None:
    """Withdraw a notice before it ends.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        ``store.unknown_notice``.
    """
    _authorise_notice(desk, notice_id)
    with desk.write() as writer:
        end_notice(writer, notice_id)


def add_objection(desk: Desk, notice_id: int, unit_code: str, received_on: date, gist: str) -> int:
    """Number of the new objection; its gist must not say who objects.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        As :func:`pbwidgets.store.record_objection`.
    """
    _authorise_notice(desk, notice_id)
    with desk.write() as writer:
        return record_objection(writer, notice_id, unit_code, received_on, gist)


def settle_objection(desk: Desk, objection_id: int, status: str, outcome: str) -> None:
    """Close an objection as ``upheld`` or ``dismissed``, with its outcome.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        As :func:`pbwidgets.store.close_objection`.
    """
    with desk.workspace.store.read() as reader:
        notice_id = find_notice_of(reader, objection_id)
    _authorise_notice(desk, notice_id)
    with desk.write() as writer:
        close_objection(writer, objection_id, status, outcome)


def _authorise_notice(desk: Desk, notice_id: int | None) -> None:
    """Raise unless the actor may decide on the track of a notice of this campaign and period."""
    with desk.workspace.store.read() as reader:
        found = None if notice_id is None else load_notice(reader, notice_id)
    ours = found is not None and (found.notice.campaign_id, found.notice.period_id) == desk.opened.key
    authorise_decision(desk, found.notice.track_id if found is not None and ours else None)
    if not ours:
        raise DataError("store.unknown_notice", number=notice_id)


def find_notices(desk: Desk, track_id: str) -> tuple[NoticeState, ...]:
    """The newest notice of a track and of each unit that has its own, with their objections; that of the track first.

    Raises
    ------
    RightsError
        If the actor may not see the meeting.
    """
    authorise_meeting(desk, track_id)
    with desk.workspace.store.read() as reader:
        return tuple(
            NoticeState(record, load_objections(reader, record.id))
            for record in load_notices(reader, *desk.opened.key, track_id)
        )


def find_notice_for(states: Sequence[NoticeState], unit_code: str, day: date) -> int:
    """Number of the notice that an objection about a unit belongs to: the unit's own if it runs, else the track's.

    Parameters
    ----------
    states
        As :func:`find_notices` gives them.
    day
        Day on which the objection is recorded.

    Raises
    ------
    DataError
        ``meeting.no_notice_runs``.
    """
    running = {
        state.record.notice.unit_code: state.record.id
        for state in states
        if state.record.notice.begins <= day <= state.record.notice.ends
    }
    for code in (unit_code, None):
        if code in running:
            return running[code]
    raise DataError("meeting.no_notice_runs")
