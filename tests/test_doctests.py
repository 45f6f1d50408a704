"""Every example in a docstring gives what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

import pbwidgets

SOURCE = Path(pbwidgets.__file__).parent
MODULES = [
    ".".join(("pbwidgets", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted(SOURCE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted
    assert done.failed == 0


@pytest.mark.parametrize("name", ["form", "index", "score", "sheet", "slides"])
def test_a_function_of_the_face_has_an_example(name: str) -> None:
    assert any(found.examples for found in doctest.DocTestFinder().find(getattr(pbwidgets, name)))
