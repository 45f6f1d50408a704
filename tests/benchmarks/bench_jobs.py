"""Counts the clicks, keys, entries and seconds of six jobs, each done in Chromium as a person does it.

A form is filled in with three photos; a field of a returned form is corrected; the three late units are found; forty
submissions are accepted; six units are nominated; thirty marks are taken over from paper. Counting and the clock begin
on the open home page and end when the page says that it is done. The county is the demonstration with three more
townships: each run of a job is done in one of its own. Run by ``make bench``; the gallery shows the figures.
"""

import argparse
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pandas as pd
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
from chromium import launch_chromium
from counties import CAMPAIGN, COUNTY, OPERATOR, TOWN, VILLAGE, VILLAGE_ANSWERS, lay_out, run_pbwidgets
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from serving import PASSWORD, Served, begin_serving

from pbwidgets import store
from pbwidgets.demo.evidence import make_photo
from pbwidgets.store import Actor, NewAccount, SubmissionKey
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.passwords import hash_password

RUNS: Final = 3
LONG_MS: Final = 60_000
PLACES, SHEETS, LINES = 6, 5, 6
FORM, FORM_NAME = "village_application", "党建工作示范村申报表"
LEVELS: Final = ("township", "county")
WAIT, LATE = range(1, 41), (41, 42, 43)
"""Numbers of a township's villages: those that have handed in, and those that are late."""
_ANSWERS: Final = {**VILLAGE_ANSWERS, "capable_members": 32, "members_with_deeds": 27}


# -- the county ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """Where a run is done, from 1: a township with its villages, and two villages of the first township."""

    run: int

    @property
    def town(self) -> str:
        """Code of the township."""
        return f"{COUNTY}{900 + self.run}"

    @property
    def to_fill(self) -> str:
        """Code of the village that fills its form in."""
        return f"{TOWN}{900 + self.run}"

    @property
    def sent_back(self) -> str:
        """Code of the village whose form was returned."""
        return f"{TOWN}{950 + self.run}"

    def village(self, number: int) -> str:
        """Code of a village of the township."""
        return f"{self.town}{number:03d}"

    def accounts(self) -> Iterator[tuple[str, str, str]]:
        """Name, role and unit of each account."""
        yield f"town{self.run}", "reviewer", self.town
        yield f"fills{self.run}", "filler", self.to_fill
        yield f"corrects{self.run}", "filler", self.sent_back

    def units(self, like: pd.DataFrame) -> Iterator[dict[str, object]]:
        """Rows of the register, made from those of a township and a village."""
        yield {**like.loc[TOWN], "unit_code": self.town, "unit_name": f"新林{self.run}镇"}
        for number in (*WAIT, *LATE):
            place = {"unit_code": self.village(number), "parent_code": self.town}
            yield {**like.loc[VILLAGE], **place, "unit_name": f"林{number:02d}村"}
        for code, name in ((self.to_fill, "新坪"), (self.sent_back, "柳林")):
            yield {**like.loc[VILLAGE], "unit_code": code, "unit_name": f"{name}{self.run}村"}


def make_county(folder: Path, runs: int) -> Path:
    """The demonstration with the ground of each run."""
    lay_out(folder)
    done = run_pbwidgets("demo", "--campaign", CAMPAIGN, "--seed", "1", cwd=folder)
    if done.returncode:
        raise RuntimeError(done.stderr)
    hashed, grounds = hash_password(PASSWORD), [Ground(run) for run in range(1, runs + 1)]
    with open_workspace(folder) as workspace:
        units = workspace.units()
        like = units[units["unit_code"].isin([TOWN, VILLAGE])].set_index("unit_code")
        added = pd.DataFrame([row for ground in grounds for row in ground.units(like)])
        save_units(workspace, OPERATOR, pd.concat([units, added[units.columns]], ignore_index=True))
        scope = workspace.opened(CAMPAIGN).key
        photo = store.keep_file(workspace.settings.evidence, "村民中心.jpg", make_photo(1), 10_000_000)
        for ground in grounds:
            _give_work(workspace.store, scope, ground, photo)
            with workspace.store.write(OPERATOR) as writer:
                for name, role, unit in ground.accounts():
                    store.add_account(writer, NewAccount(name, role, unit, hashed, must_change=False))
    return folder


