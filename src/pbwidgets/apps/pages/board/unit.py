"""One unit on the board: its forms with deadlines and history, and its running record."""

from collections.abc import Iterator

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.page_list import PAGES
from pbwidgets.apps.pages.board.grid import standing_cell
from pbwidgets.apps.pages.ground.due_list import due_list
from pbwidgets.apps.pages.ground.state_words import (
    deadline_words,
    form_name,
    level_name,
    minute_words,
    remaining_cell,
)
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.ground.lookup import campaign_names
from pbwidgets.workflows.progress.grid import TO_DO, progress_grid
from pbwidgets.workflows.progress.unit import unit_decisions, unit_notes, unit_steps

MOST_STEPS = 50
"""Maximum number of steps shown, newest first."""


def show_unit(visit: Visit, unit_code: str) -> Iterator[w.Widget]:
    """Parts of a unit's page.

    Raises
    ------
    RightsError
        If the unit is not in the actor's view.
    """
    steps = unit_steps(visit.desk, unit_code)
    owed = progress_grid(visit.desk)
    own = owed[owed["unit_code"] == unit_code]
    yield elements.heading(visit.unit_name(unit_code))
    yield elements.links(_links(visit, unit_code))
    yield _facts(visit, unit_code)
    yield from _due(visit, unit_code)
    yield _forms(visit, own)
    yield from _decisions(visit, unit_code)
    yield _steps(visit, steps)
    yield _notes(visit, unit_code)


def _links(visit: Visit, unit_code: str) -> list[tuple[str, str]]:
    back = [("board", visit.words("board.back"))] if visit.actor.role in PAGES["board"].roles else []
    return [
        *((words, visit.link(page)) for page, words in back),
        *(
            (visit.words(f"board.open_{page}"), visit.link(page, unit=unit_code))
            for page in ("fill", "review")
            if visit.actor.role in PAGES[page].roles
        ),
    ]


def _facts(visit: Visit, unit_code: str) -> w.Widget:
    row = visit.units.set_index("unit_code").loc[unit_code]
    kind = visit.opened.campaign.unit_kind(str(row["kind"])).name.words(visit.lang)
    upper = visit.unit_name(row["parent_code"]) if isinstance(row["parent_code"], str) else ""
    pairs = [("code", unit_code), ("kind", kind), *([("upper", upper)] if upper else [])]
    return elements.facts((visit.words(f"board.{name}"), text) for name, text in pairs)


def _due(visit: Visit, unit_code: str) -> Iterator[w.Widget]:
    """What the unit has to do in this campaign."""
    found = list_due(visit.desk, only_here=True)
    own = [due for due in (*found.own, *found.below) if due.by_unit == unit_code]
    if own:
        yield elements.card(due_list(visit, own), title=visit.words("home.due", count=len(own)))


def _forms(visit: Visit, own: pd.DataFrame) -> w.Widget:
    rows = [
        (
            form_name(visit, row["form_id"]),
            standing_cell(visit, row),
            Cell(str(row["version"]) if row["version"] else "—", align="right"),
            deadline_words(visit, row),
            remaining_cell(visit, row)
            if row["state"] in TO_DO
            else Cell(visit.words(f"board.standing_{row['standing']}")),
            minute_words(visit, row["first_submitted_at"]),
            minute_words(visit, row["last_activity"]),
        )
        for row in own.to_dict("records")
    ]
    columns = [
        visit.words("home.form"),
        visit.words("home.state"),
        visit.words("board.version"),
        visit.words("home.deadline"),
        visit.words("board.in_time"),
        visit.words("board.first_handed_in"),
        visit.words("home.last_activity"),
    ]
    return elements.card(
        elements.table(columns, rows, empty=visit.words("board.owes_nothing")),
        title=visit.words("board.forms"),
    )


def _decisions(visit: Visit, unit_code: str) -> Iterator[w.Widget]:
    """What was decided on the unit, by which body, on which day and why; nothing before that."""
    decided = unit_decisions(visit.desk, unit_code)
    if decided.empty:
        return
    called = campaign_names(visit.opened.campaign, visit.lang)["track"]
    rows = [
        (
            called.get(row["track_id"], row["track_id"]),
            visit.words(f"scoring.status_{row['status']}"),
            row["decided_on"],
            row["decided_by"],
            row["reason"],
        )
        for row in decided.to_dict("records")
    ]
    names = ("track", "status", "decided_on", "decided_by", "decided_reason")
    columns = [visit.words(f"tables.{name}") for name in names]
    yield elements.card(elements.table(columns, rows), title=visit.words("board.decisions"))


def _steps(visit: Visit, steps: pd.DataFrame) -> w.Widget:
    rows = [
        (
            minute_words(visit, row["made_at"]),
            form_name(visit, row["form_id"]),
            Cell(str(row["version"]), align="right"),
            visit.words(f"board.cause_{row['cause']}"),
            level_name(visit, row["level"]),
            row["reason"] or "",
        )
        for row in steps.head(MOST_STEPS).to_dict("records")
    ]
    columns = [
        visit.words("board.when"),
        visit.words("home.form"),
        visit.words("board.version"),
        visit.words("board.what"),
        visit.words("home.level"),
        visit.words("board.why"),
    ]
    return elements.card(
        elements.table(columns, rows, empty=visit.words("board.no_steps")), title=visit.words("board.steps")
    )


def _notes(visit: Visit, unit_code: str) -> w.Widget:
    notes = unit_notes(visit.desk, unit_code)
    rows = [(note.noted_on.isoformat(), note.text) for note in reversed(notes)]
    columns = [visit.words("board.when"), visit.words("board.note")]
    return elements.card(
        elements.table(columns, rows, empty=visit.words("board.no_notes")), title=visit.words("board.notes")
    )
