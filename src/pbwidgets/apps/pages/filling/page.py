"""The page on which a unit fills in its forms: the list of forms, and each form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.filling.excel import units_panel
from pbwidgets.apps.pages.filling.form import FillForm
from pbwidgets.apps.pages.filling.log import log_of, many_panel
from pbwidgets.apps.pages.ground.state_words import deadline_words, remaining_cell, state_words
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Form
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import PbError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.units import unit_names
from pbwidgets.workflows.filling.access import filling_actor, units_to_fill
from pbwidgets.workflows.filling.amending import confirm_unchanged, units_to_open
from pbwidgets.workflows.filling.drafts import take_back
from pbwidgets.workflows.filling.entries import begin_entry, open_submission
from pbwidgets.workflows.filling.logs import list_log
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.progress.grid import awaits_filler, progress_grid


def show_fill(visit: Visit) -> w.Widget:
    """The form that the address names, or a list to choose from."""
    try:
        return _show(visit)
    except PbError as error:
        visit.say_refusal(error)
        return elements.stack(
            visit.messages, elements.links([(visit.words("fill.to_list"), visit.link("fill"))])
        )


def _show(visit: Visit) -> w.Widget:
    form_id = visit.place.get("form")
    if not form_id:
        return _forms(visit)
    form = find_form(visit.opened.campaign, form_id)
    actor = filling_actor(visit.actor, visit.opened, form_id)
    desk = replace(visit.desk, actor=actor)
    units = units_to_open(desk, form_id)
    unit_code = visit.place.get("unit") or (str(units["unit_code"].iloc[0]) if len(units) == 1 else "")
    if not unit_code:
        return _units(visit, form, units)
    occurrence = visit.place.get("occurrence", "")
    if form.occurrence == "many" and not occurrence.isdecimal():
        return _entries(visit, form, unit_code)
    number = int(occurrence) if form.occurrence == "many" else 0
    return FillForm(visit, actor, visit.opened.submission_key(form_id, unit_code, number)).widget


def _forms(visit: Visit) -> w.Widget:
    shown: list[w.Widget] = [visit.messages]
    for form in visit.opened.campaign.forms:
        units = units_to_open(visit.desk, form.id)
        if len(units) and form.survey is None:
            shown.append(_form_card(visit, form, units))
    if len(shown) == 1:
        shown.append(elements.notice("info", visit.words("fill.nothing_to_fill")))
    return elements.stack(*shown)


def _form_card(visit: Visit, form: Form, units: pd.DataFrame) -> w.Widget:
    parts: list[w.Widget] = []
    if form.hint is not None:
        parts.append(elements.paragraph(form.hint.words(visit.lang), quiet=True))
    if len(units) > 1:
        words = visit.words("fill.choose_unit", count=len(units))
        parts.append(elements.links([(words, visit.link("fill", form=form.id))]))
    else:
        unit_code = str(units["unit_code"].iloc[0])
        if form.occurrence == "many":
            parts.append(_log_link(visit, form, unit_code))
        else:
            table = _table(visit, form, units, [unit_code])
            parts += [table, *_unchanged(visit, form, units, table)]
    return elements.card(*parts, title=form.name.words(visit.lang))


def _unchanged(visit: Visit, form: Form, units: pd.DataFrame, table: w.HTML) -> list[w.Widget]:
    """Button that hands in what was given last time, unchanged, and then one that takes it back."""
    code = str(units["unit_code"].iloc[0])
    key, place = visit.opened.submission_key(form.id, code), elements.stack()

    def desk() -> Desk:
        return replace(visit.desk, actor=filling_actor(visit.actor, visit.opened, form.id))

    def draw() -> None:
        opened, made = open_submission(desk(), key), list[w.Widget]()
        if opened.may_confirm:
            made.append(elements.button(visit.words("fill.unchanged"), visit.attempt(confirm)))
        place.children = tuple(made)

    def confirm() -> None:
        version = confirm_unchanged(desk(), key)
        draw()
        if open_submission(desk(), key).can_take_back:
            undo = elements.button(visit.words("fill.unchanged_undo"), visit.attempt(back), "link")
            place.children = (*place.children, undo)
        _renew(table, _table(visit, form, units, [code]))
        visit.messages.confirm(visit.words("fill.unchanged_done", version=version))

    def back() -> None:
        take_back(desk(), key)
        draw()
        _renew(table, _table(visit, form, units, [code]))
        visit.messages.confirm(visit.words("fill.taken_back"))

    draw()
    return [place] if place.children else []


def _log_link(visit: Visit, form: Form, unit_code: str) -> w.Widget:
    """Link to the entries of a log about one unit, with how many there are, and how many are overdue."""
    actor = filling_actor(visit.actor, visit.opened, form.id)
    lines = list_log(replace(visit.desk, actor=actor), form.id, [unit_code])
    words = visit.words("fill.log_open", count=len(lines))
    if late := sum(line.life is not None and line.life.is_overdue for line in lines):
        words += visit.words("fill.log_late", count=late)
    return elements.links([(words, visit.link("fill", form=form.id, unit=unit_code))])


def _units(visit: Visit, form: Form, units: pd.DataFrame) -> w.Widget:
    codes = [str(code) for code in units["unit_code"]]
    if form.occurrence == "many" and codes:
        return _log(visit, form, units, codes)
    table = _table(visit, form, units, codes)
    shown = [elements.heading(form.name.words(visit.lang)), visit.messages, elements.card(table)]
    if _may_write(visit, form) and codes:
        shown.append(
            units_panel(visit, form, codes, lambda: _renew(table, _table(visit, form, units, codes)))
        )
    return elements.stack(*shown, elements.links([(visit.words("fill.to_list"), visit.link("fill"))]))


def _renew(shown: w.HTML, made: w.HTML) -> None:
    """Show a table that was made anew in the place of the one before."""
    shown.value = made.value
    made.close()


def _may_write(visit: Visit, form: Form) -> bool:
    """Whether answers can be handed in at all, so that a workbook of them can come back."""
    return visit.opened.is_open and form.survey is None


def _table(visit: Visit, form: Form, units: pd.DataFrame, codes: list[str]) -> w.HTML:
    """Table of a form's units, with state and link."""
    named = ("unit", "state", "deadline", "remaining", "action")
    columns = [visit.words(f"fill.column_{name}") for name in named]
    names = unit_names(units)
    if form.occurrence == "many" or form.filled_by is not None:
        rows: list[list[str | Cell]] = [
            [Cell(str(names[code]), visit.link("fill", form=form.id, unit=code)), "", "", ""]
            for code in codes
        ]
        return elements.table(columns[:1], [row[:1] for row in rows], empty=visit.words("fill.no_units"))
    grid = progress_grid(visit.desk)
    mine = grid[(grid["form_id"] == form.id) & grid["unit_code"].isin(codes)]
    made: list[list[str | Cell]] = [
        [
            str(row["unit_name"]),
            state_words(visit, row["state"]),
            deadline_words(visit, row),
            remaining_cell(visit, row),
            _way(visit, row),
        ]
        for row in mine.to_dict("records")
    ]
    return elements.table(columns, made, empty=visit.words("fill.no_units"))


