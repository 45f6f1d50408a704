"""What is changed after an entry was handed in: put right, accepted, refused, put off, or confirmed as it was.

An amendment is a new version. What the level's own hand changes, and what nobody reviews, counts at once; what
the unit changes on a reviewed form waits for acceptance, and until then the version before it counts. No phase
ends the time for it: as long as the period one works in is open, an entry goes on living.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from pbwidgets import store
from pbwidgets.campaign import AnswerProblem, compute_answers, examine_answers, rows_in
from pbwidgets.campaign.checklists import RowsCheck
from pbwidgets.campaign.life import Life
from pbwidgets.campaign.names import ROW, places
from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.intake.text import clean_text
from pbwidgets.store import (
    ALWAYS,
    ConcessionKey,
    SubmissionKey,
    SubmissionState,
    Writer,
    grant_concession,
    load_state,
)
from pbwidgets.store.submissions import EDITABLE, load_submissions
from pbwidgets.workflows.filling.access import check_filler, is_living, sits_at, units_to_fill
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.filling.evidence import check_files_known, release_unused
from pbwidgets.workflows.filling.hands import (
    UNIT,
    Changed,
    Hands,
    find_changed,
    later_of,
    naming_fields,
    read_as_hand,
)
from pbwidgets.workflows.filling.prefilling import last_answers
from pbwidgets.workflows.filling.self_marks import restamp
from pbwidgets.workflows.ground.answers import AnswersRefusedError, complete_answers
from pbwidgets.workflows.ground.deadlines import check_deadline, log_refusal
from pbwidgets.workflows.ground.desk import (
    Desk,
    check_key,
    check_version,
    common_words,
    continued_codes,
    continuing,
    known_units,
    read_own,
    seats_above,
)
from pbwidgets.workflows.ground.dry_run import self_tracks
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.ground.workspace import day_of

Answers = Mapping[str, Any]


def changeable(desk: Desk, key: SubmissionKey) -> frozenset[str]:
    """Paths of what the actor may change of an entry after it was handed in: of fields, and of repeats with own rows.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` for a key of another campaign or period.
    """
    check_key(desk, key, "fill")
    with read_as_hand(desk, key) as reader:
        found = load_state(reader, key)
    return Hands.of(desk, key, found).changeable


def amend(desk: Desk, key: SubmissionKey, answers: Answers, *, seen_version: int, reason: str = "") -> int:
    """Number of the version created by changing an entry that was handed in.

    Parameters
    ----------
    answers
        All answers to the form, as they were shown and with what was changed.
    seen_version
        Version that the actor saw.
    reason
        Why; needed where the date until when something is due is moved.

    Raises
    ------
    AnswersRefusedError
        If what was changed is incomplete or wrong.
    ConflictError
        ``store.version_changed`` if there is a newer version; ``workflows.newer_version``.
    DataError
        ``fill.not_later`` names the field and the hand; ``fill.nothing_changed``, ``fill.not_handed_in``,
        ``fill.foreign_file``, ``store.reason_needed``, ``fill.keeps_broken``.
    RightsError
        If nothing of it is the actor's to change.
    """
    hands = _need_hands(desk, key)

    def build(before: Answers) -> Answers:
        return hands.restore(answers, before)

    return _amend(_Amendment(hands, key, build, reason, is_own=True), seen_version)


def amend_within(
    writer: Writer, desk: Desk, key: SubmissionKey, answers: Answers, *, seen_version: int
) -> int:
    """As :func:`amend`, within a transaction, with answers in which nothing is hidden and no due date is moved.

    Raises
    ------
    AnswersRefusedError, ConflictError, DataError, RightsError
        As :func:`amend`.
    """
    check_key(desk, key, "fill")
    hands = _check_changeable(Hands.of(desk, key, load_state(writer, key)))
    names = common_words(desk) if hands.form.identifying_paths() else None
    made = _Amendment(hands, key, lambda _: answers, "", is_own=True)
    return _write_amendment(writer, made, seen_version, names)


def examine_amendment(
    hands: Hands, before: Answers, after: Answers, names: CommonWords | None
) -> tuple[Answers, tuple[Changed, ...], tuple[AnswerProblem, ...]]:
    """Answers as they would be kept, what is changed, and what is wrong in it or has become wrong by it.

    What the campaign came to ask since, nobody may be able to answer any more.

    Parameters
    ----------
    before, after
        All answers, as they are kept and as they would be.
    """
    form, campaign, day = hands.form, hands.desk.opened.campaign, day_of(hands.desk.now)
    examine = partial(
        examine_answers, form, campaign, complete=True, today=day, names=names, units=known_units(hands.desk)
    )
    before, after = (compute_answers(form, answers, today=day) for answers in (before, after))
    changes = tuple(find_changed(form, before, after, day))
    complete, problems = examine(after)
    known = examine(before)[1] if problems else ()
    touched = {change.path for change in changes}
    new = tuple(problem for problem in problems if problem.path in touched or problem not in known)
    return complete, changes, new


def refuse_done(desk: Desk, key: SubmissionKey, *, reason: str, due_on: date, row_id: str = "") -> int:
    """Number of the version created by not accepting that something is done, with a new day until when it is due.

    What the unit said was done is taken back: the last step that is dated, or the state. Other rows that the unit
    said were done go on waiting for acceptance.

    Parameters
    ----------
    row_id
        Row of a table that has a life of its own; empty for the entry.

    Raises
    ------
    DataError
        ``fill.nothing_done`` if nothing was said to be done, ``fill.due_past``, ``store.reason_needed``.
    RightsError
        If the actor does not sit at the level that judges it.
    """
    hands = _need_level(desk, key)
    place = _find_life(hands, row_id)

    def build(before: Answers) -> Answers:
        row = place.row(before)
        undone = _undo(hands, place, row)
        if undone == row:
            raise DataError("fill.nothing_done")
        return place.put(before, {**undone, **place.due(due_on)})

    def put_off_in_table(writer: Writer) -> None:
        if place.repeat and not place.due_is_its_own:
            _put_off_row(writer, desk, key, (place.repeat, row_id), due_on, reason)

    _check_due(desk, due_on, reason)
    amendment = _Amendment(hands, key, build, reason, also=put_off_in_table)
    return _amend(amendment, seen_version=None)


def put_off(desk: Desk, key: SubmissionKey, due_on: date, reason: str, row_id: str = "") -> int:
    """Number of the version created by moving the day until when an entry, or a row of it, is due.

    Raises
    ------
    DataError
        ``fill.no_due`` if it has no such day of its own, ``fill.due_past``, ``store.reason_needed``.
    RightsError
        If the actor does not sit at the level that moves it.
    """
    hands = _need_level(desk, key)
    place = _find_life(hands, row_id)
    if not place.due(due_on):
        raise DataError("fill.no_due", form=hands.form.name.words(desk.lang))

    def build(before: Answers) -> Answers:
        return place.put(before, {**place.row(before), **place.due(due_on)})

    _check_due(desk, due_on, reason)
    return _amend(_Amendment(hands, key, build, reason), seen_version=None)


def begin_many(
    desk: Desk, form_id: str, unit_codes: Sequence[str], answers: Answers
) -> tuple[SubmissionKey, ...]:
    """Keys of the entries of a log begun for several units with the same answers, all or none.

    Raises
    ------
    AnswersRefusedError
        If the answers are incomplete or wrong for one of the units.
    DataError
        ``fill.not_a_log``, ``review.no_units``, ``workflows.too_late``, ``fill.foreign_file``.
    RightsError
        If the actor may not fill the form in for one of the units.
    """
    form = find_form(desk.opened.campaign, form_id)
    codes = tuple(dict.fromkeys(unit_codes))
    if not codes:
        raise DataError("review.no_units")
    forms = {code: check_filler(desk, desk.opened.submission_key(form_id, code)) for code in codes}
    if form.occurrence != "many":
        raise DataError("fill.not_a_log", form=form.name.words(desk.lang))
    first, continued = desk.opened.submission_key(form_id, codes[0]), continued_codes(desk, *codes)
    names, units = common_words(desk) if form.identifying_paths() else None, known_units(desk)
    with log_refusal(desk, first), desk.write() as writer:
        check_version(writer, desk)
        made = {}
        for code, of_unit in forms.items():
            number = store.next_occurrence(writer, replace(first, unit_code=code), continued[code])
            key = desk.opened.submission_key(form_id, code, number)
            check_deadline(writer, desk, key)
            check_files_known(writer, of_unit, key, answers, desk.lang)
            made[key] = complete_answers(
                of_unit, desk.opened.campaign, answers, day_of(desk.now), names, units
            )
        store.submit_many(writer, made.items())
    return tuple(made)


def confirm_unchanged(desk: Desk, key: SubmissionKey) -> int:
    """Number of the version created by handing in what was given last time, unchanged.

    Of a form that lasts for the campaign it is the newest version once more; it counts as that one does. Of another
    it is what the unit handed in in the period before, without its files.

    Raises
    ------
    AnswersRefusedError
        If something must be answered anew: a file, or what the form did not ask before.
    DataError
        ``fill.nothing_before``, ``store.not_editable`` if it was handed in already, ``workflows.too_late``.
    RightsError
        If the actor may neither fill it in nor change anything of it.
    """
    check_key(desk, key, "fill")
    with read_as_hand(desk, key) as reader:
        found = load_state(reader, key)
    if found is not None and is_living(found) and key.period_id == ALWAYS:
        return _confirm(_need_hands(desk, key), key, found.version)
    form = check_filler(desk, key)
    if found is not None and (found.version or found.draft):
        raise DataError("store.not_editable", unit=key.unit_code, state=found.state)
    with read_own(desk, key) as reader:
        before = last_answers(reader, desk, form, key)
    if not before:
        raise DataError("fill.nothing_before", form=form.name.words(desk.lang))
    return hand_in(desk, key, before, 0 if found is None else found.revision)


def _confirm(hands: Hands, key: SubmissionKey, seen_version: int) -> int:
    """The newest version once more; what waits goes on waiting, and what was returned is not confirmed."""
    with hands.desk.write() as writer:
        check_version(writer, hands.desk)
        found = load_state(writer, key)
        if found is None or found.state in EDITABLE:
            raise DataError(
                "store.not_amendable", unit=key.unit_code, state="" if found is None else found.state
            )
        waits = found.standing_version is not None
        return store.amend(writer, key, found.answers or {}, seen_version=seen_version, counts=not waits)


def units_to_open(desk: Desk, form_id: str) -> pd.DataFrame:
    """Units for which the actor fills a form in, or may change something of it later; columns ``UNITS``."""
    form, units = find_form(desk.opened.campaign, form_id), desk.units
    hands = {by.by for place in places(form) if (by := later_of(place)) is not None}
    codes = set(units_to_fill(desk, form_id)["unit_code"])
    levels = hands.intersection(seats_above(desk))
    codes |= {code for code in units["unit_code"] for level in levels if sits_at(desk, level, code)}
    if UNIT in hands and desk.actor.role == "filler":
        codes |= {desk.actor.unit_code}
    codes |= {continuing(desk, key.unit_code) for key in list_entrusted(desk) if key.form_id == form_id}
    return units[units["unit_code"].isin(codes) & units["kind"].isin(form.unit_kind)].reset_index(drop=True)


def list_entrusted(desk: Desk) -> tuple[SubmissionKey, ...]:
    """Entries in which a field names the actor's own unit as the one to carry on, whichever unit they are about."""
    named = {form.id: fields for form in desk.opened.campaign.forms if (fields := naming_fields(form))}
    own = desk.actor.unit_code
    if not named or own is None:
        return ()
    with desk.workspace.store.read() as reader:
        states = load_submissions(reader, *desk.opened.key)
    return tuple(
        state.key
        for state in states
        if is_living(state) and any(own in _values(state, path) for path in named.get(state.key.form_id, ()))
    )


def _values(state: SubmissionState, path: str) -> tuple[object, ...]:
    repeat, _, name = path.rpartition("/")
    answers = state.answers or {}
    return tuple(row.get(name) for row in (rows_in(answers, repeat) if repeat else [answers]))


# -- inside --------------------------------------------------------------------------------------------

Build = Callable[[Answers], Answers]
"""From the answers that are stored to those that take their place."""


@dataclass(frozen=True)
class _Amendment:
    """How somebody changes an entry; what is not their own change is the level's, whatever the fields say."""

    hands: Hands
    key: SubmissionKey
    build: Build
    reason: str
    is_own: bool = False
    also: Callable[[Writer], None] | None = None

    def counts(
        self, writer: Writer, found: SubmissionState, complete: Answers, changes: Sequence[Changed]
    ) -> bool:
        """Whether it counts at once; not while it leaves what is said to be done and nobody has looked at.

        A level has looked at the rows, or the entry, of which it changes something itself.
        """
        if not self.hands.counts or found.standing_version is None:
            return self.hands.counts
        standing = next(v for v in store.history(writer, self.key) if v.version == found.standing_version)
        looked_at = {str(change.before.get(ROW) or "") for change in changes} if self.is_own else set()
        said, stood = (replace(self.hands, answers=given).done for given in (complete, standing.answers))
        return not said.keys() - stood.keys() - looked_at


def _amend(amendment: _Amendment, seen_version: int | None) -> int:
    desk = amendment.hands.desk
    names = common_words(desk) if amendment.hands.form.identifying_paths() else None
    with desk.write() as writer:
        check_version(writer, desk)
        return _write_amendment(writer, amendment, seen_version, names)


def _write_amendment(
    writer: Writer, amendment: _Amendment, seen_version: int | None, names: CommonWords | None
) -> int:
    hands = amendment.hands
    desk, key, form = hands.desk, amendment.key, hands.form
    found = load_state(writer, key)
    if found is None or not is_living(found):
        raise DataError("fill.not_handed_in", form=form.name.words(desk.lang))
    if seen_version not in (None, found.version):
        raise ConflictError(
            "store.version_changed", unit=key.unit_code, seen=seen_version, found=found.version
        )
    before = compute_answers(form, found.answers or {}, today=day_of(desk.now))
    complete, changes, problems = examine_amendment(hands, before, amendment.build(before), names)
    if not changes and found.state not in EDITABLE:
        raise DataError("fill.nothing_changed")
    if amendment.is_own:
        hands.check(changes)
    if any(change.path in hands.due_paths for change in changes) and not clean_text(amendment.reason):
        raise DataError("store.reason_needed")
    if problems:
        raise AnswersRefusedError(problems)
    check_files_known(writer, form, key, complete, desk.lang)
    version = store.amend(
        writer, key, complete, seen_version=found.version,
        counts=amendment.counts(writer, found, complete, changes), level=hands.level,
        reason=clean_text(amendment.reason) or None,
    )  # fmt: skip
    if amendment.also is not None:
        amendment.also(writer)
    if not desk.actor.on_behalf and hands.is_filler:
        for track, layer_id in self_tracks(desk.opened.campaign, form):
            restamp(writer, desk, hands.key, track, layer_id)
    release_unused(writer, form, key)
    return version


def _need_hands(desk: Desk, key: SubmissionKey) -> Hands:
    """Hands of the actor on an entry, of which something is theirs to change."""
    check_key(desk, key, "fill")
    with read_as_hand(desk, key) as reader:
        hands = Hands.of(desk, key, load_state(reader, key))
    return _check_changeable(hands)


def _check_changeable(hands: Hands) -> Hands:
    """The hands, if something is theirs to change."""
    desk, key = hands.desk, hands.key
    if not hands.changeable:
        if not hands.in_general and not hands.is_filler:
            raise RightsError("workflows.out_of_scope", unit=key.unit_code, own=desk.actor.unit_code or "")
        if not hands.lives:
            raise DataError("fill.not_handed_in", form=hands.form.name.words(desk.lang))
        raise DataError("store.not_editable", unit=key.unit_code, state="submitted")
    return hands


def _need_level(desk: Desk, key: SubmissionKey) -> Hands:
    """Hands of an actor who sits at the level that judges an entry."""
    check_key(desk, key, "review")
    with desk.workspace.store.read() as reader:
        hands = Hands.of(desk, key, load_state(reader, key))
    if not hands.is_level:
        raise RightsError("workflows.out_of_scope", unit=key.unit_code, own=desk.actor.unit_code or "")
    return hands


def _check_due(desk: Desk, due_on: date, reason: str) -> None:
    if not clean_text(reason):
        raise DataError("store.reason_needed")
    if due_on < day_of(desk.now):
        raise DataError("fill.due_past", day=due_on)


@dataclass(frozen=True)
class _Living:
    """What has a life: an entry, or a fixed row of it."""

    life: Life
    repeat: str = ""
    row_id: str = ""

    def row(self, answers: Answers) -> Answers:
        """Its own answers."""
        if not self.repeat:
            return answers
        return next((row for row in rows_in(answers, self.repeat) if row.get(ROW) == self.row_id), {})

    def put(self, answers: Answers, row: Answers) -> Answers:
        """All answers, with others of its own."""
        if not self.repeat:
            return row
        rows = [row if one.get(ROW) == self.row_id else one for one in rows_in(answers, self.repeat)]
        return {**answers, self.repeat: rows}

    @property
    def due_is_its_own(self) -> bool:
        """Whether it is due on a day of its own, not on one of a table."""
        return self.life.due is not None and "/" not in self.life.due

    def due(self, day: date) -> Answers:
        """The answer that says until when it is due; none if that is no answer."""
        return {str(self.life.due): day.isoformat()} if self.due_is_its_own else {}


def _find_life(hands: Hands, row_id: str) -> _Living:
    if not row_id and hands.form.life is not None:
        return _Living(hands.form.life)
    for path, place in hands.places.items():
        field = place.field
        if row_id and field.life is not None and field.table is not None and field.table.row(row_id):
            return _Living(field.life, path, row_id)
    raise DataError("fill.no_life", form=hands.form.name.words(hands.desk.lang), value=row_id)


def _undo(hands: Hands, place: _Living, row: Answers) -> Answers:
    """Answers without what says that it is done: the state, or the last step by another hand and what follows."""
    life = place.life
    if life.state is not None:
        if row.get(life.state) not in life.done:
            return row
        return {**row, life.state: life.begun[0] if life.begun else None}
    made = dict(row)
    for step in reversed([step for step in life.steps[1:] if row.get(step.field)]):
        made.pop(step.field)
        by = later_of(hands.places[f"{place.repeat}/{step.field}" if place.repeat else step.field])
        if by is None or by.by != hands.due_level:
            break
    return made


def _put_off_row(
    writer: Writer, desk: Desk, key: SubmissionKey, row_path: tuple[str, str], due_on: date, reason: str
) -> None:
    """Put off, within a transaction, the checks of a row that is due as its table says; rights are the caller's.

    Parameters
    ----------
    row_path
        The repeat, and the id of the row.
    """
    repeat, row_id = row_path
    for track in desk.opened.campaign.tracks:
        for check in track.checks:
            if isinstance(check, RowsCheck) and check.rows == f"{key.form_id}/{repeat}":
                whose = (key.campaign_id, key.period_id, key.unit_code)
                grant_concession(writer, ConcessionKey(*whose, check.check_id, row_id), reason, due_on=due_on)
