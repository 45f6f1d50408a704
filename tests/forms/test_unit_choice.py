"""Choosing a unit: by name or code, from at most thirty hits, and what the answer is."""

import pandas as pd
import pytest
from counties import SISTER, VILLAGE, make_register
from lasting import living_campaign

from pbwidgets.forms.answer_words import word_answer
from pbwidgets.forms.fixed_rows import FixedRows
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.inputs import Input
from pbwidgets.forms.unit_choice import MOST_HITS, UnitRegister, unit_input

CAMPAIGN = living_campaign(4)


@pytest.fixture
def register() -> UnitRegister:
    return UnitRegister(make_register(), CAMPAIGN, "zh_CN")


def typed(field: Input, text: str) -> object:
    field.widgets[0].children[0].value = text
    return field.read()


def hits(field: Input) -> str:
    return str(field.widgets[0].children[1].value)


def test_hits_show_kind_and_parent_and_only_the_kinds_that_are_asked_for(register: UnitRegister) -> None:
    field = unit_input(register, ["village"], "zh_CN", "结对村")
    typed(field, "坪")
    assert hits(field).count("<li") == 2
    assert f"<b>上坪村</b><small>村 · 青禾镇 · {VILLAGE}</small>" in hits(field)
    typed(field, "青禾")
    assert "没有找到" in hits(field)


@pytest.mark.parametrize("text", [VILLAGE, "上坪村", f"上坪村（{VILLAGE}）", f" 上坪村({VILLAGE}) "])
def test_a_code_a_name_and_what_choosing_writes_are_the_unit(register: UnitRegister, text: str) -> None:
    field = unit_input(register, ["village"], "zh_CN", "结对村")
    assert typed(field, text) == VILLAGE
    assert hits(field) == ""


def test_what_names_no_unit_stays_for_the_check_and_nothing_is_nothing(register: UnitRegister) -> None:
    field = unit_input(register, [], "zh_CN", "结对村")
    assert typed(field, "上坪屯") == "上坪屯"
    assert typed(field, "") is None


def test_at_most_thirty_are_listed_and_the_number_of_all_is_said() -> None:
    rows = [(f"99010100{at:04}", f"第{at}村", "village", None) for at in range(100)]
    units = pd.DataFrame(rows, columns=["unit_code", "unit_name", "kind", "parent_code"])
    field = unit_input(UnitRegister(units, CAMPAIGN, "zh_CN"), [], "zh_CN", "结对村")
    typed(field, "村")
    assert hits(field).count("<li") == MOST_HITS
    assert "共 100 个" in hits(field)


def test_two_units_of_one_name_are_told_apart_by_their_codes() -> None:
    rows = [("9901", "同名村", "village", None), ("9902", "同名村", "village", None)]
    units = pd.DataFrame(rows, columns=["unit_code", "unit_name", "kind", "parent_code"])
    register = UnitRegister(units, CAMPAIGN, "zh_CN")
    assert register.code_of("同名村") == "同名村"
    assert register.code_of("同名村（9902）") == "9902"
    assert register.name_of("9901") == "同名村（9901）"


def test_in_a_row_of_a_repeat_the_chosen_unit_is_the_answer(register: UnitRegister) -> None:
    view = FormView(CAMPAIGN.form("standards"), CAMPAIGN, {}, lang="zh_CN", units=register)
    rows = view.repeats()["lines"]
    assert isinstance(rows, FixedRows)
    rows.open_at(1)
    helper = next(item for item in rows.rows[1].views if item.field.id == "helper")
    helper.widgets[0].children[0].value = f"下坪村（{SISTER}）"
    assert view.answers["lines"][1]["helper"] == SISTER
    assert word_answer(helper.field, SISTER, CAMPAIGN, "zh_CN", name_unit=register.name_of) == "下坪村"
