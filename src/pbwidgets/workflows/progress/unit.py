"""What one unit has done so far: its steps and its running record."""

import pandas as pd

from pbwidgets.errors import RightsError
from pbwidgets.store import Note, history, load_decisions, load_notes
from pbwidgets.store.progress import load_progress
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import day_of
from pbwidgets.workflows.progress.grid import AGGREGATES_ONLY


def unit_steps(desk: Desk, unit_code: str) -> pd.DataFrame:
    """Every step in the history of a unit's submissions, newest first, without who took it.

    Returns
    -------
    pandas.DataFrame
        form_id, occurrence, version, cause, state, level, made_at, reason.

    Raises
    ------
    RightsError
        If the unit is not in the actor's view, or the actor sees aggregates only.
    """
    _check_unit_in_view(desk, unit_code)
    with desk.workspace.store.read() as reader:
        done = load_progress(reader, *desk.opened.key, {unit_code}, revision=desk.opened.closed_head)
        rows = [
            (row["form_id"], row["occurrence"], step.version, step.cause, step.state, step.level,
             step.made_at, step.reason)
            for row in done.to_dict("records")
            for step in history(reader, desk.opened.submission_key(row["form_id"], unit_code, int(row["occurrence"])))
        ]  # fmt: skip
    columns = ["form_id", "occurrence", "version", "cause", "state", "level", "made_at", "reason"]
    steps = pd.DataFrame(rows, columns=columns, dtype=object)
    return steps.sort_values(["made_at", "version"], ascending=False).reset_index(drop=True)


def unit_notes(desk: Desk, unit_code: str) -> tuple[Note, ...]:
    """Running record of a unit, ordered by day.

    Raises
    ------
    RightsError
        As :func:`unit_steps`.
    """
    _check_unit_in_view(desk, unit_code)
    with desk.workspace.store.read() as reader:
        return load_notes(reader, *desk.opened.key, unit_code)


def unit_decisions(desk: Desk, unit_code: str) -> pd.DataFrame:
    """Decisions in force on a unit, in the order of the tracks and lists; columns ``DECISIONS``.

    A unit itself sees them from the day on which it sees its score sheet, if the period sets one.

    Raises
    ------
    RightsError
        As :func:`unit_steps`.
    """
    _check_unit_in_view(desk, unit_code)
    with desk.workspace.store.read() as reader:
        decided = load_decisions(reader, *desk.opened.key)
    begins = desk.opened.period.visible_from
    waits = desk.actor.role == "filler" and begins is not None and day_of(desk.now) < begins
    own = decided[(decided["unit_code"] == unit_code) & (not waits)]
    campaign = desk.opened.campaign
    ids = (*(track.id for track in campaign.tracks), *(one.id for one in campaign.lists))
    order = {decided_id: place for place, decided_id in enumerate(ids)}
    return own.sort_values("track_id", key=lambda ids: ids.map(order)).reset_index(drop=True)


def _check_unit_in_view(desk: Desk, unit_code: str) -> None:
    if desk.actor.role in AGGREGATES_ONLY:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    desk.authorise("view", unit_code)
