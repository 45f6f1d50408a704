"""Which lists of units a list rests on, and which of them only the top may see."""

from itertools import takewhile

from pbwidgets.campaign.checklists import UnitList
from pbwidgets.campaign.expressions import Expression
from pbwidgets.campaign.known import read_expression
from pbwidgets.campaign.model import Campaign


def top_lists(campaign: Campaign) -> frozenset[str]:
    """Ids of the lists that only reviewers at the top and the organiser may see."""
    return frozenset(item.id for item in campaign.lists if item.audience == "top")


def before_in_group(campaign: Campaign, item: UnitList) -> tuple[UnitList, ...]:
    """Lists of the same group before a list: a unit on one of them is not on this."""
    if item.group is None:
        return ()
    before = takewhile(lambda one: one is not item, campaign.lists)
    return tuple(one for one in before if one.group == item.group)


def rests_on(campaign: Campaign) -> dict[str, tuple[str, ...]]:
    """Ids of the lists on which each list rests: those before it in its group, and those that its condition counts.

    A condition that cannot be read counts none.
    """
    counted = {one.id: one.in_list for one in campaign.listed}
    found: dict[str, tuple[str, ...]] = {}
    for item in campaign.lists:
        expression = read_expression(item.when) if item.when else None
        names = sorted(expression.names) if isinstance(expression, Expression) else []
        before = (one.id for one in before_in_group(campaign, item))
        found[item.id] = (*before, *(counted[name] for name in names if name in counted))
    return found
