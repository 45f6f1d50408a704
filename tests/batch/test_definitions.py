from pathlib import Path

import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.batch.planning import hash_values, make_jobs
from pbwidgets.errors import DataError, Problem, ProblemsError
from pbwidgets.workflows.reports.definitions import (
    Ground,
    ReportDefinition,
    check_overrides,
    check_reports,
    find_reports,
    load_overrides,
    load_reports,
    notebook_parameters,
)

GOOD = """\
format: 1
id: ok
title: {zh: 报告, en: Report}
notebook: ok.ipynb
for_each: partition
parameters:
  greeting: good day
files: [report.ipynb, charts/*.png]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    (made / "ok.yaml").write_text(GOOD, encoding="utf-8")
    return made


def found(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in problems]


def test_a_report_file_is_read(folder: Path, notebooks: Path) -> None:
    report = load_reports(folder, Ground(notebooks))["ok"]
    assert (report.title.zh, report.for_each, report.parameters) == (
        "报告",
        "partition",
        {"greeting": "good day"},
    )
    assert check_reports(folder, Ground(notebooks)) == ()


def test_a_report_can_be_for_units_of_one_kind(folder: Path, notebooks: Path) -> None:
    (folder / "ok.yaml").write_text(GOOD.replace("partition", "{kind: bureau}"), encoding="utf-8")
    assert (
        load_reports(folder, Ground(notebooks))["ok"].for_each
        == ReportDefinition.model_validate(
            {
                "format": 1,
                "id": "x",
                "title": {"zh": "x", "en": "x"},
                "notebook": "x.ipynb",
                "for_each": {"kind": "bureau"},
            }
        ).for_each
    )


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "named"),
    [
        ("greeting:", "greting:", "batch.parameter_unknown", "7", "greeting"),
        ("greeting:", "output_dir:", "batch.parameter_reserved", "7", "output_dir"),
        ("good day", "2026-05-01", "campaign.invalid", "7", "parameters.greeting"),
        ("ok.ipynb", "no_parameters.ipynb", "batch.parameter_needed", "4", "output_dir"),
        ("ok.ipynb", "gone.ipynb", "batch.notebook_missing", "4", "gone.ipynb"),
        ("id: ok", "id: other", "batch.report_id_not_file", "2", "other"),
        (": partition", ": partitoin", "batch.unknown_for_each", "5", "partition"),
        ("for_each", "foreach", "campaign.unknown_key", "5", "for_each"),
        ("format: 1", "format: 2", "campaign.value_not_allowed", "1", "1"),
        ("notebook: ok", "notebook: ../ok", "campaign.bad_id", "4", "../ok"),
    ],
)
def test_a_mistake_is_reported_with_its_line_and_the_right_spelling(
    folder: Path, notebooks: Path, old: str, new: str, code: str, line: str, named: str
) -> None:
    (folder / "ok.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    problems = check_reports(folder, Ground(notebooks))
    assert (code, line) in found(problems)
    assert named in next(problem for problem in problems if problem.code == code).line("en")
    with pytest.raises(ProblemsError, match=r"ok\.yaml"):
        load_reports(folder, Ground(notebooks))


def test_a_file_is_read_again_only_once_its_text_has_changed(folder: Path) -> None:
    first = find_reports(folder)["ok"]
    assert find_reports(folder)["ok"] is first
    (folder / "ok.yaml").write_text(GOOD.replace("good day", "hello"), encoding="utf-8")
    assert find_reports(folder)["ok"].parameters == {"greeting": "hello"}


def test_all_problems_are_reported_at_once(folder: Path, notebooks: Path) -> None:
    (folder / "ok.yaml").write_text(GOOD.replace("greeting", "greting"), encoding="utf-8")
    (folder / "bad.yaml").write_text("id: [", encoding="utf-8")
    assert {problem.code for problem in check_reports(folder, Ground(notebooks))} == {
        "batch.parameter_unknown",
        "campaign.bad_yaml",
    }


def test_overrides_are_read_by_unit(folder: Path, notebooks: Path, tmp_path: Path) -> None:
    overrides = tmp_path / "overrides"
    reports = load_reports(folder, Ground(notebooks))
    assert load_overrides(overrides, reports, Ground(notebooks), ["9901"]) == {}
    overrides.mkdir()
    (overrides / "9901.yaml").write_text("ok:\n  greeting: welcome\n", encoding="utf-8")
    assert load_overrides(overrides, reports, Ground(notebooks), ["9901"]) == {
        "9901": {"ok": {"greeting": "welcome"}}
    }


def test_mistakes_in_overrides_are_reported(folder: Path, notebooks: Path, tmp_path: Path) -> None:
    overrides = tmp_path / "overrides"
    overrides.mkdir()
    text = "okk:\n  greeting: x\nok:\n  greting: x\n  output_dir: x\n  level: 2026-05-01\n"
    (overrides / "9901.yaml").write_text(text, encoding="utf-8")
    (overrides / "9902.yaml").write_text("ok: 3\n", encoding="utf-8")
    reports = load_reports(folder, Ground(notebooks))
    problems = check_overrides(overrides, reports, Ground(notebooks), ["9901"])
    assert found(problems) == [
        ("batch.override_report_unknown", "1"),
        ("batch.parameter_unknown", "4"),
        ("batch.parameter_reserved", "5"),
        ("batch.parameter_not_plain", "6"),
        ("batch.override_unit_unknown", ""),
        ("campaign.want_mapping", "1"),
    ]
    assert all(problem.line(lang) for problem in problems for lang in ("zh_CN", "en"))
    with pytest.raises(ProblemsError, match="greeting"):
        load_overrides(overrides, reports, Ground(notebooks), ["9901"])


@pytest.mark.parametrize("name", ["broken_for_one_unit", "slow", "starts_a_process"])
def test_parameters_are_the_same_as_papermill_finds(notebooks: Path, name: str) -> None:
    path = notebooks / f"{name}.ipynb"
    assert notebook_parameters(path) == tuple(papermill.inspect_notebook(str(path)))


def test_a_parameter_with_a_union_annotation_is_found(notebooks: Path) -> None:
    assert notebook_parameters(notebooks / "ok.ipynb") == (
        "output_dir",
        "unit_code",
        "greeting",
        "log",
        "level",
    )


def test_a_notebook_without_a_parameters_cell_has_no_parameters(notebooks: Path) -> None:
    assert notebook_parameters(notebooks / "no_parameters.ipynb") == ()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cells": 3}', '{"cells": [{"metadata": {"tags": ["parameters"]}}]}']
)
def test_a_notebook_that_cannot_be_read_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"odd\.ipynb"):
        notebook_parameters(tmp_path / "odd.ipynb")


@pytest.fixture
def report(folder: Path, notebooks: Path) -> ReportDefinition:
    return load_reports(folder, Ground(notebooks))["ok"]


def test_jobs_get_given_values_those_of_the_file_and_overrides(
    report: ReportDefinition, notebooks: Path, tmp_path: Path
) -> None:
    first, second = make_jobs(
        report,
        {"9901": "甲", "9902": "乙"},
        notebooks=notebooks,
        outputs=tmp_path,
        fingerprints={"9901": {"rows:points": "a"}, "9902": {"rows:points": "b"}},
        given={code: {"unit_code": code, "not_asked_for": 1} for code in ("9901", "9902")},
        overrides={"9902": {"ok": {"greeting": "welcome", "unit_code": "9901"}, "other": {"greeting": "x"}}},
    )
    assert first.parameters == {"unit_code": "9901", "greeting": "good day"}
    assert second.parameters == {"unit_code": "9902", "greeting": "welcome"}  # given values win
    assert (second.folder, second.title) == (tmp_path / "ok" / "9902", "乙")
    assert first.files == ("report.ipynb", "charts/*.png")
    assert first.fingerprint["rows:points"] == "a"
    assert first.fingerprint["notebook"] == second.fingerprint["notebook"]
    assert first.fingerprint["parameters"] != second.fingerprint["parameters"]


@pytest.mark.parametrize("code", ["../9901", ".hidden", "", "a/b", "a b", "_x"])
def test_a_unit_code_that_cannot_be_a_folder_name_is_refused(
    report: ReportDefinition, notebooks: Path, tmp_path: Path, code: str
) -> None:
    with pytest.raises(DataError, match=r"不能用作文件夹名|cannot be the name"):
        make_jobs(report, {code: "x"}, notebooks=notebooks, outputs=tmp_path, fingerprints={}, given={})


@given(values=st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_the_hash_of_values_does_not_depend_on_their_order(values: dict[str, int | str | None]) -> None:
    assert hash_values(values) == hash_values(dict(reversed(values.items())))
