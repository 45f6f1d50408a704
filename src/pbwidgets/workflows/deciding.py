"""The meeting decides: a status for every unit of the list, with reason, day, body and posts present."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from pbwidgets.campaign import Track
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.scoring.frames import IN_FORCE, NOT_SELECTED, SELECTED, TIED_AT_CUT
from pbwidgets.store import (
    Actor,
    Decision,
    Writer,
    decide_many,
    lift_veto,
    load_decisions,
    load_veto_records,
)
from pbwidgets.wording import say
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.snapshots import take_snapshot
from pbwidgets.workflows.trying import (
    Trial,
    WhatIf,
    authorise_meeting,
    root_codes,
    try_selection,
    word_what_if,
)
from pbwidgets.workflows.workspace import Opened, Workspace, today


def decide_selection(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    track_id: str,
    statuses: Mapping[str, str],
    *,
    reason: str,
    decided_by: str,
    decided_on: date,
    present: str = "",
    what_if: WhatIf | None = None,
    seen: str | None = None,
) -> int:
    """Number of units decided on; all or none.

    Every unit of the list (those with a rank) gets a status. A unit that was decided on before and is no longer
    on the list, because a veto came since, is decided not to be selected. A what-if is what the meeting has
    adopted: its vetoes are lifted in the same transaction, and all of it is written into the reason; the
    campaign itself stays as it is.

    Parameters
    ----------
    workspace, actor, opened
        Where, who, and which campaign and period.
    track_id
        The track.
    statuses
        ``selected``, ``waiting`` or ``not_selected`` by unit code.
    reason
        Why, in the meeting's words.
    decided_by
        The body.
    decided_on
        Day of the meeting.
    present
        Posts of those present, never names.
    what_if
        What was changed on the screen.
    seen
        Snapshot that the meeting saw.

    Raises
    ------
    RightsError
        If the actor may not decide here.
    ConflictError
        ``meeting.records_changed`` if the records are no longer those that were seen.
    DataError
        ``meeting.tie_open``, ``meeting.too_many``, ``meeting.status_missing``, ``meeting.not_on_list``,
        ``store.reason_needed``, ``store.decision_status``.
    """
    units = workspace.units(opened.day(today()))
    authorise_decision(actor, units)
    snapshot = take_snapshot(workspace, opened)
    if seen is not None and seen != snapshot.snapshot_id:
        raise ConflictError("meeting.records_changed")
    what_if = what_if or WhatIf(track_id)
    trial = Trial(snapshot.campaign(), snapshot.period_id, snapshot.snapshot_id, snapshot.records())
    proposed = try_selection(trial, what_if).selection
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    check_statuses(opened.campaign.track(track_id), proposed, statuses, names)
    for veto in what_if.lifted:
        authorise(actor, "veto", veto.unit_code, units)
    lang = workspace.settings.lang
    adopted = word_what_if(opened.campaign, what_if, names, lang)
    full = say("meeting.reason_with_changes", lang, reason=reason.strip(), changes="；".join(adopted))
    with workspace.store.write(actor) as writer:
        _lift(writer, opened, what_if)
        decided = load_decisions(writer, opened.campaign.id, opened.period_id)
        gone = decided.loc[decided["track_id"] == track_id, "unit_code"]
        complete = {**{str(code): NOT_SELECTED for code in gone}, **statuses}
        decide_many(
            writer,
            [
                Decision(
                    opened.campaign.id, opened.period_id, track_id, code, status, decided_on,
                    decided_by, full if adopted and reason.strip() else reason, present.strip() or None,
                )
                for code, status in sorted(complete.items())
            ],
        )  # fmt: skip
    return len(complete)


def authorise_decision(actor: Actor, units: pd.DataFrame) -> None:
    """Let an actor pass who decides for the whole campaign.

    Raises
    ------
    RightsError
        If the actor's role may not, or the actor does not sit at the top.
    """
    authorise_meeting(actor, units)
    for code in root_codes(units):
        authorise(actor, "decide", code, units)


def check_statuses(
    track: Track, proposed: pd.DataFrame, statuses: Mapping[str, str], names: Mapping[str, str]
) -> None:
    """Let statuses pass that decide on every unit of a list and leave nothing open.

    Parameters
    ----------
    track
        The track, which says how many places there are.
    proposed
        The list, columns ``SELECTION``.
    statuses
        By unit code.
    names
        Names of units, for the message.

    Raises
    ------
    DataError
        ``meeting.tie_open``, ``meeting.too_many``, ``meeting.status_missing``, ``meeting.not_on_list``.
    """
    listed = set(proposed.loc[proposed["rank"] > 0, "unit_code"])
    _refuse("meeting.not_on_list", set(statuses) - listed, names)
    _refuse("meeting.status_missing", listed - set(statuses), names)
    _refuse("meeting.tie_open", {code for code, status in statuses.items() if status == TIED_AT_CUT}, names)
    selected = sum(status == SELECTED for status in statuses.values())
    if track.places is not None and selected > track.places:
        raise DataError("meeting.too_many", selected=selected, places=track.places)


def _refuse(code: str, units: set[str], names: Mapping[str, str]) -> None:
    if units:
        shown = [names.get(unit, unit) for unit in sorted(units)]
        more = "……" if len(shown) > 5 else ""
        raise DataError(code, units="、".join(shown[:5]) + more, count=len(shown))


def _lift(writer: Writer, opened: Opened, what_if: WhatIf) -> None:
    reasons = {veto.key: veto.basis for veto in what_if.lifted}
    for item in load_veto_records(writer, opened.campaign.id, opened.period_id):
        key = (item.veto.unit_code, item.veto.kind, item.veto.track_id or "")
        if key in reasons and item.status in IN_FORCE:
            lift_veto(writer, item.id, reasons[key])
