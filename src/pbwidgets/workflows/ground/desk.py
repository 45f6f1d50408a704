"""Where somebody works: the workspace, the actor, the campaign, the time, and the language."""

import atexit
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.arguments import check_arguments
from pbwidgets.campaign.pointing import KnownUnits
from pbwidgets.errors import ConflictError, PbError, RightsError, UsageError
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.store import Actor, MarkKey, Owner, Reader, SubmissionKey, Writer, audit_head, is_period_open
from pbwidgets.store.campaigns import load_open_version
from pbwidgets.units import ancestors, successors, tops, unit_names
from pbwidgets.wording import default_language
from pbwidgets.workflows.ground.answers import check_keeps
from pbwidgets.workflows.ground.lookup import check_track, name_parts
from pbwidgets.workflows.ground.rights import (
    Action,
    Scope,
    authorise_within,
    codes_within,
    operator,
    scope_of,
    units_in_scope,
)
from pbwidgets.workflows.ground.workspace import (
    Opened,
    Workspace,
    closed_campaigns,
    day_of,
    open_campaigns,
    open_workspace,
    utc_now,
)


def _now() -> datetime:
    return utc_now()


@dataclass(frozen=True)
class Desk:
    """What every use case needs to know; made anew for each action, so that rights are always current.

    Attributes
    ----------
    workspace
        Settings and store.
    actor
        Who acts.
    opened
        The campaign and period.
    lang
        Language of texts that are returned: ``zh_CN`` or ``en``.
    """

    workspace: Workspace
    actor: Actor
    opened: Opened
    lang: str = field(default_factory=default_language)
    now: datetime = field(default_factory=_now)

    @cached_property
    def units(self) -> pd.DataFrame:
        """The units that take part in the campaign on the desk's day, within the period; columns ``UNITS``."""
        return self.workspace.taking_part(self.opened, day_of(self.now))

    @cached_property
    def _codes(self) -> frozenset[str]:
        """Codes of these units."""
        return frozenset(self.units["unit_code"])

    @cached_property
    def _within(self) -> Callable[[Scope], frozenset[str]]:
        """Codes of the units in each scope of the actor's."""

        @cache
        def find(scope: Scope) -> frozenset[str]:
            top_codes = find_tops(self) if scope == "root" else ()
            return codes_within(scope, self.actor.unit_code, self.units, top_codes)

        return find

    @cached_property
    def _seats(self) -> Mapping[str, Mapping[str, str]]:
        """By review level, the code of the unit whose reviewers act on each unit."""
        return {
            level.id: {
                str(unit): str(seat)
                for unit, seat in ancestors(self.units, level.unit_kind).items()
                if isinstance(seat, str)
            }
            for level in self.opened.campaign.review_levels
        }

    def authorise(self, action: Action, unit_code: str | None = None) -> None:
        """Raise unless the actor may do the action.

        Parameters
        ----------
        action
            What the actor wants to do.
        unit_code
            Unit that it concerns; None if it concerns the whole campaign.

        Raises
        ------
        RightsError
            ``workflows.not_allowed`` if the role never may, ``workflows.out_of_scope`` if it may not for this unit,
            ``workflows.takes_no_part`` if the unit does not take part.
        """
        with _naming(self):
            authorise_within(self.actor, action, unit_code, self._within)
            if unit_code is not None and unit_code not in self._codes:
                raise RightsError(NO_PART, unit=unit_code)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Write transaction of the store, recorded under the actor and the time; refusals name what they are about.

        Raises
        ------
        RightsError
            ``workflows.period_closed``: in a closed period nobody writes anything.
        DataError
            ``fill.keeps_broken`` if what was written breaks what entries must keep.
        """
        with _naming(self), self.workspace.store.write(self.actor, self.now) as writer:
            check_open(writer, self)
            since = audit_head(writer)
            yield writer
            check_keeps(writer, self.opened, day_of(self.now), since, self.lang)


def common_words(desk: Desk) -> CommonWords:
    """Words of all campaigns, of units and of accounts, which identify nobody."""
    with desk.workspace.store.read(whole=True) as reader:
        return desk.workspace.store.identified.common(reader.conn)


def seats_above(desk: Desk) -> Mapping[str, Mapping[str, str]]:
    """By review level, the code of the unit whose reviewers act on each unit."""
    return desk._seats


def known_units(desk: Desk) -> KnownUnits:
    """Units that a field of a form may point at: all that take part."""
    columns = (desk.units[name] for name in ("unit_code", "unit_name", "kind"))
    return KnownUnits.of(zip(*columns, strict=True))


@contextmanager
def read_own(desk: Desk, key: SubmissionKey) -> Iterator[Reader]:
    """Read transaction for who fills in a form: its answers as they were given.

    For a reviewer who fills in on behalf of the unit, what identifies somebody is taken out as everywhere else.
    """
    form = next((form for form in desk.opened.campaign.forms if form.id == key.form_id), None)
    own = None if form is None or desk.actor.on_behalf else Owner(key.unit_code, form.filled_by)
    with desk.workspace.store.read(own) as reader:
        yield reader


@contextmanager
def _naming(desk: Desk) -> Iterator[None]:
    """While it lasts, refusals name units, forms and lines instead of giving their codes and ids."""
    try:
        yield
    except PbError as error:
        name_parts(error, desk.opened.campaign, desk.units, desk.lang)
        raise


def find_tops(desk: Desk, track_id: str | None = None) -> list[str]:
    """Codes of the units at the top of the campaign, or of what a track assesses; in order."""
    campaign = desk.opened.campaign
    check_track(campaign, track_id)
    kinds = campaign.member_kinds if track_id is None else campaign.track(track_id).unit_kind
    return tops(desk.units, kinds)


def authorise_tops(desk: Desk, action: Action, track_id: str | None = None) -> None:
    """Raise unless the actor may do the action for all that takes part, or all that a track assesses.

    Raises
    ------
    RightsError
        As :meth:`Desk.authorise`.
    """
    top_codes: Sequence[str | None] = find_tops(desk, track_id)
    for code in top_codes or [None]:  # where nobody takes part, only who may everywhere
        desk.authorise(action, code)


def reading_action(desk: Desk) -> Action:
    """Action that reading others' results counts as: ``view`` for an analyst, who reads snapshots, else ``inspect``."""
    return "view" if desk.actor.role == "analyst" else "inspect"


