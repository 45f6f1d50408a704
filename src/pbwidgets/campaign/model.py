"""What a campaign is: the definitions of a campaign file, frozen.

The words are those of the field; see the words in the guides. Everything an organiser may change is
here: periods, phases, forms, measures, tracks, criteria, gates, places. Nothing here reads a file, asks
a store, or scores.

References (a criterion's measure, a field's choices) are checked by :mod:`pbwidgets.campaign.checks`,
which names every mistake with its line; the models check shapes and ranges.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from math import inf
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    BeforeValidator,
    Discriminator,
    NonNegativeFloat,
    NonNegativeInt,
    PlainSerializer,
    PositiveFloat,
    PositiveInt,
    Tag,
    model_validator,
)
from pydantic import Field as Arg
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticKnownError

from pbwidgets.campaign.checklists import Check, TimesListed, UnitList
from pbwidgets.campaign.definition import ASKED, Definition, Text, Words
from pbwidgets.campaign.life import Keep, Later, Life, Prefill
from pbwidgets.campaign.rules import MeasureId, NotApplicable, Rule
from pbwidgets.campaign.tables import Table
from pbwidgets.wording import say

_ID: Final = r"^[a-z][a-z0-9_]*$"
Id = Annotated[str, Arg(pattern=_ID, description="lower-case letters, digits, underscore")]
Expression = Annotated[str, Arg(description="an expression as in XLSForm, for example ${meetings} >= 4")]


def _listed(value: Any) -> Any:
    """One id alone as a list of it; refused as an id would be, without the place in a list that is not there."""
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    if not re.match(_ID, value):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": _ID})
    return [value]


def _alone(ids: tuple[str, ...]) -> str | tuple[str, ...]:
    """The only id of a list, which stands in a file, and so in the version's hash, without a list."""
    return ids[0] if len(ids) == 1 else ids


_Ids = Annotated[tuple[Id, ...], Arg(min_length=1)]
KindIds = Annotated[
    _Ids,
    BeforeValidator(_listed, json_schema_input_type=Id | _Ids),
    PlainSerializer(_alone, return_type=str | tuple[str, ...]),
]
"""One kind of unit or several: an id or a list of ids in a file, always a tuple in Python."""

