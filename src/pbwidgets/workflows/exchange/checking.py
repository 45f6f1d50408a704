"""Answers that came back in a file: applied to what is kept, and checked as the page checks them, cell by cell.

A cell that still says what was written into it leaves what is kept as it is, so that what others may not see (〔略〕),
files, and whatever a cell cannot show come back unharmed. Only what was changed is checked and can be refused.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date
from functools import cached_property
from typing import Any

from pbwidgets.campaign import AnswerProblem, Field, Form, examine_answers, rows_in
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.identifying import hide_identifying
from pbwidgets.campaign.names import ROW, form_of_unit, places
from pbwidgets.campaign.tables import Table, TableRow
from pbwidgets.errors import PbError, Problem
from pbwidgets.exports.answer_book.cells import CellRefusedError, Cells
from pbwidgets.exports.answer_book.layout import ROW_NAME, Column, layouts_of
from pbwidgets.exports.answer_book.reading import SentAnswers, SentRow
from pbwidgets.forms.answer_changes import word_row
from pbwidgets.forms.answer_words import word_answer
from pbwidgets.intake.identifying import HIDDEN, CommonWords
from pbwidgets.intake.table import number_in
from pbwidgets.intake.text import plain_heading
from pbwidgets.store import Owner, Reader, SubmissionKey, SubmissionState
from pbwidgets.store.counting import load_counting
from pbwidgets.store.submissions import EDITABLE, load_of_units
from pbwidgets.units import kinds_and_domains, unit_names
from pbwidgets.wording import LANGUAGES, say
from pbwidgets.workflows.exchange.later import FormHands
from pbwidgets.workflows.exchange.returned import Changed, ChangedValue, Fate, Told
from pbwidgets.workflows.filling.access import check_filler, is_living
from pbwidgets.workflows.filling.amending import examine_amendment
from pbwidgets.workflows.filling.hands import Changed as FieldChange
from pbwidgets.workflows.filling.hands import Hands
from pbwidgets.workflows.ground.deadlines import check_deadline, deadline
from pbwidgets.workflows.ground.desk import Desk, common_words, known_units
from pbwidgets.workflows.ground.lookup import name_parts
from pbwidgets.workflows.ground.snapshots import does_count
from pbwidgets.workflows.ground.workspace import day_of

Base = tuple[int, int]
"""Version and revision of a submission."""


@dataclass(frozen=True)
class ChangedAnswers(Changed):
    """What becomes of one submission.

    Attributes
    ----------
    answers
        Its answers as they would be stored, also if they are refused.
    problems
        What the form finds wrong in them, by field.
    base
        Version and revision that the changes were made to.
    on_behalf
        Whether they are given on behalf of the unit.
    place
        Place of the cell that says whose they are.
    findings
        What is wrong with it, each with its cell.
    is_amendment
        Whether it was handed in before, and is amended.
    cells
        Places of its cells outside repeats, by the path of their field.
    """

    answers: Mapping[str, Any] = attribute(default_factory=dict, repr=False)
    problems: tuple[AnswerProblem, ...] = ()
    base: Base = (0, 0)
    on_behalf: bool = False
    place: str = ""
    findings: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    is_amendment: bool = False
    cells: Mapping[str, str] = attribute(default_factory=dict, repr=False)

    def refuse(self, problem: Problem, lang: str) -> "ChangedAnswers":
        """The same, refused for a further reason."""
        return replace(
            self,
            fate="refused",
            findings=(*self.findings, problem),
            why=self.why or problem.message(lang),
        )


def check_sent(
    sent: Sequence[SentAnswers], file: str, desk: Desk, told: Told | None = None
) -> Iterator[ChangedAnswers]:
    """What becomes of each submission that came back, in order; those in which nothing is filled in are left out.

    Parameters
    ----------
    sent
        What was read.
    file
        Name of the file, for messages.
    told
        Told how many are done, of all.
    """
    units = _UnitsOfDesk(desk)
    forms: dict[str, _FormCheck] = {}
    kept: dict[SubmissionKey, _Kept] = {}
    for at, one in enumerate(sent):
        if one.form_id not in forms:
            forms[one.form_id] = _FormCheck(units, one.form_id, file)
            kept |= forms[one.form_id].load([other for other in sent if other.form_id == one.form_id])
        changed = forms[one.form_id].check(one, kept)
        if changed is not None:
            yield changed
        if told is not None:
            told(at + 1, len(sent))


@dataclass(frozen=True)
class _Kept:
    """A submission as it is kept, and what of its answers the actor is shown."""

    state: SubmissionState
    answers: Mapping[str, Any]
    shown: Mapping[str, Any]


def load_shown(
    form: Form, desk: Desk, unit_codes: Sequence[str], *, only_counting: bool = False
) -> Iterator[tuple[SubmissionState, Mapping[str, Any], Mapping[str, Any]]]:
    """Submissions of units, with the answers that are edited or else the newest, and what of them the actor is shown.

    Whom a form names is seen by who fills it in only, and not on behalf.

    Parameters
    ----------
    only_counting
        Only what counts, as it counts: not what is edited, nor an amendment that waits to be accepted.
    """
    load = _load_counting if only_counting else _load_newest
    own = desk.actor.role == "filler" and not desk.actor.on_behalf and form.filled_by is None
    owner = Owner(unit_codes[0], form.filled_by) if own and len(unit_codes) == 1 else None
    with desk.workspace.store.read(owner) as reader:
        shown = {state.key: _edited(state) for state in load(reader, desk, form, unit_codes)}
        hides = owner is None and reader.scrub is not None
    with desk.workspace.store.read(whole=True) as reader:
        for state in load(reader, desk, form, unit_codes):
            answers = _edited(state)
            seen = shown.get(state.key, {}) if hides else answers
            yield state, answers, seen if owner is not None else hide_identifying(form, seen)


def _load_newest(
    reader: Reader, desk: Desk, form: Form, unit_codes: Sequence[str]
) -> tuple[SubmissionState, ...]:
    return load_of_units(reader, *desk.opened.key, form.id, unit_codes)


def _load_counting(
    reader: Reader, desk: Desk, form: Form, unit_codes: Sequence[str]
) -> tuple[SubmissionState, ...]:
    counts = does_count(desk.opened.campaign)
    found = load_counting(reader, *desk.opened.key, counts, unit_codes=unit_codes)
    counting = {one.key: one for one in found}
    return tuple(
        replace(state, version=one.version, state=one.state, answers=one.answers, draft=None)
        for state in _load_newest(reader, desk, form, unit_codes)
        if (one := counting.get(state.key)) is not None
    )


def _edited(state: SubmissionState) -> Mapping[str, Any]:
    is_drafted = state.draft is not None and not is_living(state)
    return (state.draft if is_drafted else state.answers) or {}


class _UnitsOfDesk:
    """What is asked of the desk's units again and again, found out once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.names = unit_names(desk.units)
        self.whose = kinds_and_domains(desk.units)
        self.day: date = day_of(desk.now)
        self.known = known_units(desk)

    @cached_property
    def common(self) -> CommonWords:
        return common_words(self.desk)


