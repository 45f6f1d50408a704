"""One form as a plain XLSForm, as ODK, KoBo and pyxform know it, and reading such a form as ours.

What XLSForm has no column for (limits of numbers, files of an upload, ``sensitive``) goes into its ``constraint``
where possible, and into columns of our own, which other programs ignore; so our own forms come back
whole, unless a reference had to become an XPath, which our expressions do not know.
What a form made elsewhere has and ours lacks is left out and reported.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.model import Choice, Form
from pbwidgets.campaign.names import Place, bare_columns, places
from pbwidgets.campaign.one_form import campaign_around, surroundings_of
from pbwidgets.campaign.reader import validate
from pbwidgets.campaign.workbook.cells import ABSENT, from_cell, straighten
from pbwidgets.campaign.workbook.filling import Values, field_rows, rows_of
from pbwidgets.campaign.workbook.gathering import gather
from pbwidgets.campaign.workbook.pages import (
    Grid,
    Page,
    Row,
    find_pages,
    heading_reader,
    open_grids,
)
from pbwidgets.campaign.workbook.reading import problems_of
from pbwidgets.campaign.workbook.sheets import LANGUAGE_HEADS, Column, Table, table_at
from pbwidgets.campaign.workbook.writing import save
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.headings import find_heading
from pbwidgets.intake.workbook import Cell, column_letters

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_REFERENCE: Final = re.compile(r"\$\{\s*([^{}]+?)\s*\}")
_RECORDED: Final = (
    "audit", "background-audio", "deviceid", "email", "end", "phonenumber", "simserial", "start", "start-geopoint",
    "subscriberid", "today", "username",
)  # fmt: skip
"""Types of rows that the device fills in."""

_ALIASES: Final = (
    (re.compile(r"(select_one|select one from|select one|select1)\s+(?=\S)"), "select_one "),
    (
        re.compile(r"(select_multiple|select all that apply from|select all that apply)\s+(?=\S)"),
        "select_multiple ",
    ),
    (re.compile(r"string$"), "text"),
    (re.compile(r"int$"), "integer"),
    (re.compile(r"photo$"), "image"),
)
_OTHER: Final = re.compile(r"\s+or[_ ]other$")
_KNOWN_SETTINGS: Final = frozenset({"default_language", "version", "style", "name", "instance_name"})
_TITLE_EN: Final = "title_en"  # pyxform takes every heading that begins with form_title for the title
_SHEETS: Final = ("survey", "choices", "settings")


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
        What was changed or left out, each with its cell: renamed fields, columns and rows that have no
        counterpart.
    """

    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    notes: tuple[Problem, ...]


# -- writing -------------------------------------------------------------------------------------------


def write_xlsform(form: Form, choices: Mapping[str, tuple[Choice, ...]], path: Path) -> Path:
    """Path of an XLSForm of one form, with Chinese and English words.

    Parameters
    ----------
    form
        A form that the checks accept.
    choices
        Lists of choices; those that the form does not use are left out.
    path
        The ``.xlsx`` to write; folders are made.

    Notes
    -----
    The columns are those of https://xlsform.org/en/. Limits become part of ``constraint``; a reference that is
    not unique in the form becomes a relative XPath, since XLSForm's ``${name}`` knows no paths.
    """
    from openpyxl import Workbook

    book = Workbook()
    survey = replace(table_at(("forms", "fields")), columns=_columns(table_at(("forms", "fields"))))
    _fill(book.worksheets[0], "survey", survey.columns, list(_survey_rows(form, survey)))
    used = {field.choices for field in (place.field for place in places(form)) if field.choices}
    rows = rows_of(
        campaign_around(form.model_dump(), {name: choices[name] for name in choices if name in used})
    )
    listing = table_at(("choices",))
    _fill(book.create_sheet(), "choices", listing.columns, rows["choices"])
    _fill_settings(book.create_sheet(), rows["settings"][0])
    save(book, path)
    return path


def _columns(table: Table) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if not column.is_reference)


def _survey_rows(form: Form, table: Table) -> Iterator[Values]:
    rows = iter(field_rows(form, table))
    constraint = _column(table, "constraint")
    expressions = [column for column in table.columns if column.kind == "expression"]
    for place in _in_rows(form):
        row = next(rows)
        if place is not None:
            for column in expressions:
                if column in row:
                    row[column] = _with_xpath(row[column], place, form)
            merged = _with_limits(row, row.get(constraint), table)
            if merged is not None:
                row[constraint] = merged
        yield row


