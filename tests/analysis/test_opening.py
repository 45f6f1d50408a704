"""Campaign files, workspaces and indices from a notebook, one call each."""

from pathlib import Path

import pandas as pd
import pytest

import pbwidgets as pb
from pbwidgets.campaign.workbook import write_campaign_workbook
from pbwidgets.errors import ProblemsError, UsageError


def test_a_campaign_is_read_from_a_file_or_a_workbook(lines: list, tmp_path: Path) -> None:
    sheet = pb.sheet(lines)
    assert pb.read_campaign(str(sheet.to_yaml(tmp_path / "a.yaml"))) == sheet.campaign
    write_campaign_workbook(sheet.campaign, tmp_path / "a.xlsx")
    assert pb.read_campaign(tmp_path / "a.xlsx") == sheet.campaign
    (tmp_path / "b.yaml").write_text("format: 2\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"b\.yaml"):
        pb.read_campaign(tmp_path / "b.yaml")


def test_a_desk_is_opened_in_a_workspace_with_one_call(county: Path) -> None:
    desk = pb.open_desk("sanji_lianzheng", folder=county, actor="分析员")
    assert (desk.opened.key, desk.actor.name) == (("sanji_lianzheng", "2026"), "分析员")
    assert len(desk.units) > 500
    with pytest.raises(UsageError, match="sanji_lianzheng"):
        pb.open_desk("sanji", folder=county)


def test_an_index_takes_frames_and_files_alike(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit": ["青禾村", "望云村", "上坪村"], "roads": [1, 3, 2], "wells": [4, None, 2]})
    lines = pd.DataFrame({"code": ["roads", "wells", "works"], "parent": ["works", "works", None]})
    table.to_csv(tmp_path / "data.csv", index=False)
    lines.to_csv(tmp_path / "lines.csv", index=False)

    of_frames = pb.index(table.set_index("unit"), lines, impute="mean", digits=1)
    of_files = pb.index(tmp_path / "data.csv", str(tmp_path / "lines.csv"), impute="mean", digits=1)

    pd.testing.assert_frame_equal(of_frames.scores, of_files.scores, check_exact=True)
    assert of_frames.scores["works"].tolist() == [50.0, 75.0, 25.0]


def test_a_wrong_frame_is_named_by_what_it_was_given_as() -> None:
    table = pd.DataFrame({"unit": ["青禾村", "青禾村"], "roads": [1, "三"]})
    with pytest.raises(ProblemsError, match=r"data:第2行: index\.") as refused:
        pb.index(table, pd.DataFrame({"code": ["roads", "works"], "parent": ["works", ""]}))
    assert len(refused.value.problems) >= 2


def test_a_number_without_end_is_no_value_of_an_index() -> None:
    table = pd.DataFrame({"unit": ["青禾村", "望云村"], "roads": [1, float("inf")]})
    with pytest.raises(ProblemsError, match=r"data:第2行.*“inf”不是数字"):
        pb.index(table, pd.DataFrame({"code": ["roads", "works"], "parent": ["works", ""]}))
