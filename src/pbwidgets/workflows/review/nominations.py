"""Nominations: the list of each nominating unit, and its order."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pbwidgets import store
from pbwidgets.campaign import Track
from pbwidgets.errors import ConflictError, DataError, PbError
from pbwidgets.scoring import TrackScores, score_tracks
from pbwidgets.scoring.frames import FINAL
from pbwidgets.scoring.totals import round_totals, to_totals_frame
from pbwidgets.store import NominationList, Reader
from pbwidgets.store.counting import load_counting
from pbwidgets.store.submissions import DRAFT, RETURNED, SUBMITTED
from pbwidgets.units import ancestors, unit_names
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_track
from pbwidgets.workflows.ground.rights import scope_of
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.snapshots import does_count, read_current
from pbwidgets.workflows.ground.workspace import Opened


@dataclass(frozen=True)
class Balance:
    """What one unit has nominated in one track.

    Attributes
    ----------
    listed
        Codes of the nominated units, in its own order.
    allotted
        How many it may nominate: the number on record, else the usual one of the campaign; None for any number.
    """

    track_id: str
    by_unit: str
    listed: tuple[str, ...]
    allotted: int | None

    @property
    def left(self) -> int | None:
        """How many more it may nominate."""
        return None if self.allotted is None else max(self.allotted - len(self.listed), 0)


@dataclass(frozen=True)
class Candidate:
    """A unit that may be on a list.

    Attributes
    ----------
    unit_code, unit_name
        The unit.
    total, rank
        Total in the layer of the nominating unit, and the rank among the candidates by it; None without a total.
    state
        State of its material; of several forms, of the one that is least far. Empty if there is none.
    counts
        Whether its material counts as it is now; it may be nominated before.
    refused
        Why it cannot be nominated; None if it can.
    """

    unit_code: str
    unit_name: str
    total: float | None
    rank: int | None
    state: str
    counts: bool
    refused: PbError | None


def find_candidates(desk: Desk, track_id: str, by_unit: str) -> tuple[Candidate, ...]:
    """Units that a unit may nominate in a track, the best first, those without a total last.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not see the list.
    """
    desk.authorise("inspect", by_unit)
    track = _track(desk.opened, track_id)
    codes = _codes_below(desk, track, by_unit)
    scores = _score(desk, track)
    scored = _find_totals(desk, scores, codes)
    ranks = scored.rank(method="min", ascending=False)
    with desk.workspace.store.read() as reader:
        states = _load_states(reader, desk, track, codes)
        refusals = _find_missing(reader, desk, track, codes) | _find_refusals(desk, scores, states)
        counting = _load_units(reader, desk, track, counts=True)
    names = unit_names(desk.units)
    found = [
        Candidate(
            unit_code=code,
            unit_name=names[code],
            total=float(scored[code]) if code in scored.index else None,
            rank=int(ranks[code]) if code in ranks.index else None,
            state=states.get(code, ""),
            counts=code in counting,
            refused=refusals.get(code),
        )
        for code in codes
    ]
    return tuple(sorted(found, key=lambda item: (item.rank is None, item.rank or 0, item.unit_code)))


def tracks_to_nominate(desk: Desk, unit_code: str) -> tuple[Track, ...]:
    """Tracks in which the actor's own unit may nominate this unit; none for actors who may not nominate."""
    own, units = desk.actor.unit_code, desk.units
    if own is None or own == unit_code or scope_of(desk.actor.role, "nominate") is None:
        return ()
    kinds = dict(zip(units["unit_code"], units["kind"], strict=True))
    return tuple(
        track
        for track in desk.opened.campaign.tracks
        if track.nomination is not None
        and track.nomination.by == kinds.get(own)
        and kinds.get(unit_code) in track.unit_kind
    )


