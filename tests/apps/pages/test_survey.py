"""The survey page: a code, a short form, thanks; for staff, slips, counts and results."""

import asyncio
import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from counties import OPERATOR, OTHER_VILLAGE, TOWN, VILLAGE
from docx import Document
from pages import shown
from sqlalchemy import insert

from pbwidgets.apps.doors import Doors
from pbwidgets.apps.pages.survey.answering import AnswerPage
from pbwidgets.apps.pages.survey.batches import BatchCard
from pbwidgets.apps.pages.survey.page import show_survey
from pbwidgets.apps.survey_code import right_code
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor, open_store
from pbwidgets.store.tables import survey_guesses
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.survey.answering import WRONG_A_MINUTE, answer_survey
from pbwidgets.workflows.survey.batches import make_survey_batch, survey_counts

ANYBODY = Actor("survey:", "survey")
REVIEWER = Actor("reviewer", "reviewer", TOWN)
ABOUT = ("satisfaction", VILLAGE, "villagers")
GOOD = {"team_work": "very", "good_deeds_done": "rather", "members_lead": "very"}

Visiting = Callable[..., Visit]


def make(workspace: Workspace, count: int) -> tuple[str, ...]:
    return make_survey_batch(Desk(workspace, OPERATOR, workspace.opened()), *ABOUT, count)


def finished(workspace: Workspace) -> int:
    return int(survey_counts(Desk(workspace, OPERATOR, workspace.opened()))["finished"].sum())


def test_a_code_that_cannot_be_used_leads_to_the_page_that_asks_for_one(visiting: Visiting) -> None:
    visit = visiting(ANYBODY, code="ABCD-2345", lang="en")
    page = AnswerPage(visit)
    assert "测评码不存在或已经用过" in visit.messages.value
    assert page.form is None
    assert 'href="survey/code?lang=en"' in shown(page.view)


def test_a_code_opens_the_form_which_says_what_is_stored(small: Workspace, visiting: Visiting) -> None:
    code = make(small, 1)[0]
    page = shown(show_survey(visiting(ANYBODY, code=code)))
    for expected in ("群众满意度测评", "上坪村", "群众", "不记名", "提交"):
        assert expected in page
    assert "随填随存" not in page


def test_an_incomplete_form_is_refused_and_says_how_many_answers_are_missing(
    small: Workspace, visiting: Visiting
) -> None:
    visit = visiting(ANYBODY, code=make(small, 1)[0])
    page = AnswerPage(visit)
    visit.attempt(page.send)()
    assert "还有 3 处没有填好" in visit.messages.value
    assert finished(small) == 0


def test_a_signed_in_visitor_with_a_code_answers_like_anybody_else(
    small: Workspace, visiting: Visiting
) -> None:
    page = shown(show_survey(visiting(REVIEWER, code=make(small, 1)[0])))
    assert "制作测评码" not in page
    assert "提交" in page


def test_answers_are_handed_in_also_while_others_guess(small: Workspace, visiting: Visiting) -> None:
    own = make(small, 1)[0]
    visit = visiting(ANYBODY, code=own)
    page = AnswerPage(visit)
    now = datetime.now(UTC)
    for moment in (now, now + timedelta(minutes=1)):  # a minute may end during the test
        row = {"minute": moment.isoformat(timespec="minutes"), "wrong": WRONG_A_MINUTE}
        with small.store.write(OPERATOR) as writer:
            writer.conn.execute(insert(survey_guesses).values(row))
    assert page.form is not None
    page.form._entered.update(GOOD)
    visit.attempt(page.send)()
    assert finished(small) == 1


def test_a_code_used_in_the_meantime_is_refused_and_asked_for_again(
    small: Workspace, visiting: Visiting
) -> None:
    code = make(small, 1)[0]
    visit = visiting(ANYBODY, code=code)
    page = AnswerPage(visit)
    answer_survey(small, code, GOOD)
    assert page.form is not None
    page.form._entered.update(GOOD)
    visit.attempt(page.send)()
    assert "测评码不存在或已经用过" in visit.messages.value
    assert "输入另一个测评码" in shown(page.view)
    assert finished(small) == 1


def test_answers_that_could_not_be_kept_can_be_sent_again(small: Workspace) -> None:
    code = make(small, 1)[0]
    impatient = open_store(small.settings.store_url, small.settings.evidence, busy_timeout_s=0.01)
    visit = Visit(replace(small, store=impatient), ANYBODY, {"code": code}, "zh_CN")
    page = AnswerPage(visit)
    assert page.form is not None
    page.form._entered.update(GOOD)
    with small.store.write(OPERATOR):
        visit.attempt(page.send)()
    assert "正被占用" in visit.messages.value
    assert page.form is not None
    visit.attempt(page.send)()
    assert "谢谢您的参与" in shown(page.view)
    assert finished(small) == 1


