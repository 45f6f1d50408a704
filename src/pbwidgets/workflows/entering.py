"""A form as a filler opens it: what stands in it, what was returned and why, until when, and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from pbwidgets.campaign import Form, compute_answers
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import DataError, UsageError
from pbwidgets.store import (
    Actor,
    Evidence,
    SubmissionKey,
    Version,
    history,
    load_evidence,
    load_exception,
    load_overview,
    load_state,
    next_occurrence,
    open_periods,
    save_draft,
)
from pbwidgets.store.submissions import EDITABLE, RETURNED, SUBMITTED
from pbwidgets.units import subtree
from pbwidgets.workflows.filling import check_filler, deadline
from pbwidgets.workflows.overview import NOT_BEGUN
from pbwidgets.workflows.workspace import Opened, Workspace, nearest, today


@dataclass(frozen=True)
class OpenForm:
    """A submission as its filler has it before him.

    Attributes
    ----------
    key, form
        What it is about.
    state
        ``not_begun``, ``draft``, ``submitted``, ``returned``, ``accepted:<level>``, ``locked``.
    answers
        The draft, or the newest version where there is none.
    version
        Newest version, 0 before the first.
    revision
        Revision of the draft that these answers are.
    saved_at, saved_by
        When the draft was saved, and by whom; None before.
    returned
        Reasons for which it came back, by field path; the empty path is the whole form.
    until
        Moment (UTC) at which it closes for this unit, an exception included; None without a phase.
    has_exception
        Whether an exception was granted.
    evidence
        Files booked to it.
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

    @property
    def is_editable(self) -> bool:
        """Whether its answers may be changed in its state; the deadline closes handing in only."""
        return self.state == NOT_BEGUN or self.state in EDITABLE

    @property
    def can_take_back(self) -> bool:
        """Whether it was handed in and nobody has acted on it yet."""
        return self.state == SUBMITTED

    def is_closed(self, now: datetime | None = None) -> bool:
        """Whether the moment of closing has passed."""
        return self.until is not None and (now or datetime.now(UTC)) >= self.until


def filling_actor(actor: Actor, opened: Opened, form_id: str) -> Actor:
    """The actor as a form sees him: a reviewer who fills what is another's to fill does so on behalf.

    Raises
    ------
    UsageError
        ``fill.unknown_form``.
    """
    form = find_form(opened, form_id)
    if actor.role == "reviewer" and form.filled_by is None:
        return replace(actor, on_behalf=True)
    return actor


def find_form(opened: Opened, form_id: str) -> Form:
    """Form of an id.

    Raises
    ------
    UsageError
        ``fill.unknown_form`` with the nearest id there is.
    """
    known = [form.id for form in opened.campaign.forms]
    if form_id not in known:
        raise UsageError("fill.unknown_form", **nearest(form_id, known))
    return opened.campaign.form(form_id)


def open_submission(workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey) -> OpenForm:
    """Form as the filler finds it.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    UsageError
        ``fill.unknown_form``.
    DataError
        ``fill.wrong_kind`` if the form is about units of another kind.
    """
    form = find_form(opened, key.form_id)
    check_filler(workspace, actor, opened, key)
    units = workspace.units(opened.day(today()))
    kind = units.loc[units["unit_code"] == key.unit_code, "kind"]
    if not len(kind) or kind.iloc[0] != form.unit_kind:
        raise DataError("fill.wrong_kind", unit=key.unit_code, form=form.name.zh)
    with workspace.store.read() as reader:
        found = load_state(reader, key)
        versions = history(reader, key) if found is not None and found.state == RETURNED else ()
        exception = load_exception(reader, key.campaign_id, key.period_id, key.form_id, key.unit_code)
        evidence = load_evidence(reader, key)
    due = deadline(opened, key.form_id)
    answers = None if found is None else (found.draft if found.draft is not None else found.answers)
    return OpenForm(
        key=key,
        form=form,
        state=found.state if found else NOT_BEGUN,
        answers=answers or {},
        version=found.version if found else 0,
        revision=found.revision if found else 0,
        saved_at=found.draft_at if found else None,
        saved_by=found.draft_by if found else None,
        returned=_reasons(versions),
        until=due if exception is None or due is None else max(due, exception),
        has_exception=exception is not None,
        evidence=evidence,
    )


