"""Find things by their id, or raise and suggest the nearest id."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign, Criterion, Form, Text, Track
from pbwidgets.campaign.checklists import Check, MeasureCheck, RowsCheck, UnitList
from pbwidgets.errors import DataError, PbError, UsageError
from pbwidgets.units import unit_names
from pbwidgets.wording import has_words, say


def nearest(value: str, allowed: list[str]) -> dict[str, str]:
    """Arguments of a message about an unknown name: the allowed names, and the nearest spelling."""
    near = get_close_matches(value, allowed, 1, 0.0)
    return {"value": value, "allowed": "、".join(allowed) or "—", "nearest": near[0] if near else "—"}


def check_track(campaign: Campaign, track_id: str | None) -> None:
    """Raise unless the campaign has this track, listing those it has."""
    names = [track.id for track in campaign.tracks]
    if track_id is not None and track_id not in names:
        raise UsageError("workflows.unknown_track", **nearest(track_id, names))


def find_list(campaign: Campaign, list_id: str) -> UnitList:
    """List with this id.

    Raises
    ------
    UsageError
        ``workflows.unknown_list`` with the nearest existing id.
    """
    known = [one.id for one in campaign.lists]
    if list_id not in known:
        raise UsageError("workflows.unknown_list", **nearest(list_id, known))
    return campaign.lists[known.index(list_id)]


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


def name_parts(error: PbError, campaign: Campaign, units: pd.DataFrame, lang: str) -> None:
    """Put names in place of the codes and ids in the message of a refusal; what has no name stays as it is.

    A unit whose name another unit has as well keeps its code beside it.
    """
    ids = {name: value for name, value in error.args_of_message.items() if isinstance(value, str)}
    known = {
        **campaign_names(campaign, lang),
        **dict.fromkeys(("unit", "own", "by", "parent"), name_units(units, ids.values())),
    }
    for name, value in ids.items():
        if name == "state" and has_words(f"home.state_{value.partition(':')[0]}"):
            error.args_of_message[name] = word_state(value, known["level"], lang)
        elif name in _CODED and has_words(f"{_CODED[name]}{value}"):
            error.args_of_message[name] = say(f"{_CODED[name]}{value}", lang)
        else:
            error.args_of_message[name] = known.get(name, {}).get(value, value)


def campaign_names(campaign: Campaign, lang: str) -> dict[str, dict[str, str]]:
    """Names of what a campaign defines, by the kind of thing (form, line, level, …) and by id."""
    lines = {
        item.criterion.id: item.criterion.name.words(lang)
        for track in campaign.tracks
        for item in track.numbered()
    }
    layers = {layer.id: layer.name.words(lang) for layer in campaign.layers}
    sources = {
        source.id: source.name.words(lang)
        for track in campaign.tracks
        for layer in track.layers
        for source in layer.sources
    }
    judged = {one.id: one.name.words(lang) for one in campaign.tracks}
    listed = {one.id: one.name.words(lang) for one in campaign.lists}
    return {
        **dict.fromkeys(("line", "criterion"), lines),
        "form": {form.id: form.name.words(lang) for form in campaign.forms},
        "layer": layers,
        "source": {**layers, **sources},
        "track": {**judged, **listed},  # a decision is on one or the other
        "campaign": {campaign.id: campaign.name.words(lang)},
        "check": {
            check.check_id: _name_check(campaign, check).words(lang)
            for track in campaign.tracks
            for check in track.checks
        },
        "level": {level.id: level.name.words(lang) for level in campaign.review_levels},
    }


def _name_check(campaign: Campaign, check: Check) -> Text:
    """Name of a check: its own, else that of the form or measure that it reads."""
    if isinstance(check, RowsCheck):
        return campaign.form(check.rows.partition("/")[0]).name
    if check.name is None and isinstance(check, MeasureCheck):
        return next(one.name for one in campaign.every_measure if one.id == check.measure)
    return check.name or Text(zh=check.id, en=check.id)


_CODED: Final = {"role": "accounts.role.", "action": "workflows.action.", "status": "review.veto_"}
"""Beginnings of the codes that have words for what an error names in code."""


def name_units(units: pd.DataFrame, codes: Iterable[str]) -> dict[str, str]:
    """Names of those of the codes that are in the register; one that several units share keeps its code beside it."""
    names = unit_names(units)
    shared = Counter(names.values())
    return {
        code: names[code] if shared[names[code]] == 1 else f"{names[code]}（{code}）"
        for code in codes
        if code in names
    }


def unit_namer(units: pd.DataFrame) -> Callable[[str], str]:
    """Function from a code to the name of its unit, as :func:`name_units` gives it; what is not known stays."""
    return lambda code: name_units(units, [code]).get(code, code)


def word_state(state: str, levels: Mapping[str, str], lang: str) -> str:
    """State of a submission in words; ``levels`` are the names of the review levels."""
    name, _, level = state.partition(":")
    return say(f"home.state_{name}", lang, **({"level": levels.get(level, level)} if level else {}))
