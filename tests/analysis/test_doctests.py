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


@pytest.mark.parametrize("name", [*MODULES, "pbwidgets.campaign.short_form"])
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
