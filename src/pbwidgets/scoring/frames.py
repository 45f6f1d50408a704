"""The frames that pass from step to step: their columns, once.

Each frame is a tidy pandas table with the columns below and a plain range index. A step takes frames and
gives a new one; no step changes its input. Codes and ids are ``string``, points and totals ``float64``
(missing is NaN), counts ``int64``, flags ``bool``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import date
from functools import cache
from typing import Final, Literal

import pandas as pd
from pandas.api.types import pandas_dtype

from pbwidgets.campaign.checklists import CHECK_STATES
from pbwidgets.campaign.model import Period

Dtype = Literal["string", "float64", "int64", "bool"]
Columns = Mapping[str, Dtype]

# -- what is recorded ----------------------------------------------------------------------------------

UNITS: Final[Columns] = {
    "unit_code": "string",
    "unit_name": "string",
    "kind": "string",
    "parent_code": "string",  # <NA> for a root
    "domain": "string",  # <NA> where the campaign knows no domains
    "valid_from": "string",  # ISO date or <NA>
    "valid_to": "string",  # ISO date, the last day on which the unit exists, or <NA>
    "merged_into": "string",  # unit that took it over, or <NA>
    "synthetic": "bool",  # made up for a demonstration
}
"""One row is a unit of the register."""

SUBMISSIONS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",  # track that lists the form; <NA> for a form outside all tracks
    "form_id": "string",
    "unit_code": "string",
    "occurrence": "int64",  # 0 for a form that is filled once; else the entry's number
    "version": "int64",
    "field": "string",  # path, as Form.leaves() gives it: good_deeds/held_on
    "row": "int64",  # row of the repeat, from 0; 0 outside repeats
    "value": "string",  # canonical text: 3, 2.5, 2026-05-01, choice id, choice ids with spaces; a file's SHA-256
    "state": "string",
}
"""One row is one field of one counted submission (the newest version in a state that counts)."""

RATINGS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "criterion_id": "string",
    "layer": "string",
    "source": "string",
    "rater_id": "string",  # pseudonym; never a name
    "points": "float64",  # what it counts as; NaN: it must be given anew
    "given_points": "float64",  # the rater's own mark where it counts as something else; else NaN
    "capped": "bool",  # it counts as the limit that the rater's own mark exceeds
    "comment": "string",
    "submission_version": "int64",  # version that the rater saw; 0 if none
    "stale": "bool",  # a newer version has come since
    "recused": "bool",  # the rater is recused for this unit: the mark stays on record and out of the mean
}
"""One row is one mark."""

VETOES: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "track_id": "string",  # <NA>: the unit in the whole campaign
    "kind": "string",  # id of the gate
    "basis": "string",
    "status": "string",  # in_force, appealed, lifted; appealed stays in force until it is lifted
}
"""One row is one veto on record."""

NOMINATIONS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "unit_code": "string",
    "by_unit": "string",
    "order": "int64",  # the nominating unit's own order, from 1
    "status": "string",  # in_force, withdrawn
}
"""One row is one nomination."""

ALLOTMENTS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "by_unit": "string",
    "allotted": "int64",
}
"""One row is how many one unit may nominate."""

DECISIONS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "unit_code": "string",
    "status": "string",  # selected, waiting, not_selected
    "decided_on": "string",  # ISO date
    "decided_by": "string",  # the body or post, never a rater
    "reason": "string",
}
"""One row is the decision on one unit, the newest that is in force."""

CARRIED: Final[Columns] = {
    "campaign": "string",  # the one that the total belongs to
    "period": "string",
    "track_id": "string",
    "unit_code": "string",
    "total": "float64",  # as it was rounded there
}
"""One row is the total of a unit in another campaign or period: what is needed of a RANKING frame."""

CLASS_DECISIONS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "unit_code": "string",
    "class_no": "int64",  # from 1, the top class
    "decided_on": "string",  # ISO date
    "decided_by": "string",  # the body or post, never a rater
    "reason": "string",
}
"""One row is one decision that puts a unit into a class; older ones stay on record."""

LIVES: Final[Columns] = {
    "campaign": "string",
    "period": "string",  # the period of its key: "*" for a form that lasts for the campaign
    "form_id": "string",
    "unit_code": "string",
    "occurrence": "int64",
    "row_id": "string",  # row of a table; empty for the entry itself
    "version": "int64",  # newest version that was handed in
    "opened_on": "string",  # ISO day of the first version that was handed in
    "begun_on": "string",  # ISO day since when its state has been one of begun or done; <NA> without a state field
    "done_on": "string",  # ISO day since when its state has been one of done; <NA> without a state field
    "claimed": "bool",  # the newest version says that it is done, and does not count yet
    "due_moved": "int64",  # how many times its due date was moved
    "refused": "int64",  # how many times it was said to be done and was not accepted
}
"""One row is an entry with a life, or a row of a table in it: what its versions tell that its answers do not."""

CONCESSIONS: Final[Columns] = {
    "campaign": "string",
    "period": "string",  # "*" for a form that lasts for the campaign
    "unit_code": "string",
    "check_id": "string",  # id of a check
    "part": "string",  # row or group of a check of rows; empty for the whole
    "excused": "bool",  # it does not apply to the unit
    "due_on": "string",  # ISO day until which it was put off; <NA>: as the campaign has it
    "granted_on": "string",  # ISO day
    "reason": "string",
    "times": "int64",  # how many times one was granted for it
}
"""One row is what a level granted a unit, the newest that is in force."""

# -- what is computed ----------------------------------------------------------------------------------

MEASURES: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "measure_id": "string",
    "value": "float64",
    "n": "int64",  # submissions or rows it is based on
    "missing": "bool",
    "not_applicable": "bool",
}
"""One row is unit × measure."""

MARKS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "criterion_id": "string",
    "layer": "string",
    "source": "string",
    "points": "float64",  # of all raters of the source, as the campaign says
    "n_raters": "int64",
    "weight": "float64",  # in per cent, as used: re-weighted where a source of the layer is missing
    "n_stale": "int64",
    "n_recused": "int64",
    "n_void": "int64",  # that must be given anew: outside the range of the line, or declared so at an opening
}
"""One row is unit × criterion × layer × source: what raters gave, before sources are weighted."""

POINTS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "track_id": "string",
    "criterion_id": "string",
    "layer": "string",
    "source": "string",  # computed, marks, corrected, group_mean, or heading
    "points": "float64",
    "max_points": "float64",
    "reachable": "float64",  # highest points it can bring this unit: 0 where it does not apply
    "reason_code": "string",  # scoring.per_missing_item …: a code of the catalogue
    "reason_args": "string",  # JSON object with the numbers of the reason
}
"""One row is unit × line × layer, and one for each heading that is settled as one, in whose place its lines count."""

TOTALS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "track_id": "string",
    "layer": "string",  # a layer, or `final`
    "total": "float64",
    "provisional": "bool",  # lines are missing, or an earlier layer is used instead
    "n_missing": "int64",
    "reachable": "float64",  # highest total without any bonus
}
"""One row is unit × layer, and one for the final total."""

RANKING: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "track_id": "string",
    "total": "float64",  # rounded as the campaign says
    "rank": "int64",  # competition rank, ties share the better one; 0 for a unit that is not ranked
    "tie_group": "int64",  # same number: still tied after all tie-breaks; 0: not tied
}
"""One row is a unit of a track."""

RANKS_WITHIN: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "track_id": "string",
    "within": "string",  # id of one of the track's ranks_within
    "group": "string",  # code of the unit above, or the domain
    "rank": "int64",  # competition rank within the group; 0 for a unit without a rank among all
    "size": "int64",  # ranked units of the group
    "tie_group": "int64",  # same number: tied within the group; 0: not tied
}
"""One row is unit × way of grouping the units of its track; none for a unit without a group."""

SELECTION: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "unit_name": "string",
    "track_id": "string",
    "status": "string",  # what the rules propose
    "holding": "string",  # what holds: a veto before the decision, and the decision before the proposal
    "rank": "int64",
    "total": "float64",
    "tie_group": "int64",
    "reason_code": "string",
    "reason_args": "string",
    "reason_zh": "string",
    "reason_en": "string",
    "waiting_order": "int64",  # place on the waiting list as it holds, from 1; 0 otherwise
    "recommended": "string",  # ids of recommendations, with spaces
    "decided": "string",  # status decided by the meeting, or <NA>
    "decided_on": "string",
    "decided_by": "string",
    "decided_reason": "string",
}
"""One row is a unit of a track: what the rules propose, beside what was decided."""

BALANCE: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "by_unit": "string",
    "allotted": "int64",
    "nominated": "int64",  # counted ones, after the cut at the allotment
    "refused": "int64",  # above the allotment
    "short": "int64",  # below the lowest number
    "vetoed": "int64",  # counted ones that a veto has taken out since
    "vacant": "int64",  # places of the allotment without a unit in the contest
    "selected": "int64",
}
"""One row is a nominating unit in a track."""

REFERENCE: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "criterion_id": "string",  # a line, a heading, or `total`
    "layer": "string",
    "n": "int64",
    "lowest": "float64",
    "quartile_1": "float64",
    "median": "float64",
    "quartile_3": "float64",
    "highest": "float64",
    "max_points": "float64",
}
"""One row is the published distribution of one criterion in one layer: aggregates only, never a unit's row."""

