"""Classes of a small campaign in the store: proposals, decisions by a person or from a table, moves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from classed import (
    AUTUMN,
    BODY,
    CAMPAIGN,
    COUNTY,
    NORTH,
    SHARES,
    SPRING,
    TRACK,
    A,
    B,
    C,
    D,
    E,
    make_campaign,
    make_classed,
)
from counties import OPERATOR

from pbwidgets.errors import DataError, ProblemsError, RightsError, UsageError
from pbwidgets.store import Actor, audit_head, lift_veto, load_class_decisions
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace, today
from pbwidgets.workflows.meeting.class_list import import_classes
from pbwidgets.workflows.meeting.classes import decide_classes, load_classes, load_moves
from pbwidgets.workflows.meeting.decisions import Minutes
from pbwidgets.workflows.organise.campaigns import open_definition

DISTRICT = Actor("north", "reviewer", NORTH)
MINUTES = Minutes("会议研究决定", BODY, AUTUMN)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(make_classed(tmp_path / "classed")) as made:
        yield made


@pytest.fixture
def opened(workspace: Workspace) -> Opened:
    return workspace.opened()


Decide = Callable[..., int]


@pytest.fixture
def decide(workspace: Workspace, opened: Opened) -> Decide:
    def call(
        classes: dict[str, int], actor: Actor = COUNTY, reasons: dict[str, str] | None = None, **changes: Any
    ) -> int:
        minutes = replace(MINUTES, **changes)
        return decide_classes(Desk(workspace, actor, opened), TRACK, classes, minutes, reasons=reasons)

    return call


def by_unit(workspace: Workspace, column: str, actor: Actor = COUNTY) -> dict[str, Any]:
    rows = load_classes(Desk(workspace, actor, workspace.opened()))
    return dict(zip(rows["unit_code"], rows[column], strict=True))


def head(workspace: Workspace) -> int:
    with workspace.store.read() as reader:
        return audit_head(reader)


# -- the list ------------------------------------------------------------------------------------------


def test_proposals_and_decisions_are_listed_together_with_their_reasons(
    workspace: Workspace, decide: Decide
) -> None:
    assert by_unit(workspace, "proposed") == {A: 2, C: 2, B: 3, D: 3, E: 0}
    assert set(by_unit(workspace, "decided").values()) == {0}  # earlier periods do not count
    assert decide({B: 2, D: 3}, reasons={B: "问题已整改"}) == 2
    rows = load_classes(Desk(workspace, COUNTY, workspace.opened())).set_index("unit_code")
    assert rows.loc[B, "reason_zh"] == (
        "总分88分，达到85分，拟定为一类。出现“后进薄弱”情形，建议定为三类，由会议决定。"
    )
    decided = rows.loc[[B, D], ["decided", "decided_on", "decided_by", "decided_reason"]].to_numpy(
        dtype=object
    )
    assert decided.tolist() == [
        [2, "2026-06-30", BODY, "问题已整改"],
        [3, "2026-06-30", BODY, "会议研究决定"],
    ]
    assert rows["decided"].to_dict() == {A: 0, B: 2, C: 0, D: 3, E: 0}


def test_the_best_class_comes_first_and_units_without_a_total_last(
    workspace: Workspace, opened: Opened
) -> None:
    assert load_classes(Desk(workspace, COUNTY, opened))["unit_code"].tolist() == [A, C, B, D, E]


def test_the_snapshot_keeps_what_was_decided(workspace: Workspace, opened: Opened, decide: Decide) -> None:
    before = take_snapshot(workspace, opened)
    decide({C: 2})
    after = take_snapshot(workspace, opened)
    assert before.snapshot_id != after.snapshot_id
    kept = load_classes(Desk(workspace, COUNTY, opened), snapshot_id=before.snapshot_id)
    assert set(kept["decided"]) == {0}
    assert after.records().class_decisions["unit_code"].tolist() == [A, B, C]


def test_a_district_sees_only_its_own_units(workspace: Workspace, decide: Decide, opened: Opened) -> None:
    decide({A: 2, D: 3})
    assert set(by_unit(workspace, "proposed", DISTRICT)) == {A, B, C}
    moves = load_moves(Desk(workspace, DISTRICT, opened), SPRING, AUTUMN)
    assert moves["unit_code"].tolist() == [A, B]
    with pytest.raises(RightsError, match="权限"):
        load_classes(Desk(workspace, Actor("team", "filler", A), opened))
    with pytest.raises(RightsError, match="权限"):
        load_moves(Desk(workspace, Actor("team", "filler", A), opened), SPRING, AUTUMN)


def test_a_campaign_without_classes_says_so(workspace: Workspace, opened: Opened) -> None:
    with pytest.raises(UsageError, match="没有评选类别“team”"):
        load_classes(Desk(workspace, COUNTY, opened), track_id="team")
    plain = make_campaign().model_dump(mode="json")
    plain["tracks"][0]["classes"] = None
    without = open_definition(workspace, OPERATOR, type(opened.campaign).model_validate(plain))
    with pytest.raises(UsageError, match="没有分类评定"):
        load_classes(Desk(workspace, COUNTY, without))
    with pytest.raises(UsageError, match="没有分类评定"):
        decide_classes(Desk(workspace, COUNTY, without), TRACK, {A: 2}, MINUTES)
    assert take_snapshot(workspace, without).frames(["classes"])["classes"].empty


# -- decisions -----------------------------------------------------------------------------------------


def test_the_decision_with_the_newest_day_counts(workspace: Workspace, decide: Decide) -> None:
    decide({C: 1})
    decide({C: 3}, day=AUTUMN - timedelta(days=30))
    assert by_unit(workspace, "decided")[C] == 1
    decide({C: 2})  # the same day again: a correction
    assert by_unit(workspace, "decided")[C] == 2
    with workspace.store.read() as reader:
        assert load_class_decisions(reader, CAMPAIGN)["class_no"].tolist() == [3, 1, 1, 3, 2]


@pytest.mark.parametrize(
    ("classes", "changes", "said"),
    [
        ({C: 1, A: 1}, {}, "一队有生效的否决或限制情形，最高只能定为二类"),
        ({C: 1, NORTH: 2}, {}, "“小队定级”中没有单位 990101"),
        ({C: 4}, {}, "没有分类“4”。.*一类、二类、三类"),
        ({C: 0}, {}, "没有分类“0”"),
        ({C: 1}, {"reason": " ", "reasons": {A: "只有别的单位有理由"}}, "没有填写理由"),
        ({C: 1}, {"body": ""}, "没有填写理由"),
        ({C: 1}, {"day": date(2999, 1, 1)}, "2999-01-01 还没有到"),
        ({}, {}, "没有要决定的单位"),
    ],
    ids=["veto", "kind", "above", "below", "reason", "body", "ahead", "empty"],
)
def test_an_invalid_decision_changes_nothing(
    workspace: Workspace, decide: Decide, classes: dict[str, int], changes: dict[str, Any], said: str
) -> None:
    before = head(workspace)
    with pytest.raises(DataError, match=said):
        decide(classes, **changes)
    assert head(workspace) == before


def test_lifting_the_veto_opens_the_top_class(workspace: Workspace, decide: Decide) -> None:
    with workspace.store.write(OPERATOR) as writer:
        lift_veto(writer, 1, "申诉成立")
    assert decide({A: 1}) == 1


def test_a_decision_may_be_dated_today_and_concern_a_unit_without_a_total(decide: Decide) -> None:
    assert decide({E: 2}, day=today()) == 1


def test_no_class_exceeds_its_share_even_over_several_decisions(tmp_path: Path) -> None:
    with open_workspace(make_classed(tmp_path / "shares", SHARES)) as workspace:
        opened = workspace.opened()

        def decide(classes: dict[str, int]) -> int:
            return decide_classes(Desk(workspace, COUNTY, opened), TRACK, classes, MINUTES)

        # four units have a total: one place in the first class, three in the first two
        assert decide({C: 1}) == 1
        before = head(workspace)
        with pytest.raises(DataError, match="定为一类的共 2 个，超过按比例的 1 个"):
            decide({B: 1})
        with pytest.raises(DataError, match="定为一类、二类的共 4 个，超过按比例的 3 个"):
            decide({A: 2, B: 2, D: 2})
        assert head(workspace) == before
        assert decide({B: 1, C: 2}) == 2  # one down and one up in the same decision


@pytest.mark.parametrize(
    "actor",
    [DISTRICT, Actor("leader", "leader", "9901"), Actor("analyst", "analyst"), Actor("admin", "admin")],
    ids=lambda actor: actor.role,
)
def test_only_those_who_decide_in_the_meeting_decide_on_classes(
    workspace: Workspace, opened: Opened, decide: Decide, actor: Actor, tmp_path: Path
) -> None:
    before = head(workspace)
    with pytest.raises(RightsError, match="权限"):
        decide({C: 1}, actor=actor)
    with pytest.raises(RightsError, match="权限"):
        import_classes(Desk(workspace, actor, opened), TRACK, tmp_path / "no_such_file.csv", MINUTES)
    assert head(workspace) == before


# -- moves ---------------------------------------------------------------------------------------------


def test_moves_give_both_classes_and_the_reason(workspace: Workspace, opened: Opened, decide: Decide) -> None:
    decide({A: 2, B: 3, C: 2}, reasons={A: "整改到位"})
    moves = load_moves(Desk(workspace, COUNTY, opened), SPRING, AUTUMN, track_id=TRACK)
    assert moves[["unit_name", "class_before", "class_after", "move", "reason"]].to_numpy().tolist() == [
        ["一队", 3, 2, "up", "整改到位"],
        ["二队", 1, 3, "down", "会议研究决定"],
        ["三队", 0, 2, "new", "会议研究决定"],
    ]
    with pytest.raises(UsageError, match="应早于"):
        load_moves(Desk(workspace, COUNTY, opened), AUTUMN, SPRING)


# -- decisions from a table ----------------------------------------------------------------------------


def write_book(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["说明"])  # the first row of our own workbooks
    sheet = book.create_sheet("定级")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_a_table_may_give_classes_by_name_or_number_and_individual_reasons(
    workspace: Workspace, opened: Opened, tmp_path: Path
) -> None:
    file = write_book(
        tmp_path / "定级.xlsx",
        ("单位编码", "单位名称", "proposed", "定类", "理由"),
        (A, "一队", 2, "二类", "整改到位"),
        (B, "二队", 3, "Class III", None),
        (C, "三队", 2, 1, None),
        (D, "四队", 3, None, "还没有议"),
    )
    assert import_classes(Desk(workspace, COUNTY, opened), TRACK, file, MINUTES).content == 3
    assert by_unit(workspace, "decided") == {A: 2, B: 3, C: 1, D: 0, E: 0}
    reasons = by_unit(workspace, "decided_reason")
    assert (reasons[A], reasons[B]) == ("整改到位", "会议研究决定")


def test_a_class_merged_over_several_units_is_that_of_each(
    workspace: Workspace, opened: Opened, tmp_path: Path
) -> None:
    file = write_book(tmp_path / "x.xlsx", ("编码", "定类"), (A, "二类"), (B, None), (C, "三类"))
    book = openpyxl.load_workbook(file)
    book["定级"].merge_cells("B2:B3")
    book.save(file)
    done = import_classes(Desk(workspace, COUNTY, opened), TRACK, file, MINUTES)
    assert done.content == 3
    assert {note.code for note in done.notes} == {"intake.merged_cells", "intake.other_sheets"}
    assert by_unit(workspace, "decided") == {A: 2, B: 2, C: 3, D: 0, E: 0}


def test_every_wrong_cell_of_a_table_is_reported_and_nothing_is_imported(
    workspace: Workspace, opened: Opened, tmp_path: Path
) -> None:
    file = tmp_path / "定级.csv"
    rows = [f"{A},一类,", f"{C},优,理由", "990199,二类,理由", f"{D},9,理由", f"{D},三类,理由"]
    file.write_text("\n".join(["编码,类别,理由", *rows]), encoding="gb18030")
    before = head(workspace)
    with pytest.raises(ProblemsError, match="6 ") as caught:
        import_classes(Desk(workspace, COUNTY, opened), TRACK, file, replace(MINUTES, reason=""))
    assert [(problem.place, problem.code) for problem in caught.value.problems] == [
        ("2", "classes.kept_down"),
        ("2", "store.reason_needed"),
        ("3", "classes.unknown_class"),
        ("4", "classes.not_in_track"),
        ("5", "classes.unknown_class"),
        ("6", "classes.repeated_unit"),
    ]
    assert head(workspace) == before


def test_problems_of_a_workbook_name_the_cell(workspace: Workspace, opened: Opened, tmp_path: Path) -> None:
    file = write_book(tmp_path / "x.xlsx", ("编码", "定类"), (C, "优"))
    with pytest.raises(ProblemsError, match=r"定级!B2.*没有分类“优”"):
        import_classes(Desk(workspace, COUNTY, opened), TRACK, file, MINUTES)


@pytest.mark.parametrize(
    ("head_row", "codes"),
    [
        ("编码,定级", ["intake.unknown_column"]),
        ("编码,定类,类别", ["intake.repeated_column"]),
        ("定类,理由", ["intake.missing_column"]),
    ],
)
def test_an_unknown_heading_is_reported(
    workspace: Workspace, opened: Opened, tmp_path: Path, head_row: str, codes: list[str]
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"{head_row}\n{C},一类,x", encoding="utf-8")
    with pytest.raises(ProblemsError, match="列") as caught:
        import_classes(Desk(workspace, COUNTY, opened), TRACK, file, MINUTES)
    assert [problem.code for problem in caught.value.problems] == codes


def test_a_table_without_a_class_decides_nothing(
    workspace: Workspace, opened: Opened, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"编码,定类\n{C},", encoding="utf-8")
    with pytest.raises(DataError, match="没有要决定的单位"):
        import_classes(Desk(workspace, COUNTY, opened), TRACK, file, MINUTES)
