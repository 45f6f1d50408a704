"""The page of a report in Chromium: its tables are sorted, its contents lead on, and paper shows every column."""

import dataclasses
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from chromium import launch_chromium
from nbformat import v4 as nb
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader

from pbwidgets.charts import IndexView, weight_bars
from pbwidgets.exports import About, Column, build_html
from pbwidgets.exports.columns import Sum
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.workflows.reports.blocks.pieces import Table
from pbwidgets.workflows.reports.files.book import ReportBook
from pbwidgets.workflows.reports.files.content import Cover
from pbwidgets.workflows.reports.files.page import table_html

COVER = Cover("虚构县年度报告", "周期 2026。", "", "zh_CN", About("", "", "", title="虚构县年度报告"))
REASON = (
    "县级考评得{0}分，在{1}个参评村中列第{1}名；"
    "总分与前一名相同，按“班子团结与为民办事”{0}对21.50列后，理由第{1}条。"
)
VILLAGES = {
    "name": ["周庄", "安平", "李集", "柏林"],
    "total": [9.5, 88.0, None, 100.0],
    "group": ["一", "二", "三", ""],
}
SCORES = LabelledTable(
    "得分",
    pd.DataFrame(VILLAGES),
    {"name": Column("村"), "total": Column("总分", format="number"), "group": Column("组别")},
)
HEADS = {
    "unit_code": "编码", "unit_name": "村", "above": "上级单位", "by_total": "按总分", "proposed": "建议类别",
    "decided": "决定类别", "reason": "说明", "decided_on": "决定日期", "decided_by": "决定人", "why": "决定理由",
}  # fmt: skip


