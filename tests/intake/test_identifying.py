"""Values that identify are found however they are written, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign.identifying import words_of_interface
from pbwidgets.intake.identifying import HIDDEN, LONGEST, CommonWords, Scrubber, fold, is_usable, parts_of

VALUES = ("王平安", "王平", "阿不都买买提", "lina", "31001部队", "13800001234", "73021")
SCRUBBER = Scrubber.of(VALUES)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王平安家", "〔略〕家"),
        ("王 平　安家", "〔略〕家"),
        ("王平\n安", "〔略〕"),
        ("王\u200b平\ufe00安", "〔略〕"),
        ("王平安王平安，王平", "〔略〕〔略〕，〔略〕"),
        ("平安建设、安全、小王", "平安建设、安全、小王"),
        ("阿不都·买买提来访", "〔略〕来访"),
        ("ＬＩ　ＮＡ said", "〔略〕 said"),
        ("Carolina, Li Nan", "Carolina, Li Nan"),
        ("与３１００１部队共建", "与〔略〕共建"),
        ("1310015部队", "1310015部队"),
        ("电话13800001234。", "电话〔略〕。"),
        ("编号913800001234", "编号913800001234"),
        ("与73021、７３０２１部队共建（73021）", "与〔略〕、〔略〕部队共建（〔略〕）"),
        ("番号73021。73021.", "番号〔略〕。〔略〕."),
        (
            "1,73021x，x73021，173021，990173021，7 3021，73,021",
            "1,73021x，x73021，173021，990173021，7 3021，73,021",
        ),
        ("0.73021，73021.5，73021,500，1.73021", "0.73021，73021.5，73021,500，1.73021"),
        ("", ""),
    ],
)
def test_values_are_found_as_they_are_written_and_only_whole(text: str, shown: str) -> None:
    assert SCRUBBER.scrub(text) == shown
    assert SCRUBBER.holds(text) == (text != shown)


def test_the_longest_value_goes_first() -> None:
    assert Scrubber.of(["王平", "王平安"]).scrub("王平安") == HIDDEN


@given(st.text(max_size=60), st.sampled_from(VALUES), st.text(max_size=60))
def test_nothing_is_left_of_a_value_wherever_it_stands(before: str, value: str, after: str) -> None:
    shown = SCRUBBER.scrub(f"{before}。{value}。{after}")
    assert value not in shown
    assert not SCRUBBER.holds(shown)


@given(st.text(max_size=200))
def test_a_text_without_values_stays_as_it_is(text: str) -> None:
    if not any(value in fold(text) for value in VALUES):
        assert SCRUBBER.scrub(text) == text


def test_thousands_of_values_are_told_apart() -> None:
    people = {chr(0x4E00 + at // 50) + chr(0x5E00 + at % 50) + "某" for at in range(2000)}
    scrubber = Scrubber.of(people)
    assert all(scrubber.scrub(f"走访{name}家") == "走访〔略〕家" for name in people)
    assert scrubber.scrub("走访某某家") == "走访某某家"


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("王平安", ("王平安",)),
        ("王平安、李四；张 三", ("王平安", "李四", "张三")),
        ("王平安（户主）", ("王平安",)),
        ("王平安 李小红", ("王平安", "李小红", "王平安李小红")),
        ("王平安 13812345678", ("王平安", "13812345678", "王平安13812345678")),
        ("王平安　男", ("王平安", "王平安男")),
        ("王平安。李小红", ("王平安", "李小红")),
        ("王平安+李小红", ("王平安", "李小红")),
        ("王平安和李小红", ("王平安", "李小红", "王平安和李小红")),
        ("王平安-李小红", ("王平安", "李小红", "王平安李小红")),
        ("1.王平安 2.李小红", ("王平安", "李小红", "1王平安2李小红")),
        ("王平安 李 小红", ("王平安", "李小红", "王平安李小红")),
        ("户主王平安同志", ("王平安",)),
        ("陈和平", ("陈和平",)),
        ("阿依古丽.买买提", ("阿依古丽买买提",)),
        ("某部78123", ("78123", "某部78123")),
        ("王平安、男、45岁", ("王平安",)),
        ("王", ()),
        ("12", ()),
        ("第12户", ()),
        ("1024", ("1024",)),
        ("第1024户", ("1024", "第1024户")),
        ("  ", ()),
        ("长" * 99, ("长" * LONGEST,)),
    ],
)
def test_a_value_holds_the_names_that_it_lists(value: str, parts: tuple[str, ...]) -> None:
    assert parts_of(value) == parts


@pytest.mark.parametrize("value", ["平安", "安全", "文明", "保存", "Li", "王", "、"])
def test_a_common_word_or_a_single_character_cannot_be_used(value: str) -> None:
    assert not is_usable(value, [words_of_interface()]) or value == "、"


@pytest.mark.parametrize("value", ["2026", "2026年", "202611", "20261130", "990101001001", "990101"])
def test_a_year_a_day_and_the_code_of_a_unit_cannot(value: str) -> None:
    assert not is_usable(value, [CommonWords.of(["990101001001", "990101"])])


@pytest.mark.parametrize("value", ["王平安", "欧阳小某", "12", "第3户", "平安、王平安", "73021", "9901"])
def test_a_full_name_or_a_number_can(value: str) -> None:
    assert is_usable(value, [words_of_interface(), CommonWords.of(["990101001001"])])


def test_files_are_searched_for_no_number_of_four_digits() -> None:
    searched = Scrubber.of(["1024", "73021", "王平"]).for_files
    assert [searched.holds(text) for text in ("1024", "73021", "王平")] == [False, True, True]


def test_a_word_within_a_common_one_is_common_and_a_longer_one_is_not() -> None:
    words = CommonWords.of(["上坪村", "990101"])
    assert [words.holds(fold(value)) for value in ("坪村", "上坪村", "9901", "990101", "上坪村人", "村990")] == [
        True, True, False, True, False, False,
    ]  # fmt: skip


def test_what_was_not_changed_is_kept_as_it_was() -> None:
    kept = {"plan": "走访王平安", "rows": [{"who": "王平安", "n": 1}, {"who": "王平", "n": 2}], "n": 3}
    shown = {"plan": "走访〔略〕", "rows": [{"who": HIDDEN, "n": 1}, {"who": HIDDEN, "n": 2}], "n": 3}
    assert SCRUBBER.restore(shown, kept) == kept
    assert SCRUBBER.restore({**shown, "plan": "另写", "n": 4}, kept) == {**kept, "plan": "另写", "n": 4}


def test_rows_that_remain_follow_their_own_values_when_another_is_dropped() -> None:
    kept = [{"who": "王平安", "n": 1}, {"who": "王平", "n": 2}]
    assert SCRUBBER.restore([{"who": HIDDEN, "n": 2}], kept) == [{"who": "王平", "n": 2}]
    assert SCRUBBER.restore([{"who": HIDDEN, "n": 7}], kept) == [{"who": HIDDEN, "n": 7}]
