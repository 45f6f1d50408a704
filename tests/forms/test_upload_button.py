"""The upload button of a served page: what the browser says has arrived, and what is taken."""

import json
from pathlib import Path

import ipywidgets as w
import pytest

from pbwidgets.forms.inbox import INBOX, find_slot
from pbwidgets.forms.upload_button import HttpUpload, SentFile, upload_button


class Page:
    """An upload button in a kernel with an inbox, the server that fills it, and the browser that reports."""

    def __init__(self, inbox: Path) -> None:
        self.inbox, self.taken = inbox, list[SentFile]()
        made = upload_button("选照片", "image/*", self.take, multiple=True, max_bytes=100)
        assert isinstance(made, HttpUpload)
        self.button = made

    def take(self, file: SentFile) -> None:
        if file.content == b"broken":
            raise RuntimeError("a mistake in a page")
        self.taken.append(file)

    @property
    def rule(self) -> dict[str, object]:
        found = json.loads(self.button.placeholder)
        assert isinstance(found, dict)
        return found

    def serve(self, content: bytes) -> str:
        """Token of a file that the server has received."""
        slot = find_slot(self.inbox, str(self.rule["slot"]))
        assert slot is not None
        arriving = slot.begin(len(content))
        arriving.out.write(content)
        return arriving.complete()

    def report(self, *entries: object) -> None:
        self.button.value = json.dumps(entries)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setenv(INBOX, str(tmp_path / "inbox"))
    return Page(tmp_path / "inbox")


def test_what_has_arrived_is_taken_once_and_in_order(page: Page) -> None:
    first, second = (page.serve(content) for content in (b"1", b"2"))
    page.report([1, first, "甲.jpg"])
    page.report([1, first, "甲.jpg"], [2, second, "乙.jpg"])
    assert page.taken == [SentFile("甲.jpg", b"1", 1), SentFile("乙.jpg", b"2", 2)]
    assert (page.rule["taken"], page.rule["failed"], page.rule["max_bytes"]) == (2, [], 100)


def test_a_forged_token_takes_nothing_and_is_reported(page: Page, tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"secret")
    other = Page(page.inbox)
    theirs = other.serve(b"theirs")
    for forged in (theirs, "0" * 32, "../../store.sqlite", "limit"):
        page.report(*[[1, "", "甲"]] * int(str(page.rule["taken"])), [1, forged, "甲"])
    assert page.taken == []
    assert page.rule["failed"] == [0, 1, 2, 3]
    other.report([1, theirs, "丙.jpg"])
    assert [file.content for file in other.taken] == [b"theirs"]


@pytest.mark.parametrize("said", ["{", "3", '"a"', '[{"a": 1}, null, [1, 2]]', "[[[], {}, 3]]"])
def test_whatever_else_a_browser_says_takes_nothing(page: Page, said: str) -> None:
    page.button.value = said
    assert page.taken == []


def test_a_mistake_with_one_file_is_reported_and_the_next_is_taken(page: Page) -> None:
    broken, good = page.serve(b"broken"), page.serve(b"good")
    page.report([1, broken, "甲.jpg"], [1, good, "乙.jpg"])
    assert page.rule["failed"] == [0]
    assert [file.name for file in page.taken] == ["乙.jpg"]


def test_without_a_server_the_file_comes_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(INBOX, raising=False)
    assert isinstance(upload_button("选照片", "image/*", lambda _: None), w.FileUpload)
