"""The page "review" as Python objects: who sees what, and what its buttons do in the store."""

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_VILLAGE,
    PERIOD,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)
from openpyxl import load_workbook
from serving import make_small_county

from pbwidgets import store
from pbwidgets.apps.pages.review.case import Case
from pbwidgets.apps.pages.review.nominations import NominationCard
from pbwidgets.apps.pages.review.page import show_review
from pbwidgets.apps.pages.review.queue import ReviewList
from pbwidgets.apps.pages.review.visits.entry import REASON, MarkGrid
from pbwidgets.apps.pages.review.visits.on_site import SpotCheck, UnitsOfToday
from pbwidgets.apps.pages.review.walk import CaseWalk
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Campaign
from pbwidgets.demo.evidence import make_photo
from pbwidgets.forms.record_list import RecordList
from pbwidgets.store import Actor, Mark, MarkKey, MarkPolicy, NominationList, SubmissionKey, Veto
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import Opening, open_definition

ACTORS = {
    "reviewer": Actor("reviewer", "reviewer", TOWN),
    "county": Actor("county", "reviewer", COUNTY),
    "leader": Actor("leader", "leader", COUNTY),
    "organiser": Actor("organiser", "organiser"),
    "filler": Actor("filler", "filler", VILLAGE),
    "operator": OPERATOR,
}
KEY = key_of("village_application", VILLAGE)
OF_VILLAGE = {"form": "village_application", "unit": VILLAGE}

Visits = Callable[..., Visit]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small county, with three villages that have handed in."""
    folder = make_small_county(tmp_path_factory.mktemp("review") / "county")
    with open_workspace(folder) as workspace, workspace.store.write(OPERATOR) as writer:
        keys = [key_of("village_application", unit) for unit in (VILLAGE, SISTER, OTHER_VILLAGE)]
        store.submit_many(writer, [(key, VILLAGE_ANSWERS) for key in keys])
    return folder


@pytest.fixture
def workspace(handed_in: Path, tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "county"
    shutil.copytree(handed_in, folder, ignore=shutil.ignore_patterns("*.sqlite-*"))
    with open_workspace(folder) as opened:
        yield opened


@pytest.fixture
def visit(workspace: Workspace) -> Visits:
    def make(who: str, **place: str) -> Visit:
        return Visit(workspace, ACTORS[who], place, "zh_CN")

    return make


def text_of(widget: w.Widget) -> str:
    """All text shown by a page."""
    found = [str(getattr(widget, "value", ""))] if isinstance(widget, w.HTML) else []
    found += [str(getattr(widget, "description", ""))]
    return "\n".join(found + [text_of(child) for child in getattr(widget, "children", ())])


def state_of(workspace: Workspace, unit: str = VILLAGE) -> str:
    with workspace.store.read() as reader:
        found = store.load_state(reader, key_of("village_application", unit))
    return "" if found is None else found.state


def marks_of(workspace: Workspace, rater: str) -> dict[str, tuple[float, str]]:
    with workspace.store.read() as reader:
        marks = store.load_own_marks(reader, CAMPAIGN, PERIOD, VILLAGE, rater)
    return {mark.key.criterion_id: (mark.points, mark.comment) for mark in marks}


def rate(workspace: Workspace, points: float, layer: str, source: str, rater: str) -> None:
    key = MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", layer, source, rater)
    with workspace.store.write(OPERATOR) as writer:
        store.rate(writer, Mark(key, points, "以此为准"))


# -- the queue -----------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_for_me_and_filters_narrow_it(visit: Visits) -> None:
    page = ReviewList(visit("reviewer"))
    assert page.stage.value == "mine"
    assert list(page.rows()["unit_code"]) == [VILLAGE, SISTER]
    assert "上坪村" in text_of(page.box)
    assert "红旗村" not in text_of(page.box)
    page.stage.value = next(value for label, value in page.stage.options if label.startswith("全部"))
    assert len(page.rows()) == 2
    county = ReviewList(visit("county"))
    assert county.stage.value == ""
    county.parent.value = TOWN
    assert set(county.rows()["unit_code"]) == {VILLAGE, SISTER}


def tick(shown: RecordList, *keys: str, **asked: Any) -> None:
    """What the page's script sends when boxes are ticked."""
    shown._field.value = json.dumps({**json.loads(shown._field.value), "ticked": list(keys), **asked})


def row_key(unit: str) -> str:
    return f"village_application|{unit}|0"


