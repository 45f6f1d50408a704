"""Examples in docstrings are true."""

import doctest
from importlib import import_module

import pytest

MODULES = [
    "pbwidgets.charts.display",
    "pbwidgets.charts.sheet",
    "pbwidgets.exports.docx",
    "pbwidgets.exports.columns",
    "pbwidgets.exports.fetches",
    "pbwidgets.palette",
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_are_true(module) -> None:
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
