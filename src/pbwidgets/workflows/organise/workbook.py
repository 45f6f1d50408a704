"""A campaign changed in a workbook: read, compared with the open version, opened as a new version."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pbwidgets.campaign import Campaign, campaign_version
from pbwidgets.errors import Problem
from pbwidgets.files import put_file
from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.rights import authorise
from pbwidgets.workflows.ground.workspace import ZONE, Opened, Workspace, open_campaigns
from pbwidgets.workflows.organise.campaigns import AS_IT_WAS, Opening, changes_since_opening, open_definition
from pbwidgets.workflows.organise.effects import Effect


@dataclass(frozen=True)
class Draft:
    """A campaign from a workbook, checked but not opened yet.

    Attributes
    ----------
    campaign
        The definition.
    version
        The version it would get.
    changes
        What it changes against the open version, each with what it touches.
    is_known
        Whether a campaign with this id is open; otherwise everything is new.
    notes
        What was read otherwise than it stands in the workbook.
    """

    campaign: Campaign
    version: str
    changes: tuple[Effect, ...]
    is_known: bool
    notes: tuple[Problem, ...] = ()

    @property
    def touches_marks(self) -> bool:
        """Whether it has to be said what becomes of marks before it can be opened."""
        return any(effect.touches_marks for effect in self.changes)


def read_draft(workspace: Workspace, actor: Actor, path: Path) -> Draft:
    """Campaign of a workbook, fully checked, with what it changes.

    Raises
    ------
    ProblemsError
        With every wrong cell.
    RightsError
        If the actor may not open campaigns.
    """
    authorise(actor, "open_campaign", None, workspace.units())
    from pbwidgets.campaign.workbook import read_campaign_workbook

    read = read_campaign_workbook(path)
    campaign, version = read.content, campaign_version(read.content)
    changes = changes_since_opening(workspace, campaign)
    is_known = campaign.id in {known.campaign.id for known in open_campaigns(workspace)}
    return Draft(campaign, version, changes, is_known, read.notes)


def open_draft(
    workspace: Workspace,
    actor: Actor,
    draft: Draft,
    period_id: str | None = None,
    how: Opening = AS_IT_WAS,
) -> Opened:
    """The draft, opened as a new version; its campaign file is also written, and the old one kept beside it.

    Raises
    ------
    UsageError
        ``workflows.unknown_period``; ``workflows.marks_policy_needed`` as for
        :func:`~pbwidgets.workflows.organise.campaigns.open_campaign`.
    RightsError
        If the actor may not open campaigns.
    """
    opened = open_definition(workspace, actor, draft.campaign, period_id, how)
    _write_file(workspace.settings.parameters / "campaigns" / f"{draft.campaign.id}.yaml", draft.campaign)
    return opened


def write_workbook(desk: Desk, path: Path) -> Path:
    """The open version of the campaign as a workbook to edit.

    Raises
    ------
    RightsError
        If the actor may not open campaigns.
    """
    desk.authorise("open_campaign", None)
    from pbwidgets.campaign.workbook import write_campaign_workbook

    return write_campaign_workbook(desk.opened.campaign, path)


def _write_file(path: Path, campaign: Campaign) -> None:
    from pbwidgets.campaign.yaml_text import to_yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    content = to_yaml(campaign).encode()
    if path.exists():
        stamp = datetime.now(ZONE).strftime("%Y%m%d-%H%M%S")
        shutil.copy2(path, path.with_name(f"{path.stem}.{stamp}.bak"))
    put_file(path, content)
