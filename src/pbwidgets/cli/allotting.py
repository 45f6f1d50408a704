"""The command ``allot``: shares on stdout, places left open by a tie on stderr; set only with ``--write``."""

from pathlib import Path

import click

from pbwidgets.cli.output import show, tell_notes
from pbwidgets.errors import DataError
from pbwidgets.store import Actor
from pbwidgets.wording import say
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import open_workspace, today
from pbwidgets.workflows.organise.allotments import (
    SharedPlaces,
    find_nominated,
    list_nominating,
    set_allotments,
    share_places,
)
from pbwidgets.workflows.organise.weight_list import read_weights


def allot_places(
    actor: Actor,
    campaign_id: str,
    track_id: str,
    form: str,
    output: Path | None,
    *,
    period: str | None,
    total: int | None,
    weights: Path | None,
    column: str | None,
    write: bool,
) -> None:
    """Share out the places of a track and show the shares; set them with ``write``.

    Raises
    ------
    DataError
        ``scoring.allotment_tied`` with ``write`` while a tie leaves places open.
    UsageError, ProblemsError, RightsError
        As raised by the workflows.
    """
    with open_workspace() as workspace:
        opened = workspace.opened(campaign_id, period)
        given = None
        if weights is not None:
            units = workspace.units(opened.day(today()))
            nominating = list_nominating(find_nominated(opened, track_id), units)
            read = read_weights(weights, list(nominating["unit_code"]), column)
            tell_notes(read.notes)
            given = read.content
        shared = share_places(Desk(workspace, actor, opened), track_id, total=total, weights=given)
        show(shared.units, form, output)
        click.echo(say_bounds(shared), err=True)
        if write:
            allotted = shared.to_set()
            set_allotments(Desk(workspace, actor, opened), track_id, allotted)
            click.echo(say("allotting.written", count=len(allotted)), err=True)
        elif shared.open_places:
            names = ", ".join(shared.tied_names)
            tied = DataError(
                "scoring.allotment_tied", open=shared.open_places, tied=len(shared.tied_names), units=names
            )
            click.echo(str(tied), err=True)


def say_bounds(shared: SharedPlaces) -> str:
    """How many places were shared out among how many units, and within what bounds."""
    code = "allotting.shown" if shared.highest is not None else "allotting.shown_unbounded"
    return say(
        code, total=shared.total, count=len(shared.units), lowest=shared.lowest, highest=shared.highest
    )