def _in_rows(form: Form) -> Iterator[Place | None]:
    """Places in the order of the rows, None for the row that ends a group or repeat."""
    opened: list[Place] = []
    for place in places(form):
        while opened and opened[-1].field is not (place.around[-1] if place.around else None):
            opened.pop()
            yield None
        yield place
        if place.field.type in ("group", "repeat"):
            opened.append(place)
    yield from (None for _ in opened)


def _with_xpath(text: str, here: Place, form: Form) -> str:
    """An expression whose references XLSForm understands."""
    found = {place.path: place for place in places(form)}
    ids = [place.field.id for place in found.values()]

    def write(match: re.Match[str]) -> str:
        target = _target(match[1], here, found, bare_columns(form))
        if target is None or ids.count(target.field.id) == 1:
            return f"${{{target.field.id if target else match[1]}}}"
        return _relative(_node_path(here), _node_path(target))

    return _REFERENCE.sub(write, text)


def _target(name: str, here: Place, found: Mapping[str, Place], bare: Mapping[str, str]) -> Place | None:
    inside = here.field.id if here.field.type == "repeat" else here.repeat
    return found.get(f"{inside}/{name}") or found.get(name) or found.get(bare.get(name, ""))


def _node_path(place: Place) -> tuple[str, ...]:
    return (*(field.id for field in place.around), place.field.id)


def _relative(origin: tuple[str, ...], target: tuple[str, ...]) -> str:
    shared = 0
    while shared < min(len(origin), len(target)) - 1 and origin[shared] == target[shared]:
        shared += 1
    return "/".join([".."] * (len(origin) - shared) + list(target[shared:]))


def _with_limits(row: Values, constraint: str | None, table: Table) -> str | None:
    """The constraint with the limits of the row in front of it; None if there is nothing."""
    limits = _limits(lambda key: row.get(_column(table, key)))
    if not limits:
        return constraint
    return f"{limits} and ({constraint})" if constraint else limits


def _limits(value_of: Callable[[str], Any]) -> str:
    signs = (("minimum", ". >= "), ("maximum", ". <= "), ("max_length", "string-length(.) <= "))
    known = ((sign, value_of(key)) for key, sign in signs)
    return " and ".join(f"{sign}{_number(value)}" for sign, value in known if isinstance(value, int | float))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _fill(page: "Worksheet", title: str, columns: tuple[Column, ...], rows: list[Values]) -> None:
    page.title = title
    for at, column in enumerate(columns, start=1):
        page.cell(1, at, column.head)
        for number, row in enumerate(rows, start=2):
            if column in row:
                _put(page.cell(number, at), row[column])
    page.freeze_panes = "A2"


def _fill_settings(page: "Worksheet", row: Values) -> None:
    page.title = "settings"
    table = table_at(("forms",))
    # XLSForm has one title only, without a language
    heads = {_column(table, "name", "zh"): "form_title", _column(table, "name", "en"): _TITLE_EN}
    pairs: list[tuple[str, Any]] = [("default_language", LANGUAGE_HEADS["zh"])]
    pairs.extend((heads.get(column, column.head), row[column]) for column in table.columns if column in row)
    for at, (head, value) in enumerate(pairs, start=1):
        page.cell(1, at, head)
        _put(page.cell(2, at), value)


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value[:1] in "=+-@"
    else:
        cell.value = int(value) if float(value).is_integer() else value


