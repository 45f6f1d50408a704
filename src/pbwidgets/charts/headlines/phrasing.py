"""How the sentences are put together: clauses, names, differences."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pbwidgets.wording import Words, number, round_half_up

_MOST_NAMES: Final = 2


def words_in(lang: str) -> Words:
    """Words of ``headlines.<code>`` in a language."""
    return Words("headlines", lang)


def join_clauses(lang: str, *clauses: str) -> str:
    """Clauses that are not empty, as one sentence.

    >>> join_clauses("zh_CN", "名额10个", "", "已用8个")
    '名额10个，已用8个'
    """
    return words_in(lang)("clause").join(filter(None, clauses))


def name_some(names: Sequence[str], lang: str) -> str:
    """One name, two, or the first two and how many there are.

    >>> name_some(["甲村", "乙村", "丙村"], "zh_CN"), name_some(["甲村"], "zh_CN")
    ('甲村、乙村等3个', '甲村')
    """
    say = words_in(lang)
    shown = say("name_glue").join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else say("names_more", names=shown, count=len(names))


def quoted(names: Iterable[str], lang: str) -> list[str]:
    """Names of headings in quotation marks."""
    return [words_in(lang)("quoted", name=name) for name in names]


def furthest(values: Mapping[str, float], digits: int = 2) -> tuple[list[str], float]:
    """Keys of the values furthest from 0, as they are written, and how far; none where all are 0.

    >>> furthest({"甲": -4.0, "乙": 1.5, "丙": 4.001}), furthest({"甲": 0.001})
    ((['甲', '丙'], 4.0), ([], 0.0))
    """
    written = {key: abs(round_half_up(value, digits)) for key, value in values.items()}
    most = max(written.values(), default=0.0)
    return [key for key, value in written.items() if value == most > 0], most


def word_difference(earlier: str, later: str, pairs: Mapping[str, float], lang: str, *, sums: bool) -> str:
    """How the marks of a later layer differ from those of an earlier one, and where most.

    Parameters
    ----------
    earlier, later
        Names of the layers.
    pairs
        Later less earlier by name of a unit or heading.
    sums
        Whether the differences belong to one unit and are added up; else their mean is told.
    """
    say = words_in(lang)
    if not pairs:
        return say("gaps_none")
    names, most = furthest(pairs)
    if not names:
        return say("gaps_equal", earlier=earlier, later=later)
    told = sum(pairs.values()) / (1 if sums else len(pairs))
    what = "sum" if sums or len(pairs) == 1 else "mean"
    size = abs(round_half_up(told, 2))
    turn = "same" if size == 0 else "higher" if told > 0 else "lower"
    first = say(f"gaps_{what}_{turn}", earlier=earlier, later=later, gap=number(size))
    if len(pairs) == 1:
        return first if sums else say("of_one", name=names[0], said=first)
    signs = {pairs[name] > 0 for name in names}
    side = "both" if len(signs) > 1 else "higher" if True in signs else "lower"
    return join_clauses(lang, first, say(f"gaps_most_{side}", name=name_some(names, lang), gap=number(most)))
