"""Files of a form: who may add them, which are refused, and when they are released."""

import io
from dataclasses import replace

import pytest
from counties import OTHER_VILLAGE, VILLAGE, VILLAGE_ANSWERS, key_of
from PIL import Image

from pbwidgets.errors import DataError, RightsError
from pbwidgets.files import MAX_BYTES
from pbwidgets.settings import Quota
from pbwidgets.store import Actor, load_evidence
from pbwidgets.workflows.filling.drafts import hand_in, hand_in_form, save_answers
from pbwidgets.workflows.filling.evidence import attach_file, attach_stamped, files_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import open_definition

FILLER = Actor("zhang", "filler", VILLAGE)
STRANGER = Actor("zhao", "filler", OTHER_VILLAGE)
KEY = key_of("village_application", VILLAGE)


@pytest.fixture
def contest(small: Workspace) -> Opened:
    """The campaign without phases, so that no form closes."""
    opened = small.opened()
    periods = tuple(period.model_copy(update={"phases": ()}) for period in opened.campaign.periods)
    open_definition(
        small, Actor("cli:tests", "operator"), opened.campaign.model_copy(update={"periods": periods}), "2026"
    )
    return small.opened()


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def tokens(workspace: Workspace) -> list[tuple[str, str]]:
    with workspace.store.read() as reader:
        return [(item.field_path, item.file.sha256) for item in load_evidence(reader, KEY)]


def test_a_photo_is_stored_and_attached_to_its_field_once(small: Workspace, contest: Opened) -> None:
    kept = attach_file(Desk(small, FILLER, contest), KEY, "centre_photos", "村民中心.jpg", picture())
    again = attach_file(Desk(small, FILLER, contest), KEY, "centre_photos", "村民中心.jpg", picture())
    assert again.file.sha256 == kept.file.sha256
    assert tokens(small) == [("centre_photos", kept.file.sha256)]


@pytest.mark.parametrize("path", ["industry", "no_such", "good_deeds/title", "_stamped/1", ""])
def test_only_upload_fields_accept_files(path: str, small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match="没有可以上传文件"):
        attach_file(Desk(small, FILLER, contest), KEY, path, "a.jpg", picture())
    assert tokens(small) == []


def test_a_file_field_accepts_documents_and_a_photo_field_does_not(small: Workspace, contest: Opened) -> None:
    document = b"%PDF-1.4\n%%EOF"
    with pytest.raises(DataError, match="不是这里能接收的照片"):
        attach_file(Desk(small, FILLER, contest), KEY, "centre_photos", "a.jpg", document)
    kept = attach_file(Desk(small, FILLER, contest), KEY, "evidence_files", "a.pdf", document)
    assert kept.file.kind == "application/pdf"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "是空的"), (b"x" * (MAX_BYTES + 1), "超过"), (b"MZ\x90\x00", "格式不能接收")],
    ids=["empty", "too big", "a program"],
)
def test_unacceptable_files_are_refused_with_the_reason(
    content: bytes, reason: str, small: Workspace, contest: Opened
) -> None:
    with pytest.raises(DataError, match=reason):
        attach_file(Desk(small, FILLER, contest), KEY, "evidence_files", "a.pdf", content)
    assert tokens(small) == []


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        (Quota(files=2), "已上传 2 个文件.*最多 2 个.*PBWIDGETS_QUOTA_FILES"),
        (Quota(megabytes=0), "最多 0 MB"),
    ],
)
def test_an_account_keeps_no_more_than_its_quota(
    quota: Quota, said: str, small: Workspace, contest: Opened
) -> None:
    limited = Desk(replace(small, settings=replace(small.settings, quota=quota)), FILLER, contest)

    def send_all() -> None:
        for colour in ("red", "blue", "green"):
            attach_file(limited, KEY, "centre_photos", f"{colour}.jpg", picture(colour))

    with pytest.raises(DataError, match=said):
        send_all()
    kept = [path for path in small.store.evidence_dir.rglob("*") if path.is_file()]
    assert len(kept) == len(tokens(small)) == quota.files % 3000


def test_nobody_else_adds_files_to_a_unit(small: Workspace, contest: Opened) -> None:
    with pytest.raises(RightsError, match="红旗村"):
        attach_file(Desk(small, STRANGER, contest), KEY, "centre_photos", "a.jpg", picture())


def test_after_handing_in_only_the_scan_of_the_stamped_paper_can_be_added(
    small: Workspace, contest: Opened
) -> None:
    with pytest.raises(DataError, match="没有第 1 版"):
        attach_stamped(Desk(small, FILLER, contest), KEY, 1, "盖章.jpg", picture())
    version = hand_in(Desk(small, FILLER, contest), KEY, VILLAGE_ANSWERS, 0)
    with pytest.raises(DataError, match="不能修改"):
        attach_file(Desk(small, FILLER, contest), KEY, "centre_photos", "a.jpg", picture())
    with pytest.raises(RightsError, match="红旗村"):
        attach_stamped(Desk(small, STRANGER, contest), KEY, version, "盖章.jpg", picture())
    attach_stamped(Desk(small, FILLER, contest), KEY, version, "盖章.jpg", picture())
    assert [path for path, _ in tokens(small)] == ["_stamped/1"]


def test_the_token_of_a_file_not_attached_here_is_refused(small: Workspace, contest: Opened) -> None:
    other = key_of("village_application", OTHER_VILLAGE)
    theirs = attach_file(Desk(small, STRANGER, contest), other, "centre_photos", "a.jpg", picture())
    forged = {**VILLAGE_ANSWERS, "centre_photos": [theirs.file.sha256]}
    with pytest.raises(DataError, match="不是在本表上传的文件"):
        hand_in_form(Desk(small, FILLER, contest), KEY, forged, 0)


def test_a_photo_removed_from_the_draft_is_released_at_hand_in(small: Workspace, contest: Opened) -> None:
    first = attach_file(
        Desk(small, FILLER, contest), KEY, "centre_photos", "1.jpg", picture("red")
    ).file.sha256
    wrong = attach_file(
        Desk(small, FILLER, contest), KEY, "centre_photos", "2.jpg", picture("blue")
    ).file.sha256
    revision = save_answers(
        Desk(small, FILLER, contest), KEY, {**VILLAGE_ANSWERS, "centre_photos": [first, wrong]}, 0
    )
    answers = {**VILLAGE_ANSWERS, "centre_photos": [first]}
    revision = save_answers(Desk(small, FILLER, contest), KEY, answers, revision)
    assert len(tokens(small)) == 2  # it can still be restored
    hand_in_form(Desk(small, FILLER, contest), KEY, answers, revision)
    assert tokens(small) == [("centre_photos", first)]
    kept = {path.name for path in small.store.evidence_dir.rglob("*") if path.is_file()}
    assert first in kept
    assert wrong not in kept


def test_files_are_also_found_in_repeat_rows(contest: Opened) -> None:
    form = contest.campaign.form("village_application")
    answers = {"centre_photos": ["a"], "evidence_files": ["b", "c"], "good_deeds": [{"title": "x"}]}
    assert sorted(files_in(form, answers)) == [
        ("centre_photos", "a"), ("evidence_files", "b"), ("evidence_files", "c"),
    ]  # fmt: skip
