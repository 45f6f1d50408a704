"""Nominations and allotments read from tables, beside the records of the units that they are about."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.workbook.cells import straighten
from pbwidgets.campaign.workbook.lines import is_missing
from pbwidgets.scoring.frames import ALLOTMENTS, NOMINATIONS, UNITS, Records, to_frame
from pbwidgets.scoring.table_columns import HEADS, own_words
from pbwidgets.scoring.table_reading import TableReading, cells_of, texts_of
from pbwidgets.wording import say


def read_nominations(
    campaign: Campaign,
    period: str,
    records: Records,
    nominations: pd.DataFrame,
    allotments: pd.DataFrame | None = None,
) -> Records:
    """Records with the nominations for the campaign's first track, which names the kind of unit that nominates.

    Parameters
    ----------
    campaign, period, records
        As from :func:`pbwidgets.scoring.from_tables.read_tables`.
    nominations
        A row for each nominated unit; ``by_unit`` (by default the unit above) and ``order``, by default that of rows.
    allotments
        ``by_unit`` and ``allotted``: how many each may nominate; none: as many as it likes.

    Raises
    ------
    ProblemsError
        With everything that cannot be read, by row and column.
    """
    reading = _Reading(campaign, period)
    reading.learn(records.units)
    reading.table = "nominations"
    named = list(reading.read_nominations(nominations, records.units))
    reading.table = "allotments"
    allotted = [] if allotments is None else list(reading.read_allotments(allotments))
    reading.stop()
    return replace(
        records,
        units=to_frame(
            pd.concat([records.units, to_frame(reading.nominating, UNITS)], ignore_index=True), UNITS
        ),
        nominations=reading.frame(named, NOMINATIONS),
        allotments=reading.frame(allotted, ALLOTMENTS),
    )


@dataclass
class _Reading(TableReading):
    """Nominations being read."""

    nominating: list[dict[str, Any]] = field(default_factory=list)
    nominators: set[str] = field(default_factory=set)  # codes of the units that are above others in the table

    def read_nominations(self, frame: pd.DataFrame, units: pd.DataFrame) -> Iterator[dict[str, Any]]:
        parents = dict(zip(units["unit_code"], units["parent_code"], strict=True))
        unit, order = self.column(frame, *HEADS["unit"]), self.find(frame, HEADS["order"])
        by = texts_of(frame, self.find(frame, self.by_heads))
        ranks: list[Any] = cells_of(frame, order) if order is not None else list(range(1, len(frame) + 1))
        self.nominators = {code for code in self.names if code.startswith(f"{self.nominating_kind}:")}
        found: set[str] = set()
        for row, (text, named, rank) in enumerate(
            zip(texts_of(frame, unit), by, ranks, strict=True), start=1
        ):
            place = say("scoring.row", row=row)
            code = None if unit is None else self.unit(text, place)
            if code is None:
                continue
            if code in found:
                self.report("scoring.unit_twice", place, unit=self.names[code])
            found.add(code)
            above = self.nominator(named, place, bool(self.nominators)) if named else parents.get(code)
            if not named and is_missing(above):
                self.report("scoring.nominator_missing", place, unit=self.names[code])
            number = self.whole(rank, "order", place, least=1)
            if not is_missing(above) and number is not None:
                yield {"unit_code": code, "by_unit": above, "order": number, "status": "in_force"}

    def read_allotments(self, frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
        by, allotted = self.column(frame, *self.by_heads), self.column(frame, *HEADS["allotted"])
        found: set[str] = set()
        for row, (text, given) in enumerate(
            zip(texts_of(frame, by), cells_of(frame, allotted), strict=True), start=1
        ):
            place = say("scoring.row", row=row)
            if by is None or allotted is None or self.is_total(text, place):
                continue
            code, number = self.nominator(text, place, True), self.whole(given, "allotted", place, least=0)
            if code in found:
                self.report("scoring.unit_twice", place, unit=text)
            if code is not None and number is not None:
                found.add(code)
                yield {"by_unit": code, "allotted": number}

    @property
    def nominating_kind(self) -> str:
        return self.track.nomination.by if self.track.nomination else ""

    @property
    def by_heads(self) -> tuple[str, ...]:
        return (*HEADS["by_unit"], *own_words(self.campaign.unit_kind(self.nominating_kind)))

    def nominator(self, text: str, place: str, is_known: bool) -> str | None:
        """Code of a unit that nominates, which must be known or becomes so by this."""
        code = f"{self.nominating_kind}:{straighten(text)}"
        if code in self.names:
            return code
        if is_known:
            known = [name for code, name in self.names.items() if code.startswith(f"{self.nominating_kind}:")]
            self.report("scoring.nominator_not_there", place, **spelling(text, known))
            return None
        self.names[code] = text
        self.nominating.append({"unit_code": code, "unit_name": text, "kind": self.nominating_kind})
        return code
