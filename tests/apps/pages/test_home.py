"""The home page: everybody sees what concerns them, and nothing else."""

import base64
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

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
    make_register,
)  # fmt: skip
from docx import Document
from openpyxl import Workbook, load_workbook
from pages import buttons, shown
from serving import PASSWORD

from pbwidgets import store
from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.pages.people.account_list import ImportCard
from pbwidgets.apps.pages.people.accounts import AccountsCard, ResetCard
from pbwidgets.apps.pages.people.audit_log import AuditCard
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError
from pbwidgets.forms.upload_button import SentFile
from pbwidgets.store import Actor, Deed
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.accounts import reset_password
from pbwidgets.workflows.people.audit_log import PAGE_ROWS
from pbwidgets.workflows.people.sessions import session_key, sign_in
from pbwidgets.workflows.people.standing import watched

FORM = "village_application"
FILLER = Actor("filler", "filler", VILLAGE)
REVIEWER = Actor("reviewer", "reviewer", TOWN)
ADMIN = Actor("admin", "admin")
LEVELS = ("township", "county")

Visiting = Callable[..., Visit]


def submit(workspace: Workspace, unit: str) -> None:
    with workspace.store.write(OPERATOR, datetime.now(UTC) - timedelta(days=2)) as w:
        store.submit_many(w, [(key_of(FORM, unit), VILLAGE_ANSWERS)])


def end_phases(workspace: Workspace, ended: date) -> None:
    opened = workspace.opened()
    period = opened.campaign.period(PERIOD)
    phases = tuple(phase.model_copy(update={"ends": ended}) for phase in period.phases)
    changed = opened.campaign.model_copy(update={"periods": (period.model_copy(update={"phases": phases}),)})
    open_definition(workspace, OPERATOR, changed, PERIOD)


def test_a_filler_sees_their_form_with_the_days_left_and_a_link(visiting: Visiting) -> None:
    page = shown(show_home(visiting(FILLER)))
    assert "待办（1）" in page
    assert "还有 100 天" in page or "还有 99 天" in page  # midnight may pass in Shanghai during the test
    assert f'href="fill?form={FORM}&amp;unit={VILLAGE}"' in page
    for foreign in ("逾期未办", "待审核", "重置密码", "新增账号", 'href="organise"', 'href="review"'):
        assert foreign not in page


def test_a_returned_form_is_listed_with_its_reason_and_a_link_to_the_field(
    small: Workspace, visiting: Visiting
) -> None:
    submit(small, VILLAGE)
    with small.store.write(OPERATOR) as w:
        store.return_submission(
            w, key_of(FORM, VILLAGE), "township", LEVELS, "请<b>补</b>日期", "good_deeds/done_on"
        )
    page = shown(show_home(visiting(FILLER)))
    assert "待办（1）" in page
    assert page.count("form=village_application") == 1
    assert "退回：请" in page
    assert "请&lt;b&gt;补&lt;/b&gt;日期" in page
    assert "field=good_deeds%2Fdone_on" in page


def test_a_missed_deadline_is_shown_in_red_with_what_to_do(small: Workspace, visiting: Visiting) -> None:
    end_phases(small, date.today() - timedelta(days=3))
    page = shown(show_home(visiting(FILLER)))
    assert "pb-tone-error" in page
    assert "已逾期" in page
    assert "请先联系上级审核单位批准延期" in page


def test_a_reviewer_sees_what_waits_and_whom_to_phone(small: Workspace, visiting: Visiting) -> None:
    submit(small, VILLAGE)
    end_phases(small, date.today() - timedelta(days=3))
    page = shown(show_home(visiting(REVIEWER)))
    assert "待办（2）" in page  # the list of the township has places left
    assert "1 份待审核" in page
    assert f'href="review?form={FORM}"' in page
    assert "本辖区逾期未办（1 个单位）" in page
    assert "下坪村" in page
    assert "红旗村" not in page


def test_links_lead_only_to_pages_that_the_role_may_open(visiting: Visiting) -> None:
    assert 'href="organise"' in shown(show_home(visiting(Actor("organiser", "organiser"))))
    admin = shown(show_home(visiting(ADMIN)))
    assert "href=" not in admin.partition("pb-table")[0]
    assert 'href="board"' not in admin
    assert "系统状况" in admin


@pytest.mark.parametrize("role", ["analyst", "admin"])
def test_other_roles_see_neither_call_list_nor_queue(small: Workspace, visiting: Visiting, role: str) -> None:
    end_phases(small, date.today() - timedelta(days=3))
    page = shown(show_home(visiting(Actor("somebody", role))))
    assert "逾期未办" not in page
    assert "待审核" not in page


def test_without_an_open_campaign_the_page_says_so_and_the_administrator_still_works(
    small: Workspace, visiting: Visiting
) -> None:
    with small.store.write(OPERATOR) as w:
        store.close_period(w, CAMPAIGN, PERIOD)
    page = shown(show_home(visiting(ADMIN)))
    assert "目前没有正在开展的活动" in page
    assert "新增账号" in page


