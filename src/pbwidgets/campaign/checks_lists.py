"""Mistakes in lists: names that are not there, ids twice, conditions that tell what only the top may know."""

from collections.abc import Iterator, Mapping

from pbwidgets.campaign.checklists import CHECK, CHECK_NAMES, UnitList
from pbwidgets.campaign.checks_checklists import find_unreached
from pbwidgets.campaign.derived import find_circle
from pbwidgets.campaign.expressions import Expression
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import Known, find_repeated, find_reserved, read_expression
from pbwidgets.campaign.list_order import before_in_group, rests_on, top_lists
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.names import RESERVED


def find_in_lists(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in lists and in the numbers of periods in which units are on them."""
    # decisions are kept by the id of a track or list
    tracks = ((track.id, ("tracks", at, "id")) for at, track in enumerate(campaign.tracks))
    lists = [(item.id, ("lists", at, "id")) for at, item in enumerate(campaign.lists)]
    yield from find_repeated((*dict(tracks).items(), *lists))
    yield from _find_in_counts(campaign, known, {item.id: item for item in campaign.lists})
    for at, item in enumerate(campaign.lists):
        address: Address = ("lists", at)
        if item.unit_kind:
            yield from known.refer_kinds(item.unit_kind, (*address, "unit_kind"))
        yield from _find_in_track(campaign, item, address)
        yield from _find_in_condition(campaign, item, address, known)
        yield from _find_in_group(campaign, at, item)
    circle = find_circle(rests_on(campaign))
    if circle:
        at = next(at for at, item in enumerate(campaign.lists) if item.id == circle[0])
        yield Finding("campaign.lists_in_circle", ("lists", at, "when"), {"circle": " → ".join(circle)})


def _find_in_counts(campaign: Campaign, known: Known, lists: Mapping[str, UnitList]) -> Iterator[Finding]:
    measures = known.ids["measures"].items()
    own = [(item.id, ("listed", at, "id")) for at, item in enumerate(campaign.listed)]
    yield from find_repeated((*measures, *own))
    yield from find_reserved(own, (*RESERVED, *CHECK_NAMES))
    for at, item in enumerate(campaign.listed):
        if item.in_list not in lists:
            rests_on: tuple[Address, ...] = (("lists",),)
            yield unknown("campaign.unknown_list", ("listed", at, "list"), item.in_list, lists, rests_on)


def _find_in_track(campaign: Campaign, item: UnitList, address: Address) -> Iterator[Finding]:
    if item.of is None:
        return
    rests_on: tuple[Address, ...] = (("tracks",),)
    track = next((track for track in campaign.tracks if track.id == item.of), None)
    if track is None or track.kind != "checklist":
        allowed = [track.id for track in campaign.tracks if track.kind == "checklist"]
        yield unknown("campaign.unknown_checklist", (*address, "of"), item.of, allowed, rests_on)
    elif outside := sorted(set(item.unit_kind) - set(track.unit_kind)):
        args = {"kind": ", ".join(outside), "track": track.id}
        yield Finding("campaign.list_of_other_kind", (*address, "unit_kind"), args, rests_on)


def _find_in_condition(
    campaign: Campaign, item: UnitList, address: Address, known: Known
) -> Iterator[Finding]:
    if item.when is None:
        return
    here = (*address, "when")
    counts = {one.id: one.in_list for one in campaign.listed}
    more = (*counts, *(CHECK_NAMES if item.of is not None else ()))
    expression = read_expression(item.when)
    names = sorted(expression.names) if isinstance(expression, Expression) else []
    if item.of is None and any(name in CHECK_NAMES for name in names):
        yield Finding("campaign.checks_of_what", here, {"names": CHECK}, ((*address, "of"),))
        return
    yield from known.find_in_condition(item.when, here, group=False, more=more)
    top = top_lists(campaign)
    for name in names:
        if item.audience != "top" and counts.get(name) in top:
            yield Finding("campaign.top_list_told", here, {"list": counts[name]}, (("lists",), ("listed",)))
    track = next((track for track in campaign.tracks if track.id == item.of), None)
    kinds = item.unit_kind or (track.unit_kind if track is not None else ())
    if not kinds:
        return
    assessed = (track or campaign.tracks[0]).model_copy(update={"unit_kind": kinds})
    for name in names:
        yield from find_unreached(campaign, assessed, name, here, known)


def _find_in_group(campaign: Campaign, at: int, item: UnitList) -> Iterator[Finding]:
    """A list that nobody comes on, since one before it takes all; a group that tells who is on the top's list."""
    before = before_in_group(campaign, item)
    rests_on: tuple[Address, ...] = (("lists",),)
    taking = next((one for one in before if one.when is None), None)
    if taking is not None:
        args = {"list": item.id, "before": taking.id}
        yield Finding("campaign.list_of_nobody", ("lists", at), args, rests_on)
    if before and any(one.audience != item.audience for one in before):
        yield Finding(
            "campaign.group_of_audiences", ("lists", at, "audience"), {"group": item.group}, rests_on
        )
