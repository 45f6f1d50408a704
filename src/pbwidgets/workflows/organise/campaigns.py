"""Open and close campaigns, check their files, list what has changed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pbwidgets.campaign import (
    Campaign,
    campaign_version,
    compare_campaigns,
    examine_campaign,
    from_json,
    to_json,
)
from pbwidgets.errors import DataError, Problem, UsageError
from pbwidgets.intake import Reading
from pbwidgets.settings import Settings
from pbwidgets.store import (
    Actor,
    MarkPolicy,
    close_period,
    freeze_campaign,
    load_campaign_json,
    open_period,
    open_periods,
)
from pbwidgets.store.campaigns import latest_version
from pbwidgets.store.progress import load_progress
from pbwidgets.store.submissions import EDITABLE, SUBMITTED, accepted
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import authorise
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.workspace import Opened, Workspace, today
from pbwidgets.workflows.organise.effects import Effect, Outcome, find_effects, settle_marks


def open_campaign(
    workspace: Workspace,
    actor: Actor,
    campaign_id: str,
    period_id: str | None = None,
    marks: MarkPolicy | None = None,
) -> Opened:
    """The campaign, frozen from its current file and opened for a period.

    A period that is already open moves to the new version; answers handed in before keep their version.

    Parameters
    ----------
    campaign_id
        File in ``parameters/campaigns``, without ``.yaml``.
    period_id
        Period of the campaign; by default its last one.
    marks
        What becomes of marks on lines whose points change; needed only if there are any. A rater's own mark stays
        on record beside what it counts as.

    Raises
    ------
    ProblemsError
        If the file has problems.
    UsageError
        ``workflows.unknown_campaign``, ``workflows.unknown_period``, ``workflows.marks_policy_needed``.
    RightsError
        If the actor may not open campaigns.
    """
    campaign = workspace.read_campaign(campaign_id)
    return open_definition(workspace, actor, campaign, period_id, marks)


def open_definition(
    workspace: Workspace,
    actor: Actor,
    campaign: Campaign,
    period_id: str | None = None,
    marks: MarkPolicy | None = None,
    now: datetime | None = None,
) -> Opened:
    """As :func:`open_campaign`, for a campaign in memory.

    Parameters
    ----------
    now
        Moment (timezone-aware) under which it is recorded; by default this one.
    """
    authorise(actor, "open_campaign", None, workspace.units())
    ids = [period.id for period in campaign.periods]
    period_id = period_id or ids[-1]
    if period_id not in ids:
        raise UsageError("workflows.unknown_period", value=period_id, allowed="、".join(ids), nearest=ids[-1])
    opened = Opened(campaign, campaign_version(campaign), period_id)
    with workspace.store.write(actor, now) as writer:
        freeze_campaign(writer, to_json(campaign), opened.version, campaign.id)
        before = latest_version(writer, *opened.key)
        settled: dict[Outcome, int] = {}
        if before not in (None, opened.version):
            old = Opened(
                from_json(load_campaign_json(writer, campaign.id, str(before))), str(before), period_id
            )
            settled = settle_marks(writer, old, opened, marks, workspace.settings.lang)
        open_period(writer, *opened.key, opened.version, marks if settled else None)
    return replace(opened, settled=settled)


@dataclass(frozen=True)
class Unfinished:
    """What stays as it is once a period is closed.

    Attributes
    ----------
    drafts
        Forms begun or returned, and not handed in.
    waiting
        Forms handed in that a review level has not acted on.
    """

    drafts: int
    waiting: int


def count_unfinished(desk: Desk) -> Unfinished:
    """What closing the desk's period would leave unfinished.

    Raises
    ------
    RightsError
        If the actor may not close campaigns.
    """
    desk.authorise("open_campaign")
    with desk.workspace.store.read() as reader:
        done = load_progress(reader, *desk.opened.key)
    waiting = 0
    for form in desk.opened.campaign.forms:
        levels = review_levels(desk.opened.campaign, form)
        states = (SUBMITTED, *map(accepted, levels))[: len(levels)]
        waiting += int(done.loc[done["form_id"] == form.id, "state"].isin(states).sum())
    return Unfinished(int(done["state"].isin(EDITABLE).sum()), waiting)


def close_campaign(desk: Desk) -> Unfinished:
    """Close the desk's period; returns what is left unfinished.

    Nobody fills in, rates, nominates or decides in a closed period; it can be looked at, scored and reported on as
    it was when it was closed, and :func:`reopen_campaign` takes the closing back.

    Raises
    ------
    RightsError
        If the actor may not close campaigns; ``workflows.period_closed`` if it is closed already.
    """
    left = count_unfinished(desk)
    with desk.write() as writer:
        close_period(writer, *desk.opened.key)
    return left


def reopen_campaign(desk: Desk) -> Opened:
    """The desk's closed period, open again under the version that it had.

    Raises
    ------
    RightsError
        If the actor may not open campaigns.
    """
    desk.authorise("open_campaign")
    with desk.workspace.store.write(desk.actor, desk.now) as writer:
        open_period(writer, *desk.opened.key, desk.opened.version)
    return replace(desk.opened, closed_at=None)


def changes_since_opening(
    workspace: Workspace, campaign: Campaign, period_id: str | None = None
) -> tuple[Effect, ...]:
    """Changes of a campaign against its open version, each with what it touches.

    Parameters
    ----------
    period_id
        The open period; by default the one opened last.
    """
    with workspace.store.read() as reader:
        periods = [item for item in open_periods(reader, campaign.id) if period_id in (None, item.period_id)]
        if not periods or periods[-1].version == campaign_version(campaign):
            return ()
        newest = periods[-1]
        old = from_json(load_campaign_json(reader, campaign.id, newest.version))
        opened = Opened(old, newest.version, newest.period_id)
        return find_effects(reader, opened, campaign, compare_campaigns(old, campaign), today())


def check_campaigns(settings: Settings, files: tuple[Path, ...] = ()) -> Reading[tuple[Problem, ...]]:
    """All problems of some campaign files, by default of all in the workspace, and notes on their texts."""
    folder = settings.parameters / "campaigns"
    if not files and not folder.is_dir():
        raise DataError("workflows.no_workspace", folder=str(settings.workspace))
    return join_readings(examine_campaign(file) for file in files or sorted(folder.glob("*.yaml")))


def join_readings(readings: Iterable[Reading[tuple[Problem, ...]]]) -> Reading[tuple[Problem, ...]]:
    """Problems and notes of several files in one."""
    every = tuple(readings)
    return Reading(
        tuple(problem for one in every for problem in one.content),
        tuple(note for one in every for note in one.notes),
    )
