import pickle
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.intake.text import drop_unfit_in
from pbwidgets.store import (
    ALWAYS,
    Actor,
    AuditQuery,
    Store,
    SubmissionKey,
    accept,
    accept_many,
    amend,
    audit_head,
    close_period,
    discard_draft,
    freeze_campaign,
    history,
    import_many,
    import_version,
    load_audit,
    load_overview,
    load_state,
    lock,
    next_occurrence,
    open_period,
    redact,
    return_submission,
    save_draft,
    submit,
    submit_many,
    undo_accept,
    withdraw,
)
from pbwidgets.store.submissions import load_of_units, load_submissions

KEY = SubmissionKey("contest", "2026", "village_form", "990101")
KEY_OF_PERIOD = KEY.campaign_id, KEY.period_id
OTHER = SubmissionKey("contest", "2026", "village_form", "990102")
FILLER = Actor("li", "filler", "990101")
SECOND = Actor("zhao", "filler", "990101")
TOWN = Actor("wang", "reviewer", "9901")
LEVELS = ("township", "county")


def state_of(store: Store, key: SubmissionKey = KEY) -> str:
    with store.read() as r:
        found = load_state(r, key)
    assert found is not None
    return found.state


@pytest.fixture
def submitted(store: Store) -> Store:
    with store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲", "deeds": [{"on": "2026-05-01", "who": "某某"}]}, 0)
        submit(w, KEY)
    return store


def test_a_draft_counts_its_revisions_and_makes_no_version(store: Store) -> None:
    with store.write(FILLER) as w:
        assert save_draft(w, KEY, {"plan": "甲"}, 0) == 1
        assert save_draft(w, KEY, {"plan": "乙"}, 1) == 2
    with store.read() as r:
        found = load_state(r, KEY)
        assert history(r, KEY) == ()
    assert found is not None
    assert (found.state, found.version, found.draft, found.draft_by) == ("draft", 0, {"plan": "乙"}, "li")


def test_the_second_of_two_editors_is_told_and_gets_the_other_draft(store: Store) -> None:
    with store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲"}, 0)
    with store.write(SECOND) as w:
        save_draft(w, KEY, {"plan": "乙"}, 1)
    with pytest.raises(ConflictError, match="zhao") as caught, store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "丙"}, 1)
    told = pickle.loads(pickle.dumps(caught.value)).args_of_message
    assert (told["answers"], told["revision"], told["by"]) == ({"plan": "乙"}, 2, "zhao")
    with store.write(FILLER) as w:
        assert save_draft(w, KEY, {"plan": "乙丙"}, told["revision"]) == 3


