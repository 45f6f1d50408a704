"""A reviewer's queue: its scope, whose turn it is, how long submissions wait, how far they are marked."""

from datetime import UTC, datetime

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PERIOD,
    SETUP_ANSWERS,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    make_register,
)

from pbwidgets import store
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.review.acceptance import undo_acceptance
from pbwidgets.workflows.review.batches import accept_submissions
from pbwidgets.workflows.review.queue import QUEUE, review_queue
from pbwidgets.workflows.review.rating import give_marks, recuse_rater

TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
LEVELS = ("township", "county")
KEYS = {unit: key_of("village_application", unit) for unit in (VILLAGE, SISTER, OTHER_VILLAGE)}


@pytest.fixture
def waiting(small: Workspace, contest: Opened) -> Opened:
    """Three villages and one township have handed in, a day apart."""
    for day, key in enumerate((KEYS[SISTER], KEYS[VILLAGE], KEYS[OTHER_VILLAGE]), start=1):
        with small.store.write(OPERATOR, datetime(2026, 11, day, 4, tzinfo=UTC)) as w:
            store.submit_many(w, [(key, VILLAGE_ANSWERS)])
    with small.store.write(OPERATOR, datetime(2026, 11, 4, tzinfo=UTC)) as w:
        store.submit_many(w, [(key_of("township_setup", TOWN), SETUP_ANSWERS)])
    return contest


def stages(small: Workspace, actor: Actor, opened: Opened) -> dict[tuple[str, str], str]:
    queue = review_queue(Desk(small, actor, opened))
    return {(row["form_id"], row["unit_code"]): row["stage"] for row in queue.to_dict("records")}


def test_a_township_sees_its_own_villages_longest_waiting_first(small: Workspace, waiting: Opened) -> None:
    queue = review_queue(Desk(small, TOWN_REVIEWER, waiting, now=datetime(2026, 11, 5, 4, tzinfo=UTC)))
    assert list(queue.columns) == list(QUEUE)
    mine = queue[queue["stage"] == "mine"]
    assert list(mine["unit_code"]) == [SISTER, VILLAGE]
    assert list(mine["days_waiting"]) == [4, 3]
    assert set(mine["level"]) == {"township"}
    assert set(mine["parent_name"]) == {"青禾镇"}
    assert OTHER_VILLAGE not in set(queue["unit_code"])


def test_units_above_of_the_same_name_are_told_apart(small: Workspace, waiting: Opened) -> None:
    units = make_register()
    units.loc[units["unit_code"] == OTHER_TOWN, "unit_name"] = "青禾镇"
    save_units(small, OPERATOR, units)
    queue = review_queue(Desk(small, COUNTY_REVIEWER, waiting))
    villages = queue[queue["form_id"] == "village_application"]
    assert set(villages["parent_name"]) == {f"青禾镇（{TOWN}）", f"青禾镇（{OTHER_TOWN}）"}


def test_the_turn_moves_from_level_to_level_and_back(small: Workspace, waiting: Opened) -> None:
    village = ("village_application", VILLAGE)
    assert stages(small, COUNTY_REVIEWER, waiting)[village] == "below"
    accept_submissions(Desk(small, TOWN_REVIEWER, waiting), {KEYS[VILLAGE]: 1})
    assert stages(small, COUNTY_REVIEWER, waiting)[village] == "mine"
    assert stages(small, TOWN_REVIEWER, waiting)[village] == "above"
    undo_acceptance(Desk(small, TOWN_REVIEWER, waiting), KEYS[VILLAGE], "township")
    assert stages(small, TOWN_REVIEWER, waiting)[village] == "mine"
    with small.store.write(OPERATOR) as w:
        store.return_submission(w, KEYS[VILLAGE], "township", LEVELS, "请补充")
    assert stages(small, TOWN_REVIEWER, waiting)[village] == "filler"


