import pytest

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store import (
    Actor,
    Store,
    audit_head,
    close_period,
    freeze_campaign,
    load_audit,
    load_campaign_json,
    open_period,
    open_periods,
)

CLERK = Actor("clerk", "organiser")


def test_a_frozen_definition_is_loaded_character_for_character(store: Store) -> None:
    definition = '{"id": "contest",  "name": "三级联争"}'
    with store.write(CLERK) as w:
        freeze_campaign(w, definition, "v2", "contest")
    with store.read() as r:
        assert load_campaign_json(r, "contest", "v2") == definition
        assert load_campaign_json(r, "contest", "v1") == '{"id":"contest"}'


def test_freezing_the_same_definition_again_changes_nothing_and_a_different_one_is_refused(
    store: Store,
) -> None:
    with store.write(CLERK) as w:
        before = audit_head(w)
        freeze_campaign(w, '{"id":"contest"}', "v1", "contest")
        assert audit_head(w) == before
        with pytest.raises(ConflictError, match="内容不同"):
            freeze_campaign(w, '{"id":"other"}', "v1", "contest")


def test_a_period_opens_under_a_frozen_version_only(store: Store) -> None:
    with pytest.raises(DataError, match="没有找到活动 contest 的版本 v9"), store.write(CLERK) as w:
        open_period(w, "contest", "2027", "v9")


def test_a_changed_campaign_moves_the_period_to_its_version(store: Store) -> None:
    with store.write(CLERK) as w:
        freeze_campaign(w, "{}", "v2", "contest")
        open_period(w, "contest", "2026", "v2")
        assert [(period.version, period.since) for period in open_periods(w)] == [("v2", w.now)]


def test_opening_an_open_period_again_changes_nothing(store: Store) -> None:
    with store.write(CLERK) as w:
        before = audit_head(w)
        open_period(w, "contest", "2026", "v1")
        assert audit_head(w) == before


def test_a_closed_period_is_not_open_until_it_is_opened_again(store: Store) -> None:
    with store.write(CLERK) as w:
        open_period(w, "contest", "2027", "v1")
        close_period(w, "contest", "2026")
        assert [period.period_id for period in open_periods(w, "contest")] == ["2027"]
        with pytest.raises(DataError, match="2026 周期没有开启"):
            close_period(w, "contest", "2026")
        open_period(w, "contest", "2026", "v1")
        assert [period.period_id for period in open_periods(w, "contest")] == ["2027", "2026"]
        assert open_periods(w, "other") == ()


def test_a_period_keeps_its_roots_until_others_are_given_and_the_log_tells_of_them(store: Store) -> None:
    with store.write(CLERK) as w:
        assert open_period(w, "contest", "2027", "v1", roots=["b", "a"]).roots == ("a", "b")
        assert open_period(w, "contest", "2027", "v1").roots == ("a", "b")
        close_period(w, "contest", "2027")
        assert open_period(w, "contest", "2027", "v1").roots == ("a", "b")
        assert open_period(w, "contest", "2027", "v1", roots=()).roots == ()
        assert [period.roots for period in open_periods(w, "contest")][-1] == ()
    with store.read() as r:
        told = [row.deed.details.get("roots") for row in load_audit(r) if row.deed.period_id == "2027"]
    assert told == [["a", "b"], None, None, []]
