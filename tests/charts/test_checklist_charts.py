"""Matrix and coverage of a checklist: clean pictures, every state with its sign, and the same values in each form."""

import pandas as pd
import pytest
from checklist import USUAL, checklist, every_state, standings_of, view_of, villages

from pbwidgets import charts
from pbwidgets.charts import theme
from pbwidgets.charts.checked import By, count_states
from pbwidgets.charts.headlines.checked import coverage_headline, standings_headline
from pbwidgets.charts.state_matrix import pages_of
from pbwidgets.scoring.frames import STANDING_STATES
from pbwidgets.wording import say


@pytest.mark.parametrize(
    ("units", "checks", "lang"),
    [(14, 40, "zh_CN"), (14, 33, "en"), (15, 8, "en"), (1, 1, "zh_CN"), (2, 70, "zh_CN")],
)
def test_the_matrix_is_clean_on_its_last_sheet(assert_clean, units, checks, lang) -> None:
    campaign, names = checklist(checks), villages(units)
    standings, view = every_state(campaign, names), view_of(campaign, lang)
    assert_clean(charts.state_matrix(standings, names, view, page=pages_of(standings, names, view)))


@pytest.mark.parametrize(("units", "checks", "sheets"), [(14, 40, 1), (15, 40, 2), (14, 80, 2), (28, 8, 2)])
def test_14_units_and_40_checks_stand_on_one_sheet_and_more_on_several(units, checks, sheets) -> None:
    campaign, names = checklist(checks), villages(units)
    view = view_of(campaign)
    assert pages_of(standings_of(campaign, names), names, view) == sheets


def test_headings_stay_whole_where_checks_are_parted(read_texts) -> None:
    campaign, names = checklist(80), villages(2)
    standings, view = standings_of(campaign, names), view_of(campaign)
    first = {box.text for box in read_texts(charts.state_matrix(standings, names, view))}
    assert first >= {"四项标准", "六个规范"}
    assert first.isdisjoint({"阵地建设", "重点工作"})
    assert any("本页为第1至2个单位、第1至40项，共2个单位、80项" in text for text in first)


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_every_state_has_a_sign_of_its_own_and_its_words_in_the_key(read_texts, lang) -> None:
    campaign, names = checklist(34), villages(2)
    view = view_of(campaign, lang)
    words = [box.text for box in read_texts(charts.state_matrix(every_state(campaign, names), names, view))]
    signs = [say(f"charts.state_matrix.sign_{state}", lang) for state in STANDING_STATES]
    assert len(set(signs)) == len(STANDING_STATES)
    for state, sign in zip(STANDING_STATES, signs, strict=True):
        assert words.count(sign) == (every_state(campaign, names)["state"] == state).sum()
        assert f"{sign} {say(f'standing.{state}', lang)}" in words


def test_the_key_has_only_states_that_occur(read_texts) -> None:
    campaign, names = checklist(10), villages(2)
    view = view_of(campaign)
    said = "".join(
        box.text for box in read_texts(charts.state_matrix(standings_of(campaign, names), names, view))
    )
    assert "已达标" in said
    assert "未设目标" not in said


def test_claimed_is_not_green_and_nothing_but_reached_is() -> None:
    green = theme.STANDING_COLOURS["reached"]
    assert [state for state, colour in theme.STANDING_COLOURS.items() if colour == green] == ["reached"]


def test_a_check_that_a_unit_has_not_is_an_empty_cell_and_the_note_says_so(read_texts) -> None:
    campaign, names = checklist(10), villages(2)
    standings, view = standings_of(campaign, names), view_of(campaign)
    less = standings.drop(index=0).reset_index(drop=True)
    words = [box.text for box in read_texts(charts.state_matrix(less, names, view))]
    assert any("空格：该单位没有这一项" in text for text in words)
    (first, *_), *_ = charts.state_matrix_native(less, names, view).cells
    assert first.text == ""


def test_picture_and_table_have_the_same_sheets_cells_and_sums(read_texts) -> None:
    campaign, names = checklist(36), villages(15)
    standings, view = standings_of(campaign, names), view_of(campaign)
    rows = 0
    for page in (1, 2):
        native = charts.state_matrix_native(standings, names, view, page=page)
        words = [box.text for box in read_texts(charts.state_matrix(standings, names, view, page=page))]
        rows += len(native.rows)
        assert native.groups == (("四项标准", 9), ("六个规范", 9), ("阵地建设", 9), ("重点工作", 9))
        for sign in {cell.text for line in native.cells for cell in line}:
            assert words.count(sign) == sum(cell.text == sign for line in native.cells for cell in line)
        assert [text for text in words if text.endswith("/36")] == list(native.sums)
    assert rows == 15


