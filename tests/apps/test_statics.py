"""Static files: compressed, and preloaded."""

import gzip
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from serving import Served

from pbwidgets.apps import statics
from pbwidgets.apps.extensions import early_scripts, widget_extensions
from pbwidgets.apps.front_end import ensure_front_end, front_end_name, static_folders

pytestmark = pytest.mark.xdist_group("small_county")  # what they leave in its store does not matter

STYLES = "/static/pb/pbwidgets.css"


def ask(served: Served, path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    asked = urllib.request.Request(
        served.address + path, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return dict(answer.headers), answer.read()


def test_a_file_is_compressed_only_for_browsers_that_accept_it(served: Served) -> None:
    whole = (
        Path(statics.__file__).with_name("template").joinpath("pbwidgets/static/pbwidgets.css").read_bytes()
    )

    packed = ask(served, STYLES, Accept_Encoding="gzip")
    plain = ask(served, STYLES)

    assert packed[0]["Content-Encoding"] == "gzip"
    assert int(packed[0]["Content-Length"]) == len(packed[1]) < len(whole) / 2
    assert gzip.decompress(packed[1]) == plain[1] == whole
    assert "Content-Encoding" not in plain[0]


def test_a_range_request_returns_a_part_of_the_uncompressed_file(served: Served) -> None:
    whole = ask(served, STYLES)[1]
    headers, part = ask(served, STYLES, Accept_Encoding="gzip", Range="bytes=10-29")
    assert (gzip.decompress(part) if headers.get("Content-Encoding") else part) == whole[10:30]


def test_a_changed_file_is_compressed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.css"
    for number, text in enumerate((b"one", b"two")):
        path.write_bytes(text)
        assert gzip.decompress(statics.pack(path, number)) == text


@pytest.mark.parametrize("script", early_scripts())
def test_every_preloaded_script_exists(served: Served, script: str) -> None:
    headers, body = ask(served, f"/voila/labextensions/{script}")
    assert headers["Content-Type"].endswith("javascript")
    assert body


def test_the_entries_of_the_extensions_come_before_their_pieces() -> None:
    entries = [f"{item['name']}/{item['load']}" for item in widget_extensions()]
    assert list(early_scripts()[: len(entries)]) == entries
    assert len(early_scripts()) > len(entries)


def test_the_front_end_is_one_file_and_requests_no_further_piece(open_page: Callable[..., Page]) -> None:
    page = open_page("filler", "/home")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))

    page.reload()
    page.wait_for_selector("body.pb-live", state="attached")

    assert f"/static/pb/{front_end_name()}" in asked
    assert not [path for path in asked if path.startswith("/voila/static/")]


def test_the_front_end_is_written_once_and_holds_its_entry_last(tmp_path: Path) -> None:
    path = ensure_front_end(tmp_path / "bundles")
    text = path.read_bytes()
    entry = next(found for folder in static_folders() if (found := Path(folder) / "voila.js").is_file())
    assert text.endswith(entry.read_bytes())
    assert text.count(b"webpackChunk_JUPYTERLAB_CORE_OUTPUT") > 50

    path.write_bytes(b"kept")
    assert ensure_front_end(tmp_path / "bundles").read_bytes() == b"kept"
