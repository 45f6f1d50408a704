"""Answers of one form as arrays: which entries there are, and the rows that a measure counts.

An *entry* is one counted submission of one unit; a *row* is one line of a repeat in it (row 0 for fields
outside repeats).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.model import Field, Form
from pbwidgets.campaign.names import ROW, UNIT_KIND, UNIT_NAMES, places
from pbwidgets.scoring.arrays import Bools, Ints, Objects, group_rows, positions_in, to_objects
from pbwidgets.scoring.conditions import find_holding
from pbwidgets.scoring.fixed_rows import FixedRows, find_fixed_rows
from pbwidgets.scoring.register import Register


@dataclass(frozen=True)
class Entries:
    """Counted submissions of one form: unit (position in the register), occurrence and version of each."""

    units: Ints
    occurrences: Ints
    versions: Ints

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True)
class Items:
    """Rows that a measure may count: entry, row of the repeat, value (None for whole rows and entries)."""

    entries: Ints
    rows: Ints
    values: Objects

    def __len__(self) -> int:
        return len(self.entries)

    def keep(self, wanted: Bools) -> "Items":
        """Items to keep, bool for each."""
        return Items(self.entries[wanted], self.rows[wanted], self.values[wanted])


@dataclass(frozen=True)
class AnswersTable:
    """All counted answers of one form.

    Attributes
    ----------
    form
        Its definition.
    entries
        Its counted submissions.
    answers
        Items by field path, empty answers left out. Rows of a table are numbered as in the table, with its columns
        as ``lines/row`` and ``lines/row/due``.
    register
        Units of the period.
    """

    form: Form
    entries: Entries
    answers: Mapping[str, Items]
    register: Register

    def is_repeat(self, path: str) -> bool:
        """Whether the path is a repeat, whose rows are counted, rather than a field."""
        return any(leaf.startswith(f"{path}/") for leaf, _ in self.form.leaves())

    def find_repeat(self, repeat_id: str) -> Field | None:
        """The repeat of that id; None if the form has none."""
        repeats = (place.field for place in places(self.form) if place.field.type == "repeat")
        return next((repeat for repeat in repeats if repeat.id == repeat_id), None)

    def find_none(self, repeat_id: str) -> Items:
        """Entries in which a repeat is answered with "none of these"."""
        return self.answers.get(repeat_id, no_items())

    def field_type(self, path: str) -> str:
        """Type of the field of that path, or an empty text for a repeat."""
        return next((field.type for leaf, field in self.form.leaves() if leaf == path), "")

    def items(self, path: str | None) -> Items:
        """Entries (no path), rows of a repeat, or answers to a field; in a fixed order."""
        if path is None:
            count = len(self.entries)
            return Items(
                np.arange(count), np.zeros(count, dtype=np.int64), np.full(count, None, dtype=object)
            )
        if not self.is_repeat(path):
            return self.answers.get(path, no_items())
        fixed = self.answers.get(f"{path}/{ROW}")
        if fixed is not None:
            return Items(fixed.entries, fixed.rows, np.full(len(fixed), None, dtype=object))
        parts = [items for field, items in self.answers.items() if field.startswith(f"{path}/")]
        if not parts:
            return no_items()
        entries = np.concatenate([part.entries for part in parts])
        rows = np.concatenate([part.rows for part in parts])
        pairs = np.unique(np.stack([entries, rows], axis=1), axis=0)
        return Items(pairs[:, 0], pairs[:, 1], np.full(len(pairs), None, dtype=object))

    def values_at(self, path: str, items: Items) -> Objects:
        """Value of each item in another field: of the same row, or of the form for a field outside repeats."""
        if "/" in path:
            return _look_up(self.answers.get(path, no_items()), items)
        whole = Items(items.entries, np.zeros(len(items), dtype=np.int64), items.values)
        return _look_up(self.answers.get(path, no_items()), whole)

    def find_rows(self, expression: str, items: Items, repeat: str, today: date) -> Bools:
        """Items for which an expression holds, over fields of the same row of ``repeat`` or of the form."""
        names = parse(expression).names
        columns = {name: self._column(name, items, repeat) for name in names}
        return find_holding(expression, columns, len(items), today)

    def _column(self, name: str, items: Items, repeat: str) -> Objects:
        if name in UNIT_NAMES:
            units = self.entries.units[items.entries]
            return self.register.kinds_at(units) if name == UNIT_KIND else self.register.domains_at(units)
        own = name if name.startswith(f"{repeat}/") else f"{repeat}/{name}"
        if repeat and (own in self.answers or self.field_type(own)):
            return _look_up(self.answers.get(own, no_items()), items)
        if "/" in name or self.is_repeat(name):
            return _collect(self.items(name), items)
        return self.values_at(name, items)


def in_states(submissions: pd.DataFrame, states: tuple[str, ...]) -> pd.DataFrame:
    """Submissions in one of the states, ``accepted`` meaning acceptance at any level; all if no state is given.

    >>> rows = pd.DataFrame({"state": ["submitted", "accepted:county", "locked"]})
    >>> in_states(rows, ("accepted", "locked"))["state"].tolist()
    ['accepted:county', 'locked']
    """
    if not states:
        return submissions
    state = submissions["state"]
    wanted = state.isin(states) | state.str.partition(":")[0].isin(states)
    return submissions[wanted.to_numpy(dtype=bool, na_value=False)]


def build_answers(form: Form, submissions: pd.DataFrame, register: Register) -> AnswersTable:
    """Answers of one form by units of the register; those of units that are not in it are left out.

    Parameters
    ----------
    form
        Definition of the form.
    submissions
        Frame with the columns ``SUBMISSIONS``, of any forms.
    register
        Units of the period.
    """
    rows = submissions[(submissions["form_id"] == form.id).to_numpy(dtype=bool, na_value=False)]
    units = positions_in(rows["unit_code"], register.codes)
    known = units >= 0
    rows, units = rows[known], units[known]
    rows = rows.assign(unit=units).sort_values(["unit", "occurrence", "field", "row"], kind="stable")
    sorted_units = rows["unit"].to_numpy(dtype=np.int64)
    occurrences = rows["occurrence"].to_numpy(dtype=np.int64)
    if not len(rows):
        empty = np.zeros(0, dtype=np.int64)
        return AnswersTable(form, Entries(empty, empty, empty), {}, register)
    entry, first = group_rows([sorted_units, occurrences])
    versions = rows["version"].to_numpy(dtype=np.int64)
    entries = Entries(sorted_units[first], occurrences[first], versions[first])
    answers = dict(_split(rows, entry))
    for fixed in find_fixed_rows(form, register):
        answers |= _place_rows(fixed, answers, entries)
    return AnswersTable(form, entries, answers, register)


def _place_rows(fixed: FixedRows, answers: Mapping[str, Items], entries: Entries) -> dict[str, Items]:
    """Answers in the rows of a table, numbered as the table has them, with the table's columns beside them.

    Every entry has all rows of its unit, answered or not; answers to others, which a table once had, are left out.
    """
    repeat = fixed.repeat.id
    told = answers.get(f"{repeat}/{ROW}", no_items())
    of_table = pd.Index(fixed.ids).get_indexer(pd.Index(told.values, dtype=object))
    made = {}
    for path in [path for path in answers if path.startswith(f"{repeat}/")]:
        items = answers[path]
        rows = np.append(of_table, -1)[find_places(told, items)]
        kept = rows >= 0
        kept[kept] = fixed.have(entries.units[items.entries[kept]], rows[kept])
        made[path] = Items(items.entries[kept], rows[kept], items.values[kept])
    at, rows = fixed.spread(entries.units)
    if fixed.is_asked:
        asked = np.isin(at, told.entries)
        at, rows = at[asked], rows[asked]
    for name, values in fixed.names().items():
        there = pd.notna(values[rows])
        made[f"{repeat}/{name}"] = Items(at[there], rows[there], values[rows[there]])
    return made


def _split(rows: pd.DataFrame, entry: Ints) -> Iterable[tuple[str, Items]]:
    values = to_objects(rows["value"])
    line = rows["row"].to_numpy(dtype=np.int64)
    codes, paths = pd.factorize(rows["field"].astype(object))
    given = np.array([value not in (None, "") for value in values], dtype=bool)
    for at, path in enumerate(paths):
        here = (codes == at) & given
        yield path, Items(entry[here], line[here], values[here])


def no_items() -> Items:
    """Items of what nobody answered."""
    empty = np.zeros(0, dtype=np.int64)
    return Items(empty, empty, np.zeros(0, dtype=object))


def _look_up(answers: Items, items: Items) -> Objects:
    """Value of each item in the answers of another field; the first where one row holds several."""
    found = np.full(len(items), None, dtype=object)
    at = find_places(answers, items)
    found[at >= 0] = answers.values[at[at >= 0]]
    return found


def find_places(answers: Items, items: Items) -> Ints:
    """Place of each item's entry and row among other items, the first of several; -1 where there is none."""
    width = 1 + max(answers.rows.max(initial=0), items.rows.max(initial=0))
    keys = pd.Index(answers.entries * width + answers.rows)
    once = np.flatnonzero(~keys.duplicated())
    at = keys[once].get_indexer(items.entries * width + items.rows)
    made: Ints = np.append(once, -1)[at].astype(np.int64)
    return made


def _collect(answers: Items, items: Items) -> Objects:
    """All values of a repeat's field in the entry of each item, as tuples; rows count as 1 each."""
    values = pd.Series(answers.values, dtype=object).where(lambda column: column.notna(), 1)
    lists = values.groupby(answers.entries).agg(tuple)
    return to_objects(lists.reindex(items.entries))
