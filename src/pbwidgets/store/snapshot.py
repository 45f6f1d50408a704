"""All that scoring reads, from the store at one moment."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select

from pbwidgets.scoring.frames import SUBMISSIONS, Records, to_frame
from pbwidgets.store.class_decisions import load_class_decisions
from pbwidgets.store.decisions import load_decisions
from pbwidgets.store.engine import Reader
from pbwidgets.store.nominations import load_allotments, load_nominations
from pbwidgets.store.ratings import load_ratings
from pbwidgets.store.tables import submissions
from pbwidgets.store.units import load_units
from pbwidgets.store.vetoes import load_vetoes
from pbwidgets.units import units_as_of

ToRows = Callable[[str, Mapping[str, Any]], Iterable[tuple[str, int, str]]]
"""From a form's id and its answers to rows of field, row of the repeat, canonical text."""


def read_records(
    r: Reader,
    campaign_id: str,
    period_id: str,
    *,
    forms: Mapping[str, str | None],
    sensitive: Collection[tuple[str, str]],
    counts: Collection[str] | Mapping[str, Collection[str]],
    as_of: date,
    take_part: Callable[[pd.DataFrame], pd.DataFrame],
    to_rows: ToRows,
) -> Records:
    """Records of one campaign and period at one moment, without sensitive fields.

    A submission counts by its state *now*: one that was accepted and then returned, or whose
    acceptance was undone, no longer counts.

    Parameters
    ----------
    forms
        The campaign's forms, each with its track, or None for a form outside all tracks. Submissions of
        other forms are left out.
    sensitive
        Form and field path of each answer that must not leave the store.
    counts
        States that count, for all forms or for each: a form that nobody reviews counts when submitted.
    as_of
        Day of the records, and of the register: only units that exist on it.
    take_part
        Gives the units of the register that take part.
    to_rows
        Turns answers into rows.
    """
    track_forms = [form_id for form_id, track_id in forms.items() if track_id is not None]
    return Records(
        units=take_part(units_as_of(load_units(r), as_of)),
        submissions=_read_submissions(r, campaign_id, period_id, forms, set(sensitive), counts, to_rows),
        ratings=load_ratings(r, campaign_id, period_id, track_forms),
        vetoes=load_vetoes(r, campaign_id, period_id),
        nominations=load_nominations(r, campaign_id, period_id),
        allotments=load_allotments(r, campaign_id, period_id),
        decisions=load_decisions(r, campaign_id, period_id),
        class_decisions=load_class_decisions(r, campaign_id),
        day=as_of,
    )


def _read_submissions(
    r: Reader,
    campaign_id: str,
    period_id: str,
    forms: Mapping[str, str | None],
    sensitive: set[tuple[str, str]],
    counts: Collection[str] | Mapping[str, Collection[str]],
    to_rows: ToRows,
) -> pd.DataFrame:
    table = submissions.c
    query = (
        select(table.form_id, table.unit_code, table.occurrence, table.version, table.state, table.answers)
        .where(table.campaign_id == campaign_id, table.period_id == period_id, table.version > 0)
        .order_by(table.id)
    )
    columns: dict[str, list[Any]] = {name: [] for name in SUBMISSIONS if name not in ("campaign", "period")}
    for form_id, unit_code, occurrence, version, state, answers in r.conn.execute(query):
        counting = counts.get(form_id, ()) if isinstance(counts, Mapping) else counts
        if form_id not in forms or state not in counting:
            continue
        for field_path, row, value in to_rows(form_id, answers):
            if (form_id, field_path) in sensitive:
                continue
            values = (forms[form_id], form_id, unit_code, occurrence, version, field_path, row, value, state)
            for column, item in zip(columns.values(), values, strict=True):
                column.append(item)
    made = pd.DataFrame(columns)
    return to_frame(made.assign(campaign=campaign_id, period=period_id), SUBMISSIONS)
