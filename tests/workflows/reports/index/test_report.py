"""Content of an index report: steps, ranking, parts, weights, one unit, ranks under changed steps."""

from pathlib import Path

import pytest

from pbwidgets.errors import DataError, ProblemsError, UsageError
from pbwidgets.scoring.index import plan_steps
from pbwidgets.workflows.reports.index.report import IndexFiles, IndexReport, open_index_report

DICTIONARY = """code,name,parent,direction,weight,unit,denominator,transform,normalise,lower,upper,aggregate
roads,道路,works,,,公里,area,,,,,
wells,水井,works,,3,口,,log,,,,
incidents,事件,top,-1,,件,,,goalposts,0,4,
works,建设,top,,,,,,,,,
top,虚构指数,,,,,,,,,,amean
"""
DATA = "unit,名称,片区,roads,wells,incidents\n9901,甲村,东,2,4,0\n9902,乙村,东,20,,2\n9903,丙村,西,30,8,4\n"
DENOMINATORS = "unit,area\n9901,2\n9902,10\n9903,10\n"


def write(folder: Path, dictionary: str = DICTIONARY, data: str = DATA) -> dict[str, Path]:
    texts = {"data": data, "dictionary": dictionary, "denominators": DENOMINATORS}
    files = {name: folder / f"{name}.csv" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, encoding="utf-8")
    return files


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return write(tmp_path)


@pytest.fixture
def report(files: dict[str, Path]) -> IndexReport:
    return open_index_report(
        IndexFiles(**files),
        plan_steps(impute="mean", winsorise=True),
        label="名称",
        unit="9903",
        lang="zh_CN",
    )


def test_effective_steps_are_worded_in_order(report: IndexReport) -> None:
    steps = report.steps().frame
    assert steps["step"].tolist() == ["除以分母", "插补", "变换", "缩尾", "标准化", "赋权", "汇总", "排名"]
    assert steps["did"].tolist() == [
        "1项指标除以分母：area。",
        "缺失值以平均数代替。",
        "取自然对数：水井。",
        "0项指标的离群值收回到其余单位的最大或最小值。",
        "各项指标换算到同一尺度，满分100：最大最小值法2项、固定上下限1项。越小越好、换算时反向的指标：事件。",
        "指标字典所定权重。",
        "逐级汇总：算术平均。",
        "按未舍入的得分排名，同分取较好名次。",
    ]
    assert report.notes().frame[["step", "note"]].to_numpy().tolist() == [["插补", "插补缺失值1个。"]]


def test_steps_that_had_nothing_to_do_are_left_out(tmp_path: Path) -> None:
    plain = write(tmp_path, "code,name,parent\na,甲项,top\ntop,总,\n", "unit,a\n9901,1\n9902,2\n")
    steps = open_index_report(IndexFiles(plain["data"], plain["dictionary"]), lang="zh_CN").steps().frame
    assert steps["step"].tolist() == ["标准化", "赋权", "汇总", "排名"]


def test_other_options_are_worded_too(files: dict[str, Path]) -> None:
    report = open_index_report(
        IndexFiles(**files),
        plan_steps(
            impute="group-mean", group="片区", weights="equal", min_share=0.5, rank_on="rounded", digits=1
        ),
        lang="en",
    )
    said = dict(report.steps().frame[["step", "did"]].to_numpy().tolist())
    assert said["Missing values"] == "Missing values are replaced by the mean of the unit’s group (片区)."
    assert said["Weights"] == "equal weights."
    assert said["Aggregation"].endswith("There is no score if less than 50% is known.")
    assert said["Ranks"] == "Ranks on scores rounded to 1 decimals; ties share the better rank."


