"""`pbwidgets allot`: shares on stdout, open places on stderr, set only with `--write`."""

import json
from pathlib import Path

from counties import CAMPAIGN, PERIOD, run_pbwidgets

from pbwidgets.store import load_allotments
from pbwidgets.workflows.ground.workspace import open_workspace

ALLOT = ("allot", CAMPAIGN, "--track", "village")


def find_allotted(county: Path) -> dict[str, int]:
    with open_workspace(county) as workspace, workspace.store.read() as reader:
        found = load_allotments(reader, CAMPAIGN, PERIOD)
    of_track = found[found["track_id"] == "village"]
    return dict(zip(of_track["by_unit"], of_track["allotted"], strict=True))


def test_the_places_of_the_campaign_are_shown_and_nothing_is_set(county: Path) -> None:
    before = find_allotted(county)
    done = run_pbwidgets(*ALLOT, "--format", "json", cwd=county)
    assert done.returncode == 0
    rows = json.loads(done.stdout)
    assert len(rows) == 25
    assert sum(row["weight"] for row in rows) == 499  # villages
    assert {row["allotted"] for row in rows} == {4}
    assert {row["unit_code"]: row["current"] for row in rows} == before
    assert "共100个名额，分给25个单位，每个单位4至6个" in done.stderr
    assert find_allotted(county) == before


def test_a_tie_is_reported_and_left_open_and_nothing_is_set(own_county: Path) -> None:
    before = find_allotted(own_county)
    done = run_pbwidgets(*ALLOT, "--total", "120", cwd=own_county)
    assert done.returncode == 0
    assert "还有20个名额未分配：24个单位余数相同" in done.stderr
    assert done.stdout.count(" 是 ") == 24
    done = run_pbwidgets(*ALLOT, "--total", "120", "--write", cwd=own_county)
    assert done.returncode == 1
    assert "还有20个名额未分配" in done.stderr
    assert find_allotted(own_county) == before


def test_places_are_shared_out_by_weights_in_a_table_and_set(own_county: Path) -> None:
    codes = list(find_allotted(own_county))
    table = own_county / "户数.csv"
    rows = "".join(f"{code},{100 + at}\n" for at, code in enumerate(codes))
    table.write_text("单位编码,户数\n" + rows, encoding="utf-8")
    asked = ("--total", "125", "--weights", table.name, "--column", "户数")
    done = run_pbwidgets(*ALLOT, *asked, "--write", cwd=own_county)
    assert done.returncode == 0, done.stderr
    allotted = find_allotted(own_county)
    assert sum(allotted.values()) == 125
    assert set(allotted.values()) <= {4, 5, 6}
    assert allotted[codes[0]] <= allotted[codes[-1]]
    table.write_text(f"单位编码,户数\n{codes[0]},many\n", encoding="utf-8")
    done = run_pbwidgets(*ALLOT, *asked, "--write", cwd=own_county)
    assert done.returncode == 1
    assert "户数.csv:2" in done.stderr
    assert "many" in done.stderr
    assert find_allotted(own_county) == allotted


def test_an_unreachable_total_and_a_track_without_nominations_are_refused(county: Path) -> None:
    done = run_pbwidgets(*ALLOT, "--total", "20", cwd=county)
    assert (done.returncode, done.stdout) == (1, "")
    assert "100至150" in done.stderr
    assert run_pbwidgets("allot", CAMPAIGN, "--track", "township", cwd=county).returncode == 2
