"""Many runs of one track: who is selected how often, and which assumption moves the ranks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from pbwidgets.imports import from_extra
from pbwidgets.scoring.arrays import Bools, Floats, Ints, Objects
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.pipeline import TrackScores
from pbwidgets.scoring.robustness.assumptions import Assumption, Missing, Ranges, list_assumptions
from pbwidgets.scoring.robustness.redrawn import RaterMarks, read_rater_marks, redraw_marks
from pbwidgets.scoring.robustness.rerun import Setting, rerun_track, take_marks

FIRMNESS: Final[Columns] = {
    "unit_code": "string",
    "track_id": "string",
    "share_selected_pct": "float64",  # runs in which the unit is selected; a tie across the cut is not
    "share_tied_pct": "float64",  # runs in which it is tied at the cut, so that a meeting would have to decide
    "verdict": "string",  # firm, undecided, out
    "rank_p5": "float64",  # ranks that occurred; NaN for a unit without a rank in every run
    "rank_median": "float64",
    "rank_p95": "float64",
}
"""One row is a unit of the track, in the order of codes."""

SHIFTS: Final[Columns] = {
    "track_id": "string",
    "assumption_id": "string",
    "kind": "string",
    "layer_id": "string",
    "item_id": "string",
    "first_order": "float64",  # share of the variance of the average shift in rank that it explains alone
    "first_order_conf": "float64",  # half the width of the 95 % interval
    "total_order": "float64",  # the same together with all others
    "total_order_conf": "float64",
}
"""One row is an assumption that moves, the strongest total effect first."""

FIRM: Final = "firm"
"""Verdict on a unit that is selected whatever is assumed."""
UNDECIDED: Final = "undecided"
"""Verdict on a unit whose place depends on what is assumed, or that is tied at the cut."""
OUT: Final = "out"
"""Verdict on a unit that is not selected whatever is assumed."""
FIRM_PCT: Final = 95.0
"""Selected in at least this share of runs: firm; selected or tied at the cut in at most 100 less this: out."""

_REDRAWS = 200  # bootstrap samples of raters that a run draws from


@dataclass(frozen=True)
class _Bench:
    """What all runs of a track share."""

    table: MeasureTable
    track: TrackScores
    ranges: Ranges
    assumptions: tuple[Assumption, ...]
    marks: tuple[Floats, ...]
    by_rater: tuple[tuple[RaterMarks, ...], ...]
    redraws: int
    policies: tuple[Missing, ...]
    seed: int


def vary_list(
    table: MeasureTable,
    track: TrackScores,
    ratings: pd.DataFrame,
    ranges: Ranges,
    *,
    runs: int = 1000,
    seed: int,
) -> pd.DataFrame:
    """Frame with the columns ``FIRMNESS``: how often each unit is selected or tied at the cut, and its 5–95 % ranks.

    Every run draws all assumptions within their ranges at once and repeats totals, ranks and selection by the
    functions that made the list. Ranges of zero give the list itself. The same seed gives the same frame.

    Parameters
    ----------
    table, track
        Measures and scores of one track, from :func:`~pbwidgets.scoring.pipeline.score_tracks`.
    ratings
        Frame with the columns ``RATINGS`` that the scores were made from; used only where raters are varied.
    ranges
        How far each assumption may move.
    runs
        Number of runs, at least 1.
    seed
        Of NumPy's generator, not negative.

    Notes
    -----
    OECD and JRC, *Handbook on Constructing Composite Indicators* (2008), step 7: uncertainty analysis.
    """
    bench = _set_up(table, track, ratings, ranges, seed)
    draws = np.random.default_rng(seed).random((runs, len(bench.assumptions)))
    ranks, selected, tied = _run_all(bench, draws)
    shares, shares_tied = 100.0 * selected.mean(axis=0), 100.0 * tied.mean(axis=0)
    quantiles = np.full((3, ranks.shape[1]), np.nan)
    ranked = np.where(ranks > 0, ranks, np.nan)
    known = (ranks > 0).any(axis=0)
    quantiles[:, known] = np.nanquantile(ranked[:, known], [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    rows = pd.DataFrame(
        {
            "unit_code": track.layout.codes,
            "share_selected_pct": shares,
            "share_tied_pct": shares_tied,
            "verdict": judge_shares(shares, shares_tied),
            "rank_p5": quantiles[0],
            "rank_median": quantiles[1],
            "rank_p95": quantiles[2],
        }
    )
    return to_frame(rows.assign(track_id=track.layout.track.id), FIRMNESS)


def judge_shares(selected_pct: Floats, tied_pct: Floats) -> Objects:
    """``firm``, ``undecided`` or ``out`` for each unit, by its shares of runs; a tie at the cut decides nothing.

    >>> judge_shares(np.array([97.0, 0.0, 0.0, 50.0]), np.array([3.0, 100.0, 0.0, 0.0])).tolist()
    ['firm', 'undecided', 'out', 'undecided']
    """
    never = selected_pct + tied_pct <= 100.0 - FIRM_PCT
    return np.select([selected_pct >= FIRM_PCT, never], [FIRM, OUT], UNDECIDED).astype(object)


def attribute_shifts(
    table: MeasureTable,
    track: TrackScores,
    ratings: pd.DataFrame,
    ranges: Ranges,
    *,
    base_runs: int = 64,
    seed: int,
) -> pd.DataFrame:
    """Frame with the columns ``SHIFTS``: which assumption moves the ranks most, by Sobol's indices.

    What is explained is the average shift in rank against the list. If nothing shifts, all indices are 0. A
    small sample may give an index a little below 0 or above 1; the interval shows how certain it is.

    Parameters
    ----------
    table, track, ratings, ranges
        As for :func:`vary_list`.
    base_runs
        A power of 2; the number of runs is this times (number of assumptions + 2).
    seed
        Not negative.

    Raises
    ------
    UsageError
        ``errors.extra_missing`` without the extra ``index``.

    Notes
    -----
    The average shift in rank and its decomposition: M. Saisana, A. Saltelli, S. Tarantola, *Uncertainty and
    sensitivity analysis techniques as tools for the quality assessment of composite indicators*, J. R. Stat.
    Soc. A 168 (2005) 307–323. Sampling and estimators are SALib's.
    """
    bench = _set_up(table, track, ratings, ranges, seed)
    if not bench.assumptions:
        return to_frame([], SHIFTS)
    with from_extra("index"):
        from SALib.analyze import sobol as analysis
        from SALib.sample import sobol as sampling

    size = len(bench.assumptions)
    problem = {
        "num_vars": size,
        "names": [one.assumption_id for one in bench.assumptions],
        "bounds": [[0.0, 1.0]] * size,
    }
    draws = sampling.sample(problem, base_runs, calc_second_order=False, seed=seed)
    ranks, *_ = _run_all(bench, draws)
    shifts = average_shifts(ranks, track.ranking.rank)
    found = {name: np.zeros(size) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    if np.ptp(shifts) > 0:
        # SALib takes a seed of 0 for none and would then use NumPy's global state
        found = analysis.analyze(problem, shifts, calc_second_order=False, seed=seed + 1)
    rows = pd.DataFrame(
        {
            "assumption_id": problem["names"],
            "kind": [one.kind for one in bench.assumptions],
            "layer_id": [one.layer_id for one in bench.assumptions],
            "item_id": [one.item_id for one in bench.assumptions],
            "first_order": found["S1"],
            "first_order_conf": found["S1_conf"],
            "total_order": found["ST"],
            "total_order_conf": found["ST_conf"],
        }
    ).sort_values("total_order", ascending=False, kind="stable")
    return to_frame(rows.assign(track_id=track.layout.track.id), SHIFTS)


def average_shifts(ranks: Ints, of_list: Ints) -> Floats:
    """Mean distance of each run's ranks from those of the list, over units that have a rank in both; else 0.

    Parameters
    ----------
    ranks
        Runs × units; 0 for a unit without a rank.
    of_list
        Ranks of the units in the list.

    Examples
    --------
    >>> average_shifts(np.array([[1, 2, 3], [2, 1, 0]]), np.array([1, 2, 3])).tolist()
    [0.0, 1.0]
    """
    both = (ranks > 0) & (of_list > 0)
    count = both.sum(axis=1)
    apart = np.where(both, np.abs(ranks - of_list), 0).sum(axis=1)
    shifts: Floats = np.divide(apart, count, out=np.zeros(len(ranks)), where=count > 0)
    return shifts


def _set_up(
    table: MeasureTable, track: TrackScores, ratings: pd.DataFrame, ranges: Ranges, seed: int
) -> _Bench:
    own = track.layout.track.missing
    by_rater: tuple[tuple[RaterMarks, ...], ...] = ()
    redraws = 0
    if ranges.raters != "all":
        by_rater, raters = read_rater_marks(track.layout, track.marks, ratings)
        redraws = _REDRAWS if ranges.raters == "bootstrap" else raters
    return _Bench(
        table=table,
        track=track,
        ranges=ranges,
        assumptions=list_assumptions(track.layout, track.marks, ranges),
        marks=take_marks(track),
        by_rater=by_rater,
        redraws=redraws,
        policies=tuple(dict.fromkeys((own, *ranges.missing))),
        seed=seed,
    )


def _run_all(bench: _Bench, draws: Floats) -> tuple[Ints, Bools, Bools]:
    """Ranks, selected and tied units of all runs, runs × units; a row of draws has a number in [0, 1) by assumption."""
    shape = (len(draws), len(bench.track.layout.units))
    ranks = np.zeros(shape, dtype=np.int64)
    selected, tied = np.zeros((2, *shape), dtype=bool)
    for redraw, rows in _group_by_redraw(bench, draws):
        marks = _redraw(bench, redraw)
        for row in rows:
            ranks[row], selected[row], tied[row] = rerun_track(
                bench.table, bench.track, _read_setting(bench, draws[row], marks)
            )
    return ranks, selected, tied


def _group_by_redraw(bench: _Bench, draws: Floats) -> Iterator[tuple[int, Ints]]:
    """Runs with the same raters together, so that their marks are put together once."""
    at = [one.kind for one in bench.assumptions]
    if "raters" not in at or not bench.redraws:
        yield -1, np.arange(len(draws))
        return
    chosen = (draws[:, at.index("raters")] * bench.redraws).astype(np.int64)
    for redraw in np.unique(chosen).tolist():
        yield redraw, np.flatnonzero(chosen == redraw)


def _redraw(bench: _Bench, redraw: int) -> tuple[Floats, ...]:
    if redraw < 0 or bench.ranges.raters == "all":
        return bench.marks
    rng = np.random.default_rng([bench.seed, redraw])
    how: Literal["leave_one_out", "bootstrap"] = bench.ranges.raters
    return redraw_marks(bench.track.marks, bench.by_rater, how, redraw, rng)


def _read_setting(bench: _Bench, draw: Floats, marks: tuple[Floats, ...]) -> Setting:
    layout, ranges = bench.track.layout, bench.ranges
    by_id = dict(zip((one.assumption_id for one in bench.assumptions), draw.tolist(), strict=True))

    def factor(kind: str, width_pct: float, *where: str) -> float:
        drawn: float = by_id.get(":".join((kind, *where)), 0.5)
        return 1.0 + width_pct / 100.0 * (2.0 * drawn - 1.0)

    policy = int(by_id.get("missing", 0.0) * len(bench.policies))
    return Setting(
        source_factors=tuple(
            np.array(
                [
                    factor("source_weight", ranges.source_weight_pct, layer_id, source.source.id)
                    for source in layer.sources
                ],
                dtype=np.float64,
            )
            for layer_id, layer in zip(layout.layers, bench.track.marks, strict=True)
        ),
        layer_factors=np.array(
            [factor("layer_weight", ranges.layer_weight_pct, layer_id) for layer_id in layout.layers]
        ),
        line_factors=np.array(
            [factor("line_points", ranges.line_points_pct, part_id) for part_id in layout.part_ids]
        ),
        missing=bench.policies[policy],
        marks=marks,
    )
