"""Nominations as a ranked list: who may be on it, in what order, and how many."""

import pytest
from counties import CAMPAIGN, OPERATOR, OTHER_VILLAGE, PERIOD, SISTER, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of

from pbwidgets import store
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store import Actor, Mark, MarkKey, Veto
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.review.nominations import (
    find_balance,
    find_candidates,
    hand_in_nominations,
    nominate_unit,
)

TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
LEVELS = ("township", "county")


@pytest.fixture
def desk(small: Workspace, contest: Opened) -> Desk:
    """Two villages have handed in; the township has marked both, the second higher."""
    with small.store.write(OPERATOR) as w:
        store.submit_many(
            w, [(key_of("village_application", unit), VILLAGE_ANSWERS) for unit in (VILLAGE, SISTER)]
        )
        for unit, points in ((VILLAGE, 4.0), (SISTER, 7.0)):
            key = MarkKey(CAMPAIGN, PERIOD, unit, "v1_unity", "township", "township", "li")
            store.rate(w, Mark(key, points))
            county = MarkKey(CAMPAIGN, PERIOD, unit, "v1_unity", "county", "on_site", "xu")
            store.rate(w, Mark(county, 11.0 - points))
    return Desk(small, TOWN_REVIEWER, contest)


def veto(desk: Desk, unit: str) -> None:
    with desk.workspace.store.write(OPERATOR) as w:
        store.record_veto(w, Veto(CAMPAIGN, PERIOD, unit, "falsified_village", "台账造假", "village"))


def allot(desk: Desk, places: int) -> None:
    with desk.workspace.store.write(OPERATOR) as w:
        store.set_allotments(w, CAMPAIGN, PERIOD, "village", {TOWN: places})


def test_candidates_are_ranked_by_the_marks_of_the_nominating_level(desk: Desk) -> None:
    found = find_candidates(desk, "village", TOWN)
    assert [(item.unit_code, item.rank) for item in found] == [(SISTER, 1), (VILLAGE, 2)]
    first, second = (item.total for item in found)
    assert first is not None
    assert second is not None
    assert first - second == 3.0
    assert {item.state for item in found} == {"submitted"}
    assert {item.refused for item in found} == {None}


def test_the_state_of_a_unit_is_that_of_the_form_that_is_least_far(desk: Desk) -> None:
    application, record = key_of("village_application", VILLAGE), key_of("stability", VILLAGE)

    def state() -> str:
        return next(
            item.state for item in find_candidates(desk, "village", TOWN) if item.unit_code == VILLAGE
        )

    with desk.workspace.store.write(OPERATOR) as w:
        store.save_draft(w, record, {}, 0)
    assert state() == "draft"
    with desk.workspace.store.write(OPERATOR) as w:
        store.submit_many(w, [(record, {})])
    assert state() == "submitted"
    with desk.workspace.store.write(OPERATOR) as w:
        for level in LEVELS:
            store.accept_many(w, [application], level, LEVELS)
    assert state() == "accepted:county"


@pytest.mark.parametrize("how", ["veto", "return"])
def test_a_unit_that_is_out_or_returned_is_refused_and_says_why(desk: Desk, how: str) -> None:
    if how == "veto":
        veto(desk, VILLAGE)
    else:
        with desk.workspace.store.write(OPERATOR) as w:
            store.return_submission(w, key_of("village_application", VILLAGE), "township", LEVELS, "请补充")
    said = "弄虚作假" if how == "veto" else "已退回"
    refused = {item.unit_code: item.refused for item in find_candidates(desk, "village", TOWN)}
    assert refused[SISTER] is None
    assert refused[VILLAGE] is not None
    assert said in refused[VILLAGE].message("zh_CN")
    with pytest.raises(DataError, match=f"上坪村.*{said}"):
        nominate_unit(desk, "village", TOWN, VILLAGE)
    with pytest.raises(DataError, match=f"上坪村.*{said}"):
        hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[])
    assert find_balance(desk, "village", TOWN).listed == ()


def test_a_unit_that_has_handed_in_nothing_is_refused_and_a_waiting_one_is_said_to_wait(desk: Desk) -> None:
    key = key_of("village_application", VILLAGE)
    with desk.workspace.store.write(OPERATOR) as w:
        store.withdraw(w, key)
        store.accept(w, key_of("village_application", SISTER), "township", LEVELS)
    found = {item.unit_code: item for item in find_candidates(desk, "village", TOWN)}
    assert found[SISTER].counts
    assert found[VILLAGE].refused is not None
    with pytest.raises(DataError, match="上坪村还没有提交材料"):
        hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[])
    with desk.workspace.store.write(OPERATOR) as w:
        store.submit_many(w, [(key, VILLAGE_ANSWERS)])
    waiting = {item.unit_code: item for item in find_candidates(desk, "village", TOWN)}[VILLAGE]
    assert (waiting.counts, waiting.refused) == (False, None)
    hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[])


def test_a_unit_that_was_listed_before_its_veto_may_stay_or_go(desk: Desk) -> None:
    hand_in_nominations(desk, "village", TOWN, [VILLAGE], seen=[])
    veto(desk, VILLAGE)
    hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[VILLAGE])
    assert find_balance(desk, "village", TOWN).listed == (SISTER, VILLAGE)
    hand_in_nominations(desk, "village", TOWN, [SISTER], seen=[SISTER, VILLAGE])
    with pytest.raises(DataError, match="上坪村"):
        hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[SISTER])


def test_a_list_is_replaced_as_a_whole_and_in_its_order_or_not_at_all(desk: Desk) -> None:
    allot(desk, 1)
    with pytest.raises(DataError, match=r"青禾镇.*1个"):
        hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[])
    assert find_balance(desk, "village", TOWN).listed == ()
    allot(desk, 2)
    hand_in_nominations(desk, "village", TOWN, [SISTER, VILLAGE], seen=[])
    hand_in_nominations(desk, "village", TOWN, [VILLAGE, SISTER], seen=[SISTER, VILLAGE])
    assert find_balance(desk, "village", TOWN).listed == (VILLAGE, SISTER)
    with pytest.raises(ConflictError, match="青禾镇"):
        hand_in_nominations(desk, "village", TOWN, [], seen=[SISTER, VILLAGE])
    with pytest.raises(DataError, match="两次"):
        hand_in_nominations(desk, "village", TOWN, [VILLAGE, VILLAGE], seen=[VILLAGE, SISTER])
    with pytest.raises(DataError, match=OTHER_VILLAGE):
        hand_in_nominations(desk, "village", TOWN, [OTHER_VILLAGE], seen=[VILLAGE, SISTER])
    assert find_balance(desk, "village", TOWN).listed == (VILLAGE, SISTER)


def test_without_a_number_on_record_the_usual_one_of_the_campaign_holds(desk: Desk) -> None:
    balance = find_balance(desk, "village", TOWN)
    assert (balance.allotted, balance.left) == (5, 5)
    assert find_balance(desk, "pioneer", TOWN).allotted is None
