"""One submission as a reviewer sees it: answers, evidence, running record, and the lines they mark.

Others' marks on a line are shown only to raters who have marked it themselves, and sensitive answers only to
the unit's reviewers; both are removed here, so that a forged message finds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from pbwidgets import store
from pbwidgets.campaign import Campaign, Criterion, Form, from_json
from pbwidgets.campaign.identifying import hide_identifying
from pbwidgets.campaign.model import Anchor, Source
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.errors import DataError
from pbwidgets.scoring.registry import find_range
from pbwidgets.store import (
    Evidence,
    Mark,
    Note,
    Reader,
    SubmissionKey,
    VetoOnRecord,
)
from pbwidgets.store.submissions import HANDED_IN
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.desk import Desk, continuing
from pbwidgets.workflows.ground.dry_run import SelfLine, read_dry_run
from pbwidgets.workflows.ground.marks import (
    find_marks_before,
    is_marked,
    list_anchors,
    needs_reason,
    reason_limit,
)
from pbwidgets.workflows.ground.seats import (
    Place,
    Seats,
    acting_level,
    find_seats,
    review_levels,
    sources_of_line,
)
from pbwidgets.workflows.ground.workspace import Opened
from pbwidgets.workflows.review.history import Event, FindCampaign, read_events
from pbwidgets.workflows.review.record import EntryAbout, list_entries_about
from pbwidgets.workflows.review.vetoes import vetoes_of


@dataclass(frozen=True)
class OtherMark:
    """A mark by somebody else, without who gave it; no points if it must be given anew."""

    layer: str
    source: str
    points: float | None
    comment: str
    stale: bool
    recused: bool


@dataclass(frozen=True)
class ReviewLine:
    """A line of the score sheet, as one rater marks it in one layer.

    Attributes
    ----------
    criterion
        The line.
    layer, sources
        Where the actor marks it; several sources if they may mark as each.
    heading
        Criterion above it, or None.
    number
        Its number on the sheet: ``1.2``.
    lowest, highest
        Range of points for a mark.
    anchors
        Marks that the definition names, the best first.
    marked
        Whether raters give its points; False for a computed line, which marks may correct.
    reason_needed
        Whether a mark needs a reason.
    own
        The actor's marks, by source.
    stale
        Sources whose mark is based on older answers.
    void
        Sources whose mark does not fit the line any more and must be given anew.
    others
        Others' marks; None while they are hidden because the actor has not marked the line yet, or is recused.
    before
        Layer and points of the mark before, which raters are shown once their own is given; None if there is none.
    limit
        Difference from it from which a mark needs a reason; None if the layer asks for none.
    """

    criterion: Criterion
    layer: str
    sources: tuple[Source, ...]
    heading: Criterion | None
    number: str
    lowest: float
    highest: float
    anchors: tuple[Anchor, ...]
    marked: bool
    reason_needed: bool
    own: Mapping[str, Mark]
    stale: frozenset[str]
    void: frozenset[str]
    others: tuple[OtherMark, ...] | None
    before: tuple[str, float] | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Review:
    """One submission under review, at one moment.

    Attributes
    ----------
    key, unit_name, unit_kind
        Which submission, and about which unit.
    campaign, form
        Definitions under which its answers were given.
    state, version
        Current state and version.
    answers
        Answers of the newest version, without those that the actor may not see, and without what identifies.
    withheld
        Paths of the answers that were taken out.
    evidence, notes, vetoes
        Records about the submission and its unit.
    entries
        What levels have entered about the unit and follow until it is done.
    history
        Every step so far, oldest first.
    level
        Level whose turn it is, or None.
    may_act, may_undo
        The actor's level if it may now accept and return, or undo its acceptance; else None.
    lines
        Lines that the actor marks.
    recused
        Whether the actor is recused for the unit.
    submission_version, seen_head
        What a mark given now is based on.
    """

    key: SubmissionKey
    unit_name: str
    unit_kind: str
    campaign: Campaign
    form: Form
    state: str
    version: int
    answers: Mapping[str, Any]
    withheld: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    history: tuple[Event, ...]
    notes: tuple[Note, ...]
    entries: tuple[EntryAbout, ...]
    vetoes: tuple[VetoOnRecord, ...]
    level: str | None
    may_act: str | None
    may_undo: str | None
    lines: tuple[ReviewLine, ...]
    recused: bool
    submission_version: int
    seen_head: int

    @property
    def amendment(self) -> Event | None:
        """The amendment with which it was handed in last; None if it was not by one."""
        return next((event for event in self.handed_in[-1:] if event.deed == "amend"), None)

    @property
    def handed_in(self) -> tuple[Event, ...]:
        """The steps with which it was handed in, oldest first."""
        return tuple(event for event in self.history if event.deed in HANDED_IN)


def open_review(desk: Desk, key: SubmissionKey) -> Review:
    """One submission with all that a reviewer may see of it; of a unit merged away, as one of that which continues it.

    Raises
    ------
    DataError
        ``store.no_submission`` if it was never handed in.
    RightsError
        If the actor may not inspect the unit.
    """
    units = desk.units
    own = continuing(desk, key.unit_code)
    desk.authorise("inspect", own)
    unit = units[units["unit_code"] == own].to_dict("records")
    seats = find_seats(desk)
    with desk.workspace.store.read() as reader:
        found = store.load_state(reader, key)
        if found is None or not found.version or not unit:
            raise DataError("store.no_submission", unit=key.unit_code, form=key.form_id)
        find_campaign = campaigns_of(reader, desk.opened)
        campaign = find_campaign(found.campaign_version or desk.opened.version)
        form = form_of_unit(campaign.form(key.form_id), *kind_and_domain(units, own))
        withheld = () if desk.actor.role in ("reviewer", "operator") else _sensitive(form)
        named = (*withheld, *form.identifying_paths())
        scope = (*desk.opened.key, own)
        places = seats.places(desk.opened.campaign, own)
        places = tuple(place for place in places if key.form_id in place.track.forms)
        recused = own in store.load_recusals(reader, *scope[:2], desk.actor.name)
        lines = _lines(reader, desk, places, own, recused=recused)
        shown_lines = {line.criterion.id: line.others is not None for line in lines}
        return Review(
            key=key,
            unit_name=str(unit[0]["unit_name"]),
            unit_kind=str(unit[0]["kind"]),
            campaign=campaign,
            form=form,
            state=found.state,
            version=found.version,
            answers=_without(hide_identifying(form, found.answers or {}), withheld),
            withheld=withheld,
            evidence=_evidence(store.load_evidence(reader, key), form, withheld),
            history=read_events(reader, desk, key, find_campaign, named, shown_lines),
            notes=store.load_notes(reader, *scope),
            entries=list_entries_about(reader, desk, own),
            vetoes=vetoes_of(reader, desk.opened, own),
            **_turn(desk.opened, seats, form, own, found.state),
            lines=lines,
            recused=recused,
            submission_version=_newest_version(reader, desk.opened, places, key),
            seen_head=store.audit_head(reader),
        )


def computed_lines(desk: Desk, key: SubmissionKey) -> Mapping[str, SelfLine]:
    """Points and reason that the answers give on each computed line, by line.

    Lines that compare the unit with others have the ``kind`` ``others`` and no points yet.

    Raises
    ------
    RightsError
        If the actor may not inspect the unit.
    """
    desk.authorise("inspect", key.unit_code)
    with desk.workspace.store.read() as reader:
        found = store.load_state(reader, key)
    if found is None or not found.answers:
        return {}
    made: dict[str, SelfLine] = {}
    for track in desk.opened.campaign.tracks:
        if track.kind == "score" and track.layers and key.form_id in track.forms:
            run = read_dry_run(desk.workspace, desk.opened, key, track, track.layers[0].id)
            sheet = run.sheet(found.answers, {}, desk.lang)
            made |= {line.line.id: line for line in sheet.lines if line.kind != "marked"}
    return made


def campaigns_of(reader: Reader, opened: Opened) -> FindCampaign:
    """Look-up of the definitions under which answers were given, so that they are shown as they were asked."""

    @cache
    def find(version: str) -> Campaign:
        if version == opened.version:
            return opened.campaign
        return from_json(store.load_campaign_json(reader, opened.campaign.id, version))

    return find


def _turn(opened: Opened, seats: Seats, form: Form, unit_code: str, state: str) -> dict[str, str | None]:
    reviewing = seats.actor.role in ("reviewer", "operator")
    level = acting_level(opened.campaign, form, state)
    own = [item for item in review_levels(opened.campaign, form) if seats.has(item, unit_code)]
    accepted = [item for item in own if state == store.accepted(item)]
    return {
        "level": level,
        "may_act": level if reviewing and level in own else None,
        "may_undo": accepted[0] if reviewing and accepted else None,
    }


def _newest_version(reader: Reader, opened: Opened, places: tuple[Place, ...], key: SubmissionKey) -> int:
    """Newest version across the forms of the marked tracks, which each mark records."""
    forms = {form_id for place in places for form_id in place.track.forms}
    overview = store.load_overview(reader, *opened.key)
    ours = overview[(overview["unit_code"] == key.unit_code) & overview["form_id"].isin(forms)]
    return int(ours["version"].max()) if len(ours) else 0


def _lines(
    reader: Reader, desk: Desk, places: tuple[Place, ...], unit_code: str, *, recused: bool
) -> tuple[ReviewLine, ...]:
    if not places:
        return ()
    campaign, opened, actor = desk.opened.campaign, desk.opened, desk.actor
    forms = [form_id for track in campaign.tracks for form_id in track.forms]
    scope = (campaign.id, opened.period_id)
    ratings = store.load_ratings(reader, *scope, forms, unit_code=unit_code)
    mine = store.load_ratings(reader, *scope, forms, unit_code=unit_code, rater=actor.name)
    own = store.load_own_marks(reader, *scope, unit_code, actor.name)
    made = []
    for place in places:
        limit = reason_limit(place.track, place.layer)
        unit = desk.units[desk.units["unit_code"] == unit_code]
        before = find_marks_before(campaign, place.track, place.layer, unit, ratings) if not recused else {}
        for item in place.track.numbered():
            line = item.criterion
            sources = () if line.criteria else sources_of_line(campaign, place, line)
            if not sources:
                continue
            given = {
                mark.key.source: mark
                for mark in own
                if (mark.key.criterion_id, mark.key.layer) == (line.id, place.layer)
            }
            lowest, highest = find_range(line)
            made.append(
                ReviewLine(
                    criterion=line,
                    layer=place.layer,
                    sources=sources,
                    heading=item.heading,
                    number=item.number,
                    lowest=lowest,
                    highest=highest,
                    anchors=list_anchors(campaign, line),
                    marked=is_marked(line),
                    reason_needed=needs_reason(line),
                    own=given,
                    stale=_stale(mine, line.id, place.layer),
                    void=frozenset(
                        source for source, mark in given.items() if not lowest <= mark.points <= highest
                    ),
                    others=_others(ratings, mine, line.id) if given and not recused else None,
                    before=before.get(line.id),
                    limit=limit,
                )
            )
    return tuple(made)


def _stale(mine: pd.DataFrame, line_id: str, layer: str) -> frozenset[str]:
    rows = mine[(mine["criterion_id"] == line_id) & (mine["layer"] == layer) & mine["stale"]]
    return frozenset(rows["source"])


def _others(ratings: pd.DataFrame, mine: pd.DataFrame, line_id: str) -> tuple[OtherMark, ...]:
    """Marks of all raters but the actor, whose pseudonym is known from their own marks."""
    pseudonyms = set(mine["rater_id"])
    rows = ratings[(ratings["criterion_id"] == line_id) & ~ratings["rater_id"].isin(pseudonyms)]
    return tuple(
        OtherMark(
            row["layer"],
            row["source"],
            None if pd.isna(row["points"]) else float(row["points"]),
            "" if pd.isna(row["comment"]) else str(row["comment"]),
            bool(row["stale"]),
            bool(row["recused"]),
        )
        for row in rows.to_dict("records")
    )


def _sensitive(form: Form) -> tuple[str, ...]:
    return tuple(sorted(form.sensitive_paths()))


def _evidence(evidence: tuple[Evidence, ...], form: Form, withheld: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Files that the actor may open; if anything is withheld, only those of known fields that are not."""
    if not withheld:
        return evidence
    shown = {path for path, _ in form.leaves()} - set(withheld)
    return tuple(item for item in evidence if item.field_path in shown)


def _without(answers: Mapping[str, Any], withheld: tuple[str, ...]) -> dict[str, Any]:
    """Answers without these paths; in a repeat, without them in every row."""
    made = dict(answers)
    for path in withheld:
        name, _, inner = path.partition("/")
        if not inner:
            made.pop(name, None)
        elif isinstance(made.get(name), list):
            made[name] = [_without(row, (inner,)) for row in made[name]]
    return made
