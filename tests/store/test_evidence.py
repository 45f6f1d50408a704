import hashlib
import io
import os
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pbwidgets.errors import DataError
from pbwidgets.store import (
    Actor,
    KeptFile,
    Store,
    SubmissionKey,
    Writer,
    add_evidence,
    find_evidence,
    import_version,
    keep_file,
    load_evidence,
    open_evidence,
    open_store,
    redact,
)
from pbwidgets.store.evidence import delete_unneeded, evidence_path, hold_files, release_evidence
from pbwidgets.store.file_kinds import DOCUMENTS, IMAGES, sniff_kind

FILLER = Actor("li", "filler", "990101")
KEY = SubmissionKey("contest", "2026", "village_form", "990101")
OTHER = SubmissionKey("contest", "2026", "village_form", "990102")
PDF = b"%PDF-1.7\n%%EOF\n"
LIMIT = 1_000_000


def photo(orientation: int = 1, size: tuple[int, int] = (40, 20)) -> bytes:
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, 10, 10))  # the corner that must end up top left after a 180° turn
    exif = picture.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 7.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SecretComment", xmp=b"<x>SecretXmp</x>", quality=95)
    return out.getvalue()


def aside(kept: KeptFile) -> Path:
    assert kept.aside is not None
    return kept.aside


def office(part: str, *others: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in ("[Content_Types].xml", part, *others):
            package.writestr(name, "<x/>")
    return out.getvalue()


def test_a_file_is_named_by_its_hash_and_its_own_name_is_only_in_the_table(store: Store) -> None:
    with store.write(FILLER) as w:
        kept = add_evidence(w, KEY, "plan", "C:\\文件\\年度 计划.pdf", PDF, LIMIT)
        assert kept.file.sha256 == hashlib.sha256(PDF).hexdigest()
        assert kept.file.filename == "年度 计划.pdf"
        assert load_evidence(w, KEY) == (kept,)
        with open_evidence(w, kept.file.sha256) as file:
            assert file.read() == PDF
    files = [path for path in store.evidence_dir.rglob("*") if path.is_file()]
    assert files == [store.evidence_dir / kept.file.sha256[:2] / kept.file.sha256]


def test_a_photo_loses_place_camera_and_comments(tmp_path: Path) -> None:
    original = photo()
    assert b"SecretCamera" in original
    assert b"SecretComment" in original
    assert b"SecretXmp" in original
    kept = keep_file(tmp_path, "a.jpg", io.BytesIO(original), LIMIT)
    data = aside(kept).read_bytes()
    assert b"Secret" not in data
    assert b"Exif" not in data
    with Image.open(io.BytesIO(data)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == (40, 20)


def test_a_photo_taken_upside_down_is_turned(tmp_path: Path) -> None:
    kept = keep_file(tmp_path, "a.jpg", photo(orientation=3), LIMIT)
    with Image.open(aside(kept)) as picture:
        red, green, _ = picture.convert("RGB").getpixel((35, 15))
        assert (red > 200, green < 60) == (True, True)


def test_a_photo_taken_sideways_swaps_width_and_height(tmp_path: Path) -> None:
    kept = keep_file(tmp_path, "a.jpg", photo(orientation=6), LIMIT)
    with Image.open(aside(kept)) as picture:
        assert picture.size == (20, 40)


def test_a_png_loses_its_text_and_keeps_its_transparency(tmp_path: Path) -> None:
    notes = PngInfo()
    notes.add_text("Author", "SecretAuthor")
    notes.add_itxt("XML:com.adobe.xmp", "SecretXmp")
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (1, 2, 3, 100)).save(out, "PNG", pnginfo=notes)
    assert b"SecretAuthor" in out.getvalue()
    kept = keep_file(tmp_path, "a.png", out.getvalue(), LIMIT)
    path = aside(kept)
    assert b"Secret" not in path.read_bytes()
    with Image.open(path) as picture:
        assert picture.getpixel((0, 0)) == (1, 2, 3, 100)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (photo(), "x", "image/jpeg"),
        (PDF, "photo.jpg", "application/pdf"),
        (office("word/document.xml"), "x", DOCUMENTS[1]),
        (office("xl/workbook.xml"), "x", DOCUMENTS[2]),
        (office("ppt/presentation.xml"), "x", DOCUMENTS[3]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "报告.WPS", "application/msword"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "setup.msi", None),
        (office("word/document.xml", "word/vbaProject.bin"), "x.docx", None),
        (office("other.xml"), "x.docx", None),
        (b"PK\x03\x04 broken", "x.docx", None),
        (b"<script>", "x.pdf", None),
    ],
)
def test_the_kind_is_told_by_the_content_not_the_name(data: bytes, name: str, kind: str | None) -> None:
    assert sniff_kind(data, name) == kind


