"""Derived measures: which rest on which, and in what order they are computed."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from pbwidgets.campaign.expressions import ExpressionError, parse
from pbwidgets.campaign.model import Campaign, Derived


def inputs_of(item: Derived) -> frozenset[str]:
    """Measures that the expression names; none if it cannot be read."""
    try:
        return parse(item.expression).names
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


def find_circle(campaign: Campaign) -> tuple[str, ...]:
    """Ids of derived measures that rest on each other, the first once more at the end; empty if none do."""
    try:
        order_derived(campaign)
    except CycleError as error:
        return tuple(error.args[1])
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
