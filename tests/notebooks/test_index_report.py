"""`pbwidgets index … --report`: every file of the report, from two tables, without a workspace."""

import json
import shutil
from pathlib import Path

import docx
import openpyxl
import pytest
from counties import ROOT, run_pbwidgets
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from pbwidgets.workflows.reports.definitions import Ground, load_reports

DICTIONARY = """code,name,parent,direction,weight,normalise,lower,upper
roads,道路,works,,,,,
wells,水井,works,,3,,,
incidents,事件,calm,-1,,goalposts,0,40
visits,走访,calm,,,,,
works,建设,top,,,,,
calm,安宁,top,,2,,,
top,虚构发展指数,,,,,,
"""
UNITS = 30


def write_tables(folder: Path) -> None:
    rows = [
        f"9901{at:02d},虚构{at:02d}村,{(at * 7) % 31},{'' if at == 5 else (at * 11) % 29},{(at * 13) % 37},{at}"
        for at in range(1, UNITS + 1)
    ]
    (folder / "data.csv").write_text(
        "unit,名称,roads,wells,incidents,visits\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    (folder / "dictionary.csv").write_text(DICTIONARY, encoding="utf-8")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    write_tables(folder)
    done = run_pbwidgets(
        "index", "data.csv", "dictionary.csv", "--impute", "mean", "--report", "out/report",
        "--label", "名称", "--explain", "990105", "--format", "json", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {row["name"] for row in json.loads(done.stdout)} == {"道路", "水井", "事件", "走访"}
    assert "报告在 out/report" in done.stderr
    return folder


def test_the_folder_holds_every_file_of_a_report_and_nothing_else(workplace: Path) -> None:
    out = workplace / "out" / "report"
    assert {path.name for path in out.iterdir()} == {
        "charts", "manifest.json", "report.docx", "report.html", "report.ipynb", "slides.pptx", "tables.xlsx",
    }  # fmt: skip
    names = {"ranking", "parts", "weights", "strengths", "replay"}
    assert {path.name for path in (out / "charts").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("png", "svg")
    }
    assert [path.name for path in (workplace / "out").iterdir()] == ["report"]
    fingerprint = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["units"]["index"][
        "fingerprint"
    ]
    assert set(fingerprint) == {"data.csv", "dictionary.csv"}


def test_the_page_tells_the_index_and_the_unit_without_code(workplace: Path) -> None:
    page = (workplace / "out" / "report" / "report.html").read_text(encoding="utf-8")
    for words in (
        "虚构发展指数报告", "30个单位，4项指标，3项综合得分", "虚构05村的强项和弱项", "赋权改为等权",
        "缺失值以平均数代替", "插补缺失值1个",
    ):  # fmt: skip
        assert words in page
    assert "open_index_report" not in page


def test_workbook_document_and_slides_hold_every_unit_and_chart(workplace: Path) -> None:
    out = workplace / "out" / "report"
    book = openpyxl.load_workbook(out / "tables.xlsx")
    rows = {sheet.title: sheet.max_row - 1 for sheet in book}
    for sheet in ("得分和名次", "各级综合得分", "标准化后的指标", "换一种算法，名次有何变化"):
        assert rows[sheet] == UNITS
    assert rows["指标的实际权重"] == 4
    slides = list(Presentation(str(out / "slides.pptx")).slides)
    assert len(slides) == 6
    assert sum(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for slide in slides for shape in slide.shapes) == 5
    assert len(docx.Document(str(out / "report.docx")).inline_shapes) == 5


def test_an_earlier_report_is_replaced_and_what_is_not_ours_is_kept(workplace: Path, tmp_path: Path) -> None:
    shutil.copytree(workplace, tmp_path, dirs_exist_ok=True)
    out = tmp_path / "out" / "report"
    (out / "charts" / "old.png").write_bytes(b"old")
    (out / "note.txt").write_text("of somebody else", encoding="utf-8")
    done = run_pbwidgets(
        "index", "data.csv", "dictionary.csv", "--report", "out/report", "--change", "normalise.method=rank",
        "--weights", "critic", cwd=tmp_path, PBWIDGETS_LANG="en",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Normalisation: scores by rank" in page
    assert "CRITIC weights (from the data; a proposal)" in page
    assert not (out / "charts" / "old.png").exists()
    assert (out / "note.txt").read_text(encoding="utf-8") == "of somebody else"


def test_a_notebook_of_the_workspace_goes_before_that_of_the_package_and_its_failure_is_told(
    workplace: Path, tmp_path: Path
) -> None:
    shutil.copytree(workplace, tmp_path, dirs_exist_ok=True)
    (tmp_path / "parameters" / "campaigns").mkdir(parents=True)
    own = tmp_path / "notebooks" / "reports" / "index.ipynb"
    own.parent.mkdir(parents=True)
    text = (ROOT / "notebooks" / "reports" / "index.ipynb").read_text(encoding="utf-8")
    own.write_text(text.replace("book.add_title()", "raise OSError('no title today')"), encoding="utf-8")
    done = run_pbwidgets("index", "data.csv", "dictionary.csv", "--report", "out/report", cwd=tmp_path)
    out = tmp_path / "out" / "report"
    assert done.returncode == 1
    assert "报告没有生成" in done.stderr
    assert "no title today" in (out / "error.txt").read_text(encoding="utf-8")
    assert not (out / "report.html").exists()


def test_the_notebook_is_no_report_of_a_campaign() -> None:
    reports = load_reports(ROOT / "parameters" / "reports", Ground(ROOT / "notebooks"))
    assert "reports/index.ipynb" not in {report.notebook for report in reports.values()}
