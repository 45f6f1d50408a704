"""The campaign file of source 000 says what the source asks for, and scoring follows it: worked cases by hand."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pbwidgets.campaign import check_answers, compute_answers, read_campaign
from pbwidgets.campaign.model import Campaign, Criterion, Track
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.scoring.frames import COLUMNS, Records, Scores, to_frame
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.units import members, taking_part

FILE = Path(__file__).resolve().parents[2] / "parameters" / "campaigns" / "sanlian_sancu.yaml"
WORKS, COMMITTEE, BELOW, GENERAL, BRANCH, OTHER, PERSON = (
    "990901", "99dwA", "99dwB", "99zzA", "99zbA", "99zbB", "99dyA",
)  # fmt: skip
ORGANISATIONS = ("committee", "general_branch", "branch")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return read_campaign(FILE)


def units() -> list[Row]:
    rows = [
        (WORKS, "works_committee", None),
        (COMMITTEE, "committee", WORKS),
        (BELOW, "committee", COMMITTEE),
        (GENERAL, "general_branch", BELOW),
        (BRANCH, "branch", GENERAL),
        (OTHER, "branch", WORKS),
        (PERSON, "person", BRANCH),
        ("99sqA", "community", WORKS),
        ("99bdA", "army_unit", WORKS),
        ("990301", "county", None),
        ("990301001", "township", "990301"),
        ("990301001001", "village", "990301001"),
    ]
    return [
        {"unit_code": code, "unit_name": f"虚构{code}", "kind": kind, "parent_code": above, "synthetic": True}
        for code, kind, above in rows
    ]


def score(campaign: Campaign, **rows: list[Row]) -> Scores:
    ours = set(members(to_frame(units(), COLUMNS["units"]), campaign.member_kinds)["unit_code"])
    every = {"units": [row for row in units() if row["unit_code"] in ours], **rows}
    common = {"campaign": campaign.id, "period": "2026"}
    frames: dict[str, Any] = {
        item.name: to_frame([{**common, **row} for row in every.get(item.name, [])], COLUMNS[item.name])
        for item in fields(Records)
        if item.name in COLUMNS
    }
    return score_campaign(campaign, "2026", Records(**frames))


def answers(form: str, unit: str, *rows: Row, occurrence: int = 0) -> list[Row]:
    return [
        {"form_id": form, "unit_code": unit, "occurrence": occurrence, "field": field, "row": at,
         "value": str(value), "version": 1, "state": "accepted"}
        for at, row in enumerate(rows)
        for field, value in row.items()
    ]  # fmt: skip


def mark(unit: str, line: str, points: float, source: str = "inspection") -> Row:
    return {"unit_code": unit, "criterion_id": line, "points": points, "layer": "works_committee",
            "source": source, "rater_id": f"R-{source}"}  # fmt: skip


def marks_of_inspectors(unit: str, *, lines: dict[str, float] | None = None) -> list[Row]:
    given = {"c1_innovation": 6, "c1_service": 6, "c1_civility": 5, "c2_content": 4,
             "c3_visits": 5, "c3_help": 4, "c3_effect": 4}  # fmt: skip
    asked = [mark(unit, line, points) for line, points in {**given, **(lines or {})}.items()]
    return [*asked, mark(unit, "c1_service", 8, "masses"), mark(unit, "c3_effect", 6, "masses")]


REGULAR = {"on_agenda": "yes", "goal": "yes", "plan": "yes"}


def filled_in(unit: str, **create: object) -> list[Row]:
    """What a diligent organisation hands in: 8 of 10 measures, two regular pairings of three, seven activities."""
    reached = ("team", "members", "mechanisms", "results", "masses")
    answered = {"responsibility": "yes", "plan": "yes", "measures_set": 10, "measures_done": 8, **create}
    rows = answers("create", unit, answered)
    rows += [
        {**rows[0], "field": "five_marks", "row": at, "value": value} for at, value in enumerate(reached)
    ]
    pairs = [REGULAR, {**REGULAR, "goal": "no"}]
    rows += answers(
        "pairings", unit, *[{f"communities/{name}": value for name, value in pair.items()} for pair in pairs]
    )
    rows += answers("pairings", unit, {f"army_units/{name}": value for name, value in REGULAR.items()})
    kinds = ["visit", "visit", "visit", "visit", "talk", "talk", "lesson"]
    for number, kind in enumerate(kinds, start=1):
        held = {"kind": kind, "partner": "虚构社区", "held_on": f"2026-0{number}-05"}
        rows += answers("joint", unit, held, occurrence=number)
    return rows + answers("experience", unit, {"title": "虚构", "written_on": "2026-08-01"}, occurrence=1)


def points(scores: Scores, unit: str, track: str = "inspection") -> dict[str, float]:
    rows = scores.points
    ours = (rows["unit_code"] == unit) & (rows["track_id"] == track) & (rows["layer"] == "works_committee")
    return {
        str(line): float(value)
        for line, value in rows.loc[ours, ["criterion_id", "points"]].itertuples(index=False)
        if pd.notna(value)
    }


def total(scores: Scores, unit: str, track: str) -> float:
    rows = scores.totals[
        (scores.totals["unit_code"] == unit)
        & (scores.totals["track_id"] == track)
        & (scores.totals["layer"] == "final")
    ]
    (value,) = rows["total"]
    return float(value) if pd.notna(value) else float("nan")


def status(scores: Scores, unit: str, track: str) -> pd.Series:
    rows = scores.selection
    return rows[(rows["unit_code"] == unit) & (rows["track_id"] == track)].iloc[0]


# -- who takes part ------------------------------------------------------------------------------------


def test_committees_general_branches_and_branches_are_members_at_any_depth(campaign: Campaign) -> None:
    register = to_frame(units(), COLUMNS["units"])
    taking = members(register, campaign.member_kinds)
    assert set(taking["unit_code"]) == {WORKS, COMMITTEE, BELOW, GENERAL, BRANCH, OTHER, PERSON}
    assert campaign.unit_kind("committee").parents == ("works_committee", "committee")


def test_communities_villages_and_army_units_are_partners_wherever_they_stand(campaign: Campaign) -> None:
    register = to_frame(units(), COLUMNS["units"])
    found = taking_part(register, campaign.member_kinds, campaign.partner_kinds)
    assert set(found["unit_code"]) - set(members(register, campaign.member_kinds)["unit_code"]) == {
        "99sqA",
        "99bdA",
        "990301001001",
    }
    owing = {kind for form in campaign.forms if form.is_owed for kind in form.unit_kind}
    assessed = {kind for track in campaign.tracks for kind in track.unit_kind}
    assert not (owing | assessed) & set(campaign.partner_kinds)


def test_a_report_is_made_for_each_committee_and_general_branch(campaign: Campaign) -> None:
    assert campaign.partition_by == ("committee", "general_branch")


# -- what is filled in ---------------------------------------------------------------------------------


def test_the_five_requirements_and_five_marks_are_asked_of_every_organisation(campaign: Campaign) -> None:
    form = campaign.form("create")
    assert form.unit_kind == ORGANISATIONS
    asked = {path for path, _ in form.leaves()}
    assert {"responsibility", "plan", "innovation", "service", "civility", "five_marks"} <= asked
    assert [choice.id for choice in campaign.choices["five_marks"]] == [
        "team", "members", "mechanisms", "results", "masses",
    ]  # fmt: skip


def test_a_partner_is_on_the_agenda_has_a_goal_and_a_plan(campaign: Campaign) -> None:
    fields_of = {field.id: {part.id for part in field.fields} for field in campaign.form("pairings").fields}
    assert {"on_agenda", "goal", "plan", "since"} <= fields_of["communities"] & fields_of["army_units"]


def test_an_army_unit_is_named_by_alias_and_its_designation_identifies(campaign: Campaign) -> None:
    leaves = dict(campaign.form("pairings").leaves())
    assert leaves["army_units/designation"].identifies
    assert not leaves["army_units/alias"].sensitive
    assert "army_units/designation" in campaign.form("pairings").sensitive_paths()


def test_joint_activities_are_logged_by_kind_and_content(campaign: Campaign) -> None:
    form = campaign.form("joint")
    assert (form.occurrence, form.reviewed) == ("many", False)
    assert [choice.id for choice in campaign.choices["joint_kind"]] == [
        "visit", "talk", "meeting", "trip", "party_day", "lesson",
    ]  # fmt: skip
    assert [choice.id for choice in campaign.choices["built"]] == ["thought", "team", "civility"]


def test_an_activity_of_tomorrow_is_not_an_activity(campaign: Campaign) -> None:
    form, day = campaign.form("joint"), date(2026, 5, 6)
    held = {"partner": "虚构社区", "kind": "visit", "held_on": "2026-05-07"}
    (problem,) = check_answers(form, campaign, held, complete=True, today=day)
    assert problem.path == "held_on"
    assert check_answers(form, campaign, {**held, "held_on": "2026-05-06"}, complete=True, today=day) == ()


def test_no_form_asks_for_a_household(campaign: Campaign) -> None:
    labels = " ".join(
        field.label.zh for form in campaign.forms if form.survey is None for _, field in form.leaves()
    )
    assert "户" not in labels
    asked = {path for path, _ in campaign.form("member_record").leaves()}
    assert asked == {"role_model", "deeds/kind", "deeds/done_on", "deeds/times"}


def test_members_and_masses_are_asked_anonymously(campaign: Campaign) -> None:
    survey = campaign.form("opinion").survey
    assert survey is not None
    assert [kind.id for kind in survey.rater_kinds] == ["members", "masses"]
    assert campaign.form("opinion").unit_kind == ORGANISATIONS
    assert campaign.form("partner_opinion").unit_kind == ("community", "village")


# -- the inspection ------------------------------------------------------------------------------------


def rated_total() -> float:
    """Points of the rated lines that every kind of organisation has: 70 for inspectors, 30 for the masses."""
    both = (0.7 * 6 + 0.3 * 8) + (0.7 * 4 + 0.3 * 6)
    return 6 + 5 + 4 + 5 + 4 + both


def test_a_committee_scores_as_worked_out_by_hand(campaign: Campaign) -> None:
    scores = score(
        campaign,
        submissions=filled_in(COMMITTEE, organisations_below=4, active_below=3),
        ratings=marks_of_inspectors(COMMITTEE, lines={"c4_guide": 3}),
    )
    got = points(scores, COMMITTEE)
    assert got["c1_measures"] == pytest.approx(4 - 10 * 0.1)  # 80 % of 90
    assert got["c2_regular"] == pytest.approx(8)  # one community and one army unit of two needed
    assert got["c2_times"] == pytest.approx(10 - 3)  # seven of ten
    assert got["c2_kinds"] == pytest.approx(6 - 1.5)  # three of four
    assert got["c4_below"] == pytest.approx(6 - 15 * 0.1)  # 75 % of 90
    assert got["c1_service"] == pytest.approx(0.7 * 6 + 0.3 * 8)
    by_rule = 8 + 4 + 3 + 8 + 7 + 4.5 + 4.5 + 1  # the last one: a paper, as a bonus
    assert total(scores, COMMITTEE, "inspection") == pytest.approx(by_rule + rated_total() + 3)


def test_a_branch_has_its_own_sheet(campaign: Campaign) -> None:
    scores = score(campaign, submissions=filled_in(BRANCH, party_life=3), ratings=marks_of_inspectors(BRANCH))
    got = points(scores, BRANCH)
    assert got["c6_meetings"] == pytest.approx(5 - 1.25)
    assert not {"c4_below", "c4_guide", "c5_below"} & set(got)
    by_rule = 8 + 4 + 3 + 8 + 7 + 4.5 + 3.75
    expected = (by_rule + rated_total()) * 100 / 95 + 1  # of 95 points, rescaled; the bonus as it is
    assert total(scores, BRANCH, "inspection") == pytest.approx(expected)


def test_a_general_branch_answers_for_its_branches(campaign: Campaign) -> None:
    scores = score(
        campaign,
        submissions=filled_in(GENERAL, organisations_below=5, active_below=4),
        ratings=marks_of_inspectors(GENERAL),
    )
    assert points(scores, GENERAL)["c5_below"] == pytest.approx(10 - 10 * 0.2)


def test_the_questions_of_one_kind_are_not_asked_of_another(campaign: Campaign) -> None:
    form = campaign.form("create")
    given = {"party_life": 4, "organisations_below": 3, "active_below": 2}
    kept = {
        kind: set(compute_answers(form_of_unit(form, kind, None), given)) & set(given)
        for kind in ORGANISATIONS
    }
    assert kept["branch"] == {"party_life"}
    assert kept["committee"] == kept["general_branch"] == {"organisations_below", "active_below"}


def test_points_are_rescaled_to_a_hundred_and_marked_as_ours(campaign: Campaign) -> None:
    track = campaign.track("inspection")
    sums = {kind: track.of_unit(kind, None).sheet_points for kind in ORGANISATIONS}
    assert sums == {"committee": 100, "general_branch": 100, "branch": 95}
    assert (track.rescaled, track.base_points) == (True, 100)
    assert [
        track_id for track_id in ("annual", "member") if campaign.track(track_id).sheet_points != 100
    ] == []
    assert all(line.default for track in campaign.tracks for line in track.lines())


def test_rated_lines_have_anchors_from_the_maximum_down(campaign: Campaign) -> None:
    for line in lines_rated(campaign):
        steps = [anchor.points for anchor in line.anchors]
        assert steps == sorted(steps, reverse=True)
        assert steps[0] == line.points


def lines_rated(campaign: Campaign) -> list[Criterion]:
    return [
        line
        for track in campaign.tracks
        for line in track.lines()
        if line.rule is not None and line.rule.name == "rated"
    ]


def test_all_five_marks_are_counted(campaign: Campaign) -> None:
    measures = score(campaign, submissions=filled_in(COMMITTEE)).measures
    (value,) = measures.loc[
        (measures["measure_id"] == "marks_met") & (measures["unit_code"] == COMMITTEE), "value"
    ]
    assert value == 5


def test_falsified_material_cancels_and_a_breach_bars_and_keeps_the_rank(campaign: Campaign) -> None:
    given = [*marks_of_inspectors(COMMITTEE), *marks_of_inspectors(BRANCH), *marks_of_inspectors(OTHER)]
    vetoes = [
        {"unit_code": COMMITTEE, "kind": "falsified", "basis": "虚构一号", "status": "in_force"},
        {"unit_code": BRANCH, "kind": "unlawful", "basis": "虚构二号", "status": "in_force"},
    ]
    scores = score(
        campaign,
        submissions=[*filled_in(BRANCH, party_life=3), *filled_in(OTHER, party_life=4)],
        ratings=given,
        vetoes=vetoes,
    )
    assert status(scores, COMMITTEE, "inspection")["status"] == "disqualified"
    barred = status(scores, BRANCH, "inspection")
    assert (barred["status"], barred["rank"] > 0) == ("barred", True)
    assert status(scores, OTHER, "inspection")["status"] == "selected"


# -- the annual assessment -----------------------------------------------------------------------------


def test_the_inspection_is_a_line_of_the_annual_assessment_rescaled_to_its_share(campaign: Campaign) -> None:
    scores = score(
        campaign,
        submissions=[
            *filled_in(COMMITTEE, organisations_below=4, active_below=3),
            *answers("annual_lines", COMMITTEE, {"business": 90, "integrity": 85}),
        ],
        ratings=marks_of_inspectors(COMMITTEE, lines={"c4_guide": 3}),
    )
    inspected = total(scores, COMMITTEE, "inspection")
    got = points(scores, COMMITTEE, "annual")
    assert got["a1"] == pytest.approx(inspected * 20 / 100)
    assert (got["a2"], got["a3"]) == (pytest.approx(54), pytest.approx(17))
    assert total(scores, COMMITTEE, "annual") == pytest.approx(round(inspected * 0.2 + 71, 2))
    classes = scores.classes[scores.classes["unit_code"] == COMMITTEE]
    assert classes["proposed"].tolist() == [2]  # 良好: from 75 on


def test_a_score_that_is_not_there_yet_is_missing_and_not_nought(campaign: Campaign) -> None:
    lines = answers("annual_lines", GENERAL, {"business": 90, "integrity": 85})
    scores = score(campaign, submissions=lines)
    assert "a1" not in points(scores, GENERAL, "annual")
    rows = scores.totals
    (final,) = rows[
        (rows["unit_code"] == GENERAL) & (rows["track_id"] == "annual") & (rows["layer"] == "final")
    ].itertuples()
    assert (final.total, final.n_missing, final.provisional) == (pytest.approx(71), 1, True)


def test_a_team_that_was_held_to_account_is_not_put_into_the_first_class(campaign: Campaign) -> None:
    every = {"responsibility": "yes", "plan": "yes", "measures_set": 10, "measures_done": 10, "party_life": 4}
    lines = [*filled_in(OTHER, **every), *answers("annual_lines", OTHER, {"business": 100, "integrity": 100})]
    best = {line.id: line.max_points for line in lines_rated(campaign) if line.id.startswith("c")}
    given = [mark(OTHER, line, value) for line, value in best.items() if line != "c4_guide"]
    veto = {"unit_code": OTHER, "kind": "held_to_account", "basis": "虚构三号", "status": "in_force"}
    free = score(campaign, submissions=lines, ratings=given).classes
    capped = score(campaign, submissions=lines, ratings=given, vetoes=[veto]).classes
    found = [frame.loc[frame["unit_code"] == OTHER, "proposed"].tolist() for frame in (free, capped)]
    assert found == [[1], [2]]


# -- members, and what follows -------------------------------------------------------------------------


def test_a_member_scores_by_deeds_and_marks(campaign: Campaign) -> None:
    deeds = [{"deeds/kind": kind, "deeds/times": 2} for kind in ("visit", "help", "volunteer")]
    scores = score(
        campaign,
        submissions=answers("member_record", PERSON, *deeds),
        ratings=[mark(PERSON, "m1", 40, "works_committee")],
    )
    assert points(scores, PERSON, "member") == {
        "m1": pytest.approx(40), "m2": pytest.approx(6 * 1.5), "m3": pytest.approx(3 * 5),
    }  # fmt: skip
    assert status(scores, PERSON, "member")["status"] == "selected"


@pytest.mark.parametrize("track", ["inspection", "member"])
def test_organisations_and_members_are_commended_within_stated_places(campaign: Campaign, track: str) -> None:
    stated: Track = campaign.track(track)
    assert stated.places is not None
    assert stated.award is not None
    assert stated.award.by.zh == "建管工委"
    assert stated.public_notice is not None
    assert stated.public_notice.default


def test_the_secretary_of_a_selected_organisation_is_recommended(campaign: Campaign) -> None:
    scores = score(campaign, submissions=filled_in(OTHER, party_life=4), ratings=marks_of_inspectors(OTHER))
    assert status(scores, OTHER, "inspection")["recommended"] == "secretary"


def test_phases_run_from_carrying_out_to_commendation(campaign: Campaign) -> None:
    phases = campaign.period("2026").phases
    assert [phase.id for phase in phases] == ["carry_out", "inspect", "commend"]
    assert phases[1].begins < phases[0].ends < phases[2].begins
