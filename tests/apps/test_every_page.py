"""Every page of every role in the browser: it opens, says nothing in codes or English, and has no errors.

Nor does it request anything from other servers (see ``open_page``).
"""

import re

import pytest
from playwright.sync_api import expect
from serving import ACCOUNTS, Served

from pbwidgets.apps.page_list import PAGES, pages_of

pytestmark = pytest.mark.xdist_group("small_county")  # what they leave in its store does not matter

ONE_OF_EACH = {role: name for name, (role, _) in reversed(ACCOUNTS.items())}
"""An account of each role."""
READ_ONLY = {"analyst", "leader"}
"""Roles whose pages are fewer of those that others see."""


SHOWN = """(left_out) => {
  const found = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const within = words.currentNode.parentElement;
    if (!within.closest(left_out)) {
      found.push(words.currentNode.textContent);
    }
  }
  for (const node of document.querySelectorAll("#pb-main *")) {
    if (node.matches(".pb-http-upload input")) { continue; }  /* what its script is told */
    for (const name of ["placeholder", "title", "aria-label", "alt"]) { found.push(node.getAttribute(name) || ""); }
  }
  return found;
}"""
"""All text of a page, also what is only read out or shown on hovering."""
LEFT_OUT = "script, style, noscript, .pb-language, .pb-who, #pb-too-old"
LATIN = {
    *("Excel", "Word", "WPS", "CSV", "PDF", "JPG", "PNG", "KB", "MB", "GB", "xlsx", "Ctrl", "Enter", "Tab"),
    *("pbwidgets", "store", "sqlite", "http", "cli", "Email"),
    *ACCOUNTS,
}
"""Words in Latin letters that a Chinese page may show: formats, units, keys, the store's file, accounts."""
HASH = re.compile("[0-9a-f]{8,}")


@pytest.mark.parametrize(
    "role",
    [
        pytest.param(role, marks=[pytest.mark.long] if role in READ_ONLY else [])
        for role in sorted(ONE_OF_EACH)
    ],
)
def test_all_pages_of_a_role_open_and_no_other_is_linked(open_page, served: Served, role: str) -> None:
    mine = [page.name for page in pages_of(role)]
    faults: list[str] = []
    page = open_page(ONE_OF_EACH[role], None, width=360 if role in ("filler", "reviewer") else 1920)
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    for name in mine:
        page.goto(f"{served.address}/{name}")
        page.wait_for_selector("body.pb-live", state="attached", timeout=60_000)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        expect(page.locator(".pb-http-upload:not(.pb-dressed)")).to_have_count(0)
        assert "内部出错" not in page.inner_text("body")
        assert "没有打开成功" not in page.inner_text("body")
        page.wait_for_function("window.pb.order.kernel() !== null")
        left_out = f"{LEFT_OUT}, td" if role == "admin" else LEFT_OUT  # the log tells by id what was done
        words = {
            word for text in page.evaluate(SHOWN, left_out) for word in re.findall("[A-Za-z0-9_]+", text)
        }
        latin = {word for word in words if re.search("[A-Za-z_]{2}", word) and not HASH.fullmatch(word)}
        assert latin - LATIN == set(), name
        linked = {
            link.get_attribute("href").split("?")[0].lstrip("/") for link in page.locator("a[href]").all()
        }
        assert linked & set(PAGES) <= set(mine)
    assert not faults


def test_pages_require_signing_in(open_page, served: Served) -> None:
    page = open_page(None, None)
    for name in set(PAGES) - {"survey"}:
        page.goto(f"{served.address}/{name}")
        expect(page.get_by_role("button", name="登录")).to_be_visible()
