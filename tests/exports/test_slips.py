"""Slips to cut apart: reopened as Word opens them, and counted on paper."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import segno
from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from PIL import Image

from pbwidgets.exports.slips import CODE_FONT, Slip, save_slips


def make_slips(count: int, scan: str = "") -> list[Slip]:
    lines = (("账号", "cun{}"), ("网址", "http://10.0.0.8:8866/"))
    return [
        Slip(f"第{number}村", tuple((name, value.format(number)) for name, value in lines),
             ("初始密码", f"k7mq3x{number:02d}"), "首次登录须更改密码。", scan)
        for number in range(count)
    ]  # fmt: skip


def test_every_slip_has_its_own_cell_two_side_by_side(tmp_path: Path) -> None:
    path = save_slips(make_slips(3), tmp_path / "new" / "slips.docx")
    rows = Document(str(path)).tables[0].rows
    texts = [[[line.text for line in cell.paragraphs] for cell in row.cells] for row in rows]
    assert texts[0][1] == [
        "第1村", "账号：cun1", "网址：http://10.0.0.8:8866/", "初始密码：k7mq3x01", "首次登录须更改密码。",
    ]  # fmt: skip
    assert texts[1] == [[*(line.replace("1", "2", 1) for line in texts[0][1][:2]), *texts[1][0][2:]], [""]]


def test_what_is_typed_in_is_large_and_in_an_unambiguous_font(tmp_path: Path) -> None:
    path = save_slips(make_slips(1), tmp_path / "slips.docx")
    runs = Document(str(path)).tables[0].rows[0].cells[0].paragraphs[3].runs
    assert (runs[-1].text, runs[-1].font.name, runs[-1].font.bold) == ("k7mq3x00", CODE_FONT, True)


def test_rows_are_a_fifth_of_the_page_high_and_do_not_break(tmp_path: Path) -> None:
    document = Document(str(save_slips(make_slips(4), tmp_path / "slips.docx")))
    section = document.sections[0]
    assert [round(size.mm) for size in (section.page_width, section.page_height)] == [210, 297]
    for row in document.tables[0].rows:
        assert row.height_rule == WD_ROW_HEIGHT_RULE.EXACTLY
        assert row.height is not None
        assert 5 * row.height <= section.page_height - section.top_margin - section.bottom_margin
        assert "w:cantSplit" in row._tr.xml


def test_the_same_slips_give_the_same_bytes_and_no_slips_give_an_empty_sheet(tmp_path: Path) -> None:
    one, two = (save_slips(iter(make_slips(5)), tmp_path / f"{name}.docx") for name in "ab")
    first, second = (Document(str(path)).element.xml for path in (one, two))
    assert first == second
    assert save_slips(make_slips(5), tmp_path / "a.docx").read_bytes() == one.read_bytes()
    assert Document(str(save_slips([], tmp_path / "none.docx"))).tables[0].rows._tbl.tr_lst == []


def test_an_address_to_scan_is_drawn_beside_the_text(tmp_path: Path) -> None:
    address = "http://10.0.0.8:8866/survey"
    document = Document(str(save_slips(make_slips(1, address), tmp_path / "slips.docx")))
    cell = document.tables[0].rows[0].cells[0]
    assert cell.paragraphs[0].text == "第0村"
    (name,) = cell._tc.xpath(".//a:blip/@r:embed")
    drawn = np.asarray(Image.open(io.BytesIO(document.part.related_parts[name].blob)).convert("L"))
    modules = np.array(segno.make_qr(address, error="m").matrix)
    assert np.array_equal(drawn[4::8, 4::8] == 0, np.pad(modules == 1, 2))
    assert drawn.shape[0] == 8 * (len(modules) + 4)


@pytest.mark.parametrize("scan", ["", "http://192.168.100.200:8866/survey"], ids=["plain", "with QR"])
@pytest.mark.parametrize(("count", "pages"), [(10, 1), (23, 3)])
def test_ten_slips_fill_a_page(
    tmp_path: Path, to_pages: Callable[[Path], list[str]], count: int, pages: int, scan: str
) -> None:
    printed = to_pages(save_slips(make_slips(count, scan), tmp_path / "slips.docx"))
    assert [page.count("k7mq3x") for page in printed] == [10] * (pages - 1) + [count - 10 * (pages - 1)]
