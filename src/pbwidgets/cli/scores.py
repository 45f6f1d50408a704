"""The command ``score``: totals and ranks, every line, the score sheet of one unit, or those of many."""

from pathlib import Path

import pandas as pd

from pbwidgets.cli.output import show, show_record, show_text
from pbwidgets.errors import UsageError
from pbwidgets.wording import round_half_up, say
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.reports.scores import (
    describe_score,
    explain_score,
    list_lines,
    list_scores,
    write_score_sheets,
)


def show_scores(
    workspace: Workspace,
    opened: Opened,
    form: str,
    output: Path | None,
    *,
    track: str | None,
    explain: str | None,
    lines: bool,
    sheets: bool,
    under: str | None,
    snapshot: str | None,
) -> None:
    """Show scores in a format: those of all units, all their lines, all about one unit, or a workbook of sheets.

    Raises
    ------
    UsageError
        ``cli.score.one_of`` for more than one of these at once; ``cli.score.sheets_file`` for score sheets without
        a workbook to write, ``cli.score.under`` for ``--under`` without them.
    """
    if bool(explain) + lines + sheets > 1:
        raise UsageError("cli.score.one_of")
    if under and not sheets:
        raise UsageError("cli.score.under")
    if sheets:
        if output is None or form not in ("table", "xlsx"):
            raise UsageError("cli.score.sheets_file")
        write_score_sheets(workspace, opened, output, track_id=track, under=under, snapshot_id=snapshot)
    elif explain and form == "table":
        show_text(explain_score(workspace, opened, explain, track_id=track, snapshot_id=snapshot), output)
    elif explain and form == "json":
        show_record(describe_score(workspace, opened, explain, track_id=track, snapshot_id=snapshot), output)
    elif explain or lines:
        listed = list_lines(workspace, opened, track_id=track, unit_code=explain, snapshot_id=snapshot)
        show(_for_people(listed) if form == "table" else listed, form, output, workspace)
    else:
        show(list_scores(workspace, opened, track_id=track, snapshot_id=snapshot), form, output, workspace)


def _for_people(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines with points as they are shown, and words for where they come from."""
    return lines.assign(
        points=round_half_up(lines["points"].to_numpy(), 2),
        source_words=[say(f"cli.source.{source}") for source in lines["source"]],
    )
