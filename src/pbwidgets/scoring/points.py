"""Points: what every line brings in every layer, where it came from, and why.

A line with the rule ``rated`` or ``discretion`` takes its points from the marks of the layer. Any other line
is computed once and is the same in every layer; a layer's mark on it replaces the computed points there. Then
come lines that do not apply, and last those that are missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.model import Campaign, Criterion, find_marking
from pbwidgets.campaign.rules import ByChoice, conditions_of
from pbwidgets.scoring.arrays import Bools, Counts, Floats, Ints, Objects
from pbwidgets.scoring.conditions import compute_column
from pbwidgets.scoring.frames import POINTS, to_frame
from pbwidgets.scoring.groups import average_groups
from pbwidgets.scoring.headings import HEADING, LayerLines, Settled, judge_heading, settle_headings
from pbwidgets.scoring.measures import MeasureColumn, MeasureTable
from pbwidgets.scoring.reasons import ArgColumn, Args, Derived, Reason, render_reasons
from pbwidgets.scoring.registry import GROUP_RULES, apply_rule, find_measure, find_measures, find_range
from pbwidgets.scoring.sources import LayerMarks
from pbwidgets.scoring.track_layout import TrackLayout
from pbwidgets.scoring.verdict import SMALL, Verdict

SOURCES: Final = ("computed", "marks", "corrected", "group_mean")
_COMPUTED, _MARKS, _CORRECTED, _GROUP_MEAN = range(4)


@dataclass(frozen=True)
class LinePoints:
    """One line in one layer, for all units.

    Attributes
    ----------
    own
        Points before gaps are filled; NaN where there are none.
    values
        Points that enter the total; NaN where the line does not.
    lacking
        Lines without a mark or measure although they apply.
    left_out
        Lines that do not apply and are out of the sum, for which the others are re-weighted.
    source
        Position in ``SOURCES``.
    reasons
        Why.
    """

    own: Floats
    values: Floats
    lacking: Bools
    left_out: Bools
    source: Counts
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class TrackPoints:
    """All points of one track, units × layers × lines; in memory the units of one line lie together.

    Attributes
    ----------
    own, values, lacking, left_out, source
        As in :class:`LinePoints`, for all layers and lines.
    marked
        Layers in which the unit has a mark on a rated line, units × layers; all True if no line is rated.
    reasons
        By layer and line.
    """

    own: Floats
    values: Floats
    lacking: Bools
    left_out: Bools
    source: Counts
    marked: Bools
    reasons: tuple[tuple[tuple[Reason, ...], ...], ...]

    def in_layer(self, layer: int) -> LayerLines:
        """Lines of one layer."""
        return LayerLines(
            values=self.values[:, layer],
            lacking=self.lacking[:, layer],
            left_out=self.left_out[:, layer],
            marked=self.marked[:, layer],
        )


def score_lines(
    layout: TrackLayout, table: MeasureTable, marks: Sequence[LayerMarks], today: date
) -> TrackPoints:
    """Points of every unit of a track on every line in every layer.

    Parameters
    ----------
    layout
        Axes of the track.
    table
        Measures of the register.
    marks
        Of each layer, from :func:`~pbwidgets.scoring.sources.read_marks`.
    today
        What ``today()`` gives: the day of the records within the period.
    """
    marked = _find_marked(layout, marks)
    shape = (len(layout.layers), len(layout.lines), len(layout.units))
    own, values = np.empty(shape), np.empty(shape)
    lacking, left_out = np.empty(shape, dtype=bool), np.empty(shape, dtype=bool)
    source = np.empty(shape, dtype=np.int8)
    reasons: list[list[tuple[Reason, ...]]] = [[] for _ in layout.layers]
    for line in range(shape[1]):
        for layer, points in enumerate(_score_line(layout, line, table, marks, marked, today)):
            own[layer, line], values[layer, line] = points.own, points.values
            lacking[layer, line], left_out[layer, line] = points.lacking, points.left_out
            source[layer, line] = points.source
            reasons[layer].append(points.reasons)
    units_first = (2, 0, 1)
    return TrackPoints(
        own=own.transpose(units_first),
        values=values.transpose(units_first),
        lacking=lacking.transpose(units_first),
        left_out=left_out.transpose(units_first),
        source=source.transpose(units_first),
        marked=marked,
        reasons=tuple(map(tuple, reasons)),
    )


def to_points_frame(
    campaign: Campaign, period: str, layout: TrackLayout, points: TrackPoints, settled: Settled
) -> pd.DataFrame:
    """Frame with the columns ``POINTS``: units in the order of codes, then layers, then the score sheet.

    A heading settled as one has a row with the source ``heading`` before its lines: in a sum it counts in their
    place. A line that is not on a unit's sheet has no row there. ``settled`` are the headings of the track's totals.
    """
    shape = points.values.shape
    codes, args = np.empty(shape, dtype=object), np.empty(shape, dtype=object)
    done: dict[int, tuple[Objects, Objects]] = {}
    for layer, lines in enumerate(points.reasons):
        for line, reasons in enumerate(lines):
            if id(reasons) not in done:  # a computed line has the same reasons in every layer
                done[id(reasons)] = render_reasons(reasons, shape[0])
            codes[:, layer, line], args[:, layer, line] = done[id(reasons)]
    of_lines = _Rows(
        ids=[line.id for line in layout.lines],
        most=_show_max(layout),
        points=points.values,
        reachable=find_reachable(layout, points),
        source=np.array(SOURCES, dtype=object)[points.source],
        codes=codes,
        args=args,
    )
    if not layout.settled:
        rows, gone = of_lines.to_frame(layout), layout.absent
    else:
        order = _order_rows(layout)
        rows = _of_headings(layout, settled, points).beside(of_lines, order).to_frame(layout)
        gone = np.concatenate([settled.absent[:, 0], _absent(layout)], axis=1)[:, order]
    if gone is not None:
        kept = np.repeat(~gone[:, None, :], shape[1], axis=1).ravel()
        rows = rows[kept].reset_index(drop=True)
    return to_frame(rows.assign(campaign=campaign.id, period=period, track_id=layout.track.id), POINTS)


@dataclass(frozen=True)
class _Rows:
    """Rows of the frame of points as arrays, units × layers × criteria."""

    ids: list[str]
    most: Floats
    points: Floats
    reachable: Floats
    source: Objects
    codes: Objects
    args: Objects

    def beside(self, other: "_Rows", order: Ints) -> "_Rows":
        """These rows and others, the criteria in an order."""

        def join(one: Any, two: Any) -> Any:
            return np.concatenate([one, two], axis=-1)[..., order]

        ids = [*self.ids, *other.ids]
        names = ("most", "points", "reachable", "source", "codes", "args")
        return _Rows(
            [ids[at] for at in order], *(join(getattr(self, name), getattr(other, name)) for name in names)
        )

    def to_frame(self, layout: TrackLayout) -> pd.DataFrame:
        """One row for each cell, without campaign, period and track."""
        units, layers, criteria = self.points.shape
        return pd.DataFrame(
            {
                "unit_code": np.repeat(layout.codes.to_numpy(), layers * criteria),
                "layer": np.tile(np.repeat(np.array(layout.layers, dtype=object), criteria), units),
                "criterion_id": np.tile(np.array(self.ids, dtype=object), units * layers),
                "max_points": np.tile(self.most, units * layers),
                "source": self.source.ravel(),
                "points": self.points.ravel(),
                "reachable": self.reachable.ravel(),
                "reason_code": self.codes.ravel(),
                "reason_args": self.args.ravel(),
            }
        )


def settle(layout: TrackLayout, points: TrackPoints) -> Settled:
    """Points of the settled headings of a track, from those of its lines."""
    return settle_headings(layout, [points.in_layer(layer) for layer in range(len(layout.layers))])


def find_reachable(layout: TrackLayout, points: TrackPoints) -> Floats:
    """Highest points that each line can bring each unit, units × layers × lines; 0 where it does not apply."""
    out = np.isnan(points.values) & ~points.lacking
    return np.where(out, 0.0, _show_max(layout))


def _absent(layout: TrackLayout) -> Bools:
    if layout.absent is not None:
        return layout.absent
    return np.zeros((len(layout.units), len(layout.lines)), dtype=bool)


def _order_rows(layout: TrackLayout) -> Ints:
    """Positions of settled headings, followed by lines, in the order of the score sheet."""
    at = {item.id: place for place, item in enumerate([*layout.settled, *layout.lines])}
    ids = [item.criterion.id for item in layout.track.numbered()]
    return np.array([at[criterion_id] for criterion_id in ids if criterion_id in at], dtype=np.int64)


def _of_headings(layout: TrackLayout, settled: Settled, points: TrackPoints) -> _Rows:
    shape, missing = settled.values.shape, points.lacking & np.isnan(points.values)
    codes, args = np.empty(shape, dtype=object), np.empty(shape, dtype=object)
    for layer in range(shape[1]):
        for at, heading in enumerate(layout.settled):
            cell = (slice(None), layer, at)
            below = [line.id for line in heading.lines()]
            deep = [line.id in below for line in layout.lines]
            marked = points.marked[:, layer]
            count = (missing[:, layer, deep] & marked[:, None]).sum(axis=1, dtype=np.int64)
            reasons = judge_heading(heading, settled.own[cell], settled.sums[cell], count)
            lacking, means = settled.lacking[cell], settled.means[cell]
            filled = lacking & ~np.isnan(settled.values[cell])
            reasons.append(Reason("scoring.not_applicable_heading", np.isnan(settled.own[cell]) & ~lacking))
            of_base = not layout.settled_on_top[at]
            reasons += _reason_missing(layout, lacking & marked, filled, means, of_base=of_base)
            if of_base and heading.id in layout.part_ids:  # it enters the total itself
                known = ~np.isnan(settled.values[cell])
                reasons.append(note_rescaled(layout, layout.is_rescaled & known))
            codes[cell], args[cell] = render_reasons(reasons, shape[0])
    return _Rows(
        ids=[heading.id for heading in layout.settled],
        most=np.array([heading.max_points for heading in layout.settled], dtype=np.float64),
        points=settled.values,
        reachable=settled.reachable,
        source=np.full(shape, HEADING, dtype=object),
        codes=codes,
        args=args,
    )


def _show_max(layout: TrackLayout) -> Floats:
    """Maximum of each line as shown: for a line of discretion its highest amount."""
    return np.array(
        [getattr(line.rule, "highest", line.points) or 0.0 for line in layout.lines], dtype=np.float64
    )


def _find_marked(layout: TrackLayout, marks: Sequence[LayerMarks]) -> Bools:
    rated = layout.awaited_lines
    if not rated.any():
        return np.ones((len(layout.units), len(layout.layers)), dtype=bool)
    marked = np.zeros((len(marks), len(layout.units)), dtype=bool)
    for of_layer, layer in zip(marked, marks, strict=True):
        for line in np.flatnonzero(rated):
            of_layer |= ~np.isnan(layer.points[:, line])
    if layout.absent is not None:  # nobody waits for marks on a sheet that has no such line
        marked |= layout.absent[:, rated].all(axis=1)
    return marked.T


def _score_line(
    layout: TrackLayout, at: int, table: MeasureTable, marks: Sequence[LayerMarks], marked: Bools, today: date
) -> list[LinePoints]:
    line = layout.lines[at]
    not_applicable = _find_not_applicable(line, layout, table, today)
    absent = None if layout.absent is None else layout.absent[:, at]
    if absent is not None:
        not_applicable &= ~absent
    outside = not_applicable if absent is None else not_applicable | absent
    if layout.is_marked(at):
        taken = [_take_marks(line, at, layer) for layer in marks]
        given = [_note_difference(taken, layer, at, marks, layout) for layer in range(len(taken))]
    else:
        computed = _exempt(
            line, _compute(line, layout, table, outside, today), layout, table, not_applicable, today
        )
        given = [
            _correct(line, computed, at, layer, layer_id)
            for layer, layer_id in zip(marks, layout.layers, strict=True)
        ]
    treated = [
        _treat(layout, at, points, not_applicable, absent, marked[:, layer])
        for layer, points in enumerate(given)
    ]
    if layout.part_ids[at] != line.id or layout.on_top[at]:  # enters the total with its heading, or as it is
        return treated
    return [_note_rescaling(layout, points) for points in treated]


def _note_rescaling(layout: TrackLayout, points: LinePoints) -> LinePoints:
    rescaled = layout.is_rescaled
    if not rescaled.any():
        return points
    note = note_rescaled(layout, rescaled & ~np.isnan(points.values))
    return replace(points, reasons=(*points.reasons, note))


def note_rescaled(layout: TrackLayout, where: Bools) -> Reason:
    """That points or totals are brought from a sheet's own maximum to the track's base, where they are."""
    args: Args = {"points": layout.sheet_points, "base": layout.track.base_points}
    return Reason("scoring.note_rescaled", where, args, is_note=True)


@dataclass(frozen=True)
class _Given:
    points: Floats
    source: Counts
    reasons: tuple[Reason, ...]


def _find_not_applicable(line: Criterion, layout: TrackLayout, table: MeasureTable, today: date) -> Bools:
    measure = find_measure(line)
    # a checklist has none of its own: it does not apply where none of what it asks does
    rests_on = find_measures(line) if measure is None else (measure,)
    columns = [table.columns[name].not_applicable[layout.units] for name in rests_on]
    found = np.all(columns, axis=0) if columns else np.zeros(len(layout.units), dtype=bool)
    if line.not_applicable is not None and line.not_applicable.when is not None:
        found |= find_over_measures(line.not_applicable.when, layout, table, today)
    return found


def find_over_measures(expression: str, layout: TrackLayout, table: MeasureTable, today: date) -> Bools:
    """Units of a track for which an expression over measures holds; never where that is not known."""
    holds: Bools = decide_over_measures(expression, layout, table, today) == 1
    return holds


def decide_over_measures(expression: str, layout: TrackLayout, table: MeasureTable, today: date) -> Floats:
    """Whether an expression over measures holds for each unit of a track: 1, 0, or NaN where that is not known.

    ``group_mean`` is the mean of the track's group. A measure of the option that was chosen is compared with the ids
    of options. What is not known because a measure is not applicable to the unit does not hold.
    """
    columns = {name: table.columns[name] for name in sorted(parse(expression).names)}
    made = compute_column(
        expression,
        {name: column.values[layout.units] for name, column in columns.items()},
        len(layout.units),
        today,
        layout.groups,
        table.options,
    )
    out = np.zeros(len(layout.units), dtype=bool)
    for column in columns.values():
        out |= column.not_applicable[layout.units]
    unknown = np.isnan(made)
    return np.where(unknown, np.where(out, 0.0, np.nan), made != 0)


def _compute(
    line: Criterion, layout: TrackLayout, table: MeasureTable, outside: Bools, today: date
) -> Verdict:
    if line.rule is None:
        raise ValueError(f"line {line.id} has no rule")
    measure = find_measure(line)
    values = np.full(len(layout.units), np.nan)
    args: Args = {}
    if measure is not None:
        column = table.columns[measure]
        values = column.values[layout.units]
        if isinstance(line.rule, ByChoice):
            args["choice_id"] = column.name_answers(f"{measure}:")[layout.units]
            values = _place_options(column, line.rule, layout.units)
    if line.rule.name in GROUP_RULES:
        args["group_id"] = layout.track.group or ""
        # a unit to which the line does not apply, or that does not have it, is no benchmark for the others
        values = np.where(outside, np.nan, values)
    asked = conditions_of(line.rule)
    if asked:
        args["line_id"] = line.id
    conditions = [decide_over_measures(text, layout, table, today) for text in asked]
    verdict = apply_rule(
        line.rule,
        values,
        line.points or 0.0,
        layout.groups,
        np.array(conditions).reshape(len(asked), len(layout.units)),
    )
    return Verdict(verdict.points, tuple(reason.with_args(**args) for reason in verdict.reasons))


def _place_options(column: MeasureColumn, rule: ByChoice, units: Ints) -> Floats:
    """Place in the rule's list of the option that each unit chose, NaN for none."""
    places = {option.choice: float(at) for at, option in enumerate(rule.options)}
    of_option = np.array([np.nan, *(places.get(option, np.nan) for option in column.options)])
    return of_option[np.nan_to_num(column.values[units]).astype(np.int64)]


