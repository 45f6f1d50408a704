"""Charts bound to the scores of one track: each takes the frames that its parameters are named after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final

from pbwidgets import charts
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Campaign
from pbwidgets.charts.view import View
from pbwidgets.errors import UsageError
from pbwidgets.scoring.frames import Scores
from pbwidgets.wording import default_language, say

_OF_UNIT: Final = ("criterion_bars", "layer_gaps", "rank_strip")
_OF_UNITS: Final = ("lost_points_heatmap", "ranking_bars", "unit_gaps")
_OF_LAYERS: Final = ("layer_gaps", "unit_gaps")
"""Charts about one unit, about all of them, and of these the ones that compare layers."""
_NATIVE: Final = "_native"
"""Ends the name of what a presentation draws itself."""


@dataclass(frozen=True, repr=False)
class BoundCharts:
    """The charts that the scores of one track have everything for, as methods; ``dir()`` lists them.

    A chart about one unit takes its name or code first; what else a chart takes is in its own documentation. One whose
    name ends in ``_native`` is for :func:`pbwidgets.slides`, where it stays a chart that can be edited.

    Attributes
    ----------
    campaign, period
        The campaign, whose first track it is, and the period as it is shown; empty if it is not.
    scores
        Of the campaign.
    names
        Name of each unit by its code.
    find_code
        Code of a unit that is named by name or code.
    """

    campaign: Campaign
    period: str
    scores: Scores
    names: Mapping[str, str]
    find_code: Callable[[str], str]

    def __dir__(self) -> list[str]:
        single = len(self.campaign.tracks[0].layers) < 2
        drawn = [name for name in (*_OF_UNIT, *_OF_UNITS) if not (single and name in _OF_LAYERS)]
        return sorted(name for one in drawn for name in (one, f"{one}{_NATIVE}") if hasattr(charts, name))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in dir(self):
            raise AttributeError(say("charts.unknown", **spelling(name, dir(self))))
        draw = getattr(charts, name)

        def bound(unit: str = "", **asked: Any) -> Any:
            if name.removesuffix(_NATIVE) in _OF_UNIT and not unit:
                raise UsageError("charts.unit_needed", chart=name)
            inputs = self._inputs(self.find_code(unit) if unit else "")
            known = {key: inputs[key] for key in signature(draw).parameters if key in inputs}
            return draw(**(known | asked))

        bound.__name__, bound.__doc__ = name, draw.__doc__
        return bound

    def _inputs(self, code: str) -> dict[str, Any]:
        """What charts are drawn from, by the names of their parameters."""
        scores, track_id = self.scores, self.campaign.tracks[0].id
        ranks = dict(zip(scores.ranking["unit_code"], scores.ranking["rank"], strict=True))
        return {
            "points": scores.points,
            "totals": scores.totals,
            "reference": scores.reference,
            "selection": scores.selection,
            "names": self.names,
            "view": View(
                self.campaign, self.period, track_id, code, self.names.get(code, ""), default_language()
            ),
            "ranks": {self.names[code]: ranks[code]} if code else {},
            "n": sum(rank > 0 for rank in ranks.values()),
        }
