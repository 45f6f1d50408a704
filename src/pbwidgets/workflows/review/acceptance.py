"""Accept submissions, return them, undo an acceptance."""

from dataclasses import dataclass

from pbwidgets.campaign.model import MOST_RETURN_DAYS
from pbwidgets.errors import DataError
from pbwidgets.store import SubmissionKey, Writer, accept, return_submission, undo_accept
from pbwidgets.workflows.ground.deadlines import extend_for_correction
from pbwidgets.workflows.ground.desk import Desk, check_key, continuing
from pbwidgets.workflows.ground.seats import Seats, find_seats, review_levels


@dataclass(frozen=True)
class Correction:
    """What a return asks to be put right.

    Attributes
    ----------
    reason
        Reason for the return.
    field_path
        The field that it concerns; None for the whole form.
    days
        Days after today in which it can be handed in again, even after the deadline. By default the campaign's;
        0 leaves the deadline as it is, and no value makes it earlier.
    """

    reason: str
    field_path: str | None = None
    days: int | None = None


def accept_submission(desk: Desk, key: SubmissionKey, level_id: str, *, seen_version: int) -> int:
    """Number of the version created by a level's acceptance.

    Raises
    ------
    ConflictError, DataError
        As :func:`pbwidgets.store.accept`.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(desk, find_seats(desk), key, level_id)
    levels = review_levels(desk.opened.campaign, desk.opened.campaign.form(key.form_id))
    with desk.write() as writer:
        return accept(writer, key, level_id, levels, seen_version=seen_version)


def undo_acceptance(desk: Desk, key: SubmissionKey, level_id: str) -> int:
    """Number of the version created by undoing an acceptance; possible until the next level has acted.

    Raises
    ------
    DataError
        ``store.cannot_undo``, ``store.no_submission``.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(desk, find_seats(desk), key, level_id)
    levels = review_levels(desk.opened.campaign, desk.opened.campaign.form(key.form_id))
    with desk.write() as writer:
        return undo_accept(writer, key, level_id, levels)


def send_back(desk: Desk, key: SubmissionKey, level_id: str, wanted: Correction, *, seen_version: int) -> int:
    """Number of the version created by returning a submission, as a whole or for one field, with a reason.

    Parameters
    ----------
    wanted
        What is to be put right.
    seen_version
        Version that the reviewer saw.

    Raises
    ------
    ConflictError, DataError
        As :func:`pbwidgets.store.return_submission`; ``workflows.return_days`` for more days than allowed.
    RightsError
        If the actor does not sit at this level above the unit.
    """
    _check_reviewer(desk, find_seats(desk), key, level_id)
    with desk.write() as writer:
        return return_for_correction(writer, desk, key, level_id, wanted, seen_version=seen_version)


def return_for_correction(
    writer: Writer, desk: Desk, key: SubmissionKey, level_id: str, wanted: Correction, *, seen_version: int
) -> int:
    """Return a submission within a transaction, with days in which to hand it in again; rights are the caller's.

    Returns the number of the new version.

    Raises
    ------
    ConflictError, DataError
        As :func:`send_back`.
    """
    campaign = desk.opened.campaign
    days = campaign.return_days if wanted.days is None else wanted.days
    if not 0 <= days <= MOST_RETURN_DAYS:
        raise DataError("workflows.return_days", days=days, highest=MOST_RETURN_DAYS)
    levels = review_levels(campaign, campaign.form(key.form_id))
    made = return_submission(
        writer, key, level_id, levels, wanted.reason, wanted.field_path, seen_version=seen_version
    )
    extend_for_correction(writer, desk, key, days, wanted.reason)
    return made


def _check_reviewer(desk: Desk, seats: Seats, key: SubmissionKey, level_id: str) -> None:
    check_key(desk, key, "review")
    unit_code = continuing(desk, key.unit_code)
    desk.authorise("review", unit_code)
    if desk.actor.role != "operator":
        seats.check(level_id, unit_code)
