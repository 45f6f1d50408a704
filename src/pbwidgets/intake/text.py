"""Texts, codes, dates and numbers as people type, paste and export them, made plain: pure functions of text.

One set of rules for everything that comes in: tables that people send, and what is typed into a form.
Names keep every sign that a script needs (joiners, Mongolian separators, variation selectors); codes keep none.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from math import isfinite
from typing import Any, Final

_BREAKS: Final = "\x0b\x0c\x85"
"""Breaks of lines and pages that PowerPoint, Word and old systems put on the clipboard."""

_TO_BLANKS: Final = str.maketrans(_BREAKS, "   ")
_TO_LINES: Final = str.maketrans(_BREAKS, "\n\n\n")

_UNFIT: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
"""Control characters, lone surrogates, noncharacters: one of them, and a database or an Office file is refused."""

_NEVER_MEANT: Final = re.compile("[\u200b\u2060\ufeff]")
"""Zero-width space, word joiner, byte-order mark."""

_DIRECTIONS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]")
_BREAK: Final = re.compile(r"\s*[\t\n\u2028\u2029]\s*")
_FORMULA_START: Final = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r\n]")
"""What OWASP's advice on CSV files names, also behind blanks, and behind our own protection."""

_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA: Final = re.compile(r'="((?:[^"]|"")*)"')
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_MARKS: Final = re.compile("[\u034f\u115f\u1160\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Signs that cannot be seen though Unicode calls them letters or marks."""

_DASHES: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_SCIENTIFIC: Final = re.compile(r"(\d)(?:\.(\d+)[eE]\+?|[eE]\+)(\d{1,2})")

_DIGITS: Final = {sign: str(at) for at, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_NUMERAL: Final = "[0-9〇一二三四五六七八九十零○]"
_DATE: Final = re.compile(
    rf"({_NUMERAL}{{4}})\s*[-/.年]\s*({_NUMERAL}{{1,3}})\s*[-/.月]\s*({_NUMERAL}{{1,3}})\s*[日号]?"
    r"(?:[\sT]*0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_ZERO: Final = date(1899, 12, 30)  # of Excel's calendar, for all days after February 1900
_SERIALS: Final = range(10_000, 100_000)  # 1927 to 2173, five digits: nothing else in a column of dates
_ASKED: Final = re.compile(r"(\((必填|选填|可不填|required|optional)\))?:?$")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d*)?(?:[eE][+-]?\d+)?")
_TRUE: Final = frozenset({"是", "有", "对", "√", "✓", "true", "yes", "1", "true()"})
_FALSE: Final = frozenset({"否", "无", "不", "×", "false", "no", "0", "false()"})


def drop_unfit(text: str) -> str:
    r"""A text without the characters that no database or Office file can hold; everything else stays.

    Control characters but tab and line break, lone surrogates and noncharacters go; what was a break of lines or
    pages (U+000B, U+000C, U+0085) becomes a blank. Everything that leaves the program passes through here.

    >>> drop_unfit("台账不全\x0b未归档\ufffe"), drop_unfit("甲\t乙\n丙")
    ('台账不全 未归档', '甲\t乙\n丙')
    """
    return text if text.isprintable() else _UNFIT.sub("", text.translate(_TO_BLANKS))


def drop_unmeant(text: str) -> str:
    """A text without what is unfit to be kept, and without zero-width spaces; blanks stay, so that one can type on.

    >>> drop_unmeant("甲\u200b镇 ")
    '甲镇 '
    """
    return _NEVER_MEANT.sub("", drop_unfit(text))


def drop_directions(text: str) -> str:
    """A text without marks that change the direction of what follows, so that a name reads as another one.

    >>> drop_directions("甲" + chr(0x202E) + "镇")
    '甲镇'
    """
    return _DIRECTIONS.sub("", text)


def drop_unfit_in(value: Any) -> Any:
    """Plain data whose texts are all as :func:`drop_unfit` makes them, at any depth; keys as well.

    >>> drop_unfit_in({"rows": ["a" + chr(7), 1, None]})
    {'rows': ['a', 1, None]}
    """
    if isinstance(value, str):
        return drop_unfit(value)
    if isinstance(value, Mapping):
        return {drop_unfit_in(key): drop_unfit_in(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [drop_unfit_in(part) for part in value]
    return value


def clean_text(text: str) -> str:
    r"""A text without what was never meant: spaces around it, zero-width spaces, and what is unfit to be kept.

    Full-width signs stay as they are, and so do joiners, Mongolian separators and variation selectors,
    which belong to the spelling of names. Line ends become ``\n``.

    >>> clean_text("\ufeff　甲镇\u200b ")
    '甲镇'
    """
    if text.isalnum():  # nearly all
        return text
    return drop_unmeant(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def clean_name(text: str) -> str:
    r"""A name as a clean text of one line, without marks of direction.

    A line break that a narrow cell put into Chinese is gone; between other words it was a space.

    >>> clean_name("东\n坪县"), clean_name("East\nPing"), clean_name("甲\u202e镇")
    ('东坪县', 'East Ping', '甲镇')
    """
    if text.isalnum():  # nearly all
        return text
    clean = drop_directions(clean_text(text.translate(_TO_LINES))).strip()
    return _BREAK.sub(lambda found: _join(clean[found.start() - 1], clean[found.end()]), clean)


def _join(before: str, after: str) -> str:
    return "" if any(unicodedata.east_asian_width(sign) in "WF" for sign in (before, after)) else " "


def removed_signs(text: str, clean: str) -> str:
    r"""The signs of a text that are not in what it became, each once, to be read in a message.

    Blanks and the usual ends of lines do not count; a line break does, where the text became one line.

    >>> removed_signs("a\x0bb\x07\x07 ", "a b")
    '⟨U+000B⟩⟨U+0007⟩'
    """
    gone = dict.fromkeys(sign for sign in text.strip() if sign not in clean and sign not in " \t\r\u3000")
    return "".join(map(_show, gone))


def protect(text: str) -> str:
    """A text with a ``'`` before it, if a spreadsheet would take it for a formula; a number stays a number.

    :func:`unprotect` undoes it, whatever the text.

    >>> protect("=1+1镇"), protect("-0.5"), protect("甲镇")
    ("'=1+1镇", '-0.5', '甲镇')
    """
    return f"'{text}" if _FORMULA_START.match(text) and not _NUMBER.fullmatch(text) else text


def to_excel(text: str) -> str:
    r"""A text as it is written into a cell of a workbook, which reads ``_x0041_`` as the character of that number.

    >>> to_excel("表_x0041_\x07")
    '表_x005F_x0041_'
    """
    return _ESCAPE.sub("_x005F_", drop_unfit(text))


def unprotect(text: str) -> str:
    """A text without what keeps Excel from computing it: the ``'`` of :func:`protect`, or ``="…"`` around it.

    >>> unprotect('="0012"'), unprotect("'=1+1镇")
    ('0012', '=1+1镇')
    """
    if text.startswith("'") and _FORMULA_START.match(text):
        return text[1:]
    found = _FORMULA.fullmatch(text.strip()) if '="' in text else None
    return found[1].replace('""', '"') if found else text


def clean_code(text: str) -> str:
    """A code in plain letters and digits: without invisible signs, spaces, or protection from Excel.

    Scientific notation is undone where no digit is lost.

    >>> clean_code("９９０１０１\u200b"), clean_code("'0012"), clean_code("9.90101001E+08")
    ('990101', '0012', '990101001')
    """
    if text.isascii() and text.isalnum():  # nearly all
        return text
    plain = unicodedata.normalize("NFKC", drop_unfit(unprotect(text))).translate(_DASHES)
    plain = "".join(sign for sign in _MARKS.sub("", plain) if unicodedata.category(sign) not in _INVISIBLE)
    plain = plain.removeprefix("'")
    found = _SCIENTIFIC.fullmatch(plain)
    complete = found is not None and len(found[2] or "") == int(found[3])
    return f"{found[1]}{found[2]}" if found and complete else plain


def show_invisible(text: str) -> str:
    r"""A text whose invisible signs can be read in a message.

    >>> show_invisible("0012\u200b")
    '0012⟨U+200B⟩'
    """
    return "".join(
        _show(sign) if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} or _MARKS.match(sign) else sign
        for sign in text
    )


def is_invisible(sign: str) -> bool:
    """Whether a character cannot be seen, blanks included.

    >>> is_invisible("\u200d"), is_invisible("镇")
    (True, False)
    """
    return unicodedata.category(sign) in _INVISIBLE or _MARKS.match(sign) is not None


def _show(sign: str) -> str:
    return f"⟨U+{ord(sign):04X}⟩"


def is_shortened(code: str) -> bool:
    """Whether a code is a number in scientific notation, of which digits are lost.

    >>> is_shortened("9.90101E+11"), is_shortened("990101")
    (True, False)
    """
    return _SCIENTIFIC.fullmatch(code) is not None


def plain_heading(text: str) -> str:
    r"""A heading as it is compared: without blanks, line breaks, asterisks and full-width forms, in small letters.

    >>> plain_heading("单位 编码\n（必填）*：") == plain_heading("单位编码")
    True
    """
    folded = unicodedata.normalize("NFKC", clean_text(text))
    bare = "".join(sign for sign in folded if sign != "*" and unicodedata.category(sign) not in _INVISIBLE)
    return _ASKED.sub("", bare.lower())


def to_date(text: str) -> date | None:
    """Day that a text means, or None.

    Reads ``2026-1-1``, ``2026/01/01``, ``2026.1.1``, ``20260101``, 2026年1月1日, 二〇二六年一月一日, a midnight behind
    any of them, full-width digits, and the number of days that Excel keeps (five digits).

    >>> to_date("二〇二六年十二月三十一日"), to_date("46023"), to_date("2026-13-01")
    (datetime.date(2026, 12, 31), datetime.date(2026, 1, 1), None)
    """
    plain = unicodedata.normalize("NFKC", clean_text(unprotect(text))).removeprefix("'")
    if plain.isdecimal() and int(plain) in _SERIALS and len(plain) == 5:
        return _DAY_ZERO + timedelta(days=int(plain))
    found = _DATE.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if not found:
        return None
    try:
        return date(int(_to_digits(found[1])), int(_to_digits(found[2])), int(_to_digits(found[3])))
    except ValueError:
        return None


def _to_digits(numeral: str) -> str:
    """A numeral up to 99 or a year digit by digit: 三十一 and 二〇二六."""
    tens, ten, ones = numeral.partition("十")
    if ten:
        return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))
    return "".join(_DIGITS.get(sign, sign) for sign in numeral)


def to_number(text: str) -> float | None:
    """Number that a text writes, with thousands separators and full-width digits or without; None for any other.

    >>> to_number("１,３００.５"), to_number("12%"), to_number("1,5")
    (1300.5, None, None)
    """
    plain = unicodedata.normalize("NFKC", clean_text(unprotect(text))).removeprefix("'").replace("−", "-")
    number = float(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None
    return number if number is not None and isfinite(number) else None


def to_flag(text: str) -> bool | None:
    """Yes or no: 是 有 √ true yes 1, or 否 无 × false no 0; None for anything else."""
    word = unicodedata.normalize("NFKC", clean_text(text)).lower()
    return word in _TRUE if word in _TRUE or word in _FALSE else None
