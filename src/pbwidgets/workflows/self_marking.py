"""The marks that a unit gives itself, and what its answers would bring: a dry run on this one unit.

Computed lines are scored by the same functions as the campaign, on the draft as if it had been accepted. Lines
that hold a unit against others, or carry another total over, are not guessed: they say so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Form, Track, compute_answers, to_rows
from pbwidgets.campaign.model import find_marking
from pbwidgets.scoring.frames import RATINGS, SUBMISSIONS, Scores, empty_records, to_frame
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.reasons import word_reason
from pbwidgets.scoring.registry import GROUP_RULES, MARKED, find_range
from pbwidgets.store import Actor, Mark, MarkKey, Reader, SubmissionKey, load_overview, load_state
from pbwidgets.store.self_marks import load_unit_marks, newest_content_version, replace_unit_marks
from pbwidgets.units import ancestors, subtree
from pbwidgets.workflows.entering import check_editable
from pbwidgets.workflows.filling import check_filler
from pbwidgets.workflows.reviewing import check_mark
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.snapshots import counting_states
from pbwidgets.workflows.workspace import Opened, Workspace, today

SelfMarks = Mapping[str, tuple[float, str]]
"""Points and reason by line."""

COMPARED: Final = frozenset(GROUP_RULES)


@dataclass(frozen=True)
class SelfLine:
    """One line of the score sheet as the unit sees it while filling.

    Attributes
    ----------
    line
        Its definition.
    place
        Its number: ``2.1``.
    heading
        Headings above it.
    kind
        ``marked`` by the unit itself, ``computed`` from what is filled in, or ``others``: needs the data of
        other units, and is not in the total.
    lowest, highest
        Range of its points.
    points, reason
        What it brings as things stand, and why; None without a mark or data.
    """

    line: Criterion
    place: str
    heading: str
    kind: Literal["marked", "computed", "others"]
    lowest: float
    highest: float
    points: float | None
    reason: str


@dataclass(frozen=True)
class SelfSheet:
    """Score sheet of the unit's own layer in one track, on the answers as they stand.

    Attributes
    ----------
    total
        Sum of the lines that are known, with the starting points.
    highest
        Base points of the track.
    unmarked
        Lines that wait for the unit's own mark.
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


