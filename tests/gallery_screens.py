"""The screens of the gallery, in the order of the work, with what is done on each before it is taken."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, WebSocketRoute

LONG_MS: Final = 60_000
FORM: Final = "village_application"


@dataclass(frozen=True)
class Screen:
    """One screen.

    Attributes
    ----------
    name
        What is seen.
    account
        Whose page it is; None for anybody's.
    path
        Its address.
    before
        What is done on it first.
    at
        CSS of what is scrolled to; the page's top by default.
    is_plain
        Whether it has no kernel.
    """

    name: str
    account: str | None
    path: str
    before: Callable[[Page], None] | None = None
    at: str = ""
    is_plain: bool = False


@dataclass(frozen=True)
class Scenes:
    """What the screens of a county need to know.

    Attributes
    ----------
    drafted, waiting, again
        Villages of the first township: with a draft, waiting for review, waiting for the second time.
    code
        A survey code.
    photos
        Three photos.
    """

    drafted: str
    waiting: str
    again: str
    code: str
    photos: Sequence[Path]


def screens(scenes: Scenes) -> tuple[Screen, ...]:
    """All screens."""
    form = f"form={FORM}"
    case, again = (f"/review?{form}&unit={unit}" for unit in (scenes.waiting, scenes.again))
    return (
        Screen("登录", None, "/login", is_plain=True),
        Screen("登录情况", "reviewer1", "/sessions", is_plain=True),
        Screen("首页-填报员", "filler1", "/home"),
        Screen("首页-乡镇审核员", "reviewer1", "/home"),
        Screen("首页-县级审核员", "reviewer3", "/home"),
        Screen("首页-领导", "leader", "/home"),
        Screen("首页-分析员", "analyst", "/home"),
        Screen("首页-组织者", "organiser", "/home"),
        Screen("填报-列表", "filler1", "/fill"),
        Screen("填报-表单", "filler2", f"/fill?{form}"),
        Screen("填报-上传中", "filler2", f"/fill?{form}", lambda page: _upload(page, scenes.photos), ".pb-uploading"),
        Screen("填报-检查", "filler2", f"/fill?{form}", _try_to_hand_in, ".pb-led-to"),
        Screen("填报-恢复", "filler2", f"/fill?{form}", _lose_and_return),
        Screen("填报-退回", "filler1", f"/fill?{form}"),
        Screen("审核-队列", "reviewer1", "/review", _tick_three),
        Screen("审核-一份", "reviewer1", case),
        Screen("审核-评分", "reviewer1", case, at=".pb-rating"),
        Screen("审核-新旧对照", "reviewer1", again),
        Screen("审核-申报名单", "reviewer1", "/review?view=nominate", _tick_three),
        Screen("审核-现场", "reviewer3", "/review?view=onsite"),
        Screen("审核-现场评分", "reviewer1", f"/review?view=onsite&{form}&unit={scenes.waiting}"),
        Screen("审核-纸质评分", "reviewer1", "/review?view=entry", _paste_marks, ".pb-grid"),
        Screen("看板-全县", "reviewer3", "/board"),
        Screen("看板-单位", "reviewer1", f"/board?unit={scenes.drafted}"),
        Screen("评定会-名单", "reviewer3", "/meeting?track=township"),
        Screen("评定会-试算", "reviewer3", "/meeting?track=township", _move_a_weight),
        Screen("评定会-投屏", "reviewer3", "/meeting?track=township", _present),
        Screen("测评-测评码", None, "/survey/code", is_plain=True),
        Screen("测评-答题", None, f"/survey/code?code={scenes.code}", _begin_survey, is_plain=True),
        Screen("测评-管理", "reviewer1", "/survey"),
        Screen("结果", "organiser", "/results"),
        Screen("活动设置", "organiser", "/organise"),
        Screen("账号和日志", "admin", "/home"),
    )  # fmt: skip


def _upload(page: Page, photos: Sequence[Path]) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 5_000}
    session.send("Network.emulateNetworkConditions", slow)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("选照片或拍照")).click()
    chooser.value.set_files(photos)
    page.locator(".pb-uploading li", has_text=re.compile(r"已上传 [1-9]")).first.wait_for(timeout=LONG_MS)


def _try_to_hand_in(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator(".pb-jumps a").first.wait_for()


def _lose_and_return(page: Page) -> None:
    """Type while nothing arrives, and open the page again."""
    is_cut = False

    def carry(here: WebSocketRoute) -> None:
        there = here.connect_to_server()
        here.on_message(lambda message: None if is_cut else there.send(message))

    page.route_web_socket("**/channels*", carry)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("body.pb-live", state="attached", timeout=LONG_MS)
    is_cut = True
    page.get_by_label("主导产业 *").press_sequentially("高山茶和毛竹")
    is_cut = False
    page.reload()
    page.locator("#pb-kept").wait_for(timeout=LONG_MS)


def _tick_three(page: Page) -> None:
    boxes = page.locator("input[data-tick]:enabled")
    boxes.first.wait_for(timeout=LONG_MS)
    for at in range(min(3, boxes.count())):
        boxes.nth(at).check()
    page.get_by_text("已选").first.wait_for(timeout=LONG_MS)


def _paste_marks(page: Page) -> None:
    """Paste a block with one mark that is too high."""
    page.locator(".pb-grid td [data-at='1,0']").click()
    block = "\n".join(["\t".join("323")] * 3 + ["9\t2\t3"])
    page.evaluate(
        """text => {
            const held = new DataTransfer();
            held.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        block,
    )
    page.locator("td[data-problem]").first.wait_for(timeout=LONG_MS)


def _begin_survey(page: Page) -> None:
    page.get_by_role("button", name="开始测评").click()
    page.wait_for_selector("body.pb-live", state="attached", timeout=LONG_MS)


def _move_a_weight(page: Page) -> None:
    weight = page.locator(".pb-weight .widget-readout").first
    weight.fill("5")
    weight.press("Enter")
    page.locator(".pb-trying", has_text="改为 5").wait_for(timeout=LONG_MS)
    page.get_by_role("button", name=re.compile(" 在前$")).first.click()
    page.get_by_text("新进入（1）").wait_for(timeout=LONG_MS)


def _present(page: Page) -> None:
    """Show the view that fills the window; a window that fills the screen cannot be made narrower."""
    page.evaluate("() => { document.documentElement.requestFullscreen = () => Promise.reject(); }")
    page.locator(".pb-present").click()
    page.locator("body.pb-presenting").wait_for()
