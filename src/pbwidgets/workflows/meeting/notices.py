"""The public notice of a result, and the objections raised while it runs."""

from dataclasses import dataclass
from datetime import date, timedelta

from pbwidgets.campaign.model import MOST_NOTICE_DAYS
from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import SELECTED
from pbwidgets.store import (
    NoticeOnRecord,
    Objection,
    PublicNotice,
    close_objection,
    end_notice,
    load_decisions,
    load_notices,
    load_objections,
    record_objection,
    start_notice,
)
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_track
from pbwidgets.workflows.meeting.decisions import authorise_decision
from pbwidgets.workflows.meeting.what_if import authorise_meeting


@dataclass(frozen=True)
class NoticeState:
    """A notice with its objections."""

    record: NoticeOnRecord
    objections: tuple[Objection, ...]


def start_public_notice(
    desk: Desk,
    track_id: str,
    begins: date,
    *,
    days: int | None = None,
    contact: str = "",
    unit_code: str | None = None,
) -> int:
    """Number of the notice, which runs for the campaign's number of days including the first.

    Parameters
    ----------
    begins
    First day.
    days
    Number of days; by default the campaign's, and required if the campaign sets none.
    contact
        Where to send objections; by default the campaign's contact.
    unit_code
        The one unit that the notice is about, for example one that was decided on after the list was published;
        by default the whole list.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        ``meeting.nothing_decided``, ``meeting.unit_not_chosen`` if the unit was not decided to be selected,
        ``meeting.days_needed``.
    ConflictError
        ``store.notice_running``.
    """
    authorise_decision(desk)
    check_track(desk.opened.campaign, track_id)
    given = desk.opened.campaign.track(track_id).public_notice
    lasts = days or (given.days if given else 0)
    if not 1 <= lasts <= MOST_NOTICE_DAYS:
        raise DataError("meeting.days_needed", most=MOST_NOTICE_DAYS)
    default = given.contact.words(desk.workspace.settings.lang) if given and given.contact else ""
    notice = PublicNotice(
        *desk.opened.key,
        track_id,
        begins,
        begins + timedelta(days=lasts - 1),
        contact.strip() or default or None,
        unit_code,
    )
    with desk.write() as writer:
        decided = load_decisions(writer, *desk.opened.key)
        of_track = decided[decided["track_id"] == track_id]
        if of_track.empty:
            raise DataError("meeting.nothing_decided")
        chosen = of_track.loc[of_track["status"] == SELECTED, "unit_code"]
        if unit_code is not None and unit_code not in set(chosen):
            raise DataError("meeting.unit_not_chosen", unit=unit_names(desk.units).get(unit_code, unit_code))
        return start_notice(writer, notice)


def take_back_notice(desk: Desk, notice_id: int) -> None:
    """Withdraw a notice before it ends.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        ``store.unknown_notice``.
    """
    authorise_decision(desk)
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
    authorise_decision(desk)
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
    authorise_decision(desk)
    with desk.write() as writer:
        close_objection(writer, objection_id, status, outcome)


def find_notices(desk: Desk, track_id: str) -> tuple[NoticeState, ...]:
    """The newest notice of a track and of each unit that has its own, with their objections; that of the track first.

    Raises
    ------
    RightsError
        If the actor may not see the meeting.
    """
    authorise_meeting(desk)
    with desk.workspace.store.read() as reader:
        return tuple(
            NoticeState(record, load_objections(reader, record.id))
            for record in load_notices(reader, *desk.opened.key, track_id)
        )
