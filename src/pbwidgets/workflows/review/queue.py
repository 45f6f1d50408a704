"""The queue of a reviewer: submissions in their scope, whose turn it is, and how far they have marked them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from pbwidgets.campaign import Form
from pbwidgets.exports import About, Column, Sheet, build_workbook
from pbwidgets.exports.columns import Format
from pbwidgets.scoring.raters import find_ranges
from pbwidgets.store import SubmissionKey, load_ratings, load_recusals
from pbwidgets.store.progress import load_progress
from pbwidgets.units import distinct_names, successors
from pbwidgets.wording import MOST_DIGITS, say
from pbwidgets.workflows.ground.desk import Desk, find_in_scope
from pbwidgets.workflows.ground.lookup import word_state
from pbwidgets.workflows.ground.marks import tabulate_marks_before
from pbwidgets.workflows.ground.seats import Seats, acting_level, find_seats, lines_to_mark, review_levels
from pbwidgets.workflows.ground.workspace import ZONE, Opened, day_of

Stage = Literal["mine", "below", "above", "filler", "done"]
"""Whose turn it is: the actor's own level, a level below it, a level above it, the filler, nobody."""
STAGES: Final = ("mine", "below", "above", "filler", "done")
QUEUE: Final = (
    "form_id", "unit_code", "unit_name", "parent_code", "parent_name", "occurrence", "state", "version",
    "level", "stage", "submitted_at", "days_waiting", "lines", "marked", "stale", "recused", "points", "difference",
    "amendment",
)  # fmt: skip
"""Columns of :func:`review_queue`."""


def review_queue(desk: Desk) -> pd.DataFrame:
    """One row per submission in scope that was ever handed in, those waiting longest for the actor first.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`QUEUE`: ``level`` is the one whose turn it is, or empty; ``stage`` a :data:`Stage`;
        ``days_waiting`` whole days since the last hand-in; ``lines`` how many lines of the unit's score sheet the
        actor marks, ``marked`` how many they have marked, ``stale`` how many of these are based on older answers;
        ``points`` what they have given together, ``difference`` by how much this is above the layer before on the
        same lines, None without such marks; ``amendment`` whether what waits changes a version that stands until
        then.

    Raises
    ------
    RightsError
        ``workflows.not_allowed``, ``workflows.out_of_scope``.
    """
    units = desk.units
    inside = find_in_scope(desk, "inspect")
    known = {row["unit_code"]: row for row in inside.to_dict("records")}
    continued = _continued(desk, known)
    names = distinct_names(units)
    seats = find_seats(desk)
    marks, aside = _own_marks(desk)
    before = _marks_before(desk, seats, inside, marks)
    with desk.workspace.store.read() as reader:
        submitted = load_progress(
            reader, *desk.opened.key, None if len(inside) == len(units) else {*known, *continued}
        )
    forms = {
        form.id: form for form in desk.opened.campaign.forms if review_levels(desk.opened.campaign, form)
    }
    rows = []
    for row in submitted.to_dict("records"):
        code = continued.get(row["unit_code"], row["unit_code"])
        form, unit = forms.get(row["form_id"]), known.get(code)
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
                **_turn(desk.opened, seats, form, code, row["state"]),
                **_progress(desk.opened, seats, form, code, marks, before),
                "recused": code in aside,
                "amendment": _is_amendment(desk.opened, form, row),
            }
        )
    queue = pd.DataFrame(rows, columns=list(QUEUE), dtype=object)
    order = queue.assign(turn=queue["stage"].map({stage: at for at, stage in enumerate(STAGES)}))
    sorted_ = order.sort_values(
        ["turn", "submitted_at", "unit_code", "form_id", "occurrence"], kind="stable", na_position="last"
    )
    return sorted_.drop(columns="turn").reset_index(drop=True)


def export_queue(desk: Desk, chosen: Sequence[SubmissionKey], path: Path) -> int:
    """Write the rows of some submissions of the actor's queue into a workbook, in this order; returns their number.

    Submissions that are not in the queue are left out.

    Raises
    ------
    RightsError
        As :func:`review_queue`.
    """
    campaign, lang = desk.opened.campaign, desk.lang
    queue = review_queue(desk)
    rows = queue.set_index(["form_id", "unit_code", "occurrence"], drop=False)
    asked = [(key.form_id, key.unit_code, key.occurrence) for key in chosen]
    listed = rows.loc[[key for key in dict.fromkeys(asked) if key in rows.index]].reset_index(drop=True)
    forms = {form.id: form.name.words(lang) for form in campaign.forms}
    levels = {level.id: level.name.words(lang) for level in campaign.review_levels}
    told = listed.assign(
        form=listed["form_id"].map(forms),
        state=[word_state(state, levels, lang) for state in listed["state"]],
        handed_in=[
            moment.astimezone(ZONE).date().isoformat() if moment else "" for moment in listed["submitted_at"]
        ],
        waiting=[say(f"review.stage_{stage}", lang) for stage in listed["stage"]],
    )
    formats: dict[str, Format] = {
        "unit_code": "text", "unit_name": "text", "parent_name": "text", "form": "text", "state": "text",
        "handed_in": "date", "days_waiting": "integer", "waiting": "text", "lines": "integer",
        "marked": "integer", "points": "number", "difference": "number",
    }  # fmt: skip
    columns = {
        name: Column(say(f"review.column_{name}", lang), format=kind, missing="–")
        for name, kind in formats.items()
    }
    title = say("review.view_list", lang)
    about = About(campaign.name.words(lang), desk.opened.period_id, "", title=title)
    build_workbook([Sheet(title, told, columns)], path, about=about, lang=lang)
    return len(told)


