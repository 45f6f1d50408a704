"""Filling in with Excel in a real browser: a clerk for one unit, a level for its twenty units at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from counties import OPERATOR, TOWN, VILLAGE, key_of, make_register
from office import Office
from playwright.sync_api import Page, expect
from returns import Filled
from serving import Served

from pbwidgets.store import history
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units

FORM = "village_application"
ADDRESS = f"/fill?form={FORM}"
RIGHT = {"capable_members": 20, "members_with_deeds": 10, "industry": "茶叶"}
LONG_MS = 60_000
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def villages(served: Served) -> list[str]:
    """The twenty villages of the township, eighteen of them new."""
    register = make_register()
    model = register[register["unit_code"] == VILLAGE]
    more = [f"{TOWN}{number:03d}" for number in range(3, 21)]
    added = [model.assign(unit_code=code, unit_name=f"新{number}村") for number, code in enumerate(more, 3)]
    with open_workspace(served.folder) as workspace:
        save_units(workspace, OPERATOR, pd.concat([register, *added], ignore_index=True))
    return [VILLAGE, f"{TOWN}002", *more]


def save_link(page: Page, button: str, folder: Path) -> Path:
    """Press a button that makes a workbook, and save it from the link."""
    page.get_by_role("button", name=button).click()
    link = page.locator("a.pb-download").last
    expect(link).to_be_visible(timeout=LONG_MS)
    with page.expect_download() as download:
        link.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def fill(path: Path, answers: Mapping[str, Mapping[str, Any]], office: Office) -> Path:
    """Fill in the rows of units, and save the workbook with LibreOffice, as a clerk does."""
    filled = Filled(path)
    for unit, values in answers.items():
        filled.put(FORM, unit, **values)
    return office.convert([filled.save()], "xlsx", path.parent / "saved")[0]


def send(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="上传填好的表").click()
    chooser.value.set_files(path)


def test_a_clerk_repairs_three_findings_and_hands_in_and_a_level_hands_in_for_its_twenty_units(
    open_page: OpenPage, served: Served, villages: list[str], office: Office, tmp_path: Path
) -> None:
    page = open_page("filler", ADDRESS)
    page.get_by_role("button", name="用Excel填报").click()
    path = save_link(page, "制作表格", tmp_path)
    wrong = {**RIGHT, "capable_members": "很多", "centre_times": 5000, "five_good": "没有这一项"}
    send(page, fill(path, {VILLAGE: wrong}, office))
    found = page.locator(".pb-came-back")
    expect(found).to_contain_text("发现3处问题", timeout=LONG_MS)
    expect(found.locator("tbody tr")).to_have_count(3)
    expect(found).to_contain_text("很多")
    expect(page.get_by_role("button", name="制作标注副本")).to_be_visible()
    send(page, fill(path, {VILLAGE: {**RIGHT, "five_good": None}}, office))
    expect(found).to_contain_text("现在还什么都没有保存", timeout=LONG_MS)
    found.locator("summary").click()
    expect(found.get_by_text("茶叶")).to_be_visible()
    page.get_by_role("button", name="确认，填入草稿").click()
    expect(page.get_by_label("主导产业 *")).to_have_value("茶叶", timeout=LONG_MS)
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator(".pb-led-to").filter(has_text="已提交（第 1 版）")).to_be_visible(timeout=LONG_MS)

    page = open_page("reviewer", ADDRESS, width=360)
    path = save_link(page, "制作表格（Excel，20个单位", tmp_path)
    send(page, fill(path, dict.fromkeys(villages[1:], RIGHT), office))
    expect(page.locator(".pb-came-back")).to_contain_text("新填19份，不变1份", timeout=LONG_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="确认并提交").click()
    expect(page.locator(".pb-messages")).to_contain_text("已提交19份", timeout=LONG_MS)
    expect(page.locator("td", has_text="已提交")).to_have_count(20)
    with open_workspace(served.folder) as workspace, workspace.store.read() as reader:
        versions = {unit: history(reader, key_of(FORM, unit))[-1] for unit in villages}
    assert [versions[VILLAGE].cause, versions[villages[5]].cause] == ["submit", "import"]
    assert {version.answers["industry"] for version in versions.values()} == {"茶叶"}
