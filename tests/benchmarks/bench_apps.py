"""Times the pages: how long until a form answers, what a visitor costs, and 50 visitors who save all the time.

The first part opens the same notebook through ``pbwidgets serve`` and through plain ``voila``, in turns, each time
in a fresh browser (nothing cached), and takes the proportional memory (PSS) of the kernels. The second part opens
50 pages, each with its kernel and its websocket, and sends 10 changes of a field a second through the widgets' own
messages; each change is saved by the workflow of the forms and answered. At the end the store is compared with what
was answered. Run by ``make bench``.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from http.cookiejar import CookieJar
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pandas as pd
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from chromium import launch_chromium
from counties import CAMPAIGN, COUNTY, OPERATOR, PERIOD, TOWN, lay_out
from playwright.sync_api import Browser, sync_playwright
from serving import PASSWORD, Served, around_today, begin_serving, free_port
from websocket import WebSocket, WebSocketException, create_connection

from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import NewAccount, SubmissionKey, add_account, load_state
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.passwords import hash_password

FORM = "village_application"
SPEED = """\
import ipywidgets as w
from pbwidgets.apps import open_visit
from pbwidgets.forms import elements as e
visit = open_visit(account, place)
opened = visit.opened
e.stack(
    e.heading(opened.campaign.name.zh),
    *[w.Text(description=f'栏目{n}', layout=e.plain_layout()) for n in range(20)],
    e.button('保存', lambda: None, 'primary'),
)
"""
SAVING = """\
import ipywidgets as w
from pbwidgets.apps import open_visit
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.filling.drafts import save_answers
visit = open_visit(account, place)
key = SubmissionKey(visit.opened.campaign.id, visit.opened.period_id, 'village_application', visit.actor.unit_code, 0)
revision = 0
field = w.Text()
def save(change):
    global revision
    revision = save_answers(visit.desk, key, {'industry': change['new']}, revision)
    field.placeholder = change['new']
field.observe(save, 'value')
field
"""


def make_county(folder: Path, villages: int) -> Path:
    """A workspace with so many villages, each with the account of its filler, and the two pages."""
    lay_out(folder)
    codes = [f"{TOWN}{number:03d}" for number in range(1, villages + 1)]
    rows = [(COUNTY, "演示县", "county", None), (TOWN, "青禾镇", "township", COUNTY)]
    rows += [(code, f"第{number}村", "village", TOWN) for number, code in enumerate(codes, 1)]
    names = ("unit_code", "unit_name", "kind", "parent_code")
    units = to_frame([{**dict(zip(names, row, strict=True)), "synthetic": True} for row in rows], UNITS)
    hashed = hash_password(PASSWORD)
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, pd.DataFrame(units))
        open_definition(workspace, OPERATOR, around_today(workspace.read_campaign(CAMPAIGN)), PERIOD)
        with workspace.store.write(OPERATOR) as writer:
            for code in codes:
                add_account(writer, NewAccount(f"v{code}", "filler", code, hashed, must_change=False))
    for name, source in (("speed", SPEED), ("saving", SAVING)):
        write_page(folder / "notebooks" / "apps" / f"{name}.ipynb", source)
    return folder


def write_page(path: Path, source: str) -> None:
    """Write a notebook of a parameters cell and one cell."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "metadata": meta,
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for n, (meta, text) in enumerate(
            [({"tags": ["parameters"]}, "account = None\nplace = {}"), ({}, source)]
        )
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


# -- page to a form that answers -----------------------------------------------------------------------


def time_page(browser: Browser, address: str, cookies: list[Any]) -> float:
    """Seconds from asking for the page until its field can be typed into, in a browser that knows nothing."""
    context = browser.new_context(locale="zh-CN")
    context.add_cookies(cookies)
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit", timeout=120_000)
    # looked for at every frame; a locator's own waiting looks only twice a second
    page.wait_for_function(
        "() => document.querySelector('.widget-text input')?.offsetParent", polling="raf", timeout=120_000
    )
    page.locator(".widget-text input").first.fill("x")
    seconds = time.perf_counter() - began
    time.sleep(1.0)
    context.close()
    return seconds


