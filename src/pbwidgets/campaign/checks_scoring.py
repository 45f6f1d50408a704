"""Mistakes in measures and tracks: references, points that do not add up, rules that cannot work."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isclose
from typing import Final

from pbwidgets.campaign.checklists import CHECK_NAMES
from pbwidgets.campaign.checks_classes import find_in_classes
from pbwidgets.campaign.checks_forms import NUMBERS
from pbwidgets.campaign.checks_rules import find_in_line_rule
from pbwidgets.campaign.derived import names_behind
from pbwidgets.campaign.expressions import Expression
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import (
    Known,
    find_repeated,
    find_repeated_ids,
    find_reserved,
    read_expression,
    walk_criteria,
)
from pbwidgets.campaign.living import has_life
from pbwidgets.campaign.model import (
    Campaign,
    Criterion,
    Gate,
    Measure,
    Nomination,
    RankGroupBelow,
    Settlement,
    TieByCriterion,
    TieByLayer,
    TieByMeasure,
    Track,
)
from pbwidgets.campaign.names import RESERVED, Place, places
from pbwidgets.campaign.rules import Discretion, conditions_in, conditions_of

_COUNTABLE: Final = (*NUMBERS, "calculate")
_FITTING: Final = {
    "sum": _COUNTABLE,
    "latest": (*_COUNTABLE, "select_one"),
    "share": _COUNTABLE,
    "days_to_close": ("date",),
    "running": _COUNTABLE,
    "chosen": ("select_one",),
}
_FITTING_BESIDE: Final = {
    "closed_on": ("date",),
    "highest_per": (*_COUNTABLE, "text", "date", "select_one"),
    "sign_field": ("select_one",),
    "dated_by": ("date",),
}
_FREE: Final = ("text",)  # types of answers in which anything may be written
_NEED_FIELD: Final = ("sum", "latest", "distinct", "days_to_close", "chosen", "running")
_STATES: Final = ("submitted", "accepted", "locked")


# -- measures ------------------------------------------------------------------------------------------


def find_in_measures(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in measures."""
    yield from find_repeated_ids(campaign.measures, ("measures",))
    yield from find_reserved(known.ids["measures"].items(), (*RESERVED, *CHECK_NAMES))
    for at, measure in enumerate(campaign.measures):
        address: Address = ("measures", at)
        yield from known.refer("forms", measure.form, (*address, "form"))
        yield from _find_in_ancestor(campaign, measure, address, known)
        if measure.form in known.ids["forms"]:
            yield from _find_in_aggregate(campaign, measure, address)


def _find_in_ancestor(
    campaign: Campaign, measure: Measure, address: Address, known: Known
) -> Iterator[Finding]:
    key = (*address, "ancestor_kind")
    if (measure.over == "ancestor") != (measure.ancestor_kind is not None):
        code = (
            "campaign.ancestor_kind_missing"
            if measure.over == "ancestor"
            else "campaign.ancestor_kind_unused"
        )
        yield Finding(code, address if measure.over == "ancestor" else key, {}, (key, (*address, "over")))
    if measure.ancestor_kind is None:
        return
    yield from known.refer("unit_kinds", measure.ancestor_kind, key)
    form = next((form for form in campaign.forms if form.id == measure.form), None)
    if (
        form is not None
        and measure.ancestor_kind in known.parents
        and measure.ancestor_kind not in form.unit_kind
    ):
        args = {"form": form.id, "form_kind": ", ".join(form.unit_kind), "kind": measure.ancestor_kind}
        yield Finding("campaign.ancestor_has_no_such_form", key, args, (("forms",),))


