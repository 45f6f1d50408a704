"""The board: what was handed in, by unit and form, the phases, late units, and charts of the scores."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.board.grid import ProgressGrid, progress_bars
from pbwidgets.apps.pages.board.unit import show_unit
from pbwidgets.apps.pages.ground.downloads import made_link
from pbwidgets.apps.pages.ground.due_list import call_list
from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.workflows.duties.due import DueLists, list_due
from pbwidgets.workflows.exchange.answers import export_answers
from pbwidgets.workflows.ground.desk import find_tops
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.progress.grid import AGGREGATES_ONLY, progress_by_part
from pbwidgets.workflows.progress.phases import list_phases
from pbwidgets.workflows.reports.board import (
    SEES_NO_SCORES,
    Shown,
    ShownChart,
    ShownTable,
    ShownText,
    board_choices,
    draw_board,
)

MOST_LATE = 100
"""Rows of the call list."""

_MARKS = {"past": "✔", "now": "▶", "coming": "○"}
_TONES = {"past": "quiet", "now": "accent", "coming": None}


def show_board(visit: Visit) -> w.Widget:
    """The board of the actor's scope, or one unit's page if the address names a unit."""
    try:
        visit.opened  # noqa: B018  checked here: the visitor's unit may take no part
    except RightsError as error:
        return elements.notice("info", visit.refusal(error))
    unit = visit.place.get("unit") or (visit.actor.unit_code if visit.actor.role == "filler" else None)
    if unit is not None:
        return elements.stack(visit.messages, *show_unit(visit, unit), *_export(visit))
    parts, due = progress_by_part(visit.desk), list_due(visit.desk, only_here=True)
    return elements.stack(
        visit.messages,
        progress_bars(visit, parts),
        *_late(visit, due),
        ProgressGrid(visit, parts, due).view,
        *_charts(visit),
        *_export(visit),
        _phases(visit),
    )


def _export(visit: Visit) -> Iterator[w.Widget]:
    """What was filled in as a workbook, of one form or of all."""
    offered = [form for form in visit.opened.campaign.forms if form.survey is None]
    form = w.Dropdown(
        options=[
            (visit.words("excel.export_all"), ""),
            *((form.name.words(visit.lang), form.id) for form in offered),
        ],
        description=visit.words("excel.export_form"),
        layout=elements.plain_layout(),
    )
    place = elements.stack()

    def make() -> None:
        of = form.label if form.value else visit.opened.campaign.name.words(visit.lang)
        name = visit.words("excel.export_name", campaign=of)
        with tempfile.TemporaryDirectory() as folder:
            forms = [form.value] if form.value else []
            made = export_answers(visit.desk, Path(folder) / f"{name}.xlsx", forms)
            place.children = (made_link(visit.words("excel.download", name=made.name), made),)

    yield elements.card(
        elements.paragraph(visit.words("excel.export_hint"), quiet=True),
        fields(form, elements.button(visit.words("excel.export_make"), visit.attempt(make))),
        place,
        title=visit.words("excel.export"),
    )


def _phases(visit: Visit) -> w.Widget:
    rows = []
    for item in list_phases(visit.opened, today()):
        said = visit.words(f"board.phase_{item.standing}", days=item.days)
        tone = _TONES[item.standing]
        rows.append(
            (
                Cell(f"{_MARKS[item.standing]} {item.phase.name.words(visit.lang)}", tone=tone),
                f"{item.phase.begins.isoformat()} — {item.phase.ends.isoformat()}",
                Cell(said, tone=tone),
            )
        )
    columns = [visit.words(f"board.{name}") for name in ("phase", "dates", "standing")]
    return elements.card(
        elements.table(columns, rows, empty=visit.words("board.no_phases")), title=visit.words("board.phases")
    )


def _late(visit: Visit, due: DueLists) -> Iterator[w.Widget]:
    if visit.actor.role not in AGGREGATES_ONLY:
        yield call_list(visit, due.overdue_below, MOST_LATE)


def _charts(visit: Visit) -> Iterator[w.Widget]:
    if visit.actor.role in SEES_NO_SCORES:
        return
    unit = visit.actor.unit_code or next(iter(find_tops(visit.desk)), "")
    choices = board_choices(visit.desk, unit)
    if not choices:
        return
    chosen = w.Dropdown(
        options=[(choice.label, choice) for choice in choices], layout=elements.plain_layout()
    )
    place = elements.stack()

    def draw() -> None:
        visit.messages.clear()
        shown = draw_board(visit.desk, unit, chosen.value)
        nothing = elements.paragraph(visit.words("board.nothing"), quiet=True)
        place.children = tuple(_show(piece) for piece in shown) or (nothing,)

    yield elements.card(
        elements.paragraph(visit.words("board.charts_hint"), quiet=True),
        fields(chosen, elements.button(visit.words("board.draw"), visit.attempt(draw))),
        place,
        title=visit.words("board.charts"),
    )


def _show(piece: Shown) -> w.Widget:
    match piece:
        case ShownChart(spec, words):
            return elements.chart(spec, words)
        case ShownText(text, is_heading):
            return elements.heading(text, 3) if is_heading else elements.paragraph(text)
        case ShownTable(title, heads, rows, rest):
            table = elements.table(heads, rows, caption=title)
            return elements.stack(table, elements.paragraph(rest, quiet=True)) if rest else table
