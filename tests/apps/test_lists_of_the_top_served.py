"""A list for the top is asked for at a real server, as every role, by every address: only the top is told of it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from clients import Client
from counties import COUNTY, SISTER, VILLAGE, lay_out, run_pbwidgets
from playwright.sync_api import Page, expect
from serving import ACCOUNTS, Served, make_accounts
from two_months import CHECKLIST, NOVEMBER, make_november

from pbwidgets.apps.page_list import PAGES
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes
from pbwidgets.workflows.meeting.lists import decide_list

LONG_MS = 60_000
OpenPage = Callable[..., Page]
SECRETS = ("问责", "ccountable", "密议事由", "密议机构", "红牌月数", "Red months")
ASKED = f"campaign={CHECKLIST}&period={NOVEMBER}&list=accountable"
TOP = {"county", "organiser"}
"""Who sees the list: reviewers at the top, and the organiser."""


@pytest.fixture
def county(serve_folder: Callable[..., Served], tmp_path: Path) -> Served:
    """November, in which the top has decided to hold VILLAGE to account, with its reports."""
    folder = lay_out(make_november(tmp_path / "county"))
    with open_workspace(folder) as workspace:
        make_accounts(workspace)
        desk = Desk(
            workspace, Actor("county", "reviewer", COUNTY), workspace.opened(CHECKLIST, NOVEMBER), "zh_CN"
        )
        minutes = Minutes("密议事由", "密议机构", date.today())
        decide_list(desk, "accountable", {VILLAGE: "selected", SISTER: "not_selected"}, minutes)
    assert (
        run_pbwidgets("report", "--all", "--campaign", CHECKLIST, "--workers", "1", cwd=folder).returncode
        == 0
    )
    return serve_folder(folder)


def addresses(folder: Path) -> list[str]:
    """Every file of the workspace, by the addresses under which servers of notebooks give such files."""
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    shown = [path for path in files if "/top/" in path or path.startswith(("outputs/", "notebooks/"))]
    assert any("/top/" in path for path in shown)
    results = [f"/results/{path.removeprefix('outputs/')}" for path in shown if path.startswith("outputs/")]
    served = [f"{root}/{path}" for path in shown for root in ("", "/files", "/static/pb", "/results")]
    tricks = [
        "/voila/render/meeting.ipynb",
        "/voila/files/meeting",
        "/api/contents",
        "/nbconvert/html/meeting.ipynb",
    ]
    return [*results, *served, *tricks]


@pytest.mark.long
def test_no_role_is_told_of_the_list_at_any_address(open_page: OpenPage, county: Served) -> None:
    asked = addresses(county.folder)
    for account, (role, _) in ACCOUNTS.items():
        found = set()
        for name, page_of in PAGES.items():
            if role not in page_of.roles:
                continue
            page = open_page(account, f"/{name}?{ASKED}", served=county)
            expect(page.get_by_text("自动断开")).to_be_visible(timeout=LONG_MS)
            text = page.content()
            found |= {
                f"{name}: {secret}" for secret in SECRETS if secret in text.replace("list=accountable", "")
            }
            page.close()
        if account in TOP:
            assert "meeting: 问责" in found
            continue
        assert found == set(), account
        client = Client(county, account)
        for path in asked:
            status, body, _ = client.get(path)
            told = body.decode("utf-8", errors="replace")
            assert status != 200 or not [secret for secret in SECRETS if secret in told], (account, path)
            assert status != 200 or "/top/" not in path, (account, path)


def test_a_stranger_gets_nothing(county: Served) -> None:
    client = Client(county)
    for path in (*addresses(county.folder), *(f"/{name}?{ASKED}" for name in PAGES)):
        status, body, _ = client.get(path)
        assert status in (302, 403, 404), path
        assert not any(secret in body.decode("utf-8", errors="replace") for secret in SECRETS)
