"""Laws of the whole way: whatever the records, these hold."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.scoring.frames import COLUMNS, RECORD_FRAMES, Records, Scores
from pbwidgets.scoring.pipeline import score_campaign

TEAMS = ["9901001", "9901002", "9901003", "9902001", "9902002"]
QUICK = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])

cases = st.fixed_dictionaries(
    {
        "marks": st.lists(
            st.tuples(
                st.sampled_from(TEAMS),
                st.sampled_from(["own", "district", "county"]),
                st.integers(0, 60),
                st.booleans(),
            ),
            max_size=12,
        ),
        "deeds": st.dictionaries(st.sampled_from(TEAMS), st.integers(0, 4), max_size=5),
        "vetoed": st.sets(st.sampled_from(TEAMS), max_size=2),
        "nominated": st.lists(st.sampled_from(TEAMS), unique=True, max_size=5),
        "places": st.integers(1, 4),
        "missing": st.sampled_from(["skip", "reweight", "group_mean", "fail"]),
    }
)


@pytest.fixture
def build(small):
    def make(case):
        gate = {"id": "falsified", "name": small.words("弄虚作假"), "effect": "disqualify", "scope": "unit"}
        nomination = {"by": "district", "allotment": {"lowest": 1, "usual": 2, "highest": 3}}
        track = small.make_track(
            gates=[gate],
            nomination=nomination,
            places=case["places"],
            missing=case["missing"],
            group="district",
        )
        records = small.make_records(
            ratings=[
                small.mark(unit, points, layer, rater_id=f"R{at}", recused=recused)
                for at, (unit, layer, points, recused) in enumerate(case["marks"])
            ],
            submissions=[small.answer(unit, "deeds", number) for unit, number in case["deeds"].items()],
            vetoes=[
                {
                    "unit_code": unit,
                    "track_id": "teams",
                    "kind": "falsified",
                    "basis": "通报",
                    "status": "in_force",
                }
                for unit in case["vetoed"]
            ],
            nominations=[
                {
                    "track_id": "teams",
                    "unit_code": unit,
                    "by_unit": unit[:4],
                    "order": at,
                    "status": "in_force",
                }
                for at, unit in enumerate(case["nominated"], start=1)
            ],
        )
        return small.make_campaign(track), records

    return make


def each(scores: Scores):
    return ((item.name, getattr(scores, item.name)) for item in fields(Scores))


@QUICK
@given(case=cases)
def test_places_are_kept_vetoed_units_stay_out_and_allotments_hold(build, case):
    campaign, records = build(case)
    scores = score_campaign(campaign, "2026", records)
    rows = scores.selection
    assert (rows["status"] == "selected").sum() <= case["places"]
    assert (
        not set(rows.loc[rows["status"].isin(["selected", "tied_at_cut", "waiting"]), "unit_code"])
        & case["vetoed"]
    )
    assert rows["unit_code"].tolist() == TEAMS
    assert (rows["reason_zh"] != "").all()
    assert (scores.balance["nominated"] <= scores.balance["allotted"]).all()
    contenders = rows[rows["rank"] > 0]
    for _, own in contenders.iterrows():
        assert own["rank"] == 1 + (contenders["total"] > own["total"]).sum()


@QUICK
@given(case=cases, seed=st.integers(0, 1000))
def test_the_order_of_rows_makes_no_difference_and_inputs_are_not_changed(build, case, seed):
    campaign, records = build(case)
    shuffled = Records(
        **{name: getattr(records, name).sample(frac=1, random_state=seed) for name in RECORD_FRAMES}
    )
    before = {name: getattr(shuffled, name).copy() for name in RECORD_FRAMES}
    one, other = score_campaign(campaign, "2026", records), score_campaign(campaign, "2026", shuffled)
    for name, frame in each(one):
        pd.testing.assert_frame_equal(frame, getattr(other, name))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, getattr(shuffled, name))


@QUICK
@given(case=cases, unit=st.sampled_from(TEAMS), more=st.integers(1, 3))
def test_more_of_a_good_thing_never_worsens_a_rank(build, case, unit, more):
    campaign, records = build(case | {"deeds": {team: case["deeds"].get(team, 0) for team in TEAMS}})
    better = records.submissions.copy()
    own = better["unit_code"] == unit
    better.loc[own, "value"] = (better.loc[own, "value"].astype(int) + more).astype(str)
    before = score_campaign(campaign, "2026", records).ranking.set_index("unit_code")["rank"]
    after = score_campaign(campaign, "2026", replace(records, submissions=better)).ranking.set_index(
        "unit_code"
    )["rank"]
    assert after[unit] <= before[unit]
    assert (after[unit] > 0) == (before[unit] > 0)


@QUICK
@given(case=cases)
def test_every_frame_has_its_columns_and_types(build, case):
    campaign, records = build(case)
    for name, frame in each(score_campaign(campaign, "2026", records)):
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == dict(COLUMNS[name])
        assert list(frame.index) == list(range(len(frame)))


def test_no_records_at_all_give_a_row_without_data_for_every_unit(small):
    scores = small.score(small.make_campaign())
    assert (scores.selection["status"] == "no_data").all()
    assert len(scores.selection) == len(TEAMS)


def test_an_empty_register_gives_empty_frames(small):
    units = small.make_units([])
    scores = small.score(small.make_campaign(), units)
    assert scores.selection.empty
    assert scores.points.empty


def test_a_unit_that_was_merged_away_has_no_row_although_it_submitted(small):
    scores = small.score(
        small.make_campaign(),
        submissions=[small.answer("9901999", "deeds", 3)],
        ratings=[small.mark("9901999", 60)],
    )
    for name in ("measures", "marks", "points", "totals", "ranking", "selection"):
        assert "9901999" not in set(getattr(scores, name)["unit_code"]), name


def test_a_track_that_is_no_contest_is_not_scored(small):
    scores = small.score(small.make_campaign(small.make_track(kind="checklist")))
    assert scores.selection.empty


def test_ten_thousand_units_are_scored_and_selected(small):
    units = small.make_units([100] * 100)
    teams = units.loc[units["kind"] == "team", "unit_code"].tolist()
    marks = np.arange(len(teams)) % 61
    records = small.make_records(
        units, ratings=[small.mark(unit, float(points)) for unit, points in zip(teams, marks, strict=True)]
    )
    scores = score_campaign(small.make_campaign(), "2026", records)
    assert len(scores.selection) == 10_000
