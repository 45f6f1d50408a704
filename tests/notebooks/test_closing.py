"""The circular at the end: who is named, how the teams did."""

from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from counties import copy_county, run_pbwidgets

from pbwidgets.store import read_frames


@pytest.fixture(scope="module")
def circular(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_county(county, tmp_path_factory.mktemp("closing") / "county")
    done = run_pbwidgets("report", "closing", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def folder_of(circular: Path) -> Path:
    return next((circular / "outputs").glob("*/*/closing/*/"))


def selection_of(circular: Path) -> pd.DataFrame:
    (frames,) = (circular / ".pbwidgets" / "snapshots").glob("*/*/frames")
    return read_frames(frames, ["selection"])["selection"]


def test_the_circular_names_every_selected_unit_and_no_other(circular: Path) -> None:
    tables = openpyxl.load_workbook(folder_of(circular) / "tables.xlsx")
    selection = selection_of(circular)

    for title, track_id in (
        ("党建工作特色乡镇", "township"),
        ("党建工作示范村", "village"),
        ("党员干部创业先锋", "pioneer"),
    ):
        named = [row[1] for row in tables[title].iter_rows(min_row=2, values_only=True)]
        wanted = selection[(selection["track_id"] == track_id) & (selection["status"] == "selected")]
        assert sorted(named) == sorted(wanted["unit_name"])


def test_the_circular_is_a_word_document_with_notice_and_appeal(circular: Path) -> None:
    document = docx.Document(str(folder_of(circular) / "report.docx"))
    text = "\n".join(paragraph.text.replace("\n", "") for paragraph in document.paragraphs)

    assert "关于“三级联争”活动评定结果的通报（送审稿）" in text
    assert "公示7天" in text
    assert "如有异议" in text


def test_a_leadership_team_is_shown_its_own_result_and_those_of_its_units(circular: Path) -> None:
    sheet = openpyxl.load_workbook(folder_of(circular) / "tables.xlsx")["领导班子考评结果"]
    rows = list(sheet.iter_rows(values_only=True))
    head, teams = rows[0], {row[0]: row for row in rows[1:]}
    selection = selection_of(circular)
    villages = selection[(selection["track_id"] == "village") & (selection["status"] == "selected")]

    assert len(teams) == 25
    assert sum(row[head.index("入选村数")] for row in teams.values()) == len(villages)
    own = selection[(selection["track_id"] == "township") & (selection["rank"] == 1)].iloc[0]
    assert teams[own["unit_name"]][head.index("名次")] == 1
    assert teams[own["unit_name"]][head.index("结果")] == "拟入选"