def nominate_unit(desk: Desk, track_id: str, by_unit: str, unit_code: str) -> int:
    """Place of the unit on the nominating unit's list.

    Raises
    ------
    DataError
        ``store.above_allotment`` if the list is full, ``workflows.not_below`` if the unit is not below the
        nominating one, ``workflows.nominee_vetoed``, ``workflows.nominee_returned``, ``workflows.nominee_missing`` if
        nothing is handed in for it.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    desk.authorise("nominate", by_unit)
    track = desk.opened.campaign.track(track_id)
    _check_nominees(desk, track, by_unit, [unit_code])
    listed = NominationList(*desk.opened.key, track_id, by_unit)
    with desk.write() as writer:
        _check_allotment(writer, desk, listed, len(store.load_nomination_list(writer, listed)) + 1)
        return store.nominate(writer, listed, unit_code)


def hand_in_nominations(
    desk: Desk, track_id: str, by_unit: str, unit_codes: Sequence[str], *, seen: Sequence[str]
) -> None:
    """Make these units, in this order, the nominating unit's whole list.

    A unit that was listed before a veto or a return may stay, since the list is the nominating unit's own; it keeps
    its place without being in the contest.

    Parameters
    ----------
    seen
        The list that the actor saw.

    Raises
    ------
    ConflictError
        ``workflows.list_changed`` if somebody else has changed the list since.
    DataError
        ``workflows.nominated_twice`` for a code that is given twice; else as :func:`nominate_unit`.
    RightsError
        If the actor may not nominate for ``by_unit``.
    UsageError
        ``workflows.unknown_track``.
    """
    desk.authorise("nominate", by_unit)
    listed = _list(desk.opened, track_id, by_unit)
    wanted = list(unit_codes)
    twice = [code for code, count in Counter(wanted).items() if count > 1]
    if twice:
        raise DataError("workflows.nominated_twice", unit=unit_names(desk.units).get(twice[0], twice[0]))
    added = [code for code in wanted if code not in seen]
    _check_nominees(desk, _track(desk.opened, track_id), by_unit, added)
    with desk.write() as writer:
        before = store.load_nomination_list(writer, listed)
        if before != tuple(seen):
            raise ConflictError("workflows.list_changed", by=by_unit)
        _check_allotment(writer, desk, listed, len(wanted))
        for code in before:
            if code not in wanted:
                store.withdraw_nomination(writer, listed, code)
        for code in added:
            store.nominate(writer, listed, code)
        if store.load_nomination_list(writer, listed) != tuple(wanted):
            store.order_nominations(writer, listed, wanted)


def withdraw_nomination(desk: Desk, track_id: str, by_unit: str, unit_code: str) -> None:
    """Take a unit off the nominating unit's list; those after it move up.

    Raises
    ------
    DataError
        If it is not on the list.
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not nominate for ``by_unit``.
    """
    desk.authorise("nominate", by_unit)
    listed = _list(desk.opened, track_id, by_unit)
    with desk.write() as writer:
        store.withdraw_nomination(writer, listed, unit_code)


def find_balance(desk: Desk, track_id: str, by_unit: str) -> Balance:
    """What a unit has nominated in a track, and how many it may.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``.
    RightsError
        If the actor may not see the list.
    """
    desk.authorise("inspect", by_unit)
    nominations = _list(desk.opened, track_id, by_unit)
    with desk.workspace.store.read() as reader:
        listed = store.load_nomination_list(reader, nominations)
        allotted = _allotted(reader, desk, nominations)
    return Balance(track_id, by_unit, listed, allotted)


def _allotted(reader: Reader, desk: Desk, listed: NominationList) -> int | None:
    """How many may be listed, as scoring counts them: the number on record, else the usual one of the campaign."""
    allotments = store.load_allotments(reader, *desk.opened.key)
    ours = allotments[(allotments["track_id"] == listed.track_id) & (allotments["by_unit"] == listed.by_unit)]
    if len(ours):
        return int(ours["allotted"].iloc[0])
    nomination = desk.opened.campaign.track(listed.track_id).nomination
    return nomination.allotment.usual if nomination and nomination.allotment else None


def _check_allotment(reader: Reader, desk: Desk, listed: NominationList, count: int) -> None:
    allotted = _allotted(reader, desk, listed)
    if allotted is not None and count > allotted:
        raise DataError("store.above_allotment", unit=listed.by_unit, allotted=allotted)


def _check_nominees(desk: Desk, track: Track, by_unit: str, unit_codes: Sequence[str]) -> None:
    """Raise for the first unit that is not below the nominating one, or is out of the contest."""
    below = set(_codes_below(desk, track, by_unit))
    for code in unit_codes:
        if code not in below:
            raise DataError("workflows.not_below", unit=code, by=by_unit)
    if not unit_codes:
        return
    with desk.workspace.store.read() as reader:
        states = _load_states(reader, desk, track, unit_codes)
        missing = _find_missing(reader, desk, track, unit_codes)
    refusals = missing | _find_refusals(desk, _score(desk, track), states)
    for code in unit_codes:
        if code in refusals:
            raise refusals[code]


def _codes_below(desk: Desk, track: Track, by_unit: str) -> list[str]:
    """Units of the track's kind below the nominating one; none if it does not nominate in the track."""
    if track.nomination is None:
        return []
    above = ancestors(desk.units, track.nomination.by)
    codes = desk.units.loc[desk.units["kind"].isin(track.unit_kind), "unit_code"]
    return [str(code) for code in codes if above.get(code) == by_unit]


def _layer_of(opened: Opened, track: Track) -> str:
    """Layer in which the nominating units mark; the final total if they do not."""
    by = track.nomination.by if track.nomination else ""
    levels = {level.id for level in opened.campaign.review_levels if level.unit_kind == by}
    return next(
        (layer.id for layer in track.layers if opened.campaign.layer(layer.id).level in levels), FINAL
    )


