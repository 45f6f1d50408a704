"""The other commands: a new workspace, the register, campaigns, and quick help."""

import json
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from counties import CAMPAIGN, ROOT, lay_out, run_pbwidgets, run_process

CSV = "编码,名称,类别,上级编码,演示数据\n990101,演示县,county,,是\n990101001,青禾镇,township,990101,是\n"


def test_help_imports_nothing_heavy() -> None:
    look = (
        "import sys; from pbwidgets.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('pandas', 'numpy', 'altair', 'sqlalchemy', 'papermill', 'pptx', 'pydantic')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "demo" in done.stdout


def test_listing_commands_do_not_import_drawing_packages(tmp_path: Path) -> None:
    look = "import sys, pbwidgets.workflows; print('altair' in sys.modules, 'pptx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


@pytest.mark.parametrize(("lang", "said"), [("zh_CN", "基层党建"), ("en", "campaign")])
def test_help_is_in_the_language_of_the_environment(tmp_path: Path, lang: str, said: str) -> None:
    done = run_process("--help", cwd=tmp_path, PBWIDGETS_LANG=lang)
    assert done.returncode == 0
    assert said in done.stdout


def test_a_new_workspace_is_laid_out_and_clean(tmp_path: Path) -> None:
    done = run_process("init", "county", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "pbwidgets demo" in done.stderr
    assert run_process("check", cwd=tmp_path / "county").returncode == 0


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "county" / "parameters").mkdir(parents=True)
    done = run_process("init", "county", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "parameters" in done.stderr
    assert not (tmp_path / "county" / "notebooks").exists()


def test_doctor_lists_what_it_found_and_what_to_do(tmp_path: Path) -> None:
    outside = run_pbwidgets("doctor", cwd=tmp_path)
    assert outside.returncode == 1
    assert "pbwidgets init" in outside.stdout
    inside = run_pbwidgets("doctor", cwd=lay_out(tmp_path / "ws"))
    assert "store.sqlite" in inside.stdout
    assert len(inside.stdout.splitlines()) >= 6


def test_units_are_imported_and_listed(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "ws")
    (folder / "units.csv").write_text(CSV, encoding="utf-8-sig")
    done = run_pbwidgets("units", "import", "units.csv", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "2" in done.stderr
    listed = json.loads(run_pbwidgets("units", "list", "--format", "json", cwd=folder).stdout)
    assert [(row["unit_code"], row["parent_code"]) for row in listed] == [
        ("990101", None),
        ("990101001", "990101"),
    ]


def test_a_name_like_a_formula_is_listed_as_text_and_imported_again_as_it_was(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "ws")
    (folder / "units.csv").write_text(CSV.replace("青禾镇", "=1+1\x07镇"), encoding="utf-8-sig")
    done = run_pbwidgets("units", "import", "units.csv", cwd=folder)
    assert "⟨U+0007⟩" in done.stderr
    assert run_pbwidgets("units", "list", "--format", "csv", "-o", "back.csv", cwd=folder).returncode == 0
    assert "990101001,'=1+1镇,township" in (folder / "back.csv").read_text(encoding="utf-8-sig")
    again = run_pbwidgets("units", "import", "back.csv", cwd=folder)
    assert again.returncode == 0, again.stderr
    listed = json.loads(run_pbwidgets("units", "list", "--format", "json", cwd=folder).stdout)
    assert listed[1]["unit_name"] == "=1+1镇"


def test_a_wrong_register_is_refused_with_its_cells(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "ws")
    (folder / "units.csv").write_text(CSV.replace("青禾镇", ""), encoding="utf-8-sig")
    done = run_process("units", "import", "units.csv", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "units.csv:" in done.stderr
    assert run_pbwidgets("units", "list", "--format", "csv", cwd=folder).stdout.count("\n") == 1


def test_a_campaign_is_opened_and_a_changed_file_makes_a_new_version(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "ws")
    first = run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder)
    assert (first.returncode, first.stdout) == (0, "")
    same = run_pbwidgets("campaign", "open", CAMPAIGN, "--period", "2026", cwd=folder)
    assert same.stderr == first.stderr
    file = folder / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("waiting: 10", "waiting: 12"), encoding="utf-8")
    changed = run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder)
    assert changed.returncode == 0
    assert changed.stderr != first.stderr
    unknown = run_pbwidgets("campaign", "open", "sanji", cwd=folder)
    assert (unknown.returncode, CAMPAIGN in unknown.stderr) == (2, True)


def test_opening_says_who_takes_part_and_may_be_below_some_roots_only(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "ws")
    nobody = run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder)
    assert "还没有单位参加" in nobody.stderr
    other = "990102,邻县,county,,,,\n990102001,南镇,township,990102,,,\n"
    (folder / "units.csv").write_text(CSV + other, encoding="utf-8-sig")
    assert run_pbwidgets("units", "import", "units.csv", cwd=folder).returncode == 0
    every = run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder)
    assert "最高一级2个" in every.stderr
    one = run_pbwidgets("campaign", "open", CAMPAIGN, "--under", "990102", cwd=folder)
    assert "参加单位2个，最高一级1个：邻县。" in one.stderr
    assert run_pbwidgets("campaign", "open", CAMPAIGN, cwd=folder).stderr == one.stderr
    assert run_pbwidgets("campaign", "open", CAMPAIGN, "--under", "all", cwd=folder).stderr == every.stderr
    for wrong in ("990102001", "990109"):
        refused = run_pbwidgets("campaign", "open", CAMPAIGN, "--under", wrong, cwd=folder)
        assert (refused.returncode, "990102 邻县" in refused.stderr) == (2, True)


