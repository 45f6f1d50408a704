"""Organising: the workbook's round trip, exceptions, allotments, units without an account."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import ipywidgets as w
import pytest
from counties import CAMPAIGN, OPERATOR, OTHER_TOWN, PERIOD, SISTER, TOWN, VILLAGE, make_register
from openpyxl import load_workbook
from pages import shown

from pbwidgets import store
from pbwidgets.apps.pages.ground.sent_tables import written_table
from pbwidgets.apps.pages.organise.allotments import AllotmentCard
from pbwidgets.apps.pages.organise.campaign import CampaignCard
from pbwidgets.apps.pages.organise.page import show_organise
from pbwidgets.apps.pages.organise.units import ExceptionCard
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.campaign.workbook import write_campaign_workbook
from pbwidgets.errors import RightsError
from pbwidgets.forms.upload_button import SentFile
from pbwidgets.scoring.frames import UNITS, to_frame
from pbwidgets.store import Actor
from pbwidgets.store.progress import load_exceptions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.organise.workbook import write_workbook

ORGANISER = Actor("organiser", "organiser")

Visiting = Callable[..., Visit]


def edited(small: Workspace, folder: Path, sheet: str, old: object, new: object) -> bytes:
    """The open campaign's workbook with one cell changed."""
    path = write_workbook(Desk(small, ORGANISER, small.opened()), folder / "活动.xlsx")
    book = load_workbook(path)
    cells = [cell for row in book[sheet].iter_rows() for cell in row if cell.value == old]
    assert cells
    cells[0].value = new
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def test_a_changed_workbook_is_compared_and_opened_as_a_new_version(
    small: Workspace, visiting: Visiting, tmp_path: Path
) -> None:
    content = edited(small, tmp_path, "评选类别", "党建工作示范村", "党建工作标杆村")
    before = small.opened().version
    visit = visiting(ORGANISER)
    card = CampaignCard(visit)
    card.read(SentFile("活动.xlsx", content))
    assert "有 1 处改动" in shown(card.found)
    assert small.opened().version == before  # nothing happens until it is confirmed
    visit.attempt(card.open)()
    after = small.opened()
    assert f"已开放为新版本 {after.version}" in visit.messages.value
    assert after.campaign.track("village").name.zh == "党建工作标杆村"
    folder = small.settings.parameters / "campaigns"
    assert read_campaign(folder / f"{CAMPAIGN}.yaml") == after.campaign
    assert len(list(folder.glob(f"{CAMPAIGN}.*.bak"))) == 1


def test_where_several_roots_fit_the_page_asks_below_which_it_is_opened_and_says_who_takes_part(
    small: Workspace, visiting: Visiting, tmp_path: Path
) -> None:
    row = {"unit_code": "990102", "unit_name": "邻县", "kind": "county", "synthetic": True}
    save_units(small, OPERATOR, to_frame([row], UNITS))
    content = edited(small, tmp_path, "评选类别", "党建工作示范村", "党建工作标杆村")
    visit = visiting(ORGANISER)
    card = CampaignCard(visit)
    card.read(SentFile("活动.xlsx", content))
    assert card.roots.value == ("990101", "990102")  # as the period has them
    card.roots.value = ()
    visit.attempt(card.open)()
    assert "还没有选开展范围" in visit.messages.value
    card.roots.value = ("990101",)
    visit.attempt(card.open)()
    assert "最高一级1个：演示县" in visit.messages.value
    assert small.opened().roots == ("990101",)
    again = CampaignCard(visiting(ORGANISER))
    again.read(SentFile("活动.xlsx", edited(small, tmp_path, "评选类别", "党建工作标杆村", "党建工作示范村")))
    assert again.roots.value == ("990101",)


