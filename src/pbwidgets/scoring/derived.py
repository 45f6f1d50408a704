"""Derived measures: numbers made from other measures of the same unit."""

from collections.abc import Iterable
from datetime import date
from functools import reduce

import numpy as np

from pbwidgets.campaign.derived import names_behind, order_derived
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.model import Campaign, Derived
from pbwidgets.scoring.arrays import Bools
from pbwidgets.scoring.conditions import compute_column
from pbwidgets.scoring.measures import MeasureColumn, MeasureTable


def derive_measures(
    campaign: Campaign, table: MeasureTable, today: date, changed: Iterable[str] | None = None
) -> MeasureTable:
    """Table of measures with a column for every derived one.

    It concerns the units that all its measures concern. Where its expression gives nothing it is missing, or not
    applicable if one of its measures is that.

    Parameters
    ----------
    campaign
        Definition.
    table
        All other measures of the register.
    today
        What ``today()`` gives: the day of the records within the period.
    changed
        Only those that rest on one of these measures are computed; by default all.
    """
    columns = dict(table.columns)
    wanted = None if changed is None else set(changed)
    for item in order_derived(campaign):
        if wanted is None or wanted & names_behind(campaign, [item.id]):
            columns[item.id] = _derive(item, MeasureTable(table.register, columns), today)
    return MeasureTable(table.register, columns)


def _derive(item: Derived, table: MeasureTable, today: date) -> MeasureColumn:
    size = len(table.register)
    inputs = {name: table.columns[name] for name in sorted(parse(item.expression).names)}
    parts = list(inputs.values())
    concerned: Bools = reduce(np.logical_and, (part.concerned for part in parts), np.ones(size, dtype=bool))
    values = compute_column(
        item.expression,
        {name: part.values for name, part in inputs.items()},
        size,
        today,
        options={name: part.options for name, part in inputs.items() if part.options},
    )
    unknown = concerned & np.isnan(values)
    not_applicable = unknown & reduce(
        np.logical_or, (part.not_applicable for part in parts), np.zeros(size, dtype=bool)
    )
    return MeasureColumn(
        values=np.where(concerned, values, np.nan),
        counts=np.where(concerned, sum((part.counts for part in parts), np.zeros(size, dtype=np.int64)), 0),
        missing=unknown & ~not_applicable,
        not_applicable=not_applicable,
        concerned=concerned,
    )
