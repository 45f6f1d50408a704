"""Many submissions at once: which can be dealt with and why others cannot; all or none are written."""

import pytest
from counties import (
    OPERATOR,
    OTHER_VILLAGE,
    PERIOD,
    SETUP_ANSWERS,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets import store
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.review.acceptance import Correction
from pbwidgets.workflows.review.batches import accept_submissions, plan_batch, return_submissions

TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
LEVELS = ("township", "county")
KEYS = {unit: key_of("village_application", unit) for unit in (VILLAGE, SISTER, OTHER_VILLAGE)}
SETUP = key_of("township_setup", TOWN)


@pytest.fixture
def desk(small: Workspace, contest: Opened) -> Desk:
    with small.store.write(OPERATOR) as w:
        store.submit_many(w, [(key, VILLAGE_ANSWERS) for key in KEYS.values()])
        store.submit_many(w, [(SETUP, SETUP_ANSWERS)])
    return Desk(small, TOWN_REVIEWER, contest)


def state_of(desk: Desk, key: SubmissionKey) -> str:
    with desk.workspace.store.read() as reader:
        found = store.load_state(reader, key)
    return "" if found is None else found.state


def test_each_submission_is_ready_or_refused_with_its_own_reason(desk: Desk) -> None:
    with desk.workspace.store.write(OPERATOR) as w:
        store.accept(w, KEYS[SISTER], "township", LEVELS)
    batch = plan_batch(desk, {KEYS[VILLAGE]: 1, KEYS[SISTER]: 2, KEYS[OTHER_VILLAGE]: 1, SETUP: 1})
    assert batch.ready == {KEYS[VILLAGE]: "township"}
    said = {key: error.message("zh_CN") for key, error in batch.refused.items()}
    assert said[KEYS[SISTER]] == "下坪村的材料现在由“县级复核”办理。"
    assert "红旗村" in said[KEYS[OTHER_VILLAGE]]
    assert "青禾镇" in said[SETUP]
    assert {type(batch.refused[key]) for key in (KEYS[OTHER_VILLAGE], SETUP)} == {RightsError}


@pytest.mark.parametrize("act", ["accept", "return"])
def test_all_are_dealt_with_or_none(desk: Desk, act: str) -> None:
    def call(seen: dict[SubmissionKey, int]) -> int:
        if act == "accept":
            return accept_submissions(desk, seen)
        return return_submissions(desk, seen, Correction("请补充"))

    with pytest.raises(ConflictError, match="下坪村"):
        call({KEYS[VILLAGE]: 1, KEYS[SISTER]: 7})
    with pytest.raises(DataError, match="下坪村"):
        call({KEYS[VILLAGE]: 1, key_of("village_application", SISTER, 4): 1})
    assert state_of(desk, KEYS[VILLAGE]) == "submitted"
    assert call({KEYS[VILLAGE]: 1, KEYS[SISTER]: 1}) == 2
    wanted = "accepted:township" if act == "accept" else "returned"
    assert {state_of(desk, KEYS[unit]) for unit in (VILLAGE, SISTER)} == {wanted}
    with pytest.raises(DataError, match="上坪村"):
        call({KEYS[VILLAGE]: 2})


def test_a_return_needs_a_reason_and_days_within_the_bounds(desk: Desk) -> None:
    seen = {KEYS[VILLAGE]: 1, KEYS[SISTER]: 1}
    with pytest.raises(DataError, match="理由"):
        return_submissions(desk, seen, Correction("  "))
    with pytest.raises(DataError, match="61"):
        return_submissions(desk, seen, Correction("请补充", days=61))
    assert state_of(desk, KEYS[VILLAGE]) == "submitted"


def test_a_submission_of_another_period_is_refused_as_a_whole(desk: Desk) -> None:
    key = SubmissionKey("sanji_lianzheng", f"{PERIOD}9", "village_application", VILLAGE)
    with pytest.raises(RightsError, match="权限"):
        plan_batch(desk, {key: 1})


def test_a_role_that_reviews_nothing_is_refused(desk: Desk) -> None:
    leader = Desk(desk.workspace, Actor("han", "leader", TOWN), desk.opened)
    with pytest.raises(RightsError, match="领导"):
        plan_batch(leader, {KEYS[VILLAGE]: 1})
