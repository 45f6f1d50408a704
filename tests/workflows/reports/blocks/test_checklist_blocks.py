"""Blocks of a checklist on hand-made frames: standings, lists, entries and photos, in every kind of file."""

import hashlib
import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from checklist import (
    TOWN,
    VILLAGES,
    checklist,
    code_of,
    faults_of,
    lay_snapshot,
    listed_of,
    standings_of,
    units_of,
    villages,
)
from docx import Document
from PIL import Image
from pptx import Presentation

from pbwidgets.campaign import read_campaign
from pbwidgets.scoring.frames import STANDING_STATES
from pbwidgets.store.evidence import evidence_path
from pbwidgets.wording import has_words, say
from pbwidgets.workflows.reports.blocks.library import Library
from pbwidgets.workflows.reports.blocks.lists import check_blocks, open_blocks, read_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure, Photos, Piece, Sentence, Table
from pbwidgets.workflows.reports.files.book import ReportBook
from pbwidgets.workflows.reports.files.page import photos_html
from pbwidgets.workflows.reports.report import Report, open_report

CHECKS = 12
BLOCKS = [
    {
        "block": "text",
        "text": {
            "zh": "共{units}个村，{check_all:compliance}项中{check_reached:compliance}项达标，"
            "逾期{check_overdue:compliance}项；红{list:red}个：{names:red}。",
            "en": "{units} villages, {check_reached:compliance} of {check_all:compliance} reached; red: {list:red}.",
        },
    },
    {"block": "standings", "of": "compliance"},
    {"block": "standings", "of": "compliance", "view": "coverage", "by": "heading"},
    {"block": "lists", "group": "light", "slide": "table"},
    {
        "block": "entries",
        "form": "faults",
        "where": "not(${entry_closed})",
        "columns": ["unit", "what", "due_on", "overdue_days", "due_moved"],
        "slide": "table",
    },
    {"block": "photos", "form": "faults", "before": "before", "after": "after"},
]


def photo_of(evidence: Path, colour: str, size: tuple[int, int] = (1600, 1200)) -> str:
    """A photo handed in, with a place in its EXIF; its hash."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    path = evidence_path(evidence, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())
    return digest


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checklist")
    campaign, names = checklist(CHECKS), villages()
    standings = standings_of(campaign, names)
    photos = [photo_of(folder / "evidence", colour) for colour in ("brown", "tan", "green")] + ["f" * 64]
    entries, answers = faults_of(campaign, names, photos)
    frames = {
        "units": units_of(names),
        "standings": standings,
        "lists": listed_of(campaign, standings),
        "entries": entries,
        "submissions": answers,
    }
    return lay_snapshot(folder, campaign, frames, folder / "evidence")


@pytest.fixture(scope="module")
def report(snapshot: Path) -> Report:
    return open_report(snapshot, TOWN)


def draw(report: Report, *entries: dict[str, object]) -> list[Piece]:
    return [piece for item in open_blocks(list(entries)) for piece in item.draw(report)]


@pytest.fixture(scope="module")
def folder(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the report."""
    made = tmp_path_factory.mktemp("files")
    book = ReportBook(report.cover, made)
    book.add(draw(report, *BLOCKS))
    book.save()
    return made


def test_texts_count_checks_and_name_who_is_listed(report: Report) -> None:
    (said,) = (piece.text for piece in draw(report, BLOCKS[0]) if isinstance(piece, Sentence))
    standings = report.scores.standings
    reached = int((standings["state"] == "reached").sum())
    late = standings.loc[standings["state"] == "overdue", "unit_code"]
    assert f"共14个村，168项中{reached}项达标，逾期{len(late)}项" in said
    assert f"红{late.nunique()}个：" in said
    assert all(name in said for code, name in report.names.items() if code in set(late))


def test_the_matrix_has_the_same_words_in_chart_workbook_and_frame(report: Report, folder: Path) -> None:
    (figure,) = (piece for piece in draw(report, BLOCKS[1]) if isinstance(piece, Figure))
    book = openpyxl.load_workbook(folder / "tables.xlsx", data_only=True)
    rows = list(book["达标情况：矩阵"].values)
    assert [row[0] for row in rows[1:]] == list(VILLAGES)
    words = {
        say(f"charts.state_matrix.sign_{one}", "zh_CN"): say(f"standing.{one}", "zh_CN")
        for one in STANDING_STATES
    }
    for row, cells, total in zip(rows[1:], figure.native.cells, figure.native.sums, strict=True):
        assert list(row[1 : CHECKS + 1]) == [words[cell.text] for cell in cells]
        assert total == f"{row[CHECKS + 1]}/{row[CHECKS + 2]}"
    listed = pd.DataFrame(list(book["达标情况：明细"].values)[1:])
    standings = report.scores.standings
    assert listed[3].value_counts()["已逾期"] == (standings["state"] == "overdue").sum()
    assert int(listed[8].sum()) == standings["overdue_days"].sum()