def _find_in_aggregate(campaign: Campaign, measure: Measure, address: Address) -> Iterator[Finding]:
    form_at, form = next((at, form) for at, form in enumerate(campaign.forms) if form.id == measure.form)
    by_path = {place.path: place for place in places(form) if place.is_leaf or place.field.type == "repeat"}
    ids: tuple[Address, ...] = tuple(("forms", form_at, *place.address, "id") for place in by_path.values())
    of_life = measure.aggregate == "days_to_close" and measure.closed_on is None
    of_life = of_life and has_life(form, measure.field)
    for key in ("field", "denominator", "closed_on", "highest_per", "sign_field", "dated_by"):
        path: str | None = getattr(measure, key)
        if path is not None and path not in by_path:
            yield unknown("campaign.unknown_field", (*address, key), path, by_path, ids)
        elif path is not None and not of_life:
            yield from _find_unfit(measure, key, by_path[path], address)
    if not of_life:  # else the days from the first step of a life to its end
        yield from _find_missing_parts(measure, address)
        yield from _find_in_closing(measure, address)
    yield from _find_in_running(campaign, measure, by_path, address)
    yield from _find_in_highest(measure, by_path, address)
    place = by_path.get(measure.field or "")
    yield from _find_in_other_row(measure, by_path, place, address)
    yield from _find_in_filters(campaign, measure, by_path, address, ids)


def _find_unfit(measure: Measure, key: str, place: Place, address: Address) -> Iterator[Finding]:
    fitting = _FITTING_BESIDE.get(key) or _FITTING.get(measure.aggregate)
    if measure.aggregate == "share" and measure.denominator is None:
        return  # rows are counted, not added
    unfit = (
        place.field.type not in fitting if fitting else measure.aggregate == "distinct" and not place.is_leaf
    )
    if unfit:
        allowed = ", ".join(fitting or ()) or "—"
        args = {
            "aggregate": measure.aggregate,
            "field": place.path,
            "type": place.field.type,
            "allowed": allowed,
        }
        yield Finding(
            "campaign.aggregate_unfit", (*address, key), args, (("forms",), (*address, "aggregate"))
        )


def find_hidden_in_counts(campaign: Campaign) -> Iterator[Finding]:
    """Different texts that are counted where names are hidden: two hidden ones would count as one."""
    if not any(form.identifying_paths() for form in campaign.forms):
        return
    texts = {
        (form.id, path) for form in campaign.forms for path, field in form.leaves() if field.type in _FREE
    }
    for at, measure in enumerate(campaign.measures):
        if measure.aggregate == "distinct" and (measure.form, measure.field) in texts:
            args = {"measure": measure.name, "field": measure.field}
            yield Finding("campaign.distinct_of_hidden", ("measures", at, "field"), args)


def _find_missing_parts(measure: Measure, address: Address) -> Iterator[Finding]:
    share = measure.aggregate == "share"
    rests_on = tuple((*address, key) for key in ("field", "denominator", "where", "aggregate"))
    if measure.field is None and (measure.aggregate in _NEED_FIELD or measure.denominator):
        yield Finding("campaign.measure_lacks_field", address, {"aggregate": measure.aggregate}, rests_on)
    if share and measure.denominator is None and measure.where is None:
        yield Finding("campaign.share_of_what", address, {}, rests_on)
    if not share and measure.denominator is not None:
        yield Finding("campaign.denominator_unused", (*address, "denominator"), {}, rests_on)


def _find_in_closing(measure: Measure, address: Address) -> Iterator[Finding]:
    closing = measure.aggregate == "days_to_close"
    key = (*address, "closed_on")
    rests_on = (key, (*address, "aggregate"))
    if closing and measure.closed_on is None:
        yield Finding("campaign.closed_on_missing", address, {}, rests_on)
    if not closing and (measure.closed_on is not None or measure.count_open):
        here = key if measure.closed_on is not None else (*address, "count_open")
        yield Finding("campaign.closed_on_unused", here, {"aggregate": measure.aggregate}, rests_on)


