"""How XLSForms spell their headings, types and names, and what we call the same.

The spellings are those that pyxform reads (its ``aliases``), old ones included, and those of KoBo's exports.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pbwidgets.campaign.workbook.cells import straighten
from pbwidgets.campaign.workbook.pages import heading_reader, language_code
from pbwidgets.campaign.workbook.sheets import LANGUAGE_HEADS, Path, Table
from pbwidgets.intake.text import clean_text

LIST_NAME: Final[Path] = ("@list_name",)
TITLE_EN: Final = "title_en"
"""Heading of the English title; pyxform takes every heading that begins with ``form_title`` for the title."""
HIDDEN: Final = "hidden"
"""Type of a question that nobody sees: in our files the unit's kind or domain, which expressions name."""
SWITCHED_OFF: Final[Path] = ("@disabled",)

_HEADS: Final = {
    "@list_name": "list_name",
    "calculate": "calculation",
    "caption": "label",
    "command": "type",
    "constraining_message": "constraint_message",
    "id_string": "form_id",
    "jr:constraintmsg": "constraint_message",
    "relevance": "relevant",
    "set_form_id": "form_id",
    "set_form_title": "form_title",
    "tag": "name",
    "title": "form_title",
    "value": "name",
}
_MEANT_FOR_THE_DEVICE: Final = frozenset(
    {"allow_choice_duplicates", "default_language", "instance_name", "name", "style", "version"}
)
"""Settings that we use, or that say nothing about the form itself."""

RECORDED: Final = frozenset(
    {"audit", "background-audio", "deviceid", "email", "end", "imei", "phonenumber", "simserial", "start",
     "start-geopoint", "subscriberid", "today", "uri:deviceid", "uri:email", "uri:phonenumber", "uri:simserial",
     "uri:subscriberid", "uri:username", "username"}
)  # fmt: skip
"""Types of rows that the device fills in."""

