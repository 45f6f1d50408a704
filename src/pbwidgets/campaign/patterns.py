"""Patterns of ``regex()``: regular expressions that cannot freeze a server.

Python's ``re`` tries one way after another, and a pattern as short as ``(a+)+b`` makes it try for years. Here a
pattern is a function from the places where it may begin to all the places where it may end, so that no way is
tried twice: the time grows with the text and the pattern, whatever they are. What cannot be asked in this manner
(looking ahead, repeating what a group has found) is refused when the pattern is read.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

LONGEST_PATTERN: Final = 500
LONGEST_MATCHED: Final = 2000
"""Characters of a text that may be matched; a longer one matches no pattern."""
_MOST_REPEATS: Final = 1000
_DEEPEST: Final = 20

_Places = frozenset[int]
_Step = Callable[[str, _Places], _Places]
_IsIt = Callable[[str], bool]
_QUANTIFIER: Final = re.compile(r"(?:\*|\+|\?|\{([0-9]+)(?:(,)([0-9]*))?\})\??")
_ESCAPE: Final = re.compile(
    r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[dDwWsStnrf]|p\{[A-Z][a-z]?\}|p[A-Z]|[^0-9A-Za-z])"
)
_CATEGORY: Final = re.compile(r"\\p(?:\{([A-Z][a-z]?)\}|([A-Z]))")
_SET: Final = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]")


class PatternError(ValueError):
    """A pattern that cannot be read, or asks for what would take too long."""


@dataclass(frozen=True)
class Pattern:
    """A pattern that was read."""

    text: str
    _run: _Step

    def matches(self, text: str) -> bool:
        """Whether the pattern matches the whole text.

        >>> read_pattern("[0-9]{6}").matches("100080"), read_pattern("[0-9]{6}").matches("1000800")
        (True, False)
        """
        return len(text) <= LONGEST_MATCHED and len(text) in self._run(text, frozenset((0,)))


@cache
def read_pattern(text: str) -> Pattern:
    r"""Pattern of a text, as in XLSForm: ``. [ ] ( ) | * + ? {m,n} ^ $``, ``\d``, ``\p{L}`` and the like.

    Raises
    ------
    PatternError
        If it is too long, is none, or uses what is not asked here (looking ahead, references to a group).
    """
    if len(text) > LONGEST_PATTERN:
        raise PatternError(text)
    reader = _Reader(text)
    step = reader.read_branches(_DEEPEST)
    if reader.at < len(text):
        raise PatternError(text)
    return Pattern(text, step)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def read_branches(self, depth: int) -> _Step:
        if depth == 0:
            raise PatternError(self.text)
        branches = [self._read_sequence(depth)]
        while self._take("|"):
            branches.append(self._read_sequence(depth))
        return branches[0] if len(branches) == 1 else _either(branches)

    def _read_sequence(self, depth: int) -> _Step:
        steps = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            steps.append(self._read_repeats(self._read_piece(depth)))
        return _in_turn(steps)

    def _read_repeats(self, step: _Step) -> _Step:
        found = _QUANTIFIER.match(self.text, self.at)
        if found is None:
            return step
        self.at = found.end()
        if found[1] is None:
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[0][0]]
        else:
            least = int(found[1])
            most = least if found[2] is None else int(found[3]) if found[3] else None
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise PatternError(self.text)
        return _repeated(step, least, most)

    def _read_piece(self, depth: int) -> _Step:
        if self._take("("):
            if self._take("?") and not self._take(":"):
                raise PatternError(self.text)
            step = self.read_branches(depth - 1)
            if not self._take(")"):
                raise PatternError(self.text)
            return step
        if self._take("^"):
            return lambda _, places: places & {0}
        if self._take("$"):
            return lambda text, places: places & {len(text)}
        return _one(self._read_character())

    def _read_character(self) -> _IsIt:
        if found := _SET.match(self.text, self.at):
            self.at = found.end()
            return _read_set(found[1], found[2])
        if found := _ESCAPE.match(self.text, self.at):
            self.at = found.end()
            return _read_set("", found[0])
        letter = self.text[self.at]
        self.at += 1
        if letter in "\\[*+?{":
            raise PatternError(self.text)
        return (lambda other: other != "\n") if letter == "." else (lambda other: other == letter)

    def _take(self, letter: str) -> bool:
        taken = self.text.startswith(letter, self.at)
        self.at += taken
        return taken


def _read_set(negated: str, members: str) -> _IsIt:
    """Whether a letter is a member of ``[…]``: categories of Unicode, and what Python's own sets may hold."""
    categories = tuple(one or other for one, other in _CATEGORY.findall(members))
    others = _CATEGORY.sub("", members)
    others = re.sub(
        r"(\\[dDwWsS])-(?=.)|(?<=.)-(?=\\[dDwWsS])", r"\1\\-", others
    )  # no range can begin or end there
    # sets within sets are Java's alone; where Python would warn of them, the signs stand for themselves
    others = re.sub(r"(?<!\\)\[|&&|\|\||~~|--", lambda part: "".join(map(re.escape, part[0])), others)
    try:
        plain = re.compile(f"[{others}]", re.ASCII) if others else None
    except re.error:
        raise PatternError(f"[{negated}{members}]") from None

    def is_it(letter: str) -> bool:
        among = unicodedata.category(letter).startswith(categories) or bool(plain and plain.match(letter))
        return among is not bool(negated)

    return is_it


def _one(is_it: _IsIt) -> _Step:
    return lambda text, places: frozenset(at + 1 for at in places if at < len(text) and is_it(text[at]))


def _in_turn(steps: list[_Step]) -> _Step:
    def run(text: str, places: _Places) -> _Places:
        for step in steps:
            if not places:
                break
            places = step(text, places)
        return places

    return run


def _either(steps: list[_Step]) -> _Step:
    return lambda text, places: frozenset().union(*(step(text, places) for step in steps))


def _repeated(step: _Step, least: int, most: int | None) -> _Step:
    def run(text: str, places: _Places) -> _Places:
        for _ in range(least):
            before, places = places, step(text, places)
            if places == before:
                break
        reached = ahead = places
        rounds = 0
        while ahead and (most is None or rounds < most - least):
            ahead = step(text, ahead) - reached  # only new places: each is left once
            reached |= ahead
            rounds += 1
        return reached

    return run
