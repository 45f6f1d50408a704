"""Answering without an account: a code opens the survey and is used up by the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pbwidgets.campaign import Form
from pbwidgets.campaign.model import RaterKind
from pbwidgets.errors import DataError
from pbwidgets.store import Actor
from pbwidgets.store.surveys import count_wrong_code, find_batch, load_wrong_codes, use_code
from pbwidgets.workflows.ground.answers import complete_answers
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.workspace import Opened, Workspace, day_of
from pbwidgets.workflows.survey.batches import find_rater_kind, find_survey

RATER: Final = Actor("survey:", "survey")
"""Actor of anonymous answers."""
WRONG_AT_MOST: Final = 5
"""After every fifth wrong code a visitor has to wait."""
WAIT: Final = timedelta(minutes=1)
"""Length of that wait."""
WRONG_A_MINUTE: Final = 60
"""After this many wrong codes from all visitors, none is accepted for the rest of the minute."""


@dataclass(frozen=True)
class Invitation:
    """The survey that a code opens.

    Attributes
    ----------
    opened
        The campaign.
    form
        The survey.
    unit_code, unit_name
        The unit that it is about.
    rater_kind
        Kind of rater that is asked.
    """

    opened: Opened
    form: Form
    unit_code: str
    unit_name: str
    rater_kind: RaterKind


@dataclass
class Tries:
    """Wrong codes of one visitor, kept while the page is open.

    Attributes
    ----------
    wrong
        Number of wrong codes.
    until
        Moment until which the visitor has to wait; None if there is no need to.
    """

    wrong: int = 0
    until: datetime | None = None


def open_survey(
    workspace: Workspace, code: str, *, tries: Tries | None = None, now: datetime | None = None
) -> Invitation:
    """The survey that a code opens; needs no account.

    A visitor who tries wrong codes has to wait, and so does everybody for the rest of a minute in which very
    many were tried: codes can be guessed neither from one page nor from a thousand.

    Parameters
    ----------
    tries
        Wrong codes of this visitor; by default only the count of all visitors applies.
    now
        The moment (timezone-aware); by default now.

    Raises
    ------
    DataError
        ``store.survey_code`` for a code that is unknown or used up (it does not say which),
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
    form = find_survey(opened, batch.form_id)
    due = deadline(opened, form.id)
    if due is not None and moment >= due:
        raise DataError("survey.closed")
    named = workspace.units().set_index("unit_code")["unit_name"]
    return Invitation(
        opened, form, batch.unit_code, str(named[batch.unit_code]), find_rater_kind(form, batch.rater_kind)
    )


def answer_survey(
    workspace: Workspace,
    code: str,
    answers: Mapping[str, Any],
    *,
    tries: Tries | None = None,
    now: datetime | None = None,
) -> None:
    """Store the answers and use up the code; neither the code nor the hour can be traced later.

    Raises
    ------
    AnswersRefusedError
        If the answers are incomplete or wrong; the code can still be used.
    DataError
        As :func:`open_survey`.
    """
    moment = now or datetime.now(UTC)
    day = day_of(moment)
    invitation = open_survey(workspace, code, tries=tries, now=moment)
    kept = complete_answers(invitation.form, invitation.opened.campaign, answers, day)
    with workspace.store.write(RATER) as writer:
        use_code(writer, code, kept, day)


def _count_wrong(workspace: Workspace, tries: Tries | None, now: datetime) -> None:
    with workspace.store.write(RATER, now) as writer:
        count_wrong_code(writer)
    if tries is not None:
        tries.wrong += 1
        tries.until = now + WAIT if tries.wrong % WRONG_AT_MOST == 0 else None
