"""The score sheet of one unit as text, every point explained."""

from collections.abc import Mapping
from math import isclose
from typing import Any, Final

import pandas as pd

from pbwidgets.campaign.model import Campaign, Criterion, Numbered, Track
from pbwidgets.campaign.rules import Discretion
from pbwidgets.errors import UsageError
from pbwidgets.scoring.frames import FINAL, Records, Scores
from pbwidgets.scoring.reasons import word_reason
from pbwidgets.scoring.registry import find_bounds
from pbwidgets.scoring.selection import word_status
from pbwidgets.scoring.totals import round_totals
from pbwidgets.units import kind_and_domain
from pbwidgets.wording import MOST_DIGITS, number, say

_INDENT = "  "
_DECIDED: Final = ("decided_by", "decided_on", "decided_reason")


def explain_unit(
    campaign: Campaign, scores: Scores, records: Records, unit_code: str, lang: str | None = None
) -> str:
    """Score sheet of one unit, as a clerk would write it, one line of text for each statement.

    Every line of the sheet names its maximum, and for each layer the points and the reason; lines that are
    the same in all layers are written once. Then come the totals, the difference between the unit's own marks
    and the final ones, rank, proposal and decision.

    Parameters
    ----------
    campaign
        Definition.
    scores, records
        Of one period.
    unit_code
        Code of a unit of the register.
    lang
        ``zh_CN`` or ``en``.

    Raises
    ------
    UsageError
        ``scoring.unknown_unit`` if the register has no such unit, ``scoring.unit_without_track`` if no track
        assesses units of its kind.
    """
    unit = records.units[(records.units["unit_code"] == unit_code).to_numpy(dtype=bool, na_value=False)]
    if unit.empty:
        raise UsageError("scoring.unknown_unit", unit=unit_code)
    name, kind = str(unit["unit_name"].iloc[0]), str(unit["kind"].iloc[0])
    tracks = [track for track in campaign.tracks if track.kind == "score" and kind in track.unit_kind]
    if not tracks:
        raise UsageError("scoring.unit_without_track", unit=unit_code)
    whose = kind_and_domain(records.units, unit_code)
    sheets = [
        _explain_track(campaign, scores, track.of_unit(*whose), unit_code, name, lang) for track in tracks
    ]
    return "\n\n".join("\n".join(lines) for lines in sheets)


def _explain_track(
    campaign: Campaign, scores: Scores, track: Track, unit_code: str, name: str, lang: str | None
) -> list[str]:
    words = lang or "zh_CN"
    points = drop_unmarked(campaign, _rows(scores.points, unit_code, track))
    totals = _find_totals(campaign, scores, track, unit_code)
    totals = totals[totals["layer"].isin([*points["layer"], FINAL])]
    title = "scoring.sheet_title" if name != unit_code else "scoring.sheet_title_of_name"
    lines = [
        say(title, lang, unit=name, unit_code=unit_code, campaign=campaign.name.words(words)),
        say("scoring.sheet_track", lang, track=track.name.words(words), base=track.base_points),
    ]
    if track.starting_points:
        lines.append(say("scoring.sheet_starting", lang, points=track.starting_points))
    several = len(campaign.track(track.id).sheets) > 1
    if (several or track.rescaled) and not isclose(track.sheet_points, track.base_points, abs_tol=1e-9):
        note = "scoring.note_rescaled" if track.rescaled else "scoring.note_other_domain"
        lines.append(say(note, lang, points=track.sheet_points, base=track.base_points))
    lines.append("")
    for item in track.numbered():
        lines += _explain_criterion(campaign, item, points, lang)
    cut = _find_cut(track, points, totals)
    lines += ["", *_explain_totals(campaign, totals, cut, lang), *_explain_gap(campaign, track, totals, lang)]
    lines += _explain_ranks(scores, track, unit_code, words)
    return lines + _explain_selection(campaign, _rows(scores.selection, unit_code, track), lang)


def _rows(frame: pd.DataFrame, unit_code: str, track: Track) -> pd.DataFrame:
    ours = (frame["unit_code"] == unit_code) & (frame["track_id"] == track.id)
    return frame[ours.to_numpy(dtype=bool, na_value=False)]


def _find_totals(campaign: Campaign, scores: Scores, track: Track, unit_code: str) -> pd.DataFrame:
    """Totals of one unit as they are shown everywhere: the final one is that of the ranking."""
    totals = round_totals(campaign, _rows(scores.totals, unit_code, track))
    ranked = _rows(scores.ranking, unit_code, track)["total"]
    if len(ranked):
        totals["total"] = totals["total"].mask(totals["layer"] == FINAL, float(ranked.iloc[0]))
    return totals


