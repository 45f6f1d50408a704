import doctest
import importlib
import pkgutil

import pytest

import pbwidgets.analysis

MODULES = [
    *(f"pbwidgets.analysis.{module.name}" for module in pkgutil.iter_modules(pbwidgets.analysis.__path__)),
    "pbwidgets.campaign.workbook.lines",
    "pbwidgets.exports.chart_slides",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize("name", ["sheet", "score", "index", "slides"])
def test_a_function_of_the_face_has_an_example(name: str) -> None:
    finder = doctest.DocTestFinder()
    assert any(test.examples for test in finder.find(getattr(importlib.import_module("pbwidgets"), name)))
