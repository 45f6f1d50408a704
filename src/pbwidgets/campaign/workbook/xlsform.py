"""An XLSForm, made by ODK, KoBo, pyxform or by us, read as a form of ours.

What such a form has and ours lacks is left out, and each omission is noted with its cell. Whether something
can be expressed is not asked here a second time: the form is checked like any other, and what the checks refuse
is left out as long as the rest still makes sense (a condition, a limit, a whole calculation; then what rested on
it). What remains refused is wrong in the form itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

from pbwidgets.campaign.definition import ASKED, BLANK
from pbwidgets.campaign.findings import Finding
from pbwidgets.campaign.model import Choice, Form
from pbwidgets.campaign.names import UNIT_NAMES
from pbwidgets.campaign.one_form import surroundings_of
from pbwidgets.campaign.reader import validate
from pbwidgets.campaign.workbook.cells import ABSENT, from_cell, straighten, straighten_expression
from pbwidgets.campaign.workbook.gathering import Gathered, Spot, gather
from pbwidgets.campaign.workbook.pages import Grid, Page, Row, open_grids
from pbwidgets.campaign.workbook.reading import in_order, problems_of, to_problem
from pbwidgets.campaign.workbook.sheets import BEGINS, ENDS, Column, Table, table_at
from pbwidgets.campaign.workbook.sheets import Path as Keys
from pbwidgets.campaign.workbook.xlsform_choices import Option, Options, followed_in
from pbwidgets.campaign.workbook.xlsform_words import (
    HIDDEN,
    LIST_NAME,
    RECORDED,
    SWITCHED_OFF,
    Head,
    head_reader,
    is_known_setting,
    languages_of,
    make_unique,
    settle,
    type_word,
)
from pbwidgets.campaign.workbook.xlsform_writing import limits_of
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.headings import find_heading
from pbwidgets.intake.text import removed_signs, to_flag
from pbwidgets.intake.workbook import Cell, column_letters

_EMPTY: Final = {
    "calculation": "workbook.left_out_without_calculation",
    "fields": "workbook.left_out_without_fields",
}
_MOST_ROUNDS: Final = 50
_SHEETS: Final[Mapping[str, Keys]] = {
    "survey": ("forms", "fields"),
    "choices": ("choices",),
    "settings": ("forms",),
}
_FROM_ELSEWHERE: Final = re.compile(r"file\b|\$\{|.*\.(csv|xml|geojson)$", re.IGNORECASE)
_TRUTHS: Final = {"yes": "true()", "true": "true()", "no": "false()", "false": "false()"}
"""What XLSForm allows to write for an expression that always or never holds."""
_BESIDE: Final = re.compile(r"(?<![\w./'])\.\./([A-Za-z_][\w-]*)(?![\w/-])")
"""A field beside the one that asks, as XPath says it."""

_ALONE: Final = ("campaign.setting_without_meaning", "campaign.message_without_constraint")
"""What the checks say of a cell that means nothing where it stands."""


@dataclass(frozen=True)
class XlsForm:
    """A form read from an XLSForm.

    Attributes
    ----------
    form
        The form.
    choices
        Its lists of choices, by name.
    notes
        What was changed or left out, each with its cell: renamed fields and options, columns, rows, conditions
        that have no counterpart.
    """

    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    notes: tuple[Problem, ...]


def read_xlsform(path: Path, *, unit_kind: str = "unit") -> XlsForm:
    """Form of an XLSForm, wherever it was made.

    Parameters
    ----------
    path
        An ``.xlsx`` with a sheet ``survey``, and ``choices`` and ``settings`` if it has them.
    unit_kind
        Kind of unit that the form is about, where the file does not say.

    Returns
    -------
    XlsForm
        Form and choices. A label in one language serves for both; names are made of lower-case letters, digits
        and underscores, and expressions follow them; rows that are disabled, what a device records by itself,
        types, columns and expressions without counterpart are left out. All that is in ``notes``.

    Raises
    ------
    ProblemsError
        What is wrong in the form itself, each with its cell; ``notes`` of the error say what was left out
        before. Nothing is taken then.
    """
    return form_in_grids(open_grids(path), str(path), unit_kind=unit_kind)


def form_in_grids(grids: Sequence[Grid], file: str, *, unit_kind: str = "unit") -> XlsForm:
    """Form whose sheets are already read, as :func:`read_xlsform` gives it; ``file`` is named in the problems."""
    if not any(_key(grid) == "survey" for grid in grids):
        raise ProblemsError([Problem("workbook.no_survey", file)])
    return _Foreign(grids, file, unit_kind).read()


def _key(grid: Grid) -> str:
    return grid.name.strip().lower()


@dataclass
class _Sheet:
    """A sheet with the meaning of its columns, by their number."""

    name: str
    table: Table
    last: int
    heads: dict[int, Head]
    rows: dict[int, dict[int, Cell]]

    def cell(self, row: Mapping[int, Cell], path: Keys, language: str | None = None) -> Cell | None:
        """First filled cell of a row under a heading of that meaning."""
        for at, head in self.heads.items():
            if head.path == path and language in (None, head.language) and at in row and row[at].text:
                return row[at]
        return None

    def text(self, row: Mapping[int, Cell], path: Keys) -> str:
        """What the row says there."""
        cell = self.cell(row, path)
        return cell.text if cell else ""


@dataclass
class _Line:
    """A row of the survey: its cells by our columns, and what it says in its own words."""

    number: int
    cells: dict[Column, Cell]
    word: str
    listed: str
    old: str = ""
    new: str = ""
    repeat: str = ""

    @property
    def depth(self) -> int:
        """1 where a group, repeat or loop begins, -1 where one ends, else 0."""
        return self.word.startswith(("begin_", "begin ")) - self.word.startswith(("end_", "end "))


class _Foreign:
    """One XLSForm on its way to a form of ours."""

    def __init__(self, grids: Sequence[Grid], file: str, unit_kind: str) -> None:
        self.file = file
        self.unit_kind = unit_kind
        self.notes: list[Problem] = []
        self.problems: list[Problem] = []
        self.order = [grid.name for grid in grids]
        self.sheets: dict[str, _Sheet] = {}
        for grid in grids:
            if _key(grid) in _SHEETS:
                self._open(grid)
        self.survey = table_at(_SHEETS["survey"])
        self.lines: list[_Line] = []
        self.named: dict[str, list[_Line]] = {}
        self.options = Options()

    def read(self) -> XlsForm:
        if "survey" not in self.sheets:
            self._fail(Problem("workbook.no_headings", self.file, "survey", {"example": "type"}))
        settings = self._settings()
        languages = self._languages()
        self.lines = list(self._read_lines(languages))
        self._leave_out_unknown()
        self._name_lines()
        self._take_options()
        self._complete_lines(settings)
        pages = {"settings": settings}
        if choices := self._choices(languages):
            pages["choices"] = choices
        for line in self.lines:
            self._settle_expressions(line)
        self._note_columns(languages)
        return self._validate(pages)

    def _fail(self, *problems: Problem) -> NoReturn:
        found = in_order([*self.problems, *problems], self.order)
        raise ProblemsError(found, in_order(self.notes, self.order))

    def _note(self, code: str, sheet: str, cell: str, **args: Any) -> None:
        self.notes.append(Problem(code, self.file, f"{self.sheets[sheet].name}!{cell}", args))

    # -- sheets and columns

    def _open(self, grid: Grid) -> None:
        key = _key(grid)
        table = table_at(_SHEETS[key])
        if key == "survey":
            table = replace(
                table, columns=tuple(column for column in table.columns if not column.is_reference)
            )
        read = head_reader(table)
        found = find_heading(grid.head, lambda text: bool(read(text).path))
        self.problems.extend(grid.problems)
        if found is not None and key not in self.sheets:
            # one row of headings: `text, name, Name` below it is a field, not more headings
            heads = {at: read(text) for at, text in sorted(grid.head[found.first].items()) if text}
            rows = {number: cells for number, cells in sorted(grid.rows.items()) if number > found.first}
            self.sheets[key] = _Sheet(grid.name, table, found.first, heads, rows)

    def _languages(self) -> tuple[str, str]:
        heads = [
            head
            for key in ("survey", "choices")
            if key in self.sheets
            for head in self.sheets[key].heads.values()
            if head.path == ("label",)
        ]
        return languages_of(heads, self._setting("default_language"))

    def _setting(self, name: str) -> str:
        sheet = self.sheets.get("settings")
        if sheet is None or not sheet.rows:
            return ""
        row = next(iter(sheet.rows.values()))
        cells = (
            row[at] for at, head in sheet.heads.items() if head.text.strip().lower() == name and at in row
        )
        return next((cell.text for cell in cells), "")

    def _note_columns(self, languages: tuple[str, str]) -> None:
        """Note the columns that were not read, where anything stands in them."""
        for key, sheet in self.sheets.items():
            for at in sorted({at for cells in sheet.rows.values() for at in cells}):
                head = sheet.heads.get(at, Head(""))
                filled = next(
                    (cells[at] for cells in sheet.rows.values() if at in cells and cells[at].text), None
                )
                if filled is None or self._is_read(key, sheet, head, languages):
                    continue
                place = f"{column_letters(at - 1)}{sheet.last}" if head.text else filled.place
                self._note("workbook.left_out_column", key, place, column=head.text or filled.text)

    def _is_read(self, key: str, sheet: _Sheet, head: Head, languages: tuple[str, str]) -> bool:
        if key == "settings" and is_known_setting(head.text):
            return True
        if key == "choices" and head.text in self.options.attributes:
            return True
        is_words = sheet.table.column((*head.path, "zh")) is not None
        return bool(head.path) and (not is_words or key == "settings" or head.language in {*languages, ""})

    def _cells(self, key: str, row: Mapping[int, Cell], languages: tuple[str, str]) -> dict[Column, Cell]:
        """Cells of a row by our columns; words in one language serve for both."""
        sheet = self.sheets[key]
        made: dict[Column, Cell] = {}
        for column in sheet.table.columns:
            if column.kind != "words":
                cell = sheet.cell(row, column.path)
            elif column.path[-1] == "en":
                cell = sheet.cell(row, column.path[:-1], languages[1])
            else:
                wanted = (languages[0], "", None)
                cell = next(filter(None, (sheet.cell(row, column.path[:-1], name) for name in wanted)), None)
            if cell is not None:
                made[column] = cell
        return made

    # -- settings

    def _settings(self) -> Page:
        table = table_at(_SHEETS["settings"])
        sheet = self.sheets.get("settings")
        number, row = next(iter(sheet.rows.items())) if sheet and sheet.rows else (2, {})
        heads = [head for head in sheet.heads.values() if head.path == ("name",)] if sheet else []
        cells = self._cells("settings", row, languages_of(heads, "")) if sheet else {}
        form_id = _text(cells, table.at("id"))
        title = _text(cells, table.at("name", "zh"))
        stem = Path(self.file).stem
        new = settle(form_id or stem) or "form"
        cell = cells.get(table.at("id"))
        if sheet is None or cell is None:
            place = sheet.name if sheet else ""
            if Path(self.file).suffix:  # frames have no file to be named after
                self.notes.append(Problem("workbook.form_named", self.file, place, {"new": new}))
        elif new != form_id:
            self._note("workbook.renamed_form", "settings", cell.place, old=form_id, new=new)
        _give(cells, table.at("id"), new)
        _give(cells, table.at("name", "zh"), title or form_id or stem)
        if not _text(cells, table.at("unit_kind")):
            _give(cells, table.at("unit_kind"), self.unit_kind)
        return Page(sheet.name if sheet else "settings", table, (Row(number, cells),))

    # -- rows of the survey

    def _read_lines(self, languages: tuple[str, str]) -> Iterator[_Line]:
        sheet = self.sheets["survey"]
        for number, row in sheet.rows.items():
            kind = sheet.cell(row, ("type",))
            if to_flag(sheet.text(row, SWITCHED_OFF).removesuffix("()")):
                self._note("workbook.left_out_disabled", "survey", f"A{number}", value=self._called(row))
            elif kind is not None:
                line = self._line(number, row, kind, languages)
                if line is not None:
                    yield line
            elif sheet.cell(row, ("id",)) and sheet.cell(row, ("label",)):
                self.problems.append(Problem("workbook.type_missing", self.file, f"{sheet.name}!A{number}"))
            elif any(cell.text for cell in row.values()):
                first = next(cell for cell in row.values() if cell.text)
                self._note("workbook.left_out_row", "survey", first.place, value=first.text)

    def _called(self, row: Mapping[int, Cell]) -> str:
        sheet = self.sheets["survey"]
        return sheet.text(row, ("label",)) or sheet.text(row, ("id",)) or sheet.text(row, ("type",))

    def _line(
        self, number: int, row: Mapping[int, Cell], kind: Cell, languages: tuple[str, str]
    ) -> _Line | None:
        """A row with its type as we write it; None for what a device records."""
        word, listed, takes_other = type_word(kind.text)
        if word == HIDDEN and self.sheets["survey"].text(row, ("id",)) in UNIT_NAMES:
            return None
        if word in RECORDED:
            self._note("workbook.left_out_type", "survey", kind.place, value=kind.text)
            return None
        if takes_other:
            self._note("workbook.left_out_other", "survey", kind.place)
        cells = self._cells("survey", row, languages)
        for column in map(self.survey.at, ("required", "sensitive", "identifies")):
            if column in cells:  # true() and false() as well
                cells[column] = replace(cells[column], value=cells[column].text.removesuffix("()"))
        return _Line(number, cells, word, listed, straighten(self.sheets["survey"].text(row, ("id",))))

    def _leave_out_unknown(self) -> None:
        """Leave out rows of types that we lack, with all that is in them, and repeats in repeats."""
        column = self.survey.at("type")
        known = {*(set(column.options) - set(BEGINS)), *BEGINS.values(), *ENDS.values()}
        at = 0
        opened: list[str] = []
        while at < len(self.lines):
            line = self.lines[at]
            is_nested = line.word == "begin_repeat" and "begin_repeat" in opened
            if line.depth < 0 and opened:
                opened.pop()
            if is_nested or line.word not in known or _FROM_ELSEWHERE.match(line.listed):
                code = "workbook.left_out_nested" if is_nested else "workbook.left_out_kind"
                self._leave_out_line(line, code, value=line.cells[column].text)
                continue
            if line.depth > 0:
                opened.append(line.word)
            at += 1

    def _leave_out_line(self, line: _Line, code: str, place: str = "", **args: Any) -> None:
        """Take a row out, a group or repeat with all that is in it."""
        at = self.lines.index(line)
        depth, end = 0, at
        while end < len(self.lines):
            depth += self.lines[end].depth
            end += 1
            if depth <= 0:
                break
        place = place or line.cells[self.survey.at("type")].place
        self._note(code, "survey", place, name=line.old, **args)
        del self.lines[at:end]

    def _name_lines(self) -> None:
        column = self.survey.at("id")
        repeats = [""]
        taken: dict[str, set[str]] = {}
        for line in self.lines:
            if line.word in ENDS.values():
                if len(repeats) > 1:
                    repeats.pop()
                continue
            line.repeat = repeats[-1]
            if line.old or line.word in ("begin_group", "note"):
                self._name_line(line, column, taken.setdefault(line.repeat, set()))
            if line.word in BEGINS.values():
                repeats.append(line.new if line.word == "begin_repeat" else line.repeat)

    def _name_line(self, line: _Line, column: Column, taken: set[str]) -> None:
        place = line.cells.get(column, Cell(f"A{line.number}", None)).place
        self._note_signs("survey", line.cells.get(column))
        line.new = make_unique(settle(line.old) or f"q_{line.number}", taken)
        if line.new != line.old:
            self._note("workbook.renamed", "survey", place, old=line.old or "—", new=line.new)
        taken.add(line.new)
        self.named.setdefault(line.old, []).append(line)
        line.cells[column] = Cell(place, line.new)

    def _note_signs(self, sheet: str, cell: Cell | None) -> None:
        """Note what a name has lost."""
        clean = straighten(cell.text) if cell else ""
        if cell and (signs := removed_signs(cell.text, clean)):
            self._note("campaign.signs_removed", sheet, cell.place, signs=signs, became=clean)

    def _complete_lines(self, settings: Page) -> None:
        """Give every line its form, the type as we write it, and a label."""
        form_id = settings.rows[0].text(settings.table.at("id"))
        kind = self.survey.at("type")
        for line in self.lines:
            listed = f" {self.options.lists[line.listed].id}" if line.listed else ""
            line.cells[kind] = replace(line.cells[kind], value=f"{line.word}{listed}")
            line.cells[self.survey.at("@form")] = Cell(f"A{line.number}", form_id)
            label = self.survey.at("label", "zh")
            if label not in line.cells and line.word not in ENDS.values():
                line.cells[label] = Cell(f"A{line.number}", line.old or line.new)

    def _survey_now(self) -> Page:
        rows = tuple(Row(line.number, line.cells) for line in self.lines)
        return Page(self.sheets["survey"].name, self.survey, rows)

    # -- choices

    def _take_options(self) -> None:
        """Which lists are used, what filters ask of their options, and which ids these get."""
        column = self.survey.at("choice_filter")
        for line in self.lines:
            if line.listed:
                self.options.use(line.listed, straighten_expression(_text(line.cells, column)))
        if sheet := self.sheets.get("choices"):
            for number, row in sheet.rows.items():
                listed = self.options.lists.get(_list_name(sheet, row))
                name = sheet.text(row, ("id",))
                if listed is not None and name:
                    self._note_signs("choices", sheet.cell(row, ("id",)))
                    asked = {
                        head.text: row[at].text
                        for at, head in sheet.heads.items()
                        if head.text in listed.asked and at in row and row[at].text
                    }
                    listed.options.append(Option(number, straighten(name), asked))
        self.options.name_options(may_repeat=bool(to_flag(self._setting("allow_choice_duplicates"))))
        for line in self.lines:
            for attribute, name in followed_in(straighten_expression(_text(line.cells, column))):
                target = self._target(name, line.repeat)
                if target is not None and target.listed and attribute in self.options.attributes:
                    self.options.follow(line.listed, attribute, target.listed)

    def _choices(self, languages: tuple[str, str]) -> Page | None:
        sheet = self.sheets.get("choices")
        if sheet is None:
            return None
        label = sheet.table.at("label", "zh")
        known = {
            option.number: (listed, option)
            for listed in self.options.lists.values()
            for option in listed.options
        }
        rows, unused = [], set()
        for number, row in sheet.rows.items():
            name = _list_name(sheet, row)
            first = next((cell.place for cell in row.values() if cell.text), "")
            if name in self.options.lists:
                cells = self._cells("choices", row, languages)
                _give(cells, sheet.table.at("@list_name"), self.options.lists[name].id)
                if number in known:
                    option = known[number][1]
                    _give(cells, sheet.table.at("id"), option.id)
                    _give(cells, label, _text(cells, label) or option.name)
                    self._give_attributes(cells, sheet.table.at("attributes"), option)
                rows.append(Row(number, cells))
            elif first and name not in unused:
                unused.add(name)
                code = "workbook.left_out_list" if name else "workbook.left_out_row"
                said = next(cell.text for cell in row.values() if cell.text)
                self._note(code, "choices", first, value=name or said)
        place = {row.number: row.cells[sheet.table.at("id")].place for row in rows if row.number in known}
        for number, old, new in self.options.renamed():
            self._note("workbook.renamed_choice", "choices", place[number], old=old, new=new)
        return Page(sheet.name, sheet.table, tuple(rows))

    def _give_attributes(self, cells: dict[Column, Cell], column: Column, option: Option) -> None:
        pairs = [f"{self.options.attributes[name]} = {text}" for name, text in option.attributes.items()]
        if pairs:
            cells[column] = Cell(cells[table_at(("choices",)).at("id")].place, "\n".join(pairs))

    # -- expressions and references

    def _target(self, name: str, repeat: str) -> _Line | None:
        """The field that a reference means: in the same repeat, outside repeats, or the only one of that name."""
        found = self.named.get(name) or self.named.get(name.rpartition("/")[2], [])
        for home in (repeat, ""):
            for line in found:
                if line.repeat == home:
                    return line
        return found[0] if len(found) == 1 else None

    def _settle_expressions(self, line: _Line) -> None:
        """Options, attributes and references by their new names; limits taken out of the constraint again."""

        def list_of(name: str) -> str:
            target = line if name == "." else self._target(name, line.repeat)
            return target.listed if target else ""

        for column, cell in line.cells.items():
            if column.kind == "expression" and cell.text:
                text = _BESIDE.sub(r"${\1}", straighten_expression(cell.text))
                text = self.options.rewrite(_TRUTHS.get(text.lower(), text), list_of)
                if column.path == ("choice_filter",):
                    text = self.options.rewrite_filter(text)
                for value in dict.fromkeys(self.options.never_chosen):
                    self._note("workbook.never_chosen", "survey", cell.place, value=value)
                self.options.never_chosen.clear()
                line.cells[column] = replace(cell, value=self._with_new_names(text, line.repeat))
            elif column.kind == "words" and "${" in cell.text:
                line.cells[column] = replace(cell, value=self._with_new_names(cell.text, line.repeat))
        constraint = self.survey.at("constraint")
        if constraint in line.cells:
            line.cells[constraint] = self._without_limits(line.cells, line.cells[constraint])

    def _with_new_names(self, text: str, repeat: str) -> str:
        def write(found: re.Match[str]) -> str:
            target = self._target(found[1], repeat)
            if target is None:
                return f"${{{settle(found[1]) or found[1]}}}"
            away = target.repeat not in ("", repeat)
            return f"${{{target.repeat}/{target.new}}}" if away else f"${{{target.new}}}"

        return ASKED.sub(write, text)

    def _without_limits(self, cells: Mapping[Column, Cell], constraint: Cell) -> Cell:
        def value_of(key: str) -> Any:
            column = self.survey.at(key)
            found = from_cell(column, cells[column]) if column in cells else ABSENT
            return None if found is ABSENT else found

        limits = limits_of(value_of)
        text = constraint.text
        if limits and text == limits:
            return replace(constraint, value=None)
        if limits and text.startswith(f"{limits} and (") and text.endswith(")"):
            return replace(constraint, value=text[len(limits) + 6 : -1])
        return constraint

    # -- what the checks say

    def _validate(self, pages: dict[str, Page]) -> XlsForm:
        """The form, after everything is left out that the checks refuse and the form can do without."""
        for _ in range(_MOST_ROUNDS):
            if not self.lines:
                sheet = self.sheets["survey"]
                self._fail(Problem("workbook.nothing_to_ask", self.file, f"{sheet.name}!A{sheet.last}"))
            pages["survey"] = self._survey_now()
            gathered = gather(pages, self.file)
            form = gathered.data.get("forms", [{}])[0]
            campaign, findings = validate(surroundings_of(form, gathered.data.get("choices", {})))
            own = [finding for finding in findings if finding.address[:1] in {("forms",), ("choices",)}]
            # of rows that end in the wrong place nobody knows what is in them
            if gathered.problems or not [one for one in own if self._leave_out(one, gathered, pages)]:
                break
        self.notes.extend(note for note in gathered.notes if note not in self.notes)
        if gathered.problems:  # an empty group only follows from that
            own = [finding for finding in own if finding.args.get("key") != "fields"]
        self.problems.extend(gathered.problems)
        self.problems.extend(problems_of(own, gathered, pages, self.file, self.problems))
        if self.problems or campaign is None:
            self._fail()
        return XlsForm(campaign.forms[0], campaign.choices, in_order(self.notes, self.order))

    def _leave_out(self, finding: Finding, gathered: Gathered, pages: Mapping[str, Page]) -> bool:
        """Leave out what a finding is about, if the form can do without it; whether anything was."""
        spot = gathered.spot(finding.address)
        if spot is None or spot.column is None or spot.table.key == "settings":
            return False
        if spot.column.kind == "words" and finding.code == "campaign.unknown_answer":
            return self._leave_blank(spot, pages)
        line = next((line for line in self.lines if line.number == spot.order[1]), None)
        if spot.table.key != "survey" or line is None:
            return False
        why = to_problem(finding, spot, gathered, self.file)
        if finding.code == "campaign.field_lacks" and finding.args["key"] in _EMPTY:
            self._leave_out_line(line, _EMPTY[finding.args["key"]])
            return True
        if not _can_do_without(finding, spot.column):
            return False
        if line.word == "calculate" and spot.column.path == ("calculation",):
            self._leave_out_line(
                line, "workbook.left_out_calculation", line.cells[spot.column].place, why=why
            )
            return True
        cells = [column for column in line.cells if column.path[:1] == spot.column.path[:1]]
        place = spot.place.rpartition("!")[2]
        for column in cells:
            del line.cells[column]
        if cells:
            self._note("workbook.left_out_cell", "survey", place, column=spot.column.word, why=why)
        return bool(cells)

    def _leave_blank(self, spot: Spot, pages: Mapping[str, Page]) -> bool:
        """Put blanks for the answers that a label shows, where one of them is not there."""
        number = spot.order[1]
        for row in pages[spot.table.key].rows:
            words = (
                [column for column in row.cells if column.path[0] == spot.column.path[0]]
                if spot.column
                else []
            )
            shown = [column for column in words if "${" in row.text(column)]
            if row.number != number or not shown:
                continue
            for column in shown:
                row.cells[column] = replace(row.cells[column], value=ASKED.sub(BLANK, row.text(column)))
            self._note("workbook.left_out_answer", spot.table.key, spot.place.rpartition("!")[2])
            return True
        return False


def _can_do_without(finding: Finding, column: Column) -> bool:
    """Whether a form makes sense without the cell that a finding is about."""
    if finding.code in _ALONE or column.path == ("required",):
        return True
    # a bare word, say an appearance, stands in the wrong column: nobody knows what was meant
    is_stray = finding.code == "campaign.expression_bare_name" and "${" not in finding.args["text"]
    return column.kind == "expression" and not is_stray


def _list_name(sheet: _Sheet, row: Mapping[int, Cell]) -> str:
    return re.sub(r"\s+", " ", straighten(sheet.text(row, LIST_NAME)))


def _text(cells: Mapping[Column, Cell], column: Column) -> str:
    return cells[column].text if column in cells else ""


def _give(cells: dict[Column, Cell], column: Column, value: str) -> None:
    known = cells.get(column)
    cells[column] = replace(known, value=value) if known else Cell("A1", value)
