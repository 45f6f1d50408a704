"""Headlines on places, moves between classes, firmness and counts by month."""

import dataclasses

import pandas as pd
import pytest

from pbwidgets.charts.headlines.counted import months_headline
from pbwidgets.charts.headlines.places import (
    allotments_headline,
    firmness_headline,
    moves_headline,
    nominations_headline,
)
from pbwidgets.scoring.frames import BALANCE, MOVES, to_frame


@pytest.fixture(scope="module")
def view(county):
    campaign = county.campaign()
    limited = {"by": "township", "allotment": {"lowest": 1, "highest": 9, "usual": 5}}
    first, second = campaign.model_dump(exclude_none=True, mode="json")["tracks"]
    data = campaign.model_dump(exclude_none=True, mode="json") | {
        "tracks": [first | {"nomination": limited}, second]
    }
    return county.view(type(campaign).model_validate(data), code=county.code(0))


def balance(county, *rows: tuple[int, int], track: str = "village") -> pd.DataFrame:
    made = [
        {"track_id": track, "by_unit": county.code(at), "allotted": allotted, "nominated": nominated}
        for at, (allotted, nominated) in enumerate(rows)
    ]
    return to_frame(made, BALANCE)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(5, 5), (4, 4)], "分配名额9个，全部用完"),
        ([(5, 0), (4, 0)], "分配名额9个，尚未使用"),
        ([(5, 3), (4, 4), (6, 2)], "分配名额15个，已用9个，2个乡镇有余额"),
    ],
)
def test_places_are_added_up_and_units_with_some_left_are_counted(county, view, rows, said) -> None:
    assert allotments_headline(balance(county, *rows), view) == said


def test_nominations_without_a_limit_have_no_places_left(county, view) -> None:
    open_view = dataclasses.replace(view, track_id="pioneer")
    frame = balance(county, (3, 3), (0, 0), track="pioneer")
    assert allotments_headline(frame, open_view) == "共申报3个，来自1个乡镇"
    assert allotments_headline(frame.tail(1), open_view) == "尚无申报"


def test_a_unit_reads_of_its_own_places_only(county, view) -> None:
    assert (
        nominations_headline(balance(county, (5, 3), (5, 0)), view) == "分配名额5个，已用3个，1个类别有余额"
    )
    assert nominations_headline(balance(county, (5, 5), (5, 0)), view) == "分配名额5个，全部用完"


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([], "没有类别变动"),
        (["same", "same"], "2个村的类别都没有变动"),
        (["new"], "新定类1个"),
        (["same", "new"], "1个村的类别都没有变动，新定类1个"),
        (["up", "down", "down", "same"], "村类别上升1个、下降2个、不变1个"),
        (["up", "new"], "村类别上升1个、下降0个、不变0个，新定类1个"),
    ],
)
def test_moves_between_classes_are_counted(view, moves, said) -> None:
    frame = to_frame([{"track_id": "village", "move": move} for move in moves], MOVES)
    assert moves_headline(frame, view) == said


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["firm", "firm", "out"], "条件变动时，2个村稳定入选，名单全部稳定"),
        (["firm", "undecided"], "条件变动时，1个村稳定入选，1个尚不稳定"),
        (["undecided", "out"], "条件变动时，没有村稳定入选，1个尚不稳定"),
    ],
)
def test_units_that_stay_selected_are_counted_beside_those_that_depend(view, verdicts, said) -> None:
    assert firmness_headline(pd.DataFrame({"verdict": verdicts}), view) == said


@pytest.mark.parametrize(
    ("sums", "by_unit", "said"),
    [
        ({"座谈": 0}, False, "还没有记录"),
        ({"座谈": 5}, False, "共5条记录"),
        ({"座谈": 5, "走访": 3, "参观": 0}, False, "共8条记录，最多的是座谈（5条），1种没有"),
        (
            {"甲支部": 4, "乙支部": 4, "丙支部": 1, "丁支部": 0},
            True,
            "共9条记录，最多的是甲支部、乙支部（各4条），1个单位没有",
        ),
        ({"甲支部": 2, "乙支部": 2}, True, "共4条记录，各2条"),
    ],
)
def test_what_was_counted_is_told_with_its_most_and_its_none(sums, by_unit, said) -> None:
    counts = pd.DataFrame({"2026-05": list(sums.values())}, index=list(sums))
    assert months_headline(counts, "zh_CN", by_unit=by_unit) == said
