"""How many units a unit may nominate, and which it nominates in what order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from sqlalchemy import delete, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import ALLOTMENTS, NOMINATIONS, to_frame
from pbwidgets.store.audit import Deed, LoggedAction, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import allotments, nominations
from pbwidgets.store.units import check_units_known

NOMINATED: Final = "in_force"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True)
class NominationList:
    """The list of one nominating unit in one track."""

    campaign_id: str
    period_id: str
    track_id: str
    by_unit: str


def set_allotments(
    w: Writer, campaign_id: str, period_id: str, track_id: str, allotted: Mapping[str, int]
) -> None:
    """Set how many each of these units may nominate; others keep their allotment.

    Raises
    ------
    DataError
        ``store.unknown_unit``, ``store.negative_allotment``.
    """
    if not allotted:
        return
    check_units_known(w, *allotted)
    for code, number in allotted.items():
        if number < 0:
            raise DataError("store.negative_allotment", unit=code, allotted=number)
    scope = {"campaign_id": campaign_id, "period_id": period_id, "track_id": track_id}
    in_scope = [allotments.c[name] == value for name, value in scope.items()]
    w.conn.execute(delete(allotments).where(*in_scope, allotments.c.by_unit.in_(list(allotted))))
    w.conn.execute(
        insert(allotments),
        [{**scope, "by_unit": code, "allotted": number} for code, number in allotted.items()],
    )
    record(
        w,
        *(
            Deed("set_allotment", f"allotment:{track_id}", campaign_id, period_id, code, {"allotted": number})
            for code, number in allotted.items()
        ),
    )


def nominate(w: Writer, nomination_list: NominationList, unit_code: str) -> int:
    """Add the unit to the end of the list; returns its position, from 1.

    Raises
    ------
    DataError
        ``store.above_allotment`` when the list is full, ``store.already_nominated``,
        ``store.unknown_unit``.
    """
    check_units_known(w, unit_code, nomination_list.by_unit)
    _check_free(w, nomination_list, [unit_code])
    listed = load_nomination_list(w, nomination_list)
    allotted = _allotted(w, nomination_list)
    if allotted is not None and len(listed) >= allotted:
        raise DataError("store.above_allotment", unit=nomination_list.by_unit, allotted=allotted)
    _insert(w, nomination_list, [unit_code], first=len(listed) + 1)
    record(w, _deed("nominate", nomination_list, unit_code, position=len(listed) + 1))
    return len(listed) + 1


def import_nominations(
    w: Writer, nomination_list: NominationList, unit_codes: Sequence[str]
) -> tuple[str, ...]:
    """Replace the list by an imported one; returns the units above the allotment, which scoring cuts.

    Raises
    ------
    DataError
        ``store.already_nominated`` if a code is listed twice or is on another unit's list,
        ``store.unknown_unit``.
    """
    check_units_known(w, nomination_list.by_unit, *unit_codes)
    if len(set(unit_codes)) < len(unit_codes):
        twice = next(code for code in unit_codes if list(unit_codes).count(code) > 1)
        raise DataError("store.already_nominated", unit=twice, by=nomination_list.by_unit)
    w.conn.execute(update(nominations).where(*_listed(nomination_list)).values(status=WITHDRAWN))
    _check_free(w, nomination_list, unit_codes)
    _insert(w, nomination_list, unit_codes, first=1)
    allotted = _allotted(w, nomination_list)
    flagged = tuple(unit_codes[allotted:]) if allotted is not None else ()
    deeds = [
        _deed("import_nomination", nomination_list, code, position=place, above_allotment=code in flagged)
        for place, code in enumerate(unit_codes, start=1)
    ]
    record(w, *(deeds or [_deed("empty_nominations", nomination_list, nomination_list.by_unit)]))
    return flagged


def order_nominations(w: Writer, nomination_list: NominationList, unit_codes: Sequence[str]) -> None:
    """Put the list into this order.

    Raises
    ------
    DataError
        ``store.other_list`` if these are not exactly the units of the list.
    """
    if sorted(load_nomination_list(w, nomination_list)) != sorted(unit_codes):
        raise DataError("store.other_list", unit=nomination_list.by_unit)
    _renumber(w, nomination_list, unit_codes)
    record(w, _deed("order_nominations", nomination_list, nomination_list.by_unit, order=list(unit_codes)))


def withdraw_nomination(w: Writer, nomination_list: NominationList, unit_code: str) -> None:
    """Take a unit off the list; the ones after it move up.

    Raises
    ------
    DataError
        ``store.not_nominated``.
    """
    listed = load_nomination_list(w, nomination_list)
    if unit_code not in listed:
        raise DataError("store.not_nominated", unit=unit_code, by=nomination_list.by_unit)
    of_unit = (*_listed(nomination_list), nominations.c.unit_code == unit_code)
    w.conn.execute(update(nominations).where(*of_unit).values(status=WITHDRAWN))
    _renumber(w, nomination_list, [code for code in listed if code != unit_code])
    record(w, _deed("withdraw_nomination", nomination_list, unit_code))


def load_nomination_list(r: Reader, nomination_list: NominationList) -> tuple[str, ...]:
    """Units on a list, in its order."""
    query = select(nominations.c.unit_code).where(*_listed(nomination_list)).order_by(nominations.c.position)
    return tuple(r.conn.scalars(query))


def load_nominations(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """All nominations, withdrawn ones too, as the frame NOMINATIONS."""
    rows = _in_period(r, nominations, campaign_id, period_id, nominations.c.id)
    return to_frame([{**row, "order": row["position"]} for row in rows], NOMINATIONS)


def load_allotments(r: Reader, campaign_id: str, period_id: str) -> pd.DataFrame:
    """All allotments as the frame ALLOTMENTS."""
    rows = _in_period(r, allotments, campaign_id, period_id, allotments.c.by_unit)
    return to_frame(sorted(rows, key=lambda row: (row["track_id"], row["by_unit"])), ALLOTMENTS)


def _in_period(r: Reader, table: Any, campaign_id: str, period_id: str, order: Any) -> list[dict[str, Any]]:
    query = select(table).where(table.c.campaign_id == campaign_id, table.c.period_id == period_id)
    return [
        {**row, "campaign": campaign_id, "period": period_id}
        for row in r.conn.execute(query.order_by(order)).mappings()
    ]


def _listed(nomination_list: NominationList) -> tuple[Any, ...]:
    table = nominations.c
    return (
        table.campaign_id == nomination_list.campaign_id,
        table.period_id == nomination_list.period_id,
        table.track_id == nomination_list.track_id,
        table.by_unit == nomination_list.by_unit,
        table.status == NOMINATED,
    )


def _check_free(w: Writer, nomination_list: NominationList, unit_codes: Sequence[str]) -> None:
    table = nominations.c
    query = select(table.unit_code, table.by_unit).where(
        table.campaign_id == nomination_list.campaign_id,
        table.period_id == nomination_list.period_id,
        table.track_id == nomination_list.track_id,
        table.status == NOMINATED,
        table.unit_code.in_(list(unit_codes)),
    )
    for unit_code, by_unit in w.conn.execute(query):
        raise DataError("store.already_nominated", unit=unit_code, by=by_unit)


def _allotted(r: Reader, nomination_list: NominationList) -> int | None:
    table = allotments.c
    return r.conn.scalar(
        select(table.allotted).where(
            table.campaign_id == nomination_list.campaign_id,
            table.period_id == nomination_list.period_id,
            table.track_id == nomination_list.track_id,
            table.by_unit == nomination_list.by_unit,
        )
    )


def _insert(w: Writer, nomination_list: NominationList, unit_codes: Sequence[str], first: int) -> None:
    if unit_codes:
        rows = [
            {
                "campaign_id": nomination_list.campaign_id,
                "period_id": nomination_list.period_id,
                "track_id": nomination_list.track_id,
                "by_unit": nomination_list.by_unit,
                "unit_code": code,
                "position": place,
                "status": NOMINATED,
                "recorded_at": w.now,
                "recorded_by": w.actor.name,
            }
            for place, code in enumerate(unit_codes, start=first)
        ]
        w.conn.execute(insert(nominations), rows)


def _renumber(w: Writer, nomination_list: NominationList, unit_codes: Sequence[str]) -> None:
    for place, code in enumerate(unit_codes, start=1):
        of_unit = (*_listed(nomination_list), nominations.c.unit_code == code)
        w.conn.execute(update(nominations).where(*of_unit).values(position=place))


def _deed(action: LoggedAction, nomination_list: NominationList, unit_code: str, **details: Any) -> Deed:
    return Deed(
        action,
        f"nomination:{nomination_list.track_id}:{nomination_list.by_unit}",
        nomination_list.campaign_id,
        nomination_list.period_id,
        unit_code,
        details,
    )
