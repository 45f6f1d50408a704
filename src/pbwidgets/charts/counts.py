"""How many units have which status, track by track."""

from typing import Final

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.native import NativeChart
from pbwidgets.charts.share_bars import Parts, share_bars
from pbwidgets.charts.sheet import put_on_sheet
from pbwidgets.charts.view import View
from pbwidgets.scoring.frames import (
    ASSESSED,
    INELIGIBLE,
    NO_DATA,
    NOT_NOMINATED,
    NOT_SELECTED,
    STATUSES,
    VETOED,
)
from pbwidgets.wording import say

_COLOURS: Final = {
    **theme.STATUS_COLOURS,
    NOT_SELECTED: palette.FAINT,
    ASSESSED: palette.PALE_BLUE,
    NOT_NOMINATED: palette.MOUNT,
    INELIGIBLE: palette.RULE,
    **dict(zip(VETOED, (palette.CHARCOAL, palette.PINK, palette.ALERT), strict=False)),
    NO_DATA: palette.WHITE,
}
"""Fill of a status where it stands beside others in one bar."""


def status_counts(selection: pd.DataFrame, view: View) -> alt.LayerChart:
    """Units of every track by status: a bar for each track, parted by the shares of the statuses.

    Parameters
    ----------
    selection
        Selection frame, of all tracks.
    view
        What the chart is about; of no track.
    """
    parts = _prepare(selection, view)
    return put_on_sheet(share_bars(parts), view, _title(parts, view), measure=view.say("units"))


def status_counts_native(selection: pd.DataFrame, view: View) -> NativeChart | None:
    """The same for a presentation; None if there is no unit.

    Parameters
    ----------
    selection, view
        As for :func:`status_counts`.
    """
    parts = _prepare(selection, view)
    return parts.native(view.say("balance.track"), _title(parts, view))


def _title(parts: Parts, view: View) -> str:
    counts = parts.counts
    return view.say("status_counts.title", n=int(counts.to_numpy().sum()), tracks=len(counts))


def _prepare(selection: pd.DataFrame, view: View) -> Parts:
    """Number of units by the name of the track and status, those that occur."""
    found = pd.crosstab(selection["track_id"], selection["status"])
    tracks = {
        track.id: track.name.words(view.lang) for track in view.campaign.tracks if track.id in found.index
    }
    names = {status: say(f"scoring.status_{status}", view.lang) for status in STATUSES if status in found}
    return Parts(found.reindex(index=list(tracks), columns=list(names)).rename(index=tracks), names, _COLOURS)
