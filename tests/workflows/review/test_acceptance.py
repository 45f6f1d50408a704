"""Review: only marks, returns and nominations that the rules allow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

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

from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import (
    Actor,
    Mark,
    MarkKey,
    NominationList,
    grant_exception,
    history,
    load_exception,
    load_nomination_list,
    load_ratings,
    load_state,
    set_allotments,
    submit_many,
)
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.exceptions import list_exceptions
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back
from pbwidgets.workflows.review.nominations import nominate_unit
from pbwidgets.workflows.review.rating import give_marks

FILLER = Actor("zhang", "filler", VILLAGE)
TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
KEY = key_of("village_application", VILLAGE)
IN_TIME = datetime(2026, 11, 10, tzinfo=UTC)


def mark(
    points: float = 6.0,
    comment: str = "",
    *,
    line: str = "v1_unity",
    layer: str = "township",
    source: str = "township",
    rater: str = "li",
    unit: str = VILLAGE,
) -> Mark:
    return Mark(MarkKey(CAMPAIGN, PERIOD, unit, line, layer, source, rater), points, comment)


# -- marks ---------------------------------------------------------------------------------------------


def test_a_reviewer_marks_units_below_in_the_layer_of_its_level(small: Workspace, contest: Opened) -> None:
    assert give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(6.0), mark(5.5, unit=SISTER)]) == 2
    county = mark(7.0, layer="county", source="on_site", rater="xu")
    assert give_marks(Desk(small, COUNTY_REVIEWER, contest), [county]) == 1
    with small.store.read() as reader:
        ratings = load_ratings(reader, CAMPAIGN, PERIOD, ["village_application"])
    assert sorted(ratings["points"]) == [5.5, 6.0, 7.0]


def test_a_unit_marks_itself_in_the_layer_without_a_level(small: Workspace, contest: Opened) -> None:
    own = mark(7.0, layer="self", source="self", rater="zhang")
    assert give_marks(Desk(small, FILLER, contest), [own]) == 1


@pytest.mark.parametrize("points", [-0.5, 8.5, float("nan"), float("inf")])
def test_a_mark_out_of_range_is_refused_and_nothing_is_saved(
    small: Workspace, contest: Opened, points: float
) -> None:
    with pytest.raises(DataError, match=r"班子团结.*分值应在0分到8分之间"):
        give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(6.0, unit=SISTER), mark(points)])
    with small.store.read() as reader:
        assert load_ratings(reader, CAMPAIGN, PERIOD, ["village_application"]).empty


@pytest.mark.parametrize("points", [0.0, 8.0])
def test_the_ends_of_the_range_are_allowed(small: Workspace, contest: Opened, points: float) -> None:
    assert give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(points)]) == 1


@pytest.mark.parametrize("points", [-3.5, 3.5])
def test_discretionary_marks_have_their_own_range(small: Workspace, contest: Opened, points: float) -> None:
    with pytest.raises(DataError, match="-3分到3分"):
        give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(points, "理由", line="v7_record")])


@pytest.mark.parametrize("comment", ["", "  "])
@pytest.mark.parametrize(("line", "named"), [("v7_record", "平时掌握情况"), ("v1_deeds", "为群众办好事实事")])
def test_discretion_and_corrections_of_a_computed_line_need_a_reason(
    small: Workspace, contest: Opened, line: str, named: str, comment: str
) -> None:
    with pytest.raises(DataError, match=f"{named}.*必须写明理由"):
        give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(2.0, comment, line=line)])
    assert give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(2.0, "抽查属实", line=line)]) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (mark(line="v9_nothing"), "v9_nothing"),
        (mark(source="on_site"), "on_site"),
        (mark(layer="nowhere"), "nowhere"),
    ],
)
def test_unknown_lines_layers_and_sources_are_refused(
    small: Workspace, contest: Opened, wrong: Mark, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        give_marks(Desk(small, TOWN_REVIEWER, contest), [wrong])


@pytest.mark.parametrize(
    ("actor", "given"),
    [
        (TOWN_REVIEWER, mark(unit=OTHER_VILLAGE)),  # another township's village
        (
            TOWN_REVIEWER,
            mark(line="t4_spread", layer="county", source="assessment", unit=TOWN),
        ),  # its own unit
        (TOWN_REVIEWER, mark(layer="county", source="on_site")),  # another level's layer
        (COUNTY_REVIEWER, mark(rater="xu")),  # the township's layer belongs to the township
        (TOWN_REVIEWER, mark(layer="self", source="self")),  # the unit's layer for itself
        (TOWN_REVIEWER, mark(rater="somebody")),  # in another rater's name
        (FILLER, mark(rater="zhang")),
        (FILLER, mark(layer="self", source="self", rater="zhang", unit=SISTER)),
        (Actor("han", "leader", TOWN), mark(rater="han")),  # leaders mark the source `leader` only
        (Actor("sun", "organiser"), mark(rater="sun")),
        (Actor("liu", "analyst"), mark(rater="liu")),
    ],
)
def test_marks_beyond_the_raters_rights_are_refused(
    small: Workspace, contest: Opened, actor: Actor, given: Mark
) -> None:
    line = next(
        item.id
        for item in contest.campaign.track("township").lines()
        if item.rule and item.rule.name == "rated"
    )
    if given.key.criterion_id == "t4_spread":
        given = replace(given, key=replace(given.key, criterion_id=line), points=0.0)
    with pytest.raises(RightsError, match="权限"):
        give_marks(Desk(small, actor, contest), [given])


def test_a_reviewer_may_not_rate_answers_they_filled_in_on_behalf(small: Workspace, contest: Opened) -> None:
    hand_in(
        Desk(small, replace(TOWN_REVIEWER, on_behalf=True), contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0
    )
    with pytest.raises(RightsError, match="代为填报"):
        give_marks(Desk(small, TOWN_REVIEWER, contest), [mark()])
    assert give_marks(Desk(small, TOWN_REVIEWER, contest), [mark(unit=SISTER)]) == 1
    colleague = Actor("ma", "reviewer", TOWN)
    assert give_marks(Desk(small, colleague, contest), [mark(rater="ma")]) == 1


# -- returning and accepting ---------------------------------------------------------------------------


def test_review_passes_from_the_township_to_the_county(small: Workspace, contest: Opened) -> None:
    version = hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(DataError, match="下一级审核通过后"):
        accept_submission(Desk(small, COUNTY_REVIEWER, contest), KEY, "county", seen_version=version)
    version = accept_submission(Desk(small, TOWN_REVIEWER, contest), KEY, "township", seen_version=version)
    accept_submission(Desk(small, COUNTY_REVIEWER, contest), KEY, "county", seen_version=version)
    with small.store.read() as reader:
        state = load_state(reader, KEY)
        causes = [item.made_by.name for item in history(reader, KEY)]
    assert state is not None
    assert state.state == "accepted:county"
    assert causes == ["zhang", "li", "xu"]


def test_a_submission_is_returned_for_one_field_with_a_reason(small: Workspace, contest: Opened) -> None:
    seen = hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(DataError, match=r"理由|原因"):
        send_back(Desk(small, TOWN_REVIEWER, contest), KEY, "township", Correction(" "), seen_version=seen)
    send_back(
        Desk(small, TOWN_REVIEWER, contest),
        KEY,
        "township",
        Correction("请补充日期", "good_deeds"),
        seen_version=seen,
    )
    with small.store.read() as reader:
        last = history(reader, KEY)[-1]
    assert (last.state, last.reason, last.field_path, last.level) == (
        "returned",
        "请补充日期",
        "good_deeds",
        "township",
    )


AFTER = datetime(2026, 11, 25, 4, tzinfo=UTC)  # five days after the last day
NEXT_WEEK = datetime(2026, 11, 28, 16, tzinfo=UTC)  # 24:00 on the third day after that


def return_form(
    workspace: Workspace, moment: datetime, days: int | None = None, handed_in: datetime = IN_TIME
) -> datetime | None:
    """Moment until which the unit may hand in a returned form again."""
    opened = workspace.opened()
    with workspace.store.read() as reader:
        state = load_state(reader, KEY)
    revision = state.revision if state else 0
    seen = hand_in(Desk(workspace, FILLER, opened, now=handed_in), KEY, VILLAGE_ANSWERS, revision)
    reviewer = Desk(workspace, TOWN_REVIEWER, opened, now=moment)
    send_back(reviewer, KEY, "township", Correction("请补充日期", days=days), seen_version=seen)
    with workspace.store.read() as reader:
        return load_exception(reader, CAMPAIGN, PERIOD, KEY.form_id, VILLAGE)


def hand_in_again(workspace: Workspace, moment: datetime) -> int:
    with workspace.store.read() as reader:
        state = load_state(reader, KEY)
    assert state is not None
    return hand_in(
        Desk(workspace, FILLER, workspace.opened(), now=moment), KEY, VILLAGE_ANSWERS, state.revision
    )


def test_a_form_returned_after_the_deadline_can_be_handed_in_for_three_more_days(
    small: Workspace, contest: Opened
) -> None:
    assert return_form(small, AFTER) == NEXT_WEEK
    with pytest.raises(DataError, match="截止"):
        hand_in_again(small, NEXT_WEEK)
    hand_in_again(small, NEXT_WEEK - timedelta(seconds=1))
    assert list(list_exceptions(Desk(small, COUNTY_REVIEWER, contest))["reason"]) == ["退回修改：请补充日期"]


def test_a_return_with_no_days_leaves_the_deadline_as_it_is(small: Workspace) -> None:
    assert return_form(small, AFTER, days=0) is None
    with pytest.raises(DataError, match="截止"):
        hand_in_again(small, AFTER)


def test_the_days_are_the_campaigns_unless_the_reviewer_gives_others(
    small: Workspace, contest: Opened
) -> None:
    longer = contest.campaign.model_copy(update={"return_days": 5})
    open_definition(small, OPERATOR, longer, PERIOD)
    assert return_form(small, AFTER) == NEXT_WEEK + timedelta(days=2)
    assert return_form(small, AFTER, days=15, handed_in=AFTER) == NEXT_WEEK + timedelta(days=12)


@pytest.mark.parametrize("days", [-1, 16])
def test_more_days_than_a_return_may_give_need_an_exception(small: Workspace, days: int) -> None:
    with pytest.raises(DataError, match="0 到 15 之间"):
        return_form(small, AFTER, days=days)


def test_a_return_never_makes_a_deadline_earlier(small: Workspace) -> None:
    assert return_form(small, IN_TIME - timedelta(days=5)) is None


def test_a_return_does_not_shorten_a_longer_exception(small: Workspace) -> None:
    far = datetime(2026, 12, 31, tzinfo=UTC)
    with small.store.write(OPERATOR) as writer:
        grant_exception(writer, CAMPAIGN, PERIOD, KEY.form_id, VILLAGE, far, "停电")
    assert return_form(small, AFTER) == far


@pytest.mark.parametrize(
    ("actor", "level"),
    [
        (Actor("wu", "reviewer", OTHER_TOWN), "township"),
        (TOWN_REVIEWER, "county"),
        (COUNTY_REVIEWER, "township"),
        (FILLER, "township"),
        (Actor("sun", "organiser"), "county"),
    ],
)
def test_only_the_level_above_the_unit_reviews(
    small: Workspace, contest: Opened, actor: Actor, level: str
) -> None:
    seen = hand_in(Desk(small, FILLER, contest, now=IN_TIME), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(RightsError, match="权限"):
        accept_submission(Desk(small, actor, contest), KEY, level, seen_version=seen)
    with pytest.raises(RightsError, match="权限"):
        send_back(Desk(small, actor, contest), KEY, level, Correction("理由"), seen_version=seen)


def test_levels_that_review_a_form_are_above_its_kind_of_unit(contest: Opened) -> None:
    campaign = contest.campaign
    assert review_levels(campaign, campaign.form("village_application")) == ("township", "county")
    assert review_levels(campaign, campaign.form("township_application")) == ("county",)
    assert review_levels(campaign, campaign.form("stability")) == ()


# -- nominations ---------------------------------------------------------------------------------------


def test_a_nomination_above_the_allotment_is_refused(small: Workspace, contest: Opened) -> None:
    with small.store.write(OPERATOR) as writer:
        set_allotments(writer, CAMPAIGN, PERIOD, "village", {TOWN: 1})
        keys = [key_of("village_application", unit) for unit in (VILLAGE, SISTER)]
        submit_many(writer, [(key, VILLAGE_ANSWERS) for key in keys])
    assert nominate_unit(Desk(small, TOWN_REVIEWER, contest), "village", TOWN, VILLAGE) == 1
    with pytest.raises(DataError, match=r"青禾镇.*1"):
        nominate_unit(Desk(small, TOWN_REVIEWER, contest), "village", TOWN, SISTER)
    with small.store.read() as reader:
        assert load_nomination_list(reader, NominationList(CAMPAIGN, PERIOD, "village", TOWN)) == (VILLAGE,)


@pytest.mark.parametrize(
    "actor", [Actor("wu", "reviewer", OTHER_TOWN), COUNTY_REVIEWER, FILLER, Actor("sun", "organiser")]
)
def test_nobody_else_nominates_for_a_township(small: Workspace, contest: Opened, actor: Actor) -> None:
    with pytest.raises(RightsError, match="权限"):
        nominate_unit(Desk(small, actor, contest), "village", TOWN, VILLAGE)


def test_a_township_nominates_only_its_own_villages(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match=f"{OTHER_VILLAGE}.*{TOWN}"):
        nominate_unit(Desk(small, TOWN_REVIEWER, contest), "village", TOWN, OTHER_VILLAGE)


def test_a_track_without_nominations_refuses_them(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match=TOWN):
        nominate_unit(Desk(small, TOWN_REVIEWER, contest), "township", TOWN, TOWN)
