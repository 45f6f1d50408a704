"""Records of one track read from tables: a row for each unit, a row for each mark.

What the store would hold is made of what people have in hand: columns are named by fields, lines and kinds of unit
in their own words, numbers may be typed in any way that a workbook allows, and an empty cell is missing, never 0.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from warnings import warn

import numpy as np
import pandas as pd

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import (
    Campaign,
    Criterion,
    Field,
    Form,
    RankGroupBelow,
    Source,
    Track,
    UnitKind,
)
from pbwidgets.campaign.names import places
from pbwidgets.campaign.values import ValueRefusedError, to_answer, to_text
from pbwidgets.campaign.workbook.cells import from_cell, straighten
from pbwidgets.campaign.workbook.lines import is_missing
from pbwidgets.campaign.workbook.sheets import Column
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake import clean_code
from pbwidgets.intake.table import OWN, is_total
from pbwidgets.intake.text import plain_heading, to_flag
from pbwidgets.intake.workbook import Cell
from pbwidgets.scoring.carried import names_of_lines
from pbwidgets.scoring.frames import (
    ALLOTMENTS,
    NOMINATIONS,
    RATINGS,
    SUBMISSIONS,
    UNITS,
    Columns,
    Records,
    empty_records,
    to_frame,
)
from pbwidgets.scoring.registry import find_range
from pbwidgets.scoring.table_columns import (
    HEADS,
    ROW_NUMBERS,
    find_units,
    headings_of,
    nearest_pair,
    own_words,
)
from pbwidgets.wording import default_language, say

T = TypeVar("T")

_NUMBER: Final = Column("number", ("number",), "number")
_FLAG: Final = Column("flag", ("flag",), "flag")
_OF_MARKS: Final = ("unit", "line", "points", "rater_id", "source", "layer", "comment")
_STATE: Final = "accepted"  # counts in every campaign whose measures do not ask for another


def read_tables(
    campaign: Campaign,
    period: str,
    data: pd.DataFrame,
    *,
    unit: str | None = None,
    marks: pd.DataFrame | None = None,
) -> Records:
    """Records of the campaign's first track.

    Parameters
    ----------
    campaign, period
        Definition, and id of its period.
    data
        A row for each unit; a column for each field that the measures read, under its label or id (a cell of a
        repeat is a list of mappings), and where there are groups one under the name of the kind of unit above.
    unit
        Column that names the units; by default an index of names, or the first column that is no row number. A
        column 编码 or ``unit_code`` gives their codes; without one, the names are the codes.
    marks
        A row for each mark: unit, line, points, and where there are several of them rater, source and layer; or a
        row for each unit (and rater) and a column for each line. Where no column names the raters, several rows of
        one unit and line are several raters; without a layer, the last one of the track is marked. An empty cell
        is no mark.

    Raises
    ------
    ProblemsError
        With everything that cannot be read, by row and column.
    UsageError
        ``scoring.which_unit`` if nothing tells which column names the units.

    Warns
    -----
    UserWarning
        Which rows of totals were passed over.

    Examples
    --------
    >>> from pbwidgets.campaign.workbook.lines import campaign_of_lines
    >>> line = {"line": "走访", "points": 9, "rule": "all_or_nothing", "measure": "走访"}
    >>> made = campaign_of_lines([line], places=None, ties=(), group=None, digits=2, title="")
    >>> visits = pd.DataFrame({"村名": ["青禾村", "望云村"], "走访": ["１２", None]})
    >>> read_tables(made, made.periods[0].id, visits).submissions[["unit_code", "value"]].values.tolist()
    [['青禾村', '12']]
    """
    reading = _Reading(campaign, period)
    above = [
        own_words(campaign.unit_kind(kind)) for kind in campaign.unit_kind(reading.track.unit_kind).parents
    ]
    frame, heading = find_units(data, unit, {name for names in above for name in names})
    units = to_frame(reading.read_units(frame, heading), UNITS)
    reading.learn(units)
    submissions = reading.read_submissions(frame)
    reading.table = "marks"
    ratings = [] if marks is None else list(reading.read_marks(marks, heading))
    reading.stop()
    return replace(
        empty_records(),
        units=units,
        submissions=reading.frame(submissions, SUBMISSIONS),
        ratings=reading.frame(ratings, RATINGS),
    )


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
        As from :func:`read_tables`.
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
class _Reading:
    """Tables being read: what is known of units by name and code, and what could not be read."""

    campaign: Campaign
    period: str
    codes: dict[str, str] = field(
        default_factory=dict
    )  # by straightened name or code; empty for a name of two
    names: dict[str, str] = field(default_factory=dict)  # by code
    nominating: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    rows: list[str] = field(default_factory=list)  # code of the unit of each row of data; empty for a total
    headings: tuple[str, ...] = ()  # of data
    nominators: set[str] = field(default_factory=set)  # codes of the units that are above others in the table
    totals: list[str] = field(default_factory=list)  # places of rows that were passed over
    twice: set[tuple[str, str]] = field(default_factory=set)  # columns that were reported
    marked: set[tuple[str, ...]] = field(default_factory=set)
    table: str = "data"

    @property
    def track(self) -> Track:
        return self.campaign.tracks[0]

    def stop(self) -> None:
        """Raise what is wrong; else warn of what was passed over."""
        if self.problems:
            raise ProblemsError(self.problems)
        if self.totals:
            warn(say("scoring.totals_passed", rows="、".join(self.totals)), stacklevel=4)

    def is_total(self, text: str, place: str) -> bool:
        """Whether a row is a total, which is passed over and noted; never if a unit has that name."""
        if not is_total(text) or straighten(text) in self.codes:
            return False
        self.totals.append(f"{self.table}:{place}“{text.strip()}”")
        return True

    def frame(self, rows: list[dict[str, Any]], columns: Columns) -> pd.DataFrame:
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

    # -- units and their answers

    def read_units(self, frame: pd.DataFrame, heading: str) -> list[dict[str, Any]]:
        own, coded = self.column(frame, heading), self.find(frame, HEADS["unit_code"])
        named = self.find(frame, HEADS["unit_name"]) if own == coded else own
        if own is None:
            self.stop()
        clean = straighten if coded is None else clean_code  # names stand in for codes that are not there
        codes = [clean(text) for text in _texts(frame, own if coded is None else coded)]
        names = codes if named is None else _texts(frame, named)
        kind = self.campaign.unit_kind(self.track.unit_kind)
        above, domains = self.find_above(frame, kind), _texts(frame, self.find(frame, HEADS["domain"]))
        units: dict[str, dict[str, Any]] = {}
        self.rows, self.headings = list(codes), headings_of(frame)
        for row, (code, name, (parent_kind, parent), domain) in enumerate(
            zip(codes, names, above, domains, strict=True), start=1
        ):
            place = say("scoring.row", row=row)
            if self.is_total(name, place) or self.is_total(code, place):
                self.rows[row - 1] = ""
                continue
            if not code or code in units:
                wrong = "scoring.unit_twice" if code else "scoring.unit_missing"
                self.report(wrong, place, unit=code)
            parent_code = f"{parent_kind}:{straighten(parent)}" if parent else None
            units[code] = {
                "unit_code": code, "unit_name": name, "kind": kind.id, "parent_code": parent_code,
                "domain": domain or None,
            }  # fmt: skip
            if parent_code:
                units[parent_code] = {"unit_code": parent_code, "unit_name": parent, "kind": parent_kind}
        return list(units.values())

    def find_above(self, frame: pd.DataFrame, kind: UnitKind) -> list[tuple[str, str]]:
        """Kind and name of the unit above each row's unit, from a column named as the kind."""
        asked = {self.track.group}
        asked |= {
            group.ancestor_kind for group in self.track.ranks_within if isinstance(group, RankGroupBelow)
        }
        for parent in kind.parents:
            names = own_words(self.campaign.unit_kind(parent))
            at = self.column(frame, *names[1:], names[0]) if parent in asked else self.find(frame, names)
            if at is not None:
                return [(parent, text) for text in _texts(frame, at)]
        return [("", "")] * len(frame)

    def read_submissions(self, frame: pd.DataFrame) -> list[dict[str, Any]]:
        measures = {measure.id: measure for measure in self.campaign.measures}
        ties = {link.named for link in self.track.tie_breaks}
        read = [measures[name] for name in (*names_of_lines(self.track), *ties) if name in measures]
        rows: list[dict[str, Any]] = []
        for form in self.campaign.forms:
            paths = [(one.field, one.denominator) for one in read if one.form == form.id]
            asked = {str(path).partition("/")[0] for pair in paths for path in pair if path}
            if (
                form.unit_kind == self.track.unit_kind
                and form.survey is None
                and (asked or form.id in self.track.forms)
            ):
                rows += self.read_form(frame, form, asked)
        return rows

    def read_form(self, frame: pd.DataFrame, form: Form, asked: set[str]) -> Iterator[dict[str, Any]]:
        """Answers to a form; a field that a line rests on must have its column."""
        roots = {place.path: place.field for place in places(form) if not place.repeat}
        columns: dict[str, int | None] = {}
        about = {"form_id": form.id, "track_id": self.track.id, "version": 1, "state": _STATE}
        for path, leaf in form.leaves():
            root, _, inner = path.partition("/")
            if root not in columns:
                names = own_words(roots[root])
                columns[root] = (
                    self.column(frame, *names[1:], names[0]) if root in asked else self.find(frame, names)
                )
            cells = _cells(frame, columns[root])
            if not inner and leaf.type in ("integer", "decimal"):
                self.check_spelling(form, leaf, cells)
            for row, (code, cell) in enumerate(zip(self.rows, cells, strict=True), start=1):
                if not code:
                    continue
                for number, value in enumerate(_inside(cell, own_words(leaf)) if inner else [cell]):
                    text = self.read_answer(leaf, value, row)
                    if text is not None:
                        yield {**about, "unit_code": code, "field": path, "row": number, "value": text}

    def check_spelling(self, form: Form, leaf: Field, cells: list[Any]) -> None:
        """Report cells of a column of numbers that say something else than the others."""
        units = [
            one.unit
            for one in self.campaign.measures
            if (one.form, one.field) == (form.id, leaf.id) and one.unit
        ]
        counted = bool(units) and not any("%" in straighten(unit.zh) for unit in units)
        percent = [isinstance(cell, str) and "%" in straighten(cell) for cell in cells]
        label = leaf.label.words(default_language())
        for row, (cell, is_percent) in enumerate(zip(cells, percent, strict=True), start=1):
            number = None if is_missing(cell) or is_percent else _to_number(cell)
            flag = number is not None and not isinstance(number, str) and _is_flag(cell)
            fraction = any(percent) and isinstance(number, int | float) and 0 < number <= 1
            if self.rows[row - 1] and (fraction or (counted and (flag or is_percent))):
                code = "scoring.count_wanted" if counted else "scoring.percent_and_fraction"
                place = say("scoring.row_of_unit", row=row, unit=self.rows[row - 1])
                self.report(code, place, label=label, value=str(cell))

    def read_answer(self, leaf: Field, value: Any, row: int) -> str | None:
        """Canonical text of a cell, None if it is empty or cannot be read."""
        if is_missing(value):
            return None
        if leaf.type in ("integer", "decimal"):
            value = _to_number(value)
        elif leaf.choices is not None:
            ids = {
                word: choice.id
                for choice in self.campaign.choices[leaf.choices]
                for word in (choice.label.zh, choice.label.en)
            }
            value = (
                [ids.get(part, part) for part in value] if isinstance(value, list) else ids.get(value, value)
            )
        elif leaf.type == "text":
            value = Cell("", value).text
        try:
            answer = to_answer(leaf, value)
        except ValueRefusedError as error:
            label = leaf.label.words(default_language())
            place = say("scoring.row_of_unit", row=row, unit=self.rows[row - 1])
            self.report(error.code, place, label=label, value=str(value))
            return None
        return None if answer is None else to_text(answer)

    # -- marks and nominations

    def read_marks(self, frame: pd.DataFrame, heading: str) -> Iterator[dict[str, Any]]:
        coded = any(code != name for code, name in self.names.items())
        unit = self.column(frame, *(HEADS["unit_code"] if coded else ()), heading, *HEADS["unit"])
        beside = ("rater_id", "source", "layer", "comment", "stale", "recused")
        at = {name: one for name in beside if (one := self.find(frame, HEADS[name])) is not None}
        line = self.find(frame, HEADS["line"])
        pairs: list[tuple[int | None, int | None]]
        if line is not None:
            pairs = [(line, self.column(frame, *HEADS["points"]))]
        else:  # a column for each line
            known = {unit, *at.values(), *(self.find(frame, (name,)) for name in (heading, *HEADS["unit"]))}
            rest = [one for one in range(frame.shape[1]) if one not in known and self.is_of_line(frame, one)]
            pairs = [(None, one) for one in rest if self.find_line(str(frame.columns[one]), "") is not None]
        if line is not None:
            self.refuse_others(frame, {unit, *at.values(), *pairs[0]}, heading)
        cells = [_cells(frame, one) for one in range(frame.shape[1])]
        for row in range(len(frame)):
            more = {name: cells[one][row] for name, one in at.items()}
            if line is not None and "rater_id" not in at:
                more["rater_id"] = row + 1  # as many raters as rows
            for named, points in pairs:
                if unit is not None and points is not None and not is_missing(cells[points][row]):
                    words = str(frame.columns[points] if named is None else cells[named][row])
                    yield from self.read_mark(row + 1, words, cells[unit][row], cells[points][row], more)

    def is_of_line(self, frame: pd.DataFrame, at: int) -> bool:
        """Whether a column of marks should be headed by a line; what the data has too may stand beside them."""
        name = str(frame.columns[at])
        if self.find(frame, (name,)) != at:  # a second one of that name is reported
            return False
        words = {straighten(word) for line in self.track.lines() for word in own_words(line)}
        return straighten(name) in words or not self.is_beside(name)

    def is_beside(self, name: str) -> bool:
        plain = plain_heading(name)
        return plain in self.headings or plain in ROW_NUMBERS or plain.startswith(OWN)

    def refuse_others(self, frame: pd.DataFrame, known: Container[int | None], heading: str) -> None:
        """Report columns of marks that nothing is read from, but those that may stand beside them."""
        names = {plain_heading(name) for name in (heading, *HEADS["unit"], *HEADS["unit_name"], *RATINGS)}
        allowed = [name for kind in _OF_MARKS for name in HEADS[kind]]
        for at, column in enumerate(map(str, frame.columns)):
            if not (at in known or plain_heading(column) in names or self.is_beside(column)):
                self.report("scoring.column_not_there", "", **spelling(column, allowed))

    def find_line(self, words: str, place: str) -> Criterion | None:
        return self.pick(list(self.track.lines()), words, "scoring.line_not_there", place)

    def read_mark(
        self, row: int, words: str, unit: Any, value: Any, more: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """One mark as a row of ratings; nothing if it cannot be read."""
        place = say("scoring.row", row=row)
        code = self.unit("" if is_missing(unit) else Cell("", unit).text, place)
        line = self.find_line(words, place)
        layers = [self.campaign.layer(one.id) for one in self.track.layers]
        asked = "" if is_missing(more.get("layer")) else str(more["layer"])
        layer = (
            layers[-1] if layers and not asked else self.pick(layers, asked, "scoring.layer_not_there", place)
        )
        if code is None or line is None or layer is None:
            return
        points, (low, high) = _to_number(value), find_range(line)
        if isinstance(points, str) or not low <= points <= high:
            name = line.name.words(default_language())
            self.report("scoring.mark_outside", place, line=name, value=str(value), low=low, high=high)
            return
        source = self.find_source(line, layer.id, more.get("source"), place)
        rater = "" if is_missing(more.get("rater_id")) else str(more["rater_id"])
        if source is not None:
            self.note_mark((code, line.id, layer.id, source.id, rater), line, place)
            about = {"unit_code": code, "criterion_id": line.id, "layer": layer.id, "source": source.id}
            flags = {name: _to_number(more.get(name)) == 1 for name in ("stale", "recused")}
            said = {} if is_missing(more.get("comment")) else {"comment": str(more["comment"])}
            yield {"rater_id": rater or str(row), **about, "points": points, **flags, **said}

    def note_mark(self, key: tuple[str, ...], line: Criterion, place: str) -> None:
        """Report the second mark of one unit, line, layer, source and rater."""
        if key in self.marked:
            unit, name = self.names[key[0]], line.name.words(default_language())
            self.report("scoring.mark_twice", place, unit=unit, line=name)
        self.marked.add(key)

    def find_source(self, line: Criterion, layer: str, asked: Any, place: str) -> Source | None:
        sources = self.campaign.marking_sources(self.track, layer, line)
        if is_missing(asked) and len(sources) == 1:
            return sources[0]
        named = "" if is_missing(asked) else str(asked)
        code = "scoring.source_not_there" if named else "scoring.source_needed"
        return self.pick(self.campaign.sources_of(self.track, layer), named, code, place)

    def read_nominations(self, frame: pd.DataFrame, units: pd.DataFrame) -> Iterator[dict[str, Any]]:
        parents = dict(zip(units["unit_code"], units["parent_code"], strict=True))
        unit, order = self.column(frame, *HEADS["unit"]), self.find(frame, HEADS["order"])
        by = _texts(frame, self.find(frame, self.by_heads))
        ranks: list[Any] = _cells(frame, order) if order is not None else list(range(1, len(frame) + 1))
        self.nominators = {code for code in self.names if code.startswith(f"{self.nominating_kind}:")}
        found: set[str] = set()
        for row, (text, named, rank) in enumerate(zip(_texts(frame, unit), by, ranks, strict=True), start=1):
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
            zip(_texts(frame, by), _cells(frame, allotted), strict=True), start=1
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

    def whole(self, value: Any, name: str, place: str, *, least: int) -> int | None:
        """Whole number of a cell, reported if it is none or too small."""
        number = None if is_missing(value) or _is_flag(value) or "%" in str(value) else _to_number(value)
        if isinstance(number, int | float) and float(number).is_integer() and number >= least:
            return int(number)
        said = "" if is_missing(value) else str(value)
        self.report("scoring.not_whole", place, column=HEADS[name][1], value=said, least=least)
        return None


def _cells(frame: pd.DataFrame, at: int | None) -> list[Any]:
    return [None] * len(frame) if at is None else frame.iloc[:, at].tolist()


def _texts(frame: pd.DataFrame, at: int | None) -> list[str]:
    return ["" if is_missing(value) else Cell("", value).text for value in _cells(frame, at)]


def _to_number(value: Any) -> Any:
    """Number of a cell, 1 and 0 of yes and no, or what was read instead."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        return plain  # not typed: exact as it is
    number = from_cell(_NUMBER, Cell("", plain))
    flag = from_cell(_FLAG, Cell("", plain)) if isinstance(number, str) else None
    return int(flag) if isinstance(flag, bool) else number


def _is_flag(value: Any) -> bool:
    """Whether a cell says yes or no, and no number."""
    return isinstance(value, bool | np.bool_) or (
        isinstance(value, str) and not value.strip().isdigit() and to_flag(value) is not None
    )


def _inside(cell: Any, names: Sequence[str]) -> list[Any]:
    """Values of one field in the rows of a repeat."""
    if is_missing(cell):
        return []
    return [next((entry[name] for name in names if name in entry), None) for entry in cell]