@pytest.mark.parametrize(
    ("data", "limit", "code", "said"),
    [
        (b"", LIMIT, "store.evidence_empty", "是空的"),
        (PDF * 200_000, 2_500_000, "store.evidence_too_big", "超过 2.5 MB"),
        (b"GIF89a", LIMIT, "store.evidence_kind", "JPEG, PNG, PDF, Word, Excel, PowerPoint"),
        (photo()[:300], LIMIT, "store.photo_damaged", "照片已损坏"),
        (b"\xff\xd8\xff rubbish", LIMIT, "store.photo_damaged", "照片已损坏"),
    ],
)
def test_a_bad_file_is_refused_and_not_kept(
    tmp_path: Path, data: bytes, limit: int, code: str, said: str
) -> None:
    with pytest.raises(DataError, match=said) as caught:
        keep_file(tmp_path, "a", io.BytesIO(data), limit)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_field_for_photos_refuses_a_document(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"可接收的照片格式：JPEG, PNG。") as caught:
        keep_file(tmp_path, "a.pdf", PDF, LIMIT, IMAGES)
    assert "宏" not in caught.value.words("zh_CN")  # of documents only


def test_a_picture_of_enormous_size_is_refused_before_it_is_decompressed(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 11_000)).save(out, "PNG")
    with pytest.raises(DataError, match="超过 120 百万像素"):
        keep_file(tmp_path, "a.png", out.getvalue(), LIMIT)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file is in the way")
    with pytest.raises(DataError, match="没有保存") as caught:
        keep_file(tmp_path / "evidence", "a.pdf", PDF, LIMIT)
    assert caught.value.code == "store.evidence_disk"


def test_the_same_file_added_twice_is_stored_once(store: Store) -> None:
    before = keep_file(store.evidence_dir, "a.pdf", PDF, LIMIT)
    with store.write(FILLER) as w:
        add_evidence(w, KEY, "plan", "a.pdf", before, LIMIT)
        add_evidence(w, OTHER, "plan", "b.pdf", PDF, LIMIT)
        assert {item.key.unit_code for item in find_evidence(w, before.sha256)} == {"990101", "990102"}
        assert add_evidence(w, OTHER, "plan", "c.pdf", PDF, LIMIT).file.filename == "b.pdf"
        assert len(load_evidence(w, OTHER)) == 1
    assert len([path for path in store.evidence_dir.rglob("*") if path.is_file()]) == 1


def test_a_file_released_while_it_was_sent_again_is_there_when_it_is_on_record(store: Store) -> None:
    with store.write(FILLER) as w:
        first = add_evidence(w, KEY, "plan", "a.pdf", PDF, LIMIT).file.sha256
    again = keep_file(store.evidence_dir, "a.pdf", PDF, LIMIT)
    with store.write(FILLER) as w:
        release_evidence(w, KEY, "plan", first)
    assert not evidence_path(store.evidence_dir, first).exists()
    with store.write(FILLER) as w:
        add_evidence(w, OTHER, "plan", "a.pdf", again, LIMIT)
        assert evidence_path(store.evidence_dir, first).read_bytes() == PDF
    with store.write(FILLER) as w:
        delete_unneeded(w, [first])  # late, by whoever released it
    with store.read() as r, open_evidence(r, first) as file:
        assert file.read() == PDF


