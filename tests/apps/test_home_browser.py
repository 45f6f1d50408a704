"""Home, board, survey and organise in a real browser, as each role sees them."""

import io
import re
from typing import Any

import pytest
from docx import Document
from serving import Served

pytestmark = pytest.mark.xdist_group("small_county")  # what they leave in its store does not matter

ROLES = {
    "filler": ["待办（1）"],
    "reviewer": ["本辖区逾期未办", "替下属单位重置密码"],
    "leader": ["本辖区逾期未办"],
    "analyst": ["常用功能"],
    "organiser": ["本辖区逾期未办"],
    "admin": ["新增账号", "系统状况", "操作日志"],
}


@pytest.mark.parametrize("account", ROLES)
def test_everybody_can_open_the_home_page(open_page: Any, account: str) -> None:
    page = open_page(account, "/home", width=360)
    for words in ROLES[account]:
        page.get_by_text(words).first.wait_for()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, "the page must not scroll sideways on a phone"


def test_the_board_can_be_filtered_and_links_to_a_unit_and_back(open_page: Any) -> None:
    page = open_page("county", "/board")
    page.get_by_role("link", name="青禾镇").first.wait_for()
    page.get_by_label("状态").select_option("未交（含草稿、退回）")
    page.get_by_role("link", name="红旗村").wait_for()
    page.get_by_label("单位").fill("上坪")
    page.get_by_label("单位").press("Enter")
    page.get_by_role("link", name="红旗村").wait_for(state="detached")
    page.get_by_role("link", name="上坪村").click()
    page.get_by_text("办理记录").wait_for()
    page.get_by_role("link", name="返回看板").click()
    page.get_by_text("各表单提交进度").wait_for()


def test_codes_are_made_printed_and_answered_on_a_phone_without_an_account(
    open_page: Any, served: Served
) -> None:
    staff = open_page("reviewer", "/survey")
    staff.get_by_label("每个单位份数").fill("2")
    staff.get_by_role("button", name="制作").click()
    with staff.expect_download() as download:
        staff.locator("a.pb-download").click()
    slips = Document(io.BytesIO(download.value.path().read_bytes()))
    text = "\n".join(cell.text for row in slips.tables[0].rows for cell in row.cells)
    first, second = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text)

    phone = open_page(None, None, width=360)
    phone.goto(f"{served.address}/survey")
    phone.get_by_label("测评码").fill(first.lower())
    phone.get_by_role("button", name="开始测评").click()
    assert first not in phone.url
    phone.get_by_text("请对 上坪村 作出评价").wait_for()
    phone.get_by_role("button", name="提交").click()
    phone.get_by_text("还有 3 处没有填好").wait_for()
    for choice in phone.get_by_text("基本满意", exact=True).all():
        choice.click()
    phone.get_by_role("button", name="提交").click()
    phone.get_by_text("谢谢您的参与").wait_for()

    phone.reload()
    phone.get_by_text("原来输入的测评码已经用过").wait_for()
    phone.get_by_label("测评码").fill(first)
    phone.get_by_role("button", name="开始测评").click()
    phone.get_by_text("测评码不存在或已经用过").wait_for()
    phone.goto(f"{served.address}/survey?code={second}")  # a link fills the field and opens nothing
    phone.get_by_role("button", name="开始测评").click()
    phone.get_by_role("button", name="提交").wait_for()


def test_the_organiser_downloads_the_workbook_and_uploads_a_wrong_one(open_page: Any) -> None:
    page = open_page("organiser", "/organise")
    page.get_by_role("button", name="生成当前工作簿").click()
    with page.expect_download() as download:
        page.locator("a.pb-download").click()
    content = download.value.path().read_bytes()
    assert content[:2] == b"PK"

    def give(name: str, sent: bytes) -> None:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="上传修改后的工作簿").click()
        chooser.value.set_files([{"name": name, "mimeType": "application/zip", "buffer": sent}])

    give("活动.xlsx", content)
    page.get_by_text("与当前版本完全相同").wait_for()
    give("照片.xlsx", b"no workbook")
    page.get_by_text("处问题，没有采用").wait_for()

    page.set_viewport_size({"width": 360, "height": 640})
    grant = page.get_by_role("button", name="批准延期")
    grant.scroll_into_view_if_needed()
    grant.click()
    said = page.locator(".pb-messages .pb-error")
    said.wait_for()
    box = said.bounding_box()
    assert box["y"] >= 0, "a message far below the top of the page is in view"
    assert box["y"] + box["height"] <= 640
