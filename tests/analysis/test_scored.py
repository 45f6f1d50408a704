"""A scored table: frames in the words of the user, reasons, selection, charts."""

import pandas as pd
import pytest

import pbwidgets as pb
from pbwidgets.errors import ProblemsError, UsageError


def test_the_ranking_names_units_and_says_what_is_missing(scored: pb.Scored) -> None:
    assert scored.ranking[["rank", "unit", "total", "n_missing"]].values.tolist() == [
        [1, "青禾村", 99.0, 0],
        [2, "红旗村", 72.0, 1],
        [3, "望云村", 60.0, 0],
        [4, "上坪村", 59.0, 1],
        [5, "下坪村", 45.0, 0],
    ]
    assert "unit_code" not in scored.ranking


def test_points_follow_the_table_and_an_empty_cell_is_missing_not_zero(scored: pb.Scored) -> None:
    points = scored.points.pivot(index="unit", columns="line", values="points")
    assert scored.points["unit"].drop_duplicates().tolist() == [
        "青禾村",
        "望云村",
        "上坪村",
        "下坪村",
        "红旗村",
    ]
    assert points["群众评价"].dropna().to_dict() == {
        "青禾村": 19.0, "望云村": 17.0, "上坪村": 19.0, "下坪村": 15.0,
    }  # fmt: skip
    assert pd.isna(points.loc["上坪村", "走访"])
    assert points.loc["望云村", ["走访", "党费", "信访"]].tolist() == [28.0, 20.0, -5.0]


def test_reasons_and_the_explanation_speak_the_words_of_the_table(scored: pb.Scored) -> None:
    said = scored.reasons.set_index(["unit", "line"])["reason"]
    assert said["望云村", "走访"] == "走访9次，要求12次，少3次，每1次扣4分，扣12分，得28分。"
    sheet = scored.explain("望云村")
    assert sheet.startswith("季度评比 · 望云村\n")
    assert said["望云村", "走访"] in sheet
    assert "名额" in sheet


