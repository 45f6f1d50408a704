"""The sheets of a workbook of answers: which columns they have, and how a column tells its field.

A form is one sheet with a row for each unit, or for each entry of a log; a repeat is a sheet of its own with a row for
each of its rows. A row says itself what it is about (unit, number of the entry, number of the row, the state it was
written from), so that rows may be sorted, copied and left out. A hidden row says which field a column holds, so that
headings may be changed. After ``ROWS_OF_SHEET`` rows a form goes on on a further sheet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pbwidgets.campaign import Campaign, Field, Form
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.names import ROW as ROW_OF_TABLE
from pbwidgets.campaign.names import places
from pbwidgets.campaign.values import UPLOADS

UNIT, UNIT_NAME, ENTRY, ROW, BASE, STATE = "#unit", "#name", "#entry", "#row", "#base", "#state"
"""Columns that say what a row is about: code and name of the unit, entry of a log, row of a repeat, what it was
written from, and its state in words."""
ROW_NAME, ROW_ABOUT, ROW_DUE = "#row_name", "#row_about", "#row_due"
"""Columns of a fixed row: its name, what else its table says of it, and until when it is due."""
BOOK_SHEET: Final = "pbwidgets"
"""Hidden sheet that says which campaign, period and version the workbook is of."""
LISTS_SHEET: Final = "pbwidgets lists"
"""Hidden sheet with the options that are too long for a cell's own list."""
FIRST_ROW: Final = 6
"""Number of the first row of answers; above it: title, ids (hidden), sections, headings, help."""
ID_ROW: Final = 2
ROWS_OF_SHEET: Final = 50_000
_PREFIX: Final = "pb:"


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    path
        Path of its field, or one of the columns that say what a row is about.
    field
        The field; None for what says what a row is about.
    section
        Groups around the field, outermost first.
    is_repeat
        Whether it stands for a repeat, whose rows are on another sheet.
    """

    path: str
    field: Field | None = None
    section: tuple[Field, ...] = ()
    is_repeat: bool = False

    @property
    def is_filled(self) -> bool:
        """Whether people fill it in: not what is calculated, files, or a repeat that must have rows."""
        if self.field is None:
            return False
        if self.is_repeat:
            return self.field.may_be_none
        return self.field.type not in ("calculate", *UPLOADS)


@dataclass(frozen=True)
class SheetLayout:
    """Columns of a form's sheet, or of the sheet of one of its repeats."""

    form: Form
    repeat: Field | None
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[Column, ...]:
        """Columns that say what a row is about; they come first."""
        return tuple(column for column in self.columns if column.field is None)

    @property
    def is_fixed(self) -> bool:
        """Whether its rows are those of a table, each known by its id."""
        return self.repeat is not None and self.repeat.rows is not None

    def mark(self, column: Column) -> str:
        """What the hidden row says of a column: ``pb:village_application:good_deeds/title``."""
        inner = f"{self.repeat.id}/" if self.repeat is not None and column.field is None else ""
        return f"{_PREFIX}{self.form.id}:{inner}{column.path}"


def layouts_of(form: Form) -> tuple[SheetLayout, ...]:
    """The sheet of a form, then those of its repeats.

    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> words = lambda text: {"zh": text, "en": text}
    >>> deed = {"id": "title", "type": "text", "label": words("事项")}
    >>> fields = [{"id": "industry", "type": "text", "label": words("产业")},
    ...           {"id": "deeds", "type": "repeat", "label": words("实事"), "fields": [deed]}]
    >>> form = {"id": "f", "name": words("表"), "unit_kind": "unit", "fields": fields}
    >>> for layout in layouts_of(campaign_around(form, {}).forms[0]):
    ...     print([layout.mark(column) for column in layout.columns])
    ['pb:f:#unit', 'pb:f:#name', 'pb:f:#base', 'pb:f:#state', 'pb:f:industry', 'pb:f:deeds']
    ['pb:f:deeds/#unit', 'pb:f:deeds/#name', 'pb:f:deeds/#row', 'pb:f:deeds/#base', 'pb:f:deeds/title']
    """
    every = tuple(places(form))
    entry = (Column(ENTRY),) if form.occurrence == "many" else ()
    whose = (Column(UNIT), Column(UNIT_NAME), *entry)
    made = [
        SheetLayout(
            form,
            None,
            (
                *whose,
                Column(BASE),
                Column(STATE),
                *(
                    Column(place.path, place.field, place.around, is_repeat=place.field.type == "repeat")
                    for place in every
                    if not place.repeat and (place.is_leaf or place.field.type == "repeat")
                ),
            ),
        )
    ]
    for place in every:
        if place.field.type == "repeat":
            inner = [one for one in every if one.repeat == place.field.id and one.is_leaf]
            columns = (
                Column(one.path, one.field, one.around[one.around.index(place.field) + 1 :]) for one in inner
            )
            fixed = tuple(map(Column, fixed_columns(place.field)))
            made.append(SheetLayout(form, place.field, (*whose, Column(ROW), Column(BASE), *fixed, *columns)))
    return tuple(made)


def fixed_columns(repeat: Field) -> tuple[str, ...]:
    """Columns in which the rows of a repeat are told, where they are those of a table; none of other repeats."""
    table, life = repeat.table, repeat.life
    if table is None:
        return ()
    due = (ROW_DUE,) if life is not None and (life.due or "").startswith(f"{ROW_OF_TABLE}/") else ()
    return (ROW_NAME, *((ROW_ABOUT,) if told_columns(repeat) else ()), *due)


def told_columns(repeat: Field) -> tuple[str, ...]:
    """Columns of a repeat's table that are told in words: not its due date, nor what only says which units have it."""
    table, life = repeat.table, repeat.life
    due = None if life is None else life.due
    asked = parse(repeat.when).names if repeat.when is not None else frozenset()
    apart = {due, *asked}
    return tuple(name for name in (table.columns if table else ()) if f"{ROW_OF_TABLE}/{name}" not in apart)


def read_mark(text: str) -> tuple[str, str, str] | None:
    """Form, repeat (empty for the form's own sheet) and path that a cell of the hidden row names; None if it is none.

    >>> read_mark("pb:f:deeds/#unit"), read_mark("pb:f:deeds/title"), read_mark("pb:f:#unit"), read_mark("事项")
    (('f', 'deeds', '#unit'), ('f', 'deeds', 'deeds/title'), ('f', '', '#unit'), None)
    """
    if not text.startswith(_PREFIX):
        return None
    form_id, _, path = text.removeprefix(_PREFIX).partition(":")
    repeat, slash, name = path.rpartition("/")
    return form_id, repeat, name if slash and name.startswith("#") else path


def sheet_titles(layouts: Sequence[SheetLayout], lang: str) -> Iterator[str]:
    """Titles of sheets: of the form, or of form and repeat; at most 25 characters, so that a number fits behind."""
    for layout in layouts:
        name = layout.form.name.words(lang)
        if layout.repeat is None:
            yield name[:25]
        else:
            label = layout.repeat.label.words(lang)
            yield label[:25] if len(label) > 20 else f"{label}-{name}"[:25]


def tracks_of(campaign: Campaign, form: Form, lang: str) -> tuple[str, ...]:
    """Names of the tracks that a form belongs to."""
    return tuple(track.name.words(lang) for track in campaign.tracks if form.id in track.forms)
