"""The list of the meeting and what changed on it, in words and markup."""

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.exports.tables import names_above
from pbwidgets.forms.ranking_list import RankedUnit, RankingWords, ranking_markup
from pbwidgets.scoring.frames import NOT_NOMINATED, SELECTED, TIED_AT_CUT
from pbwidgets.scoring.selection import find_open_places, last_selected, word_status
from pbwidgets.wording import MOST_DIGITS, count_decimals, number
from pbwidgets.workflows.meeting.decisions import find_contenders
from pbwidgets.workflows.meeting.what_if import Trial, Tried, changed_places, word_decided


def list_markup(visit: Visit, trial: Trial, base: Tried, tried: Tried, firmness: Mapping[str, str]) -> str:
    """Markup of the whole list: ranked units with the cut line, then unranked units."""
    track = tried.track.layout.track
    listed = tried.list_units()
    ranked = listed[listed["rank"] > 0]
    out = listed[(listed["rank"] == 0) & (listed["status"] != NOT_NOMINATED)]
    layers = [layer.id for layer in track.layers if f"total_{layer.id}" in listed]
    rows = _Rows(visit, trial, base, tried, layers, firmness)
    words = RankingWords(
        layers=[trial.campaign.layer(layer).name.words(visit.lang) for layer in layers],
        cut=_cut_words(visit, track, ranked),
        cut_after=last_selected(ranked["status"]),
        lang=visit.lang,
        shows_decided=bool(ranked["decided"].notna().any()) and not tried.holds,
        shows_firmness=bool(firmness),
        unranked=rows.of(out),
    )
    return ranking_markup(rows.of(ranked), words)


def describe_list(visit: Visit, track: Track, tried: Tried, changes: Sequence[str]) -> str:
    """Markup above the list: its title, whether it is a trial, and what was decided."""
    count = int((tried.selection["rank"] > 0).sum())
    named = {"track": track.name.words(visit.lang), "count": count}
    title = (
        visit.words("meeting.subtitle", places=track.places, **named)
        if track.places
        else visit.words("meeting.subtitle_open", **named)
    )
    if changes:
        state = visit.words("meeting.trying_what", changes=_join(changes, visit.lang))
        shown = f'<div class="pb-notice pb-warn pb-trying" role="status">{escape(state)}</div>'
    else:
        code = "as_decided" if tried.holds else "as_ruled"
        shown = f'<p class="pb-quiet">{escape(visit.words(f"meeting.{code}"))}</p>'
    return f"<h2>{escape(title)}</h2>{shown}{_decided(visit, tried)}"


def describe_changes(visit: Visit, base: Tried, tried: Tried) -> str:
    """Markup of units that gain or lose a place, with ranks before and after, and of how many ranks moved."""
    came, fell = changed_places(base.selection, tried.selection)
    before, after = _ranks(base.selection), _ranks(tried.selection)
    names = _names(tried.selection, names_above(visit.units))
    moved = sum(before[code] != after[code] for code in after)
    parts = []
    has_list = tried.track.layout.track.places is not None
    for code, units, tone in (("entered", came, "good"), ("fell", fell, "error")) if has_list else ():
        items = "".join(
            f"<li><b>{escape(names[unit])}</b> <span>{escape(_move(visit, before[unit], after[unit]))}</span></li>"
            for unit in units
        )
        none = f'<p class="pb-quiet">{escape(visit.words("meeting.none"))}</p>'
        title = escape(visit.words(f"meeting.{code}", count=len(units)))
        parts.append(
            f'<div class="pb-change pb-change-{tone}"><h3>{title}</h3>'
            + (f"<ul>{items}</ul>" if items else none)
            + "</div>"
        )
    said = visit.words("meeting.ranks_moved", count=moved) if moved else visit.words("meeting.no_change")
    return f'<div class="pb-changes">{"".join(parts)}</div><p class="pb-quiet">{escape(said)}</p>'


