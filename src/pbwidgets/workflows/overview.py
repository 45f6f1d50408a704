"""Who has handed in what, what is due, what waits and who is late: the answers behind the first page and the board.

Every list is cut to what the actor may ``view``. A deadline is that of the form's last phase; an exception
on record is the grace of one unit. *Punctual* is judged by the first hand-in: a correction that a reviewer
asked for makes nobody late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal

import pandas as pd

from pbwidgets.campaign import Campaign, Form, from_json
from pbwidgets.campaign.model import Phase
from pbwidgets.errors import RightsError
from pbwidgets.store import (
    Actor,
    Note,
    SubmissionKey,
    history,
    load_campaign_json,
    load_notes,
    open_periods,
)
from pbwidgets.store.progress import load_exceptions, load_progress
from pbwidgets.store.submissions import DRAFT, RETURNED, SUBMITTED, accepted
from pbwidgets.units import ancestors
from pbwidgets.workflows.filling import deadline
from pbwidgets.workflows.reviewing import review_levels
from pbwidgets.workflows.rights import authorise, scope_of, units_in_scope
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace

NOT_BEGUN: Final = "not_begun"
"""State of what a unit owes and nobody has begun."""

TO_DO: Final = (NOT_BEGUN, DRAFT, RETURNED)
"""States in which it is the filler's turn."""

AGGREGATES_ONLY: Final = ("analyst",)
"""Roles that see counts, never how a single unit is doing with its forms."""

Standing = Literal["open", "overdue", "on_time", "grace", "late"]
"""Beside the deadline: to come, missed; handed in before it, within an exception, or after both."""

GRID: Final = (
    "unit_code", "unit_name", "kind", "parent_code", "form_id", "state", "version", "standing", "until",
    "has_exception", "days_left", "first_submitted_at", "submitted_at", "last_activity", "reason",
    "field_path", "returned_by",
)  # fmt: skip
"""Columns of :func:`progress_grid`."""


@dataclass(frozen=True)
class PhaseOnDay:
    """A phase as it stands on a day.

    Attributes
    ----------
    standing
        ``past``, ``now`` or ``coming``.
    days
        Days until it ends (``now``, 0 on its last day) or begins (``coming``); 0 when past.
    """

    phase: Phase
    standing: Literal["past", "now", "coming"]
    days: int


def list_phases(opened: Opened, *, now: datetime | None = None) -> tuple[PhaseOnDay, ...]:
    """Phases of the period, in the order of the campaign, as they stand now."""
    day = _day(now)
    return tuple(_on_day(phase, day) for phase in opened.campaign.period(opened.period_id).phases)


def units_in_view(workspace: Workspace, actor: Actor, opened: Opened) -> pd.DataFrame:
    """Units that the actor may look at, columns ``UNITS``.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for a role that looks at no units.
    """
    return units_in_scope(actor, "view", workspace.units(opened.day(_day(None))))


def progress_grid(
    workspace: Workspace, actor: Actor, opened: Opened, *, now: datetime | None = None
) -> pd.DataFrame:
    """One row for each form that a unit in view owes: how far it has come, and whether in time.

    Logs (``occurrence: many``), surveys and what a review level fills in are owed by nobody and do not appear.

    Parameters
    ----------
    workspace, actor, opened
        Where, who looks, and at which campaign.
    now
        Moment of looking, with its zone; by default the present one.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`GRID`: ``standing`` is a :data:`Standing`; ``until`` the moment (UTC) at which it
        closes for this unit, None without a phase; ``days_left`` whole days, 0 on the last one, negative
        after it.

    Raises
    ------
    RightsError
        As :func:`units_in_view`; ``workflows.not_allowed`` for an analyst, who sees aggregates only
        (:func:`progress_by_part`).
    """
    if actor.role in AGGREGATES_ONLY:
        raise RightsError("workflows.not_allowed", role=actor.role, action="view")
    return _grid(workspace, actor, opened, now)


def _grid(workspace: Workspace, actor: Actor, opened: Opened, now: datetime | None) -> pd.DataFrame:
    units = units_in_view(workspace, actor, opened)
    moment = now or datetime.now(UTC)
    campaign_id, period_id = opened.campaign.id, opened.period_id
    with workspace.store.read() as reader:
        done = load_progress(reader, campaign_id, period_id, _codes(units, actor))
        exceptions = load_exceptions(reader, campaign_id, period_id)
    found = {
        (row["form_id"], row["unit_code"]): row for row in done.to_dict("records") if not row["occurrence"]
    }
    rows = [
        _owed(opened, form, unit, found.get((form.id, unit["unit_code"])), exceptions, moment)
        for form in opened.campaign.forms
        if is_owed(form)
        for unit in units[units["kind"] == form.unit_kind].to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(GRID), dtype=object)