def test_a_workbook_that_gives_marked_lines_other_points_asks_what_becomes_of_the_marks(
    small: Workspace, visiting: Visiting, tmp_path: Path
) -> None:
    key = store.MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "township", "township", "li")
    with small.store.write(OPERATOR) as writer:
        store.rate(writer, store.Mark(key, 8.0))
    raw = small.opened().campaign.model_dump(mode="json")
    village = next(track for track in raw["tracks"] if track["id"] == "village")
    unity, deeds = village["criteria"][0]["criteria"][:2]
    unity.update(points=6, anchors=[])
    deeds.update(points=8)
    path = write_campaign_workbook(Campaign.model_validate(raw), tmp_path / "活动.xlsx")
    visit = visiting(ORGANISER)
    card = CampaignCard(visit)
    card.read(SentFile(path.name, path.read_bytes()))
    assert "分值 8 → 6" in shown(card.found)
    assert "涉及已有评分1个（上坪村）" in shown(card.found)
    before = small.opened().version
    visit.attempt(card.open)()
    assert "还没有选定" in visit.messages.value
    assert small.opened().version == before
    card.marks.value = "cap"
    visit.attempt(card.open)()
    assert "已开放为新版本" in visit.messages.value
    with small.store.read() as reader:
        (mark,) = store.load_marks(reader, CAMPAIGN, PERIOD)
    assert (mark.points, mark.own) == (6.0, 8.0)


def test_a_wrong_workbook_lists_every_wrong_cell_and_changes_nothing(
    small: Workspace, visiting: Visiting, tmp_path: Path
) -> None:
    content = edited(small, tmp_path, "评选类别", "village", "nowhere land")
    before = small.opened().version
    card = CampaignCard(visiting(ORGANISER))
    card.read(SentFile("../../活动.xlsx", content))
    assert "处问题，没有采用" in shown(card.found)
    assert "评选类别!" in shown(card.found)
    card.open()
    assert small.opened().version == before


def test_a_file_that_is_not_a_workbook_is_reported(visiting: Visiting) -> None:
    card = CampaignCard(visiting(ORGANISER))
    card.read(SentFile("照片.xlsx", b"no workbook"))
    assert "1 处问题" in shown(card.found)


def test_the_same_workbook_again_needs_no_new_version(
    small: Workspace, visiting: Visiting, tmp_path: Path
) -> None:
    path = write_workbook(Desk(small, ORGANISER, small.opened()), tmp_path / "活动.xlsx")
    card = CampaignCard(visiting(ORGANISER))
    card.read(SentFile(path.name, path.read_bytes()))
    assert "与当前版本完全相同" in shown(card.found)


def test_an_exception_is_granted_with_its_reason_until_the_end_of_a_day(
    small: Workspace, visiting: Visiting
) -> None:
    visit = visiting(ORGANISER)
    card = ExceptionCard(visit)
    card.form.value, card.part.value, card.units.value = "village_application", TOWN, (VILLAGE,)
    visit.attempt(card.grant)()
    assert "请选择日期" in visit.messages.value
    until = date.today() + timedelta(days=300)
    card.until.value, card.reason.value = until, "道路中断"
    visit.attempt(card.grant)()
    assert f"已批准 上坪村 延期至 {until}" in visit.messages.value
    assert "道路中断" in shown(card.view)
    with small.store.read() as reader:
        moment = store.load_exception(reader, CAMPAIGN, PERIOD, "village_application", VILLAGE)
    assert moment is not None
    assert (moment.hour, moment.date()) == (16, until)


def test_an_exception_without_a_reason_is_refused(small: Workspace, visiting: Visiting) -> None:
    visit = visiting(ORGANISER)
    card = ExceptionCard(visit)
    card.units.index = (0,)
    card.until.value = date.today() + timedelta(days=300)
    visit.attempt(card.grant)()
    assert 'role="alert"' in visit.messages.value
    assert "没有批准过延期" in shown(card.view)


