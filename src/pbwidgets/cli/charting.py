"""The command ``chart``: one chart as a file, or the names of all."""

from pathlib import Path

import click

from pbwidgets.errors import UsageError
from pbwidgets.wording import say
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.snapshots import find_snapshot
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.reports.blocks.drawing import Wanted, draw_chart, list_charts
from pbwidgets.workflows.reports.report import open_report


def tell_charts() -> None:
    """Print the name of each chart of the workspace, and what it shows."""
    with open_workspace() as workspace:
        charts = list_charts(lang=workspace.settings.lang)
    width = max(map(len, charts))
    for name, words in charts.items():
        click.echo(f"{name:<{width}}  {words}")


def draw(
    name: str,
    *,
    campaign_id: str | None,
    track: str | None,
    unit_code: str | None,
    sheet: int,
    page: str,
    lang: str | None,
    form: str | None,
    output: Path | None,
    period: str | None,
    snapshot: str | None,
) -> None:
    """Draw one chart into a file: in the format asked for, or that of the file's name, or as PNG.

    Raises
    ------
    UsageError
        ``cli.chart.name_or_list``, ``cli.chart.two_formats``.
    """
    if not name:
        raise UsageError("cli.chart.name_or_list")
    path = _name_file(output or Path(name), form)
    with open_workspace() as workspace:
        opened = workspace.opened(campaign_id, period)
        folder = find_snapshot(workspace, opened, snapshot).folder
        report = open_report(folder, unit_code or "", lang or workspace.settings.lang)
        made = draw_chart(report, name, path, Wanted(track, sheet, page))
        check_leaving(workspace, made)
    click.echo(say("cli.chart.done", file=made), err=True)


def _name_file(output: Path, form: str | None) -> Path:
    if not output.suffix:
        return output.with_suffix(f".{form or 'png'}")
    if form is not None and output.suffix.lower() != f".{form}":
        raise UsageError("cli.chart.two_formats", file=output.name, format=form)
    return output