def _give_work(kept: store.Store, scope: tuple[str, str], ground: Ground, photo: store.KeptFile) -> None:
    """Forty villages have handed in; one was sent back and one has not begun, and both may still hand in."""
    back = SubmissionKey(*scope, FORM, ground.sent_back)
    filled = [back, *(SubmissionKey(*scope, FORM, ground.village(number)) for number in WAIT)]
    with kept.write(OPERATOR) as writer:
        store.submit_many(writer, [(key, {**_ANSWERS, "centre_photos": [photo.sha256]}) for key in filled])
        for key in filled:
            store.add_evidence(writer, key, "centre_photos", photo.filename, photo, 10_000_000)
        store.set_allotments(writer, *scope, "village", {ground.town: PLACES})
        until = datetime.now(UTC) + timedelta(days=5)
        for code in (ground.to_fill, ground.sent_back):
            store.grant_exception(writer, *scope, FORM, code, until, "停电")
    with kept.write(Actor("reviewer1", "reviewer", TOWN)) as writer:
        store.return_submission(writer, back, "township", LEVELS, "主导产业请写全称", "industry")


# -- the hand that counts ------------------------------------------------------------------------------

_IS_SEEN: Final = """node => {
    const box = node.getBoundingClientRect();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 60) / 2);
    return !!hit && (node.contains(hit) || hit.contains(node) || !!hit.closest("label")?.contains(node));
}"""
_PASTE: Final = """text => {
    const held = new DataTransfer();
    held.setData("text/plain", text);
    const event = new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true});
    document.activeElement.dispatchEvent(event);
}"""


@dataclass
class Hand:
    """A person's hand: everything that is done on the page goes through it and is counted.

    Attributes
    ----------
    clicks
        Clicks, also those that put the cursor into a field.
    keys
        Keys that steer, as Tab, Enter and shortcuts, and each time that one must scroll.
    entries
        Fields or cells typed into, blocks pasted, choices of files. The signs are not counted: they are the same
        on every page.
    """

    page: Page
    clicks: int = 0
    keys: int = 0
    entries: int = 0

    def see(self, wanted: Locator) -> None:
        """Wait until something is there, and scroll to it if it is not in view."""
        wanted.wait_for(timeout=LONG_MS)
        if not wanted.evaluate(_IS_SEEN):
            self.keys += 1
            wanted.evaluate("node => node.scrollIntoView({block: 'center'})")

    def click(self, wanted: Locator) -> None:
        """Click something."""
        self.see(wanted)
        self.clicks += 1
        wanted.click(timeout=LONG_MS)

    def follow(self, link: Locator) -> None:
        """Click a link to another page, and wait until that page answers."""
        before = self.page.url
        self.click(link)
        self.page.wait_for_url(lambda address: address != before, wait_until="commit", timeout=LONG_MS)
        self.page.wait_for_selector("body.pb-live", state="attached", timeout=LONG_MS)

    def write(self, wanted: Locator, text: str) -> None:
        """Click into a field and type instead of what it holds."""
        self.click(wanted)
        if wanted.get_attribute("type") == "date":  # three parts with a key between them
            self.keys, self.entries = self.keys + 2, self.entries + 1
            wanted.fill(text)
            return
        if wanted.input_value():
            self.press("Control+A")
        self.type(text)

    def type(self, text: str) -> None:
        """Type where the cursor is."""
        self.entries += 1
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """Press a key that steers."""
        self.keys += 1
        self.page.keyboard.press(key)

    def paste(self, text: str) -> None:
        """Paste where the cursor is."""
        self.keys, self.entries = self.keys + 1, self.entries + 1
        self.page.evaluate(_PASTE, text)

    def attach(self, button: Locator, files: Iterable[Path]) -> None:
        """Choose files after a click on the button that asks for them."""
        with self.page.expect_file_chooser() as chooser:
            self.click(button)
        self.entries += 1
        chooser.value.set_files(list(files))


