"""Lines in anybody's words become a campaign: every rule, headings, conditions, and what is wrong in those words."""

from typing import Any

import pandas as pd
import pytest

from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.workbook.lines import campaign_of_lines, to_id
from pbwidgets.errors import ProblemsError

VISITS = {
    "line": "走访",
    "points": 40,
    "rule": "per_missing_item",
    "measure": "走访",
    "required": 12,
    "points_each": 4,
}
STYLE = {"line": "作风", "points": 60, "rule": "rated"}


def make(*lines: Any, **more: Any) -> Campaign:
    settings = {"places": None, "ties": (), "group": None, "digits": 2, "title": "自查"}
    return campaign_of_lines(lines, **(settings | more))


@pytest.mark.parametrize(
    "rule",
    [
        {"name": "rated"},
        {"name": "discretion", "lowest": -5, "highest": 5},
        {"name": "per_missing_item", "required": 12, "points_each": 4, "floor": 1},
        {"name": "all_or_nothing", "at_least": 2},
        {"name": "threshold_then_per_unit", "threshold": 90, "points_per_unit": 0.2, "step": 2},
        {"name": "against_group", "benchmark": "mean", "points_per_unit": 1, "better": "lower"},
        {"name": "rank_to_points", "points": [40, 30, 20], "otherwise": 10},
        {"name": "proportional_to_best", "better": "lower"},
        {"name": "bands", "bands": [{"bound": 95, "points": 40}, {"bound": 85, "points": 20}]},
        {"name": "carried_over", "full": 50, "may_exceed": True},
        {"name": "capped_bonus", "points_each": 2, "beyond": 3},
        {"name": "capped_deduction", "points_each": 2, "cap": 10},
    ],
    ids=lambda rule: rule["name"],
)
def test_every_rule_of_a_campaign_can_be_written(rule: dict[str, Any]) -> None:
    measured = {} if rule["name"] in ("rated", "discretion") else {"measure": "走访 次数"}
    campaign = make({"line": "甲", "points": 40, "rule": rule | measured})
    (line,) = campaign.tracks[0].lines()
    expected = rule | ({"measure": to_id("走访 次数")} if measured else {})
    assert line.rule is not None
    dumped = line.rule.model_dump(mode="json")
    assert {key: dumped[key] for key in expected} == expected


def test_a_frame_with_the_headings_of_the_workbook_gives_the_same_campaign() -> None:
    bands = {
        "line": "党费",
        "points": 60,
        "rule": "bands",
        "measure": "收缴率",
        "bands": [[95, 60], [85, 20]],
    }
    rows = [
        {"评分项": "走访", "分值": 40, "计分规则": "少一项扣分", "依据指标": "走访", "要求数量": "１２", "每项分值": 4},
        {"评分项": "党费", "分值": 60, "计分规则": "分档得分", "依据指标": "收缴率", "分档": "95:60；85：20", "#": 1},
    ]  # fmt: skip
    assert make(*pd.DataFrame(rows).to_dict("records")) == make(VISITS, bands)


def test_headings_conditions_anchors_and_ties_are_named_in_words() -> None:
    campaign = make(
        {"line": "工作", "points": 100},
        {**VISITS, "heading": "工作", "exemption": {"when": "${受灾} = 1", "name": "当年受灾"}},
        {**STYLE, "heading": "工作", "anchors": [[60, "好"], [30, "一般"]]},
        ties=["工作", "作风"],
    )
    track = campaign.tracks[0]
    (heading,) = track.criteria
    assert [line.name.zh for line in heading.criteria] == ["走访", "作风"]
    assert heading.criteria[0].exemption.when == f"${{{to_id('受灾')}}} = 1"
    assert [anchor.text.zh for anchor in heading.criteria[1].anchors] == ["好", "一般"]
    assert [link.named for link in track.tie_breaks] == [to_id("工作"), to_id("作风")]
    assert [field.label.zh for field in campaign.forms[0].fields] == ["走访", "受灾"]