def test_an_acceptance_cannot_be_undone_once_the_next_level_has_acted(
    small: Workspace, waiting: Opened
) -> None:
    accept_submissions(Desk(small, TOWN_REVIEWER, waiting), {KEYS[VILLAGE]: 1})
    accept_submissions(Desk(small, COUNTY_REVIEWER, waiting), {KEYS[VILLAGE]: 2})
    assert stages(small, COUNTY_REVIEWER, waiting)["village_application", VILLAGE] == "done"
    with pytest.raises(DataError, match="上坪村"):
        undo_acceptance(Desk(small, TOWN_REVIEWER, waiting), KEYS[VILLAGE], "township")


def test_a_township_sees_its_own_submission_but_cannot_act_on_it(small: Workspace, waiting: Opened) -> None:
    own = ("township_setup", TOWN)
    assert stages(small, TOWN_REVIEWER, waiting)[own] == "below"
    assert stages(small, COUNTY_REVIEWER, waiting)[own] == "mine"


def test_all_are_accepted_or_none(small: Workspace, waiting: Opened) -> None:
    with small.store.write(OPERATOR) as w:
        store.return_submission(w, KEYS[SISTER], "township", LEVELS, "请补充")
        store.submit_many(w, [(KEYS[SISTER], {**VILLAGE_ANSWERS, "industry": "蜜柚"})])
    seen = {KEYS[VILLAGE]: 1, KEYS[SISTER]: 1}
    with pytest.raises(ConflictError, match="下坪村"):
        accept_submissions(Desk(small, TOWN_REVIEWER, waiting), seen)
    assert stages(small, TOWN_REVIEWER, waiting)["village_application", VILLAGE] == "mine"
    assert accept_submissions(Desk(small, TOWN_REVIEWER, waiting), {**seen, KEYS[SISTER]: 3}) == 2


def test_one_unit_of_another_township_makes_the_whole_call_fail(small: Workspace, waiting: Opened) -> None:
    with pytest.raises(RightsError, match="红旗村"):
        accept_submissions(Desk(small, TOWN_REVIEWER, waiting), {KEYS[VILLAGE]: 1, KEYS[OTHER_VILLAGE]: 1})
    assert stages(small, TOWN_REVIEWER, waiting)["village_application", VILLAGE] == "mine"


def test_the_queue_counts_marked_and_stale_lines(small: Workspace, waiting: Opened) -> None:
    mark = Mark(MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "township", "township", "li"), 6.0)
    give_marks(Desk(small, TOWN_REVIEWER, waiting), [mark])  # on no version, so it is stale
    recuse_rater(Desk(small, TOWN_REVIEWER, waiting), "li", SISTER, "亲属关系")
    queue = review_queue(Desk(small, TOWN_REVIEWER, waiting)).set_index(["form_id", "unit_code"])
    village, sister = (queue.loc[("village_application", unit)] for unit in (VILLAGE, SISTER))
    assert (village["lines"], village["marked"], village["stale"]) == (7, 1, 1)
    assert (village["recused"], sister["recused"]) == (False, True)
    assert (sister["marked"], queue.loc[("township_setup", TOWN), "lines"]) == (0, 0)


def test_the_queue_leaves_out_drafts_and_logs_that_nobody_reviews(small: Workspace, waiting: Opened) -> None:
    with small.store.write(OPERATOR) as w:
        store.save_draft(w, key_of("township_application", TOWN), {"documents_made": ["plan"]}, 0)
        store.submit_many(w, [(key_of("stability", VILLAGE, 1), {})])
    assert {form for form, _ in stages(small, COUNTY_REVIEWER, waiting)} == {
        "village_application",
        "township_setup",
    }


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (Actor("zhang", "filler", VILLAGE), "填报员"),
        (Actor("liu", "analyst"), "分析员"),
        (Actor("li", "reviewer", "990199"), "990199"),
    ],
)
def test_roles_that_do_not_review_have_no_queue(
    small: Workspace, waiting: Opened, actor: Actor, said: str
) -> None:
    with pytest.raises(RightsError, match=said):
        review_queue(Desk(small, actor, waiting))
