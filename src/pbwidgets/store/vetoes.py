"""Vetoes on record: kind, basis, document, and whether they are under appeal or lifted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.frames import VETOES, to_frame
from pbwidgets.store.audit import Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import vetoes
from pbwidgets.store.units import check_units_known

IN_FORCE: Final = "in_force"
APPEALED: Final = "appealed"
LIFTED: Final = "lifted"
_MOVES: Final[Mapping[str, LoggedAction]] = {
    IN_FORCE: "veto_in_force",
    APPEALED: "veto_appealed",
    LIFTED: "veto_lifted",
}
"""What the log says when a veto comes into a status."""


@dataclass(frozen=True)
class Veto:
    """What is entered for one veto; without ``track_id`` it covers the whole campaign."""

    campaign_id: str
    period_id: str
    unit_code: str
    kind: str
    basis: str
    track_id: str | None = None
    document_number: str | None = None


@dataclass(frozen=True)
class VetoOnRecord:
    """A veto with its status, and who recorded it when."""

    id: int
    veto: Veto
    status: str
    recorded_at: datetime
    recorded_by: str
    status_at: datetime
    status_by: str
    status_reason: str | None


def record_veto(w: Writer, veto: Veto) -> int:
    """Put a veto on record; returns its number.

    Raises
    ------
    DataError
        ``store.reason_needed`` without a basis, ``store.unknown_unit``.
    """
    if not clean_text(veto.basis):
        raise DataError("store.reason_needed")
    check_units_known(w, veto.unit_code)
    number: int | None = w.conn.scalar(
        insert(vetoes)
        .values(
            **asdict(veto),
            status=IN_FORCE,
            recorded_at=w.now,
            recorded_by=w.actor.name,
            status_at=w.now,
            status_by=w.actor.name,
        )
        .returning(vetoes.c.id)
    )
    assert number is not None  # an insert gives a number or raises
    record(w, _deed("record_veto", number, veto))
    return number


def appeal_veto(w: Writer, veto_id: int, reason: str) -> None:
    """Note an appeal; the veto stays in force until it is lifted.

    Raises
    ------
    DataError
        ``store.veto_status`` if it is not in force, ``store.reason_needed``, ``store.unknown_veto``.
    """
    _move(w, veto_id, (IN_FORCE,), APPEALED, reason)


def lift_veto(w: Writer, veto_id: int, reason: str) -> None:
    """Lift a veto; it stays on record as lifted.

    Raises
    ------
    DataError
        ``store.veto_status`` if it is lifted already, ``store.reason_needed``, ``store.unknown_veto``.
    """
    _move(w, veto_id, (IN_FORCE, APPEALED), LIFTED, reason)


def uphold_veto(w: Writer, veto_id: int, reason: str) -> None:
    """Reject an appeal: the veto is in force as before.

    Raises
    ------
    DataError
        ``store.veto_status`` if it is not under appeal, ``store.reason_needed``, ``store.unknown_veto``.
    """
    _move(w, veto_id, (APPEALED,), IN_FORCE, reason)


def load_veto_records(r: Reader, campaign_id: str, period_id: str) -> tuple[VetoOnRecord, ...]:
    """All vetoes of a period, in the order in which they were recorded."""
    query = (
        select(vetoes)
        .where(vetoes.c.campaign_id == campaign_id, vetoes.c.period_id == period_id)
        .order_by(vetoes.c.id)
    )
    return tuple(
        VetoOnRecord(
            id=row.id,
            veto=Veto(
                row.campaign_id,
                row.period_id,
                row.unit_code,
                row.kind,
                row.basis,
                row.track_id,
                row.document_number,
            ),
            status=row.status,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            status_at=row.status_at,
            status_by=row.status_by,
            status_reason=row.status_reason,
        )
        for row in r.conn.execute(query)
    )


def load_vetoes(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """All vetoes of a period as the frame VETOES."""
    rows = [
        {**asdict(item.veto), "campaign": campaign_id, "period": period_id, "status": item.status}
        for item in load_veto_records(r, campaign_id, period_id)
    ]
    return to_frame(rows, VETOES)


def _move(w: Writer, veto_id: int, allowed: tuple[str, ...], status: str, reason: str) -> None:
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    row = w.conn.execute(select(vetoes).where(vetoes.c.id == veto_id)).first()
    if row is None:
        raise DataError("store.unknown_veto", veto=veto_id)
    if row.status not in allowed:
        raise DataError("store.veto_status", veto=veto_id, status=row.status)
    w.conn.execute(
        update(vetoes)
        .where(vetoes.c.id == veto_id)
        .values(status=status, status_at=w.now, status_by=w.actor.name, status_reason=reason)
    )
    veto = Veto(row.campaign_id, row.period_id, row.unit_code, row.kind, row.basis, row.track_id)
    record(w, _deed(_MOVES[status], veto_id, veto))


def _deed(action: LoggedAction, number: int, veto: Veto) -> Deed:
    details = {"kind": veto.kind, "track": veto.track_id}
    return Deed(action, f"veto:{number}", veto.campaign_id, veto.period_id, veto.unit_code, details)
