"""Notebooks as an analyst meets them, in JupyterLab and under plain Voilà: what they show, and whom they ask.

Run by `make test-long`. The guide for analysts is opened, run, and kept as pictures in `outputs/gallery/`. Another
environment, such as an empty one with the wheel only, is looked at by naming its folder of programs:

    unshare -n sh -c "ip link set lo up; python tests/look_at_notebooks.py /elsewhere/bin"

As a machine may have a network, requests are looked at: those of the browser to other hosts, and those for news that
the server would fetch.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from chromium import launch_chromium
from playwright.sync_api import Browser, Page, sync_playwright
from serving import free_port

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "notebooks" / "guides" / "00_in_a_notebook.ipynb"
GALLERY = ROOT / "outputs" / "gallery"
OWN = """import altair as alt
from pbwidgets.charts import enable_offline

enable_offline()
alt.Chart(villages, title="自己的图", width=500).mark_bar().encode(x="信访", y="村名")"""
CHARTS = 3  # two of the guide, and one's own
TOKEN = "look"
MENUS = ["文件", "编辑", "查看", "运行", "内核", "标签页", "设置", "帮助"]
PATIENCE_MS = 90_000


def main(programs: Path) -> int:
    """Open, run and look; an assertion says what is not as it should be."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "work"
        folder.mkdir()
        write_notebooks(folder, programs)
        with sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            asked = look_at_jupyterlab(browser, folder, programs) + look_at_voila(browser, folder, programs)
            browser.close()
    print(f"{asked} requests, none to another host; pictures in {GALLERY}")
    return 0


def write_notebooks(folder: Path, programs: Path) -> None:
    """The guide with a chart of one's own, and the same executed by somebody else: JupyterLab does not trust it yet."""
    notebook = nbformat.read(GUIDE, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(OWN))
    nbformat.write(notebook, folder / "own.ipynb")
    command = [programs / "papermill", "own.ipynb", "executed.ipynb", "--no-progress-bar"]
    subprocess.run(command, cwd=folder, check=True, stderr=subprocess.DEVNULL)


def look_at_jupyterlab(browser: Browser, folder: Path, programs: Path) -> int:
    """Number of requests; the menus are Chinese, nobody asks about news, form and charts are there.

    The window is high, because JupyterLab draws no cell that is out of sight.
    """
    command = ["jupyter", "lab", "--no-browser", "--allow-root", f"--IdentityProvider.token={TOKEN}"]
    with serve(folder, programs, command, "/api") as address, watched(browser, address) as (page, asked):
        page.goto(f"{address}/lab/tree/executed.ipynb?token={TOKEN}")
        page.locator(".jp-OutputArea img").nth(CHARTS - 1).wait_for(timeout=PATIENCE_MS)
        page.goto(f"{address}/lab/tree/own.ipynb?reset")
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=PATIENCE_MS)
        page.locator(".lm-MenuBar-itemLabel", has_text=MENUS[3]).click()
        page.get_by_text("运行所有单元格", exact=True).click()
        page.locator(".jp-Notebook:visible .pb-form").wait_for(timeout=PATIENCE_MS)
        page.locator(".jp-Notebook:visible .jp-OutputArea img").nth(CHARTS - 1).wait_for(timeout=PATIENCE_MS)
        assert page.locator(".lm-MenuBar-itemLabel").all_inner_texts()[-len(MENUS) :] == MENUS
        assert page.locator(".Toastify__toast").count() == 0
        page.screenshot(path=GALLERY / "jupyterlab.png")
    assert not [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url]
    return len(asked)


def look_at_voila(browser: Browser, folder: Path, programs: Path) -> int:
    """Number of requests; form and charts are there, and a phone shows no more than its width."""
    command = ["voila", "own.ipynb", "--no-browser"]
    with serve(folder, programs, command, "/") as address, watched(browser, address) as (page, asked):
        page.goto(address)
        page.locator(".pb-form").wait_for(timeout=PATIENCE_MS)
        page.locator(".jp-OutputArea img").nth(CHARTS - 1).wait_for(timeout=PATIENCE_MS)
        for width in (1920, 360):
            page.set_viewport_size({"width": width, "height": 7000})
            page.screenshot(path=GALLERY / f"voila_{width}.png")
    return len(asked)


@contextmanager
def watched(browser: Browser, address: str) -> Iterator[tuple[Page, Sequence[str]]]:
    """A page and what it has asked; nothing of anybody else."""
    page = browser.new_page(viewport={"width": 1920, "height": 9000})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page, asked
    page.close()
    away = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not away, away


@contextmanager
def serve(folder: Path, programs: Path, command: Sequence[str], path: str) -> Iterator[str]:
    """A server in a folder that somebody opens for the first time: its address, once it answers at a path."""
    port = free_port()
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "LANG", "LC_"))
    }
    server = subprocess.Popen(
        [programs / command[0], *command[1:], f"--port={port}"],
        cwd=folder,
        env={**plain, "HOME": str(folder.parent), "PATH": f"{programs}{os.pathsep}{plain['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(server, f"http://127.0.0.1:{port}{path}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def wait_for(server: "subprocess.Popen[bytes]", address: str) -> None:
    """Return when somebody answers there."""
    patience = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < patience, "the server does not answer"
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(sys.executable).parent).absolute()))
