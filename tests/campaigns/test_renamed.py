"""The rename test: a campaign whose ids and words are all made up gives the same demonstration, scores and reports."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd
import pytest
import yaml
from counties import OPERATOR, ROOT, TODAY
from renaming import Renaming

from pbwidgets.campaign import Campaign, read_campaign, to_json
from pbwidgets.campaign.yaml_text import to_yaml
from pbwidgets.demo import fill_store
from pbwidgets.demo.definition import Demo
from pbwidgets.demo.reading import read_demo
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.scoring import Records, Scores
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
from pbwidgets.workflows.reports.blocks.block import Item
from pbwidgets.workflows.reports.blocks.lists import open_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure, Table
from pbwidgets.workflows.reports.report import open_report
from pbwidgets.workflows.reports.scores import explain_score, list_lines, list_scores, list_selection

FIRST = "sanji_lianzheng"
OTHERS = sorted({path.stem for path in (ROOT / "parameters" / "campaigns").glob("*.yaml")} - {FIRST})


def read_reduced(campaign_id: str) -> Demo:
    """The demonstration with few units, and those of its cases that are about them."""
    demo = read_demo(ROOT / "parameters" / "demo" / f"{campaign_id}.yaml")
    plain = demo.model_dump(mode="json", exclude_unset=True)
    for kind in plain["kinds"]:
        kind["count"] = 12 if kind["count"] > 100 else 3 if kind["count"] > 20 else kind["count"]
    few = Demo.model_validate(plain)
    known = set(_codes(few))
    about = [[case.get(key) for key in ("unit", "by", "under", "into")] for case in plain["cases"]]
    plain["cases"] = [
        case
        for case, codes in zip(plain["cases"], about, strict=True)
        if all(code is None or code in known for code in codes)
    ]
    return Demo.model_validate(plain)


def _codes(demo: Demo) -> list[str]:
    import numpy as np

    from pbwidgets.demo.plan import _make_units

    return list(_make_units(demo, np.random.default_rng(1))[0]["unit_code"])


OF_A_CONTEST = [{"block": "named_units"}, {"block": "team_results"}]
"""Blocks of the circular, which is a list of one campaign."""


@dataclass(frozen=True)
class Filled:
    """A campaign with its reduced demonstration in a store of its own."""

    workspace: Workspace
    opened: Opened


def fill(stack: ExitStack, folder: Path, campaign: Campaign, demo: Demo) -> Filled:
    for name, text in (
        ("campaigns", to_yaml(campaign)),
        ("demo", yaml.safe_dump(demo.model_dump(mode="json", exclude_unset=True), allow_unicode=True)),
    ):
        path = folder / "parameters" / name / f"{campaign.id}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "parameters" / "reports", folder / "parameters" / "reports")
    workspace = stack.enter_context(open_workspace(folder))
    fill_store(workspace, OPERATOR, campaign.id, 1, TODAY)
    return Filled(workspace, workspace.opened())


@pytest.fixture(
    scope="module", params=[FIRST, *(pytest.param(name, marks=pytest.mark.long) for name in OTHERS)]
)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Filled, Filled, Renaming]]:
    """A campaign and the same one renamed, each filled."""
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / f"{request.param}.yaml")
    demo, renaming = read_reduced(request.param), Renaming()
    renamed, renamed_demo = renaming.rename(campaign), renaming.rename(demo)
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("renamed")
        yield (
            fill(stack, folder / "old", campaign, demo),
            fill(stack, folder / "new", renamed, renamed_demo),
            renaming,
        )
    shutil.rmtree(folder)


def same(old: pd.DataFrame, new: pd.DataFrame, renaming: Renaming) -> None:
    """Fail unless the second is the first under other names, whatever the order of rows and columns."""
    back = renaming.back(new)
    columns = sorted(map(str, old.columns))
    assert sorted(map(str, back.columns)) == columns
    was, now = (
        sorted(([_plain(item) for item in row] for row in frame[columns].itertuples(index=False)), key=repr)
        for frame in (old, back)
    )
    differ = (pair for pair in zip(was, now, strict=True) if pair[0] != pair[1])
    assert next(differ, None) is None


def _plain(value: object) -> object:
    """A value that compares by what it says: what is missing is so, and JSON whatever the order of its keys."""
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False)
    return value


def test_every_id_and_word_is_replaced_and_comes_back(both: tuple[Filled, Filled, Renaming]) -> None:
    old, new, renaming = (both[0].opened.campaign, both[1].opened.campaign, both[2])
    assert json.loads(renaming.back(to_json(new))) == json.loads(to_json(old))
    named = {item.id for part in (old.forms, old.measures, old.tracks) for item in part}
    assert [item for item in sorted(named) if f'"{item}"' in to_json(new)] == []


def test_records_and_scores_are_the_same(both: tuple[Filled, Filled, Renaming]) -> None:
    old, new = (take_snapshot(one.workspace, one.opened) for one in both[:2])
    assert old.records().day == new.records().day
    for item in fields(Records):
        if item.name != "day":
            same(getattr(old.records(), item.name), getattr(new.records(), item.name), both[2])
    for item in fields(Scores):
        same(getattr(old.scores(), item.name), getattr(new.scores(), item.name), both[2])


def test_lists_and_reports_are_the_same(both: tuple[Filled, Filled, Renaming]) -> None:
    old, new, renaming = both
    for make in (list_scores, list_lines):
        same(make(old.workspace, old.opened), make(new.workspace, new.opened), renaming)
    if any(track.places for track in old.opened.campaign.tracks):
        lists = [list_selection(one.workspace, one.opened) for one in (old, new)]
        same(lists[0], lists[1], renaming)
    scored = list_scores(old.workspace, old.opened)
    for unit in scored.drop_duplicates("track_id")["unit_code"]:
        told = [explain_score(one.workspace, one.opened, str(unit)) for one in (old, new)]
        assert renaming.back(told[1]) == told[0]
    top, part = top_and_part(old)
    for unit, blocks in ((top, "overview"), (top, OF_A_CONTEST), (part, "unit")):
        was, now = (list(pieces_of(one, unit, blocks)) for one in (old, new))
        for before, after in zip(was, now, strict=True):
            if isinstance(before, LabelledTable) and isinstance(after, LabelledTable):
                assert renaming.back(after.title) == before.title
                same(before.frame, after.frame, renaming)
            else:
                assert renaming.back(after) == before


def top_and_part(filled: Filled) -> tuple[str, str]:
    """The first root, and the first unit by whose kind the data are divided."""
    units = filled.workspace.units()
    parts = units["kind"].isin(filled.opened.campaign.partition_by)
    return str(units.loc[units["parent_code"].isna(), "unit_code"].iloc[0]), str(
        units.loc[parts, "unit_code"].iloc[0]
    )


def pieces_of(
    filled: Filled, unit_code: str, blocks: str | list[dict[str, str]]
) -> Iterator[str | LabelledTable]:
    """Words and tables of a report for one unit; without the firmness of lists, which takes a thousand trials."""
    report = open_report(take_snapshot(filled.workspace, filled.opened).folder, unit_code, "zh_CN")
    yield report.title
    for item in open_blocks(blocks, filled.workspace.settings):
        if isinstance(item, Item) and item.block.name == "rank_intervals":
            continue
        for piece in item.draw(report):
            if isinstance(piece, Table):
                yield piece.table
            elif isinstance(piece, Figure):
                yield piece.title
                yield piece.sentence
            else:
                yield piece.text