def continuing(desk: Desk, unit_code: str) -> str:
    """Code of the unit that continues one that was merged away by the desk's day; of any other its own."""
    if unit_code in desk._codes:
        return unit_code
    day = desk.opened.day(day_of(desk.now))
    return successors(desk.workspace.units(), day).get(unit_code, unit_code)


def continued_codes(desk: Desk, *unit_codes: str) -> Mapping[str, tuple[str, ...]]:
    """For each of some units the codes of those merged away by the desk's day that it continues."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(unit_codes, ())
    units = desk.workspace.units()
    if units["merged_into"].notna().any():
        for old, new in successors(units, desk.opened.day(day_of(desk.now))).items():
            if new in found:
                found[new] += (old,)
    return found


def may_do(desk: Desk, action: Action, unit_code: str | None) -> bool:
    """Whether :meth:`Desk.authorise` allows the action; used to decide what is shown."""
    try:
        desk.authorise(action, unit_code)
    except RightsError:
        return False
    return True


def find_in_scope(desk: Desk, action: Action) -> pd.DataFrame:
    """Units that take part and for which :meth:`Desk.authorise` allows the action, columns ``UNITS``.

    Raises
    ------
    RightsError
        As :func:`~pbwidgets.workflows.ground.rights.units_in_scope`.
    """
    with _naming(desk):
        return units_in_scope(desk.actor, action, desk.units, desk._within)


def open_desk(
    campaign: str | None = None,
    period: str | None = None,
    *,
    folder: str | Path | None = None,
    actor: str | None = None,
) -> Desk:
    """Desk in a workspace, from which every use case works; its store is closed when Python ends.

    Parameters
    ----------
    campaign, period
        Ids; by default the campaign that was opened last, in its newest open period.
    folder
        The workspace; by default the one that the environment or the current folder names.
    actor
        Name under which everything is recorded; by default ``cli:`` and the name of the operating system's user.

    Raises
    ------
    UsageError
        ``workflows.no_folder``, ``workflows.nothing_open``, ``workflows.unknown_campaign``,
        ``workflows.unknown_period``.
    """
    check_arguments(open_desk, locals())
    if folder is not None and not Path(folder).is_dir():
        raise UsageError("workflows.no_folder", path=folder)
    opening = open_workspace(None if folder is None else Path(folder))
    workspace = opening.__enter__()
    atexit.register(opening.__exit__, None, None, None)
    opened = workspace.opened(campaign, period)
    return Desk(workspace, operator(actor), opened, workspace.settings.lang)


def check_open(reader: Reader, desk: Desk) -> None:
    """Raise if the desk's period is not open now, although it may have been when the page was made.

    Raises
    ------
    RightsError
        ``workflows.period_closed``.
    """
    if not is_period_open(reader, *desk.opened.key):
        name = desk.opened.campaign.name.words(desk.lang)
        raise RightsError("workflows.period_closed", campaign=name, period=desk.opened.period_id)


NO_PART: Final = "workflows.takes_no_part"
"""Code of the refusal where a unit does not take part in the campaign."""


def list_campaigns(workspace: Workspace, actor: Actor, *, is_open: bool = True) -> tuple[Opened, ...]:
    """Open or closed campaigns, each in each such period, in which the actor's unit takes part, the newest one last.

    Those who see every unit, or belong to none, have all.
    """
    everywhere = scope_of(actor.role, "view") == "everywhere"
    find = open_campaigns if is_open else closed_campaigns
    return find(workspace, None if everywhere else actor.unit_code)


def choose_campaign(
    workspace: Workspace, actor: Actor, campaign_id: str | None = None, period_id: str | None = None
) -> Opened:
    """The campaign that is asked for; by default the newest in which the actor's unit takes part, an open one first.

    Raises
    ------
    RightsError
        ``workflows.takes_part_in_none``.
    UsageError
        As :meth:`Workspace.opened`.
    """
    if campaign_id is None and actor.unit_code is not None:
        own = list_campaigns(workspace, actor) or list_campaigns(workspace, actor, is_open=False)
        if own:
            if not period_id:
                return own[-1]
            campaign_id = own[-1].campaign.id
        elif open_campaigns(workspace):
            raise RightsError("workflows.takes_part_in_none", unit=_name_of(workspace, actor.unit_code))
    return workspace.opened(campaign_id, period_id)


def check_takes_part(desk: Desk) -> None:
    """Raise if the actor belongs to a unit and sees only that one's, and it does not take part.

    Raises
    ------
    RightsError
        ``workflows.takes_no_part``.
    """
    own = desk.actor.unit_code
    if own is None or scope_of(desk.actor.role, "view") == "everywhere" or own in desk._codes:
        return
    raise RightsError(NO_PART, unit=_name_of(desk.workspace, own))


def _name_of(workspace: Workspace, unit_code: str) -> str:
    return unit_names(workspace.units()).get(unit_code, unit_code)


NEWER_VERSION: Final = "workflows.newer_version"
"""Code of the conflict between a page and a version of the campaign that was opened after the page."""


def check_version(reader: Reader, desk: Desk) -> None:
    """Raise if a newer version of the campaign has been opened than the one that the desk knows.

    What is checked and shown under one version must not be stored under another.

    Raises
    ------
    ConflictError
        ``workflows.newer_version``.
    DataError
        ``store.period_not_open``.
    """
    if load_open_version(reader, *desk.opened.key) != desk.opened.version:
        raise ConflictError(NEWER_VERSION, campaign=desk.opened.campaign.name.words(desk.lang))


def check_key(desk: Desk, key: SubmissionKey | MarkKey, action: Action) -> None:
    """Raise if the key belongs to another campaign or period than the desk.

    Raises
    ------
    RightsError
        ``workflows.not_allowed``.
    """
    scope = desk.opened.key
    if isinstance(key, SubmissionKey):
        own = desk.opened.submission_key(key.form_id, key.unit_code)
        scope = own.campaign_id, own.period_id
    if (key.campaign_id, key.period_id) != scope:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action=action)
