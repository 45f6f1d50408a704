"""Filling in a form in a real browser: photos, automatic saving, interruptions."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, OTHER_VILLAGE, PERIOD, SISTER, VILLAGE, key_of
from PIL import Image
from playwright.sync_api import Page, expect
from serving import Served, make_small_county

from pbwidgets import store
from pbwidgets.store import history, load_evidence, load_state
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition

INDUSTRY = "主导产业 *"
FORM = "/fill?form=village_application"
PHOTO_BYTES = 24_000_000
LONG_MS = 60_000
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of 25 MB, as taken by a phone."""
    width, height = 4700, 3800
    path = tmp_path_factory.mktemp("photo") / "IMG_0001.jpg"
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(path, "JPEG", quality=97)
    assert path.stat().st_size > PHOTO_BYTES
    return path


@pytest.fixture(scope="module")
def small_photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three small photos."""
    paths = [tmp_path_factory.mktemp("small") / f"{name}.jpg" for name in ("会议室", "宣传栏", "活动")]
    for shade, path in enumerate(paths):
        Image.new("RGB", (640, 480), (shade * 80, 90, 120)).save(path)
    return paths


def wait_saved(page: Page) -> None:
    """Wait until nothing on the page is unsaved."""
    expect(page.locator(".pb-saved")).to_contain_text("已保存", timeout=LONG_MS)
    expect(page.locator(".pb-unsaved")).to_have_count(0, timeout=LONG_MS)


def type_into(page: Page, label: str, text: str) -> None:
    """Fill a field in and wait until it is saved."""
    page.get_by_label(label).fill(text)
    expect(page.locator(".pb-unsaved")).to_have_count(1)
    wait_saved(page)


def choose_photos(page: Page, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("选照片或拍照")).click()
    chooser.value.set_files(paths)


def slow_down(page: Page, bytes_a_second: int) -> None:
    """Let the page send no faster than this; -1 is as fast as it can."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second},
    )


def hand_in(page: Page) -> None:
    """Press both buttons; the confirmation is then in view and has the focus."""
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("提交前核对")).to_be_in_viewport()
    page.get_by_role("button", name="确认提交").click()
    confirmation = page.locator(".pb-led-to").filter(has_text="已提交（第 1 版）")
    expect(confirmation).to_be_in_viewport(ratio=1, timeout=LONG_MS)
    expect(confirmation).to_be_focused()


def drafted(served: Served, unit: str) -> dict[str, object]:
    with open_workspace(served.folder) as workspace, workspace.store.read() as reader:
        found = load_state(reader, key_of("village_application", unit))
    return dict(found.draft or {}) if found else {}


