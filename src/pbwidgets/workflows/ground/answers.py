"""Answers as they are handed in: complete and right, or refused field by field; and what all of them must keep."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pbwidgets.campaign import AnswerProblem, Campaign, Form, Measure, examine_answers, parse, rows_in
from pbwidgets.campaign.life import Keep
from pbwidgets.campaign.pointing import KnownUnits
from pbwidgets.errors import DataError, PbError
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.scoring.running import run_balances
from pbwidgets.store import Reader, SubmissionKey
from pbwidgets.store.submissions import find_touched, handed_in_answers, load_of_units
from pbwidgets.store.units import load_units
from pbwidgets.units import successors
from pbwidgets.wording import number, say
from pbwidgets.workflows.ground.workspace import Opened


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
    form: Form,
    campaign: Campaign,
    answers: Mapping[str, Any],
    day: date,
    names: CommonWords | None = None,
    units: KnownUnits | None = None,
) -> dict[str, Any]:
    """Answers with what is calculated from them, if they can be handed in on a day.

    Parameters
    ----------
    names
        Names of units, which identify nobody.
    units
        Units that fields may point at; None: they are not looked up.

    Raises
    ------
    AnswersRefusedError
        If they are incomplete or wrong.
    """
    complete, problems = examine_answers(
        form, campaign, answers, complete=True, today=day, names=names, units=units
    )
    if problems:
        raise AnswersRefusedError(problems)
    return complete


# -- what must be kept ---------------------------------------------------------------------------------


def check_keeps(reader: Reader, opened: Opened, today: date, since: int, lang: str) -> None:
    """Raise if what was written since a row of the log leaves a balance below what must be kept.

    All entries that were handed in are in the balance, accepted or not, whoever wrote and however: handed in,
    amended, imported, returned, taken back or redacted. A unit that continues others has one balance with them.

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
    campaign = opened.campaign
    keeping = {form.id for form in campaign.forms if form.keeps}
    if not keeping:
        return
    touched = [one for one in find_touched(reader, since, campaign.id) if one[0] in keeping]
    for balance in load_balances(reader, opened, today, touched):
        broken = find_broken(campaign, balance.form_id, balance.entries, lang)
        if broken is not None:
            raise broken.error


Entries = Mapping[SubmissionKey, Mapping[str, Any]]
"""Answers of the entries of one balance."""


@dataclass(frozen=True)
class Balance:
    """What one unit, with those that it continues, has handed in of one form."""

    form_id: str
    unit_codes: tuple[str, ...]
    entries: Entries


def load_balances(
    reader: Reader, opened: Opened, today: date, touched: Collection[tuple[str, str]]
) -> Iterator[Balance]:
    """What was handed in of each form and unit, with those that it continues.

    Parameters
    ----------
    touched
        Form and unit of the entries asked for.
    """
    if not touched:
        return
    register = load_units(reader)
    in_period, by_now = (successors(register, day) for day in (opened.day(today), today))
    # what lasts goes on after the period, with a unit that may only then have been merged
    lasting = {form.id for form in opened.campaign.forms if form.lasts == "campaign"}
    merged = {form_id: by_now if form_id in lasting else in_period for form_id, _ in touched}
    for form_id, code in sorted({(form_id, merged[form_id].get(code, code)) for form_id, code in touched}):
        codes = (code, *(old for old, new in merged[form_id].items() if new == code))
        states = load_of_units(reader, *opened.key, form_id, codes)
        handed_in = ((state.key, handed_in_answers(reader, state)) for state in states)
        yield Balance(form_id, codes, {key: answers for key, answers in handed_in if answers is not None})


@dataclass(frozen=True)
class BrokenKeep:
    """A balance that falls below what must be kept: at which entry, on which ISO day, and how that is said."""

    key: SubmissionKey
    day: str
    measure: Measure
    error: DataError


@dataclass(frozen=True)
class _Movement:
    """What an entry, or a row of it, does to a balance on an ISO day, empty if it has none."""

    day: str
    amount: float
    key: SubmissionKey


def find_broken(campaign: Campaign, form_id: str, entries: Entries, lang: str) -> BrokenKeep | None:
    """What entries of one balance break of what their form keeps; None if nothing."""
    form = campaign.form(form_id)
    broken = (_find_broken(keep, form, entries, campaign, lang) for keep in form.keeps)
    return next(filter(None, broken), None)


def _find_broken(
    keep: Keep, form: Form, entries: Entries, campaign: Campaign, lang: str
) -> BrokenKeep | None:
    measure = next(one for one in campaign.measures if one.id == keep.measure)
    movements = [
        _Movement(day, amount, key)
        for key, answers in entries.items()
        for day, amount in movements_of(measure, answers)
    ]
    if not movements:
        return None
    days = np.array([one.day or "NaT" for one in movements], dtype="datetime64[D]")
    amounts, order = np.array([one.amount for one in movements]), np.arange(len(movements))
    made = run_balances(np.zeros(len(movements), dtype=np.int64), days, amounts, order, 1)
    balance = made.lowest[0] if measure.at == "lowest" else made.end[0]
    if balance >= keep.at_least:
        return None
    at = movements[made.lowest_at[0]] if measure.at == "lowest" else max(movements, key=lambda one: one.day)
    error = DataError(
        "fill.keeps_broken",
        reason=keep.message.words(lang),
        balance=number(float(balance)),
        least=number(keep.at_least),
        day=at.day or say("fill.no_day", lang),
        entry=_name_entry(form, at.key, entries[at.key], lang),
    )
    return BrokenKeep(at.key, at.day, measure, error)


def movements_of(measure: Measure, answers: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Day and signed amount of each row that a balance counts."""
    if measure.field is None or measure.dated_by is None:
        return
    repeat = measure.field.rpartition("/")[0]
    where = parse(measure.where) if measure.where is not None else None
    for row in rows_in(answers, repeat) if repeat else [{}]:
        values = {**answers, **row, **{f"{repeat}/{name}": value for name, value in row.items()}}
        amount, day = values.get(measure.field), values.get(measure.dated_by)
        sign = measure.signs.get(str(values.get(measure.sign_field)), 0.0) if measure.sign_field else 1.0
        if amount is not None and sign and (where is None or where.holds(values)):
            yield str(day or ""), float(amount) * sign


def _name_entry(form: Form, key: SubmissionKey, answers: Mapping[str, Any], lang: str) -> str:
    """What an entry is called: by its title where that is words and identifies nobody, else by its number."""
    title = dict(form.leaves()).get(form.title or "")
    named = (
        answers.get(title.id)
        if title is not None and title.type == "text" and not title.is_sensitive
        else None
    )
    return str(named) if named else say("fill.entry_number", lang, number=key.occurrence)
