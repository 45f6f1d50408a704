"""The dictionary of an index: what each indicator is, and how indicators form a tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

Direction = int
"""1 where more is better, -1 where less is better."""

TRANSFORMS: Final = ("none", "log")


@dataclass(frozen=True)
class Line:
    """A line of the dictionary: an indicator, or an aggregate of the lines that name it as their parent.

    Attributes
    ----------
    code
        Column of the data for an indicator; any name for an aggregate.
    name
        As people read it.
    parent
        Code of the aggregate that it goes into; None for the top.
    direction
        1 where more is better, -1 where less is better; always 1 for an aggregate.
    weight
        Weight among its siblings; only proportions count. Not below 0.
    unit
        Unit of measurement, for people.
    denominator
        Column of the denominators that the indicator is divided by, or None.
    transform
        ``none`` or ``log`` (natural logarithm).
    normalise
        Name in :data:`pbwidgets.scoring.index.norm.NORMS`.
    lower, upper
        Bounds, or the target, in the unit of the indicator; None where the data give them.
    aggregate
        Name in :data:`pbwidgets.scoring.index.aggregate.AGGREGATIONS`; of an aggregate only.
    """

    code: str
    name: str = ""
    parent: str | None = None
    direction: Direction = 1
    weight: float = 1.0
    unit: str = ""
    denominator: str | None = None
    transform: str = "none"
    normalise: str = "minmax"
    lower: float | None = None
    upper: float | None = None
    aggregate: str = "amean"


@dataclass(frozen=True)
class Dictionary:
    """Lines of an index in the order of the file; a forest of aggregates over indicators.

    Examples
    --------
    >>> made = Dictionary((Line("roads", parent="works"), Line("wells", parent="works"), Line("works")))
    >>> [line.code for line in made.indicators], made.aggregates[0].code
    (['roads', 'wells'], 'works')
    """

    lines: tuple[Line, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Line]:
        """Lines by their codes."""
        return {line.code: line for line in self.lines}

    @cached_property
    def children(self) -> Mapping[str, tuple[Line, ...]]:
        """Lines under each aggregate."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.parent is not None:
                found.setdefault(line.parent, []).append(line)
        return {code: tuple(lines) for code, lines in found.items()}

    @cached_property
    def indicators(self) -> tuple[Line, ...]:
        """Lines with nothing below them."""
        return tuple(line for line in self.lines if line.code not in self.children)

    @cached_property
    def aggregates(self) -> tuple[Line, ...]:
        """Aggregates from the top down, each level in the order of the file."""
        inner = [line for line in self.lines if line.code in self.children]
        return tuple(sorted(inner, key=lambda line: self.depth(line.code)))

    def depth(self, code: str) -> int:
        """Number of aggregates above a line."""
        return sum(1 for _ in self.above(code))

    def above(self, code: str) -> Iterator[Line]:
        """Aggregates above a line, the nearest first."""
        parent = self.by_code[code].parent
        while parent is not None:
            line = self.by_code[parent]
            yield line
            parent = line.parent

    def indicators_under(self, code: str) -> tuple[Line, ...]:
        """Indicators below an aggregate at any depth."""
        return tuple(
            line for line in self.indicators if any(upper.code == code for upper in self.above(line.code))
        )