def test_the_table_says_which_check_of_which_unit_is_overdue() -> None:
    campaign, names = checklist(10), villages(2)
    standings, view = standings_of(campaign, names), view_of(campaign)
    native = charts.state_matrix_native(standings, names, view)
    overdue = {
        (row, column)
        for row, line in zip(native.rows, native.cells, strict=True)
        for column, cell in zip(native.columns, line, strict=True)
        if cell.text == "已逾期"
    }
    late = standings[standings["state"] == "overdue"]
    rows = {row.id: row.name.zh for row in campaign.tables["standards"].rows}
    assert overdue == {
        (names[code], rows[part]) for code, part in zip(late["unit_code"], late["part"], strict=True)
    }
    assert len(overdue) == 2


@pytest.mark.parametrize(
    ("by", "lang", "checks"),
    [("check", "zh_CN", 40), ("heading", "en", 8), ("unit", "zh_CN", 40), ("unit", "en", 1)],
)
def test_coverage_is_clean(assert_clean, by: By, lang, checks) -> None:
    campaign, names = checklist(checks), villages()
    assert_clean(charts.coverage_bars(every_state(campaign, names), names, view_of(campaign, lang), by=by))


@pytest.mark.parametrize("by", ["check", "heading", "unit"])
def test_coverage_counts_the_same_in_picture_and_native_chart(by: By) -> None:
    campaign, names = checklist(12), villages()
    standings, view = every_state(campaign, names), view_of(campaign)
    counts = count_states(standings, names, view, by)
    native = charts.coverage_bars_native(standings, names, view, by=by)
    drawn = charts.coverage_bars(standings, names, view, by=by)
    numbers = [
        part["n"] for one in drawn.layer for part in one.data.values if {"n", "to", "top"} <= part.keys()
    ]
    assert (
        sum(numbers)
        == counts["expected"].sum()
        == (~standings["state"].isin(["not_applicable", "no_target"])).sum()
    )
    assert sum(sum(one.values) for one in native.series) == sum(numbers)
    assert native.categories == tuple(counts.index)
    assert native.note == "不适用、未设目标的不计"


def test_units_stand_with_the_most_reached_first_and_checks_in_their_order() -> None:
    campaign, names = checklist(10), villages(3)
    standings, view = standings_of(campaign, names), view_of(campaign)
    counts = count_states(standings, names, view, "unit")
    assert list(counts["reached"]) == sorted(counts["reached"], reverse=True)
    rows = [row.name.zh for row in campaign.tables["standards"].rows]
    assert list(count_states(standings, names, view, "check").index) == rows


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (USUAL, "20项检查中11项达标（55%），2项逾期，最多的是青禾村、上坪村（1项）"),
        (["reached"], "20项检查全部达标"),
        (["reached", "claimed"], "20项检查中10项达标（50%），10项待验收，没有逾期"),
        (["not_applicable"], "没有适用的检查项"),
    ],
)
def test_the_headline_says_how_many_are_reached_and_who_is_late(states, said) -> None:
    campaign, names = checklist(10), villages(2)
    assert standings_headline(standings_of(campaign, names, states), names, view_of(campaign)) == said


def test_the_headline_of_coverage_names_the_least_covered() -> None:
    campaign, names = checklist(10), villages(2)
    standings = standings_of(campaign, names, ["reached"])
    standings.loc[standings["part"] == "c3", "state"] = "not_begun"
    view = view_of(campaign)
    assert coverage_headline(standings, names, view, "check") == ("达标最少的是“活动场所”（2项中0项）")
    assert coverage_headline(standings, names, view, "unit") == "20项检查中18项达标（90%）"


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_no_standings_are_no_chart(assert_clean, lang) -> None:
    campaign, names = checklist(3), villages(2)
    none, view = standings_of(campaign, {}), view_of(campaign, lang)
    assert isinstance(none, pd.DataFrame)
    assert_clean(charts.state_matrix(none, names, view))
    assert_clean(charts.coverage_bars(none, names, view))
    assert charts.state_matrix_native(none, names, view) is None
    assert charts.coverage_bars_native(none, names, view) is None
    assert standings_headline(none, names, view) == say("headlines.checked_none", lang)
