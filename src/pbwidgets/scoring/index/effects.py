"""What moves an index: effective weights, and the strengths and weaknesses of one unit."""

from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import DataError
from pbwidgets.scoring.index.dictionary import Dictionary
from pbwidgets.scoring.index.ranks import rank_scores
from pbwidgets.scoring.index.state import Index


def effective_weights(dictionary: Dictionary, weights: "pd.Series[float]") -> "pd.Series[float]":
    """Share that each line has in the top of its tree, by code: the product of its shares all the way up.

    Indicators of one tree add up to 1, and so does each full level. Exact for arithmetic means; for other means
    it is the exponent (geometric) or a first guide.

    Parameters
    ----------
    dictionary
        Lines and the tree they form.
    weights
        Weight of each line among its siblings, by code, as in ``Index.weights``.

    Examples
    --------
    >>> from pbwidgets.scoring.index.dictionary import Line
    >>> lines = (Line("a", parent="x"), Line("b", parent="x"), Line("x", parent="top"), Line("c", parent="top"))
    >>> made = Dictionary((*lines, Line("top")))
    >>> effective_weights(made, pd.Series({"a": 1, "b": 3, "x": 1, "c": 1, "top": 1})).to_dict()
    {'a': 0.125, 'b': 0.375, 'x': 0.5, 'c': 0.5, 'top': 1.0}
    """
    shares: dict[str, float] = {}
    for line in dictionary.lines:
        share, code = 1.0, line.code
        for upper in dictionary.above(line.code):
            sisters = [child.code for child in dictionary.children[upper.code]]
            total = float(weights[sisters].sum())
            share *= float(weights[code]) / total if total > 0 else 0.0
            code = upper.code
        shares[line.code] = share
    return pd.Series(shares, dtype=np.float64)


def find_strengths(index: Index, unit: str) -> pd.DataFrame:
    """Indicators of a unit from its greatest strength to its greatest weakness, against the median unit.

    Parameters
    ----------
    index
        After the step ``aggregate``.
    unit
        As in the data.

    Returns
    -------
    frame
        One row for each known indicator: ``code``, ``name`` (string), ``value`` (as given in the data), ``score``
        (normalised), ``median`` (of all units), ``effect`` (effective weight × distance from the median, in points
        of the index; above 0 a strength), ``rank`` (Int64).

    Raises
    ------
    DataError
        ``index.unknown_argument`` for a unit that is not in the data.
    """
    if unit not in index.values.index:
        raise DataError("index.unknown_argument", what="unit", **spelling(unit, index.values.index))
    shares = effective_weights(index.dictionary, index.weights)
    lines = index.dictionary.indicators
    codes = [line.code for line in lines]
    scores = index.values[codes]
    of_unit, medians = scores.loc[unit].to_numpy(), scores.median().to_numpy()
    at = scores.index.get_loc(unit)
    ranks: list[Any] = [rank_scores(scores[code].to_numpy(dtype=np.float64))[at] for code in codes]
    made = pd.DataFrame(
        {
            "code": pd.array(codes, dtype="string"),
            "name": pd.array([line.name or line.code for line in lines], dtype="string"),
            "value": index.data.values.loc[unit, codes].to_numpy(),
            "score": of_unit,
            "median": medians,
            "effect": shares[codes].to_numpy() * (of_unit - medians),
            "rank": pd.array(ranks, dtype="Int64"),
        }
    )
    known = made[made["score"].notna()]
    return known.sort_values("effect", ascending=False, kind="stable", ignore_index=True)
