"""The audit log: who reads it, in which order, what a filter leaves, and what gets out."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from counties import OPERATOR, SISTER, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of
from openpyxl import load_workbook

from pbwidgets import store
from pbwidgets.errors import RightsError
from pbwidgets.store import Actor, Deed, record
from pbwidgets.wording import LANGUAGES, has_words
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.people import audit_log
from pbwidgets.workflows.people.audit_log import (
    ACTIONS,
    AUDIT_LOG,
    AuditFilter,
    action_words,
    actor_words,
    entity_words,
    export_audit,
    list_audit,
    role_words,
)

ADMIN = Actor("boss", "admin")
FILLER = Actor("cun1", "filler", VILLAGE)
REVIEWER = Actor("zhen1", "reviewer", TOWN, on_behalf=True)
LEVELS = ("township", "county")
FORM = "village_application"
REASON = "村民王大山反映：台账缺页"
LAST_MINUTE = datetime(2031, 6, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
MIDNIGHT = datetime(2031, 6, 1, 16, tzinfo=UTC)


@pytest.fixture
def busy(small: Workspace, contest: Opened) -> Workspace:
    """The small county with a village that has handed in, in the last minute of a day, and was sent back."""
    with small.store.write(FILLER, LAST_MINUTE) as w:
        store.submit_many(w, [(key_of(FORM, VILLAGE), VILLAGE_ANSWERS)])
    with small.store.write(REVIEWER, MIDNIGHT) as w:
        store.return_submission(w, key_of(FORM, VILLAGE), "township", LEVELS, REASON, "good_deeds")
        store.submit_many(w, [(key_of(FORM, SISTER), VILLAGE_ANSWERS)])
    return small


def entries(workspace: Workspace, wanted: AuditFilter) -> pd.DataFrame:
    return list_audit(workspace, ADMIN, wanted, lang="zh_CN").entries


def test_the_newest_entry_comes_first_with_names_and_details_in_words(busy: Workspace) -> None:
    log = entries(busy, AuditFilter())
    assert tuple(log.columns) == AUDIT_LOG
    assert log["id"].is_monotonic_decreasing
    assert list(log["action"].head(3)) == ["submit", "return", "submit"]
    returned = log.loc[1]
    assert (returned["actor"], returned["role"], returned["on_behalf"]) == ("zhen1", "reviewer", True)
    assert (returned["unit_code"], returned["unit_name"]) == (VILLAGE, "上坪村")
    assert returned["at"] == MIDNIGHT
    assert returned["details"] == "栏目 为群众办的好事实事 · 审核环节 乡镇审核 · 状态 退回修改 · 版本 2"
    english = list_audit(busy, ADMIN, AuditFilter(), lang="en").entries
    assert english.loc[1, "details"] == (
        "field Good deeds for the masses · level Township review · state returned · version 2"
    )
    assert (returned["entity"], returned["campaign"]) == ("材料 党建工作示范村申报表", "三级联争")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(account=" cun1 "), [("submit", VILLAGE)]),
        (AuditFilter(account="cun"), []),
        (AuditFilter(unit_code=SISTER, account="zhen1"), [("submit", SISTER)]),
        (AuditFilter(action="return"), [("return", VILLAGE)]),
        (AuditFilter(first_day=date(2031, 6, 2)), [("submit", SISTER), ("return", VILLAGE)]),
        (AuditFilter(first_day=date(2031, 6, 1), last_day=date(2031, 6, 1)), [("submit", VILLAGE)]),
        (AuditFilter(first_day=date(2031, 6, 2), last_day=date(2031, 6, 1)), []),
    ],
)
def test_a_filter_leaves_what_fits_and_days_are_those_of_shanghai(
    busy: Workspace, wanted: AuditFilter, found: list[tuple[str, str]]
) -> None:
    log = entries(busy, wanted)
    assert list(zip(log["action"], log["unit_code"], strict=True)) == found


def test_pages_follow_each_other_without_gap_whatever_is_written_meanwhile(
    busy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with busy.store.read() as reader:
        whole = [row.id for row in store.load_audit(reader, newest_first=True)]
    monkeypatch.setattr(audit_log, "PAGE_ROWS", 4)
    seen: list[int] = []
    page = list_audit(busy, ADMIN, AuditFilter())
    seen += list(page.entries["id"])
    while page.older_than is not None:
        with busy.store.write(OPERATOR) as w:
            record(w, Deed("sign_in", "account:somebody"))
        page = list_audit(busy, ADMIN, AuditFilter(), older_than=page.older_than)
        assert len(page.entries) <= 4
        seen += list(page.entries["id"])
    assert seen == whole


def test_only_who_looks_after_accounts_reads_or_exports_it(busy: Workspace, tmp_path: Path) -> None:
    for actor in (FILLER, REVIEWER, Actor("org", "organiser"), Actor("head", "leader", TOWN)):
        with pytest.raises(RightsError, match="权限"):
            list_audit(busy, actor, AuditFilter())
        with pytest.raises(RightsError, match="权限"):
            export_audit(busy, actor, AuditFilter(), tmp_path / "log.xlsx", "zh_CN")
    assert not (tmp_path / "log.xlsx").exists()


def test_nothing_that_people_wrote_gets_out(busy: Workspace, tmp_path: Path) -> None:
    with busy.store.write(REVIEWER) as w:
        store.record_veto(
            w, store.Veto("sanji_lianzheng", "2026", VILLAGE, "falsified_village", "举报人李小河")
        )
        record(w, Deed("rate", "mark:v1_unity", unit_code=VILLAGE, details={"version": 1, "remark": REASON}))
    export_audit(busy, ADMIN, AuditFilter(), tmp_path / "log.xlsx", "zh_CN")
    told = f"{entries(busy, AuditFilter()).to_csv()} {cells(tmp_path / 'log.xlsx')}"
    written = [str(answer) for answer in VILLAGE_ANSWERS.values() if isinstance(answer, str)]
    for secret in ("王大山", "李小河", "台账", "remark", *written):
        assert secret not in told


def cells(path: Path) -> list[list[object]]:
    return [list(row) for row in load_workbook(path).worksheets[1].iter_rows(values_only=True)]


def test_the_workbook_holds_what_fits_and_says_what_was_asked(busy: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "操作日志.xlsx"
    assert export_audit(busy, ADMIN, AuditFilter(account="zhen1", action="return"), path, "zh_CN") == 1
    heads, row = cells(path)
    told = dict(zip(heads, row, strict=True))
    assert told["时间（北京）"] == "2031-06-02 00:00:00"
    assert (told["账号"], told["角色"], told["代下级填报"]) == ("zhen1", "审核员", "是")
    assert (told["操作"], told["单位"], told["单位编码"]) == ("退回修改", "上坪村", VILLAGE)
    assert told["对象"] == "材料 党建工作示范村申报表"
    about = str(list(load_workbook(path).worksheets[0].iter_rows(values_only=True)))
    for words in ("操作日志", "共 1 条", "账号 zhen1", "操作 退回修改"):
        assert words in about


def test_of_too_many_entries_the_workbook_holds_the_newest_and_says_so(
    busy: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "MOST_EXPORTED", 2)
    path = tmp_path / "log.xlsx"
    assert export_audit(busy, ADMIN, AuditFilter(), path, "en") == 2
    assert [row[5] for row in cells(path)] == ["Action", "Handed in", "Returned"]
    assert "newest 2" in str(list(load_workbook(path).worksheets[0].iter_rows(values_only=True)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_action_has_words_of_its_own(lang: str) -> None:
    assert not [action for action in ACTIONS if not has_words(f"audit.action.{action}", lang)]
    assert len({action_words(action, lang) for action in ACTIONS}) == len(ACTIONS)


def test_an_accepted_state_names_its_level_once_and_a_photo_its_field(busy: Workspace) -> None:
    key = key_of(FORM, VILLAGE)
    state = {"version": 1, "state": "accepted:county", "level": "county"}
    photo = {"field": "good_deeds/photo", "kind": "image/jpeg"}
    with busy.store.write(OPERATOR) as w:
        for action, details in (("accept", state), ("add_evidence", photo)):
            record(w, Deed(action, key.entity, key.campaign_id, key.period_id, VILLAGE, details))  # type: ignore[arg-type]
    uploaded, accepted = entries(busy, AuditFilter())["details"].head(2)
    assert accepted == "状态 已通过（县级复核） · 版本 1"
    assert uploaded == "栏目 为群众办的好事实事 photo · 种类 照片"


def test_whoever_sits_at_the_server_is_told_in_words() -> None:
    assert actor_words("cli:0", "operator", "zh_CN") == "服务器操作员"
    assert actor_words("cli:root", "operator", "zh_CN") == "服务器操作员 root"
    assert actor_words("zhen1", "reviewer", "zh_CN") == "zhen1（审核员）"


def test_what_has_no_words_is_shown_as_it_stands_in_the_log() -> None:
    assert action_words("polish_medals", "en") == "polish_medals"
    assert role_words("nobody", "zh_CN") == "nobody"
    assert entity_words("medal:3", "", "zh_CN") == "medal 3"


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        (f"submission:{FORM}:{VILLAGE}:0", f"材料 {FORM}"),
        (f"submission:{FORM}:{VILLAGE}:2", f"材料 {FORM} 2"),
        ("account:zhang", "账号 zhang"),
        ("running_record", "平时记录"),
    ],
)
def test_what_an_entry_is_about_is_said_without_the_unit(entity: str, words: str) -> None:
    assert entity_words(entity, VILLAGE, "zh_CN") == words


def test_moments_hashes_and_lists_are_short(small: Workspace) -> None:
    details = {"until": "2026-11-20T16:00:00+00:00", "sha256": "ab" * 32, "above_allotment": False}
    with small.store.write(OPERATOR) as w:
        record(w, Deed("order_nominations", "nomination:village:1", details={"order": [VILLAGE] * 40}))
        record(w, Deed("add_evidence", "x", details=details))
    short, long = entries(small, AuditFilter())["details"].head(2)
    assert short == "超出名额 否 · 文件指纹 abababababab · 截止 2026-11-21 00:00"
    assert long.endswith("…")
    assert len(long) == 200
