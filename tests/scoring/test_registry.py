from typing import get_args

import pytest

from pbwidgets.campaign.model import Criterion
from pbwidgets.campaign.rules import Rule
from pbwidgets.scoring.registry import (
    CONDITION_RULES,
    GROUP_RULES,
    MARKED,
    RULES,
    find_measure,
    find_measures,
    find_range,
)


def names_in_campaign_files() -> set[str]:
    union = get_args(Rule)[0]
    return {get_args(model.model_fields["name"].annotation)[0] for model in get_args(union)}


def test_every_rule_of_a_campaign_file_has_a_function_and_the_other_way_round():
    every = [*RULES, *GROUP_RULES, *CONDITION_RULES]
    assert sorted(every) == sorted(names_in_campaign_files())


def test_marked_rules_are_those_that_read_no_measure():
    union = get_args(Rule)[0]
    without = {
        get_args(m.model_fields["name"].annotation)[0]
        for m in get_args(union)
        if "measure" not in m.model_fields
    }
    assert without - {"checklist"} == MARKED  # its cases read measures


CASE = {"when": "${a} = ${b}", "text": {"zh": "甲", "en": "a"}, "points": 1}


@pytest.mark.parametrize(
    ("rule", "points", "expected"),
    [
        ({"name": "rated"}, 8, (0, 8)),
        ({"name": "discretion", "lowest": -3, "highest": 2}, 2, (-3, 2)),
        ({"name": "capped_deduction", "measure": "m", "points_each": 1, "cap": 5}, 0, (-5, 0)),
        ({"name": "capped_deduction", "measure": "m", "points_each": 1, "cap": 5}, 10, (0, 10)),
        (
            {"name": "per_missing_item", "measure": "m", "required": 2, "points_each": 4, "floor": -1},
            6,
            (-1, 6),
        ),
        ({"name": "rank_to_points", "measure": "m", "points": [6, 4], "otherwise": -2}, 6, (-2, 6)),
        ({"name": "by_choice", "measure": "m", "options": [{"choice": "a", "points": 6}]}, 6, (0, 6)),
        ({"name": "by_choice", "measure": "m", "options": [{"choice": "a", "points": -2}]}, 6, (-2, 6)),
        ({"name": "checklist", "floor": -4, "cases": [CASE]}, 0, (-4, 0)),
        ({"name": "checklist", "counts": "earned", "floor": -4, "cases": [CASE]}, 3, (0, 3)),
        ({"name": "bands", "measure": "m", "bands": [{"bound": 9, "points": 6}]}, 6, (0, 6)),
        (
            {
                "name": "against_group",
                "measure": "m",
                "benchmark": "mean",
                "points_per_unit": 1,
                "floor": -3,
            },
            6,
            (-3, 6),
        ),
    ],
)
def test_range_of_a_line(rule, points, expected):
    line = Criterion.model_validate(
        {"id": "x", "name": {"zh": "甲", "en": "a"}, "points": points, "rule": rule}
    )
    assert find_range(line) == expected
    assert find_measure(line) == rule.get("measure")


def test_a_rule_reads_its_own_measure_and_those_of_its_conditions():
    factor = {"when": "${c} = 1 and ${m} > 2", "text": {"zh": "乙", "en": "b"}, "times": 2}
    deduction = {"name": "capped_deduction", "measure": "m", "points_each": 1, "cap": 5, "factors": [factor]}
    checklist = {"name": "checklist", "cases": [CASE]}
    lines = [
        Criterion.model_validate({"id": "x", "name": {"zh": "甲", "en": "a"}, "points": 5, "rule": rule})
        for rule in (deduction, checklist, {"name": "rated"})
    ]
    assert [find_measures(line) for line in lines] == [("m", "c"), ("a", "b"), ()]
