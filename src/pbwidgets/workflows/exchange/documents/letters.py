"""Sender, recipients and date of a document, its template, and the last look before it is handed out."""

from dataclasses import replace
from pathlib import Path

from pbwidgets.campaign.checks_office import is_placeholder
from pbwidgets.campaign.model import DocumentName, Office
from pbwidgets.errors import DataError
from pbwidgets.exports.docx import Letter, OfficialDocument, full_number, write_official
from pbwidgets.exports.own_templates import find_template
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk, find_tops
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.workspace import day_of


def suggest_letter(desk: Desk, unit_code: str | None = None) -> Letter:
    """What stands around a document of today, as far as the campaign says it; what it does not say is empty.

    Parameters
    ----------
    unit_code
        The unit at the top that it comes from; by default the only one. Of several none is taken: the sender is left
        open if it is named by its unit.
    """
    office, tops = _office(desk), [unit_code] if unit_code else find_tops(desk)
    return Letter(
        sender=office.sender_at(unit_names(desk.units).get(tops[0], "") if len(tops) == 1 else ""),
        recipients=office.recipients,
        copies=office.copies,
        day=day_of(desk.now),
        contact=office.contact or "",
        phone=office.phone or "",
    )


def top_of(desk: Desk) -> str:
    """Code of the first unit at the top of the campaign.

    Raises
    ------
    DataError
        ``documents.no_units`` if nobody takes part yet.
    """
    tops = find_tops(desk)
    if not tops:
        raise DataError("documents.no_units")
    return tops[0]


def complete_letter(desk: Desk, letter: Letter) -> Letter:
    """A letter ready to be written: its number in full.

    Raises
    ------
    DataError
        ``documents.sender_needed``, ``documents.placeholder`` for a text that somebody has yet to write,
        ``documents.sign_needed`` for a bare number where the campaign does not give the sender's sign.
    """
    if not letter.sender.strip():
        raise DataError("documents.sender_needed")
    for text in (
        letter.sender,
        letter.number,
        *letter.recipients,
        *letter.copies,
        letter.contact,
        letter.phone,
    ):
        if is_placeholder(text):
            raise DataError("documents.placeholder", value=text)
    sign, number = _office(desk).number or "", letter.number.strip()
    if number.isdecimal() and not sign:
        raise DataError("documents.sign_needed", number=number)
    year = (letter.day or day_of(desk.now)).year
    return replace(letter, number=full_number(sign, number, year))


def save_document(desk: Desk, name: DocumentName, document: OfficialDocument, path: Path) -> Path:
    """Write a document, from the organiser's template if there is one; it stays if it names somebody.

    Raises
    ------
    DataError
        ``template.*``, ``exports.identifying_found``.
    """
    return check_leaving(desk.workspace, write_official(document, path, template_of(desk, name)))


def template_of(desk: Desk, name: DocumentName) -> Path | None:
    """The organiser's template of a kind of document; None without one."""
    return find_template(desk.workspace.settings.parameters, desk.opened.campaign.templates, name)


def _office(desk: Desk) -> Office:
    return desk.opened.campaign.office or Office()
