"""Two campaigns in one store with three roots: a unit stands where it is a member or partner, and nowhere else."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Final

import pytest
from counties import ROOT

from pbwidgets.campaign import read_campaign
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.workflows.filling.access import units_to_fill
from pbwidgets.workflows.filling.drafts import hand_in_form
from pbwidgets.workflows.ground.desk import Desk, list_campaigns
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes, decide_selection
from pbwidgets.workflows.meeting.notices import plan_notice
from pbwidgets.workflows.meeting.what_if import WhatIf, open_trial, try_selection
from pbwidgets.workflows.organise.campaigns import Opening, open_definition
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.progress.grid import late_units, progress_by_part, progress_grid
from pbwidgets.workflows.reports.report import open_report
from pbwidgets.workflows.reports.results import plan_reports
from pbwidgets.workflows.review.queue import review_queue

COUNTY, TOWN, VILLAGE, HAMLET, OFFICE = "9901", "9901T", "9901V1", "9901V2", "9901O"
WORKS, BRANCH, TEAM = "W", "W1", "W11"
OTHER_WORKS, OTHER_BRANCH = "Q", "Q1"
_ROWS: Final = [
    (COUNTY, "甲县", "county", None),
    (TOWN, "青禾镇", "township", COUNTY),
    (VILLAGE, "上坪村", "village", TOWN),
    (HAMLET, "下坪村", "village", TOWN),
    (OFFICE, "县直机关", "office", COUNTY),
    (WORKS, "建设工委", "works_committee", None),
    (BRANCH, "第一总支", "organisation", WORKS),
    (TEAM, "第一支部", "organisation", BRANCH),
    (OTHER_WORKS, "交通工委", "works_committee", None),
    (OTHER_BRANCH, "运输支部", "organisation", OTHER_WORKS),
]
_COMMON: Final = """
format: 1
summary: {zh: 试验, en: A trial}
periods:
  - id: "2026"
    begins: 2026-01-01
    ends: 2026-12-31
    phases: [{id: fill, name: {zh: 填报, en: Filling}, begins: 2026-02-01, ends: 2026-10-31, forms: [sheet]}]
counts_from: submitted
layers: [{id: self, name: {zh: 自评, en: Self}}]
measures: [{id: done, name: {zh: 完成, en: Done}, form: sheet, field: done, aggregate: sum}]
"""
_TRACK: Final = """
    forms: [sheet]
    places: 1
    layers: [{id: self}]
    public_notice: {days: 5, contact: {zh: 办公室, en: Office}}
    criteria:
      - {id: done, name: {zh: 完成, en: Done}, points: 100, rule: {name: capped_bonus, measure: done, points_each: 1}}
"""
_SHEET: Final = (
    "fields: [{id: done, type: integer, minimum: 0, required: true, label: {zh: 件数, en: Number}}]"
)
CONTEST: Final = f"""{_COMMON}
id: contest
name: {{zh: 争创活动, en: Contest}}
unit_kinds:
  - {{id: county, name: {{zh: 县, en: County}}}}
  - {{id: township, name: {{zh: 乡镇, en: Township}}, parents: [county]}}
  - {{id: village, name: {{zh: 村, en: Village}}, parents: [township]}}
  - {{id: office, name: {{zh: 机关, en: Office}}, parents: [county]}}
partition_by: township
review_levels: [{{id: county, name: {{zh: 县级, en: County}}, unit_kind: county}}]
forms:
  - {{id: sheet, name: {{zh: 申报表, en: Sheet}}, unit_kind: [village, office], {_SHEET}}}
tracks:
  - id: main
    name: {{zh: 先进单位, en: Best}}
    unit_kind: [village, office]
{_TRACK}
"""
PAIRING: Final = f"""{_COMMON}
id: pairing
name: {{zh: 共建活动, en: Pairing}}
unit_kinds:
  - {{id: works_committee, name: {{zh: 工委, en: Works committee}}}}
  - {{id: organisation, name: {{zh: 党组织, en: Organisation}}, parents: [works_committee, organisation]}}
  - {{id: village, name: {{zh: 村, en: Village}}, role: partner}}
partition_by: organisation
review_levels: [{{id: works, name: {{zh: 工委, en: Works committee}}, unit_kind: works_committee}}]
choices: {{scale: [{{id: "1", label: {{zh: 好, en: Good}}}}, {{id: "2", label: {{zh: 差, en: Bad}}}}]}}
forms:
  - {{id: sheet, name: {{zh: 自查表, en: Sheet}}, unit_kind: organisation, {_SHEET}}}
  - id: opinion
    name: {{zh: 评议, en: Opinion}}
    unit_kind: village
    survey: {{rater_kinds: [{{id: masses, name: {{zh: 群众, en: Masses}}}}]}}
    fields: [{{id: how, type: select_one, choices: scale, required: true, label: {{zh: 如何, en: How}}}}]
