"""What the models cannot see of a campaign: whether its parts fit together.

:func:`find_mistakes` collects everything at once. This module looks at ids, units and dates; forms are checked in
:mod:`pbwidgets.campaign.checks_forms`, their expressions in
:mod:`pbwidgets.campaign.checks_expressions`, measures and tracks in :mod:`pbwidgets.campaign.checks_scoring`, the
rules of lines in :mod:`pbwidgets.campaign.checks_rules`, checklists in
:mod:`pbwidgets.campaign.checks_checklists`, lists in :mod:`pbwidgets.campaign.checks_lists`, how entries live in
:mod:`pbwidgets.campaign.checks_lives`, tables in :mod:`pbwidgets.campaign.checks_tables`, what an award asks for in
:mod:`pbwidgets.campaign.checks_awards`, senders and templates of documents in
:mod:`pbwidgets.campaign.checks_office`, where answers are in official tables in
:mod:`pbwidgets.campaign.checks_official`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from pbwidgets.campaign.checks_awards import find_in_awards
from pbwidgets.campaign.checks_checklists import find_in_checklists
from pbwidgets.campaign.checks_expressions import find_in_expressions
from pbwidgets.campaign.checks_forms import find_in_forms
from pbwidgets.campaign.checks_lists import find_in_lists
from pbwidgets.campaign.checks_lives import find_in_lives
from pbwidgets.campaign.checks_office import find_in_office
from pbwidgets.campaign.checks_official import find_in_official_tables
from pbwidgets.campaign.checks_rules import find_in_carried, find_in_derived
from pbwidgets.campaign.checks_scoring import find_in_measures, find_in_tracks
from pbwidgets.campaign.checks_tables import find_in_tables
from pbwidgets.campaign.findings import Address, Finding
from pbwidgets.campaign.known import Known, find_repeated_ids
from pbwidgets.campaign.life import FILLER, UNIT
from pbwidgets.campaign.model import Campaign, Period, kinds_above

_PHASE_MARGIN: Final = timedelta(days=366)  # preparing the year before and commending the year after is usual
_RESERVED_LAYER: Final = "final"  # the name of the final total beside the layers' totals


def find_mistakes(campaign: Campaign) -> tuple[Finding, ...]:
    """All mistakes of a campaign that its models accept."""
    known = Known.of(campaign)
    return tuple(
        finding
        for part in (
            _find_in_units(campaign, known),
            _find_in_periods(campaign, known),
            _find_in_levels(campaign, known),
            find_in_forms(campaign, known),
            find_in_lives(campaign, known),
            find_in_tables(campaign),
            find_in_expressions(campaign),
            find_in_measures(campaign, known),
            find_in_carried(campaign),
            find_in_derived(campaign, known),
            find_in_tracks(campaign, known),
            find_in_checklists(campaign, known),
            find_in_lists(campaign, known),
            find_in_awards(campaign),
            find_in_office(campaign),
            find_in_official_tables(campaign),
        )
        for finding in part
    )


def _find_in_units(campaign: Campaign, known: Known) -> Iterator[Finding]:
    yield from find_repeated_ids(campaign.unit_kinds, ("unit_kinds",))
    yield from known.refer_kinds(campaign.partition_by, ("partition_by",))
    for at, kind in enumerate(campaign.unit_kinds):
        address = ("unit_kinds", at, "parents")
        for which, parent in enumerate(kind.parents):
            yield from known.refer("unit_kinds", parent, (*address, which))
    yield from _find_rootless(campaign, known)
    yield from _find_working_partners(campaign)


def _find_rootless(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Kinds of member of which no unit can take part: they hang in a circle, or below partners only."""
    for at, kind in enumerate(campaign.unit_kinds):
        address, rests_on = ("unit_kinds", at, "parents"), (("unit_kinds",),)
        others = known.kinds_above(kind.id) - {kind.id}
        if circle := sorted(other for other in others if kind.id in known.kinds_above(other)):
            args = {"kind": kind.id, "circle": ", ".join([kind.id, *circle])}
            yield Finding("campaign.kinds_in_circle", address, args, rests_on)
        elif kind.role == "member" and kind.parents and not _reaches_root(campaign, kind.id):
            yield Finding("campaign.kind_without_root", address, {"kind": kind.id}, rests_on)