_BEGIN_OR_END: Final = re.compile(r"(begin|end)[\s_]+(lgroup|looped group|group|repeat)")
_HOLDERS: Final = {"group": "group", "lgroup": "repeat", "looped group": "repeat", "repeat": "repeat"}
_SELECTS: Final = (
    (re.compile(r"(add select one prompt using|select[_ ]one from|select[_ ]one|select1)\s+(?!from file\b)"),
     "select_one"),
    (re.compile(r"(add select multiple prompt using|select all that apply from|select all that apply"
                r"|select[_ ]multiple from|select[_ ]multiple)\s+(?!from file\b)"),
     "select_multiple"),
)  # fmt: skip
_PLAIN: Final = {
    "add file prompt": "file",
    "add image prompt": "image",
    "add photo prompt": "image",
    "int": "integer",
    "photo": "image",
    "string": "text",
}
_OTHER: Final = re.compile(r"\s+or[_ ](?:specify[_ ])?other$", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """A heading: the text, what the column holds, and the language of its words.

    Attributes
    ----------
    text
        As it stands there.
    path
        Path of the column in our table, without the language of words; empty if it has no counterpart.
    language
        As the heading names it; empty if it names none.
    """

    text: str
    path: Path = ()
    language: str = ""


def head_reader(table: Table) -> Callable[[str], Head]:
    """Function from a heading to what it names, in XLSForm's words and in ours."""
    words = {column.path[:-1] for column in table.columns if column.kind == "words"}
    paths = {_name(column.head.partition("::")[0]): _whole(column.path, words) for column in table.columns}
    if table.key == "survey":
        paths["disabled"] = SWITCHED_OFF
    ours = heading_reader(table)

    def read(text: str) -> Head:
        name, language = _parts(text)
        name = _HEADS.get(name, name)
        path = paths.get(name, ())
        if path and (path in words or not language):
            return Head(text, path, language)
        column = None if name in paths or text.startswith("#") else ours(text)
        if column is None:
            return Head(text)
        return Head(text, _whole(column.path, words), column.path[-1] if column.kind == "words" else "")

    return read


def _whole(path: Path, words: Iterable[Path]) -> Path:
    return path[:-1] if path[:-1] in words else path


def _parts(text: str) -> tuple[str, str]:
    """Name and language of a heading: ``label::English``, ``label:English``, ``bind::relevant``."""
    plain = unicodedata.normalize("NFKC", clean_text(text))
    parts = re.split(r"\s*::\s*", plain)
    if len(parts) == 1 and not plain.lower().startswith("jr:"):
        parts = re.split(r"\s*:\s*", plain, maxsplit=1)
        if parts[0].lower() == "bind" and len(parts) == 2:
            parts = [parts[0], *re.split(r"\s*:\s*(?!constraintMsg)", parts[1], maxsplit=1)]
    if parts[0].lower() == "bind":
        parts = parts[1:] or parts
    if _name(parts[0]) == TITLE_EN:
        parts = ["form_title", LANGUAGE_HEADS["en"]]
    return _name(parts[0]), parts[1].strip() if len(parts) > 1 else ""


def _name(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip()).lower()


def is_known_setting(text: str) -> bool:
    """Whether a heading of the settings needs no word when it is left out."""
    return _parts(text)[0] in _MEANT_FOR_THE_DEVICE


def languages_of(heads: Iterable[Head], default: str) -> tuple[str, str]:
    """Languages, as headings name them, that serve for Chinese and English.

    A language is Chinese or English by its name; else the one without a name serves, else that of
    ``default_language``, else the first.
    """
    named = list(dict.fromkeys(head.language for head in heads))
    codes = {language: language_code(language) for language in named}
    rest = [*(name for name in ("", default) if name in named), *named, ""]
    english = [language for language in named if codes[language] == "en"]
    chinese = [language for language in named if codes[language] == "zh"]
    unnamed = [""] if "" in named else []
    zh = (chinese or unnamed or english or rest)[0]
    en = (english or [language for language in unnamed if language != zh] or [zh])[0]
    return zh, en


def type_word(text: str) -> tuple[str, str, bool]:
    """Type of a row as we write it, its list of choices as the form calls it, and whether it takes other answers.

    >>> type_word("select one from Yes-No or specify other")
    ('select_one', 'Yes-No', True)
    >>> type_word("begin lgroup"), type_word("Photo")
    (('begin_repeat', '', False), ('image', '', False))
    """
    word = re.sub(r"\s+", " ", straighten(text))
    takes_other = bool(_OTHER.search(word))
    word = _OTHER.sub("", word)
    if found := _BEGIN_OR_END.fullmatch(word.lower()):
        return f"{found[1]}_{_HOLDERS[found[2]]}", "", takes_other
    for pattern, ours in _SELECTS:
        if (found := re.match(pattern.pattern, word, re.IGNORECASE)) and word[found.end() :]:
            return ours, word[found.end() :], takes_other
    return _PLAIN.get(word.lower(), word.lower()), "", takes_other


def settle(name: str) -> str:
    """A name of lower-case letters, digits and underscores; empty if nothing of it can stay.

    >>> settle("Has.Plan"), settle("2nd père"), settle("村名")
    ('has_plan', 'q_2nd_pere', '')
    """
    plain = _plain(name, "a-z0-9_").lower()
    if not plain.strip("_"):
        return ""
    return plain if plain[0].isalpha() else f"q_{plain.lstrip('_')}"


def settle_choice(name: str) -> str:
    """The id of an option, which may have capitals and hyphens; empty if nothing of it can stay.

    >>> settle_choice("class 1"), settle_choice("-99"), settle_choice("一般")
    ('class_1', 'minus_99', '')
    """
    plain = straighten(name)
    if re.fullmatch(r"-[0-9.]+", plain):
        plain = f"minus_{plain[1:]}"
    return _plain(plain, "0-9A-Za-z_-").lstrip("_-")


def _plain(name: str, kept: str) -> str:
    """A name without accents, with ``_`` for runs of other signs; letters of other scripts are dropped."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", straighten(name)) if sign.isascii())
    return re.sub(rf"[^{kept}]+", "_", bare, flags=re.IGNORECASE)


def make_unique(name: str, taken: Iterable[str]) -> str:
    """The name, or with the first number behind it that makes it new."""
    known = set(taken)
    at = 2
    new = name
    while new in known:
        new, at = f"{name}_{at}", at + 1
    return new
