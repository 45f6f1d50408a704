"""What units claim, in a real browser: accepted, not accepted, excused and put off; and what the store then says."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from counties import SISTER, TOWN, VILLAGE
from lasting import LIVING, make_living_county
from playwright.sync_api import Page, expect
from serving import Served

from pbwidgets.demo.evidence import make_photo
from pbwidgets.store import Actor, load_state
from pbwidgets.workflows.filling.amending import amend
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.filling.evidence import attach_file
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.review.acceptance import accept_submission

OpenPage = Callable[..., Page]
LONG_MS = 60_000
CLAIMS = "/review?view=claims"


def claim(folder: Path) -> None:
    """One village had a clause accepted and claims three more, with a photo; the other claims two at once."""
    today = date.today().isoformat()
    with open_workspace(folder) as workspace:
        opened = workspace.opened()
        level = Desk(workspace, Actor("reviewer", "reviewer", TOWN), opened, "zh_CN")

        def reached(*rows: str) -> list[dict[str, object]]:
            return [{"row": row, "state": "reached", "reached_on": today} for row in rows]

        for unit, first in ((VILLAGE, ["c04"]), (SISTER, ["c01", "c02"])):
            desk = Desk(workspace, Actor("filler", "filler", unit), opened, "zh_CN")
            key = opened.submission_key("standards", unit)
            hand_in(desk, key, {"lines": reached(*first)}, 0)
            if unit == VILLAGE:
                accept_submission(level, key, "township", seen_version=1)
                photo = attach_file(desk, key, "lines/photo", "会议室.jpg", make_photo(1))
                lines = reached("c01", "c02", "c03", "c04")
                lines[0]["photo"] = [photo.file.sha256]
                lines.append({"row": "c05", "state": "under_way"})
                amend(desk, key, {"lines": lines}, seen_version=2)


def states(folder: Path, unit: str) -> Mapping[str, str]:
    """State of each clause of a unit, as the matrix has it."""
    with open_workspace(folder) as workspace:
        found = take_snapshot(workspace, workspace.opened(LIVING)).scores().standings
    own = found[found["unit_code"] == unit]
    return dict(zip(own["part"], own["state"], strict=True))


def stored(folder: Path, unit: str) -> tuple[str, int | None]:
    """State of a unit's clauses, and the version that stands while it is not accepted."""
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        found = load_state(reader, workspace.opened().submission_key("standards", unit))
    assert found is not None
    return found.state, found.standing_version


def said(page: Page, words: str) -> None:
    expect(page.locator(".pb-messages").filter(has_text=words)).to_be_visible(timeout=LONG_MS)


@pytest.fixture
def claimed(serve_folder: Callable[..., Served], tmp_path: Path) -> Served:
    folder = make_living_county(tmp_path / "county")
    claim(folder)
    return serve_folder(folder)


