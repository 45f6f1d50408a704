"""One list of what is due for a unit over all open campaigns: forms, entries and rows, checks, reviews.

How far entries, rows and checks have come is what scoring says (``ENTRIES``, ``STANDINGS``), read of the actor's units
and of those above and below them alone. Who has to act is the hand that takes an entry further: the unit, a review
level, or the unit that a field of the entry names.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from pbwidgets.campaign.derived import compares_units
from pbwidgets.errors import RightsError
from pbwidgets.forms.life_states import WARN_DAYS
from pbwidgets.scoring.pipeline import judge_units
from pbwidgets.store.submissions import RETURNED
from pbwidgets.units import lie_above, subtree
from pbwidgets.workflows.duties.lines import Due, Sight, find_lines
from pbwidgets.workflows.filling.amending import list_entrusted
from pbwidgets.workflows.ground.desk import Desk, list_campaigns
from pbwidgets.workflows.ground.rights import RIGHTS, scope_of
from pbwidgets.workflows.ground.snapshots import current_snapshot, read_of_units
from pbwidgets.workflows.ground.workspace import Opened, day_of
from pbwidgets.workflows.progress.grid import (
    AGGREGATES_ONLY,
    awaiting_review,
    last_day,
    list_to_do,
    units_in_view,
)

_MANY: Final = 50
"""Units of which a snapshot is read if there is one; of fewer, it is quicker to read these alone."""


@dataclass(frozen=True)
class DueLists:
    """What is due.

    Attributes
    ----------
    own
        What the actor has to do, the earliest day first; what has no day comes last.
    below
        What the other units in view have to do themselves, in the same order.
    """

    own: tuple[Due, ...] = ()
    below: tuple[Due, ...] = ()

    @property
    def overdue_below(self) -> dict[str, tuple[Due, ...]]:
        """What the units below should have done, by unit, who is longest overdue first: whom to call, and with what."""
        late = sorted((due for due in self.below if due.overdue), key=lambda due: due.by_unit)
        units = {code: tuple(of_unit) for code, of_unit in groupby(late, key=lambda due: due.by_unit)}
        longest = {code: max(due.overdue_days for due in of_unit) for code, of_unit in units.items()}
        return {code: units[code] for code in sorted(units, key=lambda code: (-longest[code], code))}

    def count_below(self, part_of: Mapping[str, str] | None = None) -> Mapping[str, tuple[int, int]]:
        """How many things are overdue, and due soon, for the units below: by unit, or by the part that it is in."""
        found: dict[str, tuple[int, int]] = {}
        for due in self.below:
            code = due.by_unit if part_of is None else part_of.get(due.by_unit, due.by_unit)
            overdue, soon = found.get(code, (0, 0))
            found[code] = overdue + due.overdue, soon + due.soon
        return found


def list_due(desk: Desk, *, only_here: bool = False) -> DueLists:
    """What is due for the actor, and for the units below, over all open campaigns.

    Of a campaign with several open periods, entries, rows and checks are those of the period in which the day lies.

    Parameters
    ----------
    only_here
        Only in the campaign and period of the desk.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for a role that is none of ours.
    """
    role = desk.actor.role
    if role not in RIGHTS:
        raise RightsError("workflows.not_allowed", role=role, action="view")
    if scope_of(role, "view") is None or role in AGGREGATES_ONLY:
        return DueLists()
    openings = (desk.opened,) if only_here else list_campaigns(desk.workspace, desk.actor)
    found = [
        due
        for opened in openings
        if opened.is_open
        for due in _list_in(replace(desk, opened=opened), is_current=_is_current(opened, openings, desk))
    ]
    found.sort(key=_urgency)
    own = desk.actor.unit_code or ""
    sits = role in ("reviewer", "operator")

    def is_own(due: Due) -> bool:
        """Whether it is for who acts: a filler does what the unit has to do, a reviewer what its level has to."""
        by_hand = not due.is_level and (role == "filler" or due.unit_code != own)
        return due.by_unit == own and (by_hand or (sits and due.is_level))

    return DueLists(
        tuple(filter(is_own, found)), tuple(due for due in found if due.by_unit != own and not due.is_level)
    )


def _urgency(due: Due) -> tuple[date, str, str, str]:
    return due.due_on or due.since or date.max, due.opened.campaign.id, due.unit_code, due.form_id


def _is_current(opened: Opened, openings: Collection[Opened], desk: Desk) -> bool:
    """Whether it is the open period of its campaign that began last, or else the first of all that are to come."""
    own = [one for one in openings if one.campaign.id == opened.campaign.id]
    begun = [one for one in own if one.period.begins <= day_of(desk.now)]
    newest = max(begun, key=lambda one: one.period.begins, default=None)
    return opened is (newest or min(own, key=lambda one: one.period.begins))


def _list_in(desk: Desk, *, is_current: bool) -> Iterator[Due]:
    """What is due in one campaign and period, for the actor and the units in view."""
    yield from _find_forms(desk)
    yield from _find_reviews(desk)
    if is_current:
        codes = frozenset(units_in_view(desk)["unit_code"])
        seen = {*codes, desk.actor.unit_code}
        yield from _gather(desk, (due for due in find_lines(_look(desk, codes)) if due.by_unit in seen))


def _look(desk: Desk, codes: frozenset[str]) -> Sight:
    """How entries and checks of some units stand, read with the units above and below them."""
    units, own = desk.units, desk.actor.unit_code
    wanted = {*codes, *(key.unit_code for key in list_entrusted(desk))}
    if own in set(units["unit_code"]):
        wanted |= set(subtree(units, str(own))["unit_code"])
    inside = units["unit_code"].isin(wanted).to_numpy(dtype=bool)
    if not compares_units(desk.opened.campaign):
        units = units[inside | lie_above(units, inside)]
    if len(units) > _MANY and (newest := current_snapshot(desk.workspace, desk.opened)) is not None:
        made = newest.frames(["entries", "standings"])
        return Sight(desk, codes, newest.records(), made["entries"], made["standings"])
    records = read_of_units(desk.workspace, desk.opened, set(units["unit_code"]))
    entries, standings = judge_units(desk.opened.campaign, desk.opened.period_id, records)
    return Sight(desk, codes, records, entries, standings)


def _gather(desk: Desk, found: Iterable[Due]) -> Iterator[Due]:
    """What the actor's level has to do for several units, in one line for each form or check."""
    several: dict[tuple[str, str, str], list[Due]] = {}
    for due in found:
        if due.is_level and due.by_unit == desk.actor.unit_code:
            name = "" if due.kind == "entry" else due.name
            several.setdefault((due.kind, due.form_id, name), []).append(due)
        else:
            yield due
    for (_, form_id, name), dues in several.items():
        if len(dues) == 1:
            yield from dues
            continue
        campaign = desk.opened.campaign
        yield replace(
            dues[0],
            unit_code="",
            name=name or campaign.form(form_id).name.words(desk.lang),
            occurrence=0,
            field="",
            due_on=min((due.due_on for due in dues if due.due_on), default=None),
            overdue_days=max(due.overdue_days for due in dues),
            count=sum(due.count for due in dues),
            overdue=sum(due.overdue for due in dues),
            soon=sum(due.soon for due in dues),
        )