def test_ticked_submissions_are_accepted_after_a_summary(visit: Visits, workspace: Workspace) -> None:
    page = ReviewList(visit("reviewer"))
    assert page.accept.disabled
    tick(page.list, all=True)
    assert page.accept.description == "通过所选（2）"
    page.accept.click()
    assert "乡镇审核通过2份" in text_of(page.box)
    assert "2份评分未完成" in text_of(page.box)
    assert state_of(workspace) == "submitted"
    page.confirm.click()
    assert {state_of(workspace, unit) for unit in (VILLAGE, SISTER)} == {"accepted:township"}
    assert "已通过2份" in text_of(page.box)
    assert page.list.ticked == ()


def test_what_cannot_be_accepted_is_named_with_the_reason_and_left_out(
    visit: Visits, workspace: Workspace
) -> None:
    page = ReviewList(visit("reviewer"))
    page.stage.value = ""
    with workspace.store.write(OPERATOR) as writer:
        store.return_submission(writer, KEY, "township", ("township", "county"), "请补充")
    page._load()
    tick(page.list, row_key(VILLAGE), row_key(SISTER))
    page.accept.click()
    assert "有1份现在不能办理" in text_of(page.box)
    assert "上坪村的材料现在没有要审核的（状态：退回修改）" in text_of(page.box)
    page.confirm.click()
    assert (state_of(workspace), state_of(workspace, SISTER)) == ("returned", "accepted:township")


def test_a_newer_version_stops_accepting_and_the_rest_is_asked_for_again(
    visit: Visits, workspace: Workspace
) -> None:
    page = ReviewList(visit("reviewer"))
    tick(page.list, all=True)
    page.accept.click()
    with workspace.store.write(OPERATOR) as w_:
        store.return_submission(w_, KEY, "township", ("township", "county"), "请补充")
    page.confirm.click()
    assert "pb-error" in text_of(page.box)
    assert state_of(workspace, SISTER) == "submitted"
    assert page.confirm.description == "确认通过1份"
    page.confirm.click()
    assert state_of(workspace, SISTER) == "accepted:township"


def test_several_are_returned_for_one_reason(visit: Visits, workspace: Workspace) -> None:
    page = ReviewList(visit("reviewer"))
    tick(page.list, row_key(VILLAGE), row_key(SISTER))
    page.send_back.click()
    page.confirm.click()
    assert "pb-error" in page._visit.messages.value  # no reason yet
    assert state_of(workspace) == "submitted"
    page.reason.value = "请统一补充佐证材料"
    page.confirm.click()
    assert {state_of(workspace, unit) for unit in (VILLAGE, SISTER)} == {"returned"}
    with workspace.store.read() as reader:
        assert store.history(reader, KEY)[-1].reason == "请统一补充佐证材料"


def test_rows_of_others_and_what_only_leaders_see_cannot_be_accepted(
    visit: Visits, workspace: Workspace
) -> None:
    page = ReviewList(visit("reviewer"))
    tick(page.list, row_key(OTHER_VILLAGE))
    assert page.list.ticked == ()
    leader = ReviewList(visit("leader"))
    tick(leader.list, all=True)
    leader.accept.disabled = False
    leader.accept.click()
    assert "pb-error" in leader._visit.messages.value
    assert state_of(workspace) == "submitted"


def test_a_list_keeps_its_place_while_a_submission_is_open(visit: Visits) -> None:
    page = ReviewList(visit("reviewer"))
    tick(page.list, row_key(VILLAGE), sort="unit", down=True)
    page.list.search.value = "坪村"
    tick(page.list, row_key(VILLAGE), open=row_key(VILLAGE))
    assert "上坪村 · " in text_of(page.box)
    assert "第2份，共2份" in text_of(page.box)
    next(button for button in buttons(page.box) if button.description == "返回队列").click()
    assert page.list.search.value == "坪村"
    assert [row.key for row in page.list.matched()] == [row_key(SISTER), row_key(VILLAGE)]
    assert f'data-at="open:{row_key(VILLAGE)}" data-led-to="center"' in text_of(page.box)


def test_the_list_is_saved_as_a_workbook(visit: Visits, tmp_path: Path) -> None:
    page = ReviewList(visit("reviewer"))
    page.list.search.value = "下坪村"
    page.save.click()
    assert "下载列表（1条）" in page._download.value
    kept = base64.b64decode(page._download.value.split("base64,")[1].split('"')[0])
    rows = list(load_workbook(BytesIO(kept)).worksheets[1].iter_rows(values_only=True))
    assert rows[0][:5] == ("单位编码", "单位", "上级单位", "表单", "状态")
    assert rows[1][:3] == (SISTER, "下坪村", "青禾镇")
    assert len(rows) == 2