def test_a_claimed_check_is_never_shown_as_reached(report: Report, folder: Path) -> None:
    claimed = report.scores.standings.query("state == 'claimed'").iloc[0]
    rows = list(openpyxl.load_workbook(folder / "tables.xlsx")["达标情况：明细"].values)
    names = {row.id: row.name.zh for row in report.campaign.tables["standards"].rows}
    (found,) = (
        row
        for row in rows
        if row[0] == report.names[claimed["unit_code"]] and row[2] == names[claimed["part"]]
    )
    assert found[3] == "待验收"


def test_coverage_has_the_same_numbers_in_chart_and_workbook(report: Report, folder: Path) -> None:
    (figure,) = (piece for piece in draw(report, BLOCKS[2]) if isinstance(piece, Figure))
    rows = list(openpyxl.load_workbook(folder / "tables.xlsx", data_only=True)["达标情况：按类别"].values)
    heads = [str(head) for head in rows[0]]
    assert [row[0] for row in rows[1:]] == list(figure.native.categories)
    for series in figure.native.series:
        assert [row[heads.index(series.name)] for row in rows[1:]] == list(series.values)


def test_the_unit_s_own_report_lists_its_checks_and_nobody_else(snapshot: Path) -> None:
    own = open_report(snapshot, code_of(2))
    pieces = draw(own, BLOCKS[1], BLOCKS[3])
    assert not any(isinstance(piece, Figure) for piece in pieces)
    table = next(piece.table for piece in pieces if isinstance(piece, Table))
    assert len(table.frame) == CHECKS
    assert "unit_name" not in table.columns
    said = json.dumps([str(piece) for piece in pieces], ensure_ascii=False)
    assert not any(name in said for name in VILLAGES if name != VILLAGES[2])


def test_lists_have_names_and_reasons_and_the_slide_says_how_many(report: Report, folder: Path) -> None:
    pieces = draw(report, BLOCKS[3])
    said = [piece.text for piece in pieces if isinstance(piece, Sentence)]
    red = set(report.scores.lists.query("list_id == 'red' and on_list")["unit_code"])
    assert said[0] == f"红（{len(red)}个）：" + "、".join(
        report.names[code] for code in report.names if code in red
    )
    (table,) = (piece for piece in pieces if isinstance(piece, Table))
    assert list(table.table.frame["list"]).count("红") == len(red)
    titles = [page.shapes.title.text_frame.text for page in Presentation(folder / "slides.pptx").slides]
    assert f"红{len(red)}个，绿{14 - len(red)}个" in "".join(titles)


def test_entries_stand_with_the_longest_overdue_first_and_closed_ones_are_left_out(
    report: Report, folder: Path
) -> None:
    (table,) = (piece.table for piece in draw(report, BLOCKS[4]) if isinstance(piece, Table))
    assert list(table.frame["what"]) == ["公示栏破损", "活动室闲置"]
    assert list(table.frame["overdue_days"]) == [41, 0]
    assert list(table.frame["due_moved"]) == [0, 1]
    shown = [page.shapes.title.text_frame.text for page in Presentation(folder / "slides.pptx").slides]
    assert "共2项，其中逾期1项，最长逾期41天。" in shown


def test_entries_of_all_forms_say_how_they_stand(report: Report) -> None:
    (table,) = (piece.table for piece in draw(report, {"block": "entries"}) if isinstance(piece, Table))
    late = table.frame[table.frame["title"] == "档案乱堆"].iloc[0]
    assert (late["unit"], late["form"], late["state"]) == (VILLAGES[1], "场所问题", "已销号")
    columns = {
        "block": "entries",
        "form": "faults",
        "columns": ["what", "flags"],
        "where": "${entry_flags} > 0",
    }
    (flagged,) = (piece.table for piece in draw(report, columns) if isinstance(piece, Table))
    assert flagged.frame.to_numpy().tolist() == [["档案乱堆", "逾期办结"]]


def test_entries_may_be_sorted_otherwise(report: Report) -> None:
    by_day = {"block": "entries", "form": "faults", "sort": "found_on", "columns": ["found_on"]}
    (table,) = (piece.table for piece in draw(report, by_day) if isinstance(piece, Table))
    assert list(table.frame["found_on"]) == ["2026-10-05", "2026-10-08", "2026-11-02"]


def test_photos_stand_side_by_side_and_a_missing_one_says_so(report: Report) -> None:
    (piece,) = (one for one in draw(report, BLOCKS[5]) if isinstance(one, Photos))
    shown = {pair.title: pair for pair in piece.pairs}
    first, late, lost = (
        shown[f"{name}：{what}"]
        for name, what in zip(VILLAGES, ("公示栏破损", "档案乱堆", "活动室闲置"), strict=False)
    )
    assert (first.before.file is not None, first.after.file, first.after.missing) == (True, None, "没有照片")
    assert [photo.file is None for photo in late.photos] == [False, False]
    assert (lost.before.file, lost.before.missing) == (None, "照片文件缺失")
    assert late.below == "2026-10-08发现，时限2026-11-10，已销号 2026-11-15"


