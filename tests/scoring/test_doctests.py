import doctest
import importlib
import pkgutil

import pytest

import pbwidgets.scoring

MODULES = [
    module.name
    for module in pkgutil.walk_packages(pbwidgets.scoring.__path__, f"{pbwidgets.scoring.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize("name", [name for name in MODULES if ".rules." in name])
def test_every_rule_has_an_example(name):
    finder = doctest.DocTestFinder()
    assert any(test.examples for test in finder.find(importlib.import_module(name)))
