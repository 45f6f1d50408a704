"""Surveys: a code works once, and nothing stored links it to its answers or to an hour."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Store, Writer
from pbwidgets.store.surveys import (
    ALPHABET,
    find_batch,
    load_survey_answers,
    load_survey_counts,
    make_batch,
    plain_code,
    use_code,
)
from pbwidgets.store.tables import METADATA

ORGANISER = Actor("sun", "organiser")
RATER = Actor("survey:", "survey")
DAY = date(2026, 11, 21)
ABOUT = ("contest", "2026", "satisfaction", "990101", "villagers")


@pytest.fixture
def make(store: Store) -> Callable[[int], tuple[str, ...]]:
    def made(count: int) -> tuple[str, ...]:
        with store.write(ORGANISER) as w:
            return make_batch(w, *ABOUT, count)

    return made


def everything(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of all tables, as stored."""
    with store.read() as r:
        return {
            table.name: {tuple(map(str, row)) for row in r.conn.execute(select(table))}
            for table in METADATA.sorted_tables
        }


def answer(store: Store, code: str, text: str = "满意") -> None:
    with store.write(RATER) as w:
        use_code(w, code, {"team_work": text}, DAY)


def test_codes_are_distinct_and_made_of_characters_that_are_not_confused(
    make: Callable[[int], tuple[str, ...]],
) -> None:
    codes = make(60)
    assert len(set(codes)) == 60
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) <= set(ALPHABET)
    assert not set("IO01") & set(ALPHABET)


def test_a_code_is_stored_only_as_its_hash(store: Store, make: Callable[[int], tuple[str, ...]]) -> None:
    codes = make(5)
    kept = str(everything(store))
    assert not [code for code in codes if code in kept]


def test_answering_changes_one_code_and_adds_one_answer_which_share_only_their_batch(
    store: Store, make: Callable[[int], tuple[str, ...]]
) -> None:
    code = make(3)[0]
    before = everything(store)
    answer(store, code)
    after = everything(store)
    changed = {name: (before[name] - after[name], after[name] - before[name]) for name in before}
    assert {name for name, (gone, come) in changed.items() if gone or come} == {
        "survey_codes",
        "survey_answers",
    }
    ((code_hash, batch, was_used),), ((same_hash, same_batch, is_used),) = map(tuple, changed["survey_codes"])
    assert (code_hash, batch) == (same_hash, same_batch)
    assert (was_used, is_used) == ("False", "True")
    ((number, of_batch, day, answers),) = changed["survey_answers"][1]
    assert (of_batch, day, answers) == (batch, "2026-11-21", str({"team_work": "满意"}))
    assert number not in (code_hash, "1")


def test_the_audit_log_has_no_row_for_an_answer_because_its_number_would_reveal_the_hour(
    store: Store, make: Callable[[int], tuple[str, ...]]
) -> None:
    codes = make(2)
    log = everything(store)["audit"]
    for code in codes:
        answer(store, code)
    assert everything(store)["audit"] == log


def test_a_used_code_and_an_unknown_one_are_refused_alike(
    store: Store, make: Callable[[int], tuple[str, ...]]
) -> None:
    code = make(1)[0]
    answer(store, code)
    said = set()
    for wrong in (code, "ABCDEFGH", "", "用过"):
        with pytest.raises(DataError, match="测评码不存在或已经用过") as refused:
            answer(store, wrong)
        said.add(str(refused.value))
        with store.read() as r:
            assert find_batch(r, wrong) is None
    assert len(said) == 1


def test_a_code_stays_usable_when_the_transaction_fails(
    store: Store, make: Callable[[int], tuple[str, ...]]
) -> None:
    code = make(1)[0]

    def fail() -> None:
        with store.write(RATER) as w:
            use_code(w, code, {"team_work": "满意"}, DAY)
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fail()
    answer(store, code)
    with store.read() as r:
        assert load_survey_counts(r, "contest", "2026")[["handed_out", "finished"]].to_dict("records") == [
            {"handed_out": 1, "finished": 1}
        ]


def test_answers_are_shown_once_there_are_enough_and_in_random_order(
    store: Store, make: Callable[[int], tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter([40, 10, 30, 20, 50])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(numbers))
    codes = make(5)
    for code, text in zip(codes, "甲乙丙丁戊", strict=True):
        with store.read() as r:
            assert load_survey_answers(r, *ABOUT, 5) == ()
        answer(store, code, text)
    with store.read() as r:
        shown = load_survey_answers(r, *ABOUT, 5)
    assert [answers["team_work"] for answers in shown] == ["乙", "丁", "丙", "甲", "戊"]


def test_batches_of_the_same_unit_and_kind_count_together_and_others_apart(
    store: Store, make: Callable[[int], tuple[str, ...]]
) -> None:
    for code in (*make(2), *make(1)):
        answer(store, code)
    with store.write(ORGANISER) as w:
        make_batch(w, "contest", "2026", "satisfaction", "990102", "villagers", 4)
    with store.read() as r:
        counts = load_survey_counts(r, "contest", "2026")
        assert len(load_survey_answers(r, *ABOUT, 3)) == 3
    assert counts[["unit_code", "handed_out", "finished"]].to_numpy().tolist() == [
        ["990101", 3, 3],
        ["990102", 4, 0],
    ]


@pytest.mark.parametrize("count", [0, -1, 5001])
def test_an_out_of_range_number_of_codes_is_refused(store: Store, count: int) -> None:
    with store.write(ORGANISER) as w, pytest.raises(DataError, match="请填 1 到 5000"):
        make_batch(w, *ABOUT, count)


def test_codes_need_a_known_unit_and_an_open_period(store: Store) -> None:
    def make_for(w: Writer, period: str, unit: str) -> None:
        make_batch(w, "contest", period, "satisfaction", unit, "villagers", 1)

    with store.write(ORGANISER) as w:
        with pytest.raises(DataError, match="没有代码为 990999 的单位"):
            make_for(w, "2026", "990999")
        with pytest.raises(DataError, match="没有开启"):
            make_for(w, "2027", "990101")


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_a_code_may_be_typed_in_lower_case_with_dashes_spaces_and_full_width_characters(code: str) -> None:
    wide = "".join(chr(ord(mark) + 0xFEE0) for mark in code)
    assert plain_code(f" {code[:4].lower()}-{code[4:]} ") == code == plain_code(wide)
