"""How far the submissions of a period are: when each was handed in, and why it was returned."""

from collections.abc import Collection
from datetime import datetime

import pandas as pd
from sqlalchemy import Select, func, select

from pbwidgets.store.counting import load_lasting
from pbwidgets.store.engine import Reader
from pbwidgets.store.keys import ALWAYS, of_period
from pbwidgets.store.submissions import HANDED_IN, RETURNED
from pbwidgets.store.tables import deadline_exceptions, submission_versions, submissions

_FEW = 500  # most units named in a query; for more, all rows are read and then filtered
PROGRESS = (
    "form_id", "unit_code", "occurrence", "state", "version", "first_submitted_at", "submitted_at",
    "last_activity", "reason", "field_path", "returned_by", "standing_version",
)  # fmt: skip
"""Columns of :func:`load_progress`."""


def load_progress(
    r: Reader,
    campaign_id: str,
    period_id: str,
    unit_codes: Collection[str] | None = None,
    *,
    revision: int | None = None,
) -> pd.DataFrame:
    """One row for each submission: its state, when it was first and last handed in, and why it was returned.

    Parameters
    ----------
    unit_codes
        Units to include; None for all.
    revision
        Revision of the store as of which what lasts for the campaign stands, that of the period's closing; None: now.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`PROGRESS`; moments in UTC, None where there is none. ``reason``, ``field_path`` and
        ``returned_by`` (a review level) are given for a submission that is returned now; ``standing_version`` for
        one with an amendment (:class:`~pbwidgets.store.submissions.SubmissionState`).
    """
    wanted = None if unit_codes is None else set(unit_codes)
    if wanted is not None and not wanted:
        return pd.DataFrame(columns=list(PROGRESS))
    table = submissions.c
    all_read = of_period(submissions, campaign_id, period_id)
    few = () if wanted is None or len(wanted) > _FEW else (table.unit_code.in_(sorted(wanted)),)
    handed_in = {row.submission_id: row for row in r.conn.execute(_moments(revision, all_read, *few))}
    returns = {(row.submission_id, row.version): row for row in r.conn.execute(_returns(all_read, *few))}
    lasting = {} if revision is None else load_lasting(r, campaign_id, revision)
    names = (
        "id", "period_id", "form_id", "unit_code", "occurrence", "state", "version", "draft_at", "standing_version",
    )  # fmt: skip
    query = select(*(table[name] for name in names)).where(all_read, *few).order_by(table.id)
    rows = []
    for row in r.conn.execute(query):
        then = row if revision is None or row.period_id != ALWAYS else lasting.get(row.id)
        if then is None or (wanted is not None and row.unit_code not in wanted):
            continue
        moments = handed_in.get(row.id)
        back = returns.get((row.id, then.version)) if then.state == RETURNED else None
        draft_at = row.draft_at if then is row else None
        moved = [moment for moment in (draft_at, moments.moved if moments else None) if moment]
        rows.append(
            (
                row.form_id, row.unit_code, row.occurrence, then.state, then.version,
                moments.first if moments else None,
                moments.last if moments else None,
                max(moved, default=None),
                *((back.reason, back.field_path, back.level) if back else (None, None, None)),
                then.standing_version,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROGRESS), dtype=object)


def load_exceptions(r: Reader, campaign_id: str, period_id: str) -> dict[tuple[str, str], datetime]:
    """Moments (UTC) until which units may still hand forms in, by form and unit; the newest counts."""
    table = deadline_exceptions.c
    query = (
        select(table.form_id, table.unit_code, table.until)
        .where(table.campaign_id == campaign_id, table.period_id == period_id)
        .order_by(table.id)
    )
    return {(row.form_id, row.unit_code): row.until for row in r.conn.execute(query)}


def load_exception_list(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """All exceptions on record, newest first: form_id, unit_code, until, reason, recorded_at."""
    names = ["form_id", "unit_code", "until", "reason", "recorded_at"]
    table = deadline_exceptions.c
    query = (
        select(*(table[name] for name in names))
        .where(table.campaign_id == campaign_id, table.period_id == period_id)
        .order_by(table.id.desc())
    )
    return pd.DataFrame([tuple(row) for row in r.conn.execute(query)], columns=names, dtype=object)


def _moments(revision: int | None, *conditions: object) -> Select[tuple[object, ...]]:
    """First and last hand-in and last step of each submission."""
    made = submission_versions.c
    begun = made.cause.in_(("submit", "import"))
    query = (
        select(
            made.submission_id,
            func.min(made.made_at).filter(begun).label("first"),
            func.max(made.made_at).filter(made.cause.in_(HANDED_IN)).label("last"),
            func.max(made.made_at).label("moved"),
        )
        .join(submissions, submissions.c.id == made.submission_id)
        .where(*conditions)  # type: ignore[arg-type]
        .group_by(made.submission_id)
    )
    return query if revision is None else query.where(func.coalesce(made.head, 0) <= revision)


def _returns(*conditions: object) -> Select[tuple[object, ...]]:
    """Versions by which submissions were returned."""
    made = submission_versions.c
    return (
        select(made.submission_id, made.version, made.reason, made.field_path, made.level)
        .join(submissions, submissions.c.id == made.submission_id)
        .where(made.cause == "return", *conditions)  # type: ignore[arg-type]
    )
