"""Anonymous surveys: codes for those who are asked, answers without an account, results from enough answers on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pandas as pd

from pbwidgets.campaign import Field, Form, check_answers, compute_answers
from pbwidgets.campaign.model import RaterKind
from pbwidgets.errors import DataError
from pbwidgets.store import Actor
from pbwidgets.store.surveys import (
    count_wrong_code,
    find_batch,
    load_survey_answers,
    load_survey_counts,
    load_wrong_codes,
    make_batch,
    use_code,
)
from pbwidgets.workflows.filling import AnswersRefusedError, deadline
from pbwidgets.workflows.rights import authorise, units_in_scope
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, today

RATER: Final = Actor("survey:", "survey")
"""Whoever answers: nobody in particular."""
WRONG_AT_MOST: Final = 5
"""Every fifth wrong code of one visitor is followed by a wait."""
WAIT: Final = timedelta(minutes=1)
"""How long such a wait is."""
WRONG_A_MINUTE: Final = 60
"""After so many wrong codes of all visitors nobody's is looked at for the rest of the minute."""


@dataclass(frozen=True)
class Invitation:
    """What a code is for.

    Attributes
    ----------
    opened
        The campaign.
    form
        The survey.
    unit_code, unit_name
        The unit that it is about.
    rater_kind
        Who is asked.
    """

    opened: Opened
    form: Form
    unit_code: str
    unit_name: str
    rater_kind: RaterKind


@dataclass(frozen=True)
class SurveyResult:
    """Answers about one unit by one kind of rater.

    Attributes
    ----------
    counts
        Number of answers by field (in the order of the form) and choice.
    remarks
        Texts by field, shuffled.
    """

    finished: int
    counts: Mapping[str, Mapping[str, int]]
    remarks: Mapping[str, tuple[str, ...]]


@dataclass
class Tries:
    """Wrong codes of one visitor, kept while the page is open.

    Attributes
    ----------
    wrong
        How many there were.
    until
        Until when no further one is looked at; None if there is no need to wait.
    """

    wrong: int = 0
    until: datetime | None = None


def survey_forms(opened: Opened) -> tuple[Form, ...]:
    """Forms of the campaign that are anonymous surveys."""
    return tuple(form for form in opened.campaign.forms if form.survey is not None)


def make_survey_batch(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    form_id: str,
    unit_code: str,
    rater_kind: str,
    count: int,
) -> tuple[str, ...]:
    """New one-time codes, to be printed now: they cannot be read again.

    Raises
    ------
    DataError
        ``survey.unknown_form``, ``survey.unknown_rater_kind``, ``survey.wrong_unit`` (not of the form's kind),
        ``store.survey_count``.
    RightsError
        If the actor may not survey this unit.
    """
    units = workspace.units(opened.day(today()))
    authorise(actor, "survey", unit_code, units)
    form = _survey(opened, form_id)
    _kind(form, rater_kind)
    if unit_code not in set(units.loc[units["kind"] == form.unit_kind, "unit_code"]):
        raise DataError("survey.wrong_unit", unit=unit_code)
    with workspace.store.write(actor) as writer:
        return make_batch(writer, opened.campaign.id, opened.period_id, form_id, unit_code, rater_kind, count)


def open_survey(
    workspace: Workspace, code: str, *, tries: Tries | None = None, now: datetime | None = None
) -> Invitation:
    """What a code is for; needs no account.

    Whoever tries wrong codes has to wait, and so does everybody for the rest of a minute in which very many
    were tried: codes cannot be guessed, neither from one page nor from a thousand.

    Parameters
    ----------
    workspace, code
        Where, and what was typed.
    tries
        Wrong codes of this visitor; by default only those of all together are counted.
    now
        The moment, with its zone; by default the present one.

    Raises
    ------
    DataError
        ``store.survey_code`` for a code that is unknown or used up (which of both is not said),
        ``survey.wait`` after too many wrong ones, ``survey.closed`` after the last day.
    """
    moment = now or datetime.now(UTC)
    if tries is not None and tries.until is not None and moment < tries.until:
        raise DataError("survey.wait")
    with workspace.store.read() as reader:
        if load_wrong_codes(reader, moment) >= WRONG_A_MINUTE:
            raise DataError("survey.wait")
        batch = find_batch(reader, code)
    if batch is None:
        _count_wrong(workspace, tries, moment)
        raise DataError("store.survey_code")
    opened = workspace.opened(batch.campaign_id, batch.period_id)
    form = _survey(opened, batch.form_id)
    due = deadline(opened, form.id)
    if due is not None and moment >= due:
        raise DataError("survey.closed")
    named = workspace.units().set_index("unit_code")["unit_name"]
    return Invitation(
        opened, form, batch.unit_code, str(named[batch.unit_code]), _kind(form, batch.rater_kind)
    )


