"""Lines of a title: large, two at most, and broken where the sense breaks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pbwidgets.exports.columns import char_width

SIZES: Final = (28, 26, 24)
"""Points of a slide's title, the largest that fits."""

_ROOM: Final = 0.95
"""Share of a line that is filled: letters of other fonts are a little wider."""
_AFTER: Final = {
    sign: cost for signs, cost in (("，；：。？！", 0), ("、", 8), ("）”》", 12)) for sign in signs
}
"""Signs after which a line may end, and what that costs against a break that leaves even lines."""
_BEFORE, _BY_SENSE, _INSIDE = 12, 12, 40
"""What it costs to break before an opening sign, at most at any sign, and between two letters."""
_OPENING, _CLOSING = "（“《〔", "，；：。？！、）”》〕%"


def letters_in(width_in: float, size: float) -> int:
    """Half-width letters that fit on a line."""
    return int(width_in * 72 / size * 2 * _ROOM)


def width_of(text: str) -> float:
    """Half-width letters that a text takes, with the gaps that programs leave between Chinese and other letters.

    >>> width_of("第10名"), width_of("名次")
    (7.0, 4.0)
    """
    gaps = sum(
        before.isalnum() and after.isalnum() and before.isascii() != after.isascii()
        for before, after in pairwise(text)
    )
    return char_width(text) + gaps / 2


def fit_lines(text: str, width_in: float, sizes: Sequence[int] = SIZES) -> tuple[int, list[str]]:
    """Size in points and lines of a title, two at most; what is too long even for the smallest ends in ``…``.

    Parameters
    ----------
    text
        The title.
    width_in
        Width of a line, in inches.
    sizes
        Sizes to choose from, the largest first.

    Examples
    --------
    >>> fit_lines("9个乡镇超过90分，后3名失分最多的都是“规划”", 12.3)
    (28, ['9个乡镇超过90分，后3名失分最多的都是“规划”'])
    >>> fit_lines("9个乡镇超过90分，后3名失分最多的都是“规划”", 6.0)
    (28, ['9个乡镇超过90分，', '后3名失分最多的都是“规划”'])
    """
    for most in (_BY_SENSE, _INSIDE):  # rather a smaller size than a break within a clause
        for size in sizes:
            room = letters_in(width_in, size)
            if width_of(text) <= room:
                return size, [text]
            if lines := _break(text, room, most):
                return size, lines
    room = letters_in(width_in, sizes[-1])
    short = _cut(text, 2 * room - 4)
    return sizes[-1], _break(short, room, _INSIDE) or [short]


def _break(text: str, room: int, most: int) -> list[str]:
    """Two lines, broken where it costs no more than that; none if the text does not fit on two."""
    made = [
        (abs(width_of(first) - width_of(second)) + cost, [first, second])
        for at, cost in _places(text)
        if cost <= most
        if width_of(first := text[:at].rstrip()) <= room and width_of(second := text[at:].lstrip()) <= room
    ]
    return min(made, default=(0, []))[1]


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Places where a line may end, and what each costs."""
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        if before == " ":
            yield at, _AFTER["，"] if text[at - 2] in ",;:." else 8
        elif before in _AFTER and after not in _CLOSING:
            yield at, _AFTER[before]
        elif after in _OPENING and before not in _OPENING:
            yield at, _BEFORE
        elif not (before in _OPENING or after in _CLOSING or before.isascii() or after.isascii()):
            yield at, _INSIDE


def _cut(text: str, room: int) -> str:
    kept = text
    while width_of(kept) > room:
        kept = kept[:-1]
    return kept.rstrip("，、；： ") + "…"
