"""Lists on which units come by a condition: who sees them, why a unit is on one, and what a meeting decides.

A list for the top (``audience: top``) is read here and nowhere else: by who decides on all that it concerns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pbwidgets.campaign.checklists import UnitList
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.scoring.frames import NOT_SELECTED, SELECTED
from pbwidgets.scoring.lists import kinds_of_list
from pbwidgets.scoring.reasons import word_reasons
from pbwidgets.store import Decision, Deed, decide_many, load_decisions, load_top_decisions
from pbwidgets.store.audit import OF_STORE, record
from pbwidgets.units import distinct_names, tops
from pbwidgets.wording import say
from pbwidgets.workflows.ground.desk import Desk, check_open, find_in_scope, reading_action
from pbwidgets.workflows.ground.lookup import find_list
from pbwidgets.workflows.ground.rights import Action, check_confirmed
from pbwidgets.workflows.ground.snapshots import Snapshot, read_top_lists, take_snapshot, top_mark
from pbwidgets.workflows.ground.workspace import day_of
from pbwidgets.workflows.meeting.decisions import Minutes

LIST_COLUMNS: Final = (
    "unit_code", "unit_name", "on_list", "proposed", "reason",
    "decided", "decided_on", "decided_by", "decided_reason",
)  # fmt: skip
"""Columns of :attr:`ListView.rows`; ``decided`` is ``selected``, ``not_selected`` or <NA>."""
TO_DECIDE: Final = (SELECTED, NOT_SELECTED)


@dataclass(frozen=True)
class Audience:
    """What somebody may do with a list.

    Attributes
    ----------
    sees
        Read it: a list for all within the actor's scope, one for the top as a whole.
    decides
        Decide who is on it.
    """

    sees: bool
    decides: bool


@dataclass(frozen=True)
class ListView:
    """A list as somebody may see it.

    Attributes
    ----------
    unit_list
        Its definition.
    rows
        Columns :data:`LIST_COLUMNS`, in the order of codes: every unit that the list concerns and the actor sees.
    decides
        Whether the actor may decide on it.
    seen
        What was seen, for :func:`decide_list`: it changes with the records.
    """

    unit_list: UnitList
    rows: pd.DataFrame
    decides: bool
    seen: str


def find_audience(desk: Desk, list_id: str) -> Audience:
    """What the actor may do with a list.

    Raises
    ------
    UsageError
        ``workflows.unknown_list``.
    """
    item = find_list(desk.opened.campaign, list_id)
    decides = _may_at_top(desk, item, "decide")
    return Audience(
        sees=decides if item.audience == "top" else _sees_some(desk), decides=decides and item.decided
    )


def lists_in_view(desk: Desk) -> tuple[UnitList, ...]:
    """Lists that the actor may read, in the order of the campaign."""
    return tuple(item for item in desk.opened.campaign.lists if find_audience(desk, item.id).sees)


def read_list(desk: Desk, list_id: str) -> ListView:
    """A list with the reason of each unit in words, and what was decided.

    Who works at the server itself may read a list for the top, too; the log says so.

    Raises
    ------
    UsageError
        ``workflows.unknown_list``.
    RightsError
        If the actor may not see it: a list for the top is for reviewers at the top of what it concerns, and the
        organiser.
    """
    item = find_list(desk.opened.campaign, list_id)
    if item.audience == "top":
        _authorise_at_top(desk, item, "decide")
        _note_reading(desk, item)
        shown = desk.units
    else:
        shown = find_in_scope(desk, reading_action(desk))
    snapshot = take_snapshot(desk.workspace, desk.opened)
    rows = _rows(desk, snapshot, item)
    return ListView(
        item,
        rows[rows["unit_code"].isin(shown["unit_code"])].reset_index(drop=True),
        find_audience(desk, list_id).decides and desk.opened.is_open,
        _seen(snapshot, item),
    )


def decide_list(
    desk: Desk, list_id: str, statuses: Mapping[str, str], minutes: Minutes, *, seen: str | None = None
) -> int:
    """Number of units decided on; all or none.

    Every unit that is proposed needs a decision, or has one already; other units that the list concerns may have one.

    Parameters
    ----------
    statuses
        ``selected`` (on the list) or ``not_selected`` by unit code.
    minutes
        Reason, body, day and posts present.
    seen
        :attr:`ListView.seen` of the list that the meeting saw.

    Raises
    ------
    RightsError
        If the actor may not decide here.
    ConflictError
        ``meeting.records_changed``.
    DataError
        ``classes.day_ahead``, ``store.reason_needed``, ``store.decision_status``, ``meeting.list_not_decided``,
        ``meeting.not_concerned``, ``meeting.list_open``.
    """
    item = find_list(desk.opened.campaign, list_id)
    _authorise_at_top(desk, item, "decide")
    if not item.decided:
        raise DataError("meeting.list_not_decided", list=item.name.words(desk.lang))
    with desk.workspace.store.read() as reader:
        check_open(reader, desk)
    check_confirmed(desk.workspace)
    minutes.check_day(day_of(desk.now))
    snapshot = take_snapshot(desk.workspace, desk.opened)
    if seen is not None and seen != _seen(snapshot, item):
        raise ConflictError("meeting.records_changed")
    _check_statuses(desk, item, _rows(desk, snapshot, item), statuses)
    with desk.write() as writer:
        decide_many(
            writer,
            [
                Decision(
                    *desk.opened.key, item.id, code, status, minutes.day, minutes.body, minutes.reason,
                    minutes.present.strip() or None, for_top=item.audience == "top",
                )
                for code, status in sorted(statuses.items())
            ],
        )  # fmt: skip
    return len(statuses)


def _check_statuses(desk: Desk, item: UnitList, rows: pd.DataFrame, statuses: Mapping[str, str]) -> None:
    for status in sorted(set(statuses.values()).difference(TO_DECIDE)):
        allowed = "、".join(say(f"standing.decided_{one}", desk.lang) for one in TO_DECIDE)
        raise DataError("store.decision_status", status=status, allowed=allowed)
    names = distinct_names(desk.units)
    undecided = rows.loc[rows["proposed"] & rows["decided"].isna(), "unit_code"]
    for code, units in (
        ("meeting.not_concerned", set(statuses).difference(rows["unit_code"])),
        ("meeting.list_open", set(undecided).difference(statuses)),
    ):
        if units:
            shown = [names.get(unit, unit) for unit in sorted(units)]
            more = "……" if len(shown) > 5 else ""
            raise DataError(code, units="、".join(shown[:5]) + more, list=item.name.words(desk.lang))


def _rows(desk: Desk, snapshot: Snapshot, item: UnitList) -> pd.DataFrame:
    is_top = item.audience == "top"
    listed = read_top_lists(snapshot) if is_top else snapshot.frames(["lists"])["lists"]
    own = listed[listed["list_id"] == item.id].sort_values("unit_code").reset_index(drop=True)
    with desk.workspace.store.read() as reader:
        decided = (load_top_decisions if is_top else load_decisions)(reader, *desk.opened.key)
    decided = decided[decided["track_id"] == item.id].set_index("unit_code")
    campaign = snapshot.campaign()
    names = distinct_names(snapshot.frames(["units"])["units"])
    made = own.assign(
        unit_name=own["unit_code"].map(names),
        reason=word_reasons(campaign, own["reason_code"], own["reason_args"], desk.lang),
        decided_by=own["unit_code"].map(decided["decided_by"]),
        decided_reason=own["unit_code"].map(decided["reason"]),
    )
    return made[list(LIST_COLUMNS)]


def _seen(snapshot: Snapshot, item: UnitList) -> str:
    return f"{snapshot.snapshot_id}{top_mark(snapshot) if item.audience == 'top' else ''}"


def _authorise_at_top(desk: Desk, item: UnitList, action: Action) -> None:
    """Raise unless the actor may do the action for all that a list concerns."""
    codes: list[str] = tops(desk.units, kinds_of_list(desk.opened.campaign, item))
    for code in codes or [None]:  # type: ignore[list-item]
        desk.authorise(action, code)


def _may_at_top(desk: Desk, item: UnitList, action: Action) -> bool:
    try:
        _authorise_at_top(desk, item, action)
    except RightsError:
        return False
    return True


def _sees_some(desk: Desk) -> bool:
    try:
        find_in_scope(desk, reading_action(desk))
    except RightsError:
        return False
    return True


def _note_reading(desk: Desk, item: UnitList) -> None:
    if desk.actor.role != "operator":
        return
    with desk.workspace.store.write(desk.actor, desk.now) as writer:
        record(writer, Deed("read_list", f"{OF_STORE}:{item.id}", *desk.opened.key))
