"""The whole way from records to selection, each step in its own function."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pbwidgets.arguments import check_arguments
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Campaign
from pbwidgets.errors import UsageError
from pbwidgets.scoring.arrays import Bools
from pbwidgets.scoring.carried import carry_totals, order_layouts, read_carried
from pbwidgets.scoring.classes import TrackClasses, classify_units, find_current_classes, to_classes_frame
from pbwidgets.scoring.derived import derive_measures
from pbwidgets.scoring.eligibility import (
    Results,
    TrackEligibility,
    check_eligibility,
    order_awards,
)
from pbwidgets.scoring.entries import AnswerTables, read_entries
from pbwidgets.scoring.frames import (
    BALANCE,
    CLASSES,
    COLUMNS,
    SELECTED,
    STANDINGS,
    Records,
    Scores,
    to_frame,
)
from pbwidgets.scoring.lists import for_all, for_top, list_units
from pbwidgets.scoring.measures import MeasureTable, find_submitting, measure_tables, to_measures_frame
from pbwidgets.scoring.nominations import TrackNominations, balance_nominations, count_nominations
from pbwidgets.scoring.points import TrackPoints, score_lines, to_points_frame
from pbwidgets.scoring.ranking import TrackRanking, rank_units, to_ranking_frame
from pbwidgets.scoring.ranks_within import to_ranks_within_frame
from pbwidgets.scoring.reference import build_reference
from pbwidgets.scoring.register import build_register
from pbwidgets.scoring.selection import TrackSelection, hold_decisions, select_units, to_selection_frame
from pbwidgets.scoring.sources import LayerMarks, read_marks, to_marks_frame
from pbwidgets.scoring.standings import find_standings
from pbwidgets.scoring.totals import TrackTotals, add_totals, to_totals_frame
from pbwidgets.scoring.track_layout import TrackLayout, lay_out
from pbwidgets.scoring.vetoes import TrackVetoes, apply_gates


@dataclass(frozen=True)
class TrackScores:
    """Everything about one track, as wide arrays in the order of unit codes."""

    layout: TrackLayout
    marks: tuple[LayerMarks, ...]
    points: TrackPoints
    totals: TrackTotals
    vetoes: TrackVetoes
    nominations: TrackNominations
    ranking: TrackRanking
    eligibility: TrackEligibility
    selection: TrackSelection
    classes: TrackClasses | None = None


def read_answers(campaign: Campaign, period: str, records: Records) -> AnswerTables:
    """Counted answers of the records by form, with how their entries stand on the day."""
    today = records.today(campaign.period(period))
    register = build_register(records.units)
    return AnswerTables(campaign, register, today, records.submissions, records.lives, records.concessions)


def score_tracks(
    campaign: Campaign, period: str, records: Records, tables: AnswerTables | None = None
) -> tuple[MeasureTable, list[TrackScores]]:
    """Measures of all units, and the scores of every track of ``kind: score``, as wide arrays.

    This is all the arithmetic; :func:`score_campaign` puts it into frames and words. Use it alone where there
    are too many units for a tidy frame of points. ``tables`` are those of :func:`read_answers`, if they are made
    already.

    Raises
    ------
    DataError
        If a mark is out of range or a veto names a gate that does not exist.
    """
    tables = tables or read_answers(campaign, period, records)
    register, today = tables.register, tables.today
    table = measure_tables(campaign, period, tables)
    table = derive_measures(campaign, read_carried(campaign, period, records.carried, table), today)
    layouts = [lay_out(campaign, track, register) for track in campaign.tracks if track.kind == "score"]
    added: dict[str, tuple[tuple[LayerMarks, ...], TrackPoints, TrackTotals]] = {}
    for layout in order_layouts(campaign, period, layouts):
        marks = read_marks(campaign, layout, records.ratings)
        points = score_lines(layout, table, marks, today)
        submitted = find_submitting(campaign, layout.track, records.submissions, register)
        totals = add_totals(layout, points, submitted[layout.units], _find_rated(layout, marks))
        added[layout.track.id] = marks, points, totals
        table = carry_totals(campaign, period, layout, totals, table, today)
    vetoes = apply_gates(campaign, layouts, table, records.vetoes, today)
    counted = {
        layout.track.id: count_nominations(layout, records.nominations, records.allotments)
        for layout in layouts
    }
    classes = {
        layout.track.id: classify_units(
            layout, added[layout.track.id][2], vetoes[layout.track.id], table, today
        )
        for layout in layouts
        if layout.track.classes is not None
    }
    results = Results(
        {
            layout.track.id: find_current_classes(
                layout, period, classes[layout.track.id], records.class_decisions
            )
            for layout in layouts
            if layout.track.id in classes
        }
    )
    made = {}
    for layout in order_awards(layouts):
        track_id = layout.track.id
        marks, points, totals = added[track_id]
        closed, nominations = vetoes[track_id], counted[track_id]
        ranking = rank_units(layout, totals, table, closed.keep_rank & nominations.counted)
        eligibility = check_eligibility(layout, results)
        selection = select_units(layout, totals, ranking, closed, nominations, eligibility)
        selection = hold_decisions(layout, selection, ranking, eligibility, records.decisions)
        results.statuses[track_id] = selection.holding
        made[track_id] = TrackScores(
            layout, marks, points, totals, closed, nominations, ranking, eligibility, selection,
            classes.get(track_id),
        )  # fmt: skip
    return table, [made[layout.track.id] for layout in layouts]


def score_campaign(campaign: Campaign, period: str, records: Records) -> Scores:
    """Scores of one campaign and period: measures, marks, points with reasons, totals, ranks, selection, standings.

    Pure: records are not changed, the order of their rows makes no difference, and no clock is read. A unit
    that is not in ``records.units`` (merged away before the period's day) has no row anywhere, whatever it
    has submitted; every unit of a track's kind has a row in the ranking and the selection, or in the standings of a
    checklist. Lists that only the top may see are not among its lists (:func:`score_with_top`).

    Parameters
    ----------
    campaign
        Definition, as frozen for the period.
    period
        Id of one of its periods.
    records
        Frames of that campaign and period.

    Raises
    ------
    UsageError
        ``scoring.unknown_period`` with the nearest one.
    DataError
        If a mark is out of range or a veto names a gate that does not exist.
    """
    check_arguments(score_campaign, locals())
    return score_with_top(campaign, period, records)[0]


def score_with_top(campaign: Campaign, period: str, records: Records) -> tuple[Scores, pd.DataFrame]:
    """Scores as :func:`score_campaign` gives them, and the lists that only the top may see, columns ``LISTED``.

    Decisions on such lists, and those lists of earlier periods, are read of the records like all others; they are
    never among those of a snapshot, so whoever reads the second part must have put them there.

    Raises
    ------
    UsageError, DataError
        As :func:`score_campaign`.
    """
    periods = [one.id for one in campaign.periods]
    if period not in periods:
        raise UsageError("scoring.unknown_period", **spelling(period, periods))
    tables = read_answers(campaign, period, records)
    table, tracks = score_tracks(campaign, period, records, tables)
    entries = read_entries(campaign, period, tables)
    standings = find_standings(campaign, period, table, entries, records)
    listed = list_units(campaign, period, table, standings, records)
    scores = Scores(
        measures=to_measures_frame(campaign, period, table),
        marks=_join("marks", [to_marks_frame(campaign, period, one.layout, one.marks) for one in tracks]),
        points=_join(
            "points",
            [to_points_frame(campaign, period, one.layout, one.points, one.totals.settled) for one in tracks],
        ),
        totals=_join("totals", [to_totals_frame(campaign, period, one.layout, one.totals) for one in tracks]),
        ranking=_join(
            "ranking", [to_ranking_frame(campaign, period, one.layout, one.ranking) for one in tracks]
        ),
        ranks_within=_join(
            "ranks_within",
            [
                to_ranks_within_frame(campaign, period, one.layout, one.ranking, records.units)
                for one in tracks
            ],
        ),
        selection=_join(
            "selection", [_frame_selection(campaign, period, one, records.decisions) for one in tracks]
        ),
        balance=_join("balance", [_frame_balance(campaign, period, one) for one in tracks]),
        classes=_join(
            "classes", [_frame_classes(campaign, period, one, records.class_decisions) for one in tracks]
        ),
        reference=_join(
            "reference",
            [build_reference(campaign, period, one.layout, one.points, one.totals) for one in tracks],
        ),
        entries=entries,
        standings=standings,
        lists=for_all(campaign, listed),
    )
    return scores, for_top(campaign, listed)


def judge_units(campaign: Campaign, period: str, records: Records) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frames ``ENTRIES`` and ``STANDINGS`` alone, as :func:`score_campaign` gives them.

    Of records of some units only: right for these, if the units above and below them are there.
    """
    tables = read_answers(campaign, period, records)
    entries = read_entries(campaign, period, tables)
    if not any(track.checks for track in campaign.tracks):
        return entries, to_frame([], STANDINGS)
    table, _ = score_tracks(campaign, period, records, tables)
    return entries, find_standings(campaign, period, table, entries, records)


def _frame_selection(
    campaign: Campaign, period: str, one: TrackScores, decisions: pd.DataFrame
) -> pd.DataFrame:
    return to_selection_frame(campaign, period, one.layout, one.ranking, one.vetoes, one.selection, decisions)


def _frame_classes(
    campaign: Campaign, period: str, one: TrackScores, decisions: pd.DataFrame
) -> pd.DataFrame:
    if one.classes is None:
        return to_frame([], CLASSES)
    return to_classes_frame(campaign, period, one.layout, one.classes, decisions)


def _frame_balance(campaign: Campaign, period: str, one: TrackScores) -> pd.DataFrame:
    if one.layout.track.nomination is None:
        return to_frame([], BALANCE)
    selected = np.asarray(one.selection.holding == SELECTED, dtype=bool)
    return balance_nominations(campaign, period, one.layout, one.nominations, one.vetoes, selected)


def _find_rated(layout: TrackLayout, marks: Sequence[LayerMarks]) -> Bools:
    rated = np.zeros(len(layout.units), dtype=bool)
    for layer in marks:
        for source in layer.sources:
            rated |= (source.raters > 0).any(axis=1)
    return rated


def _join(name: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return to_frame(pd.concat(filled, ignore_index=True) if filled else [], COLUMNS[name])
