"""The campaign file of source 004 says what the source asks for, and scoring follows it."""

from pathlib import Path
from typing import Any

import pytest

from pbwidgets.campaign import campaign_version, read_campaign
from pbwidgets.campaign.model import Campaign, Criterion, Track
from pbwidgets.scoring.frames import COLUMNS, RECORD_FRAMES, Records, Scores, to_frame
from pbwidgets.scoring.pipeline import score_campaign

FILE = Path(__file__).resolve().parents[2] / "parameters" / "campaigns" / "sanji_lianzheng.yaml"
COUNTY, TOWN, NEIGHBOUR = "990301", "990301001", "990301002"
VILLAGES = [f"{TOWN}{place:03d}" for place in range(1, 9)]
PERSON = f"{VILLAGES[0]}01"
TRACKS = ("township", "village", "pioneer")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return read_campaign(FILE)


def units() -> list[Row]:
    rows = [(COUNTY, "county", None), (TOWN, "township", COUNTY), (NEIGHBOUR, "township", COUNTY)]
    rows += [(code, "village", TOWN) for code in VILLAGES] + [(PERSON, "person", VILLAGES[0])]
    return [
        {"unit_code": code, "unit_name": f"虚构{code}", "kind": kind, "parent_code": above, "synthetic": True}
        for code, kind, above in rows
    ]


def score(campaign: Campaign, **rows: list[Row]) -> Scores:
    every = {"units": units(), **rows}
    common = {"campaign": campaign.id, "period": "2026"}
    frames = {
        name: to_frame([{**common, **row} for row in every.get(name, [])], COLUMNS[name])
        for name in RECORD_FRAMES
    }
    return score_campaign(campaign, "2026", Records(**frames))


def answers(form: str, unit: str, *rows: dict[str, object]) -> list[Row]:
    return [
        {"form_id": form, "unit_code": unit, "field": field, "row": at, "value": str(value), "version": 1,
         "state": "accepted"}
        for at, row in enumerate(rows)
        for field, value in row.items()
    ]  # fmt: skip


def mark(unit: str, line: str, points: float, layer: str, source: str) -> Row:
    return {"unit_code": unit, "criterion_id": line, "points": points, "layer": layer, "source": source,
            "rater_id": "R01"}  # fmt: skip


def marks(track: Track, unit: str, source: str, share: float, layer: str = "county") -> list[Row]:
    """A mark on every rated line, as a share of its maximum."""
    rated = [line for line in track.lines() if line.rule is not None and line.rule.name == "rated"]
    return [mark(unit, line.id, share * line.max_points, layer, source) for line in rated]


def nominate(track: str, codes: list[str]) -> list[Row]:
    return [
        {"track_id": track, "unit_code": code, "by_unit": TOWN, "order": at, "status": "in_force"}
        for at, code in enumerate(codes, start=1)
    ]


def measure(scores: Scores, measure_id: str, unit: str) -> float:
    rows = scores.measures[
        (scores.measures["measure_id"] == measure_id) & (scores.measures["unit_code"] == unit)
    ]
    (value,) = rows["value"]
    return float(value)


PUT_RIGHT = "rectifications"


def lines(campaign: Campaign) -> list[Criterion]:
    return [line for track in campaign.tracks for line in track.lines()]


# -- goals and score sheets ----------------------------------------------------------------------------


def test_but_for_its_sender_and_what_is_put_right_its_version_is_that_of_the_periods_that_were_opened_with_it(
    campaign: Campaign,
) -> None:
    (period,) = campaign.periods
    phases = (
        phase.model_copy(update={"forms": tuple(form for form in phase.forms if form != PUT_RIGHT)})
        for phase in period.phases
    )
    before = {
        "office": None,
        "forms": tuple(form for form in campaign.forms if form.id != PUT_RIGHT),
        "periods": (period.model_copy(update={"phases": tuple(phases)}),),
    }
    assert campaign.office is not None
    assert campaign.office.sender_at("虚构县") == "中共虚构县委员会"
    assert campaign_version(campaign.model_copy(update=before)) == "6aebc6d895a4"


def test_three_tracks_have_ten_a_hundred_and_a_hundred_places(campaign: Campaign) -> None:
    assert {track.id: (track.unit_kind, track.places) for track in campaign.tracks} == {
        "township": (("township",), 10),
        "village": (("village",), 100),
        "pioneer": (("person",), 100),
    }


def test_the_tracks_have_five_seven_and_four_criteria(campaign: Campaign) -> None:
    assert [len(campaign.track(track).criteria) for track in TRACKS] == [5, 7, 4]


