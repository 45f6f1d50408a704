"""Vetoes: which units are out, barred or capped, and by which gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign, CappingGate, Gate
from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Bools, Ints, Objects, positions_in
from pbwidgets.scoring.frames import BARRED, CAPPED, DISQUALIFIED, IN_FORCE
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.points import find_over_measures
from pbwidgets.scoring.track_layout import TrackLayout

_STATUS = {"disqualify": DISQUALIFIED, "bar": BARRED, "cap": CAPPED}
BELOW_ALL = 99
_STRICT = ("disqualify", "bar", "cap")  # the strictest effect is the one that is shown


@dataclass(frozen=True)
class TrackVetoes:
    """What gates do to the units of one track.

    Attributes
    ----------
    status
        ``disqualified``, ``barred``, ``capped`` or an empty text, by unit.
    gate
        Id of the gate behind it.
    basis
        What is on record for it; empty for a gate that a measure triggers.
    officers_out
        Units whose officers are not recommended either.
    best_class
        Best class that all gates together leave open to a unit, from 1: as its gate says for a capped unit, below
        all classes for a disqualified one.
    class_gate
        Id of the gate behind ``best_class``, an empty text for none.
    """

    status: Objects
    gate: Objects
    basis: Objects
    officers_out: Bools
    best_class: Ints
    class_gate: Objects

    @property
    def in_contest(self) -> Bools:
        """Units that no gate has taken out."""
        return np.asarray(self.status == "", dtype=bool)

    @property
    def keep_rank(self) -> Bools:
        """Units that are ranked: a veto that bars or caps takes neither points nor rank."""
        return np.asarray(self.status != DISQUALIFIED, dtype=bool)


@dataclass(frozen=True)
class _Hit:
    """One gate that closed: for which units of the register, and in which track (None: in all)."""

    gate: Gate
    units: Bools
    basis: Objects
    track_id: str | None


def apply_gates(
    campaign: Campaign, layouts: Sequence[TrackLayout], table: MeasureTable, vetoes: pd.DataFrame, today: date
) -> Mapping[str, TrackVetoes]:
    """Vetoes of each track, by track id.

    A gate closes for a unit by a veto on record that is in force (an appealed one is, until it is lifted), or
    where its ``when`` holds over measures, as far as they are known. Scope ``entry`` keeps it to its track;
    ``unit`` and ``unit_and_officers`` carry it to all tracks of the unit, as does a veto on record that names
    no track. Of several gates the strictest is shown: disqualified before barred before capped, then the order
    of the file.

    Raises
    ------
    DataError
        ``scoring.unknown_gate`` if a veto on record names a gate that the campaign does not have.
    """
    hits = [*_find_triggered(layouts, table, today), *_find_recorded(campaign, table, vetoes)]
    return {layout.track.id: _close(layout, hits) for layout in layouts}


def _find_triggered(layouts: Sequence[TrackLayout], table: MeasureTable, today: date) -> list[_Hit]:
    hits = []
    for layout in layouts:
        for gate in layout.track.gates:
            if gate.when is None:
                continue
            units = np.zeros(len(layout.register), dtype=bool)
            units[layout.units] = find_over_measures(gate.when, layout, table, today)
            basis = np.full(len(layout.register), "", dtype=object)
            hits.append(_Hit(gate, units, basis, layout.track.id if gate.scope == "entry" else None))
    return hits


def _find_recorded(campaign: Campaign, table: MeasureTable, vetoes: pd.DataFrame) -> list[_Hit]:
    register = table.register
    current = vetoes[vetoes["status"].isin(IN_FORCE).to_numpy(dtype=bool, na_value=False)]
    current = current.sort_values(["unit_code", "kind", "basis"]).assign(
        track_id=current["track_id"].fillna("")
    )
    hits = []
    for (track_id, kind), rows in current.groupby(["track_id", "kind"], sort=True):
        named = str(track_id) or None
        gate = _find_gate(campaign, named, str(kind))
        at: Ints = positions_in(rows["unit_code"], register.codes)
        units = np.zeros(len(register), dtype=bool)
        units[at[at >= 0]] = True
        basis = np.full(len(register), "", dtype=object)
        basis[at[at >= 0]] = rows["basis"].fillna("").to_numpy(dtype=object)[at >= 0]
        hits.append(_Hit(gate, units, basis, named if gate.scope == "entry" else None))
    return hits


def _find_gate(campaign: Campaign, track_id: str | None, kind: str) -> Gate:
    for track in campaign.tracks:
        for gate in track.gates:
            if gate.id == kind and track_id in (None, track.id):
                return gate
    allowed = ", ".join(gate.id for track in campaign.tracks for gate in track.gates)
    raise DataError("scoring.unknown_gate", gate=kind, allowed=allowed or "–")


def _close(layout: TrackLayout, hits: Sequence[_Hit]) -> TrackVetoes:
    size = len(layout.units)
    status, gate, basis, class_gate = (np.full(size, "", dtype=object) for _ in range(4))
    officers_out = np.zeros(size, dtype=bool)
    best_class = np.ones(size, dtype=np.int64)
    for hit in sorted(hits, key=lambda hit: _STRICT.index(hit.gate.effect)):
        if hit.track_id not in (None, layout.track.id):
            continue
        closed = hit.units[layout.units]
        new = closed & (status == "")
        status[new] = _STATUS[hit.gate.effect]
        gate[new] = hit.gate.id
        basis[new] = hit.basis[layout.units][new]
        officers_out |= closed & (hit.gate.scope == "unit_and_officers")
        lower = closed & (best_class < _find_best_class(hit.gate))
        best_class[lower] = _find_best_class(hit.gate)
        class_gate[lower] = hit.gate.id
    return TrackVetoes(status, gate, basis, officers_out, best_class, class_gate)


def _find_best_class(gate: Gate) -> int:
    if isinstance(gate, CappingGate):
        return gate.caps_at
    return 1 if gate.effect == "bar" else BELOW_ALL
