"""Shortcomings to be put right: who is responsible, by when, and when they were closed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_name, clean_text
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import rectifications
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class Rectification:
    """A shortcoming of a unit; ``responsible_post`` is a post, never a name."""

    id: int
    unit_code: str
    shortcoming: str
    responsible_post: str
    deadline: date
    closed_on: date | None
    outcome: str | None


def open_rectification(
    w: Writer,
    campaign_id: str,
    period_id: str,
    unit_code: str,
    *,
    shortcoming: str,
    responsible_post: str,
    deadline: date,
) -> int:
    """Record a shortcoming to be put right; returns its number.

    Raises
    ------
    DataError
        ``store.empty_note`` without a shortcoming or a post, ``store.unknown_unit``.
    """
    if not clean_text(shortcoming) or not clean_name(responsible_post):
        raise DataError("store.empty_note")
    check_units_known(w, unit_code)
    number: int | None = w.conn.scalar(
        insert(rectifications)
        .values(
            campaign_id=campaign_id,
            period_id=period_id,
            unit_code=unit_code,
            shortcoming=shortcoming,
            responsible_post=responsible_post,
            deadline=deadline.isoformat(),
            recorded_at=w.now,
            recorded_by=w.actor.name,
        )
        .returning(rectifications.c.id)
    )
    assert number is not None  # an insert gives a number or raises
    details = {"deadline": deadline.isoformat()}
    entity = f"rectification:{number}"
    record(w, Deed("open_rectification", entity, campaign_id, period_id, unit_code, details))
    return number


def close_rectification(w: Writer, rectification_id: int, closed_on: date, outcome: str) -> None:
    """Note that a shortcoming was put right.

    Raises
    ------
    DataError
        ``store.rectification_closed`` if it is unknown or closed already.
    """
    table = rectifications.c
    row = w.conn.execute(select(rectifications).where(table.id == rectification_id)).first()
    if row is None or row.closed_on is not None:
        raise DataError("store.rectification_closed", rectification=rectification_id)
    w.conn.execute(
        update(rectifications)
        .where(table.id == rectification_id)
        .values(closed_on=closed_on.isoformat(), outcome=outcome)
    )
    details = {"closed_on": closed_on.isoformat()}
    entity = f"rectification:{rectification_id}"
    record(w, Deed("close_rectification", entity, row.campaign_id, row.period_id, row.unit_code, details))


def load_rectifications(
    r: Reader, campaign_id: str, period_id: str, unit_code: str | None = None
) -> tuple[Rectification, ...]:
    """Rectifications of a unit, or of all, the nearest deadline first."""
    table = rectifications.c
    query = select(rectifications).where(table.campaign_id == campaign_id, table.period_id == period_id)
    if unit_code is not None:
        query = query.where(table.unit_code == unit_code)
    items = [
        Rectification(
            id=row.id,
            unit_code=row.unit_code,
            shortcoming=row.shortcoming,
            responsible_post=row.responsible_post,
            deadline=date.fromisoformat(row.deadline),
            closed_on=date.fromisoformat(row.closed_on) if row.closed_on else None,
            outcome=row.outcome,
        )
        for row in r.conn.execute(query.order_by(table.id))
    ]
    return tuple(sorted(items, key=lambda item: item.deadline))
