import pytest

A, B, C, D, E = "9901001", "9901002", "9901003", "9902001", "9902002"


@pytest.fixture
def run(small):
    def score(nominations, allotments=(), allotment=None, **more):
        nomination = {"by": "district", "allotment": allotment} if allotment else {"by": "district"}
        campaign = small.make_campaign(small.make_track(nomination=nomination, places=9, **more))
        rows = [
            {"track_id": "teams", "unit_code": unit, "by_unit": unit[:4], "order": order, "status": status}
            for unit, order, status in nominations
        ]
        given = [{"track_id": "teams", "by_unit": by, "allotted": number} for by, number in allotments]
        marks = [small.mark(unit, 50) for unit in (A, B, C, D, E)]
        return small.score(campaign, ratings=marks, nominations=rows, allotments=given)

    return score


def test_nominations_above_the_allotment_are_cut_by_the_own_order(small, run):
    scores = run([(A, 3, "in_force"), (B, 1, "in_force"), (C, 2, "in_force")], [("9901", 2)])
    statuses = scores.selection.set_index("unit_code")["status"].to_dict()
    assert statuses == {
        A: "not_nominated",
        B: "selected",
        C: "selected",
        D: "not_nominated",
        E: "not_nominated",
    }
    assert small.pick(scores.selection, "reason_code", unit_code=A) == "scoring.above_allotment"
    assert small.pick(scores.selection, "reason_code", unit_code=D) == "scoring.not_nominated"
    assert "片区1分配名额为2个" in small.pick(scores.selection, "reason_zh", unit_code=A)


def test_balance_names_what_is_refused_and_what_is_short(small, run):
    scores = run(
        [(A, 1, "in_force"), (B, 2, "in_force"), (C, 3, "in_force"), (D, 1, "withdrawn")],
        [("9901", 2)],
        {"lowest": 1, "usual": 2, "highest": 3},
    )
    rows = scores.balance.set_index("by_unit")[["allotted", "nominated", "refused", "short", "selected"]]
    assert rows.loc["9901"].tolist() == [2, 2, 1, 0, 2]
    assert rows.loc["9902"].tolist() == [2, 0, 0, 1, 0]


def test_without_a_number_on_record_the_usual_one_holds(run):
    scores = run([(A, 1, "in_force"), (B, 2, "in_force")], allotment={"lowest": 1, "usual": 1, "highest": 3})
    assert (scores.selection["status"] == "selected").sum() == 1


def test_without_any_allotment_a_unit_may_nominate_as_many_as_it_likes(run):
    scores = run([(A, 1, "in_force"), (B, 2, "in_force"), (C, 3, "in_force")])
    assert (scores.selection["status"] == "selected").sum() == 3
    assert scores.balance.set_index("by_unit").loc["9901", "allotted"] == 3


def test_a_withdrawn_nomination_does_not_use_up_the_allotment(small, run):
    scores = run([(A, 1, "withdrawn"), (B, 2, "in_force"), (C, 3, "in_force")], [("9901", 2)])
    assert small.pick(scores.selection, "status", unit_code=C) == "selected"


def test_a_track_without_nomination_has_no_balance(small):
    assert small.score(small.make_campaign(), ratings=[small.mark(A, 50)]).balance.empty
