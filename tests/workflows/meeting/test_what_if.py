"""A what-if gives the same list as a campaign file with the same edits, and leaves no trace."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from counties import CAMPAIGN, OPERATOR, ROOT, run_pbwidgets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from ruamel.yaml import YAML

from pbwidgets.campaign import Campaign, campaign_version, read_campaign
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.scoring.robustness import USUAL_TRIALS
from pbwidgets.store import Actor, audit_head, lift_veto, load_veto_records
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.what_if import (
    LiftedVeto,
    Trial,
    WhatIf,
    changed_places,
    edit_campaign,
    find_firmness,
    open_trial,
    try_selection,
    word_what_if,
)

FILE = ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
ASSESSMENT, REVIEW = ("county", "assessment"), ("county", "review")
VETO = LiftedVeto("990101006004", "falsified_village", "申诉成立", "village")
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def workspace(county: Path) -> Iterator[Workspace]:
    with open_workspace(county) as opened:
        yield opened


@pytest.fixture(scope="module")
def trial(workspace: Workspace) -> Trial:
    return open_trial(Desk(workspace, OPERATOR, workspace.opened()))


def sources_of(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Sources of the township track in a definition loaded from its file."""
    track = next(item for item in definition["tracks"] if item["id"] == "township")
    layer = next(item for item in track["layers"] if item["id"] == "county")
    return {source["id"]: source for source in layer["sources"]}


def write_edited(target: Path, edit: Edit) -> Path:
    """Write the campaign's file with an edit, independently of our own code."""
    definition = json.loads(as_json(FILE))
    edit(definition)
    target.write_text(json.dumps(definition), encoding="utf-8")  # JSON is YAML, and quickly written
    return target


@cache
def as_json(file: Path) -> str:
    return json.dumps(YAML(typ="safe").load(file), default=str)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return read_campaign(FILE)


def set_weights(**weights: float) -> Edit:
    def edit(definition: dict[str, Any]) -> None:
        for source_id, weight in weights.items():
            sources_of(definition)[source_id]["weight"] = weight

    return edit


def as_select(rows: pd.DataFrame) -> dict[str, tuple[object, ...]]:
    """The compared columns of a list, by unit."""
    return {
        str(row["unit_code"]): (
            str(row["status"]), int(row["rank"]), row["total"] if row["total"] == row["total"] else None,
            int(row["waiting_order"]), str(row["reason_zh"]),
        )
        for row in rows.to_dict("records")
    }  # fmt: skip


# -- the same as an edited file ------------------------------------------------------------------------


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 100), st.floats(0.5, 100), st.sampled_from([None, ASSESSMENT, REVIEW]))
def test_a_what_if_changes_the_definition_like_an_edit_of_the_file(
    campaign: Campaign, tmp_path: Path, assessment: int, review: float, dropped: tuple[str, str] | None
) -> None:
    what_if = WhatIf(
        "township",
        source_weights={ASSESSMENT: assessment, REVIEW: review},
        dropped=frozenset([dropped] if dropped else []),
    )
    weights: dict[str, float] = {"assessment": assessment, "review": review}
    if dropped:
        weights[dropped[1]] = 0
    file = write_edited(tmp_path / f"{CAMPAIGN}.yaml", set_weights(**weights))
    edited, tried = read_campaign(file), edit_campaign(campaign, what_if)
    assert tried == edited
    assert campaign_version(tried) == campaign_version(edited)


