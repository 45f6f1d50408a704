"""How far an entry, or a row of a repeat, has come on a day, in words for people who fill it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.life import Life, Step
from pbwidgets.campaign.life_steps import find_step_faults
from pbwidgets.campaign.model import Campaign, Field
from pbwidgets.campaign.names import ROW
from pbwidgets.wording import say

WARN_DAYS = 7
"""Days before the due day from which on it is due soon, where no track says another number."""


@dataclass(frozen=True)
class LifeState:
    """How far it has come.

    Attributes
    ----------
    words
        Its state: the option chosen, or the last step that was taken; empty where nothing has begun.
    is_begun, is_done
        Whether work has begun, and whether it is done.
    due_on
        Until when; None if that is not said.
    days
        Days that are left, below zero when it is overdue; None once it is done, or without a day.
    """

    words: str
    is_begun: bool
    is_done: bool
    due_on: date | None = None
    days: int | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether it is open and was due before the day."""
        return self.days is not None and self.days < 0

    def is_due_soon(self, warn_days: int) -> bool:
        """Whether it is open and due within some days."""
        return self.days is not None and 0 <= self.days <= warn_days

    def word_due(self, lang: str) -> str:
        """The due day, and how far away it is; empty without one."""
        if self.due_on is None:
            return ""
        day = self.due_on.isoformat()
        if self.days is None:
            return say("forms.due_on", lang, day=day)
        if self.days < 0:
            return say("forms.overdue_by", lang, day=day, days=-self.days)
        code = "forms.due_in" if self.days else "forms.due_today"
        return say(code, lang, day=day, days=self.days)


def find_life_state(
    life: Life,
    fields: Sequence[Field],
    answers: Mapping[str, Any],
    campaign: Campaign,
    lang: str,
    today: date,
) -> LifeState:
    """State of an entry or a row.

    Parameters
    ----------
    life, fields
        Its life, and the fields beside each other that it names.
    answers
        Its answers, with the values of its row in the table under ``row/due`` and the like, if it is one.
    campaign
        Holds the names of states.
    today
        The day.

    Examples
    --------
    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> words = {"zh": "整改", "en": "Put right"}
    >>> form = {"id": "f", "name": words, "unit_kind": "unit",
    ...         "fields": [{"id": name, "type": "date", "label": words} for name in ("fixed_on", "due")]}
    >>> campaign = campaign_around(form, {})
    >>> life = Life.model_validate({"steps": [{"field": "fixed_on", "name": words}], "due": "due"})
    >>> state = find_life_state(life, (), {"due": "2026-12-01"}, campaign, "zh_CN", date(2026, 12, 13))
    >>> state.is_done, state.days, state.word_due("zh_CN")
    (False, -12, '期限 2026-12-01（逾期 12 天）')
    """
    due_on = _day(answers.get(life.due or ""))
    if life.state is not None:
        chosen = str(answers.get(life.state) or "")
        is_done, is_begun = chosen in life.done, chosen in (*life.begun, *life.done)
        words = _option_words(life.state, chosen, fields, campaign, lang)
    else:
        steps = [step for step in life.steps if _applies(step, answers, today)]
        taken = [step for step in steps if _day(answers.get(step.field)) is not None]
        is_begun = bool(taken)
        is_done = bool(taken) and taken[-1] is steps[-1]
        words = taken[-1].name.words(lang) if taken else ""
    days = (due_on - today).days if due_on is not None and not is_done else None
    return LifeState(words, is_begun, is_done, due_on, days)


def find_step_advice(
    life: Life | None, fields: Sequence[Field], answers: Mapping[str, Any], lang: str, today: date
) -> Mapping[str, str]:
    """What looks wrong in the order of steps, by the date field it is said beside; what is refused is left out.

    Parameters are those of :func:`find_life_state`.
    """
    if life is None or life.skipped == "refuse":
        return {}
    labels = {field.id: field.label.words(lang) for field in fields}
    faults = find_step_faults(life, answers, lambda step: _applies(step, answers, today))
    return {
        fault.field: say(
            fault.code, lang, label=labels.get(fault.field, fault.field), other=fault.other.name.words(lang)
        )
        for fault in faults
    }


def with_cells(answers: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
    """Answers of a row with the values of its row in the table, by the names that expressions have for them."""
    return {**cells, **{name: value for name, value in answers.items() if name != ROW}}


def _applies(step: Step, answers: Mapping[str, Any], today: date) -> bool:
    return step.when is None or parse(step.when).holds(answers, today=today)


def _option_words(name: str, chosen: str, fields: Sequence[Field], campaign: Campaign, lang: str) -> str:
    field = next((item for item in fields if item.id == name), None)
    choices = campaign.choices.get(field.choices or "", ()) if field is not None else ()
    return next((choice.label.words(lang) for choice in choices if choice.id == chosen), chosen)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None
