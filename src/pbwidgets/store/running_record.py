"""The running record: dated notes on a unit that reviewers keep all year."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import running_notes
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class Note:
    """One note on a unit."""

    unit_code: str
    noted_on: date
    text: str
    recorded_by: str


def add_note(
    w: Writer, campaign_id: str, period_id: str, unit_code: str, noted_on: date, note_text: str
) -> None:
    """Add a note; notes are never changed, a later one corrects them.

    Raises
    ------
    DataError
        ``store.empty_note``, ``store.unknown_unit``.
    """
    if not clean_text(note_text):
        raise DataError("store.empty_note")
    check_units_known(w, unit_code)
    w.conn.execute(
        insert(running_notes).values(
            campaign_id=campaign_id,
            period_id=period_id,
            unit_code=unit_code,
            noted_on=noted_on.isoformat(),
            text=note_text,
            recorded_at=w.now,
            recorded_by=w.actor.name,
        )
    )
    details = {"noted_on": noted_on.isoformat()}
    record(w, Deed("add_note", "running_record", campaign_id, period_id, unit_code, details))


def load_notes(r: Reader, campaign_id: str, period_id: str, unit_code: str | None = None) -> tuple[Note, ...]:
    """Notes on one unit or on all, by day."""
    table = running_notes.c
    query = select(running_notes).where(table.campaign_id == campaign_id, table.period_id == period_id)
    if unit_code is not None:
        query = query.where(table.unit_code == unit_code)
    notes = [
        Note(row.unit_code, date.fromisoformat(row.noted_on), row.text, row.recorded_by)
        for row in r.conn.execute(query.order_by(table.id))
    ]
    return tuple(sorted(notes, key=lambda note: note.noted_on))
