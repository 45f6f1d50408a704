"""The command ``classify``: the list, the moves between two days, decisions from a table."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import click
import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.cli.output import show, tell_notes
from pbwidgets.errors import UsageError
from pbwidgets.store import Actor
from pbwidgets.wording import default_language, say
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace, today
from pbwidgets.workflows.meeting.class_list import import_classes
from pbwidgets.workflows.meeting.classes import find_class_track, load_classes, load_moves
from pbwidgets.workflows.meeting.decisions import Minutes


def classify_units(
    actor: Actor,
    campaign_id: str,
    track_id: str | None,
    form: str,
    output: Path | None,
    *,
    period: str | None,
    snapshot: str | None,
    moves: tuple[datetime, datetime] | None,
    file: Path | None,
    by: str | None,
    day: datetime | None,
    reason: str | None,
    present: str | None,
) -> None:
    """Show classes or moves, or record the decisions in a table.

    Raises
    ------
    UsageError
        ``classes.cli.one_of``, ``classes.cli.only_deciding``, ``classes.cli.by_needed``.
    ProblemsError
        With every wrong cell in the table.
    """
    if moves is not None and file is not None:
        raise UsageError("classes.cli.one_of")
    deciding = {"--by": by, "--on": day, "--reason": reason, "--present": present}
    for option, value in deciding.items():
        if file is None and value is not None:
            raise UsageError("classes.cli.only_deciding", option=option)
    with open_workspace() as workspace:
        opened = workspace.opened(campaign_id, period)
        if file is not None:
            track_id = find_class_track(opened, track_id).id
            body = by or _body(opened, track_id, workspace)
            minutes = Minutes(reason or "", body, day.date() if day else today(), present or "")
            done = import_classes(Desk(workspace, actor, opened), track_id, file, minutes)
            tell_notes(done.notes)
            click.echo(say("classes.cli.done", count=done.content), err=True)
        elif moves is not None:
            since, until = (moment.date() for moment in moves)
            found = load_moves(Desk(workspace, actor, opened), since, until, track_id=track_id)
            show(_word_moves(found, opened.campaign) if form == "table" else found, form, output, workspace)
        else:
            listed = load_classes(Desk(workspace, actor, opened), track_id=track_id, snapshot_id=snapshot)
            listed = listed.drop(columns=["reason_code", "reason_args"])
            show(
                _word_classes(listed, opened.campaign) if form == "table" else listed, form, output, workspace
            )


def _body(opened: Opened, track_id: str, workspace: Workspace) -> str:
    body = opened.campaign.track(track_id).decided_by
    if body is None:
        raise UsageError("classes.cli.by_needed")
    return body.words(workspace.settings.lang)


def _word_classes(listed: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    """The list with the names of tracks and classes, for people."""
    named = _namer(campaign)
    return listed.assign(
        track=_track_names(campaign, listed),
        proposed_class=named(listed, "proposed"),
        decided_class=named(listed, "decided"),
    )


def _word_moves(moves: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    named = _namer(campaign)
    return moves.assign(
        track=_track_names(campaign, moves),
        class_from=named(moves, "class_before"),
        class_to=named(moves, "class_after"),
        move_words=[say(f"classes.move.{move}") for move in moves["move"]],
    )


def _track_names(campaign: Campaign, frame: pd.DataFrame) -> list[str]:
    return [campaign.track(track_id).name.words(default_language()) for track_id in frame["track_id"]]


def _namer(campaign: Campaign) -> Callable[[pd.DataFrame, str], list[str]]:
    lang = default_language()
    names: Mapping[str, Mapping[int, str]] = {track.id: track.class_names(lang) for track in campaign.tracks}

    def name(frame: pd.DataFrame, column: str) -> list[str]:
        return [
            names[track_id].get(number, "")
            for track_id, number in zip(frame["track_id"], frame[column], strict=True)
        ]

    return name
