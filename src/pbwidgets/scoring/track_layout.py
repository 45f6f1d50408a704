"""How the score sheets of one track are arranged in arrays: units × layers × lines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, Criterion, Track
from pbwidgets.scoring.arrays import Bools, Coded, Floats, Ints, Objects, code_positions
from pbwidgets.scoring.frames import FINAL
from pbwidgets.scoring.register import Register
from pbwidgets.scoring.registry import MARKED


@dataclass(frozen=True)
class TrackLayout:
    """Axes of the arrays of one track.

    Attributes
    ----------
    track
        Its definition.
    units
        Positions in the register of all units of the track's kind, in the order of their codes.
    lines
        Lines of the score sheet, in order.
    layers
        Ids of the layers, in order; ``final`` alone for a track without layers.
    judging
        Layers in which somebody other than the unit itself marks, bool.
    groups
        Number of the group of each unit for group means, -1 for a unit without a group.
    """

    track: Track
    register: Register
    units: Ints
    lines: tuple[Criterion, ...]
    layers: tuple[str, ...]
    judging: Bools
    groups: Ints

    @property
    def codes(self) -> "pd.Index[Any]":
        """Codes of the units."""
        return self.register.codes[self.units]

    @property
    def names(self) -> Objects:
        """Names of the units."""
        return self.register.texts.take(self.units).to_numpy(dtype=object)

    @property
    def max_points(self) -> Floats:
        """Maximum of each line."""
        return np.array([line.points or 0.0 for line in self.lines], dtype=np.float64)

    @property
    def marked_lines(self) -> Bools:
        """Lines with the rule ``rated``: a layer without a mark on any of them has not been marked."""
        return np.array(
            [line.rule is not None and line.rule.name == "rated" for line in self.lines], dtype=bool
        )

    @property
    def on_top(self) -> Bools:
        """Lines that add to the base or take from it: bonus, discretion, and deductions without points."""
        return np.array(
            [
                line.bonus or not line.points or (line.rule is not None and line.rule.name == "discretion")
                for line in self.lines
            ],
            dtype=bool,
        )

    def code_units(self, values: "pd.Series[Any]") -> Coded:
        """Column of unit codes whose meanings are positions among the units, -1 for any other."""
        among = np.full(len(self.register) + 1, -1, dtype=np.int64)
        among[self.units] = np.arange(len(self.units))
        found = code_positions(values, self.register.codes)
        return Coded(found.codes, among[found.meanings])

    def find_units(self, values: "pd.Series[Any]") -> Ints:
        """Position of each unit code among the units, -1 for any other."""
        found: Ints = self.code_units(values).of_rows(slice(None))
        return found

    def is_marked(self, line: int) -> bool:
        """Whether raters give the points of a line."""
        rule = self.lines[line].rule
        return rule is not None and rule.name in MARKED

    def find_lines(self, criterion_id: str) -> Ints:
        """Positions of the lines at or below a criterion.

        Raises
        ------
        KeyError
            If the track has no such criterion.
        """
        for item in self.track.numbered():
            if item.criterion.id == criterion_id:
                below = {line.id for line in item.criterion.lines()}
                return np.flatnonzero([line.id in below for line in self.lines]).astype(np.int64)
        raise KeyError(criterion_id)


def lay_out(campaign: Campaign, track: Track, register: Register) -> TrackLayout:
    """Axes of a track over the units of its kind in the register."""
    units = register.of_kind(track.unit_kind)
    layers = tuple(layer.id for layer in track.layers) or (FINAL,)
    judging = [layer == FINAL or campaign.layer(layer).level is not None for layer in layers]
    groups = np.zeros(len(units), dtype=np.int64)
    if track.group is not None:
        groups = register.ancestors(track.group)[units]
    return TrackLayout(
        track=track,
        register=register,
        units=units,
        lines=tuple(track.lines()),
        layers=layers,
        judging=np.array(judging, dtype=bool),
        groups=groups,
    )
