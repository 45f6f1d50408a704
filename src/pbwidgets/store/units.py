"""The register of units in the store; CSV files are only input to it."""

from typing import Any

import pandas as pd
from sqlalchemy import bindparam, insert, select, update

from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import UNITS, to_frame
from pbwidgets.store.audit import Deed, record
from pbwidgets.store.engine import Reader, Writer
from pbwidgets.store.tables import units


def import_units(w: Writer, units_frame: pd.DataFrame) -> tuple[int, int]:
    """Add and change units; returns how many of each.

    Units not in the frame stay as they are; none is ever deleted, ``valid_to`` ends them.

    Parameters
    ----------
    units_frame
        Columns of ``scoring.frames.UNITS``.

    Raises
    ------
    DataError
        ``store.unit_twice`` if a code appears twice, ``store.unknown_parent`` if a unit's parent, or the one it
        merged into, is neither in the frame nor in the store. Nothing is then stored.
    """
    given = _rows(to_frame(units_frame, UNITS))
    stored = {row["unit_code"]: row for row in _stored_rows(w)}
    _check_codes(given, set(stored))
    added = [row for row in given if row["unit_code"] not in stored]
    changed = [row for row in given if row["unit_code"] in stored and stored[row["unit_code"]] != row]
    if added:
        w.conn.execute(insert(units), added)
    if changed:
        statement = update(units).where(units.c.unit_code == bindparam("code"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in UNITS if name != "unit_code"}
        w.conn.execute(
            statement.values(values),
            [{"code": row["unit_code"], **{f"new_{name}": row[name] for name in values}} for row in changed],
        )
    record(
        w,
        *(Deed("add_unit", f"unit:{row['unit_code']}", unit_code=row["unit_code"]) for row in added),
        *(_change(stored[row["unit_code"]], row) for row in changed),
    )
    return len(added), len(changed)


UnitRows = tuple[tuple[str | bool | None, ...], ...]
"""Rows of the register in the order of their codes, each with the columns of ``UNITS``."""


def load_unit_rows(r: Reader) -> UnitRows:
    """The register as plain rows, which can be compared and hashed."""
    rows = r.conn.execute(select(*(units.c[name] for name in UNITS)))
    return tuple(sorted((tuple(row) for row in rows), key=lambda row: str(row[0])))


def units_of_rows(rows: UnitRows) -> pd.DataFrame:
    """Frame of the rows, columns ``UNITS``."""
    return to_frame(pd.DataFrame(list(rows), columns=list(UNITS), dtype=object), UNITS)


def load_units(r: Reader) -> pd.DataFrame:
    """All units of the register, whatever their dates, in the order of their codes."""
    return units_of_rows(load_unit_rows(r))


def has_real_rows(r: Reader) -> bool:
    """Whether the store holds a unit that is not demonstration data.

    Every other row belongs to a unit, so a store without real units has no real rows.
    """
    return r.conn.scalar(select(units.c.unit_code).where(units.c.synthetic.is_(False)).limit(1)) is not None


def load_unit(r: Reader, unit_code: str) -> tuple[str, str | None] | None:
    """Name of a unit, and the code of the one above it, if any; None if there is no such unit."""
    row = r.conn.execute(
        select(units.c.unit_name, units.c.parent_code).where(units.c.unit_code == unit_code)
    ).first()
    return None if row is None else (row.unit_name, row.parent_code)


def check_units_known(r: Reader, *codes: str) -> None:
    """Raise ``store.unknown_unit`` for the first code that is not in the register."""
    missing = set(codes)
    if len(codes) == 1:
        missing -= set(r.conn.scalars(select(units.c.unit_code).where(units.c.unit_code == codes[0])))
    elif missing:
        missing -= set(r.conn.scalars(select(units.c.unit_code)))
    if missing:
        raise DataError("store.unknown_unit", unit=min(missing))


def _rows(units_frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = units_frame.astype(object).where(units_frame.notna(), None)
    return [
        {str(name): bool(value) if name == "synthetic" else value for name, value in row.items()}
        for row in plain.to_dict("records")
    ]


def _stored_rows(r: Reader) -> list[dict[str, Any]]:
    return [dict(row) for row in r.conn.execute(select(units)).mappings()]


def _check_codes(given: list[dict[str, Any]], stored: set[str]) -> None:
    codes: set[str] = set()
    for row in given:
        if row["unit_code"] in codes:
            raise DataError("store.unit_twice", unit=row["unit_code"])
        codes.add(row["unit_code"])
    for row in given:
        for column in ("parent_code", "merged_into"):
            if row[column] is not None and row[column] not in codes | stored:
                raise DataError("store.unknown_parent", unit=row["unit_code"], parent=row[column])


def _change(old: dict[str, Any], new: dict[str, Any]) -> Deed:
    columns = [name for name in UNITS if old[name] != new[name]]
    code = new["unit_code"]
    return Deed("change_unit", f"unit:{code}", unit_code=code, details={"columns": columns})
