"""The audit log for whoever looks after accounts: read, filtered, and saved as a workbook.

Campaigns, forms, fields and levels are told by the names that an open campaign gives them; without one, by their ids.
Only what the catalogue ``audit`` has a word for is told of an entry's details: what a later action writes gets out
once somebody has looked at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, get_args

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.list_order import top_lists
from pbwidgets.campaign.names import places
from pbwidgets.exports import About, Column, Sheet, build_workbook
from pbwidgets.store import ALWAYS, Actor, AuditQuery, AuditRow, Deed, LoggedAction, load_audit
from pbwidgets.units import unit_names
from pbwidgets.wording import has_words, say, spoken_language
from pbwidgets.workflows.ground.lookup import campaign_names
from pbwidgets.workflows.ground.rights import COMMAND_LINE, authorise
from pbwidgets.workflows.ground.workspace import ZONE, Workspace, closed_campaigns, open_campaigns, today

ACTIONS: Final[tuple[str, ...]] = get_args(LoggedAction)
"""Actions that the log may be filtered by."""
PAGE_ROWS: Final = 50
"""Entries that are read at once."""
MOST_EXPORTED: Final = 50_000
"""Entries of a workbook; of more, the newest."""
LONGEST_DETAILS: Final = 200
"""Characters of an entry's details that are told."""
SHORT_HASH: Final = 12
"""Letters by which a file is told from others."""
MINUTE: Final = "%Y-%m-%d %H:%M"
SECOND: Final = "%Y-%m-%d %H:%M:%S"
_NAMED_BY: Final = {
    "allotment": "track",
    "campaign": "campaign",
    "class": "track",
    "decision": "track",
    "form": "form",
    "mark": "criterion",
    "nomination": "track",
    "submission": "form",
}
"""Kind of thing whose id stands in the entries about an entity."""
_NO_NAMES: Final[Mapping[str, Mapping[str, str]]] = {}
AUDIT_LOG: Final = (
    "id", "at", "actor", "role", "on_behalf", "action", "entity",
    "campaign", "period", "unit_code", "unit_name", "details",
)  # fmt: skip
"""Columns of the log."""


@dataclass(frozen=True)
class AuditFilter:
    """Which entries somebody asks for; what is empty does not matter.

    Attributes
    ----------
    account, unit_code, action
        Who did it, about which unit, and what: one of :data:`ACTIONS`.
    first_day, last_day
        Days in Asia/Shanghai, both included.
    """

    account: str = ""
    unit_code: str = ""
    action: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """Some entries of the log, the newest first.

    Attributes
    ----------
    entries
        Columns :data:`AUDIT_LOG`. Moments are in UTC, actions and roles in code; ``entity``, ``campaign`` and
        ``details`` are short texts.
    older_than
        Number before which the next page begins; None if there is none.
    """

    entries: pd.DataFrame
    older_than: int | None


def list_audit(
    workspace: Workspace,
    actor: Actor,
    wanted: AuditFilter,
    *,
    older_than: int | None = None,
    lang: str | None = None,
) -> AuditPage:
    """Newest entries of the log that fit a filter.

    Parameters
    ----------
    older_than
        Number that the page before gave; by default the page begins with the newest entry.
    lang
        Language of the details; by default that of the environment.

    Raises
    ------
    RightsError
        If the actor does not look after accounts.
    """
    found = _load(workspace, actor, wanted, older_than, PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    return AuditPage(_to_frame(workspace, shown, lang), shown[-1].id if len(found) > PAGE_ROWS else None)


def export_audit(workspace: Workspace, actor: Actor, wanted: AuditFilter, path: Path, lang: str) -> int:
    """Write the entries that fit a filter into a workbook, and return how many it holds.

    Of more than :data:`MOST_EXPORTED` the newest are written, and the first sheet says so.

    Raises
    ------
    RightsError
        If the actor does not look after accounts.
    """
    found = _load(workspace, actor, wanted, None, MOST_EXPORTED + 1)
    log = _to_frame(workspace, found[:MOST_EXPORTED], lang)
    told = log.assign(
        at=[moment.astimezone(ZONE).strftime(SECOND) for moment in log["at"]],
        role=[role_words(role, lang) for role in log["role"]],
        on_behalf=[say("audit.yes", lang) if on_behalf else "" for on_behalf in log["on_behalf"]],
        action=[action_words(action, lang) for action in log["action"]],
    )
    columns = {
        name: Column(say(f"audit.column_{name}", lang), format="integer" if name == "id" else "text")
        for name in AUDIT_LOG
    }
    title = say("audit.title", lang)
    code = "audit.cut" if len(found) > MOST_EXPORTED else "audit.whole"
    notes = [say(code, lang, count=len(log), day=today()), *_filter_words(wanted, lang)]
    about = About("", "", "", title=title, note=" · ".join(notes))
    build_workbook([Sheet(title, told, columns)], path, about=about, lang=lang)
    return len(log)


def action_words(action: str, lang: str | None = None) -> str:
    """An action as a clerk would say it; one that has no words, as it stands in the log."""
    return _words("action", action, lang)


def role_words(role: str, lang: str | None = None) -> str:
    """A role in words; one that has none, as it stands in the log."""
    return say(f"apps.role.{role}", lang) if has_words(f"apps.role.{role}") else role


def actor_words(name: str, role: str, lang: str | None = None) -> str:
    """Who did something: account and role; at the server itself, the role and the user of its operating system."""
    user = name.removeprefix(COMMAND_LINE)
    if user == name:
        return say("audit.actor_role", lang, actor=name, role=role_words(role, lang))
    return role_words(role, lang) if user.isdecimal() else f"{role_words(role, lang)} {user}"


def entity_words(
    entity: str, unit_code: str, lang: str | None = None, names: Mapping[str, Mapping[str, str]] = _NO_NAMES
) -> str:
    """What an entry is about: its kind in words and its id, without the unit, which has its own column.

    Parameters
    ----------
    names
        Names of the entry's campaign, as :func:`~.lookup.campaign_names` gives them.
    """
    kind, *parts = entity.split(":")
    known = names.get(
        "for_top" if parts and parts[0] in names.get("for_top", {}) else _NAMED_BY.get(kind, ""), {}
    )
    told = (known.get(part, part) for part in parts if part not in (unit_code, "0"))
    return " ".join([_words("entity", kind, lang), *told])


def _load(
    workspace: Workspace, actor: Actor, wanted: AuditFilter, before: int | None, limit: int
) -> list[AuditRow]:
    authorise(actor, "accounts", None, workspace.units())
    query = AuditQuery(
        before=before,
        actor=wanted.account.strip() or None,
        unit_code=wanted.unit_code.strip() or None,
        action=wanted.action or None,
        since=_midnight(wanted.first_day),
        until=_midnight(wanted.last_day, days_later=1),
    )
    with workspace.store.read() as reader:
        return list(load_audit(reader, query, newest_first=True, limit=limit))


def _midnight(day: date | None, days_later: int = 0) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=days_later), time(), ZONE)


