from dataclasses import replace
from datetime import date

import pytest

from pbwidgets.errors import DataError
from pbwidgets.scoring.classes import find_moves
from pbwidgets.store import (
    Actor,
    ClassDecision,
    Store,
    audit_head,
    decide_class,
    decide_class_many,
    load_audit,
    load_class_decisions,
)

COUNTY = Actor("county", "organiser", "99")
SPRING, AUTUMN = date(2026, 3, 20), date(2026, 11, 30)
DECISION = ClassDecision("contest", "2026", "village", "990101", 3, SPRING, "领导小组", "摸底排查")


def test_every_decision_stays_on_record_in_the_order_of_recording(store: Store) -> None:
    with store.write(COUNTY) as w:
        decide_class(w, replace(DECISION, class_no=2, decided_on=AUTUMN, reason="整改到位"))
        decide_class(w, DECISION)
        decide_class(w, replace(DECISION, campaign_id="other"))
    with store.read() as r:
        kept = load_class_decisions(r, "contest")
    assert kept[
        ["campaign", "period", "unit_code", "class_no", "decided_on", "decided_by", "reason"]
    ].to_numpy(dtype=object).tolist() == [
        ["contest", "2026", "990101", 2, "2026-11-30", "领导小组", "整改到位"],
        ["contest", "2026", "990101", 3, "2026-03-20", "领导小组", "摸底排查"],
    ]


def test_decisions_of_all_periods_of_a_campaign_are_loaded(store: Store) -> None:
    with store.write(COUNTY) as w:
        decide_class_many(w, [DECISION, replace(DECISION, period_id="2027", class_no=1, decided_on=AUTUMN)])
    with store.read() as r:
        moves = find_moves(load_class_decisions(r, "contest"), SPRING, AUTUMN)
    assert moves[["unit_code", "class_before", "class_after", "move"]].to_numpy().tolist() == [
        ["990101", 3, 1, "up"]
    ]


def test_each_decision_is_logged(store: Store) -> None:
    with store.write(COUNTY) as w:
        decide_class(w, DECISION)
        (row,) = [row for row in load_audit(w) if row.deed.action == "decide_class"]
    assert (row.deed.unit_code, row.deed.entity) == ("990101", "class:village")
    assert row.deed.details == {"class_no": 3, "decided_on": "2026-03-20"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"class_no": 0}, "类别应为 1 或更大的整数"),
        ({"reason": " "}, "没有填写理由"),
        ({"decided_by": ""}, "没有填写理由"),
        ({"unit_code": "998"}, "998"),
    ],
)
def test_a_list_of_decisions_is_saved_completely_or_not_at_all(
    store: Store, changes: dict[str, object], said: str
) -> None:
    with store.read() as r:
        before = audit_head(r)
    with pytest.raises(DataError, match=said), store.write(COUNTY) as w:
        decide_class_many(w, [DECISION, replace(DECISION, **changes)])
    with store.read() as r:
        assert load_class_decisions(r, "contest").empty
        assert audit_head(r) == before
