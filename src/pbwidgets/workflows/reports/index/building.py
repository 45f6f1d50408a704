"""A composite index from files: read, check together, compute."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.scoring.index import (
    Dictionary,
    Index,
    IndexData,
    Step,
    TextTable,
    build_index,
    parse_data,
    parse_denominators,
    parse_dictionary,
    split_table,
)

Given = Path | str | pd.DataFrame
"""A table: a CSV file or a frame."""


def compute_index(
    data: Given, dictionary: Given, steps: Sequence[Step], *, denominators: Given | None = None
) -> Index:
    """Index of the units in a table, defined by a dictionary; both are files or frames.

    Parameters
    ----------
    data
        A column ``unit``, one per indicator, and any other columns as groups: a CSV file or a frame.
    dictionary
        CSV: one row per indicator and aggregate.
    steps
        Steps, for example from :func:`~pbwidgets.scoring.index.plan_steps`.
    denominators
        CSV: a column ``unit`` and the denominators that the dictionary names.

    Raises
    ------
    ProblemsError
        With all problems of all files; nothing is computed.
    DataError
        If a step fails: a value for which a method is not defined, or missing denominators.
    """
    known, inputs = read_inputs(data, dictionary, denominators)
    groups = [step.arguments["group"] for step in steps if "group" in step.arguments]
    columns = inputs[0].groups.columns
    unknown = [
        Problem("index.unknown_group", _name(data, "data"), "1", spelling(group, columns))
        for group in groups
        if group not in columns
    ]
    if unknown:
        raise ProblemsError(unknown)
    return build_index(known, inputs[0], steps, inputs[1])


def read_inputs(
    data: Given, dictionary: Given, denominators: Given | None = None
) -> tuple[Dictionary, tuple[IndexData, pd.DataFrame | None]]:
    """Dictionary, data and denominators of an index, for building it step by step.

    Raises
    ------
    ProblemsError
        With all problems of all files.
    """
    named, problems = _read_table(dictionary, "dictionary")
    known = None
    if named:
        known, found = parse_dictionary(named)
        problems += found
    of_units, more = _read_table(data, "data")
    problems += more
    by, more = _read_table(denominators, "denominators") if denominators is not None else (None, ())
    problems += more
    values, divisors = None, None
    if known and of_units:
        values, found = parse_data(of_units, known)
        problems += found
        if by:
            divisors, found = parse_denominators(by, known, values.values.index)
            problems += found
    if problems or known is None or values is None:
        raise ProblemsError(problems)
    return known, (values, divisors)


def _name(given: Given, frame: str) -> str:
    """What problems call a table: its file, or what a frame was given as."""
    return frame if isinstance(given, pd.DataFrame) else str(given)


def _read_table(given: Given, name: str) -> tuple[TextTable | None, tuple[Problem, ...]]:
    """Table of a CSV file or a frame, or None if it cannot be read, and its problems."""
    if isinstance(given, pd.DataFrame):
        frame = given.reset_index() if given.index.name is not None else given
        return split_table(frame.to_csv(index=False), name)
    path = Path(given)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None, (Problem("index.file_missing", str(path)),)
    except OSError as error:
        return None, (
            Problem("index.file_unreadable", str(path), args={"cause": error.strerror or str(error)}),
        )
    for encoding in ("utf-8-sig", "gb18030"):  # gb18030: Excel's plain CSV in China
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            table, problems = split_table(text, str(path))
            return (table if table.rows else None), problems
    return None, (Problem("index.file_not_text", str(path)),)
