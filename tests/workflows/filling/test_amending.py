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
from pbwidgets.errors import ConflictError, DataError, RightsError, UsageError
from pbwidgets.store import (
    Actor,
    SubmissionKey,
    SubmissionState,
    history,
    import_version,
    load_concessions,
    load_state,
    redact,
)
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
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back
from pbwidgets.workflows.review.batches import accept_submissions, return_submissions
from pbwidgets.workflows.review.living.concessions import excuse, lift, put_off_check

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
    with pytest.raises(DataError, match=r"整改日期.*本单位"):
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
    with pytest.raises((RightsError, DataError), match=r"权限|不能修改"):
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


# -- given to another unit, and to many ----------------------------------------------------------------------


def test_the_unit_that_an_entry_names_carries_it_on_without_seeing_what_is_sensitive(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(LEVEL), "tasks", TASK)
    with pytest.raises(AnswersRefusedError, match=r"责任科室.*甲街道.*类别不对"):
        begin(desk(LEVEL), "tasks", {**TASK, "office": STREET}, SISTER)
    other = begin(desk(LEVEL), "tasks", {**TASK, "office": ""}, SISTER)
    assert list_entrusted(desk(CLERK, NOVEMBER, IN_NOVEMBER)) == (key,)
    assert list_entrusted(desk(UNIT)) == ()
    assert changeable(desk(CLERK), other) == frozenset()
    opened = open_submission(desk(CLERK), key)
    assert opened.changeable == {"done_on", "proof"}
    assert opened.answers == {name: value for name, value in TASK.items() if name != "memo"}
    assert [entry.answers["task"] for entry in list_entries(desk(CLERK), "tasks", VILLAGE)] == ["整治楼道"]
    proof = attach_file(desk(CLERK), key, "proof", "验收单.jpg", make_photo(3)).file.sha256
    done = {**opened.answers, "done_on": "2026-10-20", "proof": [proof]}
    for other_answers in ({**done, "office": ""}, {**done, "task": "不做了"}):
        with pytest.raises(DataError, match="不能由您改动"):
            amend(desk(CLERK), key, other_answers, seen_version=1)
    amend(desk(CLERK), key, done, seen_version=1)
    assert state_of(workspace, key).answers == {**TASK, "done_on": "2026-10-20", "proof": [proof]}
    assert find_evidence_file(desk(CLERK), key, proof) is not None
    assert find_evidence_file(desk(replace(CLERK, unit_code=SISTER)), key, proof) is None
    with pytest.raises(DataError, match=r"完成日期.*责任科室.*单位"):
        amend(desk(LEVEL), key, {**TASK, "done_on": "2026-10-21", "proof": [proof]}, seen_version=2)


def test_a_task_is_begun_for_many_units_with_one_save_or_for_none(workspace: Workspace, desk: Desks) -> None:
    keys = begin_many(desk(LEVEL), "tasks", [VILLAGE, SISTER, VILLAGE], TASK)
    assert [(key.unit_code, key.occurrence, key.period_id) for key in keys] == [
        (VILLAGE, 1, "*"),
        (SISTER, 1, "*"),
    ]
    again = begin_many(desk(LEVEL), "tasks", [SISTER], {**TASK, "task": "再来"})
    assert [key.occurrence for key in again] == [2]
    for units, answers, why in (
        ([VILLAGE, STREET], TASK, "权限"),
        ([VILLAGE, SISTER], {**TASK, "task": ""}, "任务"),
        ([], TASK, "单位"),
    ):
        with pytest.raises((RightsError, DataError, AnswersRefusedError), match=why):
            begin_many(desk(LEVEL), "tasks", units, answers)
    for actor, form_id, why in (
        (UNIT, "tasks", "权限"),
        (LEVEL, "clauses", "权限"),
        (UNIT, "clauses", "只填一份"),
    ):
        with pytest.raises((RightsError, DataError), match=why):
            begin_many(desk(actor), form_id, [VILLAGE], TASK)
    with pytest.raises(DataError, match=r"截止|期限"):
        begin_many(desk(LEVEL, NOVEMBER, LATE), "tasks", [VILLAGE], TASK)
    assert len(list_entries(desk(LEVEL), "tasks", VILLAGE)) == 1


