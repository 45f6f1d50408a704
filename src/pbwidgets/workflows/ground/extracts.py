"""What reports show of frames about all units, fingerprinted on its own beside the frames.

A report that shows the median of a line has to be made again when that median, as it is written, has moved; not
whenever some point of some unit has. A report that names the units of a list, when the list has changed.
"""

from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.scoring import Scores
from pbwidgets.scoring.frames import FINAL, SELECTED, TIED_AT_CUT, WAITING
from pbwidgets.scoring.reference import TOTAL
from pbwidgets.scoring.selection import show_holding
from pbwidgets.wording import round_half_up

SHOWN_REFERENCE: Final = "shown_reference"
RANKED: Final = "ranked"
LISTED: Final = "listed"
SHARED_EXTRACTS: Final = (SHOWN_REFERENCE, RANKED)
"""Extracts that belong to no unit."""

_SPREAD: Final = ["lowest", "median", "highest"]


def extract_shown(scores: Scores) -> dict[str, pd.DataFrame]:
    """Extracts of the scores by name.

    Returns
    -------
    dict
        ``shown_reference``: the published spread, with the two decimals that people see; ``ranked``: how many
        units have a total, by track; ``listed``: rows of ``selection`` of the units that have a place, are tied
        at the cut or waiting, by the status that holds.
    """
    reference = scores.reference
    spread = reference[["track_id", "criterion_id", "layer", "max_points"]].copy()
    for name in _SPREAD:
        spread[name] = round_half_up(reference[name].to_numpy(dtype=np.float64), 2)
    totals = (reference["criterion_id"] == TOTAL) & (reference["layer"] == FINAL)
    holding = show_holding(scores.selection)
    return {
        SHOWN_REFERENCE: spread,
        RANKED: reference.loc[totals, ["track_id", "n"]],
        LISTED: holding[holding["status"].isin([SELECTED, TIED_AT_CUT, WAITING])],
    }