def _exempt(
    line: Criterion,
    computed: Verdict,
    layout: TrackLayout,
    table: MeasureTable,
    not_applicable: Bools,
    today: date,
) -> Verdict:
    """Verdict with full points where the line's exemption holds; the reason still says what would have been lost."""
    if line.exemption is None:
        return computed
    full = line.points or 0.0
    exempt = find_over_measures(line.exemption.when, layout, table, today) & ~not_applicable
    unknown = exempt & np.isnan(computed.points)
    lost = full - computed.points
    spared = exempt & (lost > SMALL)
    args: Args = {"exemption_id": line.id, "points": full}
    return Verdict(
        points=np.where(spared | unknown, full, computed.points),
        reasons=(
            *computed.reasons,
            Reason("scoring.note_exempt", spared, {**args, "lost": lost}, is_note=True),
            Reason(
                "scoring.exempt_without_data",
                unknown,
                {**args, "measure_id": next(iter(find_measures(line)), "")},
            ),
        ),
    )


def _correct(line: Criterion, computed: Verdict, at: int, marks: LayerMarks, layer_id: str) -> _Given:
    mark = marks.points[:, at]
    comment: ArgColumn = marks.comments.get(at, "")
    given = ~np.isnan(mark)
    corrected = given & np.asarray(comment != "", dtype=bool)
    unexplained = Reason("scoring.note_unexplained", given & ~corrected, {"points": mark}, is_note=True)
    if not given.any():
        nobody = np.full(len(mark), _COMPUTED, dtype=np.int8)
        return _Given(computed.points, nobody, (*computed.reasons, *_note_raters(line, at, marks)))
    args: Args = {"layer_id": layer_id, "points": mark, "comment": comment}
    unknown = np.isnan(computed.points)
    return _Given(
        points=np.where(corrected, mark, computed.points),
        source=np.where(corrected, np.int8(_CORRECTED), np.int8(_COMPUTED)),
        reasons=(
            *(_except(reason, corrected) if reason.is_note else reason for reason in computed.reasons),
            Reason("scoring.corrected", corrected & ~unknown, {**args, "computed": computed.points}),
            Reason("scoring.corrected_from_nothing", corrected & unknown, args),
            unexplained,
            *_note_raters(line, at, marks),
        ),
    )


