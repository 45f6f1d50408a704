"""A form as its filler opens it: answers, what was returned and why, its deadline; and the entries of a log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pbwidgets.campaign import Change, Form, compute_answers, from_json
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import DataError
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.store import (
    Evidence,
    Reader,
    SubmissionKey,
    SubmissionState,
    Version,
    history,
    known_periods,
    load_campaign_json,
    load_evidence,
    load_exception,
    load_overview,
    load_state,
    next_occurrence,
    save_draft,
)
from pbwidgets.store.submissions import EDITABLE, HANDED_IN, NOT_BEGUN, RETURNED, SUBMITTED
from pbwidgets.workflows.filling.access import check_draft_quota, check_filler
from pbwidgets.workflows.filling.comparing import changes_of_form
from pbwidgets.workflows.filling.hands import find_hands, read_as_hand
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.desk import Desk, common_words, read_own
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.ground.workspace import Opened, Workspace


@dataclass(frozen=True)
class OpenForm:
    """A submission as its filler sees it.

    Attributes
    ----------
    key, form
        Which submission of which form.
    state
        ``not_begun``, ``draft``, ``submitted``, ``returned``, ``accepted:<level>``, ``locked``.
    answers
        The draft, or the newest version where there is none.
    version
        Newest version, 0 before the first.
    revision
        Revision of the draft that the answers come from.
    saved_at, saved_by
        When the draft was saved, and by whom; None if it never was, or is what was returned.
    returned
        Reasons why it was returned, by field path; the empty path is the whole form.
    until
        Moment (UTC) at which it closes for this unit, including any exception; None without a phase.
    has_exception
        Whether an exception was granted.
    evidence
        Files attached to it.
    changes
        What the open version changes of the form that was last filled in; empty once it is saved again.
    handed_in
        The version that was last handed in, with its moment and who did it; None if none was.
    period_is_open
        Whether anything may be written in its period.
    common_words
        Words of all campaigns, of units and of accounts, for a form that asks for what identifies; None for any other.
    changeable
        Paths of what the actor may change although it was handed in.
    is_amendment
        Whether it was handed in and goes on, so that what is changed of it is an amendment.
    """

    key: SubmissionKey
    form: Form
    state: str
    answers: Mapping[str, Any]
    version: int
    revision: int
    saved_at: datetime | None
    saved_by: str | None
    returned: Mapping[str, tuple[str, ...]]
    until: datetime | None
    has_exception: bool
    evidence: tuple[Evidence, ...]
    changes: tuple[Change, ...] = ()
    handed_in: Version | None = None
    period_is_open: bool = True
    common_words: CommonWords | None = None
    changeable: frozenset[str] = frozenset()
    is_amendment: bool = False

    @property
    def is_editable(self) -> bool:
        """Whether its state and its period allow changes; the deadline only prevents handing in."""
        return self.period_is_open and (self.state == NOT_BEGUN or self.state in EDITABLE)

    @property
    def can_take_back(self) -> bool:
        """Whether it was handed in and nobody has acted on it yet."""
        return self.period_is_open and self.state == SUBMITTED

    def is_closed(self, now: datetime) -> bool:
        """Whether it is closed at a moment (timezone-aware)."""
        return self.until is not None and now >= self.until


def open_submission(desk: Desk, key: SubmissionKey) -> OpenForm:
    """Form as the filler sees it.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    UsageError
        ``fill.unknown_form``.
    DataError
        ``fill.wrong_kind`` if the form is about units of another kind.
    """
    find_form(desk.opened.campaign, key.form_id)
    hands = find_hands(desk, key)
    form = hands.form if hands.changeable else check_filler(desk, key)
    units = desk.units
    kind = units.loc[units["unit_code"] == key.unit_code, "kind"]
    if not len(kind) or kind.iloc[0] not in form.unit_kind:
        raise DataError("fill.wrong_kind", unit=key.unit_code, form=form.name.words(desk.lang))
    with read_as_hand(desk, key) as reader:
        found = load_state(reader, key)
        versions = history(reader, key) if found is not None and found.version else ()
        exception = load_exception(reader, *desk.opened.key, key.form_id, key.unit_code)
        evidence = load_evidence(reader, key)
        changes = _changes_since(reader, desk.opened, found)
    due = deadline(desk.opened, key.form_id)
    kept = None if found is None or (versions and versions[-1].made_at == found.draft_at) else found
    answers = None if found is None else (found.draft if found.draft is not None else found.answers)
    return OpenForm(
        key=key,
        form=form,
        state=found.state if found else NOT_BEGUN,
        answers=answers or {},
        version=found.version if found else 0,
        revision=found.revision if found else 0,
        saved_at=kept.draft_at if kept else None,
        saved_by=kept.draft_by if kept else None,
        returned=_reasons(versions) if found and found.state == RETURNED else {},
        until=due if exception is None or due is None else max(due, exception),
        has_exception=exception is not None,
        evidence=evidence,
        changes=changes,
        handed_in=next((item for item in reversed(versions) if item.cause in HANDED_IN), None),
        period_is_open=desk.opened.is_open,
        common_words=common_words(desk) if form.identifying_paths() else None,
        changeable=hands.changeable,
        is_amendment=hands.lives,
    )


def _changes_since(reader: Reader, opened: Opened, found: SubmissionState | None) -> tuple[Change, ...]:
    """What has changed of the form since what is edited was filled in."""
    if found is None or found.state not in EDITABLE or found.asked_under in (None, opened.version):
        return ()
    old = from_json(load_campaign_json(reader, found.key.campaign_id, str(found.asked_under)))
    return changes_of_form(old, opened.campaign, found.key.form_id)


@dataclass(frozen=True)
class LogEntry:
    """One entry of a log: its number, state, and answers."""

    occurrence: int
    state: str
    answers: Mapping[str, Any]


def list_entries(desk: Desk, form_id: str, unit_code: str) -> tuple[LogEntry, ...]:
    """Entries of a log about one unit, oldest first.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    key = desk.opened.submission_key(find_form(desk.opened.campaign, form_id).id, unit_code)
    check_filler(desk, key)
    found = []
    with read_own(desk, key) as reader:
        overview = load_overview(reader, *desk.opened.key)
        mine = overview[(overview["form_id"] == form_id) & (overview["unit_code"] == unit_code)]
        for number in sorted(int(value) for value in mine["occurrence"]):
            state = load_state(reader, replace(key, occurrence=number))
            if state is not None:
                answers = state.draft if state.draft is not None else state.answers
                found.append(LogEntry(number, state.state, answers or {}))
    return tuple(found)


