"""Snapshots: the records at one moment and the scores computed from them, as Parquet.

A snapshot is named by a hash of its inputs: the campaign's version, the scoring code, and the records.
While the store's revision stays the same, the newest snapshot is reused and nothing is read or scored
again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign, Form, from_json, to_json, to_rows
from pbwidgets.campaign.living import trace_lives
from pbwidgets.campaign.names import places
from pbwidgets.errors import DataError
from pbwidgets.files import put_file
from pbwidgets.intake.identifying import HIDDEN
from pbwidgets.scoring import Records, Scores, score_campaign, to_frame
from pbwidgets.scoring.carried import list_carried
from pbwidgets.scoring.extracts import extract_shown
from pbwidgets.scoring.frames import CARRIED, COLUMNS, RECORD_FRAMES
from pbwidgets.settings import Settings
from pbwidgets.store import (
    Note,
    Reader,
    Rectification,
    fingerprints,
    latest_write,
    load_notes,
    load_rectifications,
    read_frames,
    read_records,
    records_head,
    write_frames,
)
from pbwidgets.store.counting import Counts
from pbwidgets.store.types import Scrub
from pbwidgets.units import partitions
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace, today

RECORDS: Final = RECORD_FRAMES
SCORES: Final = tuple(item.name for item in fields(Scores))
RUNNING: Final = "running_record"
RECTIFICATIONS: Final = "rectifications"
WRITTEN: Final = (
    "submissions", "ratings", "vetoes", "decisions", "class_decisions", "concessions", RUNNING, RECTIFICATIONS,
)  # fmt: skip
"""Frames with texts that people have written."""
SHARED: Final = "reference"
"""The one frame that every unit's report may read in full: aggregates only."""


@dataclass(frozen=True)
class Snapshot:
    """A snapshot on disk.

    Attributes
    ----------
    folder
        Where it is; a worker on another machine needs nothing else.
    snapshot_id
        Hash of its inputs.
    version
        Version of the campaign.
    period_id
        The period.
    day
        Day of the register.
    parts
        Fingerprint of each frame and extract in each partition, and of its rows of each track:
        ``{partition: {frame: hash, "frame:track": hash}}``.
    hidden
        How many times 〔略〕 stands in it for a value that identifies somebody.
    scrub
        What is taken out of an older one as it is read: values that have become known since.
    """

    folder: Path
    snapshot_id: str
    version: str
    period_id: str
    day: date
    parts: Mapping[str, Mapping[str, str]]
    hidden: int = 0
    scrub: Scrub | None = field(default=None, repr=False, compare=False)

    def campaign(self) -> Campaign:
        """The campaign of that version."""
        return from_json((self.folder / "campaign.json").read_text(encoding="utf-8"))

    def records(self) -> Records:
        """All records."""
        frames = self.frames(RECORDS)  # an older package may not have known all columns
        made = {name: to_frame(frame, COLUMNS[name]) for name, frame in frames.items()}
        return Records(**made, day=self.day)

    def scores(self) -> Scores:
        """All scores."""
        return Scores(**self.frames(SCORES))

    def frames(self, names: Iterable[str], partition: str | None = None) -> dict[str, pd.DataFrame]:
        """Some frames, of one partition or of all."""
        found = read_frames(self.folder / "frames", names, partition)
        if self.scrub is None:
            return found
        value = self.scrub.value
        return {
            name: frame.assign(
                **{
                    str(column): frame[column].map(value)
                    for column in frame.select_dtypes(["string", "object"])
                }
            ).astype(frame.dtypes)
            for name, frame in found.items()
        }


def take_snapshot(workspace: Workspace, opened: Opened) -> Snapshot:
    """Snapshot of an open campaign with its scores; the newest one if nothing has changed since."""
    folder = _folder_of(workspace, *opened.key)
    elsewhere = _carried_from(workspace, opened)
    with workspace.store.read() as reader:
        day = opened.day(_newest_day(reader))
        stamp: dict[str, object] = {
            "revision": records_head(reader),
            "store": _mark_of_store(workspace.settings),
            "version": opened.version,
            "roots": list(opened.roots),
            "day": day.isoformat(),
            "code": code_hash("campaign", "scoring", "store"),
            "carried": [other.snapshot_id for other in elsewhere],
        }
        newest = _newest(folder)
        if newest is not None and newest[0] == stamp:
            return open_snapshot(newest[1])
        records = replace(_records(reader, opened, day), carried=_carried(elsewhere))
        notes = load_notes(reader, *opened.key)
        rectifications = load_rectifications(reader, *opened.key)
    scores = score_campaign(opened.campaign, opened.period_id, records)
    frames = {
        **{name: getattr(records, name) for name in RECORDS},
        **{name: getattr(scores, name) for name in SCORES},
        RUNNING: _running_record(notes),
        RECTIFICATIONS: _rectifications(rectifications),
    }
    snapshot = _save(folder, opened, day, frames, extract_shown(scores), str(stamp["code"]))
    _write_json(folder / "newest.json", {"stamp": stamp, "snapshot": snapshot.folder.name})
    return snapshot


