"""The plan of a demonstration: from a seed, before anything is written."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from counties import CAMPAIGN, ROOT, TODAY

from pbwidgets.campaign import check_answers, read_campaign
from pbwidgets.campaign.answers import rows_in
from pbwidgets.demo import Plan, build_plan, demo_file, list_demos, read_demo
from pbwidgets.demo.laying import lay_around

PARAMETERS = ROOT / "parameters"
ORGANISATIONS = "sanlian_sancu"
PLANS = [(campaign, seed) for campaign in list_demos(PARAMETERS) for seed in (1, 2, 3)]


@cache
def plan_of(seed: int, campaign_id: str = CAMPAIGN) -> Plan:
    campaign = read_campaign(PARAMETERS / "campaigns" / f"{campaign_id}.yaml")
    demo = read_demo(demo_file(PARAMETERS, campaign_id))
    return build_plan(lay_around(campaign, demo, TODAY), demo, seed)


def test_demonstrations_share_no_unit_and_every_code_is_invented() -> None:
    codes = [set(plan_of(1, campaign).units["unit_code"]) for campaign in list_demos(PARAMETERS)]
    assert sum(map(len, codes)) == len(set.union(*codes))
    assert all(code.startswith("99") for each in codes for code in each)


def test_the_units_of_a_demonstration_may_keep_codes_of_their_own_at_any_depth() -> None:
    plan = plan_of(1, ORGANISATIONS)
    below = plan.units[plan.units["parent_code"].notna()]
    assert not [
        code
        for code, parent in zip(below["unit_code"], below["parent_code"], strict=True)
        if code.startswith(parent)
    ]
    roots = list(plan.units.loc[plan.units["parent_code"].isna(), "unit_code"])
    assert len(roots) == 2
    branches = [set(plan.below(root, "branch")) for root in roots]
    assert all(branches)
    assert not branches[0] & branches[1]
    assert set.union(*branches) == set(plan.units_of("branch"))
    assert any(plan.below(code, "committee") for code in plan.units_of("committee"))


def test_another_seed_gives_another_county_of_the_same_size() -> None:
    first, second = plan_of(1), plan_of(2)
    assert len(first.units) == len(second.units)
    assert first.quality != second.quality
    assert first.answers != second.answers
    assert [mark.points for mark in first.marks] != [mark.points for mark in second.marks]


@pytest.mark.parametrize(("campaign", "seed"), PLANS)
def test_answers_of_any_seed_pass_the_checks_of_the_form(campaign: str, seed: int) -> None:
    plan = plan_of(seed, campaign)
    today = plan.today
    entries = [((form_id, unit), answers) for form_id, unit, answers in plan.log_entries]
    for (form_id, unit), answers in (*plan.answers.items(), *entries):
        # photos and documents are placeholders here; they are checked when written
        plain = without_placeholders(answers)
        problems = check_answers(
            plan.form_of(form_id, unit), plan.campaign, plain, complete=True, today=today
        )
        assert [one for one in problems if not is_upload(plan, form_id, one.path)] == [], (form_id, unit)


def without_placeholders(answers: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [without_placeholders(row) if isinstance(row, dict) else row for row in value]
        if isinstance(value, list)
        else value
        for name, value in answers.items()
        if not is_placeholder(value)
    }


def is_placeholder(value: object) -> bool:
    begins = ("image:", "file:", "untidy:", "tidy:")
    return isinstance(value, list) and any(str(item).startswith(begins) for item in value)


def is_upload(plan: Plan, form_id: str, path: str) -> bool:
    return dict(plan.campaign.form(form_id).leaves())[path].type in ("image", "file")


@pytest.mark.parametrize(
    ("campaign", "seed"), [item for item in PLANS if item[0] in (CAMPAIGN, ORGANISATIONS)]
)
def test_marks_are_between_zero_and_the_maximum(campaign: str, seed: int) -> None:
    plan = plan_of(seed, campaign)
    highest = {line.id: line.points or 0.0 for track in plan.campaign.tracks for line in track.lines()}
    rated = [mark for mark in plan.marks if not mark.comment]
    assert len(rated) > (5_000 if campaign == CAMPAIGN else 500)
    assert all(0 <= mark.points <= highest[mark.criterion_id] for mark in rated)
    assert all(mark.points * 2 == int(mark.points * 2) for mark in rated)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_before_the_awkward_cases_every_township_keeps_to_its_allotment(seed: int) -> None:
    plan = plan_of(seed)
    allotted = {by: number for track, by, number in plan.allotments if track == "village"}
    nominated = dict.fromkeys(allotted, 0)
    for track, by, _, _ in plan.nominations:
        if track == "village":
            nominated[by] += 1
    assert set(allotted.values()) <= {4, 5, 6}
    assert all(4 <= nominated[by] <= allotted[by] for by in allotted)


def test_a_source_marks_only_the_lines_that_name_it() -> None:
    plan = plan_of(1, ORGANISATIONS)
    lines = {mark.criterion_id for mark in plan.marks if mark.source == "masses"}
    assert lines == {"c1_service", "c3_effect"}


def test_entries_of_a_log_name_partners_that_the_unit_has() -> None:
    plan = plan_of(1, ORGANISATIONS)
    for form_id, unit, entry in plan.log_entries:
        if form_id == "joint":
            pairings = plan.answers["pairings", unit]
            partners = [row["name"] for row in rows_in(pairings, "communities")]
            partners += [row["alias"] for row in rows_in(pairings, "army_units")]
            assert entry["partner"] in partners
    good = sorted(plan.units_of("branch"), key=lambda code: plan.quality[code])
    counts = Counter(unit for form_id, unit, _ in plan.log_entries if form_id == "joint")
    assert sum(counts[unit] for unit in good[-6:]) > sum(counts[unit] for unit in good[:6])