def test_the_queue_can_be_browsed_forwards_and_backwards(visit: Visits) -> None:
    page = ReviewList(visit("reviewer"))
    page.start.click()
    assert "第1份，共2份" in text_of(page.box)
    assert "上坪村 · " in text_of(page.box)
    keyed(page.box, "pb-key-j").click()
    assert "下坪村 · " in text_of(page.box)
    assert keyed(page.box, "pb-key-j").disabled
    keyed(page.box, "pb-key-k").click()
    assert "上坪村 · " in text_of(page.box)


def buttons(widget: w.Widget) -> list[w.Button]:
    own = [widget] if isinstance(widget, w.Button) else []
    return own + [found for child in getattr(widget, "children", ()) for found in buttons(child)]


def keyed(widget: w.Widget, name: str) -> w.Button:
    return next(button for button in buttons(widget) if name in button._dom_classes)


# -- one submission ------------------------------------------------------------------------------------


def test_a_submission_is_shown_with_its_answers_and_history(visit: Visits) -> None:
    shown = text_of(Case(visit("reviewer"), KEY).box)
    for words in ("安装路灯", "40 户", "乡镇审核", "团结有力", "少2件"):
        assert words in shown


def test_one_field_is_returned_with_a_reason(visit: Visits, workspace: Workspace) -> None:
    case = Case(visit("reviewer"), KEY)
    case.field.value = "good_deeds/done_on"
    case.return_.click()
    assert state_of(workspace) == "submitted"  # no reason yet
    case.reason.value = "请补充完成日期的佐证"
    assert case.days.value == 3
    case.return_.click()
    assert state_of(workspace) == "returned"
    with workspace.store.read() as reader:
        last = store.history(reader, KEY)[-1]
    assert (last.field_path, last.reason) == ("good_deeds/done_on", "请补充完成日期的佐证")


def test_an_acceptance_can_be_taken_back_on_the_page(visit: Visits, workspace: Workspace) -> None:
    case = Case(visit("reviewer"), KEY)
    case.accept.click()
    assert state_of(workspace) == "accepted:township"
    next(button for button in buttons(case.box) if button.description == "撤销通过").click()
    assert state_of(workspace) == "submitted"


def test_others_marks_are_shown_only_after_saving(visit: Visits, workspace: Workspace) -> None:
    rate(workspace, 4.0, "county", "on_site", "county")
    page = visit("reviewer")
    case = Case(page, KEY)
    assert "以此为准" not in text_of(case.box)
    assert "您评分后显示" in text_of(case.box)
    case.marks.sheet.type("v1_unity", "７。５", "班子团结")
    case.marks.save.click()
    assert marks_of(workspace, "reviewer") == {"v1_unity": (7.5, "班子团结")}
    assert "县级考评：4分（以此为准）" in text_of(case.box)


@pytest.mark.parametrize(
    ("line", "typed", "said"),
    [("v1_unity", "9", "0到8"), ("v1_unity", "很好", "不是数字"), ("v7_record", "2", "先写明理由")],
)
def test_a_wrong_mark_is_reported_beside_its_field_and_nothing_is_saved(
    visit: Visits, workspace: Workspace, line: str, typed: str, said: str
) -> None:
    case = Case(visit("reviewer"), KEY)
    case.marks.sheet.type(line, typed)
    case.marks.save.click()
    assert said in text_of(case.box)
    assert marks_of(workspace, "reviewer") == {}


def test_clearing_a_field_and_saving_withdraws_the_mark(visit: Visits, workspace: Workspace) -> None:
    rate(workspace, 6.0, "township", "township", "reviewer")
    case = Case(visit("reviewer"), KEY)
    case.marks.sheet.type("v1_unity", "")
    assert marks_of(workspace, "reviewer") != {}
    case.marks.save.click()
    assert marks_of(workspace, "reviewer") == {}


def test_a_computed_line_is_corrected_with_a_reason(visit: Visits, workspace: Workspace) -> None:
    case = Case(visit("reviewer"), KEY)
    case.marks.line.value = "v1_deeds"
    case.marks.correction.type("v1_deeds", "4", "另有一件已核实")
    case.marks.save_correction.click()
    assert marks_of(workspace, "reviewer") == {"v1_deeds": (4.0, "另有一件已核实")}


def test_saving_confirms_a_mark_based_on_older_answers(visit: Visits, workspace: Workspace) -> None:
    rate(workspace, 6.0, "township", "township", "reviewer")  # has seen no version
    case = Case(visit("reviewer"), KEY)
    assert "材料有更新" in text_of(case.box)
    case.marks.save.click()
    assert "材料有更新" not in text_of(case.box)


