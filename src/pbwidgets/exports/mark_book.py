"""A workbook to give marks in: a row for each unit, a column for each line, and what stood there when it was made.

A row is known by the code in it, never by where it stands, and a column by an id in a hidden row, so that rows may be
sorted and headings changed. The hidden sheet :data:`SEEN` keeps the marks and versions that the rater saw.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pbwidgets.exports.archive import write_settled
from pbwidgets.exports.columns import Column as Shown
from pbwidgets.exports.columns import measure_columns
from pbwidgets.intake.text import drop_unfit, to_excel, to_number
from pbwidgets.intake.workbook import Sheet, to_text
from pbwidgets.palette import FAINT, NAVY, RULE, UNUSED, WHITE
from pbwidgets.wording import say

UNIT, NAME, ABOVE, REASON = "unit_code", "unit_name", "above", "reason"
"""Ids of the columns beside those of the lines."""
SEEN: Final = "_seen"
"""Name of the hidden sheet."""
_HEAD, _IDS, _FIRST = 0, 1, 2  # rows of the headings and of the hidden ids, and the first row of the body


@dataclass(frozen=True)
class MarkColumn:
    """A line to be marked: its id, heading, least and most points, and what a comment at the heading says."""

    line_id: str
    label: str
    lowest: float
    highest: float
    help: str = ""


@dataclass(frozen=True)
class MarkRow:
    """A unit to be marked, with the points that stand on each of its lines, None for none."""

    unit_code: str
    unit_name: str
    above: str
    points: Mapping[str, float | None]


@dataclass(frozen=True)
class Seen:
    """What the rater saw when the workbook was made.

    Attributes
    ----------
    campaign_id, period_id, track_id
        What it is for.
    head
        Head of the audit log.
    versions
        Newest version of each unit's material.
    points
        Points that stood there, by unit and line.
    """

    campaign_id: str
    period_id: str
    track_id: str
    head: int
    versions: Mapping[str, int] = field(default_factory=dict)
    points: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class MarkBook:
    """The whole workbook.

    Attributes
    ----------
    title
        Name of its sheet.
    about
        Names and values of the first sheet, which says how to fill in the other.
    columns, rows
        What is marked.
    has_reasons
        Whether there is a column for a reason.
    seen
        What the rater saw.
    """

    title: str
    about: Sequence[tuple[str, str]]
    columns: Sequence[MarkColumn]
    rows: Sequence[MarkRow]
    has_reasons: bool
    seen: Seen


def write_mark_book(book: MarkBook, path: Path, lang: str = "zh_CN") -> Path:
    """Path of the workbook; the same input gives the same bytes.

    Parameters
    ----------
    path
        The ``.xlsx`` to write; folders are made.
    lang
        ``zh_CN`` or ``en``.
    """
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as made:
        made.set_properties({"author": "pbwidgets", "title": drop_unfit(book.title)})
        looks = {name: made.add_format({**_LOOK, **look}) for name, look in _LOOKS.items()}
        _fill_about(made.add_worksheet(say("excel.about", lang)), book.about, looks)
        page = made.add_worksheet(drop_unfit(book.title)[:31])
        _fill_marks(page, book, looks, lang)
        page.activate()
        _fill_seen(made.add_worksheet(SEEN), book.seen)
    return write_settled(content.getvalue(), path)


def read_seen(sheets: Sequence[Sheet]) -> Seen | None:
    """What the rater saw, from the sheets of a workbook that came back; None if it is not among them, or not ours."""
    sheet = next((sheet for sheet in sheets if sheet.name == SEEN), None)
    rows = [[to_text(value) for value in row] for row in sheet.rows] if sheet else []
    if not rows or len(rows[0]) < 4:
        return None
    versions: dict[str, int] = {}
    points: dict[tuple[str, str], float] = {}
    for row in rows[1:]:
        unit, line, number = [*row, "", "", ""][:3]
        value = to_number(number)
        if value is not None and line:
            points[unit, line] = value
        elif value is not None:
            versions[unit] = int(value)
    return Seen(rows[0][0], rows[0][1], rows[0][2], int(to_number(rows[0][3]) or 0), versions, points)


_LOOK: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter", "border_color": RULE}
_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "about": {"text_wrap": True, "valign": "top"},
    "about head": {"bold": True, "valign": "top"},
    "head": {
        "bold": True, "font_color": WHITE, "bg_color": NAVY, "align": "center", "text_wrap": True, "border": 1,
    },
    "key": {"num_format": "@", "bg_color": FAINT, "text_wrap": True, "border": 1},
    "open": {"num_format": "0.##", "locked": False, "border": 1},
    "open text": {"num_format": "@", "locked": False, "text_wrap": True, "border": 1},
    "closed": {"bg_color": UNUSED, "border": 1},
}  # fmt: skip


def _fill_about(page: Any, lines: Sequence[tuple[str, str]], looks: Mapping[str, Any]) -> None:
    for row, (name, value) in enumerate(lines):
        page.write_string(row, 0, to_excel(name), looks["about head"])
        page.write_string(row, 1, to_excel(value), looks["about"])
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 90)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.protect()


def _fill_marks(page: Any, book: MarkBook, looks: Mapping[str, Any], lang: str) -> None:
    has_above = any(row.above for row in book.rows)
    keys = (UNIT, NAME, *((ABOVE,) if has_above else ()))
    heads = [
        *((name, say(f"excel.{name}", lang)) for name in keys),
        *((column.line_id, column.label) for column in book.columns),
        *(((REASON, say("review.reason", lang)),) if book.has_reasons else ()),
    ]
    for at, (name, label) in enumerate(heads):
        page.write_string(_HEAD, at, to_excel(label), looks["head"])
        page.write_string(_IDS, at, name, looks["key"])
    for number, row in enumerate(book.rows, start=_FIRST):
        texts = {UNIT: row.unit_code, NAME: row.unit_name, ABOVE: row.above}
        for at, (name, _) in enumerate(heads):
            points = row.points.get(name)
            if name in texts:
                page.write_string(number, at, to_excel(texts[name]), looks["key"])
            elif points is not None:
                page.write_number(number, at, points, looks["open"])
            else:
                look = "open text" if name == REASON else "open" if name in row.points else "closed"
                page.write_blank(number, at, None, looks[look])
    _limit(page, book, len(keys), lang)
    _lay_out(page, book, heads, len(keys))


def _limit(page: Any, book: MarkBook, keys: int, lang: str) -> None:
    """Only numbers within the range of their line, which a message names; what a line asks for, at its heading."""
    last = _FIRST + max(len(book.rows), 1) - 1
    for at, column in enumerate(book.columns, start=keys):
        said = say("review.out_of_range", lang, lowest=column.lowest, highest=column.highest)
        rule = {
            "validate": "decimal", "criteria": "between", "minimum": column.lowest, "maximum": column.highest,
            "error_title": say("excel.not_possible", lang), "error_message": said,
        }  # fmt: skip
        page.data_validation(_FIRST, at, last, at, rule)
        if column.help:
            height = 40 + 20 * (len(column.help) // 20 + column.help.count("\n"))
            page.write_comment(_HEAD, at, drop_unfit(column.help), {"width": 320, "height": height})


def _lay_out(page: Any, book: MarkBook, heads: Sequence[tuple[str, str]], keys: int) -> None:
    texts = [[row.unit_code, row.unit_name, row.above][:keys] for row in book.rows]
    names = {name: Shown(label, format="text") for name, label in heads[:keys]}
    widths = [width + 3 for width in measure_columns(texts, names, most=30)]
    widths += [14] * len(book.columns) + [36] * book.has_reasons
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    longest = max((len(column.label) for column in book.columns), default=0)
    page.set_row(_HEAD, 16 * max(2, -(-longest // 6)))
    page.set_row(_IDS, None, None, {"hidden": True})
    page.freeze_panes(_FIRST, 2)
    page.autofilter(_IDS, 0, _FIRST + max(len(book.rows), 1) - 1, len(heads) - 1)
    page.repeat_rows(_HEAD)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")
    # without a password: it guards against slips only
    page.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})


def _fill_seen(page: Any, seen: Seen) -> None:
    rows: list[tuple[str | float, ...]] = [(seen.campaign_id, seen.period_id, seen.track_id, seen.head)]
    rows += [(unit, "", version) for unit, version in seen.versions.items()]
    rows += [(unit, line, points) for (unit, line), points in seen.points.items()]
    for number, row in enumerate(rows):
        for at, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, at, value)
            else:
                page.write_number(number, at, value)
    page.hide()
