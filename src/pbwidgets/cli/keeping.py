"""The commands ``backup`` and ``restore``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pbwidgets.settings import load_settings
from pbwidgets.store import Actor
from pbwidgets.store.archive import Manifest, Tell
from pbwidgets.wording import say
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.people.backup import back_up, restore_backup


def write_backup(actor: Actor, file: Path, *, force: bool) -> None:
    """Back up the workspace to a file, and say what is in it."""
    with open_workspace() as workspace, _bar(say("cli.backup.title")) as tell:
        manifest = back_up(workspace, actor, file, tell, force=force)
    size_mb = file.stat().st_size / 1_000_000
    click.echo(say("cli.backup.done", file=file, size_mb=f"{size_mb:.1f}", **_counts(manifest)), err=True)
    if manifest.lost:
        click.echo(say("cli.backup.lost", count=len(manifest.lost)), err=True)


def read_backup(actor: Actor, file: Path) -> None:
    """Restore a backup into the empty workspace, and say what is there now."""
    settings = load_settings()
    with _bar(say("cli.restore.title")) as tell:
        manifest = restore_backup(settings, actor, file, tell)
    click.echo(say("cli.restore.done", folder=settings.workspace, **_counts(manifest)), err=True)
    if manifest.lost:
        click.echo(say("cli.backup.lost", count=len(manifest.lost)), err=True)


def _counts(manifest: Manifest) -> dict[str, Any]:
    evidence = sum(name.startswith("evidence/") for name in manifest.files)
    return {
        "made_at": manifest.made_at,
        "submissions": manifest.rows.get("submissions", 0),
        "evidence": evidence,
    }


@contextmanager
def _bar(title: str) -> Iterator[Tell]:
    """A bar on a terminal, and nothing elsewhere: a nightly job says only how it ended."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
