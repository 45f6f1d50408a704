"""Open campaigns, import the register, check a workspace."""

from pathlib import Path

import pandas as pd

from pbwidgets.campaign import (
    Campaign,
    Change,
    campaign_version,
    check_campaign,
    compare_campaigns,
    from_json,
    to_json,
)
from pbwidgets.errors import DataError, Problem, UsageError
from pbwidgets.settings import Settings
from pbwidgets.store import (
    Actor,
    freeze_campaign,
    import_units,
    load_campaign_json,
    load_overview,
    open_period,
    open_periods,
)
from pbwidgets.units import read_units
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import Opened, Workspace


def open_campaign(
    workspace: Workspace, actor: Actor, campaign_id: str, period_id: str | None = None
) -> Opened:
    """The campaign, frozen as its file stands now and opened for a period.

    A period that is open already moves to the new version; answers handed in before keep theirs.

    Parameters
    ----------
    workspace, actor
        Where, and who opens.
    campaign_id
        File in ``parameters/campaigns``, without ``.yaml``.
    period_id
        Period of the campaign; by default its last one.

    Raises
    ------
    ProblemsError
        If the file has problems.
    UsageError
        ``workflows.unknown_campaign``, ``workflows.unknown_period``.
    RightsError
        If the actor may not open campaigns.
    """
    campaign = workspace.read_campaign(campaign_id)
    return open_definition(workspace, actor, campaign, period_id)


def open_definition(
    workspace: Workspace, actor: Actor, campaign: Campaign, period_id: str | None = None
) -> Opened:
    """The same for a campaign that is in memory: :func:`open_campaign`."""
    authorise(actor, "open_campaign", None, workspace.units())
    ids = [period.id for period in campaign.periods]
    period_id = period_id or ids[-1]
    if period_id not in ids:
        raise UsageError("workflows.unknown_period", value=period_id, allowed="、".join(ids), nearest=ids[-1])
    version = campaign_version(campaign)
    with workspace.store.write(actor) as writer:
        freeze_campaign(writer, to_json(campaign), version, campaign.id)
        open_period(writer, campaign.id, period_id, version)
    return Opened(campaign, version, period_id)


def changes_since_opening(workspace: Workspace, campaign: Campaign) -> tuple[tuple[Change, int], ...]:
    """What a campaign changes against its open version, each with the number of submissions it touches."""
    with workspace.store.read() as reader:
        periods = open_periods(reader, campaign.id)
        if not periods or periods[-1].version == campaign_version(campaign):
            return ()
        newest = periods[-1]
        old = from_json(load_campaign_json(reader, campaign.id, newest.version))
        overview = load_overview(reader, campaign.id, newest.period_id)
    counts = overview.loc[overview["version"] > 0, "form_id"].value_counts()
    return tuple((change, int(counts.get(change.form_id, 0))) for change in compare_campaigns(old, campaign))


def import_register(workspace: Workspace, actor: Actor, file: Path) -> int:
    """Number of units taken into the register from a CSV or Excel file; none if anything is wrong.

    Raises
    ------
    ProblemsError
        With every wrong cell.
    RightsError
        If the actor may not.
    """
    register = workspace.units()
    authorise(actor, "import_units", None, register)
    return save_units(workspace, actor, read_units(file, known=set(register["unit_code"])))


def save_units(workspace: Workspace, actor: Actor, units: pd.DataFrame) -> int:
    """Number of units of a frame that were added or changed.

    Raises
    ------
    RightsError
        If the actor may not.
    """
    authorise(actor, "import_units", None, workspace.units())
    with workspace.store.write(actor) as writer:
        import_units(writer, units)
    return len(units)


def check_campaigns(settings: Settings, files: tuple[Path, ...] = ()) -> tuple[Problem, ...]:
    """All problems of campaign files; by default of all in the workspace."""
    folder = settings.parameters / "campaigns"
    if not files and not folder.is_dir():
        raise DataError("workflows.no_workspace", folder=str(settings.workspace))
    return tuple(
        problem for file in files or sorted(folder.glob("*.yaml")) for problem in check_campaign(file)
    )
