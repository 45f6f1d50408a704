"""An official table as a return: which of the campaign's it is, whose, and which kept rows its rows stand for."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pbwidgets.campaign import rows_in
from pbwidgets.errors import Problem, ProblemsError, UsageError
from pbwidgets.exports.answer_book.official import OfficialSheet, Places, find_official, read_official
from pbwidgets.exports.answer_book.reading import BookAbout, SentAnswers, SentBook, SentRow
from pbwidgets.intake.text import clean_code, clean_name
from pbwidgets.intake.workbook import Sheet
from pbwidgets.units import distinct_names
from pbwidgets.workflows.exchange.checking import load_shown
from pbwidgets.workflows.filling.access import filling_actor, units_to_fill
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_unit, find_form


def answers_of_official(
    sheets: Sequence[Sheet], file: str, desk: Desk, form_id: str | None = None, unit_code: str | None = None
) -> SentBook:
    """Answers of an official table, to be checked and stored as those of a workbook of ours.

    Parameters
    ----------
    sheets
        Sheets of the file.
    file
        Its name, for messages.
    form_id
        The form; None: any that has official tables.
    unit_code
        Whose table it is; None: what it says itself, or else the only unit for which the actor fills the form in.

    Raises
    ------
    ProblemsError
        If it is no official table of the campaign, or may be several.
    UsageError
        ``fill.unknown_form``, ``exchange.form_without_official``, ``workflows.unknown_unit``.
    """
    campaign = desk.opened.campaign
    forms = campaign.forms if form_id is None else (find_form(campaign, form_id),)
    if not any(form.official_tables for form in forms):
        if form_id is not None:
            raise UsageError("exchange.form_without_official", form=forms[0].name)
        raise ProblemsError([Problem("exchange.no_answer_book", file)])
    found = find_official(sheets, file, forms)
    acting = replace(desk, actor=filling_actor(desk.actor, desk.opened, found.form.id))
    whose = _find_unit(found, acting, unit_code)
    problems = [*found.find_strange(), *([whose] if isinstance(whose, Problem) else [])]
    if problems or isinstance(whose, Problem):
        return SentBook(file, BookAbout(), [], problems, [])
    book = read_official(found, whose)
    for sent in book.sent:
        _number_rows(found, sent, acting)
    return book


def _find_unit(found: OfficialSheet, desk: Desk, asked: str | None) -> str | Problem:
    """Code of the unit whose table it is, or why there is none."""
    if asked is not None:
        check_unit(desk.units, asked)
    mine = units_to_fill(desk, found.form.id)
    text = found.unit_text
    if not text:
        codes = [asked] if asked is not None else list(mine["unit_code"])
        if len(codes) == 1:
            return str(codes[0])
        return found.problem("exchange.official_no_unit", found.first_cell)
    cell = found.table.unit or found.first_cell
    named = _named(mine, text) or _named(desk.units, text)  # of others it is refused with its reason
    if len(named) != 1:
        return found.problem("exchange.official_unit", cell, value=text, count=len(named))
    if asked is not None and asked != named[0]:
        return found.problem("exchange.official_other_unit", cell, value=text, unit=asked)
    return named[0]


def _named(units: pd.DataFrame, text: str) -> list[str]:
    """Codes of the units that a text names: by code, or by name."""
    names = distinct_names(units)
    wanted, code = clean_name(text), clean_code(text)
    by_name = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    return [
        one
        for one, distinct in names.items()
        if one == code or wanted in (clean_name(str(by_name[one])), clean_name(distinct))
    ]


def _number_rows(found: OfficialSheet, sent: SentAnswers, desk: Desk) -> None:
    """Say which kept row each row of an area stands for; kept ones beyond its last row are emptied."""
    kept = next(
        (
            answers
            for state, answers, _ in load_shown(found.form, desk, [sent.unit_code])
            if state.key.occurrence == sent.occurrence
        ),
        {},
    )
    for repeat, rows in sent.rows.items():
        count = len(rows_in(kept, repeat))
        areas = [area for area in found.table.areas if area.field == repeat]
        names = dict.fromkeys(f"{repeat}/{name}" for area in areas for name in area.columns)
        place = found.place(areas[0].range.partition(":")[0])
        numbered = [replace(row, number=at if at <= count else None) for at, row in enumerate(rows, start=1)]
        emptied = [
            SentRow(dict.fromkeys(names, ""), Places({}, place), number)
            for number in range(len(rows) + 1, count + 1)
        ]
        sent.rows[repeat] = [*numbered, *emptied]
