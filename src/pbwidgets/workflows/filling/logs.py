"""The entries of a log as a list: what each is called, how far it has come, until when it is due, who has to act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from pbwidgets.campaign import Form
from pbwidgets.campaign.model import Field
from pbwidgets.forms.answer_words import word_answer, word_title
from pbwidgets.forms.life_states import LifeState
from pbwidgets.store import Reader, SubmissionKey, SubmissionState, history
from pbwidgets.store.submissions import RETURNED, load_of_units
from pbwidgets.workflows.filling.hands import Hands, check_hand_on_any, read_as_hand
from pbwidgets.workflows.ground.desk import Desk, continued_codes
from pbwidgets.workflows.ground.lookup import find_form, unit_namer

_SHORT: Final = ("date", "select_one", "integer", "decimal")
_MOST_TOLD: Final = 3


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
    told
        Its answers to :func:`told_fields`, each as it is kept and in words.
    """

    key: SubmissionKey
    title: str
    state: str
    life: LifeState | None
    waits: bool
    reason: str = ""
    told: tuple[tuple[Any, str], ...] = ()


def told_fields(form: Form) -> tuple[Field, ...]:
    """Short fields that tell the entries of a log apart, where no life does: its first dates, choices and numbers."""
    if form.life is not None:
        return ()
    short = [field for path, field in form.leaves() if "/" not in path and field.type in _SHORT]
    return tuple(field for field in short if field.id != form.title and not field.is_sensitive)[:_MOST_TOLD]


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
    for code in unit_codes:
        check_hand_on_any(desk, desk.opened.submission_key(form_id, code))
    if not unit_codes:
        return ()
    first = desk.opened.submission_key(form_id, unit_codes[0])
    merged = chain.from_iterable(continued_codes(desk, *unit_codes).values())
    with read_as_hand(desk, first) as reader:
        found = load_of_units(reader, *desk.opened.key, form_id, [*unit_codes, *merged])
        lines = [line for state in found if (line := _line_of(reader, desk, form, state)) is not None]
    return tuple(sorted(lines, key=_urgency))


def _line_of(reader: Reader, desk: Desk, form: Form, state: SubmissionState) -> LogLine | None:
    """An entry as the actor sees it; None if it is not theirs to see."""
    hands = Hands.of(desk, state.key, state)
    if not hands.is_filler and not hands.changeable:
        return None
    answers = hands.shown if hands.lives or state.draft is None else state.draft
    versions = history(reader, state.key) if state.state == RETURNED else ()
    reasons = [item.reason or "" for item in versions if item.cause == "return"]
    told = [(answers.get(field.id), _words(desk, field, answers)) for field in told_fields(form)]
    return LogLine(
        state.key,
        word_title(
            form, answers, state.key.occurrence, desk.opened.campaign, desk.lang, unit_namer(desk.units)
        ),
        state.state,
        hands.life,
        waits=state.standing_version is not None and state.standing_version != state.version,
        reason=reasons[-1] if reasons else "",
        told=tuple(told),
    )


def _words(desk: Desk, field: Field, answers: Mapping[str, Any]) -> str:
    answer, campaign = answers.get(field.id), desk.opened.campaign
    return word_answer(field, answer, campaign, desk.lang, name_unit=unit_namer(desk.units))


def _urgency(line: LogLine) -> tuple[bool, float, str, int]:
    is_done = line.life is not None and line.life.is_done
    days = line.life.days if line.life is not None and line.life.days is not None else float("inf")
    return is_done, days, line.key.unit_code, line.key.occurrence
