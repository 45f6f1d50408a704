"""Submissions: one draft that changes, and versions that never do.

The life of a submission::

    draft ── submit ──► submitted ── accept ──► accepted:<level 1> ── accept ──► … ── lock ──► locked
      ◄───── withdraw ──┘   │  ◄── undo_accept ──┘      │
                            └── return ──► returned ◄───┘
               submitted ◄─── submit ──────┘
               submitted ◄─── amend ── from every state but draft and returned, and from these where a version stands

An amendment that has to be accepted replaces a version: ``standing_version`` names that one, and it counts until a
newer one does, whatever becomes of the amendment (:func:`~pbwidgets.store.counting.load_counting`).

The ordered review levels are passed in; the store knows no campaign. Saving changes the draft and its
revision. Submit, import, amend, return, accept, undo and lock each append a *version*: the answers with the new
state. ``content_version`` is the newest version that changed the answers: it makes a mark stale, an acceptance
does not.

Some verbs have a form for many keys (``submit_many``): one query for all, all or nothing, and one audit row
for each key.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import and_, bindparam, case, delete, func, insert, select, update

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.intake.text import clean_text
from pbwidgets.store.actors import Actor
from pbwidgets.store.audit import Deed, LoggedAction, audit_head, record
from pbwidgets.store.campaigns import load_open_version
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.evidence import remove_evidence
from pbwidgets.store.keys import SubmissionKey, of_period
from pbwidgets.store.tables import audit, submission_versions, submissions
from pbwidgets.store.types import same_json, to_json
from pbwidgets.store.units import check_units_known

NOT_BEGUN: Final = "not_begun"
"""State of what nobody has begun: the store has no row for it."""
LONGEST_ANSWERS: Final = 1_000_000
"""Characters of the answers to one form, as they are stored."""
DRAFT: Final = "draft"
SUBMITTED: Final = "submitted"
RETURNED: Final = "returned"
LOCKED: Final = "locked"
EDITABLE: Final = (DRAFT, RETURNED)
HANDED_IN: Final = ("submit", "import", "amend")
"""Causes of the versions that bring answers."""

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class SubmissionState:
    """A submission as it is now.

    Attributes
    ----------
    state
        ``draft``, ``submitted``, ``accepted:<level>``, ``returned``, ``locked``.
    version
        Newest version; 0 before the first.
    answers
        Answers of the newest version; None before the first.
    campaign_version
        Campaign version under which the newest version was given.
    content_version
        Newest version that changed the answers.
    draft
        What is being edited; None once it is handed in.
    revision
        Counts the changes of the draft.
    draft_campaign_version
        Campaign version under which the draft was last saved; None in rows of older packages.
    standing_version
        Version that an amendment has replaced, which counts until a newer one does; None without an amendment.
    """

    key: SubmissionKey
    state: str
    version: int
    answers: Answers | None
    campaign_version: str | None
    content_version: int
    content_head: int
    draft: Answers | None
    revision: int
    draft_by: str | None
    draft_at: datetime | None
    draft_campaign_version: str | None = None
    standing_version: int | None = None

    @property
    def asked_under(self) -> str | None:
        """Campaign version under which what is edited now, or else the newest version, was filled in."""
        return self.draft_campaign_version if self.draft is not None else self.campaign_version


@dataclass(frozen=True)
class Version:
    """One version: the answers at one step, never changed (but :func:`redact` can take a field out)."""

    version: int
    cause: str
    state: str
    answers: Answers
    campaign_version: str
    level: str | None
    reason: str | None
    field_path: str | None
    made_at: datetime
    made_by: Actor
    standing_version: int | None = None


def accepted(level: str) -> str:
    """State of a submission that a level has accepted.

    >>> accepted("township")
    'accepted:township'
    """
    return f"accepted:{level}"


# -- reading -------------------------------------------------------------------------------------------


def load_state(r: Reader, key: SubmissionKey) -> SubmissionState | None:
    """The submission as it is now, or None if nobody has begun it."""
    return _load_states(r, [key]).get(key)


def load_submissions(r: Reader, campaign_id: str, period_id: str) -> tuple[SubmissionState, ...]:
    """All submissions of a period as they are now, in the order in which they were begun."""
    query = select(submissions).where(of_period(submissions, campaign_id, period_id))
    return tuple(_state_of(row) for row in r.conn.execute(query.order_by(submissions.c.id)))


def load_of_units(
    r: Reader, campaign_id: str, period_id: str, form_id: str, unit_codes: Sequence[str]
) -> tuple[SubmissionState, ...]:
    """Submissions of a form about some units as they are now, by unit and entry; ask for some hundreds at a time."""
    table = submissions.c
    query = select(submissions).where(
        of_period(submissions, campaign_id, period_id),
        table.form_id == form_id,
        table.unit_code.in_(unit_codes),
    )
    return tuple(_state_of(row) for row in r.conn.execute(query.order_by(table.unit_code, table.occurrence)))


def history(r: Reader, key: SubmissionKey) -> tuple[Version, ...]:
    """All versions of a submission, oldest first."""
    query = (
        select(submission_versions)
        .join(submissions, submissions.c.id == submission_versions.c.submission_id)
        .where(_has_key(key))
        .order_by(submission_versions.c.version)
    )
    return tuple(
        Version(
            version=row.version,
            cause=row.cause,
            state=row.state,
            answers=row.answers,
            campaign_version=row.campaign_version,
            level=row.level,
            reason=row.reason,
            field_path=row.field_path,
            made_at=row.made_at,
            made_by=Actor(row.made_by, row.role, on_behalf=row.on_behalf),
            standing_version=row.standing_version,
        )
        for row in r.conn.execute(query)
    )


def handed_in_answers(r: Reader, found: SubmissionState) -> Answers | None:
    """Answers that are handed in, accepted or not: the newest, or those that stand while an amendment is back.

    None for what was never handed in, or is returned or taken back as a whole.
    """
    if found.state not in EDITABLE:
        return found.answers
    return None if found.standing_version is None else dict(_standing(r, found).answers)


def find_touched(r: Reader, since: int, campaign_id: str) -> frozenset[tuple[str, str]]:
    """Form and unit of every submission that was written after a row of the log, drafts apart."""
    table = audit.c
    query = select(table.entity, table.unit_code).where(
        table.id > since,
        table.campaign_id == campaign_id,
        table.entity.startswith("submission:", autoescape=True),
        table.action.not_in(("save_draft", "discard_draft", "refuse_late")),
    )
    return frozenset((entity.split(":")[1], str(code)) for entity, code in r.conn.execute(query.distinct()))


def load_overview(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """One row for each submission: its form, unit, occurrence, state, versions, and the draft's revision.

    ``standing_version`` is that of an amendment, else missing (:class:`SubmissionState`).
    """
    names = [
        "form_id", "unit_code", "occurrence", "state", "version", "standing_version",
        "revision", "draft_by", "draft_at",
    ]  # fmt: skip
    query = (
        select(*(submissions.c[name] for name in names))
        .where(of_period(submissions, campaign_id, period_id))
        .order_by(submissions.c.id)
    )
    found = pd.DataFrame([tuple(row) for row in r.conn.execute(query)], columns=names)
    return found.astype({"standing_version": "Int64"})


def next_occurrence(r: Reader, log: SubmissionKey, continued: Collection[str] = ()) -> int:
    """Number for the next entry of a log, from 1; ask and save in the same write transaction.

    Parameters
    ----------
    log
        Key of any of its entries.
    continued
        Units that were merged into its unit: as many numbers stay free as they have entries, which are read under
        these numbers as its own.
    """
    table = submissions.c
    own = table.unit_code == log.unit_code
    query = select(func.max(case((own, table.occurrence))), func.count()).where(
        of_period(submissions, log.campaign_id, log.period_id),
        table.form_id == log.form_id,
        own | (table.unit_code.in_(continued) & (table.version > 0)),
    )
    newest, every = r.conn.execute(query).one()
    return max(newest or 0, every if continued else 0) + 1


# -- the draft -----------------------------------------------------------------------------------------


def save_draft(w: Writer, key: SubmissionKey, answers: Answers, base_revision: int) -> int:
    """Save a draft and return its revision; saving the same again changes nothing.

    Parameters
    ----------
    base_revision
        Revision that is being edited; 0 for a new submission.

    Raises
    ------
    ConflictError
        ``store.draft_changed`` if somebody else has saved since; its ``args_of_message`` hold ``answers``,
        ``revision``, ``by`` and ``at`` of the stored draft.
    DataError
        ``store.not_editable`` after handing in, ``store.unknown_unit``, ``store.period_not_open``,
        ``store.answers_too_big``.
    """
    _check_answers(answers)
    opened = load_open_version(w, key.campaign_id, key.period_id)
    found = load_state(w, key)
    if found is None:
        check_units_known(w, key.unit_code)
        found = _begin(w, [key])[key]
    if found.state not in EDITABLE:
        raise DataError("store.not_editable", unit=key.unit_code, state=found.state)
    is_same = found.draft is not None and same_json(found.draft, answers)
    if is_same and found.draft_campaign_version == opened:
        return found.revision
    if not is_same:
        _check_revision(found, base_revision)
    revision = found.revision if is_same else found.revision + 1
    w.conn.execute(
        update(submissions)
        .where(_has_key(key))
        .values(
            draft=answers,
            revision=revision,
            draft_by=w.actor.name,
            draft_at=w.now,
            draft_campaign_version=opened,
        )
    )
    record(w, _deed("save_draft", key, revision=revision))
    return revision


def count_drafts(r: Reader, account: str) -> int:
    """Drafts that an account has saved last and nobody has handed in."""
    query = select(func.count()).where(submissions.c.draft_by == account, submissions.c.draft.is_not(None))
    return r.conn.scalar(query) or 0


def discard_draft(w: Writer, key: SubmissionKey) -> None:
    """Remove a submission that was begun and never handed in.

    Raises
    ------
    DataError
        ``store.no_submission``, or ``store.not_editable`` if it has versions.
    """
    found = _require(_load_states(w, [key]), key)
    if found.version:
        raise DataError("store.not_editable", unit=key.unit_code, state=found.state)
    w.conn.execute(delete(submissions).where(_has_key(key)))
    record(w, _deed("discard_draft", key))


def submit(w: Writer, key: SubmissionKey, base_revision: int | None = None) -> int:
    """Hand the draft in; returns the new version.

    Parameters
    ----------
    base_revision
        Revision that the filler sees; None hands in whatever is stored.

    Raises
    ------
    ConflictError
        ``store.draft_changed`` as in :func:`save_draft`.
    DataError
        ``store.no_submission``, ``store.not_editable``, ``store.period_not_open``.
    """
    found = _require(_load_states(w, [key]), key)
    if base_revision is not None:
        _check_revision(found, base_revision)
    if found.state not in EDITABLE or found.draft is None:
        raise DataError("store.not_editable", unit=key.unit_code, state=found.state)
    return _append(w, "submit", [_Step(found, SUBMITTED, found.draft)])[key]


def withdraw(w: Writer, key: SubmissionKey) -> None:
    """Take a submission back for editing; possible until review begins.

    Raises
    ------
    DataError
        ``store.review_begun``, ``store.no_submission``.
    """
    found = _require(_load_states(w, [key]), key)
    if found.state != SUBMITTED:
        raise DataError("store.review_begun", unit=key.unit_code, state=found.state)
    w.conn.execute(
        update(submissions)
        .where(_has_key(key))
        .values(
            state=DRAFT,
            draft=found.answers,
            revision=found.revision + 1,
            draft_by=w.actor.name,
            draft_at=w.now,
            draft_campaign_version=found.campaign_version,
        )
    )
    table = submission_versions
    mine = table.c.submission_id.in_(select(submissions.c.id).where(_has_key(key)))
    w.conn.execute(
        update(table)
        .where(mine, table.c.version == found.version)
        .values(withdrawn_at=w.now, withdrawn_head=audit_head(w) + 1)
    )
    record(w, _deed("withdraw", key, version=found.version))


# -- versions ------------------------------------------------------------------------------------------


def amend(
    w: Writer,
    key: SubmissionKey,
    answers: Answers,
    *,
    seen_version: int,
    counts: bool,
    level: str | None = None,
    reason: str | None = None,
) -> int:
    """Change answers that were handed in; returns the new version.

    Parameters
    ----------
    answers
        All answers, not only those that change.
    seen_version
        Version that the answers were made from.
    counts
        Whether they count at once: the state stays as it is, or is again that of the version that stands. Else they
        are ``submitted``, and the version that they replace stands until they are accepted.
    level
        Review level that amends; None: who fills the form in.

    Raises
    ------
    ConflictError
        ``store.version_changed`` if there is a newer version than the one seen.
    DataError
        ``store.not_amendable`` before it was handed in, and while it is returned or taken back and no version
        stands; ``store.no_submission``, ``store.answers_too_big``, ``store.period_not_open``.
    """
    _check_answers(answers)
    found = _require(_load_states(w, [key]), key)
    _check_version(found, seen_version)
    waits = found.standing_version is not None and found.state in (*EDITABLE, SUBMITTED)
    if found.state in EDITABLE and not waits:
        raise DataError("store.not_amendable", unit=key.unit_code, state=found.state)
    if counts and waits:  # as if it had been changed before the amendment that waits
        stood = _standing(w, found)
        before = replace(found, standing_version=stood.standing_version)
        step = _Step(before, stood.state, answers, level, reason)
    elif counts:
        step = _Step(found, found.state, answers, level, reason)
    else:
        stands = found.standing_version if waits else found.version
        step = _Step(replace(found, standing_version=stands), SUBMITTED, answers, level, reason)
    return _append(w, "amend", [step])[key]


def submit_many(w: Writer, items: Iterable[tuple[SubmissionKey, Answers]]) -> dict[SubmissionKey, int]:
    """Hand in complete answers without a draft, all or none; returns the new versions."""
    return _hand_in(w, "submit", dict(items))


def import_version(w: Writer, key: SubmissionKey, answers: Answers) -> int:
    """Hand in imported answers; returns the new version. A draft is replaced, and its editor is told.

    Raises
    ------
    DataError
        ``store.not_editable`` if the submission is handed in already, ``store.unknown_unit``,
        ``store.period_not_open``.
    """
    return _hand_in(w, "import", {key: answers})[key]


def import_many(
    w: Writer, items: Mapping[SubmissionKey, Answers], bases: Mapping[SubmissionKey, tuple[int, int]]
) -> dict[SubmissionKey, int]:
    """Hand in imported answers, all or none; returns the new versions.

    Parameters
    ----------
    bases
        Version and revision that the answers were made from; zeros for what nobody had begun.

    Raises
    ------
    ConflictError
        ``store.changed_since`` if one of them has changed since.
    DataError
        As :func:`import_version`.
    """
    states = _load_states(w, list(items)) if items else {}
    for key in items:
        now = states.get(key)
        if bases[key] != ((0, 0) if now is None else (now.version, now.revision)):
            raise ConflictError("store.changed_since", unit=key.unit_code, form=key.form_id)
    return _hand_in(w, "import", items)


def accept(
    w: Writer, key: SubmissionKey, level: str, levels: Sequence[str], *, seen_version: int | None = None
) -> int:
    """Accept a submission at one level; returns the new version.

    Parameters
    ----------
    level
        Level that accepts; the one below must have accepted already.
    levels
        All review levels, lowest first.
    seen_version
        Version that the reviewer sees.

    Raises
    ------
    ConflictError
        ``store.version_changed`` if there is a newer version than the one seen.
    DataError
        ``store.not_your_turn`` if the level below has not acted, or this one has; ``store.no_submission``.
    """
    found = _require_turn(_load_states(w, [key]), key, level, levels, seen_version)
    return _append(w, "accept", [_Step(found, accepted(level), _answers(found), level)])[key]


def accept_many(
    w: Writer, keys: Iterable[SubmissionKey], level: str, levels: Sequence[str]
) -> dict[SubmissionKey, int]:
    """Accept many submissions at one level, all or none; returns the new versions."""
    wanted = list(keys)
    states = _load_states(w, wanted)
    steps = [_require_turn(states, key, level, levels, None) for key in wanted]
    return _append(w, "accept", [_Step(found, accepted(level), _answers(found), level) for found in steps])


def return_submission(
    w: Writer,
    key: SubmissionKey,
    level: str,
    levels: Sequence[str],
    reason: str,
    field_path: str | None = None,
    *,
    seen_version: int | None = None,
) -> int:
    """Return a submission for editing, as a whole or for one field; returns the new version.

    Raises
    ------
    ConflictError
        ``store.version_changed``.
    DataError
        ``store.reason_needed``, ``store.not_your_turn``, ``store.no_submission``.
    """
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    found = _require_turn(_load_states(w, [key]), key, level, levels, seen_version)
    made = _append(w, "return", [_Step(found, RETURNED, _answers(found), level, reason, field_path)])
    w.conn.execute(
        update(submissions)
        .where(_has_key(key))
        .values(
            draft=found.answers,
            revision=found.revision + 1,
            draft_by=w.actor.name,
            draft_at=w.now,
            draft_campaign_version=found.campaign_version,
        )
    )
    return made[key]


def undo_accept(w: Writer, key: SubmissionKey, level: str, levels: Sequence[str]) -> int:
    """Take an acceptance back, until the next level has acted; returns the new version.

    Raises
    ------
    DataError
        ``store.cannot_undo``, ``store.no_submission``.
    """
    found = _require(_load_states(w, [key]), key)
    if found.state != accepted(level):
        raise DataError("store.cannot_undo", unit=key.unit_code, state=found.state)
    return _append(w, "undo_accept", [_Step(found, _state_before(level, levels), _answers(found), level)])[
        key
    ]


def lock(w: Writer, key: SubmissionKey, levels: Sequence[str]) -> int:
    """Lock a submission for good, once the last level has accepted; returns the new version.

    Raises
    ------
    DataError
        ``store.not_lockable`` before that, ``store.no_submission``.
    """
    return lock_many(w, [key], levels)[key]


def lock_many(w: Writer, keys: Iterable[SubmissionKey], levels: Sequence[str]) -> dict[SubmissionKey, int]:
    """Lock many submissions, all or none; returns the new versions."""
    wanted = list(keys)
    states = _load_states(w, wanted)
    ready = accepted(levels[-1]) if levels else SUBMITTED
    steps = []
    for key in wanted:
        found = _require(states, key)
        if found.state != ready:
            raise DataError("store.not_lockable", unit=key.unit_code, state=found.state)
        steps.append(_Step(found, LOCKED, _answers(found)))
    return _append(w, "lock", steps)


def redact(w: Writer, key: SubmissionKey, field_path: str) -> int:
    """Take out personal data entered by mistake; returns in how many places (draft, versions) it was.

    The field disappears from the draft and from every version, with its evidence files. The log records that
    it was done, by whom, and the field's name.

    Parameters
    ----------
    field_path
        As given by ``Form.leaves()``: ``plan_file``, ``good_deeds/held_on``.

    Raises
    ------
    DataError
        ``store.no_submission``.
    """
    found = _require(_load_states(w, [key]), key)
    parts = field_path.split("/")
    table = submission_versions
    owner = w.conn.scalar(select(submissions.c.id).where(_has_key(key)))
    changed = 0
    for row in w.conn.execute(
        select(table.c.id, table.c.answers).where(table.c.submission_id == owner)
    ).all():
        without = _without(row.answers, parts)
        if without != row.answers:
            w.conn.execute(update(table).where(table.c.id == row.id).values(answers=without))
            changed += 1
    answers, draft = _without(found.answers, parts), _without(found.draft, parts)
    revision = found.revision
    if draft != found.draft:
        revision += 1  # an open form must not save it back
        changed += 1
    w.conn.execute(
        update(submissions).where(_has_key(key)).values(answers=answers, draft=draft, revision=revision)
    )
    removed = remove_evidence(w, key, field_path)
    record(w, _deed("redact", key, field=field_path, places=changed, files=removed))
    return changed


# -- inside --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    before: SubmissionState
    state: str
    answers: Answers
    level: str | None = None
    reason: str | None = None
    field_path: str | None = None


def _has_key(key: SubmissionKey) -> Any:
    table = submissions.c
    return and_(
        table.campaign_id == key.campaign_id,
        table.period_id == key.period_id,
        table.form_id == key.form_id,
        table.unit_code == key.unit_code,
        table.occurrence == key.occurrence,
    )


def _key_of(row: Any) -> SubmissionKey:
    return SubmissionKey(row.campaign_id, row.period_id, row.form_id, row.unit_code, row.occurrence)


def _load_states(r: Reader, keys: Sequence[SubmissionKey]) -> dict[SubmissionKey, SubmissionState]:
    query = select(submissions)
    if len(keys) == 1:
        query = query.where(_has_key(keys[0]))
    else:
        query = query.where(
            submissions.c.campaign_id.in_({key.campaign_id for key in keys}),
            submissions.c.period_id.in_({key.period_id for key in keys}),
        )
    wanted = set(keys)
    found = {}
    for row in r.conn.execute(query):
        key = _key_of(row)
        if key in wanted:
            found[key] = _state_of(row)
    return found


def _state_of(row: Any) -> SubmissionState:
    return SubmissionState(
        key=_key_of(row),
        state=row.state,
        version=row.version,
        answers=row.answers,
        campaign_version=row.campaign_version,
        content_version=row.content_version,
        content_head=row.content_head,
        draft=row.draft,
        revision=row.revision,
        draft_by=row.draft_by,
        draft_at=row.draft_at,
        draft_campaign_version=row.draft_campaign_version,
        standing_version=row.standing_version,
    )


def _require(states: Mapping[SubmissionKey, SubmissionState], key: SubmissionKey) -> SubmissionState:
    if key not in states:
        raise DataError("store.no_submission", unit=key.unit_code, form=key.form_id)
    return states[key]


def _check_answers(answers: Answers) -> None:
    """Refuse what cannot be stored, before anything is written."""
    found = len(to_json(answers))
    if found > LONGEST_ANSWERS:
        raise DataError("store.answers_too_big", found=found, limit=LONGEST_ANSWERS)


def _answers(found: SubmissionState) -> Answers:
    return found.answers or {}


def _check_revision(found: SubmissionState, base_revision: int) -> None:
    if found.revision != base_revision:
        raise ConflictError(
            "store.draft_changed",
            by=found.draft_by or "–",
            at=found.draft_at,
            revision=found.revision,
            answers=found.draft,
        )


def _check_version(found: SubmissionState, seen: int) -> None:
    if seen != found.version:
        unit = found.key.unit_code
        raise ConflictError("store.version_changed", unit=unit, seen=seen, found=found.version)


def _state_before(level: str, levels: Sequence[str]) -> str:
    place = list(levels).index(level)
    return SUBMITTED if place == 0 else accepted(levels[place - 1])


def _require_turn(
    states: Mapping[SubmissionKey, SubmissionState],
    key: SubmissionKey,
    level: str,
    levels: Sequence[str],
    seen_version: int | None,
) -> SubmissionState:
    found = _require(states, key)
    if seen_version is not None:
        _check_version(found, seen_version)
    if found.state != _state_before(level, levels):
        raise DataError("store.not_your_turn", unit=key.unit_code, level=level, state=found.state)
    return found


def _begin(w: Writer, keys: Sequence[SubmissionKey]) -> dict[SubmissionKey, SubmissionState]:
    blank = {"state": DRAFT, "version": 0, "content_version": 0, "content_head": 0, "revision": 0}
    w.conn.execute(
        insert(submissions),
        [
            {
                "campaign_id": key.campaign_id,
                "period_id": key.period_id,
                "form_id": key.form_id,
                "unit_code": key.unit_code,
                "occurrence": key.occurrence,
                **blank,
            }
            for key in keys
        ],
    )
    return {key: SubmissionState(key, DRAFT, 0, None, None, 0, 0, None, 0, None, None) for key in keys}


def _hand_in(
    w: Writer, cause: LoggedAction, items: Mapping[SubmissionKey, Answers]
) -> dict[SubmissionKey, int]:
    if not items:
        return {}
    for answers in items.values():
        _check_answers(answers)
    states = _load_states(w, list(items))
    new = [key for key in items if key not in states]
    if new:
        check_units_known(w, *{key.unit_code for key in new})
        states |= _begin(w, new)
    for key in items:
        if states[key].state not in EDITABLE:
            raise DataError("store.not_editable", unit=key.unit_code, state=states[key].state)
    return _append(w, cause, [_Step(states[key], SUBMITTED, answers) for key, answers in items.items()])


def _append(w: Writer, cause: LoggedAction, steps: Sequence[_Step]) -> dict[SubmissionKey, int]:
    """Add a version for each step and update its submission; returns the new versions."""
    if not steps:
        return {}
    hands_in = cause in HANDED_IN
    campaign_version = _campaign_version_by(w, hands_in)
    ids = _ids(w, [step.before.key for step in steps])
    head = audit_head(w) + 1
    versions, moves, made = [], [], {}
    for step in steps:
        before, key = step.before, step.before.key
        version = made[key] = before.version + 1
        new_content = not same_json(before.answers, step.answers)
        definition = campaign_version(before)
        content = {
            "content_version": version if new_content else before.content_version,
            "content_head": head if new_content else before.content_head,
        }
        versions.append(
            {
                "submission_id": ids[key],
                "version": version,
                "cause": cause,
                "state": step.state,
                "answers": step.answers,
                "campaign_version": definition,
                "level": step.level,
                "reason": step.reason,
                "field_path": step.field_path,
                "made_at": w.now,
                "made_by": w.actor.name,
                "role": w.actor.role,
                "on_behalf": w.actor.on_behalf,
                "standing_version": before.standing_version,
                "head": head,
                **content,
            }
        )
        moves.append(
            {
                "row_id": ids[key],
                "new_state": step.state,
                "new_version": version,
                "new_answers": step.answers,
                "new_campaign_version": definition,
                **{f"new_{name}": value for name, value in content.items()},
                # handing in ends the draft; the new revision tells whoever still has it open
                "new_draft": None if hands_in else before.draft,
                "new_revision": before.revision + 1 if hands_in else before.revision,
                "new_standing_version": before.standing_version,
            }
        )
    w.conn.execute(insert(submission_versions), versions)
    w.conn.execute(_MOVE, moves)
    record(w, *(_step_deed(cause, step, made[step.before.key]) for step in steps))
    return made


_MOVED = (
    "state", "version", "answers", "campaign_version", "content_version", "content_head", "draft", "revision",
    "standing_version",
)  # fmt: skip
_MOVE: Final = (
    update(submissions)
    .where(submissions.c.id == bindparam("row_id"))
    .values({name: bindparam(f"new_{name}") for name in _MOVED})
)


def _campaign_version_by(w: Writer, hands_in: bool) -> Callable[[SubmissionState], str]:
    """Look-up of a campaign version: the period's current one for what is handed in, else the one before."""
    today: dict[tuple[str, str], str] = {}

    def version_of(before: SubmissionState) -> str:
        if not hands_in and before.campaign_version is not None:
            return before.campaign_version
        scope = before.key.campaign_id, before.key.period_id
        if scope not in today:
            today[scope] = load_open_version(w, *scope)
        return today[scope]

    return version_of


