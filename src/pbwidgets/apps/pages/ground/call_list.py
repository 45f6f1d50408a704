"""The call list: units that missed a deadline, longest overdue first."""

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.state_words import day_words, form_name, state_words
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell


def call_list(visit: Visit, late: pd.DataFrame, most: int) -> w.Widget:
    """Card with a table of the late units that can be copied into Word or Excel.

    Parameters
    ----------
    late
        Frame of :func:`pbwidgets.workflows.progress.grid.late_units`.
    most
        Maximum number of rows shown; the number of further units is given below.
    """
    title = visit.words("home.late", count=len(late))
    if late.empty:
        return elements.card(elements.paragraph(visit.words("home.late_none"), quiet=True), title=title)
    rows = [
        (
            Cell(row["unit_name"], visit.link("board", unit=row["unit_code"])),
            visit.unit_name(row["parent_code"]) if isinstance(row["parent_code"], str) else "",
            form_name(visit, row["form_id"]),
            state_words(visit, row["state"]),
            Cell(visit.words("home.days", days=row["days_late"]), tone="error"),
            day_words(visit, row["last_activity"]),
        )
        for row in late.head(most).to_dict("records")
    ]
    names = ("unit", "upper", "form", "state", "overdue_for", "last_activity")
    shown = [
        elements.paragraph(visit.words("home.late_hint"), quiet=True),
        elements.table([visit.words(f"home.{name}") for name in names], rows),
    ]
    if len(late) > most:
        rest = visit.words("home.late_more", shown=most, rest=len(late) - most)
        shown.append(elements.paragraph(rest, quiet=True))
    return elements.card(*shown, title=title)
