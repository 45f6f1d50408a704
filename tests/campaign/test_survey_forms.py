"""A form that is an anonymous survey: what it may not have, and its way through Excel."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from pbwidgets.campaign import check_campaign
from pbwidgets.campaign.model import Survey
from pbwidgets.campaign.reader import read_campaign
from pbwidgets.campaign.workbook import read_campaign_workbook, write_campaign_workbook

SURVEY = """\
  - id: opinion
    name: {zh: 测评, en: Opinion}
    unit_kind: branch
    survey: {rater_kinds: [{id: members, name: {zh: 党员, en: Members}}]}
    fields:
      - {id: verdict, type: select_one, choices: yes_no, required: true, label: {zh: 是否满意, en: Satisfied}}
measures:
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def with_survey(small_text: str) -> str:
    assert small_text.count("\nmeasures:\n") == 1
    return small_text.replace("\nmeasures:\n", f"\n{SURVEY}")


def codes(path: Path) -> list[str]:
    return [problem.code for problem in check_campaign(path)]


def test_a_survey_is_right_and_shows_results_from_five_answers_on(write: Write, with_survey: str) -> None:
    path = write(with_survey)
    assert codes(path) == []
    survey = read_campaign(path).form("opinion").survey
    assert survey is not None
    assert survey.shown_from == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    survey:", "    filled_by: bureau\n    survey:"),
        ("    survey:", "    occurrence: many\n    survey:"),
        (
            "type: select_one, choices: yes_no, required: true, label: {zh: 是否满意",
            "type: image, label: {zh: 是否满意",
        ),
        ("required: true, label: {zh: 是否满意", "sensitive: true, label: {zh: 是否满意"),
        (
            "type: select_one, choices: yes_no, required: true, label: {zh: 是否满意",
            "type: text, identifies: true, label: {zh: 是否满意",
        ),
    ],
    ids=["filler", "log", "picture", "sensitive", "identifying"],
)
def test_nothing_in_a_survey_may_name_or_show_somebody(
    write: Write, with_survey: str, old: str, new: str
) -> None:
    assert with_survey.count(old) >= 1
    assert codes(write(with_survey.replace(old, new))) == ["campaign.not_in_survey"]


def test_a_measure_cannot_read_a_survey(write: Write, with_survey: str) -> None:
    name = "{zh: 满意, en: Pleased}"
    measure = (
        f"measures:\n  - {{id: pleased, name: {name}, form: opinion, field: verdict, aggregate: count}}\n"
    )
    assert codes(write(with_survey.replace("measures:\n", measure))) == ["campaign.survey_not_scored"]


def test_kinds_of_raters_have_ids_of_their_own(write: Write, with_survey: str) -> None:
    kind = "{id: members, name: {zh: 党员, en: Members}}"
    assert codes(write(with_survey.replace(f"[{kind}]", f"[{kind}, {kind}]"))) == ["campaign.repeated_id"]


@pytest.mark.parametrize("least", [0, 2])
def test_results_are_never_shown_from_fewer_than_three(least: int) -> None:
    kinds = [{"id": "members", "name": {"zh": "党员", "en": "Members"}}]
    with pytest.raises(ValidationError, match="greater than or equal to 3"):
        Survey.model_validate({"rater_kinds": kinds, "shown_from": least})


def test_a_survey_comes_back_from_excel_as_it_was(write: Write, with_survey: str, tmp_path: Path) -> None:
    campaign = read_campaign(write(with_survey))
    path = write_campaign_workbook(campaign, tmp_path / "small.xlsx")
    assert read_campaign_workbook(path).content == campaign