def begin_entry(desk: Desk, form_id: str, unit_code: str) -> SubmissionKey:
    """Key of a new, empty entry of a log.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    DataError
        ``fill.not_a_log``, ``workflows.quota_drafts``.
    """
    form = find_form(desk.opened.campaign, form_id)
    key = desk.opened.submission_key(form_id, unit_code)
    check_filler(desk, key)
    if form.occurrence != "many":
        raise DataError("fill.not_a_log", form=form.name.words(desk.lang))
    with desk.write() as writer:
        number = next_occurrence(writer, key.campaign_id, key.period_id, form_id, unit_code)
        begun = replace(key, occurrence=number)
        check_draft_quota(writer, desk, begun)
        save_draft(writer, begun, {}, 0)
    return begun


def copy_from_period(desk: Desk, key: SubmissionKey, period_id: str) -> dict[str, Any]:
    """What the same unit answered in another period, limited to what the current form still asks.

    Files are never copied, because evidence belongs to its own year. Nothing is saved.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    DataError
        ``fill.nothing_to_copy``.
    """
    form = check_filler(desk, key)
    with read_own(desk, key) as reader:
        found = load_state(reader, replace(key, period_id=period_id))
    if found is None or not found.answers:
        raise DataError("fill.nothing_to_copy", period=period_id)
    return compute_answers(form, _without_files(form, found.answers))


def periods_to_copy_from(workspace: Workspace, opened: Opened, key: SubmissionKey) -> tuple[str, ...]:
    """Periods in which the same unit has answered the same form, newest first."""
    with workspace.store.read() as reader:
        others = [
            period.period_id
            for period in known_periods(reader, key.campaign_id)
            if period.period_id != key.period_id
        ]
        own = opened.period
        earlier = [
            item.id for item in opened.campaign.periods if item.ends < own.begins and item.id in others
        ]
        found = [
            period_id
            for period_id in reversed(earlier)
            if (state := load_state(reader, replace(key, period_id=period_id))) is not None and state.answers
        ]
    return tuple(found)


def _reasons(versions: tuple[Version, ...]) -> dict[str, tuple[str, ...]]:
    """Reasons of the returns since it was last handed in."""
    reasons: dict[str, tuple[str, ...]] = {}
    for version in reversed(versions):
        if version.cause in HANDED_IN:
            break
        if version.cause == "return" and version.reason:
            path = version.field_path or ""
            reasons[path] = (version.reason, *reasons.get(path, ()))
    return reasons


def _without_files(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    files = {path for path, field in form.leaves() if field.type in UPLOADS}
    made: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
            made[name] = [
                {key: item for key, item in row.items() if f"{name}/{key}" not in files} for row in value
            ]
        elif name not in files:
            made[name] = value
    return made
