import subprocess
import sys
from pathlib import Path

import pytest

from pbwidgets.batch.lock import hold_lock
from pbwidgets.errors import ConflictError, DataError

HOLD = """
import sys
from pathlib import Path
from pbwidgets.batch.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ConflictError, match=str(other.pid)), hold_lock(tmp_path):
            pass
        other.kill()
    with hold_lock(tmp_path):  # a killed holder leaves no lock behind
        pass


def test_the_lock_is_free_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with hold_lock(tmp_path / "made" / "on" / "demand"):
            pass
    assert (tmp_path / "made" / "on" / "demand" / ".lock").read_text(encoding="utf-8") == ""


def test_a_file_in_the_way_of_the_folder_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "outputs").touch()
    with pytest.raises(DataError, match="报告文件夹无法写入"), hold_lock(tmp_path / "outputs" / "contest"):
        pass
