"""Ways into what lies on the disk: campaign files, workspaces, indices of two tables."""

import atexit
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbwidgets.campaign.model import Campaign

if TYPE_CHECKING:
    import pandas as pd

    from pbwidgets.scoring.index import Index
    from pbwidgets.workflows.ground.desk import Desk


def read_campaign(path: str | Path) -> Campaign:
    """Campaign of a YAML file or of a workbook.

    Raises
    ------
    ProblemsError
        With everything that is wrong, by line or cell.
    """
    from pbwidgets.campaign.reader import read_campaign as read_yaml
    from pbwidgets.campaign.workbook import read_campaign_workbook

    file = Path(path)
    return (read_campaign_workbook if file.suffix.lower() == ".xlsx" else read_yaml)(file)


def open_desk(
    campaign: str | None = None,
    period: str | None = None,
    *,
    folder: str | Path | None = None,
    actor: str | None = None,
) -> "Desk":
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
        ``workflows.nothing_open``, ``workflows.unknown_campaign``, ``workflows.unknown_period``.
    """
    from pbwidgets.workflows.ground.desk import Desk
    from pbwidgets.workflows.ground.rights import operator
    from pbwidgets.workflows.ground.workspace import open_workspace

    opening = open_workspace(None if folder is None else Path(folder))
    workspace = opening.__enter__()
    atexit.register(opening.__exit__, None, None, None)
    opened = workspace.opened(campaign, period)
    return Desk(workspace, operator(actor), opened, workspace.settings.lang)


def index(
    data: "Path | str | pd.DataFrame", dictionary: "Path | str | pd.DataFrame", **steps: Any
) -> "Index":
    """Composite index of the units of a table, defined by a dictionary of indicators and aggregates.

    Parameters
    ----------
    data
        A column ``unit``, one for each indicator, any others as groups: a frame or a CSV file.
    dictionary
        A row for each indicator and aggregate: ``code``, ``parent``, ``weight``, ``direction`` …
    **steps
        ``denominators`` (a third table), and what :func:`pbwidgets.scoring.index.plan_steps` takes: ``impute``,
        ``group``, ``winsorise``, ``weights``, ``scale``, ``min_share``, ``rank_on``, ``digits``.

    Returns
    -------
    pbwidgets.scoring.index.Index
        With ``scores`` and ``ranks`` of every aggregate, and the steps that led to them.

    Raises
    ------
    ProblemsError
        With all problems of all tables.
    DataError
        If a step fails.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"unit": ["青禾村", "望云村"], "roads": [1, 3], "wells": [4, 2]})
    >>> lines = pd.DataFrame({"code": ["roads", "wells", "works"], "parent": ["works", "works", ""]})
    >>> index(table, lines).scores["works"].tolist()
    [50.0, 50.0]
    """
    from pbwidgets.scoring.index import plan_steps
    from pbwidgets.workflows.reports.index.building import compute_index

    divisors = steps.pop("denominators", None)
    return compute_index(data, dictionary, plan_steps(**steps), denominators=divisors)
