"""Review in a real browser: returning a field with a reason, marks with anchors, lists and the grid, hidden marks."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from counties import (
    CAMPAIGN,
    OPERATOR,
    OTHER_TOWN,
    PERIOD,
    SISTER,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    make_register,
)
from playwright.sync_api import Page, expect
from serving import Served, begin_serving, make_small_county

from pbwidgets import store
from pbwidgets.demo.evidence import make_photo
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Mark, MarkKey, NominationList
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units

FORTY = [f"{OTHER_TOWN}{100 + at}" for at in range(40)]
OF_VILLAGE = f"form=village_application&unit={VILLAGE}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server of a small county in which two villages have handed in and the county has marked one.

    In the other township forty more have handed in.
    """
    folder = make_small_county(tmp_path_factory.mktemp("review") / "county")
    with open_workspace(folder) as workspace:
        new = [{"unit_code": code, "unit_name": f"新{at}村", "kind": "village", "parent_code": OTHER_TOWN,
                "synthetic": True} for at, code in enumerate(FORTY, start=1)]  # fmt: skip
        units = pd.concat([make_register(), to_frame(new, UNITS)], ignore_index=True)
        save_units(workspace, OPERATOR, units)
    with open_workspace(folder) as workspace, workspace.store.write(OPERATOR) as writer:
        store.submit_many(writer, [(key_of("village_application", code), VILLAGE_ANSWERS) for code in FORTY])
        store.set_allotments(writer, CAMPAIGN, PERIOD, "village", {OTHER_TOWN: 6})
        kept = store.keep_file(workspace.settings.evidence, "村民中心.jpg", make_photo(1), 10_000_000)
        again = key_of("village_application", VILLAGE)
        store.submit_many(writer, [(again, VILLAGE_ANSWERS)])
        store.return_submission(writer, again, "township", ("township", "county"), "请上传照片")
        for unit in (VILLAGE, SISTER):
            key = key_of("village_application", unit)
            answers = {**VILLAGE_ANSWERS, "centre_photos": [kept.sha256]}
            store.submit_many(writer, [(key, answers)])
            store.add_evidence(writer, key, "centre_photos", kept.filename, kept, 10_000_000)
        key = MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "county", "on_site", "county")
        store.rate(writer, Mark(key, 4.0, "配合一般"))
    server = begin_serving(folder)
    yield server
    left = server.stop()
    assert not left, f"processes outlived the server: {left}"


def state_of(folder: Path, unit: str) -> str:
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        found = store.load_state(reader, key_of("village_application", unit))
    assert found is not None
    return found.state


