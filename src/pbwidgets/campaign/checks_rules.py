"""Mistakes in what a line's rule says: amounts, exemptions, who marks it, what is carried over."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.derived import find_circle, inputs_of, measures_of_lines
from pbwidgets.campaign.expression_meaning import to_number
from pbwidgets.campaign.expression_tree import Node
from pbwidgets.campaign.expressions import ExpressionError
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import Known, find_repeated, read_expression
from pbwidgets.campaign.model import Campaign, Criterion, Track
from pbwidgets.campaign.rules import (
    Bands,
    ByChoice,
    CappedBonus,
    CappedDeduction,
    Checklist,
    Discretion,
    RankToPoints,
)
from pbwidgets.wording import LANGUAGES, MOST_DIGITS, number

DEDUCTING: Final = (
    "against_group",
    "all_or_nothing",
    "bands",
    "by_choice",
    "capped_deduction",
    "checklist",
    "per_missing_item",
    "threshold_then_per_unit",
)
"""Rules that an exemption can be written for: they take points for a shortcoming."""


def find_in_line_rule(
    campaign: Campaign, track: Track, line: Criterion, address: Address, known: Known
) -> Iterator[Finding]:
    """Mistakes in amounts, options, exemption and sources of one line."""
    yield from _find_in_amounts(line, address)
    yield from _find_in_losses(line, address)
    yield from _find_in_list(line, address)
    yield from _find_in_options(campaign, line, address)
    yield from _find_in_exemption(line, address, known)
    yield from _find_in_sources(track, line, address)


def find_in_carried(campaign: Campaign) -> Iterator[Finding]:
    """Mistakes in the totals that are carried over."""
    yield from _find_taken(campaign, "carried", before=("measures",))
    tracks: dict[str, Address] = {track.id: ("tracks", at, "id") for at, track in enumerate(campaign.tracks)}
    periods: dict[str, Address] = {one.id: ("periods", at, "id") for at, one in enumerate(campaign.periods)}
    for at, item in enumerate(campaign.carried):
        if item.campaign not in (None, campaign.id):
            continue
        if item.track not in tracks:
            rests_on = tuple(tracks.values())
            yield unknown("campaign.unknown_track", ("carried", at, "track"), item.track, tracks, rests_on)
        if item.period not in ("same", "previous", *periods):
            allowed, rests_on = ("same", "previous", *periods), tuple(periods.values())
            yield unknown(
                "campaign.unknown_period", ("carried", at, "period"), item.period, allowed, rests_on
            )
    yield from _find_circle(campaign)


def find_in_derived(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in the measures that are derived from others."""
    yield from _find_taken(campaign, "derived", before=("measures", "carried"))
    for at, item in enumerate(campaign.derived):
        here: Address = ("derived", at, "expression")
        yield from known.find_in_condition(item.expression, here, group=False)
        expression = read_expression(item.expression)
        for value in () if isinstance(expression, ExpressionError) else find_no_number(expression.tree):
            yield Finding("campaign.derived_not_number", here, {"value": value})
    if circle := find_circle({item.id: inputs_of(item) for item in campaign.derived}):
        at = next(at for at, item in enumerate(campaign.derived) if item.id == circle[0])
        yield Finding(
            "campaign.derived_in_circle", ("derived", at, "expression"), {"circle": " → ".join(circle)}
        )


def find_no_number(tree: Node) -> Iterator[str]:
    """What an expression can give that is no number: texts and dates, by themselves or in the branches of a choice."""
    if tree.symbol == "today":
        yield "today()"
    elif tree.symbol == "literal" and tree.value != "" and to_number(tree.value) is None:
        yield f"'{tree.value}'"
    elif tree.symbol in ("if", "coalesce"):
        for part in tree.parts[1:] if tree.symbol == "if" else tree.parts:
            yield from find_no_number(part)


def _find_taken(campaign: Campaign, section: str, before: tuple[str, ...]) -> Iterator[Finding]:
    """A finding for every id of a section that it, or a section before it, has already."""
    earlier: dict[str, Address] = {}
    for part in before:
        for at, item in enumerate(getattr(campaign, part)):
            earlier.setdefault(item.id, (part, at, "id"))
    own = ((item.id, (section, at, "id")) for at, item in enumerate(getattr(campaign, section)))
    yield from find_repeated((*earlier.items(), *own))


def _find_circle(campaign: Campaign) -> Iterator[Finding]:
    """A finding if tracks take each other's totals of the same period in a circle."""
    own = {
        item.id: item.track
        for item in campaign.carried
        if item.campaign in (None, campaign.id) and item.period == "same"
    }
    circle = find_circle(
        {
            track.id: {own[name] for name in measures_of_lines(campaign, track) & own.keys()}
            for track in campaign.tracks
        }
    )
    if circle:
        args = {"circle": " → ".join(circle)}
        yield Finding("campaign.carried_in_circle", ("carried",), args, (("tracks",),))


def _find_in_amounts(line: Criterion, address: Address) -> Iterator[Finding]:
    rule, points = line.rule, line.points
    rests_on = ((*address, "points"), (*address, "rule"))
    floor: float | None = getattr(rule, "floor", None)
    if floor is not None and points is not None and floor > points:
        args = {"floor": floor, "points": points}
        yield Finding("campaign.floor_above_points", (*address, "rule", "floor"), args, rests_on)
    earns = isinstance(rule, CappedBonus) or (isinstance(rule, Checklist) and rule.counts == "earned")
    if earns and points == 0:
        yield Finding("campaign.bonus_without_points", (*address, "points"), {"criterion": line.id}, rests_on)
    if isinstance(rule, Discretion) and rule.lowest > rule.highest:
        ends = {"low_key": "lowest", "low": rule.lowest, "high_key": "highest", "high": rule.highest}
        yield Finding("campaign.range_reversed", (*address, "rule", "lowest"), ends, rests_on)
    if isinstance(rule, Discretion) and points is not None and rule.highest > points:
        args = {"highest": rule.highest, "points": points}
        yield Finding("campaign.discretion_above_points", (*address, "rule", "highest"), args, rests_on)


