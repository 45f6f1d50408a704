"""A workbook as pages of rows, with the column of each cell.

Looks for the row of headings (in Chinese, English, or as the campaign file writes them, one row or two), gives
merged cells their value everywhere, takes the results of formulas, and reports what it cannot use.
"""

import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.workbook.cells import Cell
from pbwidgets.campaign.workbook.sheets import LANGUAGE_HEADS, Column, Table
from pbwidgets.errors import Problem
from pbwidgets.wording import LANGUAGES

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 500
LARGEST_BYTES: Final = 200_000_000  # unpacked; a small archive can unfold to any size
HEAD_ROWS: Final = 8  # there may be a title above the headings
IGNORED: Final = "#"
"""Sheets and columns whose name begins with it are the organiser's own."""

_LANGUAGES: Final = {"zh": ("zh", "chinese", "中文", "汉语"), "en": ("en", "english", "英文", "英语")}


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
    """

    name: str
    table: Table
    rows: tuple[Row, ...]
    missing: tuple[Column, ...] = ()

    def place(self, cell: str) -> str:
        """Place of a cell in a problem: ``评分项!B7``."""
        return f"{self.name}!{cell}"


@dataclass
class Grid:
    """Cells of one sheet by row and column number; merged cells filled, problems collected."""

    name: str
    rows: dict[int, dict[int, Cell]]
    problems: list[Problem] = field(default_factory=list)


def open_grids(path: Path) -> tuple[list[Grid], list[Problem]]:
    """Sheets of a workbook file as grids, and what is wrong with the file itself."""
    content, problem = _read_bytes(path)
    if problem:
        return [], [problem]
    books = _load(content)
    if books is None:
        return [], [Problem("workbook.file_not_workbook", str(path))]
    formulas, values = books
    return [_grid(sheet, values[sheet.title], str(path)) for sheet in formulas.worksheets], []


def grid_of(name: str, lines: Sequence[Sequence[Any]]) -> Grid:
    """Grid of a sheet whose values are already read, headings included."""
    return Grid(
        name,
        {
            row: {at: Cell(_coordinate(at, row), value) for at, value in enumerate(line, start=1)}
            for row, line in enumerate(lines, start=1)
        },
    )


def find_pages(
    grids: Iterable[Grid], tables: Sequence[Table], file: str
) -> tuple[dict[str, Page], list[Problem]]:
    """Pages by the key of their table, and problems with sheets and headings."""
    pages: dict[str, Page] = {}
    problems: list[Problem] = []
    names = {_plain(name): table for table in tables for name in (table.key, *map(table.title, LANGUAGES))}
    for grid in grids:
        table = names.get(_plain(grid.name))
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


# -- the file ------------------------------------------------------------------------------------------


def _read_bytes(path: Path) -> tuple[bytes, Problem | None]:
    if path.is_dir():
        return b"", Problem("workbook.file_is_folder", str(path))
    try:
        return path.read_bytes(), None
    except FileNotFoundError:
        return b"", Problem("workbook.file_missing", str(path))
    except OSError as error:
        return b"", Problem(
            "workbook.file_unreadable", str(path), args={"cause": error.strerror or str(error)}
        )


def _load(content: bytes) -> "tuple[Workbook, Workbook] | None":
    """The workbook with its formulas and with their results; None if it is not a workbook, or too big."""
    import io
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook

    try:
        with ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST_BYTES:
                return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl cannot keep of a workbook does not matter here
            return load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(content), data_only=True)
    except (BadZipFile, OSError, LookupError, ValueError, TypeError, AttributeError, SyntaxError):
        return None  # damaged files fail anywhere in openpyxl; SyntaxError is what its XML parser raises


def _grid(sheet: "Worksheet", values: "Worksheet", file: str) -> Grid:
    grid = Grid(sheet.title, {})
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        limits = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        grid.problems.append(Problem("workbook.sheet_too_big", file, sheet.title, limits))
        return grid
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.value is not None:
                found = _cell(cell, values[cell.coordinate].value, grid, file)
                grid.rows.setdefault(cell.row or 0, {})[cell.column or 0] = found
    _fill_merged(sheet, grid)
    return grid


def _cell(cell: Any, computed: Any, grid: Grid, file: str) -> Cell:
    place = f"{grid.name}!{cell.coordinate}"
    formula = cell.data_type == "f"
    value = computed if formula else cell.value
    if cell.data_type == "e" or (isinstance(value, str) and formula and value.startswith("#")):
        grid.problems.append(Problem("workbook.cell_error", file, place, {"value": str(value)}))
        value = None
    elif formula and value is None:
        grid.problems.append(Problem("workbook.formula_without_value", file, place))
    percent = "%" in str(cell.number_format)
    return Cell(cell.coordinate, value, percent=percent, computed=formula)


def _fill_merged(sheet: "Worksheet", grid: Grid) -> None:
    from openpyxl.utils import get_column_letter

    for area in sheet.merged_cells.ranges:
        first = grid.rows.get(area.min_row, {}).get(area.min_col)
        if first is None:
            continue
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                place = f"{get_column_letter(column)}{row}"
                filled = Cell(place, first.value, percent=first.percent, computed=first.computed)
                grid.rows.setdefault(row, {})[column] = filled


def _unknown_sheet(grid: Grid, tables: Sequence[Table], file: str) -> Iterator[Problem]:
    guides = {_plain(name) for name in GUIDE_NAMES}
    if grid.rows and _plain(grid.name) not in guides and not grid.name.startswith(IGNORED):
        args = spelling(grid.name, [name for table in tables for name in (table.title(), table.key)])
        yield Problem("workbook.unknown_sheet", file, grid.name, args)


GUIDE_NAMES: Final = ("说明", "Guide", "guide")


# -- headings -------------------------------------------------------------------------------------------


def heading_reader(table: Table) -> Callable[[str], Column | None]:
    """Function from a heading to the column it names: in Chinese, English, or as the campaign file has it."""
    known: dict[str, Column] = {}
    for column in table.columns:
        for name in (column.head, *(table.label(column, lang) for lang in LANGUAGES)):
            known.setdefault(_plain(name), column)
        if column.kind == "words" and column.path[-1] == "zh":
            known.setdefault(_plain(column.head.partition("::")[0]), column)

    def read(heading: str) -> Column | None:
        return known.get(_plain(heading)) or known.get(_plain(_settle_language(heading)))

    return read


def _settle_language(heading: str) -> str:
    """``label::中文 (zh-CN)`` and ``label::English`` as our headings write them."""
    name, sign, language = heading.partition("::")
    if not sign:
        return heading
    bare = language.strip().lower()
    code = bare.rpartition("(")[2].rstrip(")").strip()
    for ours, spellings in _LANGUAGES.items():
        if bare in spellings or code.partition("-")[0] in spellings or bare.partition(" ")[0] in spellings:
            return f"{name.strip()}::{LANGUAGE_HEADS[ours]}"
    return heading


def _plain(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading)
    return re.sub(r"[\s*]+", "", text).lower()


def find_heading(grid: Grid, read: Callable[[str], Column | None]) -> tuple[int, dict[int, str]]:
    """Number of the last row of headings (0 if there is none), and the heading of each column number.

    The first row that names the most columns counts; a second row of headings right below it belongs to it.
    """
    scores = {
        number: sum(read(cell.text) is not None for cell in grid.rows[number].values())
        for number in sorted(grid.rows)[:HEAD_ROWS]
    }
    best = max(scores, key=lambda number: scores[number], default=0)
    if not best or scores[best] < 1:
        return 0, {}
    number, headings = best, {column: cell.text for column, cell in grid.rows[best].items() if cell.text}
    while (below := grid.rows.get(number + 1)) and _is_heading(below, read):
        number += 1
        for column, cell in below.items():
            if cell.text and read(headings.get(column, "")) is None:
                headings[column] = cell.text
    return number, headings


def _is_heading(cells: dict[int, Cell], read: Callable[[str], Column | None]) -> bool:
    filled = [cell.text for cell in cells.values() if cell.text]
    named = sum(read(text) is not None for text in filled)
    return named >= 2 and named * 2 > len(filled)


def _read_list(grid: Grid, table: Table, file: str) -> tuple[Page | None, list[Problem]]:
    read = heading_reader(table)
    last, headings = find_heading(grid, read)
    if not last:
        if not grid.rows or grid.problems:
            return None, []
        return None, [Problem("workbook.no_headings", file, grid.name, {"example": table.columns[0].head})]
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
    page = Page(grid.name, table, tuple(row for row in rows if any(map(row.text, row.cells))), missing)
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
    missing = tuple(column for column in table.columns if column not in cells)
    return Page(grid.name, table, (Row(1, cells),), missing), problems


def _coordinate(column: int, row: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{row}"
