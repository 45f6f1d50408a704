"""How an entry lives: its steps or states, what may be changed after it was handed in, and what must be kept."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PositiveInt, model_validator
from pydantic_core import PydanticCustomError

from pbwidgets.campaign.definition import Definition, Text
from pbwidgets.campaign.rules import MeasureId

_Id = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="id of a field of the same form or repeat")
]
_Option = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$", description="id of an option")]


class Step(Definition):
    """One dated step of a life."""

    field: _Id = Field(description="date field that says when the step was taken")
    name: Text
    within_days: PositiveInt | None = Field(
        default=None, description="days after the step before it; taken later, it is flagged as late"
    )
    when: str | None = Field(
        default=None, description="expression over fields of the entry: a step that applies only then"
    )


class Life(Definition):
    """The life of an entry, or of a row of a repeat: dated steps in their order, or one field that holds the state.

    With steps the last one done is the state, and the life is closed once the last step that applies is dated. With
    ``state`` the chosen option is the state, and the life is closed once it is one of ``done``.
    """

    steps: tuple[Step, ...] = ()
    state: _Id | None = Field(default=None, description="select_one field that holds the state")
    begun: tuple[_Option, ...] = Field(default=(), description="options of `state` in which work has begun")
    done: tuple[_Option, ...] = Field(default=(), description="options of `state` in which it is done")
    due: str | None = Field(
        default=None,
        description="until when: a date field beside it, or a column of the table of its rows (row/due)",
    )
    skipped: Literal["flag", "refuse"] = Field(
        default="flag", description="a step that was passed over: flagged, or refused"
    )

    @model_validator(mode="after")
    def _check_one_kind(self) -> "Life":
        if bool(self.steps) == (self.state is not None):
            raise PydanticCustomError("campaign.life_by_one", "exactly one of steps, state")
        return self


FILLER: Final = "filler"
"""Whose hand it is where a file says ``later: true``."""


def _with_hand(value: Any) -> Any:
    return {"by": FILLER} if value is True else None if value is False or value == {} else value


class LaterBy(Definition):
    """Whose hand may add or change a field after the entry was handed in."""

    by: _Id = Field(
        description="filler: who fills the form in; unit: the unit itself; the id of a review level; or a field of "
        "type unit whose unit it is"
    )


Later = Annotated[LaterBy | None, BeforeValidator(_with_hand, json_schema_input_type=LaterBy | bool | None)]
"""``true``, or ``{by: …}``."""


class Keep(Definition):
    """What a measure must not fall below, over all entries that were handed in, accepted or not."""

    measure: MeasureId
    at_least: float = 0.0
    message: Text


class Prefill(Definition):
    """A form whose newest answers of the same unit this one begins with, field by field of the same id."""

    form: _Id
    campaign: _Id | None = Field(default=None, description="its campaign; none: this one")
