"""`pbwidgets import` of an official table: the form and the unit may be named."""

from pathlib import Path

from counties import CAMPAIGN, run_pbwidgets
from openpyxl import Workbook


def test_a_form_without_an_official_table_is_a_wrong_usage(county: Path, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "a.xlsx")
    asked = ("--campaign", CAMPAIGN, "--form", "village_application", "--unit", "990101003005")
    done = run_pbwidgets("import", str(tmp_path / "a.xlsx"), *asked, cwd=county)
    assert (done.returncode, done.stdout) == (2, "")
    assert "没有登记上报表" in done.stderr
