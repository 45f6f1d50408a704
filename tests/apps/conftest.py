"""Pages in a real browser. How to use this:

    def test_something(open_page):                       # the small county of tests/serving.py
        page = open_page("filler", "/fill?form=village_application", width=360)
        page.get_by_label("主要产业").fill("茶叶")

- ``open_page(account, path, width=1920, served=None)`` signs in (once per account and server), opens the
  page and waits for its first widget. Each account has its own browser context. ``page.goto`` works too.
  ``account`` None: nobody is signed in. ``path`` None: only the blank tab.
- Any request to another server fails the test, and so does an uncaught error in a page's script.
- ``served`` is the server of the small county, one per test file; the tests in a file share its store. Files
  that leave the store unchanged share one server: ``pytestmark = pytest.mark.xdist_group(...)`` keeps
  them together, see ``served``.
  ``serve_folder(folder)`` starts your own (``make_small_county(tmp_path / "county")``), which ends with the test.
- The server must end without leaving a process behind; this is checked at the end of each file or run.
- Consecutive tests share one browser, which is closed before the next test without a page.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import launch_chromium
from playwright.sync_api import Browser, BrowserContext, Page, Request, StorageState, sync_playwright
from serving import PASSWORD, Served, begin_serving, make_small_county

LIVE = "body.pb-live"
"""What a page has once its first widget is there."""


@contextmanager
def serve_small_county(folder: Path) -> Iterator[Served]:
    """The server of a small county, which must leave no process behind."""
    server = begin_serving(make_small_county(folder))
    yield server
    left = server.stop()
    assert not left, f"processes outlived the server: {left}"
    assert "ping timeout" not in server.log.read_text(encoding="utf-8"), "pages that were alive were cut off"


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server shared by all files that leave its store unchanged."""
    with serve_small_county(tmp_path_factory.mktemp("shared") / "county") as server:
        yield server


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server of a small county with accounts: shared for files in a group, otherwise the file's own."""
    if request.node.get_closest_marker("xdist_group"):
        yield request.getfixturevalue("shared_server")
        return
    with serve_small_county(tmp_path_factory.mktemp("served") / "county") as server:
        yield server


@pytest.fixture
def serve_folder() -> Iterator[Callable[..., Served]]:
    """Starts the server of a workspace; it ends with the test, together with its child processes."""
    begun: list[Served] = []

    def serve(folder: Path, *args: str) -> Served:
        begun.append(begin_serving(folder, *args))
        return begun[-1]

    yield serve
    left = [process for server in begun if server.process.poll() is None for process in server.stop()]
    assert not left, f"processes outlived the server: {left}"


class KeptBrowser:
    """The browser shared by consecutive tests."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None

    def open(self) -> Browser:
        """Debian's Chromium; started if it is not running."""
        if self._browser is None:
            self._browser = launch_chromium(self._stack.enter_context(sync_playwright()))
            self._stack.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        """Close the browser and Playwright, if they are running."""
        self._browser = None
        self._stack.close()


KEPT = KeptBrowser()
SIGNED_IN: dict[tuple[str | None, str], StorageState] = {}
"""Cookies of the accounts that have signed in, by account and address of the server."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None]:
    """Close the browser before a test without a page, in which Playwright's event loop would still run."""
    try:
        return (yield)
    finally:
        if "browser" not in getattr(nextitem, "fixturenames", ()):
            KEPT.close()


@pytest.fixture
def browser() -> Browser:
    """Debian's Chromium."""
    return KEPT.open()


class Visitors:
    """Browser contexts of a test's accounts, which watch every request of their pages."""

    def __init__(self, browser: Browser, served: Served | None) -> None:
        self._browser, self._served = browser, served
        self._contexts: dict[tuple[str | None, str], BrowserContext] = {}
        self.strangers: list[str] = []
        self.errors: list[str] = []

    def __call__(
        self, account: str | None, path: str | None = "/home", width: int = 1920, served: Served | None = None
    ) -> Page:
        """Page of a signed-in account, once its first widget is shown."""
        server = served or self._served
        assert server is not None
        context = self.context(account, server)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 1080 if width > 700 else 780})
        if path is not None:
            page.goto(server.address + path)
            page.wait_for_selector(LIVE, timeout=60_000, state="attached")
        return page

    def context(self, account: str | None, server: Served) -> BrowserContext:
        """Browser context of an account, with its cookies and pages."""
        key = (account, server.address)
        if key not in self._contexts:
            signed_in = SIGNED_IN.get(key)
            context = self._browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", storage_state=signed_in
            )
            context.set_default_timeout(30_000)
            context.on("request", lambda request: self._listen(request, server))
            context.on("weberror", lambda error: self.errors.append(str(error.error)))
            self._contexts[key] = context
            if account is not None and signed_in is None:
                sign_in(context, server, account)
                SIGNED_IN[key] = context.storage_state()
        return self._contexts[key]

    def _listen(self, request: Request, server: Served) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob", "about"):
            return
        if address.netloc != urlsplit(server.address).netloc:
            self.strangers.append(request.url)

    def close(self) -> None:
        """Close all browser contexts."""
        for context in self._contexts.values():
            context.close()


def sign_in(context: BrowserContext, server: Served, account: str, password: str = PASSWORD) -> None:
    """Sign in on the page, as a person does."""
    page = context.new_page()
    page.goto(f"{server.address}/login?next=/alive")
    page.locator("input[name=name]").fill(account)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.close()


@pytest.fixture
def open_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visitors]:
    """Opens pages as an account; see the top of this file."""
    uses_own = "serve_folder" in request.fixturenames
    visitors = Visitors(browser, None if uses_own else request.getfixturevalue("served"))
    yield visitors
    visitors.close()
    assert not visitors.strangers, f"requests outside the server: {visitors.strangers}"
    assert not visitors.errors, f"errors in the scripts of pages: {visitors.errors}"
