"""How much is known: by unit and by indicator, before anything is filled in."""

import numpy as np
import pandas as pd

from pbwidgets.scoring.index.dictionary import Dictionary


def find_availability(values: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Share of the known indicators under each aggregate, units × aggregates, float64, 0 to 1.

    Parameters
    ----------
    values
        Units × indicators, NaN where missing, for example ``IndexData.values``.
    dictionary
        Which indicators are under which aggregate, at any depth.

    Examples
    --------
    >>> from pbwidgets.scoring.index.dictionary import Line
    >>> lines = Dictionary((Line("a", parent="top"), Line("b", parent="top"), Line("top")))
    >>> find_availability(pd.DataFrame({"a": [1.0, np.nan], "b": [2.0, 3.0]}), lines)["top"].tolist()
    [1.0, 0.5]
    """
    known = values.notna()
    return pd.DataFrame(
        {
            line.code: known[[under.code for under in dictionary.indicators_under(line.code)]].mean(axis=1)
            for line in dictionary.aggregates
        },
        index=values.index,
        dtype=np.float64,
    )


def find_known_share(values: pd.DataFrame) -> "pd.Series[float]":
    """Share of the units for which each indicator is known, by code, 0 to 1.

    >>> find_known_share(pd.DataFrame({"a": [1.0, np.nan], "b": [2.0, 3.0]})).to_dict()
    {'a': 0.5, 'b': 1.0}
    """
    share: pd.Series[float] = values.notna().mean(axis=0)
    return share
