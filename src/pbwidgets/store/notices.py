"""Public notices of a result, and the objections that come in while they run.

An objection says what is objected to, never by whom, to protect whoever objects.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert, select, update

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.store.audit import Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import objections, public_notices
from pbwidgets.store.units import check_units_known

OPEN: Final = "open"
UPHELD: Final = "upheld"
DISMISSED: Final = "dismissed"
OUTCOMES: Final = (UPHELD, DISMISSED)


@dataclass(frozen=True)
class PublicNotice:
    """Days on which a result can be objected to, the first and the last included.

    ``unit_code`` is the one unit that it is about, for example one that was decided on later; None for the whole
    list of the track.
    """

    campaign_id: str
    period_id: str
    track_id: str
    begins: date
    ends: date
    contact: str | None = None
    unit_code: str | None = None


@dataclass(frozen=True)
class NoticeOnRecord:
    """A notice with its number, and when it was taken back early, if it was."""

    id: int
    notice: PublicNotice
    recorded_by: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Objection:
    """One objection and what became of it.

    Attributes
    ----------
    gist
        What is objected to; never who objects.
    status
        ``open``, ``upheld`` or ``dismissed``.
    outcome
        What was found, once it is closed.
    """

    id: int
    notice_id: int
    unit_code: str
    received_on: date
    gist: str
    status: str
    outcome: str | None


def start_notice(w: Writer, notice: PublicNotice) -> int:
    """Start a notice; returns its number.

    Raises
    ------
    DataError
        ``store.notice_days`` if it ends before it begins, ``store.unknown_unit``.
    ConflictError
        ``store.notice_running`` if another one of the track, or ``store.notice_of_unit_running`` if one of the same
        unit, is not over by then.
    """
    if notice.ends < notice.begins:
        raise DataError("store.notice_days", begins=notice.begins, ends=notice.ends)
    if notice.unit_code is not None:
        check_units_known(w, notice.unit_code)
    earlier = load_notices(w, notice.campaign_id, notice.period_id, notice.track_id)
    before = next((item for item in earlier if item.notice.unit_code == notice.unit_code), None)
    if before is not None and before.notice.ends >= notice.begins:
        code = "store.notice_running" if notice.unit_code is None else "store.notice_of_unit_running"
        raise ConflictError(code, begins=before.notice.begins, ends=before.notice.ends)
    days = {"begins": notice.begins.isoformat(), "ends": notice.ends.isoformat()}
    number: int | None = w.conn.scalar(
        insert(public_notices)
        .values(**(asdict(notice) | days), recorded_at=w.now, recorded_by=w.actor.name)
        .returning(public_notices.c.id)
    )
    assert number is not None  # an insert gives a number or raises
    record(w, _deed("start_notice", number, notice, days, notice.unit_code))
    return number


def end_notice(w: Writer, notice_id: int) -> None:
    """Take a notice back early.

    Raises
    ------
    DataError
        ``store.unknown_notice`` if there is none with this number, or it was taken back already.
    """
    found = _find_notice(w, notice_id)
    w.conn.execute(update(public_notices).where(public_notices.c.id == notice_id).values(ended_at=w.now))
    record(w, _deed("end_notice", notice_id, found.notice, {}, found.notice.unit_code))


def load_notices(r: Reader, campaign_id: str, period_id: str, track_id: str) -> tuple[NoticeOnRecord, ...]:
    """Newest notice of a track and of each of its units, that of the track first, then by unit code.

    They may be over; those that were taken back are left out.
    """
    table = public_notices.c
    rows = r.conn.execute(
        select(public_notices)
        .where(
            table.campaign_id == campaign_id,
            table.period_id == period_id,
            table.track_id == track_id,
            table.ended_at.is_(None),
        )
        .order_by(table.id)
    )
    newest = {row.unit_code or "": _notice(row) for row in rows}
    return tuple(newest[unit] for unit in sorted(newest))


def load_notice(r: Reader, notice_id: int) -> NoticeOnRecord | None:
    """The notice with this number, over or taken back or not; None if there is none."""
    row = r.conn.execute(select(public_notices).where(public_notices.c.id == notice_id)).first()
    return None if row is None else _notice(row)


def find_notice_of(r: Reader, objection_id: int) -> int | None:
    """Number of the notice that an objection is about; None if there is no such objection."""
    number: int | None = r.conn.scalar(select(objections.c.notice_id).where(objections.c.id == objection_id))
    return number


def record_objection(w: Writer, notice_id: int, unit_code: str, received_on: date, gist: str) -> int:
    """Record an objection that came in during the notice; returns its number.

    Raises
    ------
    DataError
        ``store.reason_needed`` without a gist, ``store.outside_notice`` on a day before or after the
        notice, ``store.notice_of_another`` if the notice is about another unit, ``store.unknown_notice``,
        ``store.unknown_unit``.
    """
    if not clean_text(gist):
        raise DataError("store.reason_needed")
    check_units_known(w, unit_code)
    found = _find_notice(w, notice_id)
    if not found.notice.begins <= received_on <= found.notice.ends:
        raise DataError(
            "store.outside_notice", day=received_on, begins=found.notice.begins, ends=found.notice.ends
        )
    if found.notice.unit_code not in (None, unit_code):
        raise DataError("store.notice_of_another", unit=found.notice.unit_code)
    number: int | None = w.conn.scalar(
        insert(objections)
        .values(
            notice_id=notice_id,
            unit_code=unit_code,
            received_on=received_on.isoformat(),
            gist=gist,
            status=OPEN,
            recorded_at=w.now,
            recorded_by=w.actor.name,
        )
        .returning(objections.c.id)
    )
    assert number is not None  # an insert gives a number or raises
    record(w, _deed("record_objection", number, found.notice, {}, unit_code, "objection"))
    return number


def close_objection(w: Writer, objection_id: int, status: str, outcome: str) -> None:
    """Close an objection as ``upheld`` or ``dismissed``, with what was found.

    Raises
    ------
    DataError
        ``store.objection_status``, ``store.reason_needed``, ``store.unknown_objection`` if there is no
        such open one.
    """
    if status not in OUTCOMES:
        raise DataError("store.objection_status", status=status, allowed=", ".join(OUTCOMES))
    if not clean_text(outcome):
        raise DataError("store.reason_needed")
    row = w.conn.execute(select(objections).where(objections.c.id == objection_id)).first()
    if row is None or row.status != OPEN:
        raise DataError("store.unknown_objection", number=objection_id)
    w.conn.execute(
        update(objections)
        .where(objections.c.id == objection_id)
        .values(status=status, outcome=outcome, closed_at=w.now, closed_by=w.actor.name)
    )
    notice = _find_notice(w, row.notice_id, allow_ended=True).notice
    record(w, _deed("close_objection", objection_id, notice, {"status": status}, row.unit_code, "objection"))


def load_objections(r: Reader, notice_id: int) -> tuple[Objection, ...]:
    """Objections to a notice, in the order in which they came in."""
    rows = r.conn.execute(
        select(objections).where(objections.c.notice_id == notice_id).order_by(objections.c.id)
    )
    return tuple(
        Objection(
            id=row.id,
            notice_id=row.notice_id,
            unit_code=row.unit_code,
            received_on=date.fromisoformat(row.received_on),
            gist=row.gist,
            status=row.status,
            outcome=row.outcome,
        )
        for row in rows
    )


def _find_notice(r: Reader, notice_id: int, *, allow_ended: bool = False) -> NoticeOnRecord:
    found = load_notice(r, notice_id)
    if found is None or (found.ended_at is not None and not allow_ended):
        raise DataError("store.unknown_notice", number=notice_id)
    return found


def _notice(row: Any) -> NoticeOnRecord:
    return NoticeOnRecord(
        id=row.id,
        notice=PublicNotice(
            row.campaign_id,
            row.period_id,
            row.track_id,
            date.fromisoformat(row.begins),
            date.fromisoformat(row.ends),
            row.contact,
            row.unit_code,
        ),
        recorded_by=row.recorded_by,
        ended_at=row.ended_at,
    )


def _deed(
    action: LoggedAction,
    number: int,
    notice: PublicNotice,
    details: dict[str, Any],
    unit_code: str | None = None,
    entity: str = "notice",
) -> Deed:
    values = {"track": notice.track_id, **details}
    return Deed(action, f"{entity}:{number}", notice.campaign_id, notice.period_id, unit_code, values)
