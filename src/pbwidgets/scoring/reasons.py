"""Reasons: a code with its numbers, kept as arrays, and put into words only where they are shown.

A column of points has a list of reasons, each with the rows it applies to; of several for the same
row the last one counts, and *notes* (stale marks, a source that is missing) are added to it. So the
arithmetic writes a few masks, and JSON and words are made once per distinct combination of numbers, for
the rows that are asked for.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.scoring.arrays import Bools, Floats, Ints, Objects, group_rows
from pbwidgets.scoring.list_words import word_listed
from pbwidgets.scoring.names import Names
from pbwidgets.wording import MOST_DIGITS, count_decimals, number, say


@dataclass(frozen=True)
class Derived:
    """A column of numbers that is worked out only for the rows that are asked for; most reasons are never read."""

    work_out: Callable[[Ints], Floats]


ArgColumn: TypeAlias = str | float | int | Floats | Objects | Ints | Derived
Args: TypeAlias = dict[str, ArgColumn]
_NOTES: Final = "notes"
_DIGITS: Final = 2
_OF_YES_NO: Final = {
    "scoring.all_or_nothing_full": "scoring.all_or_nothing_yes",
    "scoring.all_or_nothing_none": "scoring.all_or_nothing_no",
}
"""Sentences for a measure that is the answer of a yes/no question, which is no number for a reader."""
_TOTALS: Final = ("total", "minimum")
_PRICES: Final = ("each", "first")
_PRICED: Final = ("points", "lost")  # with as many decimals as their price, so that both agree
_OWN: Final = (
    *_PRICES, "cap", "floor", "ceiling", "base", "beyond", "step", "threshold", "required", "at_least", "full",
    "bound",
)  # fmt: skip
"""The organiser's own numbers, which are shown as they are written."""
_OWN_DIGITS: Final = 6
_SIDE_BY_SIDE: Final = ("own", "other")  # written with the same number of decimals
SUMMED: Final = (
    "scoring.heading",
    "scoring.heading_base",
    "scoring.heading_base_added",
    "scoring.heading_base_ceiling",
    "scoring.heading_base_lost",
    "scoring.heading_ceiling",
)
"""Reasons of a heading that say no more than its lines."""
_PRICE: Final = "say:price"
"""Key of the code of a clause that says what each item costs."""
_LISTED: Final = {
    "lost": ("case_id", "scoring.case_lost", "scoring.case_separator"),
    "earned": ("case_id", "scoring.case_earned", "scoring.case_separator"),
    "undecided": ("case_id", "scoring.case_named", "scoring.part_separator"),
    "factors": ("factor_id", "scoring.factor_times", "scoring.part_separator"),
    "undecided_factors": ("factor_id", "scoring.case_named", "scoring.part_separator"),
}
"""What a reason may list, by the beginning of its keys: whose names, how each is said, what stands between."""
_TIMES: Final = {2: "scoring.factor_double", 0.5: "scoring.factor_half"}
_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True)
class Reason:
    """Why some rows of a column have the points they have.

    Attributes
    ----------
    code
        Code of the catalogue, for example ``scoring.per_missing_item``.
    where
        Rows it applies to, bool; None for all.
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

    Rows without a reason get an empty code and ``{}``.

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


def word_losses(campaign: Campaign, points: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Reasons of all lines of the last layer that did not reach their maximum, in one text a unit.

    A bonus that was not earned is no loss; one that took points away is. Of a heading settled as one, its lines say
    what was lost, and the heading only where it made a difference.
    """
    last = {track.id: track.layers[-1].id for track in campaign.tracks if track.layers}
    of_last = points[points["layer"] == points["track_id"].map(last)]
    bonus = {line.id for track in campaign.tracks for line in track.lines() if line.bonus}
    earned = of_last["criterion_id"].isin(bonus) & (of_last["points"] >= 0)
    summed = of_last["reason_code"].isin(SUMMED)
    short = of_last[~(of_last["points"] >= of_last["max_points"]) & ~earned & ~summed]
    names = {
        item.criterion.id: item.criterion.name.words(lang)
        for track in campaign.tracks
        for item in track.numbered()
    }
    texts = [
        f"{names[line_id]}：{word_reason(campaign, reason_code, args, lang).rstrip('。.')}"
        for line_id, reason_code, args in zip(
            short["criterion_id"], short["reason_code"], short["reason_args"], strict=True
        )
    ]
    worded = short.assign(lost=texts)
    return worded.groupby(["unit_code", "track_id"])["lost"].agg("；".join).to_frame()


def _stands(reason: Reason, rows: Ints) -> Bools:
    return np.ones(len(rows), dtype=bool) if reason.where is None else reason.where[rows]


def _to_json(reason: Reason, rows: Ints) -> Objects:
    columns = {
        key: value[rows] if isinstance(value, np.ndarray) else value.work_out(rows)
        for key, value in reason.args.items()
        if isinstance(value, np.ndarray | Derived)
    }
    same = {key: _plain(value) for key, value in reason.args.items() if key not in columns}
    if not columns or not len(rows):
        return np.full(len(rows), _encode(same), dtype=object)
    groups, first = group_rows(list(columns.values()))
    texts = np.empty(len(first), dtype=object)
    own = zip(*(map(_plain, column[first].tolist()) for column in columns.values()), strict=True)
    for group, values in enumerate(own):
        given = {**same, **dict(zip(columns, values, strict=True))}
        texts[group] = _encode({key: value for key, value in given.items() if value is not None})
    made: Objects = texts[groups]
    return made