def drop_unmarked(campaign: Campaign, points: pd.DataFrame) -> pd.DataFrame:
    """Points (columns ``POINTS``) without the units' own layers in which a unit has marked nothing.

    A discretionary line that the unit has not touched is left out of its own layer as well.

    What is computed is the same in all layers, and would look there like marks that the unit has given itself.
    A track in which nobody but the units themselves marks keeps all of it.
    """
    own = {layer.id for layer in campaign.layers if layer.level is None}
    doubtful = pd.Series(False, index=points.index)
    for track in campaign.tracks:
        layers = {layer.id for layer in track.layers}
        if layers - own:
            doubtful |= (points["track_id"] == track.id) & points["layer"].isin(layers & own)
    given = points["source"].isin(["marks", "corrected"]) & points["points"].notna()
    given &= points["reason_code"] != "scoring.discretion_none"  # no mark, and no points either
    keys = [points[name] for name in ("unit_code", "track_id", "layer")]
    touched = given.groupby(keys).transform("any") & (points["reason_code"] != "scoring.discretion_none")
    return points[~doubtful | touched]


def _explain_criterion(
    campaign: Campaign, item: Numbered, points: pd.DataFrame, lang: str | None
) -> list[str]:
    criterion, indent = item.criterion, _INDENT * item.depth
    own = points[(points["criterion_id"] == criterion.id).to_numpy(dtype=bool, na_value=False)]
    top = float(own["max_points"].iloc[0]) if len(own) else criterion.max_points
    lines = [indent + _title_line(criterion, item.number, top, lang)]
    if criterion.criteria and not criterion.is_settled:
        return lines + _explain_heading(campaign, criterion, points, indent + _INDENT, lang)
    rows = [
        (str(row["layer"]), float(row["points"]), str(row["reason_code"]), str(row["reason_args"]))
        for row in own.to_dict("records")
    ]
    if len({row[1:] if row[1] == row[1] else row[2:] for row in rows}) == 1:
        rows = [("", *rows[0][1:])]
    for layer, given, reason, args in rows:
        text = word_reason(campaign, reason, args, lang)
        lines.append(indent + _INDENT + _say_points(campaign, layer, given, text, lang))
    return lines


def _title_line(criterion: Criterion, place: str, top: float, lang: str | None) -> str:
    named = {"place": place, "line": criterion.name.words(lang or "zh_CN")}
    lowest, highest = find_bounds(criterion)
    on_top = criterion.bonus or isinstance(criterion.rule, Discretion) or criterion.max_points <= 0
    if not on_top or lowest == highest == 0:
        return say("scoring.sheet_line", lang, **named, max_points=top)
    if lowest < 0 < highest:
        return say("scoring.sheet_change", lang, **named, cap=-lowest, max_points=highest)
    if lowest < 0:
        return say("scoring.sheet_deduction", lang, **named, cap=-lowest)
    return say("scoring.sheet_bonus", lang, **named, max_points=highest)


def _explain_heading(
    campaign: Campaign, criterion: Criterion, points: pd.DataFrame, indent: str, lang: str | None
) -> list[str]:
    below = [part.id for part in criterion.parts()]
    ours = points[points["criterion_id"].isin(below).to_numpy(dtype=bool, na_value=False)]
    sums = ours.groupby("layer", sort=False)["points"].sum(min_count=1)
    parts = [
        say(
            "scoring.sheet_sum",
            lang,
            layer=name_layer(campaign, str(layer), lang),
            points=float(total),
        )
        for layer, total in sums.items()
        if not pd.isna(total)
    ]
    joined = say("scoring.part_separator", lang).join(parts)
    return [indent + say("scoring.sheet_heading", lang, sums=joined)] if parts else []


def _say_points(campaign: Campaign, layer: str, points: float, reason: str, lang: str | None) -> str:
    # a reason names the points, or says why there are none
    text = reason or say(
        "scoring.sheet_none" if points != points else "scoring.sheet_given", lang, points=points
    )
    if not layer or layer == FINAL:
        return text
    return say("scoring.sheet_layer", lang, layer=name_layer(campaign, layer, lang), text=text)


def name_layer(campaign: Campaign, layer: str, lang: str | None) -> str:
    """Name of a layer or, for ``final``, the words for the final assessment."""
    return (
        say("scoring.final_total", lang)
        if layer == FINAL
        else campaign.layer(layer).name.words(lang or "zh_CN")
    )