CLASSES: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "track_id": "string",
    "unit_code": "string",
    "unit_name": "string",
    "by_total": "int64",  # class by total or share alone, from 1; 0 without a total
    "proposed": "int64",  # after gates and flags
    "best": "int64",  # best class that the gates in force leave open, from 1
    "decided": "int64",  # 0: nobody has decided yet
    "decided_on": "string",
    "decided_by": "string",
    "decided_reason": "string",
    "reason_code": "string",
    "reason_args": "string",
    "reason_zh": "string",
    "reason_en": "string",
}
"""One row is a unit of a track with classes: what the rules propose, beside what was decided."""

MOVES: Final[Columns] = {
    "campaign": "string",
    "track_id": "string",
    "unit_code": "string",
    "class_before": "int64",  # 0: in no class yet
    "class_after": "int64",
    "move": "string",  # up, down, same, new
    "decided_on": "string",
    "decided_by": "string",
    "reason": "string",
}
"""One row is a unit between two days: from class to class, by the newest decision."""

ENTRIES: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "form_id": "string",
    "unit_code": "string",
    "occurrence": "int64",
    "row_id": "string",  # row of a table; empty for the entry itself
    "version": "int64",  # the version that counts
    "state": "string",  # id of the last dated step, or the option chosen; empty: none yet
    "next_step": "string",  # field that takes it further; empty once it is closed
    "is_closed": "bool",
    "claimed": "bool",  # said to be done by a version that does not count yet
    "opened_on": "string",  # ISO date: of the first step, else of the first version
    "due_on": "string",  # ISO date or <NA>
    "closed_on": "string",  # ISO date or <NA>
    "days": "int64",  # from opened_on to closed_on, or to the day while it is open
    "overdue_days": "int64",  # days after due_on, to closed_on or to the day; 0 if it is not late
    "due_moved": "int64",
    "refused": "int64",
    "flags": "string",  # skipped:<field>, late:<field>, closed_late, with spaces between
}
"""One row is an entry with a life, or a fixed row in it, as it stands on the day of the records."""