class _FormCheck:
    """One form of a return."""

    def __init__(self, units: _UnitsOfDesk, form_id: str, file: str) -> None:
        self.units, self.file = units, file
        desk = units.desk
        self.campaign, self.lang = desk.opened.campaign, desk.lang
        self.form = self.campaign.form(form_id)
        self.hands = FormHands.of(desk, self.form)
        self.desk = self.hands.desk
        self.title = self.form.name.words(self.lang)
        self.cells = Cells(self.campaign, self.lang, units.known)
        self.may_fill, self.may_open = frozenset(self.hands.fills), frozenset(self.hands.opens)
        self.names = units.common if self.form.identifying_paths() else None
        due = deadline(desk.opened, form_id)
        self.is_late = due is not None and desk.now >= due
        own = desk.actor.role == "filler"
        self.scrub = None if own else desk.workspace.store.scrub()
        self.layouts = layouts_of(self.form)
        self.as_asked: dict[tuple[str, str | None], Form] = {}
        self.new_entries: dict[str, int] = {}
        self.unnamed: dict[str, list[_Kept]] = defaultdict(list)

    def load(self, sent: Sequence[SentAnswers]) -> dict[SubmissionKey, _Kept]:
        """What is kept of the units' submissions; entries of a log that the file does not number are set apart."""
        codes = [code for code in dict.fromkeys(one.unit_code for one in sent) if code in self.may_open]
        numbered = {(one.unit_code, one.occurrence) for one in sent}
        found = {}
        for at in range(0, len(codes), _CHUNK):
            for state, answers, shown in load_shown(self.form, self.desk, codes[at : at + _CHUNK]):
                found[state.key] = _Kept(state, answers, self.hands.shown(state, shown))
                unit, entry = state.key.unit_code, state.key.occurrence
                self.new_entries[unit] = max(self.new_entries.get(unit, 0), entry)
                if (unit, entry) not in numbered:
                    self.unnamed[unit].append(found[state.key])
        return found

    def check(self, sent: SentAnswers, kept: Mapping[SubmissionKey, _Kept]) -> ChangedAnswers | None:
        """What becomes of one submission; None if nothing is filled in."""
        key = self.desk.opened.submission_key(self.form.id, sent.unit_code, sent.occurrence or 0)
        before = kept.get(key)
        form = self.form_of(sent.unit_code)
        merged = _Merged(self, sent, before)
        problems = (*sent.problems, *merged.problems)
        if not merged.is_touched and not problems:
            return self._made(sent, key, before, "unchanged", merged) if before is not None else None
        hands = self.hands.on(before.state) if before is not None else None
        if hands is not None and hands.changeable:
            answers, changes, wrong = examine_amendment(hands, merged.kept, merged.answers, self.names)
            problems = (*problems, *self._find_foreign(hands, changes, merged))
        else:
            answers, wrong = examine_answers(
                form, self.campaign, merged.answers, complete=True, today=self.units.day, names=self.names,
                units=self.units.known,
            )  # fmt: skip
        if before is None and self.form.occurrence == "many":
            same = next((one for one in self.unnamed[key.unit_code] if one.answers == answers), None)
            if same is not None and not problems:  # stored from an earlier copy of this file
                self.unnamed[key.unit_code].remove(same)
                return self._made(sent, same.state.key, same, "unchanged", merged)
            key = self._number(key)
        refused = self._refusals(sent, key, before)
        found = [*problems, *refused]
        if not refused:
            said = {problem.place for problem in problems}
            unsure = merged.unread | {one.path for one in wrong if one.code == "campaign.answer_required"}
            follow = _list_following(form, unsure) - unsure
            told = (merged.to_finding(problem) for problem in wrong if problem.path not in follow)
            found += [problem for problem in told if problem.place not in said]
        fate: Fate = (
            "refused" if found else ("new" if before is None or not before.state.version else "changed")
        )
        made = self._made(sent, key, before, fate, merged)
        return replace(
            made,
            values=tuple(merged.values(answers)),
            answers=answers,
            problems=wrong,
            findings=tuple(sorted(found, key=lambda problem: number_in(problem.place))),
            is_amendment=hands is not None,
            cells=merged.cells_outside,
            why=" ".join(problem.message(self.lang) for problem in found[:1]),
        )

    def _made(
        self, sent: SentAnswers, key: SubmissionKey, before: _Kept | None, fate: Fate, merged: "_Merged"
    ) -> ChangedAnswers:
        return ChangedAnswers(
            unit_code=sent.unit_code,
            unit_name=self.units.names.get(sent.unit_code, sent.unit_code),
            title=self.title,
            fate=fate,
            key=key,
            occurrence=sent.occurrence or 0,
            base=_base_of(before),
            on_behalf=self.desk.actor.on_behalf,
            place=sent.place,
            answers={} if before is None else before.answers,
            notes=tuple(merged.notes),
        )

    def _number(self, key: SubmissionKey) -> SubmissionKey:
        """Key of a new entry of a log, which gets the next number."""
        highest = self.new_entries[key.unit_code] = self.new_entries.get(key.unit_code, 0) + 1
        return replace(key, occurrence=highest)

    def form_of(self, unit_code: str) -> Form:
        kind, domain = self.units.whose.get(unit_code, ("", None))
        if (kind, domain) not in self.as_asked:
            self.as_asked[kind, domain] = form_of_unit(self.form, kind or None, domain)
        return self.as_asked[kind, domain]

    # -- refusals --------------------------------------------------------------------------------------

    def _refusals(self, sent: SentAnswers, key: SubmissionKey, before: _Kept | None) -> list[Problem]:
        """Why nobody could hand it in on the page either."""
        hands = self.hands.on(before.state) if before is not None else None
        may_change = hands is not None and bool(hands.changeable)
        if key.unit_code not in self.may_fill and not may_change:
            return [self._refused(sent, self._why_not(key))]
        if (
            before is not None
            and not may_change
            and (before.state.state not in EDITABLE or hands is not None)
        ):
            error = PbError("store.not_editable", unit=key.unit_code, state=before.state.state)
            return [self._refused(sent, error)]
        if before is None and sent.occurrence and (sent.main is None or sent.bases - {_NOT_BEGUN}):
            return [Problem("exchange.unknown_entry", self.file, sent.place, {"value": sent.occurrence})]
        if _is_stale(sent, before):
            code = "exchange.changed_since" if sent.bases else "exchange.base_unknown"
            return [Problem(code, self.file, sent.place, {"unit": self._name(key)})]
        return self._refuse_late(sent, key) if self.is_late and not may_change else []

    def _refuse_late(self, sent: SentAnswers, key: SubmissionKey) -> list[Problem]:
        with self.desk.workspace.store.read() as reader:
            try:
                check_deadline(reader, self.desk, key)
            except PbError as error:
                return [self._refused(sent, error)]
        return []

    def _find_foreign(
        self, hands: Hands, changes: Sequence[FieldChange], merged: "_Merged"
    ) -> Iterator[Problem]:
        """What is changed and is not the actor's to change, or not in a workbook, each at its cell."""
        for changed in changes:
            place = merged.place_of(changed.path, changed.row)
            if changed.path in hands.due_paths and hands.is_level:
                args = {"label": changed.place.field.label}
                yield Problem("exchange.due_on_page", self.file, place, args)
                continue
            try:
                hands.check((changed,))
            except PbError as error:
                yield Problem("exchange.refused", self.file, place, {"why": error})

    def _why_not(self, key: SubmissionKey) -> PbError:
        """Why the actor may not fill the form in for a unit."""
        if key.unit_code not in self.units.names:
            return PbError("exchange.unknown_unit", unit=key.unit_code)
        try:
            check_filler(self.desk, key)
        except PbError as error:
            return error
        return PbError("fill.wrong_kind", unit=key.unit_code, form=self.title)

    def _refused(self, sent: SentAnswers, error: PbError) -> Problem:
        name_parts(error, self.campaign, self.desk.units, self.lang)
        return Problem("exchange.refused", self.file, sent.place, {"why": error})

    def _name(self, key: SubmissionKey) -> str:
        return self.units.names.get(key.unit_code, key.unit_code)