def test_a_list_of_units_gets_one_day_and_one_reason_or_nobody_does(
    small: Workspace, visiting: Visiting
) -> None:
    visit = visiting(ORGANISER)
    card = ExceptionCard(visit)
    card.form.value, card.part.value, card.units.value = "village_application", TOWN, (VILLAGE,)
    card.until.value, card.reason.value = date.today() + timedelta(days=300), "道路中断"
    card.listed.value = "单位\t乡镇\n下坪村\t青禾镇\n没有的村\n990101002001\t红旗村\n"
    visit.attempt(card.grant)()
    assert "1 处问题" in shown(card.found)
    assert "没有的村" in shown(card.found)
    assert find_extended(small) == set()
    card.listed.value = card.listed.value.replace("没有的村\n", "")
    visit.attempt(card.grant)()
    assert "已批准 上坪村 等 3 个单位延期" in visit.messages.value
    assert find_extended(small) == {VILLAGE, SISTER, "990101002001"}
    assert (card.listed.value, card.units.value) == ("", ())
    visit.attempt(card.grant)()
    assert "还没有选单位" in visit.messages.value


def find_extended(small: Workspace) -> set[str]:
    with small.store.read() as reader:
        return {unit for _, unit in load_exceptions(reader, CAMPAIGN, PERIOD)}


def test_an_uploaded_list_is_shown_before_it_counts_and_wrong_lines_are_named(
    small: Workspace, visiting: Visiting
) -> None:
    card = ExceptionCard(visiting(ORGANISER))
    card.form.value = "village_application"
    card.read(SentFile("名单.csv", "序号,单位编码,单位\n1,990101002001,红旗村\n2,,向阳村\n".encode()))
    assert card.listed.value.splitlines() == ["990101002001\t红旗村", "990101002002\t向阳村"]
    card.read(SentFile("名单.csv", "单位\n红旗村\n青禾镇\n".encode()))
    assert "青禾镇" in shown(card.found)  # a township owes another form
    assert find_extended(small) == set()


def test_a_name_of_several_units_is_told_with_the_units_above_and_may_be_pasted_with_them(
    small: Workspace, visiting: Visiting
) -> None:
    register = make_register()
    save_units(small, OPERATOR, register.replace({"unit_name": {"红旗村": "上坪村"}}))
    visit = visiting(ORGANISER)
    card = ExceptionCard(visit)
    card.form.value = "village_application"
    card.until.value, card.reason.value = date.today() + timedelta(days=300), "道路中断"
    card.listed.value = "下坪村\n上坪村"
    visit.attempt(card.grant)()
    told = shown(card.found)
    assert "有 2 个单位叫这个名称" in told
    assert "上坪村（青禾镇）、上坪村（望云乡）" in told
    assert "第2行" in told
    card.listed.value = "上坪村\t望云乡"
    visit.attempt(card.grant)()
    assert find_extended(small) == {"990101002001"}


def test_allotments_are_set_within_what_the_campaign_allows(small: Workspace, visiting: Visiting) -> None:
    visit = visiting(ORGANISER)
    card = AllotmentCard(visit)
    card.track.value, card.unit.value, card.number.value = "village", TOWN, 5
    visit.attempt(card.set)()
    assert "已分配 青禾镇 5 个名额" in visit.messages.value
    card.number.value = 9999
    visit.attempt(card.set)()
    assert 'role="alert"' in visit.messages.value
    with small.store.read() as reader:
        allotted = store.load_allotments(reader, CAMPAIGN, PERIOD)
    assert allotted[["by_unit", "allotted"]].to_numpy().tolist() == [[TOWN, 5]]


def test_places_shared_out_by_number_of_units_are_saved_only_on_request(
    small: Workspace, visiting: Visiting
) -> None:
    visit = visiting(ORGANISER)
    card = AllotmentCard(visit)
    card.track.value = "village"
    visit.attempt(card.share)()
    assert "名额总数100个，按最低、最高限额只能分配8至12个" in visit.messages.value
    assert not card.shares
    card.total.value = 10
    press("按村数分配", card.view)
    assert visit.messages.value == ""
    assert {code: number.value for code, number in card.shares.items()} == {TOWN: 5, OTHER_TOWN: 5}
    assert not find_allotments(small)
    card.shares[TOWN].value = 6
    assert "合计11个，总数10个" in shown(card.view)
    press("保存全部", card.view)
    assert "已保存2个单位的名额，合计11个" in visit.messages.value
    assert find_allotments(small) == {TOWN: 6, OTHER_TOWN: 5}
    assert not card.shares
    assert "保存全部" not in shown(card.view)


