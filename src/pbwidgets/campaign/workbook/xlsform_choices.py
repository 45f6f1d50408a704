"""The options of a form made elsewhere: their ids, and everything in expressions that names them.

Names of options are settled as ours are. The same name under two parents of a cascade becomes two ids; a
comparison with it becomes one with both, and an attribute that means one of them is told by its other attributes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pbwidgets.campaign.workbook.xlsform_words import make_unique, settle, settle_choice

_TEXTS: Final = re.compile(r"""('[^']*'|"[^"]*"|\$\{[^{}]*\})""")
_WORD: Final = re.compile(r"(?<![\w.$:/-])[^\W\d][\w.-]*(?![\w.:-]|\s*\()")
_OPERATORS: Final = ("and", "or", "div", "mod")
_NAME: Final = "name"
"""In a filter, the option itself."""

_FIELD: Final = r"(\$\{[^{}]*\}|(?<![\w.)])\.(?![\w.]))"
_VALUE: Final = r"""('[^']*'|"[^"]*"|-?[0-9]+(?:\.[0-9]+)?(?![\w.]))"""
_COMPARED: Final = (
    (re.compile(rf"{_FIELD}(\s*!?=\s*){_VALUE}"), (1, 3)),
    (re.compile(rf"{_VALUE}(\s*!?=\s*){_FIELD}"), (3, 1)),
    (re.compile(rf"selected\(\s*{_FIELD}\s*(,)\s*{_VALUE}\s*\)"), (1, 3)),
)


@dataclass
class Option:
    """One option of a list, as the form has it, and its id."""

    number: int
    name: str
    attributes: dict[str, str]
    id: str = ""


@dataclass
class OptionList:
    """A list of choices, its id, and the attributes that filters ask for."""

    id: str
    options: list[Option] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def named(self, name: str) -> list[Option]:
        """Options of a name."""
        return [option for option in self.options if option.name == name]


class Options:
    """The lists of choices that the fields of a form use, by the names they have there."""

    def __init__(self) -> None:
        self.lists: dict[str, OptionList] = {}
        self.attributes: dict[str, str] = {}
        self.never_chosen: list[str] = []

    def use(self, name: str, choice_filter: str) -> None:
        """Take a list into use, with what a filter asks of its options."""
        if name not in self.lists:
            taken = [item.id for item in self.lists.values()]
            self.lists[name] = OptionList(make_unique(settle(name) or f"list_{len(taken) + 1}", taken))
        for word in words_in(choice_filter):
            if word != _NAME:
                self.lists[name].asked.add(word)
                if word not in self.attributes:
                    taken = [*self.attributes.values(), _NAME]
                    new = settle(word) or f"attribute_{len(taken)}"
                    self.attributes[word] = make_unique(new, taken)

    def name_options(self, *, may_repeat: bool) -> None:
        """Give every option its id: the same as before, if it can be; a repeated name another, where that is meant."""
        for listed in self.lists.values():
            first: dict[str, str] = {}
            taken: set[str] = set()
            for option in listed.options:
                new = settle_choice(option.name) or f"c_{option.number}"
                if option.name in first and not (listed.asked or may_repeat):
                    option.id = first[option.name]  # the checks report it
                else:
                    option.id = make_unique(new, taken)
                first.setdefault(option.name, option.id)
                taken.add(option.id)

    def follow(self, listed: str, attribute: str, parent: str) -> None:
        """Let an attribute that names options of another list name them by their ids."""
        parents = self.lists[parent]
        for option in self.lists[listed].options:
            found = parents.named(option.attributes.get(attribute, ""))
            alike = [other for other in found if _agree(option.attributes, other.attributes)]
            if found:
                option.attributes[attribute] = (alike or found)[0].id

    def rewrite(self, text: str, list_of: Callable[[str], str]) -> str:
        """An expression in which options are named by their ids, and what compares with none is false.

        Names that no option has are added to ``never_chosen``.
        ``list_of`` gives the list of a field by what the expression calls it (``.`` for the field itself), or
        an empty text.
        """
        for pattern, at in _COMPARED:
            text = pattern.sub(partial(self._rewritten, at=at, list_of=list_of), text)
        return text

    def _rewritten(self, found: re.Match[str], at: tuple[int, int], list_of: Callable[[str], str]) -> str:
        asked, named = at
        whole, value = found[0], found[named]
        listed = self.lists.get(list_of(found[asked].strip("${} ") or "."))
        ids = [option.id for option in listed.named(value.strip("'\""))] if listed else []
        if listed is not None and listed.options and not ids and value[0] in "'\"" and value[1:-1]:
            self.never_chosen.append(value[1:-1])
            return f"{found[asked]} != ''" if "!" in found[2] else "false()"
        if not ids or ids == [value.strip("'\"")]:
            return whole
        start, end = found.start(named) - found.start(), found.end(named) - found.start()
        parts = [f"{whole[:start]}'{new}'{whole[end:]}" for new in dict.fromkeys(ids)]
        joined = (" and " if "!" in found[2] else " or ").join(parts)
        return f"({joined})" if len(parts) > 1 else joined

    def rewrite_filter(self, text: str) -> str:
        """A filter in which attributes have their new names."""
        parts = _TEXTS.split(text)
        parts[::2] = [
            _WORD.sub(lambda found: self.attributes.get(found[0], found[0]), part) for part in parts[::2]
        ]
        return "".join(parts)

    def renamed(self) -> Iterator[tuple[int, str, str]]:
        """Row, name and id of the options that got another id."""
        for listed in self.lists.values():
            yield from ((item.number, item.name, item.id) for item in listed.options if item.id != item.name)


def words_in(choice_filter: str) -> list[str]:
    """Bare words of a filter, which name attributes of the options.

    >>> words_in("town = ${town} and selected(${kinds}, kind) and name != 'x y'")
    ['town', 'kind', 'name']
    """
    plain = "".join(_TEXTS.split(choice_filter)[::2])
    return [word for word in _WORD.findall(plain) if word not in _OPERATORS]


def followed_in(choice_filter: str) -> Iterator[tuple[str, str]]:
    """Attribute and field of every comparison between the two in a filter.

    >>> list(followed_in("town=${t} and ${c} = county and selected(${k}, kind)"))
    [('town', 't'), ('county', 'c'), ('kind', 'k')]
    """
    name = r"([^\W\d][\w.-]*)"
    asked = r"\$\{\s*([^{}]*?)\s*\}"
    for pattern, (attribute, field_name) in (
        (rf"{name}\s*=\s*{asked}", (1, 2)),
        (rf"{asked}\s*=\s*{name}", (2, 1)),
        (rf"selected\(\s*{asked}\s*,\s*{name}\s*\)", (2, 1)),
    ):
        for found in re.finditer(pattern, choice_filter):
            yield found[attribute], found[field_name]


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one[key] == other[key] for key in _shared(one, other))


def _shared(one: Iterable[str], other: Iterable[str]) -> set[str]:
    return {*one} & {*other}
