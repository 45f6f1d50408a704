"""Dictionary, data and denominators from text: every mistake at once, with line, column and nearest spelling."""

import math
from pathlib import Path

import pytest

from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import Column, Table, read_table
from pbwidgets.scoring.index import (
    DICTIONARY,
    Dictionary,
    IndexData,
    Line,
    data_columns,
    denominator_columns,
    parse_data,
    parse_denominators,
    parse_dictionary,
)
from pbwidgets.wording import LANGUAGES

HEADER = "code,name,parent,direction,weight,unit,denominator,transform,normalise,lower,upper,aggregate"
GOOD = f"""{HEADER}
roads,道路,works,,2,公里,area,,,,,
wells,水井,works,-1,,口,,log,goalposts,1,100,
works,建设,,,,,,,,,,gmean
"""


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table_of(text: str, columns: tuple[Column, ...] = DICTIONARY, name: str = "dictionary.csv") -> Table:
    Path(name).write_text(text, encoding="utf-8")
    return read_table(Path(name), columns, others="refused" if columns is DICTIONARY else "kept")


def data_of(text: str) -> tuple[IndexData, tuple[Problem, ...]]:
    return parse_data(table_of(text, data_columns(read_good()), "data.csv"), read_good())


def denominators_of(text: str) -> Table:
    return table_of(text, denominator_columns(read_good()), "denominators.csv")


def problems_of(text: str) -> list[tuple[str, str]]:
    _, problems = parse_dictionary(table_of(text))
    assert all(problem.message(lang) and problem.remedy(lang) for problem in problems for lang in LANGUAGES)
    return [(problem.code.partition(".")[2], problem.place) for problem in problems]


def read_good() -> Dictionary:
    dictionary, problems = parse_dictionary(table_of(GOOD))
    assert dictionary is not None, problems
    return dictionary


def test_empty_cells_take_the_defaults() -> None:
    roads, wells, works = read_good().lines
    assert roads == Line("roads", "道路", "works", 1, 2.0, "公里", "area")
    assert (wells.direction, wells.transform, wells.normalise) == (-1, "log", "goalposts")
    assert (wells.lower, wells.upper, wells.weight) == (1.0, 100.0, 1.0)
    assert (works.parent, works.aggregate, roads.normalise, roads.aggregate) == (
        None,
        "gmean",
        "minmax",
        "amean",
    )


def test_columns_that_are_not_needed_may_be_left_out() -> None:
    assert parse_dictionary(table_of("code,parent\na,top\ntop,\n"))[0] == Dictionary(
        (Line("a", "a", "top"), Line("top", "top"))
    )


def test_every_mistake_of_a_dictionary_is_named_with_its_line() -> None:
    text = f"""{HEADER}
roads,,work,,,,,,,,,
roads,,works,2,,,,,,,,
,,works,,many,,,ln,,,,
wells,,works,,-1,,,,min_max,,,
works,,,,,,,,,,,mean
lonely,,,,,,,,,,,
"""
    assert problems_of(text) == [
        ("unknown_parent", "2"),
        ("bad_direction", "3"),
        ("repeated_code", "3"),
        ("no_number", "4"),
        ("unknown_method", "4"),
        ("no_code", "4"),
        ("unknown_method", "5"),
        ("negative_weight", "5"),
        ("unknown_method", "6"),
        ("no_parent", "7"),
    ]


def test_mistakes_in_the_meaning_of_a_line_are_named() -> None:
    text = f"""{HEADER}
a,,top,,,,,,,9,3,
b,,top,,,,,,goalposts,1,,
c,,top,,,,,,target,,,
d,,top,,,,,log,goalposts,0,5,
e,,second,,0,,,,,,,
second,,top,,,,,,,,,
top,,,-1,,,,,,,,
"""
    assert problems_of(text) == [
        ("bounds_fall", "2"),
        ("needs_goalposts", "3"),
        ("needs_target", "4"),
        ("log_bounds", "5"),
        ("no_weight", "7"),
        ("aggregate_direction", "8"),
    ]


