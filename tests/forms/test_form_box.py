"""A form shown by itself: what it brings with it, what is entered, and handing it over."""

import logging
from typing import Any

import ipywidgets as w
import pandas as pd
import pytest
from pages import shown

from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.campaign.short_form import read_short_form
from pbwidgets.errors import DataError
from pbwidgets.forms.answer_names import Names
from pbwidgets.forms.form_box import FormBox
from pbwidgets.forms.form_view import FormView

FIELDS: dict[str, Any] = {
    "村名": {"type": "text", "required": True, "max_length": 20},
    "走访": {"type": "integer", "minimum": 0},
    "收缴率": "decimal",
    "日期": "date",
    "台账": ["是", "否"],
    "乡镇": ["甲镇", "乙镇", "丙镇", "丁乡", "戊乡", "己乡"],
    "方式": {"type": "select_multiple", "choices": ["入户", "电话"]},
    "照片": {"type": "image", "required": True},
    "活动": {"type": "repeat", "fields": {"主题": ["学习", "走访"], "人数": "integer"}},
    "总人数": {"type": "calculate", "calculation": "sum(${人数})"},
}


def box(fields: dict[str, Any] = FIELDS, **more: Any) -> FormBox:
    read = read_short_form(fields)
    names = Names(read.fields, read.choices)
    return FormBox(read.campaign.forms[0], read.campaign, names=names, **more)


def every(widget: w.Widget) -> list[w.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in every(child))]


def put(form: FormBox, label: str, value: object) -> None:
    field = next(item for item in every(form) if getattr(item, "description", "").startswith(label))
    field.value = value


def press(form: FormBox, words: str) -> None:
    next(item for item in every(form) if isinstance(item, w.Button) and words in item.description).click()


def test_fields_stand_below_each_other_without_any_style_sheet() -> None:
    form = box()
    view = next(item for item in form.children if "pb-form" in item._dom_classes)
    assert isinstance(view, w.VBox)
    assert all(isinstance(section, w.VBox) for section in view.children[1:])


def test_the_look_comes_along_and_asks_nobody_for_anything() -> None:
    style = box().children[0]
    assert style.layout.display == "none"
    assert style.value.startswith("<style>.pb-look { --pb-ink: #")
    assert '[data-jp-theme-light="false"] .pb-look {' in style.value
    assert "url(" not in style.value
    assert "@import" not in style.value


def test_every_rule_of_the_look_is_about_something_of_ours() -> None:
    rules = box().children[0].value.removeprefix("<style>").removesuffix("</style>")
    while "/*" in rules:
        rules = rules[: rules.index("/*")] + rules[rules.index("*/") + 2 :]
    heads = [part.rpartition("}")[2].rpartition("{")[2] for part in rules.split("{")[:-1]]
    selectors = [one.strip() for head in heads if not head.strip().startswith("@") for one in head.split(",")]
    assert len(selectors) > 100
    assert [one for one in selectors if ".pb-" not in one] == []


def test_answers_are_called_as_the_fields_were_and_can_be_observed() -> None:
    form = box(answers={"村名": "青禾村", "台账": "是", "活动": [{"主题": "学习", "人数": 4}]})
    heard: list[Any] = []
    form.observe(lambda change: heard.append(change["new"]), names="answers")
    put(form, "走访", "１２")
    assert form.answers == {
        "村名": "青禾村",
        "走访": 12,
        "台账": "是",
        "活动": [{"主题": "学习", "人数": 4}],
        "总人数": 4,
    }
    assert heard == [form.answers]


def test_an_answer_that_no_field_asks_for_is_refused_with_the_nearest_spelling() -> None:
    with pytest.raises(DataError, match=r"没有“村明”这一项.*最接近的是“村名”"):
        box(answers={"村明": "青禾村"})
    with pytest.raises(DataError, match="最接近的是“人数”"):
        box(answers={"活动": [{"人数数": 1}]})


def test_the_frame_has_one_row_with_the_types_of_the_fields() -> None:
    frame = box(
        answers={"村名": "青禾村", "走访": 3, "日期": "2026-05-01", "台账": "否", "方式": ["入户", "电话"]}
    ).frame
    assert dict(frame.dtypes.astype(str)) == {
        "村名": "string",
        "走访": "Int64",
        "收缴率": "float64",
        "日期": "datetime64[s]",
        "台账": "string",
        "乡镇": "string",
        "方式": "string",
        "总人数": "object",
    }
    (row,) = frame.to_dict("records")
    assert (row["村名"], row["走访"], row["台账"], row["方式"]) == ("青禾村", 3, "否", "入户 电话")
    assert row["日期"] == pd.Timestamp("2026-05-01")
    assert frame[["收缴率", "乡镇"]].isna().all(axis=None)


