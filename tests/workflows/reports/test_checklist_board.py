"""A campaign without a score track: its board, its reports, and the photos that a snapshot keeps for them."""

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from checklist import (
    FAULTS,
    STANDARDS,
    TOWN,
    checklist_file,
    code_of,
    listed_of,
    standings_of,
    units_of,
    villages,
)
from counties import OPERATOR, lay_out
from PIL import Image

from pbwidgets import store
from pbwidgets.store import Actor
from pbwidgets.store.evidence import evidence_path
from pbwidgets.store.snapshot_files import write_frames
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.campaigns import open_campaign
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.reports.blocks.lists import open_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure, Sentence, Table
from pbwidgets.workflows.reports.board import ShownChart, ShownTable, board_choices, draw_board
from pbwidgets.workflows.reports.report import open_report

CAMPAIGN = "standards_of_own"
MEETING = """\
format: 1
id: promotion
title: {zh: 推进会材料, en: Promotion meeting}
campaigns: [standards_of_own]
for_each: root
blocks:
  - block: text
    text: {zh: "逾期{check_overdue:compliance}项，红{list:red}个。", en: "{check_overdue:compliance} overdue."}
  - {block: standings, of: compliance}
  - {block: lists, group: light}
  - {block: entries, form: faults, where: "not(${entry_closed})", empty: skip}
  - {block: photos, form: faults, before: before, after: after, empty: skip}
files: [report.html, slides.pptx, report.docx, tables.xlsx]
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = lay_out(tmp_path_factory.mktemp("checklist") / "workspace")
    for path in (folder / "parameters" / "campaigns").glob("*.yaml"):
        path.unlink()
    file = folder / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
    definition = {**checklist_file(8), "forms": [{**FAULTS, "lasts": "period"}, STANDARDS]}
    file.write_text(yaml.safe_dump(definition, allow_unicode=True), encoding="utf-8")
    with open_workspace(folder) as made:
        save_units(made, OPERATOR, units_of(villages(3)))
        open_campaign(made, OPERATOR, CAMPAIGN)
        yield made


def put_standings(workspace: Workspace) -> Path:
    """The newest snapshot, with standings and lists by hand."""
    snapshot = take_snapshot(workspace, workspace.opened())
    campaign, names = snapshot.campaign(), villages(3)
    standings = standings_of(campaign, names)
    frames = snapshot.frames(sorted(path.name for path in (snapshot.folder / "frames").iterdir()))
    by_hand = {**frames, "standings": standings, "lists": listed_of(campaign, standings)}
    write_frames(snapshot.folder / "frames", by_hand, {code: code for code in names})
    return snapshot.folder


@pytest.mark.parametrize(("role", "unit"), [("reviewer", TOWN), ("organiser", TOWN), ("leader", TOWN)])
def test_the_board_has_the_matrix_and_the_open_entries(workspace: Workspace, role: str, unit: str) -> None:
    put_standings(workspace)
    desk = Desk(workspace, Actor("li", role, "" if role == "organiser" else unit), workspace.opened())
    choices = {one.block: one for one in board_choices(desk, unit)}
    assert set(choices) >= {"standings", "entries"} if role != "leader" else {"standings"}
    shown = draw_board(desk, unit, choices["standings"])
    (chart,) = (one for one in shown if isinstance(one, ShownChart))
    said = json.dumps(chart.spec, ensure_ascii=False)
    assert all(name in said for name in villages(3).values())
    assert "已逾期" in said


def test_the_board_of_one_unit_lists_its_own_checks(workspace: Workspace) -> None:
    put_standings(workspace)
    desk = Desk(workspace, Actor("li", "reviewer", TOWN), workspace.opened())
    choices = {one.block: one for one in board_choices(desk, code_of(1))}
    (table,) = (
        one for one in draw_board(desk, code_of(1), choices["standings"]) if isinstance(one, ShownTable)
    )
    assert len(table.rows) == 8


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1500, 1000), "teal").save(out, "JPEG")
    return out.getvalue()


def test_a_photo_is_kept_with_the_snapshot_once_a_report_names_its_field(workspace: Workspace) -> None:
    opened, content = workspace.opened(), photo()
    digest = hashlib.sha256(content).hexdigest()
    path = evidence_path(workspace.settings.evidence, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    answers = {"what": "公示栏破损", "found_on": "2026-11-02", "due_on": "2026-11-10", "before": [digest]}
    with workspace.store.write(OPERATOR) as w:
        store.submit_many(w, [(opened.submission_key("faults", code_of(0), 1), answers)])
    before = take_snapshot(workspace, opened)
    assert before.picture(digest) is None

    (workspace.settings.parameters / "reports" / "promotion.yaml").write_text(MEETING, encoding="utf-8")
    after = take_snapshot(workspace, opened)
    assert after.snapshot_id != before.snapshot_id
    assert after.parts[code_of(0)]["photos"] != before.parts.get(code_of(0), {}).get("photos")
    kept = after.picture(digest)
    assert kept is not None
    with Image.open(kept) as image:
        assert image.size == (1280, 853)

    with workspace.store.write(OPERATOR) as w:
        store.submit_many(
            w, [(opened.submission_key("faults", code_of(1), 1), {**answers, "before": ["e" * 64]})]
        )
    lost = take_snapshot(workspace, opened).frames(["photos"])["photos"]
    assert list(lost["picture"].isna()) == [False, True]


def test_the_whole_list_is_drawn_for_the_root(workspace: Workspace) -> None:
    (workspace.settings.parameters / "reports" / "promotion.yaml").write_text(MEETING, encoding="utf-8")
    folder = put_standings(workspace)
    report = open_report(folder, TOWN)
    blocks = yaml.safe_load(MEETING)["blocks"]
    pieces = [piece for item in open_blocks(blocks, workspace.settings) for piece in item.draw(report)]
    late = int((report.scores.standings["state"] == "overdue").sum())
    assert next(piece.text for piece in pieces if isinstance(piece, Sentence)).startswith(f"逾期{late}项，红")
    assert [type(piece) for piece in pieces].count(Figure) == 1
    assert sum(isinstance(piece, Table) for piece in pieces) >= 3
