"""The command ``document``: what an office sends, signs or has signed, for Word."""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import click

from pbwidgets.errors import DataError, UsageError
from pbwidgets.exports.docx import Letter, write_starting_template
from pbwidgets.units import unit_names
from pbwidgets.workflows.exchange.documents.application import make_application
from pbwidgets.workflows.exchange.documents.circular import make_circular
from pbwidgets.workflows.exchange.documents.letters import suggest_letter, top_of
from pbwidgets.workflows.exchange.documents.notice import make_notice
from pbwidgets.workflows.exchange.documents.score_sheets import make_score_sheets
from pbwidgets.workflows.exchange.documents.unit_list import make_list_circular
from pbwidgets.workflows.ground.desk import Desk, find_tops
from pbwidgets.workflows.meeting.notices import find_notices
from pbwidgets.workflows.review.visits.on_site import print_mark_sheets


@dataclass(frozen=True)
class Asked:
    """What is asked for: whose document, about what, and what stands around it where the campaign does not say it."""

    unit_codes: tuple[str, ...] = ()
    track: str | None = None
    form: str | None = None
    list_id: str | None = None
    number: str = ""
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    day: date | None = None
    contact: str | None = None
    phone: str | None = None
    red_head: bool = False


def make(desk: Desk, name: str, asked: Asked, path: Path) -> None:
    """Write a document of a kind.

    Raises
    ------
    UsageError
        ``cli.document.needs`` if a unit, track or form is not said, ``cli.document.several_tops`` if a circular's unit
        is not said and could be one of several, ``cli.document.not_docx``.
    DataError
        What the workflows of :mod:`pbwidgets.workflows.exchange.documents` raise; ``documents.no_notice``.
    """
    if path.suffix.lower() != ".docx":
        raise UsageError("cli.document.not_docx", file=path.name, wanted=path.with_suffix(".docx").name)
    match name:
        case "template":
            write_starting_template(path, desk.lang)
        case "circular" if asked.list_id:
            make_list_circular(desk, asked.list_id, _letter(desk, asked, None), path)
        case "circular":
            unit = asked.unit_codes[0] if asked.unit_codes else _only_top(desk)
            make_circular(desk, unit, _letter(desk, asked, unit), path, partial(click.echo, err=True))
        case "notice":
            _make_notice(desk, asked, path)
        case "application":
            form, unit = _needed(name, "form", asked.form), _needed(name, "unit", *asked.unit_codes)
            make_application(desk, desk.opened.submission_key(form, unit), path)
        case _:
            _needed(name, "unit", *asked.unit_codes)
            sheets = make_score_sheets if name == "scores" else print_mark_sheets
            sheets(desk, _needed(name, "track", asked.track), asked.unit_codes, path)


def _only_top(desk: Desk) -> str:
    tops = find_tops(desk)
    if len(tops) > 1:
        names = unit_names(desk.units)
        units = "、".join(f"{code} {names[code]}" for code in tops)
        raise UsageError(
            "cli.document.several_tops", name="circular", count=len(tops), units=units, first=tops[0]
        )
    return top_of(desk)


def _make_notice(desk: Desk, asked: Asked, path: Path) -> None:
    track = _needed("notice", "track", asked.track)
    states = find_notices(desk, track)
    if not states:
        raise DataError("documents.no_notice", track=desk.opened.campaign.track(track).name.words(desk.lang))
    make_notice(desk, states[0].record.notice, _letter(desk, asked, None), path)


def _needed(name: str, option: str, *given: str | None) -> str:
    if not given or not given[0]:
        raise UsageError("cli.document.needs", name=name, option=f"--{option}")
    return given[0]


def _letter(desk: Desk, asked: Asked, unit_code: str | None) -> Letter:
    """What the campaign says, with what is asked for in its place."""
    said = {
        name: value
        for name in ("number", "sender", "recipients", "day", "contact", "phone")
        if (value := getattr(asked, name))
    }
    return replace(suggest_letter(desk, unit_code), **said, red_head=asked.red_head)
