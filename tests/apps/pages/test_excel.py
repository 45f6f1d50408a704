"""Work in Excel on the pages as Python objects: what is sent is checked, shown, and stored only when confirmed."""

import base64
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from counties import OTHER_VILLAGE, SISTER, VILLAGE, VILLAGE_ANSWERS, key_of
from pages import buttons, shown
from returns import Filled
from serving import make_small_county

from pbwidgets import store
from pbwidgets.apps.pages.board.page import show_board
from pbwidgets.apps.pages.filling.form import FillForm
from pbwidgets.apps.pages.filling.page import show_fill
from pbwidgets.apps.pages.review.visits.entry import MarkGrid
from pbwidgets.apps.visit import Visit
from pbwidgets.exports.mark_book import UNIT
from pbwidgets.store import history, load_state
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.people.accounts import find_actor
from pbwidgets.workflows.review.visits.paper import open_paper

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FORM = "village_application"
KEY = key_of(FORM, VILLAGE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_county(tmp_path_factory.mktemp("excel") / "county")


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "county"
    shutil.copytree(made, folder)
    with open_workspace(folder) as opened:
        yield opened


@pytest.fixture
def visit(workspace: Workspace) -> Callable[..., Visit]:
    def make(name: str, **place: str) -> Visit:
        return Visit(workspace, find_actor(workspace, name), place, "zh_CN")

    return make


class Page:
    """A page with a panel, as somebody works on it: presses buttons, saves the link, sends a file."""

    def __init__(self, visit: Visit, widget: w.Widget, folder: Path) -> None:
        self.visit, self.widget, self.folder = visit, widget, folder

    def press(self, beginning: str) -> None:
        found = [button for words, button in buttons(self.widget).items() if words.startswith(beginning)]
        assert found, (beginning, list(buttons(self.widget)))
        found[0].click()

    def save(self) -> Filled:
        """The workbook behind the link that is shown."""
        (data,) = re.findall(r'href="data:[^,]+,([^"]+)"', shown(self.widget))
        path = self.folder / "saved.xlsx"
        path.write_bytes(base64.b64decode(data))
        return Filled(path)

    def send(self, filled: Filled) -> None:
        self.send_bytes(filled.save().read_bytes())

    def send_bytes(self, content: bytes) -> None:
        file = {
            "name": "交回.xlsx",
            "type": "",
            "size": len(content),
            "last_modified": NOW,
            "content": content,
        }
        find_upload(self.widget).value = (file,)

    @property
    def text(self) -> str:
        return shown(self.widget)

    @property
    def said(self) -> str:
        return re.sub("<[^>]*>", "", self.visit.messages.value)


def find_upload(widget: w.Widget) -> Any:
    """The last upload button of a page, below those of the form."""
    every = [widget]
    for one in every:
        every += getattr(one, "children", ())
    return next(one for one in every if isinstance(one, w.FileUpload) and "上传填好的表" in one.description)


RIGHT: dict[str, Any] = {"capable_members": 20, "members_with_deeds": 10, "industry": "茶叶"}


@pytest.fixture
def clerk(visit: Callable[..., Visit], tmp_path: Path) -> Page:
    """The clerk's form, with the panel open."""
    found = visit("filler", form=FORM)
    page = Page(found, FillForm(found, found.actor, KEY).widget, tmp_path)
    page.press("用Excel填报")
    return page


def draft_of(workspace: Workspace, unit: str = VILLAGE) -> Mapping[str, Any]:
    with workspace.store.read() as reader:
        state = load_state(reader, key_of(FORM, unit))
    return {} if state is None else (state.draft or {})


def test_a_clerk_sees_findings_at_the_cells_then_the_changes_and_the_draft_is_filled(
    clerk: Page, workspace: Workspace
) -> None:
    clerk.press("制作表格")
    book = clerk.save()
    book.put(FORM, VILLAGE, **{**RIGHT, "members_with_deeds": 30, "capable_members": "很多"})
    clerk.send(book)
    assert "发现" in clerk.text
    assert "很多" in clerk.text
    assert draft_of(workspace) == {}
    clerk.press("制作标注副本")
    comments = [
        cell.comment.text
        for page in clerk.save().book.worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.comment and "很多" in cell.comment.text
    ]
    assert len(comments) == 1
    book.put(FORM, VILLAGE, **RIGHT)
    clerk.send(book)
    assert "现在还什么都没有保存" in clerk.text
    assert "<strong>茶叶</strong>" in clerk.text
    clerk.press("放弃")
    assert "茶叶" not in clerk.text
    clerk.send(book)
    clerk.press("确认，填入草稿")
    assert "还没有提交" in clerk.said
    assert draft_of(workspace) == RIGHT
    clerk.press("恢复导入前的内容")
    assert draft_of(workspace) == {}


def test_what_is_wrong_can_go_into_the_draft_and_is_said_at_the_fields(
    clerk: Page, workspace: Workspace
) -> None:
    clerk.press("制作表格")
    book = clerk.save()
    book.put(FORM, VILLAGE, **{**RIGHT, "members_with_deeds": 30})
    clerk.send(book)
    clerk.press("先填入草稿")
    assert draft_of(workspace)["members_with_deeds"] == 30
    assert "不能多于" in clerk.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7 ...", "不是工作簿|也不是工作簿|没有"),
        (b"PK\x03\x04 broken", "已损坏"),
        (b"a,b\n1,2\n", "表"),
    ],
)
def test_a_file_that_is_no_such_workbook_is_refused_in_words(clerk: Page, content: bytes, said: str) -> None:
    clerk.send_bytes(content)
    assert "没有读取" in clerk.text
    assert re.search(said, clerk.text)


