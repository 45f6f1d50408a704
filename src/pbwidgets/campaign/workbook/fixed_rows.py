"""Tables of a campaign as sheets have them: a list of tables with ids, rows with a cell of pairs for their columns."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from pbwidgets.campaign.definition import Definition, Text
from pbwidgets.campaign.findings import Address
from pbwidgets.campaign.tables import RowId

TABLES = "tables"


class ListedRow(Definition):
    """One row of a table."""

    id: RowId
    name: Text
    cells: dict[str, str] = Field(default={})


class ListedTable(Definition):
    """A table with its id, which a campaign file has before it."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    file: str | None = None
    columns: dict[str, str] = Field(default={})
    rows: tuple[ListedRow, ...] = ()


def list_tables(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data of a campaign with its tables as a list.

    >>> list_tables({"tables": {"a": {"rows": [{"id": "x", "name": "甲", "due": "2026-12-01"}]}}})
    {'tables': [{'id': 'a', 'rows': [{'id': 'x', 'name': '甲', 'cells': {'due': '2026-12-01'}}]}]}
    """
    if TABLES not in data:
        return dict(data)
    listed = [
        {"id": name, **table, "rows": [_with_cells(row) for row in table.get("rows", ())]}
        for name, table in data[TABLES].items()
    ]
    return {**data, TABLES: listed}


def _with_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: row[key] for key in ("id", "name") if key in row}
    return {**own, "cells": {key: value for key, value in row.items() if key not in own and value != ""}}


def name_tables(data: dict[str, Any]) -> dict[Address, Address]:
    """Put the tables of gathered data under their ids; returns the addresses that changed, old and new.

    A table without an id, or with one that is taken, keeps its number, which then is refused as an id.
    """
    if TABLES not in data:
        return {}
    named: dict[str, Any] = {}
    moved: dict[Address, Address] = {}
    for at, table in enumerate(data[TABLES]):
        name = table.pop("id", None) or str(at + 1)
        name = str(at + 1) if name in named else name
        moved[TABLES, at] = (TABLES, name)
        for number, row in enumerate(table.get("rows", ())):
            for key in (cells := row.pop("cells", {})):
                moved.setdefault((TABLES, at, "rows", number, "cells"), (TABLES, name, "rows", number, key))
            row.update(cells)
        named[name] = table
    data[TABLES] = named
    return moved