def test_everything_is_said_in_the_language_of_the_interface(
    scored: pb.Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    chinese = scored.explain("望云村", "zh_CN")
    assert scored.explain("望云村") == chinese
    monkeypatch.setenv("PBWIDGETS_LANG", "en")
    assert scored.explain("望云村") == scored.explain("望云村", "en")
    assert "Marks, total: 60" in scored.explain("望云村")
    assert repr(scored).splitlines()[1].split() == ["Rank", "Unit", "Total", "Missing"]
    assert scored.select()["reason"][0].startswith("Marks: 99 points")


def test_an_unknown_unit_is_named_with_the_nearest_one(scored: pb.Scored) -> None:
    with pytest.raises(UsageError, match=r"“青河村”.*青禾村"):
        scored.explain("青河村")


def test_a_table_is_shown_with_headings_in_words(scored: pb.Scored) -> None:
    assert repr(scored).splitlines()[:2] == ["季度评比：4项，满分100分", " 名次  单位   总分  缺项"]
    assert "<th>名次</th>" in scored._repr_html_()
    assert "reason_code" not in repr(scored)


def test_selection_takes_the_places_of_the_sheet_or_others(scored: pb.Scored) -> None:
    chosen = scored.select(waiting=1)
    assert chosen["status"].tolist() == ["selected", "selected", "selected", "waiting", "not_selected"]
    assert chosen["waiting_order"].tolist() == [0, 0, 0, 1, 0]
    assert "列第1名" in chosen["reason"][0]
    assert scored.select(places=1)["status"].tolist().count("selected") == 1


def test_selection_needs_places(lines: list, villages: pd.DataFrame) -> None:
    scored = pb.score(villages, pb.sheet(lines), unit="村名")
    for asked in ({}, {"places": 0}, {"places": 2, "waiting": -1}):
        with pytest.raises(UsageError, match="places"):
            scored.select(**asked)


def test_only_nominated_units_are_selected_and_an_allotment_cuts_by_order(
    lines: list, villages: pd.DataFrame, marks: pd.DataFrame
) -> None:
    sheet = pb.sheet(lines, places=3, ties=["走访"], group="乡镇")
    scored = pb.score(villages, sheet, unit="村名", marks=marks)
    nominated = pd.DataFrame({"单位": ["望云村", "青禾村", "上坪村", "红旗村"]})
    allotted = pd.DataFrame({"申报单位": ["清溪镇", "石桥乡"], "名额": [2, 2]})

    free = scored.select(nominations=nominated).set_index("unit")["status"].to_dict()
    cut = scored.select(nominations=nominated, allotments=allotted).set_index("unit")

    assert free["下坪村"] == "not_nominated"
    assert free["上坪村"] == "not_selected"
    assert cut["status"].to_dict() == {
        "青禾村": "selected", "红旗村": "selected", "望云村": "selected", "上坪村": "not_nominated",
        "下坪村": "not_nominated",
    }  # fmt: skip
    assert "清溪镇分配名额为2个" in cut["reason"]["上坪村"]
    assert scored.select()["status"].tolist().count("not_nominated") == 0
    with pytest.raises(UsageError, match="nominations"):
        scored.select(allotments=allotted)


def test_a_nomination_by_units_that_are_nowhere_else(scored: pb.Scored) -> None:
    nominated = pd.DataFrame({"unit": ["青禾村", "望云村"], "by_unit": ["支部甲", "支部乙"], "order": [1, 1]})
    chosen = scored.select(places=1, nominations=nominated).set_index("unit")["status"]
    assert chosen[["青禾村", "望云村"]].tolist() == ["selected", "not_selected"]
    wrong = nominated.assign(unit=["青河村", "望云村"])
    with pytest.raises(ProblemsError, match=r"nominations:第1行.*青禾村"):
        scored.select(places=1, nominations=wrong)


@pytest.mark.parametrize(
    ("allotted", "said"),
    [
        ({"申报单位": ["清西镇"], "名额": [2]}, "第1行.*没有申报单位“清西镇”。 是否想写“清溪镇”"),
        ({"申报单位": ["清溪镇", "清溪镇"], "名额": [2, 1]}, "第2行.*“清溪镇”不止一行"),
        ({"乡镇": ["清溪镇"], "名额": [-1]}, "第1行.*不小于0的整数，现为“-1”"),
        ({"申报单位": ["清溪镇"], "名额": [0.5]}, "第1行.*现为“0.5”"),
        ({"申报单位": ["清溪镇"], "名额": [None]}, "第1行.*现为“”"),
        ({"申报单位": ["清溪镇"], "名额": ["1个"]}, "第1行.*现为“1个”"),
        ({"申报单位": ["清溪镇"], "名额": ["是"]}, "第1行.*现为“是”"),
    ],
)
def test_a_wrong_allotment_is_refused_with_its_row(
    lines: list, villages: pd.DataFrame, marks: pd.DataFrame, allotted: dict, said: str
) -> None:
    scored = pb.score(villages, pb.sheet(lines, places=3, group="乡镇"), marks=marks)
    nominated = pd.DataFrame({"单位": ["望云村", "青禾村"]})
    with pytest.raises(ProblemsError, match=f"allotments:{said}"):
        scored.select(nominations=nominated, allotments=pd.DataFrame(allotted))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"申报单位": ["清西镇", "石桥乡"]}, "第1行.*没有申报单位“清西镇”"),
        ({"顺序": ["一", "2"]}, "第1行.*不小于1的整数，现为“一”"),
        ({"单位": ["青禾村", "青禾村"]}, "第2行.*“青禾村”不止一行"),
    ],
)
def test_a_wrong_nomination_is_refused_with_its_row(
    lines: list, villages: pd.DataFrame, wrong: dict, said: str
) -> None:
    scored = pb.score(villages, pb.sheet(lines, places=3, group="乡镇"))
    with pytest.raises(ProblemsError, match=f"nominations:{said}"):
        scored.select(nominations=pd.DataFrame({"单位": ["望云村", "红旗村"]} | wrong))


def test_a_nomination_by_nobody_is_refused(scored: pb.Scored) -> None:
    with pytest.raises(ProblemsError, match="没有写“青禾村”由谁申报"):
        scored.select(nominations=pd.DataFrame({"unit": ["青禾村"]}))


