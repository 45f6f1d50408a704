"""Headings settled as one, worked out on paper: base, floor, ceiling, a whole that is missing, nesting."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.scoring.pipeline import score_campaign, score_tracks
from pbwidgets.scoring.reasons import word_losses, word_reason
from pbwidgets.scoring.sheet import explain_unit

A, B, C, D = "9901001", "9901002", "9901003", "9902001"


def heading(small, heading_id, *criteria, **more):
    return {"id": heading_id, "name": small.words(heading_id), "criteria": list(criteria), **more}


def fault_line(small, line_id="fault_line", **more):
    """Deduction of 5 for each fault, no cap that matters, inside a base."""
    rule = {"name": "capped_deduction", "measure": "faults", "points_each": 5, "cap": 100}
    return small.computed(line_id, 0, rule, **more)


def deed_line(small, points=0, **more):
    """10 for each of three deeds fewer, at most 30."""
    return small.computed("deeds_line", points, small.DEEDS | {"floor": -30}, **more)


def discipline(small, **settle):
    """A heading of 20 points from which 5 are taken for each fault, and up to 3 by a reviewer."""
    extra = {"name": "discretion", "lowest": -3, "highest": 0}
    lines = (fault_line(small), small.computed("extra", 0, extra))
    return heading(small, "discipline", *lines, settle={"base": 20, "floor": 0, **settle})


def answers(small, **faults):
    codes = {"a": A, "b": B, "c": C, "d": D}
    return [small.answer(codes[name], "faults", count) for name, count in faults.items() if count is not None]


def points_of(small, scores, criterion, *units, layer="county"):
    return [
        small.pick(scores.points, "points", unit_code=unit, criterion_id=criterion, layer=layer)
        for unit in units
    ]


def totals_of(small, scores, *units):
    return [small.pick(scores.totals, "total", unit_code=unit, layer="final") for unit in units]


def reason_of(small, campaign, scores, unit, criterion, lang="zh_CN"):
    row = scores.points[
        (scores.points["unit_code"] == unit)
        & (scores.points["criterion_id"] == criterion)
        & (scores.points["layer"] == "county")
    ].iloc[0]
    return word_reason(campaign, row["reason_code"], row["reason_args"], lang)


def test_lines_deduct_from_the_base_and_stop_at_the_floor(small):
    campaign = small.make_campaign(
        small.make_track(criteria=[small.rated("unity", 80), discipline(small)], tie_breaks=[])
    )
    ratings = [small.mark(unit, 70) for unit in (A, B, C)]
    ratings.append(small.mark(B, -2, line="extra", comment="迟报"))
    scores = small.score(campaign, submissions=answers(small, a=0, b=2, c=9), ratings=ratings)
    # 20; 20 - 10 - 2; 20 - 45 is 0
    assert points_of(small, scores, "discipline", A, B, C) == [20, 8, 0]
    assert totals_of(small, scores, A, B, C) == [90, 78, 70]
    assert reason_of(small, campaign, scores, A, "discipline") == "基础分20分，没有扣分和加分，得20分。"
    assert reason_of(small, campaign, scores, B, "discipline") == "基础分20分，各项合计扣12分，得8分。"
    assert (
        reason_of(small, campaign, scores, C, "discipline") == "基础分20分，各项扣分合计45分，按最低0分计。"
    )
    assert (
        reason_of(small, campaign, scores, C, "discipline", "en")
        == "Base of 20, less 45: the floor of 0 counts."
    )


def test_a_ceiling_holds_what_lines_earn_on_top_of_the_base_points(small):
    bonus = {"name": "capped_bonus", "measure": "deeds", "points_each": 2}
    extra = heading(
        small,
        "extra",
        small.computed("deeds_line", 10, bonus, bonus=True),
        small.computed("faults_up", 10, bonus | {"measure": "faults"}, bonus=True),
        settle={"ceiling": 6},
    )
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100), extra]))
    rows = [*answers(small, a=1, b=2), small.answer(A, "deeds", 1), small.answer(B, "deeds", 2)]
    scores = small.score(campaign, submissions=rows, ratings=[small.mark(A, 90), small.mark(B, 90)])
    assert points_of(small, scores, "extra", A, B) == [4, 6]
    assert totals_of(small, scores, A, B) == [94, 96]
    assert reason_of(small, campaign, scores, B, "extra") == "各项合计8分，按最高6分计。"
    assert campaign.tracks[0].criteria[1].max_points == 0
    assert campaign.tracks[0].sheet_points == 100


def test_deductions_inside_the_base_are_re_weighted_with_it(small):
    """Without a line of 40, 60 points stand for 100: (30 + 20 - 5) × 100 / 60."""
    out = {"then": "leave_out", "when": "${deeds} = 0"}
    criteria = [small.rated("unity", 40), deed_line(small, 40, not_applicable=out), discipline(small)]
    campaign = small.make_campaign(small.make_track(criteria=criteria))
    rows = [*answers(small, a=1), small.answer(A, "deeds", 0)]
    scores = small.score(campaign, submissions=rows, ratings=[small.mark(A, 30)])
    assert totals_of(small, scores, A) == [pytest.approx(75)]


@pytest.mark.parametrize(
    ("missing", "of_b", "total_b"),
    # A has 60 + 15; B's fault line is missing, so its whole heading is
    [("skip", np.nan, 40), ("reweight", np.nan, 50), ("group_mean", 15, 55), ("fail", np.nan, np.nan)],
)
def test_one_part_missing_makes_the_whole_missing_and_the_track_treats_it_as_one_line(
    small, missing, of_b, total_b
):
    whole = heading(
        small, "whole", fault_line(small), small.rated("style", 5), settle={"base": 15, "missing": "whole"}
    )
    track = small.make_track(criteria=[small.rated("unity", 80), whole], missing=missing)
    campaign = small.make_campaign(track)
    ratings = [
        small.mark(A, 60),
        small.mark(B, 40),
        small.mark(A, 5, line="style"),
        small.mark(B, 4, line="style"),
    ]
    scores = small.score(
        campaign, submissions=[*answers(small, a=1), small.answer(B, "deeds", 1)], ratings=ratings
    )
    assert points_of(small, scores, "whole", A) == [15]  # 15 + 5 - 5
    assert points_of(small, scores, "whole", B) == [pytest.approx(of_b, nan_ok=True)]
    assert totals_of(small, scores, A, B) == [75, pytest.approx(total_b, nan_ok=True)]
    assert points_of(small, scores, "style", B) == [4]
    assert "所在大项整项按缺处理" in reason_of(small, campaign, scores, B, "fault_line")
    assert small.pick(scores.totals, "provisional", unit_code=B, layer="final") == (missing != "fail")


def test_without_whole_a_missing_part_is_left_to_the_track(small):
    campaign = small.make_campaign(
        small.make_track(criteria=[small.rated("unity", 80), discipline(small)], missing="skip")
    )
    ratings = [small.mark(A, 60), small.mark(A, -1, line="extra", comment="迟报")]
    scores = small.score(campaign, ratings=ratings)
    assert points_of(small, scores, "discipline", A) == [19]
    assert small.pick(scores.totals, "n_missing", unit_code=A, layer="final") == 1
    assert reason_of(small, campaign, scores, A, "discipline").endswith("得19分。其中缺1项，暂未计入。")


def test_a_base_is_not_given_where_everything_below_it_is_missing(small):
    only = heading(small, "only", fault_line(small), settle={"base": 20})
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 80), only]))
    scores = small.score(campaign, ratings=[small.mark(A, 60)])
    assert np.isnan(points_of(small, scores, "only", A)[0])
    assert totals_of(small, scores, A) == [60]
    assert "暂不计分" in reason_of(small, campaign, scores, A, "only")


def nested(small):
    """20 + (10 - 5 a fault, not below 2) + deeds (20, less 10 each), the whole not above 40: 50 points in the file."""
    inner = heading(small, "inner", fault_line(small), settle={"base": 10, "floor": 2})
    plain = heading(small, "plain", deed_line(small, 20))
    return heading(small, "outer", inner, plain, settle={"base": 20, "ceiling": 40})


def test_headings_inside_headings_are_settled_first(small):
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 60), nested(small)]))
    rows = [*answers(small, a=0, b=3), small.answer(A, "deeds", 3), small.answer(B, "deeds", 2)]
    scores = small.score(campaign, submissions=rows, ratings=[small.mark(A, 60), small.mark(B, 60)])
    assert points_of(small, scores, "inner", A, B) == [10, 2]
    assert points_of(small, scores, "outer", A, B) == [40, 32]  # 20 + 10 + 20 is 40; 20 + 2 + 10
    assert totals_of(small, scores, A, B) == [100, 92]
    outer = campaign.tracks[0].criteria[1]
    assert (outer.max_points, outer.criteria[0].max_points, outer.criteria[1].max_points) == (40, 10, 20)


def test_rows_of_settled_headings_stand_before_their_lines(small):
    campaign = small.make_campaign(small.make_track(criteria=[nested(small), small.rated("unity", 60)]))
    scores = small.score(campaign, submissions=answers(small, a=0), ratings=[small.mark(A, 60)])
    own = scores.points[(scores.points["unit_code"] == A) & (scores.points["layer"] == "county")]
    assert own["criterion_id"].tolist() == ["outer", "inner", "fault_line", "deeds_line", "unity"]
    assert own["source"].tolist()[:3] == ["heading", "heading", "computed"]
    assert own["max_points"].tolist() == [40, 10, 0, 20, 60]


def test_a_tie_is_broken_by_what_a_heading_counts_for(small):
    """A and B have 70 of 100 each; the heading gives A 0 (not -25) and B 5."""
    track = small.make_track(
        criteria=[small.rated("unity", 80), discipline(small)], tie_breaks=[{"criterion": "discipline"}]
    )
    scores = small.score(
        small.make_campaign(track),
        submissions=answers(small, a=9, b=3),
        ratings=[small.mark(A, 70), small.mark(B, 65)],
    )
    assert totals_of(small, scores, A, B) == [70, 70]
    assert [small.pick(scores.ranking, "rank", unit_code=unit) for unit in (A, B)] == [2, 1]


def test_the_reference_and_weighted_layers_use_the_settled_points(small):
    layers = [{"id": "district", "weight": 40}, {"id": "county", "weight": 60}]
    track = small.make_track(
        criteria=[small.rated("unity", 80), discipline(small)], layers=layers, final="weighted"
    )
    marks = [small.mark(A, 70, "district"), small.mark(A, 60, "county")]
    marks += [small.mark(A, -3, layer, line="extra", comment="迟报") for layer in ("district",)]
    scores = small.score(small.make_campaign(track), submissions=answers(small, a=4), ratings=marks)
    # 20 - 20 - 3 is 0 in the one layer, 0 in the other
    assert totals_of(small, scores, A) == [pytest.approx(0.4 * 70 + 0.6 * 60)]
    spread = small.pick(scores.reference, "median", criterion_id="discipline", layer="final")
    assert spread == 0


def test_the_sheet_and_the_losses_say_what_the_floor_did(small):
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 80), discipline(small)]))
    records = small.make_records(
        submissions=answers(small, a=9, b=1), ratings=[small.mark(A, 80), small.mark(B, 80)]
    )
    scores = score_campaign(campaign, "2026", records)
    lines = explain_unit(campaign, scores, records, A, "zh_CN").splitlines()
    at = lines.index("2. discipline（20分）")
    assert lines[at + 1] == "  基础分20分，各项扣分合计45分，按最低0分计。"
    losses = word_losses(campaign, scores.points, "zh_CN")["lost"]
    assert "按最低0分计" in losses[A, "teams"]
    assert "基础分" not in losses[B, "teams"]
    assert "扣5分" in losses[B, "teams"]


# -- lines that are not for everybody ------------------------------------------------------------------


def domains(small, **of):
    codes = {"a": A, "b": B, "c": C}
    units = small.make_units()
    named = {codes[name]: domain for name, domain in of.items()}
    return units.assign(domain=units["unit_code"].map(named).astype("string"))


def split_track(small, **more):
    """Everybody has 60; streets 40 of their own, all others 40 in two lines."""
    street = small.rated("street", 40, **{"for": {"domain": "街道"}})
    rural = heading(
        small, "rural", small.rated("fields", 25), small.rated("homes", 15), **{"for": {"domain": "乡村"}}
    )
    return small.make_track(criteria=[small.rated("unity", 60), street, rural], **more)


def test_a_unit_of_another_domain_does_not_have_the_line_at_all(small):
    campaign = small.make_campaign(split_track(small, missing="reweight"))
    marks = [small.mark(A, 50), small.mark(A, 30, line="street"), small.mark(B, 50)]
    marks += [small.mark(B, 20, line="fields"), small.mark(B, 10, line="homes")]
    marks += [small.mark(B, 40, line="street")]  # from a time when B was a street: not of its sheet
    scores = small.score(campaign, domains(small, a="街道", b="乡村"), ratings=marks)
    rows = scores.points[scores.points["layer"] == "county"].groupby("unit_code")["criterion_id"].agg(list)
    assert rows[A] == ["unity", "street"]
    assert rows[B] == ["unity", "fields", "homes"]
    assert totals_of(small, scores, A, B) == [80, 80]
    assert scores.totals["n_missing"][scores.totals["unit_code"].isin([A, B])].eq(0).sum() >= 2
    assert small.pick(scores.totals, "provisional", unit_code=A, layer="final") == False  # noqa: E712
    assert not len(
        scores.marks[(scores.marks["unit_code"] == B) & (scores.marks["criterion_id"] == "street")]
    )


def test_a_unit_of_neither_domain_is_told_that_its_sheet_is_shorter(small):
    """C has the 60 points of all: 50 of 60 beside 80 of 100."""
    campaign, units = small.make_campaign(split_track(small)), domains(small, a="街道", b="乡村", c="景区")
    marks = [small.mark(A, 50), small.mark(A, 30, line="street"), small.mark(C, 50)]
    records = small.make_records(units, ratings=marks)
    scores = score_campaign(campaign, "2026", records)
    said = "领域没有专门的评分项，各项满分合计60分，不是100分，请核对单位名册中的领域。"
    for unit, times in ((A, 0), (C, 2)):  # under the title, and beside the rank
        assert explain_unit(campaign, scores, records, unit, "zh_CN").count(said) == times


def test_lines_of_a_domain_are_re_weighted_among_themselves(small):
    campaign = small.make_campaign(split_track(small, missing="reweight"))
    marks = [small.mark(B, 60), small.mark(B, 20, line="fields")]  # 80 of 85
    scores = small.score(campaign, domains(small, b="乡村"), ratings=marks)
    assert totals_of(small, scores, B) == [pytest.approx(80 * 100 / 85)]


def test_a_sheet_of_a_domain_has_numbers_of_its_own(small):
    campaign = small.make_campaign(split_track(small))
    units = domains(small, a="街道", b="乡村")
    records = small.make_records(units, ratings=[small.mark(A, 50), small.mark(B, 50)])
    scores = score_campaign(campaign, "2026", records)
    text = explain_unit(campaign, scores, records, B, "zh_CN")
    assert "street" not in text
    assert "2.1. fields（25分）" in text


def test_group_means_are_those_of_the_units_that_have_the_line(small):
    campaign = small.make_campaign(split_track(small, missing="group_mean"))
    units = domains(small, a="街道", b="街道", c="乡村")
    marks = [small.mark(unit, 50) for unit in (A, B, C)] + [small.mark(A, 30, line="street")]
    scores = small.score(campaign, units, ratings=marks)
    assert points_of(small, scores, "street", B) == [30]
    assert totals_of(small, scores, A, B) == [80, 80]


# -- kinds with sheets of their own ---------------------------------------------------------------------

DISTRICT = "9901"


def kinds_track(small, **more):
    """Teams have 60 and 40; districts have the 60 of all and 20 of their own, in all 80."""
    lines = [
        small.rated("unity", 60),
        small.rated("deeds_done", 40, **{"for": {"kind": "team"}}),
        heading(small, "own", small.rated("lead", 20), **{"for": {"kind": "district"}}),
    ]
    return small.make_track(unit_kind=["team", "district"], criteria=lines, **more)


def score_kinds(small, **more):
    campaign = small.make_campaign(kinds_track(small, **more))
    marks = [small.mark(A, 48), small.mark(A, 36, line="deeds_done")]
    marks += [small.mark(DISTRICT, 48), small.mark(DISTRICT, 20, line="lead")]
    records = small.make_records(ratings=marks)
    return campaign, records, score_campaign(campaign, "2026", records)


def test_each_kind_has_its_own_sheet_and_one_ranking_is_of_totals_rescaled_to_the_base(small):
    """68 of 80 are 85 of 100, which is better than 84."""
    campaign, records, scores = score_kinds(small, rescaled=True)
    rows = scores.points[scores.points["layer"] == "county"].groupby("unit_code")["criterion_id"].agg(list)
    assert (rows[A], rows[DISTRICT]) == (["unity", "deeds_done"], ["unity", "lead"])
    assert totals_of(small, scores, A, DISTRICT) == [84, 85]
    assert [small.pick(scores.ranking, "rank", unit_code=unit) for unit in (DISTRICT, A)] == [1, 2]
    assert small.pick(scores.totals, "reachable", unit_code=DISTRICT, layer="final") == 100
    said = "本单位评分表满分80分，总分按100分折算。"
    assert explain_unit(campaign, scores, records, A, "zh_CN").count(said) == 0
    text = explain_unit(campaign, scores, records, DISTRICT, "zh_CN")
    assert text.count(said) == 4  # under the title, on each of the two lines, beside the rank
    assert "deeds_done" not in text
    assert "2.1. lead（20分）" in text


def test_a_track_that_does_not_rescale_keeps_the_sums(small):
    _, _, scores = score_kinds(small)
    assert totals_of(small, scores, A, DISTRICT) == [84, 68]


def test_what_is_left_out_and_the_smaller_sheet_are_rescaled_together(small):
    """The district's own line is missing: 48 of 60 are 64 of 80, and so 80 of 100."""
    campaign = small.make_campaign(kinds_track(small, rescaled=True, missing="reweight"))
    scores = small.score(campaign, ratings=[small.mark(DISTRICT, 48)])
    assert totals_of(small, scores, DISTRICT) == [pytest.approx(80)]