def test_pictures_are_small_and_tell_no_place_and_no_camera(report: Report) -> None:
    (piece,) = (one for one in draw(report, BLOCKS[5]) if isinstance(one, Photos))
    files = [photo.file for pair in piece.pairs for photo in pair.photos if photo.file]
    assert len(files) == 3
    for file in files:
        with Image.open(file) as image:
            assert max(image.size) == 1280
            assert not image.getexif()
        assert b"camera" not in file.read_bytes()


def test_photos_are_on_page_document_and_slides(report: Report, folder: Path) -> None:
    (piece,) = (one for one in draw(report, BLOCKS[5]) if isinstance(one, Photos))
    page = photos_html(piece)
    assert page.count('src="data:image/jpeg') == 3
    assert "照片文件缺失" in page
    document = Document(str(folder / "report.docx"))
    assert sum("整治前" in (one._inline.docPr.get("descr") or "") for one in document.inline_shapes) == 2
    slides = Presentation(folder / "slides.pptx").slides
    pictures = [shape for page in slides for shape in page.shapes if shape.shape_type == 13]
    assert len(pictures) == 3
    kept = [row[2:] for row in openpyxl.load_workbook(folder / "tables.xlsx")["场所问题：前后对比"].values]
    assert kept == [("整治前照片", "整治后照片"), ("有", "缺"), ("有", "有"), ("缺", "缺")]


WRONG = [
    ({"block": "standings", "of": "complianc"}, "blocks.unknown_checklist", "of"),
    ({"block": "lists", "group": "lights"}, "blocks.unknown_list_group", "group"),
    ({"block": "lists", "list": "accountable"}, "blocks.top_list", "list"),
    ({"block": "lists"}, "blocks.list_or_group", "block"),
    ({"block": "entries", "form": "fault"}, "blocks.unknown_form", "form"),
    ({"block": "entries", "form": "faults", "columns": ["holder"]}, "blocks.sensitive_column", "columns"),
    ({"block": "entries", "form": "faults", "columns": ["whatt"]}, "blocks.unknown_column", "columns"),
    ({"block": "entries", "form": "faults", "sort": "late"}, "blocks.unknown_column", "sort"),
    ({"block": "entries", "form": "faults", "where": "${entry_close}"}, "campaign.unknown_name", "where"),
    (
        {"block": "photos", "form": "faults", "before": "what", "after": "after"},
        "blocks.no_photo_field",
        "before",
    ),
    ({"block": "text", "text": {"zh": "{list:accountable}", "en": "-"}}, "blocks.top_list", "zh"),
    ({"block": "text", "text": {"zh": "{names:accountable}", "en": "-"}}, "blocks.top_list", "zh"),
    ({"block": "text", "text": {"zh": "{check_reached}", "en": "-"}}, "blocks.place_needs", "zh"),
    ({"block": "text", "text": {"zh": "{check_overdu:compliance}", "en": "-"}}, "blocks.unknown_place", "zh"),
    ({"block": "text", "text": {"zh": "{list:reed}", "en": "-"}}, "blocks.unknown_list", "zh"),
    ({"block": "named_units"}, "blocks.lacks", "block"),
]
"""What a list asks for and the campaign does not have, or must not show; the code, and the key where it stands."""


@pytest.mark.parametrize(("entry", "code", "key"), WRONG)
def test_what_does_not_fit_the_campaign_is_a_finding(
    entry: dict[str, object], code: str, key: str, tmp_path: Path
) -> None:
    reading = read_blocks([entry], Library(tmp_path))
    assert reading.findings == []
    found = check_blocks(reading, [checklist(3)], named=True)
    assert [one.code for one in found] == [code]
    assert found[0].address[-1] == key
    assert has_words(code)
    assert has_words(f"{code}.remedy")


def test_a_contest_lacks_checks(tmp_path: Path) -> None:
    reading = read_blocks([{"block": "standings"}], Library(tmp_path))
    campaign = read_campaign(Path(__file__).parents[4] / "parameters" / "campaigns" / "sanji_lianzheng.yaml")
    assert [one.code for one in check_blocks(reading, [campaign], named=True)] == ["blocks.lacks"]
    assert check_blocks(reading, [campaign], named=False) == []


def test_all_of_these_blocks_are_without_a_finding(tmp_path: Path) -> None:
    reading = read_blocks(BLOCKS, Library(tmp_path))
    assert (reading.findings, check_blocks(reading, [checklist(3)], named=True)) == ([], [])