def test_what_is_sent_and_released_by_many_at_once_is_there_while_it_is_on_record(
    store: Store, store_url: str
) -> None:
    store = open_store(store_url, store.evidence_dir)  # one that waits for the others
    keys = [KEY, OTHER, SubmissionKey("contest", "2026", "township_form", "9901")]

    def send_and_release(key: SubmissionKey) -> int:
        there = 0
        for _ in range(8):
            kept = keep_file(store.evidence_dir, "a.pdf", PDF, LIMIT)
            with store.write(FILLER) as w:
                add_evidence(w, key, "plan", "a.pdf", kept, LIMIT)
            with store.read() as r, open_evidence(r, kept.sha256) as file:
                there += file.read() == PDF
            with store.write(FILLER) as w:
                release_evidence(w, key, "plan", kept.sha256)
        return there

    with ThreadPoolExecutor(len(keys)) as pool:
        assert list(pool.map(send_and_release, keys)) == [8, 8, 8]
    assert not evidence_path(store.evidence_dir, hashlib.sha256(PDF).hexdigest()).exists()


def test_files_that_somebody_holds_are_not_deleted(store: Store) -> None:
    with store.write(FILLER) as w:
        sha256 = add_evidence(w, KEY, "plan", "a.pdf", PDF, LIMIT).file.sha256
    with hold_files(store.evidence_dir), store.write(FILLER) as w:
        release_evidence(w, KEY, "plan", sha256)
    assert evidence_path(store.evidence_dir, sha256).exists()
    with store.write(FILLER) as w:
        delete_unneeded(w, [sha256])
    assert not evidence_path(store.evidence_dir, sha256).exists()


def test_evidence_is_readable_by_its_owner_only(store: Store) -> None:
    with store.write(FILLER) as w:
        sha256 = add_evidence(w, KEY, "plan", "a.pdf", PDF, LIMIT).file.sha256
    path = evidence_path(store.evidence_dir, sha256)
    assert [stat.S_IMODE(item.stat().st_mode) for item in (path, path.parent)] == [0o600, 0o700]


def test_a_file_that_its_process_left_aside_is_removed_by_the_next_one(tmp_path: Path) -> None:
    left = aside(keep_file(tmp_path, "a.pdf", PDF, LIMIT))
    os.utime(left, (0, 0))
    kept = aside(keep_file(tmp_path, "a.pdf", PDF, LIMIT))
    assert list(left.parent.iterdir()) == [kept]


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "0" * 64, ""])
def test_only_evidence_on_record_is_opened(store: Store, sha256: str) -> None:
    with store.read() as r, pytest.raises(DataError, match="没有这份佐证材料"):
        open_evidence(r, sha256)


def test_a_lost_file_is_reported(store: Store) -> None:
    with store.write(FILLER) as w:
        kept = add_evidence(w, KEY, "plan", "a.pdf", PDF, LIMIT)
    (store.evidence_dir / kept.file.sha256[:2] / kept.file.sha256).unlink()
    with store.read() as r, pytest.raises(DataError, match="文件已不在"):
        open_evidence(r, kept.file.sha256)


def test_redacting_removes_a_file_that_nothing_else_needs(store: Store) -> None:
    second = PDF + b"%2"
    with store.write(FILLER) as w:
        shared = add_evidence(w, KEY, "plan", "a.pdf", PDF, LIMIT).file.sha256
        alone = add_evidence(w, KEY, "plan", "b.pdf", second, LIMIT).file.sha256
        add_evidence(w, OTHER, "plan", "a.pdf", PDF, LIMIT)
        import_version(w, KEY, {"plan": [shared, alone]})
        redact(w, KEY, "plan")
        assert load_evidence(w, KEY) == ()
        assert (store.evidence_dir / alone[:2] / alone).exists()  # until the commit
    assert not (store.evidence_dir / alone[:2] / alone).exists()
    assert (store.evidence_dir / shared[:2] / shared).exists()


def test_a_redaction_that_fails_keeps_the_file(store: Store) -> None:
    with store.write(FILLER) as w:
        sha256 = add_evidence(w, KEY, "plan", "a.pdf", PDF, LIMIT).file.sha256
        import_version(w, KEY, {"plan": sha256})

    def fail(w: Writer) -> None:
        redact(w, KEY, "plan")
        raise InterruptedError("half way")

    with pytest.raises(InterruptedError, match="half way"), store.write(FILLER) as w:
        fail(w)
    with store.read() as r, open_evidence(r, sha256) as file:
        assert file.read() == PDF