def focus_of(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.at || document.activeElement.tagName"))


LED_ONCE = """async () => {
  const arrive = async (html) => {
    document.body.insertAdjacentHTML("beforeend", html);
    await new Promise((done) => setTimeout(done, 0));
  };
  await arrive('<p><button data-led-to="still">A</button><button data-led-to="still">B</button></p>');
  const led = document.activeElement.textContent;
  document.querySelector("[data-at^=down]").focus();
  await arrive("<i></i>");
  return [led, (document.activeElement.dataset.at || "").split(":")[0]];
}"""
"""Two places that want the keyboard come, then something else does: where the keyboard is after each."""


def paste(page: Page, cell: str, text: str) -> None:
    """What a browser does when cells of Excel are pasted."""
    page.locator(f"[data-at='{cell}']").evaluate(
        """(cell, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          cell.focus();
          cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def marks_of(folder: Path, rater: str) -> dict[str, float]:
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        marks = store.load_own_marks(reader, CAMPAIGN, PERIOD, VILLAGE, rater)
    return {mark.key.criterion_id: mark.points for mark in marks}


def rating(page: Page, line: str):  # type: ignore[no-untyped-def]
    return page.locator(".pb-rating").filter(has_text=line)


def test_giving_a_mark_by_its_anchors_reveals_the_marks_of_others(open_page, served) -> None:  # type: ignore[no-untyped-def]
    page = open_page("reviewer", f"/review?{OF_VILLAGE}")
    unity = rating(page, "1.1")
    expect(unity).to_contain_text("团结有力，配套组织作用突出")
    expect(unity).to_contain_text("您评分后显示")
    assert "配合一般）" not in page.content()
    unity.get_by_label("得分").fill("７")
    unity.get_by_label("评语").fill("班子团结")
    expect(page.locator(".pb-saved")).to_contain_text("评分已自动保存")
    assert marks_of(served.folder, "reviewer") == {"v1_unity": 7.0}
    unity.get_by_label("评语").press("Control+Enter")
    expect(rating(page, "1.1")).to_contain_text("县级考评：4分（配合一般）", timeout=20_000)
    expect(rating(page, "3.3")).to_contain_text("您评分后显示")
    page.close()


def test_typed_marks_survive_a_reload(open_page, served) -> None:  # type: ignore[no-untyped-def]
    page = open_page("reviewer", f"/review?{OF_VILLAGE}")
    rating(page, "3.3").get_by_label("得分").fill("5")
    expect(page.locator(".pb-saved")).to_contain_text("评分已自动保存")
    page.reload()
    expect(rating(page, "3.3").get_by_label("得分")).to_have_value("5")
    page.close()


def test_a_photo_is_shown_beside_the_answers(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page("reviewer", f"/review?{OF_VILLAGE}")
    picture = page.locator(".pb-review-left img").first
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.pb-review-left img').naturalWidth > 0")
    page.close()


def test_a_case_is_worked_through_by_keyboard_with_its_material_in_sight(open_page, served) -> None:  # type: ignore[no-untyped-def]
    page = open_page("reviewer", "/review", width=1366)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("button", name="逐份审核").click()
    title = page.locator("h2:focus")
    expect(title).to_contain_text("上坪村")
    top = page.evaluate("scrollY")
    marks, material = page.locator(".pb-rating"), page.get_by_role("heading", name="与上次提交相比")
    marks.last.get_by_label("得分").focus()
    expect(marks.last).to_be_in_viewport()
    expect(material).to_be_in_viewport()
    assert page.evaluate("scrollY") == top
    rating(page, "3.3").locator(".pb-anchor").nth(1).click()
    points = rating(page, "3.3").get_by_label("得分")
    expect(points).to_have_value("4")
    expect(points).to_be_focused()
    page.keyboard.type("5.5")  # takes the place of what the press has given
    expect(points).to_have_value("5.5")
    page.keyboard.press("Enter")
    expect(marks.nth(2).get_by_label("得分")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_text("写退回原因", exact=True)).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("r")
    expect(page.get_by_label("退回原因")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="下一份（J）")).to_be_focused()
    assert state_of(served.folder, VILLAGE) == "accepted:township"
    assert page.evaluate("scrollY") == top
    page.keyboard.press("Enter")
    expect(title).to_contain_text("下坪村")
    page.keyboard.press("p")
    expect(title).to_contain_text("上坪村")
    page.get_by_role("button", name="撤销通过").click()
    expect(page.get_by_role("button", name="审核通过")).to_be_focused()
    page.set_viewport_size({"width": 360, "height": 780})
    page.get_by_role("button", name="经过", exact=True).click()
    expect(page.get_by_role("heading", name="办理经过")).to_be_in_viewport()
    page.close()


def test_one_field_is_returned_with_a_reason_and_the_filler_finds_it(open_page, served) -> None:  # type: ignore[no-untyped-def]
    page = open_page("reviewer", f"/review?form=village_application&unit={SISTER}")
    page.get_by_label("退回内容").select_option(label="为群众办的好事实事")
    page.get_by_label("退回原因").fill("请补充第二件好事")
    page.get_by_role("button", name="退回修改").click()
    expect(page.locator(".pb-messages")).to_contain_text("已退回：下坪村")
    assert state_of(served.folder, SISTER) == "returned"
    page.close()


def test_the_queue_can_be_browsed_by_keyboard_and_accepted_as_a_whole(open_page, served) -> None:  # type: ignore[no-untyped-def]
    with open_workspace(served.folder) as workspace, workspace.store.write(OPERATOR) as writer:
        key = key_of("village_application", SISTER)
        if store.load_state(writer, key).state == "returned":  # type: ignore[union-attr]
            store.submit_many(writer, [(key, VILLAGE_ANSWERS)])
    page = open_page("reviewer", "/review", width=360)
    page.get_by_role("button", name="逐份审核").click()
    expect(page.get_by_role("heading", name="上坪村 · ")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="下坪村 · ")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="上坪村 · ")).to_be_visible()
    page.get_by_role("button", name="返回队列").click()
    page.get_by_label("本页全选").check()
    page.get_by_role("button", name="通过所选（2）").click()
    page.get_by_role("button", name="确认通过2份").click()
    expect(page.locator(".pb-messages")).to_contain_text("已通过2份")
    assert {state_of(served.folder, unit) for unit in (VILLAGE, SISTER)} == {"accepted:township"}
    page.close()


def test_forty_are_accepted_six_nominated_and_thirty_rows_of_paper_marks_pasted(open_page, served) -> None:  # type: ignore[no-untyped-def]
    page = open_page("reviewer2", "/review")
    # search, sort and tick; the focus stays where one works
    page.get_by_label("搜索").press_sequentially("新")
    expect(page.locator(".pb-list-count")).to_contain_text("共40条")
    page.get_by_role("button", name="单位", exact=True).press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("单位")
    assert focus_of(page) == "sort:unit"
    first = page.locator("input[data-tick]").first
    first.press(" ")
    expect(page.get_by_role("button", name="通过所选（1）")).to_be_enabled()
    first.press("ArrowDown")
    assert focus_of(page) == f"tick:village_application|{FORTY[1]}|0"
    # a row opens in place, and the list is where it was afterwards
    page.get_by_role("link", name="新2村").click()
    expect(page.get_by_role("heading", name="新2村 · ")).to_be_visible()
    page.get_by_role("button", name="返回队列").click()
    expect(page.get_by_role("link", name="新2村")).to_be_focused()
    expect(page.get_by_label("搜索")).to_have_value("新")
    page.get_by_label("本页全选").check()
    page.get_by_role("button", name="通过所选（40）").click()
    page.get_by_role("button", name="确认通过40份").click()
    expect(page.locator(".pb-messages")).to_contain_text("已通过40份")
    assert {state_of(served.folder, code) for code in FORTY} == {"accepted:township"}

    # six of them are nominated, in an order of one's own; a seventh is refused with the reason
    page.goto(f"{served.address}/review?view=nominate")
    village = page.locator(".pb-card", has_text="党建工作示范村")
    for at in (3, 1, 2, 4, 5, 6):
        village.get_by_label(f"选择新{at}村").check()
    village.get_by_label("选择新7村").click()
    expect(village).to_contain_text("名额6个已经选满")
    expect(village.get_by_label("选择新7村")).not_to_be_checked()
    village.get_by_label("下移新3村").press("Enter")
    expect(village.locator(".pb-list-order li").nth(1)).to_contain_text("新3村")
    assert focus_of(page) == f"down:{FORTY[2]}"
    village.get_by_role("button", name="提交申报名单（6个）").click()
    village.get_by_role("button", name="确认提交6个").click()
    expect(village).to_contain_text("申报名单已提交，共6个")
    assert page.evaluate(LED_ONCE) == ["B", "down"]
    with open_workspace(served.folder) as workspace, workspace.store.read() as reader:
        listed = store.load_nomination_list(reader, NominationList(CAMPAIGN, PERIOD, "village", OTHER_TOWN))
    assert listed == tuple(FORTY[at - 1] for at in (1, 3, 2, 4, 5, 6))

    # a block of thirty rows and five columns from Excel; one cell is wrong until it is typed anew
    page.goto(f"{served.address}/review?view=entry")
    page.get_by_label("评选类别").select_option(label="党建工作示范村")
    expect(page.locator(".pb-grid tbody tr")).to_have_count(42)
    paste(
        page, "2,0", "\r\n".join("\t".join(["9" if at == 4 else "3", *"2222"]) for at in range(30)) + "\r\n"
    )
    wrong = page.locator(".pb-grid td[data-problem]")
    expect(wrong).to_have_attribute("data-problem", "分值应在0到8之间。")
    page.get_by_role("button", name="保存评分").click()
    expect(page.locator(".pb-messages")).to_contain_text("有1项评分需要改正")
    wrong.locator("input").click()
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    assert focus_of(page) == "7,0"
    expect(wrong).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pb-messages")).to_contain_text("新评或修改150项")
    # rows that are named go to their units, wherever they are pasted, and the keyboard stays
    paste(page, "2,1", "单位\t一\n新7村\t1\n新3村\t1\n")
    expect(page.locator(".pb-grid td.pb-cell-changed")).to_have_count(2)
    for name in ("新7村", "新3村"):
        row = page.locator(".pb-grid tr", has=page.get_by_role("rowheader", name=name, exact=True))
        expect(row.locator("input").nth(1)).to_have_value("1")
    assert focus_of(page) == "2,1"
    page.close()
