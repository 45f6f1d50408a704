"""Concessions: a level excuses a unit from a check, or puts its due day off. All stay on record."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import and_, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.frames import CONCESSIONS, to_frame
from pbwidgets.store.audit import Deed, LoggedAction, audit_head, record
from pbwidgets.store.days import day_of
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.keys import of_period
from pbwidgets.store.tables import concessions
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class ConcessionKey:
    """What is granted: a check of a unit, or one row or group of it (``part``); the period may be ``ALWAYS``."""

    campaign_id: str
    period_id: str
    unit_code: str
    check_id: str
    part: str = ""


def grant_concession(w: Writer, key: ConcessionKey, reason: str, *, due_on: date | None = None) -> None:
    """Excuse a unit from a check, or put its due day off; the newest concession takes the place of the one before.

    Parameters
    ----------
    due_on
        Day until which it is put off; None: it does not apply to the unit.

    Raises
    ------
    DataError
        ``store.reason_needed``, ``store.unknown_unit``, ``store.period_not_open``.
    """
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    check_units_known(w, key.unit_code)
    due = None if due_on is None else due_on.isoformat()
    w.conn.execute(
        insert(concessions).values(
            **asdict(key),
            excused=due is None,
            due_on=due,
            reason=reason,
            recorded_at=w.now,
            recorded_by=w.actor.name,
            head=audit_head(w) + 1,
        )
    )
    record(w, _deed("grant_concession", key, **({"due_on": due} if due else {"excused": True})))


def lift_concession(w: Writer, key: ConcessionKey, reason: str) -> None:
    """Take a concession back; the check stands as the campaign has it, and an older concession does not come back.

    Raises
    ------
    DataError
        ``store.reason_needed``, ``store.no_concession`` if none is in force.
    """
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    table = concessions.c
    own = and_(*(table[name] == value for name, value in asdict(key).items()))
    newest = w.conn.execute(select(concessions).where(own).order_by(table.id.desc()).limit(1)).first()
    if newest is None or newest.lifted_at is not None:
        raise DataError("store.no_concession", unit=key.unit_code)
    lifted = {
        "lifted_at": w.now,
        "lifted_by": w.actor.name,
        "lifted_reason": reason,
        "lifted_head": audit_head(w) + 1,
    }
    w.conn.execute(update(concessions).where(table.id == newest.id).values(lifted))
    record(w, _deed("lift_concession", key))


def load_concessions(
    r: Reader, campaign_id: str, period_id: str, revision: int | None = None
) -> pd.DataFrame:
    """Concessions in force in a period as the frame CONCESSIONS, in the order in which they were granted.

    Parameters
    ----------
    revision
        Revision of the store as of which they are in force; None: the newest.
    """
    table = concessions.c
    query = select(concessions).where(of_period(concessions, campaign_id, period_id)).order_by(table.id)
    newest: dict[tuple[str, ...], Any] = {}
    times: Counter[tuple[str, ...]] = Counter()
    for row in r.conn.execute(query if revision is None else query.where(table.head <= revision)):
        key = (row.period_id, row.unit_code, row.check_id, row.part)
        times[key] += 1
        newest.pop(key, None)
        newest[key] = row
    rows = [
        {
            **row._mapping,
            "campaign": campaign_id,
            "period": row.period_id,
            "granted_on": day_of(row.recorded_at).isoformat(),
            "times": times[key],
        }
        for key, row in newest.items()
        if row.lifted_head is None or (revision is not None and row.lifted_head > revision)
    ]
    return to_frame(rows, CONCESSIONS)


def _deed(action: LoggedAction, key: ConcessionKey, **details: object) -> Deed:
    told = {**details, **({"part": key.part} if key.part else {})}
    return Deed(action, f"check:{key.check_id}", key.campaign_id, key.period_id, key.unit_code, details=told)