tracks:
  - id: main
    name: {{zh: 先进组织, en: Best}}
    unit_kind: organisation
{_TRACK}
"""
DAY: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
LATER: Final = datetime(2026, 11, 15, 4, tzinfo=UTC)
MEMBERS: Final = {"contest": {COUNTY, TOWN, VILLAGE, HAMLET, OFFICE}, "pairing": {WORKS, BRANCH, TEAM}}
PARTNERS: Final = {"contest": set[str](), "pairing": {VILLAGE, HAMLET}}
OWING: Final = {"contest": {VILLAGE, HAMLET, OFFICE}, "pairing": {BRANCH, TEAM}}
HANDED_IN: Final = {"contest": {VILLAGE, OFFICE}, "pairing": {BRANCH}}
TOP: Final = {"contest": COUNTY, "pairing": WORKS}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Both campaigns, opened after one another, with some forms handed in; tests only read."""
    folder = tmp_path_factory.mktemp("two")
    for part in ("parameters/reports", "notebooks/reports"):
        (folder / part).parent.mkdir(exist_ok=True)
        (folder / part).symlink_to(ROOT / part)
    with open_workspace(folder) as made:
        rows = [
            {"unit_code": code, "unit_name": name, "kind": kind, "parent_code": parent, "synthetic": True}
            for code, name, kind, parent in _ROWS
        ]
        save_units(made, operator(), to_frame(rows, UNITS), DAY)
        for text, roots in ((CONTEST, None), (PAIRING, (WORKS,))):
            path = folder / "campaign.yaml"
            path.write_text(text, encoding="utf-8")
            open_definition(made, operator(), read_campaign(path), None, Opening(roots=roots, now=DAY))
        for campaign_id, codes in HANDED_IN.items():
            for number, code in enumerate(sorted(codes)):
                key = SubmissionKey(campaign_id, "2026", "sheet", code, 0)
                hand_in_form(
                    desk(made, campaign_id, Actor(code, "filler", code)), key, {"done": 90 - number}, 0
                )
        for campaign_id in HANDED_IN:
            decide(made, campaign_id)
        yield made


def desk(workspace: Workspace, campaign_id: str, actor: Actor | None = None, now: datetime = DAY) -> Desk:
    return Desk(workspace, actor or operator(), workspace.opened(campaign_id), "zh_CN", now)


def reviewer(unit_code: str) -> Actor:
    return Actor(f"reviewer-{unit_code}", "reviewer", unit_code)


def decide(workspace: Workspace, campaign_id: str) -> None:
    """The reviewer at the top of the campaign decides, whatever other roots the register has."""
    here = desk(workspace, campaign_id, reviewer(TOP[campaign_id]), LATER)
    ranked = try_selection(open_trial(here), WhatIf("main")).list_units()
    statuses = {
        str(row["unit_code"]): "selected" if row["rank"] == 1 else "not_selected"
        for row in ranked[ranked["rank"].notna() & (ranked["rank"] > 0)].to_dict("records")
    }
    decide_selection(here, "main", statuses, Minutes("会议决定", "领导小组", date(2026, 11, 14)))


# -- the table: unit × campaign × page -------------------------------------------------------------------


def home(workspace: Workspace, campaign_id: str) -> set[str]:
    """Units whose account finds the campaign on its home page."""
    return {
        code
        for code, *_ in _ROWS
        if campaign_id in {one.campaign.id for one in list_campaigns(workspace, Actor(code, "filler", code))}
    }


def fill(workspace: Workspace, campaign_id: str) -> set[str]:
    return {
        *units_to_fill(desk(workspace, campaign_id), "sheet")["unit_code"],
        *(
            code
            for code, *_ in _ROWS
            if len(units_to_fill(desk(workspace, campaign_id, Actor(code, "filler", code)), "sheet"))
        ),
    }


def board(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(progress_grid(desk(workspace, campaign_id))["unit_code"])


def parts(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(progress_by_part(desk(workspace, campaign_id))["part_code"])


def call_list(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(late_units(desk(workspace, campaign_id, now=LATER))["unit_code"])


def review(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(review_queue(desk(workspace, campaign_id))["unit_code"])


def meeting(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(try_selection(open_trial(desk(workspace, campaign_id)), WhatIf("main")).selection["unit_code"])


def circular(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(plan_notice(desk(workspace, campaign_id, now=LATER), "main", date(2026, 11, 16)).units)


def report(workspace: Workspace, campaign_id: str) -> set[str]:
    """Units for which there is a report of their own, and those in the report at the top."""
    here = desk(workspace, campaign_id)
    return {code for plan in plan_reports(here)[0] for code in plan.unit_codes}


def in_report(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(open_report(take_snapshot(workspace, workspace.opened(campaign_id)).folder).units["unit_code"])


PAGES: Final[dict[str, Callable[[Workspace, str], set[str]]]] = {
    page.__name__: page
    for page in (home, fill, board, parts, call_list, review, meeting, circular, report, in_report)
}
TABLE: Final[dict[str, dict[str, set[str]]]] = {
    "contest": {
        "home": MEMBERS["contest"],
        "fill": OWING["contest"],
        "board": OWING["contest"],
        "parts": {TOWN, OFFICE},
        "call_list": {HAMLET},
        "review": HANDED_IN["contest"],
        "meeting": OWING["contest"],
        "circular": {OFFICE},
        "report": {COUNTY, TOWN, OFFICE},
        "in_report": MEMBERS["contest"],
    },
    "pairing": {
        "home": MEMBERS["pairing"] | PARTNERS["pairing"],
        "fill": OWING["pairing"],
        "board": OWING["pairing"],
        "parts": {BRANCH, TEAM},
        "call_list": {TEAM},
        "review": HANDED_IN["pairing"],
        "meeting": OWING["pairing"],
        "circular": {BRANCH},
        "report": {WORKS, BRANCH, TEAM},
        "in_report": MEMBERS["pairing"],
    },
}


@pytest.mark.parametrize("campaign_id", sorted(TABLE))
@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_unit_stands_on_a_page_where_it_takes_part_and_nowhere_else(
    page: str, campaign_id: str, workspace: Workspace
) -> None:
    assert PAGES[page](workspace, campaign_id) == TABLE[campaign_id][page]
