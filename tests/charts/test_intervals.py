"""How stable a list is: charts clean with any number of units, and never a false statement."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from pbwidgets import charts
from pbwidgets.scoring.frames import to_frame
from pbwidgets.scoring.robustness import FIRMNESS
from pbwidgets.scoring.robustness.firmness import judge_shares


def make_firmness(
    names: dict[str, str], share: float | None = None, ranked: bool = True, tied: float = 0.0
) -> pd.DataFrame:
    rows = [
        {
            "unit_code": code,
            "track_id": "village",
            "share_selected_pct": max(0.0, 100.0 - 7.5 * place) if share is None else share,
            "share_tied_pct": tied,
            "rank_p5": max(1, place - 3) if ranked else None,
            "rank_median": place + 1 if ranked else None,
            "rank_p95": min(len(names), place + 5) if ranked else None,
        }
        for place, code in enumerate(names)
    ]
    shares = [
        pd.DataFrame(rows)[name].to_numpy(dtype=float) for name in ("share_selected_pct", "share_tied_pct")
    ]
    return to_frame(pd.DataFrame(rows).assign(verdict=judge_shares(*shares)), FIRMNESS)


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("long", [False, True], ids=["short names", "names of 14 characters"])
@pytest.mark.parametrize("count", [1, 2, 14])
def test_rank_intervals_are_clean(county, assert_clean, count, long, lang) -> None:
    names = county.names(count, long)
    assert_clean(charts.rank_intervals(make_firmness(names), names, county.view(lang=lang)))


def test_more_units_than_fit_are_split_into_sheets_with_one_scale(county, assert_clean) -> None:
    names = county.names(12, long=False) | {f"99{place}": f"虚构村{place}" for place in range(12)}
    made = [
        [box.text for box in assert_clean(charts.rank_intervals(make_firmness(names), names, county.view(), page=page))]
        for page in (1, 2)
    ]  # fmt: skip
    assert any("第2页，共2页" in words for words in made[1])
    assert "第24名" in made[0]
    assert "第24名" in made[1]
    with pytest.raises(IndexError, match="page 3 of 2"):
        charts.rank_intervals(make_firmness(names), names, county.view(), page=3)


def test_units_without_a_rank_are_left_out_and_an_empty_list_is_clean(county, assert_clean) -> None:
    names = county.names(3, long=False)
    chart = charts.rank_intervals(make_firmness(names, 0.0, ranked=False), names, county.view())
    words = {box.text for box in assert_clean(chart)}
    assert not words & set(names.values())


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0%"), (0.3, "<1%"), (50.4, "50%"), (99.7, ">99%"), (100.0, "100%")]
)
def test_almost_always_is_not_rounded_to_always(county, assert_clean, share, said) -> None:
    names = county.names(1, long=False)
    chart = charts.rank_intervals(make_firmness(names, share), names, county.view())
    words = [box.text for box in assert_clean(chart)]
    assert said in words


def test_the_title_counts_units_firmly_in_and_undecided_ones(county, assert_clean) -> None:
    names = county.names(12, long=False)  # shares 100, 92.5, 85 … 17.5
    words = [
        box.text for box in assert_clean(charts.rank_intervals(make_firmness(names), names, county.view()))
    ]
    assert "图中12个村：1个稳定入选，11个尚不稳定" in words


def test_the_line_of_the_places_is_after_the_last_unit_selected(county, assert_clean) -> None:
    names = county.names(8, long=False)
    view = replace(county.view(), last_rank=3)  # a unit that is kept out has a rank before
    for chart in (
        charts.rank_intervals(make_firmness(names), names, view),
        charts.rank_strip({name: at for at, name in enumerate(names.values(), start=1)}, 8, view),
    ):
        assert_clean(chart)
        assert '"cut": 3.5' in json.dumps(chart.to_dict())


def test_the_headline_counts_what_is_drawn_and_names_what_was_varied(county, assert_clean) -> None:
    names = county.names(12, long=False) | {f"99{place}": f"虚构村{place}" for place in range(8)}
    firmness = make_firmness(names)
    first, second = (
        [box.text for box in assert_clean(charts.rank_intervals(firmness, names, county.view(), page=page))]
        for page in (1, 2)
    )
    assert "图中14个村：1个稳定入选，12个尚不稳定" in first  # the 14th is selected in 2.5 % of runs
    assert "图中6个村：0个稳定入选，0个尚不稳定" in second
    (said,) = [text for text in first if "轮流去掉一名评分人、重算200次" in text]
    assert "评价来源权重" not in said  # each layer of the track has one source


def test_units_tied_at_the_cut_are_undecided_though_never_selected(county, assert_clean) -> None:
    names = county.names(2, long=False)
    chart = charts.rank_intervals(make_firmness(names, 0.0, tied=100.0), names, county.view())
    words = [box.text for box in assert_clean(chart)]
    assert "图中2个村：0个稳定入选，2个尚不稳定" in words
    assert words.count("0%，并列100%") == 2