def _load_states(reader: Reader, desk: Desk, track: Track, unit_codes: Sequence[str]) -> dict[str, str]:
    """State of each unit's material for a track; of several forms, of the one that is least far."""
    overview = store.load_overview(reader, *desk.opened.key)
    ours = overview[overview["form_id"].isin(track.forms) & overview["unit_code"].isin(unit_codes)]
    found: dict[str, list[tuple[tuple[int, ...], str]]] = {}
    for unit, form_id, state in zip(ours["unit_code"], ours["form_id"], ours["state"], strict=True):
        lag = _find_lag(desk, str(form_id), str(state))
        found.setdefault(str(unit), []).append((lag, str(state)))
    return {unit: max(states)[1] for unit, states in found.items()}


def _find_lag(desk: Desk, form_id: str, state: str) -> tuple[int, ...]:
    """How far a form is from being done: more if returned, if begun, with levels to come, with levels at all."""
    campaign = desk.opened.campaign
    steps = (SUBMITTED, *map(store.accepted, review_levels(campaign, campaign.form(form_id))))
    left = len(steps) - 1 - steps.index(state) if state in steps else 0
    return state == RETURNED, state == DRAFT, left, len(steps)


def _load_units(reader: Reader, desk: Desk, track: Track, *, counts: bool) -> set[str]:
    """Units of which a form of the track is handed in, or counts as it is now; all units if they fill in none."""
    campaign = desk.opened.campaign
    forms = [
        form
        for form in map(campaign.form, track.forms)
        if not set(form.unit_kind).isdisjoint(track.unit_kind)
    ]
    if not forms:
        return set(desk.units["unit_code"])
    ids = {form.id for form in forms}
    if counts:
        counting = load_counting(reader, *desk.opened.key, does_count(campaign))
        return {one.key.unit_code for one in counting if one.key.form_id in ids}
    overview = store.load_overview(reader, *desk.opened.key)
    return set(overview.loc[overview["form_id"].isin(ids) & (overview["state"] != DRAFT), "unit_code"])


def _find_missing(reader: Reader, desk: Desk, track: Track, unit_codes: Sequence[str]) -> dict[str, PbError]:
    """Units that cannot be nominated because nothing is handed in for them."""
    names = unit_names(desk.units)
    handed_in = _load_units(reader, desk, track, counts=False)
    return {
        code: DataError("workflows.nominee_missing", unit=names.get(code, code))
        for code in unit_codes
        if code not in handed_in
    }


def _score(desk: Desk, track: Track) -> TrackScores | None:
    """Scores of a track as they are now, with the vetoes that gates of other tracks carry into it.

    None for a track that gives no points.
    """
    if track.kind != "score":
        return None
    records = read_current(desk.workspace, desk.opened)
    _, tracks = score_tracks(desk.opened.campaign, desk.opened.period_id, records)
    return next(scores for scores in tracks if scores.layout.track.id == track.id)


def _find_totals(desk: Desk, scores: TrackScores | None, unit_codes: Sequence[str]) -> "pd.Series[float]":
    """Totals of these units in the layer of the nominating unit, by unit, as the campaign rounds them."""
    if scores is None:
        return pd.Series(dtype=float)
    opened = desk.opened
    totals = to_totals_frame(opened.campaign, opened.period_id, scores.layout, scores.totals)
    ours = totals["unit_code"].isin(unit_codes) & (totals["layer"] == _layer_of(opened, scores.layout.track))
    return round_totals(opened.campaign, totals[ours]).set_index("unit_code")["total"].dropna()


def _find_refusals(desk: Desk, scores: TrackScores | None, states: Mapping[str, str]) -> dict[str, PbError]:
    """Why units cannot be nominated: a veto in force, or material that was returned and not handed in again."""
    names = unit_names(desk.units)
    found: dict[str, PbError] = {
        code: DataError("workflows.nominee_returned", unit=names.get(code, code))
        for code, state in states.items()
        if state == RETURNED
    }
    if scores is None:
        return found
    gates = {gate.id: gate.name for of in desk.opened.campaign.tracks for gate in of.gates}
    out = ~scores.vetoes.in_contest
    for code, gate in zip(scores.layout.codes[out], scores.vetoes.gate[out], strict=True):
        unit = names.get(str(code), str(code))
        found[str(code)] = DataError("workflows.nominee_vetoed", unit=unit, gate=gates[gate])
    return found


def _list(opened: Opened, track_id: str, by_unit: str) -> NominationList:
    return NominationList(*opened.key, _track(opened, track_id).id, by_unit)


def _track(opened: Opened, track_id: str) -> Track:
    check_track(opened.campaign, track_id)
    return opened.campaign.track(track_id)
