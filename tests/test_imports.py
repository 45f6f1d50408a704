"""What comes with an extra is asked for only where it is used, and its absence is said with the line to install."""

import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from pbwidgets.cli import main
from pbwidgets.errors import UsageError
from pbwidgets.scoring.index import agg_topsis, weigh_critic

EXTRA = ("pymcdm", "SALib", "matplotlib")
LINE = "pip install 'pbwidgets[index]'"
ROWS = np.array([[1.0, 2.0, 4.0], [2.0, 4.0, 1.0], [3.0, 1.0, 2.0], [5.0, 2.0, 3.0]])


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {*EXTRA, *(name for name in sys.modules if name.partition(".")[0] in EXTRA)}:
        monkeypatch.setitem(sys.modules, name, None)  # says: not installed


def test_every_module_is_imported_without_the_extra() -> None:
    code = f"""
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({EXTRA}))
import pbwidgets
for module in pkgutil.walk_packages(pbwidgets.__path__, "pbwidgets."):
    if ".migrations" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("without_extra")
def test_an_index_is_computed_without_the_extra_and_a_method_of_it_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("unit,a,b\n1,1,2\n2,2,4\n3,3,1\n4,5,2\n", encoding="utf-8")
    (tmp_path / "dictionary.csv").write_text("code,parent\na,top\nb,top\ntop,\n", encoding="utf-8")
    for weights in ("equal", "entropy"):
        done = CliRunner().invoke(main, ["index", "data.csv", "dictionary.csv", "--weights", weights])
        assert done.exit_code == 0, done.stderr
    refused = CliRunner().invoke(main, ["index", "data.csv", "dictionary.csv", "--weights", "critic"])
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "pymcdm" in refused.stderr
    assert LINE in refused.stderr


@pytest.mark.usefixtures("without_extra")
@pytest.mark.parametrize("method", [weigh_critic, lambda rows: agg_topsis(rows, np.ones(3))])
def test_the_message_names_the_line_in_both_languages(method) -> None:
    with pytest.raises(UsageError, match="pymcdm") as refused:
        method(ROWS)
    assert refused.value.code == "errors.extra_missing"
    assert {LINE in refused.value.remedy(lang) for lang in ("zh_CN", "en")} == {True}
