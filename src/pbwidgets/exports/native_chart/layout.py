"""Room on a slide for the bars of a chart, their names and their numbers: measured before anything is drawn."""

from dataclasses import dataclass, replace
from typing import Final

from pbwidgets.charts.native import NativeChart
from pbwidgets.charts.sheet import text_width
from pbwidgets.exports.lettering import LEAST_PT

_LEGEND_IN: Final = 0.42
_SCALE_IN: Final = 0.34
_NUMBER_IN: Final = 0.65
"""Heights of the legend and of the numbers along the scale, and width of a number behind a bar."""
_EDGE_IN: Final = 0.08
_BETWEEN_IN: Final = 0.3
_FAIR_NAMES, _MOST_NAMES = 0.42, 0.6
"""Share of the width from which names are broken into lines, and the most that they take where there is no room to."""
_HEADROOM: Final = 1.05
"""What the scale of two charts has beyond the longest bar."""
_THICKEST_IN: Final = 0.5


@dataclass(frozen=True)
class Layout:
    """One frame of a chart, in inches.

    Attributes
    ----------
    native
        What it shows: the whole chart, or one of its two halves.
    offset, width, height
        Of the frame: how far from the left edge of the whole; its size.
    left, top, plot_width, plot_height
        Of the plot within the frame.
    pitch
        Room of a category.
    is_labelled
        Whether numbers stand at their places.
    """

    native: NativeChart
    offset: float
    width: float
    height: float
    left: float
    top: float
    plot_width: float
    plot_height: float
    is_labelled: bool

    @property
    def pitch(self) -> float:
        """Room of a category."""
        length = self.plot_height if is_across(self.native) else self.plot_width
        return length / len(self.native.categories)

    @property
    def gap_width(self) -> int:
        """Space between categories in per cent of a bar's thickness, so that few bars do not become blocks."""
        each = self.native.rows // len(self.native.categories)
        least = 0.15 if self.native.is_stacked else 0.4  # whose numbers stand within
        bar = min(self.pitch / (each + least), _THICKEST_IN)
        return min(round(100 * (self.pitch - each * bar) / bar), 500)

    def has_room(self, at: int, value: float | None) -> bool:
        """Whether a number fits into its part of a stacked bar."""
        native = self.native
        if not native.is_stacked or not value:
            return True
        lengths = native.lengths()
        whole = lengths[at] if native.kind == "share_bars" else native.limits[1] or max(lengths) * 1.2
        digits = text_width(f"{value:.{native.decimals}f}", LEAST_PT) / 72
        return value / whole * self.plot_width >= digits + _EDGE_IN


def is_across(native: NativeChart) -> bool:
    """Whether bars go to the right, with the names before them."""
    return native.kind in ("bars", "stacked_bars", "share_bars")


def lay_out(native: NativeChart, width: float, height: float) -> list[Layout]:
    """The frames of a chart in a box: two side by side where bars have too little room below each other.

    Both have one scale, the same room for names, and the same room for a category.

    Parameters
    ----------
    native
        The chart.
    width, height
        Of the box, in inches.
    """
    if not is_across(native):
        return [_upright(native, width, height)]
    top = _LEGEND_IN if len(native.series) > 1 else _EDGE_IN
    parts = [native] if native.rows <= _room_for(height - top - _EDGE_IN) else _halves(native)
    each = (width - _BETWEEN_IN * (len(parts) - 1)) / len(parts)
    is_labelled = parts[0].rows <= _room_for(height - top - _EDGE_IN)
    pitch = (height - top - (_EDGE_IN if is_labelled else _SCALE_IN)) / len(parts[0].categories)
    names = _names_in(native, each, pitch)
    return [
        Layout(
            part, at * (each + _BETWEEN_IN), each, height,
            names, top, each - names - _NUMBER_IN, pitch * len(part.categories), is_labelled,
        )
        for at, part in enumerate(parts)
    ]  # fmt: skip


def _upright(native: NativeChart, width: float, height: float) -> Layout:
    """Columns and lines: numbers at their places only where they are one series, or they would cover each other."""
    single = len(native.series) == 1
    left, top = (0.2 if single else 0.7), (0.3 if single else _LEGEND_IN)
    return Layout(native, 0.0, width, height, left, top, width - left - 0.2, height - top - 0.4, single)


def _room_for(height: float) -> int:
    """How many bars with their numbers have room below each other."""
    return int(height * 72 / (LEAST_PT + 1))


def _halves(native: NativeChart) -> list[NativeChart]:
    half = (len(native.categories) + 1) // 2
    most = native.limits[1] or max(native.lengths()) * _HEADROOM or None
    if native.kind == "share_bars":
        most = None
    return [
        replace(
            native,
            categories=native.categories[part],
            series=tuple(replace(one, values=one.values[part]) for one in native.series),
            limits=(native.limits[0], most),
        )
        for part in (slice(half), slice(half, None))
    ]


def _names_in(native: NativeChart, width: float, pitch: float) -> float:
    """Inches for the names: on one line if they leave the bars room, else on as many as there is height for."""
    widest = max(text_width(name, LEAST_PT) for name in native.categories) / 72 + 0.3
    lines = max(int(pitch * 72 / (LEAST_PT * 1.25)), 1)
    least = widest if lines == 1 else widest / lines + 0.2
    return min(max(min(widest, _FAIR_NAMES * width), least), _MOST_NAMES * width)
