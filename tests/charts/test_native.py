"""What a presentation draws itself is made from the same rows as the picture."""

from dataclasses import replace

import pandas as pd
import pytest

from pbwidgets import charts
from pbwidgets.charts.native import NativeChart, Series
from pbwidgets.scoring.frames import STATUSES


def named(chart: NativeChart) -> dict[str, dict[str, float]]:
    """Values by series and category; gaps left out."""
    return {
        series.name: {
            name: value
            for name, value in zip(chart.categories, series.values, strict=True)
            if value is not None
        }
        for series in chart.series
    }


def test_a_series_must_have_a_value_for_each_category() -> None:
    with pytest.raises(ValueError, match="not a value for each of 2 categories"):
        NativeChart("bars", "村", ("甲", "乙"), (Series("得分", (1.0,), "#000000"),))


def test_ranking_has_a_series_for_each_status_and_the_end_of_the_places_without_a_bar(county) -> None:
    selection = county.selection(county.names(14, long=True), places=5, tied=4)
    made = charts.ranking_bars_native(selection, county.view(county.campaign(places=5)))
    assert list(named(made)) == ["拟入选", "并列待定", "递补", "未入选"]
    totals = {name.split("  ")[-1]: value for bars in named(made).values() for name, value in bars.items()}
    assert totals == dict(zip(selection["unit_name"], selection["total"], strict=True))
    assert made.categories[3] == "— 以下4个同分，余2个名额待定 —"
    assert made.takes_turns


def test_a_unit_without_a_total_is_a_gap_and_says_so(county) -> None:
    selection = county.selection(county.names(3, long=False), places=1, fill="missing")
    made = charts.ranking_bars_native(selection, county.view(county.campaign(places=1)))
    assert all(bars == {} for bars in named(made).values())
    assert made.categories[0] == "1  甲甲村（缺）"


def test_a_long_ranking_shows_the_units_around_the_end_of_the_places(county) -> None:
    selection = county.selection(county.names(60, long=False), places=30)
    made = charts.ranking_bars_native(selection, county.view(county.campaign(places=30)))
    assert len(made.categories) == 30
    assert made.note == "本页为第17名至第45名，共60个"


def test_criteria_are_shares_of_their_maximum_beside_the_published_median(county) -> None:
    campaign = county.campaign()
    points, reference = county.points(campaign, 2), county.reference(campaign)
    made = charts.criterion_bars_native(points, reference, county.view(campaign))
    own = points[(points["unit_code"] == county.code(0)) & (points["layer"] == "county")]
    sums = own.assign(heading=own["criterion_id"].str.rsplit("_", n=1).str[0]).groupby("heading")
    shares = 100 * sums["points"].sum() / sums["max_points"].sum()
    assert made.series[0].values == pytest.approx(
        [shares[top.id] for top in campaign.track("village").criteria]
    )
    assert made.series[1].values == pytest.approx(100 * reference["median"] / reference["max_points"])
    assert made.unit == "%"


def test_a_criterion_without_a_mark_has_no_bar_and_says_so(county) -> None:
    campaign = county.campaign()
    made = charts.criterion_bars_native(
        county.points(campaign, 1, "missing"), county.reference(campaign), county.view(campaign)
    )
    assert set(made.series[0].values) == {None}
    assert [name.removesuffix("（缺）") for name in made.categories] == list(county.headings)


def test_a_part_of_the_criteria_says_which(county) -> None:
    campaign = county.campaign([f"评分项目{place}" for place in range(14)])
    made = charts.criterion_bars_native(
        county.points(campaign, 1), county.reference(campaign).iloc[:0], county.view(campaign), page=2
    )
    assert made.note.endswith("本页为第12至第14项，共14项")
    assert [series.name for series in made.series] == ["本单位得分率"]


def test_the_parts_of_an_allotment_add_up_to_it(county) -> None:
    names = county.names(25, long=True)
    balance = county.balance(names).sort_values("by_unit")
    made = charts.allotment_balance_native(balance, names, county.view(county.campaign()))
    parts = [one.values for one in made.series]
    assert list(parts[0]) == balance["selected"].tolist()
    assert [sum(part) for part in zip(*parts, strict=True)] == balance["nominated"].tolist()
    assert made.categories[1] == f"{names[county.code(1)]}（超1）"
    assert made.rows == 25


def test_unused_places_are_shown_where_there_is_an_allotment(county) -> None:
    campaign = county.campaign()
    track = campaign.track("village")
    nomination = track.nomination.model_copy(update={"allotment": {"places": 9}})
    limited = campaign.model_copy(update={"tracks": [track.model_copy(update={"nomination": nomination})]})
    names = county.names(4, long=False)
    balance = county.balance(names)
    made = charts.allotment_balance_native(balance, names, county.view(limited))
    parts = zip(*(one.values for one in made.series), strict=True)
    assert [one.name for one in made.series] == ["入选", "申报未入选", "未用名额"]
    assert [sum(part) for part in parts] == balance["allotted"].tolist()
    own = charts.nomination_balance_native(balance, county.view(limited, code=county.code(3)))
    assert named(own)["未用名额"] == {"党建工作示范村（少2）": 2.0}


def test_gaps_have_a_bar_for_each_layer_and_only_as_many_units_as_leave_room(county) -> None:
    names, totals = county.names(15, long=True), county.totals(15)
    made = charts.unit_gaps_native(totals, names, county.view(county.campaign()))
    known = totals.set_index(["layer", "unit_code"])["total"]
    codes = {name: code for code, name in names.items()}
    assert [one.name for one in made.series] == ["自评", "乡镇审核", "县级复核"]
    for layer, one in zip(county.layers, made.series, strict=True):
        assert one.values == tuple(known[layer, codes[name]] for name in made.categories)
    assert made.note == "本页为第1至第13项，共15项"