# -- the jobs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One job: what it is, the account that does it (without the number of the run), and how."""

    name: str
    account: str
    do: Callable[[Hand, Ground], None]


@dataclass(frozen=True)
class Figures:
    """What a job took, median over its runs."""

    name: str
    clicks: float
    keys: float
    entries: float
    seconds: float


def fill(hand: Hand, ground: Ground) -> None:
    """Fill a form in, with three photos of some megabytes from a camera, and hand it in."""
    page = hand.page
    hand.follow(page.get_by_role("link", name=FORM_NAME))
    hand.click(page.get_by_role("button", name="＋ 增加一项").first)
    entry = page.locator(".pb-entry").first
    hand.write(entry.get_by_label("事项"), "安装路灯")
    hand.write(entry.get_by_label("完成日期"), "2026-05-06")
    hand.write(page.get_by_label("有能力的党员干部人数"), "20")
    hand.write(page.get_by_label("其中年内办好事实事一至两件的人数"), "10")
    with tempfile.TemporaryDirectory() as folder:
        hand.attach(page.get_by_role("button", name=re.compile("选照片或拍照")), _take_photos(Path(folder)))
        expect(page.locator(".pb-filelist img")).to_have_count(3, timeout=LONG_MS)
    hand.write(page.get_by_label("主导产业 *"), "茶叶种植")
    _hand_in(hand)


def correct(hand: Hand, ground: Ground) -> None:
    """Correct the one field for which a form was returned, and hand it in again."""
    hand.follow(hand.page.get_by_role("link", name="去修改"))
    hand.write(hand.page.get_by_label("主导产业 *"), "茶叶种植加工")
    _hand_in(hand)


def _take_photos(folder: Path) -> list[Path]:
    made = [folder / f"IMG_{number:04d}.jpg" for number in range(3)]
    for sigma, path in enumerate(made, start=20):
        Image.effect_noise((4000, 3000), sigma).convert("RGB").save(path, quality=85)
    return made


def _hand_in(hand: Hand) -> None:
    hand.click(hand.page.get_by_role("button", name="提交", exact=True))
    hand.click(hand.page.get_by_role("button", name="确认提交"))
    hand.see(hand.page.get_by_text(re.compile(r"已提交（第 \d 版）")).first)


def find_late(hand: Hand, ground: Ground) -> None:
    """Find the three villages that are late, on the board."""
    hand.follow(hand.page.get_by_role("link", name="进度", exact=True).first)
    late = hand.page.locator(".pb-card", has_text="逾期未交（3）")
    for number in LATE:
        hand.see(late.get_by_role("link", name=f"林{number}村"))


def accept(hand: Hand, ground: Ground) -> None:
    """Accept the forty forms that wait."""
    page, count = hand.page, len(WAIT)
    hand.follow(page.get_by_role("link", name=FORM_NAME))
    hand.click(page.get_by_label("本页全选"))
    hand.click(page.get_by_role("button", name=f"通过所选（{count}）"))
    hand.click(page.get_by_role("button", name=f"确认通过{count}份"))
    hand.see(page.locator(".pb-messages", has_text=f"已通过{count}份"))


def nominate(hand: Hand, ground: Ground) -> None:
    """Nominate six villages, in the order of the list."""
    page = hand.page
    hand.follow(page.get_by_role("link", name="推荐：党建工作示范村"))
    card = page.locator(".pb-card", has_text="申报：党建工作示范村")
    for number in range(1, PLACES + 1):
        hand.click(card.get_by_label(f"选择林{number:02d}村"))
    hand.click(card.get_by_role("button", name=f"提交申报名单（{PLACES}个）"))
    hand.click(card.get_by_role("button", name=f"确认提交{PLACES}个"))
    hand.see(card.get_by_text(f"申报名单已提交，共{PLACES}个"))


