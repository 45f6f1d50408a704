"""Files that people send, opened as sheets: CSV in whatever encoding, and workbooks."""

import codecs
import csv
import io
from pathlib import Path
from typing import Final

from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.text import unprotect
from pbwidgets.intake.unpacking import LARGEST_BYTES, MOST_CELLS, MOST_COLUMNS
from pbwidgets.intake.workbook import Sheet, is_markup, is_other, is_workbook, open_workbook

KINDS: Final = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt")
"""Names that such files have; what one holds is told by its content."""

_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED: Final = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_OF_PROGRAMS: Final = "WpsReserved"  # begins the names of hidden sheets that WPS adds
_DELIMITERS: Final = ",\t;"
_SIGNS: Final = (*_DELIMITERS, "\n")  # without them nearly any bytes could be UTF-16
_SAMPLE: Final = 20  # lines
_MOSTLY: Final = 4  # characters that fit, for each that does not


def open_sheets(path: Path) -> tuple[Sheet, ...]:
    """Sheets of a workbook, or the one table of a CSV file.

    Raises
    ------
    ProblemsError
        If the file is missing, empty, of another kind, damaged, or beyond a limit: one problem, the first cause.
    """
    return open_content(read_content(path), str(path))


def open_content(content: bytes, file: str) -> tuple[Sheet, ...]:
    """Sheets of a file that is read already; ``file`` is its name for messages, errors as for :func:`open_sheets`."""
    if is_workbook(content):
        sheets = open_workbook(content, file)
        return tuple(sheet for sheet in sheets if not sheet.name.startswith(_OF_PROGRAMS))
    return (_read_csv(content, file),)


def read_content(path: Path) -> bytes:
    """Bytes of a file that somebody sent.

    Raises
    ------
    ProblemsError
        If it is missing, empty, a folder, or too big.
    """
    if path.is_dir():
        raise ProblemsError([Problem("intake.file_is_folder", str(path))])
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ProblemsError([_too_big(str(path))])
        content = path.read_bytes()
    except FileNotFoundError:
        raise ProblemsError([Problem("intake.file_missing", str(path))]) from None
    except OSError as error:
        cause = {"cause": error.strerror or str(error)}
        raise ProblemsError([Problem("intake.file_unreadable", str(path), args=cause)]) from None
    if not content.strip():
        raise ProblemsError([Problem("intake.file_empty", str(path))])
    return content


def _too_big(file: str) -> Problem:
    return Problem("intake.too_big", file, args={"limit": LARGEST_BYTES // 1_000_000})


def _read_csv(content: bytes, file: str) -> Sheet:
    if is_other(content):
        raise ProblemsError([Problem("intake.file_not_table", file)])
    if is_markup(content):
        raise ProblemsError([Problem("intake.web_page", file)])
    if line := _find_damage(content):
        raise ProblemsError([Problem("intake.damaged_text", file, str(line))])
    text = _decode(content)
    if text is None:
        raise ProblemsError([Problem("intake.file_not_table", file)])
    rows: list[list[str]] = []
    numbers: list[int] = []
    # strict: a quotation mark that is never closed would otherwise swallow the rest of the file without a word
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    cells = number = 0
    try:
        for row in reader:
            rows.append([unprotect(cell) for cell in row])
            numbers.append(number + 1)
            number = reader.line_num
            cells += len(row)
            if cells > MOST_CELLS or len(row) > MOST_COLUMNS:
                limits = {"most_columns": MOST_COLUMNS, "most_cells": MOST_CELLS}
                raise ProblemsError([Problem("intake.csv_too_big", file, str(number), limits)])
    except csv.Error:
        raise ProblemsError([Problem("intake.bad_csv", file, str(number + 1))]) from None
    return Sheet(
        "", [[None if not cell or cell.isspace() else cell for cell in row] for row in rows], numbers
    )


def _decode(content: bytes) -> str | None:
    """Text of a file by its byte-order mark, or else in the first encoding that fits; None if none does."""
    marked = next((encoding for mark, encoding in _MARKED if content.startswith(mark)), None)
    for encoding in (marked,) if marked else _UNMARKED:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and (marked or "16" not in encoding or any(sign in text for sign in _SIGNS)):
            return text
    return None


def _find_damage(content: bytes) -> int:
    """Line of the first byte that does not belong, if the file is text but for a few of them; else 0.

    GB 18030 makes some character of nearly any bytes: what is UTF-8 for the most part must not be read so.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            text = content.decode(encoding, errors="replace")
            wrong = text.count("\ufffd")
            right = sum(sign > "\x7f" for sign in text) - wrong
            if "\0" not in text and right > _MOSTLY * wrong:
                return content.count(b"\n", 0, error.start) + 1
        else:
            return 0
    return 0


def _delimiter(text: str) -> str:
    """The sign that most of the first lines have, and then most often: titles and numbers may have others."""
    lines = text.split("\n", _SAMPLE)[:_SAMPLE]
    return max(_DELIMITERS, key=lambda sign: (sum(sign in line for line in lines), text.count(sign)))
