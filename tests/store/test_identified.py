"""What identifies somebody is taken out of every text that is read, by whoever is not its filler."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from sqlalchemy import Text, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from pbwidgets.campaign import Campaign, to_json
from pbwidgets.campaign.one_form import surroundings_of
from pbwidgets.intake.identifying import HIDDEN, CommonWords, Scrubber
from pbwidgets.store import (
    Actor,
    NewAccount,
    Owner,
    Store,
    SubmissionKey,
    add_account,
    add_note,
    discard_draft,
    freeze_campaign,
    history,
    import_units,
    load_notes,
    load_state,
    open_period,
    open_store,
    redact,
    return_submission,
    save_draft,
    submit,
    submit_many,
)
from pbwidgets.store.copying import copy_store
from pbwidgets.store.tables import METADATA, submissions, units
from pbwidgets.store.types import SCRUB, Answers, Prose, ProseName, Scrub

FILLER, CLERK = Actor("village", "filler", "990101"), Actor("town", "reviewer", "9901")
VILLAGE, OTHER = "990101", "990102"
KEY = SubmissionKey("contest", "2026", "households", VILLAGE)

# every column of text: what people write is scrubbed; all else is kept because it says what is meant, by whom, or how
SCRUBBED: Final = {
    "submissions": "answers draft",
    "submission_versions": "answers reason",
    "ratings": "comment second_inspector",
    "recusals": "reason",
    "vetoes": "basis document_number status_reason",
    "decisions": "decided_by reason present",
    "class_decisions": "decided_by reason present",
    "concessions": "reason lifted_reason",
    "deadline_exceptions": "reason",
    "running_notes": "text",
    "evidence": "filename",
    "public_notices": "contact",
    "objections": "gist outcome",
    "survey_answers": "answers",
}
KEPT: Final = {
    "units": "unit_code unit_name kind parent_code domain valid_from valid_to merged_into",
    "campaign_versions": "campaign_id version definition frozen_by",
    "period_versions": "campaign_id period_id version since_by roots",
    "submissions": "campaign_id period_id form_id unit_code state campaign_version draft_by draft_campaign_version",
    "submission_versions": "cause state campaign_version level field_path made_by role",
    "raters": "campaign_id period_id rater rater_id",
    "ratings": "campaign_id period_id unit_code criterion_id layer source rater campaign_version rated_by",
    "mark_treatments": "policy campaign_version made_by",
    "recusals": "campaign_id period_id rater unit_code recorded_by",
    "allotments": "campaign_id period_id track_id by_unit",
    "nominations": "campaign_id period_id track_id unit_code by_unit status recorded_by",
    "vetoes": "campaign_id period_id unit_code track_id kind status recorded_by status_by",
    "decisions": "campaign_id period_id track_id unit_code status decided_on recorded_by",
    "class_decisions": "campaign_id period_id track_id unit_code decided_on recorded_by",
    "concessions": "campaign_id period_id unit_code check_id part due_on recorded_by lifted_by",
    "deadline_exceptions": "campaign_id period_id form_id unit_code recorded_by",
    "running_notes": "campaign_id period_id unit_code noted_on recorded_by",
    "evidence": "campaign_id period_id form_id unit_code field_path sha256 kind added_by",
    "public_notices": "campaign_id period_id track_id begins ends unit_code recorded_by",
    "objections": "unit_code received_on status recorded_by closed_by",
    "accounts": "name password_hash role unit_code replaced_by reset_by created_by",
    "sessions": "token_hash account address browser",
    "survey_batches": "campaign_id period_id form_id unit_code rater_kind made_by",
    "survey_codes": "code_hash",
    "survey_answers": "answered_on",
    "survey_guesses": "minute",
    "audit": "action actor role campaign_id period_id unit_code entity details",
}


def listed(columns: dict[str, str]) -> set[tuple[str, str]]:
    return {(table, name) for table, names in columns.items() for name in names.split()}


def of_type(*types: type) -> set[tuple[str, str]]:
    return {
        (table.name, column.name)
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, types) or isinstance(getattr(column.type, "impl", None), types)
    }


def test_it_is_decided_for_every_column_of_text_whether_it_is_scrubbed() -> None:
    assert of_type(Text) == listed(SCRUBBED) | listed(KEPT)
    assert of_type(Prose, ProseName, Answers) == listed(SCRUBBED)


@pytest.mark.parametrize(("table", "name"), sorted(listed(SCRUBBED)))
def test_every_column_that_people_write_in_is_scrubbed(table: str, name: str) -> None:
    kind = METADATA.tables[table].c[name].type
    assert isinstance(kind, Prose | ProseName | Answers)
    kept = "王平安家，平安建设"
    token = SCRUB.set(Scrub(Scrubber.of(["王平安"])))
    try:
        if isinstance(kind, Answers):
            read = kind.process_result_value(json.dumps({"n": 1, "rows": [{"a": kept}]}), sqlite.dialect())
            assert read == {"n": 1, "rows": [{"a": "〔略〕家，平安建设"}]}
        else:
            assert kind.process_result_value(kept, sqlite.dialect()) == "〔略〕家，平安建设"
        assert kind.process_result_value(None, sqlite.dialect()) is None
    finally:
        SCRUB.reset(token)


# -- in a store ----------------------------------------------------------------------------------------


def definition(**more: Any) -> str:
    words = {"zh": "平安建设登记", "en": "Register"}
    names = {"id": "head", "type": "text", "label": words, **more}
    rows = {"id": "family", "type": "repeat", "label": words, "fields": [{**names, "id": "name"}]}
    remark = {"id": "remark", "type": "text", "label": words}
    form = {"id": "households", "name": words, "unit_kind": "village", "fields": [names, rows, remark]}
    level = {"id": "watched", "name": words, "unit_kind": "village", "filled_by": "town", "fields": [names]}
    campaign = surroundings_of(form, {})
    campaign |= {"id": "contest", "forms": [form, level], "review_levels": []}
    return to_json(Campaign.model_validate(campaign))


@pytest.fixture
def people(store: Store) -> Store:
    """A store whose open campaign asks for the heads of households and the names in their families."""
    with store.write(CLERK) as w:
        freeze_campaign(w, definition(identifies=True), "v2", "contest")
        open_period(w, "contest", "2026", "v2")
    return store


def note(store: Store, text: str) -> None:
    with store.write(CLERK) as w:
        add_note(w, "contest", "2026", VILLAGE, date(2026, 5, 1), text)


def notes(store: Store, own: Owner | None = None) -> list[str]:
    with store.read(own) as r:
        return [item.text for item in load_notes(r, "contest", "2026", VILLAGE)]


def hand_in(store: Store, key: SubmissionKey = KEY, **answers: Any) -> None:
    with store.write(FILLER) as w:
        submit_many(w, [(key, answers)])


def test_nothing_is_hidden_in_a_store_where_nothing_identifies(store: Store) -> None:
    hand_in(store, head="王平安")
    note(store, "王平安家")
    with store.read() as r:
        assert r.scrub is None
    assert notes(store) == ["王平安家"]


def test_what_identifies_is_hidden_everywhere_and_other_words_stay(people: Store) -> None:
    hand_in(people, head="王平安", family=[{"name": "李小红"}], remark="平安建设，王平安同意")
    note(people, "走访王 平安、李小红家，宣传平安建设")
    assert notes(people) == ["走访〔略〕、〔略〕家，宣传平安建设"]
    with people.read() as r:
        found = load_state(r, KEY)
        assert found is not None
        assert found.answers == {
            "head": HIDDEN,
            "family": [{"name": HIDDEN}],
            "remark": "平安建设，〔略〕同意",
        }
        assert "王平安" not in repr(history(r, KEY))


def test_a_draft_hides_too_until_it_says_something_else(people: Store) -> None:
    note(people, "王平安家")
    assert notes(people) == ["王平安家"]
    with people.write(FILLER) as w:
        save_draft(w, KEY, {"head": "王平安"}, 0)
    assert notes(people) == ["〔略〕家"]
    with people.write(FILLER) as w:
        save_draft(w, KEY, {"head": "12"}, 1)
    assert notes(people) == ["王平安家"]
    with people.write(FILLER) as w:
        save_draft(w, KEY, {"head": "王平安"}, 2)
        discard_draft(w, KEY)
    assert notes(people) == ["王平安家"]


def test_older_versions_hide_until_they_are_redacted(people: Store) -> None:
    hand_in(people, head="王平安")
    with people.write(CLERK) as w:
        return_submission(w, KEY, "town", ("town",), "王平安已迁出")
    with people.write(FILLER) as w:
        save_draft(w, KEY, {"head": "李小红"}, 2)
        submit(w, KEY)
    note(people, "王平安、李小红")
    assert notes(people) == ["〔略〕、〔略〕"]
    with people.read() as r:
        assert [item.reason for item in history(r, KEY) if item.reason] == ["〔略〕已迁出"]
    with people.write(CLERK) as w:
        redact(w, KEY, "head")
    assert notes(people) == ["王平安、李小红"]


def test_who_fills_it_in_sees_the_own_answers_whole_and_the_names_of_others_nowhere_else(
    people: Store,
) -> None:
    hand_in(people, head="王平安", remark="与李小红同行")
    hand_in(people, SubmissionKey("contest", "2026", "households", OTHER), head="李小红")
    note(people, "王平安、李小红")
    assert notes(people, Owner(VILLAGE)) == ["王平安、〔略〕"]
    assert notes(people, Owner(OTHER)) == ["〔略〕、李小红"]
    with people.read(Owner(VILLAGE)) as r:
        found = load_state(r, KEY)
    assert found is not None
    assert found.answers == {"head": "王平安", "remark": "与李小红同行"}


def test_what_a_filler_has_named_too_is_not_hidden_from_it_because_others_have(people: Store) -> None:
    hand_in(people, head="王平安")
    hand_in(people, SubmissionKey("contest", "2026", "households", OTHER), head="王平安、平安、李小红")
    note(people, "王平安、李小红")
    assert notes(people, Owner(VILLAGE)) == ["王平安、〔略〕"]
    assert notes(people) == ["〔略〕、〔略〕"]


def test_what_a_level_fills_in_about_a_unit_is_the_levels_alone(people: Store) -> None:
    hand_in(people, SubmissionKey("contest", "2026", "watched", VILLAGE), head="王平安")
    note(people, "王平安")
    assert notes(people, Owner(VILLAGE)) == notes(people) == [HIDDEN]
    assert notes(people, Owner(VILLAGE, "town")) == ["王平安"]


def test_what_is_written_is_never_made_from_what_is_shown(people: Store) -> None:
    hand_in(people, head="王平安")
    with people.read(), people.write(CLERK) as w:
        return_submission(w, KEY, "town", ("town",), "请核对")
        found = load_state(w, KEY)
        assert found is not None
        assert found.draft == {"head": "王平安"}
    with people.read() as outer, people.read(whole=True):
        assert SCRUB.get() is None
        assert outer.scrub is not None


def test_common_words_hide_nothing_even_if_they_are_in_the_store(people: Store) -> None:
    hand_in(people, head="平安", family=[{"name": "一村"}, {"name": "安全"}, {"name": "12"}])
    note(people, "一村平安建设，安全生产，12月")
    assert notes(people) == ["一村平安建设，安全生产，12月"]


def test_a_unit_that_gets_the_name_makes_it_a_common_word(people: Store) -> None:
    hand_in(people, head="王平安")
    note(people, "王平安")
    assert notes(people) == [HIDDEN]
    unit = {"unit_code": "990103", "unit_name": "王平安村", "kind": "village", "parent_code": "9901"}
    with people.write(CLERK) as w:
        import_units(w, pd.DataFrame([{**unit, "synthetic": True}]))
    assert notes(people) == ["王平安"]


def test_an_account_of_that_name_makes_it_a_common_word(people: Store) -> None:
    hand_in(people, head="王平安")
    note(people, "王平安")
    assert notes(people) == [HIDDEN]
    with people.write(CLERK) as w:
        add_account(w, NewAccount("王平安", "filler", VILLAGE, "hash"))
    assert notes(people) == ["王平安"]
    with people.read() as r:
        assert people.identified.common(r.conn).holds("王平安")


def test_words_and_choices_of_other_campaigns_are_never_hidden(people: Store) -> None:
    hand_in(people, head="热心村", family=[{"name": "kindly"}, {"name": "王平安"}])
    note(people, "热心村、kindly、王平安")
    assert notes(people) == [f"{HIDDEN}、{HIDDEN}、{HIDDEN}"]
    words = {"zh": "热心村民", "en": "Neighbours"}
    choice = {"id": "pick", "type": "select_one", "choices": "marks", "label": words}
    form = {"id": "other", "name": words, "unit_kind": "village", "fields": [choice]}
    other = surroundings_of(form, {"marks": [{"id": "kindly", "label": words}]}) | {"id": "another"}
    with people.write(CLERK) as w:
        freeze_campaign(w, to_json(Campaign.model_validate(other)), "v1", "another")
        open_period(w, "another", "2026", "v1")
        submit_many(w, [(SubmissionKey("another", "2026", "other", VILLAGE), {"pick": "kindly"})])
    assert notes(people) == [f"热心村、kindly、{HIDDEN}"]
    with people.read() as r:
        found = load_state(r, SubmissionKey("another", "2026", "other", VILLAGE))
        common = people.identified.common(r.conn)
    assert found is not None
    assert found.answers == {"pick": "kindly"}
    assert [common.holds(word) for word in ("热心村", "kindly", "王平安")] == [True, True, False]


def test_words_of_reports_and_of_office_files_are_never_hidden(people: Store) -> None:
    people.identified.others = lambda: CommonWords.of(["主导产业"])
    hand_in(people, head="主导产业", family=[{"name": "仿宋"}, {"name": "王平安"}])
    note(people, "主导产业，仿宋，王平安")
    assert notes(people) == [f"主导产业，仿宋，{HIDDEN}"]


def test_a_designation_is_hidden_where_it_is_a_whole_number(people: Store) -> None:
    hand_in(people, head="73021", family=[{"name": "990101"}, {"name": "2026"}])
    note(people, "与73021共建，990173021，2026年，990101")
    assert notes(people) == [f"与{HIDDEN}共建，990173021，2026年，990101"]


def test_a_field_that_comes_to_identify_hides_what_was_answered_before(store: Store) -> None:
    with store.write(CLERK) as w:
        freeze_campaign(w, definition(), "v2", "contest")
        open_period(w, "contest", "2026", "v2")
    hand_in(store, head="王平安")
    note(store, "王平安")
    assert notes(store) == ["王平安"]
    with store.write(CLERK) as w:
        freeze_campaign(w, definition(identifies=True), "v3", "contest")
        open_period(w, "contest", "2026", "v3")
    assert notes(store) == [HIDDEN]


def test_a_copy_of_the_store_is_whole(people: Store, tmp_path: Path) -> None:
    hand_in(people, head="王平安")
    note(people, "王平安家")
    copy_store(people, tmp_path / "copy.sqlite")
    copy = open_store(f"sqlite:///{tmp_path / 'copy.sqlite'}", tmp_path / "evidence")
    with copy.read(whole=True) as r:
        assert [item.text for item in load_notes(r, "contest", "2026", VILLAGE)] == ["王平安家"]
        assert r.conn.scalar(select(submissions.c.answers)) == {"head": "王平安"}


def test_a_fault_of_the_database_names_no_values(store: Store) -> None:
    with pytest.raises(IntegrityError) as caught, store.write(CLERK) as w:
        w.conn.execute(
            insert(units), [{"unit_code": VILLAGE, "unit_name": "王平安", "kind": "x", "synthetic": True}]
        )
    assert "王平安" not in str(caught.value)
