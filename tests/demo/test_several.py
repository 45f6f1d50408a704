"""Several demonstrations in one store: each whole, none in the way of another."""

import json
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, TODAY, lay_out, lay_out_small, run_pbwidgets

from pbwidgets.demo import add_demo_accounts, fill_store
from pbwidgets.errors import DataError
from pbwidgets.store import load_accounts
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import open_campaigns, open_workspace

OTHER = "sanlian_sancu"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace in which the command has filled every campaign, and what it said; do not write to it."""
    folder = tmp_path_factory.mktemp("several") / "county"
    lay_out_small(folder)
    done = run_pbwidgets("demo", "--today", TODAY.isoformat(), cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stderr


def snapshot_of(folder: Path, campaign: str) -> Snapshot:
    with open_workspace(folder) as workspace:
        return take_snapshot(workspace, workspace.opened(campaign))


def test_the_command_fills_every_campaign_below_its_roots(filled: tuple[Path, str]) -> None:
    with open_workspace(filled[0]) as workspace:
        units = workspace.units()
        assert {opened.campaign.id for opened in open_campaigns(workspace)} == {
            CAMPAIGN,
            OTHER,
            "sanhua_jianshe",
        }
        assert workspace.opened().campaign.id == CAMPAIGN
    assert sorted(units.loc[units["parent_code"].isna(), "unit_code"]) == [
        "990101",
        "990201",
        "990202",
        "990301",
    ]
    assert units["synthetic"].all()


def test_accounts_are_told_by_campaign_and_those_for_all_once(filled: tuple[Path, str]) -> None:
    folder, told = filled
    names = [line.split()[0] for line in told.splitlines() if line.startswith("  ")]
    assert len(names) == len(set(names))
    assert [line for line in told.splitlines() if line in ("三级联争", "三联三促", "各活动共用")] == [
        "三联三促", "三级联争", "各活动共用",
    ]  # fmt: skip
    assert names.index("sancu-filler1") < names.index("filler1") < names.index("organiser")
    with open_workspace(folder) as workspace, workspace.store.read() as reader:
        assert sorted(names) == sorted(account.name for account in load_accounts(reader))


@pytest.mark.parametrize("campaign", [CAMPAIGN, OTHER])
def test_a_campaign_is_the_same_whatever_else_the_store_holds(
    filled: tuple[Path, str], tmp_path: Path, campaign: str
) -> None:
    lay_out_small(tmp_path / "alone")
    with open_workspace(tmp_path / "alone") as workspace:
        fill_store(workspace, OPERATOR, campaign, 1, TODAY)
    alone, beside = (
        snapshot_of(folder, campaign).scores().selection for folder in (tmp_path / "alone", filled[0])
    )
    assert len(alone)
    assert json.loads(alone.to_json()) == json.loads(beside.to_json())


def test_another_campaign_comes_into_a_store_later_and_none_comes_twice(tmp_path: Path) -> None:
    lay_out(tmp_path)
    with open_workspace(tmp_path) as workspace:
        fill_store(workspace, OPERATOR, OTHER, 1, TODAY)
        first = {account.name for account in add_demo_accounts(workspace, OPERATOR, OTHER, TODAY)}
        assert {"analyst", "organiser", "admin", "sancu-reviewer2"} <= first
        with pytest.raises(DataError, match=f"已有活动 {OTHER} 的演示数据"):
            fill_store(workspace, OPERATOR, OTHER, 1, TODAY)


def test_units_of_the_same_code_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    lay_out_small(tmp_path)
    file = tmp_path / "parameters" / "demo" / f"{CAMPAIGN}.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"990101"', '"990201"'), encoding="utf-8")
    with open_workspace(tmp_path) as workspace:
        fill_store(workspace, OPERATOR, OTHER, 1, TODAY)
        before = len(workspace.units())
        with pytest.raises(DataError, match="990201"):
            fill_store(workspace, OPERATOR, CAMPAIGN, 1, TODAY)
        assert len(workspace.units()) == before
        assert {opened.campaign.id for opened in open_campaigns(workspace)} == {OTHER}


def test_without_any_demonstration_file_the_command_says_where_to_write_one(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for file in (tmp_path / "parameters" / "demo").iterdir():
        file.unlink()
    done = run_pbwidgets("demo", cwd=tmp_path)
    assert done.returncode == 1
    assert "parameters/demo" in done.stderr
