"""Words for codes: catalogues complete in both languages, numbers and dates written as a clerk would."""

import ast
import gettext
import re
import string
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets import wording
from pbwidgets.wording import (
    LANGUAGES,
    count_decimals,
    default_language,
    has_words,
    number,
    round_half_up,
    say,
)

SOURCE = Path(__file__).resolve().parent.parent / "src" / "pbwidgets"
PREFIXES = {"_help": "cli.", "self.say": "reports.", "report.say": "reports.", "self.report.say": "reports."}
"""Calls that prefix their code with a domain."""

DOMAINS = sorted(path.stem for path in (SOURCE / "locale" / "zh_CN").glob("*.po"))


def read_catalogue(lang: str, domain: str) -> Catalog:
    with (SOURCE / "locale" / lang / f"{domain}.po").open(encoding="utf-8") as file:
        return read_po(file)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_no_code_has_words_twice(lang, domain):
    text = (SOURCE / "locale" / lang / f"{domain}.po").read_text(encoding="utf-8")
    codes = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []


def words_of(lang: str, domain: str) -> dict[str, str]:
    return {str(entry.id): str(entry.string) for entry in read_catalogue(lang, domain) if entry.id}


OF_ONE_PLACE = {
    "zh_CN": r"[省市县区乡镇村屯]级|县|乡|镇|村|街道|社区|组织部|市委|区委|工委|办事处",
    "en": r"(?i)\b(count(y|ies)|townships?|towns?|villages?|villagers?|communit(y|ies)|(sub-?)?districts?)\b",
}
"""What only one campaign or place has: levels and kinds of units are named by the campaign, or 上级 and 单位."""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_no_words_for_all_are_those_of_one_place_or_campaign(lang, domain):
    found = {
        code: text for code, text in words_of(lang, domain).items() if re.search(OF_ONE_PLACE[lang], text)
    }
    assert found == {}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def codes_in_source() -> set[tuple[str, str]]:
    """Codes that are the first argument of a call, with the file: ``say("…")``, ``DataError("…")`` and others."""
    shaped = re.compile(rf"^({'|'.join(DOMAINS)})(\.[a-z_0-9]+)+$")
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = ast.unparse(node.func)
                if called.endswith((".startswith", ".removeprefix", "ForeignKey")):
                    continue
                prefix = PREFIXES.get(called, "")
                code = f"{prefix}{node.args[0].value}"
                if shaped.match(code):
                    found.add((code, path.name))
    return found


def test_both_languages_have_the_same_catalogues() -> None:
    assert sorted(path.stem for path in (SOURCE / "locale" / "en").glob("*.po")) == DOMAINS
    assert len(DOMAINS) > 5


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_code_has_words_in_both_languages_with_the_same_placeholders(domain: str) -> None:
    chinese, english = words_of("zh_CN", domain), words_of("en", domain)
    assert set(chinese) == set(english)
    assert not [code for code in chinese if not chinese[code].strip() or not english[code].strip()]
    different = {
        code: (placeholders(chinese[code]), placeholders(english[code]))
        for code in chinese
        if placeholders(chinese[code]) != placeholders(english[code])
    }
    assert different == {}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_code_begins_with_its_domain_and_every_remedy_belongs_to_a_message(domain: str) -> None:
    codes = set(words_of("zh_CN", domain))
    assert not [code for code in codes if not code.startswith(f"{domain}.")]
    remedies = {code.removesuffix(".remedy") for code in codes if code.endswith(".remedy")}
    assert remedies <= codes


def test_every_code_named_in_the_source_has_words() -> None:
    codes = codes_in_source()
    assert len(codes) > 200
    assert not sorted({(code, file) for code, file in codes if not has_words(code)})


def test_say_refuses_a_code_without_words() -> None:
    with pytest.raises(KeyError, match=r"no words for 'errors\.no_such_code' in en"):
        say("errors.no_such_code", "en")


def test_say_fills_numbers_dates_and_texts_in() -> None:
    assert say("errors.cause", "en", cause=9.50) == "Cause: 9.5"
    assert say("errors.cause", "en", cause=date(2026, 6, 30)) == "Cause: 2026-06-30"
    assert say("errors.cause", "zh_CN", cause="磁盘已满") == "原因：磁盘已满"


