"""A form as its filler sees it, and which forms the filler may open."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PERIOD,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets import store
from pbwidgets.errors import DataError, RightsError, UsageError
from pbwidgets.store import Actor
from pbwidgets.workflows.filling.access import filling_actor, units_to_fill
from pbwidgets.workflows.filling.drafts import hand_in, save_answers, take_back
from pbwidgets.workflows.filling.entries import (
    begin_entry,
    copy_from_period,
    list_entries,
    open_submission,
    periods_to_copy_from,
)
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import close_campaign, open_definition
from pbwidgets.workflows.review.acceptance import Correction, send_back

FILLER = Actor("zhang", "filler", VILLAGE)
REVIEWER = Actor("li", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
KEY = key_of("village_application", VILLAGE)
IN_TIME = datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)
TOO_LATE = datetime(2026, 11, 20, 16, 0, 0, tzinfo=UTC)


def test_a_form_that_nobody_has_begun_is_empty_and_open(small: Workspace, contest: Opened) -> None:
    found = open_submission(Desk(small, FILLER, contest), KEY)
    assert (found.state, found.answers, found.version, found.revision) == ("not_begun", {}, 0, 0)
    assert found.is_editable
    assert not found.can_take_back
    assert found.until == TOO_LATE


def test_a_saved_draft_is_reopened_with_who_saved_it(small: Workspace, contest: Opened) -> None:
    revision = save_answers(Desk(small, FILLER, contest), KEY, {"industry": "茶叶"}, 0)
    found = open_submission(Desk(small, FILLER, contest), KEY)
    assert (found.answers, found.revision, found.saved_by) == ({"industry": "茶叶"}, revision, "zhang")


def test_what_was_handed_in_can_be_read_and_taken_back_only(small: Workspace, contest: Opened) -> None:
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    found = open_submission(Desk(small, FILLER, contest), KEY)
    assert not found.is_editable
    assert found.can_take_back
    assert found.answers["industry"] == "茶叶"
    take_back(Desk(small, FILLER, contest), KEY)
    assert open_submission(Desk(small, FILLER, contest), KEY).is_editable


def test_reasons_of_the_return_stand_at_their_field_until_it_is_handed_in_again(
    small: Workspace, contest: Opened
) -> None:
    version = hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    send_back(
        Desk(small, REVIEWER, contest),
        KEY,
        "township",
        Correction("数字不实", "industry"),
        seen_version=version,
    )
    found = open_submission(Desk(small, FILLER, contest), KEY)
    assert found.state == "returned"
    assert found.returned == {"industry": ("数字不实",)}
    again = {**VILLAGE_ANSWERS, "industry": "柑橘"}
    hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, again, found.revision)
    assert open_submission(Desk(small, FILLER, contest), KEY).returned == {}


def test_an_exception_moves_the_deadline_of_one_unit(small: Workspace, contest: Opened) -> None:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    with small.store.write(OPERATOR) as writer:
        store.grant_exception(writer, CAMPAIGN, PERIOD, KEY.form_id, VILLAGE, until, "停电")
    found = open_submission(Desk(small, FILLER, contest), KEY)
    assert found.has_exception
    assert not found.is_closed(TOO_LATE)
    assert found.is_closed(until)
    sister = open_submission(
        Desk(small, Actor("wang", "filler", SISTER), contest), key_of("village_application", SISTER)
    )
    assert sister.is_closed(TOO_LATE)


@pytest.mark.parametrize(
    ("actor", "unit"),
    [
        (FILLER, SISTER),
        (FILLER, OTHER_VILLAGE),
        (replace(REVIEWER, on_behalf=True), OTHER_VILLAGE),
        (Actor("sun", "organiser"), VILLAGE),
        (Actor("he", "leader", COUNTY), VILLAGE),
        (Actor("qian", "analyst"), VILLAGE),
        (Actor("guan", "admin"), VILLAGE),
    ],
)
def test_forms_that_the_actor_may_not_fill_in_cannot_be_opened(
    actor: Actor, unit: str, small: Workspace, contest: Opened
) -> None:
    with pytest.raises(RightsError, match="权限"):
        open_submission(Desk(small, actor, contest), key_of("village_application", unit))


def test_an_unknown_form_or_one_for_another_kind_of_unit_is_refused(
    small: Workspace, contest: Opened
) -> None:
    with pytest.raises(UsageError, match="village_application"):
        open_submission(Desk(small, FILLER, contest), key_of("village_aplication", VILLAGE))
    with pytest.raises(DataError, match="不由单位"):
        open_submission(Desk(small, FILLER, contest), key_of("township_application", VILLAGE))


def test_units_to_fill_are_the_actors_own_or_those_below(small: Workspace, contest: Opened) -> None:
    def codes(actor: Actor, form: str) -> list[str]:
        return list(units_to_fill(Desk(small, actor, contest), form)["unit_code"])

    assert codes(FILLER, "village_application") == [VILLAGE]
    assert codes(FILLER, "township_application") == []
    assert codes(FILLER, "stability") == []
    assert codes(REVIEWER, "village_application") == [VILLAGE, SISTER]
    assert codes(REVIEWER, "stability") == []
    assert codes(REVIEWER, "township_application") == []
    assert VILLAGE in codes(COUNTY_REVIEWER, "stability")
    assert codes(COUNTY_REVIEWER, "township_application") == [TOWN, OTHER_TOWN]
    assert codes(Actor("he", "leader", COUNTY), "village_application") == []


def test_a_reviewer_fills_in_a_units_form_on_its_behalf(contest: Opened) -> None:
    assert filling_actor(REVIEWER, contest, "village_application").on_behalf
    assert not filling_actor(COUNTY_REVIEWER, contest, "stability").on_behalf
    assert not filling_actor(FILLER, contest, "village_application").on_behalf


def test_entries_of_a_log_are_numbered_and_listed(small: Workspace, contest: Opened) -> None:
    first = begin_entry(Desk(small, COUNTY_REVIEWER, contest), "stability", VILLAGE)
    second = begin_entry(Desk(small, COUNTY_REVIEWER, contest), "stability", VILLAGE)
    begin_entry(Desk(small, COUNTY_REVIEWER, contest), "stability", SISTER)
    assert (first.occurrence, second.occurrence) == (1, 2)
    revision = open_submission(Desk(small, COUNTY_REVIEWER, contest), second).revision
    save_answers(Desk(small, COUNTY_REVIEWER, contest), second, {"incidents": 2}, revision)
    entries = list_entries(Desk(small, COUNTY_REVIEWER, contest), "stability", VILLAGE)
    assert [(entry.occurrence, dict(entry.answers)) for entry in entries] == [(1, {}), (2, {"incidents": 2})]


def test_only_its_level_keeps_a_log_and_other_forms_have_no_entries(
    small: Workspace, contest: Opened
) -> None:
    with pytest.raises(RightsError, match="权限"):
        begin_entry(Desk(small, FILLER, contest), "stability", VILLAGE)
    with pytest.raises(DataError, match="只填一份"):
        begin_entry(Desk(small, FILLER, contest), "village_application", VILLAGE)


def test_last_years_answers_are_copied_without_their_files(small: Workspace, contest: Opened) -> None:
    campaign = contest.campaign
    before = campaign.periods[0].model_copy(
        update={
            "id": "2025",
            "begins": datetime(2025, 1, 1).date(),
            "ends": datetime(2025, 12, 31).date(),
            "phases": (),
        }
    )
    both = campaign.model_copy(update={"periods": (before, *campaign.periods)})
    open_definition(small, OPERATOR, both, "2025")
    open_definition(small, OPERATOR, both, PERIOD)
    last_year, this_year = small.opened(CAMPAIGN, "2025"), small.opened(CAMPAIGN, PERIOD)
    answers = {**VILLAGE_ANSWERS, "centre_photos": ["a" * 64]}
    hand_in(Desk(small, FILLER, last_year), replace(KEY, period_id="2025"), answers, 0)
    close_campaign(Desk(small, OPERATOR, last_year))  # closed years are copied from as well
    assert periods_to_copy_from(small, this_year, KEY) == ("2025",)
    copied = copy_from_period(Desk(small, FILLER, this_year), KEY, "2025")
    assert copied["industry"] == "茶叶"
    assert copied["good_deeds"] == VILLAGE_ANSWERS["good_deeds"]
    assert "centre_photos" not in copied
    with pytest.raises(RightsError, match="权限"):
        copy_from_period(Desk(small, Actor("zhao", "filler", OTHER_VILLAGE), this_year), KEY, "2025")
    with pytest.raises(DataError, match="没有本单位"):
        copy_from_period(Desk(small, FILLER, this_year), KEY, "2024")
