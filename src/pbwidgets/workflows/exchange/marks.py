"""Marks in a workbook: a row for each unit, a column for each line; what came back is checked as the page checks it.

A cell that is as it was when the workbook was made changes nothing, whatever has happened since; one that is emptied
takes its mark back.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pbwidgets.campaign import Criterion, Track
from pbwidgets.errors import ConflictError, DataError, PbError, Problem, ProblemsError, RightsError
from pbwidgets.exports.mark_book import (
    ABOVE,
    NAME,
    REASON,
    SEEN,
    UNIT,
    MarkBook,
    MarkColumn,
    MarkRow,
    Seen,
    read_seen,
    write_mark_book,
)
from pbwidgets.intake.files import open_content, read_content
from pbwidgets.intake.table import Column, Table, choose_table, number_in
from pbwidgets.scoring.registry import find_range
from pbwidgets.store import Mark, MarkKey, load_ratings
from pbwidgets.units import ancestors, unit_names
from pbwidgets.wording import LANGUAGES, number, say
from pbwidgets.workflows.exchange.returned import Changed, ChangedValue, Fate, Return, Stored, Told
from pbwidgets.workflows.ground.desk import Desk, check_open
from pbwidgets.workflows.ground.files import check_leaving
from pbwidgets.workflows.ground.lookup import check_track, name_parts, nearest
from pbwidgets.workflows.ground.marks import (
    check_difference,
    is_marked,
    list_anchors,
    reason_limit,
    tabulate_marks_before,
)
from pbwidgets.workflows.review.rating import bars_of, give_marks
from pbwidgets.workflows.review.visits.paper import PaperLine, PaperSheet, open_paper, units_to_mark

_Place = tuple[str, str]


@dataclass(frozen=True)
class ReturnedMarks(Return):
    """Marks that came back.

    Attributes
    ----------
    track_id
        Track in which they are given.
    marks, withdrawn
        New and changed marks, and those to be taken back, by unit; only of units in which nothing is wrong.
    before
        Points that stood on each changed line when this was read, None for none.
    """

    track_id: str = ""
    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict, repr=False)
    withdrawn: Mapping[str, tuple[MarkKey, ...]] = field(default_factory=dict, repr=False)
    before: Mapping[_Place, float | None] = field(default_factory=dict, repr=False)


def write_mark_sheet(desk: Desk, track_id: str, unit_codes: Sequence[str], path: Path) -> Path:
    """Path of a workbook with the actor's marks on these units, to be changed and sent back.

    Raises
    ------
    DataError
        ``exports.identifying_found``.
    RightsError
        ``excel.nothing_to_mark`` without units; if the actor does not mark one of the units.
    UsageError
        ``workflows.unknown_track``, ``workflows.unknown_unit``.
    """
    if not unit_codes:
        raise RightsError("excel.nothing_to_mark")
    paper = open_paper(desk, track_id, unit_codes)
    track, lang, opened = desk.opened.campaign.track(track_id), desk.lang, desk.opened
    names, above = unit_names(desk.units), ancestors(desk.units, opened.campaign.partition_by)
    lines = _lines_by_unit(paper)
    rows = [
        MarkRow(
            code,
            names[code],
            names.get(str(above.get(code)), "") if above.get(code) != code else "",
            {line.criterion.id: line.points for line in lines.get(code, ())},
        )
        for code in unit_codes
    ]
    title = say("excel.marks_title", lang, track=track.name.words(lang))
    has_reasons = any(line.may_need_reason for line in paper.lines.values())
    how_reason = say("excel.how_marks_reason", lang, column=say("review.reason", lang))
    about = [
        (say("excel.campaign", lang), f"{opened.campaign.name.words(lang)} {opened.period_id}"),
        (say("excel.track", lang), track.name.words(lang)),
        (say("excel.units", lang), say("excel.units_count", lang, count=len(rows))),
        *((say("excel.how", lang), say(f"excel.how_marks_{name}", lang)) for name in ("cells", "rows")),
        *(((say("excel.how", lang), how_reason),) if has_reasons else ()),
        (say("excel.back", lang), say("excel.how_marks_back", lang)),
    ]
    points = {place: line.points for place, line in paper.lines.items() if line.points is not None}
    versions = {code: paper.versions.get(code, 0) for code in unit_codes}
    seen = Seen(*opened.key, track_id, paper.head, versions, points)
    columns = [_column(desk, label, line) for label, line in _lines_of(paper, track, lang)]
    book = MarkBook(title, about, columns, rows, has_reasons, seen)
    return check_leaving(desk.workspace, write_mark_book(book, path, lang))


def read_marks(desk: Desk, track_id: str, file: Path, told: Told | None = None) -> ReturnedMarks:
    """What a workbook of marks would change; nothing is stored.

    Parameters
    ----------
    file
        A workbook of :func:`write_mark_sheet`, or any table with codes of units and headings of lines.
    told
        Called for each unit.

    Raises
    ------
    ProblemsError
        If there is no such table in the file, or it is of another campaign, period or track.
    RightsError
        ``workflows.period_closed``; if the actor marks nothing in this track.
    UsageError
        ``workflows.unknown_track``.
    """
    check_track(desk.opened.campaign, track_id)
    with desk.workspace.store.read() as reader:
        check_open(reader, desk)
    mine = units_to_mark(desk, track_id)
    if not mine:
        desk.authorise("rate", desk.actor.unit_code)
        raise RightsError("excel.nothing_to_mark")
    content = read_content(file)
    sheets = open_content(content, file.name)
    seen = read_seen(sheets)
    track = desk.opened.campaign.track(track_id)
    if seen is not None and (seen.campaign_id, seen.period_id, seen.track_id) != (*desk.opened.key, track_id):
        args = {"track": track.name, "period": desk.opened.period_id}
        raise ProblemsError([Problem("excel.marks_of_others", file.name, "", args)])
    aside = {SEEN, *(say("excel.about", lang) for lang in LANGUAGES)}
    table = choose_table(
        [sheet for sheet in sheets if sheet.name not in aside],
        file.name,
        list(_columns(track)),
        ignored=[say(f"excel.{name}", lang) for name in (NAME, ABOVE) for lang in LANGUAGES] + [NAME, ABOVE],
    )
    listed = frozenset(table.column(UNIT)) & set(mine)
    paper = open_paper(desk, track_id, [code for code in mine if code in listed])
    reading = _Reading(desk, track, table, paper, seen, frozenset(mine))
    changes = tuple(reading.changes(told))
    findings = [*table.problems, *reading.findings]
    return ReturnedMarks(
        file.name, content, tuple(findings), changes, table.notes,
        track_id, reading.marks, reading.withdrawn, reading.before,
    )  # fmt: skip


def store_marks(desk: Desk, returned: ReturnedMarks, *, accept_good_rows: bool = False) -> Stored:
    """What was stored of returned marks: all or none, by :func:`pbwidgets.workflows.review.rating.give_marks`.

    Parameters
    ----------
    accept_good_rows
        Whether the marks on other units are stored if something is wrong with those on some.

    Raises
    ------
    ConflictError
        ``excel.changed_meanwhile`` if one of the marks has changed since this was read, and as ``give_marks``.
    ProblemsError
        If something is wrong and good rows are not to be stored alone.
    RightsError, DataError
        As ``give_marks``.
    """
    if returned.findings and not accept_good_rows:
        raise ProblemsError(returned.findings)
    units = sorted({*returned.marks, *returned.withdrawn})
    now = open_paper(desk, returned.track_id, units)
    for (unit, line_id), points in returned.before.items():
        line = now.lines.get((unit, line_id))
        if unit in units and (line is None or line.points != points):
            raise ConflictError("excel.changed_meanwhile")
    marks = [mark for given in returned.marks.values() for mark in given]
    taken = [key for keys in returned.withdrawn.values() for key in keys]
    if marks or taken:
        give_marks(desk, marks, taken)
    return Stored(len(units), returned.count("refused"))


def _lines_by_unit(paper: PaperSheet) -> Mapping[str, list[PaperLine]]:
    found: dict[str, list[PaperLine]] = defaultdict(list)
    for (unit, _), line in paper.lines.items():
        found[unit].append(line)
    return found


def _lines_of(paper: PaperSheet, track: Track, lang: str) -> Iterator[tuple[str, Criterion]]:
    """Lines that are marked, each with its number and name, in the order of the score sheet."""
    wanted = {line_id for _, line_id in paper.lines}
    for label, line in _all_lines(track, lang):
        if line.id in wanted:
            yield label, line


def _all_lines(track: Track, lang: str) -> Iterator[tuple[str, Criterion]]:
    """Lines that raters mark on the sheets of all kinds and domains, each with its number and name."""
    found: set[str] = set()
    for sheet in (track, *(track.of_unit(*of) for of in track.sheets)):
        for item in sheet.numbered():
            if item.criterion.id not in found and is_marked(item.criterion):
                found.add(item.criterion.id)
                yield f"{item.number} {item.criterion.name.words(lang)}", item.criterion


def _column(desk: Desk, label: str, line: Criterion) -> MarkColumn:
    lowest, highest = find_range(line)
    lang = desk.lang
    said = [say("review.out_of_range", lang, lowest=lowest, highest=highest)]
    said += [
        f"{number(anchor.points)}：{anchor.text.words(lang)}"
        for anchor in list_anchors(desk.opened.campaign, line)
    ]
    return MarkColumn(line.id, label, lowest, highest, "\n".join(said))


def _columns(track: Track) -> Iterator[Column]:
    def heads(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(say(f"excel.{name}", lang) for lang in LANGUAGES))

    yield Column(UNIT, heads(UNIT), "code", needed=True, filled=True)
    by_lang = {lang: {line.id: label for label, line in _all_lines(track, lang)} for lang in LANGUAGES}
    for line_id in by_lang[LANGUAGES[0]]:
        yield Column(line_id, tuple(dict.fromkeys(by_lang[lang][line_id] for lang in LANGUAGES)), "number")
    yield Column(REASON, tuple(say("review.reason", lang) for lang in LANGUAGES))


class _Reading:
    """The rows of a table on their way to marks."""

    def __init__(
        self,
        desk: Desk,
        track: Track,
        table: Table,
        paper: PaperSheet,
        seen: Seen | None,
        mine: frozenset[str],
    ) -> None:
        self._desk, self._track, self._table, self._paper = desk, track, table, paper
        self._seen, self._mine = seen, mine
        self._lines = _lines_by_unit(paper)
        self._labels = {line.id: label for label, line in _all_lines(track, desk.lang)}
        self._names = unit_names(desk.units)
        self._first: dict[str, int] = {}
        self._unread: dict[int, list[Problem]] = defaultdict(list)
        for problem in table.problems:
            self._unread[number_in(problem.place)].append(problem)
        self.findings: list[Problem] = []
        self.marks: dict[str, tuple[Mark, ...]] = {}
        self.withdrawn: dict[str, tuple[MarkKey, ...]] = {}
        self.before: dict[_Place, float | None] = {}
        with desk.workspace.store.read() as reader:
            self._bars = bars_of(reader, desk, [(unit, track.id) for unit in self._lines], desk.actor.name)

    def changes(self, told: Told | None) -> Iterator[Changed]:
        """What becomes of each unit, in the order of the rows; findings and marks are gathered on the way."""
        for row, code in enumerate(self._table.column(UNIT)):
            if told is not None:
                told(row + 1, len(self._table))
            if self._is_of_unit(row, code):
                yield self._read_unit(row, code)

    def _is_of_unit(self, row: int, code: str) -> bool:
        """Whether a row is about a unit that the actor marks; else it is a finding, unless its code is unread."""
        if (row, UNIT) in self._table.unread:
            return False
        if not code:
            self._find(row, UNIT, DataError("excel.no_code"))
        elif code not in self._names:
            near = nearest(code, sorted(self._mine))["nearest"]
            self._find(row, UNIT, DataError("excel.unknown_code", unit=code, nearest=near))
        elif code not in self._mine:
            self._find(row, UNIT, DataError("excel.not_marked", unit=self._names[code]))
        elif code in self._first:
            place = self._table.place(self._first[code], UNIT)
            self._find(row, UNIT, DataError("excel.unit_twice", unit=self._names[code], place=place))
        else:
            self._first[code] = row
            return True
        return False

    def _read_unit(self, row: int, code: str) -> Changed:
        found = len(self.findings)
        reason = self._table.column(REASON)[row]
        typed = dict(self._typed(row, code))
        values = tuple(self._value(code, line_id, points) for line_id, points in typed.items())
        self._check(row, code, typed, reason)
        wrong = [*self._unread.get(self._table.number(row), []), *self.findings[found:]]
        why = " ".join(dict.fromkeys(problem.message(self._desk.lang) for problem in wrong))
        has_before = any(line.before for line in self._lines.get(code, ()))
        fate: Fate = "refused" if wrong else "unchanged" if not typed else "changed" if has_before else "new"
        if fate in ("new", "changed"):
            self._keep(code, typed, reason)
        return Changed(code, self._names[code], self._track.name.words(self._desk.lang), fate, values, why)

    def _typed(self, row: int, code: str) -> Iterator[tuple[str, float | None]]:
        """Points by line that differ from those in the workbook as it was made, and from those that stand."""
        for line_id in self._labels:
            if line_id not in self._table.cells or (row, line_id) in self._table.unread:
                continue
            text = self._table.column(line_id)[row]
            points = float(text) if text else None
            line = self._paper.lines.get((code, line_id))
            if line is None:
                if points is not None:
                    self._find(row, line_id, DataError("excel.line_of_others", unit=self._names[code]))
            elif points not in (line.points, self._stood(code, line_id, line)):
                yield line_id, points

    def _stood(self, code: str, line_id: str, line: PaperLine) -> float | None:
        """Points in the workbook as it was made; those that stand, if it does not tell."""
        if self._seen is None or code not in self._seen.versions:
            return line.points
        return self._seen.points.get((code, line_id))

    def _value(self, code: str, line_id: str, points: float | None) -> ChangedValue:
        before = self._paper.lines[code, line_id].points
        shown = ["" if value is None else number(value, 6) for value in (before, points)]
        return ChangedValue(self._labels[line_id], shown[0], shown[1], line_id)

    def _check(self, row: int, code: str, typed: Mapping[str, float | None], reason: str) -> None:
        if typed and code in self._bars:
            self._find(row, UNIT, self._bars[code])
        used = False
        for line_id, points in typed.items():
            line = self._paper.lines[code, line_id]
            used = used or (line.may_need_reason and points is not None)
            if line.points != (stood := self._stood(code, line_id, line)):
                args = {"line": self._labels[line_id], "before": _words(stood), "now": _words(line.points)}
                self._find(row, line_id, DataError("excel.mark_changed", **args))
            elif points is not None and (fault := self._find_fault(line, points, reason)) is not None:
                self._find(row, line_id, fault)
        if reason and not used:
            self._find(row, REASON, DataError("review.reason_alone"))

    def _find_fault(self, line: PaperLine, points: float, reason: str) -> PbError | None:
        if (fault := line.find_fault(points, reason)) is not None:
            return fault
        try:
            before = self._marks_before.get(line.key.layer, {}).get(line.key.unit_code, {})
            mark = Mark(line.key, points, line.comment(reason))
            check_difference(self._desk.opened.campaign, mark, before)
        except DataError as error:
            return error
        return None

    @cached_property
    def _marks_before(self) -> Mapping[str, Mapping[str, Mapping[str, tuple[str, float]]]]:
        """Marks of the layers before, by layer that compares with them, unit and line."""
        desk, track = self._desk, self._track
        layers = {
            line.key.layer for line in self._paper.lines.values() if reason_limit(track, line.key.layer)
        }
        units = desk.units[desk.units["unit_code"].isin(self._lines)]
        if not layers:
            return {}
        with desk.workspace.store.read() as reader:
            ratings = load_ratings(reader, *desk.opened.key, track.forms)
        own = ratings[ratings["unit_code"].isin(self._lines)]
        campaign = desk.opened.campaign
        return {layer: tabulate_marks_before(campaign, track, layer, units, own) for layer in layers}

    def _keep(self, code: str, typed: Mapping[str, float | None], reason: str) -> None:
        """Marks on a unit under what the rater saw: a version that came later makes them stale at once."""
        given = {(code, line_id): points for line_id, points in typed.items()}
        paper = self._paper if self._seen is None else _as_seen(self._paper, self._seen)
        marks, taken = paper.to_marks(given, {code: reason})
        self.marks[code], self.withdrawn[code] = tuple(marks), tuple(taken)
        self.before |= {place: self._paper.lines[place].points for place in given}

    def _find(self, row: int, column: str, error: PbError) -> None:
        desk = self._desk
        name_parts(error, desk.opened.campaign, desk.units, desk.lang)
        args = {**error.args_of_message, "value": self._table.column(column)[row]}
        self.findings.append(self._table.problem(error.code, row, column, **args))


def _as_seen(paper: PaperSheet, seen: Seen) -> PaperSheet:
    """The sheet with versions and head as the workbook tells, which may tell anything: never newer than they are."""
    versions = {unit: min(max(seen.versions.get(unit, now), 0), now) for unit, now in paper.versions.items()}
    head = seen.head if 0 < seen.head <= paper.head else paper.head
    return PaperSheet(paper.lines, versions, head)


def _words(points: float | None) -> str:
    return "—" if points is None or math.isnan(points) else number(points, 6)