@pytest.mark.parametrize("track", TRACKS)
def test_points_add_up_to_a_hundred_and_are_marked_as_ours(campaign: Campaign, track: str) -> None:
    base = [line for line in campaign.track(track).lines() if not line.bonus]
    assert sum(line.points or 0 for line in base) == 100
    assert all(line.default for line in campaign.track(track).lines())


def test_every_line_has_both_languages_evidence_and_a_rule(campaign: Campaign) -> None:
    for line in lines(campaign):
        assert line.rule is not None, line.id
        assert line.evidence is not None, line.id
        for text in (line.name, line.evidence):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh), line.id
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.en), line.id


def test_rated_lines_have_anchors_from_the_maximum_down(campaign: Campaign) -> None:
    rated = [line for line in lines(campaign) if line.rule is not None and line.rule.name == "rated"]
    assert rated
    for line in rated:
        points = [anchor.points for anchor in line.anchors]
        assert len(points) >= 3, line.id
        assert points[0] == line.points, line.id
        assert points == sorted(set(points), reverse=True), line.id


def test_the_village_track_uses_at_least_six_rules(campaign: Campaign) -> None:
    assert len({line.rule.name for line in campaign.track("village").lines() if line.rule}) >= 6


def test_the_five_good_are_five_lines_the_organiser_may_edit(campaign: Campaign) -> None:
    assert [choice.id for choice in campaign.choices["five_good"]] == [
        "team", "members", "mechanism", "results", "response",
    ]  # fmt: skip


def test_the_village_centre_counts_four_aspects_and_six_uses(campaign: Campaign) -> None:
    village = answers(
        "village_application",
        VILLAGES[0],
        {
            "centre_aspects": "facilities rules functions management",
            "centre_uses": "education training culture party_life deliberation democracy",
        },
    )
    scores = score(campaign, submissions=village)
    assert measure(scores, "centre_aspects", VILLAGES[0]) == len(campaign.choices["centre_aspect"]) == 4
    assert measure(scores, "centre_uses", VILLAGES[0]) == len(campaign.choices["centre_use"]) == 6


def test_an_enterprise_may_be_joint_stock_sole_or_with_outside_capital(campaign: Campaign) -> None:
    assert [choice.id for choice in campaign.choices["enterprise_form"]] == [
        "joint",
        "sole",
        "outside",
        "none",
    ]
    for form, runs in (("joint", 1), ("sole", 1), ("outside", 1), ("none", 0)):
        given = answers("pioneer_application", PERSON, {"enterprise_form": form})
        assert measure(score(campaign, submissions=given), "runs_enterprise", PERSON) == runs


def test_services_to_neighbours_are_counted_by_seven_kinds(campaign: Campaign) -> None:
    kinds = [choice.id for choice in campaign.choices["service_kind"]]
    assert kinds == ["start_up", "jobs", "varieties", "information", "technique", "management", "sales"]
    given = answers("pioneer_application", PERSON, *({"services/kind": kind} for kind in [*kinds, "sales"]))
    assert measure(score(campaign, submissions=given), "service_kinds", PERSON) == 7


def test_a_spread_is_a_document_or_a_meeting_of_the_county_or_above(campaign: Campaign) -> None:
    assert [choice.id for choice in campaign.choices["spread_kind"]] == ["document", "on_site", "exchange"]
    assert [choice.id for choice in campaign.choices["spread_level"]] == ["county", "city", "province"]


# -- what a township sets up ---------------------------------------------------------------------------


def test_the_set_up_form_asks_for_leadership_staff_and_plan(campaign: Campaign) -> None:
    form = campaign.form("township_setup")
    asked = dict(form.leaves())
    for path in ("leading_group", "secretary_leads", "leader_in_charge", "staff_count", "work_plan"):
        assert asked[path].required, path
    assert asked["staff_names"].sensitive
    assert asked["work_plan_file"].type == "file"


def test_the_set_up_form_is_not_scored_itself(campaign: Campaign) -> None:
    form = {item.id for item in campaign.measures if item.form == "township_setup"}
    used = {getattr(line.rule, "measure", None) for line in campaign.track("township").lines()}
    assert used
    assert not form & used
    assert all("township_setup" not in track.forms for track in campaign.tracks)


def test_analyses_are_counted_by_quarter_and_gaps_are_asked_for(campaign: Campaign) -> None:
    given = answers(
        "township_setup", TOWN, *({"analyses/quarter": quarter} for quarter in ("q1", "q1", "q3"))
    )
    assert measure(score(campaign, submissions=given), "analysed_quarters", TOWN) == 2
    assert {"analyses/held_on", "analyses/gaps"} <= {
        path for path, _ in campaign.form("township_setup").leaves()
    }


