"""Records of one track read from tables: a row for each unit, a row for each mark.

What the store would hold is made of what people have in hand: columns are named by fields, lines and kinds of unit
in their own words, numbers may be typed in any way that a workbook allows, and an empty cell is missing, never 0.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

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
    Text,
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
from pbwidgets.wording import default_language, say

T = TypeVar("T")

_HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("unit", "unit_name", "unit_code", "单位", "单位名称", "单位编码", "名称", "编码"),
    "unit_code": ("unit_code", "code", "编码", "单位编码", "代码", "单位代码"),
    "unit_name": ("unit_name", "name", "名称", "单位名称"),
    "domain": ("domain", "领域"),
    "line": ("line", "criterion_id", "评分项"),
    "points": ("points", "得分", "分数", "分值"),
    "rater_id": ("rater_id", "rater", "评分人"),
    "source": ("source", "评分来源", "来源"),
    "layer": ("layer", "评分层"),
    "comment": ("comment", "说明", "评语", "事由"),
    "stale": ("stale",),
    "recused": ("recused", "回避"),
    "by_unit": ("by_unit", "by", "申报单位", "推荐单位"),
    "order": ("order", "顺序"),
    "allotted": ("allotted", "名额"),
}
"""Headings of tables, beside the words of the campaign."""
_NUMBER: Final = Column("number", ("number",), "number")
_FLAG: Final = Column("flag", ("flag",), "flag")
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
        Column that names the units; by default the first column, or an index that has a name. A column 编码 or
        ``unit_code`` gives their codes; without one, the names are the codes.
    marks
        A row for each mark: unit, line, points, and where there are several of them rater, source and layer; or a
        row for each unit (and rater) and a column for each line. Several rows of one unit and line are several
        raters; without a layer, the last one of the track is marked. An empty cell is no mark.

    Raises
    ------
    ProblemsError
        With everything that cannot be read, by row and column.

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
    frame = data.reset_index() if data.index.name is not None else data
    heading = next(map(str, frame.columns), "unit") if unit is None else unit
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


def words_of(item: Any) -> tuple[str, ...]:
    """What people may call a part of a campaign: its id, and its name or label in both languages."""
    text: Text = item.label if isinstance(item, Field) else item.name
    return item.id, text.zh, text.en


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
    rows: list[str] = field(default_factory=list)  # code of the unit of each row of data
    table: str = "data"

    @property
    def track(self) -> Track:
        return self.campaign.tracks[0]

    def stop(self) -> None:
        if self.problems:
            raise ProblemsError(self.problems)

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
        at = _find(frame, names)
        if at is None:
            self.report("scoring.no_column", "", **spelling(names[0], map(str, frame.columns)))
        return at

    def unit(self, text: str, place: str) -> str | None:
        """Code of a unit that is named by name or code."""
        code = self.codes.get(straighten(text))
        if not code and text not in self.unknown:
            self.unknown.add(text)  # said once, however many rows it has
            known = self.codes if code is None else [one for one in self.names if self.names[one] == text]
            named = "scoring.unit_not_there" if code is None else "scoring.unit_of_several"
            self.report(named, place, **spelling(text, known))
        return code or None

    def pick(self, items: Sequence[T], text: str, code: str, place: str) -> T | None:
        """The item of that id or name."""
        for item in items:
            if straighten(text) in map(straighten, words_of(item)):
                return item
        self.report(code, place, **spelling(text, [words_of(item)[1] for item in items]))
        return None

    # -- units and their answers

    def read_units(self, frame: pd.DataFrame, heading: str) -> list[dict[str, Any]]:
        own, coded = self.column(frame, heading), _find(frame, _HEADS["unit_code"])
        named = _find(frame, _HEADS["unit_name"]) if own == coded else own
        if own is None:
            self.stop()
        clean = straighten if coded is None else clean_code  # names stand in for codes that are not there
        codes = [clean(text) for text in _texts(frame, own if coded is None else coded)]
        names = codes if named is None else _texts(frame, named)
        kind = self.campaign.unit_kind(self.track.unit_kind)
        above, domains = self.find_above(frame, kind), _texts(frame, _find(frame, _HEADS["domain"]))
        units: dict[str, dict[str, Any]] = {}
        for row, (code, name, (parent_kind, parent), domain) in enumerate(
            zip(codes, names, above, domains, strict=True), start=1
        ):
            if not code or code in units:
                wrong = "scoring.unit_twice" if code else "scoring.unit_missing"
                self.report(wrong, say("scoring.row", row=row), unit=code)
            parent_code = f"{parent_kind}:{straighten(parent)}" if parent else None
            units[code] = {
                "unit_code": code, "unit_name": name, "kind": kind.id, "parent_code": parent_code,
                "domain": domain or None,
            }  # fmt: skip
            if parent_code:
                units[parent_code] = {"unit_code": parent_code, "unit_name": parent, "kind": parent_kind}
        self.rows = codes
        return list(units.values())

    def find_above(self, frame: pd.DataFrame, kind: UnitKind) -> list[tuple[str, str]]:
        """Kind and name of the unit above each row's unit, from a column named as the kind."""
        asked = {self.track.group}
        asked |= {
            group.ancestor_kind for group in self.track.ranks_within if isinstance(group, RankGroupBelow)
        }
        for parent in kind.parents:
            names = words_of(self.campaign.unit_kind(parent))
            at = self.column(frame, *names[1:], names[0]) if parent in asked else _find(frame, names)
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
                names = words_of(roots[root])
                columns[root] = (
                    self.column(frame, *names[1:], names[0]) if root in asked else _find(frame, names)
                )
            at = columns[root]
            for row, (code, cell) in enumerate(zip(self.rows, _cells(frame, at), strict=True), start=1):
                for number, value in enumerate(_inside(cell, words_of(leaf)) if inner else [cell]):
                    text = self.read_answer(leaf, value, row)
                    if text is not None:
                        yield {**about, "unit_code": code, "field": path, "row": number, "value": text}

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
        unit = self.column(frame, *(_HEADS["unit_code"] if coded else ()), heading, *_HEADS["unit"])
        beside = ("rater_id", "source", "layer", "comment", "stale", "recused")
        at = {name: one for name in beside if (one := _find(frame, _HEADS[name])) is not None}
        line = _find(frame, _HEADS["line"])
        pairs: list[tuple[int | None, int | None]]
        if line is not None:
            pairs = [(line, self.column(frame, *_HEADS["points"]))]
        else:  # a column for each line
            known = {unit, *at.values(), *(_find(frame, (name,)) for name in (heading, *_HEADS["unit"]))}
            rest = [one for one in range(frame.shape[1]) if one not in known]
            pairs = [(None, one) for one in rest if self.find_line(str(frame.columns[one]), "") is not None]
        cells = [_cells(frame, one) for one in range(frame.shape[1])]
        for row in range(len(frame)):
            more = {name: cells[one][row] for name, one in at.items()}
            for named, points in pairs:
                if unit is not None and points is not None and not is_missing(cells[points][row]):
                    words = str(frame.columns[points] if named is None else cells[named][row])
                    yield from self.read_mark(row + 1, words, cells[unit][row], cells[points][row], more)

    def find_line(self, words: str, place: str) -> Criterion | None:
        return self.pick(list(self.track.lines()), words, "scoring.line_not_there", place)

    def read_mark(
        self, row: int, words: str, unit: Any, value: Any, more: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """One mark as a row of ratings; nothing if it cannot be read."""
        place = say("scoring.row", row=row)
        code, line = self.unit(Cell("", unit).text, place), self.find_line(words, place)
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
        if source is not None:
            about = {"unit_code": code, "criterion_id": line.id, "layer": layer.id, "source": source.id}
            flags = {name: _to_number(more.get(name)) == 1 for name in ("stale", "recused")}
            texts = {
                name: str(more[name]) for name in ("comment", "rater_id") if not is_missing(more.get(name))
            }
            yield {"rater_id": str(row), **about, "points": points, **flags, **texts}

    def find_source(self, line: Criterion, layer: str, asked: Any, place: str) -> Source | None:
        sources = self.campaign.marking_sources(self.track, layer, line)
        if is_missing(asked) and len(sources) == 1:
            return sources[0]
        named = "" if is_missing(asked) else str(asked)
        code = "scoring.source_not_there" if named else "scoring.source_needed"
        return self.pick(self.campaign.sources_of(self.track, layer), named, code, place)

    def read_nominations(self, frame: pd.DataFrame, units: pd.DataFrame) -> Iterator[dict[str, Any]]:
        parents = dict(zip(units["unit_code"], units["parent_code"], strict=True))
        unit = self.column(frame, *_HEADS["unit"])
        by, order = _find(frame, _HEADS["by_unit"]), _find(frame, _HEADS["order"])
        for row, text in enumerate(_texts(frame, unit)):
            code = self.unit(text, say("scoring.row", row=row + 1))
            above = parents.get(code) if by is None else self.nominator(_texts(frame, by)[row])
            if code is not None and not is_missing(above):
                place = row + 1 if order is None else _to_number(frame.iat[row, order])
                yield {"unit_code": code, "by_unit": above, "order": place, "status": "in_force"}

    def read_allotments(self, frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
        by, allotted = (
            self.column(frame, *_HEADS["by_unit"], str(frame.columns[0])),
            self.column(frame, *_HEADS["allotted"]),
        )
        for text, number in zip(_texts(frame, by), _cells(frame, allotted), strict=True):
            yield {"by_unit": self.nominator(text), "allotted": _to_number(number)}

    def nominator(self, text: str) -> str:
        """Code of a unit that nominates; one that is not above any unit becomes known by this."""
        kind = self.track.nomination.by if self.track.nomination else ""
        code = f"{kind}:{straighten(text)}"
        if code not in self.names:
            self.names[code] = text
            self.nominating.append({"unit_code": code, "unit_name": text, "kind": kind})
        return code


def _find(frame: pd.DataFrame, names: Iterable[str]) -> int | None:
    """Number of the first column that has one of the names, the first name first."""
    headings = [straighten(str(column)) for column in frame.columns]
    return next((headings.index(name) for name in map(straighten, names) if name in headings), None)


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


def _inside(cell: Any, names: Sequence[str]) -> list[Any]:
    """Values of one field in the rows of a repeat."""
    if is_missing(cell):
        return []
    return [next((entry[name] for name in names if name in entry), None) for entry in cell]
