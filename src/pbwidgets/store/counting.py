"""What counts of the submissions of a period: now, or as it was at a revision of the store, such as at its closing.

Revisions, not moments, tell what came first: a demonstration is dated in the future, and clocks are set.

The newest version counts if its state does. Else the one that an amendment replaced does, or the one before that:
``standing_version`` names it, in each version anew, so that what counted at any moment can be read from the versions.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Select, case, func, select

from pbwidgets.campaign.living import Given
from pbwidgets.store.days import day_of
from pbwidgets.store.engine import Reader
from pbwidgets.store.keys import ALWAYS, SubmissionKey, of_period
from pbwidgets.store.submissions import DRAFT, Answers
from pbwidgets.store.tables import submission_versions, submissions

Counts = Callable[[str, str], bool]
"""Whether a submission of a form (its id) counts in a state."""
_head: Final = func.coalesce(submission_versions.c.head, 0)
_KEY: Final = ("campaign_id", "period_id", "form_id", "unit_code", "occurrence")


@dataclass(frozen=True)
class Counting:
    """The version of a submission that counts."""

    key: SubmissionKey
    version: int
    state: str
    answers: Answers


def load_counting(
    r: Reader,
    campaign_id: str,
    period_id: str,
    counts: Counts,
    revision: int | None = None,
    *,
    unit_codes: Collection[str] | None = None,
) -> tuple[Counting, ...]:
    """Submissions that count in a period, in the order in which they were begun.

    Parameters
    ----------
    revision
        Revision of the store as of which, such as that of a closing; None: the newest.
    unit_codes
        Only those of some units; ask for some hundreds at a time.
    """
    query = _newest(revision).where(of_period(submissions, campaign_id, period_id))
    if unit_codes is not None:
        query = query.where(submissions.c.unit_code.in_(sorted(unit_codes)))
    newest = r.conn.execute(query).all()
    replaced: dict[tuple[int, int], Any] = {}
    if any(row.standing_version is not None for row in newest):
        replaced = _replaced(r, campaign_id, period_id)
    found = []
    for row in newest:
        key, version = SubmissionKey(*(row._mapping[name] for name in _KEY)), cast("Any", row)
        while version is not None and not counts(key.form_id, version.state):
            version = replaced.get((row.id, version.standing_version))
        if version is not None:
            found.append(Counting(key, version.version, version.state, version.answers))
    return tuple(found)


def load_given(
    r: Reader,
    campaign_id: str,
    period_id: str,
    forms: Collection[str],
    counts: Counts,
    revision: int | None = None,
    *,
    unit_codes: Collection[str] | None = None,
) -> Mapping[SubmissionKey, tuple[Given, ...]]:
    """All versions of the submissions of some forms, oldest first; a withdrawal comes after what was withdrawn.

    The submissions stand in the order in which they were begun.

    Parameters
    ----------
    counts, revision, unit_codes
        As in :func:`load_counting`.
    """
    made = submission_versions.c
    names = ("version", "cause", "level", "state", "answers", "made_at", "withdrawn_at", "withdrawn_head")
    query = (
        select(*(submissions.c[name] for name in _KEY), *(made[name] for name in names))
        .join(submissions, submissions.c.id == made.submission_id)
        .where(of_period(submissions, campaign_id, period_id), submissions.c.form_id.in_(sorted(forms)))
        .order_by(submissions.c.id, made.version)
    )
    if unit_codes is not None:
        query = query.where(submissions.c.unit_code.in_(sorted(unit_codes)))
    found: dict[SubmissionKey, list[Given]] = defaultdict(list)
    for row in r.conn.execute(query if revision is None else query.where(_head <= revision)):
        key = SubmissionKey(*(row._mapping[name] for name in _KEY))
        day, does_count = day_of(row.made_at).isoformat(), counts(row.form_id, row.state)
        found[key].append(Given(row.version, day, row.cause, row.answers, does_count, row.level))
        if row.withdrawn_head is not None and (revision is None or row.withdrawn_head <= revision):
            day = day_of(row.withdrawn_at).isoformat()
            found[key].append(Given(row.version, day, "withdraw", row.answers, counts=False))
    return {key: tuple(given) for key, given in found.items()}


def load_handed_in(
    r: Reader, campaign_id: str, period_id: str, forms: Collection[str], revision: int | None = None
) -> tuple[SubmissionKey, ...]:
    """Submissions of some forms that were handed in, in the order in which they were begun.

    Parameters
    ----------
    revision
        As in :func:`load_counting`.
    """
    newest = _newest(revision).where(
        of_period(submissions, campaign_id, period_id), submissions.c.form_id.in_(sorted(forms))
    )
    query = newest.with_only_columns(*(submissions.c[name] for name in _KEY))
    return tuple(SubmissionKey(*row) for row in r.conn.execute(query))


def load_lasting(r: Reader, campaign_id: str, revision: int) -> dict[int, Any]:
    """State, version and standing version of what lasts for the campaign, by submission, as of a revision."""
    own = submissions.c
    newest = _newest(revision).where(own.campaign_id == campaign_id, own.period_id == ALWAYS).subquery().c
    names = ("id", "state", "version", "standing_version")
    return {row.id: row for row in r.conn.execute(select(*(newest[name] for name in names)))}


def newest_content(
    r: Reader, campaign_id: str, period_id: str, forms: Collection[str], revision: int | None = None
) -> dict[str, tuple[int, int]]:
    """Newest version of each unit's forms that changed answers, and the revision of the store at that time.

    Parameters
    ----------
    revision
        As in :func:`load_counting`.
    """
    table = _newest(revision).where(
        of_period(submissions, campaign_id, period_id), submissions.c.form_id.in_(sorted(forms))
    )
    newest = table.subquery().c
    query = select(newest.unit_code, func.max(newest.content_version), func.max(newest.content_head))
    return {unit: (version, head) for unit, version, head in r.conn.execute(query.group_by(newest.unit_code))}


def _newest(revision: int | None) -> Select[Any]:
    """Each submission with its newest version."""
    own = submissions.c
    keys = (own.id, *(own[name] for name in _KEY))
    names = ("version", "state", "answers", "standing_version", "content_version", "content_head")
    if revision is None:
        return select(*keys, *(own[name] for name in names)).where(own.version > 0).order_by(own.id)
    made = submission_versions.c
    last = (
        select(made.submission_id, func.max(made.version).label("version"))
        .where(_head <= revision)
        .group_by(made.submission_id)
        .subquery()
    )
    read = {name: made[name] for name in names} | {
        "state": case((made.withdrawn_head <= revision, DRAFT), else_=made.state),
        # versions of older packages do not say; what they belong to has not changed since
        "content_version": func.coalesce(made.content_version, own.content_version),
        "content_head": func.coalesce(made.content_head, own.content_head),
    }
    return (
        select(*keys, *(column.label(name) for name, column in read.items()))
        .join(submission_versions, made.submission_id == own.id)
        .join(last, (last.c.submission_id == made.submission_id) & (last.c.version == made.version))
        .order_by(own.id)
    )


def _replaced(r: Reader, campaign_id: str, period_id: str) -> dict[tuple[int, int], Any]:
    """Versions that amendments have replaced, by submission and version."""
    made, later = submission_versions.c, submission_versions.alias().c
    names = ("version", "state", "answers", "standing_version")
    is_replaced = (
        select(later.id)
        .where(later.submission_id == made.submission_id, later.standing_version == made.version)
        .exists()
    )
    query = (
        select(made.submission_id.label("id"), *(made[name] for name in names))
        .join(submissions, submissions.c.id == made.submission_id)
        .where(of_period(submissions, campaign_id, period_id), is_replaced)
    )
    return {(row.id, row.version): row for row in r.conn.execute(query)}