def test_bonus_and_starting_points_are_not_rescaled(small):
    lines = [
        small.rated("unity", 50),
        small.rated("deeds_done", 40, **{"for": {"kind": "team"}}),
        small.rated("extra", 5, bonus=True),
    ]
    track = small.make_track(
        unit_kind=["team", "district"], criteria=lines, rescaled=True, starting_points=10
    )
    marks = [small.mark(DISTRICT, 40), small.mark(DISTRICT, 3, line="extra")]
    scores = small.score(small.make_campaign(track), ratings=marks)
    assert totals_of(small, scores, DISTRICT) == [pytest.approx(10 + 40 * 90 / 50 + 3)]
    rows = scores.points[(scores.points["unit_code"] == DISTRICT) & (scores.points["layer"] == "county")]
    noted = rows.set_index("criterion_id")["reason_args"].str.contains("note_rescaled")
    assert noted.to_dict() == {"unity": True, "extra": False}


def test_a_settled_heading_of_one_kind_says_that_it_is_rescaled_and_its_lines_do_not(small):
    own = heading(
        small, "own", small.rated("lead", 20), settle={"ceiling": 20}, **{"for": {"kind": "district"}}
    )
    lines = [small.rated("unity", 60), small.rated("deeds_done", 40, **{"for": {"kind": "team"}}), own]
    track = small.make_track(unit_kind=["team", "district"], criteria=lines, rescaled=True)
    marks = [small.mark(DISTRICT, 48), small.mark(DISTRICT, 20, line="lead")]
    scores = small.score(small.make_campaign(track), ratings=marks)
    rows = scores.points[(scores.points["unit_code"] == DISTRICT) & (scores.points["layer"] == "county")]
    noted = rows.set_index("criterion_id")["reason_args"].str.contains("note_rescaled")
    assert noted.to_dict() == {"unity": True, "own": True, "lead": False}
    assert totals_of(small, scores, DISTRICT) == [85]


