"""XLSForms made elsewhere are read for what their makers meant; what is lost is named with its cell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from pbwidgets.campaign import check_answers
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.model import Campaign, Field
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.campaign.workbook import (
    XlsForm,
    read_campaign_workbook,
    read_xlsform,
    write_campaign_workbook,
    write_xlsform,
)
from pbwidgets.campaign.yaml_text import form_to_yaml
from pbwidgets.errors import Problem, ProblemsError

CASES = Path(__file__).parent / "cases"
ReadSheets = Callable[..., XlsForm]


def read(number: int) -> XlsForm:
    (path,) = CASES.glob(f"{number}-*.xlsx")
    return read_xlsform(path)


def around(form: XlsForm) -> Campaign:
    return campaign_around(form.form.model_dump(), form.choices)


def fields(form: XlsForm) -> dict[str, Field]:
    return dict(form.form.leaves())


def said(notes: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Codes and cells, without the note that a form has no id, as most in these tests."""
    found = [(note.code.removeprefix("workbook."), note.place) for note in notes]
    return [(code, place) for code, place in found if code != "form_named"]


@pytest.fixture
def read_sheets(tmp_path: Path) -> ReadSheets:
    def make(*survey: list[Any], choices: Any = (), settings: Any = (), name: str = "visit.xlsx") -> XlsForm:
        made = Workbook()
        made.remove(made.worksheets[0])
        for title, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
            page = made.create_sheet(title)
            for row in rows:
                page.append(list(row))
        made.save(tmp_path / name)
        return read_xlsform(tmp_path / name)

    return make


# -- the right values of public reports ----------------------------------------------------------------------


def test_16_list_name_may_be_written_with_a_space() -> None:
    assert [choice.id for choice in read(16).choices["yn"]] == ["yes", "no"]


def test_17_settings_may_call_the_form_id_string_and_title() -> None:
    form = read(17).form
    assert (form.id, form.name.zh) == ("zhendi", "活动阵地登记")


def test_19_an_unnamed_language_stands_beside_a_named_one() -> None:
    assert [(field.label.zh, field.label.en) for field in read(19).form.fields] == [("甲", "A"), ("乙", "B")]


def test_21_a_disabled_row_stays_out() -> None:
    form = read(21)
    assert list(fields(form)) == ["a"]
    assert said(form.notes) == [("left_out_disabled", "survey!A3")]


def test_22_a_label_shows_the_answer_or_a_blank() -> None:
    form = read(22)
    count = fields(form)["n"]
    assert count.label.words("zh_CN") == "____的党员数"
    shown = captions_of(form.form, around(form), {"cun": "东村"}).field(count)
    assert shown.label.words("zh_CN") == "东村的党员数"
    assert shown.hint is not None
    assert shown.hint.words("zh_CN") == "只填东村的人数"


def test_23_a_type_that_we_lack_is_left_out_and_named() -> None:
    form = read(23)
    assert list(fields(form)) == ["a"]
    assert said(form.notes) == [("left_out_kind", "survey!A3")]
    assert "geopoint" in form.notes[0].line("zh_CN")


def test_24_cells_that_are_only_formatted_do_not_count() -> None:
    assert list(fields(read(24))) == ["a", "b"]


def test_25_names_of_options_are_settled_and_noted() -> None:
    form = read(25)
    assert [choice.label.zh for choice in form.choices["c"]] == ["一类", "二类", "不清楚"]
    assert [choice.id for choice in form.choices["c"]] == ["class_1", "c_3", "minus_99"]
    assert said(form.notes) == [("renamed_choice", f"choices!B{row}") for row in (2, 3, 4)]


def test_26_required_means_nothing_on_a_calculation_and_a_note() -> None:
    form = read(26)
    assert [field.required for field in form.form.fields] == [True, False, False]
    assert said(form.notes) == [("left_out_cell", "survey!D3"), ("left_out_cell", "survey!D4")]


@pytest.mark.parametrize(("number", "wrong"), [("13800000000", 0), ("12345", 1)])
def test_27_a_telephone_number_is_checked_by_its_pattern(number: str, wrong: int) -> None:
    form = read(27)
    assert len(check_answers(form.form, around(form), {"tel": number}, complete=True)) == wrong


