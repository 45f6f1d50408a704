"""What was handed in, is due, waits for review or is late: the data behind the home page and the board.

Every list is limited to what the actor may ``view``. A form's deadline is that of its last phase; an exception
on record gives one unit extra time. Punctuality is judged by the first hand-in: a correction that a reviewer
asked for does not make a unit late.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal

import pandas as pd

from pbwidgets.campaign import Campaign, Form
from pbwidgets.errors import RightsError
from pbwidgets.store import Actor
from pbwidgets.store.progress import load_exceptions, load_progress
from pbwidgets.store.submissions import DRAFT, NOT_BEGUN, RETURNED, SUBMITTED, accepted
from pbwidgets.units import partitions
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.desk import Desk, find_in_scope
from pbwidgets.workflows.ground.rights import scope_of
from pbwidgets.workflows.ground.seats import find_seats, review_levels
from pbwidgets.workflows.ground.workspace import ZONE, Opened, day_of

TO_DO: Final = (NOT_BEGUN, DRAFT, RETURNED)
"""States in which it is the filler's turn."""
AGGREGATES_ONLY: Final = ("analyst",)
"""Roles that see counts, never the forms of a single unit."""
Standing = Literal["open", "overdue", "on_time", "grace", "late"]
"""Relative to the deadline: not yet due, missed, handed in before it, within an exception, or after both."""
GRID: Final = (
    "unit_code", "unit_name", "kind", "parent_code", "form_id", "state", "version", "standing", "until",
    "has_exception", "days_left", "first_submitted_at", "submitted_at", "last_activity", "reason",
    "field_path", "returned_by", "standing_version",
)  # fmt: skip
"""Columns of :func:`progress_grid`."""


def awaits_filler(owed: Mapping[Any, Any]) -> bool:
    """Whether a form, a row of :func:`progress_grid`, is still to be handed in and its deadline has not passed."""
    return owed["state"] in TO_DO and owed["standing"] != "overdue"


def units_in_view(desk: Desk) -> pd.DataFrame:
    """Units that the actor may view, columns ``UNITS``.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for a role that may view no units.
    """
    return find_in_scope(desk, "view")


def progress_grid(desk: Desk) -> pd.DataFrame:
    """State and punctuality of every form owed by the units in view, one row each.

    Logs (``occurrence: many``), surveys and forms that a review level fills in are owed by nobody and left out.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`GRID`: ``standing`` is a :data:`Standing`; ``until`` the moment (UTC) at which the form
        closes for this unit, None without a phase; ``days_left`` whole days, 0 on the last day, negative
        after it.

    Raises
    ------
    RightsError
        As :func:`units_in_view`; ``workflows.not_allowed`` for an analyst, who sees aggregates only
        (:func:`progress_by_part`).
    """
    if desk.actor.role in AGGREGATES_ONLY:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    return _grid(desk)


def _grid(desk: Desk, *, with_returned: bool = False) -> pd.DataFrame:
    """Rows of :func:`progress_grid`; with entries of logs that were returned, and the number of each entry."""
    units = units_in_view(desk)
    with desk.workspace.store.read() as reader:
        done = load_progress(
            reader, *desk.opened.key, _codes(units, desk.actor), revision=desk.opened.closed_head
        )
        exceptions = load_exceptions(reader, *desk.opened.key)
    found = {
        (row["form_id"], row["unit_code"]): row for row in done.to_dict("records") if not row["occurrence"]
    }
    rows = [
        _owed(desk.opened, form, unit, found.get((form.id, unit["unit_code"])), exceptions, desk.now)
        for form in desk.opened.campaign.forms
        if form.is_owed
        for unit in units[units["kind"].isin(form.unit_kind)].to_dict("records")
    ]
    owed = pd.DataFrame(rows, columns=list(GRID), dtype=object)
    if not with_returned:
        return owed
    named = {unit["unit_code"]: unit for unit in units.to_dict("records")}
    forms = {form.id: form for form in desk.opened.campaign.forms if form.filled_by is None}
    returned = [
        {
            **_owed(desk.opened, forms[row["form_id"]], named[row["unit_code"]], row, exceptions, desk.now),
            "occurrence": row["occurrence"],
        }
        for row in done[done["occurrence"].astype(bool) & (done["state"] == RETURNED)].to_dict("records")
        if row["form_id"] in forms and row["unit_code"] in named
    ]
    more = pd.DataFrame(returned, columns=[*GRID, "occurrence"], dtype=object)
    return pd.concat([owed.assign(occurrence=0), more], ignore_index=True)


def list_to_do(desk: Desk) -> pd.DataFrame:
    """Forms that the units in view still have to hand in or to correct, and entries of logs that were returned.

    A form whose phase has not begun is not due.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`GRID` and ``occurrence``.

    Raises
    ------
    RightsError
        As :func:`progress_grid`.
    """
    if desk.actor.role in AGGREGATES_ONLY:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    today = day_of(desk.now)
    begun = {form.id for form in desk.opened.campaign.forms if _begun(desk.opened, form.id, today)}
    owed = _grid(desk, with_returned=True)
    return owed[owed["state"].isin(TO_DO) & owed["form_id"].isin(begun)].reset_index(drop=True)


