"""What a unit's answers would score: computed for this one unit as if accepted; nothing is stored.

Lines that compare units, or carry over another total, are marked as uncertain rather than guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Form, Track, compute_answers, to_rows
from pbwidgets.campaign.derived import expressions_of, measures_of, names_behind
from pbwidgets.campaign.expression_tree import OF_GROUPS
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.model import Numbered
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.scoring.frames import RATINGS, SUBMISSIONS, empty_records, to_frame
from pbwidgets.scoring.pipeline import score_tracks
from pbwidgets.scoring.points import to_points_frame
from pbwidgets.scoring.reasons import word_reason
from pbwidgets.scoring.registry import GROUP_RULES, MARKED, find_range
from pbwidgets.store import Mark, MarkKey, Reader, SubmissionKey
from pbwidgets.store.counting import load_counting
from pbwidgets.units import ancestors, kind_and_domain, subtree
from pbwidgets.wording import round_half_up
from pbwidgets.workflows.ground.marks import check_mark
from pbwidgets.workflows.ground.snapshots import does_count
from pbwidgets.workflows.ground.workspace import Opened, Workspace, today

SelfMarks = Mapping[str, tuple[float, str]]
"""Points and reason by line."""
COMPARED: Final = frozenset(GROUP_RULES)
WITH_LEAST: Final = frozenset({"all_or_nothing", "per_missing_item", "threshold_then_per_unit"})
"""Rules that name the least number for full points."""


@dataclass(frozen=True)
class SelfLine:
    """One line of the score sheet as the unit sees it while filling.

    Attributes
    ----------
    line
        Its definition.
    place
        Its number, such as ``2.1``.
    heading
        Headings above it.
    kind
        ``marked`` by the unit itself, ``computed`` from what is filled in, ``heading`` for a heading settled as one,
        or ``others`` if it needs the data of other units and is left out of the total.
    lowest, highest
        Range of its points.
    points, reason
        Points so far, and why; None without a mark or data.
    """

    line: Criterion
    place: str
    heading: str
    kind: Literal["marked", "computed", "others", "heading"]
    lowest: float
    highest: float
    points: float | None
    reason: str

    @property
    def is_short(self) -> bool:
        """Whether what is filled in stays below the least number that the line asks for."""
        rule = self.line.rule
        asks = self.kind == "computed" and rule is not None and rule.name in WITH_LEAST
        return asks and self.points is not None and self.points < self.highest


@dataclass(frozen=True)
class SelfSheet:
    """Score sheet of the unit's own layer in one track, for its current answers.

    Attributes
    ----------
    total
        Sum of the known lines, settled headings and starting points.
    highest
        Points of the unit's own score sheet.
    unmarked
        Lines still without the unit's own mark.
    uncertain
        Lines that need others' data and are not in the total.
    """

    track: Track
    layer_id: str
    lines: tuple[SelfLine, ...]
    total: float
    highest: float
    unmarked: int
    uncertain: int

    @property
    def short(self) -> tuple[SelfLine, ...]:
        """Lines whose least number is not reached, in order."""
        return tuple(line for line in self.lines if line.is_short)


@dataclass(frozen=True)
class DryRun:
    """What is needed to score one unit repeatedly while its form is filled in; made by :func:`read_dry_run`."""

    opened: Opened
    key: SubmissionKey
    track: Track
    layer_id: str
    units: pd.DataFrame
    others: pd.DataFrame

    def sheet(self, answers: Mapping[str, Any], marks: SelfMarks, lang: str) -> SelfSheet:
        """Score sheet for a draft and the unit's own marks; nothing is stored."""
        campaign = self.opened.campaign
        if not campaign.carried:  # no other track affects this one
            campaign = campaign.model_copy(update={"tracks": (self.track,)})
        form = form_of_unit(campaign.form(self.key.form_id), *kind_and_domain(self.units, self.key.unit_code))
        opened = replace(self.opened, campaign=campaign)
        own = _submission_rows(opened, form, self.key, 1, compute_answers(form, answers))
        submissions = to_frame(pd.concat([self.others, own], ignore_index=True), SUBMISSIONS)
        records = replace(
            empty_records(),
            units=self.units,
            submissions=submissions,
            ratings=self._ratings(marks),
            day=today(),
        )
        _, tracks = score_tracks(campaign, self.opened.period_id, records)
        one = next(item for item in tracks if item.layout.track.id == self.track.id)
        points = to_points_frame(campaign, self.opened.period_id, one.layout, one.points, one.totals.settled)
        return self._read(points, lang)

    def check_mark(self, line_id: str, points: float, reason: str) -> None:
        """Check a mark that the unit is about to give itself.

        Raises
        ------
        DataError
            As :func:`~pbwidgets.workflows.ground.marks.check_mark`.
        """
        key = own_mark_key(self.opened, self.track, self.layer_id, self.key.unit_code, line_id)
        check_mark(self.opened.campaign, Mark(key, points, reason))

    def _ratings(self, marks: SelfMarks) -> pd.DataFrame:
        rows = [
            {
                "campaign": self.key.campaign_id,
                "period": self.opened.period_id,
                "unit_code": self.key.unit_code,
                "criterion_id": line_id,
                "layer": self.layer_id,
                "source": source_id,
                "rater_id": "own",
                "points": points,
                "comment": comment,
                "submission_version": 1,
            }
            for line_id, (points, comment) in marks.items()
            if (source_id := own_source(self.opened.campaign, self.track, self.layer_id, line_id))
        ]
        return to_frame(rows, RATINGS)

    def _read(self, points: pd.DataFrame, lang: str) -> SelfSheet:
        ours = points[
            (points["unit_code"] == self.key.unit_code) & (points["layer"] == self.layer_id)
        ].set_index("criterion_id")
        lines = tuple(self._lines(ours, lang))
        known = {
            line.line.id: line.points for line in lines if line.points is not None and line.kind != "others"
        }
        given = [known.get(part.id, 0.0) for top in self.track.criteria for part in top.parts()]
        return SelfSheet(
            track=self.track,
            layer_id=self.layer_id,
            lines=lines,
            total=round_half_up(sum(given) + self.track.starting_points, self.track.rounding.digits),
            highest=self.track.sheet_points,
            unmarked=sum(line.kind == "marked" and line.points is None for line in lines),
            uncertain=sum(line.kind == "others" and not line.line.criteria for line in lines),
        )

    def _lines(self, ours: pd.DataFrame, lang: str) -> Iterator[SelfLine]:
        campaign = self.opened.campaign
        carried = {item.id for item in campaign.carried}
        for item in self.track.numbered():
            line, rule = item.criterion, item.criterion.rule
            if line.criteria:
                if line.is_settled:
                    yield self._heading(item, ours, carried, lang)
                continue
            kind: Literal["marked", "computed", "others"] = "computed"
            if rule is None or rule.name in MARKED:
                if not own_source(campaign, self.track, self.layer_id, line.id):
                    continue
                kind = "marked"
            elif _needs_others(campaign, line, carried):
                kind = "others"
            row = ours.loc[line.id] if line.id in ours.index else None
            points = None if row is None or pd.isna(row["points"]) else float(row["points"])
            reason = (
                ""
                if row is None or kind == "others"
                else word_reason(campaign, str(row["reason_code"]), str(row["reason_args"]), lang)
            )
            lowest, highest = find_range(line)
            if kind == "marked" and row is not None and str(row["source"]) == "group_mean":
                points, reason = None, ""
            heading = item.heading.name.words(lang) if item.heading else ""
            yield SelfLine(line, item.number, heading, kind, lowest, highest, points, reason)

    def _heading(self, item: Numbered, ours: pd.DataFrame, carried: set[str], lang: str) -> SelfLine:
        """Row of a settled heading; left out where a line below it needs others' data."""
        heading, above = item.criterion, item.heading
        name = above.name.words(lang) if above else ""
        if (
            any(_needs_others(self.opened.campaign, line, carried) for line in heading.lines())
            or heading.id not in ours.index
        ):
            return SelfLine(heading, item.number, name, "others", 0.0, heading.max_points, None, "")
        row = ours.loc[heading.id]
        points: float | None = None if pd.isna(row["points"]) else float(row["points"])
        reason = word_reason(self.opened.campaign, str(row["reason_code"]), str(row["reason_args"]), lang)
        return SelfLine(heading, item.number, name, "heading", 0.0, heading.max_points, points, reason)


