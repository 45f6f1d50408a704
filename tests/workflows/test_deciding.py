"""A meeting decides on its whole list or on nothing, and `select` says so."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from counties import CAMPAIGN, OPERATOR, run_pbwidgets
from sqlalchemy import select

from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.store import Actor, Veto, audit_head, load_decisions, load_veto_records, record_veto
from pbwidgets.store.tables import decisions
from pbwidgets.workflows import Opened, Workspace, open_workspace
from pbwidgets.workflows.deciding import decide_selection
from pbwidgets.workflows.noticing import (
    add_objection,
    find_notice,
    settle_objection,
    start_public_notice,
    take_back_notice,
)
from pbwidgets.workflows.trying import LiftedVeto, WhatIf, open_trial, try_selection

COUNTY = Actor("county", "reviewer", "990101")
DAY = date(2026, 12, 20)
BODY = "县委专题评审会"
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
    """What the screen shows, by unit."""
    listed = try_selection(open_trial(workspace, OPERATOR, opened), what_if).selection
    listed = listed[listed["rank"] > 0]
    return dict(zip(listed["unit_code"], listed["status"], strict=True))


def decide(workspace: Workspace, opened: Opened, what_if: WhatIf = FIRST, **changes: Any) -> int:
    given: dict[str, Any] = {
        "reason": "会议审议，同意按名次确定", "decided_by": BODY, "decided_on": DAY,
        "present": "组织部长、纪委副书记", "what_if": what_if, "statuses": None, "actor": COUNTY,
    } | changes  # fmt: skip
    statuses = given.pop("statuses") or statuses_of(workspace, opened, what_if)
    return decide_selection(workspace, given.pop("actor"), opened, what_if.track_id, statuses, **given)


def head(workspace: Workspace) -> int:
    with workspace.store.read() as reader:
        return audit_head(reader)


# -- deciding ------------------------------------------------------------------------------------------


def test_after_the_decision_select_says_decided_by_whom_and_when(
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


def test_what_the_meeting_adopted_stands_in_the_reason_and_the_campaign_stays(
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


def test_a_veto_is_lifted_with_the_decision_that_rests_on_it(workspace: Workspace, opened: Opened) -> None:
    what_if = WhatIf("village", lifted=(VETO,))
    decide(workspace, opened, what_if)
    with workspace.store.read() as reader:
        (record,) = load_veto_records(reader, CAMPAIGN, opened.period_id)
        decided = load_decisions(reader, CAMPAIGN, opened.period_id).set_index("unit_code")
    assert (record.status, record.status_reason, record.status_by) == ("lifted", "申诉成立", "county")
    assert decided.loc["990101006004", "status"] == "selected"


def test_a_lifted_veto_without_a_basis_leaves_everything_as_it_was(
    workspace: Workspace, opened: Opened
) -> None:
    before = head(workspace)
    with pytest.raises(DataError, match="没有填写理由"):
        decide(workspace, opened, WhatIf("village", lifted=(replace(VETO, basis=""),)))
    assert head(workspace) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "没有填写理由"),
        ({"decided_by": ""}, "没有填写理由"),
        ({"statuses": {"990101001": "selected"}}, "还有 23 个单位没有结果"),
        ({"statuses": {"990101003005": "selected"}}, "不在名单上"),
    ],
    ids=["no reason", "no body", "units missing", "unit not on the list"],
)
def test_half_a_decision_is_none(
    workspace: Workspace, opened: Opened, changes: dict[str, Any], said: str
) -> None:
    before = head(workspace)
    with pytest.raises(DataError, match=said):
        decide(workspace, opened, **changes)
    assert head(workspace) == before


def test_a_tie_has_to_be_resolved_and_places_are_never_exceeded(workspace: Workspace, opened: Opened) -> None:
    with pytest.raises(DataError, match=r"末位并列还没有定先后：.*（共 2 个）"):
        decide(workspace, opened, WhatIf("township"))
    everybody = dict.fromkeys(statuses_of(workspace, opened, FIRST), "selected")
    with pytest.raises(DataError, match="拟入选 24 个，超过名额 10 个"):
        decide(workspace, opened, statuses=everybody)
    with pytest.raises(DataError, match="评定结果不能是"):
        decide(workspace, opened, statuses=dict.fromkeys(everybody, "barred"))


def test_a_list_that_has_changed_meanwhile_is_not_decided_on(workspace: Workspace, opened: Opened) -> None:
    seen = open_trial(workspace, COUNTY, opened).snapshot_id
    statuses = statuses_of(workspace, opened, FIRST)
    veto = Veto(CAMPAIGN, opened.period_id, "990101001", "falsified_township", "核查属实", "township")
    gate = next(gate.id for gate in opened.campaign.track("township").gates)
    with workspace.store.write(OPERATOR) as writer:
        record_veto(writer, replace(veto, kind=gate))
    with pytest.raises(ConflictError, match="没有作出决定"):
        decide(workspace, opened, statuses=statuses, seen=seen)


def test_a_unit_that_a_veto_took_off_the_list_loses_its_place_in_the_next_decision(
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
        start_public_notice(workspace, actor, opened, "township", DAY)
    with pytest.raises(RightsError, match="权限"):
        settle_objection(workspace, actor, opened, 1, "upheld", "属实")
    assert head(workspace) == before


def test_the_organiser_decides_too(workspace: Workspace, opened: Opened) -> None:
    assert decide(workspace, opened, actor=Actor("office", "organiser")) == 24


# -- the notice ----------------------------------------------------------------------------------------


def test_a_notice_lasts_as_long_as_the_campaign_says_and_takes_objections(
    workspace: Workspace, opened: Opened
) -> None:
    decide(workspace, opened)
    number = start_public_notice(workspace, COUNTY, opened, "township", DAY, contact="演示县委组织部")
    added = add_objection(workspace, COUNTY, opened, number, "990101016", DAY, "材料与实际不符")
    settle_objection(workspace, COUNTY, opened, added, "dismissed", "经核查，材料属实")
    state = find_notice(workspace, Actor("leader", "leader", "990101"), opened, "township")
    assert state is not None
    notice = state.record.notice
    assert (notice.begins, notice.ends, notice.contact) == (DAY, date(2026, 12, 26), "演示县委组织部")
    assert [(item.unit_code, item.status) for item in state.objections] == [("990101016", "dismissed")]
    take_back_notice(workspace, COUNTY, opened, number)
    assert find_notice(workspace, COUNTY, opened, "township") is None


def test_what_is_not_decided_is_not_given_notice_of(workspace: Workspace, opened: Opened) -> None:
    with pytest.raises(DataError, match="还没有作出决定，不能公示"):
        start_public_notice(workspace, COUNTY, opened, "village", DAY)
    assert find_notice(workspace, COUNTY, opened, "village") is None
