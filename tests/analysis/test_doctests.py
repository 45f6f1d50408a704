import doctest
import importlib
import pkgutil

import pytest

import pbwidgets.analysis
import pbwidgets.forms

MODULES = [
    module.name
    for room in (pbwidgets.analysis, pbwidgets.forms)
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]


OTHERS = [
    "pbwidgets.campaign.short_form",
    "pbwidgets.campaign.workbook.lines",
    "pbwidgets.exports.chart_slides",
]


@pytest.mark.parametrize("name", [*MODULES, *OTHERS])
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", ["form", "index", "score", "sheet", "slides"])
def test_a_function_of_the_face_has_an_example(name: str) -> None:
    finder = doctest.DocTestFinder()
    assert any(test.examples for test in finder.find(getattr(importlib.import_module("pbwidgets"), name)))