class _Rows:
    """Rows of the list from frames."""

    def __init__(
        self,
        visit: Visit,
        trial: Trial,
        base: Tried,
        tried: Tried,
        layers: Sequence[str],
        firmness: Mapping[str, str],
    ) -> None:
        self._visit, self._layers, self._firmness = visit, layers, firmness
        self._before = _ranks(base.selection)
        came, fell = changed_places(base.selection, tried.selection)
        self._new = {*came, *fell}
        self._lost = tried.losses(visit.lang)
        above = names_above(trial.records.units)
        several = len({above.get(str(code)) for code in tried.selection["unit_code"]}) > 1
        self._above = above if several else {}

    def of(self, frame: pd.DataFrame) -> list[RankedUnit]:
        totals = frame[["total", *(f"total_{layer}" for layer in self._layers)]].to_numpy(dtype=float)
        decimals = count_decimals(totals.ravel(), MOST_DIGITS)
        return [
            self._row({str(name): value for name, value in row.items()}, decimals)
            for row in frame.to_dict("records")
        ]

    def _row(self, row: Mapping[str, object], decimals: int) -> RankedUnit:
        visit, code, rank = self._visit, str(row["unit_code"]), int(str(row["rank"]))
        before = self._before.get(code, 0)
        return RankedUnit(
            rank=str(rank) if rank else "",
            rank_before=str(before) if before != rank else "",
            unit_name=str(row["unit_name"]),
            above=self._above.get(code, ""),
            total=self._total(row["total"], decimals),
            layers=[self._total(row[f"total_{layer}"], decimals) for layer in self._layers],
            status=str(row["status"]),
            status_words=word_status(str(row["status"]), int(str(row["waiting_order"])), visit.lang),
            decided=""
            if pd.isna(row["decided"])  # type: ignore[call-overload]
            else word_status(str(row["decided"]), int(str(row["waiting_order"])), visit.lang),
            firmness=self._firmness.get(code, ""),
            reason=str(row["reason_en" if visit.lang == "en" else "reason_zh"]),
            lost=self._lost.get(code, ""),
            is_new=code in self._new,
        )

    def _total(self, value: object, decimals: int) -> str:
        total = float(str(value))
        if total != total:
            return self._visit.words("meeting.no_total")
        return number(total, decimals, keep_zeros=True)


def _cut_words(visit: Visit, track: Track, ranked: pd.DataFrame) -> str:
    tied = ranked["status"] == TIED_AT_CUT
    if tied.any():
        selected = int((ranked["status"] == SELECTED).sum())
        return visit.words("meeting.cut_tied", open=(track.places or 0) - selected)
    free = find_open_places(ranked)
    if free:
        return visit.words("meeting.cut_open", places=track.places or 0, open=free)
    return visit.words("meeting.cut", places=track.places or 0)


def _decided(visit: Visit, tried: Tried) -> str:
    said = word_decided(tried, visit.lang)
    if not said and tried.track.layout.track.places is None:
        return ""
    if not said:
        return f'<p class="pb-quiet">{escape(visit.words("meeting.decided_none"))}</p>'
    shown = find_contenders(tried.selection[tried.selection["decided"].notna()])
    differs = int((shown["decided"] != shown["status"]).sum())
    more = f"<p>{escape(visit.words('meeting.decided_differs', count=differs))}</p>" if differs else ""
    return f'<div class="pb-notice pb-good" role="status">{escape(said)}{more}</div>'


def _move(visit: Visit, before: int, after: int) -> str:
    code = "moved" if before and after else "moved_in" if after else "moved_out"
    args = {"moved": {"before": before, "after": after}, "moved_in": {"after": after}}
    return visit.words(f"meeting.{code}", **args.get(code, {"before": before}))


def _ranks(selection: pd.DataFrame) -> dict[str, int]:
    return {
        str(code): int(rank) for code, rank in zip(selection["unit_code"], selection["rank"], strict=True)
    }


def _names(selection: pd.DataFrame, above: Mapping[str, str]) -> dict[str, str]:
    """Name of each unit by code; units with the same name also carry the name of the unit above."""
    twice = selection["unit_name"].duplicated(keep=False)
    return {
        str(code): f"{name}（{above[code]}）" if double and above.get(code) else str(name)
        for code, name, double in zip(selection["unit_code"], selection["unit_name"], twice, strict=True)
    }


def _join(parts: Sequence[str], lang: str) -> str:
    return ("; " if lang == "en" else "；").join(parts)
