"""Weights of units from a table; any wrong cell is reported, and then nothing is read."""

from collections.abc import Collection
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Final

from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.units import Table, read_table
from pbwidgets.workflows.ground.lookup import nearest

_CODE_HEADS: Final = ("unit_code", "单位编码", "编码", "unit", "code")
_WEIGHT_HEADS: Final = ("weight", "权重", "权数")


def read_weights(path: Path, unit_codes: Collection[str], column: str | None = None) -> dict[str, float]:
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
    table = read_table(path, headed=_CODE_HEADS)
    at_code = _find_column(table, path, _CODE_HEADS)
    at_weight = _find_column(table, path, (column,) if column else _WEIGHT_HEADS)
    weights: dict[str, float] = {}
    problems = []
    for row, cells in enumerate(table.rows):
        code, text = (cells[at] if at < len(cells) else "" for at in (at_code, at_weight))
        unit, weight = table.place(row, at_code), _to_weight(text)
        if code not in unit_codes:
            near = nearest(code, list(unit_codes))["nearest"]
            problems.append(
                Problem("allotting.other_unit", str(path), unit, {"value": code, "nearest": near})
            )
        elif code in weights:
            problems.append(Problem("allotting.repeated_unit", str(path), unit, {"value": code}))
        if weight is None:
            place = table.place(row, at_weight)
            problems.append(Problem("allotting.bad_weight", str(path), place, {"value": text}))
        weights.setdefault(code, weight or 0.0)
    missing = sorted(set(unit_codes) - set(weights))
    problems += [Problem("allotting.unit_missing", str(path), args={"value": code}) for code in missing]
    if problems:
        raise ProblemsError(problems)
    return weights


def _find_column(table: Table, path: Path, names: tuple[str, ...]) -> int:
    heads = [head.strip().lower() for head in table.header]
    for name in names:
        if name.strip().lower() in heads:
            return heads.index(name.strip().lower())
    near = get_close_matches(names[0], [head for head in table.header if head], 1, 0.0)
    args = {"column": names[0], "nearest": near[0] if near else ""}
    raise ProblemsError([Problem("allotting.column_missing", str(path), table.place(-1, None), args)])


def _to_weight(text: str) -> float | None:
    """The cell as a number of 0 or more; None for anything else."""
    try:
        weight = float(text.replace(",", ""))
    except ValueError:
        return None
    return weight if isfinite(weight) and weight >= 0 else None
