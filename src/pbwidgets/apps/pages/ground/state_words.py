"""Words and colours for the state of a form, the same on the home page and the board."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from pbwidgets.apps.visit import Visit
from pbwidgets.forms.elements import Cell
from pbwidgets.workflows.ground.rights import COMMAND_LINE
from pbwidgets.workflows.ground.workspace import ZONE
from pbwidgets.workflows.people.audit_log import role_words

SOON_DAYS = 3
"""Days before a deadline from which it is shown as near."""


def form_name(visit: Visit, form_id: str) -> str:
    """Name of a form of the open campaign."""
    return visit.opened.campaign.form(form_id).name.words(visit.lang)


def kept_words(visit: Visit) -> str:
    """That something was kept just now."""
    return visit.words("review.kept_at", moment=datetime.now(ZONE).strftime("%H:%M:%S"))


def level_name(visit: Visit, level_id: str | None) -> str:
    """Name of a review level, empty without one."""
    names = {level.id: level.name.words(visit.lang) for level in visit.opened.campaign.review_levels}
    return names.get(level_id or "", level_id or "")


def part_words(visit: Visit, codes: Collection[str]) -> str:
    """What parts of a campaign are called: the kinds of unit that divide it, and those of parts outside of them."""
    campaign = visit.opened.campaign
    found = visit.units.loc[visit.units["unit_code"].isin(list(codes)), "kind"]
    outside = [kind for kind in campaign.member_kinds if kind in set(found).difference(campaign.partition_by)]
    return campaign.kind_names([*campaign.partition_by, *outside], visit.lang)


def state_words(visit: Visit, state: str) -> str:
    """State of a submission in a clerk's words."""
    name, _, level_id = state.partition(":")
    if name == "accepted":
        return visit.words("home.state_accepted", level=level_name(visit, level_id))
    return visit.words(f"home.state_{name}")


def account_words(visit: Visit, name: str) -> str:
    """Who did something on record: an account, or the server's operator, whose name is none."""
    if name.startswith(COMMAND_LINE):
        return role_words("operator", visit.lang)
    return visit.words("home.account_named", name=name)


def day_words(visit: Visit, moment: datetime | None) -> str:
    """Day of a moment in Asia/Shanghai, as ``2026-11-20``."""
    return visit.words("home.never") if moment is None else moment.astimezone(ZONE).date().isoformat()


def minute_words(visit: Visit, moment: datetime | None) -> str:
    """Moment in Asia/Shanghai to the minute, as ``2026-11-20 14:03``."""
    return visit.words("home.never") if moment is None else moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def deadline_words(visit: Visit, owed: Mapping[Any, Any]) -> str:
    """Last day of a form for a unit, and whether it was extended."""
    if owed["until"] is None:
        return visit.words("home.no_deadline")
    last = (owed["until"] - timedelta(microseconds=1)).astimezone(ZONE).date()
    extended = visit.words("home.exception") if owed["has_exception"] else ""
    return visit.words("home.last_day", day=last.isoformat()) + extended


def remaining_cell(visit: Visit, owed: Mapping[Any, Any]) -> Cell:
    """Days left, or days overdue, in words and colour."""
    days = owed["days_left"]
    if not visit.opened.is_open:
        return Cell(visit.words("home.closed"), tone="quiet")
    if days is None:
        return Cell(visit.words("home.no_deadline"), tone="quiet")
    if owed["standing"] == "overdue":
        late = visit.words("home.overdue_days", days=-days) if days < 0 else visit.words("home.overdue_now")
        return Cell(late, tone="error")
    if days < 0:
        return Cell(visit.words("home.closed"), tone="quiet")
    if days == 0:
        return Cell(visit.words("home.due_today"), tone="error")
    return Cell(visit.words("home.days_left", days=days), tone="warn" if days <= SOON_DAYS else None)