def test_the_workbook_of_another_unit_is_refused(
    visit: Callable[..., Visit], clerk: Page, tmp_path: Path
) -> None:
    found = visit("sister", form=FORM)
    sister = Page(found, FillForm(found, found.actor, key_of(FORM, SISTER)).widget, tmp_path)
    sister.press("用Excel填报")
    sister.press("制作表格")
    book = sister.save()
    book.put(FORM, SISTER, **RIGHT)
    clerk.send(book)
    assert "没有上坪村的" in clerk.text


def test_a_draft_changed_after_the_check_is_not_overwritten(
    visit: Callable[..., Visit], clerk: Page, workspace: Workspace
) -> None:
    clerk.press("制作表格")
    book = clerk.save()
    book.put(FORM, VILLAGE, **RIGHT)
    clerk.send(book)
    with workspace.store.write(find_actor(workspace, "filler")) as writer:
        store.save_draft(writer, KEY, {"industry": "毛竹"}, 0)
    clerk.press("确认，填入草稿")
    assert "又有改动" in clerk.said
    assert draft_of(workspace) == {"industry": "毛竹"}


def test_a_township_hands_in_for_its_villages_at_once_and_good_rows_alone_if_it_wants(
    visit: Callable[..., Visit], workspace: Workspace, tmp_path: Path
) -> None:
    found = visit("reviewer", form=FORM)
    page = Page(found, show_fill(found), tmp_path)
    page.press("制作表格（Excel，2个单位")
    book = page.save()
    book.put(FORM, VILLAGE, **RIGHT)
    book.put(FORM, SISTER, **{**RIGHT, "members_with_deeds": 30})
    page.send(book)
    assert "发现1处问题" in page.text
    assert list(draft_of(workspace)) == []
    page.press("只导入没有问题的1份")
    assert "已提交1份" in page.said
    book.put(FORM, SISTER, **RIGHT)
    page.send(book)
    assert "新填1份，不变1份" in page.text
    assert page.text.count(">已提交<") == 1
    page.press("确认并提交")
    assert page.text.count(">已提交<") == 2
    with workspace.store.read() as reader:
        versions = [history(reader, key_of(FORM, code))[-1] for code in (VILLAGE, SISTER)]
    assert [version.cause for version in versions] == ["import", "import"]
    assert all(version.made_by.on_behalf for version in versions)
    assert versions[1].answers["industry"] == "茶叶"


def test_marks_come_back_into_the_grid(
    visit: Callable[..., Visit], workspace: Workspace, tmp_path: Path
) -> None:
    found = visit("reviewer", view="entry")
    page = Page(found, MarkGrid(found).box, tmp_path)
    page.press("制作评分表")
    book = page.save()
    sheet = book.book.worksheets[1]
    heads = {cell.value: cell.column for cell in sheet[2]}
    row = next(row for row in range(3, 6) if sheet.cell(row, heads[UNIT]).value == VILLAGE)
    sheet.cell(row, heads["v1_unity"]).value = 99
    page.send(book)
    assert "发现1处问题" in page.text
    sheet.cell(row, heads["v1_unity"]).value = 5
    page.send(book)
    page.press("确认导入")
    assert "已保存1个单位的评分" in page.said
    assert open_paper(found.desk, "village", [VILLAGE]).lines[VILLAGE, "v1_unity"].points == 5


def test_what_was_filled_in_is_exported_within_the_scope(
    visit: Callable[..., Visit], workspace: Workspace, tmp_path: Path
) -> None:
    with workspace.store.write(find_actor(workspace, "filler")) as writer:
        store.submit_many(
            writer, [(key_of(FORM, code), VILLAGE_ANSWERS) for code in (VILLAGE, OTHER_VILLAGE)]
        )
    for name, units in (
        ("reviewer", {VILLAGE}),
        ("filler", {VILLAGE}),
        ("organiser", {VILLAGE, OTHER_VILLAGE}),
    ):
        found = visit(name)
        page = Page(found, show_board(found), tmp_path)
        page.press("制作工作簿")
        book = page.save()
        cells = {cell.value for sheet in book.book.worksheets for row in sheet.iter_rows() for cell in row}
        assert cells & {VILLAGE, SISTER, OTHER_VILLAGE} == units