MOST_RETURN_DAYS: Final = 15
MOST_NOTICE_DAYS: Final = 366
Day = Annotated[date, Arg(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that one can count on from."""
"""Days that a return may give for the correction at most; more is an exception, granted on record."""

_PERIODS: Final = {1: "month", 3: "quarter", 12: "year"}
"""What a period is called by the number of its months."""

_T = TypeVar("_T")


# -- who takes part, and when --------------------------------------------------------------------------


class UnitKind(Definition):
    """A kind of unit, how it takes part, and the kinds it may hang under."""

    id: Id
    name: Text
    role: Literal["member", "partner"] = Arg(
        default="member",
        description="partner: pointed at and surveyed only; it owes nothing and is not assessed",
    )
    parents: tuple[Id, ...] = Arg(
        default=(), description="kinds of unit above it, also its own; none for a root"
    )


class Phase(Definition):
    """A dated part of a period; phases may overlap."""

    id: Id
    name: Text
    begins: Day
    ends: Day
    forms: tuple[Id, ...] = Arg(default=(), description="forms that are filled in this phase")


class Period(Definition):
    """A year or month of the campaign."""

    id: Annotated[str, Arg(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")]
    begins: Day
    ends: Day
    phases: tuple[Phase, ...] = ()
    visible_from: Day | None = Arg(
        default=None,
        description="first day on which units see their own score sheets; none: each once it is decided on",
    )

    def words(self, lang: str) -> str:
        """What people call the period, by its length; one that is no year, quarter or month has its id.

        >>> from datetime import date
        >>> Period(id="2026", begins=date(2026, 1, 1), ends=date(2026, 12, 31)).words("zh_CN")
        '2026年度'
        >>> Period(id="q2", begins=date(2026, 4, 1), ends=date(2026, 6, 30)).words("en")
        'quarter 2 of 2026'
        >>> Period(id="round_1", begins=date(2026, 4, 5), ends=date(2026, 6, 30)).words("en")
        'round_1'
        """
        months, begun = self._whole_months, self.begins.month - 1
        if months not in _PERIODS or begun % months:
            return self.id
        place = begun // months + 1
        return say(f"campaign.period_{_PERIODS[months]}", lang, year=self.begins.year, place=place)

    @property
    def _whole_months(self) -> int:
        """Number of calendar months that it fills; 0 if it begins or ends within one."""
        after = self.ends + timedelta(days=1)
        if self.begins.day != 1 or after.day != 1:
            return 0
        return 12 * (after.year - self.begins.year) + after.month - self.begins.month

    def moved(self, by: timedelta, period_id: str) -> "Period":
        """The period with all its days moved by whole days, under an id.

        >>> from datetime import date, timedelta
        >>> year = Period(id="2026", begins=date(2026, 1, 1), ends=date(2026, 12, 31))
        >>> year.moved(timedelta(days=365), "2027").ends
        datetime.date(2027, 12, 31)
        """
        phases = tuple(
            phase.model_copy(update={"begins": phase.begins + by, "ends": phase.ends + by})
            for phase in self.phases
        )
        visible = self.visible_from and self.visible_from + by
        days = {"begins": self.begins + by, "ends": self.ends + by, "visible_from": visible}
        return self.model_copy(update={"id": period_id, "phases": phases, **days})


class ReviewLevel(Definition):
    """A level that returns or accepts submissions, in the order of the list.

    Its reviewers sit in units of ``unit_kind``; a unit's reviewers are those of its ancestor of that kind.
    """

    id: Id
    name: Text
    unit_kind: Id


# -- forms ---------------------------------------------------------------------------------------------


class Choice(Definition):
    """One option of a choice list."""

    id: Annotated[str, Arg(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")]
    label: Text
    attributes: dict[Id, Annotated[str, Arg(min_length=1)]] = Arg(
        default={}, description="what a choice_filter asks of the option, for example {town: east}"
    )


class Field(Definition):
    """One field of a form; groups and repeats hold fields of their own. Types are XLSForm's."""

    id: Id
    type: Literal[
        "text",
        "integer",
        "decimal",
        "date",
        "select_one",
        "select_multiple",
        "image",
        "file",
        "unit",
        "calculate",
        "note",
        "group",
        "repeat",
    ]
    label: Text
    hint: Text | None = None
    required: bool = False
    relevant: Expression | None = None
    constraint: Expression | None = Arg(default=None, description="`.` is the value of this field")
    constraint_message: Text | None = None
    calculation: Expression | None = None
    choices: Id | None = Arg(default=None, description="choice list of a select field")
    choice_filter: Expression | None = Arg(
        default=None,
        description="options that are offered, by their attributes: town = ${town}; `name` is the option's id",
    )
    unit: Text | None = Arg(default=None, description="unit of measurement, shown behind the field")
    minimum: float | None = None
    maximum: float | None = None
    max_length: PositiveInt | None = None
    min_count: NonNegativeInt | None = Arg(default=None, description="rows of a repeat, files of an upload")
    max_count: PositiveInt | None = None
    sensitive: bool = Arg(
        default=False, description="seen by the filler's unit and its reviewers; never in a snapshot"
    )
    identifies: bool = Arg(
        default=False,
        description="names a person, household or army unit: sensitive, seen by who fills the form in only, "
        "and shown as 〔略〕 wherever it is written elsewhere",
    )
    default: bool = Arg(
        default=False, description="set by us because the source does not; the organiser's to change"
    )
    may_be_none: bool = Arg(
        default=False,
        description="a repeat that can be answered with 'none of these', which counts 0; left blank it is missing",
    )
    fields: tuple["Field", ...] = Arg(default=(), description="fields of a group or repeat")
    later: Later = Arg(
        default=None,
        description="may be added or changed after the entry was handed in: true, or {by: unit} and the like",
    )
    kinds: tuple[Id, ...] = Arg(
        default=(), description="kinds of unit that a field of type unit may point at; none: every kind"
    )
    rows: Id | None = Arg(
        default=None, description="table whose rows a repeat has: all of them, in their order, and no others"
    )
    when: Expression | None = Arg(
        default=None,
        description="rows that a unit has, over the table's columns (${row/domain}) and ${unit_kind}, ${unit_domain}",
    )
    life: Life | None = Arg(default=None, description="how each row of a repeat lives")
    table: SkipJsonSchema[Table | None] = Arg(
        default=None, exclude=True, description="the table of `rows`, which the campaign puts here"
    )

    @property
    def is_sensitive(self) -> bool:
        """Whether it is kept out of snapshots; what identifies is."""
        return self.sensitive or self.identifies


class RaterKind(Definition):
    """A kind of people who answer a survey: members, villagers, deputies."""

    id: Id
    name: Text


class Survey(Definition):
    """Makes a form an anonymous survey: answered with one-time codes, never by an account.

    Answers are kept with the batch of their code (unit and kind of rater) and the day, nothing else. They are
    not submissions: measures do not read them.
    """

    rater_kinds: tuple[RaterKind, ...] = Arg(min_length=1, description="who gets codes")
    shown_from: Annotated[int, Arg(ge=3)] = Arg(
        default=5, description="results of a unit and a kind of rater are shown from this many answers on"
    )


def _to_place(value: Any) -> Any:
    """A cell or column as it may be typed, ``$b$3``, as Excel calls it."""
    return (
        unicodedata.normalize("NFKC", value).replace("$", "").replace(" ", "").upper()
        if isinstance(value, str)
        else value
    )


CellPlace = Annotated[Words, BeforeValidator(_to_place)]
"""A cell, a column or an area of a sheet, as Excel calls it: ``B3``, ``B``, ``A9:F30``."""


class OfficialArea(Definition):
    """Rows of an official table that are the rows of a repeat."""

    field: Id = Arg(description="the repeat")
    range: CellPlace = Arg(
        description="where its rows are: A9:F30; empty rows and totals in it are passed over"
    )
    columns: dict[Id, CellPlace] = Arg(description="column of each of its fields: {title: B, held_on: C}")


class OfficialTable(Definition):
    """A table that offices have always sent, and where in it the answers of a form are."""

    id: Id
    name: Text
    sheet: Words | None = Arg(default=None, description="name of its sheet; none: the only visible one")
    unit: CellPlace | None = Arg(
        default=None,
        description="cell with the name or code of the unit; none: whoever sends it says whose it is",
    )
    expects: dict[CellPlace, Words] = Arg(
        default={}, description="words that tell that it is this table, by their cells: {A1: 联建活动情况表}"
    )
    cells: dict[Id, CellPlace] = Arg(default={}, description="cell of each field outside repeats")
    areas: tuple[OfficialArea, ...] = ()


class Form(Definition):
    """What is filled in about one kind of unit, or several."""

    id: Id
    name: Text
    hint: Text | None = None
    unit_kind: KindIds = Arg(description="kind of the unit that the form is about, or several")
    filled_by: Id | None = Arg(
        default=None, description="review level that fills it; by default the unit itself"
    )
    occurrence: Literal["once", "many"] = Arg(
        default="once", description="many: a log, one entry after another"
    )
    reviewed: bool = Arg(default=True, description="whether it passes the review levels before it counts")
    survey: Survey | None = Arg(default=None, description="an anonymous survey about the unit; none: a form")
    fields: tuple[Field, ...] = Arg(min_length=1)
    official_tables: tuple[OfficialTable, ...] = Arg(
        default=(), description="tables of others that can be read as answers of the form"
    )
    default: bool = False
    lasts: Literal["period", "campaign"] = Arg(
        default="period", description="campaign: its entries are seen and continued in every later period"
    )
    title: Id | None = Arg(default=None, description="field by which an entry is called where it is listed")
    life: Life | None = Arg(default=None, description="how each entry lives")
    keeps: tuple[Keep, ...] = Arg(
        default=(), description="what its entries must keep: a balance that never falls below zero"
    )
    prefill: Prefill | None = Arg(default=None, description="answers given elsewhere, with which it begins")

    @property
    def is_owed(self) -> bool:
        """Whether every unit of its kind has to hand it in: once, by itself."""
        return self.occurrence == "once" and self.filled_by is None and self.survey is None

    def leaves(self) -> Iterator[tuple[str, Field]]:
        """Paths and fields that hold a value: ``plan_file``, ``good_deeds/held_on``. Groups do not add to a path."""
        yield from _leaves(self.fields, "")

    def sensitive_paths(self) -> frozenset[str]:
        """Paths that hold something sensitive: fields, and repeats of nothing but sensitive fields."""
        hidden = {path: field.is_sensitive for path, field in self.leaves()}
        repeats = {path.partition("/")[0] for path in hidden if "/" in path}
        whole = {
            repeat
            for repeat in repeats
            if all(shut for path, shut in hidden.items() if path.startswith(f"{repeat}/"))
        }
        return frozenset(whole | {path for path, shut in hidden.items() if shut})

    def identifying_paths(self) -> frozenset[str]:
        """Paths of the fields that identify somebody."""
        return frozenset(path for path, field in self.leaves() if field.identifies)


def _leaves(fields: tuple[Field, ...], prefix: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if field.type == "group":
            yield from _leaves(field.fields, prefix)
        elif field.type == "repeat":
            yield from _leaves(field.fields, f"{prefix}{field.id}/")
        elif field.type != "note":
            yield f"{prefix}{field.id}", field


class Window(Definition):
    """Days within which something must lie to be counted, both ends included."""

    field: str = Arg(description="path of a date field, in the counted row or in the form")
    phase: Id | None = Arg(default=None, description="a phase of the period; none: the whole period")


class Measure(Definition):
    """A number computed from submissions of the unit, its subtree or an ancestor.

    ========== =====================================================================================
    aggregate  value
    ========== =====================================================================================
    count      rows of a repeat, options chosen, or answers given
    sum        sum of a number field
    latest     last answer by version and row, as a number (``yes`` counts 1, ``no`` 0)
    share      100 * sum(field) / sum(denominator), or the per cent of rows for which ``where`` holds
    distinct   different answers
    chosen     option of a select_one field that was chosen last, as its place in the list, from 1
    running    balance of a number field by date, at its end or where it was lowest
    ========== =====================================================================================

    ``days_to_close`` is the mean of the days from the date field to ``closed_on`` in the same row. With
    ``highest_per`` a sum takes only the highest number of those with the same value there. Three filters say
    which rows count: ``where`` (fields and kinds), ``window`` (dates), ``states`` (how far a submission has
    come); a share keeps its denominator within window and states.
    """

    id: MeasureId
    name: Text
    form: Id
    field: str | None = Arg(default=None, description="path of a field or repeat; none counts submissions")
    aggregate: Literal["count", "sum", "latest", "share", "distinct", "days_to_close", "chosen", "running"]
    denominator: str | None = Arg(default=None, description="path of the field below the line of a share")
    closed_on: str | None = Arg(
        default=None, description="with days_to_close, path of the date on which the matter was closed"
    )
    count_open: bool = Arg(
        default=False,
        description="with days_to_close, what is still open counts up to the last day of the period; else not at all",
    )
    sign_field: str | None = Arg(
        default=None, description="with running, path of the select_one field that says what an amount is"
    )
    signs: dict[str, float] = Arg(
        default={}, description="with running, what each of its options does: {raised: 1, granted: -1}"
    )
    dated_by: str | None = Arg(
        default=None, description="with running, path of the date field; on one day what comes in comes first"
    )
    at: Literal["end", "lowest"] = Arg(default="end", description="with running, which balance is the value")
    highest_per: str | None = Arg(
        default=None,
        description="with sum, path of a field: of the rows with the same value there only the highest counts",
    )
    where: Expression | None = Arg(
        default=None, description="rows that count, over fields of the same row or the form"
    )
    window: Window | None = Arg(default=None, description="only rows dated within the period or a phase")
    states: tuple[str, ...] = Arg(
        default=(),
        description="submitted, accepted, accepted:<level>, locked: only submissions in these states; none: all",
    )
    over: Literal["unit", "subtree", "ancestor"] = "unit"
    ancestor_kind: Id | None = Arg(
        default=None, description="with over: ancestor, the kind of unit that is asked"
    )
    not_applicable_when: Expression | None = Arg(default=None, description="over fields of the form")
    empty_is_zero: bool = Arg(
        default=False, description="nothing submitted counts 0 (a log with no entry) instead of missing"
    )
    unit: Text | None = Arg(default=None, description="件, 次, %")
    default: bool = False


class Carried(Definition):
    """A total made elsewhere, read like a measure: of another track, another campaign, another period.

    It takes the rounded total of the same unit. Totals of this campaign and period are made in the same run;
    those of others come with the records, and are missing where they do not.
    """

    id: MeasureId
    name: Text
    track: Id = Arg(description="track whose total is taken")
    campaign: Id | None = Arg(default=None, description="the campaign it belongs to; none: this one")
    period: Annotated[str, Arg(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")] = Arg(
        default="same", description="same, previous (the one before it in this file), or the id of a period"
    )


class Derived(Definition):
    """A number made from other measures of the same unit by an expression, read like a measure.

    It is missing where the expression gives nothing: where a measure it needs is missing, or below the line is 0.
    """

    id: MeasureId
    name: Text
    expression: Expression = Arg(description="over measures, for example round(${held} div ${due} * 100, 1)")
    unit: Text | None = Arg(default=None, description="件, 次, %")
    default: bool = False


# -- tracks --------------------------------------------------------------------------------------------


class Source(Definition):
    """Who marks within a layer."""

    id: Id
    name: Text
    weight: NonNegativeFloat = 1.0
    raters: Literal["mean", "median", "trimmed_mean"] = Arg(
        default="mean", description="how several raters of this source become one mark"
    )


class Layer(Definition):
    """One of the marks side by side: a unit's own, and those of the levels above it."""

    id: Id
    name: Text
    level: Id | None = Arg(
        default=None, description="review level that marks; none means the unit marks itself"
    )


class TrackLayer(Definition):
    """A layer as one track uses it."""

    id: Id = Arg(description="id of a layer of the campaign")
    sources: tuple[Source, ...] = Arg(default=(), description="by default one source, named as the layer")
    weight: NonNegativeFloat | None = Arg(default=None, description="share in the total with final: weighted")
    difference_needs_reason: PositiveFloat | None = Arg(
        default=None,
        description="a mark that differs from the layer before by this many points or more needs a comment",
    )


class Anchor(Definition):
    """What a mark means, shown to the rater."""

    points: float
    text: Text


class Exemption(Definition):
    """A case in which a line loses no points, whatever its rule says."""

    when: Expression = Arg(description="over measures, for example ${flooded} = 1")
    name: Text = Arg(description="the case, as it is named in the reason")


class Concerned(Definition):
    """The units that have a heading or line on their score sheet: of one kind, of one domain, or both."""

    kind: Id | None = Arg(default=None, description="kind of the unit; none: all kinds of the track")
    domain: Words | None = Arg(
        default=None, description="domain of the unit, as the register of units has it; none: all domains"
    )

    def has(self, kind: str | None, domain: str | None) -> bool:
        """Whether units of a kind and domain are among them."""
        return self.kind in (None, kind) and self.domain in (None, domain)


class Settlement(Definition):
    """How a heading is settled as one.

    What its lines bring is added to the base and kept between floor and ceiling, and enters the total as the
    points of one line would: where others are re-weighted, it is scaled as one.
    """

    base: NonNegativeFloat | None = Arg(
        default=None, description="points it begins with; its lines add to them and take from them"
    )
    floor: float | None = Arg(default=None, description="the heading never falls below this")
    ceiling: float | None = Arg(default=None, description="the heading never rises above this")
    missing: Literal["parts", "whole"] = Arg(
        default="parts", description="whole: where one part is missing, the heading is missing"
    )


class Criterion(Definition):
    """A line of a score sheet, or a heading with lines of its own.

    A heading has ``criteria`` and no rule; a line has a rule and points.
    """

    id: Id
    name: Text
    points: float | None = Arg(default=None, ge=0, description="maximum of a line; a heading sums its lines")
    rule: Rule | None = None
    criteria: tuple["Criterion", ...] = ()
    evidence: Text | None = Arg(default=None, description="how it is checked: documents, visit, talks")
    anchors: tuple[Anchor, ...] = ()
    not_applicable: NotApplicable | None = None
    exemption: Exemption | None = None
    sources: tuple[Id, ...] = Arg(
        default=(), description="sources that mark this line; by default all sources of the layer"
    )
    bonus: bool = Arg(default=False, description="on top of the track's base points, not part of them")
    default: bool = Arg(default=False, description="points set by us because the source gives none")
    for_: Annotated[Concerned | None, BeforeValidator(lambda value: value or None)] = Arg(
        default=None, alias="for", description="only units of this kind or domain have it; none: all units"
    )
    settle: Annotated[Settlement | None, BeforeValidator(lambda value: value or None)] = Arg(
        default=None, description="of a heading: its lines are settled as one; none: they are summed"
    )

    def walk(self) -> Iterator["Criterion"]:
        """The criterion and all below it, a heading before its lines."""
        yield self
        for part in self.criteria:
            yield from part.walk()

    def lines(self) -> Iterator["Criterion"]:
        """Lines below this criterion, or the criterion itself if it is a line."""
        if not self.criteria:
            yield self
        for part in self.criteria:
            yield from part.lines()

    @property
    def is_settled(self) -> bool:
        """Whether it is a heading settled as one."""
        return bool(self.criteria) and self.settle is not None and self.settle != Settlement()

    def parts(self) -> Iterator["Criterion"]:
        """What enters the total: the criterion itself if it is a line or settled as one, else the parts below it."""
        if not self.criteria or self.is_settled:
            yield self
            return
        for part in self.criteria:
            yield from part.parts()

    @property
    def max_points(self) -> float:
        """Points of the line; of a heading its base and all below that is no bonus, up to its ceiling.

        Of several kinds or domains, the one with most points.
        """
        if not self.criteria:
            return self.points or 0.0
        kinds, domains = _named_in(self.criteria)
        sums = [
            sum(part.max_points for part in sheet if part.criteria or not part.bonus)
            for sheet in (keep_concerned(self.criteria, *whose) for whose in product(kinds, domains))
        ]
        settle = self.settle or Settlement()
        return min((settle.base or 0.0) + max(sums), inf if settle.ceiling is None else settle.ceiling)


def keep_concerned(
    criteria: tuple[Criterion, ...], kind: str | None, domain: str | None
) -> tuple[Criterion, ...]:
    """Criteria that a unit of a kind and domain has, each with those below it; a heading without any is left out."""
    if not any(criterion.for_ for top in criteria for criterion in top.walk()):
        return criteria
    kept = []
    for criterion in criteria:
        if criterion.for_ is not None and not criterion.for_.has(kind, domain):
            continue
        below = keep_concerned(criterion.criteria, kind, domain)
        if below or not criterion.criteria:
            kept.append(criterion.model_copy(update={"criteria": below, "for_": None}))
    return tuple(kept)


_Named = tuple[str | None, ...]


def _named_in(criteria: tuple[Criterion, ...]) -> tuple[_Named, _Named]:
    """Kinds and domains that criteria or those below are for, in order; first None, which stands for all others."""
    concerned = [criterion.for_ for top in criteria for criterion in top.walk() if criterion.for_]
    kinds = dict.fromkeys([None, *(one.kind for one in concerned)])
    domains = dict.fromkeys([None, *(one.domain for one in concerned)])
    return tuple(kinds), tuple(domains)


@dataclass(frozen=True)
class Numbered:
    """A heading or line with its number in the score sheet (``2.1``) and the heading above it."""

    number: str
    criterion: Criterion
    heading: Criterion | None = None

    @property
    def depth(self) -> int:
        """Number of headings above it."""
        return self.number.count(".")


def _number(criteria: tuple[Criterion, ...], above: Numbered | None = None) -> Iterator[Numbered]:
    prefix, heading = (f"{above.number}.", above.criterion) if above else ("", None)
    for at, criterion in enumerate(criteria, start=1):
        numbered = Numbered(f"{prefix}{at}", criterion, heading)
        yield numbered
        yield from _number(criterion.criteria, numbered)


def find_marking(line: Criterion, sources: Sequence[Source]) -> list[bool]:
    """Which of a layer's sources mark a line: those that it names, or all if it names none of them.

    >>> words = Text(zh="甲", en="a")
    >>> sources = [Source(id="self", name=words), Source(id="masses", name=words)]
    >>> find_marking(Criterion(id="style", name=words, sources=("masses",)), sources)
    [False, True]
    """
    named = [source.id in line.sources for source in sources]
    return named if any(named) else [True] * len(sources)


class _Gate(Definition):
    """A veto of the track: a unit that meets it is out, or its class is capped."""

    id: Id
    name: Text
    effect: Literal["disqualify", "bar", "cap"]
    scope: Literal["entry", "unit", "unit_and_officers"] = Arg(
        default="entry",
        description="entry: this track only; unit: the whole campaign; or its officers' recommendation too",
    )
    when: Expression | None = Arg(
        default=None, description="over measures; none: only by a decision on record"
    )


class ClosingGate(_Gate):
    """A gate that keeps a unit from being selected.

    ``disqualify`` cancels eligibility and whatever was given (falsified material); with ``bar`` score and
    rank count as before, and nobody else moves up.
    """

    effect: Literal["disqualify", "bar"]
    default: bool = False


class CappingGate(_Gate):
    """A gate that caps the class."""

    effect: Literal["cap"]
    caps_at: PositiveInt = Arg(default=2, description="the best class that remains, 1 is the top")
    default: bool = False


def _without_idle_cap(value: Any) -> Any:
    """Files may set ``caps_at`` for a gate of another effect, where it means nothing."""
    if not isinstance(value, dict) or value.get("effect") == "cap":
        return value
    return {key: part for key, part in value.items() if key != "caps_at"}


Gate = Annotated[ClosingGate | CappingGate, Arg(discriminator="effect"), BeforeValidator(_without_idle_cap)]


class Flag(Definition):
    """A sign of trouble that proposes a class; a person decides."""

    id: Id
    name: Text
    when: Expression = Arg(description="over measures")
    proposes: PositiveInt = Arg(description="class that is proposed, however high the total; 1 is the top")


class Classes(Definition):
    """How the units of a track are put into classes, the top one first: by total, or by share of the units."""

    names: tuple[Text, ...] = Arg(min_length=2, description="the top class first")
    from_totals: tuple[float, ...] = Arg(default=(), description="lowest total of every class but the last")
    shares_pct: tuple[NonNegativeFloat, ...] = Arg(
        default=(), description="per cent of the units that each class but the last may hold at most"
    )
    flags: tuple[Flag, ...] = ()


class Allotment(Definition):
    """How many a nominating unit may nominate; the organiser sets the number of each within these."""

    lowest: NonNegativeInt
    highest: PositiveInt
    usual: PositiveInt


class Nomination(Definition):
    """Who nominates for a track."""

    by: Id = Arg(description="kind of the nominating unit")
    allotment: Allotment | None = Arg(default=None, description="none: as many as it likes")


class Rounding(Definition):
    """How totals are rounded; explicit because ranks depend on it."""

    digits: Annotated[int, Arg(ge=0, le=6)] = 2
    before_ranking: bool = Arg(
        default=True, description="rank the rounded totals (what the list shows) or the exact ones"
    )


_TIE_KEYS: Final = ("criterion", "layer", "measure")


def _without_empty(value: Any) -> Any:
    """Files may leave one of these keys empty, which is the same as leaving it out."""
    if not isinstance(value, dict):
        return value
    keys = (*_TIE_KEYS, "ancestor_kind")
    return {key: part for key, part in value.items() if part is not None or key not in keys}


class _TieBreak(Definition):
    @property
    def named(self) -> str:
        """Id of the criterion, layer or measure."""
        return next(str(value) for key, value in self if key in _TIE_KEYS)


class TieByCriterion(_TieBreak):
    """Breaks a tie by the points of a line or heading."""

    criterion: Id
    order: Literal["higher", "lower"] = "higher"


class TieByLayer(_TieBreak):
    """Breaks a tie by the total of a layer."""

    layer: Id
    order: Literal["higher", "lower"] = "higher"


class TieByMeasure(_TieBreak):
    """Breaks a tie by a measure."""

    measure: MeasureId
    order: Literal["higher", "lower"] = "higher"


def _key_of_tie_break(value: Any) -> str | None:
    """The key that says which kind of tie-break it is; None unless there is exactly one."""
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    keys = [key for key in _TIE_KEYS if key in fields]
    return keys[0] if len(keys) == 1 else None


TieBreak = Annotated[
    Annotated[TieByCriterion, Tag("criterion")]
    | Annotated[TieByLayer, Tag("layer")]
    | Annotated[TieByMeasure, Tag("measure")],
    Discriminator(
        _key_of_tie_break,
        custom_error_type="campaign.tie_break_by_one",
        custom_error_message="exactly one of criterion, layer, measure",
    ),
    BeforeValidator(_without_empty),
]
"""One link of the chain that breaks ties."""


class _RankGroup(Definition):
    """Groups of a track's units, each with its own ranks beside those among all: below one unit, of one domain.

    Ranks within a group follow the ranks among all, ties and tie-breaks included. Selection does not use them.
    """

    id: Id
    name: Text = Arg(description="the group as it is named before a rank: 本片区, in its area")
    by: Literal["ancestor", "domain"]


class RankGroupBelow(_RankGroup):
    """Units below the same unit are a group."""

    by: Literal["ancestor"] = "ancestor"
    ancestor_kind: Id = Arg(description="the kind of unit above whose units are a group")


class RankGroupOfDomain(_RankGroup):
    """Units of the same domain are a group."""

    by: Literal["domain"]


def _with_by(value: Any) -> Any:
    return {"by": "ancestor", **_without_empty(value)} if isinstance(value, dict) else value


RankGroup = Annotated[RankGroupBelow | RankGroupOfDomain, Arg(discriminator="by"), BeforeValidator(_with_by)]


class Recommendation(Definition):
    """What a selected unit, or a post in or above it, is put forward for."""

    id: Id
    to: Text = Arg(description="the honour or list it leads to")
    subject: Literal["unit", "officer"]
    officers: tuple[Text, ...] = Arg(default=(), description="posts, never names")


class NeedsClass(Definition):
    """A class that a unit must be in to be selected; a decided class counts, else the proposed one."""

    lowest: PositiveInt = Arg(description="lowest class that is enough; 1 is the top")
    track: Id | None = Arg(default=None, description="track with the classes; none: this one")


class PublicNotice(Definition):
    """Days in which a result can be objected to."""

    days: Annotated[int, Arg(ge=1, le=MOST_NOTICE_DAYS)]
    contact: Text | None = None
    default: bool = False


class Award(Definition):
    """What selection brings besides the title."""

    title: Text
    by: Text
    material: Text | None = None


class Track(Definition):
    """One standard of the campaign for one kind of unit, or several that are ranked together."""

    id: Id
    name: Text
    kind: Literal["score", "checklist"] = "score"
    unit_kind: KindIds
    checks: tuple[Check, ...] = Arg(default=(), description="what a checklist expects of every unit")
    headings: Id | None = Arg(
        default=None, description="choice list with the headings of its checks, in their order"
    )
    warn_days: NonNegativeInt = Arg(
        default=7, description="days before a check is due from which on it is shown as due soon"
    )
    forms: tuple[Id, ...] = ()
    layers: tuple[TrackLayer, ...] = ()
    final: Literal["last_layer", "weighted"] = "last_layer"
    criteria: tuple[Criterion, ...] = ()
    base_points: float = Arg(
        default=100, description="starting points and the sum of all lines that are no bonus"
    )
    rescaled: bool = Arg(
        default=False,
        description="sheets of several kinds or domains may have other maxima than the base points: totals are "
        "rescaled to them",
    )
    starting_points: NonNegativeFloat = Arg(
        default=0.0, description="points every unit begins with; its lines add to them and take from them"
    )
    gates: tuple[Gate, ...] = ()
    places: PositiveInt | None = Arg(default=None, description="how many are selected")
    classes: Classes | None = None
    waiting: NonNegativeInt = Arg(default=0, description="length of the waiting list")
    minimum_total: NonNegativeFloat | None = Arg(
        default=None, description="lowest total that is selected; places that nobody reaches stay open"
    )
    needs_class: NeedsClass | None = Arg(
        default=None, description="a class without which no unit is selected"
    )
    selected_in: tuple[Id, ...] = Arg(
        default=(), description="tracks in which a unit must be selected to be selected here"
    )
    not_selected_in: tuple[Id, ...] = Arg(
        default=(), description="tracks that exclude this one: who is selected there is not selected here"
    )
    nomination: Nomination | None = Arg(default=None, description="none: all units of the kind are assessed")
    missing: Literal["skip", "reweight", "group_mean", "fail"] = Arg(
        default="skip",
        description="a line without a mark: left out of the sum, re-weighted, given the group's mean, or no total",
    )
    group: Id | None = Arg(
        default=None, description="kind of ancestor whose units are the groups of a mean; none: one group"
    )
    rounding: Rounding = Rounding()
    tie_breaks: tuple[TieBreak, ...] = ()
    ranks_within: tuple[RankGroup, ...] = Arg(
        default=(), description="groups in which units are ranked as well"
    )
    recommendations: tuple[Recommendation, ...] = ()
    public_notice: PublicNotice | None = None
    award: Award | None = None
    decided_by: Text | None = None

    def lines(self) -> Iterator[Criterion]:
        """All lines of the score sheet, in order."""
        for criterion in self.criteria:
            yield from criterion.lines()

    @property
    def sheets(self) -> tuple[tuple[str | None, str | None], ...]:
        """Kinds and domains with a score sheet of their own, as :meth:`sheet_of` gives them; one if all have the same.

        A kind is None where no criterion is for a kind; a domain is None for the units of every other domain.
        """
        kinds, domains = _named_in(self.criteria)
        return tuple(product(self.unit_kind if len(kinds) > 1 else (None,), domains))

    def sheet_of(self, kind: str | None, domain: str | None) -> tuple[str | None, str | None]:
        """Which of :attr:`sheets` units of a kind and domain have."""
        kinds, domains = _named_in(self.criteria)
        return kind if len(kinds) > 1 else None, domain if domain in domains else None

    def of_unit(self, kind: str | None, domain: str | None) -> "Track":
        """The track with the score sheet of the units of one kind and domain; None for units without a domain.

        >>> words = Text(zh="甲", en="a")
        >>> lines = (Criterion(id="all", name=words), Criterion(id="town", name=words, **{"for": {"domain": "街道"}}))
        >>> track = Track(id="teams", name=words, unit_kind=("team",), criteria=lines)
        >>> [[line.id for line in track.of_unit("team", domain).lines()] for domain in ("街道", "乡村", None)]
        [['all', 'town'], ['all'], ['all']]
        """
        kept = keep_concerned(self.criteria, kind, domain)
        return self if kept is self.criteria else self.model_copy(update={"criteria": kept})

    @property
    def sheet_points(self) -> float:
        """Starting points and the points of all criteria that are no bonus."""
        counted = (part.max_points for part in self.criteria if part.criteria or not part.bonus)
        return self.starting_points + sum(counted)

    def numbered(self) -> Iterator[Numbered]:
        """All headings and lines of the score sheet, in order, a heading before its lines."""
        return _number(self.criteria)

    def class_names(self, lang: str) -> dict[int, str]:
        """Name of each class by its number, from 1; empty for a track without classes."""
        names = self.classes.names if self.classes is not None else ()
        return {number: name.words(lang) for number, name in enumerate(names, start=1)}


DocumentName = Literal["report", "circular", "notice", "application", "scores", "check_sheet", "slides"]
"""Kinds of file that an organiser may give a template for."""


class Office(Definition):
    """Whose documents the campaign's are, to whom they go, and the templates that they are made from.

    Whatever is not given is asked for when a document is made, or left out of it.
    """

    sender: Words | None = Arg(
        default=None,
        description="who issues and signs its documents; `${unit}` is the unit at the top, so that a campaign of "
        "several places names none: 中共${unit}委员会",
    )
    number: Words | None = Arg(
        default=None, description="the office's sign before year and number of a document: 云组发"
    )
    recipients: tuple[Words, ...] = Arg(default=(), description="to whom its documents go")
    copies: tuple[Words, ...] = Arg(default=(), description="who is sent a copy")
    contact: Words | None = Arg(default=None, description="whom to ask, best an office")
    phone: Words | None = None
    templates: dict[Id, str] = Arg(
        default={},
        description="files below `parameters` by what is made of them, for example "
        "{circular: templates/circular.docx, slides: templates/county.pptx}",
    )

    def sender_at(self, unit: str) -> str:
        """The sender below a unit at the top; empty if none is given, or no unit to name it by.

        >>> office = Office(sender="中共${unit}委员会")
        >>> [office.sender_at(unit) for unit in ("云溪演示县", "")]
        ['中共云溪演示县委员会', '']
        """
        sender = self.sender or ""
        return ASKED.sub(lambda _: unit, sender) if unit or not ASKED.search(sender) else ""


class Campaign(Definition):
    """One programme, as its file defines it."""

    format: Literal[1] = Arg(description="version of this file format")
    id: Id
    name: Text
    summary: Text
    documents: tuple[str, ...] = Arg(default=(), description="numbers of the source documents")
    unit_kinds: tuple[UnitKind, ...] = Arg(min_length=1)
    partition_by: KindIds = Arg(description="kind of unit by which snapshots and reports are cut, or several")
    periods: tuple[Period, ...] = Arg(min_length=1)
    review_levels: tuple[ReviewLevel, ...] = ()
    counts_from: Literal["submitted", "accepted", "locked"] = "accepted"
    return_days: Annotated[int, Arg(ge=0, le=MOST_RETURN_DAYS)] = Arg(
        default=3,
        description="days that a return gives for the correction, also after the deadline; 0: the deadline stands",
    )
    office: Office | None = Arg(default=None, description="sender, recipients and templates of its documents")
    layers: tuple[Layer, ...] = ()
    choices: dict[Id, tuple[Choice, ...]] = Arg(default={})
    tables: dict[Id, Table] = Arg(default={}, description="rows that forms have as fixed rows")
    forms: tuple[Form, ...] = ()
    measures: tuple[Measure, ...] = ()
    carried: tuple[Carried, ...] = ()
    derived: tuple[Derived, ...] = ()
    tracks: tuple[Track, ...] = Arg(min_length=1)
    lists: tuple[UnitList, ...] = Arg(default=(), description="lists on which units come by a condition")
    listed: tuple[TimesListed, ...] = Arg(
        default=(), description="numbers of periods in which units are on a list, for later lists"
    )

    @model_validator(mode="after")
    def _put_tables_in(self) -> "Campaign":
        """Give each repeat with fixed rows its table, so that a form can be read by itself."""
        if self.tables:
            forms = tuple(_with_tables(form, self.tables) for form in self.forms)
            object.__setattr__(self, "forms", forms)
        return self

    @property
    def every_measure(self) -> tuple[Measure | Carried | Derived, ...]:
        """All that the id of a measure may name: measures, totals carried over, derived measures."""
        return (*self.measures, *self.carried, *self.derived)

    def track(self, track_id: str) -> Track:
        """The track of that id; KeyError if there is none."""
        return _by_id(self.tracks, track_id)

    def form(self, form_id: str) -> Form:
        """The form of that id; KeyError if there is none."""
        return _by_id(self.forms, form_id)

    def layer(self, layer_id: str) -> Layer:
        """The layer of that id; KeyError if there is none."""
        return _by_id(self.layers, layer_id)

    def period(self, period_id: str) -> Period:
        """The period of that id; KeyError if there is none."""
        return _by_id(self.periods, period_id)

    @property
    def templates(self) -> Mapping[str, str]:
        """Files of its own templates by what is made of them, below ``parameters``."""
        return self.office.templates if self.office else {}

    @property
    def member_kinds(self) -> dict[str, tuple[str, ...]]:
        """Kinds of unit that are members, each with the kinds it may hang under; none for a root."""
        return {kind.id: kind.parents for kind in self.unit_kinds if kind.role == "member"}

    @property
    def partner_kinds(self) -> tuple[str, ...]:
        """Kinds of unit that are only pointed at and surveyed."""
        return tuple(kind.id for kind in self.unit_kinds if kind.role == "partner")

    def kinds_above(self, *kind_ids: str) -> frozenset[str]:
        """Kinds that may be above one of the kinds, at any height."""
        return kinds_above({kind.id: kind.parents for kind in self.unit_kinds}, *kind_ids)

    def kinds_below(self, *kind_ids: str) -> frozenset[str]:
        """Kinds that may be below one of the kinds, at any depth."""
        return frozenset(
            kind.id for kind in self.unit_kinds if not self.kinds_above(kind.id).isdisjoint(kind_ids)
        )

    def unit_kind(self, kind_id: str) -> UnitKind:
        """The kind of that id; KeyError if there is none."""
        return _by_id(self.unit_kinds, kind_id)

    def kind_names(self, kind_ids: Iterable[str], lang: str) -> str:
        """Names of kinds, joined: 村、社区; KeyError for an id that is none."""
        return say("campaign.separator", lang).join(
            self.unit_kind(kind_id).name.words(lang) for kind_id in kind_ids
        )

    def options_of(self, measure: Measure) -> tuple[Choice, ...]:
        """Options that a measure of what was chosen tells apart, in order; empty for any other measure."""
        form = next((form for form in self.forms if form.id == measure.form), None)
        if measure.aggregate != "chosen" or form is None:
            return ()
        field = dict(form.leaves()).get(measure.field or "")
        return self.choices.get(field.choices or "", ()) if field is not None else ()

    def sources_of(self, track: Track, layer_id: str) -> tuple[Source, ...]:
        """Sources of a layer in a track; where the file names none, the layer itself is the only one."""
        used = _by_id(track.layers, layer_id)
        return used.sources or (Source(id=layer_id, name=self.layer(layer_id).name),)

    def marking_sources(self, track: Track, layer_id: str, line: Criterion) -> tuple[Source, ...]:
        """Sources of a layer in a track that mark a line."""
        sources = self.sources_of(track, layer_id)
        return tuple(
            source for source, marks in zip(sources, find_marking(line, sources), strict=True) if marks
        )


def _with_tables(form: Form, tables: Mapping[str, Table]) -> Form:
    return form.model_copy(update={"fields": _fields_with_tables(form.fields, tables)})


def _fields_with_tables(fields: tuple[Field, ...], tables: Mapping[str, Table]) -> tuple[Field, ...]:
    return tuple(
        field.model_copy(
            update={
                "table": tables.get(field.rows) if field.rows is not None else None,
                "fields": _fields_with_tables(field.fields, tables),
            }
        )
        if field.fields
        else field
        for field in fields
    )


def kinds_above(parents: Mapping[str, tuple[str, ...]], *kind_ids: str) -> frozenset[str]:
    """Kinds that a unit of these kinds may hang under, at any height; itself only if it may hang under its like.

    >>> sorted(kinds_above({"village": ("town",), "town": ("county", "town")}, "village"))
    ['county', 'town']
    """
    above: set[str] = set()
    ahead = [parent for kind in kind_ids for parent in parents.get(kind, ())]
    while ahead:
        parent = ahead.pop()
        if parent not in above:
            above.add(parent)
            ahead.extend(parents.get(parent, ()))
    return frozenset(above)


def _by_id(items: tuple[_T, ...], wanted: str) -> _T:
    for item in items:
        if getattr(item, "id", None) == wanted:
            return item
    raise KeyError(wanted)
