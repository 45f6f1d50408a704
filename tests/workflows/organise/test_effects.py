"""A campaign changed while it runs: what each change touches, what is asked, and what comes of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from counties import (
    CAMPAIGN,
    OPERATOR,
    OTHER_VILLAGE,
    PERIOD,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    run_pbwidgets,
)

from pbwidgets.campaign import Campaign
from pbwidgets.campaign import Change as CampaignChange
from pbwidgets.campaign.yaml_text import to_yaml
from pbwidgets.errors import ConflictError, UsageError
from pbwidgets.scoring.reasons import word_reason
from pbwidgets.store import (
    Actor,
    Mark,
    MarkKey,
    NominationList,
    history,
    load_audit,
    load_own_marks,
    load_rating_history,
    nominate,
    rate_many,
    set_allotments,
)
from pbwidgets.store.audit import AuditQuery
from pbwidgets.units import unit_names
from pbwidgets.workflows.filling.drafts import hand_in, save_answers
from pbwidgets.workflows.filling.entries import open_submission
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.meeting.what_if import WhatIf, open_trial, try_selection
from pbwidgets.workflows.organise.campaigns import Opening, changes_since_opening, open_definition
from pbwidgets.workflows.organise.effects import Effect
from pbwidgets.workflows.reports.report import open_report
from pbwidgets.workflows.review.acceptance import accept_submission
from pbwidgets.workflows.review.queue import review_queue
from pbwidgets.workflows.review.rating import give_marks

FILLER = Actor("zhang", "filler", VILLAGE)
REVIEWER = Actor("li", "reviewer", TOWN)
KEY = key_of("village_application", VILLAGE)
IN_TIME = datetime(2026, 5, 1, tzinfo=UTC)
Change = Callable[[dict[str, Any]], None]


def changed(campaign: Campaign, *changes: Change) -> Campaign:
    raw = campaign.model_dump(mode="json")
    for change in changes:
        change(raw)
    return type(campaign).model_validate(raw)


def lower(raw: dict[str, Any]) -> None:
    """The line v1_unity from 8 points to 6; the next one takes the two."""
    village = next(track for track in raw["tracks"] if track["id"] == "village")
    unity, deeds = village["criteria"][0]["criteria"][:2]
    unity["points"], deeds["points"] = 6, 8
    unity["anchors"] = []
    deeds["rule"]["points_each"] = 2.5


def field_of(raw: dict[str, Any], field_id: str) -> dict[str, Any]:
    form = next(form for form in raw["forms"] if form["id"] == "village_application")

    def find(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            found
            for field in fields
            for found in ([field] if field["id"] == field_id else find(field["fields"]))
        ]

    return find(form["fields"])[0]


def mark(points: float, unit: str = VILLAGE, layer: str = "township", rater: str = "li") -> Mark:
    source = "on_site" if layer == "county" else layer
    return Mark(MarkKey(CAMPAIGN, PERIOD, unit, "v1_unity", layer, source, rater), points)


@pytest.fixture
def running(small: Workspace, contest: Opened) -> Workspace:
    """Two applications accepted and nominated, three marks on one line."""
    for unit in (VILLAGE, SISTER):
        key = replace(KEY, unit_code=unit)
        seen = hand_in(Desk(small, OPERATOR, contest, now=IN_TIME), key, VILLAGE_ANSWERS, 0)
        for level in ("township", "county"):
            seen = accept_submission(Desk(small, OPERATOR, contest), key, level, seen_version=seen)
    with small.store.write(OPERATOR) as writer:
        rate_many(writer, [mark(7), mark(8, layer="county", rater="xu"), mark(5, SISTER)])
        set_allotments(writer, CAMPAIGN, PERIOD, "village", {TOWN: 5})
        for unit in (VILLAGE, SISTER):
            nominate(writer, NominationList(CAMPAIGN, PERIOD, "village", TOWN), unit)
    return small


def effect_on(workspace: Workspace, campaign: Campaign, address: str) -> tuple[Effect, str]:
    names = unit_names(workspace.units())
    effects = changes_since_opening(workspace, campaign)
    found = next(effect for effect in effects if effect.change.address == address)
    return found, found.words(names, "zh_CN")


def unity_points(workspace: Workspace, opened: Opened) -> dict[tuple[str, str], Any]:
    points = take_snapshot(workspace, opened).scores().points
    ours = points[points["criterion_id"] == "v1_unity"]
    return {
        (str(row["unit_code"]), str(row["layer"])): row
        for row in ours.to_dict("records")
        if row["unit_code"] in (VILLAGE, SISTER)
    }


def reason(opened: Opened, row: dict[str, Any]) -> str:
    return word_reason(opened.campaign, row["reason_code"], row["reason_args"], "zh_CN")


# -- a rated line lowered while marks exist ------------------------------------------------------------


def test_a_lowered_line_counts_its_marks_by_name_and_opening_asks_what_becomes_of_them(
    running: Workspace, contest: Opened
) -> None:
    lowered = changed(contest.campaign, lower)
    effect, words = effect_on(running, lowered, "village.v1_unity")
    assert effect.points == ((0.0, 8.0), (0.0, 6.0))
    assert "分值 8 → 6" in words
    assert "涉及已有评分3个（上坪村、下坪村）" in words
    assert "其中2个超出新的分值范围（上坪村）" in words
    with pytest.raises(UsageError, match=r"8 → 6，评分3个") as caught:
        open_definition(running, OPERATOR, lowered, PERIOD)
    assert all(way in caught.value.words("zh_CN") for way in ("rescale", "cap", "again"))
    assert running.opened().version == contest.version  # nothing is opened, nothing frozen
    assert (
        open_definition(running, OPERATOR, lowered, PERIOD, Opening("cap")).version
        == running.opened().version
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("rescale", (5.25, 6.0, 3.75)), ("cap", (6.0, 6.0, 5.0)), ("again", (None, None, None))],
)
def test_marks_count_as_the_policy_says_and_the_raters_own_stay_on_record(
    running: Workspace, contest: Opened, policy: Any, expected: tuple[float | None, ...]
) -> None:
    opened = open_definition(running, OPERATOR, changed(contest.campaign, lower), PERIOD, Opening(policy))
    rows = unity_points(running, opened)
    found = [rows[VILLAGE, "township"], rows[VILLAGE, "county"], rows[SISTER, "township"]]
    assert [None if pd.isna(row["points"]) else row["points"] for row in found] == list(expected)
    with running.store.read() as reader:
        past = load_rating_history(reader, CAMPAIGN, PERIOD, VILLAGE, "v1_unity")
        (log,) = load_audit(reader, AuditQuery(action="open_period"), newest_first=True, limit=1)
    assert past["points"].tolist() == [7.0, 8.0]
    assert set(past["policy"]) == {policy}
    assert set(past["campaign_version"]) == {opened.version}
    assert log.deed.details == {"version": opened.version, "marks": policy}
    said = reason(opened, rows[VILLAGE, "township"])
    assert {
        "rescale": "评分人原评7分，按调整后的分值折算。",
        "cap": "评分人原评7分，超出现行分值，按6分计。",
        "again": "另有1个评分与现行分值不符，未计入，请重新评分。",
    }[policy] in said
    assert ("原评" in reason(opened, rows[SISTER, "township"])) is (policy == "rescale")


def test_whatever_is_opened_score_selection_and_meeting_go_on(running: Workspace, contest: Opened) -> None:
    opened = open_definition(running, OPERATOR, changed(contest.campaign, lower), PERIOD, Opening("again"))
    scores = take_snapshot(running, opened).scores()
    sheet = open_report(take_snapshot(running, opened).folder, VILLAGE, "zh_CN").score_sheet(
        opened.campaign.track("village")
    )
    assert sheet.frame.astype(str).apply(lambda column: column.str.contains("请重新评分")).to_numpy().any()
    assert set(scores.selection.loc[scores.selection["unit_code"] == SISTER, "track_id"]) == {"village"}
    tried = try_selection(open_trial(Desk(running, OPERATOR, opened)), WhatIf("village"))
    assert {VILLAGE, SISTER} <= set(tried.selection["unit_code"])


def test_a_mark_given_anew_counts_as_it_is_and_until_then_the_rater_is_asked(
    running: Workspace, contest: Opened
) -> None:
    opened = open_definition(running, OPERATOR, changed(contest.campaign, lower), PERIOD, Opening("again"))
    desk = Desk(running, REVIEWER, opened)
    assert review_queue(desk).set_index("unit_code")["stale"].to_dict() == {VILLAGE: 1, SISTER: 1}
    assert (
        give_marks(desk, [replace(mark(5, SISTER), submission_version=3)]) == 1
    )  # the same points as before: given anew all the same
    assert unity_points(running, opened)[SISTER, "township"]["points"] == 5.0
    assert review_queue(desk).set_index("unit_code")["stale"].to_dict() == {VILLAGE: 1, SISTER: 0}


def maximum(points: float) -> Change:
    """The line v1_unity with this maximum; deeds take up the difference to 14."""

    def change(raw: dict[str, Any]) -> None:
        lower(raw)
        village = next(track for track in raw["tracks"] if track["id"] == "village")
        unity, deeds = village["criteria"][0]["criteria"][:2]
        unity["points"], deeds["points"] = points, 14 - points

    return change


def without(raw: dict[str, Any]) -> None:
    maximum(0.5)(raw)
    village = next(track for track in raw["tracks"] if track["id"] == "village")
    gone, deeds = village["criteria"][0]["criteria"][:2]
    deeds["points"] = 14
    village["criteria"][0]["criteria"].remove(gone)


def counted(workspace: Workspace, opened: Opened) -> list[float | None]:
    rows = unity_points(workspace, opened)
    found = [rows[VILLAGE, "township"], rows[VILLAGE, "county"], rows[SISTER, "township"]]
    return [None if pd.isna(row["points"]) else row["points"] for row in found]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(6, "cap"), (8, None)], [7, 8, 5]),  # as they were given
        ([(6, "again"), (8, None)], [7, 8, 5]),
        ([(6, "rescale"), (8, None)], [7, 8, 5]),
        ([(6, "cap"), (4, "rescale")], [3.5, 4, 2.5]),  # 7/8 × 4, not 6/6 × 4
        ([(6, "again"), (4, "cap")], [4, 4, 4]),
        ([(4, "cap"), (6, "cap")], [6, 6, 5]),
        ([(0, None), (4, "rescale")], [3.5, 4, 2.5]),  # removed, and brought back with another maximum
        ([(0, None), (8, None)], [7, 8, 5]),
    ],
)
def test_it_is_the_own_mark_that_is_converted_from_the_range_it_was_given_under(
    running: Workspace, contest: Opened, steps: list[tuple[float, Any]], expected: list[float]
) -> None:
    for top, policy in steps:
        campaign = changed(contest.campaign, maximum(top) if top else without)
        if policy:
            with pytest.raises(UsageError, match=f"8 → {top}，评分3个"):
                open_definition(running, OPERATOR, campaign, PERIOD)
        opened = open_definition(running, OPERATOR, campaign, PERIOD, Opening(policy))
    assert counted(running, opened) == expected


def test_a_mark_given_under_a_later_version_is_converted_from_that_one(
    running: Workspace, contest: Opened
) -> None:
    opened = open_definition(running, OPERATOR, changed(contest.campaign, maximum(6)), PERIOD, Opening("cap"))
    with running.store.write(OPERATOR) as writer:
        assert rate_many(writer, [mark(5, SISTER)]) == 1  # 5 of 8 becomes 5 of 6: affirmed is given anew
    opened = open_definition(running, OPERATOR, contest.campaign, PERIOD, Opening("rescale"))
    assert counted(running, opened) == pytest.approx([7, 8, 5 / 6 * 8])
    assert opened.settled == {"own": 2, "rescale": 1}


def computed(raw: dict[str, Any]) -> None:
    """v1_unity computed from what v2 is computed from, with the same 8 points."""
    village = next(track for track in raw["tracks"] if track["id"] == "village")
    unity, deeds = village["criteria"][0]["criteria"][:2]
    unity.update(rule={**deeds["rule"]}, anchors=[])


def test_a_line_that_is_computed_now_leaves_its_marks_out_and_says_so_before(
    running: Workspace, contest: Opened
) -> None:
    campaign = changed(contest.campaign, computed)
    with pytest.raises(UsageError, match="由评分改为按数据计算，评分3个"):
        open_definition(running, OPERATOR, campaign, PERIOD)
    opened = open_definition(running, OPERATOR, campaign, PERIOD, Opening("rescale"))
    assert opened.settled == {"again": 3}
    assert {row["source"] for row in unity_points(running, opened).values()} == {"computed"}
    assert counted(running, open_definition(running, OPERATOR, contest.campaign, PERIOD)) == [7, 8, 5]


def test_a_mark_out_of_range_however_it_came_is_missing_there_and_nowhere_else(
    running: Workspace, contest: Opened
) -> None:
    with running.store.write(OPERATOR) as writer:
        rate_many(writer, [mark(99)])
    rows = unity_points(running, contest)
    assert pd.isna(rows[VILLAGE, "township"]["points"])
    assert "1个评分与现行分值不符，未计入" in reason(contest, rows[VILLAGE, "township"])
    assert rows[VILLAGE, "county"]["points"] == 8.0
    assert rows[SISTER, "township"]["points"] == 5.0


def test_a_mark_sheet_opened_under_an_older_version_stores_nothing(
    running: Workspace, contest: Opened
) -> None:
    open_definition(running, OPERATOR, changed(contest.campaign, lower), PERIOD, Opening("cap"))
    with pytest.raises(ConflictError, match="开放了新版本"):
        give_marks(Desk(running, REVIEWER, contest), [mark(8)], [mark(5, SISTER).key])
    with running.store.read() as reader:
        (kept,) = load_own_marks(reader, CAMPAIGN, PERIOD, SISTER, "li")
    assert kept.points == 5.0


def test_marks_of_a_sheet_are_given_and_withdrawn_together_or_not_at_all(
    running: Workspace, contest: Opened
) -> None:
    gone = mark(1, OTHER_VILLAGE, rater="li").key  # there is no such mark
    with pytest.raises(Exception, match=r"store.no_mark|没有"):
        give_marks(
            Desk(running, OPERATOR, contest), [mark(1)], [mark(5, SISTER).key, replace(gone, rater="li")]
        )
    with running.store.read() as reader:
        assert [item.points for item in load_own_marks(reader, CAMPAIGN, PERIOD, SISTER, "li")] == [5.0]
        assert [item.points for item in load_own_marks(reader, CAMPAIGN, PERIOD, VILLAGE, "li")] == [7.0]


def test_units_of_one_name_are_counted_by_code_and_told_apart() -> None:
    names = {"11": "东村（甲镇）", "21": "东村（乙镇）"}
    change = CampaignChange("changed", "field", "form.field")
    said = Effect(change, handed_in=3, failing=("11", "21", "21")).touched(names, "zh_CN")
    assert "按新版本有3份不合要求（东村（甲镇）、东村（乙镇））" in said
    many = Effect(change, failing=tuple(map(str, range(7)))).touched(
        dict.fromkeys("0123456", "东村"), "zh_CN"
    )
    assert "等7个单位" in many


# -- a field made required, a limit lowered, a field removed -------------------------------------------


def stricter(raw: dict[str, Any]) -> None:
    field_of(raw, "supporting")["required"] = True
    field_of(raw, "capable_members")["maximum"] = 15


def test_a_form_that_is_open_while_it_is_changed_is_checked_again(small: Workspace, contest: Opened) -> None:
    answers = VILLAGE_ANSWERS
    old = Desk(small, FILLER, contest, now=IN_TIME)
    revision = save_answers(old, KEY, answers, 0)
    strict = changed(contest.campaign, stricter)
    opened = open_definition(small, OPERATOR, strict, PERIOD)
    for attempt in (save_answers, hand_in):
        with pytest.raises(ConflictError, match="开放了新版本"):
            attempt(old, KEY, answers, revision)
    desk = Desk(small, FILLER, opened, now=IN_TIME)
    found = open_submission(desk, KEY)
    assert found.answers["capable_members"] == answers["capable_members"]
    said = "".join(change.message("zh_CN") for change in found.changes)
    assert re.search(r"最大值 \S+ → 15", said)
    assert "必填 否 → 是" in said
    with pytest.raises(AnswersRefusedError, match="2 处") as caught:
        hand_in(desk, KEY, answers, revision)
    assert {problem.path for problem in caught.value.problems} == {"capable_members", "supporting"}
    right = {**answers, "supporting": "齐全", "capable_members": 15}
    hand_in(desk, KEY, right, revision)
    with small.store.read() as reader:
        (version,) = history(reader, KEY)
    assert version.campaign_version == opened.version
    assert open_submission(desk, KEY).changes == ()


def test_answers_that_a_new_version_would_refuse_are_counted_by_name(
    running: Workspace, contest: Opened
) -> None:
    strict = changed(contest.campaign, stricter)
    effect, words = effect_on(running, strict, "village_application.capable_members")
    assert (effect.handed_in, effect.drafts, effect.failing) == (2, 0, (VILLAGE, SISTER))
    assert "最大值" in words
    assert "按新版本有2份不合要求（上坪村、下坪村）" in words
    gone = changed(contest.campaign, lambda raw: drop(raw, "industry"))
    effect, words = effect_on(running, gone, "village_application.industry")
    assert "有2份填过的内容不再使用（上坪村、下坪村）" in words


def drop(raw: dict[str, Any], field_id: str) -> None:
    form = next(form for form in raw["forms"] if form["id"] == "village_application")
    holders = [form, *form["fields"]]
    for holder in holders:
        holder["fields"] = [field for field in holder["fields"] if field["id"] != field_id]


def test_what_was_accepted_keeps_its_version_and_counts_as_before(
    running: Workspace, contest: Opened
) -> None:
    before = take_snapshot(running, contest).scores().totals
    opened = open_definition(running, OPERATOR, changed(contest.campaign, stricter), PERIOD)
    pd.testing.assert_frame_equal(take_snapshot(running, opened).scores().totals, before)
    with running.store.read() as reader:
        assert {item.campaign_version for item in history(reader, KEY)} == {contest.version}


# -- a label changed, a place added --------------------------------------------------------------------


def test_a_changed_label_is_named_old_and_new_and_changes_no_score(
    running: Workspace, contest: Opened
) -> None:
    renamed = changed(
        contest.campaign,
        lambda raw: field_of(raw, "industry").update(label={"zh": "主导产业名称", "en": "x"}),
    )
    effect, words = effect_on(running, renamed, "village_application.industry")
    assert "主导产业名称" in words
    assert "→ 主导产业名称" in words
    assert (effect.handed_in, effect.failing, effect.touches_marks) == (2, (), False)
    before = take_snapshot(running, contest).scores()
    after = take_snapshot(running, open_definition(running, OPERATOR, renamed, PERIOD)).scores()
    pd.testing.assert_frame_equal(after.totals, before.totals)
    pd.testing.assert_frame_equal(after.selection, before.selection)


def places(number: int) -> Change:
    def change(raw: dict[str, Any]) -> None:
        next(track for track in raw["tracks"] if track["id"] == "village")["places"] = number

    return change


def test_a_place_added_counts_nominations_and_selects_one_more(running: Workspace, contest: Opened) -> None:
    one = open_definition(running, OPERATOR, changed(contest.campaign, places(1)), PERIOD)
    two = changed(contest.campaign, places(2))
    effect, words = effect_on(running, two, "village")
    assert "名额 1 → 2" in words
    assert "涉及申报推荐2个" in words
    assert effect.above == ()

    def selected(opened: Opened) -> int:
        status = try_selection(open_trial(Desk(running, OPERATOR, opened)), WhatIf("village")).selection
        return int((status["status"] == "selected").sum())

    assert selected(one) < selected(open_definition(running, OPERATOR, two, PERIOD))


def test_nominations_above_a_lowered_allotment_are_counted(running: Workspace, contest: Opened) -> None:
    def fewer(raw: dict[str, Any]) -> None:
        village = next(track for track in raw["tracks"] if track["id"] == "village")
        village["nomination"]["allotment"] = {"lowest": 1, "usual": 1, "highest": 1}

    effect, words = effect_on(running, changed(contest.campaign, fewer), "village")
    assert effect.above == (TOWN,)
    assert "1个单位的推荐超过新的名额上限（青禾镇）" in words
    opened = open_definition(running, OPERATOR, changed(contest.campaign, fewer), PERIOD)
    effect, words = effect_on(running, changed(opened.campaign, places(2)), "village")
    assert effect.above == ()
    assert "上限" not in words


def test_a_changed_price_of_what_is_computed_counts_points_anew(running: Workspace, contest: Opened) -> None:
    def dearer(raw: dict[str, Any]) -> None:
        village = next(track for track in raw["tracks"] if track["id"] == "village")
        lines = [line for heading in village["criteria"] for line in (heading.get("criteria") or [heading])]
        rule = next(
            line["rule"] for line in lines if (line.get("rule") or {}).get("name") == "capped_deduction"
        )
        rule["points_each"] = rule["points_each"] / 2

    effects = changes_since_opening(running, changed(contest.campaign, dearer))
    assert [(one.recounts, one.marks) for one in effects] == [(True, ())]
    assert effects[0].words({}).endswith("已有得分将重新计算。")


# -- the command ---------------------------------------------------------------------------------------


def test_the_command_says_what_is_touched_and_refuses_without_a_policy(
    running: Workspace, contest: Opened
) -> None:
    file = running.campaign_file(CAMPAIGN)
    file.write_text(to_yaml(changed(contest.campaign, lower)), encoding="utf-8")
    folder = running.settings.workspace
    refused = run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder)
    assert refused.returncode == 2
    assert "涉及已有评分3个" in refused.stderr
    assert "--marks" in refused.stderr
    done = run_pbwidgets("campaign", "open", CAMPAIGN, "--marks", "cap", cwd=folder)
    assert done.returncode == 0
    assert f"“{contest.campaign.name.zh}”{PERIOD}已开放" in done.stderr
    assert "2个评分超出新分值，按限值计；1个评分仍按原评分计。" in done.stderr
    explained = run_pbwidgets("score", CAMPAIGN, "--explain", VILLAGE, cwd=folder)
    assert explained.returncode == 0, explained.stderr
    assert "原评8分，超出现行分值，按6分计" in explained.stdout
