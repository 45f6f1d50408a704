"""How the score sheets of one track are arranged in arrays: units × layers × lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, Criterion, Track
from pbwidgets.campaign.rules import Discretion
from pbwidgets.scoring.arrays import Bools, Coded, Floats, Ints, Objects, code_positions
from pbwidgets.scoring.frames import FINAL
from pbwidgets.scoring.register import Register
from pbwidgets.scoring.registry import MARKED
from pbwidgets.scoring.verdict import SMALL


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
    sheets
        Which of the track's score sheets each unit has, as its position in :attr:`Track.sheets`.
    """

    track: Track
    register: Register
    units: Ints
    lines: tuple[Criterion, ...]
    layers: tuple[str, ...]
    judging: Bools
    groups: Ints
    sheets: Ints

    @cached_property
    def absent(self) -> Bools | None:
        """Lines that are not on a unit's score sheet, units × lines; None if all units have all lines."""
        if len(self.track.sheets) == 1:
            return None
        own = [{line.id for line in self.track.of_unit(*sheet).lines()} for sheet in self.track.sheets]
        gone = np.array([[line.id not in ids for line in self.lines] for ids in own], dtype=bool)
        found: Bools = gone[self.sheets]
        return found

    @cached_property
    def sheet_points(self) -> Floats:
        """Points of each unit's score sheet, starting points included."""
        of_sheets = [self.track.of_unit(*sheet).sheet_points for sheet in self.track.sheets]
        found: Floats = np.array(of_sheets, dtype=np.float64)[self.sheets]
        return found

    @cached_property
    def rescaling(self) -> Floats:
        """What points of the base are multiplied by in the total of each unit; 1 where the track does not rescale."""
        start = self.track.starting_points
        own, wanted = self.sheet_points - start, self.track.base_points - start
        found: Floats = np.ones(len(own))
        if self.track.rescaled:
            np.divide(wanted, own, out=found, where=own > SMALL)
        return found

    @property
    def is_rescaled(self) -> Bools:
        """Units whose total is rescaled."""
        return np.abs(self.rescaling - 1.0) > SMALL

    @cached_property
    def codes(self) -> "pd.Index[Any]":
        """Codes of the units."""
        return self.register.codes[self.units]

    @cached_property
    def names(self) -> Objects:
        """Names of the units."""
        return self.register.texts.take(self.units).to_numpy(dtype=object)

    @cached_property
    def max_points(self) -> Floats:
        """Maximum of each line."""
        return np.array([line.points or 0.0 for line in self.lines], dtype=np.float64)

    @cached_property
    def marked_lines(self) -> Bools:
        """Lines with the rule ``rated``."""
        return np.array(
            [line.rule is not None and line.rule.name == "rated" for line in self.lines], dtype=bool
        )

    @cached_property
    def awaited_lines(self) -> Bools:
        """Lines that must be marked: a layer without a mark on any of them has not been marked."""
        compulsory = [isinstance(line.rule, Discretion) and line.rule.compulsory for line in self.lines]
        awaited: Bools = self.marked_lines | np.array(compulsory, dtype=bool)
        return awaited

    @cached_property
    def settled(self) -> tuple[Criterion, ...]:
        """Headings settled as one, each after those below it."""
        return tuple(item.criterion for item in self.track.numbered() if item.criterion.is_settled)[::-1]

    @cached_property
    def part_ids(self) -> tuple[str, ...]:
        """For each line its own id, or that of the outermost settled heading above it."""
        above = {
            line.id: part.id for top in self.track.criteria for part in top.parts() for line in part.lines()
        }
        return tuple(above[line.id] for line in self.lines)

    @cached_property
    def is_plain(self) -> bool:
        """Whether the total is the sum of the lines, the same for all units."""
        return not self.settled and self.absent is None and not self.track.rescaled

    @property
    def misfits(self) -> Bools:
        """Units of a domain that the track does not name, where what they have does not come to its base points."""
        if self.absent is None or self.track.rescaled:
            return np.zeros(len(self.units), dtype=bool)
        other = np.array([domain is None for _, domain in self.track.sheets], dtype=bool)[self.sheets]
        found: Bools = other & ~np.isclose(self.sheet_points, self.track.base_points, rtol=0, atol=1e-9)
        return found

    @cached_property
    def settled_on_top(self) -> Bools:
        """Settled headings without points of the base: they add to it or take from it."""
        of_lines = dict(zip((line.id for line in self.lines), self.on_top.tolist(), strict=True))
        on_top = [
            not (heading.settle and heading.settle.base)
            and all(of_lines[line.id] for line in heading.lines())
            for heading in self.settled
        ]
        return np.array(on_top, dtype=bool)

    @cached_property
    def whole_lines(self) -> Bools:
        """Lines below a heading that is missing as a whole."""
        whole = {
            line.id
            for heading in self.settled
            if heading.settle is not None and heading.settle.missing == "whole"
            for line in heading.lines()
        }
        return np.array([line.id in whole for line in self.lines], dtype=bool)

    @cached_property
    def base_points(self) -> Floats:
        """Points of each line that belong to the base, 0 for a line on top of it."""
        return np.where(self.on_top, 0.0, self.max_points)

    def find_parts(self, criteria: Iterable[Criterion]) -> tuple[Ints, Ints]:
        """Positions of the lines, and of the settled headings, whose points make up those of some criteria."""
        named = {part.id for criterion in criteria for part in criterion.parts()}
        lines = np.flatnonzero([line.id in named for line in self.lines])
        headings = np.flatnonzero([heading.id in named for heading in self.settled])
        return lines.astype(np.int64), headings.astype(np.int64)

    @cached_property
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

    def find_criterion(self, criterion_id: str) -> Criterion:
        """Line or heading of that id; KeyError if the track has none."""
        for item in self.track.numbered():
            if item.criterion.id == criterion_id:
                return item.criterion
        raise KeyError(criterion_id)


def lay_out(campaign: Campaign, track: Track, register: Register) -> TrackLayout:
    """Axes of a track over the units of its kind in the register."""
    units = register.of_kind(*track.unit_kind)
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
        sheets=_find_sheets(track, register, units),
    )


def _find_sheets(track: Track, register: Register, units: Ints) -> Ints:
    found = np.zeros(len(units), dtype=np.int64)
    if len(track.sheets) == 1:
        return found
    given = pd.Series(pd.NA, index=units) if register.domains is None else register.domains.iloc[units]
    domains = given.astype("string")
    for at, (kind, domain) in enumerate(
        track.sheets
    ):  # None, for all other domains, comes first of each kind
        ours = np.ones(len(units), dtype=bool) if kind is None else register.is_kind(kind)[units]
        if domain is not None:
            ours = ours & (domains == domain).to_numpy(dtype=bool, na_value=False)
        found[ours] = at
    return found
