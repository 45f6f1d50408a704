"""Tables read as records: what cells may say, whose marks they are, and everything that is wrong by row."""

from typing import Any

import pandas as pd
import pytest

from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.workbook.lines import campaign_of_lines
from pbwidgets.errors import ProblemsError, UsageError
from pbwidgets.scoring.frames import Records
from pbwidgets.scoring.from_tables import read_tables
from pbwidgets.scoring.pipeline import score_campaign

DONE = {"line": "台账", "points": 40, "rule": "all_or_nothing", "measure": "台账"}
STYLE = {"line": "作风", "points": 30, "rule": "rated"}
EXTRA = {"line": "加减分", "points": 5, "rule": "discretion", "lowest": -5, "highest": 5, "bonus": "是"}
UNITS = ["青禾村", "望云村", "上坪村"]


def make(*lines: dict[str, Any], group: str | None = None) -> Campaign:
    return campaign_of_lines(lines, places=None, ties=(), group=group, digits=2, title="自查")


def read(campaign: Campaign, data: pd.DataFrame, **more: Any) -> Records:
    return read_tables(campaign, campaign.periods[0].id, data, **more)


def table(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"村名": UNITS, **columns})


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ([1, 0, None], ["1", "0"]),
        (["是", "否", ""], ["1", "0"]),
        ([True, False, True], ["1", "0", "1"]),
        (["１２", " 95% ", "1,200.50"], ["12", "95", "1200.5"]),
        (pd.array([3, None, 5], dtype="Int64"), ["3", "5"]),
        (pd.array([2.5, None, 1e6], dtype="float64[pyarrow]"), ["2.5", "1000000"]),
    ],
)
def test_numbers_are_read_as_in_a_workbook_and_empty_cells_are_no_answers(
    typed: Any, read_as: list[str]
) -> None:
    assert read(make(DONE), table(台账=typed)).submissions["value"].tolist() == read_as


def test_a_heading_is_found_with_blanks_and_full_width_signs_around_it() -> None:
    campaign = make({**DONE, "measure": "收缴率(%)"})
    assert len(read(campaign, table(**{" 收缴率（%） ": [1, 2, 3]})).submissions) == 3


def test_the_units_are_the_first_column_or_a_named_index_or_the_column_named() -> None:
    campaign, data = make(DONE), table(台账=[1, 1, 1])
    for frame, unit in ((data, None), (data.set_index("村名"), None), (data[["台账", "村名"]], "村名")):
        assert read(campaign, frame, unit=unit).units["unit_code"].tolist() == UNITS


def test_everything_that_is_wrong_is_said_by_row_and_column() -> None:
    data = pd.DataFrame({"村名": ["青禾村", "青禾村", None], "台帐": [1, 2, 3]})
    with pytest.raises(ProblemsError, match="台账") as refused:
        read(make(DONE), data)
    assert [(one.code, one.place) for one in refused.value.problems] == [
        ("scoring.unit_twice", "第2行"),
        ("scoring.unit_missing", "第3行"),
        ("scoring.no_column", ""),
    ]
    assert refused.value.problems[2].args["nearest"] == "台帐"
    with pytest.raises(ProblemsError, match=r"第2行（望云村）.*“台账”应当填数字，现为“三次”"):
        read(make(DONE), table(台账=[1, "三次", 2]))
    with pytest.raises(ProblemsError, match="是否想用“村名”"):
        read(make(DONE), table(台账=[1, 2, 2]), unit="村")
    with pytest.raises(ProblemsError, match="这张表没有列"):
        read(make(DONE), pd.DataFrame())


def test_marks_are_a_row_each_or_a_column_for_each_line() -> None:
    data, lines = table(), (STYLE, EXTRA)
    long = pd.DataFrame(
        {
            "单位": ["青禾村", "望云村", "青禾村"],
            "评分项": ["作风", "作风", "加减分"],
            "得分": [28, "２５", -2],
        }
    )
    wide = pd.DataFrame({"unit": ["青禾村", "望云村"], "作风": [28, 25], "加减分": [-2, None]})
    english = long.set_axis(["unit", "line", "points"], axis=1)
    found = [read(make(*lines), data, marks=marks).ratings for marks in (long, wide, english)]
    keys = ["unit_code", "criterion_id", "points", "source", "layer"]
    rows = [sorted(ratings[keys].values.tolist()) for ratings in found]
    assert len(rows[0]) == 3
    assert rows[0] == rows[1] == rows[2]


def test_several_rows_of_one_unit_and_line_are_several_raters() -> None:
    marks = pd.DataFrame({"unit": ["青禾村"] * 2, "line": "作风", "points": [20, 30], "评语": ["好", None]})
    ratings = read(make(STYLE), table(), marks=marks).ratings
    assert ratings["rater_id"].nunique() == 2
    assert ratings["comment"].fillna("").tolist() == ["好", ""]