def awaiting_review(desk: Desk) -> pd.DataFrame:
    """Number of submissions waiting for the actor's level, by form and level: form_id, level_id, count, days.

    ``days`` is how long the oldest has waited. Empty for roles that review nothing.

    Raises
    ------
    RightsError
        As :func:`units_in_view`.
    """
    units, seats = units_in_view(desk), find_seats(desk)
    reviews = desk.actor.role in ("reviewer", "operator")
    with desk.workspace.store.read() as reader:
        done = load_progress(
            reader, *desk.opened.key, _codes(units, desk.actor), revision=desk.opened.closed_head
        )
    rows = []
    for form in desk.opened.campaign.forms if reviews else ():
        of_form = done[done["form_id"] == form.id]
        for state, level_id in _turns(desk.opened.campaign, form):
            mine = of_form["unit_code"].map(partial(seats.has, level_id)).astype(bool)
            waiting = of_form[mine & (of_form["state"] == state)]
            if len(waiting):
                since = day_of(min(waiting["submitted_at"]))
                rows.append((form.id, level_id, len(waiting), (day_of(desk.now) - since).days))
    return pd.DataFrame(rows, columns=["form_id", "level_id", "count", "days"])


def progress_by_part(desk: Desk) -> pd.DataFrame:
    """Counts for each part of the campaign and form: part_code, form_id, owed, handed_in, overdue.

    Parts are the units by which the campaign is partitioned (``partition_by``); a unit outside all of them is a part
    of its own. No single unit is visible otherwise, so an analyst may see this.

    Raises
    ------
    RightsError
        As :func:`units_in_view`.
    """
    owed = _grid(desk)
    part = partitions(desk.units, desk.opened.campaign.partition_by)
    cut = owed.assign(
        part_code=owed["unit_code"].map(part).astype(object),
        handed_in=(~owed["state"].isin(TO_DO) | owed["standing_version"].notna()).astype(int),
        overdue=(owed["standing"] == "overdue").astype(int),
        owed=1,
    )
    groups = cut.groupby(["part_code", "form_id"], sort=False)[["owed", "handed_in", "overdue"]].sum()
    return groups.reset_index()


def _owed(
    opened: Opened,
    form: Form,
    unit: Mapping[Any, Any],
    done: Mapping[Any, Any] | None,
    exceptions: Mapping[tuple[str, str], datetime],
    now: datetime,
) -> dict[str, Any]:
    due = deadline(opened, form.id)
    exception = exceptions.get((form.id, unit["unit_code"]))
    until = exception if due is not None and exception is not None and exception > due else due
    state = NOT_BEGUN if done is None else done["state"]
    first = None if done is None else done["first_submitted_at"]
    stands = None if done is None else done["standing_version"]
    return {
        "unit_code": unit["unit_code"],
        "unit_name": unit["unit_name"],
        "kind": unit["kind"],
        "parent_code": unit["parent_code"],
        "form_id": form.id,
        "state": state,
        "version": 0 if done is None else done["version"],
        "standing": _standing(state in TO_DO and stands is None, first, due, until, now),
        "until": until,
        "has_exception": until != due,
        "days_left": None if until is None else _days_left(until, now),
        "first_submitted_at": first,
        "standing_version": stands,
        **{
            name: None if done is None else done[name]
            for name in ("submitted_at", "last_activity", "reason", "field_path", "returned_by")
        },
    }


def _standing(
    to_do: bool, first: datetime | None, due: datetime | None, until: datetime | None, now: datetime
) -> Standing:
    if to_do or first is None:
        return "overdue" if to_do and until is not None and now >= until else "open"
    if due is None or first < due:
        return "on_time"
    return "grace" if until is not None and first < until else "late"


def last_day(until: datetime) -> date:
    """Last day of something that ends at a moment, in Asia/Shanghai."""
    return (until - timedelta(microseconds=1)).astimezone(ZONE).date()


def _days_left(until: datetime, now: datetime) -> int:
    return (last_day(until) - day_of(now)).days


def _begun(opened: Opened, form_id: str, day: date) -> bool:
    begins = [phase.begins for phase in opened.period.phases if form_id in phase.forms]
    return not begins or min(begins) <= day


def _turns(campaign: Campaign, form: Form) -> tuple[tuple[str, str], ...]:
    """States, each with the level that acts on it, lowest first."""
    levels = review_levels(campaign, form)
    states = (SUBMITTED, *(accepted(level) for level in levels))
    return tuple(zip(states, levels, strict=False))


def _codes(units: pd.DataFrame, actor: Actor) -> set[str] | None:
    """Unit codes to ask the store for; None if the actor sees everything."""
    everywhere = scope_of(actor.role, "view") == "everywhere"
    return None if everywhere else set(units["unit_code"])
