"""Frozen campaign definitions, and the periods opened under them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Row, insert, select

from pbwidgets.errors import ConflictError, DataError
from pbwidgets.store.audit import Deed, LoggedAction, audit_head, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.keys import ALWAYS
from pbwidgets.store.tables import campaign_versions, period_versions


@dataclass(frozen=True)
class Period:
    """A period, its current campaign version, and the roots below which units take part; none: all that fit.

    ``head`` is the store's revision when it was opened or closed; None in rows of older packages.
    """

    campaign_id: str
    period_id: str
    version: str
    is_open: bool
    since: datetime
    since_by: str
    roots: tuple[str, ...] = ()
    head: int | None = None


def freeze_campaign(w: Writer, campaign_json: str, version: str, campaign_id: str) -> None:
    """Keep a definition for good under its version (its hash); repeating it changes nothing.

    Raises
    ------
    ConflictError
        ``store.version_taken`` if another definition has this version.
    """
    kept = _load_definition(w, campaign_id, version)
    if kept == campaign_json:
        return
    if kept is not None:
        raise ConflictError("store.version_taken", campaign=campaign_id, version=version)
    w.conn.execute(
        insert(campaign_versions).values(
            campaign_id=campaign_id,
            version=version,
            definition=campaign_json,
            frozen_at=w.now,
            frozen_by=w.actor.name,
        )
    )
    record(w, Deed("freeze_campaign", f"campaign:{campaign_id}:{version}", campaign_id))


def load_campaign_json(r: Reader, campaign_id: str, version: str) -> str:
    """The definition as it was frozen.

    Raises
    ------
    DataError
        ``store.unknown_version``.
    """
    kept = _load_definition(r, campaign_id, version)
    if kept is None:
        raise DataError("store.unknown_version", campaign=campaign_id, version=version)
    return kept


def open_period(
    w: Writer,
    campaign_id: str,
    period_id: str,
    version: str,
    marks: str | None = None,
    roots: Collection[str] | None = None,
) -> Period:
    """Open a period under a frozen version, or move an open one to a newer version or to other roots.

    Answers that were handed in before keep the version they were given under.

    Parameters
    ----------
    marks
        What was decided about marks on lines whose points changed, for the log.
    roots
        Codes of the units below which units take part, none for all that fit; by default as the period had them.

    Raises
    ------
    DataError
        ``store.unknown_version`` if that version was not frozen.
    """
    load_campaign_json(w, campaign_id, version)
    newest = _newest(w, campaign_id, period_id)
    kept = newest.roots if newest is not None else ()
    wanted = Period(
        campaign_id,
        period_id,
        version,
        True,
        w.now,
        w.actor.name,
        kept if roots is None else tuple(sorted(roots)),
    )
    if newest is None or not newest.is_open or (newest.version, newest.roots) != (version, wanted.roots):
        _write_period(
            w, wanted, {"marks": marks, "roots": list(wanted.roots) if wanted.roots != kept else None}
        )
    return wanted


def close_period(w: Writer, campaign_id: str, period_id: str) -> None:
    """Close a period to filling and rating; it can be opened again.

    Raises
    ------
    DataError
        ``store.period_not_open``.
    """
    period = _require_open(w, campaign_id, period_id)
    _write_period(w, replace(period, is_open=False, since=w.now, since_by=w.actor.name))


def open_periods(r: Reader, campaign_id: str | None = None) -> tuple[Period, ...]:
    """Open periods of one campaign or of all, the last one opened at the end."""
    return tuple(period for period in known_periods(r, campaign_id) if period.is_open)


def known_periods(r: Reader, campaign_id: str | None = None) -> tuple[Period, ...]:
    """Periods that were ever opened, of one campaign or of all, closed ones too; the last changed at the end."""
    newest: dict[tuple[str, str], Period] = {}
    for row in r.conn.execute(select(period_versions).order_by(period_versions.c.id)):
        newest.pop((row.campaign_id, row.period_id), None)
        newest[row.campaign_id, row.period_id] = _to_period(row)
    return tuple(period for period in newest.values() if campaign_id in (None, period.campaign_id))


def is_period_open(r: Reader, campaign_id: str, period_id: str) -> bool:
    """Whether anything may be written in a period: it was opened, and not closed since.

    What lasts for the campaign (:data:`~pbwidgets.store.keys.ALWAYS`) is written while any of its periods is open.
    """
    newest = _newest(r, campaign_id, period_id)
    return newest is not None and newest.is_open


def load_open_version(r: Reader, campaign_id: str, period_id: str) -> str:
    """Campaign version of an open period, of the one opened last for what lasts for the campaign.

    Raises
    ------
    DataError
        ``store.period_not_open``, ``store.no_open_period``.
    """
    return _require_open(r, campaign_id, period_id).version


def latest_version(r: Reader, campaign_id: str, period_id: str) -> str | None:
    """Campaign version under which a period was last open, closed or not; None if it never was."""
    row = _newest(r, campaign_id, period_id)
    return None if row is None else row.version


def _load_definition(r: Reader, campaign_id: str, version: str) -> str | None:
    table = campaign_versions.c
    return r.conn.scalar(
        select(table.definition).where(table.campaign_id == campaign_id, table.version == version)
    )


def _require_open(r: Reader, campaign_id: str, period_id: str) -> Period:
    period = _newest(r, campaign_id, period_id)
    if period is None and period_id == ALWAYS:
        raise DataError("store.no_open_period", campaign=campaign_id)
    if period is None or not period.is_open:
        raise DataError("store.period_not_open", campaign=campaign_id, period=period_id)
    return period


def _newest(r: Reader, campaign_id: str, period_id: str) -> Period | None:
    if period_id == ALWAYS:
        return next(reversed(open_periods(r, campaign_id)), None)
    table = period_versions.c
    row = r.conn.execute(
        select(period_versions)
        .where(table.campaign_id == campaign_id, table.period_id == period_id)
        .order_by(table.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _to_period(row)


def _to_period(row: Row[*tuple[object, ...]]) -> Period:
    return Period(
        row.campaign_id,
        row.period_id,
        row.version,
        row.is_open,
        row.since,
        row.since_by,
        tuple(row.roots or ()),
        row.head,
    )


def _write_period(w: Writer, period: Period, details: Mapping[str, object] | None = None) -> None:
    w.conn.execute(
        insert(period_versions).values(
            {**asdict(period), "roots": list(period.roots) or None, "head": audit_head(w) + 1}
        )
    )
    action: LoggedAction = "open_period" if period.is_open else "close_period"
    told = {name: value for name, value in (details or {}).items() if value is not None}
    entity, scope = f"period:{period.period_id}", (period.campaign_id, period.period_id)
    record(w, Deed(action, entity, *scope, details={"version": period.version, **told}))