_CHUNK = 500
_NOT_BEGUN: Base = (0, 0)


def _base_of(kept: _Kept | None) -> Base:
    return _NOT_BEGUN if kept is None else (kept.state.version, kept.state.revision)


def _is_stale(sent: SentAnswers, kept: _Kept | None) -> bool:
    """Whether it was written from something else than what is kept; if no row tells from what, from nothing."""
    return sent.tells_base and (sent.bases or {_NOT_BEGUN}) != {_base_of(kept)}


@dataclass(frozen=True)
class _Words:
    """What a form finds wrong with an answer, in words."""

    problem: AnswerProblem

    def words(self, lang: str | None = None) -> str:
        return self.problem.message(lang)


def _list_following(form: Form, unsure: AbstractSet[str]) -> frozenset[str]:
    """Paths of fields whose answers are judged by some others, of which nobody knows yet what they are."""
    names = {path.rpartition("/")[2] for path in unsure}
    if not names:
        return frozenset()
    return frozenset(
        place.path
        for place in places(form)
        if any(
            parse(asked).names & names
            for field in (*place.around, place.field)
            for asked in (field.constraint, field.relevant)
            if asked is not None
        )
    )


def _filled(columns: Sequence[Column], row: Mapping[str, Any]) -> dict[str, Any]:
    """What people filled in of a row of a repeat."""
    names = [column.field.id for column in columns if column.field is not None and column.is_filled]
    return {name: row[name] for name in names if name in row}


