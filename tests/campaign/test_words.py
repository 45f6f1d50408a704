"""Every code of the room has words in both languages, with the same placeholders."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parents[2] / "src" / "pbwidgets"
ROOMS = {"campaign": sorted((SOURCE / "campaign").glob("*.py")), "units": [SOURCE / "units.py"]}
MADE_OF_PARTS = {"campaign.part_", "campaign.change_", "campaign.period_"}
READ_AS_WORDS = {"campaign.stock_words"}
"""Read with all words of the catalogue, as words that identify nobody."""


def words(domain: str, lang: str) -> dict[str, str]:
    path = SOURCE / "locale" / lang / f"{domain}.po"
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("domain", ROOMS)
def test_both_languages_have_the_same_codes_and_placeholders(domain: str) -> None:
    zh, en = words(domain, "zh_CN"), words(domain, "en")
    assert zh.keys() == en.keys()
    assert {code for code in zh if placeholders(zh[code]) != placeholders(en[code])} == set()
    assert all(zh.values())
    assert all(en.values())


@pytest.mark.parametrize("domain", ROOMS)
def test_every_code_in_the_source_has_words_and_none_is_left_over(domain: str) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in ROOMS[domain])
    used = set(re.findall(rf'"({domain}\.[a-z_]+)"', source))
    known = {code.removesuffix(".remedy") for code in words(domain, "zh_CN")}
    composed = {code for code in known if any(code.startswith(part) for part in MADE_OF_PARTS)}
    assert used - known == set()
    assert known - used - composed - READ_AS_WORDS == set()
