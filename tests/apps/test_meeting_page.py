"""The meeting in a real browser: move a weight, see the list change, reset it, decide; `select` agrees."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, run_pbwidgets
from playwright.sync_api import Page, expect
from pptx import Presentation
from serving import PASSWORD, Served

from pbwidgets.store import NewAccount, add_account, audit_head
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.people.passwords import hash_password

OpenPage = Callable[..., Page]
WHO = {
    "meeting_county": ("reviewer", "990101"),
    "meeting_leader": ("leader", "990101"),
    "meeting_town": ("reviewer", "990101003"),
}


@pytest.fixture
def contest(own_county: Path, serve_folder: Callable[..., Served]) -> Served:
    """The demonstration county with accounts, served."""
    hashed = hash_password(PASSWORD)
    with open_workspace(own_county) as workspace, workspace.store.write(OPERATOR) as writer:
        for name, (role, unit_code) in WHO.items():
            add_account(writer, NewAccount(name, role, unit_code, hashed, must_change=False))
    return serve_folder(own_county)


def rows_of(page: Page) -> list[str]:
    """Name, total and status of every row, as people read them."""
    return [re.sub(r"\s+", " ", text) for text in page.locator(".pb-ranking tbody tr").all_inner_texts()]


SIZES = """[...document.querySelectorAll("body *")]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
                 && one.checkVisibility() && one.getClientRects().length && !one.closest(".pb-hidden, .pb-skip"))
  .map(one => parseFloat(getComputedStyle(one).fontSize))"""
"""Sizes of all letters to be seen, in pixels."""


def units_on_slides(path: Path) -> Counter[str]:
    """Number of bars by what the legend says of them, in all charts."""
    shapes = [shape for slide in Presentation(str(path)).slides for shape in slide.shapes if shape.has_chart]
    series = [one for shape in shapes for plot in shape.chart.plots for one in plot.series]
    return Counter(one.name for one in series for value in one.values if value is not None)


def head(folder: Path) -> int:
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        return audit_head(reader)


def test_a_meeting_tries_resets_decides_and_select_says_so(
    open_page: OpenPage, contest: Served, own_county: Path
) -> None:
    page = open_page("meeting_county", "/meeting", served=contest)
    before, ruled = head(own_county), rows_of(page)
    assert any("末位并列" in row for row in ruled)

    weight = page.locator(".pb-weight .widget-readout").first
    weight.fill("5")
    weight.press("Enter")
    expect(page.locator(".pb-trying")).to_contain_text("专项考核权重由 70 改为 5")
    best = page.locator(".pb-ranking tbody tr").first
    expect(best).not_to_contain_text("94.27")
    assert rows_of(page) != ruled
    assert head(own_county) == before

    page.get_by_role("button", name="恢复原样").click()
    expect(page.locator(".pb-trying")).to_have_count(0)
    expect(best).to_contain_text("94.27")
    assert rows_of(page) == ruled

    page.get_by_role("button", name="按屏幕上的名单决定").click()
    expect(page.locator(".pb-messages")).to_contain_text("末位并列还没有定先后")
    page.get_by_role("button", name="碧水镇 在前").click()
    expect(page.locator(".pb-trying")).to_contain_text("并列先后：碧水镇")
    page.get_by_label("决定理由").fill("会议审议，同意按名次确定")
    page.get_by_label("出席职务（不写姓名）").fill("组织部长、纪委副书记")
    page.get_by_role("button", name="按屏幕上的名单决定").click()
    expect(page.locator(".pb-decision")).to_contain_text("拟入选 10 个，递补 3 个，未入选 11 个")
    assert head(own_county) == before
    page.get_by_role("button", name="确认决定").click()
    expect(page.locator(".pb-meeting-banner")).to_contain_text("已由县委专题评审会于", timeout=60_000)

    done = run_pbwidgets("select", CAMPAIGN, "--track", "township", "--format", "json", cwd=own_county)
    rows = {row["unit_code"]: row for row in json.loads(done.stdout)}
    assert (rows["990101016"]["status"], rows["990101016"]["decided_by"]) == ("selected", "县委专题评审会")
    assert sum(row["decided"] == "selected" for row in rows.values()) == 10
    assert all(row["decided_on"] for row in rows.values() if row["decided"])

    held = rows_of(page)
    assert sum("拟入选" in row for row in held) == 10
    assert not any("并列待定" in row for row in held)
    page.get_by_role("button", name="看按规则的名单").click()
    expect(page.locator(".pb-ranking")).to_contain_text("末位并列", timeout=60_000)
    page.get_by_role("button", name="看会议决定的名单").click()
    expect(page.locator(".pb-ranking .pb-mark-tied_at_cut")).to_have_count(0, timeout=60_000)

    page.get_by_role("button", name="开始公示").click()
    expect(page.locator(".pb-messages")).to_contain_text("没有填写受理异议的联系方式")
    page.get_by_label("受理异议的联系方式").fill("县委组织部 0000-0000000")
    page.get_by_role("button", name="开始公示").click()
    page.get_by_role("button", name="确认开始公示").click()
    expect(page.locator(".pb-messages")).to_contain_text("公示已开始，共 7 天", timeout=30_000)
    with page.expect_download() as fetched:
        page.get_by_role("button", name="生成幻灯片").click()
        page.get_by_role("link", name=re.compile("下载幻灯片")).click()
    shown = units_on_slides(Path(fetched.value.path()))
    assert (shown["拟入选"], shown["并列待定"]) == (10, 0)

    page.set_viewport_size({"width": 1920, "height": 1080})
    page.get_by_role("button", name="投影").click()
    assert min(page.evaluate(SIZES)) >= 27
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="按屏幕上的名单决定")).to_be_visible()

    leader = open_page("meeting_leader", "/meeting?track=village", served=contest)
    expect(leader.locator(".pb-meeting")).to_contain_text("您可以查看和试算，不能作决定")
    town = open_page("meeting_town", "/meeting", served=contest, width=360)
    expect(town.locator(".pb-error[role=alert]")).to_contain_text("不在您的权限范围内")
    assert town.evaluate("document.documentElement.scrollWidth") <= 360