def test_the_top_level_records_a_veto_and_others_have_no_field_for_it(
    visit: Visits, workspace: Workspace
) -> None:
    assert "登记否决" not in text_of_options(Case(visit("reviewer"), KEY).box)
    case = Case(visit("county"), KEY)
    deed = next(widget for widget in dropdowns(case.box) if widget.description == "办理")
    basis = next(
        child for child in everything(case.box)
        if isinstance(child, w.Textarea) and child.description == "依据或理由"
    )  # fmt: skip
    deed.value, basis.value = "record:falsified_village", "台账造假"
    next(button for button in buttons(case.box) if button.description == "确认登记").click()
    with workspace.store.read() as reader:
        on_record = store.load_veto_records(reader, CAMPAIGN, PERIOD)
    assert [(item.veto.unit_code, item.veto.kind) for item in on_record] == [(VILLAGE, "falsified_village")]
    assert "台账造假" in text_of(case.box)


def test_a_reviewer_recuses_themselves_with_a_reason(visit: Visits, workspace: Workspace) -> None:
    case = Case(visit("reviewer"), KEY)
    case.aside_reason.value = "亲属在该村任职"
    case.aside.click()
    assert "您已对该单位回避" in text_of(case.box)
    assert case.marks.save.disabled


def everything(widget: w.Widget) -> list[Any]:
    return [widget, *(found for child in getattr(widget, "children", ()) for found in everything(child))]


def dropdowns(widget: w.Widget) -> list[w.Dropdown]:
    return [found for found in everything(widget) if isinstance(found, w.Dropdown)]


def text_of_options(widget: w.Widget) -> str:
    return "\n".join(label for found in dropdowns(widget) for label, _ in found.options)


# -- old beside new, and the course --------------------------------------------------------------------


def hand_in_again(workspace: Workspace, key: SubmissionKey = KEY, **answers: Any) -> None:
    """Return a submission and hand it in again with other answers."""
    levels = ("township", "county")
    with workspace.store.write(ACTORS["reviewer"]) as writer:
        store.return_submission(writer, key, "township", levels, "请补充<产业>数据", "industry")
    with workspace.store.write(ACTORS["filler"]) as writer:
        store.submit_many(writer, [(key, {**VILLAGE_ANSWERS, **answers})])


def test_a_case_handed_in_again_shows_what_changed_first_old_beside_new(
    visit: Visits, workspace: Workspace
) -> None:
    once = text_of(Case(visit("reviewer"), KEY).box)
    assert "与上次提交相比" not in once
    assert "pb-whole" not in once
    kept = [
        store.keep_file(workspace.settings.evidence, f"中心{at}.jpg", make_photo(at), 10_000_000)
        for at in (1, 2)
    ]
    with workspace.store.write(OPERATOR) as writer:
        for file in kept:
            store.add_evidence(writer, KEY, "centre_photos", file.filename, file, 10_000_000)
    hand_in_again(workspace, centre_photos=[kept[0].sha256])
    hand_in_again(workspace, centre_photos=[kept[1].sha256], industry="高山茶叶")
    case = Case(visit("reviewer"), KEY)
    changes = case._seen["changes"].value
    assert "2处有改动" in changes
    assert "上次退回要求：主导产业：请补充&lt;产业&gt;数据" in changes
    assert '茶叶</span></td><td data-label="现在"><span class="pb-answer"><ins>高山</ins>茶叶' in changes
    gone, new = changes.index("删去1个文件"), changes.index("新增1个文件")
    assert gone < changes.index(f"{kept[0].sha256}?") < new < changes.index(f"{kept[1].sha256}?")
    assert case._seen["answers"].value.startswith('<details class="pb-whole">')
    course = case._seen["course"].value
    assert course.count("重新提交") == 2
    assert "审核员 reviewer" in course


def test_a_case_handed_in_again_unchanged_says_so(visit: Visits, workspace: Workspace) -> None:
    hand_in_again(workspace)
    assert "内容没有改动" in Case(visit("reviewer"), KEY)._seen["changes"].value


def test_the_course_is_told_in_words_without_ids(visit: Visits, workspace: Workspace) -> None:
    hand_in_again(workspace, industry="蜜柚")
    case = Case(visit("reviewer"), KEY)
    case.marks.sheet.type("v1_unity", "7", "班子团结")
    case.marks.save.click()
    case.marks.sheet.type("v1_unity", "")
    case.marks.save.click()
    case.accept.click()
    course = case._seen["course"].value
    for words in (
        "退回修改 → 已提交", "涉及：主导产业", "原因：请补充&lt;产业&gt;数据", "改动1处", "未评 → 7分", "7分 → 未评",
        "评语：班子团结", "乡镇审核 · 本人", "已提交 → 乡镇审核已通过",
    ):  # fmt: skip
        assert words in course
    for code in ("v1_unity", "submitted", "township", "returned", "withdraw"):
        assert code not in course


