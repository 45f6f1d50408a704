"""Lists on the meeting page: read with their reasons, chosen unit by unit, written once confirmed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from counties import COUNTY, OTHER_VILLAGE, SISTER, TOWN, VILLAGE
from docx import Document
from pages import buttons, shown
from two_months import AFTER, CHECKLIST, NOVEMBER, make_november

from pbwidgets.apps.pages.meeting.lists import ListCard
from pbwidgets.apps.pages.meeting.page import show_meeting
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import DataError, RightsError
from pbwidgets.exports.docx import Letter
from pbwidgets.store import Actor, load_decisions, load_top_decisions
from pbwidgets.workflows.exchange.documents.unit_list import make_list_circular
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace, today

JUDGE = Actor("xu", "reviewer", COUNTY)
ORGANISER = Actor("organiser", "organiser")
OTHERS = {
    "township": Actor("li", "reviewer", TOWN),
    "rater": Actor("he", "leader", COUNTY),
    "analyst": Actor("an", "analyst"),
    "filler": Actor("zhang", "filler", VILLAGE),
    "admin": Actor("root", "admin"),
}


@pytest.fixture(scope="module")
def november_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_november(tmp_path_factory.mktemp("november"))


@pytest.fixture
def kept(november_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(november_folder, tmp_path / "kept")
    with open_workspace(tmp_path / "kept") as workspace:
        yield workspace


def visit_of(kept: Workspace, actor: Actor, **place: str) -> Visit:
    return Visit(kept, actor, {"campaign": CHECKLIST, "period": NOVEMBER, **place}, "zh_CN")


def card_of(kept: Workspace, list_id: str, actor: Actor = JUDGE) -> ListCard:
    visit = visit_of(kept, actor)
    return ListCard(visit, next(item for item in visit.opened.campaign.lists if item.id == list_id))


def choose(card: ListCard, **chosen: str) -> None:
    card.by.value, card.reason.value, card.on.value = "领导小组", "会议研究", today()
    for code, status in chosen.items():
        card.choices[code.removeprefix("u")].value = status


def decided_on_top(kept: Workspace) -> list[tuple[str, str]]:
    with kept.store.read() as reader:
        rows = load_top_decisions(reader, CHECKLIST, NOVEMBER)
    return list(zip(rows["unit_code"], rows["status"], strict=True))


def test_each_list_has_its_units_and_the_reason_with_its_values(kept: Workspace) -> None:
    text = shown(show_meeting(visit_of(kept, JUDGE)))
    heads = [text.index(f"名单：{name}") for name in ("红牌", "绿牌", "通报表扬", "问责名单")]
    assert heads == sorted(heads)
    assert "符合列入条件：已逾期1项（按期开会逾期" in text[heads[0] : heads[1]]
    assert text[heads[0] : heads[1]].count("上坪村") == 1
    assert "上坪村" in text[heads[3] :]
    assert "尚未评定" in text[heads[2] : heads[3]]


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_the_top_sees_that_there_is_a_list_for_the_top(kept: Workspace, role: str) -> None:
    for place in ({}, {"list": "accountable"}, {"track": "accountable"}):
        try:
            text = shown(show_meeting(visit_of(kept, OTHERS[role], **place)))
        except RightsError as error:
            text = str(error)
        assert "问责" not in text
        assert "accountable" not in text
        assert "只有能够评定" not in text


def test_a_decision_is_chosen_summarised_and_written_once_confirmed(kept: Workspace) -> None:
    card = card_of(kept, "accountable")
    choose(card)
    card.take_button.click()
    assert {code: field.value for code, field in card.choices.items()} == {VILLAGE: "selected"}
    card.button.click()
    assert "列入：上坪村。" in shown(card.summary)
    card.clear_button.click()  # taken back before it is confirmed
    card.confirm_button.click()
    assert decided_on_top(kept) == []
    choose(card, **{f"u{VILLAGE}": "selected"})
    card.button.click()
    card.confirm_button.click()
    assert decided_on_top(kept) == [(VILLAGE, "selected")]
    assert f"列入（{today()}，领导小组）：会议研究" in shown(card.table)
    with kept.store.read() as reader:
        assert load_decisions(reader, CHECKLIST, NOVEMBER).empty


def test_a_decided_unit_can_be_decided_anew_and_another_be_added(kept: Workspace) -> None:
    card = card_of(kept, "commended", ORGANISER)
    assert list(card.choices) == [SISTER]
    card.other.value = next(label for label, code in card._codes.items() if code == OTHER_VILLAGE)
    card.add_button.click()
    choose(card, **{f"u{SISTER}": "not_selected"})
    card.button.click()
    card.confirm_button.click()
    assert f"不列入（{today()}" in shown(card.table)
    choose(card, **{f"u{SISTER}": "selected", f"u{OTHER_VILLAGE}": "not_selected"})
    card.button.click()
    assert "取代此前的决定" in shown(card.summary)
    card.confirm_button.click()
    with kept.store.read() as reader:
        rows = load_decisions(reader, CHECKLIST, NOVEMBER).set_index("unit_code")
    assert rows["status"].to_dict() == {SISTER: "selected", OTHER_VILLAGE: "not_selected"}


def test_who_only_reads_gets_no_field_and_no_circular(kept: Workspace) -> None:
    card = card_of(kept, "commended", OTHERS["township"])
    assert card.choices == {}
    assert "作出评定" not in buttons(card.widget)
    assert "生成" not in "".join(buttons(card.widget))


@pytest.mark.parametrize(("list_id", "unit"), [("commended", SISTER), ("accountable", VILLAGE)])
def test_the_circular_of_a_decided_list_names_who_is_on_it_and_why(
    kept: Workspace, tmp_path: Path, list_id: str, unit: str
) -> None:
    letter = Letter(sender="县委组织部", recipients=("各乡镇党委",), day=AFTER.date())
    desk = Desk(kept, JUDGE, kept.opened(CHECKLIST, NOVEMBER), "zh_CN", AFTER)
    with pytest.raises(DataError, match="还没有评定完"):
        make_list_circular(desk, list_id, letter, tmp_path / "none.docx")
    card = card_of(kept, list_id)
    assert not card.letter.children
    choose(card, **{f"u{unit}": "selected"})
    card.button.click()
    card.confirm_button.click()
    assert len(card.letter.children) == 1
    made = Document(str(make_list_circular(desk, list_id, letter, tmp_path / "list.docx")))
    rows = [[cell.text for cell in row.cells] for table in made.tables for row in table.rows]
    names = card._view.rows.set_index("unit_code")
    assert [names["unit_name"][unit], names["reason"][unit]] in rows
    assert len([row for row in rows if row[0] in set(names["unit_name"])]) == 1
    for other in OTHERS.values():
        if list_id == "accountable":
            with pytest.raises(RightsError):
                make_list_circular(
                    Desk(kept, other, desk.opened, "zh_CN", AFTER), list_id, letter, tmp_path / "x.docx"
                )
    assert not (tmp_path / "x.docx").exists()
