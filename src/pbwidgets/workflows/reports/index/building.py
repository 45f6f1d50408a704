"""A composite index from files: read, check together, compute."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import Column, Reading, Table
from pbwidgets.intake.files import open_sheets
from pbwidgets.intake.table import Others, choose_table
from pbwidgets.intake.workbook import Sheet
from pbwidgets.scoring.index import (
    DICTIONARY,
    Dictionary,
    Index,
    IndexData,
    Step,
    build_index,
    data_columns,
    denominator_columns,
    parse_data,
    parse_denominators,
    parse_dictionary,
)

T = TypeVar("T")

IndexInputs = tuple[Dictionary, IndexData, pd.DataFrame | None]
"""Dictionary, data, and denominators if there are any."""


Given = Path | str | pd.DataFrame
"""A table: a CSV file, a workbook, or a frame."""


def compute_index(
    data: Given, dictionary: Given, steps: Sequence[Step], *, denominators: Given | None = None
) -> Reading[Index]:
    """Index of the units in a table, defined by a dictionary; each is a file or a frame.

    Parameters
    ----------
    data
        A column 单位 (or unit), one per indicator, and any other columns as groups.
    dictionary
        One row per indicator and aggregate.
    steps
        Steps, for example from :func:`~pbwidgets.scoring.index.plan_steps`.
    denominators
        A column 单位 (or unit) and the denominators that the dictionary names.

    Raises
    ------
    ProblemsError
        With all problems of all files; nothing is computed.
    DataError
        If a step fails: a value for which a method is not defined, or missing denominators.
    """
    read = read_inputs(data, dictionary, denominators)
    known, values, divisors = read.content
    groups = [step.arguments["group"] for step in steps if "group" in step.arguments]
    columns = values.groups.columns
    unknown = [
        Problem(
            "index.unknown_group",
            _name(data, "data"),
            "0" if isinstance(data, pd.DataFrame) else "1",
            spelling(group, columns),
        )
        for group in groups
        if group not in columns
    ]
    if unknown:
        raise ProblemsError(unknown)
    return Reading(build_index(known, values, steps, divisors), read.notes)


def read_inputs(data: Given, dictionary: Given, denominators: Given | None = None) -> Reading[IndexInputs]:
    """Dictionary, data and denominators of an index, for building it step by step.

    Raises
    ------
    ProblemsError
        With all problems of all files; if the dictionary has any, of the others only whether they can be opened,
        since it names their columns.
    """
    of_lines = _table_of(dictionary, "dictionary", DICTIONARY)
    known, problems = parse_dictionary(of_lines)
    if known is None:
        raise ProblemsError((*problems, *_find_unopened(data, denominators)))
    of_units, values, wrong = _read(data, "data", data_columns(known), lambda table: parse_data(table, known))
    by: Table | None = None
    divisors: pd.DataFrame | None = None
    more: tuple[Problem, ...] = ()
    if denominators is not None:
        units = values.values.index if values else None
        columns = denominator_columns(known)
        by, divisors, more = _read(
            denominators, "denominators", columns, lambda table: parse_denominators(table, known, units)
        )
    if wrong or more or values is None:
        raise ProblemsError((*wrong, *more))
    notes = [note for table in (of_lines, of_units, by) if table for note in table.notes]
    return Reading((known, values, divisors), tuple(notes))


def _find_unopened(*tables: Given | None) -> Iterator[Problem]:
    for given in tables:
        try:
            if given is not None and not isinstance(given, pd.DataFrame):
                open_sheets(Path(given))
        except ProblemsError as error:
            yield from error.problems


def _read(
    given: Given,
    frame: str,
    columns: Sequence[Column],
    parse: Callable[[Table], tuple[T, tuple[Problem, ...]]],
) -> tuple[Table | None, T | None, tuple[Problem, ...]]:
    """Table, content and problems of a table whose other columns are kept."""
    try:
        table = _table_of(given, frame, columns, others="kept")
    except ProblemsError as error:
        return None, None, error.problems
    return table, *parse(table)


def _table_of(given: Given, frame: str, columns: Sequence[Column], *, others: Others = "refused") -> Table:
    """Table of a file or a frame."""
    sheets = [_to_sheet(given)] if isinstance(given, pd.DataFrame) else open_sheets(Path(given))
    return choose_table(sheets, _name(given, frame), columns, others=others)


def _to_sheet(given: pd.DataFrame) -> Sheet:
    """A frame as a sheet; rows of data are counted from 1, its headings are row 0."""
    frame = given.reset_index() if given.index.name is not None else given
    infinite = frame.isin([float("inf"), float("-inf")])  # no number: refused as a text
    cells = frame.astype(object).where(frame.notna(), None).mask(infinite, "inf").to_numpy().tolist()
    return Sheet("", [[str(name) for name in frame.columns], *cells], list(range(len(cells) + 1)))


def _name(given: Given, frame: str) -> str:
    """What problems call a table: its file, or what a frame was given as."""
    return frame if isinstance(given, pd.DataFrame) else str(given)
