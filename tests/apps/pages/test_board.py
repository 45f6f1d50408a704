"""The board: progress by unit and form within the visitor's scope, drill-down, and charts."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of
from pages import shown

from pbwidgets import store
from pbwidgets.apps.pages.board.grid import ProgressGrid
from pbwidgets.apps.pages.board.page import show_board
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.store import Actor
from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.progress.grid import progress_by_part
from pbwidgets.workflows.reports.board import Choice, ShownChart, board_choices, draw_board

COUNTY_REVIEWER = Actor("county", "reviewer", COUNTY)
REVIEWER = Actor("reviewer", "reviewer", TOWN)
ANALYST = Actor("analyst", "analyst")

Visiting = Callable[..., Visit]


def grid_of(visit: Visit) -> ProgressGrid:
    return ProgressGrid(visit, progress_by_part(visit.desk), list_due(visit.desk, only_here=True))


@pytest.fixture
def one_handed_in(small: Workspace) -> Workspace:
    with small.store.write(OPERATOR) as w:
        store.submit_many(w, [(key_of("village_application", VILLAGE), VILLAGE_ANSWERS)])
    return small


def test_the_county_first_sees_its_parts_and_can_choose_one(
    one_handed_in: Workspace, visiting: Visiting
) -> None:
    grid = grid_of(visiting(COUNTY_REVIEWER))
    assert "○ 1/2" in grid.shown.value
    assert "上坪村" not in grid.shown.value
    grid.part.value = TOWN
    assert "● 已提交" in grid.shown.value
    assert "○ 未开始" in grid.shown.value
    assert "红旗村" not in grid.shown.value


def test_states_are_shown_by_symbol_and_word_not_only_colour(
    one_handed_in: Workspace, visiting: Visiting
) -> None:
    page = grid_of(visiting(REVIEWER)).shown.value
    assert '<td data-label="党建工作示范村申报表" class="pb-tone-accent">● 已提交</td>' in page


def test_filters_narrow_the_grid(one_handed_in: Workspace, visiting: Visiting) -> None:
    grid = grid_of(visiting(COUNTY_REVIEWER))
    grid.standing.value = "submitted"
    assert "上坪村" in grid.shown.value
    assert "下坪村" not in grid.shown.value
    grid.standing.value = "all"
    grid.name.value = "红旗"
    assert "红旗村" in grid.shown.value
    assert "上坪村" not in grid.shown.value
    grid.name.value = "没有这个村"
    assert "没有符合条件的单位" in grid.shown.value


def test_the_address_may_name_only_a_part_within_the_scope(visiting: Visiting) -> None:
    assert grid_of(visiting(COUNTY_REVIEWER, part=TOWN)).part.value == TOWN
    assert "红旗村" not in shown(show_board(visiting(REVIEWER, part="990101002")))


def test_an_analyst_sees_counts_but_no_unit_below_a_part(
    one_handed_in: Workspace, visiting: Visiting
) -> None:
    page = shown(show_board(visiting(ANALYST)))
    assert "1/2" in page
    assert "上坪村" not in page
    assert "board?part" not in page
    with pytest.raises(RightsError, match="没有此项权限"):
        show_board(visiting(ANALYST, unit=VILLAGE))


def test_a_units_page_shows_its_forms_steps_and_record_without_names(
    one_handed_in: Workspace, visiting: Visiting
) -> None:
    with one_handed_in.store.write(Actor("some_clerk", "reviewer", TOWN)) as w:
        store.add_note(w, "sanji_lianzheng", "2026", VILLAGE, date.today(), "现场会组织有序")
    page = shown(show_board(visiting(REVIEWER, unit=VILLAGE)))
    for expected in ("上坪村", "● 已提交", "按时", "办理记录", "现场会组织有序"):
        assert expected in page
    assert "some_clerk" not in page
    assert "cli:tests" not in page


@pytest.mark.parametrize("unit", [OTHER_VILLAGE, COUNTY, "999"])
def test_another_units_page_is_refused(visiting: Visiting, unit: str) -> None:
    with pytest.raises(RightsError, match="不在您的权限范围内"):
        show_board(visiting(REVIEWER, unit=unit))


def test_a_filler_sees_only_their_own_unit(visiting: Visiting) -> None:
    filler = Actor("filler", "filler", VILLAGE)
    assert "上坪村" in shown(show_board(visiting(filler)))
    with pytest.raises(RightsError, match="不在您的权限范围内"):
        show_board(visiting(filler, unit=OTHER_VILLAGE))


# -- charts --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(county: Path) -> Iterator[Workspace]:
    with open_workspace(county) as workspace:
        yield workspace


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("990101", {"ranking_bars", "lost_points_heatmap", "unit_gaps", "allotment_balance", "entries"}),
        (
            "990101003",
            {"criterion_bars", "rank_strip", "layer_gaps", "ranking_bars", "lost_points_heatmap", "unit_gaps",
             "nomination_balance", "entries"},
        ),
    ],
)  # fmt: skip
def test_every_chart_offered_can_be_drawn_from_its_own_data(
    demo: Workspace, unit: str, names: set[str]
) -> None:
    reviewer, opened = Actor("xu", "reviewer", unit), demo.opened()
    choices = board_choices(Desk(demo, reviewer, opened), unit)
    assert {choice.block for choice in choices} == names
    for choice in choices:
        pieces = draw_board(Desk(demo, reviewer, opened), unit, choice)
        specs = [shown.spec for shown in pieces if isinstance(shown, ShownChart)]
        assert len(specs) == (choice.block != "entries")  # those are a table
        for spec in specs:
            assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
            assert '"url"' not in str(spec)


def test_charts_of_other_units_and_for_fillers_are_refused(demo: Workspace) -> None:
    opened = demo.opened()
    township = Actor("li", "reviewer", "990101003")
    with pytest.raises(RightsError, match="不在您的权限范围内"):
        board_choices(Desk(demo, township, opened), "990101004")
    with pytest.raises(RightsError, match="没有此项权限"):
        board_choices(Desk(demo, Actor("zhang", "filler", "990101003"), opened), "990101003")
    with pytest.raises(UsageError, match="没有名为“rank_strip”的图"):
        draw_board(
            Desk(demo, Actor("xu", "reviewer", "990101"), opened),
            "990101",
            Choice(0, "rank_strip", "village_x"),
        )
