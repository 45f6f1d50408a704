"""What makes a report out of date: a change in what its blocks read, and nothing else."""

from pathlib import Path

import pandas as pd
import pytest
from counties import CAMPAIGN, PERIOD, mark_again

from pbwidgets.scoring.frames import NOT_NOMINATED
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.reports.blocks.library import library_of
from pbwidgets.workflows.reports.definitions import Ground, find_targets, load_reports
from pbwidgets.workflows.reports.runs.fingerprints import fingerprint_reports, hash_templates

ROOT, TOWN = "990101", "990101003"


def fingerprints(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Fingerprints of all reports of the county, by report and unit."""
    with open_workspace(folder) as workspace:
        opened = workspace.opened(CAMPAIGN, PERIOD)
        snapshot = take_snapshot(workspace, opened)
        settings = workspace.settings
        ground = Ground(settings.notebooks, (opened.campaign,))
        reports = load_reports(settings.parameters / "reports", ground)
        units = snapshot.frames(["units"])["units"]
        return {
            (name, code): made
            for name, report in reports.items()
            for code, made in fingerprint_reports(
                snapshot,
                opened,
                units,
                report,
                library_of(settings),
                find_targets(report, opened.campaign, units),
            ).items()
        }


def read_frame(folder: Path, name: str) -> pd.DataFrame:
    with open_workspace(folder) as workspace:
        return take_snapshot(workspace, workspace.opened(CAMPAIGN, PERIOD)).frames([name])[name]


@pytest.fixture
def village(own_county: Path) -> str:
    """A village that its township has marked and not nominated."""
    selection = read_frame(own_county, "selection")
    marked = read_frame(own_county, "ratings")["unit_code"]
    idle = selection[(selection["status"] == NOT_NOMINATED) & selection["unit_code"].isin(marked)]
    return str(idle.loc[idle["unit_code"].str.startswith(TOWN), "unit_code"].iloc[0])


def test_a_mark_of_a_village_that_is_not_nominated_touches_its_own_township_and_the_list_of_all_lines(
    own_county: Path, village: str
) -> None:
    before = fingerprints(own_county)
    assert len({code for name, code in before if name == "unit"}) == 25
    mark_again(own_county, village, f"demo-{TOWN}-township-1", share=0.9)
    after = fingerprints(own_county)
    # the overview's workbook holds every line of every village; the circular only who is selected
    assert {key for key in before if before[key] != after[key]} == {("unit", TOWN), ("overview", ROOT)}
    changed = {name for name, value in before["unit", TOWN].items() if after["unit", TOWN][name] != value}
    assert changed <= {"rows:points:village", "rows:totals:village", "rows:selection:village"}


def test_only_the_template_of_a_report_s_own_document_touches_it(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    named = {"circular": "templates/own.docx"}
    before = hash_templates(tmp_path, named, None)
    for name in ("application", "circular", "county"):  # none that a report of this campaign is made from
        (folder / f"{name}.docx").write_bytes(b"1")
    assert hash_templates(tmp_path, named, None) == before
    hashes = {before["document_template"]}
    for name in ("own", "report"):
        (folder / f"{name}.docx").write_bytes(b"1")
        hashes.add(hash_templates(tmp_path, named, None)["document_template"])
    assert len(hashes) == 3


def test_a_median_that_is_shown_elsewhere_touches_every_report_that_shows_it(own_county: Path) -> None:
    before = fingerprints(own_county)
    for number in (1, 2):
        mark_again(own_county, TOWN, f"demo-{ROOT}-assessment-{number}", share=0.1)
    after = fingerprints(own_county)
    assert {code for name, code in before if name == "unit" and before[name, code] != after[name, code]} == {
        code for name, code in before if name == "unit"
    }