def test_meetings_of_three_kinds_are_counted(campaign: Campaign) -> None:
    kinds = [choice.id for choice in campaign.choices["meeting_kind"]]
    assert kinds == ["on_site", "dispatch", "exchange"]
    given = answers("township_setup", TOWN, *({"meetings/kind": kind} for kind in kinds))
    assert measure(score(campaign, submissions=given), "meetings_held", TOWN) == 3


def test_examples_in_television_and_radio_are_counted(campaign: Campaign) -> None:
    assert {"television", "radio"} <= {choice.id for choice in campaign.choices["medium"]}
    given = answers(
        "township_setup",
        TOWN,
        {"publicity/example": "积分管理", "publicity/medium": "television"},
        {"publicity/example": "村民议事", "publicity/medium": "radio"},
    )
    assert measure(score(campaign, submissions=given), "publicity_items", TOWN) == 2


def test_facts_of_a_township_are_given_to_each_of_its_villages(campaign: Campaign) -> None:
    given = answers(
        "township_setup",
        TOWN,
        {"village_scheme": "yes", "meetings/kind": "exchange", "meetings/about_villages": "yes"},
    )
    scores = score(campaign, submissions=given)
    for village in VILLAGES:
        assert measure(scores, "scheme_of_township", village) == 1
        assert measure(scores, "village_meetings_of_township", village) == 1


# -- nomination, layers, gates -------------------------------------------------------------------------


def test_a_township_nominates_four_to_six_villages(campaign: Campaign) -> None:
    nomination = campaign.track("village").nomination
    assert nomination is not None
    assert nomination.allotment is not None
    assert nomination.by == "township"
    assert (nomination.allotment.lowest, nomination.allotment.usual, nomination.allotment.highest) == (
        4,
        5,
        6,
    )


def test_villages_above_the_allotment_do_not_count_and_fewer_than_four_are_shown(campaign: Campaign) -> None:
    allotted = [{"track_id": "village", "by_unit": TOWN, "allotted": 6}]
    many = score(campaign, nominations=nominate("village", VILLAGES), allotments=allotted).balance
    few = score(campaign, nominations=nominate("village", VILLAGES[:3]), allotments=allotted).balance
    ours = ("village", TOWN)
    assert many.set_index(["track_id", "by_unit"]).loc[ours, ["nominated", "refused", "short"]].tolist() == [
        6,
        2,
        0,
    ]
    assert few.set_index(["track_id", "by_unit"]).loc[ours, ["nominated", "refused", "short"]].tolist() == [
        3,
        0,
        1,
    ]


def test_townships_are_all_assessed_and_pioneers_nominated_without_a_number(campaign: Campaign) -> None:
    assert campaign.track("township").nomination is None
    nomination = campaign.track("pioneer").nomination
    assert nomination is not None
    assert (nomination.by, nomination.allotment) == ("township", None)


def test_the_last_layer_counts_and_self_marks_never_do(campaign: Campaign) -> None:
    village = campaign.track("village")
    layers = {track: [layer.id for layer in campaign.track(track).layers] for track in TRACKS}
    assert layers == {
        "township": ["self", "county"],
        "village": ["self", "township", "county"],
        "pioneer": ["self", "township", "county"],
    }
    given = [
        *marks(village, VILLAGES[0], "self", 1.0, "self"),
        *marks(village, VILLAGES[0], "township", 0.8, "township"),
    ]
    town_only = score(campaign, ratings=given).totals
    both = score(campaign, ratings=[*given, *marks(village, VILLAGES[0], "on_site", 0.5)]).totals
    final = [
        totals[(totals["unit_code"] == VILLAGES[0]) & (totals["layer"] == "final")].iloc[0]
        for totals in (town_only, both)
    ]
    rated = sum(
        line.max_points for line in village.lines() if line.rule is not None and line.rule.name == "rated"
    )
    free_of_incidents = 10
    assert final[0]["total"] == pytest.approx(0.8 * rated + free_of_incidents)
    assert final[0]["provisional"]
    assert final[1]["total"] == pytest.approx(0.5 * rated + free_of_incidents)


def test_the_county_decides_by_assessment_and_review_meeting_or_on_the_spot(campaign: Campaign) -> None:
    sources = {
        track: [source.id for source in campaign.sources_of(campaign.track(track), "county")]
        for track in TRACKS
    }
    assert sources == {
        "township": ["assessment", "review"],
        "village": ["on_site"],
        "pioneer": ["inspection"],
    }
    assert all(campaign.track(track).decided_by is not None for track in TRACKS)


