"""A campaign as a workbook for Excel: a guide, then a sheet for each list, with headings, drop-down lists and help.

Each sheet has two rows of headings: what a person reads, and below it the word of the campaign file or of
XLSForm, which is the same in every language and appears in messages.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.workbook.cells import to_cell
from pbwidgets.campaign.workbook.filling import Values, rows_of
from pbwidgets.campaign.workbook.guide import column_help, fill_guide, set_up_print
from pbwidgets.campaign.workbook.sheets import Column, Table, tables, value_words
from pbwidgets.errors import DataError
from pbwidgets.intake.text import to_excel
from pbwidgets.palette import HELP, NAVY, REQUIRED, UNUSED, WHITE, office_colour
from pbwidgets.wording import say

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SPARE_ROWS: Final = 300  # rows below the last one that have drop-down lists ready
FIRST_ROW: Final = 3
_LONGEST_CELL: Final = 32_767
_LONGEST_LIST: Final = 255  # of a list inside the validation itself
_FONT: Final = "Microsoft YaHei"
_WIDTHS: Final = {
    "choice": 14, "date": 13, "expression": 30, "field_type": 22, "flag": 9, "name": 20, "names": 26, "number": 10,
    "numbers": 16, "pairs": 22, "text": 22, "texts": 22, "whole": 10, "words": 30,
}  # fmt: skip
_FITTED: Final = {"rule.name": 26, "rule.measure": 26, "unit": 13}
_REFERS: Final = {
    "ancestor_kind": "unit_kinds",
    "criterion": "criteria",
    "filled_by": "review_levels",
    "for.kind": "unit_kinds",
    "form": "settings",
    "group": "unit_kinds",
    "heading": "criteria",
    "layer": "layers",
    "level": "review_levels",
    "nomination.by": "unit_kinds",
    "partition_by": "unit_kinds",
    "period": "periods",
    "recommendation": "recommendations",
    "rule.measure": "measures",
    "measure": "measures",
    "track": "tracks",
    "unit_kind": "unit_kinds",
    "window.phase": "phases",
}
"""Columns that name an item of another sheet, by their word; the key of that sheet."""


def write_campaign_workbook(campaign: Campaign, path: Path, *, lang: str | None = None) -> Path:
    """Path of a workbook from which :func:`read_campaign_workbook` reads the same campaign.

    Parameters
    ----------
    campaign
        Any campaign that the checks accept. Spaces around its words are not kept.
    path
        The ``.xlsx`` to write; folders are made.
    lang
        Language of sheets and headings; by default that of the interface.

    Raises
    ------
    DataError
        ``workbook.cannot_hold`` if a text has more than 32,767 characters.
    """
    return _write(rows_of(campaign), path, lang)


def write_blank_workbook(path: Path, *, lang: str | None = None) -> Path:
    """Path of a workbook with all sheets and headings, for a campaign that does not exist yet.

    Parameters
    ----------
    path
        The ``.xlsx`` to write; folders are made.
    lang
        Language of sheets and headings; by default that of the interface.
    """
    return _write({}, path, lang)


def _write(rows: dict[str, list[Values]], path: Path, lang: str | None) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    fill_guide(book.worksheets[0], lang)
    for table in tables():
        page = book.create_sheet(table.title(lang))
        if table.path == ():
            _fill_form(page, table, rows.get(table.key, [{}])[0], lang)
        else:
            fill_list(page, table, rows.get(table.key, []), lang)
    book.properties.creator = "pbwidgets"
    save(book, path)
    return path


def save(book: "Workbook", path: Path) -> None:
    """Write a workbook; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


# -- a sheet -------------------------------------------------------------------------------------------


def fill_list(page: "Worksheet", table: Table, rows: Sequence[Values], lang: str | None) -> None:
    """Fill a sheet with headings, rows, drop-down lists and help."""
    for at, column in enumerate(table.columns, start=1):
        _head(page.cell(1, at), column, table, lang)
        page.cell(2, at, column.head)
        _grey(page.cell(2, at))
        _shape_column(page, at, column)
    for number, values in enumerate(rows, start=FIRST_ROW):
        for at, column in enumerate(table.columns, start=1):
            if column in values:
                _put(page.cell(number, at), column, values[column], lang)
    last = FIRST_ROW + len(rows) + SPARE_ROWS
    for at, column in enumerate(table.columns, start=1):
        _offer(page, column, f"{_letter(at)}{FIRST_ROW}:{_letter(at)}{last}", lang)
    _grey_unused_arguments(page, table, last, lang)
    page.row_dimensions[1].height, page.row_dimensions[2].height = 34, 28
    kept = next((at for at, column in enumerate(table.columns, start=2) if column.path == ("id",)), 2)
    page.freeze_panes = f"{_letter(kept)}{FIRST_ROW}"
    set_up_print(page, "1:2")


