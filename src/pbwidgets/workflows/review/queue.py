"""The queue of a reviewer: submissions in their scope, whose turn it is, and how far they have marked them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import pandas as pd

from pbwidgets.campaign import Form
from pbwidgets.scoring.raters import find_ranges
from pbwidgets.store import load_ratings, load_recusals
from pbwidgets.store.progress import load_progress
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import units_in_scope
from pbwidgets.workflows.ground.seats import Seats, acting_level, find_seats, lines_to_mark, review_levels
from pbwidgets.workflows.ground.workspace import Opened, day_of

Stage = Literal["mine", "below", "above", "filler", "done"]
"""Whose turn it is: the actor's own level, a level below it, a level above it, the filler, nobody."""
STAGES: Final = ("mine", "below", "above", "filler", "done")
QUEUE: Final = (
    "form_id", "unit_code", "unit_name", "parent_code", "parent_name", "occurrence", "state", "version",
    "level", "stage", "submitted_at", "days_waiting", "lines", "marked", "stale", "recused",
)  # fmt: skip
"""Columns of :func:`review_queue`."""


def review_queue(desk: Desk) -> pd.DataFrame:
    """One row per submission in scope that was ever handed in, those waiting longest for the actor first.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`QUEUE`: ``level`` is the one whose turn it is, or empty; ``stage`` a :data:`Stage`;
        ``days_waiting`` whole days since the last hand-in; ``lines`` how many lines of the unit's score sheet the
        actor marks, ``marked`` how many they have marked, ``stale`` how many of these are based on older answers.

    Raises
    ------
    RightsError
        ``workflows.not_allowed``, ``workflows.out_of_scope``.
    """
    units = desk.units
    inside = units_in_scope(desk.actor, "inspect", units)
    known = {row["unit_code"]: row for row in inside.to_dict("records")}
    names = unit_names(units)
    seats = find_seats(desk)
    marks, aside = _own_marks(desk)
    with desk.workspace.store.read() as reader:
        submitted = load_progress(reader, *desk.opened.key, None if len(inside) == len(units) else known)
    forms = {
        form.id: form for form in desk.opened.campaign.forms if review_levels(desk.opened.campaign, form)
    }
    rows = []
    for row in submitted.to_dict("records"):
        form, unit = forms.get(row["form_id"]), known.get(row["unit_code"])
        if form is None or unit is None or not row["version"]:
            continue
        parent = unit["parent_code"] if isinstance(unit["parent_code"], str) else ""
        rows.append(
            {
                **{name: row[name] for name in ("form_id", "occurrence", "state", "version")},
                "unit_code": row["unit_code"],
                "unit_name": unit["unit_name"],
                "parent_code": parent,
                "parent_name": names.get(parent, ""),
                "submitted_at": row["submitted_at"],
                "days_waiting": _days_since(row["submitted_at"], desk.now),
                **_turn(desk.opened, seats, form, row["unit_code"], row["state"]),
                **_progress(desk.opened, seats, form, row["unit_code"], marks),
                "recused": row["unit_code"] in aside,
            }
        )
    queue = pd.DataFrame(rows, columns=list(QUEUE), dtype=object)
    order = queue.assign(turn=queue["stage"].map({stage: at for at, stage in enumerate(STAGES)}))
    sorted_ = order.sort_values(
        ["turn", "submitted_at", "unit_code", "form_id", "occurrence"], kind="stable", na_position="last"
    )
    return sorted_.drop(columns="turn").reset_index(drop=True)


def _own_marks(desk: Desk) -> tuple[dict[str, dict[str, bool]], frozenset[str]]:
    """The actor's marks (by unit and line, whether one must be given again), and the units they are recused from."""
    forms = [form_id for track in desk.opened.campaign.tracks for form_id in track.forms]
    with desk.workspace.store.read() as reader:
        ratings = load_ratings(reader, *desk.opened.key, forms, rater=desk.actor.name)
        aside = load_recusals(reader, *desk.opened.key, desk.actor.name)
    found: dict[str, dict[str, bool]] = {}
    ranges = {
        line: bounds for track in desk.opened.campaign.tracks for line, bounds in find_ranges(track).items()
    }
    columns = [ratings[name] for name in ("unit_code", "criterion_id", "stale", "points")]
    for unit, line, stale, points in zip(*columns, strict=True):
        lowest, highest = ranges.get(str(line), (points, points))
        again = bool(stale) or not lowest <= points <= highest
        lines = found.setdefault(str(unit), {})
        lines[str(line)] = lines.get(str(line), False) or again
    return found, aside


def _turn(opened: Opened, seats: Seats, form: Form, unit_code: str, state: str) -> dict[str, str]:
    level = acting_level(opened.campaign, form, state)
    if level is None:
        return {"level": "", "stage": "filler" if state in ("draft", "returned") else "done"}
    if seats.has(level, unit_code):
        return {"level": level, "stage": "mine"}
    levels = review_levels(opened.campaign, form)
    own = [levels.index(item) for item in levels if seats.has(item, unit_code)]
    return {"level": level, "stage": "above" if own and levels.index(level) > max(own) else "below"}


def _progress(
    opened: Opened, seats: Seats, form: Form, unit_code: str, marks: Mapping[str, Mapping[str, bool]]
) -> dict[str, int]:
    places = tuple(
        place
        for place in seats.places(opened.campaign, form.unit_kind, unit_code)
        if form.id in place.track.forms
    )
    wanted = lines_to_mark(opened.campaign, places)
    given = marks.get(unit_code, {})
    return {
        "lines": len(wanted),
        "marked": sum(line in given for line in wanted),
        "stale": sum(given.get(line, False) for line in wanted),
    }


def _days_since(moment: object, now: datetime) -> int | None:
    if not isinstance(moment, datetime):
        return None
    return max((day_of(now) - day_of(moment)).days, 0)
