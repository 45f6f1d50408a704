"""Snapshots: the same store gives the same snapshot, and nothing private gets in."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counties import (
    CAMPAIGN,
    OPERATOR,
    OTHER_TOWN,
    PERIOD,
    SETUP_ANSWERS,
    STAFF_NAMES,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets.campaign import Campaign
from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Mark, MarkKey, add_note, rate_many
from pbwidgets.workflows.filling.drafts import hand_in, save_answers
from pbwidgets.workflows.ground import snapshots
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import Snapshot, find_snapshot, open_snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.review.acceptance import accept_submission
from pbwidgets.workflows.review.rating import give_marks

SET_UP = datetime(2026, 3, 1, tzinfo=UTC)
RATER = "li.xiaohong@town"
FILLER = Actor("zhang.san", "filler", TOWN)


@pytest.fixture
def filled(small: Workspace, contest: Opened) -> Workspace:
    """The small county with a set-up form, an application, a mark and a note, all accepted."""
    setup, application = key_of("township_setup", TOWN), key_of("village_application", VILLAGE)
    county, town = Actor("xu", "reviewer", "990101"), Actor(RATER, "reviewer", TOWN)
    seen = hand_in(Desk(small, FILLER, contest, now=SET_UP), setup, SETUP_ANSWERS, 0)
    accept_submission(Desk(small, county, contest), setup, "county", seen_version=seen)
    seen = hand_in(
        Desk(small, Actor("wang", "filler", VILLAGE), contest, now=SET_UP), application, VILLAGE_ANSWERS, 0
    )
    seen = accept_submission(Desk(small, town, contest), application, "township", seen_version=seen)
    accept_submission(Desk(small, county, contest), application, "county", seen_version=seen)
    give_marks(Desk(small, town, contest), [mark(6.0)])
    with small.store.write(Actor(RATER, "reviewer", TOWN)) as writer:
        add_note(writer, CAMPAIGN, PERIOD, VILLAGE, SET_UP.date(), "走访：活动记录齐全")
    return small


def mark(points: float, comment: str = "") -> Mark:
    return Mark(
        MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "township", "township", RATER), points, comment
    )


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def values_of(snapshot: Snapshot) -> str:
    names = (*snapshots.RECORDS, *snapshots.SCORES, snapshots.RUNNING)
    return "\n".join(frame.to_csv() for frame in snapshot.frames(names).values())


def test_an_unchanged_store_gives_the_same_snapshot_without_a_new_read(
    filled: Workspace, contest: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_snapshot(filled, contest)

    def read_nothing(*args: object, **kwargs: object) -> None:
        raise AssertionError("the records were read again")

    monkeypatch.setattr(snapshots, "read_records", read_nothing)
    assert take_snapshot(filled, contest) == first


def test_a_workspace_that_was_moved_keeps_its_snapshots(
    filled: Workspace, contest: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_snapshot(filled, contest)
    shutil.copytree(filled.settings.workspace, tmp_path / "elsewhere")
    monkeypatch.delattr(snapshots, "read_records")  # nothing is read again
    with open_workspace(tmp_path / "elsewhere") as moved:
        assert take_snapshot(moved, contest).snapshot_id == first.snapshot_id


def test_a_mark_changes_the_snapshot_and_a_draft_does_not(filled: Workspace, contest: Opened) -> None:
    first = take_snapshot(filled, contest)
    save_answers(
        Desk(filled, Actor("zhao", "filler", OTHER_TOWN), contest),
        key_of("township_setup", OTHER_TOWN),
        {},
        0,
    )
    assert take_snapshot(filled, contest).snapshot_id == first.snapshot_id
    with filled.store.write(OPERATOR) as writer:
        rate_many(writer, [mark(6.5)])
    assert take_snapshot(filled, contest).snapshot_id != first.snapshot_id


def test_a_mark_changes_the_fingerprints_of_its_own_partition_only(
    filled: Workspace, contest: Opened
) -> None:
    first = take_snapshot(filled, contest)
    with filled.store.write(OPERATOR) as writer:
        rate_many(writer, [mark(6.0, "会议记录完整")])
    second = take_snapshot(filled, contest)
    changed = {
        (part, frame)
        for part, frames in second.parts.items()
        for frame, value in frames.items()
        if first.parts[part][frame] != value
    }
    assert changed == {(TOWN, "ratings")}


def test_a_snapshot_is_found_by_its_id_and_reads_back_equal(filled: Workspace, contest: Opened) -> None:
    first = take_snapshot(filled, contest)
    again = find_snapshot(filled, contest, first.snapshot_id)
    assert again == first
    assert again.campaign() == contest.campaign
    assert again.records().ratings["points"].tolist() == [6.0]


def test_an_older_snapshot_keeps_its_own_marks(filled: Workspace, contest: Opened) -> None:
    older = take_snapshot(filled, contest)
    with filled.store.write(OPERATOR) as writer:
        rate_many(writer, [mark(2.0)])
    assert take_snapshot(filled, contest).records().ratings["points"].tolist() == [2.0]
    assert find_snapshot(filled, contest, older.snapshot_id).records().ratings["points"].tolist() == [6.0]


def test_an_unknown_snapshot_is_refused_by_name(filled: Workspace, contest: Opened, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0000beef0000"):
        find_snapshot(filled, contest, "0000beef0000")
    with pytest.raises(DataError, match="nothing_here"):
        open_snapshot(tmp_path / "nothing_here")


def test_sensitive_answers_are_in_no_file_of_a_snapshot(filled: Workspace, contest: Opened) -> None:
    snapshot = take_snapshot(filled, contest)
    answers = snapshot.records().submissions
    assert "staff_count" in set(answers["field"])
    assert "staff_names" not in set(answers["field"])
    assert STAFF_NAMES not in values_of(snapshot)
    # uncompressed Parquet holds strings as plain text; the frames above were read back as well
    assert STAFF_NAMES.encode() not in bytes_of(snapshot.folder)


def test_names_of_accounts_are_in_no_file_of_a_snapshot(filled: Workspace, contest: Opened) -> None:
    snapshot = take_snapshot(filled, contest)
    content, values = bytes_of(snapshot.folder), values_of(snapshot)
    assert snapshot.frames([snapshots.RUNNING])[snapshots.RUNNING]["text"].tolist() == ["走访：活动记录齐全"]
    assert snapshot.records().ratings["rater_id"].tolist() == ["R001"]
    for account in (RATER, "zhang.san"):
        assert account not in values
        assert account.encode() not in content


def test_a_half_written_newest_file_only_causes_a_new_read(filled: Workspace, contest: Opened) -> None:
    first = take_snapshot(filled, contest)
    (first.folder.parent / "newest.json").write_text("{half", encoding="utf-8")
    assert take_snapshot(filled, contest).snapshot_id == first.snapshot_id


def test_if_the_clock_is_behind_the_register_is_read_as_of_the_latest_write(
    filled: Workspace, contest: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "today", lambda: datetime(2025, 1, 1, tzinfo=UTC).date())
    with filled.store.write(OPERATOR, datetime(2026, 12, 13, 20, tzinfo=UTC)) as writer:
        add_note(writer, CAMPAIGN, PERIOD, VILLAGE, SET_UP.date(), "年底走访")
    snapshot = take_snapshot(filled, contest)
    assert snapshot.day == datetime(2026, 12, 14, tzinfo=UTC).date()  # in Shanghai
    assert open_snapshot(snapshot.folder).records().day == snapshot.day


def test_totals_of_another_campaign_are_carried_over_from_its_newest_snapshot(
    filled: Workspace, contest: Opened
) -> None:
    contest_ranking = take_snapshot(filled, contest).scores().ranking
    total = contest_ranking.set_index("unit_code")["total"][VILLAGE]
    words = {"zh": "年度目标考核", "en": "annual assessment"}
    line = {"name": "carried_over", "measure": "contest_total", "full": 50}
    annual = {
        "format": 1,
        "id": "annual",
        "name": words,
        "summary": words,
        "unit_kinds": [kind.model_dump() for kind in contest.campaign.unit_kinds],
        "partition_by": "township",
        "periods": [{"id": PERIOD, "begins": "2026-01-01", "ends": "2026-12-31"}],
        "review_levels": [level.model_dump() for level in contest.campaign.review_levels],
        "layers": [{"id": "county", "name": words, "level": "county"}],
        "carried": [
            {"id": "contest_total", "name": words, "track": "village", "campaign": CAMPAIGN, "period": PERIOD}
        ],
        "tracks": [
            {
                "id": "year",
                "name": words,
                "unit_kind": "village",
                "layers": [{"id": "county"}],
                "criteria": [{"id": "contest", "name": words, "points": 100, "rule": line}],
            }
        ],
    }
    opened = open_definition(filled, OPERATOR, Campaign.model_validate(annual))

    points = take_snapshot(filled, opened).scores().points.set_index("unit_code")["points"]

    assert points[VILLAGE] == pytest.approx(min(100.0, 2 * total))
