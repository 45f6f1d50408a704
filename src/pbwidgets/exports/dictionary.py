"""The dictionary of a workbook: what each column means, how it is written, and where it comes from."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from pbwidgets.exports.columns import Column, find_decimals
from pbwidgets.wording import say

if TYPE_CHECKING:
    from pbwidgets.exports.xlsx import Sheet

_SOURCES: Final = {
    "place": "criteria.number",
    "name": "criteria.name",
    "line": "criteria.name",
    "max_points": "points.max_points",
    "points": "points.points",
    "reason": "points.reason_code",
    "median": "reference.median",
    "lowest": "reference.lowest",
    "highest": "reference.highest",
    "rank": "ranking.rank",
    "unit_code": "units.unit_code",
    "unit_name": "units.unit_name",
    "above": "units.parent_code",
    "total": "ranking.total",
    "status_words": "selection.status",
    "decision": "selection.decided",
    "track": "tracks.name",
    "places": "tracks.places",
    "class_by_total": "classes.by_total",
    "class_proposed": "classes.proposed",
    "class_decided": "classes.decided",
    "class_from": "moves.class_before",
    "class_to": "moves.class_after",
    "move_words": "moves.move",
    "decided_on": "decisions.decided_on",
    "decided_by": "decisions.decided_by",
    "decided_reason": "decisions.reason",
    "subject": "recommendations.officers",
    "to": "recommendations.to",
    "share_selected_pct": "firmness.share_selected_pct",
    "share_tied_pct": "firmness.share_tied_pct",
    "rank_p5": "firmness.rank_p5",
    "rank_median": "firmness.rank_median",
    "rank_p95": "firmness.rank_p95",
    "form": "submissions.form_id",
    "part": "submissions.row",
    "field": "submissions.field",
    "value": "submissions.value",
    "noted_on": "running_record.noted_on",
    "text": "running_record.text",
}
"""Frame and column behind the columns of our tables that do not name theirs."""

_NAMED: Final = 3  # sheets; of more with the same column, their number is said


def describe_columns(sheets: Sequence["Sheet"], lang: str) -> "Sheet":
    """Sheet with a row for each column: sheets that have it, label, meaning, format, source; once for equal ones.

    A column without a known source, as in a table of one's own, has its label and format only.
    """
    from pbwidgets.exports.xlsx import Sheet

    found: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for sheet in sheets:
        for name, column in sheet.columns.items():
            about = column.label, column.format, column.source or _SOURCES.get(name, "")
            found.setdefault(about, []).append((sheet.name, find_decimals(sheet.frame[name], column)))
    rows = [
        (
            _join((name for name, _ in seen), lang),
            label,
            _word_meaning(source, lang),
            say(f"dictionary.format.{form}", lang, digits=max(digits for _, digits in seen)),
            source,
        )
        for (label, form, source), seen in found.items()
    ]
    heads = ("sheet", "column", "meaning", "format", "source")
    columns = {
        head: Column(say(f"dictionary.head.{head}", lang), width)
        for head, width in zip(heads, (30, 22, 60, 20, 30), strict=True)
    }
    return Sheet(say("dictionary.title", lang), pd.DataFrame(rows, columns=list(heads)), columns)


def _word_meaning(source: str, lang: str) -> str:
    return say(f"dictionary.{source.partition(':')[0]}", lang) if source else ""


def _join(names: Iterable[str], lang: str) -> str:
    listed = list(dict.fromkeys(names))
    shown = say("exports.list_glue", lang).join(listed[:_NAMED])
    return shown if len(listed) <= _NAMED else say("dictionary.sheets", lang, names=shown, count=len(listed))
