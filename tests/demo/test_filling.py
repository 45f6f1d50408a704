"""The demonstration county: all invented, the same for the same seed, and never mixed with real rows."""

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from counties import CAMPAIGN, OPERATOR, PERIOD, ROOT, TODAY, key_of, make_register, run_pbwidgets
from PIL import Image
from pypdf import PdfReader

from pbwidgets.demo import fill_store
from pbwidgets.errors import DataError
from pbwidgets.store import load_audit, load_evidence, load_overview, open_evidence
from pbwidgets.wording import has_words
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.register import save_units


@pytest.fixture(scope="module")
def snapshot(county: Path) -> Snapshot:
    with open_workspace(county) as workspace:
        return take_snapshot(workspace, workspace.opened())


def kinds(units: pd.DataFrame) -> dict[str, int]:
    return {str(kind): int(count) for kind, count in units["kind"].value_counts().items()}


def test_the_register_has_25_townships_500_villages_and_180_persons(county: Path) -> None:
    with open_workspace(county) as workspace:
        assert kinds(workspace.units()) == {"county": 1, "township": 25, "village": 500, "person": 180}


def test_one_village_was_merged_within_the_year_and_is_not_in_the_contest(snapshot: Snapshot) -> None:
    assert kinds(snapshot.records().units)["village"] == 499
    assert "990101007009" not in set(snapshot.scores().selection["unit_code"])


def test_every_unit_is_synthetic_with_an_invented_code(county: Path) -> None:
    with open_workspace(county) as workspace:
        units = workspace.units()
    assert units["synthetic"].all()
    assert units["unit_code"].str.startswith("99").all()
    assert units["unit_code"].is_unique


def test_no_township_has_the_name_of_a_real_county_and_names_have_up_to_14_characters(
    county: Path,
) -> None:
    with open_workspace(county) as workspace:
        units = workspace.units()
    lengths = units["unit_name"].str.len()
    assert lengths.max() == 14
    assert "演示" in units.loc[units["kind"] == "county", "unit_name"].iloc[0]
    townships = units[units["kind"] == "township"]
    assert townships["unit_name"].is_unique
    siblings = units[units["kind"] == "village"].groupby("parent_code")["unit_name"]
    assert siblings.apply(lambda names: names.is_unique).all()


def test_the_same_seed_gives_the_same_county(snapshot: Snapshot, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    with open_workspace(tmp_path) as workspace:
        fill_store(workspace, OPERATOR, CAMPAIGN, 1, TODAY)
        again = take_snapshot(workspace, workspace.opened())
    assert again.parts == snapshot.parts
    assert again.snapshot_id == snapshot.snapshot_id


def test_marks_follow_answers(snapshot: Snapshot) -> None:
    totals = snapshot.scores().totals
    village = totals[totals["track_id"] == "village"]
    by_layer = village.pivot_table(index="unit_code", columns="layer", values="total").dropna()
    ranks = by_layer.rank()
    assert len(by_layer) > 100
    assert ranks["self"].corr(ranks["county"]) > 0.5  # Spearman
    assert ranks["township"].corr(ranks["county"]) > 0.5


def test_dates_are_spread_over_the_year(snapshot: Snapshot) -> None:
    answers = snapshot.records().submissions
    dates = answers.loc[answers["field"] == "good_deeds/done_on", "value"]
    months = dates.str.slice(5, 7).value_counts()
    assert set(dates.str.slice(0, 4)) == {"2026"}
    assert len(months) >= 10
    assert months.max() < 3 * months.median()


def test_evidence_is_real_and_without_camera_metadata(county: Path) -> None:
    seen = set()
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        overview = load_overview(reader, CAMPAIGN, PERIOD)
        keys = [key_of(row.form_id, row.unit_code) for row in overview.head(60).itertuples()]
        names = {item.file.sha256: item.file.filename for key in keys for item in load_evidence(reader, key)}
        for sha256, filename in names.items():
            with open_evidence(reader, sha256) as file:
                content = io.BytesIO(file.read())
            if filename.endswith(".jpg"):
                with Image.open(content) as picture:
                    assert (picture.format, picture.size) == ("JPEG", (1280, 960))
                    assert not picture.getexif()
            else:
                assert len(PdfReader(content).pages) == 1
            seen.add(filename.rpartition(".")[2])
    assert seen == {"jpg", "pdf"}


def test_every_write_has_its_actor(county: Path) -> None:
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        actors = {row.actor.name for row in load_audit(reader, limit=20_000)}
    assert len(actors) == 1
    assert actors.pop().startswith("cli:")


def test_every_detail_of_the_log_has_words(county: Path) -> None:
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        names = {name for row in load_audit(reader, limit=20_000) for name in row.deed.details}
    assert len(names) > 10
    assert not [name for name in names if not has_words(f"audit.detail.{name}")]


def test_a_filled_store_is_not_filled_again(county: Path) -> None:
    done = run_pbwidgets("demo", "--campaign", CAMPAIGN, cwd=county)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"已有活动 {CAMPAIGN} 的演示数据" in done.stderr


def test_a_store_with_real_rows_is_refused_and_unchanged(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    with open_workspace(tmp_path) as workspace:
        units = make_register().assign(synthetic=False)
        save_units(workspace, OPERATOR, units)
        with pytest.raises(DataError, match="真实单位"):
            fill_store(workspace, OPERATOR, CAMPAIGN, 1)
        assert len(workspace.units()) == len(units)


def test_a_campaign_without_a_demonstration_says_where_to_write_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "parameters", tmp_path / "parameters")
    (tmp_path / "parameters" / "demo" / f"{CAMPAIGN}.yaml").unlink()
    with open_workspace(tmp_path) as workspace, pytest.raises(DataError, match="parameters/demo"):
        fill_store(workspace, OPERATOR, CAMPAIGN, 1)
