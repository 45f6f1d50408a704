"""What reports show of frames about all units, fingerprinted on its own beside the frames.

A report that shows the median of a line has to be made again when that median, as it is written, has moved; not
whenever some point of some unit has. A report that names the units selected, when some status or rank has changed;
not whenever a total has.
"""

from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.scoring.frames import FINAL, Scores
from pbwidgets.scoring.reference import TOTAL
from pbwidgets.wording import round_half_up

SHOWN_REFERENCE: Final = "shown_reference"
RANKED: Final = "ranked"
STATUSES: Final = "statuses"
FRAME_OF: Final = {SHOWN_REFERENCE: "reference", RANKED: "reference", STATUSES: "selection"}
"""The frame that each extract is taken from."""
SHARED_EXTRACTS: Final = (SHOWN_REFERENCE, RANKED)
"""Extracts that belong to no unit."""

_BESIDE_STATUSES: Final = ["total", "tie_group", "reason_code", "reason_args", "reason_zh", "reason_en"]
_SPREAD: Final = ["lowest", "median", "highest"]


def extract_shown(scores: Scores) -> dict[str, pd.DataFrame]:
    """Extracts of the scores by name.

    Returns
    -------
    dict
        ``shown_reference``: the published spread, with the two decimals that people see; ``ranked``: how many
        units have a total, by track; ``statuses``: the ``selection`` without totals and reasons.
    """
    reference = scores.reference
    spread = reference[["track_id", "criterion_id", "layer", "max_points"]].copy()
    for name in _SPREAD:
        spread[name] = round_half_up(reference[name].to_numpy(dtype=np.float64), 2)
    totals = (reference["criterion_id"] == TOTAL) & (reference["layer"] == FINAL)
    return {
        SHOWN_REFERENCE: spread,
        RANKED: reference.loc[totals, ["track_id", "n"]],
        STATUSES: scores.selection.drop(columns=_BESIDE_STATUSES),
    }
