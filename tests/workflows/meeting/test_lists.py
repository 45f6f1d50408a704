"""Lists of a checklist: read and decided by a meeting; what only the top may see is met nowhere else."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, ROOT, SISTER, TOWN, VILLAGE
from two_months import (
    AFTER,
    CHECKLIST,
    NEIGHBOUR,
    NOVEMBER,
    OCTOBER,
    make_checklist,
    make_november,
    open_month,
)

from pbwidgets.errors import ConflictError, DataError, RightsError, UsageError
from pbwidgets.store import Actor, load_audit, load_decisions, load_top_decisions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import read_top_lists, take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes
from pbwidgets.workflows.meeting.lists import decide_list, find_audience, lists_in_view, read_list
from pbwidgets.workflows.people.audit_log import AuditFilter, list_audit
from pbwidgets.workflows.progress.unit import unit_decisions
from pbwidgets.workflows.reports.results import sees_own_sheet

JUDGE = Actor("xu", "reviewer", COUNTY)
ORGANISER = Actor("organiser", "organiser")
MINUTES = Minutes("会议研究", "领导小组", AFTER.date(), "书记、副书记")
OTHERS = {
    "township": Actor("li", "reviewer", TOWN),
    "leader": Actor("he", "leader", COUNTY),
    "analyst": Actor("an", "analyst"),
    "filler": Actor("zhang", "filler", VILLAGE),
    "admin": Actor("root", "admin"),
}


@pytest.fixture(scope="module")
def november_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, as :func:`make_november` says."""
    return make_november(tmp_path_factory.mktemp("november"))