def _find_forms(desk: Desk) -> Iterator[Due]:
    """Forms that units in view still have to hand in or to correct, and entries that were returned."""
    lang, forms = desk.lang, {form.id: form for form in desk.opened.campaign.forms}
    levels = {level.id: level.name.words(lang) for level in desk.opened.campaign.review_levels}
    for row in list_to_do(desk).to_dict("records"):
        days, until = row["days_left"], row["until"]
        late = row["standing"] == "overdue"
        name, occurrence = forms[row["form_id"]].name.words(lang), int(row["occurrence"])
        is_returned = row["state"] == RETURNED
        yield Due(
            kind="returned" if is_returned else "form",
            opened=desk.opened,
            unit_code=row["unit_code"],
            by_unit=row["unit_code"],
            name=name,
            form_id=row["form_id"],
            occurrence=occurrence,
            field=row["field_path"] or "" if is_returned else "",
            state=levels.get(row["returned_by"], "") if is_returned else row["state"],
            reason=row["reason"] or "" if is_returned else "",
            due_on=None if until is None else last_day(until),
            overdue_days=max(1, -int(days)) if late else 0,
            overdue=int(late),
            soon=int(not late and days is not None and 0 <= days <= WARN_DAYS),
        )


def _find_reviews(desk: Desk) -> Iterator[Due]:
    """What waits for the actor's level, form by form."""
    lang = desk.lang
    for row in awaiting_review(desk).to_dict("records"):
        yield Due(
            kind="review",
            opened=desk.opened,
            unit_code="",
            by_unit=desk.actor.unit_code or "",
            is_level=True,
            name=desk.opened.campaign.form(str(row["form_id"])).name.words(lang),
            form_id=str(row["form_id"]),
            since=day_of(desk.now) - timedelta(days=int(row["days"])),
            count=int(row["count"]),
        )