def test_29_an_option_of_another_parent_is_refused() -> None:
    form = read(29)
    assert [(choice.id, choice.attributes) for choice in form.choices["village"]] == [
        ("v1", {"town": "t1"}),
        ("v1_2", {"town": "t2"}),
    ]
    campaign = around(form)
    assert check_answers(form.form, campaign, {"t": "t2", "v": "v1_2"}, complete=True) == ()
    (problem,) = check_answers(form.form, campaign, {"t": "t2", "v": "v1"}, complete=True)
    assert problem.message("zh_CN") == "“村”所选的“东村”与前面的填报不一致，请重新选择。"


def test_54_a_word_in_the_wrong_column_is_refused_with_its_cell() -> None:
    with pytest.raises(ProblemsError, match="field-list") as caught:
        read(54)
    assert [problem.place for problem in caught.value.problems] == ["survey!D2"]


def test_32_rows_of_a_campaign_workbook_that_are_only_formatted_do_not_count(
    small: Campaign, tmp_path: Path
) -> None:
    path = write_campaign_workbook(small, tmp_path / "c.xlsx")
    book = load_workbook(path)
    for page in book.worksheets[-3:]:
        page.cell(21_000, 3).number_format = "0.00"
        page.cell(21_001, 3).value = " "
    book.save(path)
    assert read_campaign_workbook(path).content == small


# -- headings, languages, settings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heads",
    [
        ("bind:relevant", "bind::required", "Constraint Message", "label:Chinese"),
        ("relevance", "bind:required", "bind::jr:constraintMsg", "caption"),
        ("RELEVANT", "Required", "constraining message", "label::中文 (zh-CN)"),
    ],
)
def test_headings_are_read_in_every_spelling(heads: tuple[str, ...], read_sheets: ReadSheets) -> None:
    relevant, required, message, label = heads
    form = read_sheets(
        ["type", "name", label, relevant, required, "constraint", message],
        ["text", "a", "甲"],
        ["int", "b", "乙", "${a} = 'x'", "yes", ". > 0", "要大于零"],
    )
    b = fields(form)["b"]
    assert (b.label.zh, b.relevant, b.required, b.constraint) == ("乙", "${a} = 'x'", True, ". > 0")
    assert b.constraint_message is not None
    assert said(form.notes) == []


def test_a_form_without_settings_is_called_by_its_file(read_sheets: ReadSheets) -> None:
    form = read_sheets(["type", "name", "label"], ["text", "a", "A"], name="Home Visit.xlsx")
    assert (form.form.id, form.form.name.zh) == ("home_visit", "Home Visit")
    assert [note.code for note in form.notes] == ["workbook.form_named"]


def test_one_row_of_headings_and_a_field_called_name(read_sheets: ReadSheets) -> None:
    assert list(fields(read_sheets(["type", "name", "label"], ["text", "name", "Name"]))) == ["name"]


def test_of_languages_the_named_ones_come_first_and_any_other_fills_gaps(read_sheets: ReadSheets) -> None:
    form = read_sheets(
        ["type", "name", "label::French", "label::English (en)", "hint::French"],
        ["text", "a", "Nom", "Name"],
        ["text", "b", "Lieu"],
    )
    assert [(field.label.zh, field.label.en) for field in form.form.fields] == [
        ("Name", "Name"),
        ("Lieu", "Lieu"),
    ]
    assert said(form.notes) == [("left_out_column", "survey!C1")]


def test_columns_without_a_heading_or_a_counterpart_are_named(read_sheets: ReadSheets) -> None:
    form = read_sheets(
        ["type", "name", "label", "media::image", None, "default"], ["text", "a", "A", "a.png", "why?", "7"]
    )
    assert said(form.notes) == [
        ("left_out_column", "survey!D1"),
        ("left_out_column", "survey!F1"),
        ("left_out_column", "survey!E2"),
    ]


# -- rows ----------------------------------------------------------------------------------------------------


def test_what_rested_on_something_left_out_is_left_out_and_named_too(read_sheets: ReadSheets) -> None:
    form = read_sheets(
        ["type", "name", "label", "relevant", "calculation"],
        ["geopoint", "place", "Place"],
        ["calculate", "near", None, None, "pulldata('x', ${place})"],
        ["calculate", "nearer", None, None, "${near} * 2"],
        ["begin group", "g", "In"],
        ["audio", "voice", "Voice"],
        ["end group"],
        ["text", "a", "A of ${place}", "${nearer} > 3"],
    )
    assert list(fields(form)) == ["a"]
    assert fields(form)["a"].label.zh == "A of ____"
    assert fields(form)["a"].relevant is None
    assert said(form.notes) == [
        ("left_out_kind", "survey!A2"),
        ("left_out_calculation", "survey!E3"),
        ("left_out_calculation", "survey!E4"),
        ("left_out_without_fields", "survey!A5"),
        ("left_out_kind", "survey!A6"),
        ("left_out_answer", "survey!C8"),
        ("left_out_cell", "survey!D8"),
    ]
    assert "pulldata" in form.notes[1].line("zh_CN")
    assert all(note.line("zh_CN") and note.line("en") for note in form.notes)


