"""Fill in a form: save a draft, hand it in, take it back. The server checks what the form checked."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pbwidgets.campaign import AnswerProblem, Form, check_answers, compute_answers
from pbwidgets.errors import DataError, PbError, RightsError
from pbwidgets.store import (
    Actor,
    Reader,
    SubmissionKey,
    Writer,
    grant_exception,
    load_exception,
    save_draft,
    submit,
    withdraw,
)
from pbwidgets.units import ancestors
from pbwidgets.wording import default_language, say
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace


class AnswersRefusedError(PbError):
    """Answers cannot be handed in; :attr:`problems` names each field."""

    def __init__(self, problems: tuple[AnswerProblem, ...]) -> None:
        super().__init__("workflows.answers_refused", count=len(problems))
        self.problems = problems

    def __reduce__(self) -> tuple[Any, ...]:
        return AnswersRefusedError, (self.problems,)

    def __str__(self) -> str:
        return "\n".join([self.message(), *(f"- {problem.message()}" for problem in self.problems)])


def save_answers(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    answers: Mapping[str, Any],
    base_revision: int,
) -> int:
    """Revision of the draft after saving; half-done answers are welcome.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    ConflictError
        ``store.draft_changed`` if somebody else has saved meanwhile.
    """
    form = check_filler(workspace, actor, opened, key)
    with workspace.store.write(actor) as writer:
        return save_draft(writer, key, compute_answers(form, answers), base_revision)


def hand_in(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    answers: Mapping[str, Any],
    base_revision: int,
    *,
    now: datetime | None = None,
) -> int:
    """Version that was made by handing answers in.

    Parameters
    ----------
    workspace, actor, opened
        Where, who, and which campaign.
    key
        What is handed in.
    answers
        Answers to the form, as :func:`pbwidgets.campaign.check_answers` takes them.
    base_revision
        Revision of the draft that the filler has before him, 0 for none.
    now
        Moment of handing in, with its zone; by default the present one.

    Raises
    ------
    AnswersRefusedError
        If the answers are not complete or not right.
    DataError
        ``workflows.too_late`` after the deadline, unless the unit has an exception on record.
    RightsError, ConflictError
        As :func:`save_answers`.
    """
    form = check_filler(workspace, actor, opened, key)
    moment = now or datetime.now(UTC)
    day = moment.astimezone(ZONE).date()
    problems = check_answers(form, opened.campaign, answers, complete=True, today=day)
    if problems:
        raise AnswersRefusedError(problems)
    with workspace.store.write(actor, moment) as writer:
        _check_deadline(writer, opened, key, moment)
        revision = save_draft(writer, key, compute_answers(form, answers, today=day), base_revision)
        return submit(writer, key, revision)


def take_back(workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey) -> None:
    """Take a submission back for editing; possible until review begins.

    Raises
    ------
    DataError
        ``store.review_begun``.
    RightsError
        If the actor may not fill this form for this unit.
    """
    check_filler(workspace, actor, opened, key)
    with workspace.store.write(actor) as writer:
        withdraw(writer, key)


def deadline(opened: Opened, form_id: str) -> datetime | None:
    """Moment (UTC) at which a form closes, 24:00 in Asia/Shanghai on its last day; None without a phase."""
    phases = [phase for phase in opened.campaign.period(opened.period_id).phases if form_id in phase.forms]
    if not phases:
        return None
    return _end_of_day(max(phase.ends for phase in phases))


def extend_for_correction(
    w: Writer, opened: Opened, key: SubmissionKey, now: datetime, days: int, reason: str
) -> None:
    """Let a unit hand a returned form in again until 24:00 so many days from now; no deadline gets earlier.

    It is an exception on record like any other. Of a log it opens all entries of the unit.
    """
    due = deadline(opened, key.form_id)
    if due is None or days == 0:
        return
    until = _end_of_day(now.astimezone(ZONE).date() + timedelta(days=days))
    granted = load_exception(w, key.campaign_id, key.period_id, key.form_id, key.unit_code)
    if until > max(due, granted or due):
        words = say("workflows.returned_until", default_language(), reason=reason.strip())
        grant_exception(w, key.campaign_id, key.period_id, key.form_id, key.unit_code, until, words)


def _end_of_day(day: date) -> datetime:
    """24:00 of a day in Asia/Shanghai, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)


def _check_deadline(reader: Reader, opened: Opened, key: SubmissionKey, now: datetime) -> None:
    due = deadline(opened, key.form_id)
    if due is None or now < due:
        return
    exception = load_exception(reader, key.campaign_id, key.period_id, key.form_id, key.unit_code)
    if exception is None or now >= exception:
        last_day = (due - timedelta(seconds=1)).astimezone(ZONE).date()
        name = opened.campaign.form(key.form_id).name.words(default_language())
        raise DataError("workflows.too_late", form=name, last_day=last_day)


def check_filler(workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey) -> Form:
    """Form that is to be filled, if the actor may fill it for this unit.

    Raises
    ------
    RightsError
        ``workflows.not_allowed``, ``workflows.out_of_scope``.
    """
    form = opened.campaign.form(key.form_id)
    if form.survey is not None:  # answered with one-time codes only
        raise RightsError("workflows.not_allowed", role=actor.role, action="fill")
    units = workspace.units(opened.day(datetime.now(ZONE).date()))
    if form.filled_by is None:
        authorise(actor, "fill_on_behalf" if actor.on_behalf else "fill", key.unit_code, units)
        return form
    if actor.role == "operator":
        return form
    level = next(item for item in opened.campaign.review_levels if item.id == form.filled_by)
    seat = ancestors(units, level.unit_kind).get(key.unit_code)
    if actor.role != "reviewer" or actor.unit_code != seat:
        raise RightsError("workflows.out_of_scope", unit=key.unit_code, own=actor.unit_code or "")
    return form
