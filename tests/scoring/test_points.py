import json

import numpy as np
import pytest

A, B, C = "9901001", "9901002", "9901003"
D, E = "9902001", "9902002"


def line(small, scores, unit, criterion="deeds_line", layer="county"):
    where = {"unit_code": unit, "criterion_id": criterion, "layer": layer}
    return small.pick(scores.points, "points", **where), small.pick(scores.points, "reason_code", **where)


def test_a_computed_line_stands_in_every_layer(small):
    scores = small.score(small.make_campaign(), submissions=[small.answer(A, "deeds", 2)])
    for layer in ("own", "district", "county"):
        assert line(small, scores, A, layer=layer) == (30, "scoring.per_missing_item")


def test_a_mark_on_a_computed_line_replaces_it_in_its_layer_only(small):
    scores = small.score(
        small.make_campaign(),
        submissions=[small.answer(A, "deeds", 2)],
        ratings=[small.mark(A, 20, line="deeds_line", comment="一件未核实")],
    )
    assert line(small, scores, A) == (20, "scoring.corrected")
    assert line(small, scores, A, layer="district") == (30, "scoring.per_missing_item")
    where = {"unit_code": A, "criterion_id": "deeds_line", "layer": "county"}
    assert small.pick(scores.points, "source", **where) == "corrected"
    args = json.loads(small.pick(scores.points, "reason_args", **where))
    assert (args["computed"], args["points"], args["comment"]) == (30, 20, "一件未核实")


def test_a_missing_measure_is_no_points_and_never_zero(small):
    scores = small.score(small.make_campaign(), ratings=[small.mark(A, 50)])
    points, reason = line(small, scores, A)
    assert np.isnan(points)
    assert reason == "scoring.missing"


def test_a_mark_fills_a_line_without_data(small):
    mark = small.mark(A, 10, line="deeds_line", comment="台账齐全")
    scores = small.score(small.make_campaign(), ratings=[mark])
    assert line(small, scores, A) == (10, "scoring.corrected_from_nothing")


def test_a_correction_without_a_reason_does_not_count_and_is_told(small):
    scores = small.score(
        small.make_campaign(),
        submissions=[small.answer(A, "deeds", 2)],
        ratings=[small.mark(A, 20, line="deeds_line", comment=" ")],
    )
    assert line(small, scores, A) == (30, "scoring.per_missing_item")
    args = small.pick(scores.points, "reason_args", unit_code=A, criterion_id="deeds_line", layer="county")
    assert ["scoring.note_unexplained", {"points": 20}] in json.loads(args)["notes"]


def test_discretion_without_a_mark_is_zero_and_with_one_carries_its_comment(small):
    extra = small.computed("extra", 3, {"name": "discretion", "lowest": -3, "highest": 3}, bonus=True)
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100), extra]))
    ratings = [small.mark(A, 50), small.mark(B, 50), small.mark(B, -2, line="extra", comment="通报批评")]
    scores = small.score(campaign, ratings=ratings)
    assert line(small, scores, A, "extra") == (0, "scoring.discretion_none")
    assert line(small, scores, B, "extra") == (-2, "scoring.discretion_taken")
    assert small.pick(scores.totals, "total", unit_code=B, layer="final") == 48
    assert small.pick(scores.totals, "n_missing", unit_code=A, layer="final") == 0
    args = small.pick(scores.points, "reason_args", unit_code=B, criterion_id="extra", layer="county")
    assert json.loads(args) == {"comment": "通报批评", "points": 2}


SHARE = {"name": "threshold_then_per_unit", "measure": "done_pct", "threshold": 80, "points_per_unit": 1}


@pytest.fixture
def share_scores(small):
    """A and B have done 70 % and 80 % of what was due, C had nothing due; D of another district 60 %."""

    def run(**line_args):
        share = small.computed("share", 40, SHARE, **line_args)
        campaign = small.make_campaign(
            small.make_track(criteria=[small.rated("unity", 60), share], group="district")
        )
        answers = []
        for unit, done, due in ((A, 7, 10), (B, 8, 10), (C, 0, 0), (D, 6, 10)):
            answers += [small.answer(unit, "done", done), small.answer(unit, "due", due)]
        return small.score(
            campaign, submissions=answers, ratings=[small.mark(unit, 45) for unit in (A, B, C, D)]
        )

    return run