def test_a_line_may_be_for_one_domain_of_one_kind(small):
    street = small.rated("street", 40, **{"for": {"kind": "team", "domain": "街道"}})
    track = small.make_track(
        unit_kind=["team", "district"], criteria=[small.rated("unity", 60), street], rescaled=True
    )
    units = domains(small, a="街道")
    units.loc[units["unit_code"] == DISTRICT, "domain"] = "街道"
    marks = [small.mark(unit, 30) for unit in (A, B, DISTRICT)] + [small.mark(A, 40, line="street")]
    scores = small.score(small.make_campaign(track), units, ratings=marks)
    assert totals_of(small, scores, A, B, DISTRICT) == [70, 50, 50]


# -- skip, and a discretion that must be given ---------------------------------------------------------


def test_skip_lowers_the_maximum_and_re_weights_nothing(small):
    skip = {"then": "skip", "when": "${deeds} = 0"}
    campaign = small.make_campaign(
        small.make_track(criteria=[small.rated("unity", 60), deed_line(small, 40, not_applicable=skip)])
    )
    rows = [small.answer(A, "deeds", 0), small.answer(B, "deeds", 3)]
    scores = small.score(campaign, submissions=rows, ratings=[small.mark(A, 50), small.mark(B, 50)])
    assert totals_of(small, scores, A, B) == [50, 90]
    where = {"layer": "final"}
    assert [small.pick(scores.totals, "reachable", unit_code=unit, **where) for unit in (A, B)] == [60, 100]
    assert [small.pick(scores.totals, "provisional", unit_code=unit, **where) for unit in (A, B)] == [
        False,
        False,
    ]
    assert reason_of(small, campaign, scores, A, "deeds_line") == "本项不适用，不计入总分，满分相应减少。"
    of_line = {"criterion_id": "deeds_line", "layer": "county"}
    assert [small.pick(scores.points, "reachable", unit_code=unit, **of_line) for unit in (A, B)] == [0, 40]