def test_a_clerk_fills_in_and_submits_with_three_photos_one_of_25_mb(
    open_page: OpenPage, served: Served, photo: Path, small_photos: list[Path]
) -> None:
    page = open_page("filler", FORM)
    page.get_by_label("有能力的党员干部人数").fill("２０")
    page.get_by_label("其中年内办好事实事一至两件的人数").fill("30")
    expect(page.get_by_role("alert").filter(has_text="不能多于")).to_be_visible()
    page.get_by_label("其中年内办好事实事一至两件的人数").fill("10")
    expect(page.get_by_role("alert").filter(has_text="不能多于")).to_have_count(0)
    page.get_by_role("button", name="＋ 增加一项").first.click()
    entry = page.locator(".pb-entry").first
    entry.get_by_label("事项").fill("安装路灯")
    entry.get_by_label("完成日期").fill("2026-05-06")
    slow_down(page, 8_000_000)
    choose_photos(page, photo, *small_photos)
    sent = page.locator(".pb-uploading li")
    expect(sent).to_have_count(4)
    expect(sent.first).to_contain_text(re.compile(r"已上传 [1-9]\d?%"), timeout=LONG_MS)
    page.get_by_role("button", name="取消 活动.jpg").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(sent.first).to_contain_text("还没有传完")
    expect(page.locator(".pb-jumps")).to_have_count(0)
    expect(page.locator(".pb-filelist img")).to_have_count(3, timeout=LONG_MS)
    page.close()  # what is shown is kept, also if the page goes at once
    page = open_page("filler", FORM)
    expect(page.locator(".pb-filelist img")).to_have_count(3)
    expect(page.get_by_text("保存的草稿")).to_be_visible()
    page.wait_for_function("document.querySelector('.pb-filelist img').naturalWidth > 0", timeout=LONG_MS)
    whole = page.locator(".pb-filelist a").first.get_attribute("href")
    page.evaluate("async address => { await (await fetch(address)).body.cancel(); }", whole)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".pb-jumps")).to_contain_text("主导产业")
    page.get_by_role("button", name="继续填写").click()
    expect(page.get_by_role("button", name="提交", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".pb-jumps a").first.click()
    expect(page.get_by_label(INDUSTRY)).to_be_focused()
    type_into(page, INDUSTRY, "茶叶")
    hand_in(page)
    expect(page.get_by_text("（账号 filler）")).to_be_visible()
    expect(page.get_by_text("安装路灯")).to_be_visible()
    key = key_of("village_application", VILLAGE)
    with open_workspace(served.folder) as workspace, workspace.store.read() as reader:
        (version,) = history(reader, key)
        kept = load_evidence(reader, key)
    assert version.answers["capable_members"] == 20
    assert [item.file.filename for item in kept] == ["IMG_0001.jpg", "会议室.jpg", "宣传栏.jpg"]
    assert version.answers["centre_photos"] == [item.file.sha256 for item in kept]
    assert kept[0].file.size_bytes > PHOTO_BYTES * 0.8  # metadata removed, not shrunk

    paper = page.get_by_role("link", name="打印盖章").get_attribute("href")
    answer = page.request.get(f"{served.address}/{paper}")
    assert answer.status == 200
    assert "校验码" in answer.text()
    word = page.get_by_role("link", name="下载 Word 版").get_attribute("href")
    assert page.request.get(f"{served.address}/{word}").body().startswith(b"PK")
    stranger = open_page("other", None)
    assert stranger.request.get(f"{served.address}/{word}").status == 404
    assert stranger.request.get(f"{served.address}/{paper}").status == 404
    assert "Uncaught exception" not in served.log.read_text(encoding="utf-8")  # of a browser that goes on


def test_typed_answers_survive_a_killed_kernel(open_page: OpenPage, served: Served) -> None:
    page = open_page("sister", FORM)
    type_into(page, INDUSTRY, "毛竹")
    for kernel in served.kernels():
        kernel.kill()
    expect(page.locator("#pb-away")).to_be_visible(timeout=LONG_MS)
    page.reload()
    expect(page.get_by_label(INDUSTRY)).to_have_value("毛竹", timeout=LONG_MS)
    expect(page.locator(".pb-saved")).to_contain_text("已保存")
    assert drafted(served, SISTER)["industry"] == "毛竹"


def test_two_tabs_detect_each_other_and_nothing_is_lost(open_page: OpenPage, served: Served) -> None:
    first, second = open_page("sister", FORM), open_page("sister", FORM)
    type_into(second, INDUSTRY, "柑橘")
    first.get_by_label(INDUSTRY).fill("蔬菜")
    conflict = first.locator(".pb-conflict")
    expect(conflict).to_contain_text("另一个窗口", timeout=LONG_MS)
    expect(conflict).to_contain_text("柑橘")
    expect(conflict).to_contain_text("蔬菜")
    assert drafted(served, SISTER)["industry"] == "柑橘"
    conflict.get_by_role("button", name="用这里的").click()
    wait_saved(first)
    assert drafted(served, SISTER)["industry"] == "蔬菜"
    second.get_by_label(INDUSTRY).fill("核桃")
    second.locator(".pb-conflict").get_by_role("button", name="用对方的").click(timeout=LONG_MS)
    expect(second.get_by_label(INDUSTRY)).to_have_value("蔬菜", timeout=LONG_MS)


def test_an_interrupted_upload_leaves_the_form_unchanged_and_can_be_tried_again(
    open_page: OpenPage, served: Served, photo: Path, tmp_path: Path
) -> None:
    page = open_page("other", FORM)
    type_into(page, INDUSTRY, "茶叶")
    slow_down(page, 8_000_000)
    choose_photos(page, photo)
    expect(page.locator(".pb-uploading li")).to_contain_text("已上传")
    page.on("dialog", lambda dialog: dialog.accept())  # the page asks whether to leave all the same
    page.reload()
    expect(page.get_by_label(INDUSTRY)).to_have_value("茶叶", timeout=LONG_MS)
    expect(page.locator(".pb-filelist img")).to_have_count(0)
    assert "centre_photos" not in drafted(served, OTHER_VILLAGE)
    slow_down(page, -1)
    video = tmp_path / "video.jpg"
    with video.open("wb") as out:
        out.truncate(150_000_000)
    choose_photos(page, video)
    expect(page.get_by_role("alert").filter(has_text="每个不超过 30 MB")).to_be_visible()
    page.route("**/upload/**", lambda route: route.abort())
    choose_photos(page, photo)
    expect(page.get_by_role("alert").filter(has_text="连接中断")).to_be_visible()
    page.unroute("**/upload/**")
    page.get_by_role("button", name="重试").click()
    expect(page.locator(".pb-filelist img")).to_be_visible(timeout=LONG_MS)
    wait_saved(page)  # or it would be saved under the page of the next test, which would say so


def test_a_form_is_filled_in_and_submitted_on_a_phone(open_page: OpenPage, small_photos: list[Path]) -> None:
    page = open_page("other", FORM, width=360)
    expect(page.locator(".pb-form textarea").first).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    numbers = page.get_by_label("有能力的党员干部人数")
    expect(numbers).to_have_attribute("inputmode", "numeric")
    numbers.fill("20")
    page.get_by_label("其中年内办好事实事一至两件的人数").fill("10")
    choose_photos(page, small_photos[0])
    expect(page.locator(".pb-filelist img")).to_have_count(2, timeout=LONG_MS)
    wait_saved(page)
    hand_in(page)
    expect(page.get_by_text("（账号 other）")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_deadline_passes_while_the_form_is_open(
    open_page: OpenPage, serve_folder: Callable[..., Served], tmp_path: Path
) -> None:
    folder = make_small_county(tmp_path / "county")
    key = key_of("village_application", VILLAGE)

    def grant(until: datetime) -> None:
        with open_workspace(folder) as workspace, workspace.store.write(OPERATOR) as writer:
            store.grant_exception(writer, CAMPAIGN, PERIOD, key.form_id, VILLAGE, until, "停电")

    with open_workspace(folder) as workspace:
        opened = workspace.opened()
        past = {"begins": date(2020, 1, 1), "ends": date(2020, 2, 1)}
        periods = tuple(
            period.model_copy(
                update={"phases": tuple(phase.model_copy(update=past) for phase in period.phases)}
            )
            for period in opened.campaign.periods
        )
        ended = opened.campaign.model_copy(update={"periods": periods})
        open_definition(workspace, OPERATOR, ended, PERIOD)
    grant(datetime(2099, 1, 1, tzinfo=UTC))
    page = open_page("filler", FORM, served=serve_folder(folder))
    page.get_by_label("有能力的党员干部人数").fill("20")
    page.get_by_label("其中年内办好事实事一至两件的人数").fill("10")
    type_into(page, INDUSTRY, "茶叶")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("button", name="确认提交")).to_be_visible()
    grant(datetime(2020, 3, 1, tzinfo=UTC))  # the newest exception counts, and its moment has now passed
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator(".pb-messages")).to_contain_text("截止", timeout=LONG_MS)
    page.reload()
    expect(page.get_by_label(INDUSTRY)).to_have_value("茶叶", timeout=LONG_MS)
    expect(page.get_by_text("填报已截止")).to_be_visible()