def test_what_does_not_fit_its_field_is_missing_in_the_frame_and_never_zero() -> None:
    form = box()
    put(form, "走访", "许多")
    assert form.answers["走访"] == "许多"
    assert form.frame["走访"].isna().all()


def test_rows_of_a_repeat_are_a_frame_of_their_own() -> None:
    form = box(answers={"活动": [{"主题": "学习", "人数": 4}, {"人数": 5}]})
    rows = form.rows("活动")
    assert rows["人数"].tolist() == [4, 5]
    assert rows["主题"].isna().tolist() == [False, True]
    with pytest.raises(KeyError, match="会议"):
        form.rows("会议")


def test_problems_say_field_and_cause() -> None:
    form = box()
    put(form, "走访", "-1")
    assert [(item.path, item.message("zh_CN")) for item in form.problems] == [
        ("村名", "“村名”必须填写。"),
        ("走访", "“走访”不能小于 0，现为 -1。"),
    ]


def test_pressing_the_button_too_early_shows_everything_that_is_missing_and_calls_nobody() -> None:
    taken: list[Any] = []
    form = box(on_submit=taken.append)
    press(form, "提交")
    assert taken == []
    assert "还没有提交：有 1 处" in shown(form)
    link = next(part for part in shown(form).split('"') if part.startswith("#pb-at-"))
    assert f'id="{link.removeprefix("#")}"' in shown(form)


def test_answers_are_handed_over_and_may_be_changed_and_handed_over_again() -> None:
    taken: list[Any] = []
    form = box(on_submit=taken.append, answers={"村名": "青禾村"})
    press(form, "提交")
    assert "已提交（" in shown(form)
    put(form, "村名", "柳林村")
    assert "已提交（" not in shown(form)
    press(form, "提交")
    assert [answers["村名"] for answers in taken] == ["青禾村", "柳林村"]


def test_a_failure_of_what_takes_the_answers_is_shown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: dict[str, Any]) -> None:
        raise OSError("disk <full>")

    form = box(on_submit=fail, answers={"村名": "青禾村"})
    with caplog.at_level(logging.ERROR, "pbwidgets.forms"):
        press(form, "提交")
    assert "没有提交成功，填写的内容都还在。原因：OSError: disk &lt;full&gt;" in shown(form)
    assert "disk <full>" in caplog.text
    assert not any(item.disabled for item in every(form) if isinstance(item, w.Button))


def test_without_a_function_there_is_no_button() -> None:
    form = box()
    form.submit()
    assert "提交" not in [item.description for item in every(form) if isinstance(item, w.Button)]


def test_a_form_without_storage_for_files_says_so_and_asks_for_none() -> None:
    form = box(answers={"村名": "青禾村"})
    assert "这里不收照片和文件" in shown(form)
    assert form.problems == ()
    assert not any(isinstance(item, w.FileUpload) for item in every(form))


def test_two_forms_on_a_page_lead_to_their_own_fields() -> None:
    first, second = (shown(box()) for _ in range(2))
    anchors = [{part for part in text.split('"') if part.startswith("pb-at-")} for text in (first, second)]
    assert anchors[0]
    assert not anchors[0] & anchors[1]


def test_progress_and_asterisk_are_explained_only_where_something_is_required() -> None:
    assert "带 * 的为必填项" in shown(box())
    assert "随填随存" not in shown(box())
    simple = shown(box({"走访": "integer"}))
    assert "带 *" not in simple
    assert "<progress" not in simple


def test_words_are_in_the_language_asked_for() -> None:
    form = box(lang="en", on_submit=print, title="季度<自查>")
    assert "Submit" in shown(form)
    assert "<h2>季度&lt;自查&gt;</h2>" in shown(form)


def test_a_list_to_choose_from_begins_with_the_words_to_choose_and_can_be_emptied() -> None:
    form = box(answers={"乡镇": "甲镇"})
    put(form, "乡镇", "")
    assert "乡镇" not in form.answers
    listed = next(item for item in every(form) if isinstance(item, w.Dropdown))
    assert listed.label == "请选择"


def test_the_form_of_a_campaign_is_called_by_its_ids() -> None:
    words = {"zh": "走访", "en": "Visits"}
    field = {"id": "visits", "type": "integer", "label": words}
    campaign = campaign_around({"id": "f", "name": words, "unit_kind": "unit", "fields": [field]}, {})
    form = FormBox(campaign.form("f"), campaign, answers={"visits": "3"})
    assert form.answers == {"visits": 3}
    assert list(form.frame) == ["visits"]


def test_a_note_of_a_form_in_an_app_still_says_that_it_is_saved() -> None:
    read = read_short_form({"走访": "integer"})
    view = FormView(read.campaign.forms[0], read.campaign, {}, lang="zh_CN")
    assert "随填随存" in shown(view.widget)
