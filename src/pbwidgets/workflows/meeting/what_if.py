"""What-ifs: a selection under other weights, without a source, or with a veto lifted. Nothing is stored.

The campaign is edited as one would edit its file and scored by the same functions, so a list tried here
is the list that ``pbwidgets select`` gives for a file with the same edits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from pbwidgets.campaign import Campaign, Track
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.scoring import Records, TrackScores, score_tracks
from pbwidgets.scoring.frames import FINAL, IN_FORCE, SELECTED, WAITING
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.points import to_points_frame
from pbwidgets.scoring.reasons import word_losses
from pbwidgets.scoring.robustness import USUAL_TRIALS, Trials, vary_list
from pbwidgets.scoring.selection import (
    best_first,
    hold_decisions,
    select_units,
    show_holding,
    to_selection_frame,
)
from pbwidgets.scoring.sheet import word_decided_reason, word_decision
from pbwidgets.scoring.tie_order import order_ties
from pbwidgets.scoring.totals import round_totals, to_totals_frame
from pbwidgets.wording import number, say
from pbwidgets.workflows.ground.desk import Desk, authorise_tops, find_tops, may_do, reading_action
from pbwidgets.workflows.ground.lookup import check_track
from pbwidgets.workflows.ground.snapshots import take_snapshot


@dataclass(frozen=True)
class LiftedVeto:
    """A veto on record that is treated as lifted, and on what basis.

    ``track_id`` is that of the record; None means a veto on the unit in the whole campaign.
    """

    unit_code: str
    kind: str
    basis: str = ""
    track_id: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Unit, kind and track, which identify the record."""
        return self.unit_code, self.kind, self.track_id or ""


