"""Every chart with awkward data: texts apart, on the sheet, large enough; nothing extra drawn."""

import dataclasses
from collections.abc import Callable

import altair as alt
import pandas as pd
import pytest

from pbwidgets import charts
from pbwidgets.charts.months import pages_of as charts_of_months
from pbwidgets.scoring.frames import BALANCE, to_frame


@pytest.fixture(params=[False, True], ids=["short names", "names of 14 characters"])
def long(request) -> bool:
    return bool(request.param)


@pytest.fixture(params=["zh_CN", "en"])
def lang(request) -> str:
    return str(request.param)


def first(names: dict[str, str], count: int) -> dict[str, str]:
    return dict(list(names.items())[:count])


@pytest.mark.parametrize("fill", ["varied", "equal", "zero", "missing"])
def test_criterion_bars_are_clean(county, assert_clean, lang, fill) -> None:
    campaign = county.campaign()
    chart = charts.criterion_bars(
        county.points(campaign, 3, fill), county.reference(campaign), county.view(campaign, lang=lang)
    )
    assert_clean(chart)


@pytest.mark.parametrize("count", [1, 11])
def test_criterion_bars_fit_any_number_of_long_headings(county, assert_clean, count) -> None:
    campaign = county.campaign(
        [f"第{place}项评分内容名称特别长需要分行书写才能放下的项目" for place in range(count)]
    )
    chart = charts.criterion_bars(
        county.points(campaign, 1), county.reference(campaign), county.view(campaign)
    )
    assert_clean(chart)


def test_criterion_bars_of_more_headings_than_fit_are_split_into_sheets(county, assert_clean) -> None:
    campaign = county.campaign([f"评分项目{place}" for place in range(14)])
    made = [
        charts.criterion_bars(
            county.points(campaign, 1), county.reference(campaign), county.view(campaign), page=page
        )
        for page in (1, 2)
    ]
    assert any("第1页，共2页" in box.text for box in assert_clean(made[0]))
    assert "评分项目13" in {box.text for box in assert_clean(made[1])}


def test_criterion_bars_without_a_reference_show_the_unit_alone(county, assert_clean) -> None:
    campaign = county.campaign()
    none = county.reference(campaign).iloc[:0]
    words = {
        box.text
        for box in assert_clean(
            charts.criterion_bars(county.points(campaign, 1), none, county.view(campaign))
        )
    }
    assert "—" in words


def test_a_missing_mark_is_drawn_as_missing_and_never_as_zero(county, assert_clean, spec_text) -> None:
    campaign = county.campaign()
    points = county.points(campaign, 1, "missing")
    for chart in (
        charts.criterion_bars(points, county.reference(campaign), county.view(campaign)),
        charts.layer_gaps(points, county.view(campaign)),
        charts.lost_points_heatmap(points, county.names(1, long=False), county.view(campaign)),
    ):
        words = [box.text for box in assert_clean(chart)]
        assert "缺" in words
        assert "0" not in words
        assert "NaN" not in spec_text(chart)


@pytest.mark.parametrize("rank", [1, 2, 10, 11, 24, 25, 0])
def test_rank_strip_of_one_unit_is_clean_at_every_place(county, assert_clean, rank, lang) -> None:
    assert_clean(charts.rank_strip({county.long_name: rank}, 25, county.view(lang=lang)))


