"""The order of the dated steps of a life: which were passed over, and which are dated before those they follow."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pbwidgets.campaign.life import Life, Step

SKIPPED: Final = "answer.step_skipped"
"""Code: a later step is dated, and this one, which applies, is not."""
BACKWARDS: Final = "answer.step_backwards"
"""Code: a step is dated before the one it follows."""


@dataclass(frozen=True)
class StepFault:
    """What is wrong with one step; refused with ``life.skipped`` ``refuse``, else shown and flagged.

    Attributes
    ----------
    field
        Date field of the step.
    code
        :data:`SKIPPED` or :data:`BACKWARDS`.
    other
        The step that was taken instead, or that it is dated before.
    """

    field: str
    code: str
    other: Step


def find_step_faults(
    life: Life, answers: Mapping[str, object], applies: Callable[[Step], bool]
) -> Iterator[StepFault]:
    """Steps that were passed over or go backwards, in their order.

    Parameters
    ----------
    life
        Life of an entry or of a row; one that has a state field has no steps.
    answers
        Answers beside the date fields, dates as days or in ISO form. A value that is no date counts as none.
    applies
        Whether a step applies to this entry, as its ``when`` says.

    Examples
    --------
    >>> from pbwidgets.campaign import Text
    >>> words = Text(zh="步", en="step")
    >>> life = Life(steps=tuple(Step(field=name, name=words) for name in ("found", "fixed", "closed")))
    >>> dates = {"found": "2026-03-05", "closed": "2026-03-01"}
    >>> [(fault.field, fault.code) for fault in find_step_faults(life, dates, lambda step: True)]
    [('fixed', 'answer.step_skipped'), ('closed', 'answer.step_backwards')]
    """
    steps = [(step, _day_of(answers.get(step.field))) for step in life.steps if applies(step)]
    before: tuple[Step, date] | None = None
    for at, (step, day) in enumerate(steps):
        if day is None:
            later = next((other for other, taken in steps[at + 1 :] if taken is not None), None)
            if later is not None:
                yield StepFault(step.field, SKIPPED, later)
            continue
        if before is not None and day < before[1]:
            yield StepFault(step.field, BACKWARDS, before[0])
        before = step, day


def _day_of(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