@pytest.mark.parametrize("settled", [{}, {"settle": {"floor": 0, "ceiling": 40}}])
@pytest.mark.parametrize("inside", [False, True])
def test_a_heading_of_nothing_but_skipped_lines_re_weights_nothing_either(small, settled, inside):
    """30 of 60, and 40 points that do not apply: 30, of 60 that can be reached, settled or not, nested or not."""
    out = {"not_applicable": {"then": "skip", "when": "${deeds} = 0"}}
    part = heading(small, "part", *(small.rated(f"line{at}", 20, **out) for at in (1, 2)), **settled)
    if inside:
        part = heading(small, "around", part, **settled)
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 60), part]))
    scores = small.score(campaign, submissions=[small.answer(A, "deeds", 0)], ratings=[small.mark(A, 30)])
    assert totals_of(small, scores, A) == [30]
    assert small.pick(scores.totals, "reachable", unit_code=A, layer="final") == 60


def test_leaving_out_reaches_the_whole_base_and_skipping_beside_it_its_share(small):
    """60 + 20 + 20: the second is left out, the third skipped. 60 of 80 can be reached, brought to 75 of 100."""
    out = {"then": "leave_out", "when": "${deeds} = 0"}
    skip = {"then": "skip", "when": "${faults} = 0"}
    extra = {"name": "all_or_nothing", "measure": "faults"}
    track = small.make_track(
        criteria=[
            small.rated("unity", 60),
            deed_line(small, 20, not_applicable=out),
            small.computed("faulty", 20, extra, not_applicable=skip),
        ]
    )
    rows = [small.answer(A, "deeds", 0), *answers(small, a=0)]
    scores = small.score(small.make_campaign(track), submissions=rows, ratings=[small.mark(A, 60)])
    assert totals_of(small, scores, A) == [pytest.approx(75)]
    assert small.pick(scores.totals, "reachable", unit_code=A, layer="final") == pytest.approx(75)


