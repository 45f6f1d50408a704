"""The unit's own marks: the dry run predicts the score, and only the unit marks itself."""

from dataclasses import replace

import pytest
from counties import (
    CAMPAIGN,
    OPERATOR,
    OTHER_VILLAGE,
    PERIOD,
    SETUP_ANSWERS,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets.campaign.model import Settlement, Track
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.store import Actor, load_ratings, load_state
from pbwidgets.workflows.filling.drafts import hand_in, hand_in_form
from pbwidgets.workflows.filling.self_marks import begin_dry_run, load_self_marks, save_self_marks
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.dry_run import self_tracks
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import Opening, open_definition
from pbwidgets.workflows.review.acceptance import accept_submission

FILLER = Actor("zhang", "filler", VILLAGE)
NEXT_FILLER = Actor("qian", "filler", VILLAGE)
KEY = key_of("village_application", VILLAGE)
MARKS = {"v1_unity": (7.0, "班子团结"), "v6_industry": (8.0, "")}


@pytest.fixture
def contest(small: Workspace) -> Opened:
    """The campaign without phases, so that no form closes."""
    opened = small.opened()
    periods = tuple(period.model_copy(update={"phases": ()}) for period in opened.campaign.periods)
    open_definition(small, OPERATOR, opened.campaign.model_copy(update={"periods": periods}), PERIOD)
    return small.opened()


@pytest.fixture
def track(contest: Opened) -> Track:
    ((track, layer_id),) = self_tracks(contest.campaign, contest.campaign.form("village_application"))
    assert layer_id == "self"
    return track


def own_ratings(workspace: Workspace, contest: Opened) -> list[tuple[str, float, bool]]:
    forms = contest.campaign.track("village").forms
    with workspace.store.read() as reader:
        rows = load_ratings(reader, CAMPAIGN, PERIOD, forms)
    return sorted(zip(rows["criterion_id"], rows["points"], rows["stale"], strict=True))


def test_lines_are_marked_or_computed_and_the_total_is_their_sum(
    small: Workspace, contest: Opened, track: Track
) -> None:
    sheet = begin_dry_run(Desk(small, FILLER, contest), KEY, track, "self").sheet(
        VILLAGE_ANSWERS, MARKS, "zh_CN"
    )
    by_id = {line.line.id: line for line in sheet.lines}
    assert by_id["v1_unity"].kind == "marked"
    assert by_id["v1_unity"].points == 7
    assert by_id["v1_deeds"].kind == "computed"
    assert by_id["v1_deeds"].points == 2
    assert "少2件" in by_id["v1_deeds"].reason
    assert by_id["v5_scheme"].points is None  # the township has filled in nothing yet
    assert "缺少" in by_id["v5_scheme"].reason
    known = [line.points for line in sheet.lines if line.points is not None]
    assert sheet.total == pytest.approx(sum(known), abs=0.005)
    assert sheet.highest == 100


def test_the_highest_is_that_of_the_unit_s_own_sheet(small: Workspace, contest: Opened, track: Track) -> None:
    run = begin_dry_run(Desk(small, FILLER, contest), KEY, track, "self")
    *others, last = track.criteria
    shorter = replace(run, track=track.model_copy(update={"criteria": tuple(others)}))
    assert shorter.sheet(VILLAGE_ANSWERS, {}, "zh_CN").highest == 100 - last.max_points


def test_the_total_takes_a_heading_settled_as_one_for_its_lines(
    small: Workspace, contest: Opened, track: Track
) -> None:
    first = track.criteria[0].model_copy(update={"settle": Settlement(ceiling=5)})
    settled = track.model_copy(update={"criteria": (first, *track.criteria[1:])})
    tracks = tuple(settled if item.id == track.id else item for item in contest.campaign.tracks)
    opened = replace(contest, campaign=contest.campaign.model_copy(update={"tracks": tracks}))
    before, after = (
        begin_dry_run(Desk(small, FILLER, each), KEY, own, "self").sheet(VILLAGE_ANSWERS, MARKS, "zh_CN")
        for each, own in ((contest, track), (opened, settled))
    )
    below = {line.id for line in first.lines()}
    given = sum(line.points or 0 for line in before.lines if line.line.id in below)
    assert given > 5
    assert after.total == pytest.approx(before.total - given + 5, abs=0.005)
    (heading,) = [line for line in after.lines if line.kind == "heading"]
    assert (heading.place, heading.points) == ("1", 5)
    assert heading.reason == f"各项合计{given:g}分，按最高5分计。"


def test_the_dry_run_gives_what_scoring_gives_after_handing_in(
    small: Workspace, contest: Opened, track: Track
) -> None:
    town = Actor("wu", "filler", TOWN)
    setup = key_of("township_setup", TOWN)
    version = hand_in(Desk(small, town, contest), setup, SETUP_ANSWERS, 0)
    for level in ("county",):
        accept_submission(Desk(small, OPERATOR, contest), setup, level, seen_version=version)
    run = begin_dry_run(Desk(small, FILLER, contest), KEY, track, "self")
    sheet = run.sheet(VILLAGE_ANSWERS, MARKS, "zh_CN")
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", MARKS)
    version = hand_in_form(Desk(small, FILLER, contest), KEY, VILLAGE_ANSWERS, 0)
    for level in ("township", "county"):
        version = accept_submission(Desk(small, OPERATOR, contest), KEY, level, seen_version=version)
    points = take_snapshot(small, contest).scores().points
    ours = points[(points["unit_code"] == VILLAGE) & (points["layer"] == "self")].set_index("criterion_id")
    for line in sheet.lines:
        given = ours.loc[line.line.id, "points"]
        assert (line.points is None) == (given != given), line.line.id
        if line.points is not None:
            assert line.points == pytest.approx(given), line.line.id


def test_a_line_that_compares_units_is_not_guessed(small: Workspace, contest: Opened, track: Track) -> None:
    raw = contest.campaign.model_dump(mode="json")
    village = next(item for item in raw["tracks"] if item["id"] == "village")
    line = village["criteria"][0]["criteria"][1]
    line["rule"] = {"name": "proportional_to_best", "measure": "good_deeds"}
    changed = type(contest.campaign).model_validate(raw)
    other = Opened(changed, contest.version, contest.period_id)
    run = begin_dry_run(Desk(small, FILLER, other), KEY, changed.track("village"), "self")
    sheet = run.sheet(VILLAGE_ANSWERS, {}, "zh_CN")
    compared = next(item for item in sheet.lines if item.line.id == line["id"])
    assert compared.kind == "others"
    assert sheet.uncertain == 1
    plain = begin_dry_run(Desk(small, FILLER, contest), KEY, track, "self").sheet(
        VILLAGE_ANSWERS, {}, "zh_CN"
    )
    assert sheet.total == pytest.approx(plain.total - 2)  # without the line's former points


def test_own_marks_are_saved_changed_and_withdrawn(small: Workspace, contest: Opened, track: Track) -> None:
    assert save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", MARKS) == 2
    assert load_self_marks(Desk(small, FILLER, contest), VILLAGE, "self") == MARKS
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (6.0, "改")})
    assert load_self_marks(Desk(small, FILLER, contest), VILLAGE, "self") == {"v1_unity": (6.0, "改")}