def _except(reason: Reason, rows: Bools) -> Reason:
    return replace(reason, where=~rows if reason.where is None else reason.where & ~rows)


def _take_marks(line: Criterion, at: int, marks: LayerMarks) -> _Given:
    mark = marks.points[:, at]
    if line.rule is None:
        raise ValueError(f"line {line.id} has no rule")
    verdict = apply_rule(line.rule, mark, line.points or 0.0)
    comment: ArgColumn = marks.comments.get(at, "")
    reasons: tuple[Reason, ...]
    if line.rule.name == "discretion":
        reasons = tuple(reason.with_args(comment=comment) for reason in verdict.reasons)
    else:
        reasons = (*verdict.reasons, *_name_sources(line, at, marks))
    return _Given(
        verdict.points, np.full(len(mark), _MARKS, dtype=np.int8), (*reasons, *_note_raters(line, at, marks))
    )


def _note_difference(
    taken: Sequence[_Given], layer: int, at: int, marks: Sequence[LayerMarks], layout: TrackLayout
) -> _Given:
    """Marks of a layer, with a note on the difference from the layer before where the rater said why.

    The layer before is the nearest earlier one with a mark on the unit's line.
    """
    own, comments = taken[layer], marks[layer].comments.get(at)
    if layer == 0 or comments is None or not layout.marked_lines[at]:
        return own
    before = np.full(len(own.points), np.nan)
    named = np.full(len(own.points), "", dtype=object)
    for earlier in range(layer):
        points = taken[earlier].points
        before = np.where(np.isnan(points), before, points)
        named[~np.isnan(points)] = layout.layers[earlier]
    gap = own.points - before
    told = np.asarray(comments != "", dtype=bool)
    args: Args = {"layer_id": named, "gap": np.abs(gap), "comment": comments}
    notes = (
        Reason("scoring.note_above_layer", told & (gap > SMALL), args, is_note=True),
        Reason("scoring.note_below_layer", told & (gap < -SMALL), args, is_note=True),
    )
    return replace(own, reasons=(*own.reasons, *notes))


