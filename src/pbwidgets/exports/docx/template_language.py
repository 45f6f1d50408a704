"""What may stand between the braces of a template: names of the document, a condition, one line after the other.

Jinja reads it, in a sandbox and with everything escaped. But a template is given nothing to escape from: before it
runs, its tree is looked at, and only names, constants, comparisons, ``for``, ``if`` and a few filters are let through.
There is no call, no arithmetic, no range, no other file; a filter takes a name and a constant. A loop goes over a list
of the document, one inside it over a list of its item. So what it can make is bounded by the document itself.
"""

import io
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn, TypeAlias

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import DataError

Plain: TypeAlias = "str | int | list[Plain] | dict[str, Plain]"
"""Value that a template is given."""

FILTERS: Final = ("default", "join", "length", "first", "last")
MOST_NODES: Final = 20_000
MOST_CHARACTERS: Final = 30_000_000
"""In all parts of a document."""

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.For,
    nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
)  # fmt: skip
_LONGEST_CONSTANT: Final = 100
_TAGS: Final = re.compile(r"<[^>]*>")
_BRACES: Final = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSE: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_MERGES: Final = re.compile(r"[\s-]*(?:vm|hm|colspan|cellbg)\b")
_OF_LOOPS: Final = ("first", "index", "last", "length")


class _Bounded(Template):
    """A template that stops when it has made too much."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        made = io.StringIO()
        for piece in self.generate(*args, **kwargs):
            if isinstance(self.environment, TemplateEnvironment):
                self.environment.count(len(piece))
            made.write(piece)
        return made.getvalue()


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for one template and one document: what it may not say is refused before anything runs.

    Parameters
    ----------
    file
        Named in errors.
    context
        What the template is given.
    """

    template_class = _Bounded

    def __init__(self, file: str, context: Mapping[str, Plain]) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, extensions=())
        self.globals.clear()
        self.tests.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self._file, self._context, self._made = file, context, 0

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Check(self._file, self._context).look_at(tree)
        return tree

    def count(self, characters: int) -> None:
        """Stop once all parts of the document together have become too long."""
        self._made += characters + 1
        if self._made > MOST_CHARACTERS:
            raise DataError("template.makes_too_much", file=self._file, limit=MOST_CHARACTERS // 1_000_000)

    @property
    def file(self) -> str:
        """Name of the template, for errors."""
        return self._file

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Value of a mapping by its key, never an attribute of Python."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Value of a mapping by its key, of a list by its place."""
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, list) and isinstance(argument, int) and 0 <= argument < len(obj):
            return obj[argument]
        if type(obj).__name__ == "LoopContext" and argument in _OF_LOOPS:
            return getattr(obj, argument)
        known = (
            sorted(obj) if isinstance(obj, dict) else _OF_LOOPS if type(obj).__name__ == "LoopContext" else ()
        )
        raise DataError("template.unknown_name", file=self._file, **spelling(argument, known))


class _Check:
    """Looks at the tree of a template."""

    def __init__(self, file: str, context: Mapping[str, Plain]) -> None:
        self._file, self._context = file, context
        self._left = MOST_NODES

    def look_at(self, node: nodes.Node, loops: tuple[str, ...] = ()) -> None:
        """Refuse what may not stand in a template; ``loops`` are the names of the loops around it, innermost last."""
        self._left -= 1
        if self._left < 0:
            raise DataError("template.too_long", file=self._file, limit=MOST_NODES)
        if not isinstance(node, _ALLOWED):
            self._refuse("(…)" if isinstance(node, nodes.Call) else type(node).__name__.lower())
        self._look_at_one(node, loops)
        if isinstance(node, nodes.For):
            self._look_at_loop(node, loops)
            return
        for child in node.iter_child_nodes():
            self.look_at(child, loops)

    def _look_at_one(self, node: nodes.Node, loops: tuple[str, ...]) -> None:
        match node:
            case nodes.Name(name=name, ctx="load") if name not in (
                *loops,
                *self._context,
                *(("loop",) if loops else ()),
            ):
                raise DataError(
                    "template.unknown_name", file=self._file, **spelling(name, sorted(self._context))
                )
            case nodes.Getattr(attr=key) if key.startswith("_"):
                self._refuse(key)
            case nodes.Getitem(arg=key) if not isinstance(key, nodes.Const) or str(key.value).startswith("_"):
                self._refuse("[…]")
            case nodes.Filter(name=name) if name not in FILTERS:
                raise DataError("template.unknown_filter", file=self._file, **spelling(name, FILTERS))
            case nodes.Filter() if not _is_plain(node):
                self._refuse(f"{node.name}(…)")
            case nodes.Const(value=value) if len(str(value)) > _LONGEST_CONSTANT:
                self._refuse(str(value)[:20])

    def _look_at_loop(self, node: nodes.For, loops: tuple[str, ...]) -> None:
        """Look at a loop: one inside another goes over what is in the other's item, so that nothing is multiplied."""
        root = _root_of(node.iter)
        if node.recursive or node.else_ or not isinstance(node.target, nodes.Name) or root is None:
            self._refuse("for")
        if loops and root != loops[-1]:
            raise DataError("template.loop_in_loop", file=self._file, name=root, wanted=loops[-1])
        self.look_at(node.iter, loops)
        for child in (*([node.test] if node.test else ()), *node.body):
            self.look_at(child, (*loops, node.target.name))

    def _refuse(self, what: str) -> NoReturn:
        raise DataError("template.refused", file=self._file, what=what)


def _is_plain(node: nodes.Filter) -> bool:
    """Whether a filter takes a name, and nothing longer than a constant: one around another would multiply."""
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) > 1:
        return False
    taken: nodes.Node | None = node.node
    while node.name != "join" and isinstance(taken, nodes.Filter):
        taken = taken.node
    return (
        taken is not None
        and _root_of(taken) is not None
        and all(isinstance(arg, nodes.Const) for arg in node.args)
    )


def _root_of(node: nodes.Node) -> str | None:
    """Name that a chain of keys begins with; None for anything else."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def check_braces(file: str, part: bytes) -> None:
    """Refuse braces that are never closed, and the marks that merge cells: on both, patterns would run for hours.

    Raises
    ------
    DataError
        ``template.braces``, ``template.refused``.
    """
    text = _TAGS.sub("", part.decode("utf-8-sig"))
    opened, begins = "", 0
    for found in _BRACES.finditer(text):
        mark = found[0]
        if not opened and mark in _CLOSE:
            opened, begins = mark, found.end()
        elif opened and mark in _CLOSE:
            raise DataError("template.braces", file=file, text=text[begins - 2 : begins + 30])
        elif opened and mark == _CLOSE[opened]:
            if _MERGES.match(text[begins : found.start()]):
                raise DataError("template.refused", file=file, what=text[begins : found.start()].strip())
            opened = ""
    if opened:
        raise DataError("template.braces", file=file, text=text[begins - 2 : begins + 30])