def due_forms(
    workspace: Workspace, actor: Actor, opened: Opened, *, now: datetime | None = None
) -> pd.DataFrame:
    """Forms that the actor's own unit still has to hand in, the most urgent first; columns :data:`GRID`.

    A form whose phase has not begun is not due. Others than fillers have nothing due.

    Raises
    ------
    RightsError
        As :func:`units_in_view`.
    """
    owed = progress_grid(workspace, actor, opened, now=now)
    begun = {form.id for form in opened.campaign.forms if _begun(opened, form.id, _day(now))}
    mine = owed[
        (owed["unit_code"] == actor.unit_code)
        & owed["state"].isin(TO_DO)
        & owed["form_id"].isin(begun)
        & (actor.role == "filler")
    ]
    return mine.sort_values("until", key=_no_end_last, kind="stable").reset_index(drop=True)


def late_units(
    workspace: Workspace, actor: Actor, opened: Opened, *, now: datetime | None = None
) -> pd.DataFrame:
    """Units below the actor's that missed a deadline, the latest first: a list to call through.

    Columns :data:`GRID`, with ``days_late`` (at least 1). A unit whose exception still runs is not late.

    Raises
    ------
    RightsError
        As :func:`units_in_view`.
    """
    owed = progress_grid(workspace, actor, opened, now=now)
    late = owed[(owed["standing"] == "overdue") & (owed["unit_code"] != actor.unit_code)]
    counted = late.assign(days_late=[max(1, -int(days)) for days in late["days_left"]])
    return counted.sort_values(["days_late", "unit_code"], ascending=[False, True]).reset_index(drop=True)


def awaiting_review(
    workspace: Workspace, actor: Actor, opened: Opened, *, now: datetime | None = None
) -> pd.DataFrame:
    """How many submissions wait for the actor's level, by form and level: form_id, level_id, count, days.

    ``days`` is how long the oldest has waited. Empty for those who review nothing.

    Raises
    ------
    RightsError
        As :func:`units_in_view`.
    """
    units = units_in_view(workspace, actor, opened)
    day = _day(now)
    with workspace.store.read() as reader:
        done = load_progress(reader, opened.campaign.id, opened.period_id, _codes(units, actor))
    rows = []
    for form in opened.campaign.forms:
        of_form = done[done["form_id"] == form.id]
        for state, level_id in _turns(opened.campaign, form):
            waiting = of_form[(of_form["state"] == state) & _seated(actor, opened, units, of_form, level_id)]
            if len(waiting):
                since = min(waiting["submitted_at"]).astimezone(ZONE).date()
                rows.append((form.id, level_id, len(waiting), (day - since).days))
    return pd.DataFrame(rows, columns=["form_id", "level_id", "count", "days"])


def progress_by_part(
    workspace: Workspace, actor: Actor, opened: Opened, *, now: datetime | None = None
) -> pd.DataFrame:
    """Counts for each part of the campaign and form: part_code, form_id, owed, handed_in, overdue.

    Parts are the units by which the campaign is cut (``partition_by``). Nothing of a single unit shows, so
    this is what an analyst may see.

    Raises
    ------
    RightsError
        As :func:`units_in_view`.
    """
    owed = _grid(workspace, actor, opened, now)
    part = ancestors(workspace.units(opened.day(_day(now))), opened.campaign.partition_by)
    cut = owed.assign(
        part_code=owed["unit_code"].map(part).astype(object),
        handed_in=(~owed["state"].isin(TO_DO)).astype(int),
        overdue=(owed["standing"] == "overdue").astype(int),
        owed=1,
    )
    groups = cut.groupby(["part_code", "form_id"], sort=False)[["owed", "handed_in", "overdue"]].sum()
    return groups.reset_index()


def unit_steps(workspace: Workspace, actor: Actor, opened: Opened, unit_code: str) -> pd.DataFrame:
    """Every step that a unit's submissions have taken, newest first; who took it is not said.

    Returns
    -------
    pandas.DataFrame
        form_id, occurrence, version, cause, state, level, made_at, reason.

    Raises
    ------
    RightsError
        If the unit is not in the actor's view, or the actor sees aggregates only.
    """
    _check_unit_in_view(workspace, actor, opened, unit_code)
    with workspace.store.read() as reader:
        done = load_progress(reader, opened.campaign.id, opened.period_id, {unit_code})
        rows = [
            (row["form_id"], row["occurrence"], step.version, step.cause, step.state, step.level,
             step.made_at, step.reason)
            for row in done.to_dict("records")
            for step in history(reader, _key(opened, row, unit_code))
        ]  # fmt: skip
    columns = ["form_id", "occurrence", "version", "cause", "state", "level", "made_at", "reason"]
    steps = pd.DataFrame(rows, columns=columns, dtype=object)
    return steps.sort_values(["made_at", "version"], ascending=False).reset_index(drop=True)


