"""The command ``score``: totals and ranks, every line, or the score sheet of one unit."""

from pathlib import Path

import pandas as pd

from pbwidgets.cli.output import show, show_record, show_text
from pbwidgets.errors import UsageError
from pbwidgets.wording import say
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.reports.scores import describe_score, explain_score, list_lines, list_scores


def show_scores(
    workspace: Workspace,
    opened: Opened,
    form: str,
    output: Path | None,
    *,
    track: str | None,
    explain: str | None,
    lines: bool,
    snapshot: str | None,
) -> None:
    """Show scores in a format: those of all units, all their lines, or all about one unit.

    Raises
    ------
    UsageError
        ``cli.score.one_of`` for the lines of all units and the sheet of one at once.
    """
    if explain and lines:
        raise UsageError("cli.score.one_of")
    if explain and form == "table":
        show_text(explain_score(workspace, opened, explain, track_id=track, snapshot_id=snapshot), output)
    elif explain and form == "json":
        show_record(describe_score(workspace, opened, explain, track_id=track, snapshot_id=snapshot), output)
    elif explain or lines:
        listed = list_lines(workspace, opened, track_id=track, unit_code=explain, snapshot_id=snapshot)
        show(_word_sources(listed) if form == "table" else listed, form, output)
    else:
        show(list_scores(workspace, opened, track_id=track, snapshot_id=snapshot), form, output)


def _word_sources(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines with where their points come from, for people."""
    return lines.assign(source_words=[say(f"cli.source.{source}") for source in lines["source"]])
