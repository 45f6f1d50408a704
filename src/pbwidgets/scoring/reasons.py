"""Reasons: a code with its numbers, kept as arrays, and put into words only where they are shown.

A column of points has a list of reasons, each with the rows it stands for; of several that stand for one
row the later one holds, and *notes* (stale marks, a source that is missing) are added to it. So the
arithmetic writes a few masks, and JSON and words are made once per distinct combination of numbers, for
the rows that somebody asks for.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np

from pbwidgets.campaign.model import Campaign, Criterion, Text
from pbwidgets.scoring.arrays import Bools, Floats, Ints, Objects, group_rows
from pbwidgets.scoring.frames import FINAL
from pbwidgets.wording import number, say

ArgColumn: TypeAlias = str | float | int | Floats | Objects | Ints
Args: TypeAlias = dict[str, ArgColumn]
_NOTES: Final = "notes"
_DIGITS: Final = 2
_DIGITS_OF_TOTAL: Final = 6  # a total is shown as the campaign rounded it


@dataclass(frozen=True)
class Reason:
    """Why some rows of a column have the points they have.

    Attributes
    ----------
    code
        Code of the catalogue, for example ``scoring.per_missing_item``.
    where
        Rows it stands for, bool; None for all.
    args
        Numbers and texts of the sentence: one for all rows, or an array with one for each row. Missing
        ones are left out. Keys ending in ``_id`` are named in the reader's language by :func:`word_reason`.
    is_note
        A sentence that is added to the reason instead of replacing it.
    """

    code: str
    where: Bools | None = None
    args: Mapping[str, ArgColumn] = field(default_factory=dict)
    is_note: bool = False

    def with_args(self, **args: ArgColumn) -> "Reason":
        """Copy with more numbers."""
        return replace(self, args={**self.args, **args})


def render_reasons(reasons: Sequence[Reason], size: int, rows: Ints | None = None) -> tuple[Objects, Objects]:
    """Codes and JSON arguments of rows, as object arrays of the length of ``rows`` (default: all ``size``).

    Rows for which no reason stands get an empty code and ``{}``.

    Examples
    --------
    >>> lost = Reason("scoring.rated", np.array([True, False]), {"lost": np.array([0.5, np.nan])})
    >>> [part.tolist() for part in render_reasons([lost], 2)]
    [['scoring.rated', ''], ['{"lost": 0.5}', '{}']]
    """
    rows = np.arange(size, dtype=np.int64) if rows is None else rows
    codes = np.full(len(rows), "", dtype=object)
    args = np.full(len(rows), "{}", dtype=object)
    open_rows = np.ones(len(rows), dtype=bool)
    for reason in reversed([reason for reason in reasons if not reason.is_note]):
        here = open_rows & _stands(reason, rows)
        open_rows &= ~here
        at = np.flatnonzero(here)
        codes[at] = reason.code
        args[at] = _to_json(reason, rows[at])
    notes = [reason for reason in reasons if reason.is_note and _stands(reason, rows).any()]
    return codes, _add_notes(args, notes, rows) if notes else args


def _stands(reason: Reason, rows: Ints) -> Bools:
    return np.ones(len(rows), dtype=bool) if reason.where is None else reason.where[rows]


def _to_json(reason: Reason, rows: Ints) -> Objects:
    same = {key: _plain(value) for key, value in reason.args.items() if not isinstance(value, np.ndarray)}
    columns = {key: value[rows] for key, value in reason.args.items() if isinstance(value, np.ndarray)}
    if not columns or not len(rows):
        return np.full(len(rows), json.dumps(same, ensure_ascii=False, sort_keys=True), dtype=object)
    groups, first = group_rows(list(columns.values()))
    texts = np.empty(len(first), dtype=object)
    for group, row in enumerate(first):
        own = {key: _plain(column[row]) for key, column in columns.items()}
        given = {key: value for key, value in {**same, **own}.items() if value is not None}
        texts[group] = json.dumps(given, ensure_ascii=False, sort_keys=True)
    made: Objects = texts[groups]
    return made


def _plain(value: Any) -> str | float | int | None:
    if value is None or isinstance(value, str):
        return value
    if np.isnan(value):
        return None
    rounded = round(float(value), 9)
    return int(rounded) if rounded.is_integer() else rounded


def _add_notes(args: Objects, notes: Sequence[Reason], rows: Ints) -> Objects:
    columns = [args]
    for note in notes:
        text = np.full(len(rows), "", dtype=object)
        at = np.flatnonzero(_stands(note, rows))
        text[at] = _to_json(note, rows[at])
        columns.append(text)
    groups, first = group_rows(columns)
    texts = np.empty(len(first), dtype=object)
    for group, row in enumerate(first):
        own = [
            [note.code, json.loads(column[row])]
            for note, column in zip(notes, columns[1:], strict=True)
            if column[row]
        ]
        main = json.loads(args[row])
        texts[group] = json.dumps({**main, _NOTES: own} if own else main, ensure_ascii=False, sort_keys=True)
    made: Objects = texts[groups]
    return made


# -- words ---------------------------------------------------------------------------------------------


def word_reason(campaign: Campaign, code: str, args: str | Mapping[str, Any], lang: str | None = None) -> str:
    """Sentence of a reason, its notes behind it; empty for an empty code.

    Parameters
    ----------
    campaign
        Names measures, layers, kinds and gates.
    code, args
        As the frames keep them: ``reason_code`` and ``reason_args`` (JSON text or a mapping).
    lang
        ``zh_CN`` or ``en``.
    """
    if not code:
        return ""
    given: dict[str, Any] = dict(json.loads(args) if isinstance(args, str) else args)
    notes: list[tuple[str, dict[str, Any]]] = given.pop(_NOTES, [])
    sentences = [say(code, lang, **_name_args(campaign, given, lang))]
    sentences += [say(note, lang, **_name_args(campaign, own, lang)) for note, own in notes]
    text = (" " if lang == "en" else "").join(sentences)
    return " ".join(text.split())


def word_reasons(campaign: Campaign, codes: Iterable[str], args: Iterable[str], lang: str) -> list[str]:
    """Sentences of many reasons; the same numbers are put into words once."""

    @cache
    def word(code: str, text: str) -> str:
        return word_reason(campaign, code, text, lang)

    return [word(code, text) for code, text in zip(codes, args, strict=True)]


def _name_args(campaign: Campaign, args: Mapping[str, Any], lang: str | None) -> dict[str, Any]:
    named: dict[str, Any] = {}
    parts: list[str] = []
    for key, value in args.items():
        if key.startswith("points:"):
            source = key.partition(":")[2]
            parts.append(
                say(
                    "scoring.part",
                    lang,
                    source=_name(campaign, "source_id", source, lang),
                    points=_show(value),
                    weight=_show(args[f"weight:{source}"]),
                )
            )
        elif key == "measure_id":
            named |= _name_measure(campaign, value, lang)
        elif key == "group_id":
            named["group"] = _name_group(campaign, value, lang)
        elif key.endswith("_id"):
            named[key.removesuffix("_id")] = _name(campaign, key, value, lang)
        elif key == "comment":
            named[key] = value.rstrip("。.；; ") or say("scoring.no_comment", lang)
        else:
            named[key] = _show(value, _DIGITS_OF_TOTAL if key == "total" else _DIGITS)
    if parts:
        named["parts"] = say("scoring.part_separator", lang).join(parts)
    return named


def _show(value: Any, digits: int = _DIGITS) -> str:
    return value if isinstance(value, str) else number(float(value), digits)


def _name_measure(campaign: Campaign, measure_id: str, lang: str | None) -> dict[str, str]:
    for measure in campaign.measures:
        if measure.id == measure_id:
            unit = measure.unit.words(lang or "zh_CN") if measure.unit else ""
            # an English unit is a word of its own, a Chinese one stands against the number
            return {
                "measure": measure.name.words(lang or "zh_CN"),
                "unit": f" {unit}" if lang == "en" and unit else unit,
            }
    for item in campaign.carried:
        if item.id == measure_id:
            return {"measure": item.name.words(lang or "zh_CN"), "unit": say("scoring.unit_of_points", lang)}
    return {"measure": measure_id, "unit": ""}


def _name_group(campaign: Campaign, kind_id: str, lang: str | None) -> str:
    """The units that one is compared with: all, or those below the same unit of a kind."""
    if not kind_id:
        return say("scoring.group_of_all", lang)
    return say("scoring.group_of_kind", lang, kind=_name(campaign, "kind_id", kind_id, lang))


def _name(campaign: Campaign, key: str, value: str, lang: str | None) -> str:
    if key == "layer_id" and value == FINAL:
        return say("scoring.final_total", lang)
    for item_id, name in _names(campaign, key):
        if item_id == value:
            return name.words(lang or "zh_CN")
    return value


def _names(campaign: Campaign, key: str) -> Iterable[tuple[str, Text]]:
    if key == "kind_id":
        return [(kind.id, kind.name) for kind in campaign.unit_kinds]
    if key == "gate_id":
        return [(gate.id, gate.name) for track in campaign.tracks for gate in track.gates]
    if key == "class_id":
        return [
            (f"{track.id}:{number}", name)
            for track in campaign.tracks
            if track.classes is not None
            for number, name in enumerate(track.classes.names, start=1)
        ]
    if key == "flag_id":
        every = [track.classes for track in campaign.tracks if track.classes is not None]
        return [(flag.id, flag.name) for classes in every for flag in classes.flags]
    if key == "exemption_id":
        lines = [line for track in campaign.tracks for line in track.lines()]
        return [(line.id, line.exemption.name) for line in lines if line.exemption is not None]
    layers = [(layer.id, layer.name) for layer in campaign.layers]
    if key == "tie_break_id":
        criteria = [item for track in campaign.tracks for item in _criteria(track.criteria)]
        measures = [(measure.id, measure.name) for measure in campaign.measures]
        return [*((item.id, item.name) for item in criteria), *layers, *measures]
    if key == "source_id":
        uses = [use for track in campaign.tracks for use in track.layers]
        return [(source.id, source.name) for use in uses for source in use.sources] + layers
    return layers if key == "layer_id" else []


def _criteria(criteria: Iterable[Criterion]) -> Iterable[Criterion]:
    for criterion in criteria:
        yield criterion
        yield from _criteria(criterion.criteria)
