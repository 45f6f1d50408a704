"""The table room: whatever stands around a table, its rows come in as they are, and what was changed is said."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pbwidgets.errors import ProblemsError
from pbwidgets.intake import Column, Table, read_table, unpacking, workbook
from pbwidgets.intake.workbook import unpack_apart
from pbwidgets.units import read_units
from pbwidgets.wording import LANGUAGES
from pbwidgets.workflows.reports.index.building import read_inputs

SHEET = "xl/worksheets/sheet1.xml"
CASES = Path(__file__).parent / "cases"
COLUMNS = (
    Column("unit_code", ("单位编码", "编码"), "code", needed=True, filled=True),
    Column("unit_name", ("名称",), needed=True, filled=True),
    Column("parent_code", ("上级编码",), "code"),
    Column("begun_on", ("启用日期",), "date"),
    Column("weight", ("权重",), "number"),
)
NAMES = [column.name for column in COLUMNS]
Rows = list[tuple[str, ...]]


def save(
    path: Path, rows: Sequence[Sequence[object]], merged: Sequence[str] = (), title: str = "名册"
) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """The archive again, with one part changed as no program of ours would."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def rows_of(table: Table) -> Rows:
    return list(zip(*(table.column(name) for name in NAMES), strict=True))


def codes_of(table: Table) -> list[tuple[str, str]]:
    assert all(note.line(lang) for note in (*table.notes, *table.problems) for lang in LANGUAGES)
    return [(note.code.removeprefix("intake."), note.place) for note in (*table.notes, *table.problems)]


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(ProblemsError, match="intake") as caught:
        read_table(path, COLUMNS)
    assert all(
        problem.line(lang) and problem.remedy(lang) for problem in caught.value.problems for lang in LANGUAGES
    )
    return [(problem.code.removeprefix("intake."), problem.place) for problem in caught.value.problems]


NUMBERS = ["110000", "110000001", "110000001001", "110000001002"]


# -- tables that people sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "count", "column", "expected"),
    [
        ("01-codes-gbt2260-6-digits.csv", 3, "parent_code", [None, "620000", "620100"]),
        ("03-codes-managed-zone.csv", 5, "parent_code", [None, "6201", "6201", "620171", "620122101"]),
        ("05-register-merged-parent.xlsx", 5, "parent_code", [None, "990101", *["990101001"] * 3]),
        ("07-register-title-row.xlsx", 5, "unit_name", ["示例县", "甲镇", "东村", "西村", "南村"]),
        ("09-register-note-row.xlsx", 5, "unit_name", ["示例县", "甲镇", "东村", "西村", "南村"]),
        ("10-wps-dimension-a1.xlsx", 5, "unit_name", ["示例县", "甲镇", "东村", "西村", "南村"]),
        ("11-codes-full-width-and-zero-width.csv", 5, "unit_code", None),
        ("12-codes-protected-for-excel.csv", 5, "unit_code", None),
        ("13-dates-as-text.csv", 5, "valid_from", ["2026-01-01"] * 5),
        ("15-utf16-unicode-text.csv", 5, "unit_name", ["示例县", "甲镇", "东村", "西村", "南村"]),
        ("31-formula-in-csv-output.csv", 2, "unit_name", ["示例县", "=1+1镇"]),
        ("34-line-break-in-name.csv", 1, "unit_name", ["东坪县"]),
        ("50-gbk.csv", 4, "unit_name", ["示例市", "甲镇", "东村", "西村"]),
        (
            "52-numeric-codes-in-xlsx.xlsx",
            4,
            "unit_code",
            ["110000", "110000001", "110000001001", "110000001002"],
        ),
    ],
)
def test_a_register_as_it_was_sent_gives_its_units(
    case: str, count: int, column: str, expected: list[str | None] | None
) -> None:
    units = read_units(CASES / case).content
    usual = ["990101", "990101001", "990101001001", "990101001002", "990101001003"]
    assert len(units) == count
    assert [value if isinstance(value, str) else None for value in units[column]] == (expected or usual)


def test_control_characters_of_a_name_are_gone_and_said() -> None:
    read = read_units(CASES / "30-control-character-in-free-text.csv", known=["990101003"])
    assert read.content["unit_name"].tolist() == ["韦家村"]
    (note,) = read.notes
    assert (note.code, note.args["value"], note.args["became"]) == (
        "intake.cells_changed", "韦⟨U+000B⟩家村", "韦家村",
    )  # fmt: skip


