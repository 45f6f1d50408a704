"""In words why a unit is on a list, or is not."""

from collections.abc import Mapping
from typing import Any, Final

from pbwidgets.campaign.check_names import named_checks
from pbwidgets.campaign.checklists import CHECK, CHECK_ALL, CHECK_NAMES
from pbwidgets.scoring.lists import HOLDS, ON_OTHER, UNKNOWN
from pbwidgets.scoring.names import Names
from pbwidgets.wording import number, say

_DIGITS: Final = 2


def word_listed(names: Names, code: str, args: Mapping[str, Any]) -> str:
    """Why a unit is on a list, or is not: the sentence of a reason that :mod:`pbwidgets.scoring.lists` gives."""
    lang, campaign = names.lang or "zh_CN", names.campaign
    separator = say("scoring.part_separator", lang)
    if code == ON_OTHER:
        other = next((one.name.words(lang) for one in campaign.lists if one.id == args["list_id"]), "")
        return say(code, lang, list=other or args["list_id"])
    if code == UNKNOWN:
        missing = [_name_value(names, name) for name in args["missing"]]
        return say(code, lang, names=separator.join(missing))
    values: Mapping[str, float] = args.get("values", {})
    checks: Mapping[str, Any] = args.get("checks", {})
    found = [
        _word_value(names, name, values[name], checks, args["list_id"])
        for name in sorted(values, key=lambda name: (name not in CHECK_NAMES, name))
        if code != HOLDS or values[name] or not any(values.values())
    ]
    return say(code, lang, parts=separator.join(found))


def _word_value(names: Names, name: str, value: float, checks: Mapping[str, Any], list_id: str) -> str:
    lang = names.lang or "zh_CN"
    shown = number(float(value), _DIGITS)
    if name not in CHECK_NAMES:
        unit = names.name_measure(name)["unit"]
        return say("standing.list_value", lang, name=_name_value(names, name), value=shown, unit=unit)
    counted = say("standing.list_count", lang, name=_name_value(names, name), count=shown)
    given = checks.get(name.removeprefix(CHECK), [])
    called = _name_checks(names, list_id) if given else {}
    told = [
        say("standing.list_late", lang, name=called.get((check, part), check), days=int(days))
        if days
        else called.get((check, part), check)
        for check, part, days in given
    ]
    if not told:
        return counted
    listed = say("scoring.case_separator", lang).join(told) + ("…" if len(told) < value else "")
    return say("standing.list_counted", lang, counted=counted, checks=listed)


def _name_checks(names: Names, list_id: str) -> dict[tuple[str, str], str]:
    """Names of the checks of the track that a list is of."""
    track_id = next((one.of for one in names.campaign.lists if one.id == list_id), None)
    tracks = [track for track in names.campaign.tracks if track.id == track_id]
    named = (one for track in tracks for one in named_checks(names.campaign, track))
    return {(one.check_id, one.part): one.name.words(names.lang or "zh_CN") for one in named}


def _name_value(names: Names, name: str) -> str:
    lang = names.lang or "zh_CN"
    if name == CHECK_ALL:
        return say("standing.all", lang)
    if name in CHECK_NAMES:
        return say(f"standing.{name.removeprefix(CHECK)}", lang)
    counted = next((item.name.words(lang) for item in names.campaign.listed if item.id == name), None)
    return counted or names.name_measure(name)["measure"]
