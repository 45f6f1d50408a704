"""Eligibility: awards that need a class or another award, or exclude it, and the order in which tracks are selected.

What holds in another track counts: a veto, else the decision of a meeting, else the proposal. A unit whose place
there is still open is not selected there, and the reason says that this may change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

import numpy as np

from pbwidgets.campaign.model import NeedsClass, Track
from pbwidgets.scoring.arrays import Bools, Ints, Objects
from pbwidgets.scoring.frames import SELECTED, TIED_AT_CUT
from pbwidgets.scoring.reasons import Args, Reason
from pbwidgets.scoring.track_layout import TrackLayout


@dataclass(frozen=True)
class Results:
    """What has come out so far, by track id; one entry for each unit of the track.

    Attributes
    ----------
    classes
        Number of the class, 0 for none.
    statuses
        Statuses that hold in tracks that have been selected.
    """

    classes: Mapping[str, Ints]
    statuses: dict[str, Objects] = field(default_factory=dict)


@dataclass(frozen=True)
class TrackEligibility:
    """Which units of a track meet its conditions, and why the others do not.

    Attributes
    ----------
    open_in
        Units tied at the cut in another track that this one depends on, by its id.
    """

    met: Bools
    reasons: tuple[Reason, ...] = ()
    open_in: Mapping[str, Bools] = field(default_factory=dict)


def order_awards(layouts: Sequence[TrackLayout]) -> list[TrackLayout]:
    """Layouts in an order in which every track comes after those that its award depends on.

    Raises
    ------
    graphlib.CycleError
        If awards depend on each other in a circle; ``pbwidgets check`` refuses such a file.
    """
    by_id = {layout.track.id: layout for layout in layouts}
    order = TopologicalSorter({track_id: awards_of(one.track) for track_id, one in by_id.items()})
    return [by_id[track_id] for track_id in order.static_order() if track_id in by_id]


def awards_of(track: Track) -> tuple[str, ...]:
    """Tracks that the award of a track depends on."""
    return (*track.selected_in, *track.not_selected_in)


def check_eligibility(layout: TrackLayout, results: Results) -> TrackEligibility:
    """Units that meet the conditions of a track's award: the class, the other awards, and those that exclude it.

    Parameters
    ----------
    layout
        Axes of the track. Tracks that it depends on assess units of the same kind.
    results
        Of all tracks that it depends on.
    """
    track = layout.track
    met = np.ones(len(layout.units), dtype=bool)
    reasons: list[Reason] = []
    if track.needs_class is not None:
        needed = track.needs_class.track or track.id
        classes = results.classes[needed]
        met &= (classes > 0) & (classes <= track.needs_class.lowest)
        reasons += _reason_classes(needed, track.needs_class, classes)
    for other in track.selected_in:
        status = results.statuses[other]
        met &= status == SELECTED
        args: Args = {"track_id": other, "status_id": status}
        reasons.append(Reason("scoring.needs_award", status != SELECTED, args))
    for other in track.not_selected_in:
        status = results.statuses[other]
        met &= status != SELECTED
        reasons.append(Reason("scoring.excluded_by_award", status == SELECTED, {"track_id": other}))
    open_in = {other: np.equal(results.statuses[other], TIED_AT_CUT) for other in awards_of(track)}
    return TrackEligibility(met, tuple(reasons), open_in)


def _reason_classes(track_id: str, needs: NeedsClass, classes: Ints) -> list[Reason]:
    names = np.array(
        [f"{track_id}:{number}" for number in range(int(classes.max(initial=0)) + 1)], dtype=object
    )
    args: Args = {"track_id": track_id, "needed_class_id": f"{track_id}:{needs.lowest}"}
    below, none = (
        ("scoring.needs_best_class", "scoring.needs_best_class_none")
        if needs.lowest == 1
        else ("scoring.needs_class", "scoring.needs_class_none")
    )
    return [
        Reason(below, classes > needs.lowest, {**args, "class_id": names[classes]}),
        Reason(none, classes == 0, args),
    ]