def _needs_others(campaign: Campaign, line: Criterion, carried: set[str]) -> bool:
    """Whether a line compares the unit with others, or takes a total made elsewhere."""
    if line.rule is None or line.rule.name in COMPARED:
        return line.rule is not None
    asked = {node.symbol for text in expressions_of(line) for node in parse(text).tree.walk()}
    return not OF_GROUPS.isdisjoint(asked) or not carried.isdisjoint(
        names_behind(campaign, measures_of(line))
    )


def self_tracks(campaign: Campaign, form: Form) -> tuple[tuple[Track, str], ...]:
    """Tracks in which a form counts and units mark themselves, each with the id of the units' layer."""
    found = []
    for track in campaign.tracks:
        own = [item.id for item in track.layers if campaign.layer(item.id).level is None]
        is_its = (
            form.id in track.forms
            and form.filled_by is None
            and not set(form.unit_kind).isdisjoint(track.unit_kind)
        )
        if track.kind == "score" and own and is_its:
            found.append((track, own[0]))
    return tuple(found)


def own_mark_key(opened: Opened, track: Track, layer_id: str, unit_code: str, line_id: str) -> MarkKey:
    """Key of the mark that a unit gives itself on a line; the rater is the unit."""
    source = own_source(opened.campaign, track, layer_id, line_id) or layer_id
    return MarkKey(*opened.key, unit_code, line_id, layer_id, source, unit_code)