def _find_cut(track: Track, points: pd.DataFrame, totals: pd.DataFrame) -> set[str]:
    """Layers whose lines come to less than 0, so that 0 counts; the final total with them."""
    parts = [part.id for criterion in track.criteria for part in criterion.parts()]
    sums = points[points["criterion_id"].isin(parts)].groupby("layer")["points"].sum() + track.starting_points
    below = {str(layer) for layer in sums[sums < 0].index}
    none = {str(layer) for layer in totals.loc[totals["total"] == 0, "layer"]}
    return none & (below | ({FINAL} if below else set()))


def _explain_totals(campaign: Campaign, totals: pd.DataFrame, cut: set[str], lang: str | None) -> list[str]:
    lines = []
    for row in totals.to_dict("records"):
        total, layer = float(row["total"]), name_layer(campaign, str(row["layer"]), lang)
        code = "scoring.sheet_total_none" if total != total else "scoring.sheet_total"
        text = say(code, lang, layer=layer, total=number(total, MOST_DIGITS))
        if row["layer"] in cut:
            text += say("scoring.sheet_total_cut", lang)
        if row["provisional"]:
            missing = int(row["n_missing"])
            code = "scoring.sheet_provisional" if missing else "scoring.sheet_stands_in"
            text += say(code, lang, count=missing)
        lines.append(text)
    return lines


def _explain_gap(campaign: Campaign, track: Track, totals: pd.DataFrame, lang: str | None) -> list[str]:
    """How far the unit's own marks are from the final total."""
    by_layer = {str(row["layer"]): float(row["total"]) for row in totals.to_dict("records")}
    final = by_layer.get(FINAL, float("nan"))
    lines = []
    for layer in track.layers:
        gap = by_layer.get(layer.id, float("nan")) - final
        if campaign.layer(layer.id).level is None and gap == gap:
            sign = "scoring.sheet_gap_above" if gap > 0 else "scoring.sheet_gap_below"
            shown = number(abs(gap), MOST_DIGITS)
            code = sign if shown != "0" else "scoring.sheet_gap_none"
            lines.append(say(code, lang, layer=name_layer(campaign, layer.id, lang), gap=shown))
    return lines


def _explain_ranks(scores: Scores, track: Track, unit_code: str, words: str) -> list[str]:
    """Rank among all and within the track's groups; nothing for a track without groups or a unit without a rank."""
    within = {row["within"]: row for row in _rows(scores.ranks_within, unit_code, track).to_dict("records")}
    overall = _rows(scores.ranking, unit_code, track)
    if not within or overall.empty or not overall["rank"].iloc[0]:
        return []
    ranking = scores.ranking[(scores.ranking["track_id"] == track.id).to_numpy(dtype=bool, na_value=False)]
    code = "scoring.sheet_rank_all_tied" if overall["tie_group"].iloc[0] else "scoring.sheet_rank_all"
    rank, size = int(overall["rank"].iloc[0]), int((ranking["rank"] > 0).sum())
    parts = [say(code, words, rank=rank, size=size)]
    for group in track.ranks_within:
        if group.id in within:
            row = within[group.id]
            code = "scoring.sheet_rank_within_tied" if row["tie_group"] else "scoring.sheet_rank_within"
            name = group.name.words(words)
            parts.append(say(code, words, group=name, rank=int(row["rank"]), size=int(row["size"])))
    return [say("scoring.sheet_ranks", words, parts=say("scoring.part_separator", words).join(parts))]


def _explain_selection(campaign: Campaign, selection: pd.DataFrame, lang: str | None) -> list[str]:
    lines = []
    for row in selection.to_dict("records"):
        status = say(f"scoring.status_{row['status']}", lang)
        reason = word_reason(campaign, str(row["reason_code"]), str(row["reason_args"]), lang)
        lines.append(say("scoring.sheet_selection", lang, status=status, reason=reason))
        if not pd.isna(row["decided"]):
            lines.append(word_decision(row, lang))
    return lines


def word_decision(row: Mapping[Any, Any], lang: str | None = None) -> str:
    """What was decided on a unit, by which body, on which day and why; ``row`` has columns of ``SELECTION``."""
    told = {name: "" if pd.isna(row[name]) else str(row[name]) for name in _DECIDED}
    text = say(
        "scoring.sheet_decided",
        lang,
        status=word_status(row["decided"], int(row["waiting_order"]), lang),
        by=told["decided_by"],
        on=told["decided_on"],
    )
    return text + word_decided_reason(row, lang)


def word_decided_reason(row: Mapping[Any, Any], lang: str | None = None) -> str:
    """Why it was decided so, as one sentence; empty if no reason is on record. ``row`` as in :func:`word_decision`."""
    reason = "" if pd.isna(row["decided_reason"]) else str(row["decided_reason"]).rstrip("。.；; ")
    return say("scoring.sheet_decided_reason", lang, reason=reason) if reason else ""
