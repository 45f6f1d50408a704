"""Results on stdout or in a file: a table, JSON, CSV, Excel, Parquet."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

from pbwidgets.errors import Problem, UsageError
from pbwidgets.intake.text import drop_unfit, drop_unfit_in
from pbwidgets.settings import Settings
from pbwidgets.wording import MOST_DIGITS, default_language, say

if TYPE_CHECKING:
    from pbwidgets.batch.reports import ReportRun
    from pbwidgets.exports import Column
    from pbwidgets.exports.columns import Format
    from pbwidgets.workflows.ground.workspace import Workspace

_ROWS_ON_SCREEN = 200
_SHOWN = (
    "account", "role",
    "track", "rank", "unit_code", "unit_name", "layer_name", "number", "criterion", "points", "max_points", "reachable",
    "heading", "check", "state_words", "value", "least", "most", "due_on", "overdue_days", "due_moved", "listed_words",
    "source_words", "kind", "parent_code", "valid_from", "valid_to", "total",
    "provisional", "status", "proposed_class", "decided_class", "class_from", "class_to", "move_words",
    "decided_by", "decided_on", "decided_reason", "reason", "lost",
    "unit", "indicator", "code", "measured", "score",
    "median", "effect",
    "account_state", "replaced_by", "password",
    "weight", "allotted", "tied", "current",
)  # fmt: skip


_IS_LIST = {"status", "waiting_order"}
"""Columns of a selection, whose workbook is for people; JSON and CSV are for machines."""
_WHEN_DECIDED = ("decided_by", "decided_on", "decided_reason")


def show(frame: pd.DataFrame, form: str, output: Path | None, workspace: "Workspace | None" = None) -> None:
    """Write a frame in the given format, to a file if one is named; one of a workspace must not name anybody.

    Raises
    ------
    UsageError
        ``cli.xlsx_needs_file`` for Excel or Parquet without a file.
    DataError
        ``exports.identifying_found``.
    """
    _write(frame, form, output)
    if workspace is not None and output is not None:
        from pbwidgets.workflows.ground.files import check_leaving

        check_leaving(workspace, output)


def _write(frame: pd.DataFrame, form: str, output: Path | None) -> None:
    if form in ("xlsx", "parquet") and output is None:
        raise UsageError("cli.xlsx_needs_file", form=form)
    if form == "parquet" and output is not None:
        _write_parquet(frame, output)
        return
    if form == "xlsx" and output is not None:
        from pbwidgets.exports import About, Sheet, build_workbook

        if _IS_LIST.issubset(frame.columns):
            frame = _for_people(frame)
        build_workbook([Sheet(output.stem, frame, _columns(frame))], output, about=About("", "", ""))
        return
    if form == "table":
        frame = _for_people(frame)
        if output is None:
            _show_table(frame)
            return
    from pbwidgets.exports.csv import to_csv

    show_text(_to_json(frame) if form == "json" else to_csv(frame), output, form=form)


def _write_parquet(frame: pd.DataFrame, output: Path) -> None:
    """Write all columns as they are, for analysts: codes stay texts, numbers numbers, what is missing is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fit = frame.map(lambda value: drop_unfit(value) if isinstance(value, str) else value)
    table = pa.Table.from_pandas(fit, preserve_index=False)
    kinds = [
        column.with_type(pa.string()) if pa.types.is_null(column.type) else column for column in table.schema
    ]
    pq.write_table(table.cast(pa.schema(kinds)), output)  # a column that is empty as yet is one of texts


def tell_notes(notes: Iterable[Problem]) -> None:
    """Say on stderr what was changed or passed over while a file was read, a line each."""
    for note in notes:
        click.echo(note.line(), err=True)


def show_text(text: str, output: Path | None, *, form: str = "text") -> None:
    """Write a text to stdout or a file; CSV gets a byte-order mark, without which Excel garbles Chinese."""
    text = drop_unfit(text)
    if output is None:
        click.echo(text.rstrip("\n"))
    else:
        output.write_text(text, encoding="utf-8-sig" if form in ("csv", "table") else "utf-8")