def test_a_line_with_several_sources_needs_to_know_which() -> None:
    campaign = make({**STYLE, "sources": "群众, 干部"})
    marks = pd.DataFrame(
        {"unit": ["青禾村", "青禾村"], "line": "作风", "points": [20, 30], "来源": ["群众", "干部"]}
    )
    assert read(campaign, table(), marks=marks).ratings["source"].nunique() == 2
    with pytest.raises(ProblemsError, match=r"第1行: scoring\.source_needed.*群众, 干部"):
        read(campaign, table(), marks=marks[["unit", "line", "points"]])
    with pytest.raises(ProblemsError, match="是否想写“干部”"):
        read(campaign, table(), marks=marks.assign(来源=["群众", "于部"]))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": "青河村"}, "计分的表中没有单位“青河村”。 是否想写“青禾村”"),
        ({"line": "作凤"}, "评分表中没有“作凤”这一项。 是否想写“作风”"),
        ({"points": 31}, "“作风”的得分“31”不在 0 至 30 之间"),
        ({"points": "优"}, "“作风”的得分“优”不在 0 至 30 之间"),
        ({"points": "是"}, "“作风”的得分“是”不在 0 至 30 之间"),
        ({"layer": "县级"}, "没有评分层“县级”。 是否想写“评分”"),
    ],
)
def test_a_wrong_mark_is_refused_with_its_row(wrong: dict[str, Any], said: str) -> None:
    right = {"unit": "青禾村", "line": "作风", "points": 3}
    with pytest.raises(ProblemsError, match=said) as refused:
        read(make(STYLE), table(), marks=pd.DataFrame([right, right | wrong]))
    assert [(one.file, one.place) for one in refused.value.problems] == [("marks", "第2行")]


def test_a_column_of_marks_that_is_no_line_is_said_once() -> None:
    marks = table(作凤=[1, 2, 3])
    with pytest.raises(ProblemsError, match="作凤") as refused:
        read(make(STYLE), table(), marks=marks)
    assert len(refused.value.problems) == 1


def test_groups_are_units_above_named_by_their_column() -> None:
    units = read(make(DONE, group="乡镇"), table(台账=[1, 1, 0], 乡镇=["甲镇", "乙乡", "甲镇"])).units
    names = units.set_index("unit_code")["unit_name"]
    assert units["parent_code"].dropna().map(names).tolist() == ["甲镇", "乙乡", "甲镇"]
    with pytest.raises(ProblemsError, match="“乡镇”这一列"):
        read(make(DONE, group="乡镇"), table(台账=[1, 1, 0]))


VISITS = {"line": "走访", "points": 40, "rule": "per_missing_item", "measure": "走访", "required": 12} | {
    "points_each": 4, "unit": "次"
}  # fmt: skip


def test_the_column_of_units_is_found_behind_row_numbers_and_units_above() -> None:
    data = table(台账=[1, 1, 1])
    numbered, above = data.copy(), data.assign(乡镇="甲镇")[["乡镇", "村名", "台账"]]
    numbered.insert(0, "序号", [1, 2, 3])
    unnamed = data.set_index("村名").rename_axis(None)
    for frame in (numbered, above, unnamed):
        found = read(make(DONE, group="乡镇"), frame.assign(乡镇="甲镇")).units
        assert found[found["kind"] == "unit"]["unit_name"].tolist() == UNITS
    coded = pd.DataFrame({"编码": ["990101001"], "负责人姓名": ["甲"], "村名": ["青禾村"], "台账": [1]})
    for frame in (coded, coded.drop(columns="编码").assign(序号=1)[["序号", "负责人姓名", "村名", "台账"]]):
        assert read(make(DONE), frame).units["unit_name"].tolist() == ["青禾村"]
    with pytest.raises(UsageError, match=r"第一列“台账”不是单位名称.*unit="):
        read(make(DONE), data[["台账"]])


def test_a_second_column_of_a_name_that_is_read_is_a_problem() -> None:
    data = table(台账=[1, 1, 1]).assign(**{"台 账": [0, 0, 0]})
    with pytest.raises(ProblemsError, match="“台账”这一列不止一列"):
        read(make(DONE), data)
    wide = table(作风=[1, 2, 3])
    wide.insert(2, "作风", [4, 5, 6], allow_duplicates=True)
    with pytest.raises(ProblemsError, match="“作风”这一列不止一列"):
        read(make(STYLE), table(), marks=wide)


