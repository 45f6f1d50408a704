"""The plan of a demonstration: from a seed, before anything is written."""

from functools import cache

import pytest
from counties import CAMPAIGN, ROOT, TODAY

from pbwidgets.campaign import check_answers, read_campaign
from pbwidgets.demo import Plan, build_plan, read_demo
from pbwidgets.demo.laying import lay_around

PARAMETERS = ROOT / "parameters"


@cache
def plan_of(seed: int) -> Plan:
    campaign = read_campaign(PARAMETERS / "campaigns" / f"{CAMPAIGN}.yaml")
    demo = read_demo(PARAMETERS / "demo" / f"{CAMPAIGN}.yaml")
    return build_plan(lay_around(campaign, demo, TODAY), demo, seed)


def test_another_seed_gives_another_county_of_the_same_size() -> None:
    first, second = plan_of(1), plan_of(2)
    assert len(first.units) == len(second.units)
    assert first.quality != second.quality
    assert first.answers != second.answers
    assert [mark.points for mark in first.marks] != [mark.points for mark in second.marks]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_answers_of_any_seed_pass_the_checks_of_the_form(seed: int) -> None:
    plan = plan_of(seed)
    today = plan.today
    for (form_id, unit), answers in plan.answers.items():
        # photos and documents are placeholders here; they are checked when written
        plain = {name: value for name, value in answers.items() if not is_placeholder(value)}
        problems = check_answers(
            plan.campaign.form(form_id), plan.campaign, plain, complete=True, today=today
        )
        assert problems == (), (form_id, unit)


def is_placeholder(value: object) -> bool:
    return isinstance(value, list) and any(str(item).startswith(("image:", "file:")) for item in value)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_marks_are_between_zero_and_the_maximum(seed: int) -> None:
    plan = plan_of(seed)
    highest = {line.id: line.points or 0.0 for track in plan.campaign.tracks for line in track.lines()}
    rated = [mark for mark in plan.marks if not mark.comment]
    assert len(rated) > 5_000
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