def test_two_people_who_begin_the_same_form_at_once_do_not_overwrite_each_other(store: Store) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def save(actor: Actor, plan: str) -> None:
        start.wait()
        try:
            with store.write(actor) as w:
                save_draft(w, KEY, {"plan": plan}, 0)
            outcomes.append("saved")
        except ConflictError:
            outcomes.append("told")

    threads = [threading.Thread(target=save, args=pair) for pair in ((FILLER, "甲"), (SECOND, "乙"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told"]


def test_saving_the_same_draft_again_changes_nothing(store: Store) -> None:
    with store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲"}, 0)
        before = audit_head(w)
        assert save_draft(w, KEY, {"plan": "甲"}, 0) == 1
        assert audit_head(w) == before


def test_a_draft_needs_an_open_period_and_a_known_unit(store: Store) -> None:
    with pytest.raises(DataError, match="没有代码为 998 的单位"), store.write(FILLER) as w:
        save_draft(w, SubmissionKey("contest", "2026", "f", "998"), {}, 0)
    with store.write(FILLER) as w:
        close_period(w, "contest", "2026")
    with pytest.raises(DataError, match="2026 周期没有开启"), store.write(FILLER) as w:
        save_draft(w, KEY, {}, 0)


def test_answers_that_json_cannot_hold_are_refused(store: Store) -> None:
    with pytest.raises(DataError, match="无法保存的值"), store.write(FILLER) as w:
        save_draft(w, KEY, {"n": float("nan")}, 0)


def test_submitting_makes_a_version_and_ends_the_draft(submitted: Store) -> None:
    with submitted.read() as r:
        (version,) = history(r, KEY)
        found = load_state(r, KEY)
    assert found is not None
    assert (version.version, version.cause, version.state) == (1, "submit", "submitted")
    assert (version.made_by.name, version.campaign_version) == ("li", "v1")
    assert (found.state, found.version, found.draft, found.answers) == ("submitted", 1, None, version.answers)


def test_submitting_something_older_than_the_stored_draft_is_refused(store: Store) -> None:
    with store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲"}, 0)
        save_draft(w, KEY, {"plan": "乙"}, 1)
    with pytest.raises(ConflictError, match="草稿"), store.write(FILLER) as w:
        submit(w, KEY, base_revision=1)


def test_what_is_handed_in_cannot_be_edited_or_submitted_again(submitted: Store) -> None:
    with pytest.raises(DataError, match="不能修改"), submitted.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "乙"}, 1)
    with pytest.raises(DataError, match="不能修改"), submitted.write(FILLER) as w:
        submit(w, KEY)


def test_withdrawing_gives_the_answers_back_until_review_begins(submitted: Store) -> None:
    with submitted.write(FILLER) as w:
        withdraw(w, KEY)
        found = load_state(w, KEY)
        assert found is not None
        assert (found.state, found.draft) == ("draft", found.answers)
        submit(w, KEY)
        accept(w, KEY, "township", LEVELS)
    with pytest.raises(DataError, match="不能撤回"), submitted.write(FILLER) as w:
        withdraw(w, KEY)


def test_levels_act_one_after_the_other_and_lock_comes_last(submitted: Store) -> None:
    with pytest.raises(DataError, match="不由“county”"), submitted.write(TOWN) as w:
        accept(w, KEY, "county", LEVELS)
    with submitted.write(TOWN) as w:
        accept(w, KEY, "township", LEVELS)
    with pytest.raises(DataError, match="不由“township”"), submitted.write(TOWN) as w:
        accept(w, KEY, "township", LEVELS)
    with pytest.raises(DataError, match="不能锁定"), submitted.write(TOWN) as w:
        lock(w, KEY, LEVELS)
    with submitted.write(TOWN) as w:
        accept(w, KEY, "county", LEVELS)
        lock(w, KEY, LEVELS)
        assert [(item.version, item.state) for item in history(w, KEY)] == [
            (1, "submitted"),
            (2, "accepted:township"),
            (3, "accepted:county"),
            (4, "locked"),
        ]
        found = load_state(w, KEY)
        assert found is not None
        assert found.content_version == 1


def test_an_acceptance_is_undone_until_the_next_level_acts(submitted: Store) -> None:
    with submitted.write(TOWN) as w:
        accept(w, KEY, "township", LEVELS)
        undo_accept(w, KEY, "township", LEVELS)
    assert state_of(submitted) == "submitted"
    with submitted.write(TOWN) as w:
        accept(w, KEY, "township", LEVELS)
        accept(w, KEY, "county", LEVELS)
    with pytest.raises(DataError, match="不能撤销"), submitted.write(TOWN) as w:
        undo_accept(w, KEY, "township", LEVELS)
    with submitted.write(TOWN) as w:
        undo_accept(w, KEY, "county", LEVELS)
    assert state_of(submitted) == "accepted:township"


def test_a_returned_submission_has_reason_and_field_and_can_be_edited(submitted: Store) -> None:
    with submitted.write(TOWN) as w:
        return_submission(w, KEY, "township", LEVELS, "日期有误", "deeds/on")
        found = load_state(w, KEY)
        last = history(w, KEY)[-1]
    assert found is not None
    assert (last.cause, last.level, last.reason, last.field_path) == (
        "return",
        "township",
        "日期有误",
        "deeds/on",
    )
    assert (found.state, found.draft) == ("returned", last.answers)
    with submitted.write(FILLER) as w:
        revision = save_draft(w, KEY, {"plan": "乙"}, found.revision)
        assert submit(w, KEY, revision) == 3
        changed = load_state(w, KEY)
    assert changed is not None
    assert (changed.state, changed.content_version) == ("submitted", 3)


def test_returning_needs_a_reason(submitted: Store) -> None:
    with pytest.raises(DataError, match="没有填写理由"), submitted.write(TOWN) as w:
        return_submission(w, KEY, "township", LEVELS, "  ")


def test_a_reviewer_cannot_accept_an_unseen_version(submitted: Store) -> None:
    with submitted.write(FILLER) as w:
        withdraw(w, KEY)
        submit(w, KEY)
    with pytest.raises(ConflictError, match="第1版，现为第2版"), submitted.write(TOWN) as w:
        accept(w, KEY, "township", LEVELS, seen_version=1)


def test_acting_on_a_form_nobody_has_filled_in_is_refused(store: Store) -> None:
    for act in (withdraw, submit, discard_draft):
        with pytest.raises(DataError, match="还没有填报"), store.write(TOWN) as w:
            act(w, KEY)


def test_old_answers_keep_the_campaign_version_they_were_given_under(submitted: Store) -> None:
    with submitted.write(TOWN) as w:
        freeze_campaign(w, "{}", "v2", "contest")
        open_period(w, "contest", "2026", "v2")
        accept(w, KEY, "township", LEVELS)
        import_version(w, OTHER, {"plan": "丙"})
        assert [item.campaign_version for item in history(w, KEY)] == ["v1", "v1"]
        assert [item.campaign_version for item in history(w, OTHER)] == ["v2"]


def test_an_import_replaces_the_draft_and_its_editor_is_told(store: Store) -> None:
    with store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲"}, 0)
        assert import_version(w, KEY, {"plan": "乙"}) == 1
        withdraw(w, KEY)
    with pytest.raises(ConflictError, match="草稿"), store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲甲"}, 1)


def test_many_imports_are_made_of_what_is_there_or_none_is(store: Store) -> None:
    with store.write(FILLER) as w:
        revision = save_draft(w, KEY, {"plan": "甲"}, 0)
    given_answers = {KEY: {"plan": "乙"}, OTHER: {"plan": "丙"}}
    with pytest.raises(ConflictError, match="又被改动"), store.write(FILLER) as w:
        import_many(w, given_answers, {KEY: (0, 0), OTHER: (0, 0)})
    with store.read() as r:
        assert load_state(r, OTHER) is None
    with store.write(FILLER) as w:
        assert import_many(w, given_answers, {KEY: (0, revision), OTHER: (0, 0)}) == {KEY: 1, OTHER: 1}
        found = load_of_units(w, *KEY_OF_PERIOD, KEY.form_id, [OTHER.unit_code, KEY.unit_code])
    assert [(state.key, state.state) for state in found] == [
        (key, "submitted") for key in sorted((KEY, OTHER), key=lambda key: key.unit_code)
    ]


def test_many_submissions_are_saved_completely_or_not_at_all(submitted: Store) -> None:
    with pytest.raises(DataError, match="990101的这份材料现在不能修改"), submitted.write(FILLER) as w:
        submit_many(w, [(OTHER, {"plan": "丙"}), (KEY, {"plan": "丁"})])
    with submitted.read() as r:
        assert load_state(r, OTHER) is None
    with submitted.write(TOWN) as w:
        assert submit_many(w, [(OTHER, {"plan": "丙"})]) == {OTHER: 1}
        assert accept_many(w, [KEY, OTHER], "township", LEVELS) == {KEY: 2, OTHER: 2}
        assert accept_many(w, [], "township", LEVELS) == {}
        assert submit_many(w, []) == {}
    assert state_of(submitted, OTHER) == "accepted:township"


def test_entries_of_a_log_are_numbered_from_one(store: Store) -> None:
    log = SubmissionKey("contest", "2026", "log", "990101")
    with store.write(FILLER) as w:
        for number in (1, 2):
            following = next_occurrence(w, log)
            assert following == number
            save_draft(w, replace(log, occurrence=following), {"n": number}, 0)
        overview = load_overview(w, "contest", "2026")
    assert overview["occurrence"].tolist() == [1, 2]
    assert overview["state"].tolist() == ["draft", "draft"]


def test_a_log_leaves_a_number_free_for_each_entry_of_a_unit_that_was_merged_into_its_unit(
    store: Store,
) -> None:
    log, other = SubmissionKey("contest", "2026", "log", "990101"), "990102"
    with store.write(FILLER) as w:
        submit_many(w, [(replace(log, occurrence=1), {}), (replace(log, unit_code=other, occurrence=4), {})])
        save_draft(w, replace(log, unit_code=other, occurrence=5), {}, 0)  # never handed in: read by nobody
        assert next_occurrence(w, log) == 2
        assert next_occurrence(w, log, [other]) == 3
        assert next_occurrence(w, replace(log, unit_code=other)) == 6


def test_only_a_draft_that_was_never_handed_in_can_be_discarded(submitted: Store) -> None:
    with submitted.write(FILLER) as w:
        save_draft(w, OTHER, {"plan": "甲"}, 0)
        discard_draft(w, OTHER)
        assert load_state(w, OTHER) is None
        withdraw(w, KEY)
        with pytest.raises(DataError, match="不能修改"):
            discard_draft(w, KEY)


def test_redacting_takes_a_field_out_of_the_draft_and_of_every_version(submitted: Store) -> None:
    with submitted.write(TOWN) as w:
        return_submission(w, KEY, "township", LEVELS, "有姓名")
        assert redact(w, KEY, "deeds/who") == 3
        found, versions = load_state(w, KEY), history(w, KEY)
        trace = load_audit(w)[-1].deed
    assert found is not None
    expected = {"plan": "甲", "deeds": [{"on": "2026-05-01"}]}
    assert [found.answers, found.draft, *(item.answers for item in versions)] == [expected] * 4
    assert (trace.action, trace.details) == ("redact", {"field": "deeds/who", "places": 3, "files": 0})
    with submitted.read() as r:
        kept = str([row.deed for row in load_audit(r)])
    assert "某某" not in kept
    with pytest.raises(ConflictError, match="草稿"), submitted.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲", "deeds": [{"on": "2026-05-01", "who": "某某"}]}, found.revision - 1)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM submission_versions", "UPDATE submission_versions SET state = 'locked'"]
)
def test_a_version_cannot_be_changed_or_removed(submitted: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), submitted.write(TOWN) as w:
        w.conn.execute(text(statement))


