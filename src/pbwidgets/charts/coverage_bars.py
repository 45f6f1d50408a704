"""How far the checks of a checklist are: shares of their states, by check, by heading or by unit."""

from collections.abc import Mapping
from typing import Final

import altair as alt
import pandas as pd

from pbwidgets.charts import theme
from pbwidgets.charts.checked import By, count_states, rows_of_track, sign_of, word_state
from pbwidgets.charts.native import NativeChart
from pbwidgets.charts.share_bars import Parts, share_bars
from pbwidgets.charts.sheet import page_count, page_note, part_note, put_on_sheet
from pbwidgets.charts.view import View
from pbwidgets.scoring.coverage import EXPECTED, NOT_EXPECTED
from pbwidgets.scoring.frames import REACHED

ROWS_PER_PAGE: Final = 20
"""Bars that a sheet has in two panels, and a slide below each other."""


def coverage_bars(
    standings: pd.DataFrame, names: Mapping[str, str], view: View, *, by: By = "check", page: int = 1
) -> alt.LayerChart:
    """A bar for each check, heading or unit, parted by the shares of the states; behind it reached of expected.

    Checks and headings stand in the order of the track, units with the most reached first. What does not apply, or has
    no target, is in no share.

    Parameters
    ----------
    standings
        Columns ``STANDINGS``; only rows of the view's track and of the units named are used.
    names
        Name of each unit by code.
    view
        What the chart is about.
    by
        What gets a bar each.
    page
        Sheet, from 1, if there are more than 20 bars.
    """
    parts = _parts(standings, names, view, by)
    first, rows = (page - 1) * ROWS_PER_PAGE, len(parts.counts)
    if not 1 <= page <= page_count(rows, ROWS_PER_PAGE):
        raise IndexError(f"page {page} of {page_count(rows, ROWS_PER_PAGE)}")
    notes = [_note(standings, names, view), page_note(view, page, rows, ROWS_PER_PAGE)]
    return put_on_sheet(
        share_bars(parts.rows(first, first + ROWS_PER_PAGE)),
        view,
        _title(view, by),
        measure=view.say("coverage_bars.measure_unit"),
        note="  ".join(filter(None, notes)),
    )


def coverage_bars_native(
    standings: pd.DataFrame, names: Mapping[str, str], view: View, *, by: By = "check", page: int = 1
) -> NativeChart | None:
    """The same for a presentation, with the same sheets; None without a bar.

    Parameters
    ----------
    standings, names, view, by, page
        As for :func:`coverage_bars`.
    """
    parts = _parts(standings, names, view, by)
    first, rows = (page - 1) * ROWS_PER_PAGE, len(parts.counts)
    notes = [_note(standings, names, view), part_note(view, page, rows, ROWS_PER_PAGE)]
    heading = view.counted if by == "unit" else view.say(f"coverage_bars.{by}")
    shown = parts.rows(first, first + ROWS_PER_PAGE)
    return shown.native(heading, _title(view, by), "  ".join(filter(None, notes)))


def coverage_pages(standings: pd.DataFrame, names: Mapping[str, str], view: View, by: By) -> int:
    """Number of sheets that the bars take."""
    return page_count(len(_parts(standings, names, view, by).counts), ROWS_PER_PAGE)


def _parts(standings: pd.DataFrame, names: Mapping[str, str], view: View, by: By) -> Parts:
    counts = count_states(standings, names, view, by)
    found = [state for state in EXPECTED if counts[state].any()]
    tails = [
        f"{reached}/{expected}" for reached, expected in zip(counts[REACHED], counts["expected"], strict=True)
    ]
    words = {state: word_state(state, view) for state in found}
    signs = {state: sign_of(state, view) for state in found}
    return Parts(counts[found], words, theme.STANDING_COLOURS, tails, signs)


def _title(view: View, by: By) -> str:
    return view.say(f"coverage_bars.title_{by}", kind=view.counted)


def _note(standings: pd.DataFrame, names: Mapping[str, str], view: View) -> str:
    left_out = rows_of_track(standings, names, view)["state"].isin(NOT_EXPECTED).any()
    return view.say("coverage_bars.left_out") if left_out else ""