def test_commands_say_what_to_run_if_nothing_is_open(tmp_path: Path) -> None:
    done = run_pbwidgets("select", CAMPAIGN, cwd=lay_out(tmp_path / "ws"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "pbwidgets demo" in done.stderr


@pytest.mark.parametrize(
    ("args", "name"), [(("--format", "pdf", "--page", "a4"), "chart"), (("--lang", "en"), "chart.SVG")]
)
def test_one_chart_is_drawn_to_a_file(county: Path, tmp_path: Path, args: tuple[str, ...], name: str) -> None:
    asked = ("rank_strip", "--track", "township", *args, "-o", str(tmp_path / name))
    done = run_pbwidgets("chart", *asked, cwd=county)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    (made,) = tmp_path.iterdir()
    content = made.read_bytes()
    assert str(made) in done.stderr
    assert (made.suffix, content[:4]) in ((".pdf", b"%PDF"), (".svg", b"<svg"))
    assert made.suffix == ".pdf" or b"Unit: rank" in content


def test_charts_are_listed_with_what_they_show(county: Path) -> None:
    done = run_pbwidgets("chart", "--list", cwd=county)
    assert (done.returncode, done.stderr) == (0, "")
    assert dict(line.split(maxsplit=1) for line in done.stdout.splitlines())["rank_strip"] == "所处名次"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("ranking_bar", "-o", "a.png"), "ranking_bars"),
        (("ranking_bars", "-o", "a.gif"), "png"),
        (("ranking_bars", "-o", "a.png", "--format", "pdf"), "去掉 --format"),
        ((), "--list"),
        (("ranking_bars", "--track", "vilage", "-o", "a.png"), "village"),
        (("criterion_bars", "--unit", "990101033", "-o", "a.png"), "是否想写“990101"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_wrong_usage(county: Path, args: tuple[str, ...], said: str) -> None:
    done = run_pbwidgets("chart", *args, cwd=county)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (county / "a.png").exists()


def test_the_console_script_is_the_modules_command() -> None:
    assert 'pbwidgets = "pbwidgets.cli:main"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_document_is_made_for_word_with_what_is_asked_for(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "circular.docx"
    number, to = ("--number", "云组发〔2026〕12号"), ("--to", "各乡镇", "--to", "县直各单位")
    done = run_pbwidgets(
        "document", "circular", *number, *to, "--date", "2026-12-28", "-o", str(file), cwd=county
    )
    assert done.returncode == 0, done.stderr
    said = [paragraph.text for paragraph in docx.Document(str(file)).paragraphs]
    assert {"各乡镇，县直各单位：", "2026年12月28日"} <= set(said)
    assert "云组发〔2026〕12号" not in said  # a draft
    assert "送审稿" in done.stderr


def test_a_document_that_lacks_something_is_wrong_usage(county: Path, tmp_path: Path) -> None:
    done = run_pbwidgets("document", "scores", "-o", str(tmp_path / "s.docx"), cwd=county)
    assert (done.returncode, "--unit" in done.stderr) == (2, True)
    done = run_pbwidgets("document", "template", "-o", str(tmp_path / "x.txt"), cwd=county)
    assert (done.returncode, "x.docx" in done.stderr) == (2, True)
    assert not (tmp_path / "x.txt").exists()
