"""What the organiser does with a campaign: change it in a workbook, look at the difference, open it anew."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd

from pbwidgets.campaign import Campaign, Change, campaign_version
from pbwidgets.store import Actor, load_accounts
from pbwidgets.store.progress import load_exception_list
from pbwidgets.workflows.campaigns import changes_since_opening, open_definition
from pbwidgets.workflows.overview import is_owed, open_campaigns
from pbwidgets.workflows.rights import authorise, units_in_scope
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, today


@dataclass(frozen=True)
class Draft:
    """A campaign as a workbook has it, checked and not opened yet.

    Attributes
    ----------
    campaign
        The definition.
    version
        The version it would get.
    changes
        What it changes against the open version, each with the number of submissions it touches.
    is_known
        Whether a campaign of this id is open; else everything is new.
    """

    campaign: Campaign
    version: str
    changes: tuple[tuple[Change, int], ...]
    is_known: bool


def read_draft(workspace: Workspace, actor: Actor, filename: str, content: bytes) -> Draft:
    """Campaign of a workbook, checked whole, with what it changes.

    Raises
    ------
    ProblemsError
        With every wrong cell.
    RightsError
        If the actor may not open campaigns.
    """
    authorise(actor, "open_campaign", None, workspace.units())
    from pbwidgets.campaign.workbook import read_campaign_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (_plain_name(filename) or "campaign.xlsx")
        path.write_bytes(content)
        campaign = read_campaign_workbook(path)
    version = campaign_version(campaign)
    known = {known.id for known, _ in open_campaigns(workspace)}
    return Draft(campaign, version, changes_since_opening(workspace, campaign), campaign.id in known)


def open_draft(workspace: Workspace, actor: Actor, draft: Draft, period_id: str | None = None) -> Opened:
    """The draft, opened as a new version; the campaign's file is written as well, the one before kept beside it.

    Raises
    ------
    UsageError
        ``workflows.unknown_period``.
    RightsError
        If the actor may not open campaigns.
    """
    opened = open_definition(workspace, actor, draft.campaign, period_id)
    _write_file(workspace.settings.parameters / "campaigns" / f"{draft.campaign.id}.yaml", draft.campaign)
    return opened


def write_workbook(workspace: Workspace, actor: Actor, opened: Opened, path: Path) -> Path:
    """The open version of the campaign as a workbook, for changing it.

    Raises
    ------
    RightsError
        If the actor may not open campaigns.
    """
    authorise(actor, "open_campaign", None, workspace.units())
    from pbwidgets.campaign.workbook import write_campaign_workbook

    return write_campaign_workbook(opened.campaign, path)


def list_exceptions(workspace: Workspace, actor: Actor, opened: Opened) -> pd.DataFrame:
    """Exceptions from deadlines of the units the actor may look into, newest first.

    Returns
    -------
    pandas.DataFrame
        form_id, unit_code, until, reason, recorded_at; moments in UTC.

    Raises
    ------
    RightsError
        For roles that look into no unit.
    """
    units = workspace.units(opened.day(today()))
    seen = units_in_scope(actor, "inspect", units)
    with workspace.store.read() as reader:
        found = load_exception_list(reader, opened.campaign.id, opened.period_id)
    return found[found["unit_code"].isin(seen["unit_code"])].reset_index(drop=True)


def units_without_account(workspace: Workspace, actor: Actor, opened: Opened) -> pd.DataFrame:
    """Units that owe a form and for which nobody can sign in to fill it, columns ``UNITS``.

    Raises
    ------
    RightsError
        If the actor may not open campaigns.
    """
    units = workspace.units(opened.day(today()))
    authorise(actor, "open_campaign", None, units)
    with workspace.store.read() as reader:
        served = {
            account.unit_code
            for account in load_accounts(reader)
            if account.role == "filler" and account.disabled_at is None
        }
    kinds = {form.unit_kind for form in opened.campaign.forms if is_owed(form)}
    return units[units["kind"].isin(kinds) & ~units["unit_code"].isin(served)].reset_index(drop=True)


def _plain_name(filename: str) -> str:
    """Last part of a name that came with an upload, whatever it was written on."""
    return PurePosixPath(PureWindowsPath(filename).name).name


def _write_file(path: Path, campaign: Campaign) -> None:
    from pbwidgets.campaign.yaml_text import to_yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(to_yaml(campaign), encoding="utf-8")
    if path.exists():
        stamp = datetime.now(ZONE).strftime("%Y%m%d-%H%M%S")
        shutil.copy2(path, path.with_name(f"{path.stem}.{stamp}.bak"))
    fresh.replace(path)
