"""The slides of a meeting, from the list on the screen."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbwidgets.charts import View, ranking_bars, ranking_bars_native
from pbwidgets.charts.headlines.standing import ranking_headline
from pbwidgets.exports import Deck, Slide, build_deck, open_template, tables
from pbwidgets.exports.own_templates import find_template
from pbwidgets.scoring.frames import ASSESSED, SELECTED, TIED_AT_CUT, WAITING
from pbwidgets.units import tops, unit_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.workspace import day_of
from pbwidgets.workflows.meeting.what_if import (
    Trial,
    Tried,
    WhatIf,
    authorise_meeting,
    word_decided,
    word_what_if,
)

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


MEETING: Final = "meeting"
"""Folder of the slides, beside the reports."""


def view_of_meeting(trial: Trial, tried: Tried, lang: str) -> View:
    """Settings of a chart of the list, drawn for the unit at its top, or the first of them."""
    units, track = trial.records.units, tried.track.layout.track
    codes = tops(units, track.unit_kind) or tops(units, tried.campaign.member_kinds)
    top = units[units["unit_code"] == codes[0]].iloc[0]
    return View(
        campaign=tried.campaign,
        period=trial.period_id,
        track_id=track.id,
        unit_code=str(top["unit_code"]),
        unit_name=str(top["unit_name"]),
        lang=lang,
        synthetic=bool(units["synthetic"].any()),
        day=trial.day,
    )


def chart_of_meeting(trial: Trial, tried: Tried, lang: str) -> "alt.LayerChart":
    """Chart of the ranking on the screen, with a line where the places end."""
    return ranking_bars(_with_names_above(trial, tried), view_of_meeting(trial, tried, lang))


def make_slides(desk: Desk, trial: Trial, tried: Tried, what_if: WhatIf) -> Path:
    """Path of a ``.pptx`` of the list on the screen, in the topmost unit's outputs; a what-if is marked as such.

    Raises
    ------
    RightsError
        If the actor may not see the meeting.
    DataError
        ``slides.template_…`` if the organiser's template cannot be used.
    """
    lang, units = desk.lang, desk.units
    track = tried.track.layout.track
    authorise_meeting(desk, track.id)
    changes = word_what_if(trial.campaign, what_if, unit_names(units), lang)
    mark = say("meeting.slides_mark", lang) if changes else ""
    view = view_of_meeting(trial, tried, lang)
    code = "meeting.slides_title_decided" if tried.holds else "meeting.slides_title"
    title = say(code, lang, track=track.name.words(lang))
    counted = word_decided(tried, lang) if tried.holds else _word_counts(tried, lang)
    drawn = _with_names_above(trial, tried), view
    headline = ranking_headline(drawn[0], tried.points, view)
    period, day = desk.opened.period_id, day_of(desk.now)
    source = say("slides.source", lang, campaign=tried.campaign.name.words(lang), period=period, day=day)
    slide = Slide(
        title=f"{headline}（{mark}）" if mark else headline,
        key_sentence=title,
        notes="\n".join((*changes, headline, counted, source)),
        native=ranking_bars_native(*drawn),
    )
    folder = desk.workspace.settings.outputs.joinpath(*desk.opened.key, MEETING, view.unit_code)
    kind = "-decided" if tried.holds else "-trial" if changes else ""
    name = f"{track.id}-{desk.actor.name.replace(':', '-')}{kind}.pptx"
    template = find_template(desk.workspace.settings.parameters, tried.campaign.templates, "slides")
    about = Deck(
        f"{desk.opened.campaign.name.words(lang)}　{title}",
        "　".join(filter(None, (period, day.isoformat(), mark))),
        lang,
        say("reports.synthetic", lang) if view.synthetic else "",
        (*changes, headline, counted),
        "　".join(filter(None, (source, say("exports.synthetic", lang) if view.synthetic else ""))),
        open_template(template) if template else None,
    )
    deck = build_deck([slide], folder / _plain(name), about)
    return check_leaving(desk.workspace, deck)


def _word_counts(tried: Tried, lang: str) -> str:
    counts = tried.selection["status"].value_counts()
    if tried.track.layout.track.places is None:
        return say("meeting.slides_sentence_ranked", lang, count=int(counts.get(ASSESSED, 0)))
    return say(
        "meeting.slides_sentence",
        lang,
        selected=int(counts.get(SELECTED, 0)),
        tied=int(counts.get(TIED_AT_CUT, 0)),
        waiting=int(counts.get(WAITING, 0)),
    )


def _plain(name: str) -> str:
    """File name that stays in its folder."""
    return name.replace("/", "-").replace("\\", "-").lstrip(".")


def _with_names_above(trial: Trial, tried: Tried) -> "pd.DataFrame":
    """Selection in which units with the same name also carry the name of the unit above."""
    above = tables.names_above(trial.records.units)
    selection = tried.selection
    twice = selection["unit_name"].duplicated(keep=False)
    names = [
        f"{name}·{above[code]}" if double and above.get(code) else name
        for code, name, double in zip(selection["unit_code"], selection["unit_name"], twice, strict=True)
    ]
    return selection.assign(unit_name=names)
