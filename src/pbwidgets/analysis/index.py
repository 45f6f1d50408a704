"""A composite index from two tables, in one call."""

from typing import Any
from warnings import warn

from pbwidgets.scoring.index import Index, plan_steps
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
    divisors = steps.pop("denominators", None)
    read = compute_index(data, dictionary, plan_steps(**steps), denominators=divisors)
    for note in read.notes:
        warn(note.line(), stacklevel=2)
    return read.content
