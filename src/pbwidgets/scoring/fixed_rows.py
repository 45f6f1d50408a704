"""Repeats with fixed rows: which rows of the table each unit has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pbwidgets.campaign.expressions import Expression, parse
from pbwidgets.campaign.model import Field, Form
from pbwidgets.campaign.names import UNIT_NAMES, places, row_names, rows_of_unit
from pbwidgets.campaign.tables import Table
from pbwidgets.scoring.arrays import Bools, Ints, Objects, group_rows
from pbwidgets.scoring.register import Register


@dataclass(frozen=True)
class FixedRows:
    """The rows of one repeat.

    Attributes
    ----------
    repeat
        The repeat; its table has at least one row.
    table
        Its table.
    groups
        Number of the group of each unit of the register: units of one kind and domain have the same rows.
    had
        Whether a group has a row, groups × rows of the table.
    is_asked
        Whether it depends on other answers if the repeat is asked at all; who did not answer has no rows then.
    """

    repeat: Field
    table: Table
    groups: Ints
    had: Bools
    is_asked: bool

    @cached_property
    def ids(self) -> Objects:
        """Ids of the rows, in their order."""
        return np.array([row.id for row in self.table.rows], dtype=object)

    def cells(self, column: str) -> Objects:
        """What the rows have in a column of the table; None for an empty cell."""
        return np.array([row.cell(column) or None for row in self.table.rows], dtype=object)

    def names(self) -> dict[str, Objects]:
        """What expressions call ``row`` and ``row/<column>``: a value for each row."""
        made = [row_names(self.table, row) for row in self.table.rows]
        return {name: np.array([one[name] or None for one in made], dtype=object) for name in made[0]}

    def have(self, units: Ints, rows: Ints) -> Bools:
        """Whether the units at some positions have the rows at some places of the table, pair by pair."""
        made: Bools = self.had[self.groups[units], rows]
        return made

    def spread(self, units: Ints) -> tuple[Ints, Ints]:
        """All rows of some units: which of the units, and which row of the table."""
        at, rows = np.nonzero(self.had[self.groups[units]])
        return at.astype(np.int64), rows.astype(np.int64)


def find_fixed_rows(form: Form, register: Register) -> Iterator[FixedRows]:
    """Repeats of a form that have a table, each with the rows of the units of a register."""
    for place in places(form):
        repeat = place.field
        if repeat.type == "repeat" and repeat.table is not None and repeat.table.rows:
            texts = [field.relevant for field in (*place.around, repeat) if field.relevant is not None]
            of_unit = [parse(text) for text in texts if parse(text).names <= {*UNIT_NAMES}]
            groups, had = _find_had(repeat, repeat.table, of_unit, register)
            yield FixedRows(repeat, repeat.table, groups, had, is_asked=len(of_unit) < len(texts))


def _find_had(
    repeat: Field, table: Table, relevant: Sequence[Expression], register: Register
) -> tuple[Ints, Bools]:
    if not len(register) or not (repeat.when or relevant):
        return np.zeros(len(register), dtype=np.int64), np.ones((1, len(table.rows)), dtype=bool)
    domains = np.full(len(register), -1) if register.domains is None else pd.factorize(register.domains)[0]
    groups, first = group_rows([register.kind_codes, domains])
    had = np.zeros((len(first), len(table.rows)), dtype=bool)
    for group, unit in enumerate(zip(register.kinds_at(first), register.domains_at(first), strict=True)):
        given = {name: value or "" for name, value in zip(UNIT_NAMES, unit, strict=True)}
        kept = rows_of_unit(repeat, given) if all(one.holds(given) for one in relevant) else None
        ids = {row.id for row in kept.rows} if kept is not None else set()
        had[group] = [row.id in ids for row in table.rows]
    return groups, had
