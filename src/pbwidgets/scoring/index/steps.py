"""The steps of an index, each from an index to an index, and the table of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Floats, to_objects
from pbwidgets.scoring.index.aggregate import AGGREGATIONS, OF_RANGE_ONE
from pbwidgets.scoring.index.constant import is_constant
from pbwidgets.scoring.index.denominate import denominate
from pbwidgets.scoring.index.dictionary import Line
from pbwidgets.scoring.index.domain import locating, require_positive
from pbwidgets.scoring.index.impute import GROUP_MEAN, IMPUTATIONS, impute_group_mean
from pbwidgets.scoring.index.norm import NORMS, WITHOUT_RANGE
from pbwidgets.scoring.index.ranks import RANK_ON, rank_scores
from pbwidgets.scoring.index.state import Index
from pbwidgets.scoring.index.treat import KURTOSIS_LIMIT, MOST_POINTS, SKEW_LIMIT, treat_winsorise
from pbwidgets.scoring.index.weights import GIVEN, WEIGHINGS

StepFunction: TypeAlias = Callable[..., Index]


def step_denominate(index: Index) -> Index:
    """Divide the indicators that name a denominator by it."""
    wanted = [line for line in index.dictionary.indicators if line.denominator]
    if not wanted:
        return index
    if index.denominators is None:
        raise DataError("index.no_denominators", codes="、".join(line.code for line in wanted))
    made = index.values.copy()
    for line in wanted:
        made[line.code] = denominate(
            _column(made, line.code), _column(index.denominators, str(line.denominator))
        )
    return replace(index, values=made)


def step_impute(index: Index, method: str, group: str | None = None) -> Index:
    """Fill missing values: ``mean``, ``median``, or ``group-mean`` by a column of groups."""
    _require_name(method, (*IMPUTATIONS, GROUP_MEAN), "impute")
    made = index.values.copy()
    if method == GROUP_MEAN:
        _require_name(group, index.data.groups.columns, "group")
        groups = to_objects(index.data.groups[group])
        for code in made.columns:
            made[code] = impute_group_mean(_column(made, code), groups)
    else:
        for code in made.columns:
            made[code] = IMPUTATIONS[method](_column(made, code))
    before, after = int(index.values.isna().sum().sum()), int(made.isna().sum().sum())
    index = replace(index, values=made)
    if before:
        index = index.note("impute", "index.note_imputed", count=before - after)
    return index.note("impute", "index.note_not_imputed", count=after) if after else index


def step_transform(index: Index) -> Index:
    """Take the natural logarithm of the indicators that ask for it."""
    wanted = [line.code for line in index.dictionary.indicators if line.transform == "log"]
    made = index.values.copy()
    for code in wanted:
        values = _column(made, code)
        with locating(code, made.index):
            require_positive(values, "log")
        made[code] = np.log(values)
    return replace(index, values=made, logged=frozenset(wanted))


def step_winsorise(
    index: Index, skew: float = SKEW_LIMIT, kurtosis: float = KURTOSIS_LIMIT, most: int = MOST_POINTS
) -> Index:
    """Draw outliers in, one point at a time."""
    made = index.values.copy()
    rows = {}
    for code in made.columns:
        done = treat_winsorise(_column(made, code), skew_limit=skew, kurtosis_limit=kurtosis, most=most)
        made[code] = done.values
        rows[code] = {"low": done.low, "high": done.high, "still_skewed": done.still_skewed}
        if done.low or done.high:
            index = index.note("winsorise", "index.note_winsorised", line=code, low=done.low, high=done.high)
        if done.still_skewed:
            index = index.note("winsorise", "index.note_still_skewed", line=code, most=most)
    return replace(index, values=made, treated=pd.DataFrame.from_dict(rows, orient="index"))


def step_normalise(index: Index, scale: float = 100.0, method: str | None = None) -> Index:
    """Bring all indicators to one scale, by the dictionary's methods, or by one method for all.

    Bounds in the dictionary are in the unit of the indicator, before the logarithm.
    """
    if method is not None:
        _require_name(method, NORMS, "normalise")
    made = index.values.copy()
    for line in index.dictionary.indicators:
        values = _column(made, line.code)
        name = method or line.normalise
        low, high = (_bound(index, line, bound) for bound in (line.lower, line.upper))
        with locating(line.code, made.index):
            scaled = NORMS[name](values, line.direction, low, high)
        made[line.code] = scaled if name in WITHOUT_RANGE else scaled * scale
        known = values[~np.isnan(values)]
        if len(known) > 1 and is_constant(known):
            index = index.note("normalise", "index.note_constant", line=line.code, value=f"{known[0]:.6g}")
    index = _note_mixed(index, method)
    return replace(index, values=made, scale=scale)


def step_weigh(index: Index, method: str = GIVEN, weights: Mapping[str, float] | None = None) -> Index:
    """Set the weights: ``given`` in the dictionary, ``equal``, or ``entropy`` and ``critic`` from the values.

    The data only give weights to indicators whose siblings are all indicators; aggregates and their siblings keep
    the weights of the dictionary. ``weights`` by code, for example from :func:`weigh_ahp`, replace these.
    """
    _require_name(method, (GIVEN, *WEIGHINGS), "weigh")
    made = {line.code: line.weight for line in index.dictionary.lines}
    for code, children in index.dictionary.children.items() if method != GIVEN else ():
        codes = [line.code for line in children]
        if method == "equal":
            made.update(dict.fromkeys(codes, 1.0))
        elif not any(child in index.dictionary.children for child in codes):
            with locating(code, index.values.index):
                found = WEIGHINGS[method](index.values[codes].to_numpy(dtype=np.float64))
            made.update(zip(codes, found.tolist(), strict=True))
    if weights is not None and not isinstance(weights, Mapping):
        raise DataError("index.bad_argument", what="weights", value=str(weights))
    for code, weight in (weights or {}).items():
        _require_name(code, made, "weights")
        if not isinstance(weight, float | int):
            raise DataError("index.bad_argument", what=code, value=str(weight))
        if weight < 0:
            raise DataError("index.negative_weight", value=weight)
        made[code] = weight
    return replace(index, weights=pd.Series(made, dtype=np.float64))


def step_aggregate(index: Index, min_share: float = 0.0, method: str | None = None) -> Index:
    """Aggregate from the bottom up, by the dictionary's methods, or by one method for all.

    A unit gets none if less than ``min_share`` of the lines under an aggregate is known.
    """
    if method is not None:
        _require_name(method, AGGREGATIONS, "aggregate")
    columns = {code: _column(index.values, str(code)) for code in index.values.columns}
    for line in reversed(index.dictionary.aggregates):
        codes = [child.code for child in index.dictionary.children[line.code]]
        name = method or line.aggregate
        under = np.column_stack([columns[code] for code in codes])
        weights: Floats = np.asarray(index.weights[codes], dtype=np.float64)
        with locating(line.code, index.values.index):
            made = AGGREGATIONS[name](under, weights, min_share)
        columns[line.code] = made * index.scale if name in OF_RANGE_ONE else made
    codes = [line.code for line in index.dictionary.aggregates]
    scores = pd.DataFrame({code: columns[code] for code in codes}, index=index.values.index)
    for code in codes:
        if missing := int(scores[code].isna().sum()):
            index = index.note("aggregate", "index.note_no_score", line=code, count=missing)
    return replace(index, scores=scores)


def step_rank(index: Index, on: str = "exact", digits: int = 2) -> Index:
    """Rank every aggregate, on exact scores or on scores rounded to ``digits``."""
    _require_name(on, RANK_ON, "rank")
    ranks = {
        code: rank_scores(_column(index.scores, str(code)), on=on, digits=digits)
        for code in index.scores.columns
    }
    return replace(index, ranks=pd.DataFrame(ranks, index=index.scores.index))


STEPS: Final[Mapping[str, StepFunction]] = MappingProxyType(
    {
        "denominate": step_denominate,
        "impute": step_impute,
        "transform": step_transform,
        "winsorise": step_winsorise,
        "normalise": step_normalise,
        "weigh": step_weigh,
        "aggregate": step_aggregate,
        "rank": step_rank,
    }
)
"""Steps by name, in the order in which they make sense."""


def _column(frame: pd.DataFrame, code: str) -> Floats:
    made: Floats = frame[code].to_numpy(dtype=np.float64, copy=True)
    return made


def _bound(index: Index, line: Line, bound: float | None) -> float | None:
    return float(np.log(bound)) if bound is not None and line.code in index.logged else bound


def _note_mixed(index: Index, method: str | None) -> Index:
    """Note on aggregates whose indicators are partly z-scores, partly on a scale: one kind outweighs the other."""
    if method is not None:
        return index
    for code, children in index.dictionary.children.items():
        leaves = [line for line in children if line.code not in index.dictionary.children]
        free = sum(line.normalise in WITHOUT_RANGE for line in leaves)
        if 0 < free < len(leaves):
            index = index.note("normalise", "index.note_mixed", line=code)
    return index


def _require_name(name: object, allowed: Any, what: str) -> None:
    if name not in list(allowed):
        raise DataError("index.unknown_argument", what=what, **spelling(name, [str(one) for one in allowed]))
