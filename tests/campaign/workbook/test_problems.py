"""Every problem of a workbook is named by sheet, row and column, all at once, and nothing is taken."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from workbooks import edit

from pbwidgets.campaign.workbook import check_campaign_workbook, read_campaign_workbook
from pbwidgets.errors import Problem, ProblemsError

Edit = Callable[..., str]


def said(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.place


def test_six_different_mistakes_give_six_problems_with_their_cells(book: Path) -> None:
    places = {
        "campaign.unknown_unit_kind": edit(book, "审核层级", "unit_kind", "bureau", "buraeu"),
        "campaign.unknown_name": edit(book, "survey", "calculation", "attendance", "sum(${meetings/presence})"),
        "campaign.want_number": edit(book, "评分项", "points", "life_meetings", "四十"),
        "campaign.ends_before_begin": edit(book, "阶段", "ends", "fill", "2026-01-30"),
        "workbook.unknown_reference": edit(book, "评分参考", "criterion", "effect", "efect"),
        "campaign.unknown_rule": edit(book, "评分项", "rule.name", "effect", "评委打分"),
    }  # fmt: skip
    problems = check_campaign_workbook(book)
    assert sorted(map(said, problems)) == sorted(places.items())
    for problem in problems:
        assert problem.file == str(book)
        assert problem.line("zh_CN")
        assert problem.remedy("zh_CN")
        assert problem.remedy("en")
    rule = next(problem for problem in problems if problem.code == "campaign.unknown_rule")
    assert rule.args["nearest"] == "评委评分"
    assert "评分参考!" in next(problem.place for problem in problems if problem.code.startswith("workbook"))


def test_a_wrong_workbook_gives_nothing_but_all_its_problems(book: Path) -> None:
    edit(book, "审核层级", "unit_kind", "bureau", "buraeu")
    edit(book, "评选类别", "places", "branches", 0)
    with pytest.raises(ProblemsError, match="2") as caught:
        read_campaign_workbook(book)
    assert [problem.code for problem in caught.value.problems] == [
        "campaign.unknown_unit_kind",
        "campaign.out_of_range",
    ]


@pytest.mark.parametrize(
    ("sheet", "head", "row", "value", "code"),
    [
        ("单位类型", "id", "branch", "Branch!", "campaign.bad_id"),
        ("单位类型", "name::Chinese (zh)", "branch", None, "campaign.missing_key"),
        ("阶段", "period", "fill", None, "workbook.reference_empty"),
        ("阶段", "period", "fill", "2027", "workbook.unknown_reference"),
        ("阶段", "begins", "fill", "去年春天", "campaign.want_date"),
        ("survey", "type", "members", "integr", "campaign.value_not_allowed"),
        ("survey", "type", "plan", "select_one yes_not", "campaign.unknown_choices"),
        ("survey", "type", "plan", "select_one", "campaign.field_lacks"),
        ("survey", "required", "plan", "当然", "campaign.want_flag"),
        ("survey", "relevant", "reason", "${attendence} < 10", "campaign.unknown_name"),
        ("survey", "form", "members", "recrod", "workbook.unknown_reference"),
        ("指标", "aggregate", "meetings", "合计", "campaign.value_not_allowed"),
        ("指标", "form", "meetings", "recrod", "campaign.unknown_form"),
        ("评选类别", "places", "branches", 2.5, "campaign.want_whole_number"),
        ("评选类别", "nomination.by", "branches", None, "campaign.missing_key"),
        ("评分项", "rule.required", "life_meetings", None, "campaign.missing_key"),
        ("评分项", "rule.cap", "life_meetings", 3, "workbook.not_of_this_rule"),
        ("评分项", "rule.measure", "life_meetings", "meeting", "campaign.unknown_measure"),
        ("评分项", "heading", "life_meetings", "lives", "workbook.unknown_reference"),
        ("一票否决", "effect", "falsified", "警告", "campaign.value_not_allowed"),
    ],
)
def test_one_wrong_cell_is_one_problem_that_names_it(
    book: Path, sheet: str, head: str, row: str, value: object, code: str
) -> None:
    place = edit(book, sheet, head, row, value)
    problems = check_campaign_workbook(book)
    assert list(map(said, problems)) == [(code, place)]
    assert problems[0].line("zh_CN")
    assert problems[0].line("en")


def test_a_problem_of_two_cells_names_their_headings(book: Path) -> None:
    edit(book, "评分项", "settle.ceiling", "life", 65)
    edit(book, "评分项", "settle.floor", "life", 70)
    (problem,) = check_campaign_workbook(book)
    assert problem.message("zh_CN") == "大项最低分：大项最低分（70）大于 大项最高分（65）。"


def delete_row(path: Path, sheet: str, first: str, name: str) -> int:
    book = load_workbook(path)
    page = book[sheet]
    number = next(
        row[0].row for row in page.iter_rows(min_row=3) if first == row[1].value and name == row[2].value
    )
    page.delete_rows(number)
    book.save(path)
    return int(number)


def test_a_group_that_never_ends_is_named_where_it_begins(book: Path) -> None:
    delete_row(book, "survey", "end_repeat", "meetings")
    codes = [said(problem) for problem in check_campaign_workbook(book)]
    assert ("workbook.never_ended", "survey!B12") in codes


def test_an_end_without_a_beginning_is_named(book: Path) -> None:
    number = delete_row(book, "survey", "begin_group", "basics")
    codes = dict(map(said, check_campaign_workbook(book)))
    assert codes["workbook.ends_nothing"] == f"survey!B{number + 3}"


def test_a_heading_below_itself_is_named(book: Path) -> None:
    edit(book, "评分项", "heading", "life", "life_meetings")
    place = edit(book, "评分项", "heading", "life_meetings", "life")
    found = [said(problem) for problem in check_campaign_workbook(book)]
    assert ("workbook.heading_circle", place) in found
    assert [code for code, _ in found].count("workbook.heading_circle") == 1


def change(path: Path, do: Callable[[Workbook], object]) -> None:
    book = load_workbook(path)
    do(book)
    book.save(path)


def test_an_unknown_sheet_and_column_are_named_with_the_nearest_and_notes_are_not(book: Path) -> None:
    def add(found: Workbook) -> None:
        found.create_sheet("评选类型").append(["x"])
        found.create_sheet("# 草稿").append(["x"])
        found.create_sheet("Sheet1")
        found["指标"].cell(1, 60, "单位数")
        found["指标"].cell(1, 61, "# 备注")
        found["指标"].cell(3, 61, "自用")
        found["指标"].cell(3, 62, "漏了表头")

    change(book, add)
    problems = check_campaign_workbook(book)
    assert [said(problem) for problem in problems] == [
        ("workbook.unknown_column", "指标!BH2"),
        ("workbook.cell_without_heading", "指标!BJ3"),
        ("workbook.unknown_sheet", "评选类型"),
    ]
    assert problems[2].args["nearest"] == "评选类别"


def test_a_compulsory_column_that_is_missing_is_one_problem(book: Path) -> None:
    change(book, lambda found: found["指标"].delete_cols(4))
    assert [said(problem) for problem in check_campaign_workbook(book)] == [
        ("workbook.column_missing", "指标!A2")
    ]


def test_a_missing_sheet_and_a_sheet_without_headings_are_named(book: Path) -> None:
    def spoil(found: Workbook) -> None:
        found.remove(found["评分参考"])
        del found["评选类别"]
        found.create_sheet("评选类别").append(["随便写的"])

    change(book, spoil)
    codes = dict(map(said, check_campaign_workbook(book)))
    assert codes["workbook.no_headings"] == "评选类别"


def test_two_sheets_of_one_kind_are_named(book: Path) -> None:
    change(book, lambda found: found.create_sheet("measures").append(["id"]))
    assert said(check_campaign_workbook(book)[-1]) == ("workbook.sheet_twice", "measures")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "intake.file_empty"), (b"PK\x03\x04 broken", "intake.bad_workbook"),
     (b"a,b\n1,2\n", "workbook.file_not_workbook")],
    ids=["empty", "broken", "csv"],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_one_clear_problem(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    (problem,) = check_campaign_workbook(path)
    assert said(problem) == (code, "")
    assert problem.line("zh_CN")


def test_a_missing_file_a_folder_and_a_foreign_workbook_are_named(tmp_path: Path) -> None:
    assert [said(p) for p in check_campaign_workbook(tmp_path / "no.xlsx")] == [("intake.file_missing", "")]
    assert [said(p) for p in check_campaign_workbook(tmp_path)] == [("intake.file_is_folder", "")]
    Workbook().save(tmp_path / "empty.xlsx")
    assert [said(p) for p in check_campaign_workbook(tmp_path / "empty.xlsx")] == [("workbook.no_sheets", "")]