# -- accepted, refused, put off -------------------------------------------------------------------------------


def test_a_failed_acceptance_takes_back_what_was_done_and_sets_a_new_day(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(LEVEL), "faults", FAULT)
    with pytest.raises(DataError, match="没有写明已经完成"):
        refuse_done(desk(LEVEL), key, reason="漏水", due_on=date(2026, 11, 1))
    amend(desk(UNIT), key, {**FAULT, "fixed_on": "2026-10-12"}, seen_version=1)
    with pytest.raises(DataError, match="2026-10-01 已经过去"):
        refuse_done(desk(LEVEL), key, reason="漏水", due_on=date(2026, 10, 1))
    with pytest.raises(DataError, match="理由"):
        refuse_done(desk(LEVEL), key, reason=" ", due_on=date(2026, 11, 1))
    assert refuse_done(desk(LEVEL), key, reason="漏水", due_on=date(2026, 11, 1)) == 3
    assert state_of(workspace, key).answers == {**FAULT, "due_on": "2026-11-01"}
    with workspace.store.read() as reader:
        newest = history(reader, key)[-1]
    assert (newest.cause, newest.level, newest.reason) == ("amend", "street", "漏水")
    # closed by mistake: what the level closed goes with what the unit said
    done = {**FAULT, "due_on": "2026-11-01", "fixed_on": "2026-10-20", "closed_on": "2026-10-20"}
    amend(
        desk(UNIT), key, {name: value for name, value in done.items() if name != "closed_on"}, seen_version=3
    )
    amend(desk(LEVEL), key, done, seen_version=4)
    refuse_done(desk(LEVEL), key, reason="又漏水", due_on=date(2026, 11, 8))
    assert state_of(workspace, key).answers == {**FAULT, "due_on": "2026-11-08"}