def test_the_base_is_the_sum_of_all_lines_and_a_deduction_needs_no_points() -> None:
    less = {"line": "信访", "rule": "capped_deduction", "measure": "信访", "points_each": 5, "cap": 10}
    more = {
        "line": "加分",
        "points": 5,
        "bonus": True,
        "rule": "capped_bonus",
        "measure": "荣誉",
        "points_each": 1,
    }
    assert make(VISITS, less, more).tracks[0].base_points == 40
    assert make(STYLE).forms == ()


def test_an_id_is_the_same_for_the_same_words_however_they_are_typed() -> None:
    assert to_id("走访（次）") == to_id(" 走访(次) ")
    assert to_id("t1_fit") == "t1_fit"
    assert to_id("Visits").startswith("x")
    assert make({**VISITS, "id": "visits"}).tracks[0].criteria[0].id == "visits"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [{**VISITS, "rule": "per_missing"}],
            "第1行“走访”，计分规则.*“per_missing”.*是否想写“per_missing_item”",
        ),
        ([{**VISITS, "rule": "少项扣分"}], "“少项扣分”.*是否想写“少一项扣分”"),
        ([{**VISITS, "pionts": 3}], "没有“pionts”这一列。 是否想写“points”"),
        ([{**VISITS, "分直": 3}], "是否想写“分值”"),
        ([{**VISITS, "points": "四十"}], "第1行“走访”，分值.*“四十”应当是数字"),
        ([{**VISITS, "cap": 3}], "最多扣分：规则“少一项扣分”不用这一项"),
        ([{"line": "作风", "rule": "rated"}], "第1行“作风”：评分项“作风”缺少 points"),
        ([VISITS, {**STYLE, "heading": "工作"}], "第2行“作风”，上级评分项.*“工作”"),
        ([VISITS, VISITS], "代号“走访”重复"),
        ([{"points": 3}], "缺少必填项“line”"),
        (["走访"], "第1行：“走访”应当是“键: 值”的形式"),
        (
            [{"line": "甲", "points": 9, "rule": "bands", "measure": "甲", "bands": [[5, 9], 3]}],
            "第1行“甲”，分档",
        ),
        ([], "没有评分项"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_lines(lines: list[Any], said: str) -> None:
    with pytest.raises(ProblemsError, match=said) as refused:
        make(*lines)
    assert "自查" in refused.value.words("zh_CN")
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"places": 0}, "自查:places.*0 超出范围"),
        ({"digits": 9}, "自查:digits.*9 超出范围"),
        ({"ties": ["走方"]}, "自查:ties.*是否想写“走访”"),
    ],
)
def test_wrong_settings_are_said_by_the_name_of_the_argument(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ProblemsError, match=said):
        make(VISITS, **settings)


def test_whoever_writes_ids_is_shown_ids_also_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBWIDGETS_LANG", "en")
    with pytest.raises(ProblemsError, match="all_or_nothing, threshold_then_per_unit, against_group"):
        make({**VISITS, "rule": "per_missing"})


def test_options_cases_and_factors_are_named_in_words() -> None:
    campaign = make(
        {"line": "评议", "points": 60, "rule": "by_choice", "measure": "评议", "options": "好:60; 一般:30；差:0"},
        {
            "line": "台账", "points": 40, "rule": "checklist",
            "cases": [{"when": "${方案} = 0", "text": "无方案", "points": 10}],
        },
        {
            "line": "通报", "rule": "capped_deduction", "measure": "通报", "points_each": 1, "first": 5, "cap": 10,
            "factors": [{"when": "${重复} = 1", "times": 2, "text": {"zh": "重复", "en": "again"}}],
        },
    )  # fmt: skip
    by_choice, checklist, deduction = (line.rule for line in campaign.tracks[0].lines())
    listed = campaign.choices[to_id("评议")]
    assert [option.label.zh for option in listed] == ["好", "一般", "差"]
    assert [option.choice for option in by_choice.options] == [option.id for option in listed]
    assert campaign.measures[0].aggregate == "chosen"
    assert (checklist.cases[0].when, checklist.cases[0].text.zh) == (f"${{{to_id('方案')}}} = 0", "无方案")
    assert (deduction.factors[0].times, deduction.factors[0].text.en) == (2, "again")
