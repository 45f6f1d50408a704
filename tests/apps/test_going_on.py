"""Work continues after the server is killed and restarted, and after another clerk has taken over."""

from collections.abc import Callable
from pathlib import Path

from counties import OPERATOR, VILLAGE, key_of
from playwright.sync_api import Page, expect
from serving import PASSWORD, make_small_county

from pbwidgets.store import load_audit, load_state
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.people.accounts import hand_over
from pbwidgets.workflows.people.sessions import change_password

FORM = "/fill?form=village_application"
INDUSTRY = "主导产业 *"
LONG_MS = 60_000


def type_into(page: Page, text: str) -> None:
    """Fill in the industry and wait until it is saved."""
    page.get_by_label(INDUSTRY).fill(text)
    expect(page.locator(".pb-unsaved")).to_have_count(1)
    expect(page.locator(".pb-unsaved")).to_have_count(0, timeout=LONG_MS)


def test_a_killed_server_loses_no_saved_answers_and_the_page_says_it_is_gone(
    open_page, serve_folder: Callable, tmp_path: Path
) -> None:
    folder = make_small_county(tmp_path / "county")
    first = serve_folder(folder)
    page = open_page("filler", FORM, served=first)
    type_into(page, "茶叶")

    first.kill()
    expect(page.locator("#pb-away")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_label(INDUSTRY)).to_have_value("茶叶")  # still readable

    page = open_page("filler", FORM, served=serve_folder(folder))
    expect(page.get_by_label(INDUSTRY)).to_have_value("茶叶")


def test_a_new_clerk_continues_the_draft_of_the_old_one_who_can_no_longer_save(
    open_page, serve_folder: Callable, tmp_path: Path
) -> None:
    folder = make_small_county(tmp_path / "county")
    served = serve_folder(folder)
    old = open_page("filler", FORM, served=served)
    type_into(old, "茶叶")

    with open_workspace(folder) as workspace:
        change_password(workspace, "filler2", hand_over(workspace, OPERATOR, "filler", "filler2"), PASSWORD)
    expect(old.locator("#pb-away")).to_be_visible(timeout=LONG_MS)
    new = open_page("filler2", FORM, served=served)
    expect(new.get_by_label(INDUSTRY)).to_have_value("茶叶")
    type_into(new, "绿茶")

    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        found = load_state(reader, key_of("village_application", VILLAGE))
        saved_by = [row.actor.name for row in load_audit(reader) if row.deed.action == "save_draft"]
    assert found is not None
    assert (found.draft or {})["industry"] == "绿茶"
    assert (saved_by[0], saved_by[-1]) == ("filler", "filler2")
