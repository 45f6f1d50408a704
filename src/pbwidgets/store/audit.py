"""The audit log: who did what, when, about which unit. It only grows; triggers refuse everything else.

Details hold ids, numbers and states, never what people wrote: answers, comments and reasons stay in
their own tables, where they can be redacted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select

from pbwidgets.store.actors import Actor
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import audit

ACCOUNT: Final = "account"
"""Begins the entity of rows about accounts: signing in changes no record."""


@dataclass(frozen=True)
class Deed:
    """What is written to the log for one action; actor and time come from the transaction."""

    action: str
    entity: str
    campaign_id: str | None = None
    period_id: str | None = None
    unit_code: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditRow:
    """One row of the log."""

    id: int
    at: datetime
    actor: Actor
    deed: Deed


def record(w: Writer, *deeds: Deed) -> None:
    """Write deeds to the log, in order, within the transaction."""
    if not deeds:
        return
    who = {"at": w.now, "actor": w.actor.name, "role": w.actor.role, "on_behalf": w.actor.on_behalf}
    w.conn.execute(insert(audit), [{**asdict(deed), **who} for deed in deeds])


def audit_head(r: Reader) -> int:
    """Revision of the store: number of the newest row of the log, 0 in a new store.

    While it stays the same, nothing has changed.
    """
    return r.conn.scalar(select(func.max(audit.c.id))) or 0


def records_head(r: Reader) -> int:
    """Revision of the records: like :func:`audit_head`, but signing in and out does not change it."""
    of_accounts = audit.c.entity.startswith(f"{ACCOUNT}:", autoescape=True)
    return r.conn.scalar(select(audit.c.id).where(~of_accounts).order_by(audit.c.id.desc()).limit(1)) or 0


def latest_write(r: Reader) -> datetime | None:
    """Latest moment of the log, in UTC; None in a new store."""
    latest: datetime | None = r.conn.scalar(select(func.max(audit.c.at)))
    return latest


def load_audit(
    r: Reader, *, after: int = 0, unit_code: str | None = None, actor: str | None = None, limit: int = 1000
) -> Sequence[AuditRow]:
    """Rows of the log after a number, oldest first; if asked, of one unit or actor only."""
    query = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
    if unit_code is not None:
        query = query.where(audit.c.unit_code == unit_code)
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    return [
        AuditRow(
            id=row.id,
            at=row.at,
            actor=Actor(row.actor, row.role, on_behalf=row.on_behalf),
            deed=Deed(row.action, row.entity, row.campaign_id, row.period_id, row.unit_code, row.details),
        )
        for row in r.conn.execute(query)
    ]