# -- the keyboard goes on where one works --------------------------------------------------------------


def test_an_action_remakes_only_its_own_card(visit: Visits, workspace: Workspace) -> None:
    case = Case(visit("reviewer"), KEY)
    case.reason.value = "还在写的原因"
    sheet, answers = case.marks.sheet, case._seen["answers"]
    case.marks.sheet.type("v6_industry", "3")
    case.marks.save.click()
    assert case.reason.value == "还在写的原因"
    assert case.marks.sheet is sheet
    assert case._seen["answers"] is answers
    case.marks.sheet.type("v1_unity", "还没写完")
    case.accept.click()
    assert case.marks.sheet.typed()["v1_unity"][0] == "还没写完"
    assert "撤销通过" in text_of(case.box)


def test_after_each_action_the_keyboard_is_led_to_the_next_step(visit: Visits) -> None:
    page = ReviewList(visit("reviewer"))
    page.start.click()
    walk = page.walk
    assert walk is not None
    assert walk.focus.place == "title"
    walk.case.marks.sheet.type("v1_unity", "7")
    walk.case.marks.save.click()
    assert walk.focus.place == "open_mark"
    walk.case.accept.click()
    assert walk.focus.place == "next"
    next(button for button in buttons(walk.box) if button.description == "撤销通过").click()
    assert walk.focus.place == "accept"
    walk.case.aside_reason.value = "亲属在该村任职"
    walk.case.aside.click()
    assert walk.focus.place == "next"
    keyed(walk.box, "pb-key-n").click()
    assert walk.focus.place == "title"
    walk.case.accept.click()  # the last one
    assert walk.focus.place == "open_mark"


def test_handing_in_goes_on_to_the_next_case_and_says_what_was_done(
    visit: Visits, workspace: Workspace
) -> None:
    page = visit("reviewer")
    walk = CaseWalk(page, [KEY, key_of("village_application", SISTER), KEY])
    walk.case.marks.sheet.type("v1_unity", "70")
    keyed(walk.case.marks.box, "pb-key-ctrl-enter").click()
    assert (walk.key, walk.focus.place) == (KEY, "wrong_mark")
    walk.case.marks.sheet.type("v1_unity", "7")
    keyed(walk.case.marks.box, "pb-key-ctrl-enter").click()
    assert (walk.key.unit_code, walk.focus.place) == (SISTER, "open_mark")
    assert "评分已保存" in page.messages.value
    walk.case.return_.click()
    assert walk.key.unit_code == SISTER  # no reason yet
    walk.case.reason.value = "请补充"
    walk.case.return_.click()
    assert (walk.key, walk.focus.place) == (KEY, "title")
    assert "已退回：下坪村" in page.messages.value
    assert not walk.has_next
    for forged in (3, -1):
        walk.go(forged)
        assert walk.key == KEY


def test_a_recused_reviewer_sees_no_marks_of_others(visit: Visits, workspace: Workspace) -> None:
    rate(workspace, 4.0, "county", "on_site", "county")
    rate(workspace, 6.0, "township", "township", "reviewer")
    case = Case(visit("reviewer"), KEY)
    assert "县级考评：4分（以此为准）" in text_of(case.box)
    case.aside_reason.value = "亲属在该村任职"
    case.aside.click()
    shown = text_of(case.box)
    assert "县级考评" not in shown
    assert "不显示其他人的评分" in shown


def test_the_mark_before_stands_beside_ones_own_once_it_is_given(visit: Visits, workspace: Workspace) -> None:
    rate(workspace, 8.0, "self", "self", VILLAGE)
    case = Case(visit("reviewer"), KEY)
    assert "自评的8分" not in text_of(case.box)
    case.marks.sheet.type("v1_unity", "6.5")
    case.marks.save.click()
    assert "比自评的8分低1.5分" in text_of(case.box)


def test_marks_that_save_themselves_disclose_and_count_as_those_that_are_saved(
    visit: Visits, workspace: Workspace
) -> None:
    rate(workspace, 8.0, "self", "self", VILLAGE)
    page = visit("reviewer")
    case = Case(page, KEY)
    case.marks.sheet.type("v1_unity", "6.5")  # outside of a page it is saved at once
    assert marks_of(workspace, "reviewer") == {"v1_unity": (6.5, "")}
    line = case.marks.sheet.box.children[0].children[0].value
    assert "比自评的8分低1.5分" in line
    assert "您评分后显示自评" not in line
    case.marks.status.wait("正在保存……")
    case.marks.save.click()
    assert "新评或修改1项，撤回0项" in page.messages.value
    assert "正在保存" not in case.marks.status.value
    case.marks.save.click()
    assert "新评或修改0项" in page.messages.value