def own_source(campaign: Campaign, track: Track, layer_id: str, line_id: str) -> str:
    """Source under which a unit marks a line in its own layer; empty for a line that it does not mark."""
    line = next((item for item in track.lines() if item.id == line_id), None)
    sources = () if line is None else campaign.marking_sources(track, layer_id, line)
    return sources[0].id if sources else ""


def read_dry_run(
    workspace: Workspace, opened: Opened, key: SubmissionKey, track: Track, layer_id: str
) -> DryRun:
    """A dry run, for callers that have checked the right to read the unit's answers."""
    units = workspace.taking_part(opened, today())
    near = set(subtree(units, key.unit_code)["unit_code"])
    for kind in opened.campaign.unit_kinds:
        above = ancestors(units, kind.id).get(key.unit_code)
        if isinstance(above, str):
            near.add(above)
    with workspace.store.read() as reader:
        others = _read_others(reader, opened, key, near)
    own = track.of_unit(*kind_and_domain(units, key.unit_code))
    return DryRun(
        opened, key, own, layer_id, units[units["unit_code"].isin(near)].reset_index(drop=True), others
    )


def _read_others(reader: Reader, opened: Opened, key: SubmissionKey, near: set[str]) -> pd.DataFrame:
    """Counting answers of the unit's other forms, and of the units above and below it."""
    forms = {form.id: form for form in opened.campaign.forms}
    counting = load_counting(reader, *opened.key, does_count(opened.campaign), unit_codes=near)
    parts = [
        _submission_rows(opened, forms[one.key.form_id], one.key, one.version, one.answers, one.state)
        for one in counting
        if (one.key.form_id, one.key.unit_code) != (key.form_id, key.unit_code)
    ]
    return to_frame(pd.concat(parts, ignore_index=True) if parts else [], SUBMISSIONS)


def _submission_rows(
    opened: Opened,
    form: Form,
    key: SubmissionKey,
    version: int,
    answers: Mapping[str, Any],
    state: str = "locked",
) -> pd.DataFrame:
    """Rows as a snapshot would hold them: without sensitive fields."""
    sensitive = form.sensitive_paths()
    track = next((track.id for track in opened.campaign.tracks if form.id in track.forms), None)
    rows = [
        {
            "campaign": opened.campaign.id,
            "period": opened.period_id,
            "track_id": track,
            "form_id": form.id,
            "unit_code": key.unit_code,
            "occurrence": key.occurrence,
            "version": version,
            "field": path,
            "row": row,
            "value": value,
            "state": state,
        }
        for path, row, value in to_rows(form, dict(answers))
        if path not in sensitive
    ]
    return to_frame(rows, SUBMISSIONS)