def _name_sources(line: Criterion, at: int, marks: LayerMarks) -> list[Reason]:
    """Reasons that name the mark of each source, and which is missing, where a layer has several."""
    if len(marks.sources) < 2:
        return []
    max_points = line.points or 0.0
    given = ~np.isnan(marks.points[:, at])
    args: Args = {"points": marks.points[:, at], "max_points": max_points}
    marking = find_marking(line, [source.source for source in marks.sources])
    sources = [source for source, marks_it in zip(marks.sources, marking, strict=True) if marks_it]
    if len(sources) == 1:
        args["source_id"] = sources[0].source.id
        return [Reason("scoring.rated_by", given, args), Reason("scoring.not_rated_by", ~given, args)]
    for number, (source, marks_it) in enumerate(zip(marks.sources, marking, strict=True)):
        if marks_it:
            args[f"points:{source.source.id}"] = source.points[:, at]
            args[f"weight:{source.source.id}"] = Derived(partial(_show_weight, marks, at, number))
    missing = [
        Reason(
            "scoring.note_source_missing",
            given & np.isnan(source.points[:, at]),
            {"source_id": source.source.id},
            is_note=True,
        )
        for source in sources
        if source.source.weight > 0
    ]
    return [Reason("scoring.rated_sources", given, args), *missing]


