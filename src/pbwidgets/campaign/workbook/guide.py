"""The first sheet of the workbook, which says how to fill in the others, and the help of every heading."""

from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.workbook.sheets import Column, Table, tables, value_words
from pbwidgets.palette import BLACK, NAVY, WHITE, office_colour
from pbwidgets.wording import has_words, say

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STEPS: Final = 10
"""Numbered sentences of the guide: ``workbook.step_1`` and on."""

_FONT: Final = "Microsoft YaHei"
_LINE_POINTS: Final = 18
_STEP_WIDTH: Final = (
    112  # characters of the merged cells of a step; Excel does not adjust the height of merged cells
)


def column_help(table: Table, column: Column, lang: str | None = None) -> str:
    """What belongs in the cells of a column: meaning, form, whether it must be filled in, what empty means."""
    lines = [_meaning(table, column, lang), say(f"workbook.kind_{column.kind}", lang)]
    if column.options and column.kind == "choice":
        options = [_option(column, option, lang) for option in column.options]
        lines.append(say("workbook.help_options", lang, options=say("workbook.glue", lang).join(options)))
    if column.rules:
        name = _rule_column(table)
        rules = [value_words(name, rule, lang) for rule in column.rules]
        lines.append(say("workbook.help_rules", lang, rules=say("workbook.glue", lang).join(rules)))
    if column.required:
        lines.append(say("workbook.help_required", lang))
    elif column.default not in (None, ""):
        lines.append(say("workbook.help_default", lang, value=_default(column, lang)))
    return "\n".join(line for line in lines if line)


def fill_guide(page: "Worksheet", lang: str | None = None) -> None:
    """Fill the first sheet: steps, what each sheet holds, what each rule does."""
    page.title = say("workbook.guide", lang)
    page.cell(1, 1, say("workbook.guide_title", lang))
    _style(page.cell(1, 1), bold=True, size=16)
    row = 3
    for step in range(1, STEPS + 1):
        page.cell(row, 1, step)
        page.cell(row, 2, say(f"workbook.step_{step}", lang))
        page.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
        _style(page.cell(row, 1))
        _style(page.cell(row, 2))
        page.row_dimensions[row].height = _LINE_POINTS * (
            1 + _display_width(page.cell(row, 2).value) // _STEP_WIDTH
        )
        row += 1
    row = _list_sheets(page, row + 1, lang)
    _list_rules(page, row + 1, lang)
    for letter, width in zip("ABCD", (18, 34, 60, 40), strict=True):
        page.column_dimensions[letter].width = width
    page.sheet_view.showGridLines = False
    set_up_print(page, "1:1")


def set_up_print(page: "Worksheet", titles: str) -> None:
    """Landscape A4, as wide as the page; the rows ``titles`` on every page."""
    from openpyxl.worksheet.properties import PageSetupProperties

    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = titles


def _display_width(text: Any) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in str(text))


def _list_sheets(page: "Worksheet", row: int, lang: str | None) -> int:
    _heading(page, row, ("workbook.list_sheet", "workbook.list_holds", "workbook.list_required"), lang)
    for table in tables():
        row += 1
        title = table.title(lang)
        page.cell(row, 1, title)
        page.cell(row, 1).hyperlink = f"#'{title}'!A1"
        code = f"workbook.holds.{table.key}"
        page.cell(row, 2, say(code, lang) if has_words(code) else table.key)
        needed = [table.label(column, lang) for column in table.columns if column.required]
        page.cell(row, 3, say("workbook.glue", lang).join(needed))
        for at in (1, 2, 3):
            _style(page.cell(row, at), link=at == 1)
    return row + 1


def _list_rules(page: "Worksheet", row: int, lang: str | None) -> None:
    table = next(table for table in tables() if table.key == "criteria")
    name = _rule_column(table)
    _heading(page, row, ("workbook.list_rule", "workbook.list_does", "workbook.list_arguments"), lang)
    for rule in name.options:
        row += 1
        page.cell(row, 1, value_words(name, rule, lang))
        code = f"workbook.does.{rule}"
        page.cell(row, 2, say(code, lang) if has_words(code) else str(rule))
        used = [table.label(column, lang) for column in table.columns if rule in column.rules]
        page.cell(row, 3, say("workbook.glue", lang).join(used))
        for at in (1, 2, 3):
            _style(page.cell(row, at))


def _heading(page: "Worksheet", row: int, codes: tuple[str, ...], lang: str | None) -> None:
    from openpyxl.styles import PatternFill

    for at, code in enumerate(codes, start=1):
        cell = page.cell(row, at, say(code, lang))
        _style(cell, bold=True, color=WHITE)
        cell.fill = PatternFill("solid", fgColor=office_colour(NAVY))


def _style(cell: Any, *, bold: bool = False, size: int = 11, color: str = BLACK, link: bool = False) -> None:
    from openpyxl.styles import Alignment, Font

    cell.font = Font(
        name=_FONT,
        bold=bold,
        size=size,
        color=office_colour(NAVY if link else color),
        underline="single" if link else None,
    )
    cell.alignment = Alignment(vertical="top", wrap_text=size < 12)


def _meaning(table: Table, column: Column, lang: str | None) -> str:
    for code in (f"workbook.help.{table.key}.{column.word}", f"workbook.help.{column.word}"):
        if has_words(code):
            return say(code, lang)
    return ""


def _option(column: Column, option: Any, lang: str | None) -> str:
    words = value_words(column, option, lang)
    return words if words == str(option) else say("workbook.option", lang, words=words, option=option)


def _default(column: Column, lang: str | None) -> Any:
    if isinstance(column.default, bool):
        return value_words(column, "true" if column.default else "false", lang)
    return value_words(column, column.default, lang) if column.kind == "choice" else column.default


def _rule_column(table: Table) -> Column:
    return next(column for column in table.columns if column.path == ("rule", "name"))
