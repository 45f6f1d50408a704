"""Classes that people decided on; rows are only added, because moves compare what applied on two days."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
from sqlalchemy import func, insert, select

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_name, clean_text
from pbwidgets.scoring.frames import CLASS_DECISIONS, to_frame
from pbwidgets.store.audit import Deed, audit_head, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import class_decisions
from pbwidgets.store.units import check_units_known


@dataclass(frozen=True)
class ClassDecision:
    """Class of one unit, from 1; ``decided_by`` is the body, ``present`` the posts of those present."""

    campaign_id: str
    period_id: str
    track_id: str
    unit_code: str
    class_no: int
    decided_on: date
    decided_by: str
    reason: str
    present: str | None = None


def decide_class(w: Writer, decision: ClassDecision) -> None:
    """Record one decision; see :func:`decide_class_many`."""
    decide_class_many(w, [decision])


def decide_class_many(w: Writer, made: Iterable[ClassDecision]) -> None:
    """Record decisions, all or none; for each unit the latest day counts, and on one day the last recorded.

    Raises
    ------
    DataError
        ``store.class_number`` for a number below 1, ``store.reason_needed``, ``store.unknown_unit``.
    """
    for decision in made:
        if decision.class_no < 1:
            raise DataError("store.class_number", class_no=decision.class_no)
        if not clean_text(decision.reason) or not clean_name(decision.decided_by):
            raise DataError("store.reason_needed")
        check_units_known(w, decision.unit_code)
        row = asdict(decision) | {"decided_on": decision.decided_on.isoformat()}
        row |= {"recorded_at": w.now, "recorded_by": w.actor.name, "head": audit_head(w) + 1}
        w.conn.execute(insert(class_decisions).values(row))
        record(
            w,
            Deed(
                "decide_class",
                f"class:{decision.track_id}",
                decision.campaign_id,
                decision.period_id,
                decision.unit_code,
                {"class_no": decision.class_no, "decided_on": row["decided_on"]},
            ),
        )


def load_class_decisions(r: Reader, campaign_id: str, revision: int | None = None) -> pd.DataFrame:
    """All decisions of a campaign as the frame CLASS_DECISIONS, of every period, in the order of recording.

    Parameters
    ----------
    revision
        Only those that were recorded up to this revision of the store.
    """
    table = class_decisions.c
    query = select(class_decisions).where(table.campaign_id == campaign_id).order_by(table.id)
    rows = r.conn.execute(
        query if revision is None else query.where(func.coalesce(table.head, 0) <= revision)
    ).mappings()
    found = [{**row, "campaign": row["campaign_id"], "period": row["period_id"]} for row in rows]
    return to_frame(found, CLASS_DECISIONS)