def test_control_characters_of_a_free_text_are_gone_and_said(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("编码,理由\n990101,台账不全\x0b未归档\ufffe\n990102,齐全\n", encoding="utf-8")
    table = read_table(
        path, (Column("unit_code", ("编码",), "code", needed=True), Column("reason", ("理由",)))
    )
    assert table.column("reason") == ["台账不全 未归档", "齐全"]
    (note,) = table.notes
    assert (note.code, note.args["count"]) == ("intake.cells_changed", 1)
    assert "⟨U+000B⟩" in note.args["value"]


def test_a_table_of_an_index_may_call_its_units_in_chinese() -> None:
    _, data, _ = read_inputs(CASES / "33-index-data.csv", CASES / "33-index-dictionary.csv").content
    assert data.values.index.tolist() == ["甲", "乙"]


# -- the same table, whatever stands around it -------------------------------------------------------------

CODES = st.lists(st.from_regex(r"[1-9][0-9]{5,11}", fullmatch=True), min_size=1, max_size=6, unique=True)
WORDS = st.text("甲乙丙村镇东西（）１aB·", min_size=2, max_size=6).filter(
    lambda text: not re.match(r"[（(]*注|\d", text)
)
BODIES = CODES.flatmap(
    lambda codes: st.tuples(
        st.just(codes),
        st.lists(WORDS, min_size=len(codes), max_size=len(codes)),
        st.sampled_from(["", "990101"]),
        st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        st.integers(0, 1000).map(lambda number: number / 8),
    )
)
ABOVE = st.lists(st.sampled_from(["示例县单位名册（2026年）", "填报单位：示例县", ""]), max_size=3)
BELOW = st.lists(st.sampled_from(["注：数据截至2026年1月", "", "备注：街道按乡镇填"]), max_size=2)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
HEADINGS = st.sampled_from(
    [
        ("单位编码", "名称", "上级编码", "启用日期", "权重"),
        ("单位 编码", "名　称", "上级\n编码", "启用日期*", "权重"),
        ("unit_code", "unit_name", "parent_code", "begun_on", "weight"),
    ]
)


def to_rows(body: tuple[list[str], list[str], str, date, float]) -> Rows:
    codes, names, parent, day, weight = body
    shown = str(int(weight)) if weight.is_integer() else str(weight)
    return [(code, name, parent, day.isoformat(), shown) for code, name in zip(codes, names, strict=True)]


@given(
    BODIES,
    ABOVE,
    BELOW,
    HEADINGS,
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from(",\t;"),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_table_is_the_same_in_any_encoding_and_between_any_titles_and_notes(
    tmp_path: Path,
    body: tuple[list[str], list[str], str, date, float],
    above: list[str],
    below: list[str],
    headings: tuple[str, ...],
    encoding: str,
    delimiter: str,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    rows = to_rows(body)
    writer.writerows([[line] for line in above])
    writer.writerow(headings)
    writer.writerows([(f'="{code}"', *rest) for code, *rest in rows])
    writer.writerows([[line] for line in below])
    path = tmp_path / "table.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    table = read_table(path, COLUMNS)
    assert rows_of(table) == rows
    assert not table.problems


@given(BODIES, ABOVE, BELOW, HEADINGS, st.booleans(), st.booleans())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=settings.default.max_examples // 2,  # each writes and opens a workbook
)
def test_a_workbook_is_the_same_between_titles_merges_notes_and_a_false_dimension(
    tmp_path: Path,
    body: tuple[list[str], list[str], str, date, float],
    above: list[str],
    below: list[str],
    headings: tuple[str, ...],
    is_merged: bool,
    lies: bool,
) -> None:
    rows = to_rows(body)
    cells: list[list[object]] = [
        [int(code) if len(code) < 12 else code, name, parent, day, float(weight)]
        for (code, name, parent, day, weight) in rows
    ]
    for row in cells:
        row[3] = date.fromisoformat(str(row[3]))
    first = len(above) + 2
    merged = [f"A{number}:E{number}" for number, line in enumerate(above, start=1) if line]
    if is_merged and len(rows) > 1:
        merged.append(f"C{first}:C{first + len(rows) - 1}")
    path = save(
        tmp_path / "table.xlsx",
        [*[[line] for line in above], headings, *cells, *[[line] for line in below]],
        merged,
    )
    if lies:
        rewrite(
            path,
            SHEET,
            lambda text: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', text),
        )
    table = read_table(path, COLUMNS)
    assert rows_of(table) == rows
    assert not table.problems


HEAD = ["序号", "编码（必填）", "名称：", "上级编码", "启用日期", "权重", "备注"]
TOWN = [1, "990101", "甲镇", "99", "2026-01-01", 2, "已核"]
VILLAGE = [2, "990102", "乙镇", "99", None, 3, None]


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([HEAD, ["", "甲", "乙", "丙", 1, 2, 3], TOWN, VILLAGE], []),
        ([HEAD, [1, 2, 3, 4, 5, 6, 7], TOWN, VILLAGE], []),
        ([HEAD, TOWN, ["一、街道"], VILLAGE], []),
        ([HEAD, TOWN, VILLAGE, ["", "合计", None, None, None, 5]], []),
        ([HEAD, TOWN, VILLAGE, [3, "小 计", None, None, None, 5]], []),
        ([HEAD, TOWN, HEAD, VILLAGE], []),
        ([HEAD, TOWN, VILLAGE, ["填表人：", "某", "审核人：", "某", "2026年1月"]], []),
        ([HEAD, TOWN, VILLAGE, [None, None, "（公章）"], [None, None, "2026年1月1日"]], []),
        ([HEAD, TOWN, VILLAGE, [" ", "　", None], [None, "\u200b"]], []),
        ([HEAD, TOWN, VILLAGE, ["注：街道按乡镇填"]], ["D2:D4"]),
        (
            [HEAD, [1, "990101", "甲镇", "99", "2026-01-01", 2], [2, "990102", "乙镇", None, None, 3]],
            ["D2:D3"],
        ),
    ],
    ids=[
        "letters",
        "numbers",
        "section",
        "total",
        "subtotal",
        "heading",
        "signed",
        "stamp",
        "blank",
        "note",
        "merged",
    ],
)
def test_what_a_careful_clerk_passes_over_is_passed_over(
    tmp_path: Path, rows: list[list[object]], merged: list[str]
) -> None:
    table = read_table(save(tmp_path / "t.xlsx", rows, merged), COLUMNS)
    assert rows_of(table) == [
        ("990101", "甲镇", "99", "2026-01-01", "2"),
        ("990102", "乙镇", "99", "", "3"),
    ]
    assert not table.problems


