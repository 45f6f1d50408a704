from dataclasses import replace
from datetime import date

import pytest

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Decision, Store, audit_head, decide, decide_many, load_decisions

COUNTY = Actor("county", "organiser", "99")
DECISION = Decision(
    "contest", "2026", "village", "990101", "selected", date(2026, 12, 20), "评审会", "得分第一"
)


def test_a_newer_decision_replaces_the_older_one(store: Store) -> None:
    with store.write(COUNTY) as w:
        decide(w, DECISION)
        decide(w, replace(DECISION, status="waiting", reason="公示期有异议"))
        assert load_decisions(w, "contest", "2026")["status"].tolist() == ["waiting"]
        kept = load_decisions(w, "contest", "2026", superseded=True)
    assert kept["status"].tolist() == ["selected", "waiting"]
    assert kept["decided_on"].tolist() == ["2026-12-20", "2026-12-20"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "tied_at_cut"}, "评定结果不能是"),
        ({"reason": ""}, "没有填写理由"),
        ({"unit_code": "998"}, "998"),
    ],
)
def test_the_decisions_of_a_meeting_are_saved_completely_or_not_at_all(
    store: Store, changes: dict[str, str], said: str
) -> None:
    with store.read() as r:
        before = audit_head(r)
    with pytest.raises(DataError, match=said), store.write(COUNTY) as w:
        decide_many(w, [DECISION, replace(DECISION, **changes)])
    with store.read() as r:
        assert load_decisions(r, "contest", "2026").empty
        assert audit_head(r) == before