def classes(rows: int) -> LabelledTable:
    """As the table of classes: ten columns, some of them long."""
    always = {
        "above": "虚构云溪坪镇", "by_total": "优秀", "proposed": "优秀", "decided": "未决定",
        "decided_on": "2026-12-01", "decided_by": "虚构县委评定委员会",
    }  # fmt: skip
    made = [
        {
            **always,
            "unit_code": f"9901010010{at:02d}",
            "unit_name": f"虚构青石岭民族团结示范{at:02d}村",
            "reason": REASON.format(88.5, at),
            "why": f"经委员会会议研究同意，决定第{at}条。",
        }
        for at in range(1, rows + 1)
    ]
    return LabelledTable("分类定级", pd.DataFrame(made), {name: Column(head) for name, head in HEADS.items()})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A report with a hostile cell in it, open in the browser."""
    shown: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda piece: shown.append(piece.data))
        book = ReportBook(COVER)
        book.add_heading("得分")
        book.add_table(SCORES)
        weights = pd.DataFrame({"name": ["青禾村", "望云村"], "share_pct": [60.0, 40.0]})
        book.add_figure("weights", "权重", weight_bars(weights, IndexView("虚构指数")))
        book.add_heading("分类")
        book.add_text("按确定的分数线划分。")
        book.add_table(classes(40))
    shown.insert(0, "<script>document.title = 'a'</script><img src='x:' alt='' onerror='document.title = 1'>")
    outputs = [nb.new_output("display_data", data={"text/html": html}) for html in shown]
    node = nb.new_notebook(cells=[nb.new_code_cell("", execution_count=1, outputs=outputs)])
    file = build_html(node, tmp_path_factory.mktemp("page") / "report.html", title="报告")
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        opened = browser.new_page(viewport={"width": 1920, "height": 900})
        opened.goto(file.as_uri())
        yield opened
        browser.close()


def test_only_the_script_of_the_page_runs(page: Page) -> None:
    assert page.title() == "报告"
    assert page.locator("th button").count() == 13


def column(page: Page, place: int) -> str:
    cells = page.locator(".table").first.locator(f"tbody td:nth-child({place})")
    return " ".join(cells.all_inner_texts())


def test_a_table_is_sorted_by_keys_up_down_and_as_it_was_with_what_is_missing_last(page: Page) -> None:
    head = page.locator("th", has_text="总分").first
    head.locator("button").focus()
    for order, shown in (
        ("ascending", "9.5 88.0 100.0 缺"),
        ("descending", "100.0 88.0 9.5 缺"),
        (None, "9.5 88.0 缺 100.0"),
    ):
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == order
        assert column(page, 2) == shown
    page.locator("th button", has_text=re.compile("^村$")).first.click()
    assert column(page, 1) == "安平 柏林 李集 周庄"  # by their sound
    page.locator("th button", has_text="组别").click()
    assert column(page, 3).split() == ["二", "三", "一"]
    assert column(page, 1).endswith("柏林")
    assert page.locator("[aria-sort]").count() == 1


def test_the_contents_stand_beside_the_text_or_are_folded_above_it(page: Page) -> None:
    link = page.locator(".contents a", has_text="分类").first
    assert link.is_visible()
    link.click()
    assert page.locator("h2", has_text="分类").bounding_box()["y"] < 40  # type: ignore[index]
    assert link.bounding_box()["y"] >= 0  # type: ignore[index]  # still there
    page.set_viewport_size({"width": 360, "height": 780})
    assert not link.is_visible()
    page.locator(".contents summary").click()
    link.click()
    assert not link.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1920, "height": 900})


def test_the_texts_of_a_chart_can_be_selected(page: Page) -> None:
    page.locator("svg text", has_text="青禾村").first.click(click_count=3)
    assert "青禾村" in page.evaluate("getSelection().toString()")


def test_paper_shows_every_head_and_every_reason_and_cuts_nothing(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    sizes = [tuple(map(float, sheet.mediabox[2:])) for sheet in PdfReader(file).pages]
    assert sizes[0][0] < sizes[0][1]  # upright
    assert sizes[-1][0] > sizes[-1][1]  # the wide table lies across
    assert {round(side) for size in sizes for side in size} <= {595, 596, 841, 842}

    raw = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    sheets = [re.sub(r"\s", "", sheet) for sheet in raw.split("\f")[:-1]]
    made = classes(40)
    heads = "".join(one.label for one in made.columns.values())
    across = [sheet for sheet, size in zip(sheets, sizes, strict=True) if size[0] > size[1]]
    assert len(across) > 1
    assert "分类按确定" in across[0]  # its heading goes with the table
    assert all(heads in sheet for sheet in across)
    whole = "".join(sheets)
    for name in made.columns:
        assert [text for text in made.frame[name] if re.sub(r"\s", "", text) not in whole] == []

    boxes = subprocess.run(
        ["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    for size, sheet in zip(sizes, boxes.split("<page ")[1:], strict=True):
        left, right, low = (
            list(map(float, re.findall(rf'{side}="(-?[\d.]+)"', sheet))) for side in ("xMin", "xMax", "yMax")
        )
        assert min(left) >= 30
        assert max(right) <= size[0] - 30
        assert max(low) <= size[1] - 15


@pytest.mark.parametrize(
    ("count", "breadth"), [(4, "table"), (9, "table dense"), (12, "table wide"), (30, "table wide dense")]
)
def test_a_table_that_is_wider_than_a_page_is_marked_so(count, breadth) -> None:
    columns = {f"c{at}": Column("指标得分") for at in range(count)}
    frame = pd.DataFrame({name: ["虚构得分甲"] for name in columns})
    assert f'<div class="{breadth}">' in table_html(Table(LabelledTable("表", frame, columns)), "zh_CN")


def test_a_total_stays_below_the_rows_it_sums_and_sums_across_are_rows_like_others() -> None:
    frame = pd.DataFrame({"name": ["甲", "乙", "合计"], "total": [1.0, 2.0, 3.0]})
    columns = {"name": Column("村"), "total": Column("总分", format="number")}
    down = LabelledTable("表", frame, columns, (Sum(2, "total", ((0, "total"), (1, "total"))),))
    made = table_html(Table(down), "zh_CN")
    assert '<tfoot><tr><td>合计</td><td class="number">3</td></tr></tfoot>' in made
    assert made.count("<tr>") == 4
    across = dataclasses.replace(down, sums=(Sum(2, "total", ((2, "name"),)),))
    assert "<tfoot>" not in table_html(Table(across), "zh_CN")


def test_a_table_without_rows_says_so() -> None:
    empty = LabelledTable("表", SCORES.frame.head(0), SCORES.columns)
    assert '<td colspan="3">（无）</td>' in table_html(Table(empty), "zh_CN")
