"""What names of lives and of fixed rows can be in expressions, so that checks know them."""

from collections.abc import Mapping

from pbwidgets.campaign.life import Life
from pbwidgets.campaign.literals import FLAG, NUMBER, Values
from pbwidgets.campaign.model import Choice, Field, Form
from pbwidgets.campaign.names import (
    ENTRY_CLOSED,
    ENTRY_FLAGS,
    ENTRY_OVERDUE,
    ENTRY_STATE,
    ROW,
    places,
)

Choices = Mapping[str, tuple[Choice, ...]]


def values_of_rows(form: Form, repeat: str, choices: Choices) -> dict[str, Values]:
    """What ``row`` and ``row/<column>`` can be in a repeat; empty for one without fixed rows, and outside repeats."""
    table = next((field.table for field in _repeats(form) if field.id == repeat), None)
    if table is None:
        return {}
    ids = tuple(Choice.model_construct(id=row.id, label=row.name) for row in table.rows)
    kinds: dict[str, Values] = {"number": NUMBER, "date": "date"}
    columns: dict[str, Values] = {
        f"{ROW}/{column}": kinds.get(kind) or choices.get(kind) or "any"
        for column, kind in table.columns.items()
    }
    return {ROW: ids or "any", **columns}


def values_of_entries(form: Form, repeat: str, choices: Choices) -> dict[str, Values]:
    """What ``entry_state`` and the like can be in a measure of entries, or of rows of a repeat; empty without life.

    A row without a life of its own is asked for that of its entry.
    """
    within = next((field for field in _repeats(form) if field.id == repeat and field.life), None)
    life = form.life if within is None else within.life
    if life is None:
        return {}
    fields = {
        path.rpartition("/")[2]: field for path, field in form.leaves() if path.startswith(f"{repeat}/")
    }
    beside = dict(form.leaves()) if within is None else fields
    states = _states_of(life, beside, choices)
    return {ENTRY_STATE: states, ENTRY_CLOSED: FLAG, ENTRY_OVERDUE: FLAG, ENTRY_FLAGS: "any"}


def has_life(form: Form, path: str | None) -> bool:
    """Whether what a measure counts lives: entries (no path), or the rows of a repeat."""
    if path is None:
        return form.life is not None
    return any(field.id == path and field.life is not None for field in _repeats(form))


def _states_of(life: Life, beside: Mapping[str, Field], choices: Choices) -> Values:
    if life.state is not None:
        field = beside.get(life.state)
        return choices.get((field.choices if field else None) or "") or "any"
    return tuple(Choice.model_construct(id=step.field, label=step.name) for step in life.steps)


def _repeats(form: Form) -> list[Field]:
    return [place.field for place in places(form) if place.field.type == "repeat"]
