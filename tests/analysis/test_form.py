"""What an analyst may give as the fields of a form."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pbwidgets.analysis.form import form
from pbwidgets.campaign.workbook import write_xlsform
from pbwidgets.errors import ProblemsError, UsageError
from pbwidgets.forms.fields import read_fields

YAML = "村名: text\n走访: {type: integer, minimum: 0}\n台账: [是, 否]\n"
SURVEY = pd.DataFrame(
    {"类型": ["text", "select_one yn"], "字段名": ["name", "ledger"], "标题（中文）": ["村名", "台账"]}
)
CHOICES = pd.DataFrame({"list_name": ["yn", "yn"], "name": ["y", "n"], "label": ["是", "否"]})


def labels(fields: object) -> list[str]:
    return [item.label.words("zh_CN") for item in read_fields(fields).form.fields]


def test_the_form_of_the_example() -> None:
    made = form(
        {"村名": "text", "走访": {"type": "integer", "minimum": 0}, "台账": ["是", "否"]}, title="季度自查"
    )
    assert made.answers == {}
    assert list(made.frame) == ["村名", "走访", "台账"]
    assert made.problems == ()


def test_fields_may_be_a_text_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(YAML, encoding="utf-8")
    assert labels(YAML) == labels(path) == labels(str(path)) == ["村名", "走访", "台账"]


def test_fields_may_be_the_sheets_of_a_workbook_as_frames() -> None:
    assert labels({"survey": SURVEY, "choices": CHOICES}) == ["村名", "台账"]
    assert labels(SURVEY.iloc[:1]) == ["村名"]


def test_fields_may_be_an_xlsform_wherever_it_was_made(tmp_path: Path) -> None:
    read = read_fields({"survey": SURVEY, "choices": CHOICES})
    path = write_xlsform(read.form, read.campaign.choices, tmp_path / "form.xlsx")
    made = form(path, answers={"ledger": "y"})
    assert made.answers == {"ledger": "y"}
    assert labels(str(path)) == ["村名", "台账"]


def test_what_is_changed_of_a_table_is_said() -> None:
    with pytest.warns(UserWarning, match=r"survey!B2.*“Name”改为“name”"):
        read_fields(SURVEY.iloc[:1].assign(字段名=["Name"]))


def test_a_mistake_in_a_table_is_named_by_its_cell() -> None:
    with pytest.raises(ProblemsError, match=r"fields:survey!A3.*yn"):
        read_fields(SURVEY)
    with pytest.raises(ProblemsError, match=r"共有 1 处问题：\nfields:survey: workbook\.no_headings"):
        read_fields(pd.DataFrame({"村名": ["青禾村"], "走访次数": [3]}))


def test_a_mistake_in_a_text_is_named_by_its_line() -> None:
    with pytest.raises(ProblemsError, match=r"fields:2: .*txet.*text"):
        read_fields("村名: text\n走访: txet\n")


@pytest.mark.parametrize("wrong", [5, None, {}, ["text"]])
def test_what_holds_no_fields_is_refused_with_what_may_be_given(wrong: object) -> None:
    with pytest.raises(UsageError, match=r"读不出表单的字段.*字典"):
        form(wrong)


@pytest.mark.parametrize(
    ("answer", "kept"), [(np.int64(3), {"走访": 3}), (pd.NA, {}), (float("nan"), {}), ("１２", {"走访": 12})]
)
def test_answers_may_come_from_a_frame(answer: object, kept: dict) -> None:
    made = form({"走访": {"type": "integer", "minimum": 0}}, answers={"走访": answer})
    assert (made.answers, made.problems) == (kept, ())
    assert type(made.answers.get("走访", 0)) is int


def test_a_wrong_choice_is_answered_with_the_words_of_the_choices() -> None:
    (problem,) = form({"台账": ["是", "否"]}, answers={"台账": "有"}).problems
    assert problem.message() == "“台账”没有选项“有”，可选：是, 否。"
