"""The command ``index``: steps from arguments, notes on stderr, scores on stdout, a report in a folder."""

import json
from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

import click

from pbwidgets.cli.output import show, tell_notes
from pbwidgets.errors import UsageError
from pbwidgets.scoring.index import Index, find_strengths, list_scores, plan_steps, replay
from pbwidgets.wording import number, round_half_up, say
from pbwidgets.workflows.reports.index.building import compute_index

LEFT_OUT = "off"


def show_index(
    data: Path,
    dictionary: Path,
    form: str,
    output: Path | None,
    *,
    denominators: Path | None,
    min_share: str,
    digits: int,
    explain: str | None,
    report: Path | None,
    label: str | None,
    changes: Sequence[str],
    **asked: Any,
) -> None:
    """Compute an index and write its scores, or the strengths of one unit; make its report if asked to.

    Raises
    ------
    UsageError
        ``index.group_needed``, ``index.group_unused``, ``index.unknown_unit``, ``index.unknown_label``,
        ``batch.folder_in_use``, ``cli.index.…``.
    """
    _check_usage(**asked)
    _check_report_options(report, label, changes)
    planned = {"min_share": parse_share(min_share), "digits": digits, **asked}
    read = compute_index(data, dictionary, plan_steps(**planned), denominators=denominators)
    index = read.content
    tell_notes(read.notes)
    files = [file.resolve() for file in (data, dictionary, denominators) if file]
    given: dict[str, Any] = {"label": label or "", "unit": explain or "", "change": parse_changes(changes)}
    if report:
        _check_report(index, report, **given)
    for note in index.notes:
        click.echo(note.text(), err=True)
    if explain:
        _show_strengths(index, explain, form, output, digits)
    else:
        _show_scores(index, form, output, digits)
    if report:
        _make_report(index, report, files, {**given, **planned})


def parse_share(text: str) -> float:
    """Share from 0 to 1, from a number or a fraction.

    >>> parse_share("0.5"), round(parse_share("2/3"), 4)
    (0.5, 0.6667)
    """
    try:
        share = float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise UsageError("cli.index.bad_share", value=text) from None
    if not 0 <= share <= 1:
        raise UsageError("cli.index.bad_share", value=text)
    return share


def parse_changes(texts: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """Changes of steps, from ``STEP.ARGUMENT=VALUE`` and ``STEP=off``.

    >>> parse_changes(["weigh.method=equal", "aggregate.min_share=0.5", "winsorise=off"])
    {'weigh': {'method': 'equal'}, 'aggregate': {'min_share': 0.5}, 'winsorise': None}
    """
    made: dict[str, dict[str, Any] | None] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        step, dot, argument = name.partition(".")
        if step and not dot and value == LEFT_OUT:
            made[step] = None
        elif step and argument and value:
            made[step] = {**(made.get(step) or {}), argument: _parse_value(value)}
        else:
            raise UsageError("cli.index.bad_change", value=text)
    return made


def _parse_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _check_usage(*, impute: str | None, group: str | None, scale: float, **_: Any) -> None:
    if impute == "group-mean" and not group:
        raise UsageError("index.group_needed")
    if group and impute != "group-mean":
        raise UsageError("index.group_unused")
    if not (scale > 0 and isfinite(scale)):
        raise UsageError("cli.index.bad_scale", value=scale)


def _check_report_options(report: Path | None, label: str | None, changes: Sequence[str]) -> None:
    for option, given in (("--label", label), ("--change", changes)):
        if given and report is None:
            raise UsageError("cli.index.report_needed", option=option)


def _check_report(index: Index, folder: Path, *, label: str, unit: str, change: Any) -> None:
    """Check the report's arguments before it runs: here a mistake is one line, there a failed cell."""
    from pbwidgets.batch.index_reports import check_folder
    from pbwidgets.workflows.reports.index.report import choose_unit, name_units

    check_folder(folder)
    name_units(index, label)
    choose_unit(index, unit)
    replay(index, change)


def _show_scores(index: Index, form: str, output: Path | None, digits: int) -> None:
    units, aggregates = index.scores.shape
    scores = list_scores(index)
    if form == "table":
        shown = round_half_up(scores["score"].to_numpy(), digits)
        scores["score"] = [number(score, digits) if score == score else "" for score in shown]
    show(scores, form, output)
    indicators = len(index.dictionary.indicators)
    click.echo(say("cli.index.done", units=units, indicators=indicators, aggregates=aggregates), err=True)


def _show_strengths(index: Index, unit: str, form: str, output: Path | None, digits: int) -> None:
    strengths = find_strengths(index, unit)
    if form == "table":
        strengths = strengths.drop(columns="code").rename(columns={"name": "indicator", "value": "measured"})
        rounded = {
            name: [number(value, digits) for value in strengths[name]]
            for name in ("measured", "score", "median", "effect")
        }
        strengths = strengths.assign(**rounded)
    show(strengths, form, output)


def _make_report(index: Index, folder: Path, files: Sequence[Path], parameters: dict[str, Any]) -> None:
    from pbwidgets.batch import word_failure
    from pbwidgets.batch.index_reports import run_index_report
    from pbwidgets.settings import load_settings

    settings = load_settings()
    names = ("data", "dictionary", "denominators")
    given = {
        **dict(zip(names, map(str, files), strict=False)),
        **{name: "" if value is None else value for name, value in parameters.items()},
        "lang": settings.lang,
    }
    top = index.dictionary.aggregates[0]
    failure = run_index_report(settings, folder, given, files, title=top.name or top.code)
    if failure:
        click.echo(say("cli.index.report_failed", why=word_failure(failure)), err=True)
        raise click.exceptions.Exit(1)
    click.echo(say("cli.index.report_done", folder=folder), err=True)
