"""One submission as a reviewer sees it: answers, evidence, running record, and the lines that he marks.

What others have marked on a line is shown only to who has marked it himself, and sensitive answers only to
the unit's reviewers; both are cut here, so that a forged widget finds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pbwidgets import store
from pbwidgets.campaign import Campaign, Criterion, Form, from_json
from pbwidgets.campaign.model import Source
from pbwidgets.errors import DataError
from pbwidgets.scoring.registry import find_range
from pbwidgets.store import (
    Actor,
    Evidence,
    Mark,
    Note,
    Reader,
    Rectification,
    SubmissionKey,
    Version,
    VetoOnRecord,
)
from pbwidgets.workflows.reviewing import acting_level, is_marked, needs_reason, review_levels
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.seats import Place, Seats, find_seats, sources_of_line
from pbwidgets.workflows.self_marking import SelfLine, read_dry_run
from pbwidgets.workflows.vetoing import vetoes_of
from pbwidgets.workflows.workspace import Opened, Workspace, today


@dataclass(frozen=True)
class OtherMark:
    """A mark of somebody else; who it was stays in the store."""

    layer: str
    source: str
    points: float
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
        Where the actor marks it; several sources if he may mark as each.
    heading
        Criterion that it stands under, None for none.
    number
        Its number on the sheet: ``1.2``.
    lowest, highest
        Points that a mark may have.
    marked
        Whether raters give its points; False for a computed line that a mark corrects.
    reason_needed
        Whether a mark wants its reason.
    own
        The actor's marks, by source.
    stale
        Sources whose mark saw older answers.
    others
        Marks of others, None while they are hidden because the actor has not marked the line himself.
    """

    criterion: Criterion
    layer: str
    sources: tuple[Source, ...]
    heading: Criterion | None
    number: str
    lowest: float
    highest: float
    marked: bool
    reason_needed: bool
    own: Mapping[str, Mark]
    stale: frozenset[str]
    others: tuple[OtherMark, ...] | None


