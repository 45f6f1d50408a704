"""The rules a criterion may name, as data: a name and its arguments.

Only the arguments are here, so that a campaign file can be checked without scoring anything; the
functions of the same names are in :mod:`pbwidgets.scoring.rules`.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat

from pbwidgets.campaign.definition import Definition, Text

MeasureId = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="id of a measure of this campaign")
]


Better = Annotated[
    Literal["higher", "lower"],
    Field(description="which values are the better ones: more points or fewer faults"),
]


Parts = Annotated[
    Literal["whole", "proportional", "begun"],
    Field(
        description="what is less than a step: costs nothing, costs in proportion, or costs as a full step"
    ),
]


class RuleModel(Definition):
    """Base of all rules."""


class Rated(RuleModel):
    """A rater gives 0 to the maximum, with the anchors shown."""

    name: Literal["rated"]


class PerMissingItem(RuleModel):
    """Points are lost for every item fewer than required, not below the floor."""

    name: Literal["per_missing_item"]
    measure: MeasureId
    required: PositiveFloat = Field(description="number of items that earns full points")
    points_each: PositiveFloat = Field(description="points lost for each missing item")
    floor: float = Field(default=0.0, description="the line never falls below this")


class AllOrNothing(RuleModel):
    """Full points from a number on, else none."""

    name: Literal["all_or_nothing"]
    measure: MeasureId
    at_least: float = Field(default=1.0, description="value that earns full points")


class ThresholdThenPerUnit(RuleModel):
    """Full points from a threshold on; below it points are lost for each unit of shortfall."""

    name: Literal["threshold_then_per_unit"]
    measure: MeasureId
    threshold: float = Field(description="value that earns full points, in the measure's unit")
    points_per_unit: PositiveFloat = Field(description="points lost for each step below the threshold")
    step: PositiveFloat = Field(default=1.0, description="size of a step, in the measure's unit")
    parts: Parts = "whole"
    floor: float = Field(default=0.0, description="the line never falls below this")


class AgainstGroup(RuleModel):
    """Full points at the group's mean or best; behind it points are lost for each unit of shortfall.

    The group is the track's ``group``; without one, all units of the track.
    """

    name: Literal["against_group"]
    measure: MeasureId
    benchmark: Literal["mean", "best"] = Field(description="what each unit is held against")
    points_per_unit: PositiveFloat = Field(description="points lost for each step behind the benchmark")
    step: PositiveFloat = Field(default=1.0, description="size of a step, in the measure's unit")
    parts: Parts = "whole"
    better: Better = "higher"
    floor: float = Field(default=0.0, description="the line never falls below this")


class RankToPoints(RuleModel):
    """Points by the place in the group: the first of the list for the first place, and so on.

    Units with the same value share the better place. The group is the track's ``group``; without one, all
    units of the track.
    """

    name: Literal["rank_to_points"]
    measure: MeasureId
    points: tuple[float, ...] = Field(min_length=1, description="of the first, second, third … place")
    otherwise: float = Field(default=0.0, description="points of every place after the list")
    ties: Literal["better_place", "mean_of_places"] = Field(
        default="better_place",
        description="units with the same value all get the better place's points, or the mean of those of their places",
    )
    better: Better = "higher"


class ProportionalToBest(RuleModel):
    """Full points for the group's best, the others in proportion to it.

    The group is the track's ``group``; without one, all units of the track.
    """

    name: Literal["proportional_to_best"]
    measure: MeasureId
    better: Better = "higher"


class Band(RuleModel):
    """One band: the value it begins at and what it brings."""

    bound: float = Field(description="lowest value of the band; with better: lower, its highest")
    points: float


class Bands(RuleModel):
    """Points by the band that the value lies in; the best band first."""

    name: Literal["bands"]
    measure: MeasureId
    bands: tuple[Band, ...] = Field(min_length=1, description="the best band first")
    otherwise: float = Field(default=0.0, description="points of a value that reaches no band")
    better: Better = "higher"


class CarriedOver(RuleModel):
    """A score made elsewhere, rescaled to the points of the line.

    The measure is one of the section ``carried`` (another track, campaign or period), or an ordinary one that
    reads a score typed into a form.
    """

    name: Literal["carried_over"]
    measure: MeasureId
    full: PositiveFloat = Field(default=100.0, description="score that brings the full points of the line")
    may_exceed: bool = Field(
        default=False, description="a score above `full` brings more than the line's points"
    )


class CappedBonus(RuleModel):
    """Points are earned for each item, up to a cap (the criterion's points)."""

    name: Literal["capped_bonus"]
    measure: MeasureId
    points_each: PositiveFloat = Field(description="points earned for each item")
    beyond: NonNegativeFloat = Field(default=0.0, description="items up to this number earn nothing")


class Factor(RuleModel):
    """A case in which a deduction is multiplied: doubled, halved."""

    when: str = Field(description="expression over measures, for example ${repeated} = 1")
    times: NonNegativeFloat = Field(description="2 doubles what is lost, 0.5 halves it")
    text: Text = Field(description="the case, as it is named in the reason")


class CappedDeduction(RuleModel):
    """Points are lost for each item, up to a cap."""

    name: Literal["capped_deduction"]
    measure: MeasureId
    points_each: PositiveFloat = Field(description="points lost for each item")
    cap: NonNegativeFloat = Field(description="at most this many points are lost")
    first: PositiveFloat | None = Field(
        default=None,
        description="points lost for the first item, where it costs more or less than the others",
    )
    beyond: NonNegativeFloat = Field(default=0.0, description="items up to this number cost nothing")
    factors: tuple[Factor, ...] = Field(default=(), description="cases in which the deduction is multiplied")


class ChoicePoints(RuleModel):
    """An option of a choice list and what it brings."""

    choice: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")] = Field(
        description="id of an option of the field's choice list"
    )
    points: float