def test_rows_of_numbers_are_no_second_row_of_headings(tmp_path: Path) -> None:
    columns = (
        Column("单位", needed=True),
        Column("1", ("产值",), "number"),
        Column("2", ("教育",), "number"),
    )
    rows = [["单位", "产值", "教育"], ["甲县", 1, 2], ["乙县", 2, 1]]
    assert read_table(save(tmp_path / "n.xlsx", rows), columns).column("单位") == ["甲县", "乙县"]


def test_a_text_with_a_broken_byte_is_not_read_in_another_encoding(tmp_path: Path) -> None:
    whole = "编码,名称\n9901,示例县第一中心镇\n9902,乙镇\n"
    for encoding in ("utf-8", "gb18030"):
        broken = whole.encode(encoding).replace("乙".encode(encoding), b"\xff")
        (tmp_path / "x.csv").write_bytes(broken)
        assert refused(tmp_path / "x.csv") == [("damaged_text", "3")]


def test_the_delimiter_is_that_of_most_lines(tmp_path: Path) -> None:
    text = "\n".join(
        ["一览,二览,三览,四览,五览,六览", "编码\t名称\t权重", '9901\t甲镇\t"1,234,567"', "9902\t乙镇\t2"]
    )
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    assert read_table(tmp_path / "x.csv", COLUMNS).column("weight") == ["1234567", "2"]