def test_a_compulsory_discretion_is_missing_until_it_is_given(small):
    extra = {"name": "discretion", "lowest": -3, "highest": 3, "compulsory": True}
    campaign = small.make_campaign(
        small.make_track(criteria=[small.rated("unity", 100), small.computed("extra", 3, extra, bonus=True)])
    )
    marks = [small.mark(A, 80), small.mark(B, 80), small.mark(B, 0, line="extra", comment="无")]
    scores = small.score(campaign, ratings=marks)
    final = {"layer": "final"}
    assert totals_of(small, scores, A, B) == [80, 80]
    assert [small.pick(scores.totals, "provisional", unit_code=unit, **final) for unit in (A, B)] == [
        True,
        False,
    ]
    assert reason_of(small, campaign, scores, A, "extra").startswith("尚未评定（没有加减分的，也须填0分）。")


def test_a_layer_with_nothing_but_a_compulsory_discretion_waits_for_it(small):
    extra = {"name": "discretion", "lowest": -3, "highest": 3, "compulsory": True}
    track = small.make_track(
        criteria=[
            small.computed("deeds_line", 100, small.DEEDS),
            small.computed("extra", 3, extra, bonus=True),
        ]
    )
    scores = small.score(small.make_campaign(track), submissions=[small.answer(A, "deeds", 3)])
    assert small.pick(scores.totals, "provisional", unit_code=A, layer="final")


