"""What the names that expressions have for a fixed row, and for how an entry stands, can be."""

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.life import Life
from pbwidgets.campaign.literals import FLAG, NUMBER, Values
from pbwidgets.campaign.model import Campaign, Choice, Form
from pbwidgets.campaign.names import (
    ENTRY_CLOSED,
    ENTRY_FLAGS,
    ENTRY_OVERDUE,
    ENTRY_STATE,
    ROW,
    places,
)


def values_of_row(campaign: Campaign, form: Form, repeat: str) -> dict[str, Values]:
    """What ``row`` and ``row/<column>`` can be in the rows of a repeat; empty for one without a table."""
    table = next((place.field.table for place in places(form) if repeat and place.path == repeat), None)
    if table is None:
        return {}
    return {
        ROW: tuple(_option(row.id, row.name) for row in table.rows) or "any",
        **{f"{ROW}/{column}": values_of_column(campaign, holds) for column, holds in table.columns.items()},
    }


def values_of_column(campaign: Campaign, holds: str) -> Values:
    """What the cells of a column can be that holds that."""
    if holds == "date":
        return "date"
    return NUMBER if holds == "number" else campaign.choices.get(holds) or "any"


def values_of_entry(campaign: Campaign, form: Form, repeat: str) -> dict[str, Values]:
    """What names of a measure for its rows' or entries' life can be; empty where nothing has a life."""
    rows = next((place.field for place in places(form) if repeat and place.path == repeat), None)
    life = rows.life if rows is not None and rows.life is not None else form.life
    if life is None:
        return {}
    return {
        ENTRY_STATE: _states(campaign, form, repeat, life) or "any",
        ENTRY_CLOSED: FLAG,
        ENTRY_OVERDUE: FLAG,
        ENTRY_FLAGS: tuple(_option(flag, _same(flag)) for flag in _flags(life)),
    }


def _states(campaign: Campaign, form: Form, repeat: str, life: Life) -> tuple[Choice, ...]:
    if life.state is None:
        return tuple(_option(step.field, step.name) for step in life.steps)
    leaves = dict(form.leaves())
    field = leaves.get(f"{repeat}/{life.state}") or leaves.get(life.state)
    return campaign.choices.get(field.choices or "", ()) if field is not None else ()


def _flags(life: Life) -> tuple[str, ...]:
    late = (f"late:{step.field}" for step in life.steps if step.within_days is not None)
    return (*(f"skipped:{step.field}" for step in life.steps[:-1]), *late, "closed_late")


def _same(word: str) -> Text:
    return Text(zh=word, en=word)


def _option(option_id: str, label: Text) -> Choice:
    """An option whose id is no id of a file: a row's may have full stops, a flag a colon."""
    return Choice.model_construct(id=option_id, label=label, attributes={})