def read_current(workspace: Workspace, opened: Opened) -> Records:
    """All records as they are now; nothing is written, so this is for what is looked at once."""
    carried = _carried(_carried_from(workspace, opened))
    with workspace.store.read() as reader:
        return replace(_records(reader, opened, opened.day(_newest_day(reader))), carried=carried)


def newest_snapshot(workspace: Workspace, opened: Opened) -> Snapshot | None:
    """The newest snapshot on disk, whether or not the store has changed since; None if there is none."""
    newest = _newest(_folder_of(workspace, *opened.key))
    return None if newest is None else open_snapshot(newest[1])


def latest_revision(workspace: Workspace) -> int:
    """Revision of the records in the newest of all snapshots that were taken of this store; 0 without one."""
    folders = (path.parent for path in workspace.settings.snapshots.glob("*/newest.json"))
    stamps = [newest[0] for newest in map(_newest, folders) if newest is not None]
    mark = _mark_of_store(workspace.settings)
    return max((int(str(stamp["revision"])) for stamp in stamps if stamp.get("store") == mark), default=0)


def has_changed(workspace: Workspace, opened: Opened) -> bool:
    """Whether anything was written since the newest snapshot, or there is none; takes no snapshot."""
    newest = _newest(_folder_of(workspace, *opened.key))
    if newest is None:
        return True
    with workspace.store.read() as reader:
        revision = records_head(reader)
    known = (newest[0].get("revision"), newest[0].get("version"), newest[0].get("roots", []))
    return known != (revision, opened.version, list(opened.roots))


def open_snapshot(folder: Path) -> Snapshot:
    """Snapshot in a folder.

    Raises
    ------
    DataError
        ``workflows.no_snapshot`` if there is none.
    """
    try:
        about = json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError("workflows.no_snapshot", snapshot=folder.name) from error
    return Snapshot(
        folder=folder,
        snapshot_id=folder.name,
        version=about["version"],
        period_id=about["period"],
        day=date.fromisoformat(about["day"]),
        parts=about["parts"],
        hidden=about.get("hidden", 0),
    )


def find_snapshot(workspace: Workspace, opened: Opened, snapshot_id: str | None) -> Snapshot:
    """Snapshot by its id, without what identifies somebody as it is known now; a fresh one if none is named."""
    if snapshot_id is None:
        return take_snapshot(workspace, opened)
    found = open_snapshot(_folder_of(workspace, *opened.key) / snapshot_id)
    return replace(found, scrub=workspace.store.scrub())


