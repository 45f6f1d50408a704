"""An index built from its steps, and built again with one of them changed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from inspect import signature
from math import isfinite
from typing import Any

import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import DataError
from pbwidgets.scoring.index.dictionary import Dictionary
from pbwidgets.scoring.index.reading import IndexData
from pbwidgets.scoring.index.state import Index, Step
from pbwidgets.scoring.index.steps import STEPS
from pbwidgets.scoring.index.weights import GIVEN

Change = Mapping[str, Mapping[str, Any] | None]
"""New arguments of steps by their names; None leaves a step out."""


def plan_steps(
    *,
    impute: str | None = None,
    group: str | None = None,
    winsorise: bool = False,
    weights: str = "given",
    scale: float = 100.0,
    min_share: float = 0.0,
    rank_on: str = "exact",
    digits: int = 2,
) -> tuple[Step, ...]:
    """The usual steps in their order: denominate, impute, transform, winsorise, normalise, weigh, aggregate, rank.

    Parameters
    ----------
    impute, group
        ``mean``, ``median`` or ``group-mean`` by a column of groups; None leaves missing values missing.
    winsorise
        Whether outliers are drawn in.
    weights
        ``given`` in the dictionary, ``equal``, or from the values of the indicators: ``entropy``, ``critic``.
    scale
        What the best gets after normalisation.
    min_share
        Least share of known lines under an aggregate, 0 to 1; 0 takes what there is.
    rank_on, digits
        ``exact``, or ``rounded`` to that many decimals.

    Examples
    --------
    >>> [step.name for step in plan_steps()]
    ['denominate', 'transform', 'normalise', 'weigh', 'aggregate', 'rank']
    """
    imputing = {"method": impute, **({"group": group} if group else {})}
    return (
        Step("denominate"),
        *([Step("impute", imputing)] if impute else []),
        Step("transform"),
        *([Step("winsorise")] if winsorise else []),
        Step("normalise", {"scale": scale}),
        Step("weigh", {} if weights == GIVEN else {"method": weights}),
        Step("aggregate", {"min_share": min_share}),
        Step("rank", {"on": rank_on, "digits": digits}),
    )


def build_index(
    dictionary: Dictionary, data: IndexData, steps: Iterable[Step], denominators: pd.DataFrame | None = None
) -> Index:
    """Index after the steps, with the result of each. The arguments are not changed.

    Parameters
    ----------
    dictionary, data
        Indicators, and what is known of the units.
    steps
        For example from :func:`plan_steps`.
    denominators
        Units × denominators in the order of the data; needed where the dictionary names one.

    Raises
    ------
    DataError
        ``index.unknown_argument`` for an unknown step, argument or method, ``index.bad_argument`` for a
        text in place of a number, ``index.no_denominators``, ``index.zero_denominator``.
    DomainError
        For values that a method is not defined for, with indicator and unit.

    Examples
    --------
    >>> from pbwidgets.scoring.index.dictionary import Line
    >>> values = pd.DataFrame({"roads": [1.0, 3.0], "wells": [2.0, 2.5]}, index=["99A", "99B"])
    >>> lines = (Line("roads", parent="works"), Line("wells", parent="works", direction=-1), Line("works"))
    >>> made = build_index(Dictionary(lines), IndexData(values, pd.DataFrame(index=values.index)), plan_steps())
    >>> made.scores["works"].tolist()
    [50.0, 50.0]
    >>> replay(made, {"weigh": {"weights": {"roads": 3}}}).scores["works"].tolist()
    [25.0, 75.0]
    """
    index = Index(dictionary, data, denominators, data.values)
    for step in steps:
        if step.name not in STEPS:
            raise DataError("index.unknown_argument", what="step", **spelling(step.name, STEPS))
        _check_arguments(step)
        index = STEPS[step.name](index, **step.arguments)
        index = replace(index, steps=(*index.steps, step), stages={**index.stages, step.name: index.values})
    return index


def _check_arguments(step: Step) -> None:
    known = dict(list(signature(STEPS[step.name]).parameters.items())[1:])  # the first one is the index
    for name, value in step.arguments.items():
        if name not in known:
            raise DataError("index.unknown_argument", what=step.name, **spelling(name, known))
        wants_number = isinstance(known[name].default, float | int)
        if wants_number and not (isinstance(value, float | int) and isfinite(value)):
            raise DataError("index.bad_argument", what=f"{step.name}.{name}", value=str(value))


def change_steps(steps: Iterable[Step], change: Change) -> tuple[Step, ...]:
    """Steps with new arguments for those that are named; None leaves a step out.

    Arguments that are not named keep their values.

    Raises
    ------
    DataError
        ``index.unknown_argument`` for a step that is not there.

    Examples
    --------
    >>> change_steps([Step("normalise", {"scale": 100})], {"normalise": {"method": "rank"}})[0].arguments["scale"]
    100
    """
    kept = tuple(steps)
    names = [step.name for step in kept]
    for name in change:
        if name not in names:
            raise DataError("index.unknown_argument", what="step", **spelling(name, names))
    made = []
    for step in kept:
        new = change.get(step.name, {})
        if new is not None:
            made.append(Step(step.name, {**step.arguments, **new}))
    return tuple(made)


def replay(index: Index, change: Change) -> Index:
    """The same index computed again from its data with some steps changed; without a change, the same index."""
    return build_index(index.dictionary, index.data, change_steps(index.steps, change), index.denominators)


def list_scores(index: Index) -> pd.DataFrame:
    """Scores and ranks, one row for each unit and aggregate: ``unit``, ``code``, ``score``, ``rank``.

    Aggregates from the top down, units by their rank, units without a score last. Scores are not rounded.

    Returns
    -------
    frame
        string, string, float64, Int64.
    """
    frames = [
        pd.DataFrame(
            {
                "unit": pd.array([str(unit) for unit in index.scores.index], dtype="string"),
                "code": pd.array([code] * len(index.scores), dtype="string"),
                "score": index.scores[code].to_numpy(),
                "rank": index.ranks[code].array,
            }
        ).sort_values("rank", kind="stable", na_position="last")
        for code in index.scores.columns
    ]
    return pd.concat(frames, ignore_index=True)
