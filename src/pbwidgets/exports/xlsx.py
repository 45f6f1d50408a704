"""Workbooks: a sheet about their content, then one sheet for each table."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import Column, Sum, char_width, find_decimals, measure_columns, to_cell_texts
from pbwidgets.exports.dictionary import describe_columns
from pbwidgets.exports.sums import fill_results, put_sums
from pbwidgets.intake.text import drop_unfit, to_excel
from pbwidgets.palette import ALERT, BLACK, NAVY, RULE, WHITE, office_colour
from pbwidgets.wording import say

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TEXT_FORMAT = "@"
_ABOUT_WIDTH = 80
_MOST_ACROSS = 260
"""Characters beside each other on a printed page; of more columns there are several pages, each with the first."""
_LINE, _TALLEST = 15, 409  # points; a row cannot be higher
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook; the frame's other columns are left out, and what sums up others is a formula."""

    name: str
    frame: pd.DataFrame
    columns: Mapping[str, Column]
    sums: tuple[Sum, ...] = ()


@dataclass(frozen=True)
class About:
    """Content of the first sheet."""

    campaign: str
    period: str
    snapshot: str
    unit: str = ""
    synthetic: bool = False
    note: str = ""
    title: str = ""


def build_workbook(
    sheets: Sequence[Sheet],
    path: Path,
    *,
    about: About,
    lang: str = "zh_CN",
    dictionary: bool = False,
    index: Sheet | None = None,
) -> Path:
    r"""Write an Excel workbook and return its path: a sheet about campaign and snapshot, then one for each table.

    Parameters
    ----------
    sheets
        Tables in order. Names are made valid for Excel (31 characters, no ``[]:*?/\``) and unique.
    path
        The ``.xlsx`` to write; folders are made.
    about
        Content of the first sheet.
    lang
        ``zh_CN`` or ``en``.
    dictionary
        Whether a last sheet says what each column means and where it comes from.
    index
        A table with a row for each of the sheets, in order, and a link from its first column; it stands before them.

    Notes
    -----
    An empty table has no sheet, unless all are empty; the first sheet names it. A number that sums up others
    is a formula with its result beside it, but only where the sum is that number. Codes stay text. A text that
    begins with ``=``, ``+``, ``-`` or ``@`` is stored as text and marked so that Excel never takes it for a
    formula. A missing number is a word, never 0. The same input gives the same bytes.
    """
    from openpyxl import Workbook

    kept = [sheet for sheet in sheets if len(sheet.frame)]
    empty = [sheet.name for sheet in sheets if kept and not len(sheet.frame)]
    kept = kept or list(sheets)
    book = Workbook()
    first = book.worksheets[0]
    first.title = say("exports.xlsx.about", lang)
    _fill_about(first, about, kept, empty, lang)
    taken = {first.title.lower()}
    mended = {}
    shown = [*([index] if index else []), *kept, *([describe_columns(kept, lang)] if dictionary else [])]
    pages = [book.create_sheet(free_name(sheet.name, taken)) for sheet in shown]
    for number, (page, sheet) in enumerate(zip(pages, shown, strict=True), start=2):
        _fill_sheet(page, sheet, lang)
        if results := put_sums(page, sheet.frame, sheet.columns, sheet.sums):
            mended[f"xl/worksheets/sheet{number}.xml"] = partial(fill_results, results=results)
    if index:
        _link_sheets(pages[0], [page.title for page in pages[1 : len(kept) + 1]])
    book.properties.creator = "pbwidgets"
    book.properties.title = drop_unfit(about.title or f"{about.campaign} {about.period}")
    content = io.BytesIO()
    book.save(content)
    return write_settled(content.getvalue(), path, mended)


def free_name(wanted: str, taken: set[str]) -> str:
    """Name of a sheet as Excel allows it, made different from those that are taken, and then taken itself."""
    plain = _FORBIDDEN.sub(" ", drop_unfit(wanted)).strip().strip("'")[:31] or "Sheet"
    name, count = plain, 1
    while name.lower() in taken:
        count += 1
        tail = f" {count}"
        name = plain[: 31 - len(tail)] + tail
    taken.add(name.lower())
    return name


def _fill_about(
    page: "Worksheet", about: About, sheets: Sequence[Sheet], empty: Sequence[str], lang: str
) -> None:
    from openpyxl.styles import Alignment, Font

    lines = [
        ("title", about.title),
        ("campaign", about.campaign),
        ("period", about.period),
        ("unit", about.unit),
        ("snapshot", about.snapshot),
        ("synthetic", say("exports.synthetic", lang) if about.synthetic else ""),
        ("sheets", say("exports.list_glue", lang).join(sheet.name for sheet in sheets)),
        ("empty", say("exports.list_glue", lang).join(empty)),
        ("missing", say("exports.xlsx.missing_means", lang)),
        ("note", about.note),
    ]
    for row, (code, value) in enumerate([line for line in lines if line[1]], start=1):
        head = page.cell(row, 1, say(f"exports.xlsx.about_{code}", lang))
        head.font = Font(name="Microsoft YaHei", bold=True)
        head.alignment = Alignment(vertical="top")
        cell = _put_text(page.cell(row, 2), value)
        cell.font = Font(name="Microsoft YaHei", color=office_colour(ALERT if code == "synthetic" else BLACK))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        _make_room(page, row, _count_lines(value, _ABOUT_WIDTH))
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 16, _ABOUT_WIDTH
    _set_up_print(page)


