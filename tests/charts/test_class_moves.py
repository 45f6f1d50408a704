"""Moves between classes: every number in its cell, up and down distinct without colour."""

import pandas as pd
import pytest

from pbwidgets import charts
from pbwidgets.scoring.frames import MOVES, to_frame

DAYS = ("2025-12-20", "2026-11-30")


def make_view(county, names: list[str], lang: str = "zh_CN"):
    campaign = county.campaign()
    classes = {
        "names": [{"zh": name, "en": f"class {at}"} for at, name in enumerate(names, start=1)],
        "from_totals": [90 - at for at in range(len(names) - 1)],
    }
    plain = campaign.model_dump(mode="json")
    plain["tracks"][0]["classes"] = classes
    return county.view(type(campaign).model_validate(plain), lang=lang)


def make_moves(*steps: tuple[int, int], track: str = "village") -> pd.DataFrame:
    rows = [
        {
            "track_id": track, "unit_code": f"99{place:04d}", "class_before": was, "class_after": now,
            "move": "new" if not was else "same" if was == now else "up" if now < was else "down",
        }
        for place, (was, now) in enumerate(steps)
    ]  # fmt: skip
    return to_frame(rows, MOVES)


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "names",
    [
        ["一类", "二类"],
        ["先进党支部", "一般党支部", "后进党支部"],
        [f"很长的分类名称第{n}类" for n in range(6)],
    ],
)
@pytest.mark.parametrize("often", [1, 2500])
def test_moves_between_any_number_of_classes_are_clean(county, assert_clean, names, lang, often) -> None:
    last = len(names)
    few = make_moves((last, 1), (1, last), (1, 1), (0, 2), (0, last))
    moves = pd.concat([few] * often, ignore_index=True)
    assert_clean(charts.class_moves(moves, DAYS, make_view(county, names, lang)))


def test_counts_show_where_units_came_from_and_where_they_went(county, assert_clean) -> None:
    moves = make_moves((3, 2), (3, 2), (1, 3), (2, 2), (0, 1))
    other = make_moves((1, 3), track="pioneer")
    said = [
        box.text
        for box in assert_clean(
            charts.class_moves(
                pd.concat([moves, other], ignore_index=True),
                DAYS,
                make_view(county, ["一类", "二类", "三类"]),
            )
        )
    ]
    assert "村分类变动：上升2个，下降1个，不变1个" in said
    assert {"↑2", "↓1", "未定类", "现为二类"} <= set(said)
    assert any("2025-12-20 与 2026-11-30 相比" in text for text in said)


def test_without_new_units_there_is_no_row_for_them(county, assert_clean) -> None:
    said = {
        box.text
        for box in assert_clean(
            charts.class_moves(make_moves((1, 1)), DAYS, make_view(county, ["一类", "二类"]))
        )
    }
    assert not {"未定类", "新定"} & said


def test_before_the_first_decision_the_chart_says_so(county, assert_clean) -> None:
    said = {
        box.text
        for box in assert_clean(charts.class_moves(make_moves(), DAYS, make_view(county, ["一类", "二类"])))
    }
    assert "还没有分类决定。" in said


def test_a_track_without_classes_is_refused(county) -> None:
    with pytest.raises(ValueError, match="has no classes"):
        charts.class_moves(make_moves((1, 1)), DAYS, county.view())


def test_the_frame_is_not_changed(county) -> None:
    moves = make_moves((3, 2), (1, 1))
    kept = moves.copy(deep=True)
    charts.class_moves(moves, DAYS, make_view(county, ["一类", "二类", "三类"]))
    pd.testing.assert_frame_equal(moves, kept)


def test_a_presentation_gets_a_bar_for_each_class_before_parted_into_the_classes_now(county) -> None:
    moves = make_moves((3, 2), (3, 2), (1, 3), (2, 2), (0, 1))
    view = make_view(county, ["一类", "二类", "三类"])
    made = charts.class_moves_native(moves, DAYS, view)
    assert made.categories == ("一类", "二类", "三类", "未定类")
    assert {one.name: one.values for one in made.series} == {
        "现为一类": (0.0, 0.0, 0.0, 1.0),
        "现为二类": (0.0, 1.0, 2.0, 0.0),
        "现为三类": (1.0, 0.0, 0.0, 0.0),
    }
    assert made.note == "2025-12-20 与 2026-11-30 相比"
    assert charts.class_moves_native(make_moves(), DAYS, view) is None
