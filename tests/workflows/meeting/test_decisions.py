"""A meeting decides on its whole list or not at all, and `select` shows the decision."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from counties import CAMPAIGN, OPERATOR, run_pbwidgets
from sqlalchemy import select

from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.scoring.frames import SELECTED, WAITING
from pbwidgets.store import Actor, Veto, audit_head, load_decisions, load_veto_records, record_veto
from pbwidgets.store.tables import decisions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes, decide_selection, find_contenders
from pbwidgets.workflows.meeting.notices import (
    add_objection,
    find_notices,
    plan_notice,
    settle_objection,
    start_public_notice,
    take_back_notice,
)
from pbwidgets.workflows.meeting.what_if import LiftedVeto, WhatIf, open_trial, try_selection
from pbwidgets.workflows.reports.report import open_report

COUNTY = Actor("county", "reviewer", "990101")
DAY = date(2026, 12, 20)
NOW = datetime(2026, 12, 21, tzinfo=UTC)
BODY = "县委专题评审会"
OFFICE = "演示县委组织部"
FIRST = WhatIf("township", tie_order=("990101016",))
VETO = LiftedVeto("990101006004", "falsified_village", "申诉成立", "village")


@pytest.fixture
def workspace(own_county: Path) -> Iterator[Workspace]:
    with open_workspace(own_county) as opened:
        yield opened


@pytest.fixture
def opened(workspace: Workspace) -> Opened:
    return workspace.opened()


def statuses_of(workspace: Workspace, opened: Opened, what_if: WhatIf) -> dict[str, str]:
    """Statuses on the screen, by unit."""
    listed = find_contenders(try_selection(open_trial(Desk(workspace, OPERATOR, opened)), what_if).selection)
    return dict(zip(listed["unit_code"], listed["status"], strict=True))


def decide(
    workspace: Workspace,
    opened: Opened,
    what_if: WhatIf = FIRST,
    *,
    statuses: dict[str, str] | None = None,
    actor: Actor = COUNTY,
    seen: str | None = None,
    **changes: Any,
) -> int:
    minutes = replace(Minutes("会议审议，同意按名次确定", BODY, DAY, "组织部长、纪委副书记"), **changes)
    statuses = statuses or statuses_of(workspace, opened, what_if)
    desk = Desk(workspace, actor, opened, now=NOW)
    return decide_selection(desk, what_if.track_id, statuses, minutes, what_if=what_if, seen=seen)


def head(workspace: Workspace) -> int:
    with workspace.store.read() as reader:
        return audit_head(reader)


# -- deciding ------------------------------------------------------------------------------------------


def test_after_the_decision_select_says_who_decided_and_when(
    workspace: Workspace, opened: Opened, own_county: Path
) -> None:
    statuses = statuses_of(workspace, opened, FIRST)
    assert decide(workspace, opened) == len(statuses) == 24
    done = run_pbwidgets("select", CAMPAIGN, "--track", "township", "--format", "json", cwd=own_county)
    rows = {row["unit_code"]: row for row in json.loads(done.stdout)}
    assert {code: rows[code]["decided"] for code in statuses} == statuses
    assert all(
        (row["decided_by"], row["decided_on"]) == (BODY, "2026-12-20")
        for row in rows.values()
        if row["decided"]
    )
    assert (rows["990101016"]["proposed"], rows["990101016"]["status"]) == ("tied_at_cut", "selected")
    table = run_pbwidgets("select", CAMPAIGN, "--track", "township", cwd=own_county).stdout
    assert "决定机构" in table
    assert "2026-12-20" in table


def test_after_the_decision_reports_name_those_that_the_meeting_chose(
    workspace: Workspace, opened: Opened
) -> None:
    statuses = statuses_of(workspace, opened, FIRST)
    first = next(code for code, status in statuses.items() if status == SELECTED)
    decide(workspace, opened, statuses={**statuses, first: WAITING})
    report = open_report(take_snapshot(workspace, opened).folder)
    track = report.campaign.track("township")
    chosen = {code for code, status in statuses.items() if status == SELECTED} - {first}
    named = report.units_of_track(track, [SELECTED]).frame
    assert set(named["unit_code"]) == chosen
    assert report.notice_of(track).startswith(
        f"{track.name.zh}名额{track.places}个，入选{len(chosen)}个，末位并列0个"
    )
    recommended = report.recommendations().frame
    recommended = recommended[recommended["track"] == track.name.zh]
    assert set(recommended["unit_name"]) == set(named["unit_name"])
    waiting = report.units_of_track(track, [WAITING]).frame.set_index("unit_code").loc[first]
    assert waiting["status_words"] == "递补第1位"
    assert waiting["decision"].startswith("已决定：递补第1位（县委专题评审会，2026-12-20）")


def test_an_adopted_what_if_goes_into_the_reason_and_not_into_the_campaign(
    workspace: Workspace, opened: Opened
) -> None:
    what_if = replace(FIRST, source_weights={("county", "assessment"): 60.0})
    decide(workspace, opened, what_if)
    with workspace.store.read() as reader:
        rows = reader.conn.execute(select(decisions)).mappings().all()
    assert {row["present"] for row in rows} == {"组织部长、纪委副书记"}
    assert all("专项考核权重由 70 改为 60" in row["reason"] for row in rows)
    assert all("会议审议，同意按名次确定" in row["reason"] for row in rows)
    assert {row["recorded_by"] for row in rows} == {"county"}
    assert workspace.opened().version == opened.version


def test_a_veto_is_lifted_with_the_decision_based_on_it(workspace: Workspace, opened: Opened) -> None:
    what_if = WhatIf("village", lifted=(VETO,))
    decide(workspace, opened, what_if)
    with workspace.store.read() as reader:
        (record,) = load_veto_records(reader, CAMPAIGN, opened.period_id)
        decided = load_decisions(reader, CAMPAIGN, opened.period_id).set_index("unit_code")
    assert (record.status, record.status_reason, record.status_by) == ("lifted", "申诉成立", "county")
    assert decided.loc["990101006004", "status"] == "selected"


def test_lifting_a_veto_without_a_basis_changes_nothing(workspace: Workspace, opened: Opened) -> None:
    before = head(workspace)
    with pytest.raises(DataError, match="没有填写理由"):
        decide(workspace, opened, WhatIf("village", lifted=(replace(VETO, basis=""),)))
    assert head(workspace) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "没有填写理由"),
        ({"body": ""}, "没有填写理由"),
        ({"statuses": {"990101001": "selected"}}, "还有 23 个单位没有结果"),
        ({"statuses": {"990101003005": "selected"}}, "不在名单上"),
        ({"day": date(2099, 1, 1)}, "2099-01-01 还没有到"),
    ],
    ids=["no reason", "no body", "units missing", "unit not on the list", "a day to come"],
)
def test_an_incomplete_decision_is_refused(
    workspace: Workspace, opened: Opened, changes: dict[str, Any], said: str
) -> None:
    before = head(workspace)
    with pytest.raises(DataError, match=said):
        decide(workspace, opened, **changes)
    assert head(workspace) == before


def test_ties_must_be_resolved_and_places_are_never_exceeded(workspace: Workspace, opened: Opened) -> None:
    with pytest.raises(DataError, match=r"末位并列还没有定先后：.*（共 2 个）"):
        decide(workspace, opened, WhatIf("township"))
    everybody = dict.fromkeys(statuses_of(workspace, opened, FIRST), "selected")
    with pytest.raises(DataError, match="拟入选 24 个，超过名额 10 个"):
        decide(workspace, opened, statuses=everybody)
    with pytest.raises(DataError, match="评定结果不能是 一票否优"):
        decide(workspace, opened, statuses=dict.fromkeys(everybody, "barred"))


def test_a_list_that_has_changed_since_cannot_be_decided_on(workspace: Workspace, opened: Opened) -> None:
    seen = open_trial(Desk(workspace, COUNTY, opened)).snapshot_id
    statuses = statuses_of(workspace, opened, FIRST)
    veto = Veto(CAMPAIGN, opened.period_id, "990101001", "falsified_township", "核查属实", "township")
    gate = next(gate.id for gate in opened.campaign.track("township").gates)
    with workspace.store.write(OPERATOR) as writer:
        record_veto(writer, replace(veto, kind=gate))
    with pytest.raises(ConflictError, match="没有作出决定"):
        decide(workspace, opened, statuses=statuses, seen=seen)


def test_a_unit_vetoed_after_a_decision_loses_its_place_in_the_next_one(
    workspace: Workspace, opened: Opened
) -> None:
    decide(workspace, opened)
    best = next(
        code for code, status in statuses_of(workspace, opened, FIRST).items() if status == "selected"
    )
    gate = next(gate.id for gate in opened.campaign.track("township").gates)
    with workspace.store.write(OPERATOR) as writer:
        record_veto(writer, Veto(CAMPAIGN, opened.period_id, best, gate, "公示期内查实", "township"))
    decide(workspace, opened, WhatIf("township"))
    with workspace.store.read() as reader:
        decided = load_decisions(reader, CAMPAIGN, opened.period_id).set_index("unit_code")["status"]
    assert decided[best] == "not_selected"
    assert (decided == "selected").sum() == 10


@pytest.mark.parametrize(
    "actor",
    [
        Actor("town", "reviewer", "990101003"),
        Actor("leader", "leader", "990101"),
        Actor("analyst", "analyst"),
        Actor("filler", "filler", "990101"),
        Actor("admin", "admin"),
    ],
    ids=lambda actor: actor.role,
)
def test_only_the_top_level_and_the_organiser_decide(
    workspace: Workspace, opened: Opened, actor: Actor
) -> None:
    before = head(workspace)
    with pytest.raises(RightsError, match="权限"):
        decide(workspace, opened, actor=actor)
    with pytest.raises(RightsError, match="权限"):
        plan_notice(Desk(workspace, actor, opened), "township", DAY)
    with pytest.raises(RightsError, match="权限"):
        settle_objection(Desk(workspace, actor, opened), 1, "upheld", "属实")
    assert head(workspace) == before


def test_the_organiser_decides_too(workspace: Workspace, opened: Opened) -> None:
    assert decide(workspace, opened, actor=Actor("office", "organiser")) == 24


# -- the notice ----------------------------------------------------------------------------------------


def test_a_notice_runs_as_long_as_the_campaign_says_and_takes_objections(
    workspace: Workspace, opened: Opened
) -> None:
    decide(workspace, opened)
    desk = Desk(workspace, COUNTY, opened)
    planned = plan_notice(desk, "township", DAY, contact=OFFICE)
    assert len(planned.units) == 10
    number = start_public_notice(desk, planned)
    added = add_objection(Desk(workspace, COUNTY, opened), number, "990101016", DAY, "材料与实际不符")
    settle_objection(Desk(workspace, COUNTY, opened), added, "dismissed", "经核查，材料属实")
    (state,) = find_notices(Desk(workspace, Actor("leader", "leader", "990101"), opened), "township")
    notice = state.record.notice
    assert (notice.begins, notice.ends, notice.contact) == (DAY, date(2026, 12, 26), "演示县委组织部")
    assert [(item.unit_code, item.status) for item in state.objections] == [("990101016", "dismissed")]
    take_back_notice(Desk(workspace, COUNTY, opened), number)
    assert not find_notices(Desk(workspace, COUNTY, opened), "township")


def test_a_notice_needs_a_decision(workspace: Workspace, opened: Opened) -> None:
    with pytest.raises(DataError, match="还没有作出决定，不能公示"):
        plan_notice(Desk(workspace, COUNTY, opened), "village", DAY, contact=OFFICE)
    assert not find_notices(Desk(workspace, COUNTY, opened), "village")


def test_a_notice_needs_a_contact(workspace: Workspace, opened: Opened) -> None:
    decide(workspace, opened)
    with pytest.raises(DataError, match="没有填写受理异议的联系方式"):
        plan_notice(Desk(workspace, COUNTY, opened), "township", DAY, contact="  ")


def test_a_notice_does_not_start_for_a_list_decided_anew(workspace: Workspace, opened: Opened) -> None:
    decide(workspace, opened)
    desk = Desk(workspace, COUNTY, opened)
    planned = plan_notice(desk, "township", DAY, contact=OFFICE)
    first = min(planned.units)
    statuses = {**statuses_of(workspace, opened, FIRST), first: "not_selected"}
    decide(workspace, opened, statuses=statuses, reason="重新研究")
    with pytest.raises(ConflictError, match="有了新的决定，公示没有开始"):
        start_public_notice(desk, planned)
    assert not find_notices(desk, "township")


def test_a_notice_can_be_about_one_selected_unit_only(workspace: Workspace, opened: Opened) -> None:
    decide(workspace, opened)
    desk = Desk(workspace, COUNTY, opened)
    statuses = statuses_of(workspace, opened, FIRST)
    chosen = next(code for code, status in statuses.items() if status == "selected")
    other = next(code for code, status in statuses.items() if status == "not_selected")
    with pytest.raises(DataError, match="没有决定入选，不能单独公示"):
        plan_notice(desk, "township", DAY, contact=OFFICE, unit_code=other)
    start_public_notice(desk, plan_notice(desk, "township", DAY, contact=OFFICE))
    own_notice = plan_notice(desk, "township", DAY, days=3, contact=OFFICE, unit_code=chosen)
    start_public_notice(desk, own_notice)
    with pytest.raises(ConflictError, match="该单位已有公示"):
        start_public_notice(desk, own_notice)
    whole, own = (state.record.notice for state in find_notices(desk, "township"))
    assert (whole.unit_code, own.unit_code, own.ends) == (None, chosen, DAY + timedelta(days=2))
