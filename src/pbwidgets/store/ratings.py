"""Marks: one current mark for each rater, unit, criterion, layer and source; older ones stay as history.

A mark is *stale* if what the unit handed in has changed since the rater saw it: a form of one of the
campaign's tracks has newer content than ``submission_version``, or any of them, log entries included, has
changed after the store's revision that the rater saw (``seen_head``).

A rater's own mark is never changed, and keeps the campaign version it was given under. Where a newer version
gives a line other points, :func:`treat_marks` says what the mark counts as from then on, and under which version:
the newest such row holds until the rater gives the mark anew.

Frames name raters by a pseudonym, ``R001`` … for each campaign and period; only the store knows who it is.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from pbwidgets.errors import DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.scoring.frames import RATINGS, to_frame
from pbwidgets.store.audit import AuditQuery, Deed, LoggedAction, audit_head, load_audit, record
from pbwidgets.store.campaigns import load_open_version
from pbwidgets.store.counting import newest_content
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import mark_treatments, raters, ratings, recusals
from pbwidgets.store.units import check_units_known

MarkPolicy = Literal["rescale", "cap", "again"]
"""What becomes of marks on a line whose points change: in proportion, at the new limit, or given anew."""
POLICIES: Final[tuple[MarkPolicy, ...]] = ("rescale", "cap", "again")
Treatment = Literal[MarkPolicy, "own"]
"""A policy, or ``own``: the line is again as it was when the mark was given, and the mark counts as given."""
_LARGEST: Final = 1e6  # points of a mark: far above any sheet, and far below what arithmetic spoils

_MOST_TAKEN: Final = 10_000  # marks withdrawn of one unit that a history names

_Content = tuple[float, str, int, str | None]


@dataclass(frozen=True)
class MarkKey:
    """What a mark is for, and who gave it; ``rater`` is an account name and never leaves the store."""

    campaign_id: str
    period_id: str
    unit_code: str
    criterion_id: str
    layer: str
    source: str
    rater: str


@dataclass(frozen=True)
class Mark:
    """Points that one rater gives one unit on one criterion.

    Attributes
    ----------
    submission_version
        Newest version among the track's forms that the rater saw; 0 if none.
    seen_head
        ``audit_head`` when the rater's page was read; None means now.
    second_inspector
        Account or post of the person who inspected as well; it never leaves the store.
    """

    key: MarkKey
    points: float
    comment: str = ""
    submission_version: int = 0
    seen_head: int | None = None
    second_inspector: str | None = None


@dataclass(frozen=True)
class MarkOnRecord:
    """A mark in force.

    Attributes
    ----------
    row_id
        Number of its row.
    key
        What it is for, and who gave it.
    points
        What it counts as; None if it must be given anew.
    comment
        Comment of the rater.
    own
        Points as the rater gave them.
    given_under, settled_under
        Campaign version under which it was given, and under which it was last said what it counts as; None if
        it is older than the record of versions.
    """

    row_id: int
    key: MarkKey
    points: float | None
    comment: str
    own: float
    given_under: str | None = None
    settled_under: str | None = None


@dataclass(frozen=True)
class MarkChange:
    """One step of a mark.

    Attributes
    ----------
    at
        When.
    key
        What the mark is for, and who gave it; the rater's name is for workflows only, no page shows it to others.
    cause
        ``rate``, ``withdraw_mark``, or ``treat_mark`` where a newer version of the campaign gave the line other points.
    before, after
        What it counted as, and counts as now; None for no mark, or one that must be given anew.
    words
        Comment of the rater, or the policy of the treatment.
    """

    at: datetime
    key: MarkKey
    cause: LoggedAction
    before: float | None
    after: float | None
    words: str


def rate(w: Writer, mark: Mark) -> None:
    """Keep one mark; repeating it changes nothing. See :func:`rate_many`."""
    rate_many(w, [mark])


def rate_many(w: Writer, marks: Iterable[Mark]) -> int:
    """Keep marks, all or none, and count those that are new or changed.

    Of two marks with the same key the later one counts.

    Raises
    ------
    DataError
        ``store.not_a_number`` for points that are no number, infinite or beyond any sheet, ``store.unknown_unit``,
        ``store.period_not_open``.
    """
    wanted = {mark.key: mark for mark in marks}
    if not wanted:
        return 0
    versions = _check_marks(w, wanted.values())
    stored = _current(w, wanted)  # a mark that was treated has no content: giving it again is a new mark
    changed = [mark for mark in wanted.values() if stored.get(mark.key, (0, None))[1] != _content(mark)]
    if not changed:
        return 0
    head = audit_head(w)
    _name_raters(w, changed)
    _retire(w, [stored[mark.key][0] for mark in changed if mark.key in stored])
    w.conn.execute(
        insert(ratings),
        [
            {
                **asdict(mark.key),
                "points": float(mark.points),
                "comment": mark.comment,
                "campaign_version": versions[mark.key.campaign_id, mark.key.period_id],
                "submission_version": mark.submission_version,
                "seen_head": head if mark.seen_head is None else mark.seen_head,
                "second_inspector": mark.second_inspector,
                "is_current": True,
                "rated_at": w.now,
                "rated_by": w.actor.name,
            }
            for mark in changed
        ],
    )
    record(w, *(_deed("rate", mark.key) for mark in changed))
    return len(changed)


def withdraw_mark(w: Writer, key: MarkKey) -> None:
    """Take a mark back; it stays in the history.

    Raises
    ------
    DataError
        ``store.no_mark``.
    """
    stored = _current(w, [key])
    if key not in stored:
        raise DataError("store.no_mark", unit=key.unit_code, criterion=key.criterion_id)
    _retire(w, [stored[key][0]])
    record(w, _deed("withdraw_mark", key))


def treat_marks(
    w: Writer, marks: Iterable[tuple[MarkOnRecord, float | None, Treatment]], version: str
) -> int:
    """Say what marks count as from now on, and count them; the raters' own marks stay as they are.

    Parameters
    ----------
    marks
        Marks in force, each with the points that it counts as, None if it must be given anew, and why.
    version
        Campaign version whose opening brings this.
    """
    given = list(marks)
    if not given:
        return 0
    made = {"campaign_version": version, "made_at": w.now, "made_by": w.actor.name}
    w.conn.execute(
        insert(mark_treatments),
        [{**made, "rating_id": mark.row_id, "counts_as": to, "policy": why} for mark, to, why in given],
    )
    record(w, *(_treated(mark, to, why, version) for mark, to, why in given))
    return len(given)


def load_marks(
    r: Reader, campaign_id: str, period_id: str, *, unit_code: str | None = None, layer: str | None = None
) -> tuple[MarkOnRecord, ...]:
    """Marks in force, oldest first, of all units and layers or of one."""
    query = _in_force(campaign_id, period_id)
    for column, wanted in ((ratings.c.unit_code, unit_code), (ratings.c.layer, layer)):
        query = query if wanted is None else query.where(column == wanted)
    return tuple(
        MarkOnRecord(
            row.id,
            _key_of(row),
            _counts_as(row),
            row.comment,
            row.points,
            row.campaign_version,
            row.settled_under or row.campaign_version,
        )
        for row in r.conn.execute(query)
    )


def recuse(w: Writer, campaign_id: str, period_id: str, rater: str, unit_code: str, reason: str) -> None:
    """Record that a rater is recused from a unit: the marks stay on record but out of the mean.

    Raises
    ------
    DataError
        ``store.reason_needed``, ``store.unknown_unit``.
    """
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    check_units_known(w, unit_code)
    row = {"campaign_id": campaign_id, "period_id": period_id, "rater": rater, "unit_code": unit_code}
    known = select(recusals.c.rater).where(*(recusals.c[name] == value for name, value in row.items()))
    if w.conn.scalar(known) is not None:
        return
    w.conn.execute(insert(recusals).values(**row, reason=reason, recorded_at=w.now, recorded_by=w.actor.name))
    record(w, Deed("recuse", f"rater:{rater}", campaign_id, period_id, unit_code))


def load_ratings(
    r: Reader,
    campaign_id: str,
    period_id: str,
    forms: Collection[str],
    *,
    rater: str | None = None,
    unit_code: str | None = None,
    revision: int | None = None,
) -> pd.DataFrame:
    """Current marks as the frame RATINGS, of all raters and units or of one.

    ``points`` is what a mark counts as, NaN if it must be given anew; ``given_points`` is the rater's own
    mark where that is another, ``capped`` whether it counts as the limit that it exceeds.

    Parameters
    ----------
    forms
        Forms of the campaign's tracks: newer content in them makes a mark stale.
    rater
        Account name.
    unit_code
        Unit that was marked.
    revision
        Revision of the store up to which content is newer; None: the newest.
    """
    query = (
        _in_force(campaign_id, period_id)
        .add_columns(raters.c.rater_id, recusals.c.rater.label("recused_rater"))
        .join(raters, _same(raters.c, "campaign_id", "period_id", "rater"))
        .outerjoin(recusals, _same(recusals.c, "campaign_id", "period_id", "rater", "unit_code"))
    )
    if rater is not None:
        query = query.where(ratings.c.rater == rater)
    if unit_code is not None:
        query = query.where(ratings.c.unit_code == unit_code)
    newest = newest_content(r, campaign_id, period_id, forms, revision)
    rows = []
    for row in r.conn.execute(query):
        version, head = newest.get(row.unit_code, (0, 0))
        counts_as = _counts_as(row)
        is_other = counts_as is not None and counts_as != row.points
        rows.append(
            {
                **row._mapping,
                "campaign": campaign_id,
                "period": period_id,
                "points": counts_as,
                "given_points": row.points if is_other else None,
                "capped": is_other and row.policy == "cap",
                "stale": version > row.submission_version or head > row.seen_head,
                "recused": row.recused_rater is not None,
            }
        )
    return to_frame(rows, RATINGS)


def load_recusals(r: Reader, campaign_id: str, period_id: str, rater: str) -> frozenset[str]:
    """Codes of the units from which a rater is recused."""
    table = recusals.c
    query = select(table.unit_code).where(
        table.campaign_id == campaign_id, table.period_id == period_id, table.rater == rater
    )
    return frozenset(r.conn.scalars(query))


def load_own_marks(
    r: Reader, campaign_id: str, period_id: str, unit_code: str, rater: str
) -> tuple[Mark, ...]:
    """Current marks that one rater gave one unit, with the second inspector, whom no frame shows.

    Points are what the mark counts as; NaN for one that must be given anew.
    """
    query = _in_force(campaign_id, period_id).where(
        ratings.c.unit_code == unit_code, ratings.c.rater == rater
    )
    return tuple(
        Mark(
            _key_of(row),
            math.nan if (points := _counts_as(row)) is None else points,
            row.comment,
            row.submission_version,
            row.seen_head,
            row.second_inspector,
        )
        for row in r.conn.execute(query)
    )


def load_rating_history(
    r: Reader, campaign_id: str, period_id: str, unit_code: str, criterion_id: str
) -> pd.DataFrame:
    """All marks a unit was ever given on a criterion, oldest first, and what each came to count as.

    Columns: rater_id, layer, source, points, comment, submission_version, rated_at, is_current; for each
    treatment of a mark a further row of it with policy, counts_as (missing: to be given anew),
    campaign_version and treated_at.
    """
    treated = ["policy", "counts_as", "campaign_version"]
    names = ["layer", "source", "points", "comment", "submission_version", "rated_at", "is_current"]
    query = (
        select(
            raters.c.rater_id,
            *(ratings.c[name] for name in names),
            *(mark_treatments.c[name] for name in treated),
            mark_treatments.c.made_at.label("treated_at"),
        )
        .join(raters, _same(raters.c, "campaign_id", "period_id", "rater"))
        .outerjoin(mark_treatments, mark_treatments.c.rating_id == ratings.c.id)
        .where(
            ratings.c.campaign_id == campaign_id,
            ratings.c.period_id == period_id,
            ratings.c.unit_code == unit_code,
            ratings.c.criterion_id == criterion_id,
        )
        .order_by(ratings.c.id, mark_treatments.c.id)
    )
    columns = ["rater_id", *names, *treated, "treated_at"]
    return pd.DataFrame([tuple(row) for row in r.conn.execute(query)], columns=columns)


def load_mark_changes(r: Reader, campaign_id: str, period_id: str, unit_code: str) -> tuple[MarkChange, ...]:
    """Every step of the marks that one unit was given, oldest first: given, treated, withdrawn."""
    in_scope = {"campaign_id": campaign_id, "period_id": period_id, "unit_code": unit_code}
    given = select(ratings).where(*(ratings.c[name] == value for name, value in in_scope.items()))
    treated = select(
        mark_treatments.c.rating_id,
        mark_treatments.c.made_at,
        mark_treatments.c.counts_as,
        mark_treatments.c.policy,
    )
    keys: dict[int, MarkKey] = {}
    steps: list[tuple[datetime, MarkKey, LoggedAction, float | None, str]] = []
    for row in r.conn.execute(given.order_by(ratings.c.id)):
        keys[row.id] = _key_of(row)
        steps.append((row.rated_at, keys[row.id], "rate", row.points, row.comment))
    rows = r.conn.execute(treated.where(mark_treatments.c.rating_id.in_(keys)).order_by(mark_treatments.c.id))
    steps += [(row.made_at, keys[row.rating_id], "treat_mark", row.counts_as, row.policy) for row in rows]
    for entry in load_audit(r, AuditQuery(unit_code=unit_code, action="withdraw_mark"), limit=_MOST_TAKEN):
        deed, asked = entry.deed, entry.deed.details
        key = MarkKey(
            str(deed.campaign_id), str(deed.period_id), unit_code, deed.entity.partition(":")[2],
            asked["layer"], asked["source"], asked["rater"],
        )  # fmt: skip
        if (key.campaign_id, key.period_id) == (campaign_id, period_id):
            steps.append((entry.at, key, "withdraw_mark", None, ""))
    steps.sort(key=lambda step: step[0])
    stood: dict[MarkKey, float | None] = {}
    made = []
    for at, key, cause, points, words in steps:
        made.append(MarkChange(at, key, cause, stood.get(key), points, words))
        stood[key] = points
    return tuple(made)


def _in_force(campaign_id: str, period_id: str) -> Select[Any]:
    """Marks in force, oldest first, each with the newest treatment, if any."""
    newest = select(func.max(mark_treatments.c.id)).group_by(mark_treatments.c.rating_id)
    treated = and_(mark_treatments.c.rating_id == ratings.c.id, mark_treatments.c.id.in_(newest))
    return (
        select(
            ratings,
            mark_treatments.c.policy,
            mark_treatments.c.counts_as,
            mark_treatments.c.campaign_version.label("settled_under"),
        )
        .outerjoin(mark_treatments, treated)
        .where(ratings.c.campaign_id == campaign_id, ratings.c.period_id == period_id, ratings.c.is_current)
        .order_by(ratings.c.id)
    )


def _counts_as(row: Any) -> float | None:
    points: float | None = row.counts_as if row.policy else row.points
    return points


def _key_of(row: Any) -> MarkKey:
    return MarkKey(
        row.campaign_id, row.period_id, row.unit_code, row.criterion_id, row.layer, row.source, row.rater
    )


def _same(other: ReadOnlyColumnCollection[str, Any], *names: str) -> ColumnElement[bool]:
    return and_(*(ratings.c[name] == other[name] for name in names))


def _check_marks(w: Writer, marks: Collection[Mark]) -> dict[tuple[str, str], str]:
    """Open version of each campaign and period of the marks."""
    for mark in marks:
        if isinstance(mark.points, bool) or not abs(mark.points) <= _LARGEST:
            raise DataError("store.not_a_number", unit=mark.key.unit_code, criterion=mark.key.criterion_id)
    scopes = {(mark.key.campaign_id, mark.key.period_id) for mark in marks}
    versions = {scope: load_open_version(w, *scope) for scope in scopes}
    check_units_known(w, *{mark.key.unit_code for mark in marks})
    return versions


def _content(mark: Mark) -> _Content:
    return float(mark.points), mark.comment, mark.submission_version, mark.second_inspector


def _current(r: Reader, keys: Collection[MarkKey]) -> dict[MarkKey, tuple[int, _Content | None]]:
    """Row id and content of those marks that are current; no content for a mark that was treated."""
    wanted = set(keys)
    units = {key.unit_code for key in wanted}
    found: dict[MarkKey, tuple[int, _Content | None]] = {}
    for scope in {(key.campaign_id, key.period_id) for key in wanted}:
        query = _in_force(*scope)
        if len(units) == 1:
            query = query.where(ratings.c.unit_code == next(iter(units)))
        for row in r.conn.execute(query):
            key = _key_of(row)
            if key in wanted:
                content = row.points, row.comment, row.submission_version, row.second_inspector
                found[key] = row.id, content if row.policy in (None, "own") else None
    return found


def _retire(w: Writer, row_ids: Sequence[int]) -> None:
    if row_ids:
        retire = update(ratings).where(ratings.c.id == bindparam("row_id")).values(is_current=False)
        w.conn.execute(retire, [{"row_id": row_id} for row_id in row_ids])


def _name_raters(w: Writer, marks: Sequence[Mark]) -> None:
    """Give a pseudonym to every rater without one, in the order of the marks."""
    for scope in sorted({(mark.key.campaign_id, mark.key.period_id) for mark in marks}):
        in_scope = (raters.c.campaign_id == scope[0], raters.c.period_id == scope[1])
        known = set(w.conn.scalars(select(raters.c.rater).where(*in_scope)))
        names = {
            mark.key.rater: None for mark in marks if (mark.key.campaign_id, mark.key.period_id) == scope
        }
        new = [name for name in names if name not in known]
        if new:
            w.conn.execute(
                insert(raters),
                [
                    {
                        "campaign_id": scope[0],
                        "period_id": scope[1],
                        "rater": name,
                        "rater_id": f"R{number:03d}",
                    }
                    for number, name in enumerate(new, start=len(known) + 1)
                ],
            )


def _treated(mark: MarkOnRecord, to: float | None, why: Treatment, version: str) -> Deed:
    return _deed("treat_mark", mark.key, marks=why, points=mark.own, counts_as=to, version=version)


def _deed(action: LoggedAction, key: MarkKey, **more: object) -> Deed:
    details = {"layer": key.layer, "source": key.source, "rater": key.rater, **more}
    return Deed(action, f"mark:{key.criterion_id}", key.campaign_id, key.period_id, key.unit_code, details)
