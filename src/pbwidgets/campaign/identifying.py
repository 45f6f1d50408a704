"""Answers that identify somebody: which values are refused, and the answers as others see them."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from pbwidgets.campaign.freezing import to_json
from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.intake.identifying import HIDDEN, CommonWords, is_usable
from pbwidgets.wording import interface_words

_OF_OFFICE: Final = (
    "Arial", "Calibri", "Cambria", "Times New Roman", "Courier New", "DejaVu Sans", "Noto Sans CJK SC",
    "Noto Serif CJK SC",
    "SimSun", "SimHei", "FangSong", "KaiTi", "Microsoft YaHei", "Helvetica", "Symbol", "Wingdings", "Office Theme",
    "宋体", "黑体", "楷体", "仿宋", "仿宋_GB2312", "楷体_GB2312", "等线", "微软雅黑", "方正小标宋",
    "Normal", "Default", "Heading", "Title", "Subtitle", "Style", "Table Grid", "List Bullet", "Caption", "Header",
    "Footer", "Accent", "Sheet", "Slide", "Layout", "Placeholder", "Picture", "Chart", "Series",
    "python-docx", "openpyxl",
)  # fmt: skip
_newest: list[tuple[Campaign, CommonWords]] = []


@cache
def words_of_interface() -> CommonWords:
    """What the interface says, and what stands in any Office file."""
    return CommonWords.of([*interface_words(), *_OF_OFFICE])


def words_of_campaign(campaign: Campaign) -> CommonWords:
    """What a campaign says: names, labels, choices; made once for the campaign that was asked for last."""
    if not _newest or _newest[0][0] is not campaign:
        _newest[:] = [(campaign, CommonWords.of(words_of_definition(to_json(campaign))))]
    return _newest[0][1]


def words_of_definition(text: str) -> set[str]:
    """All texts and ids in a campaign that is kept as JSON.

    >>> sorted(words_of_definition('{"id": "a", "choices": {"b": [{"id": "c", "points": 5000}]}}'))
    ['a', 'b', 'c', 'choices', 'id', 'points']
    """
    return set(_texts_in(json.loads(text)))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield name
            yield from _texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts_in(part)


def is_common(value: str, campaign: Campaign, names: CommonWords | None = None) -> bool:
    """Whether a value identifies nobody: one character, or a word that others use, so that it cannot be hidden.

    Parameters
    ----------
    value
        What was typed.
    campaign
        Its labels and choices are common words, as is what the interface says.
    names
        Words of others: names of units and accounts, other campaigns; None if they are not known.
    """
    known = (words_of_campaign(campaign), words_of_interface(), *([names] if names else []))
    return not is_usable(value, known)


def hide_identifying(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are seen by others than who filled the form in: ``〔略〕`` for what identifies."""
    made = dict(answers)
    for path in form.identifying_paths():
        name, _, inner = path.partition("/")
        if not inner and name in made:
            made[name] = HIDDEN
        elif isinstance(made.get(name), list):
            made[name] = [{**row, inner: HIDDEN} if inner in row else row for row in made[name]]
    return made
