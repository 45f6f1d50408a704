"""The one list of what is due, by awkward cases of the demonstration: who has to act, on what, until when."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest
from counties import OPERATOR, copy_county, lay_out
from pages import shown

from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.visit import Visit
from pbwidgets.demo import fill_store
from pbwidgets.store import Actor
from pbwidgets.workflows.duties import due as due_module
from pbwidgets.workflows.duties.due import DueLists, list_due
from pbwidgets.workflows.duties.lines import Due, Sight
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import current_snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.review.living.concessions import excuse, lift, put_off_check

CAMPAIGN, ROOT_CODE = "sanhua_jianshe", "990301"
DAY = date(2026, 11, 30)
NOON = datetime.combine(DAY, time(4), UTC)
LEVEL = Actor("level", "reviewer", ROOT_CODE)


def unit(number: int) -> str:
    return f"{ROOT_CODE}{number:03d}"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with open_workspace(lay_out(tmp_path_factory.mktemp("due") / "workspace")) as workspace:
        fill_store(workspace, OPERATOR, CAMPAIGN, 1, DAY)
        yield workspace


@pytest.fixture(scope="module")
def ask(workspace: Workspace) -> Callable[[Actor], DueLists]:
    def made(actor: Actor) -> DueLists:
        return list_due(desk_of(workspace, actor))

    return made


@pytest.fixture(scope="module")
def of_unit(ask: Callable[[Actor], DueLists]) -> Callable[[int], tuple[Due, ...]]:
    return lambda number: ask(Actor("filler", "filler", unit(number))).own


@pytest.fixture(scope="module")
def of_level(ask: Callable[[Actor], DueLists]) -> DueLists:
    return ask(LEVEL)


def desk_of(workspace: Workspace, actor: Actor) -> Desk:
    return Desk(workspace, actor, workspace.opened(CAMPAIGN, "2026-11"), "zh_CN", now=NOON)


def in_days(days: int) -> date:
    return DAY + timedelta(days=days)


Of = Callable[[int], tuple[Due, ...]]


def test_an_overdue_clause_is_counted_in_the_line_of_its_table(of_unit: Of) -> None:
    first = of_unit(3)[0]
    assert (first.kind, first.name, first.form_id) == ("rows", "阵地规范逐条对照表", "clauses")
    assert (first.due_on, first.overdue_days, first.overdue, first.soon) == (in_days(-31), 31, 1, 0)


def test_lines_stand_in_the_order_of_their_days(of_unit: Of) -> None:
    assert [(due.name, due.due_on) for due in of_unit(3)] == [
        ("阵地规范逐条对照表", in_days(-31)),
        ("农家书屋与服务厅分处两地", in_days(-15)),
        ("达标推进表（四项标准和六个规范）", in_days(5)),
        ("报送班子分工和问题清单", in_days(5)),
    ]


def test_what_was_put_right_and_closed_is_due_for_nobody(of_unit: Of, of_level: DueLists) -> None:
    closed = "旧村部长期闲置"
    assert closed not in {due.name for due in (*of_unit(5), *of_level.own, *of_level.below)}


def test_what_is_claimed_waits_for_the_level_and_not_for_the_unit(of_unit: Of, of_level: DueLists) -> None:
    assert "clauses" not in {due.form_id for due in of_unit(1)}
    (review,) = [due for due in of_level.own if due.kind == "review"]
    assert (review.form_id, review.count, review.since) == ("clauses", 1, in_days(-2))


def test_what_the_unit_has_put_right_is_the_levels_to_accept(of_unit: Of, of_level: DueLists) -> None:
    fault = "活动室墙面渗水发霉"
    assert fault not in {due.name for due in of_unit(1)}
    (due,) = [due for due in of_level.own if due.name == fault]
    assert (due.unit_code, due.by_unit, due.is_level, due.due_on) == (unit(1), ROOT_CODE, True, in_days(4))
    assert (due.form_id, due.field, due.state) == ("faults", "closed_on", "已销号")


def test_a_failed_acceptance_is_due_again_on_its_new_day(of_unit: Of) -> None:
    (due,) = [due for due in of_unit(6) if due.name == "后院垃圾未清运"]
    assert (due.due_on, due.overdue_days, due.overdue, due.field) == (in_days(8), 0, 0, "fixed_on")


def test_an_entry_that_was_put_off_has_its_new_day(of_unit: Of) -> None:
    (due,) = [due for due in of_unit(11) if due.name == "公示栏内容过期"]
    assert (due.due_on, due.overdue) == (in_days(12), 0)


def test_what_a_level_grants_shows_at_once(workspace: Workspace, of_unit: Of) -> None:
    level = desk_of(workspace, LEVEL)

    def late_clauses() -> int:
        return sum(due.overdue for due in of_unit(3) if due.form_id == "clauses")

    assert late_clauses() == 1
    excuse(level, unit(3), "clauses", "signs", "村部正在搬迁")
    assert late_clauses() == 0
    lift(level, unit(3), "clauses", "signs", "搬迁已完成")
    put_off_check(level, unit(3), "clauses", "signs", in_days(5), "材料未到")
    (due,) = [due for due in of_unit(3) if due.form_id == "clauses"]
    assert (due.due_on, due.overdue, due.soon) == (in_days(5), 0, 1)
    lift(level, unit(3), "clauses", "signs", "材料已到")
    assert late_clauses() == 1


def test_the_call_list_says_whom_to_call_with_what(of_level: DueLists) -> None:
    late = of_level.overdue_below
    assert list(late) == [unit(3), unit(9), unit(13), unit(10)]
    assert [(due.name, due.overdue, due.overdue_days) for due in late[unit(9)]] == [
        ("阵地规范逐条对照表", 2, 31),
        ("责任落实", 1, 31),
        ("达标推进表（四项标准和六个规范）", 3, 31),
        ("两委班子缺额未补，组织设置未调整", 1, 18),
    ]
    assert of_level.count_below()[unit(9)][0] == 7


def test_states_are_those_of_the_standings(workspace: Workspace, of_level: DueLists) -> None:
    """Rows that are checks of their own are as many overdue or due soon as the standings say, unit by unit."""
    found = take_snapshot(workspace, workspace.opened(CAMPAIGN, "2026-11")).frames(["standings"])["standings"]
    rows = found[found["check_id"] == "standards"]
    for state, name in (("overdue", "overdue"), ("due_soon", "soon")):
        told = rows[rows["state"] == state].groupby("unit_code").size()
        lines = [due for due in of_level.below if due.kind == "rows" and due.field == "lines/state"]
        ours = {due.by_unit: getattr(due, name) for due in lines if due.form_id == "standards"}
        assert {code: count for code, count in ours.items() if count} == told.to_dict()
        assert len(told)


def test_a_check_that_only_counts_what_has_lines_has_none_of_its_own(
    workspace: Workspace, of_unit: Of
) -> None:
    found = take_snapshot(workspace, workspace.opened(CAMPAIGN, "2026-11")).frames(["standings"])["standings"]
    own = found[(found["unit_code"] == unit(9)) & ~found["state"].isin(["reached", "not_applicable"])]
    unmet = dict(zip(own["check_id"], own["state"], strict=True))
    assert {"posts", "put_right"} <= set(unmet)
    assert [(due.name, due.state) for due in of_unit(9) if due.kind == "check"] == [("责任落实", "overdue")]


def test_a_room_that_nobody_uses_is_the_units_to_put_right(of_unit: Of) -> None:
    (due,) = [due for due in of_unit(8) if due.kind == "check"]
    assert (due.name, due.form_id, due.by_unit) == ("场所有人用", "use", unit(8))


@pytest.mark.parametrize("role", ["analyst", "admin"])
def test_who_sees_no_single_unit_has_no_list(ask: Callable[[Actor], DueLists], role: str) -> None:
    assert ask(Actor("somebody", role)) == DueLists()


def test_a_filler_sees_nothing_of_the_units_beside(ask: Callable[[Actor], DueLists]) -> None:
    lists = ask(Actor("filler", "filler", unit(9)))
    assert {due.by_unit for due in lists.own} == {unit(9)}
    assert not lists.below


def test_a_leader_has_nothing_to_do_and_sees_who_is_late(ask: Callable[[Actor], DueLists]) -> None:
    lists = ask(Actor("leader", "leader", ROOT_CODE))
    assert not lists.own
    assert unit(9) in lists.overdue_below


def test_names_of_entries_are_those_that_reports_may_have(workspace: Workspace, of_level: DueLists) -> None:
    """Nothing that is kept out of a snapshot names a line."""
    records = take_snapshot(workspace, workspace.opened(CAMPAIGN, "2026-11")).records()
    answered = set(records.submissions["value"].dropna())
    entries = [due for due in (*of_level.own, *of_level.below) if due.kind == "entry" and due.unit_code]
    assert entries
    assert {due.name for due in entries} <= answered
    assert pd.Series([due.name for due in entries]).notna().all()


def told(lists: DueLists) -> list[tuple[object, ...]]:
    lines = (*lists.own, *lists.below)
    return [
        (
            due.kind,
            due.unit_code,
            due.by_unit,
            due.name,
            due.state,
            due.due_on,
            due.overdue_days,
            due.overdue,
            due.soon,
        )
        for due in lines
    ]


def test_a_snapshot_that_is_current_gives_the_same_lines(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(workspace, LEVEL)
    before = told(list_due(desk))
    take_snapshot(workspace, desk.opened)
    assert current_snapshot(workspace, desk.opened) is not None
    monkeypatch.setattr(due_module, "_MANY", 0)
    assert told(list_due(desk)) == before
    assert len(before) > 40


def test_one_list_has_the_lines_of_all_open_campaigns(workspace: Workspace, tmp_path: Path) -> None:
    folder = copy_county(workspace.settings.workspace, tmp_path / "two")
    with open_workspace(folder) as both:
        campaign = both.opened(CAMPAIGN, "2026-11").campaign
        open_definition(both, OPERATOR, campaign.model_copy(update={"id": "second"}), "2026-11")
        desk = desk_of(both, Actor("filler", "filler", unit(9)))
        lines = list_due(desk).own
        names = [(due.opened.campaign.id, due.name) for due in lines]
        assert (CAMPAIGN, "两委班子缺额未补，组织设置未调整") in names
        assert ("second", "责任落实表") in names
        days = [due.due_on for due in lines if due.due_on]
        assert days == sorted(days)
        assert {due.opened.campaign.id for due in list_due(desk, only_here=True).own} == {CAMPAIGN}
        page = shown(show_home(Visit(both, desk.actor, {}, "zh_CN")))
        assert "显示全部" in page
        assert "campaign=second" in page or "campaign=sanhua_jianshe" in page


def test_an_entry_whose_title_is_sensitive_is_called_by_its_number(workspace: Workspace) -> None:
    desk = desk_of(workspace, LEVEL)
    frames = take_snapshot(workspace, desk.opened).frames(["submissions", "entries", "standings"])
    sight = Sight(desk, frozenset(), DAY, frames["submissions"], frames["entries"], frames["standings"])
    form = desk.opened.campaign.form("faults")
    shut = tuple(field.model_copy(update={"sensitive": field.id == form.title}) for field in form.fields)
    closed = form.model_copy(update={"fields": shut})
    (number,) = [at for (_, at), name in sight.answers("faults", "what").items() if name == "旧村部长期闲置"]
    assert sight.name_entry(form, unit(5), number) == "旧村部长期闲置"
    assert "旧村部" not in sight.name_entry(closed, unit(5), number)
    assert str(number) in sight.name_entry(closed, unit(5), number)
