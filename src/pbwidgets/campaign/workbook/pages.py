"""A workbook as pages of rows, with the column of each cell.

The table room opens the file; here each sheet is matched with what it lists, by its name and its headings (in
Chinese, English, or as the campaign file writes them, one row or two), and what cannot be used is reported.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.workbook.sheets import LANGUAGE_HEADS, Column, Table
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.files import open_sheets
from pbwidgets.intake.headings import find_heading, head_of
from pbwidgets.intake.remarks import is_remark, is_total
from pbwidgets.intake.text import plain_heading
from pbwidgets.intake.workbook import Cell, Sheet, column_letters
from pbwidgets.wording import LANGUAGES

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 500
IGNORED: Final = "#"
"""Sheets and columns whose name begins with it are the organiser's own."""

_LANGUAGES: Final = {
    "zh": ("zh", "chinese", "中文", "简体中文", "汉语"),
    "en": ("en", "english", "英文", "英语"),
}


@dataclass(frozen=True)
class Row:
    """A row below the headings: cells by column, including the empty ones."""

    number: int
    cells: dict[Column, Cell]

    def text(self, column: Column) -> str:
        """What the row says in a column."""
        cell = self.cells.get(column)
        return cell.text if cell else ""


@dataclass(frozen=True)
class Page:
    """A sheet whose headings were found.

    Attributes
    ----------
    name
        Name of the sheet in this workbook.
    table
        What it lists.
    rows
        Rows with anything in them.
    missing
        Columns that it does not have.
    notes
        What was read otherwise than it stands there.
    """

    name: str
    table: Table
    rows: tuple[Row, ...]
    missing: tuple[Column, ...] = ()
    notes: tuple[Problem, ...] = ()

    def place(self, cell: str) -> str:
        """Place of a cell in a problem: ``评分项!B7``."""
        return f"{self.name}!{cell}"


@dataclass
class Grid:
    """Cells of one sheet by row and column number from 1, texts of its first rows, problems, and notes by row.

    Cells merged over rows have their value in each of them; in ``head`` also those merged over columns.
    """

    name: str
    rows: dict[int, dict[int, Cell]]
    head: dict[int, dict[int, str]]
    problems: list[Problem] = field(default_factory=list)
    notes: list[tuple[int, Problem]] = field(default_factory=list)


def open_grids(path: Path) -> list[Grid]:
    """Sheets of a workbook file as grids.

    Raises
    ------
    ProblemsError
        What is wrong with the file itself.
    """
    sheets = open_sheets(path)
    if not all(sheet.name for sheet in sheets):
        raise ProblemsError([Problem("workbook.file_not_workbook", str(path))])
    return [_grid(sheet, str(path)) for sheet in sheets]


def grid_of(name: str, lines: Sequence[Sequence[Any]]) -> Grid:
    """Grid of a sheet whose values are already read, headings included."""
    return _grid(Sheet(name, [list(line) for line in lines], list(range(1, len(lines) + 1))), name)


def find_pages(
    grids: Iterable[Grid], tables: Sequence[Table], file: str
) -> tuple[dict[str, Page], list[Problem]]:
    """Pages by the key of their table, and problems with sheets and headings."""
    pages: dict[str, Page] = {}
    problems: list[Problem] = []
    names = {
        plain_heading(name): table for table in tables for name in (table.key, *map(table.title, LANGUAGES))
    }
    for grid in grids:
        table = names.get(plain_heading(grid.name))
        if table is None:
            problems.extend(_unknown_sheet(grid, tables, file))
        elif table.key in pages:
            problems.append(Problem("workbook.sheet_twice", file, grid.name, {"sheet": grid.name}))
        else:
            page, found = (_read_form if table.path == () else _read_list)(grid, table, file)
            problems.extend((*grid.problems, *found))
            if page is not None:
                pages[table.key] = page
    return pages, problems


