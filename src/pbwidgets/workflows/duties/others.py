"""What somebody has to do beside filling in and reviewing: lists to complete and to decide, reports, accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pbwidgets.campaign import Track
from pbwidgets.errors import RightsError
from pbwidgets.store import load_class_decisions, load_decisions
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.desk import Desk, find_tops, may_do
from pbwidgets.workflows.ground.rights import RIGHTS, scope_of
from pbwidgets.workflows.meeting.what_if import meeting_tracks
from pbwidgets.workflows.people.account_list import units_without_account
from pbwidgets.workflows.reports.results import list_results
from pbwidgets.workflows.reports.runs.manifest import DONE
from pbwidgets.workflows.review.nominations import find_balance

Kind = Literal["nominate", "decide", "preview", "reports", "accounts"]
_READS_REPORTS: Final = ("analyst", "organiser")


@dataclass(frozen=True)
class Duty:
    """One thing to do.

    Attributes
    ----------
    kind
        ``nominate``: places left on the own unit's list; ``decide``: a list that waits for the meeting, ``preview``
        for those who only look at it; ``reports`` to make or to make again; ``accounts`` that units lack.
    count
        How many places, units, reports or accounts.
    track
        The track of a list; None for what concerns no list.
    """

    kind: Kind
    count: int
    track: Track | None = None


def list_duties(desk: Desk) -> tuple[Duty, ...]:
    """What the actor has to do now, in the order of the work.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for a role that is none of ours.
    """
    if desk.actor.role not in RIGHTS:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    return (*_nominations(desk), *_lists(desk), *_reports(desk), *_accounts(desk))


def _nominations(desk: Desk) -> Iterator[Duty]:
    """Lists of the own unit that have places left."""
    own, units = desk.actor.unit_code, desk.units
    if own is None or scope_of(desk.actor.role, "nominate") is None:
        return
    kinds = set(units.loc[units["unit_code"] == own, "kind"])
    decided = _decided(desk)
    for track in desk.opened.campaign.tracks:
        if track.nomination and track.nomination.by in kinds and track.id not in decided:
            left = find_balance(desk, track.id, own).left
            if left:
                yield Duty("nominate", left, track)


def _lists(desk: Desk) -> Iterator[Duty]:
    """Lists whose forms are all closed and that no meeting has decided on, with the number of their places."""
    try:
        tracks = meeting_tracks(desk)
    except RightsError:
        return
    decided = _decided(desk)
    for track in tracks:
        is_decided_on = track.places is not None or track.classes is not None
        if is_decided_on and track.id not in decided and _is_closed(desk, track):
            decides = all(may_do(desk, "decide", code) for code in find_tops(desk, track.id))
            yield Duty("decide" if decides else "preview", track.places or 0, track)


def _reports(desk: Desk) -> Iterator[Duty]:
    if desk.actor.role in _READS_REPORTS:
        due = int((list_results(desk)["status"] != DONE).sum())
        if due:
            yield Duty("reports", due)


def _accounts(desk: Desk) -> Iterator[Duty]:
    if desk.actor.role == "organiser" or scope_of(desk.actor.role, "accounts") is not None:
        lacking = len(units_without_account(desk))
        if lacking:
            yield Duty("accounts", lacking)


def _decided(desk: Desk) -> set[str]:
    """Ids of the tracks on which a meeting has decided in this period."""
    with desk.workspace.store.read() as reader:
        lists = load_decisions(reader, *desk.opened.key)
        classes = load_class_decisions(reader, desk.opened.campaign.id)
    return {*lists["track_id"], *classes.loc[classes["period"] == desk.opened.period_id, "track_id"]}


def _is_closed(desk: Desk, track: Track) -> bool:
    """Whether everything that the track scores has passed its deadline."""
    ends = [deadline(desk.opened, form_id) for form_id in track.forms]
    return all(end is not None and end <= desk.now for end in ends)
