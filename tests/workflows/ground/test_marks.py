"""Marks that the definition names on a line, for a press instead of typing."""

from typing import Any

from pbwidgets.campaign import Criterion
from pbwidgets.campaign.model import Measure
from pbwidgets.workflows.ground.marks import list_anchors
from pbwidgets.workflows.ground.workspace import Opened


def a_line(**more: Any) -> Criterion:
    return Criterion.model_validate({"id": "x1", "name": {"zh": "项", "en": "Line"}, "points": 5, **more})


def test_anchors_of_a_rated_line_are_those_of_the_definition(contest: Opened) -> None:
    unity = next(line for line in contest.campaign.track("village").lines() if line.id == "v1_unity")
    assert list_anchors(contest.campaign, unity) == unity.anchors
    assert list_anchors(contest.campaign, a_line(rule={"name": "rated"})) == ()


def test_a_computed_line_offers_its_bands(contest: Opened) -> None:
    bands = [{"bound": 90, "points": 5}, {"bound": 80, "points": 3.5}]
    rule = {"name": "bands", "measure": "m", "bands": bands, "otherwise": 1}
    listed = list_anchors(contest.campaign, a_line(rule=rule))
    assert [(anchor.points, anchor.text.zh) for anchor in listed] == [
        (5, "90及以上"), (3.5, "80及以上"), (1, "其余"),
    ]  # fmt: skip
    lower = list_anchors(contest.campaign, a_line(rule={**rule, "better": "lower"}))
    assert lower[0].text.en == "90 and below"


def test_a_computed_line_offers_its_options_the_best_first(contest: Opened) -> None:
    measure = Measure.model_validate(
        {
            "id": "plan", "name": {"zh": "方案", "en": "Plan"}, "form": "township_setup",
            "field": "work_plan", "aggregate": "chosen",
        }
    )  # fmt: skip
    campaign = contest.campaign.model_copy(update={"measures": (*contest.campaign.measures, measure)})
    options = [{"choice": "no", "points": 0}, {"choice": "yes", "points": 5}]
    line = a_line(rule={"name": "by_choice", "measure": "plan", "options": options})
    assert [(anchor.points, anchor.text.zh) for anchor in list_anchors(campaign, line)] == [
        (5, "是"),
        (0, "否"),
    ]
