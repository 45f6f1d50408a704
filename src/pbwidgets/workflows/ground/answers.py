"""Answers as they are handed in: complete and right, or refused field by field; and what all of them must keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pbwidgets.campaign import AnswerProblem, Campaign, Form, Measure, examine_answers, parse, rows_in
from pbwidgets.campaign.life import Keep
from pbwidgets.errors import DataError, PbError
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.store import Reader, SubmissionState
from pbwidgets.store.submissions import find_touched, handed_in_answers, load_of_units
from pbwidgets.wording import number, say


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


# -- what must be kept ---------------------------------------------------------------------------------

_CHUNK: Final = 500


def check_keeps(reader: Reader, campaign: Campaign, period_id: str, since: int, lang: str) -> None:
    """Raise if what was written since a row of the log leaves a balance below what must be kept.

    All entries that were handed in are in the balance, accepted or not, whoever wrote and however: handed in,
    amended, imported, returned, taken back or redacted.

    Parameters
    ----------
    reader
        The transaction that wrote.
    since
        Number of the newest row of the log before it wrote.

    Raises
    ------
    DataError
        ``fill.keeps_broken`` names the balance, the day and the entry.
    """
    keeping = {form.id: form for form in campaign.forms if form.keeps}
    if not keeping:
        return
    touched: dict[str, list[str]] = {}
    for form_id, unit_code in sorted(find_touched(reader, since, campaign.id)):
        if form_id in keeping:
            touched.setdefault(form_id, []).append(unit_code)
    for form_id, codes in touched.items():
        for at in range(0, len(codes), _CHUNK):
            some = load_of_units(reader, campaign.id, period_id, form_id, codes[at : at + _CHUNK])
            for code in codes[at : at + _CHUNK]:
                own = [state for state in some if state.key.unit_code == code]
                for keep in keeping[form_id].keeps:
                    _check_keep(keep, keeping[form_id], campaign, own, lang)


@dataclass(frozen=True)
class _Movement:
    """What an entry, or a row of it, does to a balance on a day."""

    day: str
    amount: float
    entry: SubmissionState

    @property
    def order(self) -> tuple[str, bool]:
        """On one day what comes in comes first."""
        return self.day, self.amount < 0


def _check_keep(
    keep: Keep, form: Form, campaign: Campaign, entries: list[SubmissionState], lang: str
) -> None:
    measure = campaign.measure(keep.measure)
    movements = sorted((one for state in entries for one in _movements(measure, state)), key=_order)
    balance = 0.0
    for at, one in enumerate(movements):
        balance += one.amount
        asked = measure.at == "lowest" or at == len(movements) - 1
        if asked and round(balance, 9) < keep.at_least:
            raise DataError(
                "fill.keeps_broken",
                reason=keep.message.words(lang),
                balance=number(balance),
                least=number(keep.at_least),
                day=one.day,
                entry=_name_entry(form, one.entry, lang),
            )


def _order(one: _Movement) -> tuple[str, bool]:
    return one.order


def _movements(measure: Measure, state: SubmissionState) -> Iterator[_Movement]:
    answers = handed_in_answers(state)
    if answers is None or measure.field is None or measure.dated_by is None:
        return
    repeat = measure.field.rpartition("/")[0]
    where = parse(measure.where) if measure.where is not None else None
    for row in rows_in(answers, repeat) if repeat else [{}]:
        values = {**answers, **row, **{f"{repeat}/{name}": value for name, value in row.items()}}
        amount, day = values.get(measure.field), values.get(measure.dated_by)
        sign = measure.signs.get(str(values.get(measure.sign_field))) if measure.sign_field else 1.0
        if amount is not None and day and sign and (where is None or where.holds(values)):
            yield _Movement(str(day), float(amount) * sign, state)


def _name_entry(form: Form, state: SubmissionState, lang: str) -> str:
    """What an entry is called: by its title, unless that identifies somebody, else by its number."""
    title = form.title if form.title not in form.identifying_paths() else None
    named = (handed_in_answers(state) or {}).get(title) if title else None
    return str(named) if named else say("fill.entry_number", lang, number=state.key.occurrence)
