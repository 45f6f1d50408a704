"""Charts bound to a scored table."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final

import altair as alt

from pbwidgets import charts
from pbwidgets.analysis.scored import Scored
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.workbook.lines import SHEET
from pbwidgets.errors import UsageError
from pbwidgets.wording import default_language, say

_OF_UNIT: Final = ("criterion_bars", "layer_gaps", "rank_strip")
_OF_UNITS: Final = ("lost_points_heatmap", "ranking_bars", "unit_gaps")
_OF_LAYERS: Final = ("layer_gaps", "unit_gaps")
"""Charts about one unit, about all of them, and of these the ones that compare layers."""


@dataclass(frozen=True, repr=False)
class Plot:
    """The charts of :mod:`pbwidgets.charts` that a scored table has everything for.

    A chart about one unit takes its name or code first; what else it takes is in its own documentation.
    """

    scored: Scored

    def __dir__(self) -> list[str]:
        single = len(self.scored.sheet.track.layers) < 2
        return sorted(name for name in (*_OF_UNIT, *_OF_UNITS) if not (single and name in _OF_LAYERS))

    def __getattr__(self, name: str) -> Callable[..., alt.LayerChart]:
        if name.startswith("_") or name not in dir(self):
            raise AttributeError(say("analysis.unknown_chart", **spelling(name, dir(self))))
        draw = getattr(charts, name)

        def bound(unit: str = "", **asked: Any) -> alt.LayerChart:
            if name in _OF_UNIT and not unit:
                raise UsageError("analysis.unit_needed", chart=name)
            inputs = self._inputs(unit)
            known = {key: inputs[key] for key in signature(draw).parameters if key in inputs}
            made: alt.LayerChart = draw(**(known | asked))
            return made

        bound.__name__, bound.__doc__ = name, draw.__doc__
        return bound

    def _inputs(self, unit: str) -> dict[str, Any]:
        """What charts are drawn from, by the names of their parameters."""
        scored, scores, names = self.scored, self.scored.scores, self.scored.names
        code = scored.code_of(unit) if unit else ""
        ranks = dict(zip(scores.ranking["unit_code"], scores.ranking["rank"], strict=True))
        track = scored.sheet.track
        period = "" if scored.sheet.campaign.id == SHEET else scored.sheet.period  # a table has none
        view = charts.View(
            scored.sheet.campaign, period, track.id, code, names.get(code, ""), default_language()
        )
        return {
            "points": scores.points,
            "totals": scores.totals,
            "reference": scores.reference,
            "selection": scores.selection,
            "names": names,
            "view": view,
            "ranks": {names[code]: ranks[code]} if code else {},
            "n": sum(rank > 0 for rank in ranks.values()),
        }