def _find_in_losses(line: Criterion, address: Address) -> Iterator[Finding]:
    """Deductions that never deduct, and amounts that a line cannot lose or earn."""
    rule, points = line.rule, line.points
    here, rests_on = (*address, "rule"), ((*address, "points"), (*address, "rule"))
    if isinstance(rule, CappedDeduction) and rule.first is not None and rule.first > rule.cap:
        args = {"first": rule.first, "cap": rule.cap}
        yield Finding("campaign.cap_below_first", (*here, "cap"), args, rests_on)
    floor: float | None = getattr(rule, "floor", None)
    if floor is None or points is None:
        return
    earned = isinstance(rule, Checklist) and rule.counts == "earned"
    if points == 0 and floor >= 0 and not earned:
        yield Finding("campaign.deduction_without_floor", here, {"criterion": line.id}, rests_on)
        return
    most = points - (0.0 if earned else min(floor, points))
    for at, case in enumerate(rule.cases if isinstance(rule, Checklist) and most > 0 else ()):
        if case.points > most + 1e-9:
            args = {"points": case.points, "most": most}
            yield Finding("campaign.case_above_points", (*here, "cases", at, "points"), args, rests_on)


def _find_in_list(line: Criterion, address: Address) -> Iterator[Finding]:
    """Mistakes in the points that a rule lists by place, band or option, places and bands the best first."""
    rule = line.rule
    if isinstance(rule, RankToPoints):
        key, every = "points", (*rule.points, rule.otherwise)
    elif isinstance(rule, Bands):
        key, every = "bands", (*(band.points for band in rule.bands), rule.otherwise)
    elif isinstance(rule, ByChoice):
        key, every = "options", tuple(option.points for option in rule.options)
    else:
        return
    here = (*address, "rule", key)
    if key != "options" and any(later > earlier for earlier, later in pairwise(every)):
        yield Finding("campaign.listed_points_rise", here, {"points": _join(every)}, (here,))
    if line.points is not None and max(every) > line.points:
        args = {"highest": max(every), "points": line.points}
        yield Finding("campaign.listed_above_points", here, args, ((*address, "points"), here))
    if isinstance(rule, Bands):
        bounds = [band.bound for band in rule.bands]
        sign = 1 if rule.better == "higher" else -1
        if any(sign * later >= sign * earlier for earlier, later in pairwise(bounds)):
            yield Finding("campaign.bands_disordered", here, {"bounds": _join(bounds)}, (here,))


def _find_in_options(campaign: Campaign, line: Criterion, address: Address) -> Iterator[Finding]:
    """A rule for options without a measure of what was chosen, or the other way round; options and their points."""
    rule = line.rule
    measure = next((item for item in campaign.measures if item.id == getattr(rule, "measure", None)), None)
    if measure is None or rule is None:
        return
    if isinstance(rule, ByChoice) != (measure.aggregate == "chosen"):
        args = {"rule": rule.name, "measure": measure.id, "aggregate": measure.aggregate}
        rests_on: tuple[Address, ...] = (("measures",), (*address, "rule"))
        yield Finding("campaign.rule_of_other_measure", (*address, "rule", "measure"), args, rests_on)
        return
    if not isinstance(rule, ByChoice):
        return
    here = (*address, "rule", "options")
    rests_on = (("measures",), ("forms",), ("choices",))
    allowed = [choice.id for choice in campaign.options_of(measure)]
    listed = [option.choice for option in rule.options]
    for at, name in enumerate(listed):
        if allowed and name not in allowed:
            yield unknown("campaign.unknown_option", (*here, at, "choice"), name, allowed, rests_on)
    yield from find_repeated((name, (*here, at, "choice")) for at, name in enumerate(listed))
    lacking = [option for option in campaign.options_of(measure) if option.id not in listed]
    if lacking:
        words = {
            lang: ", ".join(f"{option.id} ({option.label.words(lang)})" for option in lacking)
            for lang in LANGUAGES
        }
        options = Text(zh=words["zh_CN"], en=words["en"])
        yield Finding("campaign.options_lacking", here, {"options": options}, rests_on)


def _join(numbers: tuple[float, ...] | list[float]) -> str:
    return ", ".join(number(bound, MOST_DIGITS) for bound in numbers)


def _find_in_exemption(line: Criterion, address: Address, known: Known) -> Iterator[Finding]:
    if line.exemption is None:
        return
    here = (*address, "exemption")
    yield from known.find_in_condition(line.exemption.when, (*here, "when"))
    if line.rule is not None and line.rule.name not in DEDUCTING:
        args = {"criterion": line.id, "rule": line.rule.name, "allowed": ", ".join(DEDUCTING)}
        yield Finding("campaign.exemption_without_deduction", here, args, ((*address, "rule"),))


def _find_in_sources(track: Track, line: Criterion, address: Address) -> Iterator[Finding]:
    weights = {source.id: source.weight for layer in track.layers for source in layer.sources}
    layers: Address = (*address[:2], "layers")
    for at, source_id in enumerate(line.sources):
        if source_id not in weights:
            yield unknown("campaign.unknown_source", (*address, "sources", at), source_id, weights, (layers,))
    for layer in track.layers:
        named = [source.weight for source in layer.sources if source.id in line.sources]
        if named and not any(named):
            yield Finding("campaign.weights_all_zero", (*address, "sources"), {}, (layers,))
