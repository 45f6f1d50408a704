"""The entries of a log as a list: what each is called, how far it has come, until when it is due, who has to act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pbwidgets.campaign import Form, rows_in
from pbwidgets.campaign.names import ROW, places
from pbwidgets.forms.answer_words import word_answer
from pbwidgets.forms.life_states import LifeState, find_life_state
from pbwidgets.store import ALWAYS, Reader, SubmissionKey, SubmissionState, history, load_state
from pbwidgets.store.submissions import NOT_BEGUN, RETURNED, load_of_units
from pbwidgets.wording import say
from pbwidgets.workflows.filling.access import units_to_fill
from pbwidgets.workflows.filling.amending import list_entrusted
from pbwidgets.workflows.filling.entries import OpenForm, periods_to_copy_from
from pbwidgets.workflows.filling.hands import UNIT, Hands, check_hand_on_any, later_of, read_as_hand
from pbwidgets.workflows.ground.desk import Desk, continued_codes, may_do
from pbwidgets.workflows.ground.lookup import find_form, unit_namer
from pbwidgets.workflows.ground.workspace import day_of


@dataclass(frozen=True)
class LogLine:
    """One entry of a log.

    Attributes
    ----------
    key
        Whose entry it is, and its number.
    title
        What it is called: the answer that the form calls its entries by, or its number.
    state
        State of the submission.
    life
        How far it has come on the day; None where entries have no life.
    waits
        Whether an amendment waits for acceptance while the version before it counts.
    reason
        Why it was returned, if it is.
    """

    key: SubmissionKey
    title: str
    state: str
    life: LifeState | None
    waits: bool
    reason: str = ""


def list_log(desk: Desk, form_id: str, unit_codes: Sequence[str]) -> tuple[LogLine, ...]:
    """Entries of a log about some units: what is most overdue first, what is done last.

    Raises
    ------
    RightsError
        If the actor neither fills this form in for one of the units nor may change anything of its entries.
    UsageError
        ``fill.unknown_form``.
    """
    form = find_form(desk.opened.campaign, form_id)
    known = set(units_of_log(desk, form_id)["unit_code"])
    for code in unit_codes:
        if code not in known:
            check_hand_on_any(desk, desk.opened.submission_key(form_id, code))
    if not unit_codes:
        return ()
    first = desk.opened.submission_key(form_id, unit_codes[0])
    with read_as_hand(desk, first) as reader:
        found = load_of_units(reader, *desk.opened.key, form_id, _with_merged(desk, unit_codes))
        lines = [line for state in found if (line := _line_of(reader, desk, form, state)) is not None]
    return tuple(sorted(lines, key=_urgency))


def _with_merged(desk: Desk, unit_codes: Sequence[str]) -> Sequence[str]:
    """Units, and those that were merged into them."""
    if not desk.workspace.units()["merged_into"].notna().any():
        return unit_codes
    return [one for code in unit_codes for one in continued_codes(desk, code)]


def list_given(desk: Desk) -> Mapping[str, tuple[LogLine, ...]]:
    """Entries in which a field names the actor's own unit as the one to carry on, by their form."""
    lines: dict[str, list[LogLine]] = {}
    keys = [key for key in list_entrusted(desk) if key.unit_code != desk.actor.unit_code]
    with desk.workspace.store.read() as reader:
        for key in keys:
            state, form = load_state(reader, key), find_form(desk.opened.campaign, key.form_id)
            line = _line_of(reader, desk, form, state) if state is not None else None
            if line is not None:
                lines.setdefault(form.id, []).append(line)
    return {form_id: tuple(sorted(some, key=_urgency)) for form_id, some in lines.items()}


