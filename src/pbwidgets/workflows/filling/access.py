"""Who may fill in a form, and as whom."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from pbwidgets.campaign import Form
from pbwidgets.campaign.names import form_of_unit
from pbwidgets.errors import DataError, RightsError
from pbwidgets.store import Actor, Reader, SubmissionKey, SubmissionState, load_state
from pbwidgets.store.submissions import EDITABLE, LOCKED, count_drafts
from pbwidgets.units import kind_and_domain
from pbwidgets.workflows.ground.desk import Desk, find_in_scope, seats_above
from pbwidgets.workflows.ground.lookup import find_form
from pbwidgets.workflows.ground.seats import find_seats
from pbwidgets.workflows.ground.workspace import Opened, Workspace


def check_filler(desk: Desk, key: SubmissionKey) -> Form:
    """Form to fill in as it is for this unit, if the actor may fill it in.

    Raises
    ------
    RightsError
        ``workflows.not_allowed``, ``workflows.out_of_scope``; ``fill.names_somebody`` on behalf of a unit, for a form
        that says who somebody is.
    UsageError
        ``fill.unknown_form``.
    """
    form = find_form(desk.opened.campaign, key.form_id)
    if form.survey is not None:  # answered with one-time codes only
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="fill")
    if form.filled_by is None:
        desk.authorise("fill_on_behalf" if desk.actor.on_behalf else "fill", key.unit_code)
        if desk.actor.on_behalf and form.identifying_paths():
            raise RightsError("fill.names_somebody", form=form.name.words(desk.lang))
    elif desk.actor.role != "operator" and not _fills_for_level(desk, form.filled_by)(key.unit_code):
        raise RightsError("workflows.out_of_scope", unit=key.unit_code, own=desk.actor.unit_code or "")
    return form_of_unit(form, *kind_and_domain(desk.units, key.unit_code))


def fills_in(desk: Desk, key: SubmissionKey) -> bool:
    """Whether :func:`check_filler` lets the actor fill a form in."""
    try:
        check_filler(desk, key)
    except RightsError:
        return False
    return True


def sits_at(desk: Desk, level_id: str, unit_code: str) -> bool:
    """Whether the actor enters and judges for a review level above a unit; the operator does everywhere."""
    if desk.actor.role == "operator":
        return True
    seat = seats_above(desk).get(level_id, {}).get(unit_code)
    return desk.actor.role == "reviewer" and seat == desk.actor.unit_code and seat not in (None, unit_code)


def filling_actor(actor: Actor, opened: Opened, form_id: str) -> Actor:
    """The actor as a form sees them: a reviewer who fills in a filler's form does so on behalf of the unit.

    Raises
    ------
    UsageError
        ``fill.unknown_form``.
    """
    form = find_form(opened.campaign, form_id)
    if actor.role == "reviewer" and form.filled_by is None:
        return replace(actor, on_behalf=True)
    return actor


def units_to_fill(desk: Desk, form_id: str) -> pd.DataFrame:
    """Units for which the actor may fill in a form, columns ``UNITS``; none for roles that fill in nothing."""
    form = find_form(desk.opened.campaign, form_id)
    units = desk.units
    of_kind = units[units["kind"].isin(form.unit_kind)]
    if desk.actor.role == "operator":
        return of_kind.reset_index(drop=True)
    if form.filled_by is not None:
        mine = of_kind["unit_code"].map(_fills_for_level(desk, form.filled_by))
    elif desk.actor.role == "filler":
        mine = of_kind["unit_code"] == desk.actor.unit_code
    elif form.identifying_paths():  # not on behalf of the unit
        return of_kind.iloc[:0]
    elif desk.actor.role == "reviewer" and desk.actor.unit_code in set(units["unit_code"]):
        mine = of_kind["unit_code"].isin(find_in_scope(desk, "fill_on_behalf")["unit_code"])
    else:
        return of_kind.iloc[:0]
    return of_kind[mine.astype(bool)].reset_index(drop=True)


def _fills_for_level(desk: Desk, level_id: str) -> Callable[[str], bool]:
    """Test whether the actor enters a review level's answers for a unit."""
    seats = find_seats(desk)
    return lambda unit_code: desk.actor.role == "reviewer" and seats.has(level_id, unit_code)


def is_living(found: SubmissionState) -> bool:
    """Whether it was handed in and goes on: what is changed of it now is an amendment, also of one that came back."""
    is_open = found.state not in EDITABLE or found.standing_version is not None
    return found.version > 0 and is_open and found.state != LOCKED


def check_editable(workspace: Workspace, key: SubmissionKey) -> None:
    """Raise unless the answers may still be changed.

    Raises
    ------
    DataError
        ``store.not_editable``.
    """
    with workspace.store.read() as reader:
        check_draftable(reader, key)


def check_draftable(reader: Reader, key: SubmissionKey) -> None:
    """Raise if the answers were handed in, or are those of an amendment that came back: they are only amended.

    Raises
    ------
    DataError
        ``store.not_editable``.
    """
    found = load_state(reader, key)
    if found is not None and (found.state not in EDITABLE or is_living(found)):
        raise DataError("store.not_editable", unit=key.unit_code, state=found.state)


def check_draft_quota(reader: Reader, desk: Desk, key: SubmissionKey) -> None:
    """Raise if this would be one draft too many for the actor's account.

    Raises
    ------
    DataError
        ``workflows.quota_drafts``.
    """
    found = load_state(reader, key)
    if desk.actor.role == "operator" or (found is not None and found.draft is not None):
        return
    drafts, limit = count_drafts(reader, desk.actor.name), desk.workspace.settings.quota.drafts
    if drafts >= limit:
        raise DataError("workflows.quota_drafts", found=drafts, limit=limit)