def test_each_step_leaves_one_row_in_the_log(submitted: Store) -> None:
    with submitted.write(TOWN) as w:
        before = audit_head(w)
        accept(w, KEY, "township", LEVELS)
        undo_accept(w, KEY, "township", LEVELS)
        return_submission(w, KEY, "township", LEVELS, "缺附件")
        assert [row.deed.action for row in load_audit(w, AuditQuery(after=before))] == [
            "accept",
            "undo_accept",
            "return",
        ]


TEXT = st.text(st.characters() | st.sampled_from("\x00\x0b\ud800\ufffe"), max_size=8)
NUMBERS = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.dictionaries(st.sampled_from(["a", "b", "c"]), PLAIN))
def test_answers_are_loaded_as_they_were_saved_but_for_what_no_file_can_hold(
    store: Store, answers: dict[str, object]
) -> None:
    with store.write(FILLER) as w:
        key = SubmissionKey("contest", "2026", "log", "990101")
        key = replace(key, occurrence=next_occurrence(w, key))
        import_version(w, key, answers)
        found = load_state(w, key)
    assert found is not None
    assert found.answers == drop_unfit_in(answers)


def accepted_by_all(store: Store, key: SubmissionKey = KEY) -> int:
    with store.write(TOWN) as w:
        accept(w, key, "township", LEVELS)
        return accept(w, key, "county", LEVELS)