def answer_survey(
    workspace: Workspace,
    code: str,
    answers: Mapping[str, Any],
    *,
    tries: Tries | None = None,
    now: datetime | None = None,
) -> None:
    """Keep answers and use the code up; nothing tells later which code, or at which hour.

    Raises
    ------
    AnswersRefusedError
        If the answers are not complete or not right; the code can still be used.
    DataError
        As :func:`open_survey`.
    """
    moment = now or datetime.now(UTC)
    day = moment.astimezone(ZONE).date()
    invitation = open_survey(workspace, code, tries=tries, now=moment)
    problems = check_answers(invitation.form, invitation.opened.campaign, answers, complete=True, today=day)
    if problems:
        raise AnswersRefusedError(problems)
    kept = compute_answers(invitation.form, answers, today=day)
    with workspace.store.write(RATER) as writer:
        use_code(writer, code, kept, day)


def survey_counts(workspace: Workspace, actor: Actor, opened: Opened) -> pd.DataFrame:
    """Codes handed out and answers that came, of the units the actor may look into.

    Returns
    -------
    pandas.DataFrame
        form_id, unit_code, rater_kind, handed_out, finished.

    Raises
    ------
    RightsError
        For roles that look into no unit.
    """
    units = workspace.units(opened.day(today()))
    seen = units_in_scope(actor, "inspect", units)
    with workspace.store.read() as reader:
        counts = load_survey_counts(reader, opened.campaign.id, opened.period_id)
    return counts[counts["unit_code"].isin(seen["unit_code"])].reset_index(drop=True)


def survey_results(
    workspace: Workspace, actor: Actor, opened: Opened, form_id: str, unit_code: str, rater_kind: str
) -> SurveyResult | None:
    """Answers about a unit by one kind of rater; None as long as there are fewer than the campaign asks.

    Raises
    ------
    DataError
        ``survey.unknown_form``, ``survey.unknown_rater_kind``.
    RightsError
        If the actor may not look into this unit.
    """
    authorise(actor, "inspect", unit_code, workspace.units(opened.day(today())))
    form = _survey(opened, form_id)
    _kind(form, rater_kind)
    least = form.survey.shown_from if form.survey else 0
    with workspace.store.read() as reader:
        found = load_survey_answers(
            reader, opened.campaign.id, opened.period_id, form_id, unit_code, rater_kind, least
        )
    if not found:
        return None
    fields = [(path, field) for path, field in form.leaves()]
    return SurveyResult(
        len(found),
        {
            path: _count(opened, field, [answer.get(path) for answer in found])
            for path, field in fields
            if field.choices is not None
        },
        {
            path: tuple(str(answer[path]) for answer in found if answer.get(path) not in (None, ""))
            for path, field in fields
            if field.choices is None
        },
    )


def _count_wrong(workspace: Workspace, tries: Tries | None, now: datetime) -> None:
    with workspace.store.write(RATER, now) as writer:
        count_wrong_code(writer)
    if tries is not None:
        tries.wrong += 1
        tries.until = now + WAIT if tries.wrong % WRONG_AT_MOST == 0 else None


def _count(opened: Opened, field: Field, given: list[Any]) -> dict[str, int]:
    chosen = [item for answer in given for item in (answer if isinstance(answer, list) else [answer])]
    choices = opened.campaign.choices[field.choices or ""]
    return {choice.id: chosen.count(choice.id) for choice in choices}


def _survey(opened: Opened, form_id: str) -> Form:
    for form in survey_forms(opened):
        if form.id == form_id:
            return form
    raise DataError("survey.unknown_form", form=form_id)


def _kind(form: Form, rater_kind: str) -> RaterKind:
    for kind in form.survey.rater_kinds if form.survey else ():
        if kind.id == rater_kind:
            return kind
    raise DataError("survey.unknown_rater_kind", kind=rater_kind)