def test_scores_are_listed_by_name_best_first(report: IndexReport) -> None:
    table = report.scores()
    assert [column.label for column in table.columns.values()] == [
        "名次", "单位编码", "单位", "虚构指数", "事件", "建设",
    ]  # fmt: skip
    # roads by area 1, 2, 3; wells 4, (6), 8 as logarithms; incidents 0, 2, 4, reversed; works weigh 1 : 3
    first = table.frame.iloc[0]
    assert (first["name"], first["rank"]) == ("乙村", 1)
    assert first["score"] == pytest.approx((50 + (50 + 3 * 58.4962500721) / 4) / 2)
    assert table.frame["rank"].tolist() == [1, 2, 2]


def test_units_are_called_by_their_codes_without_a_column_of_names(files: dict[str, Path]) -> None:
    table = open_index_report(IndexFiles(**files), plan_steps(impute="mean")).scores()
    assert table.frame["name"].tolist()[0] == "9902"
    assert "unit" not in table.columns


def test_parts_are_listed_heaviest_first(tmp_path: Path) -> None:
    heavy = write(tmp_path, DICTIONARY.replace("works,建设,top,,,", "works,建设,top,,2,"))
    report = open_index_report(IndexFiles(**heavy), plan_steps(impute="mean"))
    assert list(report.part_names.values()) == ["建设", "事件"]
    assert report.part_scores.loc["9903"].tolist() == [100.0, 0.0]


def test_effective_weights_are_shares_of_the_top(report: IndexReport) -> None:
    weights = report.weights().frame
    assert dict(zip(weights["name"], weights["share_pct"], strict=True)) == {
        "事件": 50.0,
        "水井": 37.5,
        "道路": 12.5,
    }
    assert report.heaviest_text == "单项指标的权重最大50%，最小12.5%。"
    assert "事件（50%）、水井（37.5%）、道路（12.5%）" in report.weights_text


def test_a_unit_is_compared_with_the_median_unit(report: IndexReport) -> None:
    assert report.unit_text == "丙村得50分，在3个单位中列第2名。"
    strengths = report.greatest().frame
    assert strengths["name"].tolist() == ["水井", "道路", "事件"]
    assert strengths["effect"].iloc[-1] == -25.0


def test_the_unit_shown_is_the_first_in_rank_unless_named(files: dict[str, Path]) -> None:
    assert open_index_report(IndexFiles(**files), plan_steps(impute="mean"), label="名称").unit_name == "乙村"


def test_the_report_says_if_a_unit_has_no_score(tmp_path: Path) -> None:
    little = write(tmp_path, data=DATA + "9904,丁村,西,,,1\n")
    little["denominators"].write_text(DENOMINATORS + "9904,1\n", encoding="utf-8")
    report = open_index_report(
        IndexFiles(**little), plan_steps(min_share=0.9), label="名称", unit="9904", lang="zh_CN"
    )
    assert report.unit_text == "丁村数据不足，没有得分；以下是已知的指标。"
    assert report.summary.startswith("2个单位有得分")
    assert report.scores().frame["name"].tolist()[-1] == "丁村"
    assert report.moves().frame["moved"].isna().sum() == 2


def test_ranks_are_compared_with_equal_weights_by_default(
    report: IndexReport,
) -> None:
    assert report.change_words == "赋权改为等权"
    moves = report.moves().frame.set_index("name")
    # works at equal weights: 0, (50 + 58.5) / 2, 100: the order stays
    assert moves.loc["乙村", "score_after"] == pytest.approx((50 + (50 + 58.4962500721) / 2) / 2)
    assert moves["moved"].tolist() == [0, 0, 0]
    assert report.replay_text == "其余不变，3个单位中0个名次有变，最多变动0位。"


