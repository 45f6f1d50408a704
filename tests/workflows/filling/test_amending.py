"""What is changed after an entry was handed in: by which hand, what counts, what comes back, what must be kept."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from amended import (
    CLERK,
    IN_NOVEMBER,
    IN_OCTOBER,
    LEVEL,
    NOVEMBER,
    OCTOBER,
    OFFICE,
    SISTER,
    STREET,
    UNIT,
    VILLAGE,
    desk_of,
    open_living,
)

from pbwidgets.demo.evidence import make_photo
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.store import Actor, SubmissionKey, SubmissionState, history, load_state
from pbwidgets.workflows.filling.amending import (
    amend,
    begin_many,
    changeable,
    confirm_unchanged,
    list_entrusted,
    put_off,
    refuse_done,
)
from pbwidgets.workflows.filling.drafts import hand_in, hand_in_form, save_answers, take_back
from pbwidgets.workflows.filling.entries import begin_entry, list_entries, open_submission
from pbwidgets.workflows.filling.evidence import attach_file, find_evidence_file
from pbwidgets.workflows.ground.answers import AnswersRefusedError
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back
from pbwidgets.workflows.review.batches import accept_submissions

FAULT = {"fault": "门窗破损", "found_on": "2026-10-05", "due_on": "2026-10-25"}
DEMAND = {"demand": "修路", "caller": "某先生", "found_on": "2026-10-05", "due_on": "2026-10-25"}
TASK = {
    "task": "整治楼道",
    "given_on": "2026-10-08",
    "due_on": "2026-10-31",
    "office": OFFICE,
    "memo": "内部",
}
CLAUSES = {
    "leader": "支部书记",
    "lines": [{"row": "team", "state": "begun"}, {"row": "rooms", "state": "none"}],
}
LATE = datetime(2026, 11, 25, 4, tzinfo=UTC)  # after the phase of November


@pytest.fixture(scope="module")
def living_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("living")
    with open_living(folder):
        pass
    return folder


@pytest.fixture
def workspace(living_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(living_folder, tmp_path / "living")
    with open_workspace(tmp_path / "living") as made:
        yield made


@pytest.fixture
def desk(workspace: Workspace) -> Callable[..., Desk]:
    return lambda actor, period_id=OCTOBER, now=IN_OCTOBER: desk_of(workspace, actor, period_id, now)


Desks = Callable[..., Desk]


def begin(desk: Desk, form_id: str, answers: Mapping[str, Any], unit: str = VILLAGE) -> SubmissionKey:
    """Key of an entry that was handed in."""
    many = desk.opened.campaign.form(form_id).occurrence == "many"
    key = begin_entry(desk, form_id, unit) if many else desk.opened.submission_key(form_id, unit)
    hand_in_form(desk, key, answers, 1 if many else 0)
    return key


def state_of(workspace: Workspace, key: SubmissionKey) -> SubmissionState:
    with workspace.store.read() as reader:
        found = load_state(reader, key)
    assert found is not None
    return found


# -- two hands ---------------------------------------------------------------------------------------------


def test_the_unit_puts_right_and_the_level_closes_each_its_own_field(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    assert changeable(desk(UNIT), key) == {"fixed_on", "after"}
    assert changeable(desk(LEVEL), key) == {"closed_on", "due_on"}
    fixed = {**FAULT, "fixed_on": "2026-10-12"}
    for answers, hand in (
        ({**fixed, "closed_on": "2026-10-13"}, "销号日期.*街道"),
        ({**FAULT, "fault": "无"}, "问题.*谁都不能"),
    ):
        with pytest.raises(DataError, match=hand) as caught:
            amend(desk(UNIT), key, answers, seen_version=1)
        assert caught.value.code == "fill.not_later"
    with pytest.raises(DataError, match="整改日期.*本单位"):
        amend(desk(LEVEL), key, fixed, seen_version=1)
    assert amend(desk(UNIT), key, fixed, seen_version=1) == 2
    assert amend(desk(LEVEL), key, {**fixed, "closed_on": "2026-10-13"}, seen_version=2) == 3
    found = state_of(workspace, key)
    assert (found.state, found.answers) == ("submitted", {**fixed, "closed_on": "2026-10-13"})
    with workspace.store.read() as reader:
        assert [(one.cause, one.level) for one in history(reader, key)] == [
            ("submit", None), ("amend", None), ("amend", "street"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    "actor",
    [
        Actor("zhang", "filler", SISTER),
        Actor("li", "reviewer", VILLAGE),
        Actor("liu", "analyst"),
        Actor("sun", "organiser"),
        Actor("han", "leader", STREET),
        CLERK,
    ],
)
def test_nobody_else_amends(desk: Desks, actor: Actor) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    assert changeable(desk(actor), key) == frozenset()
    with pytest.raises(RightsError, match="权限"):
        amend(desk(actor), key, {**FAULT, "fixed_on": "2026-10-12"}, seen_version=1)
    for call in (put_off, lambda *given: refuse_done(*given[:2], due_on=given[2], reason=given[3])):
        with pytest.raises(RightsError, match="权限"):
            call(desk(actor), key, date(2026, 11, 1), "下雨")


def test_an_entry_is_amended_in_a_later_period_after_its_phase(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    late = desk(UNIT, NOVEMBER, LATE)
    opened = open_submission(late, key)
    assert (opened.is_amendment, opened.is_editable, opened.is_closed(LATE)) == (True, False, True)
    assert opened.changeable == {"fixed_on", "after"}
    assert amend(late, key, {**opened.answers, "fixed_on": "2026-11-24"}, seen_version=opened.version) == 2
    with pytest.raises(ConflictError, match="第2版"):
        amend(late, key, {**FAULT, "fixed_on": "2026-11-23"}, seen_version=1)
    with pytest.raises(DataError, match="没有任何改动"):
        amend(late, key, {**FAULT, "fixed_on": "2026-11-24"}, seen_version=2)


def test_a_photo_is_attached_to_a_field_that_may_be_changed_later_only_by_its_hand(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    photo = attach_file(desk(UNIT), key, "after", "整改后.jpg", make_photo(1))
    with pytest.raises((RightsError, DataError), match="权限|不能修改"):
        attach_file(desk(LEVEL), key, "after", "整改后.jpg", make_photo(2))
    answers = {**FAULT, "fixed_on": "2026-10-12", "after": [photo.file.sha256]}
    with pytest.raises(DataError, match="不是在本表上传"):
        amend(desk(UNIT), key, {**answers, "after": ["0" * 64]}, seen_version=1)
    amend(desk(UNIT), key, answers, seen_version=1)
    assert [item.file.sha256 for item in open_submission(desk(LEVEL), key).evidence] == [photo.file.sha256]


# -- what counts -------------------------------------------------------------------------------------------


def test_what_the_unit_changes_on_a_reviewed_form_waits_and_a_return_falls_back(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    done = {**DEMAND, "fixed_on": "2026-10-12", "result": "已修"}
    assert amend(desk(UNIT), key, done, seen_version=2) == 3
    found = state_of(workspace, key)
    assert (found.state, found.standing_version) == ("submitted", 2)
    send_back(desk(LEVEL), key, "street", Correction("照片不清楚"), seen_version=3)
    found = state_of(workspace, key)
    assert (found.state, found.standing_version) == ("returned", 2)
    opened = open_submission(desk(UNIT), key)
    assert (opened.is_amendment, opened.is_editable) == (True, False)
    assert opened.returned == {"": ("照片不清楚",)}
    # what came back is amended again, and nothing but what may be changed later
    for write in (save_answers, hand_in):
        with pytest.raises(DataError, match="不能修改"):
            write(desk(UNIT), key, {**done, "demand": "改掉"}, found.revision)
    with pytest.raises(DataError, match="诉求"):
        amend(desk(UNIT), key, {**done, "demand": "改掉"}, seen_version=4)
    assert amend(desk(UNIT), key, {**done, "result": "已修好"}, seen_version=4) == 5
    assert accept_submissions(desk(LEVEL), {key: 5}) == 1
    found = state_of(workspace, key)
    assert (found.state, (found.answers or {})["result"]) == ("accepted:street", "已修好")


def test_what_is_taken_back_while_a_version_stands_is_only_amended(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    amend(desk(UNIT), key, {**DEMAND, "fixed_on": "2026-10-12"}, seen_version=2)
    take_back(desk(UNIT), key)
    with pytest.raises(DataError, match="不能修改"):
        hand_in(desk(UNIT), key, {**DEMAND, "demand": "改掉"}, state_of(workspace, key).revision)
    assert amend(desk(UNIT), key, {**DEMAND, "fixed_on": "2026-10-11"}, seen_version=3) == 4
    assert state_of(workspace, key).standing_version == 2


def test_the_levels_own_hand_counts_at_once_also_over_what_waits(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    done = {**DEMAND, "fixed_on": "2026-10-12"}
    amend(desk(UNIT), key, done, seen_version=2)
    amend(desk(LEVEL), key, {**done, "closed_on": "2026-10-13"}, seen_version=3)
    found = state_of(workspace, key)
    assert (found.state, found.standing_version) == ("accepted:street", None)


def test_answers_that_come_and_go_with_a_changed_one_are_no_change_of_their_own(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    done = {**DEMAND, "fixed_on": "2026-10-12", "result": "已修"}
    amend(desk(UNIT), key, done, seen_version=1)
    amend(desk(UNIT), key, {**DEMAND, "result": "已修"}, seen_version=2)
    assert state_of(workspace, key).answers == DEMAND


def test_rows_of_a_repeat_come_by_its_hand_and_their_fields_change_by_theirs(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(UNIT), "demands", {**DEMAND, "visits": [{"on": "2026-10-06"}]})
    two = [{"on": "2026-10-06"}, {"on": "2026-10-09"}]
    assert amend(desk(UNIT), key, {**DEMAND, "visits": two}, seen_version=1) == 2
    marked = [two[0], {**two[1], "marked": "属实"}]
    with pytest.raises(DataError, match="核查"):
        amend(desk(UNIT), key, {**DEMAND, "visits": marked}, seen_version=2)
    assert amend(desk(LEVEL), key, {**DEMAND, "visits": marked}, seen_version=2) == 3
    with pytest.raises(DataError, match="回访"):
        amend(desk(LEVEL), key, {**DEMAND, "visits": marked[1:]}, seen_version=3)
    with pytest.raises(AnswersRefusedError, match="日期"):
        amend(desk(UNIT), key, {**DEMAND, "visits": [*marked, {"on": "昨天"}]}, seen_version=3)