@pytest.fixture
def kept(november_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(november_folder, tmp_path / "kept")
    with open_workspace(tmp_path / "kept") as workspace:
        yield workspace


@pytest.fixture
def desk(kept: Workspace) -> Desk:
    return Desk(kept, JUDGE, kept.opened(CHECKLIST, NOVEMBER), "zh_CN", AFTER)


def desk_of(desk: Desk, actor: Actor) -> Desk:
    return Desk(desk.workspace, actor, desk.opened, "zh_CN", AFTER)


def on(rows: pd.DataFrame) -> list[str]:
    return rows.loc[rows["on_list"], "unit_code"].tolist()


def test_a_list_says_who_is_on_it_and_why(desk: Desk) -> None:
    red = read_list(desk, "red")
    assert on(red.rows) == [VILLAGE]
    assert red.rows.loc[red.rows["on_list"], "reason"].tolist() == [
        "符合列入条件：已逾期1项（按期开会逾期46天）。"
    ]
    assert not red.decides  # it follows from its condition
    assert on(read_list(desk, "green").rows) == [SISTER, OTHER_VILLAGE, NEIGHBOUR]


def test_a_list_for_all_is_read_within_ones_scope(desk: Desk) -> None:
    township = read_list(desk_of(desk, OTHERS["township"]), "green")
    assert on(township.rows) == [SISTER]
    assert not township.decides
    assert len(read_list(desk_of(desk, OTHERS["analyst"]), "green").rows) == 4
    with pytest.raises(RightsError, match="填报员"):
        read_list(desk_of(desk, OTHERS["filler"]), "green")
    with pytest.raises(UsageError, match="red"):
        read_list(desk, "rad")


def test_a_list_for_the_top_is_for_reviewers_at_the_top_and_the_organiser(desk: Desk) -> None:
    for other in (desk_of(desk, actor) for actor in OTHERS.values()):
        assert "accountable" not in [item.id for item in lists_in_view(other)]
        audience = find_audience(other, "accountable")
        assert (audience.sees, audience.decides) == (False, False)
        with pytest.raises(RightsError):
            read_list(other, "accountable")
        with pytest.raises(RightsError):
            decide_list(other, "accountable", {VILLAGE: "selected"}, MINUTES)
    for actor in (JUDGE, ORGANISER):
        view = read_list(desk_of(desk, actor), "accountable")
        assert view.rows.loc[view.rows["proposed"], "unit_code"].tolist() == [VILLAGE]
        assert view.decides


def test_a_meeting_decides_on_a_list_and_the_decision_holds(desk: Desk) -> None:
    view = read_list(desk, "commended")
    assert view.rows.loc[view.rows["proposed"], "unit_code"].tolist() == [SISTER]
    assert on(view.rows) == []
    statuses = {SISTER: "not_selected", OTHER_VILLAGE: "selected"}
    assert decide_list(desk, "commended", statuses, MINUTES, seen=view.seen) == 2
    after = read_list(desk, "commended").rows.set_index("unit_code")
    assert after.index[after["on_list"]].tolist() == [OTHER_VILLAGE]
    row = after.loc[OTHER_VILLAGE]
    assert row[["decided_on", "decided_by", "decided_reason"]].tolist() == [
        "2026-12-05",
        "领导小组",
        "会议研究",
    ]
    shown = unit_decisions(desk_of(desk, Actor("w", "filler", OTHER_VILLAGE)), OTHER_VILLAGE)
    assert shown["track_id"].tolist() == ["commended"]
    with pytest.raises(ConflictError, match="变"):
        decide_list(desk, "commended", statuses, MINUTES, seen=view.seen)
    assert decide_list(desk, "commended", {OTHER_VILLAGE: "not_selected"}, MINUTES) == 1


@pytest.mark.parametrize(
    ("list_id", "statuses", "reason", "said"),
    [
        ("red", {VILLAGE: "selected"}, "研究", "按条件自动形成"),
        ("commended", {SISTER: "waiting"}, "研究", "不列入"),
        ("commended", {SISTER: "selected", TOWN: "selected"}, "研究", "不涉及：青禾镇"),
        ("commended", {VILLAGE: "not_selected"}, "研究", "还没有评定：下坪村"),
        ("commended", {SISTER: "selected"}, " ", "理由"),
    ],
)
def test_a_decision_that_is_wrong_is_refused_whole(
    desk: Desk, list_id: str, statuses: dict[str, str], reason: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        decide_list(desk, list_id, statuses, Minutes(reason, "领导小组", AFTER.date()))
    with desk.workspace.store.read() as reader:
        assert load_decisions(reader, *desk.opened.key).empty


def texts_in(folder: Path) -> dict[str, str]:
    """Everything in a folder outside ``top``, Parquet as CSV, by relative path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "top" not in path.relative_to(folder).parts[:-1]:
            text = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text("utf-8")
            found[path.relative_to(folder).as_posix()] = text
    return found


def test_no_frame_fingerprint_or_id_of_a_snapshot_tells_of_a_list_for_the_top(desk: Desk) -> None:
    before = take_snapshot(desk.workspace, desk.opened)
    told = texts_in(before.folder)
    seen = read_list(desk, "accountable").seen
    decide_list(desk, "accountable", {VILLAGE: "selected"}, MINUTES)
    after = take_snapshot(desk.workspace, desk.opened)
    assert (after.snapshot_id, after.parts) == (before.snapshot_id, before.parts)
    assert texts_in(after.folder) == told
    assert len(told) > 20
    assert [name for name, text in told.items() if "accountable" in text] == ["campaign.json"]
    top = read_top_lists(after)
    assert top.loc[top["on_list"], "unit_code"].tolist() == [VILLAGE]
    assert (after.folder / "top").stat().st_mode & 0o077 == 0
    assert read_list(desk, "accountable").seen != seen


def test_nobody_else_is_told_of_a_decision_on_a_list_for_the_top(desk: Desk, kept: Workspace) -> None:
    decide_list(desk, "accountable", {VILLAGE: "selected", SISTER: "not_selected"}, MINUTES)
    own = desk_of(desk, OTHERS["filler"])
    assert unit_decisions(own, VILLAGE).empty
    assert not sees_own_sheet(own)
    with kept.store.read() as reader:
        assert load_decisions(reader, *desk.opened.key, superseded=True).empty
        decided = load_top_decisions(reader, *desk.opened.key)
        deeds = [row.deed for row in load_audit(reader) if row.deed.entity == "decision:accountable"]
    assert decided.sort_values("unit_code")["status"].tolist() == ["selected", "not_selected"]
    assert [(deed.unit_code, deed.details) for deed in deeds] == [(None, {})]  # one, however many there are
    log = list_audit(kept, OTHERS["admin"], AuditFilter(action="decide"), lang="zh_CN").entries
    assert log[["entity", "unit_code", "details"]].to_numpy().tolist() == [
        ["评定 仅供上级掌握的名单", "", ""]
    ]
    assert list_audit(kept, OTHERS["admin"], AuditFilter(unit_code=VILLAGE, action="decide")).entries.empty


def test_who_works_at_the_server_reads_such_a_list_with_a_note_in_the_log(
    desk: Desk, kept: Workspace
) -> None:
    snapshot = take_snapshot(kept, desk.opened)
    assert len(read_list(desk_of(desk, OPERATOR), "accountable").rows) == 4
    log = list_audit(kept, OTHERS["admin"], AuditFilter(action="read_list"), lang="zh_CN").entries
    assert log["action"].tolist() == ["read_list"]
    assert not log["entity"].str.contains("accountable|问责").any()
    stamp = json.loads((snapshot.folder.parent / "newest.json").read_text("utf-8"))["stamp"]
    take_snapshot(kept, desk.opened)
    assert json.loads((snapshot.folder.parent / "newest.json").read_text("utf-8"))["stamp"] == stamp


def test_a_month_counts_the_lists_of_months_before_and_top_ones_stay_at_the_top(small: Workspace) -> None:
    october = open_month(small, OCTOBER, {SISTER: 3})
    before = Desk(small, JUDGE, october, "zh_CN", AFTER)
    assert set(take_snapshot(small, october).frames(["lists"])["lists"]["list_id"]) == {
        "red",
        "green",
        "commended",
    }
    decide_list(before, "accountable", {OTHER_VILLAGE: "selected"}, MINUTES)
    repeated = {
        "id": "repeated", "name": {"zh": "多次问责", "en": "Repeated"}, "of": "compliance", "audience": "top",
        "when": "${held_to_account} >= 1",
    }  # fmt: skip
    lists = [*json.loads(make_checklist().model_dump_json(exclude_defaults=True))["lists"], repeated]
    november = open_month(small, NOVEMBER, {SISTER: 3}, lists=lists)
    desk = Desk(small, JUDGE, november, "zh_CN", AFTER)
    assert on(read_list(desk, "repeated").rows) == [OTHER_VILLAGE]
    frames = take_snapshot(small, november).frames(["listed", "lists", "decisions"])
    assert set(frames["listed"]["list_id"]) == {"red", "green", "commended"}
    assert set(frames["listed"]["period"]) == {OCTOBER}
    assert frames["decisions"].empty


def test_what_was_for_the_top_stays_there_when_its_list_is_for_everybody_later(small: Workspace) -> None:
    october = open_month(small, OCTOBER, {SISTER: 3})
    decide_list(Desk(small, JUDGE, october, "zh_CN", AFTER), "accountable", {VILLAGE: "selected"}, MINUTES)
    lists = json.loads(make_checklist().model_dump_json(exclude_defaults=True))["lists"]
    told = {
        "id": "told", "name": {"zh": "曾被问责", "en": "Told"}, "of": "compliance",
        "when": "${held_to_account} >= 1",
    }  # fmt: skip
    opened_up = [{key: value for key, value in item.items() if key != "audience"} for item in lists]
    november = open_month(small, NOVEMBER, {SISTER: 3}, lists=[*opened_up, told])
    rows = take_snapshot(small, november).frames(["lists"])["lists"]
    assert on(rows[rows["list_id"] == "told"]) == []
    assert on(read_list(Desk(small, JUDGE, november, "zh_CN", AFTER), "told").rows) == []
    same = open_month(
        small, OCTOBER, {}, lists=opened_up
    )  # the month in which it was decided, by a new version
    frames = take_snapshot(small, same).frames(["lists", "decisions"])
    assert frames["decisions"].empty
    assert frames["lists"].loc[frames["lists"]["list_id"] == "accountable", "decided"].isna().all()


def test_only_one_function_reads_the_folder_of_the_top_and_only_two_modules_call_it() -> None:
    source = ROOT / "src" / "pbwidgets"
    secret = re.compile(r"\b(read_top_lists|load_top_decisions)\(")
    calling = [
        path.relative_to(source).as_posix()
        for path in sorted(source.rglob("*.py"))
        if secret.search(re.sub(r"def \w+\(", "", path.read_text("utf-8")))
    ]
    assert calling == ["workflows/ground/snapshots.py", "workflows/meeting/lists.py"]
