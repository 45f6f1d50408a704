"""The steps of a composite index in words, and the notes they produced."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from pbwidgets.scoring.index import Index, Line, Note, Step
from pbwidgets.scoring.index.building import Change
from pbwidgets.wording import has_words, say


def word_step(index: Index, step: Step, lang: str) -> str:
    """What a step did, in a sentence; empty if it had nothing to do."""
    return _WORDINGS[step.name](index, step.arguments, lang)


def word_notes(index: Index, lang: str) -> list[tuple[str, str]]:
    """Notes on the steps for people: name of the step and a sentence that names the lines."""
    return [(note.step, _named(index, note).text(lang)) for note in index.notes]


def word_change(change: Change, lang: str) -> str:
    """A change of steps in words: ``赋权：等权``."""
    parts = []
    for name, arguments in change.items():
        title = say(f"index.step.{name}", lang)
        if arguments is None:
            parts.append(say("index.step_left_out", lang, step=title))
            continue
        values = [_value(argument, value, lang) for argument, value in arguments.items()]
        parts.append(say("index.step_changed", lang, step=title, values=_join(values, lang)))
    return say("index.semicolon", lang).join(parts)


def word_method(name: str, lang: str) -> str:
    """Name of a method in words, or the name itself."""
    return say(f"index.method.{name}", lang) if has_words(f"index.method.{name}") else name


def _denominate(index: Index, _: Mapping[str, Any], lang: str) -> str:
    lines = [line for line in index.dictionary.indicators if line.denominator]
    if not lines:
        return ""
    by = _join(dict.fromkeys(str(line.denominator) for line in lines), lang)
    return say("index.did.denominate", lang, count=len(lines), by=by)


def _impute(_: Index, given: Mapping[str, Any], lang: str) -> str:
    if "group" in given:
        return say("index.did.impute_by_group", lang, group=given["group"])
    return say("index.did.impute", lang, method=word_method(given["method"], lang))


def _transform(index: Index, _: Mapping[str, Any], lang: str) -> str:
    lines = [line for line in index.dictionary.indicators if line.transform == "log"]
    return say("index.did.transform", lang, names=_names(lines, lang)) if lines else ""


def _winsorise(index: Index, _: Mapping[str, Any], lang: str) -> str:
    treated = index.treated
    touched = int(((treated["low"] + treated["high"]) > 0).sum()) if len(treated) else 0
    return say("index.did.winsorise", lang, count=touched)


def _normalise(index: Index, given: Mapping[str, Any], lang: str) -> str:
    lines = index.dictionary.indicators
    methods = _counted((given.get("method") or line.normalise for line in lines), lang)
    reversed_ = [line for line in lines if line.direction < 0]
    text = say("index.did.normalise", lang, methods=methods, scale=index.scale)
    return text + (say("index.did.reversed", lang, names=_names(reversed_, lang)) if reversed_ else "")


def _weigh(_: Index, given: Mapping[str, Any], lang: str) -> str:
    return say("index.did.weigh", lang, method=word_method(given.get("method", "given"), lang))


def _aggregate(index: Index, given: Mapping[str, Any], lang: str) -> str:
    lines = index.dictionary.aggregates
    methods = _counted((given.get("method") or line.aggregate for line in lines), lang)
    text = say("index.did.aggregate", lang, methods=methods)
    share = given.get("min_share", 0.0)
    return text + (say("index.did.min_share", lang, pct=100.0 * share) if share else "")


def _rank(_: Index, given: Mapping[str, Any], lang: str) -> str:
    if given.get("on", "exact") == "rounded":
        return say("index.did.rank_rounded", lang, digits=given.get("digits", 2))
    return say("index.did.rank_exact", lang)


_WORDINGS: Final[Mapping[str, Callable[[Index, Mapping[str, Any], str], str]]] = MappingProxyType(
    {
        "denominate": _denominate,
        "impute": _impute,
        "transform": _transform,
        "winsorise": _winsorise,
        "normalise": _normalise,
        "weigh": _weigh,
        "aggregate": _aggregate,
        "rank": _rank,
    }
)


def _named(index: Index, note: Note) -> Note:
    line = index.dictionary.by_code.get(note.args.get("line", ""))
    return replace(note, args={**note.args, "line": line.name or line.code}) if line else note


def _names(lines: Iterable[Line], lang: str) -> str:
    return _join((line.name or line.code for line in lines), lang)


def _counted(methods: Iterable[str], lang: str) -> str:
    counts = Counter(methods)
    if len(counts) == 1:
        return word_method(next(iter(counts)), lang)
    return _join(
        (
            say("index.method_count", lang, method=word_method(name, lang), count=count)
            for name, count in counts.most_common()
        ),
        lang,
    )


def _value(argument: str, value: object, lang: str) -> str:
    if isinstance(value, str) and has_words(f"index.method.{value}"):
        return word_method(value, lang)
    shown = (
        _join((f"{code} {weight}" for code, weight in value.items()), lang)
        if isinstance(value, Mapping)
        else value
    )
    return f"{argument} = {shown}"


def _join(parts: Iterable[str], lang: str) -> str:
    return say("index.comma", lang).join(parts)