def test_if_weights_are_already_equal_ranks_replace_scores(tmp_path: Path) -> None:
    plain = write(tmp_path, "code,parent\na,top\nb,top\ntop,\n", "unit,a,b\n9901,1,9\n9902,2,3\n9903,9,1\n")
    report = open_index_report(IndexFiles(plain["data"], plain["dictionary"]), lang="en")
    assert report.change_words == "Normalisation: scores by rank"
    moves = report.moves().frame
    assert moves["score_after"].tolist() == [50.0, 50.0, 50.0]
    assert moves["unit"].tolist()[0] == "9902"
    assert moves["moved"].tolist() == [2, 0, 0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"winsorise": None}, "不做缩尾"),
        ({"aggregate": {"min_share": 0.5}}, "汇总改为min_share = 0.5"),
        ({"weigh": {"weights": {"roads": 2}}}, "赋权改为weights = roads 2"),
        (
            {"normalise": {"method": "rank"}, "weigh": {"method": "critic"}},
            "标准化改为按名次给分；赋权改为CRITIC法（由数据算出，仅供参考）",
        ),
    ],
)
def test_a_change_is_said_in_words(files: dict[str, Path], change: dict[str, object], said: str) -> None:
    report = open_index_report(
        IndexFiles(**files), plan_steps(impute="mean", winsorise=True), change=change, lang="zh_CN"
    )
    assert report.change_words == said
    assert report.replayed is not None


def test_a_change_for_which_a_method_is_not_defined_is_reported_without_failing(
    files: dict[str, Path],
) -> None:
    report = open_index_report(
        IndexFiles(**files),
        plan_steps(impute="mean"),
        change={"aggregate": {"method": "gmean"}},
        lang="zh_CN",
    )
    assert report.replayed is None
    assert "不能比较" in report.replay_text


def test_units_sharing_the_best_score_are_counted_not_named(tmp_path: Path) -> None:
    same = write(tmp_path, "code,parent\na,top\ntop,\n", "unit,a\n9901,1\n9902,1\n")
    report = open_index_report(IndexFiles(same["data"], same["dictionary"]), lang="zh_CN")
    assert report.summary == "2个单位有得分，最高50（2个单位并列），中位50，最低50。"


def test_the_report_says_if_an_index_has_no_scores(tmp_path: Path) -> None:
    empty = write(tmp_path, "code,parent\na,top\ntop,\n", "unit,a\n9901,\n9902,\n")
    report = open_index_report(IndexFiles(empty["data"], empty["dictionary"]), lang="zh_CN")
    assert report.summary == "数据不足，没有单位得分。"
    assert report.ranked["rank"].isna().all()
    assert report.unit == "9901"


def test_the_cover_names_files_by_their_content(report: IndexReport, files: dict[str, Path]) -> None:
    cover = report.cover
    assert cover.title == "虚构指数报告"
    assert cover.subtitle == "3个单位，3项指标，2项综合得分"
    assert cover.basis.startswith("由data.csv (")
    files["data"].write_text(DATA.replace("30", "31"), encoding="utf-8")
    again = open_index_report(
        IndexFiles(**files), plan_steps(impute="mean", winsorise=True), label="名称", lang="zh_CN"
    )
    assert again.cover.basis != cover.basis


def test_tables_of_all_aggregates_and_indicators_hold_every_unit(report: IndexReport) -> None:
    assert list(report.aggregates().columns) == [
        "unit", "name", "score:top", "rank:top", "score:works", "rank:works",
    ]  # fmt: skip
    assert report.indicators().frame["value:incidents"].tolist() == [100.0, 50.0, 0.0]


def test_an_unknown_unit_or_column_is_refused_with_the_nearest(files: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match="没有单位“9905”"):
        open_index_report(IndexFiles(**files), plan_steps(impute="mean"), unit="9905")
    with pytest.raises(UsageError, match="是否想写“名称”"):
        open_index_report(IndexFiles(**files), plan_steps(impute="mean"), label="名字")


def test_wrong_files_and_arguments_are_refused(files: dict[str, Path]) -> None:
    with pytest.raises(ProblemsError, match="找不到这个文件"):
        open_index_report(IndexFiles(files["data"].with_name("none.csv"), files["dictionary"]))
    with pytest.raises(DataError, match="ranks"):
        open_index_report(
            IndexFiles(**files), plan_steps(impute="mean"), change={"normalise": {"method": "ranks"}}
        ).moves()