def test_sheets_with_the_same_headings_are_not_guessed_between(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title in ("填写示例", "2025", "2026"):
        sheet = book.create_sheet(title)
        sheet.append(["编码", "名称"])
        sheet.append([f"99{title}", "甲镇"])
    book.save(tmp_path / "years.xlsx")
    with pytest.raises(ProblemsError, match="2025、2026"):
        read_table(tmp_path / "years.xlsx", COLUMNS)
    book.remove(book["2025"])
    book.save(tmp_path / "years.xlsx")
    assert read_table(tmp_path / "years.xlsx", COLUMNS).column("unit_code") == ["992026"]


@pytest.mark.parametrize(
    ("form", "number", "code"),
    [
        ("000000000", 10101001, "010101001"),
        ("000000000_ ", 10101001, "010101001"),
        ("000000000;@", 10101001, "010101001"),
        ("[$-804]000000000", 10101001, "010101001"),
        ('"990101"000', 1, "990101001"),
        ("0", 990101, "990101"),
        ("General", 990101, "990101"),
    ],
)
def test_codes_are_read_as_their_number_format_shows_them(
    tmp_path: Path, form: str, number: int, code: str
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["编码", "名称", "权重"], [number, "甲镇", 0.85], [1, "乙镇", 90]):
        sheet.append(row)
    sheet["A2"].number_format, sheet["C2"].number_format = form, "0%"
    book.save(tmp_path / "form.xlsx")
    table = read_table(tmp_path / "form.xlsx", COLUMNS)
    assert table.column("unit_code")[0] == code
    assert table.column("weight") == ["85", "90"]


# -- what is said ------------------------------------------------------------------------------------------


def test_what_was_changed_or_passed_over_is_said_with_its_place(tmp_path: Path) -> None:
    path = save(
        tmp_path / "名册.xlsx",
        [
            ["示例县单位名册"],
            ["编码", "名称", "上级编码", "启用日期", "权重"],
            ["９９０１", "甲镇", "99", "2026年1月1日", 1],
            ["9902", "乙镇", None, None, 2],
            ["一、街道"],
            ["9903", "丙街道", "99", None, "—"],
            ["合 计", None, None, None, 3],
            ["填表人：", None, "审核人：", None, None],
        ],
        ["A1:E1", "C3:C4", "A5:E5"],
    )
    table = read_table(path, COLUMNS)
    assert table.column("parent_code") == ["99", "99", "99"]
    assert table.column("weight") == ["1", "2", ""]
    assert codes_of(table) == [
        ("title_rows", "名册!A1"),
        ("row_passed_over", "名册!A5"),
        ("row_passed_over", "名册!A7"),
        ("row_passed_over", "名册!A8"),
        ("merged_cells", "名册!C3"),
        ("cells_changed", "名册!A3"),
        ("cells_changed", "名册!D3"),
    ]


def test_the_visible_sheet_with_the_most_columns_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["说明：请先阅读"])
    hidden = book.create_sheet("旧")
    for sheet in (hidden, book.create_sheet("名册")):
        sheet.append(["编码", "名称"])
        sheet.append([f"99{sheet.title}", "甲镇"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "several.xlsx")
    table = read_table(tmp_path / "several.xlsx", COLUMNS)
    assert table.column("unit_code") == ["99名册"]
    assert table.notes[-1].code == "intake.other_sheets"
    assert table.notes[-1].args["others"] == "Sheet、旧"


def test_headings_in_two_rows_under_a_common_one_are_read(tmp_path: Path) -> None:
    rows = [["编码", "名称", "基本情况", None], [None, None, "上级编码", "权重"], ["9901", "甲镇", "99", 2]]
    table = read_table(save(tmp_path / "two.xlsx", rows, ["A1:A2", "B1:B2", "C1:D1"]), COLUMNS)
    assert rows_of(table) == [("9901", "甲镇", "99", "", "2")]


def test_a_cell_that_cannot_be_read_is_named_once_and_nothing_that_follows_from_it(tmp_path: Path) -> None:
    rows = [
        ["编码", "名称", "类别", "上级编码", "启用日期", "自用"],
        [9.90101e17, "示例县", "county", None, "去年", None],
        ["990101001", "甲镇", "township", "990101", None, None],
        ["990101002", None, None, None, None, None],
    ]
    path = save(tmp_path / "x.xlsx", rows)
    with pytest.raises(ProblemsError, match="intake") as caught:
        read_units(path)
    assert [(problem.code, problem.place) for problem in caught.value.problems] == [
        ("intake.unknown_column", "名册!F1")
    ]
    rows[0][5] = "# 自用"
    with pytest.raises(ProblemsError, match="intake") as caught:
        read_units(save(path, rows))
    assert [(problem.code, problem.place) for problem in caught.value.problems] == [
        ("intake.digits_lost", "名册!A2"),
        ("intake.bad_date", "名册!E2"),
        ("intake.only_one_cell", "名册!A4"),
    ]


def test_errors_and_formulas_without_a_result_are_named_and_never_read_as_empty(tmp_path: Path) -> None:
    rows = [
        ["编码", "名称", "权重", "别的"],
        ["9901", "甲镇", "=1+1", "=1+1"],
        ["9902", "乙镇", "#N/A", None],
    ]
    rows += [["9903", "=A1", None, None], ["=A1", "=A1", None, None]]
    table = read_table(save(tmp_path / "f.xlsx", rows), COLUMNS, others="ignored")
    assert codes_of(table) == [
        ("formula_without_value", "名册!C2"),
        ("cell_error", "名册!C3"),
        ("formula_without_value", "名册!B4"),
        ("formula_without_value", "名册!A5"),
        ("formula_without_value", "名册!B5"),
    ]
    assert {(0, "weight"), (1, "weight"), (3, "unit_code")} < table.unread


def test_a_row_with_one_cell_of_its_own_under_merged_ones_is_a_row(tmp_path: Path) -> None:
    rows = [["编码", "名称", "上级编码"], ["9901", "甲", "99"], ["9902", None, None], ["", None, None]]
    table = read_table(save(tmp_path / "m.xlsx", rows, ["B2:B9", "C2:C9"]), COLUMNS)
    assert rows_of(table) == [("9901", "甲", "99", "", ""), ("9902", "甲", "99", "", "")]
    assert not table.problems


def test_a_cell_without_a_heading_is_not_left_out_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("编码,名称\n9901,甲镇,漏了表头\n", encoding="utf-8")
    assert codes_of(read_table(tmp_path / "a.csv", COLUMNS)) == [("cell_without_heading", "2")]


# -- files that are refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("file_empty", "")]),
        (b"\xef\xbb\xbf\r\n,,\r\n", [("file_empty", "")]),
        (b"\x00\x01\x02\x03" * 9, [("file_not_table", "")]),
        (b"<html><table><tr><td>1</td></tr></table>", [("web_page", "")]),
        (b'<?xml version="1.0"?><Workbook/>', [("web_page", "")]),
        ('编码,名称\n9901,甲\n9902,"乙\n9903,丙\n'.encode(), [("bad_csv", "3")]),
        ("甲,乙\n1,2\n".encode(), [("no_headings", "1")]),
        ("编码\n9901\n".encode(), [("missing_column", "1")]),
        ("编码,名称,编 码\n9901,甲,1\n".encode(), [("repeated_column", "1")]),
        (b"PK\x03\x04 broken", [("bad_workbook", "")]),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, [("bad_workbook", "")]),
        ("编码,名称".encode() + b"," * 600 + b"\n", [("csv_too_big", "1")]),
        ("编码,名称\n".encode() + (b"," * 499 + b"\n") * 2_000, [("csv_too_big", "2001")]),
    ],
    ids=range(13),
)
def test_a_file_without_the_table_is_one_clear_problem(
    tmp_path: Path, content: bytes, expected: list[tuple[str, str]]
) -> None:
    path = tmp_path / "x.xls"
    path.write_bytes(content)
    assert refused(path) == expected