def test_a_reviewer_accepts_what_is_claimed_and_refuses_one_clause(
    open_page: OpenPage, claimed: Served
) -> None:
    folder, until = claimed.folder, date.today() + timedelta(days=30)
    assert states(folder, VILLAGE)["c01"] == states(folder, SISTER)["c01"] == "claimed"

    page = open_page("reviewer", CLAIMS, served=claimed)
    card = page.locator(".pb-claims", has_text="上坪村")
    rows = card.locator("tr[data-row]")
    expect(rows).to_have_count(4, timeout=LONG_MS)  # not the one that was accepted
    assert [row.get_attribute("data-row") for row in rows.all()] == ["c01", "c02", "c03", "c05"]
    thumb = card.locator("tr[data-row=c01] img")
    thumb.scroll_into_view_if_needed()
    page.wait_for_function("node => node.naturalWidth > 0", arg=thumb.element_handle(), timeout=LONG_MS)

    card.get_by_role("button", name="有条款不通过…").click()
    card.get_by_label("条款", exact=True).select_option(label="班子建设第1条")
    card.get_by_label("新的期限").fill(until.isoformat())
    card.get_by_role("button", name="该条不通过，限期再改").click()
    said(page, "理由")
    card.get_by_label("不通过的理由").fill("没有会议记录")
    card.get_by_role("button", name="该条不通过，限期再改").click()
    said(page, f"“班子建设第1条”验收不通过，新的期限为{until}")
    found = states(folder, VILLAGE)
    assert (found["c01"], found["c03"]) == ("claimed", "claimed")  # the others wait on
    assert found["c02"] == "under_way"
    assert stored(folder, VILLAGE) == ("submitted", 2)

    page.get_by_role("button", name="全部验收通过（2个单位）").click()
    said(page, "已验收通过2个单位、4条")
    expect(page.locator(".pb-claims")).to_have_count(0)
    assert (stored(folder, VILLAGE)[0], stored(folder, SISTER)[0]) == ("accepted:township",) * 2
    page.get_by_role("button", name="撤销刚才的验收").click()
    said(page, "已撤销2个单位的验收")
    assert stored(folder, VILLAGE) == ("submitted", 2)
    assert states(folder, VILLAGE)["c01"] == states(folder, SISTER)["c01"] == "claimed"
    assert states(folder, VILLAGE)["c04"] == "reached"

    other = page.locator(".pb-claims", has_text="下坪村")
    other.get_by_role("button", name="本单位验收通过").click()
    said(page, "已验收通过1个单位、2条")
    expect(page.locator(".pb-claims")).to_have_count(1)
    assert (stored(folder, VILLAGE)[0], stored(folder, SISTER)[0]) == ("submitted", "accepted:township")
    page.get_by_role("button", name="本单位验收通过").click()
    expect(page.get_by_text("目前没有待验收的单位")).to_be_visible(timeout=LONG_MS)
    found = states(folder, VILLAGE)
    assert {found["c01"], found["c03"], found["c04"]} == {"reached"}
    assert found["c02"] == "under_way"


def test_what_has_changed_since_it_was_shown_is_not_accepted(open_page: OpenPage, claimed: Served) -> None:
    page = open_page("reviewer", CLAIMS, served=claimed)
    expect(page.locator(".pb-claims")).to_have_count(2, timeout=LONG_MS)
    with open_workspace(claimed.folder) as workspace:
        opened = workspace.opened()
        desk = Desk(workspace, Actor("filler", "filler", SISTER), opened, "zh_CN")
        amend(desk, opened.submission_key("standards", SISTER), {"lines": []}, seen_version=1)
    page.get_by_role("button", name="全部验收通过（2个单位）").click()
    said(page, "下坪村")
    assert (stored(claimed.folder, VILLAGE)[0], stored(claimed.folder, SISTER)[0]) == ("submitted",) * 2
    expect(page.locator(".pb-claims", has_text="下坪村").locator("tr[data-row]")).to_have_count(0)


def test_a_clause_is_excused_put_off_and_asked_for_again(open_page: OpenPage, claimed: Served) -> None:
    folder, until = claimed.folder, date.today() + timedelta(days=60)
    assert states(folder, SISTER)["c06"] == "overdue"
    page = open_page("reviewer", f"/review?view=grants&unit={SISTER}", width=360, served=claimed)
    card = page.locator(".pb-card", has_text="免检或延期").first
    card.get_by_label("条款").select_option(label="活动开展第1条")
    card.get_by_label("理由").fill("租用场所")
    card.get_by_role("button", name="免检（不适用）").click()
    said(page, "下坪村：已免检")
    assert states(folder, SISTER)["c06"] == "not_applicable"
    assert states(folder, VILLAGE)["c06"] == "overdue"
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360

    page.get_by_label("取消的理由").fill("已有场所")
    page.get_by_role("button", name="取消免检或延期").click()
    said(page, "下坪村：已取消")
    expect(page.get_by_text("没有免检或延期。")).to_be_visible()
    assert states(folder, SISTER)["c06"] == "overdue"

    card.get_by_label("条款").select_option(label="活动开展第1条")
    card.get_by_label("延期至").fill(until.isoformat())
    card.get_by_label("理由").fill("正在修缮")
    card.get_by_role("button", name="延期", exact=True).click()
    said(page, f"下坪村：已延期至{until}")
    assert states(folder, SISTER)["c06"] == "not_begun"
