"""How a run goes; and the demonstration county, which tests that write take a copy of."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from counties import copy_county
from hypothesis import settings
from office import Office
from preparing import are_asked_for, ensure_county, ensure_reports, shared_folder
from serving import BUNDLES
from xdist.scheduler import LoadGroupScheduling

from pbwidgets.apps.bundle import ensure_bundle
from pbwidgets.errors import PbError
from pbwidgets.imports import hide_needless
from pbwidgets.intake import looks, unpacking, workbook
from pbwidgets.workflows.people import passwords

hide_needless()  # as in our own processes; no test has imported Altair yet

# No deadline: on a machine that is busy it measures the machine. `make test-long` takes the second one.
settings.register_profile("pbwidgets", max_examples=25, deadline=None)
settings.register_profile("long", max_examples=200, deadline=None)
settings.load_profile("pbwidgets")

pytest_plugins = ("postgresql",)
TESTS = Path(__file__).parent
SLOW: Sequence[str] = (
    "apps/test_every_page.py",  # and with it the files of its group
    "apps/test_fill_browser.py",
    "apps/test_contest.py",
    "apps/test_going_on.py",
    "cli/test_report.py",  # from here on the county is there
    "notebooks/test_overview.py",
    "notebooks/test_index_report.py",
    "campaign/workbook/test_excel_traps.py",  # and with it the files of its group
    "campaign/workbook/test_round_trip.py",
    "workflows/meeting/test_what_if.py",
    "workflows/test_rights_table.py",
    "workflows/meeting/test_decisions.py",
    "apps/test_meeting_page.py",
    "apps/test_review_browser.py",
    "apps/pages/test_results.py",
    "apps/test_behind_a_proxy.py",
    "charts/test_pictures.py",
    "notebooks/test_guides.py",
    "notebooks/test_papermill.py",
    "notebooks/test_closing.py",
    "workflows/reports/test_class_report.py",
    "batch/test_stopping.py",
    "apps/test_server.py",
    "workflows/ground/test_snapshots.py",
    "exports/test_slips.py",
    "apps/pages/test_meeting.py",
    "apps/test_fill_page.py",
)
"""Files whose tests take longest, the longest first: begun last, one of them would keep a core waiting."""


class FilesAndGroups(LoadGroupScheduling):
    """Hands out the tests of a file together, as ``loadfile`` does, and those of a group (``xdist_group``)."""

    def _split_scope(self, nodeid: str) -> str:
        return super()._split_scope(nodeid).partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesAndGroups | None:
    return FilesAndGroups(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Begin to make the county while the workers start and collect; whoever needs it earlier waits for it."""
    if not are_asked_for(config):
        return
    shared = shared_folder(config._tmp_path_factory)  # type: ignore[attr-defined]
    Thread(target=make_for_all, args=(shared,)).start()


def make_for_all(shared: Path) -> None:
    """Make what tests share; what cannot be made, its tests will try again and say."""
    with contextlib.suppress(AssertionError, PbError):
        ensure_bundle(BUNDLES)
        ensure_reports(shared)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the tests of long matrices")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slow files first; everything else stays in its order. Long matrices only where they are asked for."""
    if not config.getoption("--long"):
        items[:] = [item for item in items if item.get_closest_marker("long") is None]
    gone = [name for name in SLOW if not (TESTS / name).is_file()]
    assert not gone, f"SLOW names files that are not there: {gone}"
    place = {name: number for number, name in enumerate(SLOW)}
    items.sort(key=lambda item: place.get(item.path.relative_to(TESTS).as_posix(), len(place)))


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords hashed with the least work, which a test of the real work does not use."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def workbooks_opened_here() -> Iterator[None]:
    """Workbooks unpacked in the process of the tests, which saves each the start of its own; not for tests of that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "unpack_apart", unpacking.answer)
        patch.setattr(looks, "looks_apart", looks.read_looks)
        yield


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PBWIDGETS_LANG", "PBWIDGETS_STORE", "PBWIDGETS_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the demonstration county; do not write to it."""
    return ensure_county(shared_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of all townships that hold an awkward case, one folder each; do not write to it."""
    return ensure_reports(shared_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """LibreOffice; files that use it belong to the group ``office``, so that it is started once."""
    started = Office(tmp_path_factory.mktemp("office"))
    yield started
    started.stop()


@pytest.fixture
def own_county(county: Path, tmp_path: Path) -> Path:
    """A copy of the county that a test may change."""
    return copy_county(county, tmp_path / "county")
