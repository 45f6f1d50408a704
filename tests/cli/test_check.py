"""`pbwidgets check`: every problem at once, each with file, line, message and remedy."""

import re
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, lay_out, make_register, run_pbwidgets
from docx import Document

from pbwidgets.cli.checking import check_files
from pbwidgets.exports.docx import write_starting_template
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_campaign
from pbwidgets.workflows.organise.register import save_units

LINE = re.compile(r"^(?P<file>[^:]+):(?P<place>\d+): (?P<code>[a-z_.]+): \S+")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "ws")


def change(file: Path, *pairs: tuple[str, str]) -> list[int]:
    """Numbers of the changed lines."""
    text = file.read_text(encoding="utf-8")
    numbers = []
    for old, new in pairs:
        assert old in text, old
        numbers.append(text[: text.index(old)].count("\n") + 1)
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    return numbers


def problem_lines(stdout: str) -> list[re.Match[str]]:
    found = [LINE.match(line) for line in stdout.splitlines()]
    assert all(found), stdout
    return [match for match in found if match]


def test_the_workspace_of_the_package_is_clean(workspace: Path) -> None:
    done = run_pbwidgets("check", cwd=workspace)
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 处问题" in done.stderr


def test_the_label_of_an_option_is_read_as_its_id_and_said(workspace: Path) -> None:
    file = workspace / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
    (number,) = change(file, ("relevant: \"${work_plan} = 'yes'\"", "relevant: \"${work_plan} = '是'\""))
    count, problems, notes = check_files((file,))
    assert (count, problems) == (1, ())
    note, asked = notes
    assert note.startswith(f"{file}:{number}: campaign.label_for_option:")
    assert "乡镇 2.5 个字段、0.3 个文件" in asked


def test_six_mistakes_in_a_campaign_give_six_lines_with_their_places(workspace: Path) -> None:
    file = workspace / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
    numbers = change(
        file,
        ("partition_by: township", "partition_by: townshp"),
        ("counts_from: accepted", "counts_from: acepted"),
        ("choices: meeting_kind, required", "choices: meting_kind, required"),
        ('constraint: ". <= ${surveyed}"', 'constraint: ". <= ${surveyd}"'),
        (
            "rule: {name: per_missing_item, measure: good_deeds",
            "rule: {name: per_missing_itm, measure: good_deeds",
        ),
        ("required: 5, points_each: 1.2", "required: 5, points_each: -1.2"),
    )
    done = run_pbwidgets("check", str(file), cwd=workspace)
    assert done.returncode == 1
    found = problem_lines(done.stdout)
    assert len(found) == 6, done.stdout
    assert {match["file"] for match in found} == {str(file)}
    assert sorted(abs(int(match["place"]) - number) <= 1 for match, number in zip(
        sorted(found, key=lambda match: int(match["place"])), sorted(numbers), strict=True
    )) == [True] * 6  # fmt: skip
    for right in ("township", "accepted", "meeting_kind", "surveyed", "per_missing_item"):
        assert right in done.stdout
    assert "6 处问题" in done.stderr


def test_mistakes_in_every_kind_of_file_are_found_at_once(workspace: Path) -> None:
    parameters = workspace / "parameters"
    change(parameters / "demo" / f"{CAMPAIGN}.yaml", ("scatter: 0.06", "scatter: 6"))
    (parameters / "units").mkdir(exist_ok=True)
    (parameters / "units" / "names.csv").write_text(
        "编码,名称,类别,上级编码\n990101,甲县,county,\n990101,乙县,county,\n", encoding="utf-8-sig"
    )
    report = parameters / "reports" / "unit.yaml"
    change(report, ("block: own_result", "block: own_resutl"))
    done = run_pbwidgets("check", cwd=workspace)
    assert done.returncode == 1
    for said in ("scatter", "990101", "own_result"):
        assert said in done.stdout
    assert len({match["file"] for match in problem_lines(done.stdout)}) == 3


