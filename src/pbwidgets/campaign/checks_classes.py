"""Mistakes in how a track puts its units into classes."""

from collections.abc import Iterator
from itertools import pairwise

from pbwidgets.campaign.findings import Address, Finding
from pbwidgets.campaign.known import Known, find_repeated_ids
from pbwidgets.campaign.model import CappingGate, Classes, Track


def find_in_classes(track: Track, address: Address, known: Known) -> Iterator[Finding]:
    """Mistakes in bounds, shares, flags and caps of a track's classes."""
    if track.classes is None:
        return
    here = (*address, "classes")
    yield from _find_in_bounds(track.classes, here)
    last = len(track.classes.names)
    asked = [(flag.proposes, (*here, "flags", at, "proposes")) for at, flag in enumerate(track.classes.flags)]
    asked += [
        (gate.caps_at, (*address, "gates", at, "caps_at"))
        for at, gate in enumerate(track.gates)
        if isinstance(gate, CappingGate)
    ]
    for number, place in asked:
        if number > last:
            args = {"number": number, "last": last}
            yield Finding("campaign.no_such_class", place, args, ((*here, "names"),))
    yield from find_repeated_ids(track.classes.flags, (*here, "flags"))
    for at, flag in enumerate(track.classes.flags):
        yield from known.find_in_condition(flag.when, (*here, "flags", at, "when"))


def _find_in_bounds(classes: Classes, address: Address) -> Iterator[Finding]:
    given = {"from_totals": classes.from_totals, "shares_pct": classes.shares_pct}
    used = {key: values for key, values in given.items() if values}
    if len(used) != 1:
        yield Finding("campaign.classes_by_one", address, {}, (address,))
        return
    ((key, values),) = used.items()
    here = (*address, key)
    if len(values) != len(classes.names) - 1:
        args = {"key": key, "number": len(values), "wanted": len(classes.names) - 1}
        yield Finding("campaign.classes_miscounted", here, args, ((*address, "names"),))
    if any(later >= earlier for earlier, later in pairwise(classes.from_totals)):
        yield Finding("campaign.class_bounds_disordered", here, {})
    if sum(classes.shares_pct) > 100:
        yield Finding("campaign.class_shares_above_all", here, {"total": sum(classes.shares_pct)})
