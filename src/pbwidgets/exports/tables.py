"""Frames as tables for people: chosen columns, names for codes, words for reasons.

Each function is pure: frames in, one :class:`LabelledTable` out, for a page, a slide, a document or a workbook.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pbwidgets.campaign import Campaign, Field, Form, Measure, Track
from pbwidgets.campaign.answers import captions_of
from pbwidgets.campaign.captions import asks_for_answers
from pbwidgets.campaign.derived import inputs_of, order_derived
from pbwidgets.campaign.model import Derived
from pbwidgets.campaign.names import places
from pbwidgets.charts.headings import agg_losses
from pbwidgets.exports.columns import Column, Sum
from pbwidgets.scoring import word_reason
from pbwidgets.scoring.frames import BARRED, DISQUALIFIED, FINAL, SELECTED, STATUSES, Scores
from pbwidgets.scoring.selection import best_first, word_status
from pbwidgets.scoring.sheet import drop_unmarked, word_decision
from pbwidgets.scoring.totals import round_totals
from pbwidgets.units import ancestors, unit_names
from pbwidgets.wording import MOST_DIGITS, say

_NONE = "—"
"""Shown where a value does not exist: a unit out of the contest has no rank, so none is missing."""

_INDENT = "\N{NO-BREAK SPACE}" * 3
"""Indent of a line below a heading; it never breaks."""


@dataclass(frozen=True)
class LabelledTable:
    """A table with its title, the columns shown, in order, and which of its numbers sum up others."""

    title: str
    frame: pd.DataFrame
    columns: Mapping[str, Column]
    sums: tuple[Sum, ...] = ()

    def head(self, rows: int) -> "LabelledTable":
        """The same table with only its first rows."""
        return replace(self, frame=self.frame.head(rows), sums=())

    def only(self, *names: str) -> "LabelledTable":
        """The same table with only those of its columns."""
        return replace(self, columns={name: self.columns[name] for name in names if name in self.columns})

    def without(self, *names: str) -> "LabelledTable":
        """The same table without those columns."""
        return self.only(*(name for name in self.columns if name not in names))


def score_sheet(
    campaign: Campaign, track: Track, scores: Scores, unit_code: str, title: str, lang: str
) -> LabelledTable:
    """Score sheet of one unit: a row for each heading and line, a column for each layer, the last layer's reason.

    The last row has the totals. A layer of the unit's own in which it has marked nothing has no column.
    """
    points = scores.points
    own = points[(points["unit_code"] == unit_code) & (points["track_id"] == track.id)]
    own = drop_unmarked(campaign, own)
    by_line = {(row["criterion_id"], row["layer"]): row for row in own.to_dict("records")}
    layers = [layer.id for layer in track.layers if own.empty or layer.id in set(own["layer"])]
    rows = []
    for item in track.numbered():
        criterion = item.criterion
        row: dict[str, object] = {
            "place": item.number,
            "name": _INDENT * item.depth + criterion.name.words(lang),
            "max_points": criterion.max_points,
            "reason": "",
        }
        for layer in layers:
            parts = [by_line.get((part.id, layer)) for part in criterion.parts()]
            given = [part["points"] for part in parts if part is not None and not pd.isna(part["points"])]
            row[layer] = sum(given) if given else float("nan")
        last = by_line.get((criterion.id, layers[-1])) if layers else None
        if last is not None:
            row["max_points"] = last["max_points"]
            row["reason"] = word_reason(campaign, last["reason_code"], last["reason_args"], lang)
        rows.append(row)
    rows.append(
        {
            "name": say("tables.total", lang),
            "max_points": track.base_points,
            **_totals_by_layer(campaign, track, scores.totals, unit_code),
            "reason": "",
            "place": "",
        }
    )
    columns = {
        "place": Column(say("tables.place", lang), 7),
        "name": Column(say("tables.criterion", lang), 32),
        "max_points": Column(say("tables.max_points", lang), 8, "number"),
        **{
            layer: Column(
                campaign.layer(layer).name.words(lang), 12, "number", source=f"points.points:{layer}"
            )
            for layer in layers
        },
        "reason": Column(say("tables.reason", lang), 38),
    }
    sums = _sums_of_sheet(track, ["max_points", *layers])
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns, sums)


def _totals_by_layer(
    campaign: Campaign, track: Track, totals: pd.DataFrame, unit_code: str
) -> dict[str, float]:
    """Totals of one unit in a track as they are shown, by layer."""
    own = totals[(totals["unit_code"] == unit_code) & (totals["track_id"] == track.id)]
    rounded = round_totals(campaign, own)
    return dict(zip(rounded["layer"], rounded["total"], strict=True))


def _sums_of_sheet(track: Track, names: Sequence[str]) -> tuple[Sum, ...]:
    """What sums up in a score sheet with a row for each heading and line, and the totals below them."""
    depths = [item.depth for item in track.numbered()]
    parts: dict[int, list[int]] = {}
    above: list[int] = []
    for row, depth in enumerate(depths):
        del above[depth:]
        parts.setdefault(above[-1] if above else len(depths), []).append(row)
        above.append(row)
    digits = {len(depths): track.rounding.digits}
    return tuple(
        Sum(row, name, tuple((part, name) for part in below), digits.get(row))
        for row, below in parts.items()
        for name in names
    )


def sum_across(rows: int, into: str, names: Sequence[str]) -> tuple[Sum, ...]:
    """Sums of a table in which a column has the sum of others, row by row."""
    return tuple(Sum(row, into, tuple((row, name) for name in names)) for row in range(rows))


def headings_beside_reference(
    track: Track, points: pd.DataFrame, reference: pd.DataFrame, unit_code: str, title: str, lang: str
) -> LabelledTable:
    """Headings of one unit's sheet in the last layer, with the published median, lowest and highest."""
    layer = track.layers[-1].id
    own = points[(points["unit_code"] == unit_code) & (points["layer"] == layer)].set_index("criterion_id")[
        "points"
    ]
    of_layer = reference[(reference["track_id"] == track.id) & (reference["layer"] == layer)]
    published = of_layer.set_index("criterion_id")
    rows = []
    for criterion in track.criteria:
        given = own.reindex([part.id for part in criterion.parts()]).dropna()
        row = {"name": criterion.name.words(lang), "max_points": criterion.max_points}
        row["points"] = float(given.sum()) if len(given) else float("nan")
        for name in ("median", "lowest", "highest"):
            row[name] = float(published[name].get(criterion.id, float("nan")))
        rows.append(row)
    columns = {
        "name": Column(say("tables.criterion", lang), 34),
        **{
            name: Column(say(f"tables.{name}", lang), 9, "number")
            for name in ("max_points", "points", "median", "lowest", "highest")
        },
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def units_of_track(
    campaign: Campaign,
    track: Track,
    selection: pd.DataFrame,
    totals: pd.DataFrame,
    units: pd.DataFrame,
    title: str,
    lang: str,
    *,
    ranks_within: pd.DataFrame | None = None,
) -> LabelledTable:
    """Units of a track, best first: rank, name, totals of all layers, status, reason, and what was decided.

    If the units have several parents, a column names the parent. With ``ranks_within`` (columns
    ``RANKS_WITHIN``) each of the track's groupings has a column ``rank_within_<id>``, and ``size_within_<id>``
    if there are several groups.
    """
    own = selection[selection["track_id"] == track.id]
    by_layer = round_totals(campaign, totals[(totals["track_id"] == track.id) & (totals["layer"] != FINAL)])
    wide = by_layer.pivot_table(index="unit_code", columns="layer", values="total", dropna=False)
    layers = [layer.id for layer in track.layers if layer.id in wide]
    made = own.merge(wide[layers].reset_index(), on="unit_code", how="left") if layers else own.copy()
    made = best_first(made)
    above = names_above(units)
    made["above"] = [above.get(code, "") for code in made["unit_code"]]
    made["rank"] = made["rank"].astype("Int64").mask(made["rank"] == 0)
    made["status_words"] = [
        word_status(*row, lang) for row in zip(made["status"], made["waiting_order"], strict=True)
    ]
    made["reason"] = made["reason_en" if lang == "en" else "reason_zh"]
    made["decision"] = [
        "" if pd.isna(row["decided"]) else word_decision(row, lang) for row in made.to_dict("records")
    ]
    within: dict[str, Column] = {}
    if ranks_within is not None:
        of_track = ranks_within[ranks_within["track_id"] == track.id]
        made = made.join(_wide_ranks(of_track, track), on="unit_code")
        within = _columns_within(of_track, track, lang)
    columns = {
        "rank": Column(say("tables.rank", lang), 8, "integer", _NONE),
        **within,
        "unit_code": Column(say("tables.unit_code", lang), 18),
        "unit_name": Column(campaign.kind_names(track.unit_kind, lang), 20),
        **({"above": Column(say("tables.above", lang), 18)} if made["above"].nunique() > 1 else {}),
        **{
            layer: Column(
                campaign.layer(layer).name.words(lang),
                11,
                "number",
                _NONE,
                MOST_DIGITS,
                f"totals.total:{layer}",
            )
            for layer in layers
        },
        "total": Column(say("tables.total", lang), 11, "number", _NONE, MOST_DIGITS),
        "status_words": Column(say("tables.status", lang), 12),
        "reason": Column(say("tables.reason", lang), 50),
        **({"decision": Column(say("tables.decision", lang), 40)} if made["decision"].any() else {}),
    }
    return LabelledTable(title, made, columns)


def named_units(
    campaign: Campaign, track: Track, selection: pd.DataFrame, units: pd.DataFrame, title: str, lang: str
) -> LabelledTable:
    """Units of a track that are selected, best first: rank, name, and the unit above if there are several.

    Parameters
    ----------
    selection
        Columns ``SELECTION``, with the status that holds.
    units
        The register, for the names of the units above.
    """
    made = best_first(selection[(selection["track_id"] == track.id) & (selection["status"] == SELECTED)])
    above = names_above(units)
    made["above"] = [above.get(code, "") for code in made["unit_code"]]
    columns = {
        "rank": Column(say("tables.rank", lang), 8, "integer", _NONE),
        "unit_name": Column(campaign.kind_names(track.unit_kind, lang), 20),
        **({"above": Column(say("tables.above", lang), 18)} if made["above"].nunique() > 1 else {}),
    }
    return LabelledTable(title, made, columns)


def _wide_ranks(of_track: pd.DataFrame, track: Track) -> pd.DataFrame:
    """Rank and size of each grouping of a track by unit; <NA> for a unit without a rank."""
    parts = [pd.DataFrame(index=pd.Index(of_track["unit_code"].unique(), name="unit_code"))]
    for group in track.ranks_within:
        of_group = of_track[of_track["within"] == group.id].set_index("unit_code")
        ranks = of_group[["rank", "size"]].astype("Int64")
        parts.append(ranks.mask(ranks["rank"] == 0).add_suffix(f"_within_{group.id}"))
    return pd.concat(parts, axis=1)


def _columns_within(of_track: pd.DataFrame, track: Track, lang: str) -> dict[str, Column]:
    columns = {}
    for group in track.ranks_within:
        name = group.name.words(lang)
        label = say("tables.rank_within", lang, group=name)
        columns[f"rank_within_{group.id}"] = Column(
            label, 11, "integer", _NONE, source=f"ranks_within.rank:{group.id}"
        )
        if of_track.loc[of_track["within"] == group.id, "group"].nunique() > 1:
            label = say("tables.size_within", lang, group=name)
            columns[f"size_within_{group.id}"] = Column(
                label, 11, "integer", _NONE, source=f"ranks_within.size:{group.id}"
            )
    return columns


def losses_by_heading(
    track: Track,
    points: pd.DataFrame,
    names: Mapping[str, str],
    groups: Mapping[str, str] | None,
    title: str,
    lang: str,
) -> LabelledTable:
    """Points lost by heading in the last layer: of each named unit, or the mean of each group; most lost first.

    A row that lacks marks has no sum, and comes last.
    """
    lost = agg_losses(points[points["layer"] == track.layers[-1].id], track, groups)
    lost = lost[lost["row"].isin(list(names))]
    wide = lost.pivot_table(index="row", columns="heading_id", values="lost")
    whole = wide.index.isin(lost.loc[lost["whole"], "row"])
    headings = [heading for heading in track.criteria if heading.id in wide]
    wide = wide[[heading.id for heading in headings]].assign(sum=wide.sum(axis=1, min_count=1).where(whole))
    made = wide.assign(unit_name=[names[code] for code in wide.index]).sort_values("sum", ascending=False)
    columns = {
        "unit_name": Column(say("tables.unit", lang), 20),
        **{
            heading.id: Column(heading.name.words(lang), 12, "number", source="points.lost")
            for heading in headings
        },
        "sum": Column(say("tables.sum", lang), 9, "number", source="points.lost"),
    }
    across = sum_across(int(whole.sum()), "sum", [heading.id for heading in headings])
    return LabelledTable(title, made, columns, across)


def classes_of_units(
    campaign: Campaign, track: Track, classes: pd.DataFrame, units: pd.DataFrame, title: str, lang: str
) -> LabelledTable:
    """Units of a track with their classes, best proposed first: by total, proposed, decided, and why.

    If the units have several parents, a column names the parent.
    """
    own = classes[classes["track_id"] == track.id]
    own = own.assign(open=own["proposed"] == 0).sort_values(["open", "proposed", "unit_code"])
    above = names_above(units)
    names = track.class_names(lang)
    made = own.assign(
        above=[above.get(code, "") for code in own["unit_code"]],
        class_by_total=own["by_total"].map(names).fillna(_NONE),
        class_proposed=own["proposed"].map(names).fillna(_NONE),
        class_decided=own["decided"].map(names).fillna(say("tables.undecided", lang)),
        reason=own["reason_en" if lang == "en" else "reason_zh"],
    )
    columns = {
        "unit_code": Column(say("tables.unit_code", lang), 18),
        "unit_name": Column(campaign.kind_names(track.unit_kind, lang), 20),
        **({"above": Column(say("tables.above", lang), 18)} if made["above"].nunique() > 1 else {}),
        "class_by_total": Column(say("tables.class_by_total", lang), 10),
        "class_proposed": Column(say("tables.class_proposed", lang), 10),
        "class_decided": Column(say("tables.class_decided", lang), 10),
        "reason": Column(say("tables.reason", lang), 44),
        "decided_on": Column(say("tables.decided_on", lang), 13, "date"),
        "decided_by": Column(say("tables.decided_by", lang), 18),
        "decided_reason": Column(say("tables.decided_reason", lang), 30),
    }
    return LabelledTable(title, made, columns)


def moves_of_units(
    campaign: Campaign, track: Track, moves: pd.DataFrame, names: Mapping[str, str], title: str, lang: str
) -> LabelledTable:
    """Units of a track between two days: the class before and now, and why; unmoved units come last."""
    own = moves[moves["track_id"] == track.id]
    own = own.assign(stayed=own["move"] == "same").sort_values(["stayed", "class_after", "unit_code"])
    classes = track.class_names(lang)
    made = own.assign(
        unit_name=[names.get(code, code) for code in own["unit_code"]],
        class_from=own["class_before"].map(classes).fillna(_NONE),
        class_to=own["class_after"].map(classes),
        move_words=[say(f"classes.move.{move}", lang) for move in own["move"]],
    )
    columns = {
        "unit_code": Column(say("tables.unit_code", lang), 18),
        "unit_name": Column(campaign.kind_names(track.unit_kind, lang), 20),
        "class_from": Column(say("tables.class_before", lang), 10),
        "class_to": Column(say("tables.class_after", lang), 10),
        "move_words": Column(say("tables.move", lang), 8),
        "decided_on": Column(say("tables.decided_on", lang), 13, "date"),
        "decided_by": Column(say("tables.decided_by", lang), 18),
        "reason": Column(say("tables.decided_reason", lang), 36),
    }
    return LabelledTable(title, made, columns)


def counts_by_status(campaign: Campaign, selection: pd.DataFrame, title: str, lang: str) -> LabelledTable:
    """Number of units by track and status."""
    counts = selection.groupby(["track_id", "status"]).size().unstack(fill_value=0)
    order = [status for status in STATUSES if status in counts]
    rows = [
        {"track": track.name.words(lang), "places": track.places, **counts.loc[track.id, order].to_dict()}
        for track in campaign.tracks
        if track.id in counts.index
    ]
    columns = {
        "track": Column(say("tables.track", lang), 24),
        "places": Column(say("tables.places", lang), 8, "integer"),
        **{
            status: Column(_status(status, lang), 10, "integer", source=f"selection.count:{status}")
            for status in order
        },
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def nomination_balance_table(
    campaign: Campaign, balance: pd.DataFrame, names: Mapping[str, str], title: str, lang: str
) -> LabelledTable:
    """Allotted, nominated, refused, short, vetoed, vacant and selected units of each nominating unit."""
    made = balance.assign(
        unit=[names.get(code, code) for code in balance["by_unit"]],
        track=[campaign.track(track).name.words(lang) for track in balance["track_id"]],
    )
    columns = {
        "unit": Column(say("tables.nominated_by", lang), 24, source="nominations.by_unit"),
        "track": Column(say("tables.track", lang), 24),
        **{
            name: Column(say(f"tables.{name}", lang), 10, "integer", _NONE, source=f"balance.{name}")
            for name in ("allotted", "nominated", "refused", "short", "vetoed", "vacant", "selected")
        },
    }
    # the balance says 0 allotted if a track has no allotment at all
    open_ = ~made["track_id"].isin(_allotted(campaign))
    for name in ("allotted", "vacant"):
        made[name] = made[name].astype("Int64").mask(open_)
    return LabelledTable(title, made, columns)


def recommendations(
    campaign: Campaign, selection: pd.DataFrame, units: pd.DataFrame, title: str, lang: str
) -> LabelledTable:
    """What each selected unit, or a post in it, is put forward for; posts, never names."""
    selected = best_first(selection[selection["status"] == SELECTED])
    above = names_above(units)
    rows = []
    for row in selected.to_dict("records"):
        track = campaign.track(row["track_id"])
        wanted = set() if pd.isna(row["recommended"]) else set(row["recommended"].split())
        for item in track.recommendations:
            if item.id not in wanted:
                continue
            posts = [post.words(lang) for post in item.officers] or [say("tables.the_unit", lang)]
            about = {
                "track": track.name.words(lang),
                "unit_name": row["unit_name"],
                "above": above.get(row["unit_code"], ""),
                "to": item.to.words(lang),
            }
            rows += [{**about, "subject": post} for post in posts]
    columns = {
        "track": Column(say("tables.track", lang), 22),
        "unit_name": Column(say("tables.unit", lang), 22),
        "above": Column(say("tables.above", lang), 20),
        "subject": Column(say("tables.subject", lang), 20),
        "to": Column(say("tables.recommended_for", lang), 44),
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def firmness_of_units(
    firmness: pd.DataFrame, names: Mapping[str, str], title: str, lang: str
) -> LabelledTable:
    """How often each unit was selected when the assumptions varied, and its range of ranks; best first."""
    ranked = firmness[firmness["rank_median"].notna()]
    made = ranked.assign(unit_name=ranked["unit_code"].map(names)).sort_values(["rank_median", "unit_code"])
    columns = {
        "unit_name": Column(say("tables.unit", lang), 26),
        "share_selected_pct": Column(say("tables.share_selected", lang), 14, "percent"),
        "share_tied_pct": Column(say("tables.share_tied", lang), 14, "percent"),
        "rank_p5": Column(say("tables.rank_p5", lang), 14, "number"),
        "rank_median": Column(say("tables.rank_median", lang), 12, "number"),
        "rank_p95": Column(say("tables.rank_p95", lang), 14, "number"),
    }
    return LabelledTable(title, made, columns)


def team_results(
    campaign: Campaign, selection: pd.DataFrame, units: pd.DataFrame, title: str, lang: str
) -> LabelledTable:
    """Result sheet of leadership teams: for each partition unit, its own result and those of the units below.

    One row for each unit: rank and status in its own tracks, and in every other track how many units below it are
    selected and how many are vetoed.
    """
    above = ancestors(units, campaign.partition_by)
    tracks = [track for track in campaign.tracks if track.kind == "score"]
    own = [track for track in tracks if set(track.unit_kind) <= set(campaign.partition_by)]
    below = [track for track in tracks if track not in own]
    by_unit = selection.set_index(["track_id", "unit_code"])
    counted = selection.assign(team=selection["unit_code"].map(above))
    rows = []
    for unit in units[units["kind"].isin(campaign.partition_by)].to_dict("records"):
        row: dict[str, object] = {"unit_name": unit["unit_name"]}
        for track in own:
            result = by_unit.loc[(track.id, unit["unit_code"])]
            row[f"{track.id}_rank"] = result["rank"] or None
            row[f"{track.id}_status"] = _status(result["status"], lang)
        for track in below:
            status = counted.loc[
                (counted["track_id"] == track.id) & (counted["team"] == unit["unit_code"]), "status"
            ]
            row[f"{track.id}_selected"] = int((status == SELECTED).sum())
            row[f"{track.id}_vetoed"] = int(status.isin([BARRED, DISQUALIFIED]).sum())
        rows.append(row)
    columns = {"unit_name": Column(campaign.kind_names(campaign.partition_by, lang), 22)}
    for track in own:
        columns[f"{track.id}_rank"] = Column(
            say("tables.rank", lang), 8, "integer", _NONE, source=f"ranking.rank:{track.id}"
        )
        columns[f"{track.id}_status"] = Column(
            say("tables.status", lang), 12, source=f"selection.status:{track.id}"
        )
    for track in below:
        kind = campaign.kind_names(track.unit_kind, lang)
        columns[f"{track.id}_selected"] = Column(
            say("tables.selected_of", lang, kind=kind), 12, "integer", source=f"balance.selected:{track.id}"
        )
        columns[f"{track.id}_vetoed"] = Column(
            say("tables.vetoed_of", lang, kind=kind), 12, "integer", source=f"balance.vetoed:{track.id}"
        )
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def measures_of_unit(
    campaign: Campaign, measures: pd.DataFrame, unit_code: str, forms: Iterable[str], title: str, lang: str
) -> LabelledTable:
    """Measures from one unit's own forms and what is derived from them, with their units of measurement.

    What was chosen is no number; it is among the answers.
    """
    wanted: dict[str, Measure | Derived] = {
        item.id: item
        for item in campaign.measures
        if item.form in set(forms) and item.over == "unit" and item.aggregate != "chosen"
    }
    for derived in order_derived(campaign):
        if inputs_of(derived) <= wanted.keys():
            wanted[derived.id] = derived
    own = measures[(measures["unit_code"] == unit_code) & measures["measure_id"].isin(list(wanted))]
    rows = []
    for row in own.to_dict("records"):
        measure = wanted[row["measure_id"]]
        unit = measure.unit.words(lang) if measure.unit else ""
        rows.append({"name": measure.name.words(lang), "value": row["value"], "unit": unit})
    columns = {
        "name": Column(say("tables.measure", lang), 36, source="measures.measure_id"),
        "value": Column(say("tables.value", lang), 10, "number", source="measures.value"),
        "unit": Column(say("tables.measure_unit", lang), 10, source="measures.unit"),
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def answers_of_units(
    campaign: Campaign,
    submissions: pd.DataFrame,
    forms: Iterable[str],
    names: Mapping[str, str],
    title: str,
    lang: str,
) -> LabelledTable:
    """Answers of units in some forms, one row for each field: labels for ids, the number of files for uploads.

    Sensitive fields are not in the frame, so they are never shown.
    """
    rows: list[dict[str, object]] = []
    for form_id in forms:
        form = campaign.form(form_id)
        shown = (place for place in places(form) if place.is_leaf or place.field.may_be_none)
        order = {place.path: (number, place.field) for number, place in enumerate(shown)}
        repeats = {field.id: field.label.words(lang) for field in form.fields if field.type == "repeat"}
        own = submissions[(submissions["form_id"] == form_id) & submissions["unit_code"].isin(list(names))]
        own = own[own["field"].isin(list(order))]
        own = own.assign(repeat=[path.rpartition("/")[0] for path in own["field"]])
        own = own.assign(place=[order[path][0] for path in own["field"]])
        captions = _captions_of_entries(campaign, form, own)
        # rows of a repeat stay together, at the place of its first field in the form
        first = own.groupby("repeat")["place"].transform("min").where(own["repeat"] != "", own["place"])
        sorted_rows = own.assign(first=first).sort_values(
            ["unit_code", "occurrence", "first", "row", "place"]
        )
        for row in sorted_rows.to_dict("records"):
            part = repeats.get(row["repeat"], "")
            if row["repeat"] or row["occurrence"]:
                entry = row["row"] + 1 if row["repeat"] else row["occurrence"]
                part = say("tables.entry", lang, name=part or form.name.words(lang), number=entry)
            field = order[row["field"]][1]
            rows.append(
                {
                    "unit_name": names[row["unit_code"]],
                    "form": form.name.words(lang),
                    "part": part,
                    "field": captions(field, row).label.words(lang),
                    "value": word_answer(campaign, field, row["value"], lang, names),
                }
            )
    columns = {
        "unit_name": Column(say("tables.unit", lang), 18),
        "form": Column(say("tables.form", lang), 24),
        "part": Column(say("tables.part", lang), 24),
        "field": Column(say("tables.field", lang), 28),
        "value": Column(say("tables.answer", lang), 50),
    }
    return LabelledTable(title, pd.DataFrame(rows, columns=list(columns)), columns)


def _captions_of_entries(
    campaign: Campaign, form: Form, rows: pd.DataFrame
) -> Callable[[Field, Mapping[Any, Any]], Field]:
    """Function from a field and a row of answers to the field with the answers of its entry that its label shows."""
    entries: dict[tuple[str, int], dict[str, Any]] = {}
    several = {path for path, field in form.leaves() if field.type == "select_multiple"}
    if not any(asks_for_answers(place.field.label) for place in places(form)):
        return lambda field, _: field
    for row in rows.to_dict("records"):
        answers = entries.setdefault((row["unit_code"], row["occurrence"]), {})
        value = row["value"].split() if row["field"] in several else row["value"]
        repeat, _, name = row["field"].rpartition("/")
        if repeat:
            lines = answers.setdefault(repeat, [])
            lines.extend({} for _ in range(row["row"] + 1 - len(lines)))
            answers = lines[row["row"]]
        answers[name] = value
    captions = {key: captions_of(form, campaign, answers) for key, answers in entries.items()}
    return lambda field, row: captions[row["unit_code"], row["occurrence"]].field(
        field, row["repeat"], row["row"] if row["repeat"] else 0
    )


def word_answer(
    campaign: Campaign, field: Field, value: str, lang: str, names: Mapping[str, str] | None = None
) -> str:
    """Text of an answer as people read it: labels for ids, the number of files for uploads, the unit of a number.

    Units stand by their ``names``, as far as these have their codes.
    """
    if field.type == "unit":
        return say("tables.comma", lang).join((names or {}).get(part, part) for part in value.split())
    if field.type == "repeat":
        return say("tables.none_of_these", lang)
    if field.type in ("image", "file"):
        return say("tables.files", lang, count=len(value.split()))
    if field.choices is not None:
        labels = {choice.id: choice.label.words(lang) for choice in campaign.choices[field.choices]}
        return say("tables.comma", lang).join(labels.get(part, part) for part in value.split())
    unit = field.unit.words(lang) if field.unit else ""
    return f"{value}{unit}" if lang != "en" or not unit else f"{value} {unit}"


def all_points(
    campaign: Campaign, points: pd.DataFrame, names: Mapping[str, str], title: str, lang: str
) -> LabelledTable:
    """Every line of every unit in the last layer of its track, with its reason, to justify each one."""
    last = {track.id: track.layers[-1].id for track in campaign.tracks if track.layers}
    of_last = points[points["layer"] == points["track_id"].map(last)]
    lines = {
        item.criterion.id: item.criterion.name.words(lang)
        for track in campaign.tracks
        for item in track.numbered()
    }
    tracks = {track.id: track.name.words(lang) for track in campaign.tracks}
    made = of_last.assign(
        track=of_last["track_id"].map(tracks),
        unit_name=of_last["unit_code"].map(names),
        line=of_last["criterion_id"].map(lines),
        reason=[
            word_reason(campaign, str(code), str(args), lang)
            for code, args in zip(of_last["reason_code"], of_last["reason_args"], strict=True)
        ],
    )
    columns = {
        "track": Column(say("tables.track", lang), 20),
        "unit_code": Column(say("tables.unit_code", lang), 18),
        "unit_name": Column(say("tables.unit", lang), 20),
        "line": Column(say("tables.criterion", lang), 36),
        "max_points": Column(say("tables.max_points", lang), 7, "number"),
        "points": Column(say("tables.points", lang), 8, "number"),
        "reason": Column(say("tables.reason", lang), 60),
    }
    return LabelledTable(title, made, columns)


def notes_on_units(running: pd.DataFrame, names: Mapping[str, str], title: str, lang: str) -> LabelledTable:
    """Dated notes of the running record."""
    made = running.assign(unit_name=running["unit_code"].map(names)).sort_values(["noted_on", "unit_code"])
    columns = {
        "noted_on": Column(say("tables.date", lang), 15, "date"),
        "unit_name": Column(say("tables.unit", lang), 20),
        "text": Column(say("tables.note", lang), 60),
    }
    return LabelledTable(title, made, columns)


def _status(status: str, lang: str) -> str:
    return say(f"scoring.status_{status}", lang)


def _allotted(campaign: Campaign) -> list[str]:
    return [track.id for track in campaign.tracks if track.nomination and track.nomination.allotment]


def names_above(units: pd.DataFrame) -> dict[str, str]:
    """Name of the unit above each unit, by code; an empty text for a unit without one."""
    names = unit_names(units)
    parents = dict(zip(units["unit_code"], units["parent_code"], strict=True))
    return {code: str(names.get(parents[code], "")) if pd.notna(parents[code]) else "" for code in names}