def _show_weight(marks: LayerMarks, at: int, source: int, rows: Ints) -> Floats:
    """Per cent that a source has in the marks of a line, NaN where it gave none."""
    used = marks.find_used_weights(rows, at)[:, source]
    return np.where(np.isnan(marks.sources[source].points[rows, at]), np.nan, used)


def _note_raters(line: Criterion, at: int, marks: LayerMarks) -> list[Reason]:
    noted = {
        "scoring.note_stale": [source.stale[:, at] for source in marks.sources],
        "scoring.note_recused": [source.recused[:, at] for source in marks.sources],
        "scoring.note_void": [source.void[:, at] for source in marks.sources],
    }
    reasons = []
    for code, counts in noted.items():
        if any(of_source.any() for of_source in counts):
            count = np.stack(counts).sum(axis=0, dtype=np.int64)
            reasons.append(Reason(code, count > 0, {"count": count}, is_note=True))
    return [*reasons, *_note_converted(line, at, marks)]


def _note_converted(line: Criterion, at: int, marks: LayerMarks) -> list[Reason]:
    """Notes on marks that count as something else than the rater gave, with the rater's own where it is one."""
    both = [[getattr(source, how)[:, at] for source in marks.sources] for how in ("converted", "capped")]
    if not any(of_source.any() for counts in both for of_source in counts):
        return []
    converted, capped = (np.stack(counts).sum(axis=0, dtype=np.int64) for counts in both)
    one = converted + capped == 1
    own = np.nansum(np.stack([source.given[:, at] for source in marks.sources]), axis=0)
    lowest, highest = find_range(line)
    limit = np.where(own > highest, highest, lowest)
    return [
        Reason("scoring.note_converted", (converted > 0) & ~one, {"count": converted}, is_note=True),
        Reason("scoring.note_capped", (capped > 0) & ~one, {"count": capped}, is_note=True),
        Reason("scoring.note_converted_one", (converted > 0) & one, {"points": own}, is_note=True),
        Reason("scoring.note_capped_one", (capped > 0) & one, {"points": own, "limit": limit}, is_note=True),
    ]