class ByChoice(RuleModel):
    """Points by the option chosen in a field; not answered is missing."""

    name: Literal["by_choice"]
    measure: MeasureId
    options: tuple[ChoicePoints, ...] = Field(min_length=1, description="every option of the choice list")


class Case(RuleModel):
    """One line of a checklist: when it holds, what it is called, what it costs or brings."""

    when: str = Field(description="expression over measures, for example ${plan} = 0")
    text: Text = Field(description="the case, as it is named in the reason")
    points: PositiveFloat


class Checklist(RuleModel):
    """Points are lost, or earned, for every case of a list that holds."""

    name: Literal["checklist"]
    cases: tuple[Case, ...] = Field(min_length=1)
    counts: Literal["lost", "earned"] = Field(
        default="lost", description="lost: taken from the line's points; earned: added up to them"
    )
    floor: float = Field(default=0.0, description="the line never falls below this")
    undecided: Literal["missing", "does_not_hold"] = Field(
        default="missing",
        description="where a case cannot be decided: the line is missing, or the case is taken not to hold",
    )


class Discretion(RuleModel):
    """A reviewer gives or takes points within a range; amount, reason and person are compulsory.

    Nothing entered means no points given or taken, and the line is never missing; with ``compulsory`` it is, until
    an amount is entered, be it 0.
    """

    name: Literal["discretion"]
    lowest: float = Field(description="smallest amount, for example -5")
    highest: float = Field(description="largest amount, for example 5")
    compulsory: bool = Field(default=False, description="not rated is missing instead of no points")


Rule = Annotated[
    Rated
    | PerMissingItem
    | AllOrNothing
    | ThresholdThenPerUnit
    | AgainstGroup
    | RankToPoints
    | ProportionalToBest
    | Bands
    | CarriedOver
    | CappedBonus
    | CappedDeduction
    | ByChoice
    | Checklist
    | Discretion,
    Field(discriminator="name"),
]


def conditions_in(rule: Rule | None) -> Iterator[tuple[str, int, str]]:
    """Key of the list, number in it and text of every expression over measures inside a rule."""
    if isinstance(rule, Checklist):
        yield from (("cases", at, case.when) for at, case in enumerate(rule.cases))
    elif isinstance(rule, CappedDeduction):
        yield from (("factors", at, factor.when) for at, factor in enumerate(rule.factors))


def conditions_of(rule: Rule | None) -> tuple[str, ...]:
    """Expressions over measures inside a rule: of its cases, or of its factors."""
    return tuple(text for _, _, text in conditions_in(rule))


class NotApplicable(RuleModel):
    """What becomes of a line that does not apply to a unit.

    The line is out where its measure is not applicable, or where ``when`` holds.
    """

    then: Literal["leave_out", "skip", "group_mean", "full"] = Field(
        description="leave_out re-weights the other lines; skip lowers the maximum; "
        "group_mean takes the group's mean; full gives all points"
    )
    when: str | None = Field(
        default=None, description="expression over measures, for example ${enterprises} = 0"
    )