# -- laws ----------------------------------------------------------------------------------------------


@st.composite
def records_of(draw):
    count = st.one_of(st.none(), st.integers(0, 6))
    mark = st.one_of(st.none(), st.integers(0, 60))
    return [(draw(count), draw(count), draw(mark)) for _ in range(4)]


@given(
    records_of(),
    st.sampled_from(["skip", "group_mean"]),
    st.sampled_from(["parts", "whole"]),
    st.integers(-20, 0),
    st.integers(25, 45),
)
def test_parts_and_rows_add_up_to_the_total(small, given_rows, missing, gaps, floor, ceiling):
    """The total is the sum of the top criteria, each by its own row where it has one; bounds always hold."""
    outer = nested(small)
    outer["settle"] = {"base": 20, "floor": floor, "ceiling": ceiling, "missing": gaps}
    campaign = small.make_campaign(
        small.make_track(
            criteria=[small.rated("unity", 60), outer], missing=missing, base_points=60 + min(50, ceiling)
        )
    )
    units = (A, B, C, D)
    rows, marks = [], []
    for unit, (faults, deeds, mark) in zip(units, given_rows, strict=True):
        rows += [small.answer(unit, "faults", faults)] if faults is not None else []
        rows += [small.answer(unit, "deeds", deeds)] if deeds is not None else []
        marks += [small.mark(unit, mark)] if mark is not None else []
    scores = small.score(campaign, submissions=rows, ratings=marks)
    parts = [part.id for top in campaign.tracks[0].criteria for part in top.parts()]
    assert parts == ["unity", "outer"]
    county = scores.points[(scores.points["layer"] == "county") & scores.points["criterion_id"].isin(parts)]
    sums = county.groupby("unit_code")["points"].sum()
    totals = scores.totals[scores.totals["layer"] == "county"].set_index("unit_code")["total"].dropna()
    for unit, total in totals.items():
        assert total == pytest.approx(max(sums[unit], 0.0))
    of_outer = county.loc[county["criterion_id"] == "outer", "points"].dropna()
    assert of_outer.between(floor, ceiling).all()


