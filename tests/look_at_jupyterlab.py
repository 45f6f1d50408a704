"""JupyterLab as an analyst first meets it, run by `make test-long`: what it shows, and that it asks nobody else.

Its picture is `outputs/gallery/jupyterlab.png`. As the machine may have a network, requests are looked at: those of the
browser to other hosts, and those for news that the server would fetch.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import papermill
from chromium import launch_chromium
from playwright.sync_api import Page, sync_playwright
from serving import free_port

from pbwidgets.batch.engine import ENGINE_NAME

GALLERY = Path(__file__).resolve().parent.parent / "outputs" / "gallery"
OURS = """import pandas as pd
from pbwidgets.charts import IndexView, enable_offline, weight_bars

shares = pd.DataFrame({"name": ["道路", "水井"], "share_pct": [60.0, 40.0]})
weight_bars(shares, IndexView("虚构发展指数"))"""
OWN = """import altair as alt

enable_offline()
alt.Chart(shares, title="自己的图", width=500).mark_bar().encode(x="share_pct", y="name")"""
TOKEN = "look"
MENUS = ["文件", "编辑", "查看", "运行", "内核", "标签页", "设置", "帮助"]
PATIENCE_MS = 90_000


def main() -> int:
    """Open, run and look; an assertion says what is not as it should be."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "work"
        folder.mkdir()
        write_notebook(folder)
        with serve(folder) as address, sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            page = browser.new_page(viewport={"width": 1920, "height": 1400})
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            look_at_the_executed(page, address)
            look_at_our_own(page, address)
            browser.close()
    away = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not away, away
    assert not [url for url in asked if "/lab/api/news" in url or "/lab/api/update" in url]
    print(f"{len(asked)} requests, none to another host; {GALLERY / 'jupyterlab.png'}")
    return 0


def write_notebook(folder: Path) -> None:
    """A notebook of two charts, and the same executed by somebody else, which JupyterLab does not trust yet."""
    cells = [nbformat.v4.new_code_cell(source) for source in (OURS, OWN)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "own.ipynb"
    )
    papermill.execute_notebook(
        folder / "own.ipynb", folder / "executed.ipynb", engine_name=ENGINE_NAME, progress_bar=False
    )


def look_at_the_executed(page: Page, address: str) -> None:
    """Both charts are seen at once."""
    page.goto(f"{address}/lab/tree/executed.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-OutputArea img", timeout=PATIENCE_MS)
    assert page.locator(".jp-OutputArea img").count() == 2


def look_at_our_own(page: Page, address: str) -> None:
    """The menus are Chinese, nobody asks about news, and both charts are there once the cells have run."""
    page.goto(f"{address}/lab/tree/own.ipynb?reset")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=PATIENCE_MS)
    page.locator(".lm-MenuBar-itemLabel", has_text=MENUS[3]).click()
    page.get_by_text("运行所有单元格", exact=True).click()
    shown = page.locator(".jp-Notebook:visible .jp-OutputArea img")
    shown.nth(1).wait_for(timeout=PATIENCE_MS)
    assert page.locator(".lm-MenuBar-itemLabel").all_inner_texts()[-len(MENUS) :] == MENUS
    assert page.locator(".Toastify__toast").count() == 0
    GALLERY.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=GALLERY / "jupyterlab.png")


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """JupyterLab with a folder that somebody opens for the first time: its address."""
    address = f"http://127.0.0.1:{free_port()}"
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "LANG", "LC_"))
    }
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("jupyter"), "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
            f"--port={address.rpartition(':')[2]}", f"--IdentityProvider.token={TOKEN}",
        ],
        cwd=folder,
        env={**plain, "HOME": str(folder.parent)},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(server, f"{address}/api")
        yield address
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
            assert server.poll() is None, "JupyterLab has ended"
            assert time.monotonic() < patience, "JupyterLab does not answer"
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
