"""Headlines on ranks: thresholds, ties, the last ones; none, one and all alike."""

import dataclasses

import pandas as pd
import pytest

from pbwidgets.charts.headlines.standing import (
    own_rank_headline,
    ranking_headline,
    ranks_headline,
    statuses_headline,
)
from pbwidgets.scoring.frames import POINTS, SELECTION, to_frame

NO_POINTS = to_frame([], POINTS)


def listed(county, *rows: tuple[float | None, str], names: tuple[str, ...] = ()) -> pd.DataFrame:
    """Units by total, best first; each with a status. Equal totals share a rank."""
    totals = [total for total, _ in rows]
    made = [
        {
            "unit_code": county.code(at),
            "unit_name": names[at] if names else f"{'甲乙丙丁戊己庚辛'[at]}村",
            "track_id": "village",
            "status": status,
            "total": float("nan") if total is None else total,
            "rank": 0 if total is None else totals.index(total) + 1,
            "tie_group": int(total is not None and totals.count(total) > 1),
        }
        for at, (total, status) in enumerate(rows)
    ]
    return to_frame(made, SELECTION)


@pytest.fixture(scope="module")
def view(county):
    """Two headings, 100 points in all, two places."""
    return county.view(county.campaign(["规划", "创新"], 2), name="青禾镇", code=county.code(0))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "村尚未产生名次"),
        ([(None, "no_data")], "村尚未产生名次"),
        ([(97.5, "selected"), (None, "no_data")], "只有1个村产生名次：甲村，97.5分"),
        ([(80.0, "selected"), (80.0, "selected")], "2个村总分相同，均为80分"),
        ([(97.0, "selected"), (96.0, "selected")], "2个村全部超过90分，最高97分，最低96分"),
        ([(97.0, "selected"), (90.0, "selected"), (9.5, "waiting")], "1个村超过90分，最高97分，最低9.5分"),
        ([(85.0, "selected"), (81.0, "waiting")], "2个村产生名次，最高85分，最低81分"),
        (
            [(97.0, "selected"), (84.0, "tied_at_cut"), (84.0, "tied_at_cut"), (80.0, "waiting")],
            "1个村超过90分，第2名并列2个，名额还剩1个",
        ),
        (
            [(84.0, "tied_at_cut"), (84.0, "tied_at_cut"), (84.0, "tied_at_cut")],
            "3个村总分相同，均为84分，第1名并列3个，名额还剩2个",
        ),
    ],
)
def test_a_ranking_says_how_many_are_high_and_what_is_tied_where_the_places_end(
    county, view, rows, said
) -> None:
    assert ranking_headline(listed(county, *rows), NO_POINTS, view) == said


def test_the_heading_in_which_all_of_the_last_lost_most_is_named_and_only_then(county, view) -> None:
    points = county.points(view.campaign, 6, "equal")
    last = points["unit_code"].isin([county.code(at) for at in (3, 4, 5)]) & (points["layer"] == "county")
    points.loc[last & (points["criterion_id"] == "h1_1"), "points"] = 3.0
    rows = [(91.5 - at, "selected" if at < 2 else "waiting") for at in range(6)]
    selection = listed(county, *rows)
    assert ranking_headline(selection, points, view) == "2个村超过90分，后3名失分最多的都是“创新”"

    points.loc[
        last & (points["criterion_id"] == "h0_1") & (points["unit_code"] == county.code(4)), "points"
    ] = 0.0
    assert ranking_headline(selection, points, view).endswith("，最高91.5分，最低86.5分")
    assert "后3名" not in ranking_headline(selection.head(5), points, view)  # too few to tell them apart


