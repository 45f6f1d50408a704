"""The audit log: who did what, when, about which unit. It only grows; triggers refuse everything else.

Details hold ids, numbers and states, never what people wrote: answers, comments and reasons stay in
their own tables, where they can be redacted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from operator import eq, ge, gt, lt
from typing import Any, Final, Literal

from sqlalchemy import func, insert, select

from pbwidgets.store.actors import Actor
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import audit

ACCOUNT: Final = "account"
"""Begins the entity of rows about accounts: signing in changes no record."""
OF_STORE: Final = "store"
"""Begins the entity of rows about the store as a whole: a backup changes no record either."""

LoggedAction = Literal[
    "sign_in", "sign_out", "fail_sign_in", "lock_account", "end_sessions",
    "confirm_password", "require_change",
    "add_account", "change_password", "reset_password", "refresh_hash", "disable_account", "enable_account",
    "add_unit", "change_unit", "freeze_campaign", "open_period", "close_period", "grant_exception",
    "grant_concession", "lift_concession",
    "save_draft", "discard_draft", "submit", "refuse_late", "import", "amend", "withdraw", "redact",
    "add_evidence", "release_evidence",
    "accept", "undo_accept", "return", "lock", "rate", "withdraw_mark", "treat_mark", "recuse",
    "set_allotment", "nominate", "import_nomination", "order_nominations", "withdraw_nomination",
    "empty_nominations", "record_veto", "veto_appealed", "veto_in_force", "veto_lifted",
    "decide", "read_list", "decide_class", "start_notice", "end_notice", "record_objection", "close_objection",
    "add_note", "make_survey_batch",
    "open_rectification", "close_rectification",  # of older packages, whose logs go on being read
    "backup", "restore",
]  # fmt: skip
"""Everything that is written to the log; a new action also needs its words in the catalogue ``audit``."""


@dataclass(frozen=True)
class Deed:
    """What is written to the log for one action; actor and time come from the transaction."""

    action: LoggedAction
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


@dataclass(frozen=True)
class AuditQuery:
    """Which rows of the log are wanted; what is None does not matter.

    Attributes
    ----------
    after, before
        Numbers of rows, between which the wanted ones lie.
    actor, unit_code, action
        Whose rows, about which unit, of which action.
    since, until
        Moments: from the first on, up to the second but without it.
    """

    after: int | None = None
    before: int | None = None
    actor: str | None = None
    unit_code: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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
    """Revision of the records: like :func:`audit_head`, but signing in and out and backups do not change it."""
    others = [~audit.c.entity.startswith(f"{kind}:", autoescape=True) for kind in (ACCOUNT, OF_STORE)]
    return r.conn.scalar(select(audit.c.id).where(*others).order_by(audit.c.id.desc()).limit(1)) or 0


def latest_write(r: Reader) -> datetime | None:
    """Latest moment of the log, in UTC; None in a new store."""
    latest: datetime | None = r.conn.scalar(select(func.max(audit.c.at)))
    return latest


def load_audit(
    r: Reader, wanted: AuditQuery | None = None, *, newest_first: bool = False, limit: int = 1000
) -> Sequence[AuditRow]:
    """Rows of the log that are wanted, by default all of them; the oldest first, unless asked otherwise."""
    wanted, table = wanted or AuditQuery(), audit.c
    conditions = (
        (gt, table.id, wanted.after),
        (lt, table.id, wanted.before),
        (eq, table.actor, wanted.actor),
        (eq, table.unit_code, wanted.unit_code),
        (eq, table.action, wanted.action),
        (ge, table.at, wanted.since),
        (lt, table.at, wanted.until),
    )
    asked = (compare(column, value) for compare, column, value in conditions if value is not None)
    query = select(audit).where(*asked)
    query = query.order_by(table.id.desc() if newest_first else table.id).limit(limit)
    return [
        AuditRow(
            id=row.id,
            at=row.at,
            actor=Actor(row.actor, row.role, on_behalf=row.on_behalf),
            deed=Deed(row.action, row.entity, row.campaign_id, row.period_id, row.unit_code, row.details),
        )
        for row in r.conn.execute(query)
    ]
