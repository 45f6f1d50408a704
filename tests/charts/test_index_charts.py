"""Charts of a composite index: clean with any number of units and parts, and never a false statement."""

import numpy as np
import pandas as pd
import pytest

from pbwidgets import charts

FILLS = ["varied", "equal", "negative", "missing"]
LONG = "虚构指标名称特别长不容易放下的一项"


@pytest.fixture(params=[False, True], ids=["short names", "names of 14 characters"])
def long(request) -> bool:
    return bool(request.param)


def make_view(lang: str = "zh_CN", **given: object) -> charts.IndexView:
    return charts.IndexView("虚构发展指数", "12项指标，500个单位", lang, synthetic=True, **given)  # type: ignore[arg-type]


def names_of(county, count: int, long: bool) -> dict[str, str]:
    if count <= 100:
        return county.names(count, long)
    return {
        f"99{place:04d}": (county.long_name[:10] if long else "虚构") + f"{place:04d}"
        for place in range(count)
    }


def values(count: int, fill: str) -> list[float]:
    return {
        "varied": np.linspace(98.76, 3.21, count).tolist(),
        "equal": [50.0] * count,
        "negative": np.linspace(-0.31, -2.37, count).tolist(),
        "missing": [float("nan")] * count,
    }[fill]


def make_scores(names: dict[str, str], fill: str = "varied") -> pd.DataFrame:
    scores = pd.DataFrame(
        {"unit": list(names), "name": list(names.values()), "score": values(len(names), fill)}
    )
    return scores.assign(rank=scores["score"].rank(method="min", ascending=False).astype("Int64"))


def make_parts(names: dict[str, str], count: int, fill: str = "varied") -> pd.DataFrame:
    columns = {f"p{part}": values(len(names), fill) for part in range(count)}
    made = pd.DataFrame(columns, index=list(names))
    if fill == "varied":
        made.iloc[0, 0] = float("nan")
    return made


@pytest.mark.parametrize("count", [1, 13, 14, 26, 27, 500])
def test_index_ranking_is_clean(county, assert_clean, count, long) -> None:
    assert_clean(charts.index_ranking(make_scores(names_of(county, count, long)), make_view()))


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_index_ranking_of_awkward_scores_is_clean(county, assert_clean, fill, lang) -> None:
    assert_clean(charts.index_ranking(make_scores(county.names(25, long=True), fill), make_view(lang)))


def test_units_without_a_score_are_counted_and_not_drawn(county, assert_clean) -> None:
    names = county.names(3, long=False)
    scores = make_scores(names)
    scores.loc[1, ["score", "rank"]] = [float("nan"), pd.NA]
    words = {box.text for box in assert_clean(charts.index_ranking(scores, make_view()))}
    assert names[county.code(1)] not in words
    assert any("另有1个单位数据不足" in text for text in words)
    assert "2个单位的“虚构发展指数”排名" in words


def test_a_ranking_of_more_units_than_fit_is_split_into_sheets_best_first(
    county, assert_clean, spec_text
) -> None:
    scores = make_scores(names_of(county, 27, long=False)).sample(frac=1, random_state=3)
    first, second = (charts.index_ranking(scores, make_view(), page=page) for page in (1, 2))
    assert any("第1页，共2页" in box.text for box in assert_clean(first))
    assert {"27", "3.21"} <= {box.text for box in assert_clean(second)}
    with pytest.raises(IndexError, match="page 3 of 2"):
        charts.index_ranking(scores, make_view(), page=3)


def test_the_given_unit_is_highlighted(county, spec_text) -> None:
    scores = make_scores(county.names(3, long=False))
    assert "#0072B2" not in spec_text(charts.index_ranking(scores, make_view()))
    assert "#0072B2" in spec_text(charts.index_ranking(scores, make_view(), unit=county.code(1)))


@pytest.mark.parametrize(("units", "parts"), [(1, 1), (13, 3), (14, 3), (26, 12), (27, 49), (500, 8)])
def test_index_heatmap_is_clean(county, assert_clean, units, parts, long) -> None:
    names = names_of(county, units, long)
    headings = {f"p{part}": f"{LONG}{part}" for part in range(parts)}
    assert_clean(charts.index_heatmap(make_parts(names, parts), names, headings, make_view()))


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_index_heatmap_of_awkward_scores_is_clean(county, assert_clean, fill, lang) -> None:
    names = county.names(9, long=True)
    headings = {"p0": "Roads and wells of all kinds", "p1": "Calm"}
    assert_clean(charts.index_heatmap(make_parts(names, 2, fill), names, headings, make_view(lang)))


