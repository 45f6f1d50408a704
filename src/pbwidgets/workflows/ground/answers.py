"""Answers as they are handed in: complete and right, or refused field by field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pbwidgets.campaign import AnswerProblem, Campaign, Form, examine_answers
from pbwidgets.errors import PbError
from pbwidgets.intake.identifying import CommonWords


class AnswersRefusedError(PbError):
    """Answers cannot be handed in; :attr:`problems` names each field."""

    def __init__(self, problems: tuple[AnswerProblem, ...]) -> None:
        super().__init__("workflows.answers_refused", count=len(problems))
        self.problems = problems

    def __reduce__(self) -> tuple[Any, ...]:
        return AnswersRefusedError, (self.problems,)

    def words(self, lang: str | None = None) -> str:
        """Why the answers cannot be handed in, one answer a line."""
        return "\n".join([self.message(lang), *(f"- {problem.message(lang)}" for problem in self.problems)])


def complete_answers(
    form: Form, campaign: Campaign, answers: Mapping[str, Any], day: date, names: CommonWords | None = None
) -> dict[str, Any]:
    """Answers with what is calculated from them, if they can be handed in on a day.

    Parameters
    ----------
    names
        Names of units, which identify nobody.

    Raises
    ------
    AnswersRefusedError
        If they are incomplete or wrong.
    """
    complete, problems = examine_answers(form, campaign, answers, complete=True, today=day, names=names)
    if problems:
        raise AnswersRefusedError(problems)
    return complete
