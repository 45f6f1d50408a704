"""Blocks of one's own: the worked example of the guide makes a report, and a broken one stops no other."""

import json
import re
from pathlib import Path

import openpyxl
import pytest
from classed import CAMPAIGN, PERIOD, ROOT_UNIT, make_classed
from counties import ROOT, lay_out, run_pbwidgets
from pptx import Presentation
from pptx.util import Inches
from pydantic import JsonValue

from pbwidgets.errors import DataError, UsageError
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.reports.blocks.library import Library
from pbwidgets.workflows.reports.blocks.lists import hashes_of_own, read_blocks
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence
from pbwidgets.workflows.reports.report import open_report

GUIDE = (ROOT / "notebooks" / "guides" / "06_reports.md").read_text(encoding="utf-8")
BEGIN = "from pbwidgets.workflows.reports.blocks import *\n\n"
REPORT = """\
format: 1
id: deeds
title: {zh: 简报, en: Briefing}
for_each: root
blocks:
"""


def example(language: str, holding: str) -> str:
    """Code of the guide in one language that holds a text."""
    codes = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S)
    return next(code for code in codes if holding in code)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace with the block of the guide, its report, and another with a broken block."""
    folder = make_classed(lay_out(tmp_path_factory.mktemp("own") / "county"))
    blocks, reports = folder / "notebooks" / "blocks", folder / "parameters" / "reports"
    blocks.mkdir()
    (blocks / "measure_by_unit.py").write_text(example("python", "def measure_by_unit"), encoding="utf-8")
    (blocks / "broken.py").write_text("import pbwidgets\n\nvalue = 1 / 0\n", encoding="utf-8")
    line = example("yaml", "block: measure_by_unit").replace("good_deeds", "faults")
    (reports / "deeds.yaml").write_text(REPORT + line, encoding="utf-8")
    text = REPORT.replace("deeds", "other") + "  - {block: broken}\n"
    (reports / "other.yaml").write_text(text, encoding="utf-8")
    for name in ("unit", "overview", "closing"):
        (reports / f"{name}.yaml").unlink()
    return folder


def library_with(folder: Path, text: str) -> Library:
    (folder / "mine.py").write_text(text, encoding="utf-8")
    return Library(folder)


def test_the_block_of_the_guide_makes_a_report_while_a_broken_one_does_not(workspace: Path) -> None:
    done = run_pbwidgets("report", "--all", "--campaign", CAMPAIGN, cwd=workspace)
    assert done.returncode == 1
    assert "broken.py 第 3 行" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    made = workspace / "outputs" / CAMPAIGN / PERIOD / "deeds"
    assert "最多的是二队" in (made / ROOT_UNIT / "report.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(made / ROOT_UNIT / "tables.xlsx")["各单位指标"]
    assert next(sheet.iter_rows(values_only=True)) == ("单位", "数值")
    assert len(Presentation(str(made / ROOT_UNIT / "slides.pptx")).slides) == 2
    run = json.loads((made / "manifest.json").read_text(encoding="utf-8"))["units"][ROOT_UNIT]
    assert "block:measure_by_unit" in run["fingerprint"]
    assert "rows:measures" in run["fingerprint"]
    assert "rows:points" not in run["fingerprint"]


def test_slides_are_put_on_a_template_and_made_again_when_it_changes(workspace: Path, tmp_path: Path) -> None:
    template, made = tmp_path / "meeting.pptx", workspace / "outputs" / CAMPAIGN / PERIOD / "deeds"
    Presentation().save(str(template))
    asked = ("report", "deeds", "--campaign", CAMPAIGN, "--template", str(template))
    done = run_pbwidgets(*asked, cwd=workspace)
    assert done.returncode == 0, done.stderr
    assert Presentation(str(made / ROOT_UNIT / "slides.pptx")).slide_width == Inches(10)
    run = json.loads((made / "manifest.json").read_text(encoding="utf-8"))["units"][ROOT_UNIT]
    assert run["fingerprint"]["template"]
    assert "未变化 1 份" in run_pbwidgets(*asked, cwd=workspace).stderr
    template.write_bytes(b"PK")
    done = run_pbwidgets(*asked, cwd=workspace)
    assert done.returncode == 1
    assert "meeting.pptx 不是 PowerPoint 演示文稿" in done.stderr


def test_check_names_the_broken_file_and_the_list_that_uses_it(workspace: Path) -> None:
    said = run_pbwidgets("check", cwd=workspace).stdout.splitlines()
    assert any("broken.py:3: blocks.broken:" in line for line in said)
    assert any("other.yaml:6: blocks.broken:" in line for line in said)
    assert not any("deeds.yaml" in line and "broken" in line for line in said)


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("x = 1\n", "blocks.absent", "mine"),
        ("def mine(report, args):\n    yield\n", "blocks.absent", "@block"),
        ("def mine(report:\n", "blocks.broken", "SyntaxError"),
        ("raise SystemExit(3)\n", "blocks.broken", "SystemExit"),
        ("import no_such_package\n", "blocks.broken", "no_such_package"),
        (f"{BEGIN}@block(reads={{'pionts'}})\ndef mine(report, args): ...\n", "blocks.broken", "points"),
        (f"{BEGIN}@block(needs=('clases',))\ndef mine(report, args): ...\n", "blocks.broken", "classes"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, code: str, named: str) -> None:
    library = library_with(tmp_path, text)
    with pytest.raises(DataError, match="mine") as refused:
        library.find("mine")
    assert refused.value.code == code
    assert named in refused.value.words("zh_CN")
    assert [problem.code for problem in library.check()] == [code]
    assert library.sound()


def test_a_changed_file_is_read_again_and_has_another_hash(tmp_path: Path) -> None:
    text = "from pbwidgets.workflows.reports.blocks import Sentence, block\n\n@block()\ndef mine(report, args):\n"
    first = library_with(tmp_path, text + "    yield Sentence('甲')\n")
    before, hashed = first.find("mine"), first.hash_of("mine")
    second = library_with(tmp_path, text + "    yield Sentence('乙')\n")
    assert second.hash_of("mine") != hashed
    assert second.find("mine") is not before
    assert second.hash_of("ranking_bars") == ""


def test_a_block_whose_argument_stands_in_the_parameters_is_hashed_too(tmp_path: Path) -> None:
    arguments = "class Most(Arguments):\n    most: int\n\n\n"
    block = "@block()\ndef mine(report, args: Most):\n    yield Sentence(str(args.most))\n"
    library = library_with(tmp_path, BEGIN + arguments + block)
    entries: list[dict[str, JsonValue]] = [{"block": "mine"}]
    assert hashes_of_own(entries, library, {"most": 3}) == {"block:mine": library.hash_of("mine")}


def test_a_name_of_ours_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ranking_bars.py").write_text("x = 1\n", encoding="utf-8")
    assert [problem.code for problem in Library(tmp_path).check()] == ["blocks.taken"]
    assert Library(tmp_path).find("ranking_bars").has_figures
    with pytest.raises(UsageError, match="ranking_bars"):
        Library(tmp_path).find("ranking_bar")


def draw(workspace: Path, library: Library, text: str, **args: str) -> list[Piece]:
    library_with(library.folder, text)
    with open_workspace(workspace) as opened:
        report = open_report(take_snapshot(opened, opened.opened()).folder)
    reading = read_blocks([{"block": "mine", **args}], library)
    assert reading.findings == []
    return list(reading.placed[0].item.draw(report))


def test_a_frame_that_a_block_does_not_name_is_refused(workspace: Path, tmp_path: Path) -> None:
    text = (
        BEGIN
        + "@block(reads={'measures'})\ndef mine(report, args):\n    yield Sentence(str(report.scores.points.shape))\n"
    )
    with pytest.raises(DataError, match=r"mine 用到了数据表 points"):
        draw(workspace, Library(tmp_path), text)
    assert draw(workspace, Library(tmp_path), text.replace("'measures'", "'points'"))


def test_an_error_in_a_block_names_the_block(workspace: Path, tmp_path: Path) -> None:
    text = BEGIN + "@block()\ndef mine(report, args):\n    yield Sentence(1 / 0)\n"
    with pytest.raises(DataError, match=r"内容块 mine 出错：ZeroDivisionError"):
        draw(workspace, Library(tmp_path), text)


def test_a_block_with_nothing_to_show_says_so_or_is_left_out(workspace: Path, tmp_path: Path) -> None:
    text = BEGIN + '@block()\ndef mine(report, args):\n    """我的一块。"""\n    yield from ()\n'
    assert draw(workspace, Library(tmp_path), text) == [Heading("我的一块"), Sentence("本部分目前没有内容。")]
    assert draw(workspace, Library(tmp_path), text, empty="skip") == []


def test_a_block_about_tracks_is_drawn_for_each_that_fits(workspace: Path, tmp_path: Path) -> None:
    text = BEGIN + (
        "@block(needs=('classes',), side='below')\ndef mine(report, args: OfTrack):\n"
        "    yield Sentence(report.track_of(args).id)\n"
    )
    assert draw(workspace, Library(tmp_path), text) == [Sentence("teams")]
    assert draw(workspace, Library(tmp_path), text.replace("'classes'", "'nomination'")) == []
    assert draw(workspace, Library(tmp_path), text.replace("below", "own")) == []


def test_a_text_has_names_and_numbers_in_its_places(workspace: Path) -> None:
    with open_workspace(workspace) as opened:
        report = open_report(take_snapshot(opened, opened.opened()).folder)
    words = (
        "{unit}，{units}个单位，{units:team}个队，问题{measure:faults}个，"
        "入选{selected:teams}个：{names:teams}；{period}，{day}。"
    )
    entries = [
        {"block": "text", "text": {"zh": words, "en": "{campaign}"}},
        {"tracks": "below", "blocks": [{"block": "text", "text": {"zh": "{track}{units}个", "en": "x"}}]},
    ]
    blocks = read_blocks(entries, Library(workspace / "none")).blocks
    assert [piece for entry in blocks for piece in entry.draw(report)] == [
        Sentence(f"演示县，7个单位，5个队，问题3个，入选0个：—；{PERIOD}，{report.snapshot.day}。"),
        Sentence("小队定级5个"),
    ]


CHART = (
    "import altair as alt\nimport pandas as pd\nfrom pbwidgets.workflows.reports.blocks import Figure, Table\n"
    "@block(needs=('classes',), side='below')\ndef mine(report, args: OfTrack):\n"
    "    rows = pd.DataFrame({'a': [1]})\n"
    "    yield Figure('mine', '图', alt.Chart(rows).mark_bar().encode(x='a'), headline='算出的话')\n"
    "    yield Table.of('表', rows)\n"
)


def test_a_list_gives_any_block_the_headline_and_the_kind_of_its_slides(
    workspace: Path, tmp_path: Path
) -> None:
    library = Library(tmp_path)
    figure, table = draw(workspace, library, BEGIN + CHART)
    assert (figure.headline, figure.slide, figure.about, table.slide) == ("算出的话", None, "小队定级", False)
    said = {"zh": "{track}：{units}个单位", "en": "{track}"}
    figure, table = draw(workspace, library, BEGIN + CHART, headline=said, slide="table")
    assert (figure.headline, figure.slide) == ("小队定级：5个单位", "table")
    assert (table.slide, table.headline) == (True, "小队定级：5个单位")


def test_a_headline_with_a_measure_makes_the_report_read_it(tmp_path: Path) -> None:
    entry = {"block": "ranking_bars", "headline": {"zh": "{measure:faults}个问题", "en": "x"}}
    (placed,) = read_blocks([entry], Library(tmp_path)).placed
    assert "measures" in placed.item.reads
    (finding,) = read_blocks([{"block": "ranking_bars", "slide": "nativ"}], Library(tmp_path)).findings
    assert "native" in str(finding.args)
