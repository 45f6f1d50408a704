"""An index from its steps: order, log, replay with one step changed, notes, and what is refused."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pbwidgets.errors import DataError
from pbwidgets.scoring.index import (
    Dictionary,
    DomainError,
    Index,
    IndexData,
    Line,
    Step,
    build_index,
    change_steps,
    effective_weights,
    find_availability,
    find_known_share,
    find_strengths,
    list_scores,
    plan_steps,
    replay,
)
from pbwidgets.scoring.index.steps import STEPS
from pbwidgets.wording import LANGUAGES

Make = Callable[..., IndexData]


@pytest.fixture
def index(works: Dictionary, make_data: Make) -> Index:
    data = make_data(roads=[0, 5, 10], wells=[4, 0, 4], incidents=[0, 1, 2])
    return build_index(works, data, plan_steps())


def test_scores_are_hand_worked(index: Index) -> None:
    # works = (roads + 3 wells) / 4 of 0..100; incidents reversed; top = their mean
    assert index.values["roads"].tolist() == [0, 50, 100]
    assert index.values["wells"].tolist() == [100, 0, 100]
    assert index.values["incidents"].tolist() == [100, 50, 0]
    assert index.scores["works"].tolist() == [75, 12.5, 100]
    assert index.scores["top"].tolist() == [87.5, 31.25, 50]
    assert index.ranks["top"].tolist() == [1, 3, 2]


def test_aggregates_are_listed_from_the_top_down_and_units_by_rank(index: Index) -> None:
    listed = list_scores(index)
    assert listed.columns.tolist() == ["unit", "code", "score", "rank"]
    assert listed["code"].tolist() == ["top"] * 3 + ["works"] * 3
    assert listed["unit"].tolist() == ["9901", "9903", "9902", "9903", "9901", "9902"]


def test_nothing_that_is_passed_in_is_changed(works: Dictionary, make_data: Make) -> None:
    data = make_data(roads=[0, np.nan, 10], wells=[4, 0, 4], incidents=[0, 1, 2])
    before = data.values.copy()
    index = build_index(works, data, plan_steps(impute="mean", winsorise=True))
    values, scores = index.values.copy(), index.scores.copy()
    replay(index, {"normalise": {"method": "rank"}, "aggregate": {"method": "wsum"}})
    pd.testing.assert_frame_equal(data.values, before)
    pd.testing.assert_frame_equal(index.values, values)
    pd.testing.assert_frame_equal(index.scores, scores)


def test_replay_without_a_change_gives_the_same_index(index: Index) -> None:
    again = replay(index, {})
    assert again.steps == index.steps
    pd.testing.assert_frame_equal(again.scores, index.scores)


def test_replay_changes_one_step_and_keeps_the_arguments_of_the_others(
    works: Dictionary, make_data: Make
) -> None:
    data = make_data(roads=[0, 5, 10], wells=[4, 0, 4], incidents=[0, 1, 2])
    index = build_index(works, data, plan_steps(scale=10))
    ranked = replay(index, {"normalise": {"method": "rank"}})
    assert ranked.values["wells"].tolist() == [10, 0, 10]
    assert ranked.values["incidents"].tolist() == [10, 5, 0]
    assert dict(ranked.steps[2].arguments) == {"scale": 10, "method": "rank"}
    assert index.steps[2].arguments == {"scale": 10}


def test_a_step_can_be_left_out(works: Dictionary, make_data: Make) -> None:
    data = make_data(roads=[0, np.nan, 10], wells=[4, 0, 4], incidents=[0, 1, 2])
    index = build_index(works, data, plan_steps(impute="median"))
    assert index.values["roads"].tolist() == [0, 50, 100]
    assert np.isnan(replay(index, {"impute": None}).values["roads"].iloc[1])


def test_steps_and_indices_survive_pickle(index: Index) -> None:
    again = pickle.loads(pickle.dumps(index))
    assert again.steps == index.steps
    assert replay(again, {}).scores.equals(index.scores)


def test_steps_are_frozen() -> None:
    step = Step("normalise", {"scale": 100})
    with pytest.raises(TypeError, match="does not support item assignment"):
        step.arguments["scale"] = 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"normalize": {}}, "是否想写“normalise”"),
        ({"normalise": {"method": "minmex"}}, "是否想写“minmax”"),
        ({"weigh": {"method": "entrpy"}}, "是否想写“entropy”"),
        ({"weigh": {"weights": {"road": 1}}}, "是否想写“roads”"),
        ({"weigh": {"weights": {"roads": -1}}}, "不能小于0"),
        ({"aggregate": {"method": "mean"}}, "是否想写“amean”"),
        ({"rank": {"on": "round"}}, "是否想写“rounded”"),
        ({"weigh": {"methods": "equal"}}, "是否想写“method”"),
        ({"aggregate": {"min_share": "most"}}, "“aggregate.min_share”应为数字，现为“most”"),
        ({"normalise": {"scale": float("inf")}}, "“normalise.scale”应为数字"),
        ({"weigh": {"weights": 3}}, "“weights”应为数字"),
        ({"weigh": {"weights": {"roads": "3"}}}, "“roads”应为数字"),
    ],
)
def test_unknown_steps_and_arguments_are_named_with_the_nearest(
    index: Index, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        replay(index, change)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Step("normalize"), "是否想写“normalise”"),
        (Step("impute", {"method": "avg"}), "可用：mean, median, group-mean"),
        (Step("impute", {"method": "group-mean", "group": "town"}), "没有“town”"),
    ],
)
def test_steps_that_there_are_not_are_refused(index: Index, step: Step, message: str) -> None:
    with pytest.raises(DataError, match=message):
        build_index(index.dictionary, index.data, [step])


def test_change_of_an_absent_step_is_refused() -> None:
    with pytest.raises(DataError, match="没有“impute”"):
        change_steps(plan_steps(), {"impute": {"method": "mean"}})


def test_planned_steps_stand_in_the_order_of_the_table() -> None:
    planned = [step.name for step in plan_steps(impute="mean", winsorise=True)]
    assert planned == list(STEPS)


@pytest.mark.parametrize("weights", ["equal", "entropy", "critic"])
def test_planned_weights_are_those_of_the_step(
    works: Dictionary, make_data: Make, index: Index, weights: str
) -> None:
    data = make_data(roads=[0, 5, 10], wells=[4, 0, 4], incidents=[0, 1, 2])
    planned = build_index(works, data, plan_steps(weights=weights))
    asked = replay(index, {"weigh": {"method": weights}})
    pd.testing.assert_frame_equal(planned.scores, asked.scores)
    assert plan_steps(weights="given") == plan_steps()


def test_value_that_a_mean_cannot_take_is_named_with_aggregate_and_unit(index: Index) -> None:
    with pytest.raises(DomainError, match="单位“9901”的“works”中有0，gmean要求大于0的数") as caught:
        replay(index, {"aggregate": {"method": "gmean"}})
    assert pickle.loads(pickle.dumps(caught.value)).args_of_message == caught.value.args_of_message


def test_value_without_a_logarithm_is_named_with_indicator_and_unit(make_data: Make) -> None:
    lines = Dictionary((Line("a", parent="top", transform="log"), Line("top")))
    with pytest.raises(DomainError, match="单位“9902”的“a”中有-3，log要求"):
        build_index(lines, make_data(a=[1, -3]), plan_steps())


def test_bounds_are_in_the_unit_of_the_indicator_before_the_logarithm(make_data: Make) -> None:
    line = Line("a", parent="top", transform="log", normalise="goalposts", lower=1, upper=10000)
    index = build_index(Dictionary((line, Line("top"))), make_data(a=[1, 100, 10000]), plan_steps(scale=1))
    assert index.values["a"].tolist() == [0.0, 0.5, 1.0]


def test_denominators_that_are_needed_must_be_given(make_data: Make) -> None:
    lines = Dictionary((Line("a", parent="top", denominator="people"), Line("top")))
    data = make_data(a=[1, 6])
    with pytest.raises(DataError, match="--denominators"):
        build_index(lines, data, plan_steps())
    people = pd.DataFrame({"people": [2.0, 3.0]}, index=data.values.index)
    assert build_index(lines, data, plan_steps(), people).stages["denominate"]["a"].tolist() == [0.5, 2.0]


def test_too_little_known_gives_no_score_no_rank_and_a_note(works: Dictionary, make_data: Make) -> None:
    data = make_data(roads=[0, np.nan, 10], wells=[4, 1, 4], incidents=[0, 1, 2])
    index = build_index(works, data, plan_steps(min_share=2 / 3))
    assert index.scores["works"].isna().tolist() == [False, True, False]
    assert index.scores["top"].isna().tolist() == [False, True, False]  # one of its two lines is not enough
    assert index.ranks["top"].tolist() == [1, pd.NA, 2]
    assert [note.args for note in index.notes] == [{"line": "top", "count": 1}, {"line": "works", "count": 1}]
    assert list_scores(index)["unit"].tolist()[2] == "9902"


def test_notes_say_what_a_person_should_know_in_both_languages(make_data: Make) -> None:
    lines = Dictionary((Line("a", parent="top"), Line("b", parent="top", normalise="zscore"), Line("top")))
    outliers = [*np.linspace(0, 1, 60), *10.0 ** np.arange(2, 10)]
    data = make_data(a=outliers, b=[3.0] * 66 + [np.nan] * 2, groups={"town": ["x"] * 67 + [None]})
    index = build_index(lines, data, plan_steps(impute="group-mean", group="town", winsorise=True))
    assert [note.code.removeprefix("index.note_") for note in index.notes] == [
        "imputed", "not_imputed", "winsorised", "still_skewed", "constant", "mixed",
    ]  # fmt: skip
    assert index.notes[2].text("zh_CN") == "指标“a”缩尾：低端0个，高端6个。"
    assert all(note.text(lang) for note in index.notes for lang in LANGUAGES)


def test_all_units_the_same_tie_in_the_middle(works: Dictionary, make_data: Make) -> None:
    index = build_index(works, make_data(roads=[3, 3], wells=[1, 1], incidents=[0, 0]), plan_steps())
    assert index.scores["top"].tolist() == [50, 50]
    assert index.ranks["top"].tolist() == [1, 1]


@pytest.mark.parametrize("method", ["equal", "entropy", "critic"])
def test_weights_from_the_data_stand_for_indicators_beside_each_other(index: Index, method: str) -> None:
    changed = replay(index, {"weigh": {"method": method}})
    sisters = changed.weights[["roads", "wells"]]
    assert sisters.tolist() != [1.0, 3.0]
    assert changed.weights[["incidents", "works"]].tolist() == [1.0, 1.0]
    assert changed.scores["works"].iloc[2] == pytest.approx(100)


def test_given_weights_come_on_top(index: Index) -> None:
    changed = replay(index, {"weigh": {"weights": {"wells": 1}}})
    assert changed.scores["works"].tolist() == [50, 25, 100]


def test_topsis_is_on_the_scale_of_the_index(index: Index) -> None:
    changed = replay(index, {"aggregate": {"method": "topsis"}})
    assert changed.scores["works"].iloc[2] == pytest.approx(100)
    assert changed.scores["works"].between(0, 100 + 1e-9).all()


def test_effective_weights_of_a_level_add_up_to_one(index: Index) -> None:
    shares = effective_weights(index.dictionary, index.weights)
    assert shares[["roads", "wells", "incidents"]].tolist() == [0.125, 0.375, 0.5]
    assert shares[["works", "incidents"]].sum() == 1
    assert shares["top"] == 1


def test_strengths_come_first_and_weaknesses_last(index: Index) -> None:
    found = find_strengths(index, "9902")
    assert found["code"].tolist() == ["roads", "incidents", "wells"]
    assert found["effect"].tolist() == [0.0, 0.0, -37.5]  # 0.375 × (0 - 100)
    assert found["value"].tolist() == [5, 1, 0]
    assert found["rank"].tolist() == [2, 2, 3]
    assert found["name"].tolist() == ["道路", "事件", "水井"]


def test_effects_of_a_unit_add_up_to_its_distance_from_the_median_unit(index: Index) -> None:
    medians = index.values.median()
    shares = effective_weights(index.dictionary, index.weights)[list(medians.index)]
    for unit in index.values.index:
        distance = index.scores.at[unit, "top"] - float((shares * medians).sum())
        assert find_strengths(index, unit)["effect"].sum() == pytest.approx(distance)


def test_strengths_of_an_unknown_unit_name_the_nearest(index: Index) -> None:
    with pytest.raises(DataError, match="没有“9904”"):
        find_strengths(index, "9904")


def test_availability_is_the_share_of_indicators_at_any_depth(works: Dictionary, make_data: Make) -> None:
    values = make_data(roads=[1, np.nan], wells=[1, 2], incidents=[np.nan, np.nan]).values
    found = find_availability(values, works)
    assert found["works"].tolist() == [1.0, 0.5]
    assert found["top"].tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert find_known_share(values).tolist() == [0.5, 1.0, 0.0]
