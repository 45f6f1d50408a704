"""Dictionary, data and denominators from text: every mistake at once, with line, column and nearest spelling."""

import math

import pytest

from pbwidgets.errors import Problem
from pbwidgets.scoring.index import (
    Dictionary,
    Line,
    parse_data,
    parse_denominators,
    parse_dictionary,
    split_table,
)
from pbwidgets.wording import LANGUAGES

HEADER = "code,name,parent,direction,weight,unit,denominator,transform,normalise,lower,upper,aggregate"
GOOD = f"""{HEADER}
roads,道路,works,,2,公里,area,,,,,
wells,水井,works,-1,,口,,log,goalposts,1,100,
works,建设,,,,,,,,,,gmean
"""


def problems_of(text: str) -> list[tuple[str, str]]:
    table, form = split_table(text, "dictionary.csv")
    _, problems = parse_dictionary(table)
    assert all(problem.message(lang) for problem in (*form, *problems) for lang in LANGUAGES)
    assert all(problem.remedy(lang) for problem in (*form, *problems) for lang in LANGUAGES)
    return [(problem.code.removeprefix("index."), problem.place) for problem in (*form, *problems)]


def read_good() -> Dictionary:
    dictionary, problems = parse_dictionary(split_table(GOOD, "dictionary.csv")[0])
    assert dictionary is not None, problems
    return dictionary


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, problems
    return problems[0]


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
    table, _ = split_table("code,parent\na,top\ntop,\n", "dictionary.csv")
    assert parse_dictionary(table)[0] == Dictionary((Line("a", "a", "top"), Line("top", "top")))


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


def test_unknown_names_come_with_the_nearest_spelling() -> None:
    table, _ = split_table("code,parnt\na,top\n", "dictionary.csv")
    problems = parse_dictionary(table)[1]
    assert (
        problems[0].line("zh_CN").startswith("dictionary.csv:1: index.unknown_column: 表头“parnt”无法识别。")
    )
    assert "“parent”" in problems[0].remedy("zh_CN")
    assert problems[1].code == "index.missing_column"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("no_rows", "")]),
        ("code,parent\n", [("no_rows", "")]),
        ("code,parent,code\na,top,a\ntop,,top\n", [("repeated_column", "1")]),
        ("code,parent\na,top,more\ntop,\n", [("too_many_cells", "2")]),
        ('code,parent\n"a,top\n', [("bad_csv", "2")]),
    ],
)
def test_faults_of_a_files_form_are_named(text: str, expected: list[tuple[str, str]]) -> None:
    _, problems = split_table(text, "dictionary.csv")
    assert [(problem.code.removeprefix("index."), problem.place) for problem in problems] == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_that_of_the_header(delimiter: str) -> None:
    table, _ = split_table(f"unit{delimiter}roads\n\n9901{delimiter}3\n", "data.csv")
    assert table.column("roads") == ("3",)
    assert table.lines == (3,)


def test_data_are_numbers_and_all_other_columns_are_groups() -> None:
    table, _ = split_table("unit,片区,roads,wells\n9901,东,1.5,\n9902,,2e1,n/a\n", "data.csv")
    data, problems = parse_data(table, read_good())
    assert problems == ()
    assert data.values.index.tolist() == ["9901", "9902"]
    assert data.values["roads"].tolist() == [1.5, 20.0]
    assert data.values["wells"].isna().all()
    assert data.groups["片区"].tolist() == ["东", None]


def test_every_mistake_of_the_data_is_named_with_line_and_column() -> None:
    table, _ = split_table('unit,roads,well\n9901,12%,1\n9901,"1,200",1\n,inf,1\n', "data.csv")
    _, problems = parse_data(table, read_good())
    assert [(problem.code.removeprefix("index."), problem.place) for problem in problems] == [
        ("missing_indicator", "1"),
        ("no_number", "2"),
        ("repeated_unit", "3"),
        ("no_number", "3"),
        ("no_unit", "4"),
        ("no_number", "4"),
    ]
    assert problems[0].args["nearest"] == "well"
    assert problems[1].args == {"column": "roads", "value": "12%"}
    assert problems[2].args["first"] == 2


def test_data_without_a_column_of_units_say_so() -> None:
    table, _ = split_table("name,roads,wells\n9901,1,2\n", "data.csv")
    problem = only(parse_data(table, read_good())[1])
    assert (problem.code, problem.args) == ("index.missing_column", {"column": "unit"})


def test_denominators_come_in_the_order_of_the_units() -> None:
    table, _ = split_table("unit,area,people\n9903,7,1\n9902,4,1\n9901,,1\n", "denominators.csv")
    data, _ = parse_data(split_table("unit,roads,wells\n9901,1,2\n9902,1,2\n", "data.csv")[0], read_good())
    frame, problems = parse_denominators(table, read_good(), data.values.index)
    assert problems == ()
    assert list(frame.columns) == ["area"]
    assert frame.index.tolist() == ["9901", "9902"]
    assert math.isnan(frame["area"].iloc[0])
    assert frame["area"].iloc[1] == 4.0


def test_every_mistake_of_the_denominators_is_named() -> None:
    data, _ = parse_data(split_table("unit,roads,wells\n9901,1,2\n9902,1,2\n", "data.csv")[0], read_good())
    wrong, _ = split_table("unit,area\n9901,0\n9901,x\n", "denominators.csv")
    _, problems = parse_denominators(wrong, read_good(), data.values.index)
    assert sorted(problem.code.removeprefix("index.") for problem in problems) == [
        "denominator_zero",
        "no_number",
        "repeated_unit",
        "unit_without_denominators",
    ]
    other, _ = split_table("unit,areas\n9901,3\n9902,3\n", "denominators.csv")
    problem = only(parse_denominators(other, read_good(), data.values.index)[1])
    assert (problem.code, problem.args["nearest"]) == ("index.missing_denominator", "areas")