def test_index_heatmap_of_huge_scores_shows_fewer_parts_instead_of_cutting_figures(
    county, assert_clean
) -> None:
    names = county.names(5, long=True)
    headings = {f"p{part}": f"指标{part}" for part in range(12)}
    chart = charts.index_heatmap(make_parts(names, 12) * 1e7, names, headings, make_view())
    words = [box.text for box in assert_clean(chart)]
    assert "987600000" in words
    assert any("共12项" in text for text in words)


def test_a_missing_part_is_shown_as_a_word_never_as_a_number(county, assert_clean) -> None:
    names = county.names(2, long=False)
    chart = charts.index_heatmap(make_parts(names, 1), names, {"p0": "道路"}, make_view())
    assert {"缺", "3.21"} <= {box.text for box in assert_clean(chart)}


@pytest.mark.parametrize("count", [1, 13, 14, 49, 500])
def test_weight_bars_are_clean(assert_clean, count, long) -> None:
    names = [f"{LONG if long else '指标'}{place}" for place in range(count)]
    weights = pd.DataFrame({"name": names, "share_pct": [100.0 / count] * count})
    words = [box.text for box in assert_clean(charts.weight_bars(weights, make_view()))]
    assert any(f"图中为权重最大的26项，共{count}项" in text for text in words) == (count > 26)


def make_strengths(count: int) -> pd.DataFrame:
    effects = np.linspace(4.5, -3.7, count) if count > 1 else np.array([1.25])
    return pd.DataFrame(
        {
            "name": [f"{LONG}{place}" for place in range(count)],
            "effect": effects,
            "score": effects + 50,
            "median": 50.0,
        }
    )


@pytest.mark.parametrize("count", [1, 2, 12, 49])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_strength_bars_are_clean(county, assert_clean, count, lang) -> None:
    assert_clean(charts.strength_bars(make_strengths(count), county.long_name, make_view(lang)))


def test_strength_bars_show_the_six_greatest_on_each_side(county, assert_clean) -> None:
    words = [box.text for box in assert_clean(charts.strength_bars(make_strengths(49), "甲村", make_view()))]
    assert "+4.50" in words
    assert "-3.70" in words
    assert sum(text.startswith(("+", "-")) for text in words) == 12


def test_a_unit_like_the_median_has_neither_strengths_nor_weaknesses(assert_clean) -> None:
    same = make_strengths(3).assign(effect=0.0)
    words = {box.text for box in assert_clean(charts.strength_bars(same, "甲村", make_view()))}
    assert "各项指标都与中位单位相同" in words


def make_moves(names: dict[str, str]) -> pd.DataFrame:
    count = len(names)
    return pd.DataFrame(
        {
            "name": list(names.values()),
            "before": pd.array(range(1, count + 1), dtype="Int64"),
            "after": pd.array([count - place for place in range(count)], dtype="Int64"),
        }
    )


@pytest.mark.parametrize("count", [1, 2, 13, 51, 500])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_rank_moves_are_clean(county, assert_clean, count, long, lang) -> None:
    assert_clean(charts.rank_moves(make_moves(names_of(county, count, long)), "权重：等权", make_view(lang)))


def test_rank_moves_count_all_moves_and_leave_out_units_without_a_rank(county, assert_clean) -> None:
    moves = make_moves(county.names(40, long=False))
    moves.loc[0, "before"] = pd.NA
    words = {box.text for box in assert_clean(charts.rank_moves(moves, "等权", make_view()))}
    assert "换一种算法，39个单位中39个名次有变" in words
    assert any("变动最大的13个单位" in text for text in words)


def test_a_chart_without_moves_says_so(county, assert_clean) -> None:
    moves = make_moves(county.names(4, long=False))
    words = {
        box.text
        for box in assert_clean(charts.rank_moves(moves.assign(after=moves["before"]), "等权", make_view()))
    }
    assert "所有单位的名次都不变" in words


def test_index_charts_do_not_change_their_frames(county) -> None:
    names = county.names(20, long=False)
    frames = [make_scores(names), make_parts(names, 2), make_strengths(5), make_moves(names)]
    kept = [frame.copy(deep=True) for frame in frames]
    charts.index_ranking(frames[0], make_view())
    charts.index_heatmap(frames[1], names, {"p0": "道路", "p1": "水井"}, make_view())
    charts.strength_bars(frames[2], "甲村", make_view())
    charts.rank_moves(frames[3], "等权", make_view())
    for frame, copy in zip(frames, kept, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