def test_units_tied_with_the_third_from_the_end_are_among_the_last(county, view) -> None:
    points = county.points(view.campaign, 8, "equal")
    points.loc[(points["criterion_id"] == "h0_1") & (points["layer"] == "county"), "points"] = 3.0
    totals = (97.0, 96.0, 85.0, 84.0, 80.0, 80.0, 79.0, 78.0)
    selection = listed(county, *((total, "waiting") for total in totals))
    assert ranking_headline(selection, points, view) == "2个村超过90分，后4名失分最多的都是“规划”"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "青禾镇没有评定结果"),
        ([(None, "disqualified")], "青禾镇没有名次：取消资格"),
        ([(97.5, "selected"), (96.0, "waiting")], "青禾镇得97.5分，在24个村中列第1名，拟入选"),
        ([(97.5, "assessed")], "青禾镇得97.5分，在24个村中列第1名"),
        ([(96.0, "tied_at_cut"), (96.0, "tied_at_cut")], "青禾镇得96分，在24个村中并列第1名，并列待定"),
    ],
)
def test_a_unit_reads_its_own_total_rank_and_status(county, view, rows, said) -> None:
    assert own_rank_headline(listed(county, *rows), 24, view) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(None, "not_nominated")], "青禾镇还没有村产生名次"),
        ([(80.0, "selected"), (None, "not_nominated")], "1个村参评：甲村，第1名，拟入选"),
        (
            [(80.0, "selected"), (79.0, "waiting"), (None, "no_data")],
            "3个村参评，1个拟入选，名次最前的是甲村（第1名）",
        ),
        ([(80.0, "waiting"), (80.0, "waiting")], "2个村参评，0个拟入选，名次最前的是甲村、乙村（第1名）"),
        (
            [(80.0, "waiting"), (80.0, "waiting"), (80.0, "waiting")],
            "3个村参评，0个拟入选，名次最前的是甲村、乙村等3个（第1名）",
        ),
    ],
)
def test_a_township_reads_how_its_units_stand(county, view, rows, said) -> None:
    assert ranks_headline(listed(county, *rows), view) == said


def test_all_results_are_counted_and_nothing_that_is_not_there(county) -> None:
    selection = listed(county, (80.0, "selected"), (79.0, "tied_at_cut"), (None, "no_data"))
    assert statuses_headline(selection, "zh_CN") == "参评对象共3个，拟入选1个，并列待定1个，无数据1个"
    assert statuses_headline(selection.head(0), "en") == "0 in all, 0 selected"


def test_a_unit_in_several_tracks_is_one_unit(county) -> None:
    selection = listed(county, (80.0, "selected"), (79.0, "selected"))
    twice = pd.concat([selection, selection.assign(track_id="pioneer", status="no_data")])
    assert statuses_headline(twice, "zh_CN") == "参评对象共2个，按类别计4个，拟入选2个，无数据2个"


def test_a_list_that_a_slide_shows_around_the_cut_is_told_by_what_is_seen_there(county, view) -> None:
    rows = [(95.0 - at, "selected" if at < 2 else "waiting") for at in range(30)]
    names = tuple(f"{at}村" for at in range(30))
    said = ranking_headline(listed(county, *rows, names=names), NO_POINTS, view)
    assert said == "30个村产生名次，拟入选末位（第2名）94分，其后第3名93分"

    rows[1:3] = [(94.0, "tied_at_cut")] * 2
    said = ranking_headline(listed(county, *rows, names=names), NO_POINTS, view)
    assert said == "30个村产生名次，第2名并列2个，名额还剩1个"


def test_units_of_several_kinds_are_called_units_behind_a_number(county, view) -> None:
    track = view.track.model_copy(update={"unit_kind": ("village", "person")})
    campaign = view.campaign.model_copy(update={"tracks": (track, *view.campaign.tracks[1:])})
    mixed = dataclasses.replace(view, campaign=campaign)
    said = ranks_headline(listed(county, (80.0, "waiting"), (79.0, "waiting")), mixed)
    assert said.startswith("2个单位参评")


def test_every_sentence_is_there_in_english(county, view) -> None:
    english = dataclasses.replace(view, lang="en")
    rows = [(97.0, "selected"), (84.0, "tied_at_cut"), (84.0, "tied_at_cut"), (80.0, "waiting")]
    assert (
        ranking_headline(listed(county, *rows), NO_POINTS, english)
        == "village: 1 above 90 points, 2 tied at rank 2, places left for them: 1"
    )
    assert ranks_headline(listed(county, *rows), english).startswith(
        "village: 4 in the contest, 1 selected, best"
    )