@pytest.mark.parametrize("n", [1, 2, 25, 500])
def test_rank_strip_of_several_units_is_clean(county, assert_clean, n, long) -> None:
    names = list(county.names(7, long).values())
    ranks = {name: min(1 + place * n // 7, n) for place, name in enumerate(names)}
    assert_clean(charts.rank_strip(ranks, n, county.view()))


def test_rank_strip_says_which_units_are_not_ranked(county, assert_clean) -> None:
    words = [box.text for box in assert_clean(charts.rank_strip({"甲村": 0, "乙村": 3}, 25, county.view()))]
    assert words.count("未参加排名") == 1
    assert "第3名" in words
    assert "第0名" not in words


@pytest.mark.parametrize("fill", ["varied", "equal", "zero", "missing"])
def test_layer_gaps_are_clean(county, assert_clean, lang, fill) -> None:
    campaign = county.campaign()
    assert_clean(charts.layer_gaps(county.points(campaign, 2, fill), county.view(campaign, lang=lang)))


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("fill", ["varied", "equal", "missing"])
def test_unit_gaps_are_clean(county, assert_clean, count, fill, long) -> None:
    assert_clean(charts.unit_gaps(county.totals(count, fill), county.names(count, long), county.view()))


def test_unit_gaps_put_the_widest_gap_first(county, read_texts) -> None:
    totals = county.totals(3)
    totals.loc[(totals["unit_code"] == county.code(2)) & (totals["layer"] == "self"), "total"] = 99.9
    names = county.names(3, long=False)
    words = [
        box
        for box in read_texts(charts.unit_gaps(totals, names, county.view()))
        if box.text in names.values()
    ]
    assert min(words, key=lambda box: box.top).text == names[county.code(2)]


@pytest.mark.parametrize("count", [1, 13, 14, 25, 26])
def test_allotment_balance_is_clean(county, assert_clean, count, long, lang) -> None:
    names = county.names(count, long)
    assert_clean(charts.allotment_balance(county.balance(names), names, county.view(lang=lang)))


def test_nomination_balance_shows_every_track_of_the_unit_and_no_other_unit(
    county, assert_clean, spec_text
) -> None:
    names = county.names(3, long=True)
    balance = county.balance(names)
    other = balance.assign(track_id="pioneer")
    chart = charts.nomination_balance(pd.concat([balance, other], ignore_index=True), county.view())
    words = [box.text for box in assert_clean(chart)]
    assert {"党建工作示范村", "党员干部创业先锋"} <= set(words)
    assert county.code(1) not in spec_text(chart)


def test_nomination_balance_of_a_unit_that_cannot_nominate_says_so(county, assert_clean) -> None:
    none = county.balance({})
    assert "没有申报名额" in {
        box.text for box in assert_clean(charts.nomination_balance(none, county.view()))
    }


@pytest.mark.parametrize(
    ("count", "tied"), [(1, 0), (9, 0), (13, 0), (25, 0), (25, 2), (25, 7), (26, 4), (500, 4)]
)
def test_ranking_bars_are_clean(county, assert_clean, count, tied, long) -> None:
    selection = county.selection(county.names(count, long), places=10, tied=tied)
    assert_clean(charts.ranking_bars(selection, county.view()))


@pytest.mark.parametrize("fill", ["equal", "zero", "missing"])
def test_ranking_bars_of_equal_zero_or_missing_totals_are_clean(county, assert_clean, fill, lang) -> None:
    selection = county.selection(county.names(25, long=True), places=10, fill=fill)
    assert_clean(charts.ranking_bars(selection, county.view(lang=lang)))


def test_ranking_bars_without_a_ranked_unit_say_so(county, assert_clean) -> None:
    selection = county.selection(county.names(3, long=False), places=2).assign(rank=0)
    assert "没有参加排名的单位" in {
        box.text for box in assert_clean(charts.ranking_bars(selection, county.view()))
    }


def test_ranking_bars_draw_the_cut_line_between_the_last_unit_inside_and_the_first_outside(
    county, assert_clean
) -> None:
    names = county.names(12, long=False)
    boxes = {
        box.text: box for box in assert_clean(charts.ranking_bars(county.selection(names, 10), county.view()))
    }
    line = boxes["名额10个，到此为止"]
    assert boxes[names[county.code(9)]].bottom < line.top
    assert line.bottom < boxes[names[county.code(10)]].top


def test_a_tie_at_the_cut_is_shown_with_the_places_left(county, assert_clean) -> None:
    selection = county.selection(county.names(25, long=False), places=10, tied=4)
    assert "以下4个同分，余2个名额待定" in {
        box.text for box in assert_clean(charts.ranking_bars(selection, county.view()))
    }


def test_ranking_bars_keep_a_barred_unit_at_its_rank_and_say_which_places_stay_open(
    county, assert_clean
) -> None:
    names = county.names(6, long=False)
    selection = county.selection(names, 10)
    selection["status"] = ["selected", "barred", "selected", "selected", "not_selected", "not_selected"]
    selection.loc[4, "reason_args"] = '{"notes": [["scoring.note_unfilled", {"contenders": 3, "open": 7}]]}'
    boxes = {box.text: box for box in assert_clean(charts.ranking_bars(selection, county.view()))}
    places = county.view().track.places
    line = boxes[f"名额{places}个，空缺7个"]
    first, second, *_ = names.values()
    assert boxes[first].top < boxes[second].top < line.top
    assert any("7个名额空缺" in text for text in boxes)
    assert "一票否优" in boxes


def test_ranking_bars_of_many_units_show_those_around_the_cut_and_say_which(
    county, assert_clean, spec_text
) -> None:
    names = {county.code(place): f"虚构村{place}" for place in range(500)}
    view = county.view(county.campaign(places=100))
    chart = charts.ranking_bars(county.selection(names, places=100), view)
    words = [box.text for box in assert_clean(chart)]
    assert any("本页为第88名至第113名，共500个" in text for text in words)
    assert "虚构村300" not in spec_text(chart)
    last = charts.ranking_bars(county.selection(names, places=100), view, page=20)
    assert "虚构村499" in {box.text for box in assert_clean(last)}


def test_a_page_that_does_not_exist_is_refused(county) -> None:
    selection = county.selection(county.names(25, long=False), places=10)
    with pytest.raises(IndexError, match="page 2 of 1"):
        charts.ranking_bars(selection, county.view(), page=2)


@pytest.mark.parametrize("count", [1, 8, 13, 14, 25, 26])
def test_lost_points_heatmap_is_clean(county, assert_clean, count, long) -> None:
    campaign = county.campaign()
    assert_clean(
        charts.lost_points_heatmap(
            county.points(campaign, count), county.names(count, long), county.view(campaign)
        )
    )


@pytest.mark.parametrize("fill", ["equal", "zero", "missing"])
def test_lost_points_heatmap_of_even_data_is_clean(county, assert_clean, fill, lang) -> None:
    campaign = county.campaign()
    view = county.view(campaign, lang=lang)
    assert_clean(
        charts.lost_points_heatmap(county.points(campaign, 25, fill), county.names(25, long=True), view)
    )


def test_a_heading_that_is_not_a_units_own_stays_empty(county, assert_clean) -> None:
    campaign = county.campaign()
    points = county.points(campaign, 2, "equal")
    other = points["criterion_id"].str.startswith("h1_") & (points["unit_code"] == county.code(1))
    view = county.view(campaign)
    whole, cut = (
        [box.text for box in assert_clean(charts.lost_points_heatmap(rows, county.names(2, False), view))]
        for rows in (points, points[~other])
    )
    assert "缺" not in cut
    assert whole.count("0.0") - cut.count("0.0") == 1


def test_lost_points_heatmap_of_many_units_takes_the_mean_of_groups(county, assert_clean, spec_text) -> None:
    campaign = county.campaign()
    points = county.points(campaign, 40, "equal")
    lower = (points["unit_code"] == county.code(0)) & (points["criterion_id"] == "h0_1")
    points.loc[lower, "points"] = 0.0  # 8 points lost by one of the 20 units of the first group
    groups = {county.code(place): f"99{place % 2}" for place in range(40)}
    chart = charts.lost_points_heatmap(
        points, {"990": "甲镇", "991": "乙镇"}, county.view(campaign), groups=groups
    )
    assert "0.4" in {box.text for box in assert_clean(chart)}
    assert county.code(0) not in spec_text(chart)


def test_lost_points_do_not_count_lines_without_a_mark(county, assert_clean) -> None:
    campaign = county.campaign(["班子团结"])
    points = county.points(campaign, 1, "equal")
    points.loc[points["criterion_id"] == "h0_1", "points"] = float("nan")
    chart = charts.lost_points_heatmap(points, county.names(1, long=False), county.view(campaign))
    assert "8" not in {box.text for box in assert_clean(chart)}


def test_the_charts_of_a_unit_contain_no_other_unit(county, spec_text) -> None:
    campaign = county.campaign()
    points, view = county.points(campaign, 25), county.view(campaign)
    own = county.names(1, long=True)
    made = [
        charts.criterion_bars(points, county.reference(campaign), view),
        charts.layer_gaps(points, view),
        charts.unit_gaps(county.totals(25), own, view),
        charts.rank_strip({county.long_name: 3}, 25, view),
        charts.nomination_balance(county.balance(county.names(25, long=True)), view),
    ]
    for chart in made:
        text = spec_text(chart)
        assert not [code for code in county.names(25, long=True) if code in text]
        assert not [name for name in list(county.names(25, long=True).values())[1:] if name in text]


def test_charts_do_not_change_their_frames(county) -> None:
    campaign = county.campaign()
    names = county.names(25, long=False)
    frames = [
        county.points(campaign, 25),
        county.reference(campaign),
        county.selection(names, 10),
        county.totals(25),
    ]
    kept = [frame.copy(deep=True) for frame in frames]
    view = county.view(campaign)
    charts.criterion_bars(frames[0], frames[1], view)
    charts.lost_points_heatmap(frames[0], names, view)
    charts.ranking_bars(frames[2], view)
    charts.unit_gaps(frames[3], first(names, 5), view)
    for frame, copy in zip(frames, kept, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_row_order_does_not_change_a_chart(county) -> None:
    campaign = county.campaign()
    points, names = county.points(campaign, 10), county.names(10, long=False)
    mixed = points.sample(frac=1, random_state=3)
    draw: Callable[[pd.DataFrame], alt.LayerChart] = lambda frame: charts.lost_points_heatmap(  # noqa: E731
        frame, names, county.view(campaign)
    )
    assert charts.draw_svg(draw(points)) == charts.draw_svg(draw(mixed))


def test_made_up_data_are_marked_and_real_data_are_not(county, read_texts) -> None:
    from dataclasses import replace

    marked = {box.text for box in read_texts(charts.rank_strip({"甲村": 3}, 25, county.view()))}
    plain = {
        box.text
        for box in read_texts(charts.rank_strip({"甲村": 3}, 25, replace(county.view(), synthetic=False)))
    }
    assert "演示数据，单位和分数均为虚构" in marked
    assert not [text for text in plain if "演示数据" in text]


def test_dropping_the_title_drops_only_the_title(county, assert_clean) -> None:
    chart = charts.rank_strip({"甲村": 3}, 25, county.view())
    bare = assert_clean(charts.drop_title(chart), height=616)
    gone = {box.text for box in assert_clean(chart)} - {box.text for box in bare}
    assert len(gone) == 2
    assert any("甲村" in text for text in gone)


def test_a_track_without_an_allotment_shows_a_dash_and_counts_nothing_as_allotted(
    county, assert_clean
) -> None:
    campaign = county.campaign()
    tracks = [
        track.model_copy(update={"nomination": track.nomination.model_copy(update={"allotment": None})})
        if track.nomination
        else track
        for track in campaign.tracks
    ]
    open_ended = campaign.model_copy(update={"tracks": tuple(tracks)})
    view = dataclasses.replace(county.view(), campaign=open_ended)
    track_id = next(track.id for track in tracks if track.nomination)
    balance = to_frame(
        [{"track_id": track_id, "by_unit": view.unit_code, "allotted": 5, "nominated": 5, "selected": 2}],
        BALANCE,
    )

    said = {box.text for box in assert_clean(charts.nomination_balance(balance, view))}

    assert "—" in said
    assert "申报5个，入选2个" in said


def test_a_unit_without_a_rank_is_named_and_the_strip_keeps_its_length(county, assert_clean) -> None:
    words = [box.text for box in assert_clean(charts.rank_strip({"虚构镇": 0}, 24, county.view()))]

    assert any("虚构镇未参加排名" in text and "24" in text for text in words)
    assert "第24名" in words


@pytest.mark.parametrize(("begins", "months"), [("2026-01", 12), ("2025-12", 13), ("2026-05", 1)])
def test_month_heatmap_is_clean(county, assert_clean, lang, long, begins, months) -> None:
    columns = [str(month) for month in pd.period_range(begins, periods=months, freq="M")]
    counts = pd.DataFrame(0, index=list(county.names(15, long).values()), columns=columns)
    counts.iloc[0] = range(months)
    counts.iloc[14, 0] = 120
    view = dataclasses.replace(county.view(lang=lang), track_id="")
    assert charts_of_months(counts) == 2
    for page in (1, 2):
        words = [box.text for box in assert_clean(charts.month_heatmap(counts, view, "活动", page=page))]
        assert ("120" in words) == (page == 2)
