"""What was counted by month."""

import pandas as pd

from pbwidgets.charts.headlines.phrasing import join_clauses, name_some, words_in
from pbwidgets.wording import Words


def months_headline(counts: pd.DataFrame, lang: str, *, by_unit: bool) -> str:
    """How many there were, of which row most, and how many rows have none.

    Parameters
    ----------
    counts
        A row for each kind or unit under its name, a column for each month.
    by_unit
        Whether the rows are units.
    """
    say: Words = words_in(lang)
    sums = counts.sum(axis=1)
    if not int(sums.sum()):
        return say("counted_nothing")
    first = say("counted_all", count=int(sums.sum()))
    if len(sums) == 1:
        return first
    most = int(sums.max())
    names = [str(name) for name in sums.index[sums == most]]
    told = say("counted_even", times=most) if len(names) == len(sums) else ""
    told = told or say(
        "counted_most" if len(names) == 1 else "counted_tied", name=name_some(names, lang), times=most
    )
    none = int((sums == 0).sum())
    rest = say("counted_no_unit" if by_unit else "counted_no_kind", count=none) if none else ""
    return join_clauses(lang, first, told, rest)
