"""Ranks of scores: of the rounded or of the exact scores. Both are right; which one it is, is stated."""

from typing import Any, Final

import numpy as np
import pandas as pd

from pbwidgets.scoring.arrays import Floats
from pbwidgets.scoring.ranking import rank_keys
from pbwidgets.wording import round_half_up

RANK_ON: Final = ("exact", "rounded")
"""What is ranked."""


def rank_scores(scores: Floats, *, on: str = "exact", digits: int = 2) -> "pd.arrays.IntegerArray":
    """Competition ranks, Int64, the highest score first; ties share the better rank, no score gives no rank.

    Parameters
    ----------
    scores
        float64. Exact scores are compared to nine decimals: below that is binary noise.
    on
        ``exact`` ranks the scores as computed, ``rounded`` after rounding to ``digits`` (a 5 away from zero), so
        that units with the same published score share a rank.
    digits
        Decimals, for ``rounded`` only.

    Examples
    --------
    >>> scores = np.array([64.8195, 64.8204, np.nan])
    >>> rank_scores(scores).tolist(), rank_scores(scores, on="rounded", digits=2).tolist()
    ([2, 1, <NA>], [1, 1, <NA>])
    """
    known = ~np.isnan(scores)
    counted = scores[known]
    ranks, _ = rank_keys([round_half_up(counted, digits) if on == "rounded" else counted])
    made: Any = np.zeros(len(scores), dtype=np.int64)
    made[known] = ranks
    return pd.arrays.IntegerArray(made, ~known)
