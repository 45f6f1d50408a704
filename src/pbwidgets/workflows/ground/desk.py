"""Where somebody works: the workspace, the actor, the campaign, the time, and the language."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.arguments import check_arguments
from pbwidgets.errors import ConflictError, PbError, RightsError, UsageError
from pbwidgets.store import Actor, MarkKey, Reader, SubmissionKey, Writer, is_period_open
from pbwidgets.store.campaigns import load_open_version
from pbwidgets.wording import default_language
from pbwidgets.workflows.ground.lookup import name_parts
from pbwidgets.workflows.ground.rights import Action, authorise, operator
from pbwidgets.workflows.ground.workspace import Opened, Workspace, day_of, open_workspace, utc_now


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
        """The register on the desk's day, within the period; columns ``UNITS``."""
        return self.workspace.units(self.opened.day(day_of(self.now)))

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
            ``workflows.not_allowed`` if the role never may, ``workflows.out_of_scope`` if it may not for this unit.
        """
        with _naming(self):
            authorise(self.actor, action, unit_code, self.units)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Write transaction of the store, recorded under the actor and the time; refusals name what they are about.

        Raises
        ------
        RightsError
            ``workflows.period_closed``: in a closed period nobody writes anything.
        """
        with _naming(self), self.workspace.store.write(self.actor, self.now) as writer:
            check_open(writer, self)
            yield writer


@contextmanager
def _naming(desk: Desk) -> Iterator[None]:
    """While it lasts, refusals name units, forms and lines instead of giving their codes and ids."""
    try:
        yield
    except PbError as error:
        name_parts(error, desk.opened.campaign, desk.units, desk.lang)
        raise


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
    if (key.campaign_id, key.period_id) != desk.opened.key:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action=action)
