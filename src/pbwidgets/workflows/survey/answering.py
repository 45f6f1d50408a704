"""Answering without an account: a code opens the survey and is used up by the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pbwidgets.campaign import Form
from pbwidgets.campaign.model import RaterKind
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.errors import DataError
from pbwidgets.store import Actor, is_period_open
from pbwidgets.store.surveys import count_wrong_code, find_batch, load_wrong_codes, use_code
from pbwidgets.units import kind_and_domain, unit_names
from pbwidgets.workflows.ground.answers import complete_answers
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.workspace import Opened, Workspace, day_of
from pbwidgets.workflows.survey.batches import find_rater_kind, find_survey

RATER: Final = Actor("survey:", "survey")
"""Actor of anonymous answers."""
NOT_USABLE: Final = frozenset({"store.survey_code", "survey.closed"})
"""Codes of the errors after which a survey code opens nothing any more; after others it can be tried again."""
WRONG_A_MINUTE: Final = 600
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


def open_survey(
    workspace: Workspace, code: str, *, waits: bool = True, now: datetime | None = None
) -> Invitation:
    """The survey that a code opens; needs no account.

    Everybody has to wait for the rest of a minute in which very many wrong codes were tried; how many one
    address may try is the server's to limit.

    Parameters
    ----------
    waits
        Whether this try has to wait with everybody; those who have hardly tried need not.
    now
        The moment (timezone-aware); by default now.

    Raises
    ------
    DataError
        ``survey.wait`` after too many wrong codes; else as :func:`find_invitation`.
    """
    moment = now or datetime.now(UTC)
    with workspace.store.read() as reader:
        if waits and load_wrong_codes(reader, moment) >= WRONG_A_MINUTE:
            raise DataError("survey.wait")
    try:
        return find_invitation(workspace, code, now=moment)
    except DataError as error:
        if error.code == "store.survey_code":
            with workspace.store.write(RATER, moment) as writer:
                count_wrong_code(writer)
        raise


def find_invitation(workspace: Workspace, code: str, *, now: datetime | None = None) -> Invitation:
    """The survey of a code that was right once; it does not count as a try.

    Parameters
    ----------
    now
        The moment (timezone-aware); by default now.

    Raises
    ------
    DataError
        ``store.survey_code`` for a code that is unknown or used up (it does not say which),
        ``survey.closed`` after the last day, or once the period is closed.
    """
    with workspace.store.read() as reader:
        batch = find_batch(reader, code)
    if batch is None:
        raise DataError("store.survey_code")
    opened = workspace.opened(batch.campaign_id, batch.period_id)
    form = find_survey(opened, batch.form_id)
    due = deadline(opened, form.id)
    if not opened.is_open or (due is not None and (now or datetime.now(UTC)) >= due):
        raise DataError("survey.closed")
    units = workspace.units()
    return Invitation(
        opened,
        form_of_unit(form, *kind_and_domain(units, batch.unit_code)),
        batch.unit_code,
        unit_names(units)[batch.unit_code],
        find_rater_kind(form, batch.rater_kind),
    )


def answer_survey(
    workspace: Workspace, code: str, answers: Mapping[str, Any], *, now: datetime | None = None
) -> None:
    """Store the answers and use up the code; neither the code nor the hour can be traced later.

    Raises
    ------
    AnswersRefusedError
        If the answers are incomplete or wrong; the code can still be used.
    DataError
        As :func:`find_invitation`.
    """
    moment = now or datetime.now(UTC)
    day = day_of(moment)
    invitation = find_invitation(workspace, code, now=moment)
    kept = complete_answers(invitation.form, invitation.opened.campaign, answers, day)
    with workspace.store.write(RATER) as writer:
        if not is_period_open(writer, *invitation.opened.key):
            raise DataError("survey.closed")
        use_code(writer, code, kept, day)