def _find_in_running(
    campaign: Campaign, measure: Measure, by_path: Mapping[str, Place], address: Address
) -> Iterator[Finding]:
    """A balance without dates, with a kind of movement that has no sign, or its parts beside another aggregate."""
    parts = {"sign_field": measure.sign_field, "signs": measure.signs, "dated_by": measure.dated_by}
    rests_on = tuple((*address, key) for key in (*parts, "aggregate"))
    if measure.aggregate != "running":
        for key, given in parts.items():
            if given:
                args = {"key": key, "aggregate": measure.aggregate}
                yield Finding("campaign.running_unused", (*address, key), args, rests_on)
        return
    if measure.dated_by is None:
        yield Finding("campaign.running_undated", address, {}, rests_on)
    if bool(measure.signs) != (measure.sign_field is not None):
        yield Finding("campaign.running_without_signs", address, {}, rests_on)
    place = by_path.get(measure.sign_field or "")
    options = campaign.choices.get((place.field.choices if place else None) or "", ())
    known = [option.id for option in options]
    for option in sorted(set(measure.signs) - set(known)) if known else ():
        yield unknown("campaign.unknown_option", (*address, "signs", option), option, known, (("choices",),))
    for option in (one for one in known if measure.signs and one not in measure.signs):
        args = {"option": option, "field": measure.sign_field or ""}
        yield Finding("campaign.running_lacks_sign", (*address, "signs"), args, (("choices",), *rests_on))


def _find_in_highest(measure: Measure, by_path: Mapping[str, Place], address: Address) -> Iterator[Finding]:
    if measure.highest_per is None:
        return
    here = (*address, "highest_per")
    if measure.aggregate != "sum":
        rests_on = ((*address, "aggregate"),)
        yield Finding("campaign.highest_per_unused", here, {"aggregate": measure.aggregate}, rests_on)
    if measure.highest_per == measure.field:
        yield Finding("campaign.highest_per_itself", here, {"field": measure.field}, ((*address, "field"),))
    place, other = by_path.get(measure.field or ""), by_path.get(measure.highest_per)
    if place is not None and other is not None and other.repeat not in ("", place.repeat):
        args = {"field": other.path, "counted": place.path}
        yield Finding("campaign.highest_per_elsewhere", here, args, (("forms",), (*address, "field")))


def _find_in_other_row(
    measure: Measure, by_path: Mapping[str, Place], place: Place | None, address: Address
) -> Iterator[Finding]:
    """Dates and signs inside a repeat, while the measure does not count the rows of that repeat."""
    dates = {
        (*address, "closed_on"): measure.closed_on,
        (*address, "window", "field"): measure.window.field if measure.window else None,
        (*address, "sign_field"): measure.sign_field,
        (*address, "dated_by"): measure.dated_by,
    }
    for here, path in dates.items():
        other = by_path.get(path or "")
        if other is not None and other.repeat and (place is None or other.repeat != _row_of(place)):
            args = {"field": other.path, "counted": measure.field or "—"}
            yield Finding("campaign.date_in_other_row", here, args, (("forms",), (*address, "field")))


def _row_of(place: Place) -> str:
    return place.path if place.field.type == "repeat" else place.repeat


def _find_in_filters(
    campaign: Campaign,
    measure: Measure,
    by_path: Mapping[str, Place],
    address: Address,
    ids: tuple[Address, ...],
) -> Iterator[Finding]:
    allowed = (*_STATES, *(f"accepted:{level.id}" for level in campaign.review_levels))
    for at, state in enumerate(measure.states):
        if state not in allowed:
            yield unknown("campaign.unknown_state", (*address, "states", at), state, allowed)
    if measure.window is None:
        return
    here = (*address, "window")
    dated = [path for path, place in by_path.items() if place.field.type == "date"]
    if measure.window.field not in dated:
        yield unknown("campaign.window_needs_date", (*here, "field"), measure.window.field, dated, ids)
    phases = {phase.id for period in campaign.periods for phase in period.phases}
    if measure.window.phase is not None and measure.window.phase not in phases:
        rests_on: tuple[Address, ...] = (("periods",),)
        phase = measure.window.phase
        yield unknown("campaign.unknown_phase", (*here, "phase"), phase, sorted(phases), rests_on)


# -- tracks --------------------------------------------------------------------------------------------