def test_a_reviewer_resets_a_password_below_and_sees_it_once(small: Workspace, visiting: Visiting) -> None:
    card = ResetCard(visiting(REVIEWER))
    offered = {value for _, value in card.account.options}
    assert offered == {"", "filler", "sister"} | ({"town"} & offered)
    assert not {"admin", "county", "other", "reviewer2"} & offered
    card.account.value = "sister"
    card.reset()
    said = shown(card.said)
    password = said.partition("密码：")[2].partition("\u3000")[0]
    assert sign_in(small, "sister", password)


def test_a_reset_asks_for_the_password_in_place_and_then_goes_on(small: Workspace) -> None:
    save_units(small, OPERATOR, make_register().assign(synthetic=False))
    token = sign_in(small, "reviewer", PASSWORD, now=datetime.now(UTC) - timedelta(minutes=20))
    visit = Visit(watched(small, REVIEWER, session_key(token)), REVIEWER, {}, "zh_CN")
    card = ResetCard(visit)
    card.account.value = "sister"
    buttons(card.view)["重置密码"].click()
    assert "须再输一次您登录用的密码" in shown(card.again.view)
    card.again.password.value = "wrong"
    buttons(card.view)["确认"].click()
    assert "还可以试 4 次" in shown(card.again.view)
    assert (shown(card.said), card.again.password.value) == ("", "")
    card.again.password.value = PASSWORD
    buttons(card.view)["确认"].click()
    assert "sister 的一次性密码" in shown(card.said)
    assert (card.again.view.children, card.again.password.value) == ((), "")
    assert visit.messages.value == ""


def test_the_password_is_asked_for_no_longer_after_going_back(small: Workspace) -> None:
    save_units(small, OPERATOR, make_register().assign(synthetic=False))
    token = sign_in(small, "admin", PASSWORD, now=datetime.now(UTC) - timedelta(minutes=20))
    card = AccountsCard(Visit(watched(small, ADMIN, session_key(token)), ADMIN, {}, "zh_CN"))
    card.chosen.value = "sister"
    buttons(card.view)["停用"].click()
    assert "须再输一次您登录用的密码" in shown(card.again.view)
    buttons(card.view)["取消"].click()
    assert card.again.view.children == ()
    with small.store.read() as reader:
        account = store.load_account(reader, "sister")
    assert account is not None
    assert account.disabled_at is None


def test_a_reset_is_told_on_the_first_page_until_it_was_seen(small: Workspace, visiting: Visiting) -> None:
    assert "重置。如果不是您要求的" not in shown(show_home(visiting(FILLER)))
    reset_password(small, OPERATOR, "filler")
    page = show_home(visiting(FILLER))
    assert "被服务器管理员重置。如果不是您要求的" in shown(page)
    buttons(page)["知道了"].click()
    assert "重置。如果不是您要求的" not in shown(page)
    assert "重置。如果不是您要求的" not in shown(show_home(visiting(FILLER)))


def test_resetting_without_a_choice_says_what_to_do(visiting: Visiting) -> None:
    visit = visiting(REVIEWER)
    card = ResetCard(visit)
    visit.attempt(card.reset)()
    assert "请先选择账号" in visit.messages.value


def test_the_administrator_adds_hands_over_and_disables_accounts(
    small: Workspace, visiting: Visiting
) -> None:
    visit = visiting(ADMIN)
    card = AccountsCard(visit)
    card.name.value, card.role.value, card.unit.value = "cun-new", "filler", SISTER
    card.add()
    assert "cun-new 的一次性密码" in shown(card.said)
    assert "cun-new" in shown(card.view)
    card.chosen.value, card.successor.value = "cun-new", "cun-next"
    card.hand_over()
    assert "cun-next 的一次性密码" in shown(card.said)
    card.chosen.value = "cun-next"
    card.disable()
    assert "cun-next 已停用" in visit.messages.value
    with small.store.read() as reader:
        left = {item.name for item in store.load_accounts(reader) if item.disabled_at is None}
    assert not {"cun-new", "cun-next"} & left
    card.chosen.value = "cun-new"
    card.enable()
    assert "cun-new 的一次性密码" in shown(card.said)
    card.search.value = "cun-n"
    assert shown(card.view).count("<tr>") == 3  # the head and two accounts


def test_a_wrong_unit_is_reported_and_nothing_is_added(visiting: Visiting) -> None:
    visit = visiting(ADMIN)
    card = AccountsCard(visit)
    card.name.value, card.unit.value = "cun-x", "999999999999"
    visit.attempt(card.add)()
    assert "999999999999" in visit.messages.value
    assert "cun-x" not in shown(card.view)


