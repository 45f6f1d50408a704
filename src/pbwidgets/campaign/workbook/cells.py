"""Values of a campaign as cells, and the cells that a person filled as values again.

Excel changes what is typed: ``5`` becomes ``5.0``, ``2026-3`` a date, ``80%`` 0.8, and a Chinese keyboard
gives ``１０`` and ``，``. What can be recognised is put right here; the rest stays as it was typed, so that
the checks of the campaign report it.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final

from pbwidgets.campaign.source import clean_of
from pbwidgets.campaign.workbook.sheets import Column, Kind, value_words
from pbwidgets.intake.text import clean_text, to_date, to_flag, to_number
from pbwidgets.intake.workbook import Cell
from pbwidgets.wording import LANGUAGES

ABSENT: Final = object()
"""What an empty cell gives: the key is not there."""

_SEPARATORS: Final = re.compile(r"[\s,，、;；]+")
_QUOTED: Final = re.compile(r"('[^']*'|\"[^\"]*\")")
_CURLY: Final = str.maketrans("‘’“”", "''\"\"")
_NOISE: Final = 1e-14  # a formula's 0.1 + 0.2 is meant to be 0.3; nobody types so many digits
_BEGIN_OR_END: Final = re.compile(r"(begin|end)\s+(group|repeat)")
_TYPES: Final = ("select_one", "select_multiple")


class CellRefusedError(ValueError):
    """A cell whose content is already lost; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
        items = [value] if isinstance(value, str) else value  # one id of KindIds stands alone
        return (
            ", ".join(_number_text(item) if isinstance(item, float) else str(item) for item in items) or None
        )
    if column.kind == "texts":
        return "\n".join(value) or None
    if column.kind == "pairs":
        return "\n".join(f"{name} = {text}" for name, text in value.items()) or None
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
    cell = clean_cell(column, cell)
    if not cell.text:
        return ABSENT
    if column.kind == "choice":
        return _read_choice(column, cell)
    return _READERS[column.kind](cell)


def clean_cell(column: Column, cell: Cell) -> Cell:
    """The cell without signs that cannot be kept; a name in one line."""
    return replace(cell, value=clean_of(column.path, cell.value)) if isinstance(cell.value, str) else cell


def straighten(text: str) -> str:
    """A name typed in full-width characters, in plain letters and digits."""
    return unicodedata.normalize("NFKC", clean_text(text))


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
    return clean_text(cell.text)


def _read_name(cell: Cell) -> Any:
    if isinstance(cell.value, date | time):
        raise CellRefusedError("workbook.became_date")
    return straighten(cell.text)


def _read_expression(cell: Cell) -> Any:
    return straighten_expression(cell.text)


def _read_number(cell: Cell) -> Any:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _tidy(float(f"{value * 100:.12g}") if cell.percent else float(value))
    return _parse_number(cell.text)


def _parse_number(text: str) -> Any:
    number = to_number(text.strip().removesuffix("%").removesuffix("％"))
    return straighten(text) if number is None else _tidy(number)


def _tidy(value: float) -> float:
    short = float(f"{value:.12g}")
    value = short if math.isclose(value, short, rel_tol=_NOISE) else value
    return int(value) if math.isfinite(value) and value.is_integer() else value


def _read_flag(cell: Cell) -> Any:
    flag = to_flag(cell.text)
    return cell.text if flag is None else flag


def _read_date(cell: Cell) -> Any:
    value = cell.value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, date):
        return value
    return to_date(cell.text) or straighten(cell.text)  # 2026-13-01: the check reports it


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


def _read_pairs(cell: Cell) -> Any:
    pairs = (straighten(line).partition("=") for line in cell.text.splitlines() if line.strip())
    return {name.strip(): text.strip() for name, _, text in pairs}


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
    "pairs": _read_pairs,
    "text": _read_words,
    "texts": _read_texts,
    "whole": _read_number,
    "words": _read_words,
}
