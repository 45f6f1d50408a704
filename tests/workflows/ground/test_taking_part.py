"""Two campaigns in one store with three roots: a unit stands where it is a member or partner, and nowhere else."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest
from counties import ROOT

from pbwidgets.batch.reports import run_reports
from pbwidgets.campaign import read_campaign
from pbwidgets.errors import DataError, ProblemsError, RightsError, UsageError
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.filling.access import units_to_fill
from pbwidgets.workflows.filling.drafts import hand_in_form
from pbwidgets.workflows.ground.desk import Desk, choose_campaign, find_tops, list_campaigns
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes, decide_selection
from pbwidgets.workflows.meeting.notices import plan_notice
from pbwidgets.workflows.meeting.what_if import WhatIf, meeting_tracks, open_trial, try_selection
from pbwidgets.workflows.organise.campaigns import Opening, find_joining, open_definition
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.progress.grid import progress_by_part, progress_grid
from pbwidgets.workflows.reports.report import open_report
from pbwidgets.workflows.reports.results import plan_reports
from pbwidgets.workflows.review.queue import review_queue
from pbwidgets.workflows.survey.batches import make_survey_batch

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


@pytest.fixture
def small_copy(workspace: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """A copy that a test may change."""
    shutil.copytree(workspace.settings.workspace, tmp_path / "copy", symlinks=True)
    with open_workspace(tmp_path / "copy") as made:
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
    return set(list_due(desk(workspace, campaign_id, now=LATER), only_here=True).overdue_below)


def review(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(review_queue(desk(workspace, campaign_id))["unit_code"])


def meeting(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(try_selection(open_trial(desk(workspace, campaign_id)), WhatIf("main")).selection["unit_code"])


def circular(workspace: Workspace, campaign_id: str) -> set[str]:
    return set(plan_notice(desk(workspace, campaign_id, now=LATER), "main", date(2026, 11, 16)).units)


def report(workspace: Workspace, campaign_id: str) -> set[str]:
    """Units for which there is a report of their own, and those in the report at the top."""
    here = desk(workspace, campaign_id)
    return {code for plan in plan_reports(here) for code in plan.unit_codes}


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


# -- what follows from it --------------------------------------------------------------------------------


def test_each_campaign_has_its_own_top_and_its_reviewer_decides_there_only(workspace: Workspace) -> None:
    for campaign_id, top in TOP.items():
        assert (
            find_tops(desk(workspace, campaign_id))
            == find_tops(desk(workspace, campaign_id), "main")
            == [top]
        )
        for other in {*TOP.values(), OTHER_WORKS} - {top}:
            with pytest.raises(RightsError, match="权限范围"):
                open_trial(desk(workspace, campaign_id, reviewer(other)))


def test_who_takes_part_is_told_with_its_roots_and_counts(workspace: Workspace) -> None:
    told = {one: find_joining(workspace, workspace.opened(one)) for one in MEMBERS}
    assert {
        one: (set(joining.roots), joining.members, joining.partners) for one, joining in told.items()
    } == {one: ({TOP[one]}, len(MEMBERS[one]), len(PARTNERS[one])) for one in MEMBERS}
    assert "建设工委" in told["pairing"].words("zh_CN")
    assert "2 partner units" in told["pairing"].words("en")
    assert "partner" not in told["contest"].words("en")


def test_a_unit_of_two_campaigns_has_both_and_gets_the_newest_first(workspace: Workspace) -> None:
    village = Actor("village", "filler", VILLAGE)
    assert [one.campaign.id for one in list_campaigns(workspace, village)] == ["contest", "pairing"]
    assert choose_campaign(workspace, village).campaign.id == "pairing"
    assert choose_campaign(workspace, village, "contest").campaign.id == "contest"
    # the newest campaign of all is not that of this unit
    assert choose_campaign(workspace, Actor("office", "filler", OFFICE)).campaign.id == "contest"


def test_who_takes_part_in_nothing_is_told_so_with_the_name_of_the_unit(workspace: Workspace) -> None:
    with pytest.raises(RightsError, match="运输支部目前没有参加"):
        choose_campaign(workspace, Actor("branch", "filler", OTHER_BRANCH))


@pytest.mark.parametrize("role", ["organiser", "analyst", "admin"])
def test_who_belongs_to_no_unit_has_every_campaign(role: str, workspace: Workspace) -> None:
    assert len(list_campaigns(workspace, Actor("x", role))) == 2


def test_nobody_not_even_the_organiser_acts_on_a_unit_that_takes_no_part(workspace: Workspace) -> None:
    for actor in (operator(), Actor("x", "organiser")):
        with pytest.raises(RightsError, match="不参加"):
            desk(workspace, "pairing", actor).authorise("note", TOWN)
        desk(workspace, "pairing", actor).authorise("note", VILLAGE)


def test_no_code_or_name_of_a_unit_that_takes_no_part_is_in_the_snapshot(workspace: Workspace) -> None:
    units = take_snapshot(workspace, workspace.opened("pairing")).records().units
    assert set(units["unit_code"]) == MEMBERS["pairing"] | PARTNERS["pairing"]
    # a partner hangs below no unit that takes no part itself
    assert set(units["parent_code"].dropna()) == {WORKS, BRANCH}


def test_an_office_without_a_township_is_a_partition_of_its_own_and_its_report_reads_no_other(
    workspace: Workspace,
) -> None:
    snapshot = take_snapshot(workspace, workspace.opened("contest"))
    assert {TOWN, OFFICE, COUNTY} <= set(snapshot.parts)
    assert set(open_report(snapshot.folder, OFFICE).units["unit_code"]) == {OFFICE}
    counted = progress_by_part(desk(workspace, "contest"))
    assert int(counted["owed"].sum()) == len(OWING["contest"])


def test_a_partner_is_surveyed_but_a_unit_that_takes_no_part_is_not(small_copy: Workspace) -> None:
    assert len(make_survey_batch(desk(small_copy, "pairing"), "opinion", VILLAGE, "masses", 2)) == 2
    with pytest.raises((DataError, RightsError), match=TOWN):
        make_survey_batch(desk(small_copy, "pairing"), "opinion", TOWN, "masses", 2)


def test_opening_again_keeps_the_roots_unless_others_are_given(small_copy: Workspace) -> None:
    def opened(**how: object) -> Opened:
        campaign = small_copy.opened("pairing").campaign
        return open_definition(small_copy, operator(), campaign, None, Opening(**how))  # type: ignore[arg-type]

    assert opened().roots == (WORKS,)
    wider = opened(roots=(OTHER_WORKS, WORKS))
    assert wider.roots == small_copy.opened("pairing").roots == (OTHER_WORKS, WORKS)
    assert OTHER_BRANCH in board(small_copy, "pairing")
    assert find_tops(desk(small_copy, "pairing")) == [OTHER_WORKS, WORKS]
    assert opened(roots=()).roots == ()
    assert find_joining(small_copy, small_copy.opened("pairing")).members == 5
    small_copy.opened("contest")


@pytest.mark.parametrize(
    ("code", "said"), [("W9", "没有单位“W9”[\\s\\S]*建设工委"), (BRANCH, "第一总支[\\s\\S]*应是工委")]
)
def test_a_root_that_is_no_unit_or_of_no_root_kind_is_refused_with_the_nearest(
    code: str, said: str, workspace: Workspace
) -> None:
    campaign = workspace.opened("pairing").campaign
    with pytest.raises(UsageError, match=said):
        open_definition(workspace, operator(), campaign, None, Opening(roots=(code,)))


def test_an_override_for_a_unit_of_one_campaign_stops_the_reports_of_no_other(small_copy: Workspace) -> None:
    overrides = small_copy.settings.parameters / "overrides"
    overrides.mkdir()
    (overrides / f"{TOWN}.yaml").write_text("unit: {most: 4}\n", encoding="utf-8")
    both = [small_copy.opened(campaign_id) for campaign_id in TOP]
    with pytest.raises(UsageError, match="nobody"):  # all has been planned before units are looked at
        run_reports(small_copy, both, unit_codes=["nobody"])
    (overrides / "nowhere.yaml").write_text("unit: {most: 4}\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="nowhere"):
        run_reports(small_copy, both, unit_codes=["nobody"])


def test_a_list_over_several_tops_is_the_organisers_and_says_so_to_each_of_them(
    small_copy: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "campaign.yaml"
    path.write_text(PAIRING, encoding="utf-8")
    both = (WORKS, OTHER_WORKS)
    open_definition(small_copy, operator(), read_campaign(path), None, Opening(roots=both, now=DAY))
    for code in both:
        with pytest.raises(RightsError, match=r"2个上级单位.*由活动组织者"):
            meeting_tracks(desk(small_copy, "pairing", reviewer(code), LATER))
    assert [track.id for track in meeting_tracks(desk(small_copy, "pairing", now=LATER))] == ["main"]
    snapshot = take_snapshot(small_copy, small_copy.opened("pairing"))
    report = open_report(snapshot.folder, WORKS, "zh_CN")
    assert "名额由所有上级单位所属的参评单位共用" in report.notice_of(report.tracks_below[0])
