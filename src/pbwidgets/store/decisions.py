"""What the meeting decided; a newer decision replaces an older one, which stays on record."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

import pandas as pd
from sqlalchemy import ColumnElement, and_, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_name, clean_text
from pbwidgets.scoring.frames import DECISIONS, NOT_SELECTED, SELECTED, WAITING, to_frame
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import decisions
from pbwidgets.store.units import check_units_known

DECIDED: Final = (SELECTED, WAITING, NOT_SELECTED)
TOP: Final = "top:"
"""Before the id of a list that only the top may see, so that no reader of decisions meets one unawares."""


@dataclass(frozen=True)
class Decision:
    """Decision on one unit; ``decided_by`` is the body, ``present`` the posts of those present.

    ``track_id`` is the track, or the list, that it belongs to; ``for_top`` says that only the top may know of it.
    """

    campaign_id: str
    period_id: str
    track_id: str
    unit_code: str
    status: str
    decided_on: date
    decided_by: str
    reason: str
    present: str | None = None
    for_top: bool = False

    @property
    def kept_as(self) -> str:
        """What it is kept under: its track or list, told apart if only the top may know of it."""
        return f"{TOP}{self.track_id}" if self.for_top else self.track_id


def decide(w: Writer, decision: Decision) -> None:
    """Record one decision; see :func:`decide_many`."""
    decide_many(w, [decision])


def decide_many(w: Writer, made: Iterable[Decision]) -> None:
    """Record the decisions of a meeting, all or none.

    Of decisions that only the top may know of, the log says that there were some, and on which list.

    Raises
    ------
    DataError
        ``store.decision_status`` for a status that cannot be decided, ``store.reason_needed``,
        ``store.unknown_unit``.
    """
    secret: dict[str, Deed] = {}
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
                    table.track_id == decision.kept_as,
                    table.unit_code == decision.unit_code,
                    table.is_current,
                )
            )
            .values(is_current=False)
        )
        row = asdict(decision) | {
            "track_id": decision.kept_as, "decided_on": decision.decided_on.isoformat(),
        }  # fmt: skip
        del row["for_top"]
        w.conn.execute(
            insert(decisions).values(**row, is_current=True, recorded_at=w.now, recorded_by=w.actor.name)
        )
        entity, scope = f"decision:{decision.track_id}", (decision.campaign_id, decision.period_id)
        if decision.for_top:
            secret[entity] = Deed("decide", entity, *scope)
        else:
            record(w, Deed("decide", entity, *scope, decision.unit_code, {"status": decision.status}))
    record(w, *secret.values())


def load_decisions(r: Reader, campaign_id: str, period_id: str, *, superseded: bool = False) -> pd.DataFrame:
    """Decisions in force as the frame DECISIONS; with ``superseded`` all of them, in order of recording.

    Those that only the top may know of are not among them (:func:`load_top_decisions`).
    """
    return _load(r, campaign_id, period_id, ~decisions.c.track_id.startswith(TOP), superseded)


def load_top_decisions(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """Decisions in force that only the top may know of, as the frame DECISIONS; lists have their own ids."""
    found = _load(r, campaign_id, period_id, decisions.c.track_id.startswith(TOP), False)
    return found.assign(track_id=found["track_id"].str.removeprefix(TOP))


def _load(
    r: Reader, campaign_id: str, period_id: str, wanted: ColumnElement[bool], superseded: bool
) -> pd.DataFrame:
    query = (
        select(decisions)
        .where(decisions.c.campaign_id == campaign_id, decisions.c.period_id == period_id, wanted)
        .order_by(decisions.c.id)
    )
    if not superseded:
        query = query.where(decisions.c.is_current)
    rows = [{**row, "campaign": campaign_id, "period": period_id} for row in r.conn.execute(query).mappings()]
    return to_frame(rows, DECISIONS)
