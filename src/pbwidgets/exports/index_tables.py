"""A composite index as tables for people: pure functions from an index to a labelled table."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pbwidgets.exports.columns import Column
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.scoring.index import Index, Line, effective_weights
from pbwidgets.wording import say

_NONE = "—"


def scores_of_units(
    index: Index, top: Line, parts: Sequence[Line], names: Mapping[str, str], title: str, lang: str
) -> LabelledTable:
    """Rank and score of every unit in the top aggregate, and its scores in the parts; best first."""
    made = pd.DataFrame(
        {
            "rank": index.ranks[top.code].array,
            "unit": [str(unit) for unit in index.scores.index],
            "name": [names[str(unit)] for unit in index.scores.index],
            "score": index.scores[top.code].to_numpy(),
            **{f"part:{line.code}": part_scores(index, line).to_numpy() for line in parts},
        }
    ).sort_values(["rank", "unit"], kind="stable", na_position="last", ignore_index=True)
    columns = {
        "rank": Column(say("index.column.rank", lang), 8, "integer", _NONE),
        "unit": Column(say("index.column.unit", lang), 16),
        "name": Column(say("index.column.name", lang), 26),
        "score": Column(label_of(top), 12, "number"),
        **{f"part:{line.code}": Column(label_of(line), 14, "number") for line in parts},
    }
    if all(code == name for code, name in names.items()):
        del columns["unit"]
    return LabelledTable(title, made, columns)


def part_scores(index: Index, line: Line) -> "pd.Series[float]":
    """Scores of all units in a line: an aggregate, or an indicator on the scale of the index."""
    return index.scores[line.code] if line.code in index.scores else index.values[line.code]


def _begin(
    units: Iterable[object], names: Mapping[str, str], lang: str
) -> tuple[dict[str, object], dict[str, Column]]:
    """The first two columns of a table with a row for each unit: its code and its name."""
    codes = [str(unit) for unit in units]
    columns = {
        "unit": Column(say("index.column.unit", lang), 16),
        "name": Column(say("index.column.name", lang), 26),
    }
    return {"unit": codes, "name": [names[code] for code in codes]}, columns


def all_aggregates(index: Index, names: Mapping[str, str], title: str, lang: str) -> LabelledTable:
    """Score and rank of every unit in every aggregate."""
    made, columns = _begin(index.scores.index, names, lang)
    for line in index.dictionary.aggregates:
        made[f"score:{line.code}"] = index.scores[line.code].to_numpy()
        made[f"rank:{line.code}"] = index.ranks[line.code].array
        columns[f"score:{line.code}"] = Column(label_of(line), 14, "number")
        columns[f"rank:{line.code}"] = Column(
            say("index.column.rank_in", lang, name=label_of(line)), 14, "integer", _NONE
        )
    return LabelledTable(title, pd.DataFrame(made), columns)


def indicator_values(index: Index, names: Mapping[str, str], title: str, lang: str) -> LabelledTable:
    """Every indicator of every unit on the scale of the index."""
    made, columns = _begin(index.values.index, names, lang)
    for line in index.dictionary.indicators:
        made[f"value:{line.code}"] = index.values[line.code].to_numpy()
        columns[f"value:{line.code}"] = Column(label_of(line), 14, "number")
    return LabelledTable(title, pd.DataFrame(made), columns)


def weights_of_lines(index: Index, title: str, lang: str) -> LabelledTable:
    """Every indicator with its aggregate, its weight and its effective weight; the greatest first."""
    shares = effective_weights(index.dictionary, index.weights)
    by_code = index.dictionary.by_code
    made = pd.DataFrame(
        [
            {
                "code": line.code,
                "name": label_of(line),
                "parent": label_of(by_code[line.parent]) if line.parent else "",
                "weight": float(index.weights[line.code]),
                "share_pct": 100.0 * float(shares[line.code]),
                "better": say(f"index.better_{'more' if line.direction > 0 else 'less'}", lang),
                "measured_in": line.unit,
            }
            for line in index.dictionary.indicators
        ]
    ).sort_values("share_pct", ascending=False, kind="stable", ignore_index=True)
    columns = {
        "name": Column(say("index.column.indicator", lang), 32),
        "parent": Column(say("index.column.parent", lang), 22),
        "share_pct": Column(say("index.column.share", lang), 12, "percent"),
        "weight": Column(say("index.column.weight", lang), 12, "number"),
        "better": Column(say("index.column.better", lang), 12),
        "measured_in": Column(say("index.column.measured_in", lang), 12),
        "code": Column(say("index.column.code", lang), 14),
    }
    return LabelledTable(title, made, columns)


def strengths_of_unit(strengths: pd.DataFrame, title: str, lang: str) -> LabelledTable:
    """Indicators of one unit from its greatest strength to its greatest weakness."""
    columns = {
        "name": Column(say("index.column.indicator", lang), 32),
        "value": Column(say("index.column.value", lang), 12, "number"),
        "score": Column(say("index.column.score", lang), 10, "number"),
        "median": Column(say("index.column.median", lang), 12, "number"),
        "effect": Column(say("index.column.effect", lang), 12, "number"),
        "rank": Column(say("index.column.rank", lang), 8, "integer", _NONE),
        "code": Column(say("index.column.code", lang), 14),
    }
    return LabelledTable(title, strengths, columns)


def moves_of_ranks(moves: pd.DataFrame, title: str, lang: str) -> LabelledTable:
    """Ranks and scores before and after a change, those that moved most first."""
    columns = {
        "name": Column(say("index.column.name", lang), 26),
        "before": Column(say("index.column.before", lang), 12, "integer", _NONE),
        "after": Column(say("index.column.after", lang), 12, "integer", _NONE),
        "moved": Column(say("index.column.moved", lang), 12, "integer", _NONE),
        "score_before": Column(say("index.column.score_before", lang), 12, "number"),
        "score_after": Column(say("index.column.score_after", lang), 14, "number"),
        "unit": Column(say("index.column.unit", lang), 16),
    }
    return LabelledTable(title, moves, columns)


def steps_taken(steps: Sequence[tuple[str, str]], title: str, lang: str) -> LabelledTable:
    """Steps of an index in order, with their names and what they did."""
    made = pd.DataFrame(list(steps), columns=["step", "did"])
    made.insert(0, "place", [str(place) for place in range(1, len(made) + 1)])
    columns = {
        "place": Column(say("index.column.place", lang), 8),
        "step": Column(say("index.column.step", lang), 16),
        "did": Column(say("index.column.did", lang), 70),
    }
    return LabelledTable(title, made, columns)


def notes_on_steps(notes: Sequence[tuple[str, str]], title: str, lang: str) -> LabelledTable:
    """Notes on the steps of an index, in order."""
    made = pd.DataFrame(list(notes), columns=["step", "note"])
    columns = {
        "step": Column(say("index.column.step", lang), 16),
        "note": Column(say("index.column.note", lang), 70),
    }
    return LabelledTable(title, made, columns)


def label_of(line: Line) -> str:
    """Name of a line for people."""
    return line.name or line.code
