"""Words for codes, in Chinese and English.

Whatever a person reads is kept in the source as a dotted *code* with its values, for example
``scoring.per_missing_item``, and put into words only where it is shown. The words are in gettext
catalogues, ``locale/<language>/<domain>.po``; the domain is what precedes the first dot.

A catalogue entry is a format string: ``少于{required}次{missing}次，扣{lost}分``. Numbers are written
without trailing zeros, dates as ISO dates, everything else by :class:`str`.
"""

import gettext
import io
import math
import os
import re
import string
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LANGUAGES: Final = ("zh_CN", "en")
"""Languages that there are words in."""

MOST_DIGITS: Final = 9
"""Decimals of a number that is rounded already, such as a total as it is ranked: as many as it has."""

_NOISE: Final = 1e-9
_WHOLE: Final = 2.0**52  # a float above has no decimals
NOTHING: Final = "—"
"""Stands for a name, or a list of names, where there is none."""
_CLAUSE: Final = re.compile(r"（[^（）]*）|[^。？；，（）]*?(?:[.?;](?:\s+|$)|[。？；，]|(?=[（）])|$)")
_OPEN_END: Final = re.compile("[，；;]$")


def default_language() -> str:
    """Language of the interface: ``PBWIDGETS_LANG``, or Chinese if that is unset or unknown."""
    asked = os.environ.get("PBWIDGETS_LANG", "")
    return asked if asked in LANGUAGES else "zh_CN"


def spoken_language(asked: str) -> str:
    """The language asked for, if there is one of that name; by default that of the interface."""
    return asked if asked in LANGUAGES else default_language()


def say(code: str, lang: str | None = None, **args: object) -> str:
    """Text of a code in one language, with its values filled in.

    Parameters
    ----------
    code
        Dotted code, for example ``scoring.rated``.
    lang
        ``zh_CN`` or ``en``; by default the language of the interface.
    **args
        Values for the names in braces.

    Raises
    ------
    KeyError
        If the catalogue has no such code: our mistake, never the user's.

    Examples
    --------
    >>> say("errors.cause", "en", cause="disk full")
    'Cause: disk full'
    """
    lang = lang or default_language()
    text = _catalogue(lang, code.partition(".")[0]).gettext(code)
    if text == code:
        raise KeyError(f"no words for {code!r} in {lang}")
    named = ("nearest", "allowed") if code.endswith(".remedy") else ("nearest",)
    nothing = [f"{{{name}}}" for name in named if args.get(name) == NOTHING]
    return _fill(_leave_out(text, nothing), args)


@dataclass(frozen=True)
class Words:
    """Words of one domain in one language.

    >>> Words("errors", "en")("cause", cause="disk full")
    'Cause: disk full'
    """

    domain: str
    lang: str

    def __call__(self, code: str, **args: object) -> str:
        """Text of ``<domain>.<code>``, as :func:`say` gives it."""
        return say(f"{self.domain}.{code}", self.lang, **args)


def load_catalogues() -> None:
    """Read all catalogues now, for a process that others are forked from."""
    for lang in LANGUAGES:
        for path in (resources.files("pbwidgets") / "locale" / lang).iterdir():
            _catalogue(lang, path.name.removesuffix(".po"))