@pytest.mark.parametrize("args", [{}, {"not_applicable": {"then": "leave_out"}}])
def test_a_line_that_does_not_apply_is_left_out_and_the_others_re_weighted(small, share_scores, args):
    scores = share_scores(**args)
    points, reason = line(small, scores, C, "share")
    assert np.isnan(points)
    assert reason == "scoring.not_applicable_left_out"
    # 45 of 60, brought to 100
    assert small.pick(scores.totals, "total", unit_code=C, layer="final") == pytest.approx(75)
    assert not small.pick(scores.totals, "provisional", unit_code=C, layer="final")


def test_a_line_that_does_not_apply_takes_the_mean_of_its_group(small, share_scores):
    scores = share_scores(not_applicable={"then": "group_mean"})
    # A lost 10 of 40, B none; D is in another district
    assert line(small, scores, C, "share") == (35, "scoring.not_applicable_group_mean")
    where = {"unit_code": C, "criterion_id": "share", "layer": "county"}
    assert small.pick(scores.points, "source", **where) == "group_mean"


def test_a_line_that_does_not_apply_can_count_in_full(small, share_scores):
    scores = share_scores(not_applicable={"then": "full"})
    assert line(small, scores, C, "share") == (40, "scoring.not_applicable_full")
    assert small.pick(scores.totals, "total", unit_code=C, layer="final") == 85


def test_a_condition_over_measures_takes_a_line_out(small, share_scores):
    scores = share_scores(not_applicable={"then": "full", "when": "${done_pct} <= 60"})
    assert line(small, scores, D, "share") == (40, "scoring.not_applicable_full")
    assert line(small, scores, A, "share") == (30, "scoring.threshold_then_per_unit")


def with_missing(small, missing, **more):
    campaign = small.make_campaign(small.make_track(missing=missing, **more))
    answers = [small.answer(A, "deeds", 3), small.answer(B, "deeds", 2), small.answer(D, "deeds", 0)]
    return small.score(
        campaign, submissions=answers, ratings=[small.mark(unit, 45) for unit in (A, B, C, D, E)]
    )


@pytest.mark.parametrize(
    ("missing", "total"),
    # 45 of the rated 60, the line with 40 is missing: left out; brought to 100; mean of 40, 30 and 10; none
    [("skip", 45), ("reweight", 75), ("group_mean", 45 + 80 / 3), ("fail", float("nan"))],
)
def test_the_campaign_says_what_a_missing_line_does_to_the_total(small, missing, total):
    scores = with_missing(small, missing)
    assert small.pick(scores.totals, "total", unit_code=C, layer="final") == pytest.approx(total, nan_ok=True)
    assert small.pick(scores.totals, "n_missing", unit_code=C, layer="final") == 1
    assert small.pick(scores.totals, "total", unit_code=A, layer="final") == 85
    where = {"unit_code": C, "criterion_id": "deeds_line", "layer": "county"}
    shown = small.pick(scores.points, "reason_code", **where) + small.pick(
        scores.points, "reason_args", **where
    )
    assert missing in shown


def test_a_group_mean_is_taken_within_the_group_and_stays_missing_without_any_mark(small):
    scores = with_missing(small, "group_mean", group="district")
    assert line(small, scores, C) == (35, "scoring.group_mean_of_kind")
    assert line(small, scores, E) == (10, "scoring.group_mean_of_kind")
    alone = small.score(
        small.make_campaign(small.make_track(missing="group_mean", group="district")),
        ratings=[small.mark(A, 45)],
    )
    assert np.isnan(line(small, alone, A)[0])
    assert small.pick(alone.totals, "total", unit_code=A, layer="final") == 45


def test_no_total_by_a_missing_line_is_no_data_with_its_reason(small):
    scores = with_missing(small, "fail")
    assert small.pick(scores.selection, "status", unit_code=C) == "no_data"
    assert small.pick(scores.selection, "reason_code", unit_code=C) == "scoring.no_total"


def notes(small, scores, unit, layer="county", criterion="unity"):
    args = json.loads(
        small.pick(scores.points, "reason_args", unit_code=unit, criterion_id=criterion, layer=layer)
    )
    return dict(args.get("notes", []))


