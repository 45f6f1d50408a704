"""What the meeting decided; a newer decision replaces an older one, which stays on record."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

import pandas as pd
from sqlalchemy import and_, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_name, clean_text
from pbwidgets.scoring.frames import DECISIONS, NOT_SELECTED, SELECTED, WAITING, to_frame
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import decisions
from pbwidgets.store.units import check_units_known

DECIDED: Final = (SELECTED, WAITING, NOT_SELECTED)


@dataclass(frozen=True)
class Decision:
    """Decision on one unit; ``decided_by`` is the body, ``present`` the posts of those present."""

    campaign_id: str
    period_id: str
    track_id: str
    unit_code: str
    status: str
    decided_on: date
    decided_by: str
    reason: str
    present: str | None = None


def decide(w: Writer, decision: Decision) -> None:
    """Record one decision; see :func:`decide_many`."""
    decide_many(w, [decision])


def decide_many(w: Writer, made: Iterable[Decision]) -> None:
    """Record the decisions of a meeting, all or none.

    Raises
    ------
    DataError
        ``store.decision_status`` for a status that cannot be decided, ``store.reason_needed``,
        ``store.unknown_unit``.
    """
    for decision in made:
        if decision.status not in DECIDED:
            raise DataError("store.decision_status", status=decision.status, allowed=", ".join(DECIDED))
        if not clean_text(decision.reason) or not clean_name(decision.decided_by):
            raise DataError("store.reason_needed")
        check_units_known(w, decision.unit_code)
        table = decisions.c
        w.conn.execute(
            update(decisions)
            .where(
                and_(
                    table.campaign_id == decision.campaign_id,
                    table.period_id == decision.period_id,
                    table.track_id == decision.track_id,
                    table.unit_code == decision.unit_code,
                    table.is_current,
                )
            )
            .values(is_current=False)
        )
        row = asdict(decision) | {"decided_on": decision.decided_on.isoformat()}
        w.conn.execute(
            insert(decisions).values(**row, is_current=True, recorded_at=w.now, recorded_by=w.actor.name)
        )
        record(
            w,
            Deed(
                "decide",
                f"decision:{decision.track_id}",
                decision.campaign_id,
                decision.period_id,
                decision.unit_code,
                {"status": decision.status},
            ),
        )


def load_decisions(r: Reader, campaign_id: str, period_id: str, *, superseded: bool = False) -> pd.DataFrame:
    """Decisions in force as the frame DECISIONS; with ``superseded`` all of them, in order of recording."""
    query = (
        select(decisions)
        .where(decisions.c.campaign_id == campaign_id, decisions.c.period_id == period_id)
        .order_by(decisions.c.id)
    )
    if not superseded:
        query = query.where(decisions.c.is_current)
    rows = [{**row, "campaign": campaign_id, "period": period_id} for row in r.conn.execute(query).mappings()]
    return to_frame(rows, DECISIONS)