@cache
def code_hash(*rooms: str) -> str:
    """Hash of the source code of some subpackages; a report made by other code is out of date."""
    digest = hashlib.sha256()
    for room in rooms:
        root = resources.files("pbwidgets") / room
        paths = sorted(Path(str(root)).rglob("*.py")) if Path(str(root)).is_dir() else [Path(f"{root}.py")]
        for path in paths:
            digest.update(path.name.encode() + path.read_bytes())
    for path in sorted(Path(str(resources.files("pbwidgets") / "locale")).rglob("*.po")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _newest_day(reader: Reader) -> date:
    """Today, or the day of the latest write if later: a demonstration may be dated in the future."""
    latest = latest_write(reader)
    return today() if latest is None else max(today(), latest.astimezone(ZONE).date())


def _mark_of_store(settings: Settings) -> str:
    """Tells stores apart without their passwords; a workspace that is moved or restored keeps its snapshots."""
    within = settings.store_url.replace(settings.workspace.as_posix(), ".")
    return hashlib.sha256(within.encode()).hexdigest()[:12]


def _folder_of(workspace: Workspace, campaign_id: str, period_id: str) -> Path:
    return workspace.settings.snapshots / f"{campaign_id}-{period_id}"


def _carried_from(workspace: Workspace, opened: Opened) -> list[Snapshot]:
    """Newest snapshots of the other campaigns and periods whose totals this one carries over."""
    wanted = dict.fromkeys(
        (item.campaign, item.period) for item in list_carried(opened.campaign, opened.period_id)
    )
    found = [_newest(_folder_of(workspace, campaign_id, period_id)) for campaign_id, period_id in wanted]
    return [open_snapshot(newest[1]) for newest in found if newest is not None]


def _carried(elsewhere: Sequence[Snapshot]) -> pd.DataFrame:
    rankings = [to_frame(other.frames(["ranking"])["ranking"], CARRIED) for other in elsewhere]
    return pd.concat(rankings, ignore_index=True) if rankings else to_frame([], CARRIED)


def _records(reader: Reader, opened: Opened, day: date) -> Records:
    campaign = opened.campaign
    forms = {form.id: form for form in campaign.forms}
    return read_records(
        reader,
        campaign.id,
        opened.period_id,
        forms={form_id: _track_of(campaign, form_id) for form_id in forms},
        sensitive={(form.id, path) for form in campaign.forms for path in form.sensitive_paths()},
        counts={form.id: counting_states(campaign, form) for form in campaign.forms},
        as_of=day,
        take_part=opened.take_part,
        to_rows=lambda form_id, answers: to_rows(forms[form_id], dict(answers)),
        to_lives=lambda form_id, given: trace_lives(forms[form_id], given),
        living={form.id for form in campaign.forms if _is_living(form)},
        lasting={form.id for form in campaign.forms if form.lasts == "campaign"},
        logs={form.id for form in campaign.forms if form.occurrence == "many"},
        revision=opened.closed_head,
    )


def _is_living(form: Form) -> bool:
    return form.life is not None or any(place.field.life is not None for place in places(form))


def does_count(campaign: Campaign) -> Counts:
    """Whether a submission of a form of the campaign, by its id, counts in a state."""
    states = {form.id: counting_states(campaign, form) for form in campaign.forms}
    return lambda form_id, state: state in states.get(form_id, ())


def counting_states(campaign: Campaign, form: Form) -> tuple[str, ...]:
    """States in which a submission of the form counts."""
    accepted = tuple(f"accepted:{level.id}" for level in campaign.review_levels)
    if not form.reviewed or campaign.counts_from == "submitted":
        return ("submitted", *accepted, "locked")
    return (*accepted, "locked") if campaign.counts_from == "accepted" else ("locked",)


def _track_of(campaign: Campaign, form_id: str) -> str | None:
    return next((track.id for track in campaign.tracks if form_id in track.forms), None)


def _running_record(notes: Iterable[Note]) -> pd.DataFrame:
    """Dated notes by unit, without their authors."""
    rows = [
        {"unit_code": note.unit_code, "noted_on": note.noted_on.isoformat(), "text": note.text}
        for note in notes
    ]
    return to_frame(rows, {"unit_code": "string", "noted_on": "string", "text": "string"})


def _rectifications(items: Iterable[Rectification]) -> pd.DataFrame:
    """Shortcomings with the responsible post and the deadline."""
    names = ("unit_code", "shortcoming", "responsible_post", "deadline", "closed_on", "outcome")
    rows = [
        {name: None if getattr(item, name) is None else str(getattr(item, name)) for name in names}
        for item in items
    ]
    return to_frame(rows, dict.fromkeys(names, "string"))


def _save(
    folder: Path,
    opened: Opened,
    day: date,
    frames: Mapping[str, pd.DataFrame],
    extracts: Mapping[str, pd.DataFrame],
    code: str,
) -> Snapshot:
    partition_of = partitions(frames["units"], opened.campaign.partition_by)
    parts = fingerprints({**frames, **extracts}, partition_of)
    made_of = json.dumps([opened.version, opened.period_id, day.isoformat(), code, parts], sort_keys=True)
    snapshot_id = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    target = folder / snapshot_id
    write_frames(target / "frames", frames, partition_of)
    (target / "campaign.json").write_text(to_json(opened.campaign), encoding="utf-8")
    about = {
        "version": opened.version,
        "period": opened.period_id,
        "day": day.isoformat(),
        "parts": parts,
        "hidden": _count_hidden(frames[name] for name in WRITTEN),
    }
    _write_json(target / "snapshot.json", about)
    return open_snapshot(target)


def _count_hidden(frames: Iterable[pd.DataFrame]) -> int:
    texts = (frame[name] for frame in frames for name in frame.select_dtypes(["string", "object"]))
    return sum(int(column.dropna().astype("string").str.count(HIDDEN).sum()) for column in texts)


def _newest(folder: Path) -> tuple[dict[str, object], Path] | None:
    try:
        about = json.loads((folder / "newest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    target = folder / about["snapshot"]
    return (about["stamp"], target) if (target / "snapshot.json").is_file() else None


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    put_file(path, json.dumps(content, ensure_ascii=False, indent=1).encode())