def make_table(*rows: tuple[str, ...]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in (("账号", "角色", "单位编码"), *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(content)
    return content.getvalue()


def test_a_table_of_accounts_is_checked_and_added_and_its_slips_let_people_sign_in(
    small: Workspace, visiting: Visiting
) -> None:
    card = ImportCard(visiting(ADMIN), lambda: None)
    card.read(SentFile("账号.xlsx", make_table(("cun-a", "填报员", VILLAGE), ("cun-b", "填报员", SISTER))))
    assert "可新增 2 个账号" in shown(card.found)
    with small.store.read() as reader:
        assert store.load_account(reader, "cun-a") is None
    card.add()
    link = re.search(r'download="账号密码条.docx" href="data:[^,]+;base64,([^"]+)"', shown(card.found))
    assert link is not None
    cells = Document(io.BytesIO(base64.b64decode(link[1]))).tables[0].rows[0].cells
    passwords = re.findall("初始密码：(\\S+)", "\n".join(cell.text for cell in cells))
    assert [
        bool(sign_in(small, name, word)) for name, word in zip(("cun-a", "cun-b"), passwords, strict=True)
    ]
    card.add()  # a second click adds nothing
    assert link[0] in shown(card.found)


def test_problems_of_a_table_are_listed_by_cell_and_nothing_is_added(
    small: Workspace, visiting: Visiting
) -> None:
    card = ImportCard(visiting(ADMIN), lambda: None)
    card.read(SentFile("账号.xlsx", make_table(("cun-a", "填报员", VILLAGE), ("cun-b", "填表人", "999"))))
    page = shown(card.found)
    for said in ("2 处问题", "Sheet!B3", "Sheet!C3", "填表人", "请核对代码"):
        assert said in page
    card.add()
    with small.store.read() as reader:
        assert store.load_account(reader, "cun-a") is None


@pytest.mark.parametrize(
    ("filename", "content"), [("a.docx", b"PK no workbook"), ("../../x.csv", b""), ("a.xlsx", b"\0")]
)
def test_a_file_that_is_not_a_table_is_reported(visiting: Visiting, filename: str, content: bytes) -> None:
    card = ImportCard(visiting(ADMIN), lambda: None)
    card.read(SentFile(filename, content))
    assert "1 处问题" in shown(card.found)


def test_a_forged_upload_by_another_role_is_refused(small: Workspace, visiting: Visiting) -> None:
    card = ImportCard(visiting(REVIEWER), lambda: None)
    with pytest.raises(RightsError, match="权限"):
        card.read(SentFile("账号.xlsx", make_table(("cun-a", "管理员", ""))))


def test_the_administrator_filters_the_log_and_turns_its_pages(small: Workspace, visiting: Visiting) -> None:
    for _ in range(2):
        submit(small, VILLAGE)
        with small.store.write(OPERATOR) as w:
            store.return_submission(w, key_of(FORM, VILLAGE), "township", LEVELS, "请补<b>日期</b>")
            store.record(w, *(Deed("sign_in", "account:admin") for _ in range(PAGE_ROWS)))
    visit = visiting(ADMIN)
    assert "操作日志" in shown(show_home(visit))
    card = AuditCard(visit)
    assert shown(card.view).count("<tr>") == 1 + PAGE_ROWS
    assert "退回修改" not in shown(card.view)
    assert (card.newer.disabled, card.older.disabled) == (True, False)
    card.older.click()
    assert "退回修改" in shown(card.view)
    assert "第 2 页" in shown(card.view)
    card.newer.click()
    assert "第 1 页" in shown(card.view)
    card.older.click()
    card.action.value, card.unit.value = "return", VILLAGE
    page = shown(card.view)
    assert "第 1 页" in page
    assert page.count("<tr>") == 3
    assert "上坪村" in page
    assert "日期</b>" not in page
    assert (card.newer.disabled, card.older.disabled) == (True, True)
    card.last_day.value = date(2020, 1, 1)
    assert "没有符合条件的记录" in shown(card.view)


def test_the_log_is_saved_as_a_workbook_until_other_entries_are_asked_for(visiting: Visiting) -> None:
    card = AuditCard(visiting(ADMIN))
    card.action.value = "add_account"
    card.export()
    link = re.search(r'download="操作日志_[-0-9]+.xlsx" href="data:[^,]+;base64,([^"]+)"', shown(card.view))
    assert link is not None
    sheet = load_workbook(io.BytesIO(base64.b64decode(link[1]))).worksheets[1]
    assert {row[5].value for row in sheet.iter_rows(min_row=2)} == {"新增账号"}
    assert f"（{sheet.max_row - 1} 条）" in shown(card.view)
    card.account.value = "nobody"
    assert "download=" not in shown(card.view)


def test_the_log_is_in_the_language_of_the_page(small: Workspace) -> None:
    card = AuditCard(Visit(small, ADMIN, {}, "en"))
    card.action.value = "add_account"
    page = shown(card.view)
    assert "Account added" in page
    assert "Operator" in page
    assert "新增" not in page


def test_a_forged_log_of_somebody_else_is_refused(visiting: Visiting) -> None:
    with pytest.raises(RightsError, match="权限"):
        AuditCard(visiting(Actor("organiser", "organiser")))


def test_a_leader_of_the_county_sees_the_whole_call_list(small: Workspace, visiting: Visiting) -> None:
    end_phases(small, date.today() - timedelta(days=3))
    page = shown(show_home(visiting(Actor("leader", "leader", COUNTY))))
    assert "红旗村" in page
    assert "待审核" not in page