def type_marks(hand: Hand, ground: Ground) -> None:
    """Type in the marks of five sheets of paper, of six lines each."""
    _open_grid(hand)
    hand.click(_cell(hand, 0, 0))
    for row in range(SHEETS):
        for column in range(LINES):
            if row or column:
                for _ in range(1 if column else 3):  # past the seventh line and the remark
                    hand.press("Tab")
            expect(_cell(hand, row, column)).to_be_focused(timeout=LONG_MS)
            hand.type("2")
    _save_marks(hand)


def paste_marks(hand: Hand, ground: Ground) -> None:
    """Paste as many marks, which stand in a table of Excel."""
    _open_grid(hand)
    hand.click(_cell(hand, SHEETS, 0))
    hand.paste("\r\n".join(["\t".join(["2"] * LINES)] * SHEETS))
    _save_marks(hand)


def _open_grid(hand: Hand) -> None:
    hand.follow(hand.page.get_by_role("link", name="审核评分").first)
    hand.follow(hand.page.get_by_role("link", name="纸质评分录入"))


def _cell(hand: Hand, row: int, column: int) -> Locator:
    return hand.page.locator(f".pb-grid td [data-at='{row},{column}']")


def _save_marks(hand: Hand) -> None:
    hand.press("Control+Enter")
    hand.see(hand.page.locator(".pb-messages", has_text=f"评分已保存：新评或修改{SHEETS * LINES}项"))


JOBS: Final = (
    Job("填报一张表，附三张照片，并提交 · fill a form with three photos and hand it in", "fills", fill),
    Job("改正退回的一项并重新提交 · correct one field of a returned form", "corrects", correct),
    Job("找出三个逾期的单位 · find the three late units", "town", find_late),
    Job("审核通过四十份 · accept forty", "town", accept),
    Job("申报六个 · nominate six", "town", nominate),
    Job("录入三十项纸质评分，逐项键入 · enter thirty paper marks, typed", "town", type_marks),
    Job("录入三十项评分，从Excel粘贴 · enter thirty marks, pasted from Excel", "town", paste_marks),
)
"""In the order in which each township can do them."""


def take_figures(folder: Path, runs: int = RUNS) -> tuple[Figures, ...]:
    """Figures of each job, in a county that is made in a folder."""
    served = begin_serving(make_county(folder / "county", runs))
    try:
        return measure_jobs(served, runs)
    finally:
        served.stop()


def measure_jobs(served: Served, runs: int, jobs: Sequence[Job] = JOBS) -> tuple[Figures, ...]:
    """Figures of each job."""
    taken: dict[str, list[tuple[float, ...]]] = {job.name: [] for job in jobs}
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for run in range(1, runs + 1):
            for job in jobs:
                page = open_home(browser, served, f"{job.account}{run}")
                hand, began = Hand(page), time.perf_counter()
                job.do(hand, Ground(run))
                taken[job.name].append((hand.clicks, hand.keys, hand.entries, time.perf_counter() - began))
                page.context.close()
        browser.close()
    return tuple(
        Figures(name, *map(statistics.median, zip(*runs, strict=True))) for name, runs in taken.items()
    )


def open_home(browser: Browser, served: Served, account: str) -> Page:
    """The home page of an account, which answers, on an ordinary office screen."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1366, "height": 768}
    )
    page = context.new_page()
    page.goto(f"{served.address}/login?next=/home")
    page.locator("input[name=name]").fill(account)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_selector("body.pb-live", state="attached", timeout=LONG_MS)
    page.wait_for_load_state("networkidle")
    return page


def machine() -> str:
    """What the figures were taken on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.platform()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
    )


def main() -> None:
    """Make the county, do the jobs and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as root:
        figures = take_figures(Path(root), asked.runs)
    print(f"six jobs, from the open home page until it is said to be done, median of {asked.runs}")
    for item in figures:
        print(
            f"  {item.seconds:6.1f} s {item.clicks:4.0f} clicks {item.keys:4.0f} keys"
            f" {item.entries:4.0f} entries   {item.name}"
        )


if __name__ == "__main__":
    main()
