"""Exceptions from a deadline, for one unit and form. The deadlines themselves are in the campaign."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.keys import SubmissionKey
from pbwidgets.store.tables import deadline_exceptions
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class Extension:
    """An exception on record: until when, why, and who granted it when."""

    until: datetime
    reason: str
    recorded_at: datetime
    recorded_by: str


def grant_exception(
    w: Writer, campaign_id: str, period_id: str, form_id: str, unit_code: str, until: datetime, reason: str
) -> None:
    """Let a unit hand a form in until a moment (with its zone); the newest exception counts.

    Raises
    ------
    DataError
        ``store.reason_needed``, ``store.unknown_unit``.
    """
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    check_units_known(w, unit_code)
    w.conn.execute(
        insert(deadline_exceptions).values(
            campaign_id=campaign_id,
            period_id=period_id,
            form_id=form_id,
            unit_code=unit_code,
            until=until,
            reason=reason,
            recorded_at=w.now,
            recorded_by=w.actor.name,
        )
    )
    details = {"until": until.isoformat()}
    record(w, Deed("grant_exception", f"form:{form_id}", campaign_id, period_id, unit_code, details))


def load_extensions(
    r: Reader, campaign_id: str, period_id: str, form_id: str, unit_code: str
) -> tuple[Extension, ...]:
    """Exceptions that a unit was granted for a form, oldest first."""
    table = deadline_exceptions.c
    query = select(table.until, table.reason, table.recorded_at, table.recorded_by).where(
        table.campaign_id == campaign_id,
        table.period_id == period_id,
        table.form_id == form_id,
        table.unit_code == unit_code,
    )
    return tuple(Extension(*row) for row in r.conn.execute(query.order_by(table.id)))


def record_refusal(w: Writer, key: SubmissionKey) -> None:
    """Write to the log that a submission was refused because it came after its deadline."""
    record(w, Deed("refuse_late", key.entity, key.campaign_id, key.period_id, key.unit_code))


def load_exception(
    r: Reader, campaign_id: str, period_id: str, form_id: str, unit_code: str
) -> datetime | None:
    """Moment (UTC) until which a unit may still hand a form in, or None without an exception."""
    table = deadline_exceptions.c
    return r.conn.scalar(
        select(table.until)
        .where(
            table.campaign_id == campaign_id,
            table.period_id == period_id,
            table.form_id == form_id,
            table.unit_code == unit_code,
        )
        .order_by(table.id.desc())
        .limit(1)
    )
