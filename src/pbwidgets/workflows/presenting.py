"""The slides of a meeting, from the list that is on the screen."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbwidgets.charts import View, ranking_bars
from pbwidgets.exports import Slide, build_deck, tables
from pbwidgets.scoring.frames import SELECTED, TIED_AT_CUT, WAITING
from pbwidgets.store import Actor
from pbwidgets.wording import say
from pbwidgets.workflows.trying import Trial, Tried, WhatIf, authorise_meeting, root_codes, word_what_if
from pbwidgets.workflows.workspace import Opened, Workspace, today

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

MEETING: Final = "meeting"
"""Folder beside those of the reports."""


def view_of_meeting(trial: Trial, tried: Tried, lang: str) -> View:
    """What a chart of the list needs to know: it is for the uppermost unit."""
    units = trial.records.units
    root = units[units["unit_code"] == root_codes(units)[0]].iloc[0]
    return View(
        campaign=tried.campaign,
        period=trial.period_id,
        track_id=tried.track.layout.track.id,
        unit_code=str(root["unit_code"]),
        unit_name=str(root["unit_name"]),
        lang=lang,
        synthetic=bool(units["synthetic"].any()),
    )


def chart_of_meeting(trial: Trial, tried: Tried, lang: str) -> "alt.LayerChart":
    """The ranking on the screen, with the line where the places end."""
    return ranking_bars(_with_names_above(trial, tried), view_of_meeting(trial, tried, lang))


def make_slides(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    trial: Trial,
    tried: Tried,
    what_if: WhatIf,
    lang: str,
) -> Path:
    """The ``.pptx`` of the list on the screen, in the outputs of the uppermost unit; a what-if is marked as such.

    Raises
    ------
    RightsError
        If the actor may not see the meeting.
    DataError
        ``charts.no_cjk_font``.
    """
    units = workspace.units(opened.day(today()))
    authorise_meeting(actor, units)
    track = tried.track.layout.track
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    changes = word_what_if(trial.campaign, what_if, names, lang)
    mark = say("meeting.slides_mark", lang) if changes else ""
    view = view_of_meeting(trial, tried, lang)
    title = say("meeting.slides_title", lang, track=track.name.words(lang))
    counts = tried.selection["status"].value_counts()
    sentence = say(
        "meeting.slides_sentence",
        lang,
        selected=int(counts.get(SELECTED, 0)),
        tied=int(counts.get(TIED_AT_CUT, 0)),
        waiting=int(counts.get(WAITING, 0)),
    )
    table = tables.units_of_track(
        tried.campaign, track, tried.selection, tried.totals, trial.records.units, title, lang
    ).without("unit_code", "reason")
    slide = Slide(
        title=f"{title}（{mark}）" if mark else title,
        picture=chart_of_meeting(trial, tried, lang),
        table=table.frame[table.frame["rank"].notna()],
        columns=table.columns,
        key_sentence="；".join([*changes, sentence]),
    )
    folder = workspace.settings.outputs / opened.campaign.id / opened.period_id / MEETING / view.unit_code
    name = f"{track.id}-{actor.name.replace(':', '-')}{'-trial' if changes else ''}.pptx"
    return build_deck(
        [slide],
        folder / _plain(name),
        title=f"{opened.campaign.name.words(lang)}　{title}",
        subtitle="　".join(part for part in (opened.period_id, today().isoformat(), mark) if part),
        lang=lang,
        note=say("reports.synthetic", lang) if view.synthetic else "",
    )


def _plain(name: str) -> str:
    """Name of a file without what leads elsewhere."""
    return name.replace("/", "-").replace("\\", "-").lstrip(".")


def _with_names_above(trial: Trial, tried: Tried) -> "pd.DataFrame":
    """Selection in which units that bear the same name say under which unit they stand."""
    above = tables.names_above(trial.records.units)
    selection = tried.selection
    twice = selection["unit_name"].duplicated(keep=False)
    names = [
        f"{name}·{above[code]}" if double and above.get(code) else name
        for code, name, double in zip(selection["unit_code"], selection["unit_name"], twice, strict=True)
    ]
    return selection.assign(unit_name=names)