# -- what does not apply, and what is missing ----------------------------------------------------------


def _treat(
    layout: TrackLayout, at: int, given: _Given, not_applicable: Bools, absent: Bools | None, marked: Bools
) -> LinePoints:
    line = layout.lines[at]
    # a reviewer's correction means that the line does apply
    out = not_applicable & (given.source != _CORRECTED) if not_applicable.any() else not_applicable
    some_out = bool(out.any())
    own = np.where(out, np.nan, given.points) if some_out else given.points
    lacking = np.isnan(own) & ~out
    if absent is not None:
        own, lacking = np.where(absent, np.nan, own), lacking & ~absent
    if not some_out and not lacking.any():
        return LinePoints(own, own, lacking, out, given.source, given.reasons)
    then = line.not_applicable.then if line.not_applicable is not None else "leave_out"
    means = np.full(len(own), np.nan)
    if "group_mean" in (layout.track.missing, then):
        means = average_groups(own, layout.groups)
    values, left_out, filled_out = own, out, np.zeros(len(own), dtype=bool)
    out_reasons: list[Reason] = []
    if some_out:
        of_base = bool(layout.base_points[at])
        values, out_reasons, filled_out, left_out = _treat_out(line, then, own, out, means, of_base=of_base)
    filled = np.zeros(len(own), dtype=bool)
    whole = bool(layout.whole_lines[at])
    if layout.track.missing == "group_mean" and not whole:
        filled = lacking & marked & ~np.isnan(means)
        values = np.where(filled, means, values)
    return LinePoints(
        own=own,
        values=values,
        lacking=lacking,
        left_out=left_out,
        source=np.where(filled | filled_out, np.int8(_GROUP_MEAN), given.source),
        reasons=(
            *given.reasons,
            *out_reasons,
            *(
                [Reason("scoring.note_whole", lacking & marked, is_note=True)]
                if whole
                else _reason_missing(
                    layout, lacking & marked, filled, means, of_base=bool(layout.base_points[at])
                )
            ),
        ),
    )