def _ids(r: Reader, keys: Sequence[SubmissionKey]) -> dict[SubmissionKey, int]:
    table = submissions.c
    query = select(
        table.id, table.campaign_id, table.period_id, table.form_id, table.unit_code, table.occurrence
    )
    query = query.where(_has_key(keys[0])) if len(keys) == 1 else query
    return {_key_of(row): row.id for row in r.conn.execute(query)}


def _deed(action: LoggedAction, key: SubmissionKey, **details: Any) -> Deed:
    return Deed(action, key.entity, key.campaign_id, key.period_id, key.unit_code, details)


def _step_deed(cause: LoggedAction, step: _Step, version: int) -> Deed:
    details = {"version": version, "state": step.state, "level": step.level, "field": step.field_path}
    return _deed(
        cause, step.before.key, **{name: value for name, value in details.items() if value is not None}
    )


def _standing(r: Reader, found: SubmissionState) -> Any:
    """Row of the version that stands while an amendment waits."""
    table = submission_versions.c
    mine = table.submission_id.in_(select(submissions.c.id).where(_has_key(found.key)))
    return r.conn.execute(
        select(table.state, table.answers, table.standing_version).where(
            mine, table.version == found.standing_version
        )
    ).one()


def _without(value: Any, parts: Sequence[str]) -> Any:
    """The answers without the field at this path, in all rows of a repeat."""
    if isinstance(value, list):
        return [_without(item, parts) for item in value]
    if not isinstance(value, Mapping):
        return value
    first, rest = parts[0], parts[1:]
    if not rest:
        return {name: item for name, item in value.items() if name != first}
    return {name: _without(item, rest) if name == first else item for name, item in value.items()}
