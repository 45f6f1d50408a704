"""Values of a campaign as cells, and the cells that a person filled as values again.

Excel changes what is typed: ``5`` becomes ``5.0``, ``2026-3`` a date, ``80%`` 0.8, and a Chinese keyboard
gives ``１０`` and ``，``. What can be recognised is put right here; the rest stays as it was typed, so that
the checks of the campaign report it.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pbwidgets.campaign.workbook.sheets import Column, Kind, value_words
from pbwidgets.wording import LANGUAGES

ABSENT: Final = object()
"""What an empty cell gives: the key is not there."""

_SEPARATORS: Final = re.compile(r"[\s,，、;；]+")
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_DIGITS_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER: Final = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+|(?=\.\d))(\.\d*)?([eE][+-]?\d+)?")
_QUOTED: Final = re.compile(r"('[^']*'|\"[^\"]*\")")
_CURLY: Final = str.maketrans("‘’“”", "''\"\"")
_TRUE: Final = frozenset({"是", "有", "对", "√", "✓", "true", "yes", "1", "true()"})
_FALSE: Final = frozenset({"否", "无", "不", "×", "false", "no", "0", "false()"})
_FIRST_DAY: Final = date(1899, 12, 30)  # day 0 of Excel's calendar for all days after February 1900
_COMPUTED_DIGITS: Final = 12  # a formula's 0.1 + 0.2 is meant to be 0.3
_BEGIN_OR_END: Final = re.compile(r"(begin|end)\s+(group|repeat)")
_TYPES: Final = ("select_one", "select_multiple")


class CellRefusedError(ValueError):
    """A cell whose content is already lost; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Cell:
    """One cell of a sheet.

    Attributes
    ----------
    place
        ``B7``.
    value
        Text, number, bool, date and time, or None.
    percent
        Whether it is shown as a per cent, so that 0.8 was typed as 80 %.
    computed
        Whether a formula gave the value.
    """

    place: str
    value: Any
    percent: bool = False
    computed: bool = False

    @property
    def text(self) -> str:
        """Its text, without spaces around it."""
        value = self.value
        if value is None:
            return ""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else repr(value)
        if isinstance(value, datetime) and value.time() == time():
            return value.date().isoformat()
        return str(value).strip()


def to_cell(column: Column, value: Any, lang: str | None = None) -> Any:
    """Value as it is written into a cell: text, number, bool words, date; None for nothing.

    Parameters
    ----------
    column
        Its column.
    value
        Value of the campaign.
    lang
        Language of the words for fixed values.

    Examples
    --------
    >>> from pbwidgets.campaign.workbook.sheets import Column
    >>> to_cell(Column("forms", ("forms",), "names"), ("plan", "record"))
    'plan, record'
    """
    if value is None:
        return None
    if column.kind == "choice":
        return value if isinstance(value, int) else value_words(column, value, lang)
    if column.kind == "flag":
        return value_words(column, "true" if value else "false", lang)
    if column.kind in ("names", "numbers"):
        return (
            ", ".join(_number_text(item) if isinstance(item, float) else str(item) for item in value) or None
        )
    if column.kind == "texts":
        return "\n".join(value) or None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def from_cell(column: Column, cell: Cell) -> Any:
    """Value of a filled cell, or :data:`ABSENT`; what it cannot understand is returned as it is.

    Raises
    ------
    CellRefusedError
        If Excel has changed what was typed beyond recovery.

    Examples
    --------
    >>> from pbwidgets.campaign.workbook.sheets import Column
    >>> from_cell(Column("points", ("points",), "number"), Cell("B7", "１０"))
    10
    """
    if not cell.text:
        return ABSENT
    if column.kind == "choice":
        return _read_choice(column, cell)
    return _READERS[column.kind](cell)


def straighten(text: str) -> str:
    """A name typed in full-width characters, in plain letters and digits."""
    return unicodedata.normalize("NFKC", text).strip()


def straighten_expression(text: str) -> str:
    """An expression whose signs are plain; what is between quotes is left alone.

    >>> straighten_expression("${plan}＝‘yes’ and ${n}＞＝3")
    "${plan}='yes' and ${n}>=3"
    """
    if not _QUOTED.search(text):
        text = text.translate(_CURLY)
    parts = _QUOTED.split(text.strip())
    return "".join(part if at % 2 else unicodedata.normalize("NFKC", part) for at, part in enumerate(parts))


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


# -- readers by kind of column ----------------------------------------------------------------------------


def _read_words(cell: Cell) -> Any:
    return cell.text.replace("\r\n", "\n")


def _read_name(cell: Cell) -> Any:
    if isinstance(cell.value, date | time):
        raise CellRefusedError("workbook.became_date")
    return straighten(cell.text)


def _read_expression(cell: Cell) -> Any:
    return straighten_expression(cell.text)


def _read_number(cell: Cell) -> Any:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _tidy(float(f"{value * 100:.12g}") if cell.percent else value, cell)
    text = straighten(cell.text)
    return _parse_number(text)


def _parse_number(text: str) -> Any:
    plain = text.removesuffix("%").strip()
    return _tidy(float(plain.replace(",", "")), None) if _NUMBER.fullmatch(plain) else text


def _tidy(value: float, cell: Cell | None) -> float:
    if cell is not None and cell.computed:
        value = float(f"{value:.{_COMPUTED_DIGITS}g}")
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value


def _read_flag(cell: Cell) -> Any:
    word = straighten(cell.text).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return cell.text


def _read_date(cell: Cell) -> Any:
    value = cell.value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, date):
        return value
    text = straighten(cell.text)
    found = _DATE.fullmatch(text) or _DIGITS_DATE.fullmatch(text)
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
        if isinstance(value, int | float) and 1 <= value < 100_000 and float(value).is_integer():
            return _FIRST_DAY + timedelta(days=int(value))
    except ValueError:
        pass  # 2026-13-01: the check reports it
    return text


def _read_choice(column: Column, cell: Cell) -> Any:
    text = straighten(cell.text)
    for option in column.options:
        spellings = {str(option), *(value_words(column, option, lang) for lang in LANGUAGES)}
        if text.lower() in {straighten(word).lower() for word in spellings}:
            return option
    return text


def _read_names(cell: Cell) -> Any:
    return _split(_read_name(cell))


def _read_texts(cell: Cell) -> Any:
    return [line.strip() for line in cell.text.splitlines() if line.strip()]


def _read_numbers(cell: Cell) -> Any:
    if isinstance(cell.value, int | float):
        return [_read_number(cell)]
    return [_parse_number(part) for part in _split(straighten(cell.text))]


def _read_field_type(cell: Cell) -> Any:
    words = _BEGIN_OR_END.sub(r"\1_\2", straighten(cell.text))
    first, _, rest = words.partition(" ")
    return f"{first} {rest.strip()}" if first in _TYPES else words


def _split(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text) if part]


_READERS: Final[dict[Kind, Callable[[Cell], Any]]] = {
    "date": _read_date,
    "expression": _read_expression,
    "field_type": _read_field_type,
    "flag": _read_flag,
    "name": _read_name,
    "names": _read_names,
    "number": _read_number,
    "numbers": _read_numbers,
    "text": _read_words,
    "texts": _read_texts,
    "whole": _read_number,
    "words": _read_words,
}
