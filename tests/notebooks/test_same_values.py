"""One value is the same wherever a township's report shows it: workbook, page, document, slides; and in ``score``."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from pptx import Presentation

from pbwidgets.workflows import open_workspace
from pbwidgets.workflows.reports.scores import list_lines

TOWN = "990101003"
_TAG = re.compile("<[^>]+>")


@dataclass(frozen=True)
class Shown:
    """A table as a file shows it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def column(self, head: str) -> list[object]:
        at = self.heads.index(head)
        return [row[at] for row in self.rows]


@pytest.fixture(scope="module")
def sheets(reports: Path) -> dict[str, Shown]:
    """Sheets of the workbook by title, with the results that it keeps beside its formulas."""
    book = openpyxl.load_workbook(reports / TOWN / "tables.xlsx", data_only=True)
    return {
        sheet.title: Shown(tuple(str(cell) for cell in rows[0]), tuple(rows[1:]))
        for sheet in book
        if (rows := list(sheet.values))
    }


def in_page(folder: Path) -> Iterator[Shown]:
    page = (folder / "report.html").read_text(encoding="utf-8")
    for table in re.findall("<table.*?</table>", page, flags=re.DOTALL):
        rows = [
            tuple(
                unescape(_TAG.sub("", cell)) for cell in re.findall("<t[hd].*?</t[hd]>", row, flags=re.DOTALL)
            )
            for row in re.findall("<tr.*?</tr>", table, flags=re.DOTALL)
        ]
        yield Shown(rows[0], tuple(rows[1:]))


def in_document(folder: Path) -> Iterator[Shown]:
    for table in Document(str(folder / "report.docx")).tables:
        rows = [tuple(cell.text for cell in row.cells) for row in table.rows]
        yield Shown(rows[0], tuple(rows[1:]))


def says(text: object, value: object) -> bool:
    """Whether a text is what people read where a workbook has a value."""
    if value is None or isinstance(value, str):
        return str(text).strip() == (value or "").strip()
    if not isinstance(value, int | float):
        return str(text) == str(value)[:10]
    plain = str(text).strip().rstrip("%")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        return False
    return abs(float(plain) - value) <= 0.5 * 10 ** -len(plain.partition(".")[2]) + 1e-9


def is_part(shown: Shown, whole: Shown) -> bool:
    """Whether a table has columns and the first rows of another, cell by cell."""
    if not set(shown.heads) <= set(whole.heads) or len(shown.rows) > len(whole.rows):
        return False
    return all(
        says(text, value)
        for head in shown.heads
        for text, value in zip(shown.column(head), whole.column(head), strict=False)
    )


@pytest.mark.parametrize("tables_of", [in_page, in_document])
def test_every_table_is_one_of_the_workbook_cell_by_cell(
    reports: Path, sheets: dict[str, Shown], tables_of: Callable[[Path], Iterator[Shown]]
) -> None:
    shown = list(tables_of(reports / TOWN))
    lost = [table.heads for table in shown if not any(is_part(table, whole) for whole in sheets.values())]

    assert len(shown) >= 8
    assert lost == []


def test_the_workbook_has_every_line_as_score_gives_it(reports: Path, sheets: dict[str, Shown]) -> None:
    listed = next(sheet for name, sheet in sheets.items() if name.startswith("逐项得分说明"))
    with open_workspace(reports.parents[3]) as workspace:
        lines = list_lines(workspace, workspace.opened())
    last = lines["layer"] == "county"
    within = lines[last & lines["unit_code"].isin(listed.column("编码"))]
    given = sorted(
        (str(row["unit_code"]), round(float(row["points"]), 2))
        for row in within.to_dict("records")
        if row["points"] == row["points"]
    )
    kept = sorted(
        (str(code), round(float(points), 2))
        for code, points in zip(listed.column("编码"), listed.column("得分"), strict=True)
        if isinstance(points, int | float)
    )

    assert len(kept) > 100
    assert kept == given


def test_every_chart_that_is_native_shows_the_values_of_the_workbook(
    reports: Path, sheets: dict[str, Shown]
) -> None:
    slides = Presentation(str(reports / TOWN / "slides.pptx")).slides
    plots = [shape.chart.plots[0] for slide in slides for shape in slide.shapes if shape.has_chart]
    compared: dict[str, list[str]] = {}
    for plot in plots:
        for sheet in sheets.values():
            at = rows_named(sheet, [str(name).partition("（")[0] for name in plot.categories])
            for series in plot.series if at else ():
                kept = values_of(sheet, series.name, at)
                if kept is not None:
                    assert list(series.values) == pytest.approx(kept, abs=0.05), series.name
                    compared.setdefault(series.name, []).extend(map(str, kept))

    assert len(plots) == 3
    assert {name: len(values) for name, values in compared.items()} == {
        "本单位得分率": 5,
        "自评": 5,
        "县级考评": 5,
        "入选": 2,
    }


def rows_named(sheet: Shown, names: list[str]) -> list[int]:
    """Rows of a sheet that have these names in one column; empty if there is no such column."""
    for head in sheet.heads:
        column = [str(value).strip() for value in sheet.column(head)]
        if set(names) <= set(column):
            return [column.index(name) for name in names]
    return []


def values_of(sheet: Shown, name: str, at: list[int]) -> list[float] | None:
    """What a series of a chart should show of the rows of a sheet: a share of the maximum where the sheet has one."""
    head = {"本单位得分率": "县级考评", "入选": "拟入选"}.get(name, name)
    if head not in sheet.heads:
        return None
    values = [float(str(sheet.column(head)[row])) for row in at]
    if "满分" in sheet.heads:
        most = [float(str(sheet.column("满分")[row])) for row in at]
        return [100 * value / of for value, of in zip(values, most, strict=True)]
    return values