def _grid(sheet: Sheet, file: str) -> Grid:
    filled = {
        row: found
        for row, values in enumerate(sheet.rows)
        if (found := [at for at, value in enumerate(values) if value is not None])
    }
    if len(filled) > MOST_ROWS or any(len(found) > MOST_COLUMNS for found in filled.values()):
        limits = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        return Grid(sheet.name, {}, {}, [Problem("workbook.sheet_too_big", file, sheet.name, limits)])
    cells = {row: {at + 1: sheet.cell(row, at) for at in found} for row, found in filled.items()}
    notes = [(0, note) for note in sheet.notes]
    for area in sheet.merged:
        first = cells.get(area.top, {}).get(area.left + 1)
        if first is None or area.bottom == area.top:
            continue
        for row in range(area.top + 1, area.bottom + 1):
            place = _coordinate(area.left + 1, row + 1)
            cells.setdefault(row, {})[area.left + 1] = replace(first, place=place)
        said = {"value": first.text, "count": area.bottom - area.top}
        note = Problem("intake.merged_cells", file, f"{sheet.name}!{first.place}", said)
        notes.append((area.top + 1, note))
    head = {
        row + 1: {column + 1: text for column, text in texts.items()} for row, texts in head_of(sheet).items()
    }
    rows = {row + 1: filled for row, filled in cells.items() if filled}
    return Grid(sheet.name, rows, head, list(sheet.broken.values()), notes)


def _unknown_sheet(grid: Grid, tables: Sequence[Table], file: str) -> Iterator[Problem]:
    guides = {plain_heading(name) for name in GUIDE_NAMES}
    if grid.rows and plain_heading(grid.name) not in guides and not grid.name.startswith(IGNORED):
        args = spelling(grid.name, [name for table in tables for name in (table.title(), table.key)])
        yield Problem("workbook.unknown_sheet", file, grid.name, args)


GUIDE_NAMES: Final = ("说明", "Guide", "guide")


# -- headings -------------------------------------------------------------------------------------------


def heading_reader(table: Table) -> Callable[[str], Column | None]:
    """Function from a heading to the column it names: in Chinese, English, or as the campaign file has it."""
    known: dict[str, Column] = {}
    for column in table.columns:
        for name in (column.head, *(table.label(column, lang) for lang in LANGUAGES)):
            known.setdefault(plain_heading(name), column)
        if column.kind == "words" and column.path[-1] == "zh":
            known.setdefault(plain_heading(column.head.partition("::")[0]), column)

    def read(heading: str) -> Column | None:
        return known.get(plain_heading(heading)) or known.get(plain_heading(_settle_language(heading)))

    return read


def _settle_language(heading: str) -> str:
    """``label::中文 (zh-CN)`` and ``label::English`` as our headings write them."""
    name, _, language = heading.partition("::")
    code = language_code(language)
    return f"{name.strip()}::{LANGUAGE_HEADS[code]}" if code else heading


def language_code(language: str) -> str:
    """``zh`` or ``en`` of the name of a language, as headings have it; empty for any other.

    >>> language_code("中文 (zh-CN)"), language_code("english"), language_code("Tetun")
    ('zh', 'en', '')
    """
    bare = language.strip().lower()
    code = bare.rpartition("(")[2].rstrip(")").strip()
    for ours, spellings in _LANGUAGES.items():
        if bare in spellings or code.partition("-")[0] in spellings or bare.partition(" ")[0] in spellings:
            return ours
    return ""


