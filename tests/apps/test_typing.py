"""What is typed arrives before what is pressed next, in every text field of every page, over a slow line.

The real server sits behind a line that takes its time. Clicks pass the browser's end of the line under another name,
so that buttons do nothing, and all fields of a page can be tried one after another.
"""

import json
import os
import re
import signal
from collections.abc import Iterator

import pytest
from counties import OPERATOR, SISTER, VILLAGE, VILLAGE_ANSWERS, key_of
from delaying import Line, lay_line
from playwright.sync_api import Page, WebSocketRoute, expect
from serving import Served, begin_serving, make_small_county

from pbwidgets import store
from pbwidgets.workflows.ground.workspace import open_workspace

DELAY_S = 0.15  # each way: 300 ms until the kernel has answered
TEXT_FIELDS = "#pb-main :is(textarea, input:not([type]), input[type=text]):enabled:not([list])"
CASE = f"/review?form=village_application&unit={VILLAGE}"
BUTTONS = "#pb-main button.widget-button.pb-button:enabled:not([aria-busy=true])"
KEYED = "button.pb-key-ctrl-enter:enabled, .pb-key-ctrl-enter button:enabled"
PAGES = {
    "fill a village": ("other", "/fill?form=village_application"),
    "fill a township": ("town", "/fill?form=township_application"),
    "set up a township": ("town", "/fill?form=township_setup"),
    "review": ("reviewer", CASE),
    "review at the county": ("county", CASE),
    "on the spot": ("reviewer", f"{CASE}&view=onsite"),
    "marks from paper": ("reviewer", "/review?view=entry"),
    "board": ("reviewer", "/board"),
    "meeting": ("county", "/meeting?track=village"),
    "survey": ("reviewer", "/survey"),
    "organise": ("organiser", "/organise"),
    "accounts": ("admin", "/home"),
}
TRIED: set[str] = set()
"""Labels of the fields that earlier pages had, too."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A slow line to a small county in which two villages have handed in."""
    folder = make_small_county(tmp_path_factory.mktemp("typing") / "county")
    with open_workspace(folder) as workspace, workspace.store.write(OPERATOR) as writer:
        store.submit_many(
            writer, [(key_of("village_application", unit), VILLAGE_ANSWERS) for unit in (VILLAGE, SISTER)]
        )
    server = begin_serving(folder)
    with lay_line(server) as made:
        yield made
    left = server.stop()
    assert not left, f"processes outlived the server: {left}"


@pytest.fixture
def served(line: Line) -> Iterator[Served]:
    """The server at the end of the line."""
    line.mend()
    yield line.served
    line.delay_s = 0.0