def test_names_that_meet_are_told_apart_and_expressions_follow(read_sheets: ReadSheets) -> None:
    form = read_sheets(
        ["type", "name", "label", "relevant"],
        ["text", "Name", "A"],
        ["text", "name", "B", "${Name} != ''"],
        ["text", "村名", "C", "${name} != ''"],
        ["begin repeat", "Visits", "V"],
        ["text", "name-of", "D", "${村名} != ''"],
        ["end repeat"],
        ["note", None, "E", "count(${name-of}) > 0"],
    )
    assert list(fields(form)) == ["name", "name_2", "q_4", "visits/name_of"]
    relevant = [
        field.relevant for field in [*form.form.fields[1:3], *form.form.fields[3].fields, form.form.fields[4]]
    ]
    assert relevant == ["${name} != ''", "${name_2} != ''", "${q_4} != ''", "count(${visits/name_of}) > 0"]


def test_what_was_left_out_is_told_when_a_form_is_refused_as_well(read_sheets: ReadSheets) -> None:
    with pytest.raises(ProblemsError, match="never_ended") as caught:
        read_sheets(
            ["type", "name", "label", "appearance"],
            ["barcode", "code", "Code"],
            ["begin group", "g", "G", "w1"],
            ["text", "a", "A"],
        )
    assert said(caught.value.problems) == [("never_ended", "survey!A3")]
    assert ("left_out_kind", "survey!A2") in said(caught.value.notes)
    assert "barcode" in caught.value.words("zh_CN")


def test_a_second_field_of_a_name_is_renamed_and_other_answers_are_said_to_be_lost(
    read_sheets: ReadSheets,
) -> None:
    read = read_sheets(["type", "name", "label"], ["text", "a", "A"], ["text", "a", "B"])
    assert said(read.notes) == [("renamed", "survey!B3")]
    assert [field.id for field in read.form.fields] == ["a", "a_2"]


def test_signs_that_names_lose_are_noted_with_their_cell(read_sheets: ReadSheets) -> None:
    read = read_sheets(
        ["type", "name", "label", "hint"], ["text", "a\u200bb", "标题\n二\u202e", "提\u200b示"]
    )
    assert said(read.notes) == [("campaign.signs_removed", f"survey!{at}2") for at in "BCD"]
    (field,) = read.form.fields
    assert (field.id, field.label.zh, field.hint.zh) == ("ab", "标题二", "提示")


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        (["select_one nothing", "b", "B"], "campaign.unknown_choices", "survey!A3"),
        (["end group"], "ends_nothing", "survey!A3"),
        ([None, "b", "B"], "type_missing", "survey!A3"),
        (["text", None, "B"], "campaign.missing_key", "survey!A3"),
    ],
)
def test_what_is_wrong_in_the_form_itself_is_refused_with_its_cell(
    row: list[Any], code: str, place: str, read_sheets: ReadSheets
) -> None:
    with pytest.raises(ProblemsError, match=code.rpartition(".")[2]) as caught:
        read_sheets(["type", "name", "label"], ["text", "a", "A"], row)
    assert said(caught.value.problems) == [(code, place)]


def test_a_form_of_which_nothing_is_left_is_refused(read_sheets: ReadSheets) -> None:
    with pytest.raises(ProblemsError, match="nothing_to_ask") as caught:
        read_sheets(["type", "name", "label"], ["geopoint", "place", "Place"])
    assert said(caught.value.notes)[-1] == ("left_out_kind", "survey!A2")


# -- options -------------------------------------------------------------------------------------------------


CASCADE = [
    ["list name", "name", "label", "Home_State", "county"],
    ["states", "New York", "纽约", None, None],
    ["states", "NJ", "新泽西", None, None],
    ["counties", "King", "金郡", "New York", None],
    ["counties", "King", "王郡", "NJ", None],
    ["towns", "t1", "一镇", "New York", "King"],
    ["towns", "t2", "二镇", "NJ", "King"],
    ["unused", "x", "X", None, None],
]


