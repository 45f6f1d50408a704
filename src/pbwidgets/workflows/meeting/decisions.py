"""Decisions of the meeting: a status for every listed unit, with reason, day, body and posts present."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pbwidgets.campaign import Track
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.scoring.frames import (
    CONTENDING,
    IN_FORCE,
    NOT_SELECTED,
    SELECTED,
    STATUSES,
    TIED_AT_CUT,
    WAITING,
)
from pbwidgets.store import Decision, Writer, decide_many, lift_veto, load_decisions, load_veto_records
from pbwidgets.store.decisions import DECIDED
from pbwidgets.units import distinct_names
from pbwidgets.wording import say
from pbwidgets.workflows.ground.desk import Desk, authorise_tops, check_open
from pbwidgets.workflows.ground.rights import check_confirmed
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.ground.workspace import Opened, day_of
from pbwidgets.workflows.meeting.what_if import Trial, WhatIf, authorise_meeting, try_selection, word_what_if


@dataclass(frozen=True)
class Minutes:
    """Record of a meeting that decides.

    Attributes
    ----------
    reason
        Reason for the decision, in the meeting's words.
    body
        Who decides.
    day
        Day of the meeting.
    present
        Posts of those present, never names.
    """

    reason: str
    body: str
    day: date
    present: str = ""

    def check_day(self, today: date) -> None:
        """Raise if the day is still to come: the newest decision holds, so this one would hold until then.

        Raises
        ------
        DataError
            ``classes.day_ahead``.
        """
        if self.day > today:
            raise DataError("classes.day_ahead", day=self.day.isoformat())


def decide_selection(
    desk: Desk,
    track_id: str,
    statuses: Mapping[str, str],
    minutes: Minutes,
    *,
    what_if: WhatIf | None = None,
    seen: str | None = None,
) -> int:
    """Number of units decided on; all or none.

    Every contender needs a status, and no other unit has one: not one that is ranked but kept out by a veto or a
    condition. A unit that was decided on before and has since left the list is recorded as not selected. A what-if is
    one that the meeting has adopted: its vetoes are lifted in the same transaction, and all of it is written into
    the reason; the campaign itself does not change.

    Parameters
    ----------
    statuses
        ``selected``, ``waiting`` or ``not_selected`` by unit code.
    what_if
    Changes that the meeting adopted.
    seen
    Id of the snapshot that the meeting saw.

    Raises
    ------
    RightsError
        If the actor may not decide here.
    ConflictError
        ``meeting.records_changed`` if the records have changed since that snapshot.
    DataError
        ``classes.day_ahead``, ``store.reason_needed``, and as :func:`check_statuses`.
    """
    units = desk.units
    authorise_decision(desk, track_id)
    check_confirmed(desk.workspace)
    minutes.check_day(day_of(desk.now))
    snapshot = take_snapshot(desk.workspace, desk.opened)
    if seen is not None and seen != snapshot.snapshot_id:
        raise ConflictError("meeting.records_changed")
    what_if = what_if or WhatIf(track_id)
    trial = Trial(
        snapshot.campaign(), snapshot.period_id, snapshot.snapshot_id, snapshot.records(), snapshot.day
    )
    proposed = try_selection(trial, what_if).selection
    names = distinct_names(units)
    check_statuses(desk.opened.campaign.track(track_id), proposed, statuses, names)
    for veto in what_if.lifted:
        desk.authorise("veto", veto.unit_code)
    on_record = desk.workspace.settings.lang  # not the language of the page
    adopted = word_what_if(desk.opened.campaign, what_if, names, on_record)
    reason = minutes.reason
    if adopted and reason.strip():
        changes = "；".join(adopted)
        reason = say("meeting.reason_with_changes", on_record, reason=reason.strip(), changes=changes)
    with desk.write() as writer:
        _lift(writer, desk.opened, what_if)
        decided = load_decisions(writer, *desk.opened.key)
        gone = decided.loc[decided["track_id"] == track_id, "unit_code"]
        complete = {**{str(code): NOT_SELECTED for code in gone}, **statuses}
        decide_many(
            writer,
            [
                Decision(
                    *desk.opened.key, track_id, code, status, minutes.day,
                    minutes.body, reason, minutes.present.strip() or None,
                )
                for code, status in sorted(complete.items())
            ],
        )  # fmt: skip
    return len(complete)


def authorise_decision(desk: Desk, track_id: str | None = None) -> None:
    """Raise unless the actor may decide on all that a track assesses, or on the whole campaign.

    Raises
    ------
    RightsError
        If the actor's role may not, the actor's unit is not at the top, or the period is closed.
    """
    authorise_meeting(desk, track_id)
    with desk.workspace.store.read() as reader:
        check_open(reader, desk)
    authorise_tops(desk, "decide", track_id)


def check_statuses(
    track: Track, proposed: pd.DataFrame, statuses: Mapping[str, str], names: Mapping[str, str]
) -> None:
    """Raise unless the statuses decide on every unit of a list and leave nothing open.

    Parameters
    ----------
    track
        The track, which defines the number of places.
    proposed
        The list, columns ``SELECTION``.
    statuses
        By unit code.
    names
    Names of units for the message.

    Raises
    ------
    DataError
        ``meeting.track_without_list`` for a track without places, ``meeting.tie_open``, ``meeting.too_many``,
        ``meeting.status_missing``, ``meeting.kept_out``, ``meeting.not_on_list``, ``meeting.below_minimum``,
        ``store.decision_status``.
    """
    if track.places is None:
        raise DataError("meeting.track_without_list", track=track.id)
    contending = find_contenders(proposed)
    listed = set(contending["unit_code"])
    out = proposed[proposed["unit_code"].isin(list(statuses)) & ~proposed["status"].isin(CONTENDING)]
    if len(out):
        why = say(f"scoring.status_{out['status'].iloc[0]}")
        raise DataError("meeting.kept_out", unit=out["unit_name"].iloc[0], why=why)
    _refuse("meeting.not_on_list", set(statuses) - listed, names)
    _refuse("meeting.status_missing", listed - set(statuses), names)
    _refuse("meeting.tie_open", {code for code, status in statuses.items() if status == TIED_AT_CUT}, names)
    for status in set(statuses.values()) - set(DECIDED):
        allowed = "、".join(say(f"scoring.status_{one}") for one in DECIDED)
        raise DataError("store.decision_status", status=_name_status(status), allowed=allowed)
    if track.minimum_total is not None:
        low = set(contending.loc[contending["total"] < track.minimum_total, "unit_code"])
        chosen = {code for code, status in statuses.items() if status in (SELECTED, WAITING)}
        _refuse("meeting.below_minimum", low & chosen, names, minimum=track.minimum_total)
    selected = sum(status == SELECTED for status in statuses.values())
    if selected > track.places:
        raise DataError("meeting.too_many", selected=selected, places=track.places)


def _name_status(status: str) -> str:
    return say(f"scoring.status_{status}") if status in STATUSES else status


def find_contenders(proposed: pd.DataFrame) -> pd.DataFrame:
    """Rows of a list on which a meeting decides: those that have a rank and that nothing keeps out."""
    return proposed[(proposed["rank"] > 0) & proposed["status"].isin(CONTENDING)]


def _refuse(code: str, units: set[str], names: Mapping[str, str], minimum: float | None = None) -> None:
    if units:
        shown = [names.get(unit, unit) for unit in sorted(units)]
        more = "……" if len(shown) > 5 else ""
        raise DataError(code, units="、".join(shown[:5]) + more, count=len(shown), minimum=minimum)


def _lift(writer: Writer, opened: Opened, what_if: WhatIf) -> None:
    reasons = {veto.key: veto.basis for veto in what_if.lifted}
    for item in load_veto_records(writer, *opened.key):
        key = (item.veto.unit_code, item.veto.kind, item.veto.track_id or "")
        if key in reasons and item.status in IN_FORCE:
            lift_veto(writer, item.id, reasons[key])
