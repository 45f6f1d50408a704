"""A closed period: nobody writes in it, everybody may look at it as it was, and it can be opened again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    PERIOD,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
    run_pbwidgets,
)
from pages import buttons, shown

from pbwidgets.apps.pages.filling.page import show_fill
from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.pages.organise.closing import ClosingCard
from pbwidgets.apps.pages.organise.page import show_organise
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ConflictError, RightsError
from pbwidgets.forms.elements import Messages
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.filling.drafts import hand_in, save_answers, take_back
from pbwidgets.workflows.filling.entries import begin_entry, open_submission
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, closed_campaigns, open_campaigns
from pbwidgets.workflows.meeting.decisions import Minutes, authorise_decision, decide_selection
from pbwidgets.workflows.organise.campaigns import (
    Unfinished,
    close_campaign,
    count_unfinished,
    open_campaign,
    open_definition,
    reopen_campaign,
)
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back
from pbwidgets.workflows.review.nominations import nominate_unit
from pbwidgets.workflows.review.rating import give_marks
from pbwidgets.workflows.review.record import add_note
from pbwidgets.workflows.review.vetoes import record_veto

NOW = datetime(2026, 5, 10, 4, tzinfo=UTC)
KEY = key_of("village_application", VILLAGE)
FILLER, TOWN_REVIEWER = Actor("zhang", "filler", VILLAGE), Actor("li", "reviewer", TOWN)
COUNTY_REVIEWER, ORGANISER = Actor("xu", "reviewer", COUNTY), Actor("sun", "organiser")
MARK = Mark(MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "township", "township", "li"), 5.0)


@pytest.fixture
def filled(small: Workspace, contest: Opened) -> Opened:
    """One form handed in, one begun."""
    hand_in(Desk(small, FILLER, contest, now=NOW), KEY, VILLAGE_ANSWERS, 0)
    sister = Desk(small, Actor("wang", "filler", SISTER), contest)
    save_answers(sister, key_of("village_application", SISTER), {"industry": "竹编"}, 0)
    return contest


def close(workspace: Workspace, opened: Opened, now: datetime = NOW) -> Opened:
    close_campaign(Desk(workspace, ORGANISER, opened, now=now))
    return workspace.opened(CAMPAIGN, PERIOD)


def of(actor: Actor) -> Callable[[Workspace, Opened], Desk]:
    return lambda workspace, opened: Desk(workspace, actor, opened, now=NOW)


REFUSED: dict[str, Callable[[Workspace, Opened], object]] = {
    "save": lambda w, o: save_answers(of(FILLER)(w, o), key_of("village_application", VILLAGE), {}, 0),
    "hand in": lambda w, o: hand_in(
        Desk(w, Actor("wang", "filler", SISTER), o, now=NOW),
        key_of("village_application", SISTER),
        VILLAGE_ANSWERS,
        1,
    ),
    "take back": lambda w, o: take_back(of(FILLER)(w, o), KEY),
    "begin an entry": lambda w, o: begin_entry(of(COUNTY_REVIEWER)(w, o), "stability", VILLAGE),
    "accept": lambda w, o: accept_submission(of(TOWN_REVIEWER)(w, o), KEY, "township", seen_version=1),
    "return": lambda w, o: send_back(
        of(TOWN_REVIEWER)(w, o), KEY, "township", Correction("补日期"), seen_version=1
    ),
    "rate": lambda w, o: give_marks(of(TOWN_REVIEWER)(w, o), [MARK]),
    "nominate": lambda w, o: nominate_unit(of(TOWN_REVIEWER)(w, o), "village", TOWN, VILLAGE),
    "note": lambda w, o: add_note(of(TOWN_REVIEWER)(w, o), VILLAGE, date(2026, 5, 1), "走访"),
    "veto": lambda w, o: record_veto(of(COUNTY_REVIEWER)(w, o), VILLAGE, "falsified_village", "核查发现"),
    "decide": lambda w, o: decide_selection(
        of(COUNTY_REVIEWER)(w, o), "village", {VILLAGE: "selected"}, Minutes("理由", "会议", date(2026, 6, 1))
    ),
}


@pytest.mark.parametrize("deed", REFUSED)
def test_nobody_writes_in_a_closed_period_not_even_from_a_page_opened_before(
    small: Workspace, filled: Opened, deed: str
) -> None:
    closed = close(small, filled)
    for opened in (closed, filled):  # the page that knows that it is closed, and the one from before
        with pytest.raises(RightsError, match=r"周期已关闭[\s\S]*重新开放"):
            REFUSED[deed](small, opened)


def test_closing_counts_what_stays_unfinished(small: Workspace, filled: Opened) -> None:
    desk = Desk(small, ORGANISER, filled)
    assert count_unfinished(desk) == Unfinished(drafts=1, waiting=1)
    assert close_campaign(desk) == small.opened(CAMPAIGN, PERIOD)
    with pytest.raises(RightsError, match="已关闭"):
        close_campaign(desk)


def test_a_closed_period_is_looked_at_and_scored_as_it_was_when_it_was_closed(
    small: Workspace, filled: Opened
) -> None:
    before = take_snapshot(small, filled)
    closed = close(small, filled, datetime(2026, 6, 1, tzinfo=UTC))
    assert not closed.is_open
    assert closed.day(date(2027, 3, 1)) == date(2026, 6, 1)
    after = take_snapshot(small, closed)
    assert after.scores().totals.equals(before.scores().totals)
    assert after.day == date(2026, 6, 1)
    form = open_submission(Desk(small, Actor("wang", "filler", SISTER), closed), key_of(KEY.form_id, SISTER))
    assert form.answers == {"industry": "竹编"}
    assert not form.is_editable
    with pytest.raises(RightsError, match="已关闭"):
        authorise_decision(Desk(small, COUNTY_REVIEWER, closed))


def test_what_is_open_comes_first_and_a_closed_period_is_found_by_its_name(
    small: Workspace, filled: Opened
) -> None:
    years = filled.campaign.periods
    next_year = years[0].model_copy(
        update={"id": "2027", "begins": date(2027, 1, 1), "ends": date(2027, 12, 31), "phases": ()}
    )
    both = filled.campaign.model_copy(update={"periods": (*years, next_year)})
    open_definition(small, OPERATOR, both, "2027")
    close(small, filled)
    assert small.opened().period_id == small.opened(CAMPAIGN).period_id == "2027"
    assert not small.opened(CAMPAIGN, PERIOD).is_open
    assert [one.period_id for one in open_campaigns(small)] == ["2027"]
    assert [one.period_id for one in closed_campaigns(small)] == [PERIOD]


def test_a_closed_period_is_opened_again_with_its_version_or_from_the_file(
    small: Workspace, filled: Opened
) -> None:
    closed = close(small, filled)
    again = reopen_campaign(Desk(small, ORGANISER, closed))
    assert again == small.opened() == filled
    close(small, filled)
    assert open_campaign(small, ORGANISER, CAMPAIGN).is_open
    assert hand_in(Desk(small, Actor("wang", "filler", SISTER), small.opened(), now=NOW),
                   key_of(KEY.form_id, SISTER), VILLAGE_ANSWERS, 1)  # fmt: skip


def test_a_period_that_a_colleague_opened_under_a_newer_version_stays_there(
    small: Workspace, filled: Opened
) -> None:
    stale = Desk(small, ORGANISER, close(small, filled))
    newer = open_definition(small, OPERATOR, filled.campaign.model_copy(update={"return_days": 9}), PERIOD)
    with pytest.raises(ConflictError, match=r"已经开放，没有改动[\s\S]*刷新"):
        reopen_campaign(stale)
    assert small.opened().version == newer.version
    close(small, newer)
    assert reopen_campaign(stale).version == newer.version


def test_pages_of_a_closed_period_have_no_duties_and_say_that_it_is_closed(
    small: Workspace, filled: Opened
) -> None:
    closed = close(small, filled, datetime(2026, 6, 1, tzinfo=UTC))
    place = {"campaign": CAMPAIGN, "period": PERIOD}
    filler = Visit(small, Actor("wang", "filler", SISTER), place, "zh_CN")
    assert "待办" not in shown(show_home(filler))
    form = shown(show_fill(replace(filler, place={**place, "form": KEY.form_id, "unit": SISTER})))
    assert "竹编" in form
    assert "提交" not in form
    assert closed.closed_at is not None


def test_the_organiser_is_asked_before_the_period_is_closed(small: Workspace, filled: Opened) -> None:
    visit = Visit(small, ORGANISER, {}, "zh_CN", Messages())
    card = ClosingCard(visit)
    card.ask()
    assert "还有1份没有提交的填报、1份等待审核的填报" in shown(card.view)
    assert small.opened().is_open
    card.close()
    assert not small.opened().is_open
    page = show_organise(Visit(small, ORGANISER, {}, "zh_CN"))
    assert "重新开放" in shown(page)
    assert "延期" not in shown(page)
    assert buttons(card.view).keys() == {"重新开放"}
    card.reopen()
    assert small.opened().is_open
    assert buttons(card.view).keys() == {"关闭本周期…"}


def test_the_command_closes_scores_and_opens_again(small: Workspace, filled: Opened) -> None:
    folder = small.settings.workspace
    done = run_pbwidgets("campaign", "close", CAMPAIGN, cwd=folder)
    assert done.returncode == 0
    assert "没有提交的填报1份、等待审核的1份" in done.stderr
    again = run_pbwidgets("campaign", "close", CAMPAIGN, cwd=folder)
    assert (again.returncode, "已关闭" in again.stderr) == (1, True)
    scored = run_pbwidgets("score", CAMPAIGN, "--period", PERIOD, "--format", "csv", cwd=folder)
    assert (scored.returncode, VILLAGE in scored.stdout) == (0, True)
    assert run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder).returncode == 0
    assert small.opened().is_open
