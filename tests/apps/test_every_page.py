"""Every page of every role in the browser: it opens, and requests nothing from other servers (see ``open_page``)."""

import pytest
from playwright.sync_api import expect
from serving import ACCOUNTS, Served

from pbwidgets.apps.page_list import PAGES, pages_of

pytestmark = pytest.mark.xdist_group("small_county")  # what they leave in its store does not matter

ONE_OF_EACH = {role: name for name, (role, _) in reversed(ACCOUNTS.items())}
"""An account of each role."""


@pytest.mark.parametrize("role", sorted(ONE_OF_EACH))
def test_all_pages_of_a_role_open_and_no_other_is_linked(open_page, served: Served, role: str) -> None:
    mine = [page.name for page in pages_of(role)]
    for name in mine:
        page = open_page(ONE_OF_EACH[role], f"/{name}", width=360 if role in ("filler", "reviewer") else 1920)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        expect(page.locator(".pb-http-upload:not(.pb-dressed)")).to_have_count(0)
        assert "内部出错" not in page.inner_text("body")
        assert "没有打开成功" not in page.inner_text("body")
        linked = {
            link.get_attribute("href").split("?")[0].lstrip("/") for link in page.locator("a[href]").all()
        }
        assert linked & set(PAGES) <= set(mine)
        page.close()


def test_pages_require_signing_in(open_page, served: Served) -> None:
    for name in PAGES:
        if name == "survey":
            continue
        page = open_page(None, None)
        page.goto(f"{served.address}/{name}")
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        page.close()