@dataclass(frozen=True)
class DryRun:
    """What is needed to score one unit again and again while it is being filled in; made by :func:`begin_dry_run`."""

    opened: Opened
    key: SubmissionKey
    track: Track
    layer_id: str
    units: pd.DataFrame
    others: pd.DataFrame

    def sheet(self, answers: Mapping[str, Any], marks: SelfMarks, lang: str) -> SelfSheet:
        """Score sheet on a draft and the unit's own marks; nothing is stored."""
        campaign = self.opened.campaign
        if not campaign.carried:  # then no other track has a say in this one
            campaign = campaign.model_copy(update={"tracks": (self.track,)})
        form = campaign.form(self.key.form_id)
        own = _submission_rows(
            campaign, self.opened.period_id, form, self.key, 1, compute_answers(form, answers)
        )
        submissions = to_frame(pd.concat([self.others, own], ignore_index=True), SUBMISSIONS)
        records = replace(
            empty_records(), units=self.units, submissions=submissions, ratings=self._ratings(marks)
        )
        return self._read(score_campaign(campaign, self.opened.period_id, records), lang)

    def _ratings(self, marks: SelfMarks) -> pd.DataFrame:
        rows = [
            {
                "campaign": self.key.campaign_id,
                "period": self.key.period_id,
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
            for source_id in _marking_sources(self.opened.campaign, self.track, self.layer_id, line_id)[:1]
        ]
        return to_frame(rows, RATINGS)

    def _read(self, scores: Scores, lang: str) -> SelfSheet:
        points = scores.points
        ours = points[
            (points["unit_code"] == self.key.unit_code)
            & (points["track_id"] == self.track.id)
            & (points["layer"] == self.layer_id)
        ].set_index("criterion_id")
        lines = tuple(self._lines(ours, lang))
        known = [line.points for line in lines if line.points is not None and line.kind != "others"]
        return SelfSheet(
            track=self.track,
            layer_id=self.layer_id,
            lines=lines,
            total=round(sum(known) + self.track.starting_points, self.track.rounding.digits),
            highest=self.track.base_points,
            unmarked=sum(line.kind == "marked" and line.points is None for line in lines),
            uncertain=sum(line.kind == "others" for line in lines),
        )

    def _lines(self, ours: pd.DataFrame, lang: str) -> Iterator[SelfLine]:
        campaign = self.opened.campaign
        carried = {item.id for item in campaign.carried}
        for place, heading, line in _numbered(self.track.criteria, "", "", lang):
            rule = line.rule
            kind: Literal["marked", "computed", "others"] = "computed"
            if rule is None or rule.name in MARKED:
                if not _marking_sources(campaign, self.track, self.layer_id, line.id):
                    continue
                kind = "marked"
            elif rule.name in COMPARED or getattr(rule, "measure", None) in carried:
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
            yield SelfLine(line, place, heading, kind, lowest, highest, points, reason)


def self_tracks(campaign: Campaign, form: Form) -> tuple[tuple[Track, str], ...]:
    """Tracks that a form counts in and that units mark themselves, each with the id of that layer."""
    found = []
    for track in campaign.tracks:
        own = [item.id for item in track.layers if campaign.layer(item.id).level is None]
        is_its = form.id in track.forms and track.unit_kind == form.unit_kind and form.filled_by is None
        if track.kind == "score" and own and is_its:
            found.append((track, own[0]))
    return tuple(found)


def begin_dry_run(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, track: Track, layer_id: str
) -> DryRun:
    """Everything that scoring reads about the unit except the draft itself, read once.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    """
    check_filler(workspace, actor, opened, key)
    return read_dry_run(workspace, opened, key, track, layer_id)


def read_dry_run(
    workspace: Workspace, opened: Opened, key: SubmissionKey, track: Track, layer_id: str
) -> DryRun:
    """The same for who has shown already that he may read the unit's answers: :func:`begin_dry_run`."""
    units = workspace.units(opened.day(today()))
    near = set(subtree(units, key.unit_code)["unit_code"])
    for kind in opened.campaign.unit_kinds:
        above = ancestors(units, kind.id).get(key.unit_code)
        if isinstance(above, str):
            near.add(above)
    with workspace.store.read() as reader:
        others = _read_others(reader, opened, key, near)
    return DryRun(
        opened, key, track, layer_id, units[units["unit_code"].isin(near)].reset_index(drop=True), others
    )


def load_self_marks(
    workspace: Workspace, actor: Actor, opened: Opened, unit_code: str, layer_id: str
) -> dict[str, tuple[float, str]]:
    """Marks that a unit has given itself, by line: for the unit alone.

    Whoever marks it sees them beside each line once his own mark is given:
    :func:`pbwidgets.workflows.inspecting.open_review`.

    Raises
    ------
    RightsError
        If the actor is not of this unit.
    """
    authorise(actor, "fill", unit_code, workspace.units(opened.day(today())))
    with workspace.store.read() as reader:
        marks = load_unit_marks(reader, opened.campaign.id, opened.period_id, unit_code, layer_id)
    return {mark.key.criterion_id: (mark.points, mark.comment) for mark in marks}


def save_self_marks(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    track: Track,
    layer_id: str,
    marks: SelfMarks,
) -> int:
    """Number of marks that changed; what is not among them is taken back. All or none.

    The rater is the unit, so a clerk who takes over changes its marks and adds none.

    Raises
    ------
    DataError
        As :func:`pbwidgets.workflows.give_marks`; ``store.not_editable`` once the form was handed in.
    RightsError
        If the actor is not of this unit.
    """
    check_editable(workspace, key)
    return _write_marks(workspace, actor, opened, key, track, layer_id, marks)


def restamp_self_marks(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, track: Track, layer_id: str
) -> int:
    """Number of own marks that now stand for what was just handed in; others would be stale by it."""
    authorise(actor, "fill", key.unit_code, workspace.units(opened.day(today())))
    marks = load_self_marks(workspace, actor, opened, key.unit_code, layer_id)
    return _write_marks(workspace, actor, opened, key, track, layer_id, marks) if marks else 0


def _write_marks(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    key: SubmissionKey,
    track: Track,
    layer_id: str,
    marks: SelfMarks,
) -> int:
    authorise(actor, "fill", key.unit_code, workspace.units(opened.day(today())))
    campaign, period = opened.campaign, opened.period_id
    wanted = []
    for line_id, (points, comment) in marks.items():
        sources = _marking_sources(campaign, track, layer_id, line_id)
        source = sources[0] if sources else layer_id
        mark_key = MarkKey(campaign.id, period, key.unit_code, line_id, layer_id, source, key.unit_code)
        wanted.append(Mark(mark_key, points, comment))
        check_mark(campaign, wanted[-1])
    with workspace.store.write(actor) as writer:
        version = newest_content_version(writer, campaign.id, period, key.unit_code, track.forms)
        stamped = [replace(mark, submission_version=version) for mark in wanted]
        return replace_unit_marks(writer, campaign.id, period, key.unit_code, layer_id, stamped)


# -- reading -------------------------------------------------------------------------------------------


def _marking_sources(campaign: Campaign, track: Track, layer_id: str, line_id: str) -> list[str]:
    line = next((item for item in track.lines() if item.id == line_id), None)
    if line is None:
        return []
    sources = campaign.sources_of(track, layer_id)
    return [source.id for source, marks in zip(sources, find_marking(line, sources), strict=True) if marks]


def _numbered(
    criteria: Sequence[Criterion], prefix: str, heading: str, lang: str
) -> Iterator[tuple[str, str, Criterion]]:
    for at, criterion in enumerate(criteria, start=1):
        place = f"{prefix}{at}"
        if criterion.criteria:
            yield from _numbered(criterion.criteria, f"{place}.", criterion.name.words(lang), lang)
        else:
            yield place, heading, criterion


def _read_others(reader: Reader, opened: Opened, key: SubmissionKey, near: set[str]) -> pd.DataFrame:
    """What is in force of the unit's other forms, and of the units above and below it."""
    overview = load_overview(reader, opened.campaign.id, opened.period_id)
    overview = overview[overview["unit_code"].isin(near) & (overview["version"] > 0)]
    forms = {form.id: form for form in opened.campaign.forms}
    parts = []
    for row in overview.to_dict("records"):
        form = forms.get(str(row["form_id"]))
        other = replace(
            key,
            form_id=str(row["form_id"]),
            unit_code=str(row["unit_code"]),
            occurrence=int(row["occurrence"]),
        )
        own = form is not None and other.form_id == key.form_id and other.unit_code == key.unit_code
        if form is None or own or row["state"] not in counting_states(opened.campaign, form):
            continue
        state = load_state(reader, other)
        if state is not None and state.answers:
            parts.append(
                _submission_rows(
                    opened.campaign, opened.period_id, form, other, state.version, state.answers, state.state
                )
            )
    return to_frame(pd.concat(parts, ignore_index=True) if parts else [], SUBMISSIONS)


def _submission_rows(
    campaign: Campaign,
    period: str,
    form: Form,
    key: SubmissionKey,
    version: int,
    answers: Mapping[str, Any],
    state: str = "locked",
) -> pd.DataFrame:
    """Rows as a snapshot would have them: without sensitive fields."""
    sensitive = {path for path, field in form.leaves() if field.sensitive}
    track = next((track.id for track in campaign.tracks if form.id in track.forms), None)
    rows = [
        {
            "campaign": campaign.id,
            "period": period,
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
