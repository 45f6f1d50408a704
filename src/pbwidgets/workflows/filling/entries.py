"""A form as its filler opens it: answers, what was returned and why, its deadline; and the entries of a log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pbwidgets.campaign import Change, Form, compute_answers, from_json
from pbwidgets.errors import DataError
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.store import (
    ALWAYS,
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
    load_state,
    next_occurrence,
    save_draft,
)
from pbwidgets.store.submissions import EDITABLE, HANDED_IN, NOT_BEGUN, RETURNED, SUBMITTED, load_of_units
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.filling.access import check_draft_quota, check_filler, fills_in
from pbwidgets.workflows.filling.comparing import changes_of_form
from pbwidgets.workflows.filling.hands import Hands, check_hand_on_any, read_as_hand
from pbwidgets.workflows.filling.prefilling import prefill, without_files
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.desk import Desk, common_words, continued_codes, read_own
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.ground.snapshots import does_count
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
    hands
        Who may change what of it later, and how far it has come.
    may_confirm
        Whether what was given last time can be handed in unchanged: once more, or as it was in the period before.
    changes
        What the open version changes of the form that was last filled in; empty once it is saved again.
    handed_in
        The version that was last handed in, with its moment and who did it; None if none was.
    period_is_open
        Whether anything may be written in its period.
    common_words
        Words of all campaigns, of units and of accounts, for a form that asks for what identifies; None for any other.
    changeable
        Paths of what the actor may change although it was handed in (:func:`~.amending.changeable`).
    is_amendment
        Whether it was handed in and goes on: what is changed of it is kept by :func:`~.amending.amend`.
    is_level
        Whether the actor sits at the level that judges whether something is done, and moves until when it is due.
    is_filler
        Whether the actor fills the form in, and does not only carry on what others have begun.
    decided
        Newest change that gives a reason: what was not accepted, or put off; None if there is none.
    counting
        Answers that count by now, empty if none do; None where what is handed in counts at once.
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
    hands: Hands
    may_confirm: bool
    changes: tuple[Change, ...] = ()
    handed_in: Version | None = None
    period_is_open: bool = True
    common_words: CommonWords | None = None
    changeable: frozenset[str] = frozenset()
    is_amendment: bool = False
    is_level: bool = False
    is_filler: bool = True
    decided: Version | None = None
    counting: Mapping[str, Any] | None = None

    @property
    def is_editable(self) -> bool:
        """Whether its state and its period allow changes of all of it; the deadline only prevents handing in."""
        is_open = self.state == NOT_BEGUN or self.state in EDITABLE
        return self.period_is_open and is_open and not self.is_amendment

    @property
    def can_take_back(self) -> bool:
        """Whether it was handed in and nobody has acted on it yet."""
        return self.period_is_open and self.state == SUBMITTED and self.is_filler

    def is_closed(self, now: datetime) -> bool:
        """Whether it is closed at a moment (timezone-aware)."""
        return self.until is not None and now >= self.until


def open_submission(desk: Desk, key: SubmissionKey) -> OpenForm:
    """Form as whoever fills it in sees it, or may change something of it after it was handed in.

    One that nobody has begun begins with what the unit has answered elsewhere, where the form says so.

    Raises
    ------
    RightsError
        If the actor may neither fill this form for this unit nor change anything of it.
    UsageError
        ``fill.unknown_form``.
    DataError
        ``fill.wrong_kind`` if the form is about units of another kind.
    """
    with read_as_hand(desk, key) as reader:
        found = load_state(reader, key)
        hands = Hands.of(desk, key, found)
        form = hands.form if hands.changeable else check_filler(desk, key)
        if kind_and_domain(desk.units, hands.key.unit_code)[0] not in form.unit_kind:
            raise DataError("fill.wrong_kind", unit=key.unit_code, form=form.name.words(desk.lang))
        versions = history(reader, key) if found is not None and found.version else ()
        exception = load_exception(reader, *desk.opened.key, key.form_id, key.unit_code)
        evidence = load_evidence(reader, key)
        changes = _changes_since(reader, desk.opened, found)
        answers = _answers(reader, desk, hands, found)
    due = deadline(desk.opened, key.form_id)
    kept = None if found is None or (versions and versions[-1].made_at == found.draft_at) else found
    return OpenForm(
        key=key,
        form=form,
        state=found.state if found else NOT_BEGUN,
        answers=answers,
        version=found.version if found else 0,
        revision=found.revision if found else 0,
        saved_at=kept.draft_at if kept else None,
        saved_by=kept.draft_by if kept else None,
        returned=_reasons(versions) if found and found.state == RETURNED else {},
        until=due if exception is None or due is None else max(due, exception),
        has_exception=exception is not None,
        hands=hands,
        may_confirm=_may_confirm(desk, hands, found),
        evidence=tuple(item for item in evidence if item.field_path not in hands.withheld),
        changes=() if hands.lives else changes,
        handed_in=next((item for item in reversed(versions) if item.cause in HANDED_IN), None),
        period_is_open=desk.opened.is_open,
        common_words=common_words(desk) if form.identifying_paths() else None,
        changeable=hands.changeable if desk.opened.is_open else frozenset(),
        is_amendment=hands.lives,
        is_level=hands.lives and hands.is_level,
        is_filler=fills_in(desk, key),
        decided=next((item for item in reversed(versions) if item.cause == "amend" and item.reason), None),
        counting=_counting(desk, form, found, versions),
    )


def _counting(
    desk: Desk, form: Form, found: SubmissionState | None, versions: Sequence[Version]
) -> Mapping[str, Any] | None:
    counts = does_count(desk.opened.campaign)
    if counts(form.id, SUBMITTED):
        return None
    stands = found and (found.standing_version or found.version)
    return next((one.answers for one in versions if one.version == stands and counts(form.id, one.state)), {})


def _may_confirm(desk: Desk, hands: Hands, found: SubmissionState | None) -> bool:
    if hands.form.occurrence != "once" or not desk.opened.is_open:
        return False
    if found is not None and hands.lives:
        return hands.key.period_id == ALWAYS and bool(hands.changeable) and found.state != RETURNED
    return found is None and bool(periods_to_copy_from(desk.workspace, desk.opened, hands.key))


def _answers(reader: Reader, desk: Desk, hands: Hands, found: SubmissionState | None) -> Mapping[str, Any]:
    """Answers that are shown: what was handed in and goes on, or the draft, or those with which it begins."""
    if found is None or not (found.version or found.draft):
        return prefill(reader, desk, hands.form, hands.key) if desk.opened.is_open else {}
    if hands.lives:
        return hands.shown
    return (found.draft if found.draft is not None else found.answers) or {}


def _changes_since(reader: Reader, opened: Opened, found: SubmissionState | None) -> tuple[Change, ...]:
    """What has changed of the form since what is edited was filled in."""
    if found is None or found.state not in EDITABLE or found.asked_under in (None, opened.version):
        return ()
    old = from_json(load_campaign_json(reader, found.key.campaign_id, str(found.asked_under)))
    return changes_of_form(old, opened.campaign, found.key.form_id)


@dataclass(frozen=True)
class LogEntry:
    """One entry of a log: its number, state, and answers, and whose it is: the unit's or of one that it continues."""

    occurrence: int
    state: str
    answers: Mapping[str, Any]
    unit_code: str


def list_entries(desk: Desk, form_id: str, unit_code: str) -> tuple[LogEntry, ...]:
    """Entries of a log about one unit that the actor fills in or may change something of, oldest first.

    Those of units that it continues come along.

    Raises
    ------
    RightsError
        If the actor neither fills this form in for this unit nor may change anything of its entries.
    """
    key = desk.opened.submission_key(find_form(desk.opened.campaign, form_id).id, unit_code)
    fills = fills_in(desk, key)
    codes = (unit_code, *continued_codes(desk, unit_code)[unit_code])
    found = []
    with read_as_hand(desk, key) as reader:
        for state in load_of_units(reader, *desk.opened.key, form_id, codes):
            hands = Hands.of(desk, state.key, state)
            if fills or hands.changeable:
                answers = hands.shown if hands.lives or state.draft is None else state.draft
                found.append(LogEntry(state.key.occurrence, state.state, answers, state.key.unit_code))
    if not found:
        check_hand_on_any(desk, key)
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
    continued = continued_codes(desk, unit_code)[unit_code]
    with desk.write() as writer:
        begun = replace(key, occurrence=next_occurrence(writer, key, continued))
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
    return compute_answers(form, without_files(form, found.answers))


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
