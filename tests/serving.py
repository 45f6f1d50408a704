"""A small county with accounts, and the real server in a process of its own, for tests that look at pages."""

import asyncio
import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PERIOD,
    ROOT,
    SISTER,
    TOWN,
    VILLAGE,
    lay_out,
    make_register,
)
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from pbwidgets.apps.bundle import ensure_bundle
from pbwidgets.campaign import Campaign
from pbwidgets.store import NewAccount, add_account
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.passwords import hash_password
from pbwidgets.workflows.survey.batches import make_survey_batch

BUNDLES = ROOT / ".pytest_cache" / "d" / "pbwidgets-bundles"
"""Scripts that a server builds at its first start, kept by the checkout from one run to the next."""
PASSWORD = "Ceshi-mima-2026"
ACCOUNTS = {
    "filler": ("filler", VILLAGE),
    "sister": ("filler", SISTER),
    "other": ("filler", OTHER_VILLAGE),
    "town": ("filler", TOWN),
    "reviewer": ("reviewer", TOWN),
    "reviewer2": ("reviewer", OTHER_TOWN),
    "county": ("reviewer", COUNTY),
    "leader": ("leader", COUNTY),
    "analyst": ("analyst", None),
    "organiser": ("organiser", None),
    "admin": ("admin", None),
}
"""Accounts of the small county: name, role and unit; one password for all."""


def around_today(campaign: Campaign) -> Campaign:
    """The campaign with every phase open now, whatever day it is."""
    first, last = date.today() - timedelta(days=100), date.today() + timedelta(days=100)
    periods = [
        period.model_copy(
            update={
                "begins": first - timedelta(days=200),
                "ends": last + timedelta(days=200),
                "phases": tuple(
                    phase.model_copy(update={"begins": first, "ends": last}) for phase in period.phases
                ),
            }
        )
        for period in campaign.periods
    ]
    return campaign.model_copy(update={"periods": tuple(periods)})


def make_small_county(folder: Path) -> Path:
    """A workspace with a county of seven units, the campaign open, all accounts, and nothing filled in."""
    shutil.copytree(_small_county(), folder)
    return folder


@cache
def _small_county() -> Path:
    """The small county, made once for a run: hashing passwords and beginning a store take their time."""
    folder = Path(tempfile.mkdtemp(prefix="pbwidgets-small-county-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    lay_out(folder)
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_register())
        open_definition(workspace, OPERATOR, around_today(workspace.read_campaign(CAMPAIGN)), PERIOD)
        make_accounts(workspace)
    return folder


def make_codes(folder: Path, count: int) -> tuple[str, ...]:
    """Codes of the survey about the first village, made in a workspace that may be served."""
    with open_workspace(folder) as workspace:
        desk = Desk(workspace, OPERATOR, workspace.opened())
        return make_survey_batch(desk, "satisfaction", VILLAGE, "villagers", count)


def make_accounts(workspace: Workspace) -> None:
    """Put the accounts of the small county into a store."""
    hashed = hash_password(PASSWORD)  # hashing is slow on purpose; one salt for all is good enough here
    with workspace.store.write(OPERATOR) as writer:
        for name, (role, unit_code) in ACCOUNTS.items():
            add_account(writer, NewAccount(name, role, unit_code, hashed, must_change=False))


@dataclass
class Served:
    """The real ``pbwidgets serve`` at work; begin one with :func:`begin_serving`.

    Attributes
    ----------
    folder
        The workspace.
    address
        ``http://127.0.0.1:<port>``.
    log
        File that the server writes to.
    """

    folder: Path
    address: str
    log: Path
    process: subprocess.Popen[bytes]

    def kernels(self) -> list[psutil.Process]:
        """Processes of the kernels: what the warm process has forked."""
        return [child for child in self.children() if child.parent().pid != self.process.pid]

    def children(self) -> list[psutil.Process]:
        """All processes that the server has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """End the server as a power cut does; what it has started must end by itself."""
        family = self.children()
        self.process.kill()
        self.process.wait(30)
        _, left = psutil.wait_procs(family, timeout=20)
        assert not left, f"processes outlived the server: {left}"

    def stop(self, signum: int = signal.SIGTERM) -> list[psutil.Process]:
        """Stop the server; processes that outlive it are returned, and ended."""
        family = self.children() if self.process.poll() is None else []
        self.process.send_signal(signum)
        self.process.wait(30)
        _, left = psutil.wait_procs(family, timeout=10)
        for process in left:
            process.kill()
        return left


def begin_serving(folder: Path, *args: str) -> Served:
    """The server of a workspace on a free port, ready to answer."""
    port = free_port()
    log = folder / "server.log"
    bundles = folder / ".pbwidgets" / "bundles"
    bundles.mkdir(parents=True, exist_ok=True)
    shutil.copy(ensure_bundle(BUNDLES), bundles)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PBWIDGETS_")}
    plain["PYTHONFAULTHANDLER"] = "1"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("pbwidgets"), "serve", "--port", str(port), *args],
            cwd=folder, env=plain, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    served = Served(folder, f"http://127.0.0.1:{port}", log, process)
    patience = time.monotonic() + 180  # seconds on an idle machine, a minute on one that runs other tests
    while time.monotonic() < patience:
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8"))
        try:
            urllib.request.urlopen(f"{served.address}/login", timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return served
    served.stop(signal.SIGABRT)  # it writes down where it stands
    raise TimeoutError(log.read_text(encoding="utf-8"))


@contextmanager
def serve_in_thread(make: Callable[[], web.Application], **options: Any) -> Iterator[int]:
    """Port of a tornado server in a thread of its own, whose application is made there; options are the server's."""
    found: list[int] = []
    ready, loop, done = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def work() -> None:
        sockets, port = bind_unused_port()
        server = HTTPServer(make(), **options)
        server.add_socket(sockets)
        found.append(port)
        ready.set()
        await done.wait()
        server.stop()
        await server.close_all_connections()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(work())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(30)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