class _Merged:
    """Answers as they are kept, with the cells that were changed."""

    cells_outside: Mapping[str, str]

    def __init__(self, check: _FormCheck, sent: SentAnswers, before: _Kept | None) -> None:
        self.check, self.sent = check, sent
        self.kept: Mapping[str, Any] = before.answers if before is not None else {}
        self.shown: Mapping[str, Any] = before.shown if before is not None else {}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.unread: set[str] = set()
        self.is_touched, self.is_stale = False, _is_stale(sent, before)
        self.answers: dict[str, Any] = dict(self.kept)
        self.places: dict[tuple[str, int], SentRow] = {}
        self.olds: dict[str, list[int | None]] = {}
        self.tables = {
            place.field.id: place.field.table
            for place in places(check.form_of(sent.unit_code))
            if place.field.table is not None
        }
        for layout in check.layouts:
            if layout.repeat is not None and layout.repeat.id in self.tables:
                self._merge_fixed(layout.repeat, layout.columns, self.tables[layout.repeat.id])
            elif layout.repeat is not None:
                self._merge_rows(layout.repeat, layout.columns)
        if sent.main is not None:
            self._merge_main(sent.main, check.layouts[0].columns)
        self.cells_outside = {
            path: row.place(path) for (path, _), row in self.places.items() if "/" not in path
        }

    def _merge_main(self, row: SentRow, columns: Sequence[Column]) -> None:
        for column in columns:
            if column.field is not None and column.is_repeat:
                self._merge_none(row, column.field)
            elif column.field is not None:
                self.places[column.path, 0] = row
                self._merge_cell(row, column, self.kept, self.shown, self.answers)

    def _merge_none(self, row: SentRow, field: Field) -> None:
        """The cell of a repeat: whether there is none, or nothing at all."""
        self.places[field.id, 0] = row
        text = row.texts.get(field.id)
        cells, kept = self.check.cells, self.kept.get(field.id)
        if not field.may_be_none or text is None or text == cells.written(field, self.shown.get(field.id)):
            return
        answer, rows = self._read(row, field.id, field, text), rows_in(self.answers, field.id)
        if answer is not None and rows:
            args = {"label": field.label, "value": text, "count": len(rows)}
            self.problems.append(
                Problem("exchange.none_but_rows", self.check.file, row.place(field.id), args)
            )
        elif answer is not None:
            self.answers[field.id], self.is_touched = answer, True
        elif not rows and kept is not None and not text:
            self.answers.pop(field.id, None)
            self.is_touched = True

    def _read(self, row: SentRow, path: str, field: Field, text: str) -> Any:
        """Answer that a cell means; None, with a problem, if it means none."""
        try:
            return self.check.cells.read(field, text)
        except CellRefusedError as error:
            args = {**error.args_of_message, "value": text}
            self.problems.append(Problem(error.code, self.check.file, row.place(path), args))
            self.unread.add(path)
            return None

    def _merge_cell(
        self,
        row: SentRow,
        column: Column,
        kept: Mapping[str, Any],
        shown: Mapping[str, Any],
        into: MutableMapping[str, Any],
    ) -> None:
        text, field = row.texts.get(column.path), column.field
        self.unread |= row.unread
        if field is None or text is None:
            return
        cells = self.check.cells
        if text == cells.written(field, shown.get(field.id)):
            return
        if not column.is_filled:
            if text:
                args = {"label": field.label, "value": text}
                self.notes.append(
                    Problem("exchange.not_taken", self.check.file, row.place(column.path), args)
                )
            return
        problems = len(self.problems)
        value = self._read(row, column.path, field, text)
        if len(self.problems) > problems:
            return
        if value == kept.get(field.id):
            return
        self.is_touched = True
        if value is None:
            into.pop(field.id, None)
        else:
            into[field.id] = value

    def _merge_rows(self, repeat: Field, columns: Sequence[Column]) -> None:
        """Rows of a repeat: those that were there, each changed, emptied or as it was; then the new ones."""
        sent = self.sent.rows.get(repeat.id, [])
        kept, shown = rows_in(self.kept, repeat.id), rows_in(self.shown, repeat.id)
        numbered = {row.number: row for row in sent if row.number is not None}
        made: list[dict[str, Any]] = []
        olds: list[int | None] = []
        for old, entry in enumerate(kept):
            row = numbered.pop(old + 1, None)
            into = dict(entry)
            if row is not None:
                self._merge_row(row, columns, entry, shown[old] if old < len(shown) else entry, into)
            if into or not entry:
                self._place_row(row, columns, len(made))
                made.append(into)
                olds.append(old)
        for row in numbered.values():
            args = {"value": row.number, "count": len(kept)}
            self.problems.append(Problem("exchange.unknown_row", self.check.file, row.place(""), args))
        there = [_filled(columns, entry) for entry in kept] if self.is_stale else []
        for row in (row for row in sent if row.number is None):
            into, is_touched = {}, self.is_touched
            self._merge_row(row, columns, {}, {}, into)
            if into in there:  # stored from an earlier copy of this file
                there.remove(into)
                self.is_touched = is_touched
                continue
            self._place_row(row, columns, len(made))
            made.append(into)
            olds.append(None)
        self.olds[repeat.id] = olds
        if made != kept:
            if made:
                self.answers[repeat.id] = made
            else:
                self.answers.pop(repeat.id, None)

    def _merge_fixed(self, repeat: Field, columns: Sequence[Column], table: Table) -> None:
        """Rows of a table: each of the unit's once, in the order of the table, none more and none less."""
        sent = self.sent.rows.get(repeat.id, [])
        by_id = {row.row_id: row for row in reversed(sent)}
        kept, shown = (
            {row.get(ROW): row for row in rows_in(answers, repeat.id)} for answers in (self.kept, self.shown)
        )
        made: list[dict[str, Any]] = []
        for at, line in enumerate(table.rows):
            into = {ROW: line.id, **kept.get(line.id, {})}
            row = by_id.pop(line.id, None)
            if row is not None:
                self._check_row_name(row, line)
                self._merge_row(row, columns, into.copy(), shown.get(line.id, {}), into)
                self._place_row(row, columns, at)
            made.append(into)
        for row in by_id.values():
            args = {"value": row.row_name or row.row_id, "label": repeat.label}
            self._refuse_row("exchange.row_not_in_table", row, args)
        lost = [line.name for line in table.rows if sent and line.id not in {row.row_id for row in sent}]
        if lost:
            words = say("exchange.list_glue", self.check.lang).join(n.words(self.check.lang) for n in lost)
            self._refuse_row("exchange.rows_missing", sent[0], {"rows": words, "label": repeat.label})
        if made != rows_in(self.kept, repeat.id):
            self.answers[repeat.id] = made

    def _check_row_name(self, row: SentRow, line: TableRow) -> None:
        """A row with the name of another was torn apart, as by sorting one column alone."""
        names = {plain_heading(line.name.words(lang)) for lang in LANGUAGES}
        if row.row_name and plain_heading(row.row_name) not in names:
            self._refuse_row("exchange.row_name_differs", row, {"value": row.row_name, "name": line.name})

    def _refuse_row(self, code: str, row: SentRow, args: Mapping[str, object]) -> None:
        self.problems.append(Problem(code, self.check.file, row.place(ROW_NAME), dict(args)))

    def _merge_row(
        self,
        row: SentRow,
        columns: Sequence[Column],
        kept: Mapping[str, Any],
        shown: Mapping[str, Any],
        into: MutableMapping[str, Any],
    ) -> None:
        for column in columns:
            self._merge_cell(row, column, kept, shown, into)

    def _place_row(self, row: SentRow | None, columns: Sequence[Column], at: int) -> None:
        for column in columns if row is not None else ():
            if column.field is not None and row is not None:
                self.places[column.path, at] = row

    # -- what is said ----------------------------------------------------------------------------------

    def place_of(self, path: str, at: int) -> str:
        """Place of the cell of a field, or of the entry where it has none."""
        row = self.places.get((path, at)) or self.sent.main
        return row.place(path) if row is not None else self.sent.place

    def to_finding(self, problem: AnswerProblem) -> Problem:
        """What the form finds wrong, at its cell."""
        row = self.places.get((problem.path, problem.row)) or self.sent.main
        place = self.place_of(problem.path, problem.row)
        value = row.texts.get(problem.path, "") if row is not None else ""
        args = {"value": value, "why": _Words(problem)}
        return Problem("exchange.answer" if value else "exchange.answer_empty", self.check.file, place, args)

    def values(self, answers: Mapping[str, Any]) -> Iterator[ChangedValue]:
        """What differs from what is kept, in words, as far as the actor is shown it."""
        for layout in self.check.layouts:
            if layout.repeat is None:
                plain = [column for column in layout.columns if not column.is_repeat]
                yield from self._values(plain, self.kept, answers, 0, "")
            elif layout.is_fixed:
                yield from self._values_in_rows(layout.repeat, layout.columns, answers)
            else:
                whole = Column(layout.repeat.id, layout.repeat, is_repeat=True)
                yield from self._values([whole], self.kept, answers, 0, "")
                yield from self._values_in_rows(layout.repeat, layout.columns, answers)

    def _values_in_rows(
        self, repeat: Field, columns: Sequence[Column], answers: Mapping[str, Any]
    ) -> Iterator[ChangedValue]:
        lang, section = self.check.lang, repeat.label.words(self.check.lang)
        before, after = rows_in(self.kept, repeat.id), rows_in(answers, repeat.id)
        table = self.tables.get(repeat.id)
        if table is not None:
            known = {row.get(ROW): row for row in before}
            for at, row in enumerate(after):
                line = table.row(str(row.get(ROW)))
                named = "" if line is None else line.name.words(lang)
                where = say("exchange.in_fixed_row", lang, section=section, row=named)
                yield from self._values(columns, known.get(row.get(ROW), {}), row, at, where)
            return
        olds = self.olds.get(repeat.id, list(range(len(before))))
        for at, (row, old) in enumerate(zip(after, olds, strict=False)):
            where = word_row(section, old, at, lang)
            yield from self._values(columns, {} if old is None else before[old], row, at, where)
        for old in sorted(set(range(len(before))) - set(olds)):
            where = word_row(section, old, None, lang)
            yield from self._values(columns, before[old], {}, old, where)

    def _values(
        self,
        columns: Sequence[Column],
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        at: int,
        where: str,
    ) -> Iterator[ChangedValue]:
        for column in columns:
            yield from self._value(column, before, after, at, where)

    def _value(
        self, column: Column, before: Mapping[str, Any], after: Mapping[str, Any], at: int, where: str
    ) -> Iterator[ChangedValue]:
        field = column.field
        if field is None:
            return
        one, other = before.get(field.id), after.get(field.id)
        if one == other or (column.is_repeat and isinstance(one, list) == isinstance(other, list)):
            return
        said = [self._word(field, value, is_repeat=column.is_repeat) for value in (one, other)]
        yield ChangedValue(where + field.label.words(self.check.lang), said[0], said[1], column.path, at)

    def _word(self, field: Field, value: object, *, is_repeat: bool) -> str:
        if is_repeat:
            return self.check.cells.written(field, value)
        said = word_answer(
            field, value, self.check.campaign, self.check.lang, name_unit=self.check.cells.name_unit
        )
        scrub = self.check.scrub
        return said if scrub is None else (HIDDEN if field.identifies and said else scrub.text(said))
