"""Contents of the documentation's reference: every public name of the project.

Public is what a room (a package of ``pbwidgets``) lists in its ``__all__``, what the rooms of one file
(``units.py``, ``errors.py``, …) define without an underscore, and what a notebook imports; of the constants of a
room of one file only those that say what they are. The pages are made of these names when the documentation is
built, so that nobody keeps a list. A name that does not say what it is gets no entry, and ``make check`` names it.
The source is read, not imported: the answer takes a second.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
ROOM = "pbwidgets"


@dataclass(frozen=True)
class Entry:
    """A public name.

    Attributes
    ----------
    name
        Name under which people import it.
    kind
        ``class``, ``function`` or ``data``; empty if it is defined nowhere.
    text
        Its docstring; empty if it has none.
    """

    name: str
    kind: str = ""
    text: str = ""

    @property
    def summary(self) -> str:
        """First sentence of the text."""
        return " ".join(self.text.strip().split("\n\n")[0].split())


def find_entries(source: Path = SOURCE, notebooks: Path = ROOT / "notebooks") -> dict[str, list[Entry]]:
    """Public names by the module they are imported from, both in alphabetical order."""
    names = {module: set(found) for module in _modules(source) if (found := _own_names(source, module))}
    for module, name in notebook_imports(notebooks):
        names.setdefault(module, set()).add(name)
    return {
        module: [_describe(source, module, name) for name in sorted(names[module])]
        for module in sorted(names)
    }


def _modules(source: Path) -> Iterator[str]:
    """Rooms, the rooms inside them, and rooms of one file."""
    folder = source / ROOM
    for path in sorted(folder.rglob("__init__.py")):
        yield ".".join(path.parent.relative_to(source).parts)
    for path in sorted(folder.glob("[!_]*.py")):
        yield f"{ROOM}.{path.stem}"


def _own_names(source: Path, module: str) -> list[str]:
    bound = _bound(source, module)
    if "__all__" in bound:
        listed = bound["__all__"]
        assert isinstance(listed, ast.Assign | ast.AnnAssign)
        assert listed.value is not None
        return [name for name in ast.literal_eval(listed.value) if not name.startswith("__")]
    if _file(source, module).stem == "__init__":
        return []
    own = (_describe(source, module, name) for name in bound if not name.startswith("_"))
    return [item.name for item in own if item.text or item.kind != "data"]


def notebook_imports(folder: Path) -> Iterator[tuple[str, str]]:
    """Module and name of every ``from pbwidgets… import …`` of the notebooks below a folder."""
    for path in sorted(folder.rglob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                tree = ast.parse("".join(cell["source"]))
                yield from _imported(tree)


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == ROOM:
            yield from ((str(node.module), alias.name) for alias in node.names)


def _imported_late(tree: ast.AST, module: str, name: str) -> Iterator[str]:
    """Modules that a table of a module's ``__getattr__`` names for a name: ``{"draw_chart": "drawing"}``."""
    for node in ast.walk(tree):
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == name and isinstance(value, ast.Constant):
                yield from (f"{module}.{value.value}", str(value.value))


# -- docstrings of names --------------------------------------------------------------------------------


def _file(source: Path, module: str) -> Path:
    path = source.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _bound(source: Path, module: str) -> dict[str, ast.stmt]:
    """Top statements of a module that define a name, by name."""
    bound: dict[str, ast.stmt] = {}
    for statement in _tree(_file(source, module)).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            bound |= {target.id: statement for target in targets if isinstance(target, ast.Name)}
    return bound


def _describe(source: Path, module: str, name: str) -> Entry:
    """Entry of a name, from where it is defined: a room hands on what its modules define."""
    while name not in _bound(source, module):
        tree = _tree(_file(source, module))
        origins = [origin for origin, handed in _imported(tree) if handed == name]
        origins += [origin for origin in _imported_late(tree, module, name) if _file(source, origin).exists()]
        if not origins:
            return Entry(name)
        module = origins[0]
    statement = _bound(source, module)[name]
    if isinstance(statement, ast.ClassDef):
        return Entry(name, "class", ast.get_docstring(statement) or "")
    if isinstance(statement, ast.FunctionDef):
        called = not any(
            "command" in ast.unparse(item) or "group" in ast.unparse(item)
            for item in statement.decorator_list
        )
        return Entry(name, "function" if called else "data", ast.get_docstring(statement) or "")
    return Entry(name, "data", _text_below(_tree(_file(source, module)), statement))


def _text_below(tree: ast.Module, statement: ast.stmt) -> str:
    after = tree.body[tree.body.index(statement) + 1 :][:1]
    if after and isinstance(after[0], ast.Expr) and isinstance(after[0].value, ast.Constant):
        return str(after[0].value.value)
    return ""


def find_missing(entries: Mapping[str, list[Entry]]) -> list[str]:
    """Public names that get no entry, because they are not defined or do not say what they are."""
    return [f"{module}.{item.name}" for module, items in entries.items() for item in items if not item.text]


# -- pages ---------------------------------------------------------------------------------------------


def write_pages(folder: Path, entries: Mapping[str, list[Entry]]) -> None:
    """Write a page for each room into a folder; rooms inside a room go on its page."""
    folder.mkdir(parents=True, exist_ok=True)
    rooms: dict[str, dict[str, list[Entry]]] = {}
    for module, items in entries.items():
        rooms.setdefault(".".join(module.split(".")[:2]), {})[module] = items
    for room, inside in rooms.items():
        text = "\n".join(_page(room, inside))
        (folder / f"{room.rpartition('.')[2]}.rst").write_text(text + "\n", encoding="utf-8")


def _page(room: str, inside: Mapping[str, list[Entry]]) -> Iterator[str]:
    yield from _heading(room, "=")
    for module, items in inside.items():
        if module != room:
            yield from _heading(module, "-")
        shown = [item for item in items if item.text]
        yield from (f".. automodule:: {module}", "   :no-members:", "   :no-index:", "")
        yield from (f".. currentmodule:: {module}", "", ".. list-table::", "   :class: names", "")
        for item in shown:
            yield from (f"   * - :py:obj:`{item.name}`", f"     - {item.summary}")
        yield ""
        for item in shown:
            yield from _entry(item)


def _heading(text: str, line: str) -> tuple[str, str, str]:
    return text, line * len(text), ""


def _entry(item: Entry) -> Iterator[str]:
    if item.kind != "data":
        members = ("   :members:", "   :exclude-members: model_config") if item.kind == "class" else ()
        yield from (f".. auto{item.kind}:: {item.name}", *members, "")
        return
    yield from (f".. py:data:: {item.name}", "")
    yield from (f"   {line}" for line in item.text.strip().split("\n"))
    yield ""
