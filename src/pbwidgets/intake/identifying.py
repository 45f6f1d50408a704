"""Values that identify somebody: how they are compared, and how they are found and taken out of other texts.

They are compared as :func:`fold` writes them: without spaces and invisible signs, full-width forms and capitals. A
value of letters and digits is found as a word of its own only, any other one wherever it stands: a number as a whole
number only, neither within a longer one nor as a part of a decimal or of one with thousands set apart. A number of
three digits or fewer identifies nobody.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import add
from typing import Any, Final

from pbwidgets.intake.text import is_invisible

HIDDEN: Final = "〔略〕"
"""What is shown in place of a value that identifies somebody."""

LONGEST: Final = 60
"""Characters of a value that identifies; it is a name, no account of somebody."""

_SEPARATORS: Final = re.compile(r"[、，,；;。！？!?+|/\n（）()\[\]【】<>《》“”\":：]+|-(?=\s)|(?<=\s)-")
_DOTS: Final = "·•・‧∙⋅▪．.-"  # between the parts of a name, which some write and some do not
_NUMBER: Final = re.compile(r"第?[0-9]{1,3}[号户人名家岁口组栋室]?")
_ROLES: Final = "户主|姓名|联系电话|电话|手机|身份证号?|番号|编号|求助人|同志|先生|女士|老人|某部|部队|等"
_ROLE: Final = re.compile(f"^(?:{_ROLES})+|(?:{_ROLES})+$")
_AND: Final = re.compile(r"(?<=[^\x00-\x7f]{2})[和与及-](?=[^\x00-\x7f]{2})")
_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}(?:年度?|[01][0-9](?:[0-3][0-9])?)?")
_DIGITS: Final = re.compile(r"[0-9]+")
_ENDS_BEFORE: Final = re.compile(
    r"[0-9a-z]$|[0-9][.,]$"
)  # a number that begins after it is part of a longer one
_GOES_ON: Final = re.compile(r"[0-9a-z]|\.[0-9]|,[0-9]{3}(?![0-9])")


class _Folded(dict[int, str]):
    """What each character is compared as, found out once."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        kept = "" if sign in _DOTS else unicodedata.normalize("NFKD", sign).casefold()
        self[code] = "".join(part for part in kept if not is_invisible(part) and not part.isspace())
        return self[code]


_FOLDED: Final = _Folded()


def fold(text: str) -> str:
    """A text as values that identify are compared.

    >>> fold("王　平 安"), fold("Ｌi Na"), fold("阿不都·买买提")
    ('王平安', 'lina', '阿不都买买提')
    """
    return text.translate(_FOLDED)


def parts_of(value: str) -> tuple[str, ...]:
    """The names that a value holds, folded: several may stand in one field, with numbers and roles beside them.

    A number of four digits or more is one of them, a shorter one is not.

    >>> parts_of("王平安（户主）、李 四"), parts_of("王平安 李小红")
    (('王平安', '李四'), ('王平安', '李小红', '王平安李小红'))
    >>> parts_of("户主王平安等3人"), parts_of("某部78123"), parts_of("王平安13812345678")
    (('王平安', '户主王平安等3人'), ('78123', '某部78123'), ('王平安', '13812345678', '王平安13812345678'))
    >>> parts_of("Li Na"), parts_of("12"), parts_of("第3户"), parts_of("73021")
    (('lina',), (), (), ('73021',))
    """
    found: list[str] = []
    for piece in _SEPARATORS.split(value):
        plain = unicodedata.normalize("NFKC", piece)
        runs = _DIGITS.split(plain)
        found += (name for run in runs for name in _names_in(run, alone=len(runs) == 1))
        found += (number for number in _DIGITS.findall(plain) if len(number) > 3)
        whole = _without_roles(fold(plain)) if len(runs) == 1 else fold(plain)
        found.append(whole[:LONGEST])
    return tuple(dict.fromkeys(part for part in found if len(part) > 1 and not _NUMBER.fullmatch(part)))


def _names_in(run: str, *, alone: bool) -> Iterator[str]:
    """Names in a text without digits; a single character goes with the word after it, as in 李 小红."""
    words = [part for word in run.split() for part in _AND.split(word)]
    if run.isascii():
        name = fold(run)
        yield from [name] if not alone and len(name) > 3 else []
        return
    before = ""
    for word in map(fold, words):
        name = before + word
        before = name if len(name) == 1 else ""
        if len(name) > 1 and not name.isascii():
            yield _without_roles(name)[:LONGEST]


def _without_roles(name: str) -> str:
    return _ROLE.sub("", name)


@dataclass(frozen=True)
class CommonWords:
    """Words that identify nobody: names of units, labels and choices, what the interface says.

    Attributes
    ----------
    text
        All of them, folded, one after the other.
    pairs
        Every two characters that follow each other in it.
    """

    text: str
    pairs: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "CommonWords":
        """Common words that occur in some texts."""
        text = "\n".join(map(fold, texts))
        return cls(text, frozenset(map(add, text, text[1:])))

    def holds(self, part: str) -> bool:
        """Whether a folded value is one of them, or stands in one; a number as a whole; a year or a day always is.

        >>> CommonWords.of(["平安建设", "王村"]).holds("平安"), CommonWords.of(["平安建设"]).holds("王平安")
        (True, False)
        >>> words = CommonWords.of(["990173021", "31001部队"])
        >>> words.holds("990173021"), words.holds("73021"), words.holds("31001"), words.holds("2026")
        (True, False, True, True)
        """
        if _DATE.fullmatch(part):
            return True
        if not self.pairs.issuperset(map(add, part, part[1:])):
            return False
        if _DIGITS.fullmatch(part):
            return re.search(f"(?<![0-9]){part}(?![0-9])", self.text) is not None
        return part in self.text


