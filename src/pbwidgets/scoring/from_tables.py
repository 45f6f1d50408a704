"""Records of one track read from tables: a row for each unit, a row for each mark.

What the store would hold is made of what people have in hand: columns are named by fields, lines and kinds of unit
in their own words, numbers may be typed in any way that a workbook allows, and an empty cell is missing, never 0.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd

from pbwidgets.campaign.derived import measures_of_lines, names_behind
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Campaign, Criterion, Field, Form, RankGroupBelow, Source, UnitKind
from pbwidgets.campaign.names import ROW, places
from pbwidgets.campaign.tables import Table
from pbwidgets.campaign.values import ValueRefusedError, to_answer, to_text
from pbwidgets.campaign.workbook.cells import straighten
from pbwidgets.campaign.workbook.lines import is_missing
from pbwidgets.intake import clean_code
from pbwidgets.intake.table import OWN
from pbwidgets.intake.text import plain_heading
from pbwidgets.intake.workbook import Cell
from pbwidgets.scoring.frames import RATINGS, SUBMISSIONS, UNITS, Records, empty_records, to_frame
from pbwidgets.scoring.registry import find_range
from pbwidgets.scoring.table_columns import HEADS, ROW_NUMBERS, find_units, headings_of, own_words
from pbwidgets.scoring.table_reading import TableReading, cells_of, is_flag, texts_of, to_number
from pbwidgets.wording import default_language, say

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
        own_words(campaign.unit_kind(kind)) for kind in campaign.unit_kind(reading.track.unit_kind[0]).parents
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


@dataclass
class _Reading(TableReading):
    """Data and marks being read."""

    rows: list[str] = field(default_factory=list)  # code of the unit of each row of data; empty for a total
    headings: tuple[str, ...] = ()  # of data
    marked: set[tuple[str, ...]] = field(default_factory=set)

    # -- units and their answers

    def read_units(self, frame: pd.DataFrame, heading: str) -> list[dict[str, Any]]:
        own, coded = self.column(frame, heading), self.find(frame, HEADS["unit_code"])
        named = self.find(frame, HEADS["unit_name"]) if own == coded else own
        if own is None:
            self.stop()
        clean = straighten if coded is None else clean_code  # names stand in for codes that are not there
        codes = [clean(text) for text in texts_of(frame, own if coded is None else coded)]
        names = codes if named is None else texts_of(frame, named)
        kind = self.campaign.unit_kind(self.track.unit_kind[0])
        above, domains = self.find_above(frame, kind), texts_of(frame, self.find(frame, HEADS["domain"]))
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
                return [(parent, text) for text in texts_of(frame, at)]
        return [("", "")] * len(frame)

    def read_submissions(self, frame: pd.DataFrame) -> list[dict[str, Any]]:
        measures = {measure.id: measure for measure in self.campaign.measures}
        ties = {link.named for link in self.track.tie_breaks}
        used = measures_of_lines(self.campaign, self.track) | names_behind(self.campaign, ties)
        read = [measure for name, measure in measures.items() if name in used]
        rows: list[dict[str, Any]] = []
        for form in self.campaign.forms:
            paths = [
                (one.field, one.denominator, one.sign_field, one.dated_by)
                for one in read
                if one.form == form.id
            ]
            asked = {str(path).partition("/")[0] for several in paths for path in several if path}
            if (
                not set(form.unit_kind).isdisjoint(self.track.unit_kind)
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
            cells = cells_of(frame, columns[root])
            if not inner and leaf.type in ("integer", "decimal"):
                self.check_spelling(form, leaf, cells)
            for row, (code, cell) in enumerate(zip(self.rows, cells, strict=True), start=1):
                if not code:
                    continue
                for number, value in enumerate(_inside(cell, own_words(leaf)) if inner else [cell]):
                    text = self.read_answer(leaf, value, row)
                    if text is not None:
                        yield {**about, "unit_code": code, "field": path, "row": number, "value": text}
        for root, column in columns.items():
            for code, row, row_id in self.read_row_ids(roots[root].table, cells_of(frame, column)):
                yield {**about, "unit_code": code, "field": f"{root}/{ROW}", "row": row, "value": row_id}

    def read_row_ids(self, table: Table | None, cells: list[Any]) -> Iterator[tuple[str, int, str]]:
        """Unit, place and row of the table of each entry of a repeat with fixed rows."""
        if table is not None:
            for code, cell in zip(self.rows, cells, strict=True):
                for row, row_id in enumerate(_ids_inside(cell, table) if code else ()):
                    yield code, row, row_id

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
            number = None if is_missing(cell) or is_percent else to_number(cell)
            flag = number is not None and not isinstance(number, str) and is_flag(cell)
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
            value = to_number(value)
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
        if leaf.choices is not None:
            self.check_options(leaf, answer, row)
        return None if answer is None else to_text(answer)

    def check_options(self, leaf: Field, answer: Any, row: int) -> None:
        """Report what is none of the options of a field, which would only be missing from the scores."""
        lang = default_language()
        options = self.campaign.choices[leaf.choices or ""]
        for one in answer if isinstance(answer, list) else [answer]:
            if one not in {option.id for option in options}:
                place = say("scoring.row_of_unit", row=row, unit=self.rows[row - 1])
                labels = spelling(one, [option.label.words(lang) for option in options])
                self.report("campaign.answer_unknown_choice", place, label=leaf.label.words(lang), **labels)

    # -- marks

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
        cells = [cells_of(frame, one) for one in range(frame.shape[1])]
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
        points, (low, high) = str(value) if is_flag(value) else to_number(value), find_range(line)
        if isinstance(points, str) or not low <= points <= high:
            name = line.name.words(default_language())
            self.report("scoring.mark_outside", place, line=name, value=str(value), low=low, high=high)
            return
        source = self.find_source(line, layer.id, more.get("source"), place)
        rater = "" if is_missing(more.get("rater_id")) else str(more["rater_id"])
        if source is not None:
            self.note_mark((code, line.id, layer.id, source.id, rater), line, place)
            about = {"unit_code": code, "criterion_id": line.id, "layer": layer.id, "source": source.id}
            flags = {name: to_number(more.get(name)) == 1 for name in ("stale", "recused")}
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


def _inside(cell: Any, names: Sequence[str]) -> list[Any]:
    """Values of one field in the rows of a repeat."""
    if is_missing(cell):
        return []
    return [next((entry[name] for name in names if name in entry), None) for entry in cell]


def _ids_inside(cell: Any, table: Table) -> list[str]:
    """Row of the table for each entry: named in the entry by id or name, else in the table's order."""
    named = {word: row.id for row in table.rows for word in own_words(row)}
    told = _inside(cell, (ROW, "行"))
    ids = [row.id for row in table.rows[: len(told)]] + [""] * (len(told) - len(table.rows))
    return [
        named.get(str(one), str(one)) if one is not None else own for one, own in zip(told, ids, strict=True)
    ]
