"""Headlines on points lost, on the layers' marks and on the published median, added up by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from pbwidgets.campaign.model import Criterion
from pbwidgets.charts.headlines.layers import criteria_headline, layer_gaps_headline, unit_gaps_headline
from pbwidgets.charts.headlines.lost import losses_headline, lost_most
from pbwidgets.scoring.frames import POINTS, TOTALS, to_frame


@pytest.fixture(scope="module")
def view(county):
    return county.view(county.campaign(["规划", "创新"]), name="青禾镇", code=county.code(0))


@pytest.fixture
def points(county, view) -> pd.DataFrame:
    """Two units that have all points."""
    return county.points(view.campaign, 2, "equal")


def mark(points: pd.DataFrame, code: str, line: str, layer: str, value: float) -> None:
    own = (points["unit_code"] == code) & (points["criterion_id"] == line) & (points["layer"] == layer)
    points.loc[own, "points"] = value


def test_the_heading_with_most_losses_is_named_with_its_mean_and_share(county, view, points) -> None:
    codes = [county.code(0), county.code(1)]
    assert losses_headline(points, codes, view) == "村均未失分"
    mark(points, codes[0], "h1_1", "county", 5.0)  # 3 lost
    mark(points, codes[1], "h0_1", "county", 7.0)  # 1 lost
    assert losses_headline(points, codes, view) == "失分最多的是“创新”，平均失1.5分，占全部失分的75%"
    assert losses_headline(points, codes[:1], view) == "失分最多的是“创新”，失3分，占全部失分的100%"
    assert losses_headline(to_frame([], POINTS), codes, view) == "村还没有得分"


def test_headings_with_equal_losses_are_both_named(county, view, points) -> None:
    codes = [county.code(0), county.code(1)]
    mark(points, codes[0], "h1_1", "county", 5.0)
    mark(points, codes[1], "h0_1", "county", 5.0)
    assert (
        losses_headline(points, codes, view) == "失分最多的是“规划”、“创新”，平均各失1.5分，占全部失分的100%"
    )
    assert lost_most(points, view, codes) == []


def test_a_line_without_a_mark_is_not_lost(county, view, points) -> None:
    code = county.code(0)
    mark(points, code, "h1_1", "county", float("nan"))
    mark(points, code, "h0_1", "county", 7.5)
    assert lost_most(points, view, [code]) == ["规划"]
    assert losses_headline(points, [code], view).startswith("失分最多的是“规划”，失0.5分")


def test_a_bonus_that_was_not_earned_is_no_loss(county, view, points) -> None:
    first, second = view.track.criteria
    bonus = Criterion(
        id="h1_1",
        name=second.name,
        points=8,
        bonus=True,
        rule={"name": "discretion", "lowest": 0, "highest": 8},
    )
    track = view.track.model_copy(update={"criteria": (first, bonus)})
    campaign = view.campaign.model_copy(update={"tracks": (track, *view.campaign.tracks[1:])})
    code = county.code(0)
    mark(points, code, "h1_1", "county", 0.0)
    mark(points, code, "h0_1", "county", 7.5)
    own = points[points["criterion_id"] != "h1_2"]
    said = losses_headline(own, [code], replace(view, campaign=campaign))
    assert said == "失分最多的是“规划”，失0.5分，占全部失分的100%"


def totals(county, *units: tuple[float | None, ...]) -> pd.DataFrame:
    rows = [
        {"unit_code": county.code(at), "track_id": "village", "layer": layer, "total": total}
        for at, marks in enumerate(units)
        for layer, total in zip(county.layers, marks, strict=True)
        if total is not None
    ]
    return to_frame(rows, TOTALS)


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([], "还没有可以对比的评分"),
        ([(90.0, None, None)], "还没有可以对比的评分"),
        ([(90.0, 88.0, 90.0), (80.0, 79.0, 80.0)], "县级复核与自评评分一致"),
        ([(90.0, 88.0, 86.0)], "甲村：县级复核比自评低4分"),
        ([(90.0, 88.0, 86.0), (80.0, 79.0, 78.0)], "县级复核比自评平均低3分，差距最大的是甲村（低4分）"),
        ([(90.0, 88.0, 91.0), (80.0, 79.0, 82.5)], "县级复核比自评平均高1.75分，差距最大的是乙村（高2.5分）"),
        (
            [(90.0, 88.0, 92.0), (80.0, 79.0, 78.0)],
            "县级复核与自评平均持平，差距最大的是甲村、乙村（相差2分）",
        ),
        ([(90.0, 88.0, None), (80.0, 79.0, 78.0)], "乙村：县级复核比自评低2分"),
        ([(90.0, 88.0, None), (80.0, 79.0, None)], "乡镇审核比自评平均低1.5分，差距最大的是甲村（低2分）"),
    ],
)
def test_the_last_layer_is_compared_with_the_first_by_unit(county, view, units, said) -> None:
    names = {county.code(0): "甲村", county.code(1): "乙村"}
    assert unit_gaps_headline(totals(county, *units), names, view) == said


def test_units_that_are_not_shown_are_neither_counted_nor_named(county, view) -> None:
    frame = totals(county, (90.0, 88.0, 86.0), (90.0, 50.0, 20.0))
    assert unit_gaps_headline(frame, {county.code(0): "甲村"}, view) == "甲村：县级复核比自评低4分"


def test_the_layers_of_one_unit_are_compared_by_heading(county, view, points) -> None:
    code = county.code(0)
    assert layer_gaps_headline(points, view) == "县级复核与自评评分一致"
    mark(points, code, "h0_1", "county", 6.0)
    mark(points, code, "h1_1", "county", 5.0)
    assert layer_gaps_headline(points, view) == "县级复核比自评低5分，差距最大的是“创新”（低3分）"
    assert layer_gaps_headline(points[points["layer"] == "self"], view) == "还没有可以对比的评分"


NAN = float("nan")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(10, NAN, 7)], "青禾镇还没有得分"),
        ([(10, 10, NAN)], "青禾镇各项均未失分"),
        ([(10, 8, NAN), (10, 9, NAN)], "得分率最低的是“甲”（80%）"),
        ([(10, 7, 7), (10, 9, 9)], "2项得分都与中位数持平"),
        ([(10, 8, 7), (10, 9.5, 9)], "2项得分全部高于中位数，高出最多的是“甲”（高10个百分点）"),
        (
            [(10, 8, 7), (10, 9, 9)],
            "2项得分都不低于中位数，其中1项高于中位数，高出最多的是“甲”（高10个百分点）",
        ),
        ([(10, 6, 7), (10, 7, 9)], "2项得分全部低于中位数，低得最多的是“乙”（低20个百分点）"),
        (
            [(10, 6, 7), (10, 9, 9)],
            "2项得分中1项低于中位数，没有高于中位数的，低得最多的是“甲”（低10个百分点）",
        ),
        # as the chart draws it: 2 of 40 points are less than 1 of 5; a heading without a maximum has no bar
        ([(40, 30, 32), (5, 3, 4)], "2项得分全部低于中位数，低得最多的是“乙”（低20个百分点）"),
        ([(40, 30, NAN), (5, 3, NAN)], "得分率最低的是“乙”（60%）"),
        ([(0, -3, -1), (10, 10, 9)], "2项得分中1项高于中位数，1项低于中位数"),
        (
            [(10, 6, 7), (10, 8, 9), (10, 9, 8)],
            "3项得分中1项高于中位数，2项低于中位数，低得最多的是“甲”、“乙”（低10个百分点）",
        ),
    ],
)
def test_headings_are_counted_above_and_below_the_median(view, rows, said) -> None:
    frame = pd.DataFrame(rows, columns=["max_points", "points", "median"]).assign(
        name=list("甲乙丙")[: len(rows)]
    )
    assert criteria_headline(frame, view) == said
