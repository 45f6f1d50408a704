"""Classes on the meeting page: assembled unit by unit, written only when confirmed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from classed import AUTUMN, BODY, CAMPAIGN, COUNTY, ROOT_UNIT, A, B, C, D, E, make_classed
from counties import OPERATOR

from pbwidgets.apps.pages.meeting.classes import ClassCard
from pbwidgets.apps.pages.meeting.page import MeetingPage
from pbwidgets.apps.visit import Visit
from pbwidgets.store import Actor, audit_head, load_class_decisions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.what_if import open_trial
from pbwidgets.workflows.organise.campaigns import open_definition


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(make_classed(tmp_path / "classed")) as made:
        yield made


def open_page(workspace: Workspace, actor: Actor = COUNTY, lang: str = "zh_CN") -> MeetingPage:
    visit = Visit(workspace, actor, {}, lang)
    return MeetingPage(visit, open_trial(Desk(workspace, actor, visit.opened)))


def open_card(workspace: Workspace, actor: Actor = COUNTY, lang: str = "zh_CN") -> ClassCard:
    card = open_page(workspace, actor, lang).classes
    assert card is not None
    return card


def add(card: ClassCard, unit: str, class_no: int, reason: str = "") -> None:
    card.unit.value = next(label for label, code in card._codes.items() if code == unit)
    card.class_no.value, card.own_reason.value = class_no, reason
    card.add_button.click()


def listed(card: ClassCard) -> str:
    return str(card.table.children[0].value)


def decided(workspace: Workspace) -> dict[str, tuple[int, str]]:
    with workspace.store.read() as reader:
        rows = load_class_decisions(reader, CAMPAIGN)
    own = rows[rows["period"] == "2026"]
    return {
        code: (number, why)
        for code, number, why in zip(own["unit_code"], own["class_no"], own["reason"], strict=True)
    }


def test_the_list_shows_the_proposals_and_their_reasons(workspace: Workspace) -> None:
    shown = listed(open_card(workspace))
    assert "出现“后进薄弱”情形，建议定为三类，由会议决定。" in shown
    assert "暂无总分，不拟定类别" in shown
    assert shown.index("一队") < shown.index("四队") < shown.index("五队")


def test_a_track_with_classes_only_asks_for_no_other_decision(tmp_path: Path) -> None:
    with open_workspace(make_classed(tmp_path / "classed")) as workspace:
        opened = workspace.opened()
        page = open_page(workspace)
        assert page.classes.widget in page.widget.children
        assert page.decision.widget not in page.widget.children
        with_places = opened.campaign.model_dump(mode="json")
        with_places["tracks"][0]["places"] = 2
        open_definition(workspace, OPERATOR, type(opened.campaign).model_validate(with_places))
        page = open_page(workspace)
        assert {page.classes.widget, page.decision.widget, page.notice.widget} <= set(page.widget.children)


def test_a_decision_on_classes_is_assembled_summarised_and_written_once_confirmed(
    workspace: Workspace,
) -> None:
    card = open_card(workspace)
    with workspace.store.read() as reader:
        before = audit_head(reader)
    assert card.body.children == ()  # nothing to decide yet
    add(card, B, 2, "问题已整改")
    card.take_button.click()
    assert card.pending == {A: (2, ""), B: (2, "问题已整改"), C: (2, ""), D: (3, "")}
    card.reason.value, card.on.value = "会议审议，同意", AUTUMN
    card.button.click()
    said = card.summary.children[0].value
    assert "定级领导小组于 2026-06-30 决定：二类 3 个，三类 1 个。" in said
    assert "其中 1 个与拟定不同。" in said
    with workspace.store.read() as reader:
        assert audit_head(reader) == before
    card.confirm_button.click()
    assert "已决定并记录：4 个单位的分类。" in card._visit.messages.value
    assert decided(workspace) == {
        A: (2, "会议审议，同意"), B: (2, "问题已整改"), C: (2, "会议审议，同意"), D: (3, "会议审议，同意"),
    }  # fmt: skip
    assert "二类（2026-06-30）" in listed(card)
    assert not card.pending
    assert card.by.value == BODY


def test_adding_a_unit_after_the_summary_requires_a_new_summary(workspace: Workspace) -> None:
    card = open_card(workspace)
    add(card, C, 2)
    card.reason.value = "研究"
    card.button.click()
    add(card, D, 3)
    card.confirm_button.click()
    assert decided(workspace) == {}
    card.clear_button.click()
    assert card.pending == {}
    assert card.body.children == ()


def test_an_impossible_decision_is_reported_and_nothing_is_lost(workspace: Workspace) -> None:
    card = open_card(workspace)
    card.add_button.click()
    assert "没有选定单位" in card._visit.messages.value
    add(card, A, 1)
    card.reason.value = "研究"
    card.button.click()
    card.confirm_button.click()
    assert "一队有生效的否决或限制情形，最高只能定为二类" in card._visit.messages.value
    assert decided(workspace) == {}
    assert card.pending == {A: (1, "")}


def test_those_who_may_only_look_see_the_list_without_fields(workspace: Workspace) -> None:
    card = open_card(workspace, Actor("leader", "leader", ROOT_UNIT), lang="en")
    assert "class II" in listed(card)
    assert card.picker not in card.widget.children
    assert card.body not in card.widget.children
    assert "In this decision" not in listed(card)


def test_a_forged_click_by_somebody_who_may_not_decide_writes_nothing(workspace: Workspace) -> None:
    card = open_card(workspace, Actor("leader", "leader", ROOT_UNIT))
    add(card, E, 1)
    card.reason.value = "研究"
    card.ask()
    card.confirm_button.click()
    assert "权限" in card._visit.messages.value
    assert decided(workspace) == {}
