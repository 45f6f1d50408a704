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
- Consecutive tests share one browser, which is closed before the next test without a page; and the tests at
  one server its signed-in accounts, with the cookies as they were after signing in, but no page of another test.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import launch_chromium
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    StorageState,
    sync_playwright,
)
from serving import PASSWORD, Served, begin_serving, make_small_county

LIVE = "body.pb-live"
"""What a page has once its first widget is there."""


@contextmanager
def serve_small_county(folder: Path) -> Iterator[Served]:
    """The server of a small county, which must leave no process behind."""
    server = begin_serving(make_small_county(folder))
    yield server
    KEPT.leave(server.address)
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


Place = tuple[str | None, str]
"""An account, None if nobody is signed in, and the address of its server."""
MOST_KEPT = 3
"""Accounts that stay at a server while others visit it: each takes a process of the browser."""


@dataclass(frozen=True)
class Tabs:
    """Browser context of an account at a server, which watches every request of its pages.

    All its tabs share a process as long as one is open, and the second page finds our script compiled there:
    ``staying`` is a tab that stays open.
    """

    context: BrowserContext
    server: str
    staying: Page | None
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> "Tabs":
        """Note requests to other servers, and errors in scripts that nothing catches."""
        self.context.on("request", lambda request: self._listen(request))
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        return self

    def _listen(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob", "about"):
            return
        if address.netloc != urlsplit(self.server).netloc:
            self.strangers.append(request.url)

    def close_others(self) -> list[str]:
        """Close what a test has opened; what was noted meanwhile."""
        for page in self.context.pages:
            if page is not self.staying:
                page.close()
        found = [*self.strangers, *self.errors]
        self.strangers.clear()
        self.errors.clear()
        return found


class KeptBrowser:
    """The browser shared by consecutive tests, and the accounts signed in at the server that they share."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None
        self._tabs: dict[Place, Tabs] = {}

    def open(self) -> Browser:
        """Debian's Chromium; started if it is not running."""
        if self._browser is None:
            self._browser = launch_chromium(self._stack.enter_context(sync_playwright()))
            self._stack.callback(self._browser.close)
        return self._browser

    def take(self, place: Place) -> Tabs | None:
        """What was kept of an account, if anything."""
        return self._tabs.pop(place, None)

    def keep(self, place: Place, tabs: Tabs) -> None:
        """Keep an account's tab for the next test; the account that was kept first has to leave if they are many."""
        self._tabs[place] = tabs
        if len(self._tabs) > MOST_KEPT:
            self._tabs.pop(next(iter(self._tabs))).context.close()

    def leave(self, address: str) -> None:
        """Close the tabs at a server, which is about to end."""
        for place in [place for place in self._tabs if place[1] == address]:
            self._tabs.pop(place).context.close()

    def close(self) -> None:
        """Close the browser and Playwright, if they are running."""
        self._browser = None
        self._tabs.clear()
        self._stack.close()


KEPT = KeptBrowser()
SIGNED_IN: dict[Place, StorageState] = {}
"""Cookies of the accounts that have signed in."""


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
    """The accounts of a test in the browser."""

    def __init__(self, browser: Browser, served: Served | None) -> None:
        self._browser, self._served = browser, served
        self._tabs: dict[Place, Tabs] = {}

    def __call__(
        self, account: str | None, path: str | None = "/home", width: int = 1920, served: Served | None = None
    ) -> Page:
        """Page of a signed-in account, once its first widget is shown."""
        server = served or self._served
        assert server is not None
        place = (account, server.address)
        if place not in self._tabs:
            self._tabs[place] = KEPT.take(place) or self._begin(place)
        page = self._tabs[place].context.new_page()
        page.set_viewport_size({"width": width, "height": 1080 if width > 700 else 780})
        if path is not None:
            page.goto(server.address + path)
            page.wait_for_selector(LIVE, timeout=60_000, state="attached")
        return page

    def _begin(self, place: Place) -> Tabs:
        (account, server), signed_in = place, SIGNED_IN.get(place)
        context = self._browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", storage_state=signed_in
        )
        context.set_default_timeout(30_000)
        tabs = Tabs(context, server, context.new_page() if account else None).watch()
        if account and tabs.staying:
            if signed_in:
                tabs.staying.goto(f"{server}/alive")
            else:
                sign_in(tabs.staying, server, account)
                SIGNED_IN[place] = context.storage_state()
        return tabs

    def close(self) -> list[str]:
        """Close all pages, and keep the accounts at the server that the next test shares, with their cookies.

        Returns requests to other servers, and errors in the scripts of pages.
        """
        faults = []
        for place, tabs in self._tabs.items():
            faults += tabs.close_others()
            if tabs.staying is None or self._served is None or place[1] != self._served.address:
                tabs.context.close()
            else:
                tabs.context.clear_cookies()
                tabs.context.add_cookies(SIGNED_IN[place]["cookies"])  # type: ignore[arg-type,typeddict-item]
                KEPT.keep(place, tabs)
        return faults


def sign_in(page: Page, server: str, account: str, password: str = PASSWORD) -> None:
    """Sign in on the page, as a person does."""
    page.goto(f"{server}/login?next=/alive")
    page.locator("input[name=name]").fill(account)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/login" not in address)


@pytest.fixture
def open_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visitors]:
    """Opens pages as an account; see the top of this file."""
    uses_own = "serve_folder" in request.fixturenames
    visitors = Visitors(browser, None if uses_own else request.getfixturevalue("served"))
    yield visitors
    faults = visitors.close()
    assert not faults, f"requests outside the server, or errors in the scripts of pages: {faults}"
