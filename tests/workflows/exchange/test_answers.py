"""Answers that come back as a workbook: what the page refuses is refused at its cell; all is stored or nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counties import (
    OPERATOR,
    OTHER_VILLAGE,
    SETUP_ANSWERS,
    SISTER,
    STAFF_NAMES,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)
from openpyxl import load_workbook
from returns import BASE, FIRST_ROW, ID_ROW, NAME, ROW, UNIT, Filled

from pbwidgets.errors import ConflictError, DataError, ProblemsError, RightsError
from pbwidgets.store import Actor, accept, amend, history, load_state, submit_many
from pbwidgets.workflows.exchange.answers import export_answers, read_return, store_return, write_template
from pbwidgets.workflows.exchange.returned import Return
from pbwidgets.workflows.filling.drafts import hand_in, save_answers
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.campaigns import close_campaign

NOW = datetime(2026, 11, 10, 4, tzinfo=UTC)
TOO_LATE = datetime(2026, 11, 20, 16, tzinfo=UTC)
FORM = "village_application"
RIGHT = {"capable_members": 20, "members_with_deeds": 10, "industry": "茶叶"}
REVIEWER = Actor("qian", "reviewer", TOWN)
FILLER = Actor("zhang", "filler", VILLAGE)


@pytest.fixture
def desk(small: Workspace, contest: Opened) -> Desk:
    return Desk(small, OPERATOR, contest, "zh_CN", NOW)


@pytest.fixture
def filled(desk: Desk, tmp_path: Path) -> Filled:
    """The template of the villages, with nothing in it yet."""
    return Filled(write_template(desk, [FORM], [], tmp_path / "template.xlsx"))


def codes_at(returned: Return) -> dict[str, str]:
    """Codes of the findings by their place."""
    return {problem.place: problem.code for problem in returned.findings}


def answers_of(desk: Desk, unit_code: str) -> object:
    with desk.workspace.store.read() as reader:
        found = load_state(reader, key_of(FORM, unit_code))
    return None if found is None else found.answers


def test_a_template_that_comes_back_as_it_was_changes_nothing(desk: Desk, filled: Filled) -> None:
    with desk.write() as writer:
        submit_many(writer, [(key_of(FORM, SISTER), VILLAGE_ANSWERS)])
    write_template(desk, [FORM], [], filled.path)
    returned = read_return(desk, filled.path)
    assert returned.is_right
    assert [(change.unit_code, change.fate) for change in returned.changes] == [(SISTER, "unchanged")]
    assert store_return(desk, returned).stored == 0


def test_what_was_filled_in_is_shown_field_by_field_and_then_stored(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, five_good="领导班子好、党员队伍好", **RIGHT)
    filled.add(FORM, VILLAGE, "good_deeds", title="安装路灯", done_on="2026年5月6日", benefited="４０")
    returned = read_return(desk, filled.save())
    assert returned.is_right, returned.findings
    (change,) = returned.changes
    assert change.fate == "new"
    assert {value.path: (value.before, value.after) for value in change.values} == {
        "five_good": ("", "领导班子好、党员队伍好"),
        "capable_members": ("", "20 人"),
        "members_with_deeds": ("", "10 人"),
        "industry": ("", "茶叶"),
        "good_deeds": ("", "1条"),
        "good_deeds/title": ("", "安装路灯"),
        "good_deeds/done_on": ("", "2026-05-06"),
        "good_deeds/benefited": ("", "40 户"),
    }
    assert store_return(desk, returned).stored == 1
    assert answers_of(desk, VILLAGE) == {
        **RIGHT,
        "five_good": ["team", "members"],
        "good_deeds": [{"title": "安装路灯", "done_on": "2026-05-06", "benefited": 40}],
    }
    with desk.workspace.store.read() as reader:
        (version,) = history(reader, key_of(FORM, VILLAGE))
    assert (version.cause, version.state) == ("import", "submitted")


def test_each_wrong_cell_is_a_finding_at_its_address(desk: Desk, filled: Filled) -> None:
    wrong = {
        filled.put(
            FORM, VILLAGE, **{**RIGHT, "members_with_deeds": 30}, five_good="班子好"
        ): "exchange.unknown_choice",
        filled.put(FORM, SISTER, **RIGHT, centre_times="很多次"): "intake.no_number",
    }
    page = filled.page(FORM)
    row = filled.row(page, VILLAGE)
    at = page.cell(row, filled.column(page, "members_with_deeds")).coordinate
    wrong[f"{page.title}!{at}"] = "exchange.answer"
    empty = page.cell(filled.row(page, SISTER), filled.column(page, "industry"))
    empty.value = None
    wrong[f"{page.title}!{empty.coordinate}"] = "exchange.answer_empty"
    deed = filled.add(FORM, VILLAGE, "good_deeds", title="修路", done_on="五月")
    deeds = filled.page(FORM, "good_deeds")
    wrong[f"{deeds.title}!{deeds.cell(deed, filled.column(deeds, 'done_on')).coordinate}"] = "intake.bad_date"
    returned = read_return(desk, filled.save())
    assert codes_at(returned) == wrong
    assert {change.fate for change in returned.changes} == {"refused"}
    said = next(problem for problem in returned.findings if problem.code == "exchange.answer")
    assert said.message("zh_CN") == "填的是“30”：不能多于有能力的党员干部人数"
    assert said.args["value"] == "30"


def test_nothing_is_stored_unless_all_is_right_or_only_the_good_rows_are_wanted(
    desk: Desk, filled: Filled
) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    filled.put(FORM, SISTER, **{**RIGHT, "capable_members": -1})
    returned = read_return(desk, filled.save())
    with pytest.raises(ProblemsError, match=r"capable|有能力"):
        store_return(desk, returned)
    assert answers_of(desk, VILLAGE) is None
    done = store_return(desk, returned, accept_good_rows=True)
    assert (done.stored, done.refused) == (1, 1)
    assert answers_of(desk, VILLAGE) == RIGHT
    assert answers_of(desk, SISTER) is None


def test_rows_may_be_sorted_and_left_out(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    filled.put(FORM, OTHER_VILLAGE, **{**RIGHT, "industry": "竹编"})
    page = filled.page(FORM)
    rows = [[cell.value for cell in page[number]] for number in (6, 7, 8, 9)]
    kept = [row for row in rows[::-1] if row[0] != SISTER]
    for number, values in zip((6, 7, 8, 9), [*kept, [None] * len(rows[0])], strict=True):
        for cell, value in zip(page[number], values, strict=True):
            cell.value = value
    store_return(desk, read_return(desk, filled.save()))
    assert answers_of(desk, VILLAGE) == RIGHT
    assert answers_of(desk, OTHER_VILLAGE) == {**RIGHT, "industry": "竹编"}
    assert answers_of(desk, SISTER) is None


def test_a_column_sorted_alone_is_noticed_by_the_names(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    filled.put(FORM, SISTER, **RIGHT)
    page = filled.page(FORM)
    page["A6"].value, page["A7"].value = page["A7"].value, page["A6"].value
    returned = read_return(desk, filled.save())
    assert set(codes_at(returned).values()) == {"exchange.name_differs"}
    assert {place.rpartition("!")[2] for place in codes_at(returned)} == {"B6", "B7"}


@pytest.mark.parametrize(
    ("code", "finding"),
    [("990199999999", "exchange.refused"), (TOWN, "exchange.refused"), ("", "exchange.no_unit")],
)
def test_a_row_of_a_unit_that_is_not_there_or_of_another_kind_is_refused(
    desk: Desk, filled: Filled, code: str, finding: str
) -> None:
    filled.put(FORM, VILLAGE, **{**RIGHT, NAME: None, UNIT: code})
    returned = read_return(desk, filled.save())
    assert codes_at(returned) == {f"{filled.page(FORM).title}!A6": finding}


def test_a_unit_that_stands_there_twice_is_refused(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    filled.put(FORM, SISTER, **{**RIGHT, NAME: None, UNIT: VILLAGE})
    returned = read_return(desk, filled.save())
    assert codes_at(returned) == {f"{filled.page(FORM).title}!A7": "exchange.row_twice"}
    assert not store_return(desk, returned, accept_good_rows=True).stored


def test_a_change_made_since_the_download_is_not_overwritten(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    file = filled.save()
    returned = read_return(desk, file)
    save_answers(replace(desk, actor=FILLER), key_of(FORM, VILLAGE), {"industry": "柑橘"}, 0)
    with pytest.raises(ConflictError, match=r"又被改动.*没有写入"):
        store_return(desk, returned)
    again = read_return(desk, file)
    assert list(codes_at(again).values()) == ["exchange.changed_since"]
    with desk.workspace.store.read() as reader:
        state = load_state(reader, key_of(FORM, VILLAGE))
    assert state is not None
    assert state.draft == {"industry": "柑橘"}


@pytest.mark.parametrize(
    ("without_main", "without_base", "code"),
    [
        (False, False, "exchange.changed_since"),
        (True, False, "exchange.changed_since"),
        (True, True, "exchange.base_unknown"),
        (False, True, "exchange.base_unknown"),
    ],
)
def test_an_old_row_of_a_repeat_does_not_overwrite_a_newer_one(
    desk: Desk, filled: Filled, code: str, *, without_main: bool, without_base: bool
) -> None:
    deeds = [{"title": "修路", "done_on": "2026-05-06"}]
    save_answers(desk, key_of(FORM, VILLAGE), {**RIGHT, "good_deeds": deeds}, 0)
    old = Filled(write_template(desk, [FORM], [VILLAGE], filled.path))
    newer = [{"title": "修三公里路", "done_on": "2026-05-06"}]
    save_answers(desk, key_of(FORM, VILLAGE), {**RIGHT, "good_deeds": newer}, 1)
    page = old.page(FORM, "good_deeds")
    page.cell(FIRST_ROW, old.column(page, "title")).value = "修桥"
    if without_main:
        old.page(FORM).delete_rows(FIRST_ROW)
    if without_base:
        for one in (page, old.page(FORM)):
            one.delete_cols(old.column(one, BASE))
    returned = read_return(desk, old.save())
    assert list(codes_at(returned).values()) == [code]
    assert store_return(desk, returned, accept_good_rows=True).stored == 0


def test_a_copy_that_is_repaired_after_the_good_rows_were_stored_stores_them_only_once(
    desk: Desk, filled: Filled, tmp_path: Path
) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    filled.add(FORM, VILLAGE, "good_deeds", title="安装路灯", done_on="2026-05-06")
    filled.put(FORM, SISTER, **{**RIGHT, "capable_members": -1})
    returned = read_return(desk, filled.save())
    store_return(desk, returned, accept_good_rows=True)
    before = answers_of(desk, VILLAGE)
    copy = Filled(returned.annotate(tmp_path / "copy.xlsx"))
    copy.put(FORM, SISTER, capable_members=20)
    again = read_return(desk, copy.save("repaired.xlsx"))
    assert again.is_right, again.findings
    assert {change.unit_code: change.fate for change in again.changes} == {
        VILLAGE: "unchanged",
        SISTER: "new",
    }
    assert store_return(desk, again).stored == 1
    assert answers_of(desk, VILLAGE) == before


def test_entries_of_a_log_that_were_stored_are_known_again_and_a_second_of_the_kind_is_new(
    desk: Desk, filled: Filled
) -> None:
    incident = {
        "incidents": 1,
        "confirmed_by": "虚构局",
        "document_number": "虚构〔2026〕1号",
        "confirmed_on": "2026-05-06",
    }
    log = Filled(write_template(desk, ["stability"], [VILLAGE], filled.path))
    log.add("stability", VILLAGE, **incident)
    log.add("stability", VILLAGE, **{**incident, "incidents": -1})
    returned = read_return(desk, log.save())
    assert [change.fate for change in returned.changes] == ["new", "refused"]
    store_return(desk, returned, accept_good_rows=True)
    page = log.page("stability")
    page.cell(FIRST_ROW + 1, log.column(page, "incidents")).value = 2
    again = read_return(desk, log.save())
    assert [(change.fate, change.key and change.key.occurrence) for change in again.changes] == [
        ("unchanged", 1),
        ("new", 2),
    ]
    store_return(desk, again)
    later = Filled(write_template(desk, ["stability"], [VILLAGE], filled.path))
    later.add("stability", VILLAGE, **incident)
    assert [change.fate for change in read_return(desk, later.save()).changes] == [
        "unchanged",
        "unchanged",
        "new",
    ]


@pytest.mark.parametrize("text", ["pb:village_application:industri", "industry"])
def test_a_column_that_has_lost_its_id_is_not_passed_over_in_silence(
    desk: Desk, filled: Filled, text: str
) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    page = filled.page(FORM)
    at = page.cell(ID_ROW, filled.column(page, "industry"))
    at.value = text
    returned = read_return(desk, filled.save())
    assert codes_at(returned)[f"{page.title}!{at.coordinate}"] == "exchange.unknown_column"


def test_a_sheet_that_has_lost_its_row_of_ids_is_not_passed_over_in_silence(
    desk: Desk, filled: Filled
) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    page = filled.page(FORM)
    page.delete_rows(ID_ROW)
    assert codes_at(read_return(desk, filled.save())) == {f"{page.title}!A3": "exchange.no_ids"}


@pytest.mark.parametrize("value", [None, "很多", True])
def test_a_cell_that_says_nothing_brings_no_finding_at_what_is_compared_with_it(
    desk: Desk, filled: Filled, value: object
) -> None:
    filled.put(FORM, VILLAGE, members_with_deeds=10, industry=None)
    place = filled.put(FORM, VILLAGE, capable_members=value)
    page = filled.page(FORM)
    industry = page.cell(FIRST_ROW, filled.column(page, "industry")).coordinate
    returned = read_return(desk, filled.save())
    assert set(codes_at(returned)) == {place, f"{page.title}!{industry}"}


def test_what_is_handed_in_already_is_refused_in_the_words_of_the_page(desk: Desk, filled: Filled) -> None:
    hand_in(desk, key_of(FORM, VILLAGE), VILLAGE_ANSWERS, 0)
    write_template(desk, [FORM], [], filled.path)
    changed = Filled(filled.path)
    changed.put(FORM, VILLAGE, industry="竹编")
    returned = read_return(desk, changed.save())
    (finding,) = returned.findings
    with pytest.raises(DataError) as refused:
        save_answers(desk, key_of(FORM, VILLAGE), RIGHT, 1)
    assert finding.message("zh_CN") == refused.value.words("zh_CN")


def test_after_the_deadline_a_return_is_refused(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, **RIGHT)
    file = filled.save()
    late = replace(desk, now=TOO_LATE)
    assert "截止" in read_return(late, file).findings[0].message("zh_CN")
    with pytest.raises(DataError, match="截止"):
        store_return(late, read_return(desk, file))


def test_a_closed_period_takes_no_return(desk: Desk, filled: Filled) -> None:
    close_campaign(desk)
    with pytest.raises(RightsError, match="关闭"):
        read_return(desk, filled.path)
    with pytest.raises(RightsError, match="关闭"):
        write_template(desk, [FORM], [], filled.path)


def test_an_emptied_cell_empties_the_answer_and_an_emptied_row_of_a_repeat_goes(
    desk: Desk, filled: Filled
) -> None:
    deeds = [
        {"title": "修路", "done_on": "2026-05-06"},
        {"title": "架桥", "done_on": "2026-06-06", "benefited": 5},
    ]
    save_answers(desk, key_of(FORM, VILLAGE), {**RIGHT, "centre_times": 3, "good_deeds": deeds}, 0)
    changed = Filled(write_template(desk, [FORM], [VILLAGE], filled.path))
    changed.put(FORM, VILLAGE, centre_times=None)
    page = changed.page(FORM, "good_deeds")
    for name in ("title", "done_on"):
        page.cell(6, changed.column(page, name)).value = None
    page.cell(7, changed.column(page, "title")).value = "修桥"
    returned = read_return(desk, changed.save())
    assert returned.is_right, returned.findings
    assert {(value.label, value.before, value.after) for value in returned.changes[0].values} == {
        ("年内使用次数", "3 次", ""),
        ("为群众办的好事实事第 1 项（原第 2 项）：事项", "架桥", "修桥"),
        ("为群众办的好事实事原第 1 项（已删去）：事项", "修路", ""),
        ("为群众办的好事实事原第 1 项（已删去）：完成日期", "2026-05-06", ""),
    }
    store_return(desk, returned)
    assert answers_of(desk, VILLAGE) == {**RIGHT, "good_deeds": [{**deeds[1], "title": "修桥"}]}


def test_a_deleted_row_of_a_repeat_changes_nothing_and_its_number_may_not_be_made_up(
    desk: Desk, filled: Filled
) -> None:
    deeds = [{"title": "修路", "done_on": "2026-05-06"}]
    save_answers(desk, key_of(FORM, VILLAGE), {**RIGHT, "good_deeds": deeds}, 0)
    changed = Filled(write_template(desk, [FORM], [VILLAGE], filled.path))
    page = changed.page(FORM, "good_deeds")
    page.delete_rows(6)
    assert read_return(desk, changed.save()).count("unchanged") == 1
    row = changed.add(FORM, VILLAGE, "good_deeds", title="架桥", done_on="2026-06-06")
    page.cell(row, changed.column(page, ROW)).value = 7
    assert list(codes_at(read_return(desk, changed.save())).values()) == ["exchange.unknown_row"]


def test_a_reviewer_stores_on_behalf_of_the_units_below_and_of_no_other(
    desk: Desk, filled: Filled, tmp_path: Path
) -> None:
    township = replace(desk, actor=REVIEWER)
    own = Filled(write_template(township, [FORM], [], tmp_path / "own.xlsx"))
    assert {own.page(FORM).cell(row, 1).value for row in (6, 7)} == {VILLAGE, SISTER}
    filled.put(FORM, VILLAGE, **RIGHT)
    filled.put(FORM, OTHER_VILLAGE, **RIGHT)
    returned = read_return(township, filled.save())
    assert {change.unit_code: change.fate for change in returned.changes} == {
        VILLAGE: "new",
        OTHER_VILLAGE: "refused",
    }
    store_return(township, returned, accept_good_rows=True)
    with desk.workspace.store.read() as reader:
        (version,) = history(reader, key_of(FORM, VILLAGE))
    assert version.made_by.on_behalf
    everybody = read_return(desk, filled.save())
    with pytest.raises(RightsError, match="不在"):
        store_return(township, everybody, accept_good_rows=True)


def test_an_export_can_be_changed_and_imported(desk: Desk, tmp_path: Path) -> None:
    save_answers(desk, key_of(FORM, VILLAGE), VILLAGE_ANSWERS, 0)
    changed = Filled(export_answers(desk, tmp_path / "export.xlsx"))
    changed.put(FORM, VILLAGE, industry="竹编")
    store_return(desk, read_return(desk, changed.save()))
    kept = {key: value for key, value in VILLAGE_ANSWERS.items() if value}
    assert answers_of(desk, VILLAGE) == {**kept, "industry": "竹编"}


def test_who_sees_no_sensitive_fields_exports_none(desk: Desk, tmp_path: Path) -> None:
    hand_in(
        replace(desk, now=datetime(2026, 3, 1, tzinfo=UTC)), key_of("township_setup", TOWN), SETUP_ANSWERS, 0
    )
    for actor, is_seen in (
        (OPERATOR, True),
        (Actor("liu", "analyst"), False),
        (Actor("sun", "organiser"), False),
    ):
        path = export_answers(replace(desk, actor=actor), tmp_path / f"{actor.role}.xlsx", ["township_setup"])
        texts = {
            str(value)
            for page in load_workbook(path).worksheets
            for row in page.iter_rows(values_only=True)
            for value in row
        }
        assert (STAFF_NAMES in texts) == is_seen, actor.role
        assert any("staff_names" in text for text in texts) == is_seen


def test_an_analyst_is_given_only_what_counts(desk: Desk, tmp_path: Path) -> None:
    hand_in(desk, key_of(FORM, VILLAGE), VILLAGE_ANSWERS, 0)  # not accepted yet
    path = export_answers(desk, tmp_path / "counts.xlsx", [FORM], as_analyst=True)
    assert Filled(path).page(FORM).cell(6, 1).value is None
    key, levels = key_of(FORM, VILLAGE), ("township", "county")
    with desk.workspace.store.write(FILLER) as w:
        for level in levels:
            stands = accept(w, key, level, levels)
        amend(w, key, {**VILLAGE_ANSWERS, "industry": "竹编"}, seen_version=stands, counts=False)
    export_answers(desk, path, [FORM], as_analyst=True)  # what was amended waits to be accepted
    told = {cell.value for row in Filled(path).page(FORM).iter_rows() for cell in row}
    assert VILLAGE_ANSWERS["industry"] in told
    assert "竹编" not in told


def test_a_workbook_of_another_period_or_of_something_else_is_refused_whole(
    desk: Desk, filled: Filled
) -> None:
    about = filled.book["pbwidgets"]
    about["B2"].value, period = "2020", about["B2"].value
    with pytest.raises(ProblemsError, match="2020"):
        read_return(desk, filled.save())
    about["B2"].value = period
    for page in [page for page in filled.book.worksheets if page.max_row >= FIRST_ROW]:
        page.delete_rows(ID_ROW)
    with pytest.raises(ProblemsError, match="标识行"):
        read_return(desk, filled.save())


def test_progress_is_told_submission_by_submission(desk: Desk, filled: Filled) -> None:
    told: list[tuple[int, int]] = []
    filled.put(FORM, VILLAGE, **RIGHT)
    read_return(desk, filled.save(), lambda done, total: told.append((done, total)))
    assert told[0] == (1, 4)
    assert told[-1] == (4, 4)


def test_the_annotated_copy_says_it_at_the_cell_and_can_be_corrected_and_sent_again(
    desk: Desk, filled: Filled, tmp_path: Path
) -> None:
    place = filled.put(FORM, VILLAGE, **{**RIGHT, "capable_members": -1})
    returned = read_return(desk, filled.save())
    copy = Filled(returned.annotate(tmp_path / "copy.xlsx", "zh_CN"))
    sheet, _, cell = filled.put(FORM, VILLAGE, capable_members=-1).rpartition("!")
    comment = copy.book[sheet][cell].comment
    assert comment is not None
    assert place.startswith(sheet)
    assert "不能小于" in comment.text
    copy.put(FORM, VILLAGE, capable_members=20, members_with_deeds=30)
    again = read_return(desk, copy.save())
    second = Filled(again.annotate(tmp_path / "second.xlsx", "zh_CN"))
    assert second.book[sheet][cell].comment is None  # what is right now is no longer said to be wrong
    second.put(FORM, VILLAGE, members_with_deeds=10)
    assert read_return(desk, second.save()).is_right


def test_a_hidden_version_that_was_changed_is_taken_for_a_conflict(desk: Desk, filled: Filled) -> None:
    filled.put(FORM, VILLAGE, **{**RIGHT, BASE: "7.7"})
    assert list(codes_at(read_return(desk, filled.save())).values()) == ["exchange.changed_since"]
