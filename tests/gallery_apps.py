"""Contact sheets of every app in Chinese, with the demonstration county; part of ``make gallery``.

The county is a copy of the demonstration, in which everybody has work today; its draft gets a photo.
"""

import re
import shutil
from collections.abc import Callable, Iterator
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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from serving import Served, begin_serving

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
WIDE, PHONE = (1920, 1080), (360, 1000)
DRAFTED, FORM = f"{TOWN}002", "village_application"


@dataclass(frozen=True)
class Screen:
    """One picture: whose page, at which address, and what is done on it first."""

    name: str
    account: str | None
    path: str
    before: Callable[[Page], None] | None = None


def make_lively_county(source: Path, folder: Path) -> tuple[str, str]:
    """Put a county with work for everybody in ``folder``; returns a survey code and the village to review."""
    if (source / "outputs" / CAMPAIGN).is_dir():
        for part in ("notebooks", "parameters", "outputs", ".pbwidgets"):
            if (source / part).exists():
                ignored = shutil.ignore_patterns("*.sqlite-*", "gallery", "docs")
                shutil.copytree(source / part, folder / part, ignore=ignored)
    else:
        lay_out(folder)
        for args in (("demo", "--seed", "1"), ("report", "unit", "--unit", TOWN, "--unit", f"{COUNTY}002")):
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
        return codes[0][0], _find_waiting(workspace, opened)


def _photograph(workspace: Workspace, opened: Opened) -> None:
    """Put a photo into the draft."""
    clerk = Actor("filler2", "filler", DRAFTED)
    key = SubmissionKey(*opened.key, FORM, DRAFTED)
    begun = open_submission(Desk(workspace, clerk, opened), key)
    photo = attach_file(Desk(workspace, clerk, opened), key, "centre_photos", "村民中心.jpg", make_photo(7))
    answers = {**begun.answers, "centre_photos": [photo.file.sha256]}
    save_answers(Desk(workspace, clerk, opened), key, answers, begun.revision)


def _find_waiting(workspace: Workspace, opened: Opened) -> str:
    """Code of the village that has waited longest for the first township."""
    queue = review_queue(Desk(workspace, Actor("reviewer1", "reviewer", TOWN), opened))
    return str(queue.loc[queue["form_id"] == FORM, "unit_code"].iloc[0])


# -- pictures ------------------------------------------------------------------------------------------


def screens(code: str, waiting: str) -> tuple[Screen, ...]:
    """The screens, in the order of the work."""
    form, case = f"form={FORM}", f"form={FORM}&unit={waiting}"
    return (
        Screen("登录", None, "/login"),
        Screen("首页-填报员", "filler1", "/home"),
        Screen("首页-乡镇审核员", "reviewer1", "/home"),
        Screen("首页-县级审核员", "reviewer3", "/home"),
        Screen("首页-领导", "leader", "/home"),
        Screen("首页-分析员", "analyst", "/home"),
        Screen("首页-组织者", "organiser", "/home"),
        Screen("填报-列表", "filler1", "/fill"),
        Screen("填报-表单", "filler2", f"/fill?{form}"),
        Screen("填报-照片和检查", "filler2", f"/fill?{form}", _try_to_hand_in),
        Screen("填报-退回", "filler1", f"/fill?{form}"),
        Screen("审核-队列", "reviewer1", "/review"),
        Screen("审核-一份", "reviewer1", f"/review?{case}"),
        Screen("审核-评分", "reviewer1", f"/review?{case}", _show_ratings),
        Screen("审核-现场", "reviewer3", "/review?view=onsite"),
        Screen("审核-现场评分", "reviewer1", f"/review?view=onsite&{case}"),
        Screen("看板-全县", "reviewer3", "/board"),
        Screen("看板-单位", "reviewer1", f"/board?unit={DRAFTED}"),
        Screen("评定会-名单", "reviewer3", "/meeting?track=township"),
        Screen("评定会-试算", "reviewer3", "/meeting?track=township", _move_a_weight),
        Screen("测评-测评码", None, "/survey/code"),
        Screen("测评-答题", None, f"/survey?code={code}", _begin_survey),
        Screen("测评-管理", "reviewer1", "/survey"),
        Screen("结果", "reviewer3", "/results"),
        Screen("活动设置", "organiser", "/organise"),
        Screen("账号", "admin", "/home"),
    )


def _show_ratings(page: Page) -> None:
    page.locator(".pb-rating").first.evaluate("node => node.scrollIntoView({block: 'start'})")


def _begin_survey(page: Page) -> None:
    page.locator("button[type=submit]").click()
    page.locator("body.pb-live").wait_for()


def _try_to_hand_in(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator(".pb-jumps a").first.wait_for()
    page.locator(".pb-filelist").first.evaluate("node => node.scrollIntoView({block: 'center'})")


def _move_a_weight(page: Page) -> None:
    weight = page.locator(".pb-weight .widget-readout").first
    weight.fill("5")
    weight.press("Enter")
    page.locator(".pb-trying", has_text="改为 5").wait_for(timeout=60_000)
    page.get_by_role("button", name=re.compile(" 在前$")).first.click()
    page.get_by_text("新进入（1）").wait_for(timeout=60_000)
    page.evaluate("window.scrollTo(0, 0)")


class Camera:
    """Browsers of the accounts, signed in once."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self._browser, self._served = browser, served
        self._contexts: dict[str | None, BrowserContext] = {}

    def take(self, screen: Screen, size: tuple[int, int], path: Path) -> Path:
        """Picture of a screen in a window of the given size."""
        page = self._context(screen.account).new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(self._served.address + screen.path)
        if screen.path != "/login":
            page.wait_for_selector("body.pb-live", timeout=90_000, state="attached")
        if screen.before is not None:
            screen.before(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_function(ALL_LOADED)
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path)
        page.close()
        return path

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


def take_pictures(
    served: Served, wanted: tuple[Screen, ...], folder: Path
) -> Iterator[tuple[Screen, Path, Path]]:
    """Each screen with its pictures at both widths."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        camera = Camera(browser, served)
        for at, screen in enumerate(wanted, start=1):
            name = f"{at:02d}-{screen.name}"
            wide, phone = (
                camera.take(screen, size, folder / f"{name}-{size[0]}.png") for size in (WIDE, PHONE)
            )
            yield screen, wide, phone
        browser.close()


def make_sheets(source: Path, work: Path, target: Path) -> None:
    """Contact sheets ``apps-1920.png`` and ``apps-360.png``, and each picture in ``apps/``."""
    folder = work / "county"
    folder.mkdir(parents=True)
    code, waiting = make_lively_county(source, folder)
    served = begin_serving(folder)
    try:
        taken = list(take_pictures(served, screens(code, waiting), target / "apps"))
    finally:
        served.stop()
    wide = [(path, screen.name) for screen, path, _ in taken]
    phone = [(path, screen.name) for screen, _, path in taken]
    build_contact_sheet(wide, target / "apps-1920.png", columns=3, cell=(960, 540))
    build_contact_sheet(phone, target / "apps-360.png", columns=6, cell=PHONE)
