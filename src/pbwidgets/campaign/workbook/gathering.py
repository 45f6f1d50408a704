"""Rows of all sheets put together into the data of one campaign, with the cell that every part came from.

The data have the shape of a campaign file, so that the same models and checks read them. A row that names
something unknown is reported and, so that checking can go on, put where it was most likely meant to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from pbwidgets.campaign.checks_forms import SELECTS
from pbwidgets.campaign.findings import Address, spelling
from pbwidgets.campaign.workbook.cells import ABSENT, CellRefusedError, clean_cell, from_cell
from pbwidgets.campaign.workbook.fixed_rows import name_tables
from pbwidgets.campaign.workbook.pages import Page, Row
from pbwidgets.campaign.workbook.sheets import BEGINS, ENDS, REFERENCE, Column, Path, Table, tables
from pbwidgets.errors import Problem
from pbwidgets.intake.text import removed_signs
from pbwidgets.intake.workbook import Cell

_HEADING: Final = f"{REFERENCE}heading"
_BEGINS: Final = {word: kind for kind, word in BEGINS.items()}
_ENDS: Final = {word: kind for kind, word in ENDS.items()}


@dataclass(frozen=True)
class Spot:
    """Where something is in the workbook.

    Attributes
    ----------
    place
        ``评分项!B7``, or the name of a sheet.
    order
        Number of the sheet, row and column, to sort by.
    column
        Column that it lies in; None for a whole sheet.
    table
        Sheet that it lies on.
    """

    place: str
    order: tuple[int, int, int]
    table: Table
    column: Column | None = None


@dataclass(frozen=True)
class Gathered:
    """Data of a campaign, spots of its parts by address, problems of putting it together, and what was removed."""

    data: dict[str, Any]
    spots: Mapping[Address, Spot]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()

    def spot(self, address: Address) -> Spot | None:
        """Spot of an address, or of the nearest thing around it."""
        while address and address not in self.spots:
            address = address[:-1]
        return self.spots.get(address)


@dataclass
class _Node:
    """One item with everything in it."""

    table: Table
    data: dict[str, Any] = field(default_factory=dict)
    spots: dict[Path, Spot] = field(default_factory=dict)
    lists: dict[Path, list["_Node"]] = field(default_factory=dict)
    keyed: dict[Path, dict[str, list["_Node"]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.data.get("id", ""))


def gather(pages: Mapping[str, Page], file: str) -> Gathered:
    """Data of the campaign whose sheets these are.

    Parameters
    ----------
    pages
        Pages by the key of their table; those that are missing are empty.
    file
        Named in the problems.
    """
    return _Gathering(pages, file).run()


class _Gathering:
    def __init__(self, pages: Mapping[str, Page], file: str) -> None:
        self.pages = pages
        self.file = file
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.found: dict[Path, dict[tuple[str, ...], _Node]] = {}
        self.root = _Node(tables()[0])

    def run(self) -> Gathered:
        if page := self.pages.get("campaign"):
            for row in page.rows:
                self.root = self._node(page, row)
        for table in sorted(tables()[1:], key=lambda table: len(table.path)):
            if page := self.pages.get(table.key):
                self._take(page)
        spots: dict[Address, Spot] = {}
        for order, table in enumerate(tables()):
            page = self.pages.get(table.key)
            if table.above is None:
                spots[table.path[:1]] = Spot(page.name if page else table.title(), (order, 0, 0), table)
        data = _place(self.root, (), spots)
        for old, new in name_tables(data).items():
            spots |= {(*new, *at[len(old) :]): spot for at, spot in spots.items() if at[: len(old)] == old}
        return Gathered(data, spots, tuple(self.problems), tuple(self.notes))

    def _take(self, page: Page) -> None:
        table = page.table
        if any(column.kind == "field_type" for column in table.columns):
            self._take_fields(page)
        elif any(column.path == (_HEADING,) for column in table.columns):
            self._take_nested(page)
        else:
            last: _Node | None = None
            for row in page.rows:
                node = self._node(page, row)
                last = self._attach(node, page, row, last)

    def _node(self, page: Page, row: Row) -> _Node:
        node = _Node(page.table)
        for column, cell in row.cells.items():
            spot = self._spot(page, row, cell, column)
            for length in range(1, len(column.path) + 1):
                node.spots.setdefault(column.path[:length], spot)
            value = self._value(page, column, cell)
            if value is not ABSENT and not column.is_reference:
                _put(node.data, column.path, value)
        for column in page.table.columns:
            if column.kind == "words" and column.path[-1] == "zh":
                _complete_words(node.data, column.path[:-1])
        own = node.spots.get(("id",)) or next(iter(node.spots.values()), None)
        if own is not None:
            node.spots[()] = own
        return node

    def _value(self, page: Page, column: Column, cell: Cell) -> Any:
        clean = clean_cell(column, cell).text
        if signs := removed_signs(cell.text, clean):
            args = {"signs": signs, "became": clean[:60]}
            self.notes.append(Problem("campaign.signs_removed", self.file, page.place(cell.place), args))
        try:
            return from_cell(column, cell)
        except CellRefusedError as error:
            self._report(error.code, page.place(cell.place), value=cell.text)
            return ABSENT

    def _spot(self, page: Page, row: Row, cell: Cell, column: Column) -> Spot:
        sheet = tables().index(page.table)
        across = page.table.columns.index(column)
        return Spot(page.place(cell.place), (sheet, row.number, across), page.table, column)

    def _report(self, code: str, place: str, **args: Any) -> None:
        self.problems.append(Problem(code, self.file, place, args))

    # -- finding what a row belongs to

    def _attach(self, node: _Node, page: Page, row: Row, last: _Node | None) -> _Node | None:
        """Put a node into what it belongs to and return that; None if there is nothing."""
        table = page.table
        if table.above is None:
            self._attach_to_campaign(node, page, row)
            return None
        owner = self._owner(page, row, last)
        if owner is not None:
            owner.lists.setdefault(table.list_path, []).append(node)
        self._remember(node, page, row)
        return owner

    def _attach_to_campaign(self, node: _Node, page: Page, row: Row) -> None:
        table = page.table
        if table.references:
            (named,) = table.references
            name = self._named(row, named)
            if not name:
                self._report(
                    "workbook.reference_empty", self._place_of(page, row, named), column=table.label(named)
                )
                return
            lists = self.root.keyed.setdefault(table.list_path, {})
            lists.setdefault(name, []).append(node)
            node.spots[(f"{REFERENCE}key",)] = node.spots[named.path]
            return
        self.root.lists.setdefault(table.list_path, []).append(node)
        self._remember(node, page, row)

    def _remember(self, node: _Node, page: Page, row: Row) -> None:
        names = tuple(
            self._named(row, column) for column in page.table.references if column.path != (_HEADING,)
        )
        key = (node.id,) if _is_unique(page.table) else (*names, node.id)
        self.found.setdefault(page.table.path, {}).setdefault(key, node)

    def _named(self, row: Row, column: Column) -> str:
        cell = row.cells.get(column)
        if cell is None:
            return ""
        try:
            value = from_cell(column, cell)
        except CellRefusedError:
            return ""
        return "" if value is ABSENT else str(value)

    def _place_of(self, page: Page, row: Row, column: Column) -> str:
        cell = row.cells.get(column)
        return page.place(cell.place if cell else f"A{row.number}")

    def _owner(self, page: Page, row: Row, last: _Node | None) -> _Node | None:
        columns = [column for column in page.table.references if column.path != (_HEADING,)]
        names = tuple(self._named(row, column) for column in columns)
        assert page.table.above is not None
        known = self.found.get(page.table.above, {})
        if names in known:
            return known[names]
        for at, column in enumerate(columns):
            if not names[at] and column not in page.missing:
                place = self._place_of(page, row, column)
                self._report("workbook.reference_empty", place, column=page.table.label(column))
                return last
            if not any(key[: at + 1] == names[: at + 1] for key in known):
                allowed = [key[at] for key in known if key[:at] == names[:at]]
                if column not in page.missing:
                    self._report_unknown(page, row, column, names[at], allowed)
                break
        return _nearest(names, known)

    def _report_unknown(self, page: Page, row: Row, column: Column, value: str, allowed: list[str]) -> None:
        above = next(table for table in tables() if table.path == page.table.above)
        args = {"column": page.table.label(column), "sheet": above.title(), **spelling(value, allowed)}
        self._report("workbook.unknown_reference", self._place_of(page, row, column), **args)

    # -- items within items

    def _take_nested(self, page: Page) -> None:
        """Criteria: each names its track, and the heading above it, if any."""
        heading = next(column for column in page.table.columns if column.path == (_HEADING,))
        nodes = [(row, self._node(page, row), self._named(row, heading)) for row in page.rows]
        for row, node, _ in nodes:
            self._remember(node, page, row)
        known = self.found.get(page.table.path, {})
        parents: dict[int, _Node | None] = {}
        last: _Node | None = None
        for row, node, name in nodes:
            owner = known.get((name,)) if name else None
            if name and owner is None:
                self._report_heading(page, row, heading, name, list(known))
                owner = _nearest((name,), {key: other for key, other in known.items() if other is not node})
            if owner is not None and _is_within(owner, node, parents):
                if (name,) in known:
                    self._report("workbook.heading_circle", self._place_of(page, row, heading), value=name)
                owner = None
            parents[id(node)] = owner
            if owner is None:
                last = self._owner(page, row, last)
                owner = last
            if owner is not None:
                owner.lists.setdefault(page.table.path[-1:], []).append(node)

    def _report_heading(
        self, page: Page, row: Row, column: Column, name: str, known: list[tuple[str, ...]]
    ) -> None:
        args = {
            "column": page.table.label(column),
            "sheet": page.name,
            **spelling(name, [key[-1] for key in known]),
        }
        self._report("workbook.unknown_reference", self._place_of(page, row, column), **args)

    # -- fields of forms, as XLSForm writes groups

    def _take_fields(self, page: Page) -> None:
        kind = next(column for column in page.table.columns if column.kind == "field_type")
        opened: dict[int, list[_Node]] = {}
        form: _Node | None = None
        for row in page.rows:
            type_word = self._named(row, kind)
            if type_word in _ENDS and not any(self._named(row, column) for column in page.table.references):
                owner = form
            else:
                owner = form = self._owner(page, row, form)
            if owner is None:
                continue
            stack = opened.setdefault(id(owner), [])
            if type_word in _ENDS:
                self._close(page, row, kind, stack, _ENDS[type_word])
                continue
            node = _typed(self._node(page, row), type_word)
            holder, path = (stack[-1], ("fields",)) if stack else (owner, page.table.list_path)
            holder.lists.setdefault(path, []).append(node)
            if type_word in _BEGINS:
                stack.append(node)
        for stack in opened.values():
            for node in stack:
                self._report("workbook.never_ended", node.spots[("type",)].place, name=node.id)

    def _close(self, page: Page, row: Row, kind: Column, stack: list[_Node], ended: str) -> None:
        place = self._place_of(page, row, kind)
        if not stack:
            self._report("workbook.ends_nothing", place, value=f"end_{ended}")
        elif stack[-1].data["type"] != ended:
            open_node = stack.pop()
            self._report(
                "workbook.ends_other",
                place,
                value=f"end_{ended}",
                name=open_node.id,
                type=open_node.data["type"],
            )
        else:
            stack.pop()


def _typed(node: _Node, type_word: str) -> _Node:
    """The node with the type as the campaign file names it, and the list of choices on its own."""
    first, _, rest = type_word.partition(" ")
    if type_word in _BEGINS:
        node.data["type"] = _BEGINS[type_word]
    elif first in SELECTS:
        node.data["type"] = first
        if rest:
            node.data["choices"] = rest
    if ("type",) in node.spots:
        node.spots[("choices",)] = node.spots[("type",)]
    return node


def _is_unique(table: Table) -> bool:
    return any(column.path == (_HEADING,) for column in table.columns)


def _is_within(owner: _Node, node: _Node, parents: Mapping[int, _Node | None]) -> bool:
    """Whether ``owner`` is the node itself or somewhere below it."""
    here: _Node | None = owner
    while here is not None:
        if here is node:
            return True
        here = parents.get(id(here))
    return False


def _nearest(names: tuple[str, ...], known: Mapping[tuple[str, ...], _Node]) -> _Node | None:
    spelled = {"\n".join(key): node for key, node in known.items()}
    near = get_close_matches("\n".join(names), list(spelled), 1, 0.0)
    return spelled[near[0]] if near else None


def _put(data: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        data = data.setdefault(key, {})
    data[path[-1]] = value


def _complete_words(data: dict[str, Any], path: Path) -> None:
    here: Any = data
    for key in path:
        here = here.get(key) if isinstance(here, dict) else None
    if isinstance(here, dict) and "zh" in here:
        here.setdefault("en", here["zh"])


def _place(node: _Node, address: Address, spots: dict[Address, Spot]) -> dict[str, Any]:
    """Data of a node with everything in it; spots are entered under their addresses."""
    for path, spot in node.spots.items():
        if not any(part.startswith(REFERENCE) for part in path):
            spots.setdefault((*address, *path), spot)
    for path, nodes in node.lists.items():
        _put(node.data, path, [_place(part, (*address, *path, at), spots) for at, part in enumerate(nodes)])
    for path, lists in node.keyed.items():
        made = {}
        for name, nodes in lists.items():
            spots.setdefault((*address, *path, name), nodes[0].spots[(f"{REFERENCE}key",)])
            made[name] = [_place(part, (*address, *path, name, at), spots) for at, part in enumerate(nodes)]
        _put(node.data, path, made)
    return node.data
