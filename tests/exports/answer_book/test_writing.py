"""The workbook of answers as a clerk sees it: headings, help, lists, what may be typed, and what is locked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.one_form import surroundings_of
from pbwidgets.exports.answer_book import layout
from pbwidgets.exports.answer_book.reading import Units, read_book
from pbwidgets.exports.answer_book.writing import AnswerBook, Part, Row, write_book
from pbwidgets.intake.files import open_sheets


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def field(name: str, kind: str, label: str, **more: object) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": words(label), **more}


FORM = {
    "id": "plan",
    "name": words("计划表"),
    "unit_kind": "unit",
    "fields": [
        field("basic", "group", "基本情况", fields=[
            field("made", "select_one", "是否制定", choices="yes_no", required=True),
            field("title", "text", "题目", max_length=30, relevant="${made} = 'yes' and ${unit_kind} != 'unit'"),
        ]),
        field("people", "integer", "人数", minimum=1, maximum=99, unit=words("人"), hint=words("按年底数")),
        field("villages", "select_one", "村", choices="villages"),
        field("half", "calculate", "一半", calculation="${people} div 2"),
        field("photo", "image", "照片"),
        field("visits", "repeat", "走访", may_be_none=True, fields=[field("to", "text", "去向")]),
    ],
}  # fmt: skip
CHOICES = {
    "yes_no": [{"id": "yes", "label": words("是")}, {"id": "no", "label": words("否")}],
    "villages": [{"id": f"v{at}", "label": words(f"很长的村名第{at}号")} for at in range(60)],
}
CAMPAIGN = Campaign.model_validate(surroundings_of(FORM, CHOICES))
UNITS = [("9901", "甲村"), ("9902", "乙村")]
ANSWERS = {
    "made": "yes", "title": "=1+1", "people": 5, "half": 2.5, "villages": "v3", "photo": ["0" * 64],
    "visits": [{"to": "东头"}, {"to": "西头"}],
}  # fmt: skip


def rows() -> Iterator[Row]:
    yield Row("9901", "甲村", 0, (1, 3), "已退回", ANSWERS)
    yield Row("9902", "乙村", 0, (0, 0), "未开始", {})


def write(path: Path) -> Path:
    part = Part(CAMPAIGN.forms[0], rows(), UNITS)
    return write_book(AnswerBook(CAMPAIGN, "1", "hash", [part]), path)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    return load_workbook(write(tmp_path_factory.mktemp("book") / "plan.xlsx"))["计划表"]


def column(page: Worksheet, path: str) -> str:
    return next(cell.column_letter for cell in page[layout.ID_ROW] if str(cell.value).endswith(f":{path}"))


def rule_of(page: Worksheet, path: str) -> Any:
    wanted = f"{column(page, path)}{layout.FIRST_ROW}"
    return next(rule for rule in page.data_validations.dataValidation if wanted in rule.sqref)


def test_headings_are_locked_and_answers_may_be_typed_sorted_and_filtered(page: Worksheet) -> None:
    assert page.protection.sheet
    assert (page.protection.sort, page.protection.autoFilter) == (
        False,
        False,
    )  # in the file: what is not locked
    assert page["A4"].protection.locked
    assert not any(cell.protection.locked for cell in page[layout.FIRST_ROW])
    assert page.row_dimensions[layout.ID_ROW].hidden
    assert page.column_dimensions[column(page, "#base")].hidden
    assert page.freeze_panes == "E6"
    assert page.auto_filter.ref == "A5:K7"


def test_a_heading_has_the_unit_and_an_asterisk_and_below_it_what_is_asked(page: Worksheet) -> None:
    heads = {path: page[f"{column(page, path)}4"].value for path in ("made", "people")}
    assert heads == {"made": "是否制定 *", "people": "人数（人）"}
    helped = {
        path: page[f"{column(page, path)}5"].value for path in ("made", "title", "people", "half", "visits")
    }
    assert helped == {
        "made": "必填；从下拉中选一项",
        "title": "文字；不超过30字；仅当“是否制定”为“是”且“单位类别”不是“表单”时填写",
        "people": "整数；1～99；按年底数",
        "half": "自动计算，不用填",
        "visits": "逐条填在“走访”表；没有的填“无”",
    }
    assert page[f"{column(page, 'made')}3"].value == "基本情况"


def test_what_may_be_typed_follows_from_the_field(page: Worksheet) -> None:
    kinds = {path: rule_of(page, path) for path in ("made", "people", "villages", "title", "half", "#unit")}
    assert kinds["made"].formula1 == '"是,否"'
    assert (kinds["people"].type, kinds["people"].formula1, kinds["people"].formula2) == ("whole", "1", "99")
    assert kinds["villages"].formula1 == "'pbwidgets lists'!$A$1:$A$60"
    assert page.parent["pbwidgets lists"]["A4"].value == "很长的村名第3号"
    assert (kinds["title"].type, kinds["title"].formula1) == ("textLength", "30")
    for path in ("half", "#unit"):  # nothing at all
        assert (kinds[path].type, kinds[path].formula1) == ("custom", "FALSE")


def test_an_answer_that_begins_like_a_formula_stays_a_text(page: Worksheet) -> None:
    cell = page[f"{column(page, 'title')}{layout.FIRST_ROW}"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_a_form_goes_on_on_another_sheet_and_is_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "ROWS_OF_SHEET", 1)
    path = write(tmp_path / "many.xlsx")
    assert load_workbook(path).sheetnames[2:] == [
        "计划表",
        "走访-计划表",
        "走访-计划表 2",
        "计划表 2",
        "pbwidgets",
    ]
    book = read_book(open_sheets(path), path.name, CAMPAIGN, Units(dict(UNITS)))
    assert book.problems == []
    assert [(sent.unit_code, sent.bases) for sent in book.sent] == [("9901", {(1, 3)}), ("9902", {(0, 0)})]
    assert [row.number for row in book.sent[0].rows["visits"]] == [1, 2]
    assert book.about.version == "hash"