def _reaches_root(campaign: Campaign, kind: str) -> bool:
    """Whether a chain of members leads up to a root; a kind that is not known may be one."""
    parents = campaign.member_kinds
    above = kinds_above(parents, kind).difference(campaign.partner_kinds)
    return any(not parents.get(one) for one in above)


def _find_working_partners(campaign: Campaign) -> Iterator[Finding]:
    """Forms, tracks, levels and nominations of a kind that is only pointed at and surveyed."""
    named: list[tuple[Address, Sequence[str]]] = [
        *(
            (("forms", at, "unit_kind"), form.unit_kind)
            for at, form in enumerate(campaign.forms)
            if not form.survey
        ),
        *((("tracks", at, "unit_kind"), track.unit_kind) for at, track in enumerate(campaign.tracks)),
        *(
            (("review_levels", at, "unit_kind"), [level.unit_kind])
            for at, level in enumerate(campaign.review_levels)
        ),
        *(
            (("tracks", at, "nomination", "by"), [track.nomination.by])
            for at, track in enumerate(campaign.tracks)
            if track.nomination
        ),
    ]
    for address, kinds in named:
        for kind in sorted(set(kinds).intersection(campaign.partner_kinds)):
            yield Finding("campaign.partner_at_work", address, {"kind": kind}, (("unit_kinds",),))


def _find_in_periods(campaign: Campaign, known: Known) -> Iterator[Finding]:
    yield from find_repeated_ids(campaign.periods, ("periods",))
    for at, period in enumerate(campaign.periods):
        address: Address = ("periods", at)
        yield from _find_reversed(period.begins, period.ends, address)
        yield from find_repeated_ids(period.phases, (*address, "phases"))
        yield from _find_in_phases(period, address, known)
        yield from _find_unseen(period, address)


def _find_in_phases(period: Period, address: Address, known: Known) -> Iterator[Finding]:
    for at, phase in enumerate(period.phases):
        here = (*address, "phases", at)
        yield from _find_reversed(phase.begins, phase.ends, here)
        for which, form_id in enumerate(phase.forms):
            yield from known.refer("forms", form_id, (*here, "forms", which))
        for key, day in (("begins", phase.begins), ("ends", phase.ends)):
            if not _is_near(period, day):
                args = {"phase": phase.id, "day": day, "begins": period.begins, "ends": period.ends}
                yield Finding(
                    "campaign.phase_far_off", (*here, key), args, ((*address, "begins"), (*address, "ends"))
                )


def _find_unseen(period: Period, address: Address) -> Iterator[Finding]:
    day = period.visible_from
    if day is not None and (day < period.begins or not _is_near(period, day)):
        args = {"day": day, "begins": period.begins, "ends": period.ends}
        others = ((*address, "begins"), (*address, "ends"))
        yield Finding("campaign.visible_far_off", (*address, "visible_from"), args, others)


def _is_near(period: Period, day: date) -> bool:
    # differences instead of sums: the margin around the first or last year of the calendar is no date
    return period.begins - day <= _PHASE_MARGIN and day - period.ends <= _PHASE_MARGIN


def _find_reversed(begins: date, ends: date, address: Address) -> Iterator[Finding]:
    if begins > ends:
        yield Finding(
            "campaign.ends_before_begin",
            (*address, "ends"),
            {"begins": begins, "ends": ends},
            ((*address, "begins"),),
        )


def _find_in_levels(campaign: Campaign, known: Known) -> Iterator[Finding]:
    yield from find_repeated_ids(campaign.review_levels, ("review_levels",))
    for at, level in enumerate(campaign.review_levels):
        if level.id in (FILLER, UNIT):
            yield Finding("campaign.reserved_id", ("review_levels", at, "id"), {"value": level.id})
        yield from known.refer("unit_kinds", level.unit_kind, ("review_levels", at, "unit_kind"))
    yield from find_repeated_ids(campaign.layers, ("layers",))
    for at, layer in enumerate(campaign.layers):
        if layer.id == _RESERVED_LAYER:
            yield Finding("campaign.reserved_id", ("layers", at, "id"), {"value": layer.id})
        if layer.level is not None:
            yield from known.refer("review_levels", layer.level, ("layers", at, "level"))