def units_of_log(desk: Desk, form_id: str) -> pd.DataFrame:
    """Units about which the actor begins entries of a form, or carries on what others have begun; columns ``UNITS``."""
    form = find_form(desk.opened.campaign, form_id)
    mine = units_to_fill(desk, form_id)
    if len(mine) or not any((by := later_of(place)) and by.by == UNIT for place in places(form)):
        return mine
    of_kind = desk.units[desk.units["kind"].isin(form.unit_kind)]
    own = [may_do(desk, "fill", str(code)) for code in of_kind["unit_code"]]
    return of_kind[own].reset_index(drop=True)


def life_of(desk: Desk, opened: OpenForm) -> LifeState | None:
    """How far an entry has come; None where entries of its form have no life."""
    return _life(desk, opened.form, opened.answers)


def may_confirm(desk: Desk, opened: OpenForm) -> bool:
    """Whether what was given last time can be handed in unchanged: once more, or as it was in the period before."""
    if opened.form.occurrence != "once" or not desk.opened.is_open:
        return False
    if opened.is_amendment:
        return opened.key.period_id == ALWAYS and bool(opened.changeable) and opened.state != RETURNED
    return opened.state == NOT_BEGUN and bool(periods_to_copy_from(desk.workspace, desk.opened, opened.key))


def find_done(desk: Desk, opened: OpenForm) -> Mapping[str, str]:
    """What is said to be done in an entry, by id and name: rows of tables with a life, or the entry, without an id.

    An entry with steps counts as done, too, as soon as a step after the first was taken: the level may refuse it.
    """
    campaign, day = desk.opened.campaign, desk.opened.day(day_of(desk.now))
    form, answers = opened.form, opened.answers
    if form.life is not None:
        if form.life.state is None:
            taken = [step for step in form.life.steps[1:] if answers.get(step.field)]
            return {"": form.name.words(desk.lang)} if taken else {}
        state = find_life_state(form.life, form.fields, answers, campaign, desk.lang, day)
        return {"": form.name.words(desk.lang)} if state.is_done else {}
    found = {}
    for place in places(form):
        field = place.field
        if field.table is None or field.life is None:
            continue
        for entry in rows_in(answers, field.id):
            row = field.table.row(str(entry.get(ROW)))
            if (
                row is not None
                and find_life_state(field.life, field.fields, entry, campaign, desk.lang, day).is_done
            ):
                found[row.id] = row.name.words(desk.lang)
    return found


def _line_of(reader: Reader, desk: Desk, form: Form, state: SubmissionState) -> LogLine | None:
    """An entry as the actor sees it; None if it is not theirs to see."""
    hands = Hands.of(desk, state.key, state)
    if not hands.is_filler and not hands.changeable:
        return None
    answers = hands.shown if hands.lives or state.draft is None else state.draft
    versions = history(reader, state.key) if state.state == RETURNED else ()
    reasons = [item.reason or "" for item in versions if item.cause == "return"]
    return LogLine(
        state.key,
        _name(desk, form, answers) or say("fill.entry_number", desk.lang, number=state.key.occurrence),
        state.state,
        _life(desk, form, answers),
        waits=state.standing_version is not None and state.standing_version != state.version,
        reason=reasons[-1] if reasons else "",
    )


def _name(desk: Desk, form: Form, answers: Mapping[str, Any]) -> str:
    """The answer that a form calls its entries by, in words; empty if it is not answered."""
    field = next((field for path, field in form.leaves() if path == form.title), None)
    if field is None:
        return ""
    answer, campaign = answers.get(field.id), desk.opened.campaign
    return word_answer(field, answer, campaign, desk.lang, name_unit=unit_namer(desk.units))


def _life(desk: Desk, form: Form, answers: Mapping[str, Any]) -> LifeState | None:
    if form.life is None:
        return None
    day = desk.opened.day(day_of(desk.now))
    return find_life_state(form.life, form.fields, answers, desk.opened.campaign, desk.lang, day)


def _urgency(line: LogLine) -> tuple[bool, float, str, int]:
    is_done = line.life is not None and line.life.is_done
    days = line.life.days if line.life is not None and line.life.days is not None else float("inf")
    return is_done, days, line.key.unit_code, line.key.occurrence
