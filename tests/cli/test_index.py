"""`pbwidgets index`: two tables in, scores and ranks on stdout, notes and problems on stderr."""

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from pbwidgets.cli import main
from pbwidgets.cli.composite import parse_changes

DICTIONARY = """code,name,parent,direction,weight,unit,denominator,transform,normalise,lower,upper,aggregate
roads,道路,works,,,公里,area,,,,,
wells,水井,works,,3,口,,,,,,
incidents,事件,top,-1,,件,,,goalposts,0,4,
works,建设,top,,,,,,,,,
top,总指数,,,,,,,,,,amean
"""
DATA = """unit,片区,roads,wells,incidents
990101,东,2,4,0
990102,东,20,,2
990103,西,30,8,4
"""
DENOMINATORS = "unit,area\n990103,10\n990102,10\n990101,2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(DATA, encoding="utf-8-sig")
    (tmp_path / "dictionary.csv").write_text(DICTIONARY, encoding="utf-8")
    (tmp_path / "denominators.csv").write_text(DENOMINATORS, encoding="utf-8")
    return tmp_path


def index(*options: str) -> Result:
    return CliRunner().invoke(
        main, ["index", "data.csv", "dictionary.csv", "--denominators", "denominators.csv", *options]
    )


def test_json_is_a_list_of_scores_and_ranks_of_every_aggregate(folder: Path) -> None:
    done = index("--impute", "group-mean", "--group", "片区", "--format", "json")
    assert done.exit_code == 0, done.stderr
    # roads by area 1, 2, 3; wells 4, (4), 8; incidents between the goalposts 0 and 4, reversed
    assert json.loads(done.stdout) == [
        {"unit": "990101", "code": "top", "score": 50.0, "rank": 1},
        {"unit": "990103", "code": "top", "score": 50.0, "rank": 1},
        {"unit": "990102", "code": "top", "score": 31.25, "rank": 3},
        {"unit": "990103", "code": "works", "score": 100.0, "rank": 1},
        {"unit": "990102", "code": "works", "score": 12.5, "rank": 2},
        {"unit": "990101", "code": "works", "score": 0.0, "rank": 3},
    ]
    assert done.stderr.splitlines() == ["插补缺失值1个。", "3个单位，3个指标，2项综合得分。"]


def test_a_score_without_enough_data_is_null(folder: Path) -> None:
    rows = json.loads(index("--min-share", "2/3", "--format", "json").stdout)
    of_unit = [row for row in rows if row["unit"] == "990102"]
    assert [(row["score"], row["rank"]) for row in of_unit] == [(None, None), (None, None)]
    taken = json.loads(index("--min-share", "1/2", "--format", "json").stdout)
    assert all(row["score"] is not None for row in taken)


def test_scale_and_ranks_on_rounded_scores(folder: Path) -> None:
    rows = json.loads(
        index(
            "--impute", "mean", "--scale", "1", "--rank-on", "rounded", "--digits", "0", "--format", "json"
        ).stdout
    )
    top = {row["unit"]: (row["score"], row["rank"]) for row in rows if row["code"] == "top"}
    # wells of 990102 are filled with 6: works 0.5, top 0.5; all three round to 1, since 5 is rounded up
    assert top == {"990101": (0.5, 1), "990102": (0.5, 1), "990103": (0.5, 1)}