def test_rows_of_totals_are_passed_over_and_said_and_rows_keep_their_numbers() -> None:
    data = pd.DataFrame({"村名": ["青禾村", "小 计", "望云村", "合计"], "台账": [1, 1, 0, 1]})
    marks = pd.DataFrame({"单位": ["青禾村", "合计"], "作风": [20, 90]})
    with pytest.warns(UserWarning, match=r"data:第2行 小 计; data:第4行 合计; marks:第2行 合计"):
        records = read(make(DONE, STYLE), data, marks=marks)
    assert records.units["unit_name"].tolist() == ["青禾村", "望云村"]
    assert (records.submissions["value"].tolist(), len(records.ratings)) == (["1", "0"], 1)
    with pytest.raises(ProblemsError, match="第3行（望云村）"):
        read(make(DONE), data.assign(台账=[1, 1, "三次", 1]))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["88%", 0.96, 90], "第2行（望云村）.*“0.96”不知是多少"),
        (["８８％", "1", 90], "第2行（望云村）.*“1”不知是多少"),
        ([True, 12, 12], "第1行（青禾村）.*应当填数目，现为“True”"),
        (["是", 12, 12], "第1行（青禾村）.*应当填数目，现为“是”"),
        (["12%", 12, 12], "第1行（青禾村）.*应当填数目，现为“12%”"),
        ([float("inf"), 12, 12], "第1行（青禾村）.*现为“inf”"),
    ],
)
def test_cells_that_say_something_else_than_the_others_are_named(typed: list[Any], said: str) -> None:
    line = VISITS | ({"unit": "%"} if isinstance(typed[1], float | str) else {})
    with pytest.raises(ProblemsError, match=said):
        read(make(line), table(走访=typed))


def test_a_share_may_be_typed_with_and_without_its_sign() -> None:
    assert len(read(make(VISITS | {"unit": "%"}), table(走访=["88%", 96, "95.5"])).submissions) == 3


def test_a_second_mark_of_one_rater_is_a_problem_and_so_is_a_unit_twice_in_a_wide_table() -> None:
    marks = pd.DataFrame({"unit": ["青禾村"] * 2, "line": "作风", "points": [20, 30]})
    assert len(read(make(STYLE), table(), marks=marks).ratings) == 2
    wide = pd.DataFrame({"unit": ["青禾村"] * 2, "作风": [20, 30]})
    assert len(read(make(STYLE), table(), marks=wide.assign(评分人=["甲", "乙"])).ratings) == 2
    for twice in (wide, wide.assign(评分人="甲"), marks.assign(评分人="甲"), marks.assign(评分人=None)):
        with pytest.raises(ProblemsError, match=r"marks:第2行.*“青禾村”的“作风”已有同一评分人"):
            read(make(STYLE), table(), marks=twice)


def test_a_column_of_marks_that_is_not_known_is_named_with_the_nearest() -> None:
    marks = pd.DataFrame({"unit": ["青禾村"], "line": "作风", "points": [20]})
    with pytest.raises(ProblemsError, match="“评份人”这一列。 是否想写“评分人”"):
        read(make(STYLE), table(), marks=marks.assign(评份人="甲"))
    beside = marks.assign(序号=1, 台账=1, **{"#自用": "x"})
    assert len(read(make(STYLE, DONE), table(台账=1), marks=beside).ratings) == 1
    with pytest.raises(ProblemsError, match="没有“得分”这一列。 是否想用“得份”"):
        read(make(STYLE), table(), marks=marks.rename(columns={"points": "得份"}))
    with pytest.raises(ProblemsError, match=r"第1行: scoring\.unit_missing"):
        read(make(STYLE), table(), marks=marks.assign(unit=float("nan")))


def test_what_is_none_of_the_options_is_refused_and_not_taken_for_no_answer() -> None:
    line = {"line": "评议", "points": 100, "rule": "by_choice", "measure": "评议", "options": "好:100; 差:0"}
    campaign = make(line)
    assert set(read(campaign, table(评议=["好", "差", None])).submissions["value"]) == {
        option.id for options in campaign.choices.values() for option in options
    }
    with pytest.raises(ProblemsError, match="“评议”没有选项“很好”，可选：好, 差"):
        read(campaign, table(评议=["好", "很好", None]))


@pytest.mark.parametrize("rows", [[{"row": "乙", "state": "done"}], [{}, {"state": "done"}]])
def test_fixed_rows_are_named_in_their_cell_or_come_in_the_order_of_their_table(
    small: Any, rows: Any
) -> None:
    words = {"zh": "进度", "en": "state"}
    lines = {
        "id": "lines",
        "type": "repeat",
        "label": {"zh": "条款", "en": "Clauses"},
        "rows": "clauses",
        "fields": [{"id": "state", "type": "text", "label": words}],
    }
    form = {"id": "f", "name": words, "unit_kind": "team", "fields": [lines]}
    named = [{"id": one, "name": {"zh": zh, "en": one}} for one, zh in (("a", "甲"), ("b", "乙"))]
    done = small.measure("done", "f", "count", "lines", where="${row} = 'b' and ${state} = 'done'")
    line = small.computed(
        "line", 10, {"name": "per_missing_item", "measure": "done", "required": 1, "points_each": 5}
    )
    campaign = small.make_campaign(
        small.make_track(criteria=[line], forms=["f"]),
        forms=[form],
        measures=[done],
        tables={"clauses": {"rows": named}},
    )
    records = read(campaign, pd.DataFrame({"村名": UNITS[:1], "条款": [rows]}))
    measures = score_campaign(campaign, "2026", records).measures
    assert measures["value"].tolist() == [1]