def unit_notes(workspace: Workspace, actor: Actor, opened: Opened, unit_code: str) -> tuple[Note, ...]:
    """Running record of a unit, by day.

    Raises
    ------
    RightsError
        As :func:`unit_steps`.
    """
    _check_unit_in_view(workspace, actor, opened, unit_code)
    with workspace.store.read() as reader:
        return load_notes(reader, opened.campaign.id, opened.period_id, unit_code)


def open_campaigns(workspace: Workspace) -> tuple[tuple[Campaign, str], ...]:
    """Campaigns that are open, each with its period, the one opened last at the end."""
    with workspace.store.read() as reader:
        periods = open_periods(reader)
        return tuple(
            (from_json(load_campaign_json(reader, item.campaign_id, item.version)), item.period_id)
            for item in periods
        )


def is_owed(form: Form) -> bool:
    """Whether every unit of the form's kind has to hand it in: once, by itself."""
    return form.occurrence == "once" and form.filled_by is None and form.survey is None


def _check_unit_in_view(workspace: Workspace, actor: Actor, opened: Opened, unit_code: str) -> None:
    if actor.role in AGGREGATES_ONLY:
        raise RightsError("workflows.not_allowed", role=actor.role, action="view")
    authorise(actor, "view", unit_code, workspace.units(opened.day(_day(None))))


def _key(opened: Opened, row: Mapping[Any, Any], unit_code: str) -> SubmissionKey:
    return SubmissionKey(
        opened.campaign.id, opened.period_id, row["form_id"], unit_code, int(row["occurrence"])
    )


# -- one row -------------------------------------------------------------------------------------------


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
    return {
        "unit_code": unit["unit_code"],
        "unit_name": unit["unit_name"],
        "kind": unit["kind"],
        "parent_code": unit["parent_code"],
        "form_id": form.id,
        "state": state,
        "version": 0 if done is None else done["version"],
        "standing": _standing(state in TO_DO, first, due, until, now),
        "until": until,
        "has_exception": until != due,
        "days_left": None if until is None else _days_left(until, now),
        "first_submitted_at": first,
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


def _days_left(until: datetime, now: datetime) -> int:
    last_day = (until - timedelta(microseconds=1)).astimezone(ZONE).date()
    return (last_day - now.astimezone(ZONE).date()).days


# -- phases and levels ---------------------------------------------------------------------------------


def _day(now: datetime | None) -> date:
    return (now or datetime.now(UTC)).astimezone(ZONE).date()


def _on_day(phase: Phase, day: date) -> PhaseOnDay:
    if day > phase.ends:
        return PhaseOnDay(phase, "past", 0)
    if day < phase.begins:
        return PhaseOnDay(phase, "coming", (phase.begins - day).days)
    return PhaseOnDay(phase, "now", (phase.ends - day).days)


def _begun(opened: Opened, form_id: str, day: date) -> bool:
    begins = [
        phase.begins for phase in opened.campaign.period(opened.period_id).phases if form_id in phase.forms
    ]
    return not begins or min(begins) <= day


def _turns(campaign: Campaign, form: Form) -> tuple[tuple[str, str], ...]:
    """State and level that acts on it, lowest first."""
    levels = review_levels(campaign, form)
    states = (SUBMITTED, *(accepted(level) for level in levels))
    return tuple(zip(states, levels, strict=False))


def _seated(
    actor: Actor, opened: Opened, units: pd.DataFrame, rows: pd.DataFrame, level_id: str
) -> "pd.Series[bool]":
    """Which submissions the actor reviews at a level."""
    if actor.role == "operator":
        return pd.Series(True, index=rows.index)
    if actor.role != "reviewer":
        return pd.Series(False, index=rows.index)
    kind = next(level.unit_kind for level in opened.campaign.review_levels if level.id == level_id)
    seat = ancestors(units, kind)
    return (rows["unit_code"].map(seat) == actor.unit_code).fillna(False).astype(bool)


def _codes(units: pd.DataFrame, actor: Actor) -> set[str] | None:
    """Codes to ask the store for; None where the actor sees everything."""
    everywhere = scope_of(actor.role, "view") == "everywhere"
    return None if everywhere else set(units["unit_code"])


def _no_end_last(until: "pd.Series[Any]") -> "pd.Series[Any]":
    far = datetime.combine(date.max, time(), UTC)
    return until.map(lambda moment: moment or far)