@dataclass(frozen=True)
class WhatIf:
    """Changes to try in one track; none by default.

    Attributes
    ----------
    track_id
        The track.
    source_weights
        New weights of sources, by layer and source.
    layer_weights
        New weights of layers, if the track's total is weighted.
    dropped
        Sources that do not count, by layer and source; the layer's other sources are re-weighted.
    tie_order
        Tied units, in the order that breaks the tie.
    lifted
        Vetoes treated as lifted.
    """

    track_id: str
    source_weights: Mapping[tuple[str, str], float] = field(default_factory=dict)
    layer_weights: Mapping[str, float] = field(default_factory=dict)
    dropped: frozenset[tuple[str, str]] = frozenset()
    tie_order: tuple[str, ...] = ()
    lifted: tuple[LiftedVeto, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A list under a what-if.

    Attributes
    ----------
    campaign
        The edited campaign.
    selection
        Columns ``SELECTION``, in the order of codes: what the rules propose, or after :meth:`as_decided` what holds.
    holds
        Whether the list is the one that was decided, as :meth:`as_decided` gives it.
    totals, points
        Of the track, columns ``TOTALS`` and ``POINTS``.
    """

    campaign: Campaign
    period_id: str
    table: MeasureTable
    track: TrackScores
    selection: pd.DataFrame
    holds: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether the meeting has decided on this track."""
        return bool(self.selection["decided"].notna().any())

    def as_decided(self) -> "Tried":
        """The list as it holds after the decision; each reason begins with what was decided."""
        held = show_holding(self.selection)
        decided = held["decided"].notna()
        for lang, column in (("zh_CN", "reason_zh"), ("en", "reason_en")):
            held.loc[decided, column] = [
                say("meeting.why_decided", lang, decision=word_decision(row, lang), reason=row[column])
                for row in held[decided].to_dict("records")
            ]
        return replace(self, selection=held, holds=True)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Totals of all layers of the track, columns ``TOTALS``."""
        return to_totals_frame(self.campaign, self.period_id, self.track.layout, self.track.totals)

    @cached_property
    def points(self) -> pd.DataFrame:
        """Points of all lines of the track, columns ``POINTS``."""
        track = self.track
        return to_points_frame(
            self.campaign, self.period_id, track.layout, track.points, track.totals.settled
        )

    def losses(self, lang: str) -> dict[str, str]:
        """What each unit lost and why, as one text by code; units that lost nothing are left out."""
        worded = word_losses(self.campaign, self.points, lang)["lost"]
        return dict(zip(worded.index.get_level_values("unit_code"), worded, strict=True))

    def list_units(self) -> pd.DataFrame:
        """The selection with the totals of all layers (``total_<layer>``), best first, unranked ones last."""
        layers = round_totals(self.campaign, self.totals[self.totals["layer"] != FINAL])
        wide = layers.pivot_table(index="unit_code", columns="layer", values="total", dropna=False)
        made = self.selection.merge(wide.add_prefix("total_").reset_index(), on="unit_code", how="left")
        return best_first(made)


@dataclass(frozen=True)
class Trial:
    """Records at one moment on which what-ifs are tried; made by :func:`open_trial`.

    Attributes
    ----------
    snapshot_id
        The snapshot read; a decision names it, so that nobody decides on a list that has changed since.
    day
        Day of the records.
    """

    campaign: Campaign
    period_id: str
    snapshot_id: str
    records: Records
    day: date

    def vetoes(self, track: Track) -> pd.DataFrame:
        """Vetoes on record that are in force for units of a track's kind, columns ``VETOES``."""
        found = self.records.vetoes
        codes = self.records.units.loc[self.records.units["kind"].isin(track.unit_kind), "unit_code"]
        gates = {gate.id for gate in track.gates}
        ours = found["track_id"].fillna(track.id) == track.id
        kept = found["status"].isin(IN_FORCE) & found["unit_code"].isin(codes) & ours
        return found[kept & found["kind"].isin(gates)].reset_index(drop=True)


SHARED_LIST: Final = "meeting.shared_list"
"""Code of the refusal where a list is decided for several units at the top together."""


def authorise_meeting(desk: Desk, track_id: str | None = None) -> None:
    """Raise unless the actor may see the whole list of a track, or of every track, before it is decided.

    An analyst may, because they read snapshots, and anyone who may inspect others' material from the top of
    what the track assesses.

    Raises
    ------
    RightsError
        For everybody else.
    """
    authorise_tops(desk, reading_action(desk), track_id)


def meeting_tracks(desk: Desk) -> tuple[Track, ...]:
    """Tracks with a list that the actor may see before it is decided, in the order of the campaign.

    Raises
    ------
    RightsError
        If there is none for the actor: ``meeting.shared_list`` for the reviewers of one of several units at the top,
        else as :func:`authorise_meeting`.
    """
    listed = [track for track in desk.opened.campaign.tracks if track.kind == "score"]
    seen = tuple(track for track in listed if _may_see(desk, track.id))
    if not seen:
        if sharing := _count_sharing(desk):
            raise RightsError(SHARED_LIST, count=sharing)
        authorise_meeting(desk, listed[0].id if listed else None)
    return seen


def _count_sharing(desk: Desk) -> int:
    """How many units at the top share the campaign's lists, for the reviewers of one of them; 0 for all others.

    Such a list ranks the units of all of them together, so none of them decides it alone.
    """
    codes = find_tops(desk)
    own = desk.actor.unit_code
    return len(codes) if len(codes) > 1 and own in codes and may_do(desk, reading_action(desk), own) else 0


def _may_see(desk: Desk, track_id: str) -> bool:
    try:
        authorise_meeting(desk, track_id)
    except RightsError:
        return False
    return True


def open_trial(desk: Desk) -> Trial:
    """Current records, read once for many what-ifs.

    Raises
    ------
    RightsError
        As :func:`meeting_tracks`.
    """
    meeting_tracks(desk)
    snapshot = take_snapshot(desk.workspace, desk.opened)
    return Trial(
        snapshot.campaign(), snapshot.period_id, snapshot.snapshot_id, snapshot.records(), snapshot.day
    )


def try_selection(trial: Trial, what_if: WhatIf) -> Tried:
    """The list of a track under a what-if; the trial and the store are not changed.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``meeting.unknown_weight`` for a layer or source that the track does not
        have, ``meeting.no_weight_left`` if no weight would be left.
    """
    campaign = edit_campaign(trial.campaign, what_if)
    records = replace(trial.records, vetoes=_without_lifted(trial.records.vetoes, what_if.lifted))
    table, tracks = score_tracks(campaign, trial.period_id, records)
    one = next(item for item in tracks if item.layout.track.id == what_if.track_id)
    if what_if.tie_order:
        one = _break_ties(one, what_if.tie_order, records.decisions)
    selection = to_selection_frame(
        campaign, trial.period_id, one.layout, one.ranking, one.vetoes, one.selection, records.decisions
    )
    return Tried(campaign, trial.period_id, table, one, selection)


def edit_campaign(campaign: Campaign, what_if: WhatIf) -> Campaign:
    """Campaign with the weights of a what-if, as its file would define it; a dropped source has weight 0.

    Raises
    ------
    UsageError
        As :func:`try_selection`.
    """
    if what_if.track_id not in [track.id for track in campaign.tracks if track.kind == "score"]:
        check_track(campaign, what_if.track_id)
        raise UsageError("meeting.not_scored", track=what_if.track_id)
    track = campaign.track(what_if.track_id)
    _check_named(track, what_if)
    layers = []
    for layer in track.layers:
        sources = []
        for source in layer.sources:
            where = (layer.id, source.id)
            weight = 0.0 if where in what_if.dropped else what_if.source_weights.get(where, source.weight)
            sources.append(source.model_copy(update={"weight": float(weight)}))
        changes: dict[str, object] = {"sources": tuple(sources)}
        if layer.id in what_if.layer_weights:
            changes["weight"] = float(what_if.layer_weights[layer.id])
        layers.append(layer.model_copy(update=changes))
    edited = track.model_copy(update={"layers": tuple(layers)})
    _check_weights(edited)
    tracks = tuple(edited if item.id == track.id else item for item in campaign.tracks)
    return campaign.model_copy(update={"tracks": tracks})


def changed_places(before: pd.DataFrame, after: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Codes of units that gain a place, by new rank, and of units that lose theirs, by old rank."""
    was = before[before["status"] == SELECTED].sort_values(["rank", "unit_code"])["unit_code"]
    now = after[after["status"] == SELECTED].sort_values(["rank", "unit_code"])["unit_code"]
    return [code for code in now if code not in set(was)], [code for code in was if code not in set(now)]


def word_what_if(
    campaign: Campaign, what_if: WhatIf, names: Mapping[str, str], lang: str | None = None
) -> list[str]:
    """One sentence per change: weights with their old values, dropped sources, ties, lifted vetoes."""
    track = campaign.track(what_if.track_id)
    words = [*_word_sources(track, what_if, lang)]
    for layer in track.layers:
        new = what_if.layer_weights.get(layer.id, layer.weight or 0.0)
        if new != (layer.weight or 0.0):
            name = campaign.layer(layer.id).name.words(lang or "zh_CN")
            words.append(_word_weight(name, layer.weight or 0.0, new, lang))
    if what_if.tie_order:
        ordered = say("meeting.comma", lang).join(names.get(code, code) for code in what_if.tie_order)
        words.append(say("meeting.changed_ties", lang, units=ordered))
    gates = {gate.id: gate.name.words(lang or "zh_CN") for item in campaign.tracks for gate in item.gates}
    for veto in what_if.lifted:
        unit = names.get(veto.unit_code, veto.unit_code)
        kind = gates.get(veto.kind, veto.kind)
        words.append(say("meeting.changed_veto", lang, unit=unit, kind=kind, basis=veto.basis or "—"))
    return words


def word_decided(tried: Tried, lang: str | None = None) -> str:
    """Who decided last on this track, when, how many were selected and wait, and why; empty if nothing is decided."""
    decided = tried.selection[tried.selection["decided"].notna()]
    if decided.empty:
        return ""
    newest = decided.sort_values("decided_on").iloc[-1]
    counts = decided["decided"].value_counts()
    said = say(
        "meeting.decided",
        lang,
        by=str(newest["decided_by"]),
        on=str(newest["decided_on"]),
        selected=int(counts.get(SELECTED, 0)),
        waiting=int(counts.get(WAITING, 0)),
    )
    return said + word_decided_reason(newest.to_dict(), lang)


def find_firmness(trial: Trial, tried: Tried, trials: Trials = USUAL_TRIALS) -> pd.DataFrame:
    """How often each unit is selected when weights, points and raters vary a little; columns ``FIRMNESS``."""
    return vary_list(
        tried.table, tried.track, trial.records.ratings, trials.ranges, runs=trials.runs, seed=trials.seed
    )


def _word_sources(track: Track, what_if: WhatIf, lang: str | None) -> Iterable[str]:
    for layer in track.layers:
        for source in layer.sources:
            name = source.name.words(lang or "zh_CN")
            where = (layer.id, source.id)
            new = what_if.source_weights.get(where, source.weight)
            if where in what_if.dropped:
                yield say("meeting.changed_dropped", lang, name=name)
            elif new != source.weight:
                yield _word_weight(name, source.weight, new, lang)


def _word_weight(name: str, before: float, after: float, lang: str | None) -> str:
    return say("meeting.changed_weight", lang, name=name, before=number(before), after=number(after))


def _without_lifted(vetoes: pd.DataFrame, lifted: tuple[LiftedVeto, ...]) -> pd.DataFrame:
    keys = {veto.key for veto in lifted}
    of_row = zip(vetoes["unit_code"], vetoes["kind"], vetoes["track_id"].fillna(""), strict=True)
    kept = np.array([row not in keys for row in of_row], dtype=bool)  # bool for an empty list
    return vetoes[kept].reset_index(drop=True)


def _break_ties(one: TrackScores, order: tuple[str, ...], decisions: pd.DataFrame) -> TrackScores:
    ranking = order_ties(one.ranking, [str(code) for code in one.layout.codes], order)
    selection = select_units(one.layout, one.totals, ranking, one.vetoes, one.nominations, one.eligibility)
    selection = hold_decisions(one.layout, selection, ranking, one.eligibility, decisions)
    return replace(one, ranking=ranking, selection=selection)


def _check_named(track: Track, what_if: WhatIf) -> None:
    sources = {(layer.id, source.id) for layer in track.layers for source in layer.sources}
    layers = {layer.id for layer in track.layers if track.final == "weighted"}
    for where in (*what_if.source_weights, *what_if.dropped):
        if where not in sources:
            raise UsageError("meeting.unknown_weight", name="/".join(where))
    for layer_id in what_if.layer_weights:
        if layer_id not in layers:
            raise UsageError("meeting.unknown_weight", name=layer_id)
    for weight in (*what_if.source_weights.values(), *what_if.layer_weights.values()):
        if not 0 <= weight < float("inf"):
            raise UsageError("meeting.weight_out_of_range", weight=weight)


def _check_weights(track: Track) -> None:
    """Raise if no weight is left to count, as the check of a campaign file does."""
    for layer in track.layers:
        marking = [layer.sources]
        marking += [tuple(s for s in layer.sources if s.id in line.sources) for line in track.lines()]
        if any(sources and not any(source.weight for source in sources) for sources in marking):
            raise UsageError("meeting.no_weight_left")
    if track.final == "weighted" and track.layers and not any(layer.weight for layer in track.layers):
        raise UsageError("meeting.no_weight_left")