@dataclass(frozen=True)
class _Own:
    """The actor's mark on one line; no points if it must be given anew."""

    points: float | None
    again: bool


_OwnMarks = Mapping[str, Mapping[str, _Own]]
"""The actor's marks, by unit and line."""
_Before = Mapping[tuple[str, str], Mapping[str, float]]
"""Points of the layer before the actor's, by track and unit, then by line."""


def _own_marks(desk: Desk) -> tuple[_OwnMarks, frozenset[str]]:
    """The actor's marks, and the units they are recused from."""
    with desk.workspace.store.read() as reader:
        ratings = load_ratings(reader, *desk.opened.key, _rated_forms(desk), rater=desk.actor.name)
        aside = load_recusals(reader, *desk.opened.key, desk.actor.name)
    found: dict[str, dict[str, _Own]] = {}
    ranges = {
        line: bounds for track in desk.opened.campaign.tracks for line, bounds in find_ranges(track).items()
    }
    columns = [ratings[name] for name in ("unit_code", "criterion_id", "stale", "points")]
    for unit, line, stale, points in zip(*columns, strict=True):
        lowest, highest = ranges.get(str(line), (points, points))
        fits = lowest <= points <= highest
        lines = found.setdefault(str(unit), {})
        again = bool(stale) or not fits or (str(line) in lines and lines[str(line)].again)
        lines[str(line)] = _Own(float(points) if fits else None, again)
    return found, aside


def _marks_before(desk: Desk, seats: Seats, units: pd.DataFrame, own: _OwnMarks) -> _Before:
    """Marks of the layers before, of units that the actor has marked; nothing is read if there are none."""
    campaign = desk.opened.campaign
    marked = units[units["unit_code"].isin(own)]
    layers = {
        (place.track.id, place.layer)
        for code in marked["unit_code"]
        for place in seats.places(campaign, str(code))
        if [layer.id for layer in place.track.layers].index(place.layer)
    }
    if not layers:
        return {}
    with desk.workspace.store.read() as reader:
        ratings = load_ratings(reader, *desk.opened.key, _rated_forms(desk))
    return {
        (track_id, unit): {line: points for line, (_, points) in lines.items()}
        for track_id, layer in layers
        for unit, lines in tabulate_marks_before(
            campaign, campaign.track(track_id), layer, marked, ratings
        ).items()
    }


def _rated_forms(desk: Desk) -> list[str]:
    return [form_id for track in desk.opened.campaign.tracks for form_id in track.forms]


def _turn(opened: Opened, seats: Seats, form: Form, unit_code: str, state: str) -> dict[str, str]:
    level = acting_level(opened.campaign, form, state)
    if level is None:
        return {"level": "", "stage": "filler" if state in ("draft", "returned") else "done"}
    if seats.has(level, unit_code):
        return {"level": level, "stage": "mine"}
    levels = review_levels(opened.campaign, form)
    own = [levels.index(item) for item in levels if seats.has(item, unit_code)]
    return {"level": level, "stage": "above" if own and levels.index(level) > max(own) else "below"}


def _continued(desk: Desk, known: Collection[str]) -> dict[str, str]:
    """Units that were merged away, each with the one of these that continues it."""
    found = successors(desk.workspace.units(), desk.opened.day(day_of(desk.now)))
    return {old: new for old, new in found.items() if new in known}


def _is_amendment(opened: Opened, form: Form, row: Mapping[Any, Any]) -> bool:
    waits = acting_level(opened.campaign, form, row["state"]) is not None
    return bool(waits and pd.notna(row["standing_version"]))


def _progress(
    opened: Opened, seats: Seats, form: Form, unit_code: str, marks: _OwnMarks, before: _Before
) -> dict[str, float | int | None]:
    places = tuple(
        place for place in seats.places(opened.campaign, unit_code) if form.id in place.track.forms
    )
    wanted = lines_to_mark(opened.campaign, places)
    given = {line: mark for line, mark in marks.get(unit_code, {}).items() if line in wanted}
    points = {line: mark.points for line, mark in given.items() if mark.points is not None}
    earlier = {
        line: value for place in places for line, value in before.get((place.track.id, unit_code), {}).items()
    }
    compared = [points[line] - earlier[line] for line in points if line in earlier]
    return {
        "lines": len(wanted),
        "marked": len(given),
        "stale": sum(mark.again for mark in given.values()),
        "points": round(sum(points.values()), MOST_DIGITS) if points else None,
        "difference": round(sum(compared), MOST_DIGITS) if compared else None,
    }


def _days_since(moment: object, now: datetime) -> int | None:
    if not isinstance(moment, datetime):
        return None
    return max((day_of(now) - day_of(moment)).days, 0)
