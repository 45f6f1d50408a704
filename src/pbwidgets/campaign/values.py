"""One value of one field: what may be entered, and its canonical form as an answer and as text.

==================== ====================== ==============================
type                 canonical answer       text in the store
==================== ====================== ==============================
text                 str                    the same
integer              int                    ``3``
decimal              float, 10 decimals     ``2.5``, ``3``
date                 str, an ISO date       ``2026-05-01``
select_one           str, a choice id       the same
select_multiple      list of choice ids     ids with spaces between
image, file          list of SHA-256 (hex)  the same with spaces between
unit                 str, a unit's code     the same
calculate            int, float or str      number or text
repeat               rows, or ``"none"``    each field; ``none``
==================== ====================== ==============================

None, an empty or blank text, NaN and an empty list all become None.
"""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from pbwidgets.campaign.checks_numbers import LARGEST
from pbwidgets.campaign.model import Field
from pbwidgets.intake.text import clean_text

NONE: Final = "none"
"""Answer to a repeat that says there is nothing to report, in place of its rows; see ``Field.may_be_none``."""
LONGEST_TEXT: Final = 10_000
_DECIMALS: Final = 10  # so that every number is written in full and read back the same
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,15})?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LISTS: Final = ("select_multiple", "image", "file")
UPLOADS: Final = ("image", "file")


class ValueRefusedError(ValueError):
    """A value that cannot be an answer of the field; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def to_answer(field: Field, value: object) -> object:
    """Canonical answer of what was entered or read, None if it is empty.

    Raises
    ------
    ValueRefusedError
        If it is not a value of the field's type.
    """
    if isinstance(value, str):
        value = clean_text(value)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if field.type in LISTS:
        return _to_list(field, value)
    return _READERS[field.type](value)


def to_text(value: object) -> str:
    """Text of a canonical answer as the store and the frames keep it.

    >>> to_text(3.0), to_text(2.5), to_text(["a", "b"])
    ('3', '2.5', 'a b')
    """
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, float):
        # never in scientific notation, and the shortest text that gives the same number
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _to_list(field: Field, value: object) -> list[str] | None:
    parts = value.split() if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueRefusedError("campaign.answer_not_list")
    cleaned = [clean for part in parts if (clean := clean_text(part))]
    if field.type in UPLOADS and not all(_SHA256.fullmatch(part) for part in cleaned):
        raise ValueRefusedError("campaign.answer_not_file")
    if len(set(cleaned)) < len(cleaned):
        raise ValueRefusedError("campaign.answer_repeated")
    return cleaned or None


def _to_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueRefusedError("campaign.answer_not_text")
    return value


def _to_number(value: object, code: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueRefusedError(code)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueRefusedError(code)
    number = float(value) if abs(float(value)) <= LARGEST else math.inf
    if not math.isfinite(number):
        raise ValueRefusedError(code)
    return number + 0.0  # -0.0 becomes 0.0


def _to_integer(value: object) -> int:
    code = "campaign.answer_not_whole"
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueRefusedError(code)
    number = _to_number(value, code)
    if not number.is_integer():
        raise ValueRefusedError(code)
    return int(number)


def _to_decimal(value: object) -> float:
    code = "campaign.answer_not_number"
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueRefusedError(code)
    return round(_to_number(value, code), _DECIMALS) + 0.0


def _to_date(value: object) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise ValueRefusedError("campaign.answer_not_date")


def to_calculated(value: object) -> object:
    """Canonical answer of a calculation's result: a number, a text, or None."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        text = value.strip()
        return to_calculated(float(text)) if _NUMBER.fullmatch(text) else text or None
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= LARGEST:
        number = round(float(value), _DECIMALS)
        return int(number) if number.is_integer() else number
    return None


_READERS: Final = {
    "calculate": to_calculated,
    "date": _to_date,
    "decimal": _to_decimal,
    "integer": _to_integer,
    "select_one": _to_text,
    "text": _to_text,
    "unit": _to_text,
}
