"""A form outside the apps: in plain Voilà, whose pages have none of our style sheets."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, expect
from serving import free_port

CELL = """
from pbwidgets.analysis.form import form
fields = {
    "村名": {"type": "text", "required": True, "max_length": 20}, "走访": "integer", "台账": ["是", "否"],
    "原因": {"type": "text", "relevant": "${台账} = '否'", "hint": "写清缺了哪些"},
}
form(fields, title="季度自查", on_submit=print)
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Address of a notebook with a form, served by ``voila`` as it is installed."""
    cell = nbformat.v4.new_code_cell(CELL)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "form.ipynb")
    port = free_port()
    command = [Path(sys.executable).with_name("voila"), "form.ipynb", "--no-browser", f"--port={port}"]
    with (tmp_path / "voila.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)
    try:
        patience = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None, (tmp_path / "voila.log").read_text(encoding="utf-8")
            assert time.monotonic() < patience
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def test_a_form_flows_downwards_on_screens_and_phones_and_asks_only_its_server(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    asked: list[str] = []
    context.route(
        lambda url: urlsplit(url).netloc not in ("", urlsplit(address).netloc),
        lambda route: (asked.append(route.request.url), route.abort()),
    )
    page = context.new_page()
    page.goto(address)
    fields = [page.get_by_label(label) for label in ("村名 *", "走访", "是")]
    expect(fields[-1]).to_be_visible(timeout=60_000)

    boxes = [box for field in fields if (box := field.bounding_box())]
    assert len(boxes) == 3
    assert all(upper["y"] + upper["height"] < lower["y"] for upper, lower in pairwise(boxes))
    label = page.get_by_text("村名 *").bounding_box()
    assert label
    assert label["y"] + label["height"] <= boxes[0]["y"]
    assert 200 <= boxes[0]["width"] <= 640
    assert boxes[0]["x"] == pytest.approx(label["x"], abs=2)

    hint = page.get_by_text("写清缺了哪些")
    expect(hint).to_be_hidden()
    page.get_by_label("否").check()
    expect(hint).to_be_visible()

    page.get_by_role("button", name="提交").click()
    page.locator(".pb-jumps a").click()
    expect(page.get_by_text("“村名”必须填写").first).to_be_in_viewport()
    fields[0].fill("青禾村")
    fields[0].blur()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交（")).to_be_visible()

    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    narrow = fields[0].bounding_box()
    assert narrow
    assert narrow["width"] > 200
    assert asked == []
    context.close()
