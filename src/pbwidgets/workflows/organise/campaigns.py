"""Open and close campaigns, check their files, list what has changed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pbwidgets.campaign import (
    Campaign,
    campaign_version,
    compare_campaigns,
    examine_campaign,
    from_json,
    to_json,
)
from pbwidgets.errors import ConflictError, DataError, Problem, UsageError
from pbwidgets.intake import Reading
from pbwidgets.settings import Settings
from pbwidgets.store import (
    Actor,
    MarkPolicy,
    close_period,
    freeze_campaign,
    is_period_open,
    load_campaign_json,
    open_period,
    open_periods,
)
from pbwidgets.store.campaigns import latest_version
from pbwidgets.store.progress import load_progress
from pbwidgets.store.submissions import EDITABLE, SUBMITTED, accepted
from pbwidgets.units import tops, unit_names
from pbwidgets.wording import default_language, say
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.rights import authorise
from pbwidgets.workflows.ground.seats import review_levels
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, Workspace, today
from pbwidgets.workflows.organise.effects import Effect, Outcome, find_effects, settle_marks


@dataclass(frozen=True)
class Opening:
    """How a period is opened.

    Attributes
    ----------
    marks
        What becomes of marks on lines whose points change; needed only if there are any. A rater's own mark stays
        on record beside what it counts as.
    roots
        Codes of the units below which units take part, none for every unit of a root kind; by default as the period
        had them.
    now
        Moment (timezone-aware) under which it is recorded; by default this one.
    """

    marks: MarkPolicy | None = None
    roots: tuple[str, ...] | None = None
    now: datetime | None = None


MOST_ROOTS: Final = 8
"""Maximum number of roots that are named after opening."""
AS_IT_WAS: Final = Opening()
"""Below the same roots, with no marks to settle."""


def open_campaign(
    workspace: Workspace,
    actor: Actor,
    campaign_id: str,
    period_id: str | None = None,
    how: Opening = AS_IT_WAS,
) -> Opened:
    """The campaign, frozen from its current file and opened for a period.

    A period that is already open moves to the new version; answers handed in before keep their version.

    Parameters
    ----------
    campaign_id
        File in ``parameters/campaigns``, without ``.yaml``.
    period_id
        Period of the campaign; by default :func:`period_to_open`.
    how
        What becomes of marks, and below which roots units take part.

    Raises
    ------
    ProblemsError
        If the file has problems.
    UsageError
        ``workflows.unknown_campaign``, ``workflows.unknown_period``, ``workflows.marks_policy_needed``,
        ``workflows.unknown_unit``, ``workflows.no_root``.
    RightsError
        If the actor may not open campaigns.
    """
    campaign = workspace.read_campaign(campaign_id)
    return open_definition(workspace, actor, campaign, period_id, how)


def open_definition(
    workspace: Workspace,
    actor: Actor,
    campaign: Campaign,
    period_id: str | None = None,
    how: Opening = AS_IT_WAS,
) -> Opened:
    """As :func:`open_campaign`, for a campaign in memory."""
    authorise(actor, "open_campaign", None, workspace.units())
    ids = [period.id for period in campaign.periods]
    period_id = period_id or period_to_open(workspace, campaign)
    if period_id not in ids:
        raise UsageError("workflows.unknown_period", value=period_id, allowed="、".join(ids), nearest=ids[-1])
    opened = Opened(campaign, campaign_version(campaign), period_id)
    if how.roots:
        _check_roots(workspace, opened, how.roots)
    with workspace.store.write(actor, how.now) as writer:
        freeze_campaign(writer, to_json(campaign), opened.version, campaign.id)
        before = latest_version(writer, *opened.key)
        settled: dict[Outcome, int] = {}
        if before not in (None, opened.version):
            old = Opened(
                from_json(load_campaign_json(writer, campaign.id, str(before))), str(before), period_id
            )
            settled = settle_marks(writer, old, opened, how.marks, workspace.settings.lang)
        marks = how.marks if settled else None
        period = open_period(writer, *opened.key, opened.version, marks, how.roots)
    return replace(opened, roots=period.roots, settled=settled)


def period_to_open(workspace: Workspace, campaign: Campaign) -> str:
    """Period that is opened where none is named: the one open now, else the one that has today, else the last."""
    ids = [period.id for period in campaign.periods]
    with workspace.store.read() as reader:
        are_open = [one.period_id for one in open_periods(reader, campaign.id) if one.period_id in ids]
    day = today()
    current = [period.id for period in campaign.periods if period.begins <= day <= period.ends]
    return [*ids[-1:], *current, *are_open][-1]


@dataclass(frozen=True)
class Joining:
    """Who takes part in an opened campaign.

    Attributes
    ----------
    roots
        Names of the units at the top, by their codes.
    members, partners
        How many units take part, those at the top among them, and how many are only pointed at and surveyed.
    """

    roots: Mapping[str, str]
    members: int
    partners: int

    def words(self, lang: str | None = None) -> str:
        """What an organiser is told after opening."""
        if not self.members:
            return say("workflows.joining_none", lang)
        names = [*self.roots.values()]
        shown = "、".join(names[:MOST_ROOTS]) + ("……" if len(names) > MOST_ROOTS else "")
        told = say("workflows.joining", lang, members=self.members, roots=shown, count=len(names))
        return told + (
            say("workflows.joining_partners", lang, partners=self.partners) if self.partners else ""
        )


def find_joining(workspace: Workspace, opened: Opened) -> Joining:
    """Who takes part today, or on the nearest day of the period."""
    units = workspace.taking_part(opened, today())
    names, kinds = unit_names(units), opened.campaign.member_kinds
    count = int(units["kind"].isin(list(kinds)).sum())
    return Joining({code: names[code] for code in tops(units, kinds)}, count, len(units) - count)


def find_roots(workspace: Workspace, campaign: Campaign, period_id: str | None = None) -> Mapping[str, str]:
    """Names of the units of a root kind of a campaign, by their codes: those below which it can be opened."""
    period = campaign.period(period_id or period_to_open(workspace, campaign))
    day = Opened(campaign, "", period.id).day(today())
    units = workspace.units(day)
    roots = [kind for kind, above in campaign.member_kinds.items() if not above]
    return unit_names(units[units["kind"].isin(roots)])


def _check_roots(workspace: Workspace, opened: Opened, codes: Collection[str]) -> None:
    fitting = find_roots(workspace, opened.campaign, opened.period_id)
    units = workspace.units(opened.day(today()))
    names = unit_names(units)
    for code in codes:
        if code in fitting:
            continue
        near = nearest(code, list(fitting))["nearest"]
        shown = f"{near} {fitting.get(near, '')}".strip()
        if code not in names:
            raise UsageError("workflows.unknown_unit", unit=code, nearest=shown)
        roots = [
            kind.name.words(default_language())
            for kind in opened.campaign.unit_kinds
            if kind.role == "member" and not kind.parents
        ]
        raise UsageError(
            "workflows.no_root", unit=f"{code} {names[code]}", kinds="、".join(roots), nearest=shown
        )


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


def close_campaign(desk: Desk) -> Opened:
    """The desk's period, closed.

    Nobody fills in, rates, nominates or decides in a closed period; it can be looked at, scored and reported on as
    it was when it was closed, and :func:`reopen_campaign` takes the closing back.

    Raises
    ------
    RightsError
        If the actor may not close campaigns; ``workflows.period_closed`` if it is closed already.
    """
    desk.authorise("open_campaign")
    with desk.write() as writer:
        close_period(writer, *desk.opened.key)
    closed = desk.workspace.opened(*desk.opened.key)
    if closed.campaign.listed:  # later periods count its lists as they were at the closing
        take_snapshot(desk.workspace, closed)
    return closed


def reopen_campaign(desk: Desk) -> Opened:
    """The desk's closed period, open again under the version that it had when it was closed.

    Raises
    ------
    ConflictError
        ``workflows.period_open`` if somebody has opened it since the desk was made.
    RightsError
        If the actor may not open campaigns.
    """
    desk.authorise("open_campaign")
    campaign, key = desk.opened.campaign, desk.opened.key
    with desk.workspace.store.write(desk.actor, desk.now) as writer:
        if is_period_open(writer, *key):
            raise ConflictError(
                "workflows.period_open", campaign=campaign.name.words(desk.lang), period=desk.opened.period_id
            )
        open_period(writer, *key, latest_version(writer, *key) or desk.opened.version)
    return desk.workspace.opened(*key)


def changes_since_opening(
    workspace: Workspace, campaign: Campaign, period_id: str | None = None
) -> tuple[Effect, ...]:
    """Changes of a campaign against its open version, each with what it touches.

    Parameters
    ----------
    period_id
        The open period; by default the one opened last.
    """
    with workspace.store.read(whole=True) as reader:  # what comes out are codes of units and numbers
        periods = [item for item in open_periods(reader, campaign.id) if period_id in (None, item.period_id)]
        if not periods or periods[-1].version == campaign_version(campaign):
            return ()
        newest = periods[-1]
        old = from_json(load_campaign_json(reader, campaign.id, newest.version))
        opened = Opened(old, newest.version, newest.period_id, newest.roots)
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
