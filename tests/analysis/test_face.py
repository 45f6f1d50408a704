"""``import pbwidgets`` gives a few names at once, and imports nothing for them before they are used."""

import subprocess
import sys

import pytest

import pbwidgets as pb


def test_every_name_is_there_and_listed() -> None:
    assert sorted(pb.__all__) == list(pb.__all__)
    assert dir(pb) == list(pb.__all__)
    assert [name for name in pb.__all__ if getattr(pb, name) is None] == []
    assert pb.__version__.count(".") >= 1


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match="scoer"):
        _ = pb.scoer  # type: ignore[attr-defined]


def test_importing_brings_no_library_and_scoring_brings_no_widget_chart_or_store() -> None:
    code = """
import sys
import pbwidgets as pb
assert not {"pandas", "pydantic", "altair", "ipywidgets"} & set(sys.modules)
import pandas as pd
line = {"line": "走访", "points": 9, "rule": "all_or_nothing", "measure": "走访"}
pb.score(pd.DataFrame({"村名": ["青禾村"], "走访": [1]}), pb.sheet([line])).ranking
heavy = {"altair", "ipywidgets", "sqlalchemy", "papermill", "openpyxl", "scipy", "pptx", "docx", "IPython"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
