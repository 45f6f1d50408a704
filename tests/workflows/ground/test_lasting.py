"""What lasts for the campaign, through the months in which it is read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from checklist import TOWN, both, checklist, code_of

from pbwidgets.campaign import Campaign
from pbwidgets.errors import RightsError
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import (
    ALWAYS,
    Actor,
    ConcessionKey,
    Mark,
    MarkKey,
    SubmissionKey,
    accept_many,
    amend,
    grant_concession,
    import_units,
    load_units,
    submit_many,
)
from pbwidgets.store.submissions import Answers
from pbwidgets.workflows.ground.desk import Desk, check_key
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import close_campaign, open_definition

OCTOBER, NOVEMBER = "2026-10", "2026-11"
OPERATOR, ORGANISER, REVIEWER = (
    Actor("cli:tests", "operator"),
    Actor("sun", "organiser"),
    Actor("li", "reviewer", TOWN),
)
LEVELS = ("subdistrict",)
OLD, NEW = code_of(0), code_of(1)


def campaign() -> Campaign:
    """Two months, a table of three standards, and a log of faults that lasts, with the day on which each ended."""
    days = {OCTOBER: ("2026-10-01", "2026-10-31"), NOVEMBER: ("2026-11-01", "2026-11-30")}
    periods = [{"id": name, "begins": begins, "ends": ends} for name, (begins, ends) in days.items()]
    dates = [{"id": name, "type": "date", "label": both(name)} for name in ("found", "ended")]
    steps = [{"field": name, "name": both(name)} for name in ("found", "ended")]
    faults = {
        "id": "faults", "name": both("故障"), "unit_kind": "village", "occurrence": "many", "lasts": "campaign",
        "title": "what", "fields": [{"id": "what", "type": "text", "label": both("故障")}, *dates],
        "life": {"steps": steps},
    }  # fmt: skip
    plain = checklist(3).model_dump(mode="json", exclude_defaults=True)
    return Campaign.model_validate({**plain, "periods": periods, "forms": [*plain["forms"], faults]})


@pytest.fixture
def months(tmp_path: Path) -> Iterator[tuple[Workspace, Opened, Opened]]:
    """A sub-district of two villages; both have handed in a fault, and one its standards."""
    rows = [
        (TOWN, "云顶街道", "subdistrict", None),
        (OLD, "青禾村", "village", TOWN),
        (NEW, "上坪村", "village", TOWN),
    ]
    units = pd.DataFrame(rows, columns=["unit_code", "unit_name", "kind", "parent_code"])
    with open_workspace(tmp_path) as workspace:
        with workspace.store.write(OPERATOR) as w:
            import_units(w, to_frame(units.assign(synthetic=True), UNITS))
        october, november = (
            open_definition(workspace, OPERATOR, campaign(), name) for name in (OCTOBER, NOVEMBER)
        )
        given: dict[SubmissionKey, Answers] = {
            october.submission_key("faults", OLD, 1): {"what": "漏水", "found": "2026-10-05"},
            october.submission_key("faults", NEW, 1): {"what": "断电", "found": "2026-10-06"},
            october.submission_key("standards", OLD): {"lines": [{"row": "c0", "state": "reached"}]},
        }  # fmt: skip
        with workspace.store.write(REVIEWER, datetime(2026, 10, 8, tzinfo=UTC)) as w:
            submit_many(w, given.items())
            accept_many(w, given, "subdistrict", LEVELS)
        yield workspace, october, november


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def write_later(workspace: Workspace, november: Opened) -> None:
    """Amend, merge, concede: all that can be written once October is closed."""
    fault, standards = november.submission_key("faults", OLD, 1), november.submission_key("standards", OLD)
    with workspace.store.write(REVIEWER) as w:
        at_once = {"what": "漏水", "found": "2026-10-05", "ended": "2026-11-02"}
        amend(w, fault, at_once, seen_version=2, counts=True, level="subdistrict")
        amend(w, standards, {"lines": [{"row": "c1", "state": "reached"}]}, seen_version=2, counts=False)
        submit_many(w, [(november.submission_key("faults", NEW, 2), {"what": "冒烟", "found": "2026-11-03"})])
        grant_concession(w, ConcessionKey("standards_of_own", ALWAYS, OLD, "standards", "c2"), "在建")
        register = load_units(w).set_index("unit_code")
        register.loc[OLD, ["valid_to", "merged_into"]] = ["2026-11-04", NEW]
        import_units(w, register.reset_index())


def test_a_closed_month_stays_byte_equal_whatever_is_written_in_the_next(
    months: tuple[Workspace, Opened, Opened],
) -> None:
    workspace, october, november = months
    close_campaign(Desk(workspace, ORGANISER, october))
    closed = workspace.opened("standards_of_own", OCTOBER)
    before = take_snapshot(workspace, closed)
    frozen = bytes_of(before.folder)
    write_later(workspace, november)
    after = take_snapshot(workspace, closed)
    assert after.snapshot_id == before.snapshot_id
    assert bytes_of(after.folder) == frozen
    records = after.records()
    assert set(records.lives["period"]) == {ALWAYS}
    assert records.lives.loc[records.lives["form_id"] == "faults", "version"].tolist() == [1, 1]
    assert records.concessions.empty


def test_the_open_month_reads_what_counts_now_and_entries_with_the_unit_that_continues_them(
    months: tuple[Workspace, Opened, Opened],
) -> None:
    workspace, _, november = months
    write_later(workspace, november)
    with workspace.store.write(REVIEWER) as w:
        accept_many(w, [november.submission_key("faults", NEW, 2)], "subdistrict", LEVELS)
    records = take_snapshot(workspace, november).records()
    faults = records.submissions[records.submissions["form_id"] == "faults"]
    told = faults.loc[faults["field"] == "what", ["unit_code", "occurrence", "version", "value"]]
    assert told.sort_values("occurrence").to_numpy().tolist() == [
        [NEW, 1, 2, "断电"], [NEW, 2, 2, "冒烟"], [NEW, 3, 3, "漏水"],
    ]  # fmt: skip
    lives = records.lives[records.lives["form_id"] == "faults"]
    assert sorted(zip(lives["unit_code"], lives["occurrence"], strict=True)) == [(NEW, 1), (NEW, 2), (NEW, 3)]
    standards = records.submissions[records.submissions["form_id"] == "standards"]
    assert set(standards["unit_code"]) == {OLD}  # fixed rows are not taken over
    assert set(standards["version"]) == {2}  # and an amendment that waits does not count yet
    assert records.concessions[["unit_code", "part", "excused", "times"]].to_numpy().tolist() == [
        [OLD, "c2", True, 1]
    ]


def test_a_key_belongs_to_the_period_or_to_the_campaign(months: tuple[Workspace, Opened, Opened]) -> None:
    workspace, october, _ = months
    desk = Desk(workspace, REVIEWER, october)
    key = october.submission_key("faults", OLD, 1)
    assert key.period_id == ALWAYS
    assert october.submission_key("dropped", OLD).period_id == OCTOBER
    check_key(desk, key, "review")
    with pytest.raises(RightsError, match="没有此项权限"):
        check_key(desk, replace(key, period_id=OCTOBER), "review")
    mark = Mark(MarkKey("standards_of_own", OCTOBER, OLD, "c", "l", "s", "li"), 1.0).key
    check_key(desk, mark, "rate")
    with pytest.raises(RightsError, match="没有此项权限"):
        check_key(desk, replace(mark, period_id=ALWAYS), "rate")


def test_a_form_that_comes_to_last_is_read_from_then_on_as_one(
    months: tuple[Workspace, Opened, Opened],
) -> None:
    workspace, october, _ = months
    of_month = replace(october.submission_key("standards", NEW), period_id=OCTOBER)  # from before it lasted
    with workspace.store.write(REVIEWER) as w:
        submit_many(w, [(of_month, {"lines": [{"row": "c0", "state": "reached"}]})])
        accept_many(w, [of_month], "subdistrict", LEVELS)
    standards = take_snapshot(workspace, october).records().submissions
    assert set(standards.loc[standards["form_id"] == "standards", "unit_code"]) == {OLD}
