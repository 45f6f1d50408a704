"""Both languages have the same codes with the same values."""

import string
from importlib import resources
from io import StringIO

import pytest
from babel.messages.pofile import read_po


def entries(lang: str, domain: str) -> dict[str, set[str]]:
    path = resources.files("pbwidgets") / "locale" / lang / f"{domain}.po"
    catalogue = read_po(StringIO(path.read_text(encoding="utf-8")))
    return {
        message.id: {name for _, name, _, _ in string.Formatter().parse(message.string) if name}
        for message in catalogue
        if message.id
    }


@pytest.mark.parametrize("domain", ["charts", "exports"])
def test_both_languages_have_the_same_codes_and_placeholders(domain) -> None:
    chinese, english = entries("zh_CN", domain), entries("en", domain)
    assert chinese
    assert chinese == english