STANDINGS: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "unit_code": "string",
    "track_id": "string",
    "check_id": "string",
    "part": "string",  # row or group of a check of rows; empty for the whole
    "heading": "string",  # id of the heading; empty for none
    "state": "string",  # one of STANDING_STATES
    "value": "float64",  # rows: how many of them are reached; measures: the value; NaN: missing
    "least": "float64",
    "most": "float64",
    "due_on": "string",  # ISO date or <NA>
    "overdue_days": "int64",
    "due_moved": "int64",  # how often it was put off
}
"""One row is what one check says of one unit of a checklist track."""

LISTED: Final[Columns] = {
    "campaign": "string",
    "period": "string",
    "list_id": "string",
    "unit_code": "string",
    "proposed": "bool",  # the condition holds
    "decided": "string",  # selected, not_selected, or <NA>: nobody has decided, or nobody has to
    "decided_on": "string",
    "on_list": "bool",  # decided where it must be decided, else proposed
    "reason_code": "string",
    "reason_args": "string",
}
"""One row is a unit that a list concerns: whether it is on it, and why."""

# -- states and statuses -------------------------------------------------------------------------------

SELECTED, TIED_AT_CUT, WAITING, NOT_SELECTED = "selected", "tied_at_cut", "waiting", "not_selected"
ASSESSED: Final = "assessed"
"""Of a unit in a track without places: it has its points and its rank, and nobody is selected."""
NOT_NOMINATED, INELIGIBLE, BARRED, CAPPED, DISQUALIFIED, NO_DATA = (
    "not_nominated",
    "ineligible",
    "barred",
    "capped",
    "disqualified",
    "no_data",
)
VETOED: Final = (BARRED, CAPPED, DISQUALIFIED)
CONTENDING: Final = (SELECTED, TIED_AT_CUT, WAITING, NOT_SELECTED)
"""Statuses of units that a meeting may select; units of other statuses may have a rank as well."""
STATUSES: Final = (*CONTENDING, ASSESSED, NOT_NOMINATED, INELIGIBLE, *VETOED, NO_DATA)
(
    REACHED, CLAIMED, UNDER_WAY, DUE_SOON, NOT_BEGUN, OVERDUE, SHORT, EXCESS, NOT_APPLICABLE, NO_TARGET,
) = CHECK_STATES  # fmt: skip
STANDING_STATES: Final = CHECK_STATES
FINAL: Final = "final"
IN_FORCE: Final = ("in_force", "appealed")


