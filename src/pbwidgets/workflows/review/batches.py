"""Accept or return many submissions at once, after saying which cannot be, and why; and take an acceptance back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pbwidgets.errors import ConflictError, DataError, PbError, RightsError
from pbwidgets.store import (
    Reader,
    SubmissionKey,
    accept_many,
    accepted,
    load_overview,
    load_state,
    undo_accept,
)
from pbwidgets.workflows.ground.desk import Desk, check_key, continuing, find_in_scope
from pbwidgets.workflows.ground.lookup import find_form, name_units, word_state
from pbwidgets.workflows.ground.seats import Seats, acting_level, find_seats, review_levels
from pbwidgets.workflows.review.acceptance import Correction, return_for_correction


@dataclass(frozen=True)
class Batch:
    """Chosen submissions, parted by whether the actor can act on them now.

    Attributes
    ----------
    ready
        Level that the actor acts for, by submission.
    refused
        Why nothing can be done about the others, by submission.
    """

    ready: Mapping[SubmissionKey, str]
    refused: Mapping[SubmissionKey, PbError]


def plan_batch(desk: Desk, seen: Mapping[SubmissionKey, int]) -> Batch:
    """Which of these submissions the actor can accept or return now.

    Parameters
    ----------
    seen
        Submissions, each with the version that the actor saw.

    Raises
    ------
    RightsError
        ``workflows.not_allowed`` if the actor's role never reviews, or for a submission of another campaign.
    """
    with desk.workspace.store.read() as reader:
        return _part(reader, desk, seen)


def accept_submissions(desk: Desk, seen: Mapping[SubmissionKey, int]) -> int:
    """Number of submissions accepted, each by the level whose turn it is; all or none.

    Parameters
    ----------
    seen
        Submissions to accept, each with the version that the reviewer saw.

    Raises
    ------
    ConflictError
        ``store.version_changed`` if one of them has a newer version.
    DataError
        ``store.not_your_turn``, ``store.no_submission``.
    RightsError
        If the actor does not sit above each of the units.
    """
    with desk.write() as writer:
        for level, levels, keys in _by_level(desk, _ready(writer, desk, seen)):
            accept_many(writer, keys, level, levels)
    return len(seen)


def undo_acceptances(desk: Desk, keys: Sequence[SubmissionKey]) -> int:
    """Number of submissions whose acceptance by the actor's level is undone, until the next has acted; all or none.

    Raises
    ------
    DataError
        ``store.cannot_undo`` if somebody else has acted since.
    RightsError
        If the actor does not sit above each of the units.
    """
    campaign, seats = desk.opened.campaign, find_seats(desk)
    below = set(find_in_scope(desk, "review")["unit_code"])
    with desk.write() as writer:
        for key in keys:
            check_key(desk, key, "review")
            own = continuing(desk, key.unit_code)
            if own not in below:
                raise RightsError("workflows.out_of_scope", unit=own, own=desk.actor.unit_code or "")
            levels = review_levels(campaign, find_form(campaign, key.form_id))
            found = load_state(writer, key)
            state = "" if found is None else found.state
            level = next((one for one in levels if state == accepted(one) and seats.has(one, own)), None)
            if level is None:
                raise DataError("store.cannot_undo", unit=own, state=state)
            undo_accept(writer, key, level, levels)
    return len(keys)


def return_submissions(desk: Desk, seen: Mapping[SubmissionKey, int], wanted: Correction) -> int:
    """Number of submissions returned as a whole, for one reason; all or none.

    Parameters
    ----------
    seen
        Submissions to return, each with the version that the reviewer saw.
    wanted
        What is to be put right, the same for all.

    Raises
    ------
    ConflictError, DataError, RightsError
        As :func:`accept_submissions`; ``store.reason_needed``, ``workflows.return_days``.
    """
    with desk.write() as writer:
        for key, level in _ready(writer, desk, seen).items():
            return_for_correction(writer, desk, key, level, wanted, seen_version=seen[key])
    return len(seen)


def _ready(reader: Reader, desk: Desk, seen: Mapping[SubmissionKey, int]) -> Mapping[SubmissionKey, str]:
    """Level that acts on each of the submissions; raises the first refusal."""
    batch = _part(reader, desk, seen)
    for error in batch.refused.values():
        raise error
    return batch.ready


def _part(reader: Reader, desk: Desk, seen: Mapping[SubmissionKey, int]) -> Batch:
    below = set(find_in_scope(desk, "review")["unit_code"])
    seats, found = find_seats(desk), _load_states(load_overview(reader, *desk.opened.key))
    codes = {key.unit_code for key in seen} | {desk.actor.unit_code or ""}
    names = name_units(desk.units, codes)
    ready: dict[SubmissionKey, str] = {}
    refused: dict[SubmissionKey, PbError] = {}
    for key, version in seen.items():
        check_key(desk, key, "review")
        unit = names.get(key.unit_code, key.unit_code)
        try:
            own_code = continuing(desk, key.unit_code)
            if own_code == desk.actor.unit_code:
                raise RightsError("workflows.own_material", unit=unit)
            if own_code not in below:
                own = desk.actor.unit_code or ""
                raise RightsError("workflows.out_of_scope", unit=unit, own=names.get(own, own))
            state, newest = found.get((key.form_id, key.unit_code, key.occurrence), ("", 0))
            if newest and newest != version:
                raise ConflictError("store.version_changed", unit=unit, seen=version, found=newest)
            ready[key] = _find_level(desk, seats, key, state, unit)
        except PbError as error:
            refused[key] = error
    return Batch(ready, refused)


def _find_level(desk: Desk, seats: Seats, key: SubmissionKey, state: str, unit: str) -> str:
    """Level for which the actor acts on a submission in this state; ``unit`` is the name in a refusal."""
    campaign, form = desk.opened.campaign, find_form(desk.opened.campaign, key.form_id)
    if not state:
        raise DataError("store.no_submission", unit=unit, form=form.name)
    level = acting_level(campaign, form, state)
    levels = {item.id: item.name for item in campaign.review_levels}
    if level is None:
        words = {name: text.words(desk.lang) for name, text in levels.items()}
        raise DataError("workflows.nobodys_turn", unit=unit, state=word_state(state, words, desk.lang))
    if not seats.has(level, continuing(desk, key.unit_code)):
        raise DataError("workflows.turn_of_others", unit=unit, level=levels[level])
    return level


def _load_states(overview: pd.DataFrame) -> dict[tuple[str, str, int], tuple[str, int]]:
    """State and newest version of each submission, by form, unit and occurrence."""
    columns = [overview[name] for name in ("form_id", "unit_code", "occurrence", "state", "version")]
    return {
        (str(form_id), str(unit), int(at)): (str(state), int(version))
        for form_id, unit, at, state, version in zip(*columns, strict=True)
    }


def _by_level(
    desk: Desk, ready: Mapping[SubmissionKey, str]
) -> Iterator[tuple[str, tuple[str, ...], list[SubmissionKey]]]:
    """Acting level, all levels, and the submissions that have both in common."""
    parts: dict[tuple[str, tuple[str, ...]], list[SubmissionKey]] = {}
    for key, level in ready.items():
        levels = review_levels(desk.opened.campaign, desk.opened.campaign.form(key.form_id))
        parts.setdefault((level, levels), []).append(key)
    for (level, levels), keys in parts.items():
        yield level, levels, keys