def test_on_site_marks_that_saved_themselves_are_counted_when_one_saves(visit: Visits) -> None:
    page = visit("county", **OF_VILLAGE)
    sheet = SpotCheck(page)
    sheet.sheet.type("v1_unity", "6")
    sheet.status.wait("正在保存……")
    sheet.save.click()
    assert "新评或修改1项" in page.messages.value
    assert "正在保存" not in sheet.status.value


# -- nominations, on-site inspection, marks from paper --------------------------------------------------------


def allot(workspace: Workspace, places: int) -> None:
    with workspace.store.write(OPERATOR) as writer:
        store.set_allotments(writer, CAMPAIGN, PERIOD, "village", {TOWN: places})


def test_a_list_is_ticked_put_in_order_and_handed_in_as_a_whole(visit: Visits, workspace: Workspace) -> None:
    page = visit("reviewer")
    allot(workspace, 2)
    rate(workspace, 6.0, "township", "township", "reviewer")
    card = NominationCard(page, page.opened.campaign.track("village"), TOWN)
    assert card.hand_in.disabled
    tick(card.list, VILLAGE, SISTER)
    assert "名额2个，已申报2个，还可申报0个" in text_of(card.box)
    assert "pb-unsaved" in text_of(card.box)
    tick(card.list, SISTER, VILLAGE)
    card.hand_in.click()
    assert "新列入：下坪村、上坪村" in text_of(card.box)
    assert card.balance.listed == ()
    card.confirm.click()
    assert card.balance.listed == (SISTER, VILLAGE)
    assert "申报名单已提交，共2个" in text_of(card.box)
    tick(card.list, VILLAGE)
    card.hand_in.click()
    assert "移出：下坪村" in text_of(card.box)
    card.confirm.click()
    assert card.balance.listed == (VILLAGE,)


def test_a_full_allotment_says_why_the_next_tick_is_refused(visit: Visits, workspace: Workspace) -> None:
    page = visit("reviewer")
    allot(workspace, 1)
    card = NominationCard(page, page.opened.campaign.track("village"), TOWN)
    tick(card.list, VILLAGE, SISTER)
    assert card.list.ticked == (VILLAGE,)
    assert "青禾镇的名额1个已经选满，没有再选上" in text_of(card.box)
    tick(card.list)
    assert "已经选满" not in text_of(card.box)


def test_a_unit_under_a_veto_is_grey_with_its_reason_and_cannot_be_ticked(
    visit: Visits, workspace: Workspace
) -> None:
    with workspace.store.write(OPERATOR) as writer:
        store.record_veto(writer, Veto(CAMPAIGN, PERIOD, VILLAGE, "falsified_village", "台账造假", "village"))
    page = visit("reviewer")
    card = NominationCard(page, page.opened.campaign.track("village"), TOWN)
    assert f'<tr data-key="{VILLAGE}" class="pb-closed">' in text_of(card.box)
    assert "上坪村存在“弄虚作假、作风不实”情形，不能申报" in text_of(card.box)
    tick(card.list, VILLAGE, SISTER)
    assert card.list.ticked == (SISTER,)


def test_a_veto_in_between_is_said_where_one_hands_in_and_the_rest_can_be_handed_in(
    visit: Visits, workspace: Workspace
) -> None:
    page = visit("reviewer")
    allot(workspace, 1)
    card = NominationCard(page, page.opened.campaign.track("village"), TOWN)
    tick(card.list, SISTER, VILLAGE)
    card.hand_in.click()
    assert "已经选满" not in text_of(card.box)
    assert "下坪村的材料尚未完成审核" in text_of(card._dialog)
    with workspace.store.write(OPERATOR) as writer:
        store.record_veto(writer, Veto(CAMPAIGN, PERIOD, SISTER, "falsified_village", "台账造假", "village"))
    card.confirm.click()
    assert "下坪村存在“弄虚作假、作风不实”情形" in card._messages.value
    assert page.messages.value == ""
    assert f'<tr data-key="{SISTER}" class="pb-closed">' in text_of(card.box)
    assert card.list.ticked == ()
    tick(card.list, VILLAGE)
    card.hand_in.click()
    card.confirm.click()
    assert "pb-error" not in card._messages.value
    assert card.balance.listed == (VILLAGE,)