def test_a_tie_in_sharing_out_is_reported_and_left_to_people(small: Workspace, visiting: Visiting) -> None:
    visit = visiting(ORGANISER)
    card = AllotmentCard(visit)
    card.track.value, card.total.value = "village", 9
    visit.attempt(card.share)()
    assert [number.value for number in card.shares.values()] == [4, 4]
    assert "还有1个名额未定：青禾镇、望云乡余数相同" in shown(card.view)
    press("不保存", card.view)
    assert not card.shares
    assert not find_allotments(small)


def press(words: str, view: w.Box) -> None:
    """Press the only button with this text."""
    boxes = [view]
    found = []
    while boxes:
        for child in boxes.pop().children:
            boxes += [child] if isinstance(child, w.Box) else []
            found += [child] if isinstance(child, w.Button) and child.description == words else []
    (one,) = found
    one.click()


def find_allotments(small: Workspace) -> dict[str, int]:
    with small.store.read() as reader:
        found = store.load_allotments(reader, CAMPAIGN, PERIOD)
    return dict(zip(found["by_unit"], found["allotted"], strict=True))


def test_units_that_owe_forms_and_have_no_account_are_listed(visiting: Visiting) -> None:
    page = shown(show_organise(visiting(ORGANISER)))
    assert "还没有填报账号的单位（2）" in page  # 望云乡 and 向阳村
    assert "向阳村" in page.partition("还没有填报账号")[2]
    assert "上坪村" not in page.partition("还没有填报账号")[2]


def test_they_are_offered_as_a_table_for_the_import_of_accounts(visiting: Visiting) -> None:
    page = show_organise(visiting(ORGANISER))
    press("生成待开设账号表", page)
    assert 'download="待开设的填报账号.xlsx"' in shown(page)


def test_a_refusal_stands_until_the_next_action_succeeds(visiting: Visiting) -> None:
    visit = visiting(ORGANISER)
    card = ExceptionCard(visit)
    visit.attempt(card.grant)()
    assert 'role="alert"' in visit.messages.value
    visit.attempt(lambda change: None)({"new": 1})  # what somebody types or chooses is no action yet
    assert 'role="alert"' in visit.messages.value
    visit.attempt(lambda: None)()
    assert visit.messages.value == ""
    visit.messages.say("good", "saved")
    visit.attempt(lambda: None)()
    assert "saved" in visit.messages.value


@pytest.mark.parametrize(
    ("sent", "kept"), [("名单.CSV", "table.csv"), ("../a.xlsx", "table.xlsx"), ("a.so", "table.xlsx")]
)
def test_an_uploaded_table_is_on_disk_only_while_it_is_read(sent: str, kept: str) -> None:
    with written_table(SentFile(sent, b"content")) as path:
        assert (path.name, path.read_bytes()) == (kept, b"content")
    assert not path.parent.exists()


def test_a_campaign_can_be_uploaded_when_none_is_open(small: Workspace, visiting: Visiting) -> None:
    with small.store.write(OPERATOR) as w:
        store.close_period(w, CAMPAIGN, PERIOD)
    assert "活动方案" in shown(show_organise(visiting(ORGANISER)))


@pytest.mark.parametrize("role", ["filler", "reviewer", "leader", "analyst", "admin"])
def test_only_the_organiser_may_see_the_page(visiting: Visiting, role: str) -> None:
    with pytest.raises(RightsError, match="没有此项权限"):
        show_organise(visiting(Actor("somebody", role, VILLAGE)))
