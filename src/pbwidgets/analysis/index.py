"""A composite index from two tables, in one call."""

from dataclasses import replace
from inspect import signature
from typing import Any
from warnings import warn

from pbwidgets.arguments import check_arguments, refuse_argument
from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import Problem, ProblemsError, UsageError
from pbwidgets.scoring.index import Index, plan_steps
from pbwidgets.wording import say
from pbwidgets.workflows.reports.index.building import Given, compute_index


def index(data: Given, dictionary: Given, **steps: Any) -> Index:
    """Composite index of the units of a table, defined by a dictionary of indicators and aggregates.

    Parameters
    ----------
    data
        A column ``unit``, one for each indicator, any others as groups: a frame, a CSV file or a workbook.
    dictionary
        A row for each indicator and aggregate: ``code``, ``parent``, ``weight``, ``direction`` …
    **steps
        ``denominators`` (a third table), and what :func:`pbwidgets.scoring.index.plan_steps` takes: ``impute``,
        ``group``, ``winsorise``, ``weights``, ``scale``, ``min_share``, ``rank_on``, ``digits``.

    Returns
    -------
    pbwidgets.scoring.index.Index
        With ``scores`` and ``ranks`` of every aggregate, and the steps that led to them.

    Raises
    ------
    ProblemsError
        With all problems of all tables.
    UsageError
        ``errors.wrong_argument``; ``errors.unknown_argument`` with the nearest name.
    DataError
        If a step fails.

    Warns
    -----
    UserWarning
        What was changed or passed over in a file: title rows, totals, merged cells.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"unit": ["青禾村", "望云村"], "roads": [1, 3], "wells": [4, 2]})
    >>> lines = pd.DataFrame({"code": ["roads", "wells", "works"], "parent": ["works", "works", ""]})
    >>> index(table, lines).scores["works"].tolist()
    [50.0, 50.0]
    """
    check_arguments(compute_index, {"data": data, "dictionary": dictionary, **steps})
    divisors = steps.pop("denominators", None)
    known = signature(plan_steps).parameters
    for name in steps:
        if name not in known:
            raise UsageError("errors.unknown_argument", **spelling(name, ("denominators", *known)))
    check_arguments(plan_steps, steps)
    if not 0 <= steps.get("min_share", 0) <= 1:
        refuse_argument("min_share", steps["min_share"], "0–1")
    try:
        read = compute_index(data, dictionary, plan_steps(**steps), denominators=divisors)
    except ProblemsError as error:
        raise ProblemsError(list(map(_name_row, error.problems))) from None
    for note in read.notes:
        warn(note.line(), stacklevel=2)
    return read.content


def _name_row(problem: Problem) -> Problem:
    """The problem with its place in the words that problems of a scored table have, if it is one of a frame."""
    if problem.file not in ("data", "dictionary", "denominators") or not problem.place.isdigit():
        return problem
    row = int(problem.place)
    return replace(problem, place=say("scoring.row", row=row) if row else "")