def test_a_list_that_somebody_else_has_changed_is_shown_and_not_overwritten(
    visit: Visits, workspace: Workspace
) -> None:
    page = visit("reviewer")
    allot(workspace, 2)
    card = NominationCard(page, page.opened.campaign.track("village"), TOWN)
    tick(card.list, VILLAGE)
    card.hand_in.click()
    with workspace.store.write(OPERATOR) as writer:
        store.nominate(writer, NominationList(CAMPAIGN, PERIOD, "village", TOWN), SISTER)
    card.confirm.click()
    assert "已被他人改动" in text_of(card.box)
    assert card.list.ticked == card.balance.listed == (SISTER,)


def test_an_on_site_mark_names_the_second_inspector(visit: Visits, workspace: Workspace) -> None:
    assert "上坪村" in text_of(UnitsOfToday(visit("county")).box)
    check = SpotCheck(visit("county", view="onsite", **OF_VILLAGE))
    check.second.value = "组织科长"
    check.sheet.type("v3_quality", "5")
    check.save.click()
    with workspace.store.read() as reader:
        kept = store.load_own_marks(reader, CAMPAIGN, PERIOD, VILLAGE, "county")
    assert [(mark.points, mark.second_inspector) for mark in kept] == [(5.0, "组织科长")]
    assert check.second.value == "组织科长"


def test_an_on_site_photo_is_stored_with_its_line(visit: Visits, workspace: Workspace) -> None:
    check = SpotCheck(visit("county", view="onsite", **OF_VILLAGE))
    check.line.value = "v3_quality"
    check.sheet.type("v1_unity", "9")  # not valid yet, but not lost by adding the photo
    check.photo.value = (
        {
            "name": "现场.jpg",
            "type": "image/jpeg",
            "size": 1,
            "content": memoryview(make_photo(1)),
            "last_modified": datetime(2026, 11, 1, tzinfo=UTC),
        },
    )
    with workspace.store.read() as reader:
        kept = store.load_evidence(reader, KEY)
    assert [item.field_path for item in kept] == ["on_site/county/v3_quality"]
    assert "现场.jpg" in text_of(check.box)
    assert check.sheet.read().problems.keys() == {"v1_unity"}
    assert check.photo.value == ()


def test_marks_typed_for_some_units_wait_while_others_are_shown(visit: Visits) -> None:
    grid = MarkGrid(visit("county"))
    grid.track.value = "village"
    parts = [value for _, value in grid.part.options]
    first, other = parts[0], parts[-1]
    grid.part.value = first
    place = next(iter(grid._sheet.lines))
    grid.grid.type({place: "6"})
    grid.part.value = other
    assert grid.grid.typed() == {}
    assert "另有1格还没有保存，在：" in text_of(grid.box)
    grid.track.value = next(track_id for track_id in grid._tracks if track_id != "village")
    grid.track.value = "village"
    grid.part.value = first
    assert grid.grid.typed() == {place: "6"}
    assert "另有" not in text_of(grid.box)


def test_marks_from_paper_are_saved_all_or_none(visit: Visits, workspace: Workspace) -> None:
    page = visit("county")
    grid = MarkGrid(page)
    grid.track.value = "village"
    grid.part.value = next(value for label, value in grid.part.options if label.startswith("青禾镇"))
    grid.grid.type({(VILLAGE, "v1_unity"): "７", (SISTER, "v1_unity"): "70"})
    assert "已改2格，尚未保存。其中1格有误" in text_of(grid.box)
    grid.save.click()
    assert "有1项评分需要改正" in page.messages.value
    assert marks_of(workspace, "county") == {}
    grid.grid.type({(SISTER, "v1_unity"): "6.5"})
    grid.save.click()
    assert "新评或修改2项" in page.messages.value
    assert marks_of(workspace, "county") == {"v1_unity": (7.0, "")}
    grid.grid.type({(VILLAGE, "v1_unity"): "", (SISTER, "v7_record"): "2"})
    assert "请先写明理由" in text_of(grid.box)
    grid.grid.type({(SISTER, REASON): "平时掌握"})
    grid.grid.type({(VILLAGE, REASON): "多余"})
    assert "理由要和改动的分数一起录入" in text_of(grid.box)
    grid.grid.type({(VILLAGE, REASON): ""})
    grid.save.click()
    assert "新评或修改1项，撤回1项" in page.messages.value
    assert marks_of(workspace, "county") == {}
    grid.print.click()
    assert "下载评分表" in text_of(grid.box)


# -- a newer version of the campaign -------------------------------------------------------------------


def lower_unity(workspace: Workspace, policy: MarkPolicy | None = None) -> None:
    """Open a version in which ``v1_unity`` has 6 points rather than 8."""
    opened = workspace.opened()
    raw = opened.campaign.model_dump(mode="json")
    village = next(track for track in raw["tracks"] if track["id"] == "village")
    village["criteria"][0]["criteria"][0].update(points=6, anchors=[])
    open_definition(workspace, OPERATOR, Campaign.model_validate(raw), PERIOD, Opening(policy))


