"""Demonstration files: every mistake is named with its line."""

from pathlib import Path

import pytest
from counties import CAMPAIGN, ROOT

from pbwidgets.demo import check_demo, read_demo
from pbwidgets.errors import DataError, ProblemsError

DEMO = ROOT / "parameters" / "demo" / f"{CAMPAIGN}.yaml"


def test_the_demonstration_of_the_package_has_no_problems() -> None:
    assert check_demo(DEMO) == ()
    assert read_demo(DEMO).campaign == CAMPAIGN


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    text = DEMO.read_text(encoding="utf-8")
    for right, wrong in [
        ('code: "990101"', 'code: "110101"'),
        ("scatter: 0.06", "scatter: 6"),
        ("case: stale_mark", "case: stale_makr"),
        ("running_record:", "runing_record:"),
    ]:
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    file = tmp_path / "demo.yaml"
    file.write_text(text, encoding="utf-8")
    problems = check_demo(file)
    lines = text.splitlines()
    named = [lines[int(problem.place) - 1] for problem in problems]
    for wrong in ('"110101"', "scatter: 6", "stale_makr", "runing_record"):
        assert any(wrong in line for line in named), (wrong, [problem.line("en") for problem in problems])
    with pytest.raises(ProblemsError, match=f"{len(problems)} 处"):
        read_demo(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"another\.yaml"):
        read_demo(tmp_path / "another.yaml")
