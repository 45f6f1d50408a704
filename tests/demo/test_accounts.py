"""Demonstration accounts: one for every role, ready to sign in, and none for real data."""

from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, ROOT, make_register

from pbwidgets.campaign import read_campaign
from pbwidgets.demo.accounts import add_demo_accounts, plan_accounts, tell_accounts
from pbwidgets.errors import ConflictError
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.accounts import ROLES, ensure_administrator, list_accounts
from pbwidgets.workflows.people.passwords import DEMO_PASSWORD
from pbwidgets.workflows.people.sessions import resume, sign_in


def test_there_is_an_account_for_every_role_and_for_neighbouring_units() -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml")
    planned = plan_accounts(campaign, make_register())
    assert {account.role for account in planned} == set(ROLES)
    assert [(account.name, account.unit_name) for account in planned if account.unit_code] == [
        ("filler1", "上坪村"),
        ("filler2", "下坪村"),
        ("filler3", "青禾镇"),
        ("reviewer1", "青禾镇"),
        ("reviewer2", "望云乡"),
        ("reviewer3", "演示县"),
        ("leader", "演示县"),
    ]


def test_they_sign_in_at_once_in_the_demonstration_county(own_county: Path) -> None:
    with open_workspace(own_county) as workspace:
        accounts = list_accounts(workspace, OPERATOR)
        opened = {account.name: sign_in(workspace, account.name, DEMO_PASSWORD) for account in accounts[:2]}
        assert all(resume(workspace, token) is not None for token in opened.values())
        assert ensure_administrator(workspace) is None
    assert len(accounts) == 10
    assert not any(account.must_change for account in accounts)


def test_the_lines_shown_name_every_account_and_the_password(tmp_path: Path) -> None:
    (tmp_path / "parameters").symlink_to(ROOT / "parameters")
    with open_workspace(tmp_path) as workspace:
        save_units(workspace, OPERATOR, make_register())
        made = add_demo_accounts(workspace, OPERATOR, CAMPAIGN)
        with pytest.raises(ConflictError, match="filler1"):
            add_demo_accounts(workspace, OPERATOR, CAMPAIGN)
    told = tell_accounts({"三级联争": made})
    assert DEMO_PASSWORD in told[0]
    named = [line.split()[0] for line in told[1:] if line.startswith(" ")]
    assert named == [account.name for account in made]


def test_the_readme_names_the_public_password() -> None:
    assert DEMO_PASSWORD in (ROOT / "README.md").read_text(encoding="utf-8")