def test_a_new_clerk_changes_the_units_marks_instead_of_adding_more(
    small: Workspace, contest: Opened, track: Track
) -> None:
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (7.0, "")})
    save_self_marks(Desk(small, NEXT_FILLER, contest), KEY, track, "self", {"v1_unity": (5.0, "")})
    assert own_ratings(small, contest) == [("v1_unity", 5.0, False)]


def test_handing_in_does_not_make_own_marks_stale(small: Workspace, contest: Opened, track: Track) -> None:
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (7.0, "")})
    hand_in_form(Desk(small, FILLER, contest), KEY, VILLAGE_ANSWERS, 0)
    assert own_ratings(small, contest) == [("v1_unity", 7.0, False)]


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ({"v1_unity": (8.5, "")}, "0分到8分之间"),
        ({"v1_unity": (-1.0, "")}, "0分到8分之间"),
        ({"no_such_line": (1.0, "")}, "没有评分项"),
        ({"v1_deeds": (6.0, "")}, "必须写明理由"),
    ],
    ids=["above the maximum", "below zero", "unknown line", "corrects a computed line silently"],
)
def test_a_forged_mark_is_refused(
    marks: dict[str, tuple[float, str]], reason: str, small: Workspace, contest: Opened, track: Track
) -> None:
    with pytest.raises(DataError, match=reason):
        save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", marks)
    assert own_ratings(small, contest) == []