def test_gaps_by_criterion_are_in_per_cent_of_its_maximum(county) -> None:
    campaign = county.campaign()
    points = county.points(campaign, 1, "equal")
    made = charts.layer_gaps_native(points, county.view(campaign))
    assert made.categories == county.headings
    assert {one.values for one in made.series} == {(100.0,) * 7}


def test_lost_points_are_a_table_whose_ink_is_readable_on_every_colour(county) -> None:
    campaign = county.campaign()
    points, names = county.points(campaign, 25), county.names(25, long=True)
    made = charts.lost_points_heatmap_native(points, names, county.view(campaign))
    county_layer = points[points["layer"] == "county"]
    given = county_layer[county_layer["points"].notna()]
    lost = (given["max_points"] - given["points"]).groupby(given["unit_code"]).sum()
    by_name = {names[code]: value for code, value in lost.items()}
    assert [sum(filter(None, line)) for line in made.values] == pytest.approx(
        [by_name[row] for row in made.rows]
    )
    assert made.columns == tuple("1234567")
    assert made.note.startswith("分项失分取整数  1 村级组织健全、班子团结有力；2 ")
    assert "合计为“缺”的尚有未评的项，列在最后" in made.note
    whole = given.groupby("unit_code").size()
    sums = dict(zip(made.rows, made.sums, strict=True))
    lacking = {names[code] for code, count in whole.items() if count < 14}
    assert {row for row, total in sums.items() if total == "缺"} == lacking & set(sums)
    assert len(made.rows) == 25  # in two tables, which have no room for decimals
    assert "最多" in made.legend
    assert min(contrast(cell.fill, cell.ink) for line in made.cells for cell in line) >= 4.5


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        plain = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * plain[0] + 0.7152 * plain[1] + 0.0722 * plain[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_lost_points_of_units_with_short_names_have_room_in_two_tables(county) -> None:
    campaign = county.campaign()
    made = charts.lost_points_heatmap_native(
        county.points(campaign, 25), county.names(25, long=False), county.view(campaign)
    )
    assert len(made.rows) == 25
    assert made.note.startswith("1 村级组织健全、班子团结有力；2 ")


def test_short_criteria_stand_above_their_columns(county) -> None:
    campaign = county.campaign(["组织健全", "主导产业"])
    made = charts.lost_points_heatmap_native(
        county.points(campaign, 2), county.names(2, long=False), county.view(campaign)
    )
    assert made.columns == ("组织健全", "主导产业")
    assert made.note == "合计为“缺”的尚有未评的项，列在最后"


@pytest.mark.parametrize(("kinds", "kind"), [(1, "columns"), (4, "lines")])
def test_few_kinds_by_month_are_columns_or_lines(county, kinds, kind) -> None:
    counts = months(kinds)
    made = charts.month_heatmap_native(counts, county.view(county.campaign()), "走访")
    assert (made.kind, made.categories) == (kind, ("1月", "2月", "3月"))
    assert {one.name: list(one.values) for one in made.series} == counts.T.to_dict("list")


def test_many_kinds_by_month_are_a_table(county) -> None:
    counts = months(6)
    made = charts.month_heatmap_native(counts, county.view(county.campaign()), "走访")
    assert [list(line) for line in made.values] == counts.to_numpy().tolist()
    assert made.cells[0][0].text == ""
    assert made.sums == tuple(str(total) for total in counts.sum(axis=1))


def months(kinds: int) -> pd.DataFrame:
    rows = {f"第{kind}类": [kind, kind + 3, 2 * kind] for kind in range(kinds)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["2026-01", "2026-02", "2026-03"])


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_nothing_to_draw_is_no_chart(county, lang) -> None:
    campaign = county.campaign()
    view, none = county.view(campaign, lang=lang), county.names(0, long=False)
    assert charts.ranking_bars_native(county.selection(none, 3), view) is None
    assert charts.allotment_balance_native(county.balance(none), none, view) is None
    assert charts.unit_gaps_native(county.totals(0), none, view) is None
    assert charts.lost_points_heatmap_native(county.points(campaign, 0), none, view) is None
    assert charts.month_heatmap_native(months(0), view, "走访") is None


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("statuses", [("selected", "waiting"), STATUSES])
def test_units_by_status_are_clean_and_the_same_for_a_presentation(
    county, assert_clean, lang, statuses
) -> None:
    frame = county.selection(county.names(60, long=False), places=30)
    given = frame.assign(
        track_id=["village", "pioneer"] * 30, status=[statuses[at % len(statuses)] for at in range(60)]
    )
    view = replace(county.view(county.campaign(), lang=lang), track_id="")
    words = {box.text for box in assert_clean(charts.status_counts(given, view))}
    made = charts.status_counts_native(given, view)
    counts = given.groupby(["track_id", "status"]).size().unstack(fill_value=0)
    known = [counts.loc[["village", "pioneer"], status].tolist() for status in STATUSES if status in counts]
    assert [list(one.values) for one in made.series] == known
    assert {one.name for one in made.series} | {"30"} <= words
    assert len({one.colour for one in made.series}) == len(statuses)
    assert charts.status_counts_native(given.iloc[:0], view) is None
    assert_clean(charts.status_counts(given.iloc[:0], view))
