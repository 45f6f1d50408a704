"""The error for answers that are incomplete or wrong, field by field."""

from typing import Any

from pbwidgets.campaign import AnswerProblem
from pbwidgets.errors import PbError


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