def test_what_waits_on_a_reviewed_form_is_refused_and_the_accepted_version_has_the_new_day(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    amend(desk(UNIT), key, {**DEMAND, "fixed_on": "2026-10-12"}, seen_version=2)
    refuse_done(desk(LEVEL), key, reason="群众不满意", due_on=date(2026, 11, 5))
    found = state_of(workspace, key)
    assert (found.state, found.answers) == ("accepted:street", {**DEMAND, "due_on": "2026-11-05"})


def test_the_day_until_when_it_is_due_is_moved_by_the_level_alone_and_with_a_reason(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    moved = {**DEMAND, "due_on": "2026-11-20"}
    with pytest.raises(DataError, match=r"办理时限.*街道"):
        amend(desk(UNIT), key, moved, seen_version=1, reason="下雨")
    with pytest.raises(DataError, match="理由"):
        amend(desk(LEVEL), key, moved, seen_version=1)
    amend(desk(LEVEL), key, moved, seen_version=1, reason="下雨")
    assert put_off(desk(LEVEL), key, date(2026, 11, 30), "连阴雨") == 3
    assert state_of(workspace, key).answers == {**DEMAND, "due_on": "2026-11-30"}
    with pytest.raises(DataError, match="没有任何改动"):
        put_off(desk(LEVEL), key, date(2026, 11, 30), "连阴雨")
    month = begin(desk(UNIT), "month", {"leader": "书记", "members": 30})
    with pytest.raises(DataError, match="没有可以验收"):
        put_off(desk(LEVEL), month, date(2026, 11, 30), "连阴雨")


def test_moving_the_day_accepts_nothing_that_waits(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    amend(desk(UNIT), key, {**DEMAND, "fixed_on": "2026-10-12"}, seen_version=2)
    put_off(desk(LEVEL), key, date(2026, 11, 30), "连阴雨")
    found = state_of(workspace, key)
    assert (found.state, found.standing_version) == ("submitted", 2)
    accept_submission(desk(LEVEL), key, "street", seen_version=found.version)
    assert state_of(workspace, key).answers == {**DEMAND, "fixed_on": "2026-10-12", "due_on": "2026-11-30"}


# -- what must be kept -----------------------------------------------------------------------------------------


def money(kind: str, amount: float, day: str, what: str = "捐款") -> dict[str, Any]:
    return {"what": what, "kind": kind, "amount": amount, "moved_on": day}


def test_a_balance_must_be_kept_by_whoever_writes_and_however(workspace: Workspace, desk: Desks) -> None:
    income = begin(desk(UNIT), "funds", money("in", 100, "2026-10-02"))
    accept_submission(desk(LEVEL), income, "street", seen_version=1)
    # on one day what comes in comes first, and what waits is in the balance as well
    begin(desk(UNIT), "funds", money("out", 80, "2026-10-02", "慰问老党员"))
    said = r"关爱基金余额不足.*慰问老党员.*2026-10-02.*余额为 -30.*不能低于 0"
    with pytest.raises(DataError, match=said) as caught:
        amend(desk(UNIT), income, money("in", 50, "2026-10-02"), seen_version=2)
    assert caught.value.code == "fill.keeps_broken"
    with pytest.raises(DataError, match=r"捐给受灾户.*余额为 -5"):
        begin(desk(UNIT), "funds", money("out", 25, "2026-10-09", "捐给受灾户"))
    assert amend(desk(UNIT), income, money("in", 90, "2026-10-02"), seen_version=2) == 3
    with pytest.raises(
        DataError, match="余额为 -90"
    ):  # the income of another day is later than what was paid
        begin_many(desk(UNIT), "funds", [VILLAGE], money("out", 90, "2026-10-01"))


def test_a_return_and_taking_back_must_keep_the_balance_too(workspace: Workspace, desk: Desks) -> None:
    income = begin(desk(UNIT), "funds", money("in", 100, "2026-10-02"))
    spent = begin(desk(UNIT), "funds", money("out", 80, "2026-10-05", "慰问"))
    with pytest.raises(DataError, match=r"慰问.*余额为 -80"):
        send_back(desk(LEVEL), income, "street", Correction("没有票据"), seen_version=1)
    with pytest.raises(DataError, match=r"慰问.*余额为 -80"):
        take_back(desk(UNIT), income)
    assert state_of(workspace, income).state == "submitted"
    accept_submission(desk(LEVEL), income, "street", seen_version=1)
    # a higher income that waits carries a payment; sent back, the accepted one must carry it
    amend(desk(UNIT), income, money("in", 150, "2026-10-02"), seen_version=2)
    more = begin(desk(UNIT), "funds", money("out", 60, "2026-10-06", "再慰问"))
    with pytest.raises(DataError, match=r"再慰问.*余额为 -40"):
        send_back(desk(LEVEL), income, "street", Correction("没有票据"), seen_version=3)
    send_back(desk(LEVEL), more, "street", Correction("不合规定"), seen_version=1)
    send_back(desk(LEVEL), income, "street", Correction("没有票据"), seen_version=3)
    assert state_of(workspace, spent).state == "submitted"


def test_a_balance_that_goes_on_with_another_unit_is_kept_from_a_month_before_the_merger_too(
    workspace: Workspace, desk: Desks
) -> None:
    income = begin(desk(UNIT), "funds", money("in", 100, "2026-10-02"))
    register = workspace.units().set_index("unit_code")
    register.loc[VILLAGE, ["valid_to", "merged_into"]] = ["2026-11-04", SISTER]
    save_units(workspace, operator(), register.reset_index(), IN_NOVEMBER)
    sister = Actor("zhou", "filler", SISTER)
    begin(desk(sister, NOVEMBER, IN_NOVEMBER), "funds", money("out", 80, "2026-11-09", "慰问"), SISTER)
    for period_id in (NOVEMBER, OCTOBER):  # which is still open, and in which nothing was merged yet
        level = desk(LEVEL, period_id, IN_NOVEMBER)
        with pytest.raises(DataError, match=r"慰问.*2026-11-09.*余额为 -80"):
            send_back(level, income, "street", Correction("没有票据"), seen_version=1)
        with pytest.raises(DataError, match=r"慰问.*2026-11-09.*余额为 -80"):
            return_submissions(level, {income: 1}, Correction("没有票据"))
    with pytest.raises(DataError, match=r"慰问.*余额为 -30"):
        amend(desk(sister, NOVEMBER, IN_NOVEMBER), income, money("in", 50, "2026-10-02"), seen_version=1)
    assert state_of(workspace, income).state == "submitted"


def test_redaction_and_import_must_keep_the_balance(workspace: Workspace, desk: Desks) -> None:
    income = begin(desk(UNIT), "funds", money("in", 100, "2026-10-02"))
    begin(desk(UNIT), "funds", money("out", 80, "2026-10-05", "慰问"))
    with pytest.raises(DataError, match=r"慰问.*余额为 -80"), desk(LEVEL).write() as writer:
        redact(writer, income, "amount")
    with pytest.raises(DataError, match="余额为 -10"), desk(UNIT).write() as writer:
        import_version(writer, replace(income, occurrence=3), money("out", 30, "2026-10-05"))
    with desk(UNIT).write() as writer:
        import_version(writer, replace(income, occurrence=3, unit_code=SISTER), money("in", 30, "2026-10-05"))
        assert len(history(writer, income)) == 1
    # each unit has a balance of its own
    with pytest.raises(DataError, match="余额为 -1"), desk(UNIT).write() as writer:
        import_version(writer, replace(income, occurrence=4), money("out", 21, "2026-10-05"))


# -- the same as before ---------------------------------------------------------------------------------------


def test_what_was_handed_in_last_month_is_handed_in_again_without_its_files(
    workspace: Workspace, desk: Desks
) -> None:
    october = desk(UNIT).opened.submission_key("month", VILLAGE)
    november = replace(october, period_id=NOVEMBER)
    later = desk(UNIT, NOVEMBER, IN_NOVEMBER)
    with pytest.raises(DataError, match="以前没有提交过"):
        confirm_unchanged(later, november)
    photo = attach_file(desk(UNIT), october, "photo", "会议.jpg", make_photo(1)).file.sha256
    hand_in_form(desk(UNIT), october, {"leader": "书记", "members": 30, "photo": [photo]}, 0)
    assert confirm_unchanged(later, november) == 1
    assert state_of(workspace, november).answers == {"leader": "书记", "members": 30}
    with pytest.raises(DataError, match="不能修改"):
        confirm_unchanged(later, november)
    with pytest.raises(RightsError, match="权限"):
        confirm_unchanged(desk(CLERK, NOVEMBER, IN_NOVEMBER), november)


def test_an_entry_that_lasts_is_confirmed_as_it_stands(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    assert confirm_unchanged(desk(UNIT, NOVEMBER, LATE), key) == 3
    found = state_of(workspace, key)
    assert (found.state, found.answers, found.content_version) == ("accepted:street", DEMAND, 1)
    with pytest.raises(RightsError, match="权限"):
        confirm_unchanged(desk(Actor("x", "filler", SISTER)), key)


def test_what_waits_goes_on_waiting_when_nothing_has_changed(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(UNIT), "demands", DEMAND)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    done = {**DEMAND, "fixed_on": "2026-10-12"}
    amend(desk(UNIT), key, done, seen_version=2)
    confirm_unchanged(desk(UNIT, NOVEMBER, LATE), key)
    found = state_of(workspace, key)
    assert (found.state, found.answers, found.standing_version) == ("submitted", done, 2)
    send_back(desk(LEVEL), key, "street", Correction("照片不清楚"), seen_version=found.version)
    with pytest.raises(DataError, match="退回"):
        confirm_unchanged(desk(UNIT, NOVEMBER, LATE), key)


def test_a_form_begins_with_what_counts_of_the_form_it_names(workspace: Workspace, desk: Desks) -> None:
    month = desk(UNIT).opened.submission_key("month", VILLAGE)
    key = begin(desk(UNIT), "clauses", CLAUSES)
    assert open_submission(desk(UNIT), month).answers == {}
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    opened = open_submission(desk(UNIT), month)
    assert (opened.answers, opened.state, opened.revision) == ({"leader": "支部书记"}, "not_begun", 0)
    save_answers(desk(UNIT), month, {"members": 5}, 0)
    assert open_submission(desk(UNIT), month).answers == {"members": 5}


# -- rows of a table -------------------------------------------------------------------------------------------


def test_rows_are_changed_refused_and_put_off_by_their_ids(workspace: Workspace, desk: Desks) -> None:
    key = begin(desk(UNIT), "clauses", CLAUSES)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    assert changeable(desk(UNIT), key) == {"lines/state", "lines/note"}
    assert changeable(desk(LEVEL), key) == frozenset()
    lines = [{"row": "team", "state": "done", "note": "已换届"}, {"row": "rooms", "state": "none"}]
    with pytest.raises(DataError, match="负责人职务"):
        amend(desk(UNIT), key, {"leader": "他人", "lines": lines}, seen_version=2)
    amend(desk(UNIT), key, {**CLAUSES, "lines": lines}, seen_version=2)
    assert state_of(workspace, key).standing_version == 2
    refuse_done(desk(LEVEL), key, reason="没有会议记录", due_on=date(2026, 12, 20), row_id="team")
    found = state_of(workspace, key)
    assert found.state == "accepted:street"
    assert (found.answers or {})["lines"] == [{**lines[0], "state": "begun"}, lines[1]]
    with pytest.raises(DataError, match="没有写明已经完成"):
        refuse_done(desk(LEVEL), key, reason="没有", due_on=date(2026, 12, 20), row_id="rooms")
    with pytest.raises(DataError, match="没有可以验收的“roof”"):
        refuse_done(desk(LEVEL), key, reason="没有", due_on=date(2026, 12, 20), row_id="roof")
    with pytest.raises(DataError, match="没有自己的办理时限"):
        put_off(desk(LEVEL), key, date(2026, 12, 20), "下雨", "rooms")
    with workspace.store.read() as reader:
        granted = load_concessions(reader, "living", OCTOBER)
    assert granted[["unit_code", "check_id", "part", "due_on", "reason"]].values.tolist() == [
        [VILLAGE, "clauses", "team", "2026-12-20", "没有会议记录"]
    ]


def test_what_else_is_said_to_be_done_waits_on_when_a_row_is_refused(
    workspace: Workspace, desk: Desks
) -> None:
    key = begin(desk(UNIT), "clauses", CLAUSES)
    accept_submission(desk(LEVEL), key, "street", seen_version=1)
    lines = [{**row, "state": "done"} for row in CLAUSES["lines"]]
    amend(desk(UNIT), key, {**CLAUSES, "lines": lines}, seen_version=2)
    refuse_done(desk(LEVEL), key, reason="没有会议记录", due_on=date(2026, 12, 20), row_id="team")
    found = state_of(workspace, key)
    assert (found.state, found.standing_version) == ("submitted", 2)
    assert [row["state"] for row in (found.answers or {})["lines"]] == ["begun", "done"]
    refuse_done(desk(LEVEL), key, reason="没有桌椅", due_on=date(2026, 12, 20), row_id="rooms")
    assert state_of(workspace, key).state == "accepted:street"  # nothing is left to accept


def test_a_level_excuses_puts_off_and_takes_back(workspace: Workspace, desk: Desks) -> None:
    level = desk(LEVEL)
    excuse(level, VILLAGE, "clauses", "rooms", "租用场所")
    put_off_check(level, VILLAGE, "members", "", date(2026, 11, 15), "换届")
    with workspace.store.read() as reader:
        granted = load_concessions(reader, "living", OCTOBER)
    assert granted[["period", "check_id", "part", "excused"]].values.tolist() == [
        ["*", "clauses", "rooms", True], [OCTOBER, "members", "", False],
    ]  # fmt: skip
    lift(level, VILLAGE, "clauses", "rooms", "已有场所")
    with workspace.store.read() as reader:
        assert len(load_concessions(reader, "living", OCTOBER)) == 1
    with pytest.raises(DataError, match=r"上坪村.*没有生效"):
        lift(level, VILLAGE, "clauses", "rooms", "已有场所")
    with pytest.raises(UsageError, match="最接近的是“rooms”"):
        excuse(level, VILLAGE, "clauses", "room", "租用场所")
    with pytest.raises(UsageError, match="最接近的是“clauses”"):
        excuse(level, VILLAGE, "clause", "", "租用场所")
    with pytest.raises(DataError, match="已经过去"):
        put_off_check(level, VILLAGE, "members", "", date(2026, 10, 1), "换届")
    for actor in (UNIT, CLERK, Actor("sun", "organiser")):
        with pytest.raises(RightsError, match="权限"):
            excuse(desk(actor), VILLAGE, "clauses", "rooms", "租用场所")
