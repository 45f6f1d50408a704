"""A form is written as an XLSForm that ODK's converter takes, and an XLSForm made elsewhere is read as a form."""

import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from pyxform.xls2xform import convert

from pbwidgets.campaign import read_campaign
from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.campaign.workbook import plain_form, read_xlsform, write_xlsform
from pbwidgets.errors import Problem, ProblemsError

CAMPAIGNS = sorted((Path(__file__).parents[3] / "parameters" / "campaigns").glob("*.yaml"))
FORMS = [(campaign, form) for campaign in map(read_campaign, CAMPAIGNS) for form in campaign.forms]


def to_xform(path: Path) -> str:
    """XForm of ODK's converter, without the validator that needs Java."""
    return str(convert(str(path), validate=False).xform)


@pytest.mark.parametrize(("campaign", "form"), FORMS, ids=lambda item: item.id)
def test_a_form_is_taken_by_pyxform_and_comes_back_whole(
    campaign: Campaign, form: Form, tmp_path: Path
) -> None:
    path = write_xlsform(form, campaign.choices, tmp_path / "new" / "form.xlsx")
    xform = to_xform(path)
    for leaf, _ in form.leaves():
        assert f"/{leaf}" in xform
    read = read_xlsform(path)
    # an XLSForm knows nothing of who gets codes, and of entries that live: they come back as a plain form
    plain = plain_form(form, campaign.choices)
    assert read.form == plain.form.model_copy(update={"survey": None})
    assert read.notes == ()
    assert read.choices == {name: plain.choices[name] for name in read.choices}


def test_limits_conditions_and_both_languages_arrive_in_the_xform(small: Campaign, tmp_path: Path) -> None:
    xform = to_xform(write_xlsform(small.form("record"), small.choices, tmp_path / "form.xlsx"))
    assert 'nodeset="/data/members" type="int" constraint=". &gt;= 0 and . &lt;= 500"' in xform
    assert re.search(r'constraint="\. &gt;= 0 and \(\. &lt;=\s+\.\./due\s*\)"', xform)
    assert re.search(r'nodeset="/data/basics/plan_file"[^>]* required="true\(\)"', xform)
    assert re.search(r'calculate="sum\(\s*/data/meetings/present\s*\)"', xform)
    assert '<translation lang="Chinese (zh)" default="true()">' in xform
    assert "<value>有无计划</value>" in xform
    assert "<value>Plan</value>" in xform
    assert 'id="record"' in xform


def test_a_form_with_sheets_of_choices_comes_back_with_them(small: Campaign, tmp_path: Path) -> None:
    read = read_xlsform(write_xlsform(small.form("record"), small.choices, tmp_path / "form.xlsx"))
    assert read.form == small.form("record")
    assert read.choices == small.choices


def test_a_name_that_stands_twice_becomes_a_path(tmp_path: Path) -> None:
    words = {"zh": "项", "en": "Item"}
    rows = [{"id": "day", "type": "date", "label": words},
            {"id": "group", "type": "group", "label": words, "fields": [
                {"id": "after", "type": "date", "label": words, "constraint": ". > ${day}"}]}]  # fmt: skip
    form = Form.model_validate(
        {"id": "f", "name": words, "unit_kind": "unit", "fields": [
            {"id": "first", "type": "repeat", "label": words, "fields": rows},
            {"id": "second", "type": "repeat", "label": words, "fields": [rows[0]]},
            {"id": "days", "type": "calculate", "label": words, "calculation": "count(${second/day})"}]}
    )  # fmt: skip
    xform = to_xform(write_xlsform(form, {}, tmp_path / "form.xlsx"))
    assert 'nodeset="/data/first/group/after" type="date" constraint=". &gt; ../../day"' in xform
    assert 'calculate="count(../second/day)"' in xform


# -- forms made elsewhere --------------------------------------------------------------------------------


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


SURVEY: list[list[Any]] = [
    ["type", "name", "label", "hint::English (en)", "required", "relevant", "constraint", "appearance"],
    ["start", "start"],
    ["begin group", "Basics", "Basics"],
    ["select one from Yes-No", "Has.Plan", "Is there a plan?", "As decided", "true()", None, None, "minimal"],
    ["text", "Plan-Name", "Name", None, None, "${Has.Plan} = '1'"],
    ["end group"],
    ["begin repeat", "Visits", "Visits"],
    ["int", "Persons", "Persons", None, "yes", None, ". >= 0"],
    ["end repeat"],
    ["calculate", "All", None],
]
SURVEY[-1] += [None, None, None, None]
CHOICES: list[list[Any]] = [["list name", "name", "label"], ["Yes-No", 1, "Yes"], ["Yes-No", 0, "No"]]


def said(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.place


def elsewhere(path: Path) -> Path:
    survey = [*SURVEY]
    survey[0] = [*SURVEY[0], "calculation"]
    survey[-1] = ["calculate", "All", None, None, None, None, None, None, "sum(${Persons})"]
    choices = [["list_name", *CHOICES[0][1:]], *CHOICES[1:]]
    settings = [["form_title", "form_id", "version"], ["Visits of the year", "Visit-Form", "3"]]
    return book(path, survey=survey, choices=choices, settings=settings)


def test_a_form_made_elsewhere_is_read_with_notes_on_what_changed(tmp_path: Path) -> None:
    read = read_xlsform(elsewhere(tmp_path / "odk.xlsx"), unit_kind="village")
    form = read.form
    assert (form.id, form.name.en, form.unit_kind) == ("visit_form", "Visits of the year", ("village",))
    assert [path for path, _ in form.leaves()] == ["has_plan", "plan_name", "visits/persons", "all"]
    basics, visits, total = form.fields
    has_plan, plan_name = basics.fields
    assert (has_plan.type, has_plan.choices, has_plan.required) == ("select_one", "yes_no", True)
    assert has_plan.hint is not None
    assert has_plan.hint.zh == has_plan.hint.en == "As decided"
    assert plan_name.relevant == "${has_plan} = '1'"
    assert (visits.type, visits.fields[0].constraint) == ("repeat", ". >= 0")
    assert total.calculation == "sum(${visits/persons})"
    assert [choice.id for choice in read.choices["yes_no"]] == ["1", "0"]
    codes = {problem.code for problem in read.notes}
    assert codes == {
        f"workbook.{code}" for code in ("left_out_type", "left_out_column", "renamed", "renamed_form")
    }
    assert ("workbook.left_out_column", "survey!H1") in map(said, read.notes)
    assert all(problem.line("zh_CN") and problem.line("en") for problem in read.notes)


def test_a_workbook_without_a_survey_is_no_xlsform(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="survey") as caught:
        read_xlsform(book(tmp_path / "x.xlsx", data=[["a", "b"]]))
    assert [problem.code for problem in caught.value.problems] == ["workbook.no_survey"]


def test_pyxform_agrees_that_the_foreign_form_is_an_xlsform(tmp_path: Path) -> None:
    assert "Persons" in to_xform(elsewhere(tmp_path / "odk.xlsx"))
