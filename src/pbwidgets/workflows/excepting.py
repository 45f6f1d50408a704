"""Exceptions from a deadline, for one unit and form."""

from datetime import UTC, datetime

from pbwidgets import store
from pbwidgets.errors import DataError
from pbwidgets.store import Actor
from pbwidgets.workflows.rights import authorise
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, today


def grant_exception(
    workspace: Workspace,
    actor: Actor,
    opened: Opened,
    form_id: str,
    unit_code: str,
    until: datetime,
    reason: str,
    *,
    now: datetime | None = None,
) -> None:
    """Let a unit hand a form in until a moment (with its zone); the newest exception counts.

    Raises
    ------
    DataError
        ``review.unknown_form`` if units of this kind have no such form, ``review.exception_past`` if the moment
        is over, ``store.reason_needed``.
    RightsError
        If the actor may not.
    """
    units = workspace.units(opened.day(today()))
    authorise(actor, "exception", unit_code, units)
    kinds = set(units.loc[units["unit_code"] == unit_code, "kind"])
    if not any(form.id == form_id and form.unit_kind in kinds for form in opened.campaign.forms):
        raise DataError("review.unknown_form", form=form_id, unit=unit_code)
    if until <= (now or datetime.now(UTC)):
        raise DataError("review.exception_past", until=until.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))
    with workspace.store.write(actor) as writer:
        store.grant_exception(writer, opened.campaign.id, opened.period_id, form_id, unit_code, until, reason)