@dataclass(frozen=True)
class Review:
    """One submission under review, of one moment.

    Attributes
    ----------
    key, unit_name, unit_kind
        What it is, and about whom.
    campaign, form
        Definition under which its answers were given.
    state, version
        As it stands.
    answers
        Of the newest version, without what the actor may not see.
    withheld
        Paths of the answers that were taken out.
    evidence, history, notes, rectifications, vetoes
        What is on record.
    level
        Level that acts now; None for none.
    may_act, may_undo
        The actor's level if it may accept and return now, or take back its acceptance; else None.
    lines
        Lines that the actor marks.
    recused
        Whether the actor stands aside for the unit.
    submission_version, seen_head
        What a mark that is given now has seen.
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
    history: tuple[Version, ...]
    notes: tuple[Note, ...]
    rectifications: tuple[Rectification, ...]
    vetoes: tuple[VetoOnRecord, ...]
    level: str | None
    may_act: str | None
    may_undo: str | None
    lines: tuple[ReviewLine, ...]
    recused: bool
    submission_version: int
    seen_head: int


def open_review(workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey) -> Review:
    """One submission with all that a reviewer may see of it.

    Raises
    ------
    DataError
        ``store.no_submission`` if it was never handed in.
    RightsError
        If the actor may not inspect the unit.
    """
    units = workspace.units(opened.day(today()))
    authorise(actor, "inspect", key.unit_code, units)
    unit = units[units["unit_code"] == key.unit_code].to_dict("records")
    seats = find_seats(actor, opened.campaign, units)
    with workspace.store.read() as reader:
        found = store.load_state(reader, key)
        if found is None or not found.version or not unit:
            raise DataError("store.no_submission", unit=key.unit_code, form=key.form_id)
        campaign = _campaign_of(reader, opened, key, found.campaign_version)
        form = campaign.form(key.form_id)
        withheld = () if actor.role in ("reviewer", "operator") else _sensitive(form)
        scope = (opened.campaign.id, opened.period_id, key.unit_code)
        places = seats.places(opened.campaign, str(unit[0]["kind"]), key.unit_code)
        places = tuple(place for place in places if key.form_id in place.track.forms)
        return Review(
            key=key,
            unit_name=str(unit[0]["unit_name"]),
            unit_kind=str(unit[0]["kind"]),
            campaign=campaign,
            form=form,
            state=found.state,
            version=found.version,
            answers=_without(found.answers or {}, withheld),
            withheld=withheld,
            evidence=_evidence(store.load_evidence(reader, key), form, withheld),
            history=tuple(_cut(item, withheld) for item in store.history(reader, key)),
            notes=store.load_notes(reader, *scope),
            rectifications=store.load_rectifications(reader, *scope),
            vetoes=vetoes_of(reader, opened, key.unit_code),
            **_turn(opened, seats, form, key.unit_code, found.state),
            lines=_lines(reader, actor, opened, places, key.unit_code),
            recused=key.unit_code in store.load_recusals(reader, *scope[:2], actor.name),
            submission_version=_newest_version(reader, opened, places, key),
            seen_head=store.audit_head(reader),
        )


def computed_lines(
    workspace: Workspace, actor: Actor, opened: Opened, key: SubmissionKey, lang: str
) -> Mapping[str, SelfLine]:
    """What the answers bring on the lines that are computed, by line: points and reason, in one language.

    Lines that hold the unit against others say so (``kind`` is ``others``) and have no points yet.

    Raises
    ------
    RightsError
        If the actor may not inspect the unit.
    """
    authorise(actor, "inspect", key.unit_code, workspace.units(opened.day(today())))
    with workspace.store.read() as reader:
        found = store.load_state(reader, key)
    if found is None or not found.answers:
        return {}
    made: dict[str, SelfLine] = {}
    for track in opened.campaign.tracks:
        if track.kind == "score" and track.layers and key.form_id in track.forms:
            run = read_dry_run(workspace, opened, key, track, track.layers[0].id)
            sheet = run.sheet(found.answers, {}, lang)
            made |= {line.line.id: line for line in sheet.lines if line.kind != "marked"}
    return made


def _campaign_of(reader: Reader, opened: Opened, key: SubmissionKey, version: str | None) -> Campaign:
    """The definition under which the answers were given: they are shown as they were asked for."""
    if version in (None, opened.version):
        return opened.campaign
    return from_json(store.load_campaign_json(reader, key.campaign_id, str(version)))


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
    """Newest version over the forms of the tracks that are marked: a mark remembers it."""
    forms = {form_id for place in places for form_id in place.track.forms}
    overview = store.load_overview(reader, opened.campaign.id, opened.period_id)
    ours = overview[(overview["unit_code"] == key.unit_code) & overview["form_id"].isin(forms)]
    return int(ours["version"].max()) if len(ours) else 0


# -- lines ---------------------------------------------------------------------------------------------


def _lines(
    reader: Reader, actor: Actor, opened: Opened, places: tuple[Place, ...], unit_code: str
) -> tuple[ReviewLine, ...]:
    if not places:
        return ()
    campaign = opened.campaign
    forms = [form_id for track in campaign.tracks for form_id in track.forms]
    scope = (campaign.id, opened.period_id)
    ratings = store.load_ratings(reader, *scope, forms, unit_code=unit_code)
    mine = store.load_ratings(reader, *scope, forms, unit_code=unit_code, rater=actor.name)
    own = store.load_own_marks(reader, *scope, unit_code, actor.name)
    made = []
    for place in places:
        for number, heading, line in _numbered(place.track.criteria):
            sources = sources_of_line(campaign, place, line)
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
                    heading=heading,
                    number=number,
                    lowest=lowest,
                    highest=highest,
                    marked=is_marked(line),
                    reason_needed=needs_reason(line),
                    own=given,
                    stale=_stale(mine, line.id, place.layer),
                    others=_others(ratings, mine, line.id) if given else None,
                )
            )
    return tuple(made)


def _stale(mine: pd.DataFrame, line_id: str, layer: str) -> frozenset[str]:
    rows = mine[(mine["criterion_id"] == line_id) & (mine["layer"] == layer) & mine["stale"]]
    return frozenset(rows["source"])


def _others(ratings: pd.DataFrame, mine: pd.DataFrame, line_id: str) -> tuple[OtherMark, ...]:
    """Marks of all raters but the actor, whose pseudonym stands in his own marks."""
    pseudonyms = set(mine["rater_id"])
    rows = ratings[(ratings["criterion_id"] == line_id) & ~ratings["rater_id"].isin(pseudonyms)]
    return tuple(
        OtherMark(
            row["layer"],
            row["source"],
            float(row["points"]),
            "" if pd.isna(row["comment"]) else str(row["comment"]),
            bool(row["stale"]),
            bool(row["recused"]),
        )
        for row in rows.to_dict("records")
    )


def _numbered(
    criteria: tuple[Criterion, ...], above: str = "", heading: Criterion | None = None
) -> list[tuple[str, Criterion | None, Criterion]]:
    """Lines with their number and the heading above them."""
    found: list[tuple[str, Criterion | None, Criterion]] = []
    for at, criterion in enumerate(criteria, start=1):
        number = f"{above}{at}"
        if criterion.criteria:
            found += _numbered(criterion.criteria, f"{number}.", criterion)
        else:
            found.append((number, heading, criterion))
    return found


# -- what is not everybody's ---------------------------------------------------------------------------


def _sensitive(form: Form) -> tuple[str, ...]:
    return tuple(path for path, field in form.leaves() if field.sensitive)


def _evidence(evidence: tuple[Evidence, ...], form: Form, withheld: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Files that the actor may open: with anything withheld, those of known fields that are not."""
    if not withheld:
        return evidence
    shown = {path for path, _ in form.leaves()} - set(withheld)
    return tuple(item for item in evidence if item.field_path in shown)


def _cut(version: Version, withheld: tuple[str, ...]) -> Version:
    return replace(version, answers=_without(version.answers, withheld)) if withheld else version


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
