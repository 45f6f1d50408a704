"""Snapshots: the records at one moment and the scores computed from them, as Parquet.

A snapshot is named by a hash of its inputs: the campaign's version, the scoring code, and the records.
While the store's revision stays the same, the newest snapshot is reused and nothing is read or scored
again.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign, Form, from_json, to_json, to_rows
from pbwidgets.campaign.list_order import top_lists
from pbwidgets.campaign.living import has_lives, trace_lives
from pbwidgets.campaign.source import parse_source, read_text
from pbwidgets.errors import DataError
from pbwidgets.files import put_file
from pbwidgets.intake.identifying import HIDDEN
from pbwidgets.scoring import Records, Scores, to_frame
from pbwidgets.scoring.carried import list_carried
from pbwidgets.scoring.extracts import extract_shown
from pbwidgets.scoring.frames import CARRIED, COLUMNS, LISTED, RECORD_FRAMES
from pbwidgets.scoring.lists import for_top
from pbwidgets.scoring.pipeline import score_with_top
from pbwidgets.settings import Settings
from pbwidgets.store import (
    Note,
    Reader,
    fingerprints,
    latest_write,
    load_notes,
    load_top_decisions,
    read_frames,
    read_records,
    records_head,
    write_frames,
)
from pbwidgets.store.counting import Counts
from pbwidgets.store.photos import Field, join_fields, link_pictures, list_photos, make_pictures, picture_path
from pbwidgets.store.types import Scrub
from pbwidgets.units import partitions
from pbwidgets.workflows.ground.workspace import (
    ZONE,
    Opened,
    Workspace,
    closed_campaigns,
    open_campaigns,
    today,
)

RECORDS: Final = RECORD_FRAMES
SCORES: Final = tuple(item.name for item in fields(Scores))
RUNNING: Final = "running_record"
PHOTOS: Final = "photos"
WRITTEN: Final = (
    "submissions", "ratings", "vetoes", "decisions", "class_decisions", "concessions", RUNNING,
)  # fmt: skip
"""Frames with texts that people have written."""
SHARED: Final = "reference"
"""The one frame that every unit's report may read in full: aggregates only."""
TOP: Final = "top"
"""Folder beside the frames with the lists that only the top may see; only :func:`read_top_lists` reads it."""


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

    def picture(self, file_hash: str) -> Path | None:
        """The picture of a photo that reports show; None if there is none."""
        path = picture_path(self.folder / PHOTOS, file_hash)
        return path if path.is_file() else None


def take_snapshot(workspace: Workspace, opened: Opened) -> Snapshot:
    """Snapshot of an open campaign with its scores; the newest one if nothing has changed since."""
    folder = _folder_of(workspace, *opened.key)
    elsewhere, earlier = _carried_from(workspace, opened), _listed_from(workspace, opened)
    shown = find_photo_fields(workspace.settings, opened.campaign.id)
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
            "listed": [[other.snapshot_id, top_mark(other)] for other in earlier],
            PHOTOS: join_fields(shown),
        }
        newest = _newest(folder)
        if newest is not None and newest[0] == stamp:
            return open_snapshot(newest[1])
        records = _with_others(_records(reader, opened, day), elsewhere, earlier)
        top_decisions = load_top_decisions(reader, *opened.key)
        notes = load_notes(reader, *opened.key)
    secret = _with_top(opened.campaign, records, top_decisions, earlier)
    scores, listed_for_top = score_with_top(opened.campaign, opened.period_id, secret)
    frames = {
        **{name: getattr(records, name) for name in RECORDS},
        **{name: getattr(scores, name) for name in SCORES},
        RUNNING: _running_record(notes),
        PHOTOS: make_pictures(
            list_photos(records.submissions, shown), workspace.settings.evidence, folder / PHOTOS
        ),
    }
    snapshot = _save(folder, opened, day, frames, extract_shown(scores), str(stamp["code"]))
    _save_top(snapshot, opened, frames["units"], listed_for_top)
    _write_json(folder / "newest.json", {"stamp": stamp, "snapshot": snapshot.folder.name})
    return snapshot


def read_current(workspace: Workspace, opened: Opened) -> Records:
    """All records as they are now; nothing is written, so this is for what is looked at once."""
    elsewhere, earlier = _carried_from(workspace, opened), _listed_from(workspace, opened)
    with workspace.store.read() as reader:
        return _with_others(_records(reader, opened, opened.day(_newest_day(reader))), elsewhere, earlier)


def read_of_units(workspace: Workspace, opened: Opened, unit_codes: Collection[str]) -> Records:
    """Records of some units as they are now, without the lists of earlier periods; nothing is written."""
    elsewhere = _carried_from(workspace, opened)
    with workspace.store.read() as reader:
        records = _records(reader, opened, opened.day(_newest_day(reader)), unit_codes)
    return _with_others(records, elsewhere, [])


def newest_snapshot(workspace: Workspace, opened: Opened) -> Snapshot | None:
    """The newest snapshot on disk, whether or not the store has changed since; None if there is none."""
    newest = _newest(_folder_of(workspace, *opened.key))
    return None if newest is None else open_snapshot(newest[1])


def current_snapshot(workspace: Workspace, opened: Opened) -> Snapshot | None:
    """The newest snapshot on disk if nothing has changed since, the day and the code neither; takes none."""
    newest = None if has_changed(workspace, opened) else _newest(_folder_of(workspace, *opened.key))
    if newest is None:
        return None
    with workspace.store.read() as reader:
        day = opened.day(_newest_day(reader)).isoformat()
    known = (newest[0].get("day"), newest[0].get("code"))
    return open_snapshot(newest[1]) if known == (day, code_hash("campaign", "scoring", "store")) else None


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


