"""How many units have which status, track by track."""

from typing import Any, Final

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.native import NativeChart, Series, ink_on
from pbwidgets.charts.sheet import (
    BODY_TOP,
    Panel,
    across,
    bars,
    key,
    put_on_sheet,
    rules_between_rows,
    text_width,
    texts,
    wrap_text,
)
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

_KEY_WIDTH: Final = theme.WIDTH - 2 * theme.MARGIN
_WIDEST_NAME: Final = 330.0


def status_counts(selection: pd.DataFrame, view: View) -> alt.LayerChart:
    """Units of every track by status: a bar for each track, parted by the shares of the statuses.

    Parameters
    ----------
    selection
        Selection frame, of all tracks.
    view
        What the chart is about; of no track.
    """
    counts, names = _prepare(selection, view)
    return put_on_sheet(
        _draw(counts, names) if len(counts) else [], view, _title(counts, view), measure=view.say("units")
    )


def status_counts_native(selection: pd.DataFrame, view: View) -> NativeChart | None:
    """The same for a presentation; None if there is no unit.

    Parameters
    ----------
    selection, view
        As for :func:`status_counts`.
    """
    counts, names = _prepare(selection, view)
    if counts.empty:
        return None
    return NativeChart(
        "share_bars",
        view.say("balance.track"),
        tuple(map(str, counts.index)),
        tuple(Series.of(words, counts[status], _COLOURS[status]) for status, words in names.items()),
        zeros=False,
        title=_title(counts, view),
    )


def _title(counts: pd.DataFrame, view: View) -> str:
    return view.say("status_counts.title", n=int(counts.to_numpy().sum()), tracks=len(counts))


def _prepare(selection: pd.DataFrame, view: View) -> tuple[pd.DataFrame, dict[str, str]]:
    """Number of units by the name of the track and status, those that occur, and the words of these."""
    found = pd.crosstab(selection["track_id"], selection["status"])
    tracks = {
        track.id: track.name.words(view.lang) for track in view.campaign.tracks if track.id in found.index
    }
    names = {status: say(f"scoring.status_{status}", view.lang) for status in STATUSES if status in found}
    return found.reindex(index=list(tracks), columns=list(names)).rename(index=tracks), names


def _draw(counts: pd.DataFrame, names: dict[str, str]) -> list[alt.Chart]:
    signs = _rows_of_key([("square", _COLOURS[status], words) for status, words in names.items()])
    panel = Panel(theme.MARGIN, theme.WIDTH - theme.MARGIN, len(counts), top=BODY_TOP + 34 * (len(signs) - 1))
    named = [str(name) for name in counts.index]
    left = theme.MARGIN + min(max(text_width(name) for name in named), _WIDEST_NAME) + 20
    sums = counts.sum(axis=1)
    right = panel.right - max(text_width(str(total)) for total in sums) - 16
    place = (0.0, 1.0), left, right
    parts = _parts(counts)
    return [
        *(layer for at, row in enumerate(signs) for layer in key(row, left=theme.MARGIN, y=20 + 34 * at)),
        rules_between_rows(panel),
        bars(parts, panel, across("to", *place), height=min(panel.pitch * 0.6, 60), x2="from", stroke=theme.QUIET),
        texts(
            [part for part in parts if (right - left) * (part["to"] - part["from"]) > text_width(part["text"]) + 6],
            panel, across("middle", *place), align="center",
        ),
        texts(
            [
                {"row": row, "text": wrap_text(name, left - theme.MARGIN - 16, lines=2 if panel.pitch >= 56 else 1)}
                for row, name in enumerate(named)
            ],
            panel, theme.MARGIN,
        ),
        texts(
            [{"row": row, "text": str(total)} for row, total in enumerate(sums)],
            panel, panel.right, align="right", bold=True,
        ),
    ]  # fmt: skip


def _parts(counts: pd.DataFrame) -> list[dict[str, Any]]:
    """Each part of each bar: where it begins and ends as a share of the bar, and its number."""
    made: list[dict[str, Any]] = []
    for row, of_track in enumerate(counts.to_dict("records")):
        whole, end = sum(of_track.values()), 0
        for status, n in of_track.items():
            fill = _COLOURS[str(status)]
            made.append(
                {
                    "row": row,
                    "from": end / whole,
                    "to": (end + n) / whole,
                    "middle": (end + n / 2) / whole,
                    "n": n,
                    "text": str(n),
                    "fill": fill,
                    "ink": ink_on(fill),
                }
            )
            end += n
    return [part for part in made if part["n"]]


def _rows_of_key(items: list[tuple[str, str, str]]) -> list[list[tuple[str, str, str]]]:
    """The key in as many lines as it needs."""
    rows: list[list[tuple[str, str, str]]] = [[]]
    used = 0.0
    for item in items:
        width = 54 + text_width(item[2], theme.SMALL)
        if rows[-1] and used + width > _KEY_WIDTH:
            rows.append([])
            used = 0.0
        rows[-1].append(item)
        used += width
    return rows
