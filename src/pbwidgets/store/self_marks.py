"""The marks that a unit gives itself: whoever enters them, the rater is the unit.

So a clerk who takes over from another changes the unit's marks and adds no second set.
"""

from collections.abc import Iterable

from sqlalchemy import select

from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.keys import of_period
from pbwidgets.store.ratings import Mark, load_marks, rate_many, withdraw_mark
from pbwidgets.store.tables import submissions


def replace_unit_marks(
    w: Writer, campaign_id: str, period_id: str, unit_code: str, layer: str, marks: Iterable[Mark]
) -> int:
    """Replace the unit's marks in one layer; returns how many are new or changed."""
    wanted = list(marks)
    kept = {mark.key for mark in wanted}
    for old in load_marks(w, campaign_id, period_id, unit_code=unit_code, layer=layer):
        if old.key not in kept:
            withdraw_mark(w, old.key)
    return rate_many(w, wanted)


def newest_content_version(
    r: Reader, campaign_id: str, period_id: str, unit_code: str, forms: Iterable[str]
) -> int:
    """Newest version of the unit's forms that changed answers; 0 if none was handed in."""
    table = submissions.c
    found = r.conn.scalars(
        select(table.content_version).where(
            of_period(submissions, campaign_id, period_id),
            table.unit_code == unit_code,
            table.form_id.in_(list(forms)),
        )
    )
    return max(found, default=0)
