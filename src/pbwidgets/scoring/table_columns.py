"""Columns of a table as people head them: which one holds what, and which one names the units."""

from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

import pandas as pd

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.model import Field
from pbwidgets.campaign.workbook.lines import is_missing
from pbwidgets.errors import UsageError
from pbwidgets.intake.text import plain_heading, to_number
from pbwidgets.wording import default_language

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("unit", "unit_name", "unit_code", "单位", "单位名称", "单位编码", "名称", "编码"),
    "unit_code": ("unit_code", "code", "编码", "单位编码", "代码", "单位代码"),
    "unit_name": ("unit_name", "name", "名称", "单位名称"),
    "domain": ("domain", "领域"),
    "line": ("line", "criterion_id", "评分项"),
    "points": ("points", "得分", "分数", "分值"),
    "rater_id": ("rater_id", "rater", "评分人"),
    "source": ("source", "评分来源", "评价来源", "来源"),
    "layer": ("layer", "评分层"),
    "comment": ("comment", "说明", "评语", "事由", "备注"),
    "stale": ("stale",),
    "recused": ("recused", "回避"),
    "by_unit": ("by_unit", "by", "申报单位", "推荐单位"),
    "order": ("order", "顺序", "推荐顺序", "申报顺序"),
    "allotted": ("allotted", "名额"),
}
"""Headings of tables, beside the words of the campaign."""
ROW_NUMBERS: Final = ("序号", "编号", "行号", "no", "no.", "id", "unnamed:0")
"""Headings, as compared, of columns that only number the rows."""
_NAMES: Final = ("名", "名称", "单位", "name", "unit")
_NO_NAMES: Final = ("姓名", "所属单位", "上级单位", "申报单位", "推荐单位")
_NEAR: Final = 0.3  # below it two headings have nothing in common


def own_words(item: Any) -> tuple[str, ...]:
    """What people may call a part of a campaign: its id, and its name or label in both languages."""
    text: Text = item.label if isinstance(item, Field) else item.name
    return item.id, text.zh, text.en


def headings_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """Headings as they are compared, by column."""
    return tuple(plain_heading(str(column)) for column in frame.columns)


def find_units(data: pd.DataFrame, unit: str | None, above: Collection[str]) -> tuple[pd.DataFrame, str]:
    """The table with its index as a column if that says something, and the heading of the column that names units.

    Parameters
    ----------
    data
        The table.
    unit
        Heading that was asked for; None finds one: an index of names, else the first column unless that only numbers
        the rows or has codes beside a column of names.
    above
        Headings of the units above, which name no units of the table.

    Raises
    ------
    UsageError
        ``scoring.which_unit``.
    """
    index = data.index
    named = [name for name in index.names if name is not None]
    is_names = not named and unit is None and pd.api.types.is_string_dtype(index.dtype)
    if is_names and "unit" not in data.columns:
        return data.rename_axis("unit").reset_index(), "unit"
    if named and not set(named) & set(data.columns):
        data = data.reset_index()
    headings = headings_of(data)
    if unit is not None or not headings:
        return data, "unit" if unit is None else unit
    passed = {*ROW_NUMBERS, *map(plain_heading, above)}
    is_code = headings[0] in HEADS["unit_code"]
    at = None if is_code or headings[0] in passed or _is_numeric(data, 0) else 0
    if at is None:
        likely = [one for one in range(1, len(headings)) if headings[one] not in passed]
        likely = [one for one in likely if _is_like_unit(headings[one]) and not _is_numeric(data, one)]
        first = 0 if is_code else None
        at = min(likely, key=lambda one: headings[one] not in HEADS["unit"], default=first)
    if at is None:
        raise UsageError(
            "scoring.which_unit", column=data.columns[0], allowed="、".join(map(str, data.columns))
        )
    return data, str(data.columns[at])


def nearest_pair(names: Iterable[str], frame: pd.DataFrame) -> tuple[str, str]:
    """The one of several names that a heading of the table is nearest to, and the heading; empty if none is near.

    >>> nearest_pair(("points", "得分"), pd.DataFrame(columns=["单位", "得份"]))
    ('得分', '得份')
    """
    names = list(names)
    pairs = [(_likeness(name, str(column)), name, str(column)) for name in names for column in frame.columns]
    ratio, name, column = max(pairs, key=lambda pair: pair[0], default=(0.0, "", ""))
    if ratio >= _NEAR:
        return name, column
    return next((name for name in names if name.isascii() == (default_language() == "en")), names[0]), ""


def _likeness(name: str, heading: str) -> float:
    return SequenceMatcher(None, plain_heading(name), plain_heading(heading)).ratio()


def _is_like_unit(heading: str) -> bool:
    return heading in HEADS["unit"] or (heading.endswith(_NAMES) and not heading.endswith(_NO_NAMES))


def _is_numeric(frame: pd.DataFrame, at: int) -> bool:
    cells = [cell for cell in frame.iloc[:, at].tolist() if not is_missing(cell)]
    return bool(cells) and all(to_number(str(cell)) is not None for cell in cells)
