"""Files of a field: added, refused with a reason, removed and restored."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.errors import DataError
from pbwidgets.forms.field_views import FieldView
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.uploads import ShownFile, Uploads

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CAMPAIGN = Path(__file__).parents[2] / "parameters" / "campaigns" / "sanji_lianzheng.yaml"


class Shelf:
    """Keeps files in memory, and refuses empty ones like the store."""

    max_bytes = 30 * 1024 * 1024

    def __init__(self) -> None:
        self.kept: dict[str, ShownFile] = {}

    def keep(self, field_path: str, filename: str, content: bytes) -> str:
        if not content:
            raise DataError("store.evidence_empty", file=filename)
        token = f"{len(self.kept):064x}" if content != b"same" else "f" * 64
        address = f"evidence/{token}"
        self.kept[token] = ShownFile(token, filename, len(content), address, address)
        return token

    def shown(self, token: str) -> ShownFile | None:
        return self.kept.get(token)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return read_campaign(CAMPAIGN)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def view(campaign: Campaign, shelf: Shelf) -> FormView:
    return FormView(campaign.form("village_application"), campaign, {}, lang="zh_CN", files=shelf)


def uploads_of(view: FormView, path: str = "centre_photos") -> Uploads:
    found = next(item for item, _ in view.views() if item.path == path)
    assert isinstance(found, FieldView)
    assert found.uploads is not None
    return found.uploads


def send(uploads: Uploads, *files: tuple[str, bytes]) -> None:
    """What the browser sends when files are chosen."""
    uploads.widgets[1].value = tuple(
        {"name": name, "type": "", "size": len(content), "content": content, "last_modified": NOW}
        for name, content in files
    )  # fmt: skip


def listed(uploads: Uploads) -> str:
    return str(uploads.widgets[0].value)


def labels(uploads: Uploads) -> list[str]:
    return [item.description for item in uploads.widgets[2].children]


def test_limits_are_shown_before_anything_is_chosen(view: FormView) -> None:
    assert "不超过 30 MB" in listed(uploads_of(view))
    assert "最多 6 个" in listed(uploads_of(view))


def test_uploaded_files_become_answers_and_are_shown(view: FormView) -> None:
    uploads = uploads_of(view)
    send(uploads, ("甲.jpg", b"1"), ("乙.jpg", b"22"))
    assert len(view.answers["centre_photos"]) == 2
    assert listed(uploads).count("<img") == 2
    assert "甲.jpg" in listed(uploads)
    assert uploads.widgets[1].value == ()  # frees the bytes


def test_a_refused_file_says_why_and_the_others_stay(view: FormView) -> None:
    uploads = uploads_of(view)
    send(uploads, ("甲.jpg", b"1"), ("空.jpg", b""))
    assert len(view.answers["centre_photos"]) == 1
    assert "空.jpg 是空的" in listed(uploads)
    assert 'role="alert"' in listed(uploads)
    send(uploads, ("乙.jpg", b"2"))
    assert "是空的" not in listed(uploads)


def test_the_limit_of_files_holds_even_if_the_browser_sends_more(view: FormView) -> None:
    uploads = uploads_of(view)
    send(uploads, *((f"{at}.jpg", b"%d" % at) for at in range(8)))
    assert len(view.answers["centre_photos"]) == 6
    assert "最多传 6 个" in listed(uploads)
    assert uploads.widgets[1].disabled


def test_the_same_file_twice_counts_once(view: FormView) -> None:
    uploads = uploads_of(view)
    send(uploads, ("甲.jpg", b"same"), ("乙.jpg", b"same"))
    assert len(view.answers["centre_photos"]) == 1
    assert "已经传过" in listed(uploads)


def test_a_removed_file_can_be_restored(view: FormView) -> None:
    uploads = uploads_of(view)
    send(uploads, ("甲.jpg", b"1"), ("乙.jpg", b"2"))
    both = view.answers["centre_photos"]
    assert labels(uploads) == ["移除 1. 甲.jpg", "移除 2. 乙.jpg"]
    uploads.widgets[2].children[0].click()
    assert view.answers["centre_photos"] == both[1:]
    uploads.widgets[2].children[-1].click()
    assert view.answers["centre_photos"] == both


def test_file_names_never_become_markup(view: FormView) -> None:
    uploads = uploads_of(view)
    send(uploads, ("<img src=x onerror=alert(1)>.jpg", b"1"))
    assert "<img src=x" not in listed(uploads)
    assert "&lt;img src=x" in listed(uploads)


def test_a_missing_file_is_reported_and_kept_in_the_answers(campaign: Campaign, shelf: Shelf) -> None:
    answers: dict[str, Any] = {"centre_photos": ["a" * 64]}
    form = campaign.form("village_application")
    view = FormView(form, campaign, answers, lang="zh_CN", files=shelf)
    assert "文件已不在" in listed(uploads_of(view))
    assert view.answers == answers
