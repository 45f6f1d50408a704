"""What reports show of frames about all units, fingerprinted on its own beside the frames.

A report that shows the median of a line has to be made again when that median, as it is written, has moved; not
whenever some point of some unit has. A report that names the units selected, when some status or rank has changed;
not whenever a total has.
"""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.scoring.frames import FINAL, REFERENCE, Scores
from pbwidgets.scoring.reference import TOTAL
from pbwidgets.scoring.selection import note_open_places
from pbwidgets.wording import round_half_up

SHOWN_REFERENCE: Final = "shown_reference"
RANKED: Final = "ranked"
STATUSES: Final = "statuses"
FRAME_OF: Final = {SHOWN_REFERENCE: "reference", RANKED: "reference", STATUSES: "selection"}
"""The frame that each extract is taken from."""
SHARED_EXTRACTS: Final = (SHOWN_REFERENCE, RANKED)
"""Extracts that belong to no unit."""

_SPREAD: Final = ["lowest", "median", "highest"]
_LINE: Final = ["track_id", "criterion_id", "layer"]
_LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    SHOWN_REFERENCE: frozenset(REFERENCE) - {*_LINE, "max_points", *_SPREAD},
    RANKED: frozenset(REFERENCE) - {*_LINE, "n"},
    STATUSES: frozenset({"total", "tie_group", "reason_code", "reason_args", "reason_zh", "reason_en"}),
}
"""Columns of its frame that each extract does not have."""


def extract_shown(scores: Scores) -> dict[str, pd.DataFrame]:
    """Extracts of the scores by name.

    Returns
    -------
    dict
        ``shown_reference``: the published spread, with the two decimals that people see; ``ranked``: how many
        units have a total, by track; ``statuses``: the ``selection`` without totals and reasons, but with the number
        of open places that they tell.
    """
    reference = scores.reference
    spread = take_columns(reference, [SHOWN_REFERENCE])
    for name in _SPREAD:
        spread[name] = round_half_up(reference[name].to_numpy(dtype=np.float64), 2)
    totals = (reference["criterion_id"] == TOTAL) & (reference["layer"] == FINAL)
    return {
        SHOWN_REFERENCE: spread,
        RANKED: take_columns(reference[totals], [RANKED]),
        STATUSES: take_columns(scores.selection, [STATUSES]),
    }


def take_columns(frame: pd.DataFrame, extracts: Collection[str]) -> pd.DataFrame:
    """What somebody gets of a frame who reads only some extracts of it: the columns that one of them has.

    Parameters
    ----------
    frame
        The frame, or rows of it; of ``selection`` also as it holds.
    extracts
        Names of one extract or several, all of that frame.
    """
    made = note_open_places(frame) if STATUSES in extracts else frame
    return made.drop(columns=list(frozenset.intersection(*(_LEFT_OUT[name] for name in extracts))))
