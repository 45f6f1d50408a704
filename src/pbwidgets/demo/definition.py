"""The definition of a demonstration, in ``parameters/demo/<campaign>.yaml``."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field as Arg
from pydantic import NonNegativeInt, PositiveInt

from pbwidgets.campaign.definition import Definition

Days = Annotated[int, Arg(ge=-366, le=366, description="days from today; before it: negative")]
Share = Annotated[float, Arg(ge=0, le=1)]


class RootUnit(Definition):
    """A unit at the top."""

    kind: str
    code: Annotated[str, Arg(pattern=r"^99\d*$", description="invented codes begin with 99")]
    name: str


class UnitsOfKind(Definition):
    """How units of one kind are made, below those of another or of their own that come before them."""

    kind: str
    under: str
    count: PositiveInt
    prefix: Annotated[str, Arg(pattern=r"^99[0-9a-z]*$")] | None = Arg(
        default=None,
        description="codes of their own, numbered through: 99zb001; none: the parent's code and a number",
    )
    digits: NonNegativeInt = Arg(
        default=3, description="digits of the number; 0 behind the parent's code: a free code, -P01"
    )
    stems: tuple[str, ...] = Arg(min_length=1)
    endings: tuple[str, ...] = Arg(default=("",), min_length=1)
    whole: tuple[str, ...] = Arg(default=(), description="stems that are a name by themselves")


class Answering(Definition):
    """How one field is answered; in a pair, poor units are near the first value, good ones near the second."""

    chance: Share | tuple[Share, Share] | None = Arg(
        default=None, description="of yes, or of each option of a multiple choice"
    )
    between: tuple[float, float] | None = None
    rows: tuple[NonNegativeInt, NonNegativeInt] | None = Arg(
        default=None, description="rows of a repeat, files of an upload"
    )
    texts: tuple[str, ...] = ()
    one_of: tuple[str, ...] = Arg(
        default=(),
        description="paths form/field: one of the unit's own answers there, which comes before this form",
    )
    options: dict[str, Share] | None = Arg(
        default=None, description="weights of the options of a single choice"
    )
    step: float = Arg(default=0.1, gt=0, description="to what a decimal number is rounded")
    part_of: str | None = Arg(
        default=None, description="number field of the same row that this one is a part of"
    )
    share: tuple[Share, Share] = (0.0, 1.0)
    in_turn: str | None = Arg(
        default=None,
        description="field of a repeat that takes one option, or one of its texts, after another",
    )
    done: tuple[Share, Share] | None = Arg(
        default=None, description="of fixed rows with a state: chance that one that is due is done"
    )
    ahead: tuple[Share, Share] = Arg(
        default=(0.1, 0.6), description="of fixed rows with a state: chance that one is done before it is due"
    )
    days: tuple[Days, Days] | None = Arg(
        default=None, description="of a date: days from today, or from another date of the same entry"
    )
    after: str | None = Arg(default=None, description="date field of the same entry from which days count")
    drawn: Literal["untidy", "tidy"] | None = Arg(
        default=None, description="of an image: a picture of a room before or after it was put right"
    )
    like: str | None = Arg(default=None, description="image field that shows the same room")


class Marking(Definition):
    """How raters mark."""

    shares: tuple[Share, Share]
    scatter: Share
    step: float = Arg(gt=0)
    generosity: dict[str, float] = Arg(default={})
    raters: dict[str, PositiveInt] = Arg(default={})
    last_layer: Literal["nominated", "all"] = Arg(
        default="nominated", description="which units the last layer marks in a track with nominations"
    )
    discretion_chance: Share = 0.0
    discretion_reasons: dict[Literal["up", "down"], tuple[str, ...]] = Arg(default={})


class Nominating(Definition):
    """How units are nominated for a track."""

    allotments: tuple[PositiveInt, ...] = ()
    use_all: Share = 1.0
    per_unit: tuple[NonNegativeInt, NonNegativeInt] | None = None


class Recording(Definition):
    """Running records."""

    share: Share
    texts: tuple[str, ...]


class Incident(Definition):
    """An entry in a log that says something awkward; the answer to a field of type ``date`` is in days from today."""

    case: Literal["incident"]
    form: str
    unit: str
    answers: dict[str, int | float | str | tuple[str, ...]]


class VetoCase(Definition):
    """A veto on record."""

    case: Literal["veto"]
    unit: str
    gate: str
    basis: str


class TieAtCut(Definition):
    """The first unit below the places has the same answers and marks as the last one within them."""

    case: Literal["tie_at_cut"]
    track: str


class NominationCase(Definition):
    """A unit that nominates more than it may, fewer than it should, or has not nominated all it may yet."""

    case: Literal["above_allotment", "below_lowest", "not_all_nominated"]
    track: str
    by: str
    allotted: PositiveInt
    nominated: PositiveInt


class NoSubmission(Definition):
    """A unit that has handed in nothing."""

    case: Literal["no_submission"]
    unit: str


class MissingMarks(Definition):
    """Marks that were never given, all of a layer or those of some lines."""

    case: Literal["missing_marks"]
    unit: str
    layer: str
    criteria: tuple[str, ...] = ()


class ReturnedCase(Definition):
    """A submission that was returned with a reason.

    Under the extension it was handed in late and returned yesterday, so that its filler has to correct it now.
    """

    case: Literal["returned"]
    form: str
    unit: str
    level: str
    reason: str
    field: str | None = None
    extended: bool = False


class Merged(Definition):
    """A unit that merged into another during the period."""

    case: Literal["merged"]
    unit: str
    into: str
    on: Days


class StaleMark(Definition):
    """A submission handed in again after it was marked."""

    case: Literal["stale_mark"]
    form: str
    unit: str
    reason: str
    addition: str = Arg(description="what the unit adds to its first text")


class DraftCase(Definition):
    """A form that is half filled in, under the extension."""

    case: Literal["draft"]
    form: str
    unit: str


class WaitingCase(Definition):
    """Submissions that came in late, under the extension, and wait for a level: nobody above has marked them."""

    case: Literal["waiting"]
    form: str
    under: str
    level: str
    count: PositiveInt


class Recused(Definition):
    """A rater who may not mark this unit."""

    case: Literal["recused"]
    unit: str
    layer: str
    reason: str


class LineCase(Definition):
    """A fixed row with the state that it has got on a day; where it waits, nobody has accepted it yet."""

    case: Literal["line"]
    form: str
    unit: str
    repeat: str
    row: str
    state: str
    since: Days = -20
    waits: bool = False
    photos: NonNegativeInt = 0


class Says(Definition):
    """A unit that gives some answers of its own."""

    case: Literal["says"]
    form: str
    unit: str
    answers: dict[str, int | float | str | tuple[str, ...]]


class NewDay(Definition):
    """An entry whose due day a level moved: what was said to be done was not accepted, or the unit asked for it."""

    case: Literal["not_accepted", "put_off"]
    form: str
    unit: str
    entry: str = Arg(description="what the entry is called")
    on: Days
    until: Days
    reason: str


class CheckCase(Definition):
    """A check that a level excuses a unit from, or, with ``until``, puts off."""

    case: Literal["excused", "check_put_off"]
    unit: str
    check: str
    part: str = ""
    on: Days
    until: Days | None = None
    reason: str


class DecidedList(Definition):
    """What was decided about the units of a list."""

    case: Literal["decided"]
    list: str
    on: Days
    by: str = Arg(description="who decided")
    reason: str
    selected: tuple[str, ...] = ()
    not_selected: tuple[str, ...] = ()


Case = Annotated[
    Incident
    | VetoCase
    | TieAtCut
    | NominationCase
    | NoSubmission
    | MissingMarks
    | ReturnedCase
    | Merged
    | StaleMark
    | DraftCase
    | WaitingCase
    | Recused
    | LineCase
    | Says
    | NewDay
    | CheckCase
    | DecidedList,
    Arg(discriminator="case"),
]


class Extension(Definition):
    """The extension on record for what came in late, or is still to come."""

    until: Days
    reason: str


class Demo(Definition):
    """A demonstration: units, how they answer and are marked, and the awkward cases.

    All days are relative to today: the day on which one phase of the last period begins, or, for a campaign of several
    periods, a day of the campaign's own, which moves to today with all days that the campaign names. ``{year}`` in a
    text is the year of the documents of some months ago.
    """

    format: Literal[1]
    campaign: str
    usual: bool = Arg(
        default=False,
        description="filled last of all: the campaign that was opened last is meant where none is named",
    )
    phase: str = Arg(
        default="", description="phase of the campaign's last period that begins today, without `today`"
    )
    today: date | None = Arg(
        default=None,
        description="day of the campaign's own that is today: its period is the current one, those before are closed",
    )
    rounds: tuple[Days, ...] = Arg(
        default=(-30,), description="days on which forms that last for the campaign are brought up to date"
    )
    accounts: Annotated[str, Arg(pattern=r"^([a-z][a-z0-9_]*-)?$")] = Arg(
        default="",
        description="what the names of its accounts begin with, where a store has several campaigns",
    )
    roots: tuple[RootUnit, ...] = Arg(min_length=1)
    kinds: tuple[UnitsOfKind, ...]
    domains: dict[str, str] = Arg(default={}, description="domains in the register, by codes of units")
    answers: dict[str, dict[str, Answering]]
    entries: dict[str, tuple[NonNegativeInt, NonNegativeInt]] = Arg(
        default={}, description="entries of a log, of poor units and of good ones"
    )
    for_all: dict[str, tuple[dict[str, int | float | str | tuple[str, ...]], ...]] = Arg(
        default={},
        description="entries of a log that every unit has; the answer to a field of type date is in days from today",
    )
    marks: Marking = Marking(shares=(0.0, 1.0), scatter=0.0, step=1.0)
    nominations: dict[str, Nominating] = Arg(default={})
    running_record: Recording | None = None
    extension: Extension | None = None
    cases: tuple[Case, ...] = ()