def test_mistakes_in_an_override_are_found_alone_and_with_the_rest(workspace: Path) -> None:
    overrides = workspace / "parameters" / "overrides"
    overrides.mkdir(exist_ok=True)
    file = overrides / "990101003.yaml"
    file.write_text("unit: {mots: 4}\nunti: {most: 4}\n", encoding="utf-8")
    for args in ((), (str(file),), ("parameters/overrides/990101003.yaml",)):
        done = run_pbwidgets("check", *args, cwd=workspace)
        assert done.returncode == 1, args
        assert [match["place"] for match in problem_lines(done.stdout)] == ["1", "2"]
        assert "most" in done.stdout


def test_an_override_for_a_unit_that_is_not_in_the_register_is_found_once_there_is_one(
    workspace: Path,
) -> None:
    file = workspace / "parameters" / "overrides" / "990101999.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("unit: {most: 4}\n", encoding="utf-8")
    assert check_files((file,))[1] == ()
    with open_workspace(workspace) as opened:
        save_units(opened, OPERATOR, make_register())
    assert [problem.code for problem in check_files((file,))[1]] == ["batch.override_unit_unknown"]


def test_a_report_file_is_checked_alone(workspace: Path) -> None:
    report = workspace / "parameters" / "reports" / "unit.yaml"
    change(report, ("for_each: partition", "for_each: partitions"))
    done = run_pbwidgets("check", "parameters/reports/unit.yaml", cwd=workspace)
    assert done.returncode == 1
    (line,) = problem_lines(done.stdout)
    assert line["place"] == "6"
    assert run_pbwidgets("check", "parameters/reports/overview.yaml", cwd=workspace).returncode == 0


def test_a_file_of_another_kind_is_wrong_usage(workspace: Path) -> None:
    (workspace / "notes.rtf").write_text("x", encoding="utf-8")
    done = run_pbwidgets("check", "notes.rtf", cwd=workspace)
    assert (done.returncode, done.stdout) == (2, "")
    assert ".yaml" in done.stderr


@pytest.mark.parametrize("name", ["parameters/campaigns/nothing.yaml", "nothing.csv"])
def test_a_missing_file_is_named(workspace: Path, name: str) -> None:
    done = run_pbwidgets("check", name, cwd=workspace)
    assert done.returncode == 1
    assert "nothing" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_workspace_it_says_how_to_make_one(tmp_path: Path) -> None:
    done = run_pbwidgets("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pbwidgets init" in done.stderr


def test_a_change_to_an_open_campaign_names_the_answers_it_affects(workspace: Path) -> None:
    with open_workspace(workspace) as opened:
        save_units(opened, OPERATOR, make_register())
        open_campaign(opened, OPERATOR, CAMPAIGN)
    assert run_pbwidgets("check", cwd=workspace).stderr.count("\n") == 1
    change(
        workspace / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml",
        ("minimum: 0, maximum: 99, unit", "minimum: 0, maximum: 98, unit"),
    )
    done = run_pbwidgets("check", cwd=workspace)
    assert done.returncode == 0
    assert "乡镇组织推进情况" in done.stderr
    assert "最大值 99 → 98" in done.stderr


def test_templates_of_documents_and_slides_are_looked_at_and_missing_ones_named(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    folder = workspace / "parameters" / "templates"
    write_starting_template(folder / "circular.docx")
    wrong = Document()
    wrong.add_paragraph("{{ tilte }}")
    wrong.save(str(folder / "notice.docx"))
    (folder / "slides.pptx").write_bytes(b"no presentation")
    campaign = workspace / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml"
    change(campaign, ("office:\n", "office:\n  templates: {scores: templates/scores.docx}\n"))
    _, problems, _ = check_files(())
    assert {(problem.code, Path(problem.file).name) for problem in problems} == {
        ("template.unknown_name", "notice.docx"),
        ("template.missing", "scores.docx"),
        ("slides.template_not_pptx", "slides.pptx"),
    }