def show_record(record: Mapping[str, object], output: Path | None) -> None:
    """Write a record as JSON; a frame in it is a list with an object for each row."""
    plain = {
        name: _to_rows(value) if isinstance(value, pd.DataFrame) else value for name, value in record.items()
    }
    show_text(json.dumps(plain, ensure_ascii=False, indent=1), output)


def _to_json(frame: pd.DataFrame) -> str:
    return json.dumps(_to_rows(frame), ensure_ascii=False, indent=1)


def _to_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): drop_unfit_in(_plain(value)) for name, value in row.items()} for row in rows]


def _for_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns for people, with their names and words for statuses; CSV and JSON have all columns."""
    from pbwidgets.scoring.selection import word_status

    lang = default_language()
    reason = "reason_en" if lang == "en" else "reason_zh"
    shown = frame.rename(columns={reason: "reason"})
    if "status" in shown:
        places = shown.get("waiting_order", pd.Series(0, index=shown.index))
        shown["status"] = [word_status(*row) for row in zip(shown["status"], places, strict=True)]
    for name in ("tied", "provisional"):
        if name in shown:
            shown[name] = [say("cli.yes") if flag else "" for flag in shown[name]]
    if "rank" in shown:
        shown["rank"] = shown["rank"].astype("Int64").mask(shown["rank"] == 0)
    empty = [name for name in _WHEN_DECIDED if name in shown and shown[name].isna().all()]
    names = {name: say(f"cli.column.{name}") for name in _SHOWN if name in shown and name not in empty}
    return shown[list(names)].rename(columns=names)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def show_matrix(frame: pd.DataFrame) -> None:
    """Print a table whose columns are named for people already."""
    _show_table(frame)


def _show_table(frame: pd.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 200)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name])
        table.add_column(str(name), justify="right" if numeric else "left", overflow="fold")
    from pbwidgets.exports.columns import to_cell_texts

    for row in to_cell_texts(frame.head(_ROWS_ON_SCREEN), _columns(frame)):
        table.add_row(*row)
    console.print(table)
    if len(frame) > _ROWS_ON_SCREEN:
        click.echo(say("cli.more_rows", rows=len(frame) - _ROWS_ON_SCREEN), err=True)


def _columns(frame: pd.DataFrame) -> "dict[str, Column]":
    """Columns under their own names, numbers with as many decimals as they have, two if they never end."""
    from pbwidgets.exports import Column
    from pbwidgets.exports.columns import find_decimals

    kinds: Mapping[str, Format] = {"f": "number", "i": "integer", "u": "integer"}
    columns = {}
    for name in frame.columns:
        form = kinds.get(frame[name].dtype.kind, "text")
        column = Column(str(name), None, form, "", MOST_DIGITS)
        ends = find_decimals(frame[name], column) < MOST_DIGITS
        columns[str(name)] = column if ends else replace(column, digits=2)
    return columns


def tell_runs(runs: Sequence["ReportRun"], settings: Settings) -> int:
    """Number of failed reports and wrong report files; how they went and where they are is printed to stderr."""
    failed = 0
    read_from = {run.manifest.provenance for run in runs}
    if hidden := sum(provenance.hidden for provenance in read_from):
        click.echo(say("cli.report.hidden", count=hidden), err=True)
    for run in runs:
        if run.problems:
            failed += 1
            click.echo("\n".join(problem.line() for problem in run.problems), err=True)
            continue
        counts: dict[str, Any] = {status: run.count(status) for status in ("done", "unchanged", "failed")}
        failed += counts["failed"]
        for line in run.why_lines():
            click.echo(line, err=True)
        click.echo(say("cli.report.counts", title=run.title, **counts), err=True)
        click.echo(say("cli.report.where", folder=run.folder.relative_to(settings.workspace)), err=True)
    return failed