def test_winsorised_indicators_are_named_on_stderr(folder: Path) -> None:
    rows = "\n".join(f"9901{at:02d},{at % 3},1" for at in range(1, 12))
    (folder / "data.csv").write_text(f"unit,a,b\n{rows}\n990112,900,2\n", encoding="utf-8")
    (folder / "dictionary.csv").write_text("code,parent\na,top\nb,top\ntop,\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["index", "data.csv", "dictionary.csv", "--winsorise", "--format", "csv"])
    assert done.exit_code == 0, done.stderr
    assert "指标“a”缩尾：低端0个，高端1个。" in done.stderr
    assert done.stdout.startswith("unit,code,score,rank\n")


def test_a_table_has_headings_in_words_and_the_given_digits(folder: Path) -> None:
    done = index("--impute", "group-mean", "--group", "片区", "--digits", "1")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["名次", "单位", "指标", "得分"]
    assert ["3", "990102", "top", "31.3"] in [line.split() for line in done.stdout.splitlines()]


def test_workbook_holds_the_same_rows(folder: Path) -> None:
    done = index("--impute", "mean", "--format", "xlsx", "-o", "index.xlsx")
    assert (done.exit_code, done.stdout) == (0, "")
    book = openpyxl.load_workbook(folder / "index.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {"990101", "990102", "990103", "top", "works"} <= set(cells)


def test_problems_of_all_files_are_named_at_once(folder: Path) -> None:
    (folder / "data.csv").write_text(DATA.replace(",20,", ",20公里,"), encoding="utf-8")
    (folder / "denominators.csv").write_text("unit,area\n990101,0\n990102,1\n", encoding="utf-8")
    done = index("--format", "json")
    assert (done.exit_code, done.stdout) == (1, "")
    lines = done.stderr.splitlines()[1:]
    assert [line.partition(" ")[0] for line in lines] == [
        "data.csv:3:", "denominators.csv:", "denominators.csv:2:",
    ]  # fmt: skip
    assert "“roads”列的“20公里”不是数字" in lines[0]


def test_an_indicator_without_a_column_is_named_with_the_nearest_heading(folder: Path) -> None:
    (folder / "data.csv").write_text(DATA.replace("wells", "well"), encoding="utf-8")
    done = index("--format", "json")
    assert done.stderr.splitlines()[1].startswith("data.csv:1: intake.missing_column_near: 缺少“wells”一列。")
    assert "“well”" in done.stderr


def test_a_wrong_dictionary_and_a_missing_file_are_reported_together(folder: Path) -> None:
    (folder / "dictionary.csv").write_text(DICTIONARY.replace("goalposts", "goalpost"), encoding="utf-8")
    (folder / "data.csv").unlink()
    done = index()
    assert done.exit_code == 1
    assert (
        "dictionary.csv:4: index.unknown_method: normalise 列的“goalpost”无法识别。 是否想写“goalposts”？"
        in done.stderr
    )
    assert "data.csv: intake.file_missing" in done.stderr


def test_files_as_excel_writes_them_in_china_are_read(folder: Path) -> None:
    (folder / "data.csv").write_bytes(DATA.encode("gb18030"))
    assert index("--impute", "group-mean", "--group", "片区").exit_code == 0


def test_a_workbook_given_as_text_is_refused(folder: Path) -> None:
    (folder / "data.csv").write_bytes(b"PK\x03\x04\x00\x00")
    done = index()
    assert done.exit_code == 1
    assert "data.csv: intake.bad_workbook" in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--impute", "group-mean"], 2, "--group"),
        (["--group", "片区"], 2, "--impute group-mean"),
        (["--min-share", "3/2"], 2, "现为“3/2”"),
        (["--min-share", "most"], 2, "现为“most”"),
        (["--min-share", "1/0"], 2, "现为“1/0”"),
        (["--scale", "0"], 2, "大于0"),
        (["--scale", "inf"], 2, "大于0"),
        (["--impute", "mode"], 2, "mode"),
        (["--weights", "heavy"], 2, "heavy"),
        (["--label", "片区"], 2, "--label 只用于 --report"),
        (["--change", "weigh.method=equal"], 2, "--change 只用于 --report"),
        (["--report", "out", "--change", "weigh"], 2, "现为“weigh”"),
        (["--report", "out", "--change", "weigh=equal"], 2, "现为“weigh=equal”"),
        (["--report", "out", "--change", ".method=equal"], 2, "现为“.method=equal”"),
        (["--report", "out", "--label", "片"], 2, "是否想写“片区”"),
        (["--report", "out", "--explain", "990109"], 2, "没有单位“990109”"),
        (["--explain", "990109"], 1, "990109"),
        (["--report", "out", "--change", "weight.method=equal"], 1, "是否想写“weigh”"),
        (["--report", "out", "--change", "weigh.methods=equal"], 1, "是否想写“method”"),
        (["--report", "out", "--change", "aggregate.min_share=most"], 1, "应为数字"),
        (["--report", "out", "--change", "weigh.weights=3"], 1, "应为数字"),
        (["--report", "."], 2, "有别的文件"),
        (["--report", "data.csv"], 2, "有别的文件"),
        (["--impute", "group-mean", "--group", "区"], 1, "是否想写“片区”"),
    ],
)
def test_a_wrong_option_is_reported(folder: Path, options: list[str], code: int, message: str) -> None:
    done = index(*options)
    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr


def test_missing_denominators_are_reported(folder: Path) -> None:
    done = CliRunner().invoke(main, ["index", "data.csv", "dictionary.csv"])
    assert done.exit_code == 1
    assert "--denominators" in done.stderr


def test_a_value_that_a_mean_cannot_use_is_a_data_error(folder: Path) -> None:
    (folder / "dictionary.csv").write_text(DICTIONARY.replace("amean", "gmean"), encoding="utf-8")
    done = index("--impute", "mean")
    assert done.exit_code == 1
    assert "“top”中有0，gmean要求大于0的数" in done.stderr


def test_weights_can_be_derived_from_the_data(folder: Path) -> None:
    (folder / "data.csv").write_text(DATA.replace("20,,2", "20,6,2"), encoding="utf-8")
    scores = {}
    for name in ("given", "equal", "critic", "entropy"):
        rows = json.loads(index("--weights", name, "--format", "json").stdout)
        scores[name] = {row["unit"]: row["score"] for row in rows if row["code"] == "works"}
    # roads by area 0, 50, 100 and wells 0, 50, 100: perfectly correlated, so any weights give the same
    assert scores["given"] == scores["equal"] == {"990101": 0.0, "990102": 50.0, "990103": 100.0}
    assert scores["critic"] == pytest.approx(scores["entropy"])


def test_equal_weights_override_those_of_the_dictionary(folder: Path) -> None:
    def works_of(*options: str) -> float:
        rows = json.loads(index("--impute", "mean", *options, "--format", "json").stdout)
        return next(row["score"] for row in rows if (row["unit"], row["code"]) == ("990102", "works"))

    (folder / "data.csv").write_text(DATA.replace("990102,东,20", "990102,东,30"), encoding="utf-8")
    # roads by area 1, 3, 3; wells 4, (6), 8
    assert works_of() == pytest.approx((100 + 3 * 50) / 4)
    assert works_of("--weights", "equal") == pytest.approx(75)


def test_explain_gives_strengths_and_weaknesses_instead_of_scores(folder: Path) -> None:
    done = index("--impute", "mean", "--explain", "990103", "--format", "json")
    assert done.exit_code == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [(row["code"], row["value"], row["effect"], row["rank"]) for row in rows] == [
        ("wells", 8, 18.75, 1), ("roads", 30, 6.25, 1), ("incidents", 4, -25.0, 3),
    ]  # fmt: skip
    table = index("--impute", "mean", "--explain", "990103").stdout.splitlines()
    assert table[0].split() == ["名次", "指标", "原值", "得分", "中位单位", "对总分影响"]
    assert table[1].split() == ["1", "水井", "8", "100", "50", "18.75"]


def test_changes_of_one_step_are_combined_and_off_leaves_it_out() -> None:
    given = [
        "aggregate.method=hmean",
        "aggregate.min_share=0.5",
        "winsorise=off",
        'weigh.weights={"roads": 2}',
    ]
    assert parse_changes(given) == {
        "aggregate": {"method": "hmean", "min_share": 0.5},
        "winsorise": None,
        "weigh": {"weights": {"roads": 2}},
    }
    assert parse_changes([]) == {}