def find_in_tracks(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in tracks with their layers, score sheets, gates and places."""
    yield from find_repeated_ids(campaign.tracks, ("tracks",))
    yield from find_repeated(
        # marks name their criterion without its track, and vetoes their gate
        (criterion.id, (*address, "id"))
        for at, track in enumerate(campaign.tracks)
        for criterion, address in walk_criteria(track.criteria, ("tracks", at, "criteria"))
    )
    yield from find_repeated(
        (gate.id, ("tracks", at, "gates", which, "id"))
        for at, track in enumerate(campaign.tracks)
        for which, gate in enumerate(track.gates)
    )
    for at, track in enumerate(campaign.tracks):
        address: Address = ("tracks", at)
        yield from _find_in_references(track, address, known)
        yield from _find_in_layers(track, address, known)
        yield from _find_in_sheet(campaign, track, address, known)
        yield from _find_in_gates(track.gates, address, known)
        yield from find_in_classes(track, address, known)
        yield from _find_in_nomination(track.nomination, address, known)
        yield from _find_in_tie_breaks(track, address, known)
        yield from _find_in_rank_groups(track, address, known)
        yield from _find_in_recommendations(track, address)


def _find_in_references(track: Track, address: Address, known: Known) -> Iterator[Finding]:
    yield from known.refer_kinds(track.unit_kind, (*address, "unit_kind"))
    for at, form_id in enumerate(track.forms):
        yield from known.refer("forms", form_id, (*address, "forms", at))
    if track.group is not None:
        yield from known.refer("unit_kinds", track.group, (*address, "group"))


def _find_in_layers(track: Track, address: Address, known: Known) -> Iterator[Finding]:
    yield from find_repeated_ids(track.layers, (*address, "layers"))
    for at, layer in enumerate(track.layers):
        here = (*address, "layers", at)
        yield from known.refer("layers", layer.id, (*here, "id"))
        yield from find_repeated_ids(layer.sources, (*here, "sources"))
        if layer.sources and not any(source.weight for source in layer.sources):
            yield Finding("campaign.weights_all_zero", (*here, "sources"), {}, ((*here, "sources"),))
        if layer.difference_needs_reason is not None and at == 0:
            key = (*here, "difference_needs_reason")
            yield Finding("campaign.no_layer_before", key, {"layer": layer.id}, ((*address, "layers"),))
        if track.final == "weighted" and layer.weight is None:
            args = {"layer": layer.id}
            yield Finding("campaign.layer_lacks_weight", here, args, ((*here, "weight"), (*address, "final")))
    base = (*address, "layers")
    if track.final == "weighted" and track.layers and all(layer.weight == 0 for layer in track.layers):
        yield Finding("campaign.weights_all_zero", base, {}, (base, (*address, "final")))
    if track.kind == "score" and not track.layers:
        yield Finding("campaign.track_lacks", address, {"key": "layers", "track": track.id}, (base,))


def _find_in_sheet(campaign: Campaign, track: Track, address: Address, known: Known) -> Iterator[Finding]:
    base = (*address, "criteria")
    having = [(kind, _ids(track.of_unit(kind, domain))) for kind, domain in track.sheets]
    for criterion, here in walk_criteria(track.criteria, base):
        kinds = {kind for kind, ids in having if criterion.id in ids}
        yield from _find_in_concerned(criterion, here, known, nobody=not kinds)
        if criterion.criteria:
            yield from _find_in_heading(criterion, here)
        else:
            yield from _find_in_line(criterion, here)
            whose = (
                track
                if None in kinds
                else track.model_copy(
                    update={"unit_kind": tuple(kind for kind in track.unit_kind if kind in kinds)}
                )
            )
            yield from _find_in_rule(campaign, whose, criterion, here, known)
    if track.kind != "score":
        return
    if not track.criteria:
        yield Finding("campaign.track_lacks", address, {"key": "criteria", "track": track.id}, (base,))
        return
    yield from _find_in_sum(track, address)


def _find_in_sum(track: Track, address: Address) -> Iterator[Finding]:
    """Points that are not the track's base points, of the score sheet of each kind and domain.

    Where several domains are named, they are taken to be all there are; beside a single one there must be others.
    What is rescaled need not come to the base points.
    """
    base = (*address, "criteria")
    several = len({domain for _, domain in track.sheets}) > 2
    for kind, domain in track.sheets:
        sheet = track.of_unit(kind, domain)
        is_right = isclose(sheet.sheet_points, track.base_points, abs_tol=1e-9)
        is_rescaled = track.rescaled and sheet.sheet_points > track.starting_points
        if not sheet.criteria or is_right or is_rescaled or (several and domain is None):
            continue
        args = {"track": track.name, "total": sheet.sheet_points, "base_points": track.base_points}
        keys = tuple((*address, key) for key in ("base_points", "starting_points"))
        written = (
            key
            for key, given in zip(keys, (track.base_points != 100, track.starting_points), strict=True)
            if given
        )
        here = next(written, base)
        if len(track.sheets) == 1:
            yield Finding("campaign.points_do_not_add_up", here, args, (base, *keys))
        elif kind is not None:
            who = {"kind": kind, "domain": f" {domain}" if domain else ""}
            yield Finding("campaign.points_of_kind_do_not_add_up", here, {**args, **who}, (base, *keys))
        elif domain is None:
            yield Finding("campaign.points_of_others_do_not_add_up", here, args, (base, *keys))
        else:
            code = "campaign.points_of_domain_do_not_add_up"
            yield Finding(code, here, {**args, "domain": domain}, (base, *keys))


def _find_in_concerned(
    criterion: Criterion, address: Address, known: Known, *, nobody: bool
) -> Iterator[Finding]:
    """A criterion for a kind that the track does not assess, or below one that is for others: no unit has it."""
    if criterion.for_ is None:
        return
    kind = criterion.for_.kind
    if kind is not None and kind not in known.parents:
        yield from known.refer("unit_kinds", kind, (*address, "for", "kind"))
    elif nobody:
        code = "campaign.domain_of_nobody" if kind is None else "campaign.kind_of_nobody"
        args = {"criterion": criterion.id, "kind": kind, "domain": criterion.for_.domain}
        yield Finding(code, (*address, "for"), args, (address[:3], (*address[:2], "unit_kind")))


def _ids(track: Track) -> set[str]:
    return {item.criterion.id for item in track.numbered()}


def _find_in_settlement(heading: Criterion, address: Address) -> Iterator[Finding]:
    """Floor, base and ceiling of a heading that are not in this order."""
    if heading.settle is None:
        return
    here = (*address, "settle")
    bounds = [(key, getattr(heading.settle, key)) for key in ("floor", "base", "ceiling")]
    given = [(key, bound) for key, bound in bounds if bound is not None]
    for (low_key, low), (high_key, high) in pairwise(given):
        if low > high:
            args = {"low_key": low_key, "low": low, "high_key": high_key, "high": high}
            yield Finding("campaign.range_reversed", (*here, low_key), args, (here,))
            return
    settle = heading.settle.model_copy(update={"floor": None})
    most = _find_most(heading.model_copy(update={"settle": settle}))
    if heading.settle.floor is not None and heading.settle.floor > most:
        args = {"floor": heading.settle.floor, "most": most}
        yield Finding("campaign.floor_out_of_reach", (*here, "floor"), args, (address,))


def _find_most(criterion: Criterion) -> float:
    """Highest points that a line can bring, or a heading with all that is below it."""
    if not criterion.criteria:
        rule = criterion.rule
        return rule.highest if isinstance(rule, Discretion) else criterion.points or 0.0
    settle = criterion.settle or Settlement()
    most = (settle.base or 0.0) + sum(map(_find_most, criterion.criteria))
    most = most if settle.floor is None else max(most, settle.floor)
    return most if settle.ceiling is None else min(most, settle.ceiling)


def _find_in_heading(heading: Criterion, address: Address) -> Iterator[Finding]:
    yield from _find_in_settlement(heading, address)
    if heading.rule is not None:
        yield Finding("campaign.heading_with_rule", (*address, "rule"), {"criterion": heading.id})
    for key in ("exemption", "not_applicable", "sources"):
        if getattr(heading, key):
            named = {"criterion": heading.id, "key": key}
            yield Finding("campaign.heading_takes_no", (*address, key), named, ((*address, "criteria"),))
    if heading.bonus:
        yield Finding("campaign.heading_as_bonus", (*address, "bonus"), {"criterion": heading.id})
    if heading.points is not None and not isclose(heading.points, heading.max_points, abs_tol=1e-9):
        args = {"criterion": heading.id, "points": heading.points, "total": heading.max_points}
        yield Finding(
            "campaign.heading_does_not_add_up", (*address, "points"), args, ((*address, "criteria"),)
        )


def _find_in_line(line: Criterion, address: Address) -> Iterator[Finding]:
    if line.settle is not None:
        args = {"criterion": line.id}
        yield Finding("campaign.line_settled", (*address, "settle"), args, ((*address, "criteria"),))
    for key in ("rule", "points"):
        if getattr(line, key) is None:
            args = {"key": key, "criterion": line.id}
            yield Finding("campaign.line_lacks", address, args, ((*address, key), (*address, "criteria")))
    if line.points is None:
        return
    for at, anchor in enumerate(line.anchors):
        if not 0 <= anchor.points <= line.points:
            bounds = {"points": anchor.points, "highest": line.points}
            yield Finding(
                "campaign.anchor_out_of_range",
                (*address, "anchors", at, "points"),
                bounds,
                ((*address, "points"),),
            )


def _find_in_rule(
    campaign: Campaign, track: Track, line: Criterion, address: Address, known: Known
) -> Iterator[Finding]:
    measure: str | None = getattr(line.rule, "measure", None)
    if measure is not None:
        here = (*address, "rule", "measure")
        yield from known.refer("measures", measure, here)
        yield from _find_out_of_reach(campaign, track, measure, here, known)
    for key, at, text in conditions_in(line.rule):
        within = (*address, "rule", key, at, "when")
        yield from known.find_in_condition(text, within)
        expression = read_expression(text)
        for name in sorted(expression.names) if isinstance(expression, Expression) else ():
            yield from _find_out_of_reach(campaign, track, name, within, known)
    yield from find_in_line_rule(campaign, track, line, address, known)
    if line.not_applicable is None:
        return
    when = line.not_applicable.when
    if when is not None:
        yield from known.find_in_condition(when, (*address, "not_applicable", "when"))
    elif line.rule is not None and measure is None and not conditions_of(line.rule):
        args = {"criterion": line.id}
        yield Finding(
            "campaign.never_not_applicable", (*address, "not_applicable"), args, ((*address, "rule"),)
        )


def _find_out_of_reach(
    campaign: Campaign, track: Track, measure_id: str, address: Address, known: Known
) -> Iterator[Finding]:
    derived = next((item for item in campaign.derived if item.id == measure_id), None)
    if derived is not None:
        for name in sorted(names_behind(campaign, [measure_id]) - {item.id for item in campaign.derived}):
            yield from _find_out_of_reach(campaign, track, name, address, known)
        return
    yield from _find_other_kind(campaign, track, measure_id, address)
    measure = next((item for item in campaign.measures if item.id == measure_id), None)
    form = next((item for item in campaign.forms if measure and item.id == measure.form), None)
    kinds = {*track.unit_kind, *form.unit_kind} if form else set()
    if measure is None or form is None or not kinds <= set(known.parents):
        return  # reported where the name is used
    reach = {"unit": set(form.unit_kind), "subtree": {*form.unit_kind} | known.kinds_above(*form.unit_kind)}
    outside = [
        kind
        for kind in track.unit_kind
        if (
            measure.ancestor_kind not in known.kinds_above(kind)
            if measure.over == "ancestor"
            else kind not in reach[measure.over]
        )
    ]
    if outside:
        args = {
            "measure": measure.id,
            "over": measure.over,
            "form_kind": ", ".join(form.unit_kind),
            "kind": ", ".join(outside),
        }
        yield Finding(
            "campaign.measure_out_of_reach", address, args, (("measures",), ("unit_kinds",), ("forms",))
        )


def _find_other_kind(
    campaign: Campaign, track: Track, measure_id: str, address: Address
) -> Iterator[Finding]:
    """A total carried over from a track of this campaign that assesses units of another kind."""
    carried = next((item for item in campaign.carried if item.id == measure_id), None)
    if carried is None or carried.campaign not in (None, campaign.id):
        return
    source = next((other for other in campaign.tracks if other.id == carried.track), None)
    if source is not None and not set(track.unit_kind) <= set(source.unit_kind):
        args = {
            "track": source.id,
            "track_kind": ", ".join(source.unit_kind),
            "kind": ", ".join(track.unit_kind),
        }
        yield Finding("campaign.carried_of_other_kind", address, args, (("carried",), ("tracks",)))


def _find_in_gates(gates: tuple[Gate, ...], address: Address, known: Known) -> Iterator[Finding]:
    for at, gate in enumerate(gates):
        if gate.when is not None:
            yield from known.find_in_condition(gate.when, (*address, "gates", at, "when"))


def _find_in_nomination(nomination: Nomination | None, address: Address, known: Known) -> Iterator[Finding]:
    if nomination is None:
        return
    here = (*address, "nomination")
    yield from known.refer("unit_kinds", nomination.by, (*here, "by"))
    allotment = nomination.allotment
    if allotment is not None and not allotment.lowest <= allotment.usual <= allotment.highest:
        args = {"lowest": allotment.lowest, "usual": allotment.usual, "highest": allotment.highest}
        yield Finding("campaign.allotment_disordered", (*here, "allotment"), args, ((*here, "allotment"),))


def _find_in_tie_breaks(track: Track, address: Address, known: Known) -> Iterator[Finding]:
    criteria = {
        criterion.id: (*here, "id")
        for criterion, here in walk_criteria(track.criteria, (*address, "criteria"))
    }
    layers: dict[str, Address] = {
        layer.id: (*address, "layers", at, "id") for at, layer in enumerate(track.layers)
    }
    for at, link in enumerate(track.tie_breaks):
        here = (*address, "tie_breaks", at)
        if isinstance(link, TieByMeasure):
            yield from known.refer("measures", link.measure, (*here, "measure"))
            yield from known.find_chosen(link.measure, (*here, "measure"))
        elif isinstance(link, TieByCriterion) and link.criterion not in criteria:
            rests_on = tuple(criteria.values())
            yield unknown(
                "campaign.unknown_criterion", (*here, "criterion"), link.criterion, criteria, rests_on
            )
        elif isinstance(link, TieByLayer) and link.layer not in layers:
            yield unknown(
                "campaign.unknown_layer", (*here, "layer"), link.layer, layers, tuple(layers.values())
            )


def _find_in_rank_groups(track: Track, address: Address, known: Known) -> Iterator[Finding]:
    base = (*address, "ranks_within")
    yield from find_repeated_ids(track.ranks_within, base)
    for at, group in enumerate(track.ranks_within):
        if not isinstance(group, RankGroupBelow):
            continue
        kind, key = group.ancestor_kind, (*base, at, "ancestor_kind")
        yield from known.refer("unit_kinds", kind, key)
        outside = [own for own in track.unit_kind if kind not in known.kinds_above(own)]
        if kind in known.parents and outside:
            args = {"kind": kind, "track_kind": ", ".join(outside)}
            yield Finding("campaign.rank_group_not_above", key, args, (("unit_kinds",),))


def _find_in_recommendations(track: Track, address: Address) -> Iterator[Finding]:
    base = (*address, "recommendations")
    yield from find_repeated_ids(track.recommendations, base)
    for at, item in enumerate(track.recommendations):
        if item.subject == "officer" and not item.officers:
            args = {"value": item.id}
            yield Finding("campaign.officers_missing", (*base, at), args, ((*base, at),))
