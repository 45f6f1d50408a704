"""Entries that live, in a real browser: a month without changes, clauses reached, a fault put right and judged."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from counties import VILLAGE
from lasting import fill_living_county, make_living_county
from PIL import Image
from playwright.sync_api import Page, expect
from serving import Served

from pbwidgets.store import history
from pbwidgets.workflows.ground.workspace import open_workspace

OpenPage = Callable[..., Page]
LONG_MS = 60_000
SHEET, FAULTS = "/fill?form=standards", f"/fill?form=faults&unit={VILLAGE}"
MOST_CLICKS = 1


class Counted:
    """Clicks and seconds on a page."""

    def __init__(self, page: Page) -> None:
        self._page, self.clicks, self._begun = page, 0, time.monotonic()

    def click(self, name: str) -> None:
        self._page.get_by_role("button", name=name, exact=True).click()
        self.clicks += 1

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun


def said(page: Page, words: str) -> None:
    expect(page.locator(".pb-led-to").filter(has_text=words)).to_be_visible(timeout=LONG_MS)


def go(page: Page, served: Served, path: str) -> None:
    page.goto(served.address + path)
    page.wait_for_selector("body.pb-live", timeout=LONG_MS, state="attached")


@pytest.fixture
def living(serve_folder: Callable[..., Served], tmp_path: Path) -> Served:
    folder = make_living_county(tmp_path / "county")
    fill_living_county(folder)
    return serve_folder(folder)


def test_a_month_goes_by_and_clauses_and_faults_go_on(
    open_page: OpenPage, living: Served, tmp_path: Path
) -> None:
    photo = tmp_path / "现场.jpg"
    Image.new("RGB", (640, 480), (90, 120, 160)).save(photo)
    today = date.today()

    page = open_page("filler", "/fill", served=living)
    month = Counted(page)
    month.click("本月无变化")
    said(page, "已确认本月无变化（第 2 版）")
    print(f"a month without changes: {month.clicks} click, {month.seconds:.1f} s")
    assert month.clicks <= MOST_CLICKS

    go(page, living, SHEET)
    work = Counted(page)
    rows = page.locator(".pb-rows")
    for row_id in ("c01", "c02", "c03"):
        line = rows.locator(f"tr[data-row={row_id}]")
        line.locator("select").select_option("reached")
        line.locator("input[type=date]").fill(f"{today}")
        line.locator("button[data-open]").click()
        name = line.locator("th").inner_text().partition("\n")[0]
        expect(rows.locator(".pb-entry-title")).to_have_text(f"{name}：其余内容")
        with page.expect_file_chooser() as chooser:
            rows.get_by_role("button", name="选照片或拍照").click()
        chooser.value.set_files(photo)
        expect(rows.locator(f"tr[data-row={row_id}] .pb-rows-said")).to_contain_text(
            "照片 1 张", timeout=LONG_MS
        )
        expect(rows.locator(f"tr[data-row={row_id}] .pb-chip")).to_have_text("已报完成，待验收")
        expect(rows.locator(".pb-entry img")).to_have_js_property("naturalWidth", 320)
    expect(rows).to_contain_text("已完成 3/40 条")
    rows.locator("button[data-filter=overdue]").click()
    expect(rows.locator("tr[data-row=c06]")).to_be_visible()
    expect(rows.locator("tr[data-row=c04]")).to_be_hidden()
    work.click("提交更新")
    said(page, "验收后生效")
    print(f"three clauses reached with a photo: {work.seconds:.1f} s")

    go(page, living, FAULTS)
    page.get_by_role("link", name="办公用房闲置").click()
    fault = page.context.pages[-1] if len(page.context.pages) > 2 else page
    fault.get_by_label("整改完成日期").fill(f"{today - timedelta(days=40)}")
    expect(fault.locator(".pb-advice")).to_contain_text("早于前面的“已发现”")
    fault.get_by_label("整改完成日期").fill(f"{today}")
    expect(fault.locator(".pb-advice")).to_have_count(0)
    fault.get_by_role("button", name="提交更新").click()
    said(fault, "已提交更新（第 2 版）")

    level = open_page("reviewer", f"{FAULTS}&occurrence=1", served=living)
    level.get_by_label("新的期限").fill(f"{today + timedelta(days=10)}")
    level.get_by_label("理由").fill("仍有杂物")
    level.get_by_role("button", name="验收不通过，限期再改").click()
    said(level, "已记录验收不通过")
    go(level, living, f"{FAULTS}&occurrence=2")
    level.get_by_label("销号日期").fill(f"{today}")
    level.get_by_role("button", name="提交更新").click()
    said(level, "立即生效")

    phone = open_page("filler", f"{FAULTS}&occurrence=1", width=360, served=living)
    expect(phone.locator(".pb-fill-head")).to_contain_text("仍有杂物")
    expect(phone.get_by_label("整改完成日期")).to_have_value("")
    go(phone, living, SHEET)
    card = phone.locator("tr[data-row=c05]")
    assert card.evaluate("node => getComputedStyle(node).display") == "block"
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 360
    with open_workspace(living.folder) as workspace, workspace.store.read() as reader:
        versions = history(reader, workspace.opened().submission_key("standards", VILLAGE))
    assert [entry["state"] for entry in versions[-1].answers["lines"] if entry.get("photo")] == [
        "reached"
    ] * 3
