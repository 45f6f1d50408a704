r"""Patterns of ``regex()``: regular expressions that cannot freeze a server.

Python's ``re`` tries one way after another, and a pattern as short as ``(a+)+b`` makes it try for years. RE2 takes a
time that grows with the text and the pattern, whatever they are; what cannot be asked so (looking ahead, repeating
what a group has found) it refuses when the pattern is read.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

LONGEST_PATTERN: Final = 500
_SET: Final = re.compile(r"\[\^?(?:\\.|[^\]\\])+\]")
_UNICODE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


class PatternError(ValueError):
    """A pattern that cannot be read, or asks for what would take too long."""


@dataclass(frozen=True)
class Pattern:
    """A pattern that was read."""

    text: str
    _compiled: Any

    def matches(self, text: str) -> bool:
        """Whether the pattern matches the whole text.

        >>> read_pattern("[0-9]{4}").matches("2026"), read_pattern("[0-9]{4}").matches("20261")
        (True, False)
        """
        return self._compiled.fullmatch(text) is not None


@cache
def read_pattern(text: str) -> Pattern:
    r"""Pattern of a text in RE2's syntax, with ``\u4e00`` as in Java, which XLSForms are written for.

    Raises
    ------
    PatternError
        If it is too long, is none, or uses what RE2 does not have (looking ahead, references to a group).
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    if len(text) > LONGEST_PATTERN:
        raise PatternError(text)
    written = _UNICODE.sub(r"\\x{\1}", _SET.sub(_settle_dashes, text))
    try:
        return Pattern(text, re2.compile(written, options))
    except re2.error:
        raise PatternError(text) from None


def _settle_dashes(found: re.Match[str]) -> str:
    r"""A set in which a dash beside a class (``[\w-.]``) stands for itself, as in Java."""
    return re.sub(r"(\\[dDwWsS])-(?=.)|(?<=.)-(?=\\[dDwWsS])", r"\1\\-", found[0])
