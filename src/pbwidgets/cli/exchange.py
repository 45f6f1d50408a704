"""The commands ``template``, ``import`` and ``export``: answers as workbooks, out and back again."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from pbwidgets.cli.output import show, tell_notes
from pbwidgets.errors import DataError, UsageError
from pbwidgets.store import Actor
from pbwidgets.wording import say
from pbwidgets.workflows.exchange.answers import (
    campaign_of_file,
    export_answers,
    list_answers,
    read_return,
    store_return,
    write_template,
)
from pbwidgets.workflows.exchange.returned import Fate, Return, Told
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import open_workspace

_FATES: Final[tuple[Fate, ...]] = ("new", "changed", "unchanged", "refused")
_FORMATS: Final = ("xlsx", "csv", "json", "parquet")


def make_template(
    actor: Actor,
    campaign_id: str,
    period: str | None,
    form_ids: Sequence[str],
    unit_codes: Sequence[str],
    output: Path,
) -> None:
    """Write a workbook to fill in."""
    with open_workspace() as workspace:
        desk = Desk(workspace, actor, workspace.opened(campaign_id, period))
        write_template(desk, form_ids, unit_codes, output)
    click.echo(say("exchange.cli.written", file=output), err=True)


def write_export(
    actor: Actor,
    campaign_id: str,
    period: str | None,
    form_ids: Sequence[str],
    unit_codes: Sequence[str],
    output: Path,
    *,
    as_analyst: bool,
    form: str | None,
) -> None:
    """Write what was filled in: as a workbook, or in another format a row for each answer.

    Raises
    ------
    UsageError
        ``cli.chart.two_formats`` if the name of the file says another format than is asked for.
    """
    named = output.suffix.lower().removeprefix(".")
    form = form or (named if named in _FORMATS else _FORMATS[0])
    if not named:
        output = output.with_suffix(f".{form}")
    elif named != form:
        raise UsageError("cli.chart.two_formats", file=output.name, format=form)
    with open_workspace() as workspace:
        desk = Desk(workspace, actor, workspace.opened(campaign_id, period))
        if form == "xlsx":
            export_answers(desk, output, form_ids, unit_codes, as_analyst=as_analyst)
        else:
            show(list_answers(desk, form_ids, unit_codes, as_analyst=as_analyst), form, output, workspace)
    click.echo(say("exchange.cli.written", file=output), err=True)


def take_in(
    actor: Actor,
    file: Path,
    campaign_id: str | None,
    period: str | None,
    *,
    form_id: str | None,
    unit_code: str | None,
    accept_good_rows: bool,
    only_check: bool,
) -> int:
    """Read a workbook that came back and store it; returns the number of findings, which are printed."""
    with open_workspace() as workspace:
        own_campaign, own_period = campaign_of_file(file)
        desk = Desk(workspace, actor, workspace.opened(campaign_id or own_campaign, period or own_period))
        with _bar(say("exchange.cli.checking")) as told:
            returned = read_return(desk, file, told, form_id=form_id, unit_code=unit_code)
        tell_notes(returned.notes)
        for finding in returned.findings:
            click.echo(finding.line())
        counts: dict[str, int] = {fate: returned.count(fate) for fate in _FATES}
        click.echo(say("exchange.cli.found", None, findings=len(returned.findings), **counts), err=True)
        if not returned.is_right:
            _annotate(returned, file)
        if only_check or not (returned.is_right or accept_good_rows):
            click.echo(say("exchange.cli.nothing_stored"), err=True)
        else:
            done = store_return(desk, returned, accept_good_rows=accept_good_rows)
            click.echo(say("exchange.cli.stored", count=done.stored), err=True)
    return len(returned.findings)


def _annotate(returned: Return, file: Path) -> None:
    if returned.can_annotate:
        try:
            copy = returned.annotate(file.with_name(f"{file.stem}.checked.xlsx"))
        except DataError as error:  # the findings are printed all the same
            click.echo(str(error), err=True)
        else:
            click.echo(say("exchange.cli.annotated", file=copy), err=True)


@contextmanager
def _bar(title: str) -> Iterator[Told]:
    """A bar on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