def test_a_mark_that_differs_from_the_layer_before_says_by_how_much_and_why(small):
    scores = small.score(
        small.make_campaign(),
        ratings=[
            small.mark(A, 40, "own"),
            small.mark(A, 50, "district", comment="现场查看较好"),
            small.mark(A, 45, "county", comment="材料不全"),
            small.mark(B, 40, "own"),
            small.mark(B, 45, "county", comment="现场查看较好"),
            small.mark(C, 40, "own"),
            small.mark(C, 40, "county", comment="同意"),
            small.mark(D, 40, "county", comment="未自评"),
            small.mark(E, 40, "own"),
            small.mark(E, 30, "county"),
        ],
    )
    below = {"layer_id": "district", "gap": 5, "comment": "材料不全"}
    assert notes(small, scores, A)["scoring.note_below_layer"] == below
    assert notes(small, scores, A, "district")["scoring.note_above_layer"]["gap"] == 10
    # the district has not marked B: the nearest layer before with a mark is its own
    assert notes(small, scores, B)["scoring.note_above_layer"]["layer_id"] == "own"
    for unit in (C, D, E):  # no difference, nothing to differ from, no reason given
        assert not {"scoring.note_above_layer", "scoring.note_below_layer"} & set(notes(small, scores, unit))


JURY = [{"id": "masses", "weight": 30}, {"id": "leaders", "weight": 70}, {"id": "office", "weight": 100}]


@pytest.fixture
def jury(small):
    """Scores of one rated line of 100 points marked by the sources named, out of three of the county."""

    def run(line_sources, marks):
        sources = [{**source, "name": small.words(source["id"])} for source in JURY]
        track = small.make_track(
            layers=[{"id": "own"}, {"id": "county", "sources": sources}],
            criteria=[small.rated("unity", 100, sources=line_sources)],
        )
        ratings = [small.mark(A, points, source=source) for source, points in marks.items()]
        return small.score(small.make_campaign(track), ratings=[*ratings, small.mark(A, 55, "own")])

    return run


@pytest.mark.parametrize(
    ("line_sources", "points"),
    # 0.3 × 60 + 0.7 × 80 = 74; alone; all three with weights 30, 70, 100: 0.15 × 60 + 0.35 × 80 + 0.5 × 20 = 47
    [(["masses", "leaders"], 74), (["office"], 20), ([], 47)],
)
def test_only_the_sources_that_a_line_names_mark_it(small, jury, line_sources, points):
    scores = jury(line_sources, {"masses": 60, "leaders": 80, "office": 20})
    assert line(small, scores, A, "unity")[0] == pytest.approx(points)
    assert line(small, scores, A, "unity", "own")[0] == 55  # a layer without these sources marks as ever


def test_a_source_that_does_not_mark_the_line_is_not_missing(small, jury):
    scores = jury(["masses", "leaders"], {"leaders": 80})
    assert line(small, scores, A, "unity") == (80, "scoring.rated_sources")
    assert notes(small, scores, A) == {"scoring.note_source_missing": {"source_id": "masses"}}


def test_a_line_of_one_source_names_who_has_not_marked_it(small, jury):
    scores = jury(["masses"], {"leaders": 80})
    points, reason = line(small, scores, A, "unity")
    assert np.isnan(points)
    assert reason == "scoring.not_rated_by"


GROUP_MEAN = {"name": "against_group", "measure": "deeds", "benchmark": "mean", "points_per_unit": 1}


@pytest.mark.parametrize(("group", "expected"), [(None, (39, 40)), ("district", (40, 40))])
def test_a_rule_against_the_group_follows_the_group_of_the_track(small, group, expected):
    # A has 4 deeds, D 6: the mean of all is 5, of each district its own
    against = small.computed("against", 40, GROUP_MEAN)
    track = small.make_track(criteria=[small.rated("unity", 60), against], group=group)
    scores = small.score(
        small.make_campaign(track), submissions=[small.answer(A, "deeds", 4), small.answer(D, "deeds", 6)]
    )
    assert tuple(line(small, scores, unit, "against")[0] for unit in (A, D)) == expected
    args = small.pick(scores.points, "reason_args", unit_code=A, criterion_id="against", layer="county")
    assert json.loads(args)["group_id"] == (group or "")
