"""The public notice of a result, and what is objected while it lasts."""

from dataclasses import dataclass
from datetime import date, timedelta

from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    NoticeOnRecord,
    Objection,
    PublicNotice,
    close_objection,
    end_notice,
    load_decisions,
    load_notice,
    load_objections,
    record_objection,
    start_notice,
)
from pbwidgets.workflows.deciding import authorise_decision
from pbwidgets.workflows.listing import check_track
from pbwidgets.workflows.trying import authorise_meeting
from pbwidgets.workflows.workspace import Opened, Workspace, today


@dataclass(frozen=True)
class NoticeState:
    """The newest notice of a track with its objections."""

    record: NoticeOnRecord
    objections: tuple[Objection, ...]


def start_public_notice(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    track_id: str,
    begins: date,
    *,
    days: int | None = None,
    contact: str = "",
) -> int:
    """Number of the notice, which lasts as many days as the campaign says, the first one included.

    Parameters
    ----------
    workspace, actor, opened
        Where, who, and which campaign and period.
    track_id
        The track.
    begins
        First day.
    days
        Other number of days than the campaign's; needed where the campaign has none.
    contact
        Where objections go; by default what the campaign says.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        ``meeting.nothing_decided``, ``meeting.days_needed``.
    ConflictError
        ``store.notice_running``.
    """
    authorise_decision(actor, workspace.units(opened.day(today())))
    check_track(opened, track_id)
    given = opened.campaign.track(track_id).public_notice
    lasts = days or (given.days if given else 0)
    if lasts < 1:
        raise DataError("meeting.days_needed")
    default = given.contact.words(workspace.settings.lang) if given and given.contact else ""
    notice = PublicNotice(
        opened.campaign.id,
        opened.period_id,
        track_id,
        begins,
        begins + timedelta(days=lasts - 1),
        contact.strip() or default or None,
    )
    with workspace.store.write(actor) as writer:
        decided = load_decisions(writer, opened.campaign.id, opened.period_id)
        if not (decided["track_id"] == track_id).any():
            raise DataError("meeting.nothing_decided")
        return start_notice(writer, notice)


def take_back_notice(workspace: Workspace, actor: Actor, opened: Opened, notice_id: int) -> None:
    """Take a notice back before its time.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        ``store.unknown_notice``.
    """
    authorise_decision(actor, workspace.units(opened.day(today())))
    with workspace.store.write(actor) as writer:
        end_notice(writer, notice_id)


def add_objection(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    notice_id: int,
    unit_code: str,
    received_on: date,
    gist: str,
) -> int:
    """Number of an objection; its gist never says who objects.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        As :func:`pbwidgets.store.record_objection`.
    """
    authorise_decision(actor, workspace.units(opened.day(today())))
    with workspace.store.write(actor) as writer:
        return record_objection(writer, notice_id, unit_code, received_on, gist)


def settle_objection(
    workspace: Workspace, actor: Actor, opened: Opened, objection_id: int, status: str, outcome: str
) -> None:
    """Close an objection as ``upheld`` or ``dismissed``, with what was found.

    Raises
    ------
    RightsError
        If the actor may not decide.
    DataError
        As :func:`pbwidgets.store.close_objection`.
    """
    authorise_decision(actor, workspace.units(opened.day(today())))
    with workspace.store.write(actor) as writer:
        close_objection(writer, objection_id, status, outcome)


def find_notice(workspace: Workspace, actor: Actor, opened: Opened, track_id: str) -> NoticeState | None:
    """The newest notice of a track with its objections; None if there is none.

    Raises
    ------
    RightsError
        If the actor may not see the meeting.
    """
    authorise_meeting(actor, workspace.units(opened.day(today())))
    with workspace.store.read() as reader:
        record = load_notice(reader, opened.campaign.id, opened.period_id, track_id)
        return None if record is None else NoticeState(record, load_objections(reader, record.id))
