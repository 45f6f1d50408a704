"""A balance that later spending rests on: refused on the page, by command and to a reviewer, with day and entry."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from amended import LEVEL, NOVEMBER, UNIT, VILLAGE, desk_of, open_living
from counties import OPERATOR, run_pbwidgets
from pages import buttons, shown
from returns import Filled

from pbwidgets.apps.pages.filling.form import FillForm
from pbwidgets.apps.pages.review.case import Case
from pbwidgets.apps.visit import Visit
from pbwidgets.forms.field_views import FieldView
from pbwidgets.store import SubmissionKey, grant_exception, history
from pbwidgets.store.submissions import load_of_units
from pbwidgets.workflows.filling.drafts import hand_in_form
from pbwidgets.workflows.filling.entries import begin_entry
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.review.acceptance import accept_submission

PLACE = {"campaign": "living", "period": NOVEMBER}
SAID = ("关爱基金余额不足", "慰问老党员", "2026-10-05", "不能低于 0")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_living(tmp_path) as made:
        yield made


def money(kind: str, amount: float, day: str, what: str) -> dict[str, Any]:
    return {"what": what, "kind": kind, "amount": amount, "moved_on": day}


def hand_in(workspace: Workspace, answers: dict[str, Any]) -> SubmissionKey:
    desk = desk_of(workspace, UNIT)
    key = begin_entry(desk, "funds", VILLAGE)
    hand_in_form(desk, key, answers, 1)
    return key


@pytest.fixture
def income(workspace: Workspace) -> SubmissionKey:
    """An income of 100 that was accepted, from which 80 were spent three days later."""
    key = hand_in(workspace, money("in", 100, "2026-10-02", "捐款"))
    accept_submission(desk_of(workspace, LEVEL), key, "street", seen_version=1)
    hand_in(workspace, money("out", 80, "2026-10-05", "慰问老党员"))
    return key


def versions(workspace: Workspace, key: SubmissionKey) -> list[tuple[str, float]]:
    with workspace.store.read() as reader:
        return [(version.state, version.answers["amount"]) for version in history(reader, key)]


def lower(workspace: Workspace, key: SubmissionKey, amount: float) -> str:
    """What the page says after the amount was changed on it and handed in."""
    visit = Visit(workspace, UNIT, PLACE, "zh_CN")
    page = FillForm(visit, UNIT, key)
    assert page.amendment is not None
    view = next(view for view, _ in page.amendment.view.views() if view.path == "amount")
    assert isinstance(view, FieldView)
    assert view.input is not None
    view.input.widgets[0].value = f"{amount}"
    buttons(page.widget)["提交更新"].click()
    return shown(page.widget)


def test_the_page_refuses_to_lower_an_income_below_what_was_spent(
    workspace: Workspace, income: SubmissionKey
) -> None:
    said = lower(workspace, income, 50)
    assert all(words in said for words in (*SAID, "余额为 -30"))
    assert versions(workspace, income) == [("submitted", 100), ("accepted:street", 100)]
    assert "余额" not in lower(workspace, income, 90)
    assert versions(workspace, income)[-1] == ("submitted", 90)


def test_a_reviewer_cannot_send_an_income_back_from_which_was_spent(
    workspace: Workspace, income: SubmissionKey
) -> None:
    lower(workspace, income, 150)
    hand_in(workspace, money("out", 60, "2026-10-06", "再慰问"))
    visit = Visit(workspace, LEVEL, PLACE, "zh_CN")
    case = Case(visit, income)
    case.reason.value = "没有票据"
    case.return_.click()
    assert all(words in visit.messages.value for words in ("再慰问", "2026-10-06", "余额为 -40"))
    assert versions(workspace, income)[-1] == ("submitted", 150)


def test_the_command_stores_nothing_of_a_workbook_that_breaks_a_balance(
    workspace: Workspace, income: SubmissionKey
) -> None:
    folder = workspace.settings.workspace
    with workspace.store.write(OPERATOR) as writer:
        grant_exception(
            writer, "living", NOVEMBER, "funds", VILLAGE, datetime(2099, 1, 1, tzinfo=UTC), "测试"
        )
    template = folder / "funds.xlsx"
    made = run_pbwidgets("template", "living", "funds", "-o", str(template), cwd=folder)
    assert made.returncode == 0, made.stderr
    filled = Filled(template)
    filled.add("funds", VILLAGE, what="修缮", kind="支出", amount=30, moved_on="2026-10-03")
    done = run_pbwidgets("import", str(filled.save()), cwd=folder)
    assert done.returncode == 1
    assert all(words in done.stderr for words in ("慰问老党员", "2026-10-05", "余额为 -10"))
    with workspace.store.read() as reader:
        assert len(load_of_units(reader, "living", NOVEMBER, "funds", [VILLAGE])) == 2


def test_a_workbook_cannot_lower_an_income_from_which_was_spent(
    workspace: Workspace, income: SubmissionKey
) -> None:
    folder, out = workspace.settings.workspace, workspace.settings.workspace / "out.xlsx"
    made = run_pbwidgets("export", "living", "funds", "--period", NOVEMBER, "-o", str(out), cwd=folder)
    assert made.returncode == 0, made.stderr
    filled = Filled(out)
    page = filled.page("funds")
    (amount,) = (cell for row in page.iter_rows() for cell in row if cell.value == 100)
    amount.value = 50
    done = run_pbwidgets("import", str(filled.save()), cwd=folder)
    assert done.returncode == 1
    assert versions(workspace, income) == [("submitted", 100), ("accepted:street", 100)]
