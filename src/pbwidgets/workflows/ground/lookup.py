"""Find things by their id, or raise and suggest the nearest id."""

from difflib import get_close_matches

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Form, Track
from pbwidgets.errors import DataError, UsageError


def nearest(value: str, allowed: list[str]) -> dict[str, str]:
    """Arguments of a message about an unknown name: the allowed names, and the nearest spelling."""
    near = get_close_matches(value, allowed, 1, 0.0)
    return {"value": value, "allowed": "、".join(allowed) or "—", "nearest": near[0] if near else "—"}


def check_track(campaign: Campaign, track_id: str | None) -> None:
    """Raise unless the campaign has this track, listing those it has."""
    names = [track.id for track in campaign.tracks]
    if track_id is not None and track_id not in names:
        raise UsageError("workflows.unknown_track", **nearest(track_id, names))


def check_unit(units: pd.DataFrame, unit_code: str) -> None:
    """Raise unless the register has this unit; the message suggests the nearest code."""
    codes = list(units["unit_code"])
    if unit_code not in codes:
        near = nearest(unit_code, codes)["nearest"]
        raise UsageError("workflows.unknown_unit", unit=unit_code, nearest=near)


def find_form(campaign: Campaign, form_id: str) -> Form:
    """Form with this id.

    Raises
    ------
    UsageError
        ``fill.unknown_form`` with the nearest existing id.
    """
    known = [form.id for form in campaign.forms]
    if form_id not in known:
        raise UsageError("fill.unknown_form", **nearest(form_id, known))
    return campaign.form(form_id)


def find_line(campaign: Campaign, criterion_id: str) -> tuple[Track, Criterion]:
    """Line of a score sheet, and its track.

    Raises
    ------
    DataError
        ``workflows.unknown_line``.
    """
    for track in campaign.tracks:
        for line in track.lines():
            if line.id == criterion_id:
                return track, line
    raise DataError("workflows.unknown_line", line=criterion_id)