def units_to_fill(workspace: Workspace, actor: Actor, opened: Opened, form_id: str) -> pd.DataFrame:
    """Units for which the actor may fill a form, columns ``UNITS``; none for those who fill nothing."""
    form = find_form(opened, form_id)
    units = workspace.units(opened.day(today()))
    of_kind = units[units["kind"] == form.unit_kind]
    if actor.role == "operator":
        return of_kind.reset_index(drop=True)
    none = of_kind.iloc[:0]
    if actor.role == "filler" and form.filled_by is None:
        return of_kind[of_kind["unit_code"] == actor.unit_code].reset_index(drop=True)
    if actor.role != "reviewer" or not (units["unit_code"] == actor.unit_code).any():
        return none
    if form.filled_by is not None:
        level = next(item for item in opened.campaign.review_levels if item.id == form.filled_by)
        seated = units.loc[units["unit_code"] == actor.unit_code, "kind"].iloc[0]
        if seated != level.unit_kind:
            return none
    below = set(subtree(units, str(actor.unit_code))["unit_code"]) - {actor.unit_code}
    return of_kind[of_kind["unit_code"].isin(below)].reset_index(drop=True)


@dataclass(frozen=True)
class LogEntry:
    """One entry of a log: its number, state, and answers."""

    occurrence: int
    state: str
    answers: Mapping[str, Any]


def list_entries(
    workspace: Workspace, actor: Actor, opened: Opened, form_id: str, unit_code: str
) -> tuple[LogEntry, ...]:
    """Entries of a log about one unit, oldest first.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    key = SubmissionKey(opened.campaign.id, opened.period_id, find_form(opened, form_id).id, unit_code)
    check_filler(workspace, actor, opened, key)
    found = []
    with workspace.store.read() as reader:
        overview = load_overview(reader, opened.campaign.id, opened.period_id)
        mine = overview[(overview["form_id"] == form_id) & (overview["unit_code"] == unit_code)]
        for number in sorted(int(value) for value in mine["occurrence"]):
            state = load_state(reader, replace(key, occurrence=number))
            if state is not None:
                answers = state.draft if state.draft is not None else state.answers
                found.append(LogEntry(number, state.state, answers or {}))
    return tuple(found)


def begin_entry(
    workspace: Workspace, actor: Actor, opened: Opened, form_id: str, unit_code: str
) -> SubmissionKey:
    """New entry of a log, with nothing in it yet.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    DataError
        ``fill.not_a_log``.
    """
    form = find_form(opened, form_id)
    key = SubmissionKey(opened.campaign.id, opened.period_id, form_id, unit_code)
    check_filler(workspace, actor, opened, key)
    if form.occurrence != "many":
        raise DataError("fill.not_a_log", form=form.name.zh)
    with workspace.store.write(actor) as writer:
        number = next_occurrence(writer, key.campaign_id, key.period_id, form_id, unit_code)
        begun = replace(key, occurrence=number)
        save_draft(writer, begun, {}, 0)
    return begun


def copy_from_period(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, period_id: str
) -> dict[str, Any]:
    """What the same unit answered in another period, as far as the form of today still asks for it.

    Files are never copied: evidence is of its own year. Nothing is saved.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    DataError
        ``fill.nothing_to_copy``.
    """
    form = check_filler(workspace, actor, opened, key)
    with workspace.store.read() as reader:
        found = load_state(reader, replace(key, period_id=period_id))
    if found is None or not found.answers:
        raise DataError("fill.nothing_to_copy", period=period_id)
    return compute_answers(form, _without_files(form, found.answers))


def periods_to_copy_from(workspace: Workspace, opened: Opened, key: SubmissionKey) -> tuple[str, ...]:
    """Periods in which the same unit has answered the same form, the newest first."""
    with workspace.store.read() as reader:
        others = [
            period.period_id
            for period in open_periods(reader)
            if period.campaign_id == key.campaign_id and period.period_id != key.period_id
        ]
        own = opened.campaign.period(opened.period_id)
        earlier = [
            item.id for item in opened.campaign.periods if item.ends < own.begins and item.id in others
        ]
        found = [
            period_id
            for period_id in reversed(earlier)
            if (state := load_state(reader, replace(key, period_id=period_id))) is not None and state.answers
        ]
    return tuple(found)


def check_editable(workspace: Workspace, key: SubmissionKey) -> None:
    """Let pass while the answers may be changed.

    Raises
    ------
    DataError
        ``store.not_editable``.
    """
    with workspace.store.read() as reader:
        found = load_state(reader, key)
    if found is not None and found.state not in EDITABLE:
        raise DataError("store.not_editable", unit=key.unit_code, state=found.state)


def _reasons(versions: tuple[Version, ...]) -> dict[str, tuple[str, ...]]:
    """Reasons of the newest returns: those since it was last handed in."""
    reasons: dict[str, tuple[str, ...]] = {}
    for version in reversed(versions):
        if version.cause in ("submit", "import"):
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
