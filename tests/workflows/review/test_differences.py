"""A mark far from the layer before needs a reason, and a line for one domain is marked on units of that domain only."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from counties import CAMPAIGN, OPERATOR, PERIOD, SISTER, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of, make_register

from pbwidgets import store
from pbwidgets.campaign import Campaign
from pbwidgets.campaign.model import Concerned
from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.review.case import open_review
from pbwidgets.workflows.review.rating import give_marks

REVIEWER = Actor("li", "reviewer", TOWN)
NOW = datetime(2026, 11, 10, tzinfo=UTC)


def change_villages(campaign: Campaign, **changes: object) -> Campaign:
    """The campaign with other values of the track of villages."""
    tracks = tuple(
        track.model_copy(update=changes) if track.id == "village" else track for track in campaign.tracks
    )
    return campaign.model_copy(update={"tracks": tracks})


def a_mark(points: float, comment: str = "", *, layer: str = "township", unit: str = VILLAGE) -> Mark:
    rater = "li" if layer == "township" else unit
    return Mark(MarkKey(CAMPAIGN, PERIOD, unit, "v1_unity", layer, layer, rater), points, comment)


@pytest.fixture
def limited(small: Workspace, contest: Opened) -> Opened:
    """The contest in which the township gives a reason for a difference of 1 point; the village gave itself 7."""
    with small.store.write(OPERATOR, NOW) as w:
        store.submit_many(
            w, [(key_of("village_application", unit), VILLAGE_ANSWERS) for unit in (VILLAGE, SISTER)]
        )
        store.rate_many(w, [a_mark(7.0, layer="self")])
    layers = tuple(
        layer.model_copy(update={"difference_needs_reason": 1.0}) if layer.id == "township" else layer
        for layer in contest.campaign.track("village").layers
    )
    return replace(contest, campaign=change_villages(contest.campaign, layers=layers))


@pytest.mark.parametrize("points", [6.0, 8.0, 0.0])
def test_a_mark_far_from_the_unit_s_own_is_refused_without_a_reason(
    small: Workspace, limited: Opened, points: float
) -> None:
    desk = Desk(small, REVIEWER, limited)
    with pytest.raises(DataError, match="相差达到1分，必须写明理由") as caught:
        give_marks(desk, [a_mark(points)])
    assert caught.value.code == "workflows.difference_needs_reason"
    with pytest.raises(DataError, match="必须写明理由"):  # what the store removes is no reason
        give_marks(desk, [a_mark(points, "\u0007")])
    assert give_marks(desk, [a_mark(points, "台账不全")]) == 1


def test_a_mark_near_the_own_one_or_with_nothing_before_needs_no_reason(
    small: Workspace, limited: Opened
) -> None:
    desk = Desk(small, REVIEWER, limited)
    assert give_marks(desk, [a_mark(6.5), a_mark(0.0, unit=SISTER)]) == 2


def test_the_page_is_told_what_a_mark_is_compared_with(small: Workspace, limited: Opened) -> None:
    review = open_review(Desk(small, REVIEWER, limited), key_of("village_application", VILLAGE))
    unity = next(line for line in review.lines if line.criterion.id == "v1_unity")
    assert (unity.before, unity.limit) == (("self", 7.0), 1.0)
    assert {line.before for line in review.lines if line.criterion.id != "v1_unity"} == {None}


def test_a_line_of_a_domain_is_marked_on_its_units_only(small: Workspace, contest: Opened) -> None:
    criteria = list(contest.campaign.track("village").criteria)
    criteria[0] = criteria[0].model_copy(update={"for_": Concerned(domain="街道")})
    units = make_register()
    units.loc[units["unit_code"] == VILLAGE, "domain"] = "街道"
    save_units(small, OPERATOR, units)
    opened = replace(contest, campaign=change_villages(contest.campaign, criteria=tuple(criteria)))
    with small.store.write(OPERATOR, NOW) as w:
        store.submit_many(
            w, [(key_of("village_application", unit), VILLAGE_ANSWERS) for unit in (VILLAGE, SISTER)]
        )
    desk = Desk(small, REVIEWER, opened)
    shown = {
        unit: [line.criterion.id for line in open_review(desk, key_of("village_application", unit)).lines]
        for unit in (VILLAGE, SISTER)
    }
    assert "v1_unity" in shown[VILLAGE]
    assert "v1_unity" not in shown[SISTER]
    assert give_marks(desk, [a_mark(6.0)]) == 1
    with pytest.raises(DataError, match="评分表上") as caught:
        give_marks(desk, [a_mark(6.0, unit=SISTER)])
    assert caught.value.code == "workflows.line_of_others"