def test_the_running_record_may_add_or_take_points_with_a_reason(campaign: Campaign) -> None:
    village = campaign.track("village")
    record = {**mark(VILLAGES[0], "v7_record", -2, "county", "on_site"), "comment": "平时抽查两次缺席"}
    scores = score(campaign, ratings=[*marks(village, VILLAGES[0], "on_site", 0.5), record])
    points = scores.points[scores.points["unit_code"] == VILLAGES[0]]
    (row,) = points[(points["criterion_id"] == "v7_record") & (points["layer"] == "county")].to_dict(
        "records"
    )
    assert row["points"] == -2
    assert "平时抽查两次缺席" in row["reason_args"]


def test_an_incident_entered_by_the_county_bars_a_village(campaign: Campaign) -> None:
    form = campaign.form("stability")
    assert form.filled_by == "county"
    assert [path for path, _ in form.leaves()] == [
        "incidents", "confirmed_by", "document_number", "confirmed_on",
    ]  # fmt: skip
    given = marks(campaign.track("village"), VILLAGES[0], "on_site", 1.0)
    rows = score(
        campaign,
        ratings=given,
        nominations=nominate("village", VILLAGES[:4]),
        submissions=answers("stability", VILLAGES[0], {"incidents": 1}),
    ).selection.set_index(["track_id", "unit_code"])
    assert rows.loc[("village", VILLAGES[0]), "status"] == "barred"


@pytest.mark.parametrize(
    ("track", "unit", "gate"),
    [
        ("township", TOWN, "falsified_township"),
        ("village", VILLAGES[0], "falsified_village"),
        ("pioneer", PERSON, "falsified_pioneer"),
    ],
)
def test_falsified_material_cancels_eligibility_in_every_track(
    campaign: Campaign, track: str, unit: str, gate: str
) -> None:
    (found,) = (item for item in campaign.track(track).gates if item.id == gate)
    assert (found.effect, found.scope) == ("disqualify", "unit")
    veto = {"unit_code": unit, "kind": gate, "basis": "虚构文号", "status": "in_force"}
    rows = score(campaign, vetoes=[veto]).selection.set_index(["track_id", "unit_code"])
    assert rows.loc[(track, unit), "status"] == "disqualified"
    assert "虚构文号" in rows.loc[(track, unit), "reason_zh"]


# -- ranking, recommendation, notice -------------------------------------------------------------------


@pytest.mark.parametrize("track", TRACKS)
def test_rounding_ties_and_waiting_are_stated(campaign: Campaign, track: str) -> None:
    stated = campaign.track(track)
    assert (stated.rounding.digits, stated.rounding.before_ranking) == (2, True)
    assert len(stated.tie_breaks) >= 2
    assert stated.waiting > 0


def test_a_selected_township_is_recommended_with_three_officers(campaign: Campaign) -> None:
    given = marks(campaign.track("township"), TOWN, "assessment", 0.9)
    rows = score(campaign, ratings=given).selection.set_index(["track_id", "unit_code"])
    assert (
        rows.loc[("township", TOWN), "recommended"]
        == "advanced_committee advanced_organisation township_officers"
    )
    officers = campaign.track("township").recommendations[-1].officers
    assert [post.zh for post in officers] == ["乡镇党委书记", "主管领导", "组织委员"]


def test_the_secretary_of_a_selected_village_is_recommended(campaign: Campaign) -> None:
    given = marks(campaign.track("village"), VILLAGES[0], "on_site", 0.9)
    rows = score(campaign, ratings=given, nominations=nominate("village", VILLAGES[:4])).selection
    chosen = rows.set_index(["track_id", "unit_code"]).loc[("village", VILLAGES[0])]
    assert (chosen["status"], chosen["recommended"]) == ("selected", "village_secretary")
    (item,) = campaign.track("village").recommendations
    assert [post.zh for post in item.officers] == ["村党组织书记"]


@pytest.mark.parametrize("track", TRACKS)
def test_results_are_put_up_before_they_are_named_by_the_county(campaign: Campaign, track: str) -> None:
    stated = campaign.track(track)
    assert stated.public_notice is not None
    assert (stated.public_notice.days, stated.public_notice.default) == (7, True)
    assert stated.award is not None
    assert stated.award.by.zh == "中共县委"


def test_pioneers_get_a_material_reward(campaign: Campaign) -> None:
    material = {track: campaign.track(track).award for track in TRACKS}
    assert [track for track, award in material.items() if award is not None and award.material] == ["pioneer"]


def test_phases_run_from_setting_up_to_commendation(campaign: Campaign) -> None:
    phases = campaign.period("2026").phases
    assert [phase.id for phase in phases] == [
        "set_up", "create", "self_assess", "nominate", "county_check", "review_meeting", "notice", "commend",
    ]  # fmt: skip
    ends = [phase.ends for phase in phases]
    assert ends == sorted(ends)
    assert all(phase.begins <= phase.ends for phase in phases)