def test_an_amendment_that_counts_at_once_keeps_the_state(submitted: Store) -> None:
    version = accepted_by_all(submitted)
    with submitted.write(TOWN) as w:
        made = amend(
            w, KEY, {"plan": "乙"}, seen_version=version, counts=True, level="township", reason="延期"
        )
    with submitted.read() as r:
        found, steps = load_state(r, KEY), history(r, KEY)
    assert found is not None
    assert (found.version, found.state, found.answers) == (made, "accepted:county", {"plan": "乙"})
    assert (found.standing_version, found.content_version) == (None, made)
    newest = steps[-1]
    assert (newest.cause, newest.level, newest.reason) == ("amend", "township", "延期")


def test_an_amendment_to_be_accepted_names_the_version_that_stands_until_then(submitted: Store) -> None:
    stands = accepted_by_all(submitted)
    with submitted.write(FILLER) as w:
        first = amend(w, KEY, {"plan": "乙"}, seen_version=stands, counts=False)
        amend(w, KEY, {"plan": "丙"}, seen_version=first, counts=False)
    with submitted.write(TOWN) as w:
        accept(w, KEY, "township", LEVELS)
        return_submission(w, KEY, "county", LEVELS, "照片不清楚")
    with submitted.read() as r:
        found = load_state(r, KEY)
        overview = load_overview(r, *KEY_OF_PERIOD)
        steps = history(r, KEY)
    assert found is not None
    assert (found.state, found.standing_version, found.draft) == ("returned", stands, {"plan": "丙"})
    assert overview["standing_version"].tolist() == [stands]
    assert [step.standing_version for step in steps] == [None] * stands + [stands] * 4
    with submitted.write(FILLER) as w:
        submit(w, KEY)
    newest = accepted_by_all(submitted)
    with submitted.write(FILLER) as w:
        amend(w, KEY, {"plan": "丁"}, seen_version=newest, counts=False)
    with submitted.read() as r:
        found = load_state(r, KEY)
    assert found is not None
    assert (found.state, found.standing_version) == ("submitted", newest)


