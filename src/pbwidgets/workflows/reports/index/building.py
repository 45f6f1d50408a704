"""A composite index from files: read, check together, compute."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import Column, Reading, Table, read_table
from pbwidgets.intake.files import open_sheets
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


def compute_index(
    data: Path, dictionary: Path, steps: Sequence[Step], *, denominators: Path | None = None
) -> Reading[Index]:
    """Index of the units in a data file, defined by a dictionary file.

    Parameters
    ----------
    data
        CSV file or workbook: a column 单位 (or unit), one per indicator, and any other columns as groups.
    dictionary
        CSV file or workbook: one row per indicator and aggregate.
    steps
        Steps, for example from :func:`~pbwidgets.scoring.index.plan_steps`.
    denominators
        CSV file or workbook: a column 单位 (or unit) and the denominators that the dictionary names.

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
        Problem("index.unknown_group", str(data), "1", spelling(group, columns))
        for group in groups
        if group not in columns
    ]
    if unknown:
        raise ProblemsError(unknown)
    return Reading(build_index(known, values, steps, divisors), read.notes)


def read_inputs(data: Path, dictionary: Path, denominators: Path | None = None) -> Reading[IndexInputs]:
    """Dictionary, data and denominators of an index, for building it step by step.

    Raises
    ------
    ProblemsError
        With all problems of all files; if the dictionary has any, of the others only whether they can be opened,
        since it names their columns.
    """
    of_lines = read_table(dictionary, DICTIONARY)
    known, problems = parse_dictionary(of_lines)
    if known is None:
        raise ProblemsError((*problems, *_find_unopened(data, denominators)))
    of_units, values, wrong = _read(data, data_columns(known), lambda table: parse_data(table, known))
    by: Table | None = None
    divisors: pd.DataFrame | None = None
    more: tuple[Problem, ...] = ()
    if denominators:
        units = values.values.index if values else None
        by, divisors, more = _read(
            denominators, denominator_columns(known), lambda table: parse_denominators(table, known, units)
        )
    if wrong or more or values is None:
        raise ProblemsError((*wrong, *more))
    notes = [note for table in (of_lines, of_units, by) if table for note in table.notes]
    return Reading((known, values, divisors), tuple(notes))


def _find_unopened(*paths: Path | None) -> Iterator[Problem]:
    for path in paths:
        try:
            if path:
                open_sheets(path)
        except ProblemsError as error:
            yield from error.problems


def _read(
    path: Path, columns: Sequence[Column], parse: Callable[[Table], tuple[T, tuple[Problem, ...]]]
) -> tuple[Table | None, T | None, tuple[Problem, ...]]:
    """Table, content and problems of a file whose other columns are kept."""
    try:
        table = read_table(path, columns, others="kept")
    except ProblemsError as error:
        return None, None, error.problems
    return table, *parse(table)
