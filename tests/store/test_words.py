import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import pbwidgets.store

LOCALE = Path(pbwidgets.store.__file__).parents[1] / "locale"


def words(lang: str) -> dict[str, str]:
    with (LOCALE / lang / "store.po").open(encoding="utf-8") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_every_code_of_the_store_has_words_and_a_remedy_in_both_languages() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(pbwidgets.store.__file__).parent.glob("*.py")
    )
    used = set(re.findall(r'"(store\.(?!sqlite)[a-z_]+)"', source))
    assert used
    for lang in ("zh_CN", "en"):
        known = words(lang)
        assert {code for code in used if code not in known or f"{code}.remedy" not in known} == set()


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_no_words_are_unused(lang: str) -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(pbwidgets.store.__file__).parent.glob("*.py")
    )
    assert {code for code in words(lang) if f'"{code.removesuffix(".remedy")}"' not in source} == set()


def test_both_languages_name_the_same_values() -> None:
    def named(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    chinese, english = words("zh_CN"), words("en")
    assert chinese.keys() == english.keys()
    for code, text in chinese.items():
        both = named(text) | named(chinese.get(f"{code}.remedy", ""))
        assert both == named(english[code]) | named(english.get(f"{code}.remedy", "")), code
