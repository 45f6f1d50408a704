"""Words for codes, in Chinese and English.

Whatever a person reads is kept in the code as a dotted *code* with its numbers, for example
``scoring.per_missing_item``, and put into words only where it is shown. The words stand in gettext
catalogues, ``locale/<language>/<domain>.po``; the domain is what stands before the first dot.

A catalogue entry is a format string: ``少于{required}次{missing}次，扣{lost}分``. Numbers are written
without trailing zeros, dates as ISO dates, everything else by :class:`str`.
"""

import gettext
import io
import os
import string
from datetime import date
from functools import cache
from importlib import resources
from numbers import Real
from typing import Any, Final

LANGUAGES: Final = ("zh_CN", "en")


def default_language() -> str:
    """Language of the interface: ``PBWIDGETS_LANG``, Chinese where it is not set or not known."""
    asked = os.environ.get("PBWIDGETS_LANG", "")
    return asked if asked in LANGUAGES else "zh_CN"


def say(code: str, lang: str | None = None, **args: object) -> str:
    """Text of a code in one language, with its numbers filled in.

    Parameters
    ----------
    code
        Dotted code, for example ``scoring.rated``.
    lang
        ``zh_CN`` or ``en``; by default the language of the interface.
    **args
        What the text names in braces.

    Raises
    ------
    KeyError
        If the catalogue has no such code: a mistake of ours, never of the user.

    Examples
    --------
    >>> say("errors.cause", "en", cause="disk full")
    'Cause: disk full'
    """
    lang = lang or default_language()
    text = _catalogue(lang, code.partition(".")[0]).gettext(code)
    if text == code:
        raise KeyError(f"no words for {code!r} in {lang}")
    return _FORMATTER.vformat(text, (), args)


def has_words(code: str, lang: str = "zh_CN") -> bool:
    """Whether a catalogue knows the code."""
    return _catalogue(lang, code.partition(".")[0]).gettext(code) != code


@cache
def _catalogue(lang: str, domain: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo  # babel is slow to import and --help must be quick
    from babel.messages.pofile import read_po

    path = resources.files("pbwidgets") / "locale" / lang / f"{domain}.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.StringIO(path.read_text(encoding="utf-8"))))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def number(value: float, digits: int = 2) -> str:
    """Write a number as a clerk would: at most ``digits`` decimals, no trailing zeros, no ``-0``.

    >>> number(9.50), number(-0.001), number(12.0)
    ('9.5', '0', '12')
    """
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec and isinstance(value, Real) and not isinstance(value, bool):
            return number(float(value))
        if not format_spec and isinstance(value, date):
            return value.isoformat()
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()
