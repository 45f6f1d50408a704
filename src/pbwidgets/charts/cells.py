"""Cells of a heat map: a rectangle for each row and column, coloured by a number that stands in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from pbwidgets.charts import theme
from pbwidgets.charts.sheet import Panel, across, heading_text, rows_of, texts


def place_cell(row: int, column: int) -> dict[str, float]:
    """Edges of a cell in rows and columns, and the middle, where its text stands."""
    return {
        "row": row,
        "top": row - 0.46,
        "low": row + 0.46,
        "from": column + 0.03,
        "to": column + 0.97,
        "middle": column + 0.5,
    }


@dataclass(frozen=True)
class Cells:
    """Columns of equal width between two edges of a panel.

    Attributes
    ----------
    panel
        The rows.
    count
        Number of columns.
    left, right
        Edges of the columns in pixels.
    """

    panel: Panel
    count: int
    left: float
    right: float

    def rectangles(self, cells: Iterable[Mapping[str, Any]], **style: Any) -> alt.Chart:
        """The cells, as :func:`place_cell` gives them, in one style."""
        made: alt.Chart = (
            alt.Chart(rows_of(cells))
            .mark_rect(**style)
            .encode(x=self._across("from"), x2=alt.X2("to:Q"), y=self.panel.y("top"), y2=alt.Y2("low:Q"))
        )
        return made

    def coloured(
        self, cells: Iterable[Mapping[str, Any]], field: str, scale: alt.Scale, **style: Any
    ) -> alt.Chart:
        """The cells, each coloured by the number in a field."""
        made: alt.Chart = self.rectangles(cells, **style).encode(
            fill=alt.Fill(f"{field}:Q", scale=scale, legend=None)
        )
        return made

    def missing(self, cells: Iterable[Mapping[str, Any]]) -> alt.Chart:
        """The cells whose number is missing."""
        return self.rectangles(cells, fill="white", stroke=theme.RULE, strokeDash=[4, 3])

    def labels(self, cells: Iterable[Mapping[str, Any]]) -> alt.Chart:
        """The ``text`` of each cell in its middle, in its ``ink``."""
        return texts(cells, self.panel, self._across("middle"), align="center", size=theme.SMALL)

    def heads(self, names: Sequence[str]) -> list[alt.Chart]:
        """Names above the columns."""
        width = self.right - self.left
        return [
            heading_text(name, self.left + (column + 0.5) * width / self.count, align="center")
            for column, name in enumerate(names)
        ]

    def _across(self, field: str) -> alt.X:
        return across(field, (0, max(self.count, 1)), self.left, self.right)
