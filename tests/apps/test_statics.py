"""What is the same for everybody: packed for the way, and asked for early."""

import gzip
import urllib.request
from pathlib import Path

import pytest
from serving import Served

from pbwidgets.apps import statics
from pbwidgets.apps.extensions import early_scripts, widget_extensions

STYLES = "/static/pb/pbwidgets.css"


def ask(served: Served, path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    asked = urllib.request.Request(
        served.address + path, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return dict(answer.headers), answer.read()


def test_a_file_comes_packed_to_who_unpacks_it_and_plain_to_others(served: Served) -> None:
    whole = (
        Path(statics.__file__).with_name("template").joinpath("pbwidgets/static/pbwidgets.css").read_bytes()
    )

    packed = ask(served, STYLES, Accept_Encoding="gzip")
    plain = ask(served, STYLES)

    assert packed[0]["Content-Encoding"] == "gzip"
    assert int(packed[0]["Content-Length"]) == len(packed[1]) < len(whole) / 2
    assert gzip.decompress(packed[1]) == plain[1] == whole
    assert "Content-Encoding" not in plain[0]


def test_a_part_that_is_asked_for_is_a_part_of_the_file_itself(served: Served) -> None:
    whole = ask(served, STYLES)[1]
    headers, part = ask(served, STYLES, Accept_Encoding="gzip", Range="bytes=10-29")
    assert (gzip.decompress(part) if headers.get("Content-Encoding") else part) == whole[10:30]


def test_a_changed_file_is_packed_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.css"
    for number, text in enumerate((b"one", b"two")):
        path.write_bytes(text)
        assert gzip.decompress(statics.pack(path, number)) == text


@pytest.mark.parametrize("script", early_scripts())
def test_every_script_that_is_asked_for_early_is_there(served: Served, script: str) -> None:
    headers, body = ask(served, f"/voila/labextensions/{script}")
    assert headers["Content-Type"].endswith("javascript")
    assert body


def test_the_entries_of_the_extensions_come_before_their_pieces() -> None:
    entries = [f"{item['name']}/{item['load']}" for item in widget_extensions()]
    assert list(early_scripts()[: len(entries)]) == entries
    assert len(early_scripts()) > len(entries)
