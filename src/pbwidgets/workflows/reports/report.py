"""Data for a report notebook: the rows of its unit, and the published reference.

A unit of the partitioning kind, or below it, sees its own partition only: the rows of other units are never
read, so they cannot end up in a chart's data or a hidden sheet. A unit above sees all partitions.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

import pandas as pd

from pbwidgets.campaign import Campaign, Track
from pbwidgets.charts import View
from pbwidgets.errors import DataError, UsageError
from pbwidgets.exports import About, tables
from pbwidgets.exports.docx import Letter
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.scoring import Records, Scores, TrackScores, score_tracks
from pbwidgets.scoring.classes import find_period_moves
from pbwidgets.scoring.eligibility import awards_of
from pbwidgets.scoring.extracts import FRAME_OF, take_columns
from pbwidgets.scoring.frames import FINAL, NOT_NOMINATED, SELECTED, TIED_AT_CUT, WAITING
from pbwidgets.scoring.measures import MeasureTable
from pbwidgets.scoring.robustness import FIRM, UNDECIDED, USUAL_TRIALS, Trials, vary_list
from pbwidgets.scoring.selection import find_open_places, show_holding
from pbwidgets.scoring.sheet import word_decision
from pbwidgets.units import ancestors, kind_and_domain, sole_partitions, subtree, tops, unit_names
from pbwidgets.wording import Words, default_language, say
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.snapshots import (
    PHOTOS,
    RECORDS,
    RUNNING,
    SCORES,
    SHARED,
    Snapshot,
    open_snapshot,
    take_snapshot,
)
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.reports.blocks.block import OfTrack
from pbwidgets.workflows.reports.files.content import Cover

_ROWS_OF_HEATMAP: Final = 30
_OWN_FRAMES: Final = ("submissions", RUNNING, "class_decisions", PHOTOS)
"""Frames of a report beside its scores, by their names in the snapshot."""


class _Withheld:
    """Stands for a frame that a block does not say it reads."""

    def __init__(self, block: str, frame: str) -> None:
        self._names = {"block": block, "frame": frame}

    def _refuse(self, *_: object) -> int:
        raise DataError("blocks.frame_withheld", **self._names)

    __getattr__ = __getitem__ = __len__ = __iter__ = __contains__ = _refuse


@dataclass(frozen=True)
class ClassMoves:
    """Moves between the classes of a track.

    Attributes
    ----------
    frame
        Columns ``MOVES``.
    days
        The two days compared.
    sentence
        Sentence on how many moved up and down.
    table
        The moves as a table for people.
    """

    frame: pd.DataFrame
    days: tuple[str, str]
    sentence: str
    table: LabelledTable


@dataclass(frozen=True)
class Report:
    """A unit's view of a campaign and period.

    Attributes
    ----------
    campaign
        The frozen campaign.
    snapshot
        Source of the rows.
    lang
        ``zh_CN`` or ``en``.
    unit_code, unit_name, kind
        The unit.
    synthetic
        Whether the data are invented for a demonstration.
    units
        The unit and all units below it, columns ``UNITS``.
    scores
        Their scores; ``reference`` is the published distribution of all units, and the status in ``selection`` is
        the one that holds.
    submissions
        What they handed in, columns ``SUBMISSIONS``.
    running_record
        Their dated notes: unit_code, noted_on, text.
    class_decisions
        Decisions on their classes, columns ``CLASS_DECISIONS``, of all periods.
    photos
        Their photos that a report shows, columns ``PHOTO_COLUMNS``.
    is_top
        Whether no unit of the campaign is above it.
    memory
        What is computed once for all blocks.
    """

    campaign: Campaign
    snapshot: Snapshot
    lang: str
    unit_code: str
    unit_name: str
    kind: str
    synthetic: bool
    units: pd.DataFrame
    scores: Scores
    submissions: pd.DataFrame
    running_record: pd.DataFrame
    class_decisions: pd.DataFrame
    photos: pd.DataFrame
    is_top: bool = False
    memory: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    # -- what there is ---------------------------------------------------------------------------------

    @property
    def names(self) -> Mapping[str, str]:
        """Name of each unit by code."""
        return unit_names(self.units)

    @property
    def own_tracks(self) -> tuple[Track, ...]:
        """Tracks that assess the unit itself."""
        return tuple(track for track in self.campaign.tracks if self.kind in track.unit_kind)

    @property
    def tracks_below(self) -> tuple[Track, ...]:
        """Tracks that assess units below it."""
        kinds = set(self.units["kind"]) - {self.kind}
        return tuple(track for track in self.campaign.tracks if not kinds.isdisjoint(track.unit_kind))

    @property
    def set_up_forms(self) -> tuple[str, ...]:
        """Forms about the unit's kind that no track counts."""
        counted = {form for track in self.campaign.tracks for form in track.forms}
        return tuple(
            form.id
            for form in self.campaign.forms
            if self.kind in form.unit_kind and form.id not in counted and form.survey is None
        )

    def track_of(self, args: OfTrack) -> Track:
        """The track that a block is drawn for."""
        return self.campaign.track(args.track or "")

    def showing(self, block: str, reads: Collection[str]) -> "Report":
        """The same report with some frames only: a block that reads another is refused, and which is said.

        Of a frame of which it reads extracts it gets their columns.
        """
        own = {name: _Withheld(block, name) for name in _OWN_FRAMES if name not in reads}
        scores: dict[str, object] = {}
        for name in SCORES:
            extracts = [one for one in reads if FRAME_OF.get(one) == name]
            if extracts and name not in reads:
                scores[name] = take_columns(getattr(self.scores, name), extracts)
            elif name not in reads:
                scores[name] = _Withheld(block, name)
        return replace(self, scores=replace(self.scores, **scores), **own)  # type: ignore[arg-type]  # no frames

    def units_of_kinds(self, track_id: str) -> pd.DataFrame:
        """Units of the kind that a track assesses, at or below the report's own."""
        return self.units[self.units["kind"].isin(self.campaign.track(track_id).unit_kind)]

    # -- words -----------------------------------------------------------------------------------------

    @property
    def say(self) -> Words:
        """Words of ``reports.<code>`` in the report's language."""
        return Words("reports", self.lang)

    @property
    def title(self) -> str:
        """Title: unit and campaign."""
        return self.say("title", unit=self.unit_name, campaign=self.campaign.name.words(self.lang))

    @property
    def basis(self) -> str:
        """What the report is based on: period, day, version, snapshot."""
        return self.say(
            "basis",
            period=self.snapshot.period_id,
            day=self.snapshot.day,
            version=self.snapshot.version,
            snapshot=self.snapshot.snapshot_id,
        )

    @property
    def cover(self) -> Cover:
        """What the report says about itself."""
        snapshot = self.snapshot
        about = About(
            campaign=self.campaign.name.words(self.lang),
            period=snapshot.period_id,
            snapshot=snapshot.snapshot_id,
            unit=self.unit_name,
            synthetic=self.synthetic,
        )
        told = {"period": snapshot.period_id, "day": snapshot.day}
        return Cover(
            title=self.title,
            basis=self.basis,
            subtitle=say("slides.subtitle", self.lang, unit=self.unit_name, **told),
            lang=self.lang,
            about=about,
            synthetic=self.synthetic,
            source=say("slides.source", self.lang, campaign=about.campaign, **told),
            day=snapshot.day,
            version=snapshot.version,
            letter=self._letter(),
            templates=self.campaign.templates,
        )

    def _letter(self) -> Letter | None:
        """Sender and recipients of what is sent from here, of the day of the data; nobody below the top sends any."""
        office = self.campaign.office
        if office is None or not self.is_top:
            return None
        return Letter(
            sender=office.sender_at(self.unit_name),
            recipients=office.recipients,
            copies=office.copies,
            day=self.snapshot.day,
            contact=office.contact or "",
            phone=office.phone or "",
        )

    def view(self, track: Track | None = None) -> View:
        """Settings of a chart of a track, or of one that is about none."""
        return View(
            campaign=self.campaign,
            period=self.snapshot.period_id,
            track_id=track.id if track else "",
            unit_code=self.unit_code,
            unit_name=self.unit_name,
            lang=self.lang,
            synthetic=self.synthetic,
            last_rank=self._last_rank(track) if track else None,
            day=self.snapshot.day,
        )

    def _last_rank(self, track: Track) -> int | None:
        """Rank of the last unit selected, as far as this report sees, but not before the places end."""
        if track.places is None:
            return None
        selection = self.scores.selection
        own = selection[(selection["track_id"] == track.id) & (selection["status"] == SELECTED)]
        return max([track.places, *map(int, own["rank"])])

    def result_of(self, track: Track) -> str:
        """Sentence on the unit's own result in a track, with its reason, and on what was decided."""
        selection = self.scores.selection
        own = selection[(selection["unit_code"] == self.unit_code) & (selection["track_id"] == track.id)]
        reason = "reason_en" if self.lang == "en" else "reason_zh"
        if own.empty:
            return self.say("no_result")
        said = str(own[reason].iloc[0])
        if pd.isna(own["decided"].iloc[0]):
            return said
        return f"{said} {word_decision(own.iloc[0].to_dict(), self.lang)}"

    def summary_of(self, track: Track) -> str:
        """Sentence on the results of a track's units below this one."""
        own = self.scores.selection[self.scores.selection["track_id"] == track.id]
        counts = own["status"].value_counts()
        parts = [
            self.say("status_count", status=say(f"scoring.status_{status}", self.lang), count=int(count))
            for status, count in counts.items()
        ]
        kind = self.campaign.kind_names(track.unit_kind, self.lang)
        return self.say("summary", kind=kind, count=len(own), parts=self.say("comma").join(parts))

    def is_decided(self, track_id: str | None = None) -> bool:
        """Whether the list of a track is decided on; by default every list of the units that the report sees."""
        kinds = set(self.units["kind"])
        listed = {
            track.id
            for track in self.campaign.tracks
            if track.places is not None
            and track_id in (None, track.id)
            and not kinds.isdisjoint(track.unit_kind)
        }
        selection = self.scores.selection
        return bool(listed) and listed <= set(selection.loc[selection["decided"].notna(), "track_id"])

    def notice_of(self, track: Track) -> str:
        """How the places of a track are filled, who decides, and how long the notice runs if there is one."""
        own = self.scores.selection[self.scores.selection["track_id"] == track.id]
        counts = own["status"].value_counts()
        said = "chosen" if self.is_decided(track.id) else "notice"
        text = self.say(
            f"{said}_places",
            track=track.name.words(self.lang),
            places=track.places,
            selected=int(counts.get(SELECTED, 0)),
            tied=int(counts.get(TIED_AT_CUT, 0)),
            waiting=int(counts.get(WAITING, 0)),
        )
        by = track.decided_by.words(self.lang) if track.decided_by else self.say("notice_organiser")
        if track.public_notice:
            text += self.say(f"{said}_days", decided_by=by, days=track.public_notice.days)
        else:
            text += self.say(f"{said}_decided", decided_by=by)
        free, code = find_open_places(own), "places_open"
        if own["decided"].notna().any():
            free, code = (track.places or 0) - int(counts.get(SELECTED, 0)), "places_left"
        if self._shares_places(track):
            text += self.say("places_shared")
        elif free > 0:
            text += self.say(code, open=free)
        award = track.award
        if award is None:
            return text
        material = award.material.words(self.lang).rstrip("。.") if award.material else ""
        material += self.say("full_stop") if material else ""
        return text + self.say(
            "award_text", title=award.title.words(self.lang), by=award.by.words(self.lang), material=material
        )

    def _shares_places(self, track: Track) -> bool:
        """Whether units that the report does not see, below another top, compete for the same places."""
        whole = self.snapshot.frames(["units"])["units"]
        return int(whole["kind"].isin(track.unit_kind).sum()) > len(self.units_of_kinds(track.id))

    # -- what charts need --------------------------------------------------------------------------

    def ranks(self, track: Track, most: int | None = None) -> dict[str, int]:
        """Name and rank of the unit, or of the best units below it (at most ``most``); 0 without a rank."""
        rows = self.contenders(track).to_dict("records")[:most]
        return {row["unit_name"]: 0 if pd.isna(row["rank"]) else int(row["rank"]) for row in rows}

    def contenders(self, track: Track) -> pd.DataFrame:
        """Nominated units of a track, best first; all its units if nobody nominates."""
        frame = self.units_of_track(track).frame
        return frame[frame["status"] != NOT_NOMINATED]

    def labelled_selection(self, track: Track) -> pd.DataFrame:
        """Selection of a track, in which units with the same name also carry the name of the unit above."""
        own = self.scores.selection[self.scores.selection["track_id"] == track.id]
        above = tables.names_above(self.units)
        twice = own["unit_name"].duplicated(keep=False)
        names = [
            f"{name}·{above[code]}" if double else name
            for code, name, double in zip(own["unit_code"], own["unit_name"], twice, strict=True)
        ]
        return own.assign(unit_name=names)

    def ranked_count(self, track: Track) -> int:
        """Number of units ranked in a track in the whole campaign.

        Taken from the reasons of ranked units; if none of this report's units is ranked, it is the number of
        units with a total in the published reference.
        """
        own = self.scores.selection[self.scores.selection["track_id"] == track.id]
        known = max((json.loads(args).get("contenders", 0) for args in own["reason_args"]), default=0)
        if known:
            return int(known)
        published = self.scores.reference
        total = published[
            (published["track_id"] == track.id)
            & (published["criterion_id"] == "total")
            & (published["layer"] == FINAL)
        ]
        return int(total["n"].max()) if len(total) else 0

    def firmness(self, track: Track, trials: Trials = USUAL_TRIALS) -> pd.DataFrame:
        """How stable a track's list is when weights, points and raters vary: columns ``FIRMNESS``.

        It reads the records of all units, so only a root's report may use it.
        """
        records, table, tracks = self._rescored
        one = next(item for item in tracks if item.layout.track.id == track.id)
        made = vary_list(table, one, records.ratings, trials.ranges, runs=trials.runs, seed=trials.seed)
        return _within(made, set(self.units["unit_code"]))

    def firmness_text(self, firmness: pd.DataFrame, trials: Trials = USUAL_TRIALS) -> str:
        """What was varied, how many units are firm and how many undecided, and what was not varied with it."""
        counts = firmness["verdict"].value_counts()
        track = self.campaign.track(str(firmness["track_id"].iloc[0]))
        text = self.say(
            "firmness_text",
            trials=trials.words(self.lang, track),
            seed=trials.seed,
            firm=int(counts.get(FIRM, 0)),
            open=int(counts.get(UNDECIDED, 0)),
        )
        other = track.needs_class.track if track.needs_class else None
        rests_on = dict.fromkeys([*awards_of(track), *([other] if other else [])])
        names = [self.campaign.track(one).name.words(self.lang) for one in rests_on if one != track.id]
        return text + (self.say("firmness_rests_on", tracks=self.say("comma").join(names)) if names else "")

    @property
    def _rescored(self) -> tuple[Records, MeasureTable, list[TrackScores]]:
        """Records of all units and their scores as wide arrays, read and computed once for all tracks."""
        if "rescored" not in self.memory:
            records = self.snapshot.records()
            self.memory["rescored"] = (
                records, *score_tracks(self.campaign, self.snapshot.period_id, records)
            )  # fmt: skip
        return cast("tuple[Records, MeasureTable, list[TrackScores]]", self.memory["rescored"])

    def firmness_table(self, track: Track, firmness: pd.DataFrame) -> LabelledTable:
        """Shares and ranks of all units of a track when the assumptions vary."""
        title = self.say("firmness", track=track.name.words(self.lang))
        return tables.firmness_of_units(firmness, self._labels(track), title, self.lang)

    def around_the_cut(self, track: Track, count: int) -> dict[str, str]:
        """Names by code of the units ranked nearest the end of the places, half of them on either side."""
        ranked = self.contenders(track)
        ranked = ranked[ranked["rank"].notna()]
        end = int((ranked["rank"] <= self.view(track).cut).sum())
        start = max(min(end - count // 2, len(ranked) - count), 0)
        labels = self._labels(track)
        return {code: labels[code] for code in ranked["unit_code"].iloc[start : start + count]}

    def _labels(self, track: Track) -> Mapping[str, str]:
        labelled = self.labelled_selection(track)
        return unit_names(labelled)

    def rows_of_heatmap(self, track: Track) -> tuple[dict[str, str], dict[str, str] | None]:
        """Names of the rows of a heat map: the track's units or, if there are many, the units above them.

        In the second case also the unit above each unit, by code.
        """
        codes = list(self.contenders(track)["unit_code"])
        if len(codes) <= _ROWS_OF_HEATMAP:
            return {code: self.names[code] for code in codes}, None
        kind = track.nomination.by if track.nomination else self.campaign.partition_by
        above = ancestors(self.units, kind)
        groups = {str(code): str(above[code]) for code in codes if isinstance(above.get(code), str)}
        return {code: self.names[code] for code in sorted(set(groups.values()))}, groups

    # -- tables ----------------------------------------------------------------------------------------

    def score_sheet(self, track: Track, unit_code: str | None = None) -> LabelledTable:
        """Score sheet of the unit, or of one below it."""
        code = unit_code or self.unit_code
        title = self.say("score_sheet", unit=self.names[code], track=track.name.words(self.lang))
        own = track.of_unit(*kind_and_domain(self.units, code))
        return tables.score_sheet(self.campaign, own, self.scores, code, title, self.lang)

    def headings(self, track: Track) -> LabelledTable:
        """The headings of the unit's score sheet beside the published median and range."""
        title = self.say("by_criterion", track=track.name.words(self.lang))
        own = track.of_unit(*kind_and_domain(self.units, self.unit_code))
        return tables.headings_beside_reference(
            own, self.scores.points, self.scores.reference, self.unit_code, title, self.lang
        )

    def units_of_track(self, track: Track, statuses: Sequence[str] = (), title: str = "") -> LabelledTable:
        """Units of a track, best first; only those with the given statuses, if any."""
        selection = self.scores.selection
        if statuses:
            selection = selection[selection["status"].isin(list(statuses))]
        title = title or self.say("units_of_track", track=track.name.words(self.lang))
        return tables.units_of_track(
            self.campaign,
            track,
            selection,
            self.scores.totals,
            self.units,
            title,
            self.lang,
            ranks_within=self.scores.ranks_within,
        )

    def named_units(self, track: Track, title: str) -> LabelledTable:
        """Units of a track that are selected, best first."""
        return tables.named_units(self.campaign, track, self.scores.selection, self.units, title, self.lang)

    def losses(self, track: Track) -> LabelledTable:
        """Points lost by heading, in the rows of the heat map."""
        names, groups = self.rows_of_heatmap(track)
        title = self.say("lost", track=track.name.words(self.lang))
        return tables.losses_by_heading(track, self.scores.points, names, groups, title, self.lang)

    def counts_by_status(self) -> LabelledTable:
        """Number of units of each track by status."""
        return tables.counts_by_status(self.campaign, self.scores.selection, self.say("counts"), self.lang)

    def classes_of(self, track: Track) -> LabelledTable:
        """Classes of a track's units: proposed, decided, and why."""
        title = self.say("classes", track=track.name.words(self.lang))
        return tables.classes_of_units(
            self.campaign, track, self.scores.classes, self.units, title, self.lang
        )

    def moves_of(self, track: Track) -> ClassMoves:
        """Units that moved between a track's classes, from the start of the period to its newest decision."""
        moves, since, until = find_period_moves(
            self.campaign, self.snapshot.period_id, track.id, self.class_decisions
        )
        counts = {move: int((moves["move"] == move).sum()) for move in ("up", "down", "same", "new")}
        days = since.isoformat(), until.isoformat()
        title = self.say("class_moves", track=track.name.words(self.lang))
        sentence = self.say("class_moves_text", since=days[0], until=days[1], **counts)
        table = tables.moves_of_units(self.campaign, track, moves, self.names, title, self.lang)
        return ClassMoves(moves, days, sentence, table)

    def nomination_balance(self, track: Track | None = None) -> LabelledTable:
        """Numbers allotted, nominated and selected, of one track or all."""
        balance = self.scores.balance
        if track is not None:
            balance = balance[balance["track_id"] == track.id]
        return tables.nomination_balance_table(
            self.campaign, balance, self.names, self.say("balance"), self.lang
        )

    def recommendations(self) -> LabelledTable:
        """Recommendations for selected units and their posts."""
        return tables.recommendations(
            self.campaign, self.scores.selection, self.units, self.say("recommendations"), self.lang
        )

    def team_results(self) -> LabelledTable:
        """Result sheet of leadership teams."""
        return tables.team_results(
            self.campaign, self.scores.selection, self.units, self.say("team_results"), self.lang
        )

    def set_up(self) -> LabelledTable:
        """Answers to the forms that no track counts."""
        return tables.measures_of_unit(
            self.campaign,
            self.scores.measures,
            self.unit_code,
            self.set_up_forms,
            self.say("set_up"),
            self.lang,
        )

    def own_answers(self) -> LabelledTable:
        """The unit's own answers: its set-up first, then the forms of its tracks."""
        forms = [form.id for form in self.campaign.forms if self.kind in form.unit_kind]
        names = {self.unit_code: self.unit_name}
        return tables.answers_of_units(
            self.campaign, self.submissions, forms, names, self.say("own_answers"), self.lang
        )

    def entries_about(self) -> LabelledTable:
        """What review levels entered about the unit and those below it."""
        forms = [form.id for form in self.campaign.forms if form.filled_by is not None]
        return tables.answers_of_units(
            self.campaign, self.submissions, forms, self.names, self.say("entries_about"), self.lang
        )

    def all_points(self) -> LabelledTable:
        """Every line of every unit with its reason."""
        return tables.all_points(
            self.campaign, self.scores.points, self.names, self.say("all_points"), self.lang
        )

    def notes(self) -> LabelledTable:
        """The running record."""
        return tables.notes_on_units(self.running_record, self.names, self.say("notes"), self.lang)


def open_report(snapshot: str | Path = "", unit_code: str | int = "", lang: str = "") -> Report:
    """Report of one unit from a snapshot.

    Parameters
    ----------
    snapshot
        Folder of the snapshot; by default a new one of the campaign opened last in this workspace.
    unit_code
        The unit; by default the first root. Papermill makes a number of a code typed as ``-p unit_code 990101003``.
    lang
        ``zh_CN`` or ``en``; by default the language of the interface.

    Raises
    ------
    DataError
        ``workflows.no_snapshot``.
    UsageError
        ``workflows.unknown_unit``.
    """
    source = open_snapshot(Path(snapshot)) if snapshot else _take_fresh()
    campaign = source.campaign()
    whole = source.frames(["units"])["units"]
    code = str(unit_code) or tops(whole, campaign.member_kinds)[0]
    here = whole[whole["unit_code"] == code]
    if here.empty:
        near = nearest(code, list(whole["unit_code"]))["nearest"]
        raise UsageError("workflows.unknown_unit", unit=code, nearest=near)
    sole = sole_partitions(whole, campaign.partition_by)[code]
    cut = str(sole) if isinstance(sole, str) else None
    own = source.frames([name for name in (*RECORDS, *SCORES, RUNNING, PHOTOS) if name != SHARED], cut)
    units = subtree(whole, code)
    scores = {name: _within(own[name], set(units["unit_code"])) for name in SCORES if name != SHARED}
    scores["selection"] = show_holding(scores["selection"])
    return Report(
        campaign=campaign,
        snapshot=source,
        lang=lang or default_language(),
        unit_code=code,
        unit_name=str(here["unit_name"].iloc[0]),
        kind=str(here["kind"].iloc[0]),
        synthetic=bool(here["synthetic"].iloc[0]),
        units=units,
        scores=Scores(**scores, **source.frames([SHARED])),
        submissions=_within(own["submissions"], set(units["unit_code"])),
        running_record=_within(own[RUNNING], set(units["unit_code"])),
        class_decisions=_within(own["class_decisions"], set(units["unit_code"])),
        photos=_within(own[PHOTOS], set(units["unit_code"])),
        is_top=code in tops(whole, campaign.member_kinds),
    )


def _take_fresh() -> Snapshot:
    with open_workspace() as workspace:
        return take_snapshot(workspace, workspace.opened())


def _within(frame: pd.DataFrame, codes: set[str]) -> pd.DataFrame:
    key = "unit_code" if "unit_code" in frame else "by_unit"
    return frame[frame[key].isin(codes)].reset_index(drop=True)
