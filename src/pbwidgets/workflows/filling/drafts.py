"""Save a draft, hand it in, take it back. The server repeats the form's checks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pbwidgets.campaign import compute_answers
from pbwidgets.errors import ConflictError
from pbwidgets.store import SubmissionKey, Writer, load_state, save_draft, submit, withdraw
from pbwidgets.workflows.filling.access import check_draft_quota, check_draftable, check_filler
from pbwidgets.workflows.filling.evidence import check_files_known, release_unused
from pbwidgets.workflows.filling.self_marks import restamp
from pbwidgets.workflows.ground.answers import complete_answers
from pbwidgets.workflows.ground.deadlines import check_deadline, log_refusal
from pbwidgets.workflows.ground.desk import Desk, check_version, common_words, known_units
from pbwidgets.workflows.ground.dry_run import self_tracks
from pbwidgets.workflows.ground.workspace import day_of


def save_answers(desk: Desk, key: SubmissionKey, answers: Mapping[str, Any], base_revision: int) -> int:
    """Revision of the draft after saving; incomplete answers are accepted.

    Raises
    ------
    RightsError
        If the actor may not fill this form for this unit.
    ConflictError
        ``store.draft_changed`` if somebody else has saved in the meantime; ``workflows.newer_version`` if another
        version of the campaign has been opened since the desk was made.
    DataError
        ``workflows.quota_drafts`` if it would be one draft too many for the account.
    """
    form = check_filler(desk, key)
    given = _as_given(desk, key, answers)
    with _hiding_the_other(desk), desk.write() as writer:
        check_version(writer, desk)
        check_draftable(writer, key)
        check_draft_quota(writer, desk, key)
        return save_draft(writer, key, compute_answers(form, given), base_revision)


def hand_in(desk: Desk, key: SubmissionKey, answers: Mapping[str, Any], base_revision: int) -> int:
    """Number of the version created by handing the answers in.

    Parameters
    ----------
    answers
        Answers to the form, as :func:`pbwidgets.campaign.check_answers` takes them.
    base_revision
        Revision of the draft that the filler was editing, 0 for none.

    Raises
    ------
    AnswersRefusedError
        If the answers are incomplete or wrong.
    DataError
        ``workflows.too_late`` after the deadline, unless the unit has an exception on record; it is logged.
    RightsError, ConflictError
        As :func:`save_answers`.
    """
    complete = _complete(desk, key, answers)
    with log_refusal(desk, key), _hiding_the_other(desk), desk.write() as writer:
        return _hand_in(writer, desk, key, complete, base_revision)


def take_back(desk: Desk, key: SubmissionKey) -> None:
    """Take a submission back for editing; possible until review begins.

    Raises
    ------
    DataError
        ``store.review_begun``.
    RightsError
        If the actor may not fill this form for this unit.
    """
    check_filler(desk, key)
    with desk.write() as writer:
        withdraw(writer, key)


def hand_in_form(desk: Desk, key: SubmissionKey, answers: Mapping[str, Any], base_revision: int) -> int:
    """Number of the version created; the unit's own marks now apply to it, and unused files are released.

    All of it is kept or nothing.

    Raises
    ------
    AnswersRefusedError, ConflictError, RightsError
        As :func:`hand_in`.
    DataError
        ``workflows.too_late``; ``fill.foreign_file`` if the answers name a file that was not attached here.
    """
    complete = _complete(desk, key, answers)
    form = desk.opened.campaign.form(key.form_id)
    with log_refusal(desk, key), _hiding_the_other(desk), desk.write() as writer:
        check_files_known(writer, form, key, answers, desk.lang)
        version = _hand_in(writer, desk, key, complete, base_revision)
        if not desk.actor.on_behalf:
            for track, layer_id in self_tracks(desk.opened.campaign, form):
                restamp(writer, desk, key, track, layer_id)
        release_unused(writer, form, key)
    return version


def _complete(desk: Desk, key: SubmissionKey, answers: Mapping[str, Any]) -> dict[str, Any]:
    form = check_filler(desk, key)
    names = common_words(desk) if form.identifying_paths() else None
    given = _as_given(desk, key, answers)
    return complete_answers(form, desk.opened.campaign, given, day_of(desk.now), names, known_units(desk))


def _as_given(desk: Desk, key: SubmissionKey, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers with what a reviewer who fills in on behalf of the unit was not shown, and so did not change."""
    if not desk.actor.on_behalf:
        return answers
    scrub = desk.workspace.store.scrub()
    if scrub is None:
        return answers
    with desk.workspace.store.read(whole=True) as reader:
        found = load_state(reader, key)
    kept = None if found is None else (found.draft if found.draft is not None else found.answers)
    restored: dict[str, Any] = scrub.scrubber.restore(answers, kept)
    return restored


@contextmanager
def _hiding_the_other(desk: Desk) -> Iterator[None]:
    """While it lasts, a conflict shows a reviewer the draft of somebody else without what identifies."""
    try:
        yield
    except ConflictError as error:
        if desk.actor.on_behalf and "answers" in error.args_of_message:
            scrub = desk.workspace.store.scrub()
            if scrub is not None:
                error.args_of_message["answers"] = scrub.value(error.args_of_message["answers"])
        raise


def _hand_in(
    writer: Writer, desk: Desk, key: SubmissionKey, complete: Mapping[str, Any], base_revision: int
) -> int:
    check_version(writer, desk)
    check_draftable(writer, key)
    check_deadline(writer, desk, key)
    return submit(writer, key, save_draft(writer, key, complete, base_revision))