def _read_list(grid: Grid, table: Table, file: str) -> tuple[Page | None, list[Problem]]:
    read = heading_reader(table)
    heading = find_heading(grid.head, lambda text: read(text) is not None)
    if heading is None:
        if not grid.rows or grid.problems:
            return None, []
        return None, [Problem("workbook.no_headings", file, grid.name, {"example": table.columns[0].head})]
    last, headings = heading.last, heading.texts
    columns, problems = _name_columns(grid, table, headings, read, last, file)
    rows = tuple(
        Row(
            number,
            {column: cells.get(at, Cell(_coordinate(at, number), None)) for at, column in columns.items()},
        )
        for number, cells in sorted(grid.rows.items())
        if number > last and any(cell.text for cell in cells.values())
    )
    missing = tuple(column for column in table.columns if column not in columns.values())
    filled, remarks = [], []
    own = next((column for column in table.columns if column.path == ("id",)), None)
    for row in rows:
        texts = [cell.text for cell in row.cells.values() if cell.text]
        # what has an id of its own may be called 合计
        code = row.text(own) if own is not None else ""
        if texts and ((is_total(texts) and (not code or is_total([code]))) or is_remark(texts)):
            place = f"{grid.name}!{_coordinate(1, row.number)}"
            remarks.append(Problem("intake.row_passed_over", file, place, {"value": " ".join(texts)[:30]}))
        elif texts:
            filled.append(row)
    notes = [note for row, note in grid.notes if not 0 < row <= last]
    page = Page(grid.name, table, tuple(filled), missing, (*notes, *remarks))
    problems.extend(_missing_columns(page, last, file))
    problems.extend(_stray_cells(grid, headings, last, file))
    return page, problems


def _name_columns(
    grid: Grid,
    table: Table,
    headings: dict[int, str],
    read: Callable[[str], Column | None],
    row: int,
    file: str,
) -> tuple[dict[int, Column], list[Problem]]:
    columns: dict[int, Column] = {}
    problems = []
    for at, heading in sorted(headings.items()):
        column = read(heading)
        place = f"{grid.name}!{_coordinate(at, row)}"
        if column is None:
            if not heading.startswith(IGNORED):
                allowed = [name for item in table.columns for name in (table.label(item), item.head)]
                problems.append(Problem("workbook.unknown_column", file, place, spelling(heading, allowed)))
        elif column in columns.values():
            problems.append(Problem("workbook.column_twice", file, place, {"column": heading}))
        else:
            columns[at] = column
    return columns, problems


def _missing_columns(page: Page, row: int, file: str) -> Iterator[Problem]:
    for column in page.missing:
        if column.required and page.rows:
            args = {"column": page.table.label(column), "head": column.head}
            yield Problem("workbook.column_missing", file, page.place(f"A{row}"), args)


def _stray_cells(grid: Grid, headings: dict[int, str], last: int, file: str) -> Iterator[Problem]:
    for number, cells in sorted(grid.rows.items()):
        for at, cell in cells.items():
            if number > last and cell.text and at not in headings:
                yield Problem(
                    "workbook.cell_without_heading", file, f"{grid.name}!{cell.place}", {"value": cell.text}
                )


def _read_form(grid: Grid, table: Table, file: str) -> tuple[Page | None, list[Problem]]:
    """The page of the campaign itself: one line for each key, with the value beside it."""
    read = heading_reader(table)
    cells: dict[Column, Cell] = {}
    problems = []
    for number, line in sorted(grid.rows.items()):
        heading = line[1].text if 1 in line else ""
        column = read(heading) if heading else None
        value = line.get(2, Cell(_coordinate(2, number), None))
        if column is not None and column in cells:
            args = {"column": heading}
            problems.append(Problem("workbook.column_twice", file, f"{grid.name}!A{number}", args))
        elif column is not None:
            cells[column] = value
        elif heading and value.text and not heading.startswith(IGNORED) and number > 1:
            allowed = [name for item in table.columns for name in (table.label(item), item.head)]
            problems.append(
                Problem("workbook.unknown_line", file, f"{grid.name}!A{number}", spelling(heading, allowed))
            )
    if not cells and not problems:
        problems.append(Problem("workbook.no_headings", file, grid.name, {"example": table.columns[0].head}))
    missing = tuple(column for column in table.columns if column not in cells)
    return Page(grid.name, table, (Row(1, cells),), missing), problems


def _coordinate(column: int, row: int) -> str:
    return f"{column_letters(column - 1)}{row}"
