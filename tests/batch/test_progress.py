import io
import re

from pbwidgets.batch.progress import show_progress
from pbwidgets.batch.runner import Progress
from pbwidgets.workflows.reports.runs.manifest import Failure


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def news(ended: int, status: str = "done", total: int = 100, failed: int = 0) -> Progress:
    failure = Failure("batch.cell_failed", {"cell": 1, "error": "[red]x"}) if status == "failed" else None
    return Progress("9901", status, (), 1.0, failure, ended, failed, total)


def test_without_a_terminal_about_ten_lines_are_written() -> None:
    out = io.StringIO()
    with show_progress("Report", lang="en", file=out) as tell:
        for ended in range(1, 101):
            tell(news(ended))
    lines = out.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[-1] == "Report: 100/100 ended, 0 failed"


def test_a_failure_is_shown_at_once_in_both_modes() -> None:
    for out in (io.StringIO(), Terminal()):
        with show_progress("Report [x]", lang="en", file=out) as tell:
            tell(news(1, "started", total=4))
            tell(news(2, "failed", total=4, failed=1))
        seen = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", out.getvalue()).replace("\n", " ")
        assert "9901 failed: Cell 1 of the notebook failed: [red]x" in seen


def test_a_terminal_gets_a_bar_with_counts() -> None:
    out = Terminal()
    with show_progress("报告", lang="zh_CN", file=out) as tell:
        tell(news(25, failed=2))
    assert "25/100" in out.getvalue()
    assert "失败 2" in out.getvalue()
