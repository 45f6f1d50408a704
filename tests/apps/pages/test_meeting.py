"""The meeting page as Python objects: what changes on screen, and what is written only when confirmed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counties import CAMPAIGN
from pages import shown

from pbwidgets.apps.pages.meeting.page import MeetingPage, show_meeting
from pbwidgets.apps.visit import Visit
from pbwidgets.store import Actor, audit_head, load_decisions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.what_if import open_trial

COUNTY = Actor("county", "reviewer", "990101")


def open_meeting(workspace: Workspace, actor: Actor = COUNTY, **place: str) -> MeetingPage:
    visit = Visit(workspace, actor, place, "zh_CN")
    return MeetingPage(visit, open_trial(Desk(workspace, actor, visit.opened)))


@pytest.fixture(scope="module")
def workspace(county: Path) -> Iterator[Workspace]:
    with open_workspace(county) as opened:
        yield opened


@pytest.fixture
def own(own_county: Path) -> Iterator[Workspace]:
    with open_workspace(own_county) as opened:
        yield opened


def head(workspace: Workspace) -> int:
    with workspace.store.read() as reader:
        return audit_head(reader)


def drop_assessment(page: MeetingPage) -> None:
    page.weights.children[2].value = True


def press(page: MeetingPage, words: str) -> None:
    """Press the button with these words among the open ties."""
    (wanted,) = [
        button
        for row in page.questions.ties.children
        for button in (*getattr(row, "children", ()), row)
        if getattr(button, "description", None) == words
    ]
    wanted.click()


def test_the_list_shows_ranks_the_cut_line_and_why(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    assert "末位并列，还有 1 个名额待定" in page.list.value
    assert (
        page.list.value.index("拟入选") < page.list.value.index("pb-cut") < page.list.value.index("并列待定")
    )
    assert "在10个名额以内，拟入选" in page.list.value
    assert "失分" in page.list.value
    assert "屏幕上是按活动规则算出的名单" in page.banner.value
    assert page.reset_button.disabled


def test_dropping_a_source_is_shown_as_a_trial_and_reset_takes_it_back(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    before, shown = head(workspace), page.list.value
    drop_assessment(page)
    assert "试算，未保存：专项考核不计入。" in page.banner.value
    assert page.list.value != shown
    assert "名次有变化的" in page.changes.value
    page.reset_button.click()
    assert page.list.value == shown
    assert "试算" not in page.banner.value
    assert head(workspace) == before


def test_a_slider_shows_the_old_and_the_new_value(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    page.weights.children[0].value = 30.0
    assert "原 70，现 30（占 50%）" in page.weights.children[1].value
    assert "专项考核权重由 70 改为 30" in page.banner.value


def test_leaving_everything_out_is_refused_in_words(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    drop_assessment(page)
    page.weights.children[5].value = True
    assert "没有任何得分计入总分" in page._visit.messages.value


def test_choosing_which_unit_goes_first_resolves_the_tie(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    press(page, "碧水镇 在前")
    assert "并列待定" not in page.list.value
    assert "已定先后：碧水镇" in "".join(getattr(part, "value", "") for part in page.questions.ties.children)
    press(page, "重新定先后")
    assert "并列待定" in page.list.value


def test_lifting_a_veto_gives_the_unit_a_place_and_another_loses_it(workspace: Workspace) -> None:
    page = open_meeting(workspace, track="village")
    ((_, lift, basis),) = page.questions._fields
    lift.value = True
    basis.value = "申诉成立"
    came, fell = re.findall(r"（(\d+)）", page.changes.value)
    assert (came, fell) == ("1", "1")
    assert "依据：申诉成立" in page.banner.value


def test_vetoes_and_changes_tell_units_of_the_same_name_apart(workspace: Workspace) -> None:
    page = open_meeting(workspace, track="village")
    records = page._trial.records
    ((veto, _, _),) = page.questions._fields
    code = veto.unit_code
    above = dict(zip(records.units["unit_code"], records.units["parent_code"], strict=True))[code]
    town = dict(zip(records.units["unit_code"], records.units["unit_name"], strict=True))[above]
    villages = records.units["kind"] == "village"
    same = records.units.assign(unit_name=records.units["unit_name"].mask(villages, "上坪村"))
    same = same[same["unit_code"].eq(code) | same["parent_code"].ne(above)]
    page.questions.take(replace(page._trial, records=replace(records, units=same)))
    assert f"上坪村（{town}）" in page.questions.vetoes.children[0].value
    page.questions._fields[0][1].value = True
    assert f"上坪村（{town}）" in page.banner.value
    page.questions.reset()


def test_the_whole_decision_is_written_only_once_confirmed(own: Workspace) -> None:
    page = open_meeting(own)
    before = head(own)
    page.decision.button.click()
    assert "末位并列还没有定先后" in page._visit.messages.value
    press(page, "碧水镇 在前")
    page.decision.reason.value = "会议审议，同意"
    page.decision.button.click()
    said = page.decision.summary.children[0].value
    assert "入选 10 个，递补 3 个，未入选 11 个" in said
    assert "会议采用的调整：并列先后：碧水镇" in said
    assert head(own) == before
    page.decision.confirm_button.click()
    assert "已决定并记录：24 个单位" in page._visit.messages.value
    assert "已由县委专题评审会于" in page.banner.value
    with own.store.read() as reader:
        assert len(load_decisions(reader, CAMPAIGN, "2026")) == 24


def test_a_change_of_the_list_closes_the_summary(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    press(page, "碧水镇 在前")
    page.decision.button.click()
    assert page.decision.summary.children
    drop_assessment(page)
    assert not page.decision.summary.children
    before = head(workspace)
    page.decision.confirm_button.click()  # forged: the button is no longer on the page
    assert head(workspace) == before


def test_the_notice_follows_the_decision_and_lists_objections(own: Workspace) -> None:
    page = open_meeting(own)
    page.notice.contact.value = "县委组织部"
    page.notice.start_button.click()
    assert "还没有作出决定，不能公示" in page._visit.messages.value
    press(page, "碧水镇 在前")
    page.decision.reason.value = "会议审议，同意"
    page.decision.button.click()
    page.decision.confirm_button.click()
    assert "递补第1位" in page.list.value
    page.notice.start_button.click()
    assert "入选的 10 个单位" in shown(page.notice.summary)
    assert "还没有公示" in page.notice.body.children[0].value
    page.notice.confirm_button.click()
    assert "公示已开始，共 7 天" in page._visit.messages.value
    assert "还有 7 天" in page.notice.body.children[0].value
    page.notice.unit.value = next(words for words in page.notice.unit.options if words.startswith("碧水镇"))
    page.notice.gist.value = "材料与实际不符"
    page.notice.add_button.click()
    assert "待核查" in page.notice.body.children[1].value
    page.notice.outcome.value = "经核查，材料属实"
    page.notice.dismiss_button.click()
    assert "不属实" in page.notice.body.children[1].value
    page.notice.only.value = next(words for words in page.notice.only.options if words.startswith("碧水镇"))
    page.notice.days.value = 3
    page.notice.start_button.click()
    page.notice.confirm_button.click()
    texts = [getattr(child, "value", "") for child in page.notice.body.children]
    assert any("“碧水镇”单独公示" in words and "还有 3 天" in words for words in texts)
    for _ in range(2):
        page.notice.body.children[2].click()
    assert "还没有公示" in page.notice.body.children[0].value


def test_slides_show_the_list_on_the_screen_and_say_that_it_is_a_trial(own: Workspace) -> None:
    from pptx import Presentation

    page = open_meeting(own)
    drop_assessment(page)
    page.slides_button.click()
    (made,) = (own.settings.outputs / CAMPAIGN / "2026" / "meeting" / "990101").glob("*.pptx")
    assert f"/results/{CAMPAIGN}/2026/meeting/990101/{made.name}" in page.download.value
    deck = Presentation(str(made))
    words = "\n".join(
        shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame
    )
    assert "试算，未决定" in words
    assert "专项考核不计入" in words


def test_the_firmness_is_shown_beside_every_unit(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    page.firm_button.click()
    assert "入选频率" in page.list.value
    assert "100%" in page.list.value
    assert "重算200次" in page._visit.messages.value


def test_the_chart_can_be_shown_and_hidden(workspace: Workspace) -> None:
    page = open_meeting(workspace)
    page.chart_button.click()
    assert "pb-chart" in page.chart.children[0].value
    page.chart_button.click()
    assert not page.chart.children


def test_a_leader_can_try_what_ifs_but_not_decide(workspace: Workspace) -> None:
    page = open_meeting(workspace, Actor("leader", "leader", "990101"))
    drop_assessment(page)
    assert "试算，未保存" in page.banner.value
    assert "不能作决定" in page.decision.widget.children[1].value
    page.decision.button.click()
    before = head(workspace)
    page.decision.confirm()
    assert head(workspace) == before


def test_those_who_may_not_see_the_meeting_are_told_so(workspace: Workspace) -> None:
    visit = Visit(workspace, Actor("town", "reviewer", "990101003"), {}, "zh_CN")
    shown = show_meeting(visit)
    assert "pb-error" in shown.value
    assert "不在您的权限范围内" in shown.value


def test_the_page_can_be_in_english(workspace: Workspace) -> None:
    visit = Visit(workspace, COUNTY, {"lang": "en"}, "en")
    page = MeetingPage(visit, open_trial(Desk(workspace, COUNTY, visit.opened)))
    drop_assessment(page)
    assert "Trial, not saved: Special assessment left out." in page.banner.value