@pytest.mark.parametrize(
    ("what_if", "edit"),
    [
        (
            WhatIf("township", source_weights={ASSESSMENT: 10.0, REVIEW: 90.0}),
            set_weights(assessment=10, review=90),
        ),
        (WhatIf("township", dropped=frozenset([ASSESSMENT])), set_weights(assessment=0)),
        (WhatIf("township", dropped=frozenset([REVIEW])), set_weights(review=0)),
    ],
    ids=["weights", "assessment dropped", "review dropped"],
)
def test_a_what_if_equals_select_on_a_file_with_the_same_edits(
    own_county: Path, trial: Trial, what_if: WhatIf, edit: Edit
) -> None:
    write_edited(own_county / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml", edit)
    done = run_pbwidgets("campaign", "open", CAMPAIGN, cwd=own_county)
    assert done.returncode == 0, done.stderr
    done = run_pbwidgets("select", CAMPAIGN, "--track", "township", "--format", "json", cwd=own_county)
    selected = pd.DataFrame(json.loads(done.stdout)).astype({"total": "float64"})
    before = try_selection(trial, WhatIf("township")).selection
    tried = try_selection(trial, what_if).selection
    assert as_select(tried) == as_select(selected)
    assert as_select(tried) != as_select(before)  # the edit has an effect


def test_trying_a_veto_as_lifted_gives_the_same_list_as_lifting_it(own_county: Path, trial: Trial) -> None:
    tried = try_selection(trial, WhatIf("village", lifted=(VETO,)))
    with open_workspace(own_county) as workspace:
        opened = workspace.opened()
        with workspace.store.write(OPERATOR) as writer:
            (record,) = load_veto_records(writer, CAMPAIGN, opened.period_id)
            lift_veto(writer, record.id, "申诉成立")
        after = try_selection(open_trial(Desk(workspace, OPERATOR, opened)), WhatIf("village"))
    assert_frame_equal(tried.selection, after.selection)
    came, _ = changed_places(try_selection(trial, WhatIf("village")).selection, tried.selection)
    assert "990101006004" in came


# -- no trace ------------------------------------------------------------------------------------------


def test_trying_writes_nothing_and_changes_nothing(workspace: Workspace, trial: Trial) -> None:
    with workspace.store.read() as reader:
        before = audit_head(reader)
    vetoes, definition = trial.records.vetoes.copy(), trial.campaign.model_copy(deep=True)
    everything = WhatIf(
        "township", {ASSESSMENT: 1.0}, dropped=frozenset([REVIEW]), tie_order=("990101016",), lifted=(VETO,)
    )
    try_selection(trial, everything)
    with workspace.store.read() as reader:
        assert audit_head(reader) == before
    assert_frame_equal(trial.records.vetoes, vetoes)
    assert trial.campaign == definition
    assert open_trial(Desk(workspace, OPERATOR, workspace.opened())).snapshot_id == trial.snapshot_id


def test_an_empty_what_if_gives_the_list_by_the_rules(workspace: Workspace, trial: Trial) -> None:
    from pbwidgets.workflows.reports.scores import list_selection

    ruled = list_selection(workspace, workspace.opened(), track_id="village")
    assert as_select(try_selection(trial, WhatIf("village")).selection) == as_select(ruled)


# -- ties ----------------------------------------------------------------------------------------------


def test_the_tied_unit_put_first_gets_the_last_place_and_the_other_waits(trial: Trial) -> None:
    ruled = try_selection(trial, WhatIf("township")).selection.set_index("unit_code")
    tied = list(ruled.index[ruled["status"] == "tied_at_cut"])
    assert len(tied) == 2
    for first, second in (tied, tied[::-1]):
        parted = try_selection(trial, WhatIf("township", tie_order=(first,))).selection.set_index("unit_code")
        assert (parted.loc[first, "status"], parted.loc[second, "status"]) == ("selected", "waiting")
        assert (parted["status"] == "selected").sum() == 10
        others = parted.index.difference(pd.Index(tied))
        assert (parted.loc[others, "rank"] == ruled.loc[others, "rank"]).all()


# -- what cannot be tried ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what_if", "said"),
    [
        (WhatIf("no_such"), "no_such"),
        (WhatIf("township", source_weights={("county", "nobody"): 1.0}), "county/nobody"),
        (WhatIf("township", layer_weights={"county": 1.0}), "没有名为“county”"),
        (WhatIf("township", source_weights={ASSESSMENT: -1.0}), "权重不能是 -1"),
        (WhatIf("township", source_weights={ASSESSMENT: float("nan")}), "权重不能是"),
        (WhatIf("township", dropped=frozenset([ASSESSMENT, REVIEW])), "没有任何得分计入总分"),
        (WhatIf("township", {ASSESSMENT: 0.0}, dropped=frozenset([REVIEW])), "没有任何得分计入总分"),
    ],
    ids=["track", "source", "layer", "negative", "not a number", "all dropped", "nothing left"],
)
def test_an_impossible_what_if_is_refused(trial: Trial, what_if: WhatIf, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        try_selection(trial, what_if)


@pytest.mark.parametrize(
    "actor",
    [
        Actor("village", "filler", "990101003005"),
        Actor("county", "filler", "990101"),
        Actor("town", "reviewer", "990101003"),
        Actor("town", "leader", "990101003"),
        Actor("admin", "admin"),
    ],
    ids=lambda actor: f"{actor.role}-{actor.unit_code}",
)
def test_only_those_who_see_the_whole_campaign_see_its_list(workspace: Workspace, actor: Actor) -> None:
    with pytest.raises(RightsError, match="权限"):
        open_trial(Desk(workspace, actor, workspace.opened()))


@pytest.mark.parametrize("role", ["reviewer", "leader", "organiser", "analyst"])
def test_the_top_of_the_register_sees_the_list(workspace: Workspace, role: str) -> None:
    assert open_trial(Desk(workspace, Actor("x", role, "990101"), workspace.opened())).snapshot_id


# -- words and firmness --------------------------------------------------------------------------------


def test_a_what_if_is_worded_with_the_old_values(trial: Trial) -> None:
    what_if = WhatIf(
        "township", {ASSESSMENT: 60.0}, dropped=frozenset([REVIEW]), tie_order=("990101016",), lifted=(VETO,)
    )
    words = word_what_if(trial.campaign, what_if, {"990101016": "碧水镇"}, "zh_CN")
    assert words[:3] == ["专项考核权重由 70 改为 60", "专题评审不计入", "并列先后：碧水镇"]
    assert "申诉成立" in words[3]
    assert word_what_if(trial.campaign, WhatIf("township", {ASSESSMENT: 70.0}), {}, "zh_CN") == []


def test_firmness_tells_how_often_each_unit_is_selected(trial: Trial) -> None:
    tried = try_selection(trial, WhatIf("township"))
    firmness = find_firmness(trial, tried, replace(USUAL_TRIALS, runs=20))
    assert len(firmness) == len(tried.selection)
    best = tried.selection.sort_values("rank").loc[lambda rows: rows["rank"] > 0, "unit_code"].iloc[0]
    assert firmness.set_index("unit_code").loc[best, "share_selected_pct"] == 100


def test_a_campaign_without_submissions_also_has_a_list(trial: Trial) -> None:
    records = trial.records
    empty = {
        name: getattr(records, name).iloc[:0] for name in ("submissions", "ratings", "vetoes", "nominations")
    }

    tried = try_selection(replace(trial, records=replace(records, **empty)), WhatIf("township"))

    assert set(tried.selection["status"]) <= {"not_nominated", "no_data"}
