"""What the versions of an entry tell about its life that its answers do not: since when, how often put off, refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final

from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.life import Life
from pbwidgets.campaign.model import Form
from pbwidgets.campaign.names import ROW, places

HANDED_IN: Final = ("submit", "import", "amend")
"""Causes of versions by which answers are handed in."""
_BACK: Final = ("return", "withdraw")

Answers = Mapping[str, Any]
_NOTHING: Final[Answers] = {}


@dataclass(frozen=True)
class Given:
    """One version of a submission.

    Attributes
    ----------
    version
        Its number, from 1.
    day
        ISO day on which it was made.
    cause
        What made it: ``submit``, ``import``, ``amend``, ``accept``, ``undo_accept``, ``return``, ``withdraw``,
        ``lock``, ``redact``.
    answers
        Answers in it.
    counts
        Whether these answers count from then on; of an amendment that waits for acceptance, False.
    level
        Review level whose hand made it; None for who fills the form in.
    """

    version: int
    day: str
    cause: str
    answers: Answers
    counts: bool
    level: str | None = None


@dataclass(frozen=True)
class Trace:
    """An entry, or a fixed row in it: the columns of the frame ``LIVES`` after ``occurrence``."""

    row_id: str
    version: int
    opened_on: str
    begun_on: str | None
    done_on: str | None
    claimed: bool
    due_moved: int
    refused: int


@dataclass(frozen=True)
class _Moment:
    """What stood after a version: what was said last, and what counted."""

    given: Given
    said: Answers
    counting: Answers


def has_lives(form: Form) -> bool:
    """Whether the entries of a form live, or rows in them."""
    return form.life is not None or any(place.field.life is not None for place in places(form))


def has_life(form: Form, path: str | None) -> bool:
    """Whether what a measure counts lives: entries (no path), or the rows of a repeat."""
    if path is None:
        return form.life is not None
    return any(place.path == path and place.field.life is not None for place in places(form))


def trace_lives(form: Form, given: Sequence[Given]) -> list[Trace]:
    """Lives of an entry of a form and of its fixed rows, from all of its versions.

    What is done is done since the first version that said so, if neither a later one nor a return took it back: who
    waits for acceptance is not late. A return takes a waiting amendment back to what counted before. A due date is
    moved when what counts has another one; a refusal is a return, or a change by a review level, that takes back
    what was said to be done.

    Parameters
    ----------
    form
        Its definition. Rows of repeats that have a life and a table are traced once they say anything.
    given
        Versions of one submission, of every cause, in any order.

    Returns
    -------
    list of Trace
        The entry itself (``row_id`` empty) if its form has a life, then its rows in the order of their table; empty if
        nothing was handed in.
    """
    moments = list(_stand_after(sorted(given, key=lambda one: one.version)))
    if not any(moment.given.cause in HANDED_IN for moment in moments):
        return []
    lives: list[tuple[str, Life, Callable[[Answers], Answers]]] = []
    if form.life is not None:
        lives.append(("", form.life, lambda answers: answers))
    for repeat in (place.field for place in places(form) if place.field.type == "repeat"):
        if repeat.life is not None and repeat.table is not None:
            pick = _pick_rows(repeat.id, moments)
            lives += [(row.id, repeat.life, partial(pick, row.id)) for row in repeat.table.rows]
    traces = (_trace(row_id, life, moments, pick) for row_id, life, pick in lives)
    return [trace for trace in traces if trace is not None]


def says_done(life: Life, answers: Answers) -> bool:
    """Whether answers say that a life has reached its end.

    >>> says_done(Life(state="state", done=("reached",)), {"state": "reached"})
    True
    """
    if life.state is not None:
        return answers.get(life.state) in life.done
    applying = [step.field for step in life.steps if step.when is None or parse(step.when).holds(answers)]
    return bool(applying) and bool(answers.get(applying[-1]))


def _stand_after(given: Sequence[Given]) -> Iterator[_Moment]:
    said = counting = _NOTHING
    for one in given:
        if one.cause in _BACK:
            # what waited falls back to what counts; what counted itself no longer does
            said = counting = counting if said is not counting else _NOTHING
        elif one.counts:
            said = counting = one.answers
        else:
            counting = _NOTHING if one.cause == "undo_accept" else counting
            said = one.answers
        yield _Moment(one, said, counting)


def _pick_rows(repeat_id: str, moments: Sequence[_Moment]) -> Callable[[str, Answers], Answers]:
    """Function that gives a row of the answers of some version, with the answers around it; each is looked at once."""
    index: dict[int, Mapping[Any, Answers]] = {}
    for answers in (answers for one in moments for answers in (one.said, one.counting)):
        if id(answers) not in index:
            rows = answers.get(repeat_id)
            index[id(answers)] = {
                row.get(ROW): {**answers, **row} if len(row) > 1 else _NOTHING
                for row in (reversed(rows) if isinstance(rows, list | tuple) else ())
            }
    return lambda row_id, answers: index[id(answers)].get(row_id, _NOTHING)


def _trace(
    row_id: str, life: Life, moments: Sequence[_Moment], pick: Callable[[Answers], Answers]
) -> Trace | None:
    seen = [_Moment(one.given, pick(one.said), pick(one.counting)) for one in moments]
    if row_id:  # a row opens with the first version that says anything of it
        first = next((at for at, one in enumerate(seen) if one.said), None)
        if first is None:
            return None
        seen = seen[first:]
    done = [says_done(life, one.said) or says_done(life, one.counting) for one in seen]
    started = (*life.begun, *life.done)
    begun = [
        life.state and (one.said.get(life.state) in started or one.counting.get(life.state) in started)
        for one in seen
    ]
    handed_in = [one.given for one in seen if one.given.cause in HANDED_IN]
    if not handed_in:
        return None
    return Trace(
        row_id=row_id,
        version=max(one.given.version for one in moments if one.given.cause in HANDED_IN),
        opened_on=handed_in[0].day,
        begun_on=_find_since(begun, seen) if life.state else None,
        done_on=_find_since(done, seen) if life.state else None,
        claimed=says_done(life, seen[-1].said) and not says_done(life, seen[-1].counting),
        due_moved=_count_moves(life, seen),
        refused=_count_refusals(life, seen),
    )


def _find_since(held: Sequence[object], seen: Sequence[_Moment]) -> str | None:
    """Day since which something holds without a break; None if it does not hold now."""
    if not held[-1]:
        return None
    first = next((at for at in range(len(held), 0, -1) if not held[at - 1]), 0)
    return seen[first].given.day


def _count_moves(life: Life, seen: Sequence[_Moment]) -> int:
    dates = [one.counting.get(life.due) for one in seen if life.due and one.counting.get(life.due)]
    return sum(before != after for before, after in pairwise(dates))


def _count_refusals(life: Life, seen: Sequence[_Moment]) -> int:
    number = 0
    for before, after in pairwise(seen):
        by_level = after.given.cause == "return" or after.given.level is not None
        number += by_level and bool(_claims(life, before.said) - _claims(life, after.said))
    return number


def _claims(life: Life, answers: Answers) -> frozenset[str]:
    """What an entry says was done: its end, or any step after the first."""
    if life.state is not None:
        return frozenset({life.state}) if says_done(life, answers) else frozenset()
    return frozenset(step.field for step in life.steps[1:] if answers.get(step.field))