class Overheard:
    """What leaves the browser, in order: texts of fields, and ``click``."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        page.route_web_socket(re.compile("/channels"), self._connect)

    def until_click(self, page: Page, heard: int) -> list[str]:
        """What was said before the next click."""
        for _ in range(1000):
            if "click" in self.said[heard:]:
                break
            page.wait_for_timeout(10)
        said = self.said[heard:]
        return said[: said.index("click")]

    def _connect(self, near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        near.on_message(lambda message: far.send(self._listen(message)))

    def _listen(self, message: str | bytes) -> str | bytes:
        raw = message.encode() if isinstance(message, str) else message
        self.said += [json.loads(text) for text in re.findall(rb'"value":\s*("(?:[^"\\]|\\.)*")', raw)]
        if b'"click"' in raw:
            self.said.append("click")
            raw = raw.replace(b'"click"', b'"clack"')
        return raw.decode() if isinstance(message, str) else raw


def label_of(page: Page, number: int) -> str:
    """Label of a text field, or what stands in it as long as it is empty."""
    return str(
        page.locator(TEXT_FIELDS)
        .nth(number)
        .evaluate("n => (n.labels && n.labels[0] && n.labels[0].textContent) || n.placeholder")
    )


@pytest.mark.parametrize("name", PAGES)
def test_typed_text_leaves_whole_before_whatever_is_pressed_next(open_page, line: Line, name: str) -> None:
    account, path = PAGES[name]
    page = open_page(account, None)
    overheard = Overheard(page)
    page.goto(line.served.address + path)
    page.wait_for_selector("body.pb-live", state="attached")
    expect(page.locator(TEXT_FIELDS).filter(visible=True).first).to_be_visible()
    page.wait_for_function("pb.order.kernel() && pb.order.isSettled()")
    line.delay_s = DELAY_S
    tried = 0
    for number in range(page.locator(TEXT_FIELDS).count()):
        field = page.locator(TEXT_FIELDS).nth(number)
        label = label_of(page, number)
        if label in TRIED or not field.is_visible():
            continue
        TRIED.add(label)
        tried += 1
        for press in ("Enter", "Control+Enter", "click"):
            page.wait_for_function("!document.querySelector('.pb-key-ctrl-enter[aria-busy=true]')")
            field.evaluate("n => { n.focus(); n.setSelectionRange(n.value.length, n.value.length); }")
            heard = len(overheard.said)
            page.keyboard.type(f"{tried}甲乙{press[:2]}丙", delay=10)
            whole = field.input_value()
            if press == "click":
                page.locator(BUTTONS).filter(visible=True).last.dispatch_event("click")
            else:
                page.keyboard.press(press)
            if press == "click" or (
                press == "Control+Enter" and page.locator(KEYED).filter(visible=True).count()
            ):
                said = overheard.until_click(page, heard)
                assert any(whole in text for text in said), (label, press, said)
    page.wait_for_function("pb.order.isSettled()")
    page.close()


INDUSTRY = "主导产业 *"
STAFF = "专门工作人员数（人） *"
FORM = "/fill?form=village_application"
LONG_MS = 30_000


def kept(page: Page) -> list[str]:
    """Texts that the browser keeps."""
    return list(
        page.evaluate(
            "Object.values(sessionStorage).map((item) => JSON.parse(item)).map((item) => item.text)"
        )
    )


def expect_state(page: Page, state: str) -> None:
    """Wait until the page says this about itself; whatever it says is one thing."""
    page.wait_for_selector(f"body[data-state={state}]", state="attached", timeout=LONG_MS)
    assert page.locator("#pb-pill:visible, #pb-away:visible").count() == 1
    assert page.locator(".pb-saved:visible, .pb-unsaved:visible").count() == 0


def open_form(page: Page, line: Line, path: str = FORM) -> int:
    """Open a form; the process of its kernel."""
    before = {process.pid for process in line.served.kernels()}
    page.goto(line.served.address + path)
    page.wait_for_selector("body.pb-live", state="attached")
    page.wait_for_function("pb.order.kernel() && pb.order.isSettled()")
    (kernel,) = [process.pid for process in line.served.kernels() if process.pid not in before]
    return int(kernel)


def test_text_typed_while_the_server_is_away_is_saved_after_its_return(open_page, line: Line) -> None:
    page = open_page("other", FORM)
    page.get_by_label(INDUSTRY).fill("茶叶")
    expect_state(page, "saved")
    line.cut()
    page.get_by_label(INDUSTRY).press_sequentially("、毛竹", delay=10)
    expect_state(page, "away")
    page.get_by_label(INDUSTRY).press_sequentially("、油茶", delay=10)
    assert kept(page) == ["茶叶、毛竹、油茶"]
    line.mend()
    expect_state(page, "saved")
    expect(page.get_by_label(INDUSTRY)).to_have_value("茶叶、毛竹、油茶")
    page.wait_for_function("!Object.keys(sessionStorage).length")
    page.reload()
    expect(page.get_by_label(INDUSTRY)).to_have_value("茶叶、毛竹、油茶", timeout=LONG_MS)
    expect(page.locator("#pb-kept")).to_be_hidden()
    page.close()


def test_text_that_a_killed_kernel_did_not_save_is_offered_again_until_taken_or_signed_out(
    open_page, line: Line
) -> None:
    page = open_page("town", None)
    kernel = open_form(page, line, "/fill?form=township_setup")
    os.kill(kernel, signal.SIGSTOP)  # busy for ever
    page.get_by_label(STAFF).fill("7")
    expect_state(page, "saving")
    page.get_by_label("专门工作人员名单").fill("一二三")  # marked sensitive in the campaign
    os.kill(kernel, signal.SIGKILL)
    page.wait_for_selector("body[data-state=gone]", state="attached", timeout=LONG_MS)
    assert kept(page) == ["7"]

    page.get_by_role("link", name="重新打开").click()
    expect(page.locator("#pb-kept")).to_contain_text("7", timeout=LONG_MS)
    expect(page.locator("#pb-kept li")).to_have_count(1)
    page.get_by_role("button", name="放回原处").click()
    expect(page.get_by_label(STAFF)).to_have_value("7")
    expect_state(page, "saved")
    page.wait_for_function("!Object.keys(sessionStorage).length")

    page.get_by_label(STAFF).fill("12")
    assert kept(page) == ["12"]
    page.locator(".pb-who summary").click()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login*")
    assert kept(page) == []
    page.close()


def test_a_slow_action_says_so_and_cannot_be_pressed_twice(open_page, line: Line) -> None:
    page = open_page("sister", None)
    overheard = Overheard(page)
    kernel = open_form(page, line)
    button = page.get_by_role("button", name=page.locator(BUTTONS).last.inner_text(), exact=True)
    os.kill(kernel, signal.SIGSTOP)
    button.click()
    expect_state(page, "busy")
    expect(page.locator("#pb-pill")).to_have_text("处理中……")
    expect(button).to_have_attribute("aria-busy", "true")
    button.click()
    os.kill(kernel, signal.SIGCONT)
    expect(page.locator("[aria-busy], .pb-busy")).to_have_count(0)
    expect(page.locator("#pb-pill")).to_have_text("")
    assert overheard.said == ["click"]
    page.close()


def test_an_input_method_sends_words_and_not_the_letters_they_are_made_of(open_page, line: Line) -> None:
    page = open_page("other", None)
    overheard = Overheard(page)
    page.goto(line.served.address + FORM)
    page.wait_for_selector("body.pb-live", state="attached")
    field = page.get_by_label(INDUSTRY)
    field.fill("")
    heard = len(overheard.said)
    keyboard = page.context.new_cdp_session(page)
    for letters in ("n", "ni", "ni h", "ni hao"):
        keyboard.send("Input.imeSetComposition", {"text": letters, "selectionStart": 1, "selectionEnd": 1})
    keyboard.send("Input.insertText", {"text": "你好"})
    page.locator(BUTTONS).filter(visible=True).last.dispatch_event("click")
    page.wait_for_function("pb.order.isSettled()")
    said = overheard.said[heard:]
    assert said == ["你好", "click"]
    page.close()