@pytest.mark.parametrize(
    "actor",
    [Actor("zhao", "filler", OTHER_VILLAGE), Actor("li", "reviewer", TOWN), Actor("sun", "organiser")],
)
def test_nobody_else_marks_for_the_unit(
    actor: Actor, small: Workspace, contest: Opened, track: Track
) -> None:
    with pytest.raises(RightsError, match="权限"):
        save_self_marks(Desk(small, actor, contest), KEY, track, "self", {"v1_unity": (7.0, "")})


@pytest.mark.parametrize(
    "actor",
    [Actor("li", "reviewer", TOWN), Actor("ma", "reviewer", TOWN, on_behalf=True), Actor("sun", "organiser")],
)
def test_the_units_own_marks_are_hidden_from_later_raters(
    actor: Actor, small: Workspace, contest: Opened, track: Track
) -> None:
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", MARKS)
    with pytest.raises(RightsError, match="权限"):
        load_self_marks(Desk(small, actor, contest), VILLAGE, "self")


def test_no_mark_is_changed_after_handing_in(small: Workspace, contest: Opened, track: Track) -> None:
    hand_in_form(Desk(small, FILLER, contest), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(DataError, match="不能修改"):
        save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (7.0, "")})


def test_forms_filled_in_by_others_or_not_scored_have_no_own_marks(contest: Opened) -> None:
    campaign = contest.campaign
    assert self_tracks(campaign, campaign.form("stability")) == ()
    assert self_tracks(campaign, campaign.form("township_setup")) == ()


def test_a_failure_while_handing_in_leaves_nothing_of_it(
    small: Workspace, contest: Opened, track: Track
) -> None:
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (7.0, "")})
    with small.store.write(
        OPERATOR
    ) as writer:  # the marks come after the answers, and the store refuses them
        full = "CREATE TRIGGER full BEFORE INSERT ON ratings BEGIN SELECT RAISE(ABORT, 'no room'); END"
        writer.conn.exec_driver_sql(full)
    with pytest.raises(Exception, match="no room"):
        hand_in_form(Desk(small, FILLER, contest), KEY, VILLAGE_ANSWERS, 0)
    with small.store.write(OPERATOR) as writer:
        assert load_state(writer, KEY) is None
        writer.conn.exec_driver_sql("DROP TRIGGER full")
    assert hand_in_form(Desk(small, FILLER, contest), KEY, VILLAGE_ANSWERS, 0) == 1


def test_own_marks_that_a_newer_version_does_not_take_do_not_stop_the_form(
    small: Workspace, contest: Opened, track: Track
) -> None:
    save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (8.0, "")})
    raw = contest.campaign.model_dump(mode="json")
    village = next(item for item in raw["tracks"] if item["id"] == "village")
    village["criteria"][0]["criteria"][0].update(points=6, anchors=[])
    lowered = type(contest.campaign).model_validate(raw)
    opened = open_definition(small, OPERATOR, lowered, contest.period_id, Opening("again"))
    desk = Desk(small, FILLER, opened)
    assert load_self_marks(desk, VILLAGE, "self") == {}
    with pytest.raises(ConflictError, match="开放了新版本"):
        save_self_marks(Desk(small, FILLER, contest), KEY, track, "self", {"v1_unity": (8.0, "")})
    assert hand_in_form(desk, KEY, VILLAGE_ANSWERS, 0) == 1
