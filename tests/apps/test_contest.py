"""The whole process in the browser: fill in, return, correct, mark, decide; the score equals the command's."""

import json
import re
from io import BytesIO
from pathlib import Path

import numpy as np
from counties import TOWN, VILLAGE, run_pbwidgets
from PIL import Image
from playwright.sync_api import Page, expect
from serving import Served

FORM = "village_application"
ADDRESS = f"?form={FORM}&unit={VILLAGE}"


def make_photo() -> bytes:
    """A JPEG of noise, as big as the photo of an ordinary phone."""
    pixels = np.random.default_rng(1).integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


def fill_in(page: Page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=False).first
    field.fill(value)
    field.blur()


def saved(page: Page) -> None:
    """Wait until typed answers are saved."""
    expect(page.locator(".pb-unsaved")).to_have_count(0, timeout=30_000)
    expect(page.locator(".pb-saved").first).to_contain_text("已保存", timeout=30_000)


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_text("已提交（第")).to_be_visible(timeout=30_000)


def send_back(page: Page, field: str, reason: str) -> None:
    page.get_by_label("退回内容").select_option(label=field)
    fill_in(page, "退回原因", reason)
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_text("已退回：")).to_be_visible(timeout=30_000)


def score_of(served: Served) -> dict[str, object]:
    """Score of the village, by the command."""
    done = run_pbwidgets(
        "score", "sanji_lianzheng", "--track", "village", "--format", "json", cwd=served.folder
    )
    assert done.returncode == 0, done.stderr
    return next(row for row in json.loads(done.stdout) if row["unit_code"] == VILLAGE)


def selection_of(served: Served) -> dict[str, object]:
    done = run_pbwidgets(
        "select", "sanji_lianzheng", "--track", "village", "--format", "json", cwd=served.folder
    )
    assert done.returncode == 0, done.stderr
    return next(row for row in json.loads(done.stdout) if row["unit_code"] == VILLAGE)


def test_an_application_passes_through_the_whole_process(open_page, served: Served, tmp_path: Path) -> None:
    photo = tmp_path / "centre.jpg"
    photo.write_bytes(make_photo())

    # the village fills in, with a photo, and hands in
    page = open_page("filler", f"/fill{ADDRESS}")
    fill_in(page, "主导产业", "茶叶")
    fill_in(page, "有能力的党员干部人数", "20")
    fill_in(page, "其中年内办好事实事一至两件的人数", "18")
    page.get_by_label("领导班子好").check()
    page.get_by_label("承诺制", exact=True).check()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("选照片或拍照")).click()
    chooser.value.set_files(photo)
    expect(page.locator(".pb-filelist img")).to_be_visible(timeout=30_000)
    saved(page)
    hand_in(page)

    # the township returns one field; the village corrects it; it is returned once more, as a whole
    for round_, (field, reason, value) in enumerate(
        [("主导产业", "请写明主导产业的具体品种", "绿茶"), ("整份材料", "请补充年内的规模", "绿茶二百亩")]
    ):
        review = open_page("reviewer", f"/review{ADDRESS}")
        send_back(review, field, reason)
        review.close()
        page.goto(f"{served.address}/fill{ADDRESS}")
        expect(page.get_by_text(reason).first).to_be_visible(timeout=30_000)
        fill_in(page, "主导产业", value)
        saved(page)
        hand_in(page)
        assert round_ < 2

    # the township accepts, marks and nominates
    review = open_page("reviewer", f"/review{ADDRESS}")
    review.get_by_role("button", name="审核通过").click()
    expect(review.get_by_text("已通过：")).to_be_visible(timeout=30_000)
    review.get_by_role("button", name="列入申报名单").click()
    expect(review.get_by_text("已列入申报名单")).to_be_visible(timeout=30_000)
    give_marks(review)

    # the county accepts and marks
    county = open_page("county", f"/review{ADDRESS}")
    county.get_by_role("button", name="审核通过").click()
    expect(county.get_by_text("已通过：")).to_be_visible(timeout=30_000)
    give_marks(county)

    # the meeting sees the score that the command gives, and decides
    score = score_of(served)
    meeting = open_page("county", "/meeting?track=village")
    row = meeting.locator(".pb-ranking tr", has_text="上坪村")
    assert float(row.locator(".pb-r-number b").inner_text()) == score["total"]
    fill_in(meeting, "决定理由", "会议审议，同意按名次确定")
    fill_in(meeting, "出席职务", "组织部长、纪委副书记")
    meeting.get_by_role("button", name="按屏幕上的名单决定").click()
    meeting.get_by_role("button", name="确认决定").click()
    expect(meeting.get_by_text("已决定并记录")).to_be_visible(timeout=30_000)
    chosen = selection_of(served)
    assert chosen["total"] == score["total"]
    assert chosen["decided"] == "selected"
    assert chosen["decided_by"] == "县委基层组织建设联系会议领导小组"
    assert TOWN in str(chosen["unit_code"])


def give_marks(page: Page) -> None:
    """Give a mark on every line that is marked by hand, and save."""
    ratings = page.locator(".pb-rating")
    expect(ratings.first).to_be_visible(timeout=30_000)
    for at in range(ratings.count()):
        ratings.nth(at).get_by_label("得分").fill("2")
        ratings.nth(at).get_by_label(re.compile("评语|理由")).fill("已核实")
    page.get_by_role("button", name="保存评分").click()
    expect(page.get_by_text("评分已保存：")).to_be_visible(timeout=30_000)
