"""Accounts from a workbook: all are added, or every wrong cell is reported and none."""

from datetime import date
from pathlib import Path

import pytest
from counties import COUNTY, OPERATOR, SISTER, TOWN, VILLAGE
from openpyxl import Workbook

from pbwidgets.errors import ProblemsError, RightsError
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.account_list import (
    check_account_list,
    import_accounts,
    units_without_account,
    write_account_list,
)
from pbwidgets.workflows.people.accounts import add_account, list_accounts
from pbwidgets.workflows.people.sessions import resume, sign_in

HEAD = ("账号", "角色", "单位编码")


def write_list(path: Path, *rows: tuple[object, ...], head: tuple[object, ...] = HEAD) -> Path:
    book = Workbook()
    book.active.title = "账号"  # type: ignore[union-attr]
    for row in (head, *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    return path


def places(error: ProblemsError) -> list[tuple[str, str]]:
    return [(problem.place, problem.code) for problem in error.problems]


def test_accounts_from_a_workbook_can_sign_in_with_their_first_passwords(
    small: Workspace, tmp_path: Path
) -> None:
    rows = [("Cun1", "填报员", int(VILLAGE)), ("zhen1", "reviewer", TOWN), ("boss", "Administrator", None)]
    made = import_accounts(small, OPERATOR, write_list(tmp_path / "a.xlsx", *rows)).content
    assert [(item.name, item.role, item.unit_code, item.unit_name) for item in made] == [
        ("cun1", "filler", VILLAGE, "上坪村"),
        ("zhen1", "reviewer", TOWN, "青禾镇"),
        ("boss", "admin", None, ""),
    ]
    for item in made:
        account = resume(small, sign_in(small, item.name, item.password))
        assert account is not None
        assert (account.role, account.unit_code, account.must_change) == (item.role, item.unit_code, True)


def test_columns_may_be_english_and_in_any_order(small: Workspace, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.xlsx", (SISTER, "cun1", "Filler"), head=("unit", "account", "role"))
    (made,) = import_accounts(small, OPERATOR, path).content
    assert (made.name, made.unit_code) == ("cun1", SISTER)


def test_every_wrong_cell_is_reported_and_nothing_is_imported(small: Workspace, tmp_path: Path) -> None:
    add_account(small, OPERATOR, "taken", "filler", VILLAGE)
    path = write_list(
        tmp_path / "a.xlsx",
        ("good", "填报员", VILLAGE),
        ("taken", "填报员", VILLAGE),
        ("GOOD", "填报员", VILLAGE),
        ("cun3", "填表人", VILLAGE),
        ("cun4", "填报员", "999999"),
        ("cun5", "审核员", None),
        ("坏 名", "填报员", VILLAGE),
    )
    with pytest.raises(ProblemsError, match="7") as caught:
        import_accounts(small, OPERATOR, path)
    assert places(caught.value) == [
        ("账号!A3", "accounts.name_taken"),
        ("账号!A4", "accounts.repeated_name"),
        ("账号!B5", "accounts.unknown_role"),
        ("账号!C6", "store.unknown_unit"),
        ("账号!C7", "accounts.unit_needed"),
        ("账号!A8", "accounts.bad_name"),
    ]
    assert "最接近的是 填报员" in caught.value.problems[2].message("zh_CN")
    assert all(problem.line("en") and problem.remedy("zh_CN") for problem in caught.value.problems)
    assert [account.name for account in list_accounts(small, OPERATOR)] == ["taken"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (("账号", "角色"), [("账号!A1", "intake.missing_column")]),
        (("账号", "角色", "单位编码", "姓名"), [("账号!D1", "intake.unknown_column")]),
        (
            ("账号", "账号", "角色"),
            [("账号!B1", "intake.repeated_column"), ("账号!A1", "intake.missing_column")],
        ),
    ],
)
def test_a_wrong_header_row_is_refused(
    small: Workspace, tmp_path: Path, head: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(ProblemsError, match=str(len(expected))) as caught:
        import_accounts(small, OPERATOR, write_list(tmp_path / "a.xlsx", ("cun1", "filler"), head=head))
    assert places(caught.value) == expected


def test_a_name_that_excel_has_shortened_or_made_a_date_is_refused(small: Workspace, tmp_path: Path) -> None:
    rows = ((620122198001011234, "filler", VILLAGE), (date(2026, 3, 1), "filler", VILLAGE))
    with pytest.raises(ProblemsError, match="2") as caught:
        import_accounts(small, OPERATOR, write_list(tmp_path / "a.xlsx", *rows))
    assert places(caught.value) == [("账号!A2", "intake.digits_lost"), ("账号!A3", "intake.became_date")]


def test_a_list_without_accounts_is_reported_as_empty(small: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="没有账号"):
        import_accounts(small, OPERATOR, write_list(tmp_path / "a.xlsx"))


def test_a_file_that_is_not_a_workbook_is_refused(small: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04broken")
    with pytest.raises(ProblemsError, match=r"a\.xlsx"):
        import_accounts(small, OPERATOR, tmp_path / "a.xlsx")


@pytest.mark.parametrize("role", ["organiser", "reviewer", "filler"])
def test_only_administrators_import_accounts(small: Workspace, tmp_path: Path, role: str) -> None:
    path = write_list(tmp_path / "a.xlsx", ("cun1", "filler", VILLAGE))
    with pytest.raises(RightsError, match="accounts"):
        import_accounts(small, Actor("somebody", role, COUNTY), path)


def test_checking_a_list_names_the_accounts_and_creates_none(small: Workspace, tmp_path: Path) -> None:
    right = write_list(tmp_path / "a.xlsx", ("Cun1", "填报员", VILLAGE), ("zhen1", "reviewer", TOWN))
    assert check_account_list(small, OPERATOR, right).content == ("cun1", "zhen1")
    assert list_accounts(small, OPERATOR) == ()
    wrong = write_list(tmp_path / "b.xlsx", ("cun1", "填表人", VILLAGE))
    with pytest.raises(ProblemsError, match="填表人") as caught:
        check_account_list(small, OPERATOR, wrong)
    assert places(caught.value) == [("账号!B2", "accounts.unknown_role")]


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_list_of_units_without_an_account_names_them_by_free_codes_and_is_imported_as_it_is(
    small: Workspace, tmp_path: Path, lang: str
) -> None:
    add_account(small, OPERATOR, VILLAGE, "reviewer", TOWN)
    admin = Desk(small, Actor("admin", "admin"), small.opened(), lang)
    lacking = list(units_without_account(admin)["unit_code"])
    assert len(lacking) > 1
    made = import_accounts(small, OPERATOR, write_account_list(admin, tmp_path / "lacking.xlsx")).content
    assert [(item.name, item.role, item.unit_code) for item in made] == [
        (f"{code}-2" if code == VILLAGE else code, "filler", code) for code in lacking
    ]
    assert units_without_account(admin).empty


def test_rows_without_a_name_are_passed_over_with_one_note(small: Workspace, tmp_path: Path) -> None:
    rows = ((None, "填报员", VILLAGE), ("cun2", "填报员", SISTER), (None, "填报员", TOWN))
    made = import_accounts(small, OPERATOR, write_list(tmp_path / "a.xlsx", *rows))
    assert [item.name for item in made.content] == ["cun2"]
    assert [note.message("zh_CN") for note in made.notes] == ["有 2 行没有写账号名，已略过，没有新增账号。"]
    with pytest.raises(ProblemsError, match="没有账号"):
        import_accounts(small, OPERATOR, write_list(tmp_path / "b.xlsx", rows[0]))
