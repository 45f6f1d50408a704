"""What a list depends on that could have been set otherwise, and how far each of it may move."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pbwidgets.campaign.model import Track
from pbwidgets.errors import UsageError
from pbwidgets.scoring.sources import LayerMarks
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.wording import say

Missing: TypeAlias = Literal["skip", "reweight", "group_mean", "fail"]
Kind: TypeAlias = Literal["source_weight", "layer_weight", "line_points", "raters", "missing"]


@dataclass(frozen=True)
class Ranges:
    """How far the assumptions behind a list may move; all zero moves nothing.

    Attributes
    ----------
    source_weight_pct, layer_weight_pct, line_points_pct
        Each weight, and the points of each line or heading settled as one, is multiplied by a number drawn evenly from
        1 ± this percentage; 0 to 100.
    raters
        ``all`` takes the marks as they are, ``leave_one_out`` leaves out one rater, ``bootstrap`` draws the
        raters of each source anew, with replacement.
    missing
        Policies for missing lines that are drawn as often as the campaign's own.

    Raises
    ------
    UsageError
        ``scoring.range_out_of_bounds`` if a percentage is outside 0 to 100.
    """

    source_weight_pct: float = 0.0
    layer_weight_pct: float = 0.0
    line_points_pct: float = 0.0
    raters: Literal["all", "leave_one_out", "bootstrap"] = "all"
    missing: tuple[Missing, ...] = ()

    def __post_init__(self) -> None:
        for name in ("source_weight_pct", "layer_weight_pct", "line_points_pct"):
            if not 0.0 <= getattr(self, name) <= 100.0:
                raise UsageError("scoring.range_out_of_bounds", name=name, value=getattr(self, name))


@dataclass(frozen=True)
class Trials:
    """What a list is tried on: the ranges, the number of runs, and the seed that makes them repeatable."""

    ranges: Ranges
    runs: int
    seed: int = 1

    def words(self, lang: str | None = None, track: Track | None = None) -> str:
        """What varies and how often it is run, in words, without an end mark.

        For a track without a layer of several sources, whose weights change nothing, they are left out.

        >>> print(USUAL_TRIALS.words("en"))
        points of each line ±10 %, weights of sources ±10 %, one rater left out in turn, 200 runs
        """
        ranges = self.ranges
        said = [
            say("scoring.trials_lines", lang, pct=ranges.line_points_pct) if ranges.line_points_pct else "",
            say("scoring.trials_sources", lang, pct=ranges.source_weight_pct)
            if ranges.source_weight_pct
            and (track is None or any(len(one.sources) > 1 for one in track.layers))
            else "",
            say("scoring.trials_layers", lang, pct=ranges.layer_weight_pct)
            if ranges.layer_weight_pct
            else "",
            _word_raters(ranges.raters, lang),
            say("scoring.trials_missing", lang) if ranges.missing else "",
            say("scoring.trials_runs", lang, runs=self.runs),
        ]
        return say("scoring.trials_separator", lang).join(filter(None, said))


def _word_raters(raters: str, lang: str | None) -> str:
    if raters == "leave_one_out":
        return say("scoring.trials_leave_one_out", lang)
    return say("scoring.trials_bootstrap", lang) if raters == "bootstrap" else ""


USUAL_TRIALS: Final = Trials(
    Ranges(line_points_pct=10.0, source_weight_pct=10.0, raters="leave_one_out"), runs=200
)
"""The one set of assumptions behind the firmness of a list, in the meeting, in reports and in charts."""


@dataclass(frozen=True)
class Assumption:
    """One thing that moves.

    Attributes
    ----------
    kind
        What it is.
    layer_id, item_id
        Where it is: the layer of a source; the id of the source, layer, line or heading settled as one; empty
        otherwise.
    """

    kind: Kind
    layer_id: str = ""
    item_id: str = ""

    @property
    def assumption_id(self) -> str:
        """Kind, layer and item in one text: ``source_weight:county:masses``."""
        return ":".join(part for part in (self.kind, self.layer_id, self.item_id) if part)


def list_assumptions(
    layout: TrackLayout, marks: tuple[LayerMarks, ...], ranges: Ranges
) -> tuple[Assumption, ...]:
    """Everything that the ranges let move in a track, in the order of its score sheet.

    The weight of a source that is alone in its layer moves nothing and is left out, and so is the weight of a
    layer where only one layer counts.
    """
    found: list[Assumption] = []
    if ranges.source_weight_pct:
        found += [
            Assumption("source_weight", layer_id, source.source.id)
            for layer_id, layer in zip(layout.layers, marks, strict=True)
            if len(layer.sources) > 1
            for source in layer.sources
        ]
    if ranges.layer_weight_pct and layout.track.final == "weighted":
        weighted = [layer.id for layer in layout.track.layers if layer.weight]
        found += [Assumption("layer_weight", "", layer_id) for layer_id in weighted if len(weighted) > 1]
    if ranges.line_points_pct:
        found += [Assumption("line_points", "", part_id) for part_id in dict.fromkeys(layout.part_ids)]
    if ranges.raters != "all":
        found.append(Assumption("raters"))
    if set(ranges.missing) - {layout.track.missing}:
        found.append(Assumption("missing"))
    return tuple(found)
