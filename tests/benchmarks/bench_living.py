"""Counts the clicks and seconds of two jobs on entries that live, each done in Chromium as a person does it.

A reviewer accepts forty clauses, each with a photo, of each of fourteen villages and communities; a clerk confirms
that nothing has changed this month. Counting and the clock begin on the open home page and end when the page says
that it is done. The sub-district is the demonstration of the campaign of standards. Run by ``make bench``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench_jobs import LONG_MS, Hand, machine, open_home
from chromium import launch_chromium
from counties import OPERATOR, lay_out, run_pbwidgets
from playwright.sync_api import expect, sync_playwright
from serving import PASSWORD, Served, begin_serving

from pbwidgets import store
from pbwidgets.demo.evidence import make_photo
from pbwidgets.store import Actor, NewAccount
from pbwidgets.workflows.filling.amending import amend
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.filling.evidence import attach_file
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.people.passwords import hash_password

CAMPAIGN, FORM, ROOT = "sanhua_jianshe", "clauses", "990301"
UNITS: Final = tuple(f"{ROOT}{number:03d}" for number in range(1, 15))
CLERK: Final = UNITS[0]


def make_subdistrict(folder: Path) -> Path:
    """The demonstration, in which every village and community claims all clauses, each with a photo."""
    lay_out(folder)
    done = run_pbwidgets("demo", "--campaign", CAMPAIGN, "--seed", "1", cwd=folder)
    if done.returncode:
        raise RuntimeError(done.stderr)
    hashed = hash_password(PASSWORD)
    with open_workspace(folder) as workspace:
        with workspace.store.write(OPERATOR) as writer:
            for name, role, unit in (("accepts", "reviewer", ROOT), ("reports", "filler", CLERK)):
                store.add_account(writer, NewAccount(name, role, unit, hashed, must_change=False))
        for unit in UNITS:
            claim_all(workspace, unit)
    return folder


def claim_all(workspace: Workspace, unit: str) -> None:
    """Hand in that a unit has reached all clauses."""
    opened = workspace.opened(CAMPAIGN)
    desk = Desk(workspace, Actor("reports", "filler", unit), opened, "zh_CN")
    key = opened.submission_key(FORM, unit)
    table = opened.campaign.form(FORM).fields[0].table
    lines = []
    for at, row in enumerate(table.rows if table is not None else ()):
        photo = attach_file(desk, key, "lines/photo", f"{row.id}.jpg", make_photo(at))
        lines.append({"row": row.id, "state": "reached", "photo": [photo.file.sha256]})
    with workspace.store.read() as reader:
        found = store.load_state(reader, key)
    if found is None or not found.version or found.state in ("draft", "returned"):
        hand_in(desk, key, {"lines": lines}, 0 if found is None else found.revision)
    else:
        amend(desk, key, {"lines": lines}, seen_version=found.version)


def accept_all(hand: Hand) -> None:
    """Accept everything that waits of all units."""
    page = hand.page
    hand.follow(page.get_by_role("link", name="审核评分").first)
    hand.follow(page.get_by_role("link", name="待验收的完成情况"))
    expect(page.locator(".pb-claims")).to_have_count(len(UNITS), timeout=LONG_MS)
    hand.click(page.get_by_role("button", name=f"全部验收通过（{len(UNITS)}个单位）"))
    hand.see(page.locator(".pb-messages", has_text=f"已验收通过{len(UNITS)}个单位"))


def report_nothing_new(hand: Hand) -> None:
    """Say of the clauses that nothing has changed this month."""
    page = hand.page
    hand.follow(page.get_by_role("link", name="阵地规范逐条对照表").first)
    hand.click(page.get_by_role("button", name="本月无变化", exact=True))
    hand.see(page.get_by_text("已确认本月无变化").first)


JOBS: Final[tuple[tuple[str, str, Callable[[Hand], None]], ...]] = (
    ("本月无变化 · a clerk's month without changes", "reports", report_nothing_new),
    ("验收14个单位各40条 · accept 14 × 40 clauses", "accepts", accept_all),
)


def measure(served: Served) -> None:
    """Do the jobs, print what they took, and see in the store that all is accepted."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        for name, account, do in JOBS:
            page = open_home(browser, served, account)
            hand, began = Hand(page), time.perf_counter()
            do(hand)
            seconds = time.perf_counter() - began
            print(f"  {seconds:6.1f} s {hand.clicks:4d} clicks {hand.keys:4d} keys   {name}")
            page.context.close()
        browser.close()
    with open_workspace(served.folder) as workspace, workspace.store.read() as reader:
        opened = workspace.opened(CAMPAIGN)
        for unit in UNITS:
            found = store.load_state(reader, opened.submission_key(FORM, unit))
            state = None if found is None else found.state
            if state is None or not state.startswith("accepted:"):
                raise RuntimeError(f"{unit}: {state}")


def main() -> None:
    """Make the sub-district, do the jobs and print what they took."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as root:
        served = begin_serving(make_subdistrict(Path(root) / "subdistrict"))
        try:
            measure(served)
        finally:
            served.stop()


if __name__ == "__main__":
    main()