def _fill_form(page: "Worksheet", table: Table, values: Values, lang: str | None) -> None:
    """The campaign itself: one line for each key, since one row with long words is hard to read."""
    for at, code in enumerate(("item", "content", "key", "help"), start=1):
        cell = page.cell(1, at, say(f"workbook.form_{code}", lang))
        _heading_style(cell, required=False)
    for number, column in enumerate(table.columns, start=2):
        _head(page.cell(number, 1), column, table, lang)
        value = values.get(column, column.options[0] if len(column.options) == 1 else None)
        _put(page.cell(number, 2), column, value, lang)
        if column.kind not in ("number", "whole", "date") and value is None:
            page.cell(number, 2).number_format = "@"
        page.cell(number, 3, column.head)
        _grey(page.cell(number, 3))
        page.cell(number, 4, column_help(table, column, lang))
        _grey(page.cell(number, 4))
        _offer(page, column, f"B{number}", lang)
    for letter, width in zip("ABCD", (22, 60, 24, 60), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "B2"
    set_up_print(page, "1:1")


def _head(cell: Any, column: Column, table: Table, lang: str | None) -> None:
    from openpyxl.comments import Comment

    cell.value = table.label(column, lang) + (" *" if column.required else "")
    _heading_style(cell, required=column.required)
    comment = Comment(column_help(table, column, lang), "pbwidgets")
    comment.width, comment.height = 320, 160
    cell.comment = comment


def _heading_style(cell: Any, *, required: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.font = Font(name=_FONT, bold=True, color=office_colour(WHITE))
    cell.fill = PatternFill("solid", fgColor=office_colour(REQUIRED if required else NAVY))
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _grey(cell: Any) -> None:
    from openpyxl.styles import Alignment, Font

    cell.font = Font(name=_FONT, size=9, color=office_colour(HELP))
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def _shape_column(page: "Worksheet", at: int, column: Column) -> None:
    shape = page.column_dimensions[_letter(at)]
    shape.width = _FITTED.get(column.word, _WIDTHS[column.kind])
    if column.kind == "date":
        shape.number_format = "yyyy-mm-dd"
    elif column.kind not in ("number", "whole"):
        shape.number_format = "@"  # codes keep their zeros, and nothing becomes a date


def _put(cell: Any, column: Column, value: Any, lang: str | None) -> None:
    from openpyxl.styles import Alignment, Font

    written = to_cell(column, value, lang)
    cell.font = Font(name=_FONT)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(written, str):
        _put_text(cell, written)
    elif written is not None:
        cell.value = written
        cell.number_format = "yyyy-mm-dd" if isinstance(written, date) else "General"


def _put_text(cell: Any, text: str) -> None:
    if len(text) > _LONGEST_CELL:
        raise DataError(
            "workbook.cannot_hold", place=f"{cell.parent.title}!{cell.coordinate}", text=text[:40]
        )
    cell.value = to_excel(text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text[:1] in "=+-@"


# -- lists to choose from ---------------------------------------------------------------------------------


def _offer(page: "Worksheet", column: Column, area: str, lang: str | None) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    source, strict = _source_of(column, lang)
    if not source:
        return
    offer = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=strict)
    if strict:
        offer.errorTitle = say("workbook.choose_title", lang)
        offer.error = say("workbook.choose", lang)
    offer.add(area)
    page.add_data_validation(offer)


def _source_of(column: Column, lang: str | None) -> tuple[str, bool]:
    """Formula of the list, empty if there is none, and whether nothing else is allowed there."""
    if column.kind == "field_type":
        return _inline(_field_types(column.options)), False
    if column.kind == "flag":
        return _inline([value_words(column, word, lang) for word in ("true", "false")]), True
    if column.kind == "choice":
        return _inline([value_words(column, option, lang) for option in column.options]), True
    if column.kind in ("name", "names") and column.word in _REFERS:
        return _ids_of(_REFERS[column.word], lang), False
    return "", False


def _field_types(options: Sequence[str]) -> list[str]:
    begun = {"group": ["begin_group", "end_group"], "repeat": ["begin_repeat", "end_repeat"]}
    return [word for option in options for word in begun.get(option, [option])]


def _inline(words: Sequence[str]) -> str:
    text = ",".join(words)
    return f'"{text}"' if len(text) <= _LONGEST_LIST else ""


def _ids_of(key: str, lang: str | None) -> str:
    """The ids of another sheet, with room for more."""
    table = next(table for table in tables() if table.key == key)
    at = next(at for at, column in enumerate(table.columns, start=1) if column.path == ("id",))
    title = table.title(lang).replace("'", "''")
    return f"'{title}'!${_letter(at)}${FIRST_ROW}:${_letter(at)}${FIRST_ROW + SPARE_ROWS}"


def _grey_unused_arguments(page: "Worksheet", table: Table, last: int, lang: str | None) -> None:
    """Grey the cells of arguments that the rule of their row does not use."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    rule_at = next(
        (at for at, column in enumerate(table.columns, start=1) if column.path == ("rule", "name")), 0
    )
    if not rule_at:
        return
    name = table.columns[rule_at - 1]
    for at, column in enumerate(table.columns, start=1):
        if column.rules:
            cell = f"${_letter(rule_at)}{FIRST_ROW}"
            users = ",".join(f'{cell}="{value_words(name, rule, lang)}"' for rule in column.rules)
            unused = FormulaRule(  # type: ignore[no-untyped-call]  # untyped in types-openpyxl
                [f"NOT(OR({users}))"], fill=PatternFill("solid", bgColor=office_colour(UNUSED))
            )
            page.conditional_formatting.add(f"{_letter(at)}{FIRST_ROW}:{_letter(at)}{last}", unused)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)
