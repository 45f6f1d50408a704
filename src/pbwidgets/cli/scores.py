"""The command ``score``: totals and ranks, every line, score sheets; of a checklist its standings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.cli.output import show, show_matrix, show_record, show_text
from pbwidgets.errors import UsageError
from pbwidgets.wording import round_half_up, say
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.reports.scores import (
    describe_score,
    explain_score,
    list_lines,
    list_scores,
    list_selection,
    write_score_sheets,
)
from pbwidgets.workflows.reports.standings import checklists_of, list_on_list, list_standings, to_matrix


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
    if not (explain or sheets) and checklists_of(opened.campaign, track):
        standings = list_standings(workspace, opened, track_id=track, snapshot_id=snapshot)
        _show_standings(standings, form, output, workspace, lines=lines)
        return
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


def show_selection(
    workspace: Workspace,
    opened: Opened,
    form: str,
    output: Path | None,
    *,
    track: str | None,
    list_id: str | None,
    snapshot: str | None,
) -> None:
    """Show the selection, or one of the campaign's lists."""
    if list_id is None:
        shown = list_selection(workspace, opened, track_id=track, snapshot_id=snapshot)
    else:
        shown = list_on_list(workspace, opened, list_id, snapshot_id=snapshot)
        if form == "table":
            shown = shown.assign(listed_words=[say("cli.yes") if on else "" for on in shown["on_list"]])
    show(shown, form, output, workspace)


_MOST_ACROSS: Final = 14
"""Columns of a matrix on a screen, beside the names."""


def _show_standings(
    standings: pd.DataFrame, form: str, output: Path | None, workspace: Workspace, *, lines: bool
) -> None:
    """Show standings: for people unit × check in words, and one row a check with ``lines`` and for programs."""
    if lines or form not in ("table", "xlsx"):
        told = standings.rename(columns={"state_words": "state"}) if form == "xlsx" else standings
        show(told, form, output, workspace)
        return
    matrix = to_matrix(standings)
    if form == "xlsx" or output is not None:
        names = {name: say(f"cli.column.{name}") for name in ("unit_code", "unit_name")}
        show(matrix.rename(columns=names), "xlsx" if form == "xlsx" else "csv", output, workspace)
        return
    for part in _cut_matrix(matrix):
        show_matrix(part)


def _cut_matrix(matrix: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The matrix in parts that fit a screen; checks go down where there are more of them than units."""
    named = matrix.drop(columns="unit_code").set_index("unit_name")
    named = named.T if len(named) < len(named.columns) else named
    for start in range(0, max(len(named.columns), 1), _MOST_ACROSS):
        part = named.iloc[:, start : start + _MOST_ACROSS]
        yield part.rename_axis(index="", columns=None).reset_index()


def _for_people(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines with points as they are shown, and words for where they come from."""
    return lines.assign(
        points=round_half_up(lines["points"].to_numpy(), 2),
        source_words=[say(f"cli.source.{source}") for source in lines["source"]],
    )
