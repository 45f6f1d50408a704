"""The campaign file of source 003 says what the source asks for: rows, days, and whose hand it is."""

from collections import Counter

import pytest
from counties import ROOT

from pbwidgets.campaign import Campaign, check_answers, read_campaign
from pbwidgets.campaign.checklists import MeasureCheck
from pbwidgets.campaign.model import Field, Form
from pbwidgets.campaign.names import form_of_unit

FILE = ROOT / "parameters" / "campaigns" / "sanhua_jianshe.yaml"
TRACK = "compliance"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return read_campaign(FILE)


def field(form: Form, field_id: str) -> Field:
    return next(item for item in form.fields if item.id == field_id)


def check(campaign: Campaign, check_id: str) -> MeasureCheck:
    found = next(item for item in campaign.track(TRACK).checks if item.check_id == check_id)
    assert isinstance(found, MeasureCheck)
    return found


def hands(form: Form) -> dict[str, str | None]:
    """Whose hand may change which field later."""
    return {item.id: item.later.by for item in form.fields if item.later is not None}


def test_periods_are_the_months_of_a_year(campaign: Campaign) -> None:
    assert len(campaign.periods) == 12
    assert campaign.periods[0].words("zh_CN") == "2026年10月"
    assert campaign.periods[-1].id == "2027-09"
    assert len({period.phases[0].forms for period in campaign.periods}) == 1


def test_what_the_source_leaves_open_is_the_organisers(campaign: Campaign) -> None:
    assert [choice.label.zh for choice in campaign.choices["three_ways"]] == [
        f"三化之{number}（由组织者填写）" for number in "一二三"
    ]


def test_four_standards_and_six_regular_ways_stand_under_four_aims(campaign: Campaign) -> None:
    rows = campaign.tables["standards"].rows
    assert Counter(row.cell("part") for row in rows) == {"standard": 4, "way": 6}
    assert [choice.id for choice in campaign.choices["aims"]] == [
        "system",
        "members",
        "mechanisms",
        "service",
    ]
    assert {row.cell("heading") for row in rows} == {"system", "members", "mechanisms", "service"}
    assert campaign.track(TRACK).headings == "aims"


@pytest.mark.parametrize(
    ("kind", "domain", "pack", "count"),
    [
        ("village", None, "village", 7),
        ("community", None, "urban", 6),
        ("organisation", "机关", "office", 2),
        ("organisation", "“两新”组织", "new_org", 9),
        ("organisation", "国企", "enterprise", 1),
        ("organisation", "学校", "school", 1),
        ("organisation", "医院", "hospital", 1),
    ],
)
def test_every_domain_has_the_lines_of_its_pack_and_no_others(
    campaign: Campaign, kind: str, domain: str | None, pack: str, count: int
) -> None:
    form = form_of_unit(campaign.form("standards"), kind, domain)
    tables = {item.id: item.table for item in form.fields}
    assert tables["pack"] is not None
    assert tables["lines"] is not None
    assert Counter(row.cell("pack") for row in tables["pack"].rows) == {pack: count}
    assert len(tables["lines"].rows) == 10


def test_every_field_of_work_has_a_member_of_the_team(campaign: Campaign) -> None:
    domains = [choice.id for choice in campaign.choices["domain"]]
    assert [row.id for row in campaign.tables["fields"].rows] == domains
    posts = field(campaign.form("leadership"), "fields_of_work")
    assert posts.rows == "fields"
    assert posts.fields[0].required
    assert field(campaign.form("responsibility"), "members").min_count == 1


def test_forty_clauses_are_tagged_hardware_or_software(campaign: Campaign) -> None:
    table = campaign.tables["clauses"]
    assert "file: tables/premises_spec.csv" in FILE.read_text(encoding="utf-8")
    assert Counter(row.cell("ware") for row in table.rows) == {"hardware": 24, "software": 16}
    sections = {choice.id for choice in campaign.choices["section"]}
    assert Counter(row.cell("section") for row in table.rows) == dict.fromkeys(sections, 8)
    assert all(row.cell("due") for row in table.rows)


def test_four_integrations_eight_functions_and_six_goals_are_fixed_rows(campaign: Campaign) -> None:
    assert [len(campaign.tables[name].rows) for name in ("integrations", "functions", "goals")] == [4, 8, 6]
    least = [check(campaign, name).at_least for name in ("integrations", "functions", "goals")]
    assert least == [4, 8, 6]


def test_each_kind_of_central_work_needs_an_action(campaign: Campaign) -> None:
    assert len(campaign.choices["central_work"]) == check(campaign, "central_work").at_least == 7
    measure = next(item for item in campaign.measures if item.id == "central_kinds")
    assert (measure.form, measure.field, measure.aggregate) == ("actions", "work", "distinct")


@pytest.mark.parametrize("form_id", ["problems", "faults", "shortcomings"])
def test_what_is_found_is_put_right_by_the_unit_and_accepted_by_the_level(
    campaign: Campaign, form_id: str
) -> None:
    form = campaign.form(form_id)
    assert form.life is not None
    assert [step.field for step in form.life.steps] == ["found_on", "fixed_on", "closed_on"]
    by = hands(form)
    assert (by["fixed_on"], by["due_on"], by["closed_on"]) == ("unit", "subdistrict", "subdistrict")
    assert form.lasts == "campaign"
    assert "post" in {item.id for item in form.fields if item.required}


def test_the_four_faults_have_photos_before_and_after(campaign: Campaign) -> None:
    assert [choice.label.zh for choice in campaign.choices["fault"]] == ["闲", "散", "乱", "脏"]
    form = campaign.form("faults")
    assert (form.filled_by, field(form, "before").required) == ("subdistrict", True)
    assert hands(form)["after"] == "unit"


def test_works_follow_the_procedure_step_by_step(campaign: Campaign) -> None:
    life = campaign.form("works").life
    assert life is not None
    assert [step.field.removesuffix("_on") for step in life.steps] == [
        "proposed", "approved", "published", "tendered", "contract", "finished", "settled",
    ]  # fmt: skip
    assert [step.field for step in life.steps if step.when] == ["tendered_on"]
    assert life.skipped == "flag"


def test_users_are_asked_anonymously_and_the_result_is_entered_from_five_answers_on(
    campaign: Campaign,
) -> None:
    survey = campaign.form("users_opinion").survey
    assert survey is not None
    assert survey.shown_from == 5
    assert check(campaign, "users").at_least == 80
    result = form_of_unit(campaign.form("users_result"), "village", None)
    few = {"answers": survey.shown_from - 1}
    today = campaign.periods[0].begins
    assert not check_answers(result, campaign, few, complete=True, today=today)
    asked = check_answers(result, campaign, {"answers": survey.shown_from}, complete=True, today=today)
    assert [problem.path for problem in asked] == ["content_pct"]


def test_lists_are_red_yellow_or_green_and_the_accountable_are_for_the_top(campaign: Campaign) -> None:
    lists = {item.id: item for item in campaign.lists}
    assert [name for name, item in lists.items() if item.group == "light"] == ["red", "yellow", "green"]
    assert [name for name, item in lists.items() if item.audience == "top"] == ["accountable"]
    assert [name for name, item in lists.items() if item.decided] == ["commended", "accountable"]
