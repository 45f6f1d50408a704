"""The frame of a page in Chromium: it loads, shows who is signed in, and says when something has failed."""

import os
import signal

import pytest
from apps_probe import add_chart, add_probe
from playwright.sync_api import expect
from serving import Served

pytestmark = pytest.mark.xdist_group("small_county")  # what they leave in its store does not matter


@pytest.fixture(scope="module", autouse=True)
def probe(served: Served) -> None:
    add_probe(served.folder)
    add_chart(served.folder)


def test_a_page_responds_and_shows_who_is_signed_in(open_page) -> None:
    page = open_page("filler", "/probe")

    page.get_by_label("名称").fill("茶叶")
    page.keyboard.press("Tab")

    expect(page.locator("#who")).to_have_text("heard 茶叶")
    expect(page.locator(".pb-who-name")).to_have_text("filler")
    expect(page.locator(".pb-who-role")).to_contain_text("上坪村")
    expect(page.locator("#pb-skeleton")).to_have_count(0)


def test_the_bar_shows_only_the_pages_of_the_role(open_page) -> None:
    filler = open_page("filler", "/probe").locator(".pb-nav a").all_inner_texts()
    organiser = open_page("organiser", "/probe").locator(".pb-nav a").all_inner_texts()

    assert "填报" in filler
    assert "活动设置" not in filler
    assert "活动设置" in organiser
    assert "填报" not in organiser


def test_a_page_of_another_role_is_refused_in_plain_words(open_page, served: Served) -> None:
    page = open_page("filler", None)

    answer = page.goto(f"{served.address}/organise")

    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("您的角色不使用这个页面")


@pytest.mark.parametrize("width", [360, 1920])
def test_nothing_is_wider_than_the_screen(open_page, width: int) -> None:
    page = open_page("filler", "/probe", width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_can_be_used_with_the_keyboard_alone(open_page) -> None:
    page = open_page("filler", "/probe")
    page.keyboard.press("Tab")
    expect(page.locator(".pb-skip")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.get_by_label("名称").evaluate("node => node === document.activeElement"):
            break

    page.keyboard.type("杨梅")
    page.keyboard.press("Tab")

    expect(page.locator("#who")).to_have_text("heard 杨梅")


def test_a_killed_kernel_shows_a_banner_with_a_link_and_keeps_the_text(open_page, served: Served) -> None:
    before = {process.pid for process in served.kernels()}
    page = open_page("filler", "/probe")
    page.get_by_label("名称").fill("还没有保存")
    mine = next(process for process in served.kernels() if process.pid not in before)

    os.kill(mine.pid, signal.SIGKILL)

    expect(page.locator("#pb-away-title")).to_have_text("页面已断开", timeout=15_000)
    expect(page.get_by_label("名称")).to_have_value("还没有保存")
    assert page.get_by_label("名称").evaluate("node => node.readOnly")
    page.get_by_role("link", name="重新打开").click()
    page.wait_for_selector("body.pb-live", state="attached")
    expect(page.locator("#pb-away")).to_be_hidden()


def test_a_session_ended_elsewhere_shows_a_link_to_sign_in(open_page, served: Served) -> None:
    page = open_page("sister", "/probe")
    other = page.context.new_page()
    other.goto(f"{served.address}/logout")
    other.locator("button[type=submit]").last.click()
    other.wait_for_url("**/login*")
    other.close()

    expect(page.locator("#pb-away-title")).to_have_text("登录已失效", timeout=15_000)
    assert "/login?next=%2Fprobe" in (page.locator("#pb-away-link").get_attribute("href") or "")


def test_a_chart_is_drawn_without_a_network(open_page) -> None:
    page = open_page("county", "/chart")

    expect(page.locator(".pb-chart svg")).to_be_visible(timeout=15_000)
    expect(page.locator(".pb-chart details")).to_have_count(0)


def test_switching_the_language_is_kept_in_the_links(open_page) -> None:
    page = open_page("filler", "/probe?unit=99")

    page.locator(".pb-language").click()

    page.wait_for_selector("body.pb-live[data-lang=en]", state="attached")
    assert "unit=99" in page.url
    expect(page.locator(".pb-nav a").first).to_have_text("Home")
    assert "lang=en" in (page.locator(".pb-nav a").first.get_attribute("href") or "")
