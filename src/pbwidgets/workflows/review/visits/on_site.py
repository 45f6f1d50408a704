"""On-site inspection: photos of what an inspector sees, and paper sheets to be typed in later."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.errors import RightsError
from pbwidgets.exports.columns import Column
from pbwidgets.exports.docx import (
    Heading,
    OfficialDocument,
    Paragraph,
    Properties,
    Table,
    write_official,
)
from pbwidgets.exports.own_templates import find_template
from pbwidgets.store import Evidence, SubmissionKey
from pbwidgets.store.file_kinds import IMAGES
from pbwidgets.units import ancestors, unit_names
from pbwidgets.wording import number, say
from pbwidgets.workflows.ground.desk import Desk, check_key
from pbwidgets.workflows.ground.files import Upload, check_leaving, keep_evidence
from pbwidgets.workflows.ground.lookup import check_track, check_unit
from pbwidgets.workflows.ground.seats import Place, find_seats, lines_to_mark, sources_of_line
from pbwidgets.workflows.ground.workspace import Opened

ON_SITE: Final = "on_site"
"""First part of the field path of an inspector's photo: ``on_site/<layer>/<line>``."""


def add_on_site_photo(
    desk: Desk, key: SubmissionKey, criterion_id: str, filename: str, data: bytes
) -> Evidence:
    """Photo taken on site, stored as evidence for one line of the unit's score sheet.

    Raises
    ------
    DataError
        ``store.evidence_too_big``, ``store.evidence_kind``, ``store.photo_damaged`` and the other errors of
        :func:`pbwidgets.workflows.ground.files.keep_evidence`.
    RightsError
        If the actor does not mark this line of this unit.
    """
    desk.authorise("rate", key.unit_code)
    layers = [
        place.layer
        for place in _marking_places(desk, key.unit_code)
        for line in place.track.lines()
        if line.id == criterion_id
        and key.form_id in place.track.forms
        and sources_of_line(desk.opened.campaign, place, line)
    ]
    if not layers:
        raise RightsError("workflows.out_of_scope", unit=key.unit_code, own=desk.actor.unit_code or "")
    check_key(desk, key, "rate")
    return keep_evidence(desk, key, f"{ON_SITE}/{layers[0]}/{criterion_id}", Upload(filename, data, IMAGES))


def _marking_places(desk: Desk, unit_code: str) -> tuple[Place, ...]:
    """Layers and sources in which the actor marks a unit; none if the actor may not."""
    return find_seats(desk).places(desk.opened.campaign, unit_code)


def print_mark_sheets(desk: Desk, track_id: str, unit_codes: Sequence[str], path: Path) -> Path:
    """Path of a Word document with one sheet per unit to fill in by hand: the lines that the actor marks.

    Raises
    ------
    UsageError
        ``workflows.unknown_track``, ``workflows.unknown_unit``.
    RightsError
        If the actor does not mark one of the units.
    DataError
        ``template.*`` if the organiser has a template for them; ``exports.identifying_found``.
    """
    check_track(desk.opened.campaign, track_id)
    lang, units = desk.lang, desk.units
    names = unit_names(units)
    above = ancestors(units, desk.opened.campaign.partition_by)
    title = say("review.paper_title", lang, track=desk.opened.campaign.track(track_id).name.words(lang))
    blocks: list[Heading | Paragraph | Table] = []
    for code in unit_codes:
        check_unit(units, code)
        desk.authorise("rate", code)
        places = tuple(place for place in _marking_places(desk, code) if place.track.id == track_id)
        if not places:
            raise RightsError("workflows.out_of_scope", unit=code, own=desk.actor.unit_code or "")
        parent = names.get(above.get(code) or "", "") if above.get(code) != code else ""
        blocks += [
            Heading(0, title),
            Paragraph(
                say("review.paper_unit", lang, unit=f"{parent}{names[code]}", unit_code=code),
                "left",
                keep=True,
            ),
            Table(_lines_frame(desk.opened, places, lang), row_mm=_ROW_MM, columns=_columns(lang)),
            Paragraph(say("review.paper_signatures", lang), "left"),
        ]
    properties = Properties(title=say("review.paper_name", lang))
    document = OfficialDocument(tuple(blocks), properties=properties, lang=lang)
    named = desk.opened.campaign.templates
    template = find_template(desk.workspace.settings.parameters, named, "check_sheet")
    return check_leaving(desk.workspace, write_official(document, path, template))


_ROW_MM: Final = 14
_WIDTHS: Final = {"line": 36, "points": 6, "mark": 8, "remark": 26}
"""Columns of a sheet with their widths: what is written by hand gets the room."""


def _columns(lang: str) -> dict[str, Column]:
    return {name: Column(say(f"review.paper_{name}", lang), width) for name, width in _WIDTHS.items()}


def _lines_frame(opened: Opened, places: tuple[Place, ...], lang: str) -> pd.DataFrame:
    wanted = set(lines_to_mark(opened.campaign, places))
    rows = []
    for line in dict.fromkeys(line for place in places for line in place.track.lines() if line.id in wanted):
        anchors = "；".join(f"{number(anchor.points)} {anchor.text.words(lang)}" for anchor in line.anchors)
        text = f"{line.name.words(lang)}（{anchors}）" if anchors else line.name.words(lang)
        rows.append((text, number(line.points or 0.0), "", ""))
    return pd.DataFrame(rows, columns=list(_WIDTHS), dtype="string")
