"""Messages that our pages never send but a browser could: each reaches the widget as over the wire."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from counties import CAMPAIGN, OTHER_VILLAGE, PERIOD, SISTER, VILLAGE, VILLAGE_ANSWERS, key_of
from serving import make_small_county
from traitlets import TraitError

from pbwidgets import store
from pbwidgets.apps.pages.filling.form import FillForm
from pbwidgets.apps.pages.filling.page import show_fill
from pbwidgets.apps.pages.review.case import Case
from pbwidgets.apps.visit import Visit
from pbwidgets.store import Actor, audit_head, load_own_marks, load_state
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.people.accounts import find_actor
from pbwidgets.workflows.review.rating import recuse_rater

KEY, SETUP = key_of("village_application", VILLAGE), "township_setup"
Visits = Callable[..., Visit]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_small_county(tmp_path_factory.mktemp("forged") / "county")
    with open_workspace(folder) as workspace, workspace.store.write(Actor("cli:tests", "operator")) as writer:
        store.submit_many(writer, [(key_of("village_application", SISTER), VILLAGE_ANSWERS)])
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    folder = tmp_path / "county"
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns("*.sqlite-*"))
    with open_workspace(folder) as opened:
        yield opened


@pytest.fixture
def visit(workspace: Workspace) -> Visits:
    def make(name: str, **place: str) -> Visit:
        return Visit(workspace, find_actor(workspace, name), place, "zh_CN")

    return make


def send(widget: w.Widget, **state: Any) -> None:
    """Change a widget's traits by a browser message."""
    widget._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})


def press(button: w.Button) -> None:
    """Press a button by a browser message, even if it is disabled."""
    button._handle_msg(
        {"content": {"data": {"method": "custom", "content": {"event": "click"}}}, "buffers": []}
    )


def every(widget: w.Widget) -> list[w.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in every(child))]


def shown(widget: w.Widget) -> str:
    return "".join(item.value for item in every(widget) if isinstance(item, w.HTML))


def draft_of(workspace: Workspace, unit: str, form: str = "village_application") -> dict[str, Any]:
    with workspace.store.read() as reader:
        found = load_state(reader, key_of(form, unit))
    return dict(found.draft or {}) if found else {}


def head_of(workspace: Workspace) -> int:
    with workspace.store.read() as reader:
        return audit_head(reader)


def marks_of(workspace: Workspace, rater: str, unit: str) -> dict[str, float]:
    with workspace.store.read() as reader:
        marks = load_own_marks(reader, CAMPAIGN, PERIOD, unit, rater)
    return {mark.key.criterion_id: mark.points for mark in marks}


def test_disabled_buttons_and_fields_change_nothing(workspace: Workspace, visit: Visits) -> None:
    reviewer = visit("county")
    recuse_rater(Desk(workspace, reviewer.actor, reviewer.opened), "county", SISTER, "亲属在该村任职")
    case = Case(reviewer, key_of("village_application", SISTER))
    assert case.marks is not None
    assert case.marks.save.disabled
    before = head_of(workspace)
    for item in every(case.marks.sheet.box):
        if isinstance(item, w.Text) and item.description.startswith("得分"):
            assert item.disabled
            send(item, value="2", disabled=False)

    send(case.marks.save, disabled=False)
    press(case.marks.save)

    assert marks_of(workspace, "county", SISTER) == {}
    assert head_of(workspace) == before
    assert 'role="alert"' in reviewer.messages.value


@pytest.mark.parametrize("state", [{"index": 99}, {"index": -1}, {"value": "不是选项"}])
def test_an_unknown_option_is_not_accepted(
    workspace: Workspace, visit: Visits, state: dict[str, Any]
) -> None:
    town = visit("town")
    page = FillForm(town, town.actor, key_of(SETUP, str(town.actor.unit_code)))
    choice = next(
        item for item in every(page.widget) if isinstance(item, w.RadioButtons | w.Dropdown | w.ToggleButtons)
    )

    with contextlib.suppress(TraitError, IndexError):  # ipywidgets itself rejects it
        send(choice, **state)
    page.ask_to_submit()

    assert "确认提交" not in [item.description for item in every(page.widget) if isinstance(item, w.Button)]
    assert set(draft_of(workspace, str(town.actor.unit_code), SETUP).values()) <= {None}


def test_text_in_a_number_field_is_reported_and_not_handed_in(workspace: Workspace, visit: Visits) -> None:
    filler = visit("filler")
    page = FillForm(filler, filler.actor, KEY)
    assert page.view is not None
    field = next(item for item, _ in page.view.views() if item.path == "capable_members")

    send(field.input.widgets[0], value="<script>1e999</script>")
    page.ask_to_submit()
    with pytest.raises(AnswersRefusedError, match="应当填整数"):
        page.submit()

    with workspace.store.read() as reader:
        found = load_state(reader, KEY)
    assert found is not None
    assert found.version == 0
    assert "<script>" not in shown(page.widget)


@pytest.mark.parametrize("unit", [SISTER, OTHER_VILLAGE, "990101001", "990101999999"])
def test_another_units_code_in_the_address_opens_nothing(
    workspace: Workspace, visit: Visits, unit: str
) -> None:
    before = head_of(workspace)

    page = show_fill(visit("filler", form="village_application", unit=unit))

    assert not [item for item in every(page) if isinstance(item, w.Text | w.Textarea)]
    assert 'role="alert"' in shown(page)
    assert "茶叶" not in shown(page)
    assert head_of(workspace) == before


@pytest.mark.parametrize("points", ["99", "-5", "8.01", "nan", "1e400"])
def test_a_mark_outside_its_range_is_not_saved(workspace: Workspace, visit: Visits, points: str) -> None:
    reviewer = visit("county")
    case = Case(reviewer, key_of("village_application", SISTER))
    assert case.marks is not None
    field = next(
        item
        for item in every(case.marks.sheet.box)
        if isinstance(item, w.Text) and item.description.startswith("得分")
    )

    send(field, value=points)
    press(case.marks.save)

    assert marks_of(workspace, "county", SISTER) == {}