def test_parents_that_lead_in_a_circle_are_named() -> None:
    text = "code,parent\na,b\nb,c\nc,b\n"
    assert problems_of(text) == [("circle", "3"), ("circle", "4")]


def test_headings_may_be_chinese() -> None:
    found = parse_dictionary(table_of("指标编码,名称,上级编码,权重\na,甲,top,2\ntop,总,,\n"))[0]
    assert found == Dictionary((Line("a", "甲", "top", weight=2.0), Line("top", "总")))


def test_unknown_names_come_with_the_nearest_spelling() -> None:
    with pytest.raises(ProblemsError, match="表头“parnt”无法识别。 是否想写“上级”") as caught:
        table_of("code,parnt\na,top\n")
    assert [problem.place for problem in caught.value.problems] == ["1"]


@pytest.mark.parametrize("text", ["code,parent\n", "code,parent\n\n,\n"])
def test_a_dictionary_without_lines_is_named(text: str) -> None:
    assert problems_of(text) == [("no_rows", "")]


def test_data_are_numbers_and_all_other_columns_are_groups() -> None:
    data, problems = data_of("单位,片区,roads,水井\n9901,东,1.5,\n9902,,2e1,n/a\n9903,,,—\n")
    assert problems == ()
    assert data.values.index.tolist() == ["9901", "9902", "9903"]
    assert data.values["roads"].tolist()[:2] == [1.5, 20.0]
    assert data.values["wells"].isna().all()
    assert data.groups["片区"].tolist() == ["东", None, None]


def test_every_mistake_of_the_data_is_named_with_line_and_column() -> None:
    _, problems = data_of("unit,roads,wells\n9901,12%,1\n9901,20里,1\n,inf,1\n")
    assert [(problem.code.partition(".")[2], problem.place) for problem in problems] == [
        ("no_number", "2"),
        ("no_number", "3"),
        ("repeated_unit", "3"),
        ("no_number", "4"),
        ("no_unit", "4"),
    ]
    assert problems[0].args == {"title": "roads", "value": "12%"}
    assert problems[2].args["first"] == 2


def test_a_missing_column_of_the_data_comes_with_the_nearest_heading() -> None:
    with pytest.raises(
        ProblemsError, match=r"data\.csv:1: intake\.missing_column_near: 缺少“wells”一列.*“well”"
    ):
        data_of("unit,roads,well\n9901,1,2\n")
    with pytest.raises(ProblemsError, match="缺少“单位”一列"):
        data_of("name,roads,wells\n9901,1,2\n")


def test_denominators_come_in_the_order_of_the_units() -> None:
    table = denominators_of("unit,area,people\n9903,7,1\n9902,4,1\n9901,,1\n")
    data, _ = data_of("unit,roads,wells\n9901,1,2\n9902,1,2\n")
    frame, problems = parse_denominators(table, read_good(), data.values.index)
    assert problems == ()
    assert list(frame.columns) == ["area"]
    assert frame.index.tolist() == ["9901", "9902"]
    assert math.isnan(frame["area"].iloc[0])
    assert frame["area"].iloc[1] == 4.0


def test_every_mistake_of_the_denominators_is_named() -> None:
    data, _ = data_of("unit,roads,wells\n9901,1,2\n9902,1,2\n")
    wrong = denominators_of("unit,area\n9901,0\n9901,x\n")
    _, problems = parse_denominators(wrong, read_good(), data.values.index)
    assert sorted(problem.code.partition(".")[2] for problem in problems) == [
        "denominator_zero",
        "no_number",
        "repeated_unit",
        "unit_without_denominators",
    ]
    with pytest.raises(ProblemsError, match="“areas”"):
        denominators_of("unit,areas\n9901,3\n9902,3\n")
