"""Weights of units from a table; any wrong cell is reported, and then nothing is read."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from pbwidgets.errors import Problem
from pbwidgets.intake import Column, Reading, Table, read_table
from pbwidgets.workflows.ground.lookup import nearest

_CODE: Final = Column("unit_code", ("单位编码", "编码", "unit", "code"), "code", needed=True)
_WEIGHT_HEADS: Final = ("权重", "权数")


def read_weights(
    path: Path, unit_codes: Collection[str], column: str | None = None
) -> Reading[dict[str, float]]:
    """Weight of each unit of a CSV file or workbook, by code.

    Parameters
    ----------
    path
        The file: a column 单位编码 (or unit_code), and one of weights; other columns are ignored.
    unit_codes
        Units that need a weight, and the only ones that may have one.
    column
        Heading of the weights; by default 权重 (or weight).

    Raises
    ------
    ProblemsError
        With every wrong cell: unknown, repeated or missing units, weights that are not a number of 0 or more.
    """
    heads = (column,) if column else _WEIGHT_HEADS
    table = read_table(path, (_CODE, Column("weight", heads, "number", needed=True)), others="ignored")
    weights: dict[str, float] = {}
    problems: list[Problem] = []
    for row, (code, text) in enumerate(zip(table.column("unit_code"), table.column("weight"), strict=True)):
        problems += _find_problems(table, row, code, text, (unit_codes, weights))
        weights.setdefault(code, float(text or 0))
    if not table.has_lost("unit_code"):
        missing = sorted(set(unit_codes) - set(weights))
        problems += [Problem("allotting.unit_missing", str(path), args={"value": code}) for code in missing]
    table.raise_with(problems)
    return Reading(weights, table.notes)


def _find_problems(
    table: Table, row: int, code: str, text: str, known: tuple[Collection[str], Collection[str]]
) -> Iterator[Problem]:
    wanted, taken = known
    if (row, "unit_code") not in table.unread:
        if code not in wanted:
            near = nearest(code, list(wanted))["nearest"]
            yield table.problem("allotting.other_unit", row, "unit_code", value=code or "—", nearest=near)
        elif code in taken:
            yield table.problem("allotting.repeated_unit", row, "unit_code", value=code)
    if (row, "weight") not in table.unread and (not text or float(text) < 0):
        yield table.problem("allotting.bad_weight", row, "weight", value=text or "—")