def is_usable(value: str, common: Iterable[CommonWords]) -> bool:
    """Whether a value can identify somebody without taking a common word out of other texts; a short number always can.

    >>> words = [CommonWords.of(["平安建设"])]
    >>> [is_usable(value, words) for value in ("王平安", "平安", "王", "12", "王平安（平安）")]
    [True, False, False, True, True]
    """
    parts = parts_of(value)
    if not parts:
        return all(_NUMBER.fullmatch(fold(piece)) for piece in _SEPARATORS.split(value) if fold(piece))
    everywhere = tuple(common)
    return not all(any(words.holds(part) for words in everywhere) for part in parts)


@dataclass(frozen=True)
class Scrubber:
    """Finds values that identify in a text, and takes them out.

    Attributes
    ----------
    values
        The folded values, by their first two characters, the longest first.
    begins
        Finds the first two characters of any of them.
    """

    values: Mapping[str, tuple[str, ...]]
    begins: re.Pattern[str]

    @classmethod
    def of(cls, values: Iterable[str]) -> "Scrubber":
        """Scrubber of folded values, each of two characters or more."""
        found: dict[str, list[str]] = defaultdict(list)
        for value in sorted(set(values), key=len, reverse=True):
            found[value[:2]].append(value)
        seconds: dict[str, str] = defaultdict(str)
        for pair in sorted(found):
            seconds[pair[0]] += re.escape(pair[1])
        begins = "|".join(f"{re.escape(first)}[{signs}]" for first, signs in seconds.items())
        return cls({pair: tuple(listed) for pair, listed in found.items()}, re.compile(begins or "(?!)"))

    def __bool__(self) -> bool:
        return bool(self.values)

    @cached_property
    def for_files(self) -> "Scrubber":
        """The values that files are searched for: any page has numbers of four digits of its own."""
        listed = (value for values in self.values.values() for value in values)
        return Scrubber.of(value for value in listed if len(value) > 4 or not _DIGITS.fullmatch(value))

    def holds(self, text: str) -> bool:
        """Whether a text holds one of the values."""
        return next(self.spans(text), None) is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the values stand in a text: first character, and the one after the last; never overlapping."""
        folded = fold(text)
        begun = self.begins.search(folded)
        places = [at for at, sign in enumerate(text) for _ in _FOLDED[ord(sign)]] if begun else []
        while begun:
            at = begun.start()
            for value in self.values[begun[0]]:
                last = at + len(value)
                if folded.startswith(value, at) and _stands_alone(text, places[at], places[last - 1], value):
                    yield places[at], places[last - 1] + 1
                    at = last - 1
                    break
            begun = self.begins.search(folded, at + 1)

    def scrub(self, text: str) -> str:
        """The text with ``〔略〕`` in place of the values.

        >>> Scrubber.of(["王平安"]).scrub("平安建设：王 平安家已走访")
        '平安建设：〔略〕家已走访'
        >>> Scrubber.of(["lina"]).scrub("Carolina met Li Na.")
        'Carolina met 〔略〕.'
        """
        kept, last = [], 0
        for begin, end in self.spans(text):
            kept += [text[last:begin], HIDDEN]
            last = end
        return "".join([*kept, text[last:]]) if last else text

    def restore(self, given: Any, kept: Any) -> Any:
        """Plain data as it was given, with what is kept where it says no more than what was shown of that.

        Rows of a list follow those that are kept by what they show, or by their place if none was added or dropped.

        >>> Scrubber.of(["王平安"]).restore({"a": "〔略〕家", "b": "新"}, {"a": "王平安家", "b": "旧"})
        {'a': '王平安家', 'b': '新'}
        """
        if isinstance(given, str) and isinstance(kept, str):
            return kept if self.scrub(kept) == given else given
        if isinstance(given, Mapping) and isinstance(kept, Mapping):
            return {name: self.restore(part, kept.get(name)) for name, part in given.items()}
        if isinstance(given, list) and isinstance(kept, list):
            same = len(given) == len(kept)
            return [
                self.restore(row, kept[at] if same else self._find_shown(row, kept))
                for at, row in enumerate(given)
            ]
        return given

    def _find_shown(self, shown: Any, kept: Iterable[Any]) -> Any:
        """What is kept and shows just that; None if there is nothing like it."""
        if not isinstance(shown, Mapping):
            return None
        rows = (row for row in kept if isinstance(row, Mapping) and row.keys() == shown.keys())
        return next((row for row in rows if all(self._shows(row[name], shown[name]) for name in shown)), None)

    def _shows(self, kept: Any, shown: Any) -> bool:
        return bool(self.scrub(kept) == shown if isinstance(kept, str) else kept == shown)


def _stands_alone(text: str, first: int, last: int, value: str) -> bool:
    """Whether letters and digits do not go on into those around them."""
    before, after = (
        unicodedata.normalize("NFKC", beside).casefold()
        for beside in (text[max(0, first - 2) : first], text[last + 1 : last + 6])
    )
    if _DIGITS.fullmatch(value):
        apart = any(sign.isspace() or sign in _DOTS for sign in text[first : last + 1])
        return not (apart or _ENDS_BEFORE.search(before) or _GOES_ON.match(after))
    return not (_is_plain(value[0]) and _is_plain(before[-1:])) and not (
        _is_plain(value[-1]) and _is_plain(after[:1])
    )


def _is_plain(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