def test_a_group_gives_ranks_within_and_what_rules_compare(villages: pd.DataFrame) -> None:
    lines = [{"line": "走访", "points": 100, "rule": "proportional_to_best", "measure": "走访"}]
    scored = pb.score(villages, pb.sheet(lines, group="乡镇"), unit="村名")
    ranks = scored.ranking.set_index("unit")
    assert ranks["total"].dropna().to_dict() == {
        "青禾村": 100.0,
        "下坪村": 100.0,
        "望云村": 75.0,
        "红旗村": 71.43,
    }
    assert ranks.loc[["青禾村", "望云村", "下坪村"], "rank_within_group"].tolist() == [1, 2, 1]
    assert pd.isna(ranks.loc["上坪村", "rank"])
    assert "本乡镇第1名" in scored.explain("下坪村")


def test_units_of_one_name_are_told_apart_by_their_codes(lines: list, villages: pd.DataFrame) -> None:
    twins = villages.assign(村名="青禾村", 编码=[990101001001 + at for at in range(5)])
    scored = pb.score(twins, pb.sheet(lines, places=1), unit="村名")
    assert scored.ranking["unit_code"].str.startswith("990101001").all()
    assert "990101001002" in scored.explain("990101001002")
    with pytest.raises(UsageError, match="990101001003"):
        scored.explain("青禾村")


def test_charts_are_those_that_the_table_has_everything_for(scored: pb.Scored) -> None:
    assert [name for name in dir(scored.plot) if not name.endswith("_native")] == [
        "criterion_bars", "lost_points_heatmap", "rank_strip", "ranking_bars",
    ]  # fmt: skip
    drawn = [
        scored.plot.ranking_bars(),
        scored.plot.criterion_bars("青禾村"),
        scored.plot.rank_strip("望云村"),
    ]
    texts = [
        str(chart.to_dict(validate=False)) for chart in [*drawn, scored.plot.lost_points_heatmap(page=1)]
    ]
    assert all("季度评比" in text for text in texts)
    assert "望云村" in texts[0]
    assert "在5个单位中排第3名" in texts[2].replace(" ", "")
    with pytest.raises(UsageError, match=r"plot\.criterion_bars"):
        scored.plot.criterion_bars()
    with pytest.raises(AttributeError, match="ranking_bars"):
        _ = scored.plot.ranking_bar


def test_marks_of_units_of_one_name_are_given_by_code() -> None:
    table = pd.DataFrame({"村名": ["青禾村", "青禾村"], "编码": ["990101001", "990101002"]})
    sheet = pb.sheet([{"line": "作风", "points": 100, "rule": "rated"}])
    marks = table.assign(作风=[80, 90])
    scored = pb.score(table, sheet, marks=marks)
    assert scored.ranking[["unit_code", "total"]].values.tolist() == [
        ["990101002", 90.0],
        ["990101001", 80.0],
    ]
    with pytest.raises(ProblemsError, match="990101001, 990101002"):
        pb.score(table, sheet, marks=marks.drop(columns="编码"))


def test_a_heading_of_a_table_s_sheet_may_be_settled_as_one() -> None:
    """20 less 6 a late report, not below 0; the other line has the 80 that are left."""
    lines = [
        {"line": "走访", "points": 80, "rule": "per_missing_item", "measure": "走访", "required": 4}
        | {"points_each": 20},
        {"line": "纪律", "settle.base": 20, "settle.floor": 0},
        {"line": "迟报", "heading": "纪律", "rule": "capped_deduction", "measure": "迟报", "cap": 30}
        | {"points_each": 6},
    ]
    table = pd.DataFrame({"村名": ["青禾村", "望云村"], "走访": [4, 3], "迟报": [1, 9]})
    made = pb.score(table, pb.sheet(lines))
    assert made.ranking[["unit", "total"]].values.tolist() == [["青禾村", 94.0], ["望云村", 60.0]]
    assert "基础分20分，各项扣分合计30分，按最低0分计。" in made.explain("望云村")
