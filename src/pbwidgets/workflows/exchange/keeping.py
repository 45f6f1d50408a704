"""What entries must keep, found before anything of a workbook is stored: a balance, at the cell that breaks it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pbwidgets.errors import Problem
from pbwidgets.workflows.exchange.checking import ChangedAnswers
from pbwidgets.workflows.ground.answers import (
    Balance,
    BrokenKeep,
    find_broken,
    load_balances,
    movements_of,
)
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import day_of


def refuse_broken(changes: Sequence[ChangedAnswers], file: str, desk: Desk) -> list[ChangedAnswers]:
    """The changes, with those refused that would leave a balance below what must be kept.

    It is the entry at which the balance falls; where the workbook does not change that one, it is the last one before
    it that takes something away. What is refused already is in the balance as it is kept.
    """
    made = list(changes)
    campaign = desk.opened.campaign
    keeping = {form.id for form in campaign.forms if form.keeps}
    touched = {
        (change.key.form_id, change.key.unit_code)
        for change in changes
        if change.key is not None and change.key.form_id in keeping and _is_wanted(change)
    }
    with desk.workspace.store.read(whole=True) as reader:
        balances = list(load_balances(reader, desk.opened, day_of(desk.now), touched))
    for balance in balances:
        while (found := _find_refused(desk, balance, made)) is not None:
            broken, at = found
            change = made[at]
            place = change.cells.get(broken.measure.field or "", change.place)
            made[at] = change.refuse(
                Problem("exchange.refused", file, place, {"why": broken.error}), desk.lang
            )
    return made


def _find_refused(
    desk: Desk, balance: Balance, changes: Sequence[ChangedAnswers]
) -> tuple[BrokenKeep, int] | None:
    """What is broken, and the number of the change that breaks it; None if nothing is, or by none of them."""
    own = {
        change.key: at
        for at, change in enumerate(changes)
        if change.key is not None
        and change.key.form_id == balance.form_id
        and change.key.unit_code in balance.unit_codes
        and _is_wanted(change)
    }
    if not own:
        return None
    after = {**balance.entries, **{key: changes[at].answers for key, at in own.items()}}
    broken = find_broken(desk.opened.campaign, balance.form_id, after, desk.lang)
    if broken is None:
        return None
    if broken.key in own:
        return broken, own[broken.key]
    takes = [
        at
        for key, at in own.items()
        if _sum_until(broken, after[key]) < _sum_until(broken, balance.entries.get(key, {}))
    ]
    return broken, (takes or list(own.values()))[-1]


def _sum_until(broken: BrokenKeep, answers: Mapping[str, Any]) -> float:
    """What an entry adds to a balance until the day on which it falls."""
    return sum(amount for day, amount in movements_of(broken.measure, answers) if day <= broken.day)


def _is_wanted(change: ChangedAnswers) -> bool:
    return change.fate in ("new", "changed")