@pytest.mark.parametrize(
    ("asked", "spoken"), [("en", "en"), ("zh_CN", "zh_CN"), ("fr", "zh_CN"), ("", "zh_CN")]
)
def test_the_language_comes_from_the_environment_and_is_chinese_if_unknown(
    asked: str, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PBWIDGETS_LANG", asked)
    assert default_language() == spoken
    assert say("errors.cause", cause="x") == say("errors.cause", spoken, cause="x")


def test_the_language_is_chinese_by_default() -> None:
    assert default_language() == LANGUAGES[0] == "zh_CN"


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_a_number_is_written_to_its_digits_without_trailing_zeros(value: float, digits: int) -> None:
    text = number(value, digits)
    assert abs(float(text) - value) <= 0.5 * 10**-digits + 1e-6
    assert text != "-0"
    assert "." not in text or text[-1] not in "0."
    assert len(text.partition(".")[2]) <= digits


@pytest.mark.parametrize(
    ("value", "text"),
    [(88.445, "88.45"), (0.015, "0.02"), (1.005, "1.01"), (-0.125, "-0.13"), (-0.004, "0"), (2.5, "2.5")],
)
def test_a_five_is_written_up_as_on_paper(value: float, text: str) -> None:
    assert number(value) == text


@given(st.decimals(-1000, 1000, places=4), st.integers(0, 3))
def test_rounding_agrees_with_decimal_arithmetic_for_one_number_and_for_many(
    value: Decimal, digits: int
) -> None:
    expected = float(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
    assert round_half_up(float(value), digits) == expected
    assert round_half_up(np.array([float(value), np.nan]), digits).tolist()[0] == expected


@given(st.integers(-(10**17), 10**17), st.integers(0, 9))
def test_a_whole_number_stays_itself(value: int, digits: int) -> None:
    assert number(float(value), digits) == str(int(float(value)))


@pytest.mark.parametrize(
    ("values", "digits", "decimals"),
    [
        ([88.5, 90.0], 2, 1),
        ([88.455, 90.0], 2, 2),
        ([3.0, 8.0], 2, 0),
        ([float("nan")], 2, 0),
        ([1 / 3], 4, 4),
    ],
)
def test_numbers_below_each_other_have_the_decimals_that_one_of_them_needs(
    values: list[float], digits: int, decimals: int
) -> None:
    assert count_decimals(values, digits) == decimals


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_every_text_is_filled_as_a_format_string(lang: str, domain: str) -> None:
    for code, text in words_of(lang, domain).items():
        args = dict.fromkeys(placeholders(text), 7)
        assert say(code, lang, **args) == string.Formatter().vformat(text, (), args)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{{n}}}", "{7}"),
        ("{n:03d} {n}", "007 7"),
        ("{n!r}", "7"),
        ("100 %", "100 %"),
        ("{day}", "2026-06-30"),
    ],
)
def test_a_text_may_contain_braces_and_number_formats(
    text: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = gettext.NullTranslations()
    monkeypatch.setattr(catalogue, "gettext", lambda code: text)
    monkeypatch.setattr(wording, "_catalogue", lambda lang, domain: catalogue)
    assert say("errors.cause", "en", n=7, day=date(2026, 6, 30)) == expected


def test_a_placeholder_without_its_argument_is_an_error() -> None:
    with pytest.raises(KeyError, match="cause"):
        say("errors.cause", "en")


PAGE_DOMAINS = (
    *(
        "accounts",
        "apps",
        "audit",
        "board",
        "classes",
        "exports",
        "fill",
        "forms",
        "home",
        "lines",
        "meeting",
    ),
    *("organise", "reports", "results", "review", "scoring", "store", "survey", "tables"),
)
LATIN = {
    *(
        "Excel",
        "Word",
        "WPS",
        "CSV",
        "PDF",
        "JPG",
        "PNG",
        "PPT",
        "KB",
        "MB",
        "GB",
        "xlsx",
        "csv",
        "ods",
        "txt",
    ),
    *(
        "zip",
        "Ctrl",
        "Enter",
        "Esc",
        "Tab",
        "JavaScript",
        "Chrome",
        "Edge",
        "Firefox",
        "Safari",
        "QQ",
        "English",
    ),
    *("Windows", "Mac", "Linux", "Android", "iPhone", "iPad"),
}
"""Words in Latin letters that a Chinese clerk knows: formats, units, keys, browsers, systems."""
FOR_ANALYSTS = {
    "classes.none_here.remedy": "names a key of the campaign file",
    "exports.html.fetches.remedy": "about a notebook",
    "forms.not_fields.remedy": "about a call in a notebook",
    "reports.rest": "the name of a file",
    "scoring.nominator_missing.remedy": "names a key of a sheet in code",
    "scoring.source_needed.remedy": "names a column",
    "scoring.which_unit.remedy": "about a call in a notebook",
    "store.no_driver.remedy": "for whoever runs the server",
}


@pytest.mark.parametrize("domain", PAGE_DOMAINS)
def test_what_pages_say_in_chinese_has_no_codes_and_no_english(domain: str) -> None:
    no_words = re.compile(
        r"\{[^}]*\}|--[a-z-]+|pbwidgets[ a-zA-Z.\-…]*|PBWIDGETS_[A-Z]+|_{2,}"
    )  # values, commands, lines to fill in
    latin = {
        code: words
        for code, text in words_of("zh_CN", domain).items()
        if ".cli." not in code and code not in FOR_ANALYSTS
        if (words := set(re.findall("[A-Za-z_]{2,}", no_words.sub(" ", text))) - LATIN)
    }
    assert latin == {}
