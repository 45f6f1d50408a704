"""The page "fill" as Python objects on a real store: what each button does, and what forged messages cannot do."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, SISTER, TOWN, VILLAGE, key_of
from serving import make_small_county

from pbwidgets import store
from pbwidgets.apps.pages.filling.form import FillForm
from pbwidgets.apps.pages.filling.page import show_fill
from pbwidgets.apps.pages.ground.state_words import account_words, remaining_cell
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign.model import Field, Text
from pbwidgets.forms.field_views import FieldView
from pbwidgets.store import Actor, NewAccount, add_account, history, load_evidence, load_state
from pbwidgets.workflows.filling.drafts import save_answers
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import ZONE, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.people.accounts import find_actor
from pbwidgets.workflows.people.standing import watched
from pbwidgets.workflows.progress.grid import awaits_filler
from pbwidgets.workflows.review.acceptance import Correction, send_back

KEY = key_of("village_application", VILLAGE)
FORM = {"form": "village_application"}
NOW = datetime(2026, 5, 1, tzinfo=UTC)
ASK_NOTHING: Mapping[str, str] = {}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_county(tmp_path_factory.mktemp("fill") / "county")


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:

    folder = tmp_path / "county"
    shutil.copytree(made, folder)
    with open_workspace(folder) as opened:
        yield opened


@pytest.fixture
def visit(workspace: Workspace) -> Callable[..., Visit]:
    def make(name: str = "filler", place: Mapping[str, str] = ASK_NOTHING) -> Visit:
        actor = find_actor(workspace, name)
        return Visit(watched(workspace, actor), actor, place, "zh_CN")

    return make


@pytest.fixture
def page(visit: Callable[..., Visit]) -> FillForm:
    found = visit(place=FORM)
    return FillForm(found, found.actor, KEY)


def every(widget: w.Widget) -> list[w.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in every(child))]


def text_of(widget: w.Widget) -> str:
    return "".join(item.value for item in every(widget) if isinstance(item, w.HTML))


def buttons(widget: w.Widget) -> dict[str, w.Button]:
    return {item.description: item for item in every(widget) if isinstance(item, w.Button)}


def put(page: FillForm, path: str, value: object) -> None:
    assert page.view is not None
    found = next(item for item, _ in page.view.views() if item.path == path)
    assert isinstance(found, FieldView)
    assert found.input is not None
    found.input.widgets[0].value = value


def fill_in(page: FillForm) -> None:
    put(page, "capable_members", "２０")
    put(page, "members_with_deeds", "10")
    put(page, "industry", "茶叶")


def stored(workspace: Workspace) -> dict[str, Any]:
    with workspace.store.read() as reader:
        found = load_state(reader, KEY)
    assert found is not None
    return dict(found.draft or found.answers or {})


def test_typed_answers_are_saved_and_shown_on_the_next_visit(
    page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    put(page, "industry", "茶叶")
    put(page, "capable_members", "约二十")
    assert stored(workspace) == {"industry": "茶叶", "capable_members": "约二十"}
    assert "已保存" in text_of(page.widget)
    again = FillForm(visit(), visit().actor, KEY)
    assert again.view is not None
    assert again.view.answers == {"industry": "茶叶", "capable_members": "约二十"}


def test_submitting_is_blocked_until_all_is_right_and_says_what_is_wrong(page: FillForm) -> None:
    put(page, "capable_members", "20")
    page.ask_to_submit()
    shown = text_of(page.widget)
    assert "还有 2 处需要填写或修改" in shown
    assert 'href="#pb-at-industry-0"' in shown
    assert "确认提交" not in buttons(page.widget)
    fill_in(page)
    page.ask_to_submit()
    assert "首次提交" in text_of(page.widget)
    assert "确认提交" in buttons(page.widget)


def test_a_form_handed_in_is_read_only_until_taken_back(page: FillForm, workspace: Workspace) -> None:
    fill_in(page)
    page.ask_to_submit()
    buttons(page.widget)["确认提交"].click()
    assert "已提交（第 1 版）" in text_of(page.widget)
    assert page.view is None
    buttons(page.widget)["撤回修改"].click()
    assert "已撤回" in text_of(page.widget)
    assert "提交时间" not in text_of(page.widget)
    put(page, "industry", "柑橘")
    page.ask_to_submit()
    assert "柑橘" in text_of(page.widget)  # the difference from the version handed in
    buttons(page.widget)["确认提交"].click()
    with workspace.store.read() as reader:
        assert [item.answers["industry"] for item in history(reader, KEY)] == ["茶叶", "柑橘"]


def test_changing_an_answer_closes_an_open_summary(page: FillForm) -> None:
    fill_in(page)
    page.ask_to_submit()
    assert "确认提交" in buttons(page.widget)
    put(page, "industry", "")
    assert "确认提交" not in buttons(page.widget)


def test_a_forged_confirmation_is_checked_again_by_the_server(page: FillForm, workspace: Workspace) -> None:
    fill_in(page)
    page.ask_to_submit()
    confirm = buttons(page.widget)["确认提交"]
    put(page, "members_with_deeds", "99")
    confirm.click()  # a button that is no longer on the page
    assert "需要修改" in text_of(page.widget)
    with workspace.store.read() as reader:
        assert history(reader, KEY) == ()


def test_inputs_of_a_form_already_handed_in_change_nothing(page: FillForm, workspace: Workspace) -> None:
    fill_in(page)
    view = page.view
    page.ask_to_submit()
    page.submit()
    assert view is not None
    old = next(item for item, _ in view.views() if item.path == "industry")
    assert isinstance(old, FieldView)
    assert old.input is not None
    old.input.widgets[0].value = "forged"
    assert stored(workspace)["industry"] == "茶叶"
    assert "不能修改" in text_of(page.widget)


@pytest.mark.parametrize("unit", [SISTER, OTHER_VILLAGE, TOWN, COUNTY, "999999", "' or 1=1"])
def test_another_units_code_in_the_address_opens_nothing(unit: str, visit: Callable[..., Visit]) -> None:
    shown = show_fill(visit(place={**FORM, "unit": unit}))
    assert "权限" in text_of(shown)
    assert not [item for item in every(shown) if isinstance(item, w.Text)]


@pytest.mark.parametrize(
    "place", [{"form": "no_such"}, {"form": "stability"}, {"form": "../x", "unit": VILLAGE}]
)
def test_a_form_the_visitor_may_not_fill_in_is_not_opened(
    place: dict[str, str], visit: Callable[..., Visit]
) -> None:
    shown = show_fill(visit(place=place))
    assert not [item for item in every(shown) if isinstance(item, w.Text)]


def test_the_list_holds_the_forms_of_the_visitors_unit(visit: Callable[..., Visit]) -> None:
    shown = text_of(show_fill(visit()))
    assert "党建工作示范村申报表" in shown
    assert "特色乡镇" not in shown
    assert "form=village_application" in shown


@pytest.mark.parametrize("name", ["leader", "analyst", "organiser", "admin"])
def test_those_who_fill_in_nothing_are_told_so(name: str, visit: Callable[..., Visit]) -> None:
    assert "没有需要您填报的表单" in text_of(show_fill(visit(name)))


def test_filling_in_on_behalf_is_recorded(visit: Callable[..., Visit], workspace: Workspace) -> None:
    shown = text_of(show_fill(visit("reviewer", FORM)))
    assert "上坪村" in shown
    assert "红旗村" not in shown
    one = visit("reviewer", {**FORM, "unit": VILLAGE})
    form = show_fill(one)
    assert "代本单位填报" in text_of(form)
    page = FillForm(one, Actor("reviewer", "reviewer", TOWN, on_behalf=True), KEY)
    fill_in(page)
    page.ask_to_submit()
    page.submit()
    with workspace.store.read() as reader:
        assert history(reader, KEY)[0].made_by.on_behalf


def test_two_people_editing_the_same_draft_choose_and_lose_nothing(
    page: FillForm, visit: Callable[..., Visit], workspace: Workspace
) -> None:
    other = FillForm(visit(), visit().actor, KEY)
    put(other, "industry", "柑橘")
    put(page, "industry", "茶叶")
    shown = text_of(page.widget)
    assert "另一个窗口" in shown
    assert "柑橘" in shown
    assert "茶叶" in shown
    assert stored(workspace)["industry"] == "柑橘"
    buttons(page.widget)["用这里的"].click()
    assert stored(workspace)["industry"] == "茶叶"
    put(other, "industry", "毛竹")
    buttons(other.widget)["用对方的"].click()
    assert other.view is not None
    assert other.view.answers["industry"] == "茶叶"
    put(other, "industry", "蔬菜")
    assert stored(workspace)["industry"] == "蔬菜"


def test_return_reasons_are_shown_on_top_and_at_their_field(
    page: FillForm, visit: Callable[..., Visit], workspace: Workspace
) -> None:
    fill_in(page)
    page.ask_to_submit()
    page.submit()
    opened = page.visit.opened
    reviewer = find_actor(workspace, "reviewer")
    send_back(
        Desk(workspace, reviewer, opened),
        KEY,
        "township",
        Correction("数字不实", "capable_members"),
        seen_version=1,
    )
    again = FillForm(visit(), visit().actor, KEY)
    shown = text_of(again.widget)
    assert "退回修改（有能力的党员干部人数）：数字不实" in shown
    assert "退回意见：数字不实" in shown
    assert "已恢复账号" not in shown  # what was returned is nobody's draft


@pytest.mark.parametrize(
    ("path", "anchor"),
    [("industry", "pb-at-industry-0"), ("good_deeds/done_on", "pb-at-good_deeds-0")],
    ids=["a field", "a field of rows of which none is open"],
)
def test_a_return_links_to_its_field(
    path: str, anchor: str, page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    fill_in(page)
    page.ask_to_submit()
    buttons(page.widget)["确认提交"].click()
    reviewer = find_actor(workspace, "reviewer")
    send_back(
        Desk(workspace, reviewer, page.visit.opened),
        KEY,
        "township",
        Correction("请核对", path),
        seen_version=1,
    )
    asked = visit(place={**FORM, "field": path})
    shown = text_of(FillForm(asked, asked.actor, KEY).widget)
    assert f'href="#{anchor}" data-asked>' in shown
    assert f'id="{anchor}"' in shown
    plain = visit(place=FORM)
    assert f'href="#{anchor}">' in text_of(FillForm(plain, plain.actor, KEY).widget)


def test_a_return_says_until_when_the_form_can_be_handed_in_again(
    page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    fill_in(page)
    page.ask_to_submit()
    buttons(page.widget)["确认提交"].click()
    reviewer = find_actor(workspace, "reviewer")
    send_back(
        Desk(workspace, reviewer, page.visit.opened), KEY, "township", Correction("请核对"), seen_version=1
    )
    found = FillForm(visit(), visit().actor, KEY)
    until = found.opened.until
    assert until is not None
    last = (until - timedelta(seconds=1)).astimezone(ZONE).date()
    assert f"请在 {last} 24时之前修改并重新提交" in text_of(found.widget)


def test_a_reviewer_filling_in_does_not_see_the_units_own_marks(
    page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    reviewer = visit("reviewer", {**FORM, "unit": VILLAGE})
    found = show_fill(reviewer)
    assert page.self_marks
    assert page.self_marks[0].total_words in text_of(page.widget)
    assert page.self_marks[0].total_words not in text_of(found)


def test_after_the_deadline_a_form_can_be_saved_but_not_handed_in(
    page: FillForm, workspace: Workspace
) -> None:
    fill_in(page)
    opened = page.visit.opened
    closed = [
        period.model_copy(
            update={
                "phases": tuple(
                    phase.model_copy(
                        update={"ends": datetime(2020, 2, 1).date(), "begins": datetime(2020, 1, 1).date()}
                    )
                    for phase in period.phases
                )
            }
        )
        for period in opened.campaign.periods
    ]
    open_definition(
        workspace, OPERATOR, opened.campaign.model_copy(update={"periods": tuple(closed)}), opened.period_id
    )
    late = Visit(workspace, page.actor, {}, "zh_CN")
    again = FillForm(late, page.actor, KEY)
    assert "填报已截止" in text_of(again.widget)
    put(again, "industry", "柑橘")
    assert stored(workspace)["industry"] == "柑橘"
    again.ask_to_submit()
    buttons(again.widget)["确认提交"].click()
    assert "截止" in late.messages.value
    with workspace.store.read() as reader:
        assert history(reader, KEY) == ()
    until = datetime(2099, 1, 1, tzinfo=UTC)
    with workspace.store.write(OPERATOR) as writer:
        store.grant_exception(writer, KEY.campaign_id, KEY.period_id, KEY.form_id, VILLAGE, until, "停电")
    buttons(again.widget)["确认提交"].click()
    assert "已提交" in late.messages.value


def test_own_marks_are_saved_but_not_above_the_maximum(page: FillForm, visit: Callable[..., Visit]) -> None:
    (marks,) = page.self_marks
    before = marks.sheet.total
    points, reason = marks._inputs["v1_unity"]
    points.widgets[0].value = "９"
    assert "0分到8分之间" in text_of(page.widget)
    points.widgets[0].value = "７"
    reason.value = "班子团结"
    assert marks.sheet.total == before + 7
    again = FillForm(visit(), visit().actor, KEY)
    assert again.self_marks[0].marks == {"v1_unity": (7.0, "班子团结")}


def test_a_disabled_account_can_save_nothing_more_and_is_told(page: FillForm, workspace: Workspace) -> None:
    put(page, "industry", "茶叶")
    with workspace.store.write(OPERATOR) as writer:
        store.disable_account(writer, "filler")
    put(page, "industry", "柑橘")
    assert stored(workspace)["industry"] == "茶叶"
    assert "没有保存" in text_of(page.widget)


def test_a_form_handed_in_says_when_and_by_whom_and_counts_no_days(
    page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    assert "（还有" in text_of(page._head)
    fill_in(page)
    page.ask_to_submit()
    page.submit()
    for shown in (page, FillForm(visit(), visit().actor, KEY)):
        head = text_of(shown._head)
        assert re.search(r"提交时间：20\d\d-\d\d-\d\d \d\d:\d\d（账号 filler）", head)
        assert "还有" not in head
    assert 'data-led-to="top' in page.visit.messages.value
    assert "查看" in text_of(show_fill(visit()))
    assert "打开填写" not in text_of(show_fill(visit()))


def test_a_restored_draft_says_of_when_and_whose_it_is(
    page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    assert "已恢复" not in text_of(page.widget)
    put(page, "industry", "茶叶")
    assert "已恢复" not in text_of(page.widget)
    moment = datetime.now(ZONE)
    again = text_of(FillForm(visit(), visit().actor, KEY).widget)
    assert re.search(rf"已恢复 {moment:%Y-%m-%d} \d\d:\d\d 保存的草稿", again)
    with workspace.store.write(OPERATOR) as writer:
        add_account(writer, NewAccount("filler2", "filler", VILLAGE, "no hash"))
    assert "已恢复账号 filler 于" in text_of(FillForm(visit("filler2"), visit("filler2").actor, KEY).widget)
    assert account_words(visit("filler"), "cli:0") == "服务器操作员"


def test_lines_below_their_least_number_are_named_before_handing_in(page: FillForm) -> None:
    fill_in(page)
    page.ask_to_submit()
    assert "没有达到规定的数量" in text_of(page.widget)
    assert "为民办好事实事0件，要求3件，少3件" in text_of(page._below)
    assert page.view is not None
    deeds = page.view.repeats()["good_deeds"]
    for at in range(3):
        deeds._add_row()
        for view in deeds.rows[at].views:
            assert isinstance(view, FieldView)
            assert view.input is not None
            value = {"title": f"修路{at}", "done_on": date(2026, 5, 6)}.get(view.field.id)
            if value is not None:
                view.input.widgets[0].value = value
    page.ask_to_submit()
    assert "为民办好事实事" not in text_of(page._below)
    assert "没有达到规定的数量" in text_of(page._below)  # of the other lines
    buttons(page._below)["确认提交"].click()
    assert "已提交" in page.visit.messages.value


@pytest.mark.parametrize(
    ("state", "days", "standing", "words", "way"),
    [
        ("submitted", -10, "on_time", "已截止", False),
        ("submitted", 3, "on_time", "还有 3 天", False),
        ("draft", -10, "overdue", "已逾期 10 天", False),
        ("draft", 3, "open", "还有 3 天", True),
        ("returned", 0, "open", "今天截止", True),
        ("not_begun", None, "open", "未定截止时间", True),
    ],
)
def test_the_list_counts_no_negative_days_and_offers_filling_in_only_what_is_open(
    visit: Callable[..., Visit], state: str, days: int | None, standing: str, words: str, way: bool
) -> None:
    owed = {"state": state, "days_left": days, "standing": standing}
    assert remaining_cell(visit(), owed).text == words
    assert awaits_filler(owed) is way


def test_the_scan_of_the_stamped_paper_is_attached_to_the_version_handed_in(
    page: FillForm, visit: Callable[..., Visit], workspace: Workspace
) -> None:
    fill_in(page)
    page.ask_to_submit()
    page.submit()
    upload = next(item for item in every(page.widget) if isinstance(item, w.FileUpload))
    scan = b"%PDF-1.7\n%%EOF\n"
    upload.value = (
        {"name": "盖章.pdf", "type": "", "size": len(scan), "content": scan, "last_modified": NOW},
    )
    assert "扫描件已保存到第 1 版" in page.visit.messages.value
    with workspace.store.read() as reader:
        (kept,) = load_evidence(reader, KEY)
    assert kept.field_path == "_stamped/1"
    assert "盖章.pdf" in text_of(FillForm(visit(), visit().actor, KEY).widget)


def test_a_log_is_listed_and_accepts_a_new_entry(visit: Callable[..., Visit]) -> None:
    place = {"form": "stability", "unit": VILLAGE}
    shown = show_fill(visit("county", place))
    assert "还没有登记" in text_of(shown)
    next(item for words, item in buttons(shown).items() if "新增" in words).click()
    assert "件数（件） *" in {getattr(item, "description", "") for item in every(shown)}
    assert "occurrence=1" in text_of(show_fill(visit("county", place)))


def test_an_empty_form_opens_quickly_with_few_widgets(page: FillForm) -> None:
    assert len(every(page.widget)) < 150


def test_saving_the_same_answers_elsewhere_is_no_conflict(page: FillForm, workspace: Workspace) -> None:
    save_answers(Desk(workspace, page.actor, page.visit.opened), KEY, {"industry": "茶叶"}, 0)
    put(page, "industry", "茶叶")
    assert "没有保存" not in text_of(page.widget)


def change_form(page: FillForm, workspace: Workspace, **change: Any) -> None:
    """Open a newer version in which the field ``capable_members`` is otherwise."""
    campaign = page.visit.opened.campaign

    def of_field(field: Field) -> Field:
        if field.id == "capable_members":
            return field.model_copy(update=change)
        return field.model_copy(update={"fields": tuple(map(of_field, field.fields))})

    forms = tuple(
        form.model_copy(update={"fields": tuple(map(of_field, form.fields))})
        if form.id == KEY.form_id
        else form
        for form in campaign.forms
    )
    open_definition(workspace, OPERATOR, campaign.model_copy(update={"forms": forms}), KEY.period_id)


def test_an_open_form_goes_on_under_a_newer_version_and_says_what_has_changed(
    page: FillForm, workspace: Workspace
) -> None:
    fill_in(page)
    page.ask_to_submit()
    change_form(page, workspace, maximum=15.0)
    buttons(page.widget)["确认提交"].click()
    shown = text_of(page.widget)
    assert "本表已更新" in shown
    assert re.search(r"最大值 \S+ → 15", shown)
    assert "还有 1 处需要填写或修改" in shown
    assert page.view is not None
    assert page.view.answers["capable_members"] == 20  # what was typed is still there
    with workspace.store.read() as reader:
        assert history(reader, KEY) == ()
    put(page, "capable_members", "15")
    page.ask_to_submit()
    buttons(page.widget)["确认提交"].click()
    assert "已提交" in page.visit.messages.value
    assert "本表已更新" not in text_of(page.widget)
    with workspace.store.read() as reader:
        (version,) = history(reader, KEY)
    assert version.campaign_version == workspace.opened().version
    assert version.answers["capable_members"] == 15


def test_typing_under_an_older_version_is_saved_under_the_newer_one(
    page: FillForm, workspace: Workspace
) -> None:
    put(page, "industry", "茶叶")
    change_form(page, workspace, label=Text(zh="能人党员", en="Capable members"))
    put(page, "industry", "柑橘")
    assert stored(workspace) == {"industry": "柑橘"}
    assert "→ 能人党员" in text_of(page.widget)
    assert "尚未保存" not in text_of(page.widget)


def test_a_version_that_leaves_the_form_alone_is_not_spoken_of(page: FillForm, workspace: Workspace) -> None:
    fill_in(page)
    page.ask_to_submit()
    campaign = page.visit.opened.campaign
    renamed = campaign.model_copy(update={"summary": Text(zh="另一段", en="Other")})
    open_definition(workspace, OPERATOR, renamed, KEY.period_id)
    buttons(page.widget)["确认提交"].click()
    assert "已提交" in page.visit.messages.value


def test_a_draft_of_an_older_version_says_what_has_changed_since(
    page: FillForm, workspace: Workspace, visit: Callable[..., Visit]
) -> None:
    put(page, "industry", "茶叶")
    change_form(page, workspace, minimum=3.0)
    again = FillForm(visit(), visit().actor, KEY)
    assert "最小值 0 → 3" in text_of(again.widget)
    put(again, "industry", "柑橘")
    assert "本表已更新" not in text_of(FillForm(visit(), visit().actor, KEY).widget)