def _fill_sheet(page: "Worksheet", sheet: Sheet, lang: str) -> None:
    from openpyxl.utils import get_column_letter

    texts = to_cell_texts(sheet.frame, sheet.columns, lang)
    _fill_head(page, sheet.columns)
    for place, (name, column) in enumerate(sheet.columns.items(), start=1):
        style = _find_style(page, column.format, find_decimals(sheet.frame[name], column))
        missing = style if column.format == "text" else _find_style(page, "missing")
        for row, value in enumerate(sheet.frame[name].tolist(), start=2):
            cell = page.cell(row, place)
            cell.style = missing if pd.isna(value) else style
            _put_value(cell, value, column, texts[row - 2][place - 1])
    widths = [width + 3 for width in measure_columns(texts, sheet.columns, most=48)]
    for place, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    for row, cells in enumerate(texts, start=2):
        _make_room(page, row, max(map(_count_lines, cells, widths), default=1))
    page.freeze_panes = "B2" if len(sheet.columns) > 1 else "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(max(len(sheet.columns), 1))}{len(texts) + 1}"
    page.print_title_rows = "1:1"
    _set_up_print(page)
    if (sides := -(-int(sum(widths)) // _MOST_ACROSS)) > 1:
        page.page_setup.fitToWidth, page.print_title_cols = sides, "A:A"


def _link_sheets(page: "Worksheet", names: Sequence[str]) -> None:
    """Make each cell of the first column a link to the sheet of its row."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    for row, name in enumerate(names, start=2):
        cell = page.cell(row, 1)
        quoted = name.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!A1")
        cell.font = Font(name="Microsoft YaHei", color=office_colour(NAVY), underline="single")


def _make_room(page: "Worksheet", row: int, lines: int) -> None:
    """Make a row as high as its wrapped text, which not every program does by itself."""
    if lines > 1:
        page.row_dimensions[row].height = min(_LINE * lines, _TALLEST)


def _count_lines(text: str, width: float) -> int:
    """Lines of a text in a column; a Chinese one breaks anywhere, but no line is filled to its end."""
    return sum(max(1, ceil(char_width(line) / (width - 2))) for line in text.split("\n"))


def _fill_head(page: "Worksheet", columns: Mapping[str, Column]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    line = Side(style="thin", color=office_colour(RULE))
    for place, column in enumerate(columns.values(), start=1):
        cell = _put_text(page.cell(1, place), column.label)
        cell.font = Font(name="Microsoft YaHei", bold=True, color=office_colour(WHITE))
        cell.fill = PatternFill("solid", fgColor=office_colour(NAVY))
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(bottom=line)
    page.row_dimensions[1].height = 24


def _put_value(cell: Any, value: Any, column: Column, text: str) -> None:
    if column.format in {"integer", "number", "percent"} and not pd.isna(value):
        cell.value = int(value) if column.format == "integer" else float(value)
    elif column.format == "date" and not pd.isna(value) and text:
        cell.value = date.fromisoformat(text[:10])
    else:
        _put_text(cell, text)


def _find_style(page: "Worksheet", kind: str, decimals: int = 0) -> str:
    """Name of the style of a kind of cell, added to the book if need be: a style for every cell takes too long."""
    from openpyxl.styles import Alignment, Font, NamedStyle

    plain = f"0.{'0' * decimals}".rstrip(".")
    formats = {"integer": "0", "number": plain, "percent": f'{plain}"%"', "date": "yyyy-mm-dd"}
    name = f"pbwidgets {kind}" + (f" {decimals}" if decimals else "")
    book = page.parent
    if book is not None and name not in book.named_styles:
        style = NamedStyle(
            name,
            font=Font(name="Microsoft YaHei"),
            alignment=Alignment(
                vertical="top",
                wrap_text=kind == "text",
                horizontal="left" if kind == "text" else "right",
                indent=0 if kind == "text" else 1,
            ),
            number_format=formats.get(kind, _TEXT_FORMAT),
        )
        book.add_named_style(style)
    return name


def _put_text(cell: Any, text: str) -> Any:
    """Cell whose text stays text, whatever it begins with."""
    cell.value = to_excel(text)
    cell.data_type = "s"
    if cell.number_format != _TEXT_FORMAT:
        cell.number_format = _TEXT_FORMAT
    if text[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        cell.quotePrefix = True
    return cell


def _set_up_print(page: "Worksheet") -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if page.oddFooter is not None:
        page.oddFooter.center.text = "&P / &N"