@given(records_of())
def test_a_heading_settled_without_any_bound_that_acts_scores_like_a_plain_one(small, given_rows):
    lines = (deed_line(small, 25), fault_line(small))
    results = []
    for more in ({}, {"settle": {"floor": -1000}}):
        criteria = [small.rated("unity", 75), heading(small, "h", *lines, **more)]
        campaign = small.make_campaign(small.make_track(criteria=criteria, missing="skip"))
        rows, marks = [], []
        for unit, (faults, deeds, mark) in zip((A, B, C, D), given_rows, strict=True):
            rows += [small.answer(unit, "faults", faults)] if faults is not None else []
            rows += [small.answer(unit, "deeds", deeds)] if deeds is not None else []
            marks += [small.mark(unit, mark or 0)]  # a deduction alone is no total, one inside a heading is
        results.append(small.score(campaign, submissions=rows, ratings=marks).totals)
    pd.testing.assert_frame_equal(*results)


def test_a_settled_heading_moves_as_one_when_weights_are_tried(small):
    from pbwidgets.scoring.robustness.assumptions import Ranges, list_assumptions
    from pbwidgets.scoring.robustness.rerun import Setting, rerun_track, take_marks

    campaign = small.make_campaign(
        small.make_track(criteria=[small.rated("unity", 80), discipline(small)], places=1)
    )
    # B is ahead by 5 of unity, A by 15 of the heading
    records = small.make_records(
        submissions=answers(small, a=1, b=9), ratings=[small.mark(A, 60), small.mark(B, 70)]
    )
    table, (track,) = score_tracks(campaign, "2026", records)
    named = list_assumptions(track.layout, track.marks, Ranges(line_points_pct=10))
    assert [one.item_id for one in named] == ["unity", "discipline"]

    def rerun(unity, of_heading):
        setting = Setting(
            source_factors=tuple(np.ones(len(layer.sources)) for layer in track.marks),
            layer_factors=np.ones(3),
            line_factors=np.array([unity, of_heading, of_heading]),
            missing="skip",
            marks=take_marks(track),
        )
        return rerun_track(table, track, setting)[0]

    codes = track.layout.codes.tolist()
    at = [codes.index(A), codes.index(B)]
    # 60 + 15 against 70 + 0
    assert rerun(1.0, 1.0)[at].tolist() == [1, 2] == track.ranking.rank[at].tolist()
    # the heading halved, the sum kept: 60 × 10/9 + 7.5 × 10/9 against 70 × 10/9
    assert rerun(1.0, 0.5)[at].tolist() == [2, 1]