def test_marks_typed_under_an_older_version_are_kept_and_not_written_before_one_has_looked(
    visit: Visits, workspace: Workspace
) -> None:
    page = visit("reviewer")
    case = Case(page, KEY)
    lower_unity(workspace)
    case.marks.sheet.type("v1_unity", "8")
    assert "分值 8 → 6" in page.messages.value
    assert marks_of(workspace, "reviewer") == {}
    assert case.marks.sheet.typed()["v1_unity"][0] == "8"
    case.marks.sheet.type("v6_industry", "3")
    case.marks.save.click()
    assert "0到6" in text_of(case.box)
    case.marks.sheet.type("v1_unity", "6", "团结")
    case.marks.save.click()
    assert marks_of(workspace, "reviewer") == {"v1_unity": (6.0, "团结"), "v6_industry": (3.0, "")}


def test_a_correction_typed_under_an_older_version_is_kept(visit: Visits, workspace: Workspace) -> None:
    case = Case(visit("reviewer"), KEY)
    case.marks.line.value = "v1_deeds"
    case.marks.correction.type("v1_deeds", "4", "另有一件已核实")
    lower_unity(workspace)
    case.marks.save_correction.click()
    assert marks_of(workspace, "reviewer") == {}
    assert case.marks.correction.typed() == {"v1_deeds": ("4", "另有一件已核实")}
    case.marks.save_correction.click()
    assert marks_of(workspace, "reviewer") == {"v1_deeds": (4.0, "另有一件已核实")}


@pytest.mark.parametrize("make", [Case, SpotCheck])
def test_a_mark_to_be_given_anew_is_an_empty_field_that_says_so(
    visit: Visits, workspace: Workspace, make: Any
) -> None:
    rate(workspace, 7.0, "county", "on_site", "county")
    lower_unity(workspace, "again")
    place = {"view": "onsite", **OF_VILLAGE} if make is SpotCheck else {}
    page = visit("county", **place)
    found = SpotCheck(page) if make is SpotCheck else Case(page, KEY)
    sheet = found.sheet if isinstance(found, SpotCheck) else found.marks.sheet
    assert "请重新评分" in text_of(found.box)
    assert sheet.typed()["v1_unity"][0] == ""
    sheet.type("v1_unity", "5")
    (found.save if isinstance(found, SpotCheck) else found.marks.save).click()
    assert marks_of(workspace, "county")["v1_unity"][0] == 5.0
    assert "请重新评分" not in text_of(found.box)


def test_on_paper_and_on_site_what_was_typed_is_kept_under_a_newer_version(
    visit: Visits, workspace: Workspace
) -> None:
    check = SpotCheck(visit("county", view="onsite", **OF_VILLAGE))
    grid = MarkGrid(visit("county"))
    grid.track.value = "village"
    grid.part.value = next(value for label, value in grid.part.options if label.startswith("青禾镇"))
    grid.grid.type({(VILLAGE, "v1_unity"): "8"})
    lower_unity(workspace)
    check.sheet.type("v1_unity", "5")
    grid.save.click()
    assert check.sheet.typed()["v1_unity"][0] == "5"
    assert grid.grid.typed() == {(VILLAGE, "v1_unity"): "8"}
    assert marks_of(workspace, "county") == {}


# -- who may see the page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", [{}, OF_VILLAGE, {"view": "onsite"}, {"view": "entry"}, {"view": "nominate"}]
)
@pytest.mark.parametrize("who", sorted(set(ACTORS) - {"filler"}))
def test_every_view_opens_for_everybody_in_the_office(visit: Visits, who: str, place: dict[str, str]) -> None:
    page = visit(who, **place)
    assert len(text_of(show_review(page))) > 100
    assert "pb-error" not in page.messages.value


def test_a_filler_is_told_that_the_page_is_not_for_them(visit: Visits) -> None:
    page = visit("filler")
    show_review(page)
    assert "没有此项权限" in page.messages.value


@pytest.mark.parametrize(
    "place",
    [
        {"form": "village_application", "unit": OTHER_VILLAGE},
        {"form": "no_such_form", "unit": VILLAGE},
        {"form": "village_application", "unit": VILLAGE, "occurrence": "x"},
        {"form": "village_application", "unit": "990199"},
    ],
)
def test_a_foreign_or_unknown_address_shows_a_link_back(visit: Visits, place: dict[str, str]) -> None:
    page = visit("reviewer", **place)
    shown = text_of(show_review(page))
    assert "pb-error" in page.messages.value
    assert "安装路灯" not in shown
    assert "返回队列" in shown
