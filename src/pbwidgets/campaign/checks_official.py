"""Mistakes in where the answers of a form are in an official table: places that are none, twice, or of no field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import find_repeated_ids
from pbwidgets.campaign.model import Campaign, Field, Form, OfficialArea, OfficialTable
from pbwidgets.campaign.names import places
from pbwidgets.intake.workbook import find_cell

_NOT_WRITTEN: Final = ("calculate", "image", "file")
"""Fields whose answers nobody writes into a cell."""


@dataclass(frozen=True)
class Block:
    """Cells of a sheet: first and last row and column, from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: "Block") -> bool:
        """Whether they have a cell in common.

        >>> Block(0, 0, 1, 1).meets(Block(1, 1, 4, 4)), Block(0, 0, 1, 1).meets(Block(2, 0, 2, 0))
        (True, False)
        """
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right


def find_block(place: str) -> Block | None:
    """Cells of an area or of one cell; None for what is neither, or reaches backwards.

    >>> find_block("A9:F30"), find_block("B3"), find_block("F30:A9")
    (Block(top=8, left=0, bottom=29, right=5), Block(top=2, left=1, bottom=2, right=1), None)
    """
    first, _, last = place.partition(":")
    begin, end = find_cell(first), find_cell(last or first)
    if begin is None or end is None or begin[0] > end[0] or begin[1] > end[1]:
        return None
    return Block(*begin, *end)


def find_in_official_tables(campaign: Campaign) -> Iterator[Finding]:
    """Mistakes in the official tables of all forms."""
    for at, form in enumerate(campaign.forms):
        address: Address = ("forms", at, "official_tables")
        yield from find_repeated_ids(form.official_tables, address)
        if form.official_tables and form.survey is not None:
            args = {"what": "official_tables"}
            yield Finding("campaign.not_in_survey", address, args, (("forms", at, "survey"),))
        for which, table in enumerate(form.official_tables):
            yield from _find_in_table(form, table, (*address, which))


def _find_in_table(form: Form, table: OfficialTable, address: Address) -> Iterator[Finding]:
    if not table.cells and not table.areas:
        yield Finding("campaign.official_table_empty", address, {"id": table.id})
    outside = {place.path: place.field for place in places(form) if not place.repeat and place.is_leaf}
    for name in table.cells:
        yield from _find_in_field(name, outside, (*address, "cells", name))
    repeats = {place.path: place.field for place in places(form) if place.field.type == "repeat"}
    for at, area in enumerate(table.areas):
        here = (*address, "areas", at)
        if area.field not in repeats:
            yield unknown("campaign.unknown_field", (*here, "field"), area.field, repeats)
        else:
            inner = {
                path.rpartition("/")[2]: field
                for path, field in form.leaves()
                if path.startswith(f"{area.field}/")
            }
            for name in area.columns:
                yield from _find_in_field(name, inner, (*here, "columns", name))
        yield from _find_in_area(area, here)
    yield from _find_overlaps(table, address)


def _find_in_field(name: str, known: Mapping[str, Field], address: Address) -> Iterator[Finding]:
    if name not in known:
        yield unknown("campaign.unknown_field", address, name, known)
    elif (kind := known[name].type) in _NOT_WRITTEN:
        yield Finding("campaign.official_not_written", address, {"field": name, "type": kind})


def _find_in_area(area: OfficialArea, address: Address) -> Iterator[Finding]:
    """Columns that are none, outside the area, or of two fields."""
    block = find_block(area.range) if ":" in area.range else None
    if not area.columns:
        yield Finding("campaign.must_not_be_empty", (*address, "columns"))
    taken: dict[str, str] = {}
    for name, letters in area.columns.items():
        here = (*address, "columns", name)
        cell = find_cell(f"{letters}1")
        if cell is None:
            yield Finding("campaign.official_column", here, {"value": letters})
        elif block is not None and not block.left <= cell[1] <= block.right:
            args = {"value": letters, "range": area.range}
            yield Finding("campaign.official_outside", here, args, ((*address, "range"),))
        if letters in taken:
            args = {"value": letters, "first": taken[letters], "second": name}
            yield Finding("campaign.official_twice", here, args)
        taken.setdefault(letters, name)


def _find_overlaps(table: OfficialTable, address: Address) -> Iterator[Finding]:
    """Places that are none, and cells of two things: what stands in them would mean both."""
    taken: list[tuple[str, Block]] = []
    for place, what, here in _places_of(table, address):
        block = find_block(place)
        is_area = here[-1] == "range"
        if block is None or (":" in place) != is_area:
            code = "campaign.official_range" if is_area else "campaign.official_cell"
            yield Finding(code, here, {"value": place})
            continue
        other = next((name for name, earlier in taken if earlier.meets(block)), None)
        if other is not None:
            yield Finding("campaign.official_twice", here, {"value": place, "first": other, "second": what})
        taken.append((what, block))


def _places_of(table: OfficialTable, address: Address) -> Iterator[tuple[str, str, Address]]:
    """Each place with what is there and the address of its declaration."""
    if table.unit is not None:
        yield table.unit, "unit", (*address, "unit")
    for place in table.expects:
        yield place, "expects", (*address, "expects", place)
    for name, place in table.cells.items():
        yield place, name, (*address, "cells", name)
    for at, area in enumerate(table.areas):
        yield area.range, area.field, (*address, "areas", at, "range")
