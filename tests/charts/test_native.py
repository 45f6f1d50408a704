"""What a presentation draws itself is made from the same rows as the picture."""

import pytest

from pbwidgets import charts
from pbwidgets.charts.native import NativeChart, Series


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
    assert made.categories[3] == "—— 以下4个同分，余2个名额待定 ——"
    assert made.takes_turns


def test_a_unit_without_a_total_is_a_gap_and_says_so(county) -> None:
    selection = county.selection(county.names(3, long=False), places=1, fill="missing")
    made = charts.ranking_bars_native(selection, county.view(county.campaign(places=1)))
    assert all(bars == {} for bars in named(made).values())
    assert made.categories[0] == "1  甲甲村（缺）"


def test_a_long_ranking_shows_the_units_around_the_end_of_the_places(county) -> None:
    selection = county.selection(county.names(60, long=False), places=30)
    made = charts.ranking_bars_native(selection, county.view(county.campaign(places=30)))
    assert len(made.categories) == 26
    assert made.note == "本页为第19名至第43名，共60个"