@dataclass(frozen=True)
class Records:
    """Everything that scoring reads of one campaign and period, as frames.

    Units are those of the register on the period's day. ``carried`` holds totals of other campaigns and
    periods, as :func:`~pbwidgets.scoring.carried.list_carried` names them; without them such lines are missing.
    ``class_decisions`` holds those of all periods, because moves reach back. ``listed`` holds the lists of earlier
    periods, which a measure that counts them reads. Decisions on lists stand among ``decisions``, with the id of the
    list as their track. ``day`` is the day on which the records
    were read, and ``today()`` of measures and rules; none, or one outside the period, stands for the nearest day of it.
    """

    units: pd.DataFrame
    submissions: pd.DataFrame
    ratings: pd.DataFrame
    vetoes: pd.DataFrame
    nominations: pd.DataFrame
    allotments: pd.DataFrame
    decisions: pd.DataFrame
    carried: pd.DataFrame = field(default_factory=lambda: to_frame([], CARRIED))
    class_decisions: pd.DataFrame = field(default_factory=lambda: to_frame([], CLASS_DECISIONS))
    lives: pd.DataFrame = field(default_factory=lambda: to_frame([], LIVES))
    concessions: pd.DataFrame = field(default_factory=lambda: to_frame([], CONCESSIONS))
    listed: pd.DataFrame = field(default_factory=lambda: to_frame([], LISTED))
    day: date | None = None

    def today(self, period: Period) -> date:
        """What ``today()`` gives: the records' day within the period; its last day if they have none."""
        return period.ends if self.day is None else min(max(self.day, period.begins), period.ends)


@dataclass(frozen=True)
class Scores:
    """Everything that scoring gives for one campaign and period, as frames."""

    measures: pd.DataFrame
    marks: pd.DataFrame
    points: pd.DataFrame
    totals: pd.DataFrame
    ranking: pd.DataFrame
    ranks_within: pd.DataFrame
    selection: pd.DataFrame
    balance: pd.DataFrame
    classes: pd.DataFrame
    reference: pd.DataFrame
    entries: pd.DataFrame = field(default_factory=lambda: to_frame([], ENTRIES))
    standings: pd.DataFrame = field(default_factory=lambda: to_frame([], STANDINGS))
    lists: pd.DataFrame = field(default_factory=lambda: to_frame([], LISTED))


COLUMNS: Final[Mapping[str, Columns]] = {
    "units": UNITS,
    "submissions": SUBMISSIONS,
    "ratings": RATINGS,
    "vetoes": VETOES,
    "nominations": NOMINATIONS,
    "allotments": ALLOTMENTS,
    "decisions": DECISIONS,
    "carried": CARRIED,
    "class_decisions": CLASS_DECISIONS,
    "lives": LIVES,
    "concessions": CONCESSIONS,
    "listed": LISTED,
    "measures": MEASURES,
    "marks": MARKS,
    "points": POINTS,
    "totals": TOTALS,
    "ranking": RANKING,
    "ranks_within": RANKS_WITHIN,
    "selection": SELECTION,
    "balance": BALANCE,
    "classes": CLASSES,
    "reference": REFERENCE,
    "entries": ENTRIES,
    "standings": STANDINGS,
    "lists": LISTED,
}
"""Columns by the name of the frame, as in :class:`Records` and :class:`Scores`."""

RECORD_FRAMES: Final = tuple(item.name for item in dataclass_fields(Records) if item.name in COLUMNS)
"""Names of the frames of :class:`Records`."""


def to_frame(rows: object, columns: Columns) -> pd.DataFrame:
    """Frame with exactly these columns and dtypes, from rows, a mapping of columns, or another frame.

    Columns that are absent are filled with missing values (0 for counts, False for flags); others are dropped.

    Raises
    ------
    ValueError, TypeError
        If a value does not fit its column.
    """
    given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)  # type: ignore[call-overload]
    if not len(given):
        return _empty_frame(tuple(columns.items())).copy()
    dtypes = dict(given.dtypes.items())
    if all(dtypes.get(name) == pandas_dtype(dtype) for name, dtype in columns.items()):
        return given[list(columns)].reset_index(drop=True)
    absent = pd.Series([None] * len(given), dtype=object)
    return pd.DataFrame(
        {name: _cast(given.get(name, absent), dtype).array for name, dtype in columns.items()}
    )


def _cast(column: pd.Series, dtype: Dtype) -> pd.Series:
    if dtype == "int64":
        column = pd.to_numeric(column).fillna(0)
    elif dtype == "bool":
        column = column.astype("boolean").fillna(False)
    elif dtype == "float64":
        column = pd.to_numeric(column)
    return column.astype(dtype)


@cache
def _empty_frame(columns: tuple[tuple[str, Dtype], ...]) -> pd.DataFrame:
    """Made once: scoring a single unit asks for dozens of them, column by column the dearest part of it."""
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in columns})


def empty_records() -> Records:
    """Records without a row."""
    return Records(**{name: to_frame([], COLUMNS[name]) for name in RECORD_FRAMES}, day=None)
