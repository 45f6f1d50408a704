"""Pictures of every app in Chinese, with the demonstration county; part of ``make gallery``.

The county is a copy of the demonstration, in which everybody has work today; its draft gets a photo, and a form that
was returned is handed in again.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chromium import launch_chromium
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    TOWN,
    VILLAGE,
    lay_out,
    run_pbwidgets,
)
from gallery_screens import FORM, Scenes, Screen, screens
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from serving import Served, begin_serving

from pbwidgets import store
from pbwidgets.charts import build_contact_sheet
from pbwidgets.demo.evidence import make_photo
from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.workflows.filling.drafts import save_answers
from pbwidgets.workflows.filling.entries import open_submission
from pbwidgets.workflows.filling.evidence import attach_file
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.people.passwords import DEMO_PASSWORD
from pbwidgets.workflows.review.queue import review_queue
from pbwidgets.workflows.survey.batches import make_survey_batch

ALL_LOADED = (
    "[...document.images].every(image => image.complete || image.getBoundingClientRect().top > innerHeight)"
)
SCROLL_TO = """css => {
    const node = css && document.querySelector(css);
    if (node) { node.scrollIntoView({block: "start"}); } else { window.scrollTo(0, 0); }
}"""
SETTLE_MS = 500
"""How long a page is given to follow its window and what was done last."""
SIZES = ((1920, 1080), (1366, 768), (360, 1000))
"""Widths and heights of the windows."""
DRAFTED = f"{TOWN}002"


@dataclass(frozen=True)
class Taken:
    """A screen with its pictures, by width."""

    screen: Screen
    pictures: dict[int, Path]


def make_lively_county(source: Path, folder: Path) -> Scenes:
    """Put a county with work for everybody in ``folder``."""
    if (source / "outputs" / CAMPAIGN).is_dir():
        for part in ("notebooks", "parameters", "outputs", ".pbwidgets"):
            if (source / part).exists():
                ignored = shutil.ignore_patterns("*.sqlite-*", "gallery", "docs")
                shutil.copytree(source / part, folder / part, ignore=ignored)
    else:
        lay_out(folder)
        for args in (
            ("demo", "--campaign", CAMPAIGN, "--seed", "1"),
            ("report", "unit", "--unit", TOWN, "--unit", f"{COUNTY}002"),
        ):
            done = run_pbwidgets(*args, cwd=folder)
            if done.returncode:
                raise RuntimeError(done.stderr)
    with open_workspace(folder) as workspace:
        opened = workspace.opened(CAMPAIGN)
        _photograph(workspace, opened)
        codes = [
            make_survey_batch(Desk(workspace, OPERATOR, opened), "satisfaction", VILLAGE, kind, count)
            for kind, count in (("members", 20), ("villagers", 40))
        ]
        again, *_, waiting = _find_waiting(workspace, opened)
        _hand_in_again(workspace, opened, again)
        return Scenes(DRAFTED, waiting, again, codes[0][0], _take_photos(folder / "photos"))


def _photograph(workspace: Workspace, opened: Opened) -> None:
    """Put a photo into the draft."""
    clerk = Actor("filler2", "filler", DRAFTED)
    key = SubmissionKey(*opened.key, FORM, DRAFTED)
    begun = open_submission(Desk(workspace, clerk, opened), key)
    photo = attach_file(Desk(workspace, clerk, opened), key, "centre_photos", "村民中心.jpg", make_photo(7))
    answers = {**begun.answers, "centre_photos": [photo.file.sha256]}
    save_answers(Desk(workspace, clerk, opened), key, answers, begun.revision)


def _find_waiting(workspace: Workspace, opened: Opened) -> list[str]:
    """Codes of the villages that wait for the first township."""
    queue = review_queue(Desk(workspace, Actor("reviewer1", "reviewer", TOWN), opened))
    is_waiting = (queue["form_id"] == FORM) & (queue["stage"] == "mine")
    return [str(code) for code in queue.loc[is_waiting, "unit_code"]]


def _hand_in_again(workspace: Workspace, opened: Opened, village: str) -> None:
    """Return a form, and hand it in with what was asked for and one thing more."""
    key, levels = SubmissionKey(*opened.key, FORM, village), ("township", "county")
    with workspace.store.write(Actor("reviewer1", "reviewer", TOWN)) as writer:
        before = store.history(writer, key)[-1].answers
        reason = "主导产业请写明品种；第一件好事实事的受益户数请核实"
        store.return_submission(writer, key, "township", levels, reason)
    deeds = [dict(deed) for deed in before["good_deeds"]]
    deeds[0]["benefited"] = 86
    with workspace.store.write(Actor("filler9", "filler", village)) as writer:
        store.submit_many(
            writer, [(key, {**before, "good_deeds": deeds, "industry": "杨梅（东魁、荸荠种）"})]
        )


def _take_photos(folder: Path) -> list[Path]:
    folder.mkdir()
    photos = [folder / f"{name}.jpg" for name in ("会议室", "宣传栏", "活动现场")]
    for number, path in enumerate(photos, start=20):
        path.write_bytes(make_photo(number))
    return photos


# -- pictures ------------------------------------------------------------------------------------------


class Camera:
    """Browsers of the accounts, signed in once."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self._browser, self._served = browser, served
        self._contexts: dict[str | None, BrowserContext] = {}

    def take(self, screen: Screen, path: Path) -> Taken:
        """Pictures of a screen in windows of all sizes, one after the other."""
        page = self._context(screen.account).new_page()
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        page.goto(self._served.address + screen.path)
        if not screen.is_plain:
            page.wait_for_selector("body.pb-live", timeout=90_000, state="attached")
        page.wait_for_load_state("networkidle")
        if screen.before is not None:
            screen.before(page)
        pictures = {}
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(SCROLL_TO, screen.at)
            page.wait_for_timeout(SETTLE_MS)
            page.wait_for_function(ALL_LOADED)
            pictures[width] = path.with_name(f"{path.name}-{width}.png")
            pictures[width].parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=pictures[width])
        page.close()
        return Taken(screen, pictures)

    def _context(self, account: str | None) -> BrowserContext:
        if account not in self._contexts:
            context = self._browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            self._contexts[account] = context
            if account is not None:
                page = context.new_page()
                page.goto(f"{self._served.address}/login?next=/alive")
                page.locator("input[name=name]").fill(account)
                page.locator("input[name=password]").fill(DEMO_PASSWORD)
                page.locator("button[type=submit]").first.click()
                page.wait_for_url(lambda address: "/login" not in address)
                page.close()
        return self._contexts[account]


def take_pictures(served: Served, wanted: tuple[Screen, ...], folder: Path) -> Iterator[Taken]:
    """Each screen with its pictures."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        camera = Camera(browser, served)
        for at, screen in enumerate(wanted, start=1):
            yield camera.take(screen, folder / f"{at:02d}-{screen.name}")
        browser.close()


def make_sheets(source: Path, work: Path, target: Path) -> list[Taken]:
    """Contact sheets ``apps-1920.png``, ``apps-1366.png`` and ``apps-360.png``, and each picture in ``apps/``."""
    folder = work / "county"
    folder.mkdir(parents=True)
    scenes = make_lively_county(source, folder)
    served = begin_serving(folder)
    try:
        taken = list(take_pictures(served, screens(scenes), target / "apps"))
    finally:
        served.stop()
    for (width, height), columns in zip(SIZES, (3, 4, 6), strict=True):
        shown = [(item.pictures[width], item.screen.name) for item in taken]
        cell = (width, height) if width < 500 else (960, 960 * height // width)
        build_contact_sheet(shown, target / f"apps-{width}.png", columns=columns, cell=cell)
    return taken