def _to_frame(workspace: Workspace, found: list[AuditRow], lang: str | None) -> pd.DataFrame:
    units = unit_names(workspace.units())
    campaigns = {one.campaign.id: one.campaign for one in open_campaigns(workspace)}
    if any(row.deed.campaign_id and row.deed.campaign_id not in campaigns for row in found):
        campaigns = {one.campaign.id: one.campaign for one in closed_campaigns(workspace)} | campaigns
    spoken = spoken_language(lang or "")
    known = {
        name: {**campaign_names(campaign, spoken), "for_top": _lists_for_top(campaign, lang)}
        for name, campaign in campaigns.items()
    }
    rows = [
        (
            row.id,
            row.at,
            row.actor.name,
            row.actor.role,
            row.actor.on_behalf,
            row.deed.action,
            entity_words(row.deed.entity, row.deed.unit_code or "", lang, names),
            names.get("campaign", {}).get(row.deed.campaign_id or "", row.deed.campaign_id or ""),
            "" if row.deed.period_id == ALWAYS else row.deed.period_id or "",
            row.deed.unit_code or "",
            units.get(row.deed.unit_code or "", ""),
            _detail_words(row.deed, _with_fields(names, row.deed, campaigns, spoken), lang),
        )
        for row in found
        for names in [known.get(row.deed.campaign_id or "", _NO_NAMES)]
    ]
    return pd.DataFrame(rows, columns=list(AUDIT_LOG))


def _lists_for_top(campaign: Campaign, lang: str | None) -> dict[str, str]:
    """Lists that only the top may see: whoever reads the log learns that there is one, and no name."""
    return dict.fromkeys(top_lists(campaign), say("audit.list_for_top", lang))


def _with_fields(
    names: Mapping[str, Mapping[str, str]], deed: Deed, campaigns: Mapping[str, Campaign], lang: str
) -> Mapping[str, Mapping[str, str]]:
    """Names of a campaign, with those of the fields of the form that an entry is about."""
    kind, _, rest = deed.entity.partition(":")
    form_id = rest.partition(":")[0]
    if "field" not in deed.details or kind != "submission" or form_id not in names.get("form", {}):
        return names
    form = campaigns[deed.campaign_id or ""].form(form_id)
    return {**names, "field": {place.field.id: place.field.label.words(lang) for place in places(form)}}


def _detail_words(deed: Deed, names: Mapping[str, Mapping[str, str]], lang: str | None) -> str:
    told = " · ".join(
        f"{say(f'audit.detail.{name}', lang)} {_value_words(name, value, names, lang)}"
        for name, value in deed.details.items()
        if has_words(f"audit.detail.{name}") and value is not None and not _is_repeated(name, deed)
    )
    return told if len(told) <= LONGEST_DETAILS else f"{told[: LONGEST_DETAILS - 1]}…"


def _is_repeated(name: str, deed: Deed) -> bool:
    """Whether the state of the same entry says it too: accepted:county."""
    return name == "level" and str(deed.details.get("state")).endswith(f":{deed.details[name]}")


def _value_words(name: str, value: object, names: Mapping[str, Mapping[str, str]], lang: str | None) -> str:
    known = names.get(name, {})
    if name == "until":
        return datetime.fromisoformat(str(value)).astimezone(ZONE).strftime(MINUTE)
    if name == "sha256":
        return str(value)[:SHORT_HASH]
    if name == "state":  # accepted:county
        state, _, level = str(value).partition(":")
        level = names.get("level", {}).get(level, level)
        return say("audit.accepted_at", lang, level=level) if level else _words("value", state, lang)
    if name == "field":  # good_deeds/photos
        return " ".join(known.get(part, part) for part in str(value).split("/"))
    return known.get(str(value)) or _plain_words(value, lang)


def _plain_words(value: object, lang: str | None) -> str:
    if isinstance(value, bool):
        return say("audit.yes" if value else "audit.no", lang)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _words("value", str(value), lang)


def _words(kind: str, code: str, lang: str | None) -> str:
    return say(f"audit.{kind}.{code}", lang) if has_words(f"audit.{kind}.{code}") else code


def _filter_words(wanted: AuditFilter, lang: str) -> list[str]:
    asked = {
        "account": wanted.account,
        "unit_code": wanted.unit_code,
        "action": action_words(wanted.action, lang),
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
    }
    return [f"{say(f'audit.{name}', lang)} {value}" for name, value in asked.items() if value]