def _plain(value: Any) -> str | float | int | None:
    if value is None or isinstance(value, str):
        return value
    if math.isnan(value):
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
        texts[group] = _encode({**main, _NOTES: own} if own else main)
    made: Objects = texts[groups]
    return made


# -- words ---------------------------------------------------------------------------------------------


def word_reason(campaign: Campaign, code: str, args: str | Mapping[str, Any], lang: str | None = None) -> str:
    """Sentence of a reason with its notes after it; empty for an empty code.

    Parameters
    ----------
    campaign
        Names measures, layers, kinds and gates.
    code, args
        As the frames keep them: ``reason_code`` and ``reason_args`` (JSON text or a mapping).
    lang
        ``zh_CN`` or ``en``.
    """
    return _word(Names(campaign, lang), code, args)


def word_reasons(campaign: Campaign, codes: Iterable[str], args: Iterable[str], lang: str) -> list[str]:
    """Sentences of many reasons; the same names and numbers are put into words once."""
    word = cache(partial(_word, Names(campaign, lang)))
    return [word(code, text) for code, text in zip(codes, args, strict=True)]


def _word(names: Names, code: str, args: str | Mapping[str, Any]) -> str:
    if not code:
        return ""
    given: dict[str, Any] = dict(json.loads(args) if isinstance(args, str) else args)
    notes: list[tuple[str, dict[str, Any]]] = given.pop(_NOTES, [])
    if code.startswith("standing."):
        return word_listed(names, code, given)
    answer = names.name_answer(given["measure_id"], given["value"]) if code in _OF_YES_NO else ""
    if answer:
        code, given = _OF_YES_NO[code], {**given, "answer": answer}
    named = _name_args(names, given)
    if code.startswith("scoring.carried_over") and not named["unit"]:  # a score in all but name
        named["unit"] = say("scoring.unit_of_points", names.lang)
    sentences = [say(code, names.lang, **named)]
    sentences += [say(note, names.lang, **_name_args(names, own)) for note, own in notes]
    text = (" " if names.lang == "en" else "").join(sentences)
    return " ".join(text.split())


def _name_args(names: Names, args: Mapping[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, value in args.items():
        if ":" not in key:
            named |= _name_arg(names, key, value, args)
    given = {key.removeprefix("points:"): value for key, value in args.items() if key.startswith("points:")}
    parts = [
        names.say_part(source, _show(given[source]), _show(args[f"weight:{source}"]))
        for source in names.order_sources(given)
    ]
    if parts:
        named["parts"] = say("scoring.part_separator", names.lang).join(parts)
    for kind in _LISTED:
        listed = _list_cases(names, args, kind)
        named |= {"cases": listed} if listed else {}
    if (
        "value" in named and str(named.get("measure", ""))[-1:].isdigit()
    ):  # 走访2025 and 11 would be one number
        named["value"] = say("scoring.value_after_digit", names.lang, value=named["value"])
    if "value" in named and "measure_id" in args:
        named["measure"] += names.say_highest(args["measure_id"])
    if _PRICE in args:
        named["price"] = say(args[_PRICE], names.lang, **named)
    return named


def _name_arg(names: Names, key: str, value: Any, args: Mapping[str, Any]) -> Mapping[str, Any]:
    if key == "measure_id":
        return names.name_measure(value)
    if key == "group_id":
        return {"group": names.name_group(value)}
    if key.endswith("_id"):
        return {key.removesuffix("_id"): names.name(key, value)}
    if key == "comment":
        return {key: value.rstrip("。.；; ") or say("scoring.no_comment", names.lang)}
    return {key: _show_arg(key, value, args)}


def _list_cases(names: Names, args: Mapping[str, Any], kind: str) -> str:
    """Cases or factors of one kind in one text; a key is ``<kind>:<number in the rule>``. Empty for none."""
    key, code, separator = _LISTED[kind]
    numbers = sorted(int(one.removeprefix(f"{kind}:")) for one in args if one.startswith(f"{kind}:"))
    said = []
    for at in numbers:
        amount, case = args[f"{kind}:{at}"], names.name(key, f"{args['line_id']}:{at}")
        words = _TIMES.get(amount, code) if kind == "factors" else code
        said.append(say(words, names.lang, case=case, amount=_show(amount, _OWN_DIGITS)))
    return say(separator, names.lang).join(said)


def _show_arg(key: str, value: Any, args: Mapping[str, Any]) -> str:
    if key in _SIDE_BY_SIDE:
        return number(value, int(args["decimals"]), keep_zeros=True)
    if key in _TOTALS:
        return _show(value, MOST_DIGITS)
    if key in _PRICED:
        prices = [args[price] for price in _PRICES if price in args]
        return _show(value, max(_DIGITS, count_decimals(prices, _OWN_DIGITS)))
    return _show(value, _OWN_DIGITS if key in _OWN else _DIGITS)


def _show(value: Any, digits: int = _DIGITS) -> str:
    return value if isinstance(value, str) else number(float(value), digits)
