"""The shape of the house that a newcomer finds: few entries, few parameters, a small desk."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import pbwidgets
from pbwidgets.workflows import Desk

SOURCE = Path(pbwidgets.__file__).parent
MOST_ENTRIES, MOST_PARAMETERS, MOST_NAMES = 12, 6, 8


@pytest.mark.parametrize("room", ["workflows", "apps/pages"])
def test_a_room_has_few_entries(room: str) -> None:
    folders = [SOURCE / room, *(path for path in (SOURCE / room).rglob("*") if path.is_dir())]
    for folder in (folder for folder in folders if folder.name != "__pycache__"):
        entries = [path.name for path in folder.iterdir() if path.name != "__pycache__"]
        assert len(entries) <= MOST_ENTRIES, f"{folder}: {sorted(entries)}"


def test_the_desk_has_few_public_names() -> None:
    fields = set(inspect.signature(Desk).parameters)
    names = fields | {name for name in vars(Desk) if not name.startswith("_")}
    assert len(names) <= MOST_NAMES, sorted(names)


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((SOURCE / "workflows").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(SOURCE)}: {node.name}", node


def test_use_cases_take_few_parameters_and_no_bags() -> None:
    for where, function in functions():
        given = function.args
        parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        parameters = [item for item in parameters if item.arg not in ("self", "cls")]
        assert len(parameters) <= MOST_PARAMETERS, where
        assert given.kwarg is None, where
        for item in parameters:
            kind = ast.unparse(item.annotation) if item.annotation else ""
            assert kind != "Any", where
            assert not kind.startswith("dict"), where
