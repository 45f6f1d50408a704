"""The course of a submission: who did what, when, from what to what and why, in one list.

It is put together from what the store keeps in several places: versions, the log, marks, extensions of the deadline.
Of a mark by somebody else it names the layer and the source, never the rater.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from pbwidgets import store
from pbwidgets.campaign import Campaign
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.forms.answer_changes import AnswerChange, Answered, compare_versions
from pbwidgets.store import Actor, Reader, SubmissionKey, Version
from pbwidgets.store.audit import AuditQuery, load_audit
from pbwidgets.store.submissions import DRAFT, HANDED_IN, SUBMITTED
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.deadlines import deadline
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import unit_namer

ONE_SITTING: Final = timedelta(minutes=10)
"""Steps of a mark by the same rater that follow each other sooner are one change: it is saved while it is typed."""
_BESIDE_VERSIONS: Final = ("withdraw", "redact")

FindCampaign = Callable[[str], Campaign]
"""Definition of a version."""


@dataclass(frozen=True)
class Event:
    """One step in the course of a submission.

    Attributes
    ----------
    at
        When.
    deed
        ``submit``, ``import``, ``amend``, ``withdraw``, ``return``, ``accept``, ``undo_accept``, ``lock``, ``redact``,
        ``grant_exception``; of marks ``rate``, ``confirm_mark`` (again, for newer answers), ``withdraw_mark``,
        ``treat_mark``.
    who
        Who did it; None for a mark by somebody else.
    level
        Review level, or layer of a mark.
    source
        Source of a mark.
    field_path, line_id
        The field or the line that it concerns.
    before, after
        From what to what: states, points, or moments until which the form may be handed in; None for none.
    reason
        Why: reason of a return or an extension, comment of a mark.
    changes
        What a form that was handed in again says otherwise than before, or an amendment otherwise than the version
        that stands until it is accepted; None if it was not handed in before.
    """

    at: datetime
    deed: str
    who: Actor | None
    level: str | None = None
    source: str | None = None
    field_path: str | None = None
    line_id: str | None = None
    before: str | float | datetime | None = None
    after: str | float | datetime | None = None
    reason: str = ""
    changes: tuple[AnswerChange, ...] | None = None


def read_events(
    reader: Reader,
    desk: Desk,
    key: SubmissionKey,
    find_campaign: FindCampaign,
    withheld: tuple[str, ...],
    shown_lines: Mapping[str, bool],
) -> tuple[Event, ...]:
    """All steps, oldest first.

    Parameters
    ----------
    withheld
        Paths of the answers that the actor may not see: what changed in them is left out.
    shown_lines
        Lines that the actor marks, each with whether they see the marks of others on it.
    """
    versions = store.history(reader, key)
    events = [
        *_version_events(reader, desk, versions, key, find_campaign, withheld),
        *_log_events(reader, key),
        *_extensions(reader, desk, key, versions),
        *_mark_events(reader, desk, key, shown_lines),
    ]
    return _with_states(sorted(events, key=attrgetter("at")))


def _version_events(
    reader: Reader,
    desk: Desk,
    versions: tuple[Version, ...],
    key: SubmissionKey,
    find_campaign: FindCampaign,
    withheld: tuple[str, ...],
) -> Iterator[Event]:
    names = {item.file.sha256: item.file.filename for item in store.load_evidence(reader, key)}
    whose = kind_and_domain(desk.units, key.unit_code)

    def answered(version: Version) -> Answered:
        campaign = find_campaign(version.campaign_version)
        form = form_of_unit(campaign.form(key.form_id), *whose)
        return Answered(form, campaign, version.answers)

    before: Version | None = None
    for version in versions:
        changes = None
        earlier = next((one for one in versions if one.version == _replaced_by(version)), before)
        if version.cause in HANDED_IN and earlier is not None:
            found = compare_versions(
                answered(earlier),
                answered(version),
                desk.lang,
                lambda token: names.get(token, token[:8]),
                unit_namer(desk.units),
            )
            changes = tuple(item for item in found if item.path not in withheld)
        yield Event(
            version.made_at, version.cause, version.made_by, version.level,
            field_path=version.field_path, after=version.state, reason=version.reason or "", changes=changes,
        )  # fmt: skip
        before = version


def _replaced_by(version: Version) -> int | None:
    """Version that stands while an amendment waits for acceptance; None for all others."""
    waits = version.cause == "amend" and version.state == SUBMITTED
    return version.standing_version if waits else None


def _log_events(reader: Reader, key: SubmissionKey) -> Iterator[Event]:
    """Steps that make no version: taken back by the unit, personal data taken out."""
    for action in _BESIDE_VERSIONS:
        for row in load_audit(reader, AuditQuery(unit_code=key.unit_code, action=action)):
            deed = row.deed
            if (deed.campaign_id, deed.period_id, deed.entity) == (
                key.campaign_id,
                key.period_id,
                key.entity,
            ):
                after = DRAFT if action == "withdraw" else None
                yield Event(row.at, action, row.actor, field_path=deed.details.get("field"), after=after)


def _with_states(events: list[Event]) -> tuple[Event, ...]:
    """The events, each change of state with the state before it."""
    made, state = [], None
    for event in events:
        if isinstance(event.after, str):
            event, state = replace(event, before=state), event.after
        made.append(event)
    return tuple(made)


def _extensions(
    reader: Reader, desk: Desk, key: SubmissionKey, versions: tuple[Version, ...]
) -> Iterator[Event]:
    """Extensions of the deadline; one that came with a return has the reason of the return."""
    returned = {version.made_at for version in versions if version.cause == "return"}
    until = deadline(desk.opened, key.form_id)
    for item in store.load_extensions(reader, *desk.opened.key, key.form_id, key.unit_code):
        reason = "" if item.recorded_at in returned else item.reason
        who = Actor(item.recorded_by, "")
        yield Event(item.recorded_at, "grant_exception", who, before=until, after=item.until, reason=reason)
        until = item.until


def _mark_events(
    reader: Reader, desk: Desk, key: SubmissionKey, shown_lines: Mapping[str, bool]
) -> Iterator[Event]:
    """Changes of the actor's marks, and of others' on lines where the actor sees them; one for each sitting."""
    newest: dict[store.MarkKey, Event] = {}
    for step in store.load_mark_changes(reader, *desk.opened.key, key.unit_code):
        mark = step.key
        is_own = mark.rater == desk.actor.name
        if not (is_own and mark.criterion_id in shown_lines) and not shown_lines.get(mark.criterion_id):
            continue
        event = Event(
            step.at, step.cause, desk.actor if is_own else None, mark.layer, mark.source,
            line_id=mark.criterion_id, before=step.before, after=step.after, reason=step.words,
        )  # fmt: skip
        last = newest.get(mark)
        if last is not None and step.cause == last.deed == "rate" and step.at - last.at <= ONE_SITTING:
            newest[mark] = replace(event, before=last.before)
            continue
        if last is not None:
            yield _told(last)
        newest[mark] = event
    yield from map(_told, newest.values())


def _told(event: Event) -> Event:
    """A mark given again as it was is a confirmation."""
    again = event.deed == "rate" and event.before == event.after
    return replace(event, deed="confirm_mark") if again else event