def test_a_right_code_is_forgotten_when_it_is_used_up_but_not_while_the_store_is_away(
    small: Workspace,
) -> None:
    code, folder = make(small, 1)[0], small.settings.private
    handler: Any = SimpleNamespace(doors=Doors(), settings={"pbwidgets_workspace": small})
    handler.doors.invitations.invite("visitor", code)
    folder.rename(folder.with_name("away"))
    with pytest.raises(DataError, match="权限"):
        asyncio.run(right_code(handler, "visitor"))
    folder.with_name("away").rename(folder)
    of = small.opened().key
    told = asyncio.run(right_code(handler, "visitor"))
    assert told == {"code": code, "campaign": of[0], "period": of[1]}
    answer_survey(small, code, GOOD)
    assert asyncio.run(right_code(handler, "visitor")) == {}
    assert len(handler.doors.invitations) == 0


def test_answers_are_sent_once_and_thanked_for(small: Workspace, visiting: Visiting) -> None:
    visit = visiting(ANYBODY, code=make(small, 1)[0])
    page = AnswerPage(visit)
    assert page.form is not None
    page.form._entered.update(GOOD)
    visit.attempt(page.send)()
    assert "谢谢您的参与" in shown(page.view)
    assert page.form is None
    assert finished(small) == 1


def test_slips_carry_codes_that_open_the_survey(small: Workspace, visiting: Visiting) -> None:
    made: list[bool] = []
    visit = visiting(REVIEWER)
    card = BatchCard(visit, lambda: made.append(True))
    assert {code for _, code in card.unit.options} == {VILLAGE, "990101001002", ""}
    card.kind.value, card.unit.value, card.count.value = "villagers", "", 3
    card.address.value = "http://10.0.0.8:8866/"
    visit.attempt(card.make)()
    assert made == [True]
    link = re.search(r'download="([^"]+)" href="data:[^,]+;base64,([^"]+)"', shown(card.slips))
    assert link is not None
    assert link[1] == "测评码_青禾镇_群众.docx"
    document = Document(io.BytesIO(base64.b64decode(link[2])))
    text = "\n".join(cell.text for row in document.tables[0].rows for cell in row.cells)
    codes = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text)
    assert len(codes) == 6
    assert text.count("http://10.0.0.8:8866/survey") == len(document.element.xpath(".//wp:anchor")) == 6
    for code in codes:
        answer_survey(small, code, GOOD)
    assert finished(small) == 6


def test_the_slips_carry_the_address_from_the_settings(small: Workspace) -> None:
    settings = replace(small.settings, address="https://pb.example.cn")
    card = BatchCard(Visit(replace(small, settings=settings), REVIEWER, {}, "zh_CN"), lambda: None)
    assert card.address.value == "https://pb.example.cn"


def test_too_many_slips_at_once_are_refused_before_any_code_is_made(
    small: Workspace, visiting: Visiting
) -> None:
    visit = visiting(REVIEWER)
    card = BatchCard(visit, lambda: None)
    card.unit.value, card.count.value = "", 600
    visit.attempt(card.make)()
    assert "一次最多制作 1000 张" in visit.messages.value
    assert survey_counts(Desk(small, OPERATOR, small.opened())).empty


def test_a_forged_unit_is_refused(small: Workspace, visiting: Visiting) -> None:
    visit = visiting(REVIEWER)
    card = BatchCard(visit, lambda: None)
    card.unit.options = [("红旗村", OTHER_VILLAGE)]
    card.unit.value = OTHER_VILLAGE
    visit.attempt(card.make)()
    assert "不在您的权限范围内" in visit.messages.value
    assert survey_counts(Desk(small, OPERATOR, small.opened())).empty


def test_results_appear_once_there_are_five_answers(small: Workspace, visiting: Visiting) -> None:
    place = dict(zip(("form", "unit", "kind"), ABOUT, strict=True))
    codes = make(small, 5)
    for code in codes[:4]:
        answer_survey(small, code, {**GOOD, "advice": "修<路>"})
    assert "满 5 份答卷后显示" in shown(show_survey(visiting(REVIEWER, **place)))
    answer_survey(small, codes[4], {**GOOD, "team_work": "little"})
    page = shown(show_survey(visiting(REVIEWER, **place)))
    assert "满意：4 份，80%" in page
    assert "不太满意：1 份，20%" in page
    assert "修&lt;路&gt;" in page
    assert 'href="survey?form=satisfaction' in shown(show_survey(visiting(REVIEWER)))


@pytest.mark.parametrize("role", ["filler", "analyst"])
def test_surveyed_units_and_outsiders_see_no_results(visiting: Visiting, role: str) -> None:
    actor = Actor("somebody", role, VILLAGE if role == "filler" else None)
    place = dict(zip(("form", "unit", "kind"), ABOUT, strict=True))
    for visit in (visiting(actor), visiting(actor, **place)):
        with pytest.raises(RightsError, match="没有此项权限"):
            show_survey(visit)