# -- reading -------------------------------------------------------------------------------------------


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
        and underscores; what a device records by itself and columns without counterpart are left out. All that
        is in ``notes``.

    Raises
    ------
    ProblemsError
        With every field type, name and expression that cannot be taken over, each with its cell. Nothing is
        taken then.
    """
    return form_in_grids(open_grids(path), str(path), unit_kind=unit_kind)


def form_in_grids(grids: Sequence[Grid], file: str, *, unit_kind: str = "unit") -> XlsForm:
    """Form whose sheets are already read, as :func:`read_xlsform` gives it; ``file`` is named in the problems."""
    if not any(grid.name.lower() == "survey" for grid in grids):
        raise ProblemsError([Problem("workbook.no_survey", file)])
    return _Foreign(grids, file, unit_kind).read()


class _Foreign:
    """One XLSForm on its way to a form of ours."""

    def __init__(self, grids: Sequence[Grid], file: str, unit_kind: str) -> None:
        self.file = file
        self.notes: list[Problem] = []
        self.problems: list[Problem] = []
        self.unit_kind = unit_kind
        self.grids = {grid.name.lower(): grid for grid in grids if grid.name.lower() in _SHEETS}
        self.survey = table_at(("forms", "fields"))
        self.names: dict[str, str] = {}

    def read(self) -> XlsForm:
        for grid in self.grids.values():
            self._leave_out_columns(grid)
        tables = [
            replace(table, columns=_columns(table)) if table.key == "survey" else table
            for table in (self.survey, table_at(("choices",)), table_at(("forms",)))
        ]
        pages, problems = find_pages(self.grids.values(), tables, self.file)
        self.problems.extend(problem for problem in problems if problem.code != "workbook.column_missing")
        settings = self._settings(pages.get("settings"))
        form_id = settings.rows[0].text(_column(settings.table, "id"))
        taken = {"settings": settings, "survey": self._fields(pages, form_id)}
        if choices := pages.get("choices"):
            taken["choices"] = self._choices(choices)
        return self._validate(taken)

    def _validate(self, pages: dict[str, Page]) -> XlsForm:
        gathered = gather(pages, self.file)
        self.problems.extend(gathered.problems)
        data = gathered.data
        form = data.get("forms", [{}])[0]
        around = surroundings_of(form, data.get("choices", {}))
        campaign, findings = validate(around)
        own = [finding for finding in findings if finding.address[:1] in {("forms",), ("choices",)}]
        self.problems.extend(problems_of(own, gathered, pages, self.file, self.problems))
        if self.problems or campaign is None:
            raise ProblemsError(self.problems)
        return XlsForm(campaign.forms[0], campaign.choices, tuple(self.notes))

    def _note(self, code: str, place: str, **args: Any) -> None:
        self.notes.append(Problem(code, self.file, place, args))

    def _leave_out_columns(self, grid: Grid) -> None:
        """Mark columns that have no counterpart as not to be read, and rename the one with the English title."""
        key = grid.name.lower()
        path = {"survey": ("forms", "fields"), "choices": ("choices",), "settings": ("forms",)}[key]
        read = heading_reader(table_at(path))
        found = find_heading(grid.head, lambda text: read(text) is not None)
        if found is None:
            return
        last = found.last
        for at, heading in found.texts.items():
            if key == "settings" and heading == _TITLE_EN:
                grid.head[last][at] = _column(table_at(path), "name", "en").head
            elif read(heading) is None:
                filled = any(at in cells and cells[at].text for row, cells in grid.rows.items() if row > last)
                if filled and not (key == "settings" and heading.lower() in _KNOWN_SETTINGS):
                    place = f"{grid.name}!{column_letters(at - 1)}{last}"
                    self._note("workbook.left_out_column", place, column=heading)
                grid.head[last][at] = f"#{heading}"

    # -- settings and choices

    def _settings(self, page: Page | None) -> Page:
        table = table_at(("forms",))
        row = page.rows[0] if page is not None and page.rows else Row(2, {})
        cells = dict(row.cells)
        form_id = row.text(_column(table, "id")) or Path(self.file).stem
        title = row.text(_column(table, "name", "zh")) or form_id
        self._give(cells, _column(table, "id"), _settle(form_id) or "form")
        self._give(cells, _column(table, "name", "zh"), title)
        if not row.text(_column(table, "unit_kind")):
            self._give(cells, _column(table, "unit_kind"), self.unit_kind)
        return Page(page.name if page else "settings", table, (Row(row.number, cells),))

    def _choices(self, page: Page) -> Page:
        listed = _column(page.table, "@list_name")
        rows = []
        for row in page.rows:
            cells = self._worded(row, page.table, "label", row.text(_column(page.table, "id")))
            if listed in cells:
                cells[listed] = replace(cells[listed], value=_settle(row.text(listed)))
            rows.append(Row(row.number, cells))
        return Page(page.name, page.table, tuple(rows))

    def _give(self, cells: dict[Column, Cell], column: Column, value: str) -> None:
        known = cells.get(column)
        cells[column] = replace(known, value=value) if known else Cell("A1", value)

    def _worded(self, row: Row, table: Table, key: str, otherwise: str) -> dict[Column, Cell]:
        """Cells of a row, with words in one language used for both."""
        cells = dict(row.cells)
        zh, en = _column(table, key, "zh"), _column(table, key, "en")
        said = row.text(zh) or row.text(en) or otherwise
        if said and not row.text(zh):
            self._give(cells, zh, said)
        return cells

    # -- fields

    def _fields(self, pages: Mapping[str, Page], form_id: str) -> Page:
        page = pages.get("survey")
        if page is None:
            nothing = Problem("workbook.no_headings", self.file, "survey", {"example": "type"})
            raise ProblemsError(self.problems or [nothing])  # everything else would follow from it
        kind, name = _column(self.survey, "type"), _column(self.survey, "id")
        rows = [self._typed(row, kind, page) for row in page.rows]
        kept = [row for row in rows if row is not None]
        self._rename(kept, name, kind, page)
        inside = _repeats_of(kept, name, kind)
        made = []
        for row in kept:
            cells = self._worded(row, self.survey, "label", row.text(name))
            for key in ("hint", "constraint_message", "unit"):
                if row.text(_column(self.survey, key, "en")):
                    cells = self._worded(Row(row.number, cells), self.survey, key, "")
            cells[_column(self.survey, "@form")] = Cell(f"A{row.number}", form_id)
            self._settle_expressions(cells, inside.get(row.number, ""), inside, kept, name)
            made.append(Row(row.number, cells))
        return Page(page.name, self.survey, tuple(made))

    def _typed(self, row: Row, kind: Column, page: Page) -> Row | None:
        """The row with its type as we write it; None for what a device records."""
        word = straighten(row.text(kind))
        cell = row.cells.get(kind, Cell(f"A{row.number}", None))
        if word.lower() in _RECORDED:
            self._note("workbook.left_out_type", page.place(cell.place), value=word)
            return None
        if _OTHER.search(word):
            self._note("workbook.left_out_column", page.place(cell.place), column="or_other")
            word = _OTHER.sub("", word)
        for pattern, ours in _ALIASES:
            word = pattern.sub(ours, word) if pattern.match(word) else word
        first, space, rest = word.partition(" ")
        if first in ("select_one", "select_multiple") and space:
            word = f"{first} {_settle(rest)}"
        return Row(row.number, {**row.cells, kind: replace(cell, value=word)})

    def _rename(self, rows: list[Row], name: Column, kind: Column, page: Page) -> None:
        taken: dict[str, str] = {}
        for row in rows:
            old = row.text(name)
            new = _settle(old)
            if not old or row.text(kind).startswith("end"):
                continue
            place = page.place(row.cells[name].place)
            if taken.setdefault(new, old) != old:
                self.problems.append(Problem("workbook.names_collide", self.file, place, {"value": old}))
            elif new != old:
                self._note("workbook.renamed", place, old=old, new=new)
            self.names[old] = new
            row.cells[name] = replace(row.cells[name], value=new)

    def _settle_expressions(
        self,
        cells: dict[Column, Cell],
        inside: str,
        repeats: Mapping[int, str],
        rows: list[Row],
        name: Column,
    ) -> None:
        """References by the new names, with the path where they reach into a repeat; limits taken out again."""
        columns: dict[str, list[str]] = {}
        for row in rows:
            columns.setdefault(row.text(name), []).append(repeats.get(row.number, ""))

        def write(match: re.Match[str]) -> str:
            new = self.names.get(match[1], match[1])
            homes = columns.get(new, [])
            away = len(homes) == 1 and homes[0] not in ("", inside)
            return f"${{{homes[0]}/{new}}}" if away else f"${{{new}}}"

        for column, cell in cells.items():
            if column.kind == "expression" and cell.text:
                cells[column] = replace(cell, value=_REFERENCE.sub(write, cell.text))
        constraint = _column(self.survey, "constraint")
        if constraint in cells:
            cells[constraint] = self._without_limits(cells, cells[constraint])

    def _without_limits(self, cells: Mapping[Column, Cell], constraint: Cell) -> Cell:
        def value_of(key: str) -> Any:
            column = _column(self.survey, key)
            found = from_cell(column, cells[column]) if column in cells else ABSENT
            return None if found is ABSENT else found

        limits = _limits(value_of)
        text = constraint.text
        if limits and text == limits:
            return replace(constraint, value=None)
        if limits and text.startswith(f"{limits} and (") and text.endswith(")"):
            return replace(constraint, value=text[len(limits) + 6 : -1])
        return constraint


def _column(table: Table, *path: str) -> Column:
    found = table.column(path)
    assert found is not None, path
    return found


def _settle(name: str) -> str:
    """A name of lower-case letters, digits and underscores, as far as it has any."""
    plain = re.sub(r"[\s.\-]+", "_", straighten(name)).lower()
    return f"q_{plain}" if re.match(r"[0-9_]", plain) else plain


def _repeats_of(rows: list[Row], name: Column, kind: Column) -> dict[int, str]:
    """Name of the repeat around each row, by the number of the row."""
    opened: list[str] = []
    found: dict[int, str] = {}
    for row in rows:
        word = from_cell(kind, row.cells[kind])
        if word == "end_repeat" and opened:
            opened.pop()
        found[row.number] = opened[-1] if opened else ""
        if word == "begin_repeat":
            opened.append(row.text(name))
    return found
