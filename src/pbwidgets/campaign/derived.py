"""What rests on which measures: lines of a score sheet, and derived measures in the order they are computed."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from pbwidgets.campaign.checklists import Check, ConditionCheck, MeasureCheck
from pbwidgets.campaign.expressions import ExpressionError, parse
from pbwidgets.campaign.model import Campaign, Criterion, Derived, Track
from pbwidgets.campaign.names import UNIT_NAMES
from pbwidgets.campaign.rules import conditions_of


def expressions_of(line: Criterion) -> tuple[str, ...]:
    """All expressions over measures in a line: of its rule, of the cases it does not apply in, of its exemption."""
    cases = [item.when for item in (line.not_applicable, line.exemption) if item is not None and item.when]
    return (*conditions_of(line.rule), *cases)


def measures_of(line: Criterion) -> frozenset[str]:
    """Measures that a line names, by its rule or in an expression; one that cannot be read names none."""
    own = getattr(line.rule, "measure", None)
    return frozenset([] if own is None else [own]).union(*map(_names_in, expressions_of(line)))


def measures_of_lines(campaign: Campaign, track: Track) -> frozenset[str]:
    """Measures that the lines of a track name, and what those are derived from."""
    return names_behind(campaign, (name for line in track.lines() for name in measures_of(line)))


def measures_of_check(campaign: Campaign, check: Check) -> frozenset[str]:
    """Measures that decide whether a check is met, and what those are derived from; none for one of rows."""
    named = frozenset({check.measure}) if isinstance(check, MeasureCheck) else frozenset()
    return names_behind(campaign, _names_in(check.when) if isinstance(check, ConditionCheck) else named)


def compares_units(campaign: Campaign) -> bool:
    """Whether a derived measure or a check compares a unit with all others."""
    checks = [check for track in campaign.tracks for check in track.checks]
    texts = [item.expression for item in campaign.derived]
    texts += [getattr(check, name, None) or "" for check in checks for name in ("when", "applies")]
    return any("group_mean" in text for text in texts)


def inputs_of(item: Derived) -> frozenset[str]:
    """Measures that the expression names, kind and domain of the unit not among them; none if it cannot be read."""
    return _names_in(item.expression)


def _names_in(expression: str) -> frozenset[str]:
    try:
        return parse(expression).names.difference(UNIT_NAMES)
    except ExpressionError:
        return frozenset()


def order_derived(campaign: Campaign) -> tuple[Derived, ...]:
    """Derived measures, each after those it rests on.

    Raises
    ------
    graphlib.CycleError
        If they rest on each other in a circle; ``pbwidgets check`` refuses such a file.
    """
    by_id = {item.id: item for item in campaign.derived}
    order = TopologicalSorter({name: inputs_of(item) & by_id.keys() for name, item in by_id.items()})
    return tuple(by_id[name] for name in order.static_order())


def find_circle(rests_on: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Things that rest on each other, each before the one it rests on, the first once more at the end; else empty.

    >>> find_circle({"rate": ["share"], "share": ["rate", "due"]})
    ('rate', 'share', 'rate')
    """
    try:
        TopologicalSorter(rests_on).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def names_behind(campaign: Campaign, names: Iterable[str]) -> frozenset[str]:
    """Those measures and all that they rest on, derived ones themselves as well.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> rate = SimpleNamespace(id="rate", expression="${held} div ${due}")
    >>> sorted(names_behind(SimpleNamespace(derived=(rate,)), ["rate"]))
    ['due', 'held', 'rate']
    """
    by_id = {item.id: item for item in campaign.derived}
    found: set[str] = set()
    ahead = set(names)
    while ahead:
        found |= ahead
        ahead = {name for item in ahead if item in by_id for name in inputs_of(by_id[item])} - found
    return frozenset(found)
