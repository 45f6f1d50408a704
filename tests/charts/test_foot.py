"""What every chart says of itself: its message, the unit of its numbers, their source and day; names are whole."""

import dataclasses
from collections.abc import Callable
from datetime import date

import altair as alt
import pytest

from pbwidgets import charts
from pbwidgets.charts.sheet import source_line, text_width
from pbwidgets.charts.theme import MARGIN, SMALL, WIDTH

DAY = date(2026, 11, 30)
MESSAGE = "9个村超过90分，后三名均失分于规划"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh_CN", "单位：分　来源：“三级联争”活动数据（2026）　截至2026年11月30日"),
        ("en", "Unit: points　Source: data of “Three-level contest” (2026)　As of 2026-11-30"),
    ],
)
def test_a_chart_says_unit_source_and_day_at_its_foot(county, assert_clean, lang, said) -> None:
    view = dataclasses.replace(county.view(lang=lang), day=DAY)
    foot = max(assert_clean(charts.rank_strip({"甲村": 3}, 25, view)), key=lambda box: box.bottom)
    assert foot.text.partition("　")[2] == said.partition("　")[2]
    assert source_line(view, view.say("points")) == said


def test_what_is_not_known_is_not_said(county) -> None:
    assert source_line(charts.IndexView("指数"), "%") == "单位：%"
    assert source_line(charts.IndexView("指数", origin="数据.xlsx")) == "来源：数据.xlsx"
    assert source_line(dataclasses.replace(county.view(), period="")) == "来源：“三级联争”活动数据"


def test_a_long_source_is_shortened_before_unit_and_day() -> None:
    view = charts.IndexView("指数", origin="指标数据" * 40, day=DAY)
    line = source_line(view, "分")
    assert line.startswith("单位：分　来源：指标数据")
    assert line.endswith("…　截至2026年11月30日")
    assert text_width(line, SMALL) <= WIDTH - 2 * MARGIN


def test_a_headline_takes_the_place_of_the_title_which_goes_below(county, assert_clean) -> None:
    chart = charts.ranking_bars(county.selection(county.names(25, False), 10), county.view())
    told = charts.put_headline(chart, MESSAGE)
    words = [box.text for box in assert_clean(told)]
    assert MESSAGE in words
    assert any(text.startswith("25个村总分排名，名额10个  ·  三级联争") for text in words)
    assert MESSAGE not in {box.text for box in assert_clean(charts.drop_title(told), height=616)}
    assert chart.title.text == "25个村总分排名，名额10个"  # as it was


def test_a_headline_of_more_letters_is_smaller_before_it_is_shortened(county, assert_clean) -> None:
    chart = charts.ranking_bars(county.selection(county.names(25, False), 10), county.view())
    said = "25 villages in the contest, 10 selected, best placed: Green Valley (No. 1)"
    (box,) = (box for box in assert_clean(charts.put_headline(chart, said)) if box.text == said)
    assert 26 <= box.size < 34


def test_a_long_headline_is_shortened_and_the_title_below_it_stands_alone_if_it_must(
    county, assert_clean
) -> None:
    view = dataclasses.replace(county.view(), unit_name="虚构" * 30)
    chart = charts.ranking_bars(county.selection(county.names(25, False), 10), view)
    words = {box.text for box in assert_clean(charts.put_headline(chart, MESSAGE * 4))}
    assert "25个村总分排名，名额10个" in words


def test_a_chart_of_ones_own_keeps_its_title() -> None:
    own = alt.Chart(alt.InlineData(values=[]), title="自己的图").mark_bar()
    assert charts.put_headline(own, MESSAGE) is own


Draw = Callable[..., alt.LayerChart]
DRAWN: dict[str, tuple[int, Draw]] = {
    "ranking_bars": (26, lambda county, names, view: charts.ranking_bars(county.selection(names, 10), view)),
    "unit_gaps": (12, lambda county, names, view: charts.unit_gaps(county.totals(12), names, view)),
    "lost_points_heatmap": (
        14, lambda county, names, view: charts.lost_points_heatmap(county.points(view.campaign, 14), names, view),
    ),
    "allotment_balance": (
        26, lambda county, names, view: charts.allotment_balance(county.balance(names), names, view),
    ),
    "rank_strip": (
        7, lambda county, names, view: charts.rank_strip(dict(zip(names.values(), range(1, 8), strict=True)), 9, view),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "lang"),
    [*((name, "zh_CN") for name in DRAWN), ("ranking_bars", "en"), ("allotment_balance", "en")],
)
def test_names_of_14_characters_are_whole_and_bars_are_to_be_seen(county, assert_clean, name, lang) -> None:
    count, draw = DRAWN[name]
    names = county.names(count, True)
    assert {len(one) for one in names.values()} == {14}
    chart = draw(county, names, county.view(lang=lang))
    assert set(names.values()) <= {box.text for box in assert_clean(chart)}
    for layer in chart.to_dict()["layer"]:
        placed = layer["encoding"].get("x", {}).get("scale", {}).get("range")
        assert placed is None or placed[1] - placed[0] >= 36


def test_of_500_units_without_places_the_first_and_the_last_are_drawn_with_a_gap_said_in_words(
    county, assert_clean
) -> None:
    names = county.names(500, False)
    selection = county.selection(names, 10).assign(status="assessed")
    words = [box.text for box in assert_clean(charts.ranking_bars(selection, county.view()))]
    assert "中间474个从略，共500个" in words
    assert {"1", "13", "488", "500"} <= set(words)
    assert not {"14", "487"} & set(words)
    second = [box.text for box in assert_clean(charts.ranking_bars(selection, county.view(), page=2))]
    assert "27" in second
    assert not [text for text in second if "从略" in text]


def test_of_500_units_with_places_those_around_their_end_are_drawn(county, assert_clean) -> None:
    selection = county.selection(county.names(500, False), 100)
    chart = charts.ranking_bars(selection, county.view(county.campaign(places=100)))
    words = [box.text for box in assert_clean(chart)]
    assert {"88", "113", "名额100个，到此为止"} <= set(words)
    assert any("本页为第88名至第113名，共500个" in text for text in words)


def test_five_units_fill_a_sheet_in_one_column(county, assert_clean) -> None:
    names = county.names(5, False)
    boxes = assert_clean(charts.ranking_bars(county.selection(names, 3), county.view()))
    assert len({box.left for box in boxes if box.text in names.values()}) == 1


def test_remarks_that_leave_no_room_for_bars_become_stars(county, assert_clean) -> None:
    names = county.names(26, True)
    words = [
        box.text
        for box in assert_clean(charts.allotment_balance(county.balance(names), names, county.view()))
    ]
    assert not [text for text in words if text.startswith(("超", "少"))]
    assert any("* 超报、少报或有否决" in text for text in words)
    few = county.names(5, False)
    beside = [
        box.text for box in assert_clean(charts.allotment_balance(county.balance(few), few, county.view()))
    ]
    assert [text for text in beside if text.startswith(("超", "少"))]
    assert not [text for text in beside if "*" in text]