def cascade(read_sheets: ReadSheets) -> XlsForm:
    return read_sheets(
        ["type", "name", "label", "relevant", "choice_filter"],
        ["select_one states", "State", "State"],
        ["select_one counties", "County", "${State}的县", None, "Home_State = ${State}"],
        [
            "select_one towns",
            "Town",
            "Town",
            "${County} = 'King'",
            "Home_State=${State} and county=${County}",
        ],
        ["text", "why", "Why", "selected(${State}, 'New York') or ${State} != 'NJ'"],
        choices=CASCADE,
    )


def test_a_cascade_keeps_its_parents_through_every_change_of_names(read_sheets: ReadSheets) -> None:
    form = cascade(read_sheets)
    assert {choice.id: choice.attributes for choice in form.choices["counties"]} == {
        "King": {"home_state": "New_York"},
        "King_2": {"home_state": "NJ"},
    }
    assert {choice.id: choice.attributes["county"] for choice in form.choices["towns"]} == {
        "t1": "King",
        "t2": "King_2",
    }
    town, why = fields(form)["town"], fields(form)["why"]
    assert town.choice_filter == "home_state=${state} and county=${county}"
    assert town.relevant == "(${county} = 'King' or ${county} = 'King_2')"
    assert why.relevant == "selected(${state}, 'New_York') or ${state} != 'NJ'"
    assert ("left_out_list", "choices!A8") in said(form.notes)


def test_a_cascade_goes_out_as_xlsform_and_comes_back(read_sheets: ReadSheets, tmp_path: Path) -> None:
    form = cascade(read_sheets)
    again = read_xlsform(write_xlsform(form.form, form.choices, tmp_path / "again.xlsx"))
    assert (again.form, again.choices, again.notes) == (form.form, form.choices, ())


def test_a_cascade_is_yaml_and_a_workbook_of_a_campaign(
    read_sheets: ReadSheets, small: Campaign, tmp_path: Path
) -> None:
    form = cascade(read_sheets)
    merged = small.model_copy(
        update={
            "forms": (*small.forms, form.form.model_copy(update={"unit_kind": (small.unit_kinds[0].id,)})),
            "choices": {**small.choices, **form.choices},
        }
    )
    path = write_campaign_workbook(merged, tmp_path / "c.xlsx")
    assert read_campaign_workbook(path).content == merged
    assert "attributes: {home_state: New_York}" in form_to_yaml(form.form, form.choices)


def test_a_name_that_stands_twice_without_a_filter_is_refused(read_sheets: ReadSheets) -> None:
    rows = [["list_name", "name", "label"], ["l", "a", "A"], ["l", "a", "B"]]
    with pytest.raises(ProblemsError, match="repeated_id") as caught:
        read_sheets(["type", "name", "label"], ["select_one l", "x", "X"], choices=rows)
    assert said(caught.value.problems) == [("campaign.repeated_id", "choices!B3")]


def test_a_filter_by_an_attribute_that_no_option_has_is_left_out(read_sheets: ReadSheets) -> None:
    form = read_sheets(
        ["type", "name", "label", "choice_filter"],
        ["select_one l", "x", "X", "zone = 'a'"],
        choices=[["list_name", "name", "label"], ["l", "a", "A"]],
    )
    assert fields(form)["x"].choice_filter is None
    assert ("left_out_cell", "survey!D2") in said(form.notes)


def test_a_filter_may_ask_for_the_option_itself(read_sheets: ReadSheets) -> None:
    form = read_sheets(
        ["type", "name", "label", "choice_filter"],
        ["select_multiple l", "x", "X"],
        ["select_one l", "y", "Y", "selected(${x}, name)"],
        choices=[["list_name", "name", "label"], ["l", "a", "A"], ["l", "b", "B"]],
    )
    campaign = around(form)
    answers = {"x": ["a"], "y": "b"}
    assert [problem.code for problem in check_answers(form.form, campaign, answers, complete=True)] == [
        "campaign.answer_not_offered"
    ]
    assert check_answers(form.form, campaign, {"x": ["a"], "y": "a"}, complete=True) == ()


def test_a_comparison_with_what_nobody_can_choose_is_false_and_the_rest_of_the_condition_stays(
    read_sheets: ReadSheets,
) -> None:
    form = read_sheets(
        ["type", "name", "label", "relevant"],
        ["select_one l", "x", "X"],
        ["text", "y", "Y", "${x} = 'no' or selected(${x}, 'ref') or ${x} != 'dk'"],
        choices=[["list_name", "name", "label"], ["l", "yes", "A"], ["l", "no", "B"]],
    )
    assert fields(form)["y"].relevant == "${x} = 'no' or false() or ${x} != ''"
    assert said(form.notes) == [("never_chosen", "survey!D3")] * 2