def test_no_sentence_says_re_weighted_where_nothing_is(small):
    """A deduction and a bonus have no points of the base: missing or not applicable, they leave the total at 60."""
    out = {"then": "leave_out", "when": "${done_pct} = 0"}
    bonus = {"name": "capped_bonus", "measure": "deeds", "points_each": 1}
    criteria = [
        small.rated("unity", 100),
        fault_line(small, not_applicable=out),
        small.computed("deeds_line", 5, bonus, bonus=True, not_applicable={**out, "then": "skip"}),
        small.computed("exempt", 0, small.DEEDS | {"floor": -5}, not_applicable={**out, "then": "full"}),
    ]
    campaign = small.make_campaign(small.make_track(criteria=criteria, missing="reweight"))
    rows = [small.answer(A, "done", 0), small.answer(A, "due", 4), small.answer(B, "done", 1)]
    scores = small.score(campaign, submissions=rows, ratings=[small.mark(A, 60), small.mark(B, 60)])
    assert totals_of(small, scores, A, B) == [60, 60]
    told = [reason_of(small, campaign, scores, A, line) for line in ("fault_line", "deeds_line", "exempt")]
    assert told == ["本项不适用，不扣分。", "本项不适用，不加分。", "本项不适用，不扣分。"]
    assert reason_of(small, campaign, scores, B, "fault_line").endswith("总分中暂缺本项。")


def test_a_whole_of_deductions_that_is_missing_re_weights_nothing(small):
    minus = heading(small, "minus", fault_line(small), settle={"floor": -10, "missing": "whole"})
    track = small.make_track(criteria=[small.rated("unity", 100), minus], missing="reweight")
    campaign = small.make_campaign(track)
    scores = small.score(campaign, ratings=[small.mark(A, 60)])
    assert totals_of(small, scores, A) == [60]
    assert reason_of(small, campaign, scores, A, "minus").endswith("总分中暂缺本项。")


def test_titles_say_what_a_heading_or_line_on_top_can_bring(small):
    bonus = {"name": "capped_bonus", "measure": "deeds", "points_each": 2}
    criteria = [
        small.rated("unity", 100),
        heading(small, "plus", small.computed("more", 10, bonus, bonus=True), settle={"ceiling": 6}),
        heading(small, "minus", fault_line(small), settle={"floor": -10}),
        small.computed("ledger", 0, small.DEEDS | {"floor": -6}),
        small.computed("extra", 0, {"name": "discretion", "lowest": -3, "highest": 2}),
    ]
    campaign = small.make_campaign(small.make_track(criteria=criteria))
    rows = answers(small, a=30)
    records = small.make_records(submissions=rows, ratings=[small.mark(A, 5)])
    text = explain_unit(campaign, score_campaign(campaign, "2026", records), records, A, "zh_CN")
    titles = [line.strip() for line in text.splitlines() if line.strip()[:1].isdigit()]
    assert titles == [
        "1. unity（100分）",
        "2. plus（加分项，最多6分）",
        "2.1. more（加分项，最多10分）",
        "3. minus（扣分项，最多扣10分）",
        "3.1. fault_line（扣分项，最多扣100分）",
        "4. ledger（扣分项，最多扣6分）",
        "5. extra（加减分项，最多加2分、扣3分）",
    ]
    assert "综合评定总分：0分（各项合计低于0分，按0分计）" in text  # 5 - 10
