"""Every code of the batch room has words in both languages, with the same placeholders."""

import re
import string
from importlib import resources
from pathlib import Path

from babel.messages.pofile import read_po

import pbwidgets.batch

PACKAGE = Path(pbwidgets.batch.__file__).parent


def catalogue(lang: str) -> dict[str, str]:
    path = resources.files("pbwidgets") / "locale" / lang / "batch.po"
    with path.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_know_the_same_codes_with_the_same_placeholders() -> None:
    zh, en = catalogue("zh_CN"), catalogue("en")
    assert {code: placeholders(text) for code, text in zh.items()} == {
        code: placeholders(text) for code, text in en.items()
    }
    assert all(zh.values())
    assert all(en.values())


def test_every_code_in_the_source_has_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    used = set(re.findall(r'"(batch\.[a-z_.]+[a-z])"', source))
    assert used
    assert used <= set(catalogue("en"))
