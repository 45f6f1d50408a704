"""A track without places assesses and ranks; nothing speaks of a list, and nothing is decided on."""

from datetime import UTC, date, datetime

import pytest
from counties import CAMPAIGN, COUNTY, OPERATOR, SISTER, VILLAGE, VILLAGE_ANSWERS, key_of, run_pbwidgets
from pages import buttons, shown

from pbwidgets import store
from pbwidgets.apps.pages.meeting.page import show_meeting
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Campaign
from pbwidgets.errors import DataError, UsageError
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.duties.others import list_duties
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.meeting.decisions import Minutes, decide_selection
from pbwidgets.workflows.meeting.slides import make_slides
from pbwidgets.workflows.meeting.what_if import WhatIf, open_trial, try_selection
from pbwidgets.workflows.organise.campaigns import close_campaign, open_definition
from pbwidgets.workflows.reports.report import open_report
from pbwidgets.workflows.reports.results import sees_own_sheet
from pbwidgets.workflows.reports.scores import explain_score, list_selection

JUDGE = Actor("xu", "reviewer", COUNTY)
OF_A_LIST = ("名额", "入选", "递补", "公示")


def without_places(campaign: Campaign) -> Campaign:
    nothing = {
        "places": None,
        "public_notice": None,
        "award": None,
        "nomination": None,
        "recommendations": (),
    }
    tracks = tuple(track.model_copy(update={**nothing, "waiting": 0}) for track in campaign.tracks)
    return campaign.model_copy(update={"tracks": tracks})


@pytest.fixture
def assessed(small: Workspace, contest: Opened) -> Opened:
    """The small county without places: two villages are marked."""
    opened = open_definition(small, OPERATOR, without_places(contest.campaign))
    with small.store.write(OPERATOR, datetime(2026, 5, 10, tzinfo=UTC)) as w:
        for points, unit in ((6.0, VILLAGE), (4.0, SISTER)):
            store.submit_many(w, [(key_of("village_application", unit), VILLAGE_ANSWERS)])
            key = MarkKey(*opened.key, unit, "v1_unity", "county", "on_site", "xu")
            store.rate_many(w, [Mark(key, points)])
    return opened


def test_units_are_assessed_and_ranked_and_no_word_is_of_a_list(small: Workspace, assessed: Opened) -> None:
    selection = take_snapshot(small, assessed).scores().selection.set_index("unit_code")
    assert selection.loc[[VILLAGE, SISTER], "status"].tolist() == ["assessed", "assessed"]
    assert selection.loc[[VILLAGE, SISTER], "rank"].tolist() == [1, 2]
    report = open_report(take_snapshot(small, assessed).folder, COUNTY, "zh_CN")
    texts = [explain_score(small, assessed, VILLAGE), report.summary_of(assessed.campaign.track("village"))]
    texts.append(shown(show_meeting(Visit(small, JUDGE, {"track": "village"}, "zh_CN"))))
    assert "已评定2个" in texts[1]
    assert [word for word in OF_A_LIST for text in texts if word in text] == []


def test_the_meeting_offers_no_decision_and_takes_none(small: Workspace, assessed: Opened) -> None:
    desk = Desk(small, JUDGE, assessed)
    assert {duty.kind for duty in list_duties(desk)} == set()
    assert "稳固" not in "".join(buttons(show_meeting(Visit(small, JUDGE, {"track": "village"}, "zh_CN"))))
    trial = open_trial(desk)
    assert make_slides(desk, trial, try_selection(trial, WhatIf("village")), WhatIf("village")).is_file()
    with pytest.raises(DataError, match="没有需要评定的名单"):
        decide_selection(desk, "village", {}, Minutes("理由", "会议", date(2026, 6, 1)))


def test_select_says_that_there_is_no_list(small: Workspace, assessed: Opened) -> None:
    with pytest.raises(UsageError, match="不设名额，没有入选名单"):
        list_selection(small, assessed, track_id="village")
    done = run_pbwidgets("select", CAMPAIGN, cwd=small.settings.workspace)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pbwidgets score" in done.stderr


def test_a_unit_sees_its_sheet_once_the_period_is_closed(small: Workspace, assessed: Opened) -> None:
    filler = Actor("zhang", "filler", VILLAGE)
    assert not sees_own_sheet(Desk(small, filler, assessed))
    close_campaign(Desk(small, OPERATOR, assessed))
    assert sees_own_sheet(Desk(small, filler, small.opened()))


def test_a_campaign_that_scores_nothing_has_no_meeting(small: Workspace, contest: Opened) -> None:
    tracks = tuple(track.model_copy(update={"kind": "checklist"}) for track in contest.campaign.tracks)
    open_definition(small, OPERATOR, contest.campaign.model_copy(update={"tracks": tracks}))
    assert "没有评选名单" in shown(show_meeting(Visit(small, JUDGE, {}, "zh_CN")))
