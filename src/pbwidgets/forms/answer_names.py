"""What fields and choices are called outside a form: their own words, where an identifier had to be made for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from numbers import Integral, Real
from typing import Any

from pbwidgets.campaign import AnswerProblem
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Field
from pbwidgets.errors import DataError
from pbwidgets.forms.answer_sheet import without_groups
from pbwidgets.intake.text import to_number


@dataclass(frozen=True)
class Names:
    """Names by identifier; what is not listed is called by its identifier.

    Attributes
    ----------
    fields, choices
        Names of fields and of choices.

    Examples
    --------
    >>> names = Names({"f1": "台账"}, {"c1": "是"})
    >>> words = {"zh": "台账", "en": "Ledger"}
    >>> fields = [Field(id="f1", type="select_one", choices="list_1", label=words)]
    >>> names.outward(fields, {"f1": "c1"}), names.inward(fields, {"台账": "是"})
    ({'台账': '是'}, {'f1': 'c1'})
    """

    fields: Mapping[str, str] = attribute(default_factory=dict)
    choices: Mapping[str, str] = attribute(default_factory=dict)

    def of(self, path: str) -> str:
        """Path of a field or a row's field, by names."""
        return "/".join(self.fields.get(part, part) for part in path.split("/"))

    def outward(self, fields: Sequence[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
        """Answers by name, of answers by identifier."""
        return {
            self.of(item.id): _each(item, answers[item.id], self.choices, self.outward)
            for item in without_groups(fields)
            if item.id in answers
        }

    def inward(self, fields: Sequence[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
        """Answers by identifier, of answers by name.

        Raises
        ------
        DataError
            ``forms.unknown_answer``, with the nearest spelling, for a name that no field has.
        """
        known = {self.of(item.id): item for item in without_groups(fields) if item.type != "note"}
        for name in answers:
            if name not in known:
                raise DataError("forms.unknown_answer", **spelling(name, known))
        choices = {name: choice_id for choice_id, name in self.choices.items()}
        return {
            known[name].id: _each(known[name], _plain(known[name], answer), choices, self.inward)
            for name, answer in answers.items()
        }

    def of_problem(self, problem: AnswerProblem) -> AnswerProblem:
        """The problem with names in place of identifiers."""
        args = dict(problem.args)
        for key in ("allowed", "nearest") if problem.code == "campaign.answer_unknown_choice" else ():
            args[key] = ", ".join(self.choices.get(part, part) for part in str(args[key]).split(", "))
        return replace(problem, path=self.of(problem.path), args=args)


def _plain(item: Field, answer: Any) -> Any:
    """An answer from a frame as Python has it: no number of numpy, no <NA>, no digits of full width."""
    if item.type in ("integer", "decimal") and isinstance(answer, str):
        number = to_number(answer)
        return answer if number is None else number
    if isinstance(answer, Real) and not isinstance(answer, int | float):
        return int(answer) if isinstance(answer, Integral) else float(answer)
    return None if type(answer).__name__ in ("NAType", "NaTType") else answer


def _each(item: Field, answer: Any, choices: Mapping[str, str], turn: Any) -> Any:
    if item.type == "repeat" and isinstance(answer, list | tuple):
        return [turn(item.fields, row) for row in answer]
    if item.choices is None:
        return answer
    return (
        [choices.get(part, part) for part in answer]
        if isinstance(answer, list | tuple)
        else choices.get(answer, answer)
    )
