"""What units say they have done since a level last accepted: row by row, with what they changed in each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pbwidgets import store
from pbwidgets.campaign import Campaign, Form, rows_in
from pbwidgets.campaign.living import has_lives
from pbwidgets.campaign.names import ROW, form_of_unit, places, row_names
from pbwidgets.errors import DataError
from pbwidgets.forms.answer_changes import AnswerChange, Answered, compare_versions
from pbwidgets.forms.life_states import LifeState, find_life_state, with_cells
from pbwidgets.forms.rows_table import look_of_rows, word_row_columns
from pbwidgets.store import Evidence, Reader, SubmissionKey, Version
from pbwidgets.store.submissions import HANDED_IN, SUBMITTED
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.desk import Desk, continuing
from pbwidgets.workflows.ground.lookup import name_units, unit_namer
from pbwidgets.workflows.ground.workspace import day_of
from pbwidgets.workflows.review.case import campaigns_of
from pbwidgets.workflows.review.queue import review_queue


@dataclass(frozen=True)
class ClaimedRow:
    """An entry, or a fixed row of it, in which something was changed.

    Attributes
    ----------
    row_id
        Id of the row; empty for the entry as a whole.
    name, about
        What it is called, and what its table says of it besides.
    state
        How far it has come by what the unit says.
    is_new
        Whether the unit says that it is done, and nobody has accepted that yet.
    changes
        What is answered otherwise than in the version that was accepted last.
    """

    row_id: str
    name: str
    about: str
    state: LifeState
    is_new: bool
    changes: tuple[AnswerChange, ...]


@dataclass(frozen=True)
class Claim:
    """One submission that waits for acceptance.

    Attributes
    ----------
    key, unit_name, form
        Which submission, of which unit.
    version, submitted_at
        Its newest version, and when it was handed in.
    rows
        What the unit has changed, in the order of the form; what it says is done can be refused row by row.
    others
        What it has changed besides.
    evidence
        Files of the submission, by their token.
    """

    key: SubmissionKey
    unit_name: str
    form: Form
    version: int
    submitted_at: datetime | None
    rows: tuple[ClaimedRow, ...]
    others: tuple[AnswerChange, ...]
    evidence: Mapping[str, Evidence]

    @property
    def done(self) -> Mapping[str, str]:
        """Names of what is said to be done and not accepted yet, by the id of the row."""
        return {row.row_id: row.name for row in self.rows if row.is_new}


def has_claims(campaign: Campaign) -> bool:
    """Whether units can say in a campaign that something is done, and a level accepts that."""
    return any(form.reviewed and has_lives(form) for form in campaign.forms)


def claims_waiting(desk: Desk) -> tuple[SubmissionKey, ...]:
    """Submissions with a life on which the actor acts now, by unit.

    Raises
    ------
    RightsError
        As :func:`~pbwidgets.workflows.review.queue.review_queue`.
    """
    living = [form.id for form in desk.opened.campaign.forms if form.reviewed and has_lives(form)]
    queue = review_queue(desk)
    mine = queue[(queue["stage"] == "mine") & queue["form_id"].isin(living)]
    mine = mine[mine["unit_code"] != desk.actor.unit_code]
    ordered = mine.sort_values(["unit_code", "form_id", "occurrence"], kind="stable")
    return tuple(
        desk.opened.submission_key(row["form_id"], row["unit_code"], int(row["occurrence"]))
        for row in ordered.to_dict("records")
    )


def open_claims(desk: Desk, keys: Sequence[SubmissionKey]) -> tuple[Claim, ...]:
    """What these submissions say otherwise than the versions that were accepted last.

    Raises
    ------
    DataError
        ``store.no_submission`` for one that was never handed in.
    RightsError
        If the actor does not review one of the units.
    """
    for key in keys:
        desk.authorise("review", continuing(desk, key.unit_code))
    with desk.workspace.store.read() as reader:
        return tuple(_open(reader, desk, key) for key in keys)


def _open(reader: Reader, desk: Desk, key: SubmissionKey) -> Claim:
    found = store.load_state(reader, key)
    if found is None or not found.version:
        raise DataError("store.no_submission", unit=key.unit_code, form=key.form_id)
    own = continuing(desk, key.unit_code)
    find_campaign, whose = campaigns_of(reader, desk.opened), kind_and_domain(desk.units, own)

    def answered(version: str | None, answers: Mapping[str, Any]) -> Answered:
        campaign = find_campaign(version or desk.opened.version)
        return Answered(form_of_unit(campaign.form(key.form_id), *whose), campaign, answers)

    after = answered(found.campaign_version, found.answers or {})
    versions = store.history(reader, key)
    accepted = _accepted(versions, found.standing_version)
    before = (
        answered(found.campaign_version, {})
        if accepted is None
        else answered(accepted.campaign_version, accepted.answers)
    )
    evidence = {item.file.sha256: item for item in store.load_evidence(reader, key)}
    hidden = after.form.identifying_paths()
    changes = [
        change
        for change in compare_versions(
            before,
            after,
            desk.lang,
            lambda token: evidence[token].file.filename if token in evidence else token[:8],
            unit_namer(desk.units),
        )
        if change.path not in hidden
    ]
    rows = tuple(_rows(desk, before, after, changes))
    told = {change for row in rows for change in row.changes}
    handed_in = [one.made_at for one in versions if one.cause in HANDED_IN]
    return Claim(
        key,
        name_units(desk.units, [own]).get(own, own),
        after.form,
        found.version,
        handed_in[-1] if handed_in else None,
        rows,
        tuple(change for change in changes if change not in told and not change.row),
        evidence,
    )


def _accepted(versions: Sequence[Version], standing: int | None) -> Version | None:
    """The version that was accepted last; what stands may itself have been handed in only."""
    by_number = {one.version: one for one in versions}
    found = by_number.get(standing or 0)
    while found is not None and found.state == SUBMITTED:
        found = by_number.get(found.standing_version or 0)
    return found


def _rows(
    desk: Desk, before: Answered, after: Answered, changes: Sequence[AnswerChange]
) -> Iterator[ClaimedRow]:
    """The entry if it has a life of its own, else the rows in which something was changed."""
    form, lang, day = after.form, desk.lang, desk.opened.day(day_of(desk.now))
    if form.life is not None:
        states = [
            find_life_state(form.life, form.fields, side.answers, after.campaign, lang, day)
            for side in (before, after)
        ]
        is_new = states[1].is_done and not states[0].is_done
        yield ClaimedRow("", form.name.words(lang), "", states[1], is_new, tuple(changes))
        return
    for place in places(form):
        field = place.field
        if field.life is None or field.table is None:
            continue
        old, new = (
            {str(row.get(ROW)): row for row in rows_in(side.answers, place.path)} for side in (before, after)
        )
        heading = look_of_rows(form, field, after.campaign, lang).heading
        for row in field.table.rows:
            cells = row_names(field.table, row)
            states = [
                find_life_state(
                    field.life,
                    field.fields,
                    with_cells(side.get(row.id, {}), cells),
                    after.campaign,
                    lang,
                    day,
                )
                for side in (old, new)
            ]
            own = tuple(
                change
                for change in changes
                if change.row == row.id and change.path.startswith(f"{place.path}/")
            )
            if own and (row.id in old or states[1].is_begun):
                is_new = states[1].is_done and not states[0].is_done
                about = word_row_columns(field, row, after.campaign, lang, heading)
                yield ClaimedRow(row.id, row.name.words(lang), about, states[1], is_new, own)
