"""What is common to all tables of an analyst while they are read: units by name, columns, and what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from warnings import warn

import numpy as np
import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Campaign, Track
from pbwidgets.campaign.workbook.cells import from_cell, straighten
from pbwidgets.campaign.workbook.lines import is_missing
from pbwidgets.campaign.workbook.sheets import Column
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.remarks import is_total
from pbwidgets.intake.text import plain_heading, to_flag
from pbwidgets.intake.workbook import Cell
from pbwidgets.scoring.frames import Columns, to_frame
from pbwidgets.scoring.table_columns import HEADS, headings_of, nearest_pair, own_words
from pbwidgets.wording import say

T = TypeVar("T")

_NUMBER: Final = Column("number", ("number",), "number")
_FLAG: Final = Column("flag", ("flag",), "flag")


@dataclass
class TableReading:
    """Tables being read: what is known of units by name and code, and what could not be read."""

    campaign: Campaign
    period: str
    codes: dict[str, str] = field(default_factory=dict)  # by name or code; empty for a name of two units
    names: dict[str, str] = field(default_factory=dict)  # by code
    problems: list[Problem] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    totals: list[str] = field(default_factory=list)  # places of rows that were passed over
    twice: set[tuple[str, str]] = field(default_factory=set)  # columns that were reported
    table: str = "data"

    @property
    def track(self) -> Track:
        """The track that the tables are for."""
        return self.campaign.tracks[0]

    def stop(self) -> None:
        """Raise what is wrong; else warn of what was passed over."""
        if self.problems:
            raise ProblemsError(self.problems)
        if self.totals:
            warn(say("scoring.totals_passed", rows="; ".join(self.totals)), stacklevel=4)

    def is_total(self, text: str, place: str) -> bool:
        """Whether a row is a total, which is passed over and noted; never if a unit has that name."""
        if not is_total([text]) or straighten(text) in self.codes:
            return False
        self.totals.append(f"{self.table}:{place} {text.strip()}")
        return True

    def frame(self, rows: list[dict[str, Any]], columns: Columns) -> pd.DataFrame:
        """Rows as a frame of records of the track and period."""
        about = {"campaign": self.campaign.id, "period": self.period}
        return to_frame([{"track_id": self.track.id, **about, **row} for row in rows], columns)

    def learn(self, units: pd.DataFrame) -> None:
        """Units that other tables may name."""
        for code, name in zip(units["unit_code"].tolist(), units["unit_name"].tolist(), strict=True):
            self.names[code] = name
            word = straighten(name)
            self.codes[word] = code if self.codes.get(word, code) == code else ""
        self.codes |= {code: code for code in self.names}

    def report(self, code: str, place: str, **args: Any) -> None:
        """Keep a problem of the table that is being read."""
        self.problems.append(Problem(code, self.table, place, args))

    def column(self, frame: pd.DataFrame, *names: str) -> int | None:
        """Number of a column by any of its names; reported if it is not there."""
        at = self.find(frame, names)
        if at is None and not frame.shape[1]:
            self.report("scoring.empty_table", "")
        elif at is None:
            value, nearest = nearest_pair(names, frame)
            code = "scoring.no_column" if nearest else "scoring.no_columns"
            self.report(code, "", **(spelling(value, map(str, frame.columns)) | {"nearest": nearest}))
        return at

    def find(self, frame: pd.DataFrame, names: Iterable[str]) -> int | None:
        """Number of the first column that has one of the names, the first name first; reported if there are two."""
        headings = headings_of(frame)
        name = next((name for name in map(plain_heading, names) if name in headings), None)
        if name is None:
            return None
        if headings.count(name) > 1 and (self.table, name) not in self.twice:
            self.twice.add((self.table, name))
            self.report("scoring.column_twice", "", column=name)
        return headings.index(name)

    def unit(self, text: str, place: str) -> str | None:
        """Code of a unit that is named by name or code."""
        code = self.codes.get(straighten(text))
        if self.is_total(text, place):
            return None
        if not text:
            self.report("scoring.unit_missing", place)
        elif not code and text not in self.unknown:
            self.unknown.add(text)  # said once, however many rows it has
            known = self.codes if code is None else [one for one in self.names if self.names[one] == text]
            named = "scoring.unit_not_there" if code is None else "scoring.unit_of_several"
            self.report(named, place, **spelling(text, known))
        return code or None

    def pick(self, items: Sequence[T], text: str, code: str, place: str) -> T | None:
        """The item of that id or name."""
        for item in items:
            if straighten(text) in map(straighten, own_words(item)):
                return item
        self.report(code, place, **spelling(text, [own_words(item)[1] for item in items]))
        return None

    def whole(self, value: Any, name: str, place: str, *, least: int) -> int | None:
        """Whole number of a cell, reported if it is none or too small."""
        number = None if is_missing(value) or is_flag(value) or "%" in str(value) else to_number(value)
        if isinstance(number, int | float) and float(number).is_integer() and number >= least:
            return int(number)
        said = "" if is_missing(value) else str(value)
        self.report("scoring.not_whole", place, column=HEADS[name][1], value=said, least=least)
        return None


def cells_of(frame: pd.DataFrame, at: int | None) -> list[Any]:
    """Cells of a column, as they are; None throughout if there is no such column."""
    return [None] * len(frame) if at is None else frame.iloc[:, at].tolist()


def texts_of(frame: pd.DataFrame, at: int | None) -> list[str]:
    """Cells of a column as texts, empty where there is nothing."""
    return ["" if is_missing(value) else Cell("", value).text for value in cells_of(frame, at)]


def to_number(value: Any) -> Any:
    """Number of a cell, 1 and 0 of yes and no, or what was read instead."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        return plain  # not typed: exact as it is
    number = from_cell(_NUMBER, Cell("", plain))
    flag = from_cell(_FLAG, Cell("", plain)) if isinstance(number, str) else None
    return int(flag) if isinstance(flag, bool) else number


def is_flag(value: Any) -> bool:
    """Whether a cell says yes or no, and no number."""
    return isinstance(value, bool | np.bool_) or (
        isinstance(value, str) and not value.strip().isdigit() and to_flag(value) is not None
    )