def _listed_from(workspace: Workspace, opened: Opened) -> list[Snapshot]:
    """Newest snapshots of the earlier periods of the campaign, whose lists this one counts; none if it counts none.

    Of a period that is still open one is taken now, and of one that was closed without ever being looked at.
    """
    if not opened.campaign.listed:
        return []
    before = {period.id for period in opened.campaign.periods if period.ends < opened.period.begins}
    known = [*open_campaigns(workspace), *closed_campaigns(workspace)]
    found = {one.period_id: one for one in known if one.campaign.id == opened.campaign.id}
    wanted = [found[period_id] for period_id in sorted(before & found.keys())]
    return [
        (newest_snapshot(workspace, one) if not one.is_open else None) or take_snapshot(workspace, one)
        for one in wanted
    ]


def _with_others(records: Records, elsewhere: Sequence[Snapshot], earlier: Sequence[Snapshot]) -> Records:
    """Records with the totals that are carried over, and the lists of earlier periods that everybody may see."""
    lists = [other.frames(["lists"])["lists"] for other in earlier]
    return replace(records, carried=_carried(elsewhere), listed=_join_lists(lists))


def _with_top(
    campaign: Campaign, records: Records, decisions: pd.DataFrame, earlier: Sequence[Snapshot]
) -> Records:
    """Records with what only the top may know: for scoring, never for the frames of a snapshot.

    Of a list that was for the top and is for everybody now, what it was then stays at the top.
    """
    lists = [records.listed, *(for_top(campaign, read_top_lists(one)) for one in earlier)]
    own = decisions[decisions["track_id"].isin(top_lists(campaign))]
    every = [frame for frame in (records.decisions, own) if len(frame)]
    known = pd.concat(every, ignore_index=True) if every else records.decisions
    return replace(records, decisions=known, listed=_join_lists(lists))


def _join_lists(lists: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [to_frame(frame, LISTED) for frame in lists if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else to_frame([], LISTED)


def read_top_lists(snapshot: Snapshot) -> pd.DataFrame:
    """Lists that only the top may see, columns ``LISTED``; who asks must have made sure that the reader may."""
    if not (snapshot.folder / TOP).is_dir():
        return to_frame([], LISTED)
    return read_frames(snapshot.folder / TOP, ["lists"])["lists"]


def top_mark(snapshot: Snapshot) -> str:
    """Fingerprint of the lists that only the top may see; it is part of no other."""
    lists = read_top_lists(snapshot)
    hashed = pd.util.hash_pandas_object(lists.sort_values(["list_id", "unit_code"]), index=False)
    return hashlib.sha256(hashed.to_numpy().tobytes()).hexdigest()[:16] if len(lists) else ""


def _save_top(snapshot: Snapshot, opened: Opened, units: pd.DataFrame, lists: pd.DataFrame) -> None:
    """Keep the lists that only the top may see in a folder of their own, which nobody else may enter.

    The id of the snapshot does not depend on them: a decision on such a list shows nowhere else.
    """
    if not len(lists) and not (snapshot.folder / TOP).is_dir():
        return
    write_frames(snapshot.folder / TOP, {"lists": lists}, partitions(units, opened.campaign.partition_by))
    (snapshot.folder / TOP).chmod(0o700)


def _carried(elsewhere: Sequence[Snapshot]) -> pd.DataFrame:
    rankings = [to_frame(other.frames(["ranking"])["ranking"], CARRIED) for other in elsewhere]
    return pd.concat(rankings, ignore_index=True) if rankings else to_frame([], CARRIED)


def _records(reader: Reader, opened: Opened, day: date, unit_codes: Collection[str] | None = None) -> Records:
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
        living={form.id for form in campaign.forms if has_lives(form)},
        lasting={form.id for form in campaign.forms if form.lasts == "campaign"},
        logs={form.id for form in campaign.forms if form.occurrence == "many"},
        revision=opened.closed_head,
        unit_codes=unit_codes,
    )


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
    link_pictures(frames[PHOTOS], folder / PHOTOS, target / PHOTOS)
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


def find_photo_fields(settings: Settings, campaign_id: str) -> frozenset[Field]:
    """Fields whose photos a report of the workspace shows: those that its blocks ``photos`` name."""
    return frozenset(
        pair
        for path in sorted((settings.parameters / "reports").glob("*.yaml"))
        for campaigns, pairs in [_photos_in(read_text(path)[0])]
        if not campaigns or campaign_id in campaigns
        for pair in pairs
    )


@lru_cache(maxsize=64)
def _photos_in(text: str) -> tuple[tuple[str, ...], tuple[Field, ...]]:
    """Campaigns of a report file, and the fields that its blocks of photos name; kept, since YAML takes long."""
    if PHOTOS not in text:
        return (), ()
    source, _ = parse_source(text, "")
    data = source.data if source else {}
    campaigns, entries = data.get("campaigns"), data.get("blocks")
    found: list[Field] = []
    queue = list(entries) if isinstance(entries, list) else []
    for entry in queue:
        inner = entry.get("blocks") if isinstance(entry, dict) else None
        queue += inner if isinstance(inner, list) else []
        if isinstance(entry, dict) and entry.get("block") == PHOTOS:
            found += [
                (str(entry.get("form")), str(entry[key])) for key in ("before", "after") if key in entry
            ]
    return tuple(map(str, campaigns)) if isinstance(campaigns, list) else (), tuple(found)


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
