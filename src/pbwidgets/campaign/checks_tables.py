"""Mistakes in the tables of a campaign: columns that hold nothing known, ids twice, cells of another kind."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pbwidgets.campaign.findings import Address, Finding, spelling, unknown
from pbwidgets.campaign.known import find_repeated_ids
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.tables import Table
from pbwidgets.intake.text import to_number

PLAIN: Final = ("text", "date", "number")
"""What a column may hold besides options of a choice list."""
_OWN: Final = ("id", "name", "name_zh", "name_en", "file", "cells")


def find_in_tables(campaign: Campaign) -> Iterator[Finding]:
    """Mistakes in all tables that are read: those in files were checked cell by cell when they were read."""
    for name, table in campaign.tables.items():
        address: Address = ("tables", name)
        if not table.rows:
            code = "table.not_read" if table.file is not None else "campaign.must_not_be_empty"
            yield Finding(code, address, {"value": table.file}, ((*address, "file"), (*address, "rows")))
        for column, holds in table.columns.items():
            here = (*address, "columns", column)
            if column in _OWN:
                yield Finding("campaign.reserved_id", here, {"value": column})
            if holds not in (*PLAIN, *campaign.choices):
                allowed = [*PLAIN, *campaign.choices]
                yield unknown("table.unknown_holding", here, holds, allowed, (("choices",),))
        yield from find_repeated_ids(table.rows, (*address, "rows"))
        yield from _find_in_cells(campaign, table, address)


def _find_in_cells(campaign: Campaign, table: Table, address: Address) -> Iterator[Finding]:
    for at, row in enumerate(table.rows):
        for column, value in (row.model_extra or {}).items():
            here = (*address, "rows", at, column)
            if column not in table.columns:
                yield unknown("table.unknown_column", here, column, table.columns, ((*address, "columns"),))
            elif value:
                yield from _find_in_cell(campaign, table.columns[column], value, here)


def _find_in_cell(campaign: Campaign, holds: str, value: str, address: Address) -> Iterator[Finding]:
    rests_on: tuple[Address, ...] = ((*address[:2], "columns"), ("choices",))
    if holds == "date" and not _is_day(value):
        yield Finding("table.no_date", address, {"value": value}, rests_on)
    if holds == "number" and to_number(value) is None:
        yield Finding("table.no_number", address, {"value": value}, rests_on)
    options = [option.id for option in campaign.choices.get(holds, ())]
    if holds not in PLAIN and options and value not in options:
        yield Finding(
            "table.not_option", address, {"column": address[-1], **spelling(value, options)}, rests_on
        )


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