def test_what_was_not_handed_in_or_is_returned_cannot_be_amended(store: Store) -> None:
    with pytest.raises(DataError, match="还没有填报"), store.write(FILLER) as w:
        amend(w, KEY, {}, seen_version=0, counts=True)
    with store.write(FILLER) as w:
        save_draft(w, KEY, {"plan": "甲"}, 0)
    with pytest.raises(DataError, match="不能补充更新"), store.write(FILLER) as w:
        amend(w, KEY, {}, seen_version=0, counts=True)
    with store.write(FILLER) as w:
        submit(w, KEY)
    with store.write(TOWN) as w:
        version = return_submission(w, KEY, "township", LEVELS, "不清楚")
    with pytest.raises(DataError, match="不能补充更新"), store.write(FILLER) as w:
        amend(w, KEY, {}, seen_version=version, counts=False)


def test_an_amendment_of_an_older_version_is_told_of_the_newer_one(submitted: Store) -> None:
    accepted_by_all(submitted)
    with pytest.raises(ConflictError, match="第3版") as caught, submitted.write(FILLER) as w:
        amend(w, KEY, {}, seen_version=1, counts=True)
    assert caught.value.code == "store.version_changed"


def test_what_lasts_for_the_campaign_is_read_in_each_period_and_written_while_one_is_open(
    store: Store,
) -> None:
    lasting = replace(KEY, period_id=ALWAYS, form_id="faults", occurrence=1)
    with store.write(TOWN) as w:
        freeze_campaign(w, '{"id":"contest","of":2}', "v2", "contest")
        open_period(w, "contest", "2027", "v2")
        submit_many(w, [(KEY, {"n": 1}), (lasting, {"n": 2})])
    with store.read() as r:
        found = {period: [state.key for state in load_submissions(r, "contest", period)] for period in YEARS}
        state = load_state(r, lasting)
        assert len(load_overview(r, "contest", "2027")) == 1
        assert [one.key for one in load_of_units(r, "contest", "2027", "faults", ["990101"])] == [lasting]
    assert found == {"2026": [KEY, lasting], "2027": [lasting]}
    assert state is not None
    assert state.campaign_version == "v2"
    with store.write(TOWN) as w:
        close_period(w, "contest", "2027")
        amend(w, lasting, {"n": 3}, seen_version=1, counts=True)
        close_period(w, "contest", "2026")
    with store.read() as r:
        state = load_state(r, lasting)
    assert state is not None
    assert state.campaign_version == "v1"
    with pytest.raises(DataError, match="没有开启的周期"), store.write(TOWN) as w:
        amend(w, lasting, {"n": 4}, seen_version=2, counts=True)


YEARS = ("2026", "2027")
