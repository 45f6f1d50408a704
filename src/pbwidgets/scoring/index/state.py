"""An index after some or all of its steps.

A frozen value that holds what it was made from, the steps taken so far and their results. A step is kept as a
name and its arguments, so that the same index can be computed again with one of them changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.scoring.index.dictionary import Dictionary
from pbwidgets.scoring.index.reading import IndexData
from pbwidgets.wording import say


@dataclass(frozen=True)
class Step:
    """A step: its name in ``STEPS``, and its arguments where they are not the default."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", MappingProxyType(dict(self.arguments)))

    def __reduce__(self) -> tuple[Any, ...]:
        return Step, (self.name, dict(self.arguments))


@dataclass(frozen=True)
class Note:
    """Something that a person should know about the steps: a code with its numbers."""

    step: str
    code: str
    args: Mapping[str, Any]

    def text(self, lang: str | None = None) -> str:
        """The note in words."""
        return say(self.code, lang, **self.args)


@dataclass(frozen=True)
class Index:
    """An index after some or all of its steps. No step changes it; frames must not be changed either.

    Attributes
    ----------
    dictionary, data, denominators
        What it is made from.
    values
        Units × indicators after the last step that changed them, float64.
    steps
        Steps taken.
    stages
        ``values`` after each step, by the name of the step.
    treated
        Indicator (index) with ``low`` and ``high``, how many points were drawn in, int64, and ``still_skewed``.
    weights
        Weight of each line of the dictionary among its siblings, by code, float64.
    scores, ranks
        Units × aggregates from the top down, float64 and Int64.
    notes
        What a person should know.
    scale
        What the best gets; set by the step ``normalise``.
    logged
        Indicators whose logarithms have been taken.
    """

    dictionary: Dictionary
    data: IndexData
    denominators: pd.DataFrame | None
    values: pd.DataFrame
    steps: tuple[Step, ...] = ()
    stages: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    treated: pd.DataFrame = field(default_factory=pd.DataFrame)
    weights: "pd.Series[float]" = field(default_factory=lambda: pd.Series(dtype=np.float64))
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    ranks: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[Note, ...] = ()
    scale: float = 1.0
    logged: frozenset[str] = frozenset()

    def note(self, step: str, code: str, /, **args: Any) -> "Index":
        """The index with one more note."""
        return replace(self, notes=(*self.notes, Note(step, code, args)))