def sign_in(browser: Browser, served: Served, account: str) -> list[Any]:
    """Cookies of an account that has signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.address}/login?next=/alive")
    page.locator("input[name=name]").fill(account)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/login" not in address)
    cookies = context.cookies()
    context.close()
    return cookies


def begin_voila(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Plain Voilà on the same notebook, and its address."""
    port = free_port()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("voila"), "notebooks/apps/speed.ipynb", "--no-browser", "--port", str(port)],
        cwd=folder, env={**os.environ, "PBWIDGETS_WORKSPACE": str(folder)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(6)
    return process, f"http://127.0.0.1:{port}/"


def pss_mib(processes: list[psutil.Process]) -> float:
    """Memory of a process for itself and its share of what is shared, on average."""
    return statistics.mean(process.memory_full_info().pss for process in processes) / 2**20


def hold_pages(browser: Browser, address: str, cookies: list[Any], count: int) -> list[Any]:
    """Pages that stay open."""
    held = []
    for _ in range(count):
        context = browser.new_context()
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(address, wait_until="commit", timeout=120_000)
        page.locator(".widget-text input").first.wait_for(state="visible", timeout=120_000)
        held.append(context)
    return held


def compare_with_voila(folder: Path, rounds: int, pages: int) -> None:
    """Print both, side by side."""
    served = begin_serving(folder)
    plain, plain_address = begin_voila(folder)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        cookies = sign_in(browser, served, f"v{TOWN}001")
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(time_page(browser, f"{served.address}/speed", cookies))
            theirs.append(time_page(browser, plain_address, []))
        held = hold_pages(browser, f"{served.address}/speed", cookies, pages)
        our_mib = pss_mib(served.kernels())
        held += hold_pages(browser, plain_address, [], pages)
        their_mib = pss_mib(psutil.Process(plain.pid).children())
        for context in held:
            context.close()
        browser.close()
    plain.terminate()
    plain.wait(30)
    served.stop()
    print(
        f"page to a form that answers, median of {rounds}, fresh browser; memory with {pages} pages open on each"
    )
    print(f"  pbwidgets serve  {statistics.median(ours):6.2f} s   {our_mib:6.1f} MiB a visitor (PSS)")
    print(f"  plain voila      {statistics.median(theirs):6.2f} s   {their_mib:6.1f} MiB a visitor (PSS)")
    print(
        f"  ratio            {statistics.median(theirs) / statistics.median(ours):6.1f}     {their_mib / our_mib:6.1f}"
    )


# -- many visitors who save ----------------------------------------------------------------------------


class Visitor:
    """One page that is held open: its kernel, its websocket, the field that it changes."""

    def __init__(self, served: Served, unit_code: str) -> None:
        self.unit_code, self.answered, self.seconds = unit_code, "", []
        jar = CookieJar()
        opener = build_opener(HTTPCookieProcessor(jar))
        opener.open(f"{served.address}/login", timeout=120).close()
        token = {cookie.name: cookie.value for cookie in jar}["_xsrf"]
        form = {"_xsrf": token or "", "name": f"v{unit_code}", "password": PASSWORD}
        opener.open(
            Request(f"{served.address}/login?next=/alive", urlencode(form).encode()), timeout=120
        ).close()
        body = opener.open(f"{served.address}/saving", timeout=120).read().decode()
        kernel = re.findall(r'data-kernel="([^"]+)"', body)[0]
        self.model = re.findall(r'"model_id": "([^"]+)"', body)[0]
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        self.socket: WebSocket = create_connection(
            f"{served.address.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=s",
            cookie=cookies, origin=served.address, timeout=60,
        )  # fmt: skip
        self._heard: Queue[str] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Hear what the kernel says, and answer the server's pings: a page that does not is taken for gone."""
        with contextlib.suppress(WebSocketException, OSError):
            while True:
                message = self.socket.recv()
                if not isinstance(message, str) or not message:
                    continue  # nothing of ours
                state = json.loads(message).get("content", {}).get("data", {})
                if isinstance(state, dict) and "placeholder" in state.get("state", {}):
                    self._heard.put(state["state"]["placeholder"])

    def save(self, value: str) -> None:
        """Change the field as the page does, and wait until the kernel has answered that it is saved."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "comm_msg",
            "username": "",
            "session": "s",
            "version": "5.3",
        }
        data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "buffers": [],
                   "content": {"comm_id": self.model, "data": data}}  # fmt: skip
        began = time.perf_counter()
        self.socket.send(json.dumps(message))
        while self._heard.get(timeout=60) != value:
            pass
        self.seconds.append(time.perf_counter() - began)
        self.answered = value


def hold_and_save(folder: Path, visitors: int, per_second: int, seconds: int) -> None:
    """Print what the changes took, and whether anything that was answered is missing."""
    served = begin_serving(folder, "--max-visitors", str(visitors + 5))
    units = [f"{TOWN}{number:03d}" for number in range(1, visitors + 1)]
    began = time.perf_counter()
    held = [Visitor(served, unit) for unit in units]
    opened_s = time.perf_counter() - began
    memory = pss_mib(served.kernels())
    began = time.perf_counter()
    running: dict[int, threading.Thread] = {}
    for number in range(per_second * seconds):
        time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        who = number % visitors
        if who in running:
            running[who].join()
        running[who] = threading.Thread(target=held[who].save, args=(f"产业{number}",))
        running[who].start()
    for thread in running.values():
        thread.join()
    lost = count_lost(folder, held)
    taken = sorted(second for visitor in held for second in visitor.seconds)
    for visitor in held:
        visitor.socket.close()
    left = served.stop()
    print(f"{visitors} pages held open ({opened_s:.0f} s to open one after the other, {memory:.0f} MiB each)")
    print(
        f"  {len(taken)} saves at {per_second} a second: p50 {1000 * statistics.median(taken):.0f} ms, "
        f"p95 {1000 * taken[int(0.95 * len(taken))]:.0f} ms, lost {lost}, processes left {len(left)}"
    )
    if lost or len(taken) != per_second * seconds:
        raise SystemExit("something was lost")


def count_lost(folder: Path, held: list[Visitor]) -> int:
    """Visitors whose last answered change, or a later one, is not in the store."""
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        lost = 0
        for visitor in held:
            state = load_state(reader, SubmissionKey(CAMPAIGN, PERIOD, FORM, visitor.unit_code, 0))
            kept = (state.draft or {}).get("industry", "") if state is not None else ""
            lost += _number(kept) < _number(visitor.answered)
    return lost


def _number(value: str) -> int:
    return int(re.sub(r"\D", "", value) or -1)


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--per-second", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=30)
    asked = parser.parse_args()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory() as root:
        folder = make_county(Path(root) / "county", asked.visitors)
        compare_with_voila(folder, asked.rounds, asked.pages)
        hold_and_save(folder, asked.visitors, asked.per_second, asked.seconds)


if __name__ == "__main__":
    main()
