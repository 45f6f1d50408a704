"""How units are judged by checks instead of points, and the lists that come of it."""

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from pbwidgets.campaign.definition import Definition, Text
from pbwidgets.campaign.rules import MeasureId

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Column = Annotated[str, Field(pattern=r"^row/[a-z][a-z0-9_]*$")]
_DUE: Final = re.compile(r"[a-z][a-z0-9_]*|[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def _to_due(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"phase"}:
        return value["phase"]
    if isinstance(value, str) and not _DUE.fullmatch(value):
        raise PydanticCustomError("campaign.bad_due", "neither a day nor the id of a phase")
    return value.isoformat()[:10] if isinstance(value, date) else value


Due = Annotated[
    str,
    BeforeValidator(_to_due, json_schema_input_type=str | date),
    Field(pattern=f"^({_DUE.pattern})$"),
]
"""Until when: an ISO day, or the id of a phase, which ends it; ``{phase: …}`` is read as its id."""


def _to_target(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Target = Annotated[
    float | str,
    BeforeValidator(_to_target),
    Field(
        description="a number, an expression over measures (${cadres}), or a number field of a form (setup/target) "
        "of the unit or else of its nearest ancestor that has the form; empty: shown, never red"
    ),
]


_PLACE: Final = re.compile(r"([a-z][a-z0-9_]*)/([a-z][a-z0-9_]*(?:/[a-z][a-z0-9_]*)?)")


def target_field(target: Target) -> tuple[str, str] | None:
    """Form and path of the field that a target is read from; None for a number or an expression.

    >>> target_field("setup/target_problems"), target_field("${cadres}"), target_field(3)
    (('setup', 'target_problems'), None, None)
    """
    found = _PLACE.fullmatch(target) if isinstance(target, str) else None
    return None if found is None else (found[1], found[2])


CHECK_STATES: Final = (
    "reached", "claimed", "under_way", "due_soon", "not_begun", "overdue", "short", "excess", "not_applicable",
    "no_target",
)  # fmt: skip
"""States of a check, as :mod:`pbwidgets.scoring.standings` tells them apart. Short and excess are those of a number."""
CHECK: Final = "check_"
CHECK_ALL: Final = "check_all"
CHECK_NAMES: Final = (CHECK_ALL, *(f"{CHECK}{state}" for state in CHECK_STATES))
"""Names that a list's condition has for numbers of checks: in each state, and all in which something is expected."""


class RowsCheck(Definition):
    """A check for each fixed row of a repeat, or for each group of its rows: all of the group."""

    rows: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")] = Field(
        description="form and repeat with fixed rows: standards/lines"
    )
    id: _Id | None = Field(default=None, description="none: the id of the form")
    heading: _Column | None = Field(
        default=None, description="column that says under which heading a row stands"
    )
    group: _Column | None = Field(
        default=None,
        description="column whose values are the checks: each of all rows with it; none: one a row",
    )

    @property
    def check_id(self) -> str:
        """Id of the check; of a form's rows that name none, the form's."""
        return self.id or self.rows.partition("/")[0]


class _Stated(Definition):
    """What checks that are no rows have in common."""

    id: _Id
    name: Text | None = None
    heading: _Id | None = Field(default=None, description="one of the headings of the track")
    applies: str | None = Field(
        default=None, description="expression over measures: to which units it applies; none: to all"
    )
    due: Due | None = Field(
        default=None, description="a day, or the id of a phase; none: the end of the period"
    )

    @property
    def check_id(self) -> str:
        """Id of the check."""
        return self.id


class MeasureCheck(_Stated):
    """A measure that must reach a target, or must not exceed one; named as the measure where it has no name."""

    measure: MeasureId
    at_least: Target | None = None
    at_most: Target | None = None


class ConditionCheck(_Stated):
    """A condition over measures that must hold."""

    name: Text
    when: str = Field(description="expression over measures, for example ${activities_month} > 0")


def _key_of_check(value: Any) -> str | None:
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    keys = [key for key in ("rows", "measure", "when") if fields.get(key) is not None]
    return keys[0] if len(keys) == 1 else None


Check = Annotated[
    Annotated[RowsCheck, Tag("rows")]
    | Annotated[MeasureCheck, Tag("measure")]
    | Annotated[ConditionCheck, Tag("when")],
    Discriminator(
        _key_of_check,
        custom_error_type="campaign.check_by_one",
        custom_error_message="exactly one of rows, measure, when",
    ),
]
"""One thing, or one set of things, that is expected of every unit of a checklist track."""


def _kinds(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class UnitList(Definition):
    """A list on which units come by a condition, as it is or after a decision.

    Of lists of the same ``group`` a unit is on the first whose condition holds: red, else yellow, else green.
    """

    id: _Id
    name: Text
    of: _Id | None = Field(
        default=None,
        description="checklist track whose check_reached, check_overdue … the condition may name",
    )
    unit_kind: Annotated[
        tuple[_Id, ...], BeforeValidator(_kinds, json_schema_input_type=_Id | tuple[_Id, ...])
    ] = Field(default=(), description="kinds of unit that may be on it; none: those of the track")
    when: str | None = Field(
        default=None,
        description="expression over measures and, with `of`, checks; none: all (that are on no other)",
    )
    tone: Literal["good", "warn", "error", "neutral"] = "neutral"
    group: _Id | None = Field(
        default=None, description="lists of the same group exclude each other, in their order"
    )
    decided: bool = Field(default=False, description="whether it is proposed only, and persons decide")
    audience: Literal["all", "top"] = Field(
        default="all", description="top: seen and decided by reviewers at the top and the organiser only"
    )


class TimesListed(Definition):
    """In how many periods of the campaign, up to this one, a unit is on a list; lists below it may name it."""

    id: MeasureId
    name: Text
    in_list: _Id = Field(alias="list", description="a list that is decided on counts where it was decided")