def _treat_out(
    line: Criterion, then: str, own: Floats, out: Bools, means: Floats, *, of_base: bool
) -> tuple[Floats, list[Reason], Bools, Bools]:
    none = np.zeros(len(own), dtype=bool)
    idle = _find_idle(line)
    if then == "full":
        full = line.points or 0.0
        code = "scoring.not_applicable_full" if full else idle
        return np.where(out, full, own), [Reason(code, out, {"points": full})], none, none
    if then == "skip":
        return own, [Reason("scoring.not_applicable_skipped" if of_base else idle, out)], none, none
    by_mean = out & ~np.isnan(means) if then == "group_mean" else none
    reasons = [
        Reason("scoring.not_applicable_left_out" if of_base else idle, out & ~by_mean),
        Reason("scoring.not_applicable_group_mean", by_mean, {"points": means}),
    ]
    return np.where(by_mean, means, own), reasons, by_mean, out & ~by_mean


def _find_idle(line: Criterion) -> str:
    """Code for a line that does not apply, and without points of the base is not missed: what it would have done."""
    lowest, highest = find_range(line)
    if highest <= 0:
        return "scoring.not_applicable_no_deduction"
    return "scoring.not_applicable_no_bonus" if lowest >= 0 else "scoring.not_applicable_no_change"


def _reason_missing(
    layout: TrackLayout, lacking: Bools, filled: Bools, means: Floats, *, of_base: bool
) -> list[Reason]:
    """Why there are no points, or where they are taken from; without points of the base nothing is re-weighted."""
    track = layout.track
    if track.missing == "group_mean":
        args: Args = {"points": means}
        if track.group is not None:
            return [
                Reason("scoring.group_mean_of_kind", filled, {**args, "kind_id": track.group}),
                Reason("scoring.note_skip", lacking & ~filled, is_note=True),
            ]
        return [
            Reason("scoring.group_mean", filled, args),
            Reason("scoring.note_skip", lacking & ~filled, is_note=True),
        ]
    treated = "skip" if track.missing == "reweight" and not of_base else track.missing
    return [Reason(f"scoring.note_{treated}", lacking, is_note=True)]