@cache
def interface_words() -> tuple[str, ...]:
    """All that the interface says, in all languages: the lines of the catalogues, with names in braces.

    >>> "保存" in "".join(interface_words())
    True
    """
    files = (
        path
        for lang in LANGUAGES
        for path in (resources.files("pbwidgets") / "locale" / lang).iterdir()
        if path.name.endswith(".po")
    )
    texts = (line for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(
        text.removeprefix("msgstr ").strip('"') for text in texts if text.startswith(("msgstr ", '"'))
    )


def has_words(code: str, lang: str = "zh_CN") -> bool:
    """Whether the catalogue has the code."""
    return _catalogue(lang, code.partition(".")[0]).gettext(code) != code


@cache
def _catalogue(lang: str, domain: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo  # slow to import, and --help must be quick
    from babel.messages.pofile import read_po

    path = resources.files("pbwidgets") / "locale" / lang / f"{domain}.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.StringIO(path.read_text(encoding="utf-8"))))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@overload
def round_half_up(values: float, digits: int) -> float: ...
@overload
def round_half_up(values: "npt.NDArray[np.float64]", digits: int) -> "npt.NDArray[np.float64]": ...
def round_half_up(values: Any, digits: int) -> Any:
    """Values rounded as on paper: a 5 is rounded away from zero. NaN stays NaN.

    The one rounding of everything that is shown or ranked, so that a reason and a total never differ.

    Parameters
    ----------
    values
        A finite number, or float64 of any shape.
    digits
        Decimals to keep.

    Examples
    --------
    >>> round_half_up(2.675, 2), round_half_up(88.445, 2), round_half_up(-0.125, 2)
    (2.68, 88.45, -0.13)
    """
    scale = 10.0**digits
    # a written 2.675 is 2.67499999… in binary, and sums add noise; no mark is as fine as this
    raised = abs(values) * scale + 0.5 + min(_NOISE * scale, 0.01)
    if isinstance(values, Real):
        rounded = math.copysign(raised // 1 / scale, values) + 0.0  # and no -0
        return values if raised >= _WHOLE else rounded
    import numpy as np  # not for --help

    return np.where(raised >= _WHOLE, values, np.copysign(np.floor(raised) / scale, values) + 0.0)


def number(value: float, digits: int = 2, *, keep_zeros: bool = False) -> str:
    """Write a number as a clerk would: rounded half up, at most ``digits`` decimals, no trailing zeros, no ``-0``.

    With ``keep_zeros`` it has exactly ``digits`` decimals; see :func:`count_decimals` for a column.

    >>> number(9.50), number(-0.001), number(12.0), number(0.015), number(9.5, keep_zeros=True)
    ('9.5', '0', '12', '0.02', '9.50')
    """
    text = f"{round_half_up(value, digits):.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text and not keep_zeros else text


def count_decimals(values: Iterable[float], digits: int = 2) -> int:
    """Decimals, ``digits`` at most, that numbers below each other are written with: as the one that needs most.

    NaN, for what is missing, needs none.

    >>> count_decimals([88.5, 90.0, float("nan")]), count_decimals([3.0, 8.0]), count_decimals([1 / 3], 4)
    (1, 0, 4)
    """
    import numpy as np  # not for --help

    every = np.array(values if hasattr(values, "__len__") else list(values), dtype=np.float64)
    rounded = round_half_up(every[~np.isnan(every)], digits)
    return next(least for least in range(digits + 1) if (np.round(rounded, least) == rounded).all())


def share_text(share_pct: float) -> str:
    """Per cent without decimals, never rounded to 0 or 100: almost always is not always.

    >>> share_text(99.6), share_text(0.2), share_text(50.4)
    ('>99%', '<1%', '50%')
    """
    if 0.0 < share_pct < 1.0:
        return "<1%"
    return ">99%" if 99.0 < share_pct < 100.0 else f"{number(share_pct, 0)}%"


def _leave_out(text: str, nothing: Collection[str]) -> str:
    """Text without the clauses that would suggest nothing, such as the nearest of no names.

    >>> _leave_out("没有“{value}”。是否想写“{nearest}”？", ["{nearest}"])
    '没有“{value}”。'
    >>> _leave_out("请核对编码（最接近的是“{nearest}”），或删去。", ["{nearest}"])
    '请核对编码，或删去。'
    """
    if not nothing:
        return text
    clauses = _CLAUSE.findall(text)
    kept = "".join(one for one in clauses if not any(name in one for name in nothing)).rstrip()
    return _OPEN_END.sub(lambda found: "。" if found[0] in "，；" else ".", kept)


def _fill(text: str, args: Mapping[str, object]) -> str:
    """Text with numbers, dates and texts in place of their names."""
    pieces = _cut(text)
    if pieces is None:  # a placeholder has its own format
        return _FORMATTER.vformat(text, (), args)
    return "".join(piece if name is None else piece + _write(args[name]) for piece, name in pieces)


@cache
def _cut(text: str) -> tuple[tuple[str, str | None], ...] | None:
    """Pieces of a text, each with the name that follows it; None if a placeholder is more than a name."""
    pieces = tuple(_FORMATTER.parse(text))
    if any(name is not None and (spec or how or not name.isidentifier()) for _, name, spec, how in pieces):
        return None
    return tuple((piece, name) for piece, name, _, _ in pieces)


def _write(value: object) -> str:
    if type(value) is str:
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        return number(float(value))
    if isinstance(value, date):
        return value.isoformat()
    return format(value)


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        return str(super().format_field(value, format_spec)) if format_spec else _write(value)


_FORMATTER = _Formatter()