def test_a_missing_file_and_a_folder_are_problems(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.csv") == [("file_missing", "")]
    assert refused(tmp_path) == [("file_is_folder", "")]


# -- files made to do harm ---------------------------------------------------------------------------------


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(workbook, "unpack_apart", unpack_apart)  # in a process of its own, as it is
    return save(tmp_path / "plain.xlsx", [["编码", "名称"], ["9901", "甲镇"]])


def test_a_cell_at_the_far_corner_is_refused_before_memory_is_taken_for_it(plain: Path) -> None:
    rewrite(
        plain,
        SHEET,
        lambda text: text.replace(
            "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
    )
    assert refused(plain) == [("sheet_too_big", "名册")]


def test_far_cells_that_are_only_formatted_do_not_count(plain: Path) -> None:
    rewrite(
        plain,
        SHEET,
        lambda text: text.replace(
            "</sheetData>", '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        ),
    )
    assert read_table(plain, COLUMNS).column("unit_code") == ["9901"]


def test_a_small_archive_that_unfolds_to_gigabytes_is_refused(plain: Path) -> None:
    with (
        zipfile.ZipFile(plain, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/bomb.xml", "w") as part,
    ):
        for _ in range(110):
            part.write(b" " * 1_000_000)
    assert plain.stat().st_size < 3_000_000
    assert refused(plain) == [("too_big", "")]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml"])
def test_entities_are_not_read_whether_they_multiply_or_point_outside(plain: Path, part: str) -> None:
    secret = plain.parent / "secret.txt"
    secret.write_text("must not be read", encoding="utf-8")
    entities = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "{secret.as_uri()}">]>'
    rewrite(plain, part, lambda text: entities + text.replace("甲镇", "&c;"))
    assert refused(plain) == [("entities", "")]


def test_a_reader_that_takes_too_much_ends_alone(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = plain.parent / "endless.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGABRT)\n", encoding="utf-8")
    monkeypatch.setattr(unpacking, "__file__", str(script))
    assert refused(plain) == [("gave_up", "")]
