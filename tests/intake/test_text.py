"""Texts, codes, dates and numbers as people write them, made plain."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.intake.text import (
    clean_code,
    clean_name,
    clean_text,
    drop_unfit,
    is_shortened,
    plain_heading,
    protect,
    removed_signs,
    to_date,
    to_flag,
    to_number,
    unprotect,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("９９０１０１", "990101"),
        ("990101\u200b", "990101"),
        ("\ufeff990101\u2060", "990101"),
        ("990 101\u3000001", "990101001"),
        ('="0012"', "0012"),
        ("'0012", "0012"),
        ("Ｐ－１７", "P-17"),
        ("P‑17", "P-17"),
        ("99\u180e01\ufe0f", "9901"),
        ("9.90101001E+08", "990101001"),
        ("9.90101E+11", "9.90101E+11"),
        ("1E5", "1E5"),
    ],
)
def test_a_code_is_what_can_be_seen_of_it(written: str, read: str) -> None:
    assert clean_code(written) == read


def test_a_number_in_scientific_notation_is_told_from_a_code() -> None:
    assert is_shortened("9.90101E+11")
    assert not is_shortened("1E5")


def test_names_keep_the_signs_of_their_script_and_lose_those_that_were_never_meant() -> None:
    persian = "می\u200cروم"  # a joiner of its spelling
    mongolian = "ᠮᠣᠩ\u180eᠭᠣᠯ\u180b"
    assert clean_text(f"\u200b{persian}\ufeff") == persian
    assert clean_text(f" {mongolian}\u2060") == mongolian
    assert clean_text("葛\U000e0100城　") == "葛\U000e0100城"
    assert clean_text("（甲）１号\r\n院\x07") == "（甲）１号\n院"


@given(st.text(max_size=30), st.text("09９aＡ-－_\u200b\u3000\ufeff \u180e", max_size=20))
def test_cleaning_twice_changes_nothing_more(text: str, code: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_code(clean_code(code)) == clean_code(code)


ANY = st.text(
    st.characters()
    | st.sampled_from("\x00\x0b\x0c\x1f\x7f\x85\ud800\udfff\ufdd0\ufffe\uffff\U0010ffff\u2028\u202e\n"),
    max_size=12,
)
"""Texts of all Unicode, lone surrogates included, with much of what no file can hold."""


@given(ANY)
def test_a_clean_text_can_be_kept_by_every_database_and_what_is_gone_is_said(text: str) -> None:
    clean = drop_unfit(text)
    clean.encode()
    unfit = [sign for sign in clean if unicodedata.category(sign) == "Cc" and sign not in "\t\n\r"]
    unfit += [sign for sign in clean if ord(sign) & 0xFFFE == 0xFFFE or "\ufdd0" <= sign <= "\ufdef"]
    assert unfit == []
    said = removed_signs(text, clean_text(text))
    gone = [sign for sign in text.strip() if sign not in clean_text(text) and sign not in " \t\r\u3000"]
    assert bool(said) == bool(gone)
    assert all(f"{ord(sign):04X}" in said for sign in gone)


@given(ANY)
def test_a_name_is_one_line_that_reads_in_one_direction(text: str) -> None:
    name = clean_name(text)
    assert not set(name) & set("\n\r\t\x0b\x0c\x85\u2028\u2029\u200e\u200f\u202d\u202e\u2066\u2069")
    assert clean_name(name) == name


def test_a_line_break_in_a_name_was_a_space_only_between_words_that_have_spaces() -> None:
    assert clean_name("东\n坪村") == "东坪村"
    assert clean_name("韦\x0b家村") == "韦家村"
    assert clean_name("East\r\n Ping") == "East Ping"
    assert clean_name("甲\u202e镇\u2069") == "甲镇"


@given(st.text("'=+-@＝\t\r\n \"05,.e甲", max_size=8) | ANY)
def test_a_protected_text_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    protected = protect(text)
    assert unprotect(protected) == text
    is_number = protected == text and to_number(text) is not None
    assert is_number or not protected.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert protected[:1] not in ("\t", "\r", "\n")


@pytest.mark.parametrize("number", ["-0.5", "+3", "-1,200", "-1e3", "12"])
def test_a_number_is_not_protected(number: str) -> None:
    assert protect(number) == number


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.sampled_from(range(9)))
def test_a_day_is_read_however_it_is_written(day: date, way: int) -> None:
    digits = str.maketrans("0123456789-", "０１２３４５６７８９－")
    numerals = "〇一二三四五六七八九"

    def numeral(number: int) -> str:
        tens, ones = divmod(number, 10)
        return (
            ("" if tens < 2 else numerals[tens]) + ("十" if tens else "") + (numerals[ones] if ones else "")
        )

    year = "".join(numerals[int(digit)] for digit in str(day.year))
    written = (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month:02}.{day.day:02}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{year}年{numeral(day.month)}月{numeral(day.day)}日",
        f"{day.isoformat()} 00:00:00",
        day.isoformat().translate(digits),
        str((day - date(1899, 12, 30)).days),
    )[way]
    assert to_date(written) == day


@pytest.mark.parametrize("text", ["", "2026-02-30", "26.1.1", "2026年", "去年", "123", "2026-01-01 08:30"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert to_date(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("１,３００.５", 1300.5), ("-2", -2.0), (".5", 0.5), ("'7", 7.0), ("2e1", 20.0), ("−3", -3.0)],
)
def test_a_number_is_read_with_separators_and_in_full_width(text: str, number: float) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize("text", ["", "12%", "1,5", "1_000", "inf", "nan", "20里", "1,23,456"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert to_number(text) is None


def test_yes_and_no_are_read_and_nothing_else() -> None:
    assert [to_flag(text) for text in ("是", "√", "ＴＲＵＥ", "否", "0", "也许")] == [
        True,
        True,
        True,
        False,
        False,
        None,
    ]


def test_headings_are_the_same_in_any_spelling() -> None:
    spellings = ("单位编码(必填)", "单位 编码\n（必填）*", "单位编码（必填）", "\ufeff单位编码(必填)\u200b")
    assert len({plain_heading(text) for text in spellings}) == 1
