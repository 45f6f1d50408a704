"""Marks in a workbook: what a rater fills in comes back as marks, and what is wrong is found at its cell."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from counties import COUNTY, OPERATOR, OTHER_VILLAGE, SISTER, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of
from office import Office
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pbwidgets import store
from pbwidgets.errors import ConflictError, ProblemsError, RightsError
from pbwidgets.exports.mark_book import REASON, SEEN, UNIT
from pbwidgets.intake.unpacking import LARGEST_BYTES
from pbwidgets.store import Actor
from pbwidgets.workflows.exchange.marks import ReturnedMarks, read_marks, store_marks, write_mark_sheet
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.review.rating import give_marks, recuse_rater
from pbwidgets.workflows.review.visits.paper import open_paper

UNITY, QUALITY, RECORD = "v1_unity", "v3_quality", "v7_record"


@pytest.fixture
def desk(rating_desk: Desk) -> Desk:
    return rating_desk


@pytest.fixture
def book(desk: Desk, tmp_path: Path) -> Path:
    """The workbook as it is downloaded; on one line of the first village a mark stands."""
    give_marks(desk, *open_paper(desk, "village", [VILLAGE]).to_marks({(VILLAGE, UNITY): 5.0}, {}))
    return write_mark_sheet(desk, "village", [VILLAGE, SISTER], tmp_path / "marks.xlsx")


def cell_at(page: Worksheet, unit: str, column: str) -> Any:
    heads = {cell.value: cell.column for cell in page[2]}
    row = next(cells[0].row for cells in page.iter_rows(min_row=3) if cells[heads[UNIT] - 1].value == unit)
    return page.cell(row, heads[column])


def fill(path: Path, cells: dict[tuple[str, str], object]) -> dict[tuple[str, str], str]:
    """Type into cells by unit and column; their places."""
    made = load_workbook(path)
    page = made.worksheets[1]
    places = {}
    for place, value in cells.items():
        cell = cell_at(page, *place)
        cell.value = value
        places[place] = f"{page.title}!{cell.coordinate}"
    made.save(path)
    return places


def change(path: Path, how: Callable[[Any], object]) -> Path:
    made = load_workbook(path)
    how(made)
    made.save(path)
    return path


def stored(desk: Desk, unit: str, line: str) -> float | None:
    return open_paper(desk, "village", [unit]).lines[unit, line].points


def codes_at(returned: ReturnedMarks) -> dict[str, str]:
    return {problem.place: problem.code for problem in returned.findings}


def test_marks_are_given_changed_and_taken_back_and_the_rest_is_left(desk: Desk, book: Path) -> None:
    fill(book, {(VILLAGE, UNITY): None, (VILLAGE, QUALITY): 4, (SISTER, UNITY): "３.5"})
    told: list[tuple[int, int]] = []
    returned = read_marks(desk, "village", book, lambda done, of: told.append((done, of)))
    assert returned.is_right
    assert told == [(1, 2), (2, 2)]
    assert [(item.unit_name, item.fate) for item in returned.changes] == [
        ("上坪村", "changed"),
        ("下坪村", "new"),
    ]
    shown = {(value.path, value.before, value.after) for item in returned.changes for value in item.values}
    assert shown == {(UNITY, "5", ""), (QUALITY, "", "4"), (UNITY, "", "3.5")}
    assert stored(desk, VILLAGE, UNITY) == 5  # nothing is stored by reading
    assert store_marks(desk, returned).stored == 2
    found = [stored(desk, *place) for place in ((VILLAGE, UNITY), (VILLAGE, QUALITY), (SISTER, UNITY))]
    assert found == [None, 4, 3.5]


def test_every_finding_is_at_its_cell_and_nothing_is_stored(desk: Desk, book: Path) -> None:
    wrong = fill(
        book,
        {
            (VILLAGE, UNITY): 99,
            (VILLAGE, QUALITY): "很好",
            (SISTER, RECORD): 2,
            (SISTER, UNITY): 3,
        },
    )
    returned = read_marks(desk, "village", book)
    assert codes_at(returned) == {
        wrong[VILLAGE, UNITY]: "review.out_of_range",
        wrong[VILLAGE, QUALITY]: "intake.no_number",
        wrong[SISTER, RECORD]: "review.reason_first",
    }
    assert returned.count("refused") == 2
    with pytest.raises(ProblemsError, match="3"):
        store_marks(desk, returned)
    assert store_marks(desk, returned, accept_good_rows=True).stored == 0
    assert stored(desk, SISTER, UNITY) is None
    fill(book, {(SISTER, REASON): "平时掌握"})
    again = read_marks(desk, "village", book)
    assert (again.count("new"), again.count("refused")) == (1, 1)
    assert store_marks(desk, again, accept_good_rows=True).stored == 1
    assert (stored(desk, SISTER, RECORD), stored(desk, VILLAGE, UNITY)) == (2, 5)


def test_a_great_difference_from_the_layer_before_needs_a_reason(desk: Desk, book: Path) -> None:
    own = store.MarkKey(*desk.opened.key, SISTER, QUALITY, "self", "self", "sister")
    with desk.workspace.store.write(OPERATOR) as w:
        store.rate(w, store.Mark(own, 1.0))
    places = fill(book, {(SISTER, QUALITY): 4})
    assert codes_at(read_marks(desk, "village", book)) == {
        places[SISTER, QUALITY]: "workflows.difference_needs_reason"
    }
    fill(book, {(SISTER, REASON): "台账不全"})
    assert read_marks(desk, "village", book).is_right


def test_rows_may_be_sorted_left_out_and_the_hidden_sheet_lost(desk: Desk, book: Path) -> None:
    fill(book, {(SISTER, UNITY): 3})

    def rearrange(made: Any) -> None:
        page = made.worksheets[1]
        page.delete_rows(3)  # the first village
        page.insert_rows(1)
        page["A1"] = "打分表"
        del made[SEEN]

    change(book, rearrange)
    returned = read_marks(desk, "village", book)
    assert returned.is_right
    assert [(item.unit_code, item.fate) for item in returned.changes] == [(SISTER, "new")]


def test_marks_changed_on_the_page_since_the_download_are_not_overwritten(desk: Desk, book: Path) -> None:
    give_marks(desk, *open_paper(desk, "village", [VILLAGE]).to_marks({(VILLAGE, UNITY): 6.0}, {}))
    fill(book, {(VILLAGE, QUALITY): 4})
    returned = read_marks(desk, "village", book)  # the cell that was left alone changes nothing
    assert [value.path for value in returned.changes[0].values] == [QUALITY]
    places = fill(book, {(VILLAGE, UNITY): 4})
    assert codes_at(read_marks(desk, "village", book)) == {places[VILLAGE, UNITY]: "excel.mark_changed"}
    give_marks(desk, *open_paper(desk, "village", [VILLAGE]).to_marks({(VILLAGE, QUALITY): 3.0}, {}))
    with pytest.raises(ConflictError, match="检查以后"):
        store_marks(desk, returned)
    assert stored(desk, VILLAGE, QUALITY) == 3


def test_a_mark_remembers_the_version_that_the_rater_saw(desk: Desk, book: Path) -> None:
    key = key_of("village_application", VILLAGE)
    with desk.workspace.store.write(OPERATOR) as w:
        store.withdraw(w, key)
        store.import_version(w, key, {**VILLAGE_ANSWERS, "industry": "毛竹"})
    fill(book, {(VILLAGE, QUALITY): 4})
    returned = read_marks(desk, "village", book)
    assert [mark.submission_version for mark in returned.marks[VILLAGE]] == [1]

    def forge(made: Any) -> None:
        made[SEEN]["D1"] = 10**9
        next(row for row in made[SEEN].iter_rows() if row[0].value == VILLAGE and not row[1].value)[
            2
        ].value = 99

    change(book, forge)
    (mark,) = read_marks(desk, "village", book).marks[VILLAGE]
    assert mark.submission_version == 2
    assert mark.seen_head is not None
    assert mark.seen_head < 10**9


def test_units_that_are_not_the_raters_to_mark_are_found(desk: Desk, book: Path) -> None:
    recuse_rater(desk, "li", SISTER, "亲属")
    wrong = fill(book, {(SISTER, UNITY): 3, (SISTER, UNIT): SISTER})

    def add(made: Any) -> None:
        page = made.worksheets[1]
        for at, code in enumerate((OTHER_VILLAGE, COUNTY, "990101001009", VILLAGE), start=5):
            page.cell(at, 1).value = code
            page.cell(at, 4).value = 3

    change(book, add)
    returned = read_marks(desk, "village", book)
    title = wrong[SISTER, UNIT].partition("!")[0]
    assert codes_at(returned) == {
        wrong[SISTER, UNIT]: "workflows.recused",
        f"{title}!A5": "excel.not_marked",
        f"{title}!A6": "excel.not_marked",
        f"{title}!A7": "excel.unknown_code",
        f"{title}!A8": "excel.unit_twice",
    }
    assert returned.findings[0].message("zh_CN").count("下坪村") == 1


def test_a_workbook_saved_by_another_program_comes_back_the_same(
    desk: Desk, book: Path, office: Office, tmp_path: Path
) -> None:
    fill(book, {(VILLAGE, QUALITY): 4, (SISTER, UNITY): 3.5})
    (saved,) = office.convert([book], "xlsx", tmp_path / "saved")
    returned = read_marks(desk, "village", saved)
    assert returned.is_right
    assert not returned.notes
    assert returned.marks == read_marks(desk, "village", book).marks


def test_another_rater_of_the_same_unit_is_not_told_these_marks(
    desk: Desk, book: Path, tmp_path: Path
) -> None:
    other = replace(desk, actor=Actor("ma", "reviewer", TOWN))
    page = load_workbook(write_mark_sheet(other, "village", [VILLAGE], tmp_path / "ma.xlsx")).worksheets[1]
    assert cell_at(page, VILLAGE, UNITY).value is None


def test_a_workbook_of_another_track_or_who_marks_nothing_is_refused(desk: Desk, book: Path) -> None:
    county = replace(desk, actor=Actor("xu", "reviewer", COUNTY))
    with pytest.raises(ProblemsError, match="不是本期"):
        read_marks(county, "township", book)
    with pytest.raises(RightsError, match="没有此项权限"):
        read_marks(replace(desk, actor=Actor("zhang", "filler", VILLAGE)), "village", book)


def test_a_sheet_for_no_units_and_a_file_beyond_the_limit_are_refused_in_words(
    desk: Desk, tmp_path: Path
) -> None:
    with pytest.raises(RightsError, match="没有由您评分的单位"):
        write_mark_sheet(desk, "village", [], tmp_path / "none.xlsx")
    huge = tmp_path / "huge.xlsx"
    with huge.open("wb") as out:
        out.truncate(LARGEST_BYTES + 1)  # a hole: it takes no room
    with pytest.raises(ProblemsError, match="超过"):
        read_marks(desk, "village", huge)


def test_the_annotated_copy_says_what_is_wrong_at_the_cells(desk: Desk, book: Path, tmp_path: Path) -> None:
    wrong = fill(book, {(VILLAGE, UNITY): 99})
    copy = read_marks(desk, "village", book).annotate(tmp_path / "copy.xlsx", "zh_CN")
    sheet, _, cell = wrong[VILLAGE, UNITY].partition("!")
    comment = load_workbook(copy)[sheet][cell].comment
    assert comment is not None
    assert "0到8" in comment.text
