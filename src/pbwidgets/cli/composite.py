"""The command ``index``: arguments to steps, notes to stderr, scores to stdout."""

from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

import click

from pbwidgets.cli.output import show
from pbwidgets.errors import UsageError
from pbwidgets.scoring.index import list_scores, plan_steps
from pbwidgets.scoring.totals import round_half_up
from pbwidgets.wording import number, say
from pbwidgets.workflows.indexing import compute_index


def show_index(
    data: Path,
    dictionary: Path,
    form: str,
    output: Path | None,
    *,
    denominators: Path | None,
    min_share: str,
    digits: int,
    **asked: Any,
) -> None:
    """Compute an index and write its scores.

    Raises
    ------
    UsageError
        ``index.group_needed``, ``index.group_unused``, ``cli.index.bad_share``, ``cli.index.bad_scale``.
    """
    _check_usage(**asked)
    steps = plan_steps(min_share=parse_share(min_share), digits=digits, **asked)
    index = compute_index(data, dictionary, steps, denominators=denominators)
    for note in index.notes:
        click.echo(note.text(), err=True)
    units, aggregates = index.scores.shape
    scores = list_scores(index)
    if form == "table":
        shown = round_half_up(scores["score"].to_numpy(), digits)
        scores["score"] = [number(score, digits) if score == score else "" for score in shown]
    show(scores, form, output)
    indicators = len(index.dictionary.indicators)
    click.echo(say("cli.index.done", units=units, indicators=indicators, aggregates=aggregates), err=True)


def parse_share(text: str) -> float:
    """Share from 0 to 1 of a number or a fraction.

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


def _check_usage(*, impute: str | None, group: str | None, scale: float, **_: Any) -> None:
    if impute == "group-mean" and not group:
        raise UsageError("index.group_needed")
    if group and impute != "group-mean":
        raise UsageError("index.group_unused")
    if not (scale > 0 and isfinite(scale)):
        raise UsageError("cli.index.bad_scale", value=scale)