def _way(visit: Visit, owed: Mapping[Any, Any]) -> Cell:
    lasts = any(
        form.id == owed["form_id"] and form.lasts == "campaign" for form in visit.opened.campaign.forms
    )
    code = "fill.open" if awaits_filler(owed) else "fill.update" if lasts else "fill.look"
    code = code if visit.opened.is_open else "fill.look"
    return Cell(visit.words(code), visit.link("fill", form=owed["form_id"], unit=owed["unit_code"]))


def _log(visit: Visit, form: Form, units: pd.DataFrame, codes: list[str]) -> w.Widget:
    """Entries of a log about all units of the actor's, and ways to begin new ones."""
    log = log_of(visit, form, codes)
    shown = [elements.heading(form.name.words(visit.lang)), visit.messages]
    may_begin = bool(len(units_to_fill(visit.desk, form.id))) and _may_write(visit, form)
    if may_begin and not _asks_for_files(form):
        shown.append(many_panel(visit, form, units, log.show))
    shown.append(elements.card(log.box))
    if may_begin:
        table = _table(visit, form, units, codes)
        shown.append(elements.card(table, title=visit.words("fill.log_by_unit")))
        shown.append(units_panel(visit, form, codes, log.show))
    return elements.stack(*shown, elements.links([(visit.words("fill.to_list"), visit.link("fill"))]))


def _asks_for_files(form: Form) -> bool:
    """Whether an entry cannot be begun without a file, which belongs to one entry."""
    return any(
        field.type in UPLOADS and (field.required or field.min_count) and field.later is None
        for _, field in form.leaves()
    )


def _entries(visit: Visit, form: Form, unit_code: str) -> w.Widget:
    """Entries of a log about a unit, and a button for a new one for who begins them."""
    log, place = log_of(visit, form, [unit_code]), elements.stack()
    actor = filling_actor(visit.actor, visit.opened, form.id)
    begins = unit_code in set(units_to_fill(replace(visit.desk, actor=actor), form.id)["unit_code"])

    def begin() -> None:
        key = begin_entry(replace(visit.desk, actor=actor), form.id, unit_code)
        place.children = (FillForm(visit, actor, key).widget,)

    title = visit.words(
        "fill.form_of_unit", form=form.name.words(visit.lang), unit=visit.unit_name(unit_code)
    )
    card = [log.box]
    if begins and visit.opened.is_open:
        card.append(elements.button(visit.words("fill.new_entry"), visit.attempt(begin), "primary"))
    shown = [elements.heading(title), visit.messages, elements.card(*card)]
    if begins and _may_write(visit, form):
        shown.append(units_panel(visit, form, [unit_code], log.show))
    place.children = (*shown, elements.links([(visit.words("fill.to_list"), visit.link("fill"))]))
    return place
