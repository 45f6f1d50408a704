"""Where the fields of a form are, and which names an expression may use there."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pbwidgets.campaign.expression_meaning import DOMAIN
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.findings import Address
from pbwidgets.campaign.model import Field, Form
from pbwidgets.campaign.tables import Table, TableRow

ROW: Final = "row"
"""In a row of a repeat with fixed rows, the id of its row in the table; no field may be called so."""
UNIT_KIND, UNIT_DOMAIN = "unit_kind", DOMAIN
UNIT_NAMES: Final = (UNIT_KIND, UNIT_DOMAIN)
"""Names that every expression may use: kind of the unit, and its domain in the register. No id may be one of them."""
ENTRY_STATE, ENTRY_CLOSED, ENTRY_OVERDUE, ENTRY_FLAGS = (
    "entry_state", "entry_closed", "entry_overdue", "entry_flags",
)  # fmt: skip
ENTRY_NAMES: Final = (ENTRY_STATE, ENTRY_CLOSED, ENTRY_OVERDUE, ENTRY_FLAGS)
"""Names that expressions of measures have for how an entry, or a fixed row, stands on the day of the records.

The state is the id of the last dated step or of the chosen option, closed and overdue are 1 or 0, and flags are
``skipped:<field>``, ``late:<field>`` and ``closed_late``: ``selected(${entry_flags}, 'late:fixed_on')``.
"""

RESERVED: Final = (*UNIT_NAMES, ROW, *ENTRY_NAMES)
"""Names that expressions have for something else than a field; no field may be called so."""

_LOGIC: Final = ("relevant", "constraint", "calculation", "choice_filter")


@dataclass(frozen=True)
class Place:
    """A field of a form with its surroundings.

    Attributes
    ----------
    field
        The field; groups, repeats and notes have places as well.
    address
        Keys and indices from the form to the field.
    path
        Path of its values: ``plan_file``, ``good_deeds/held_on``; of a repeat, its id.
    repeat
        Id of the repeat around it, empty outside repeats.
    around
        Groups and repeats around it, outermost first.
    """

    field: Field
    address: Address
    path: str
    repeat: str
    around: tuple[Field, ...]

    @property
    def is_leaf(self) -> bool:
        """Whether the field holds a value."""
        return self.field.type not in ("group", "repeat", "note")


def places(form: Form) -> Iterator[Place]:
    """Places of all fields of a form in the order of the form, groups and repeats before their fields."""
    yield from _places(form.fields, ("fields",), "", ())


def _places(
    fields: tuple[Field, ...], address: Address, repeat: str, around: tuple[Field, ...]
) -> Iterator[Place]:
    for at, field in enumerate(fields):
        here = (*address, at)
        yield Place(field, here, f"{repeat}/{field.id}" if repeat else field.id, repeat, around)
        inner = field.id if field.type == "repeat" else repeat
        yield from _places(field.fields, (*here, "fields"), inner, (*around, field))


def names_in(form: Form, repeat: str = "") -> frozenset[str]:
    """Names that an expression may use in a form, or in the rows of one of its repeats.

    Everywhere: fields outside repeats, repeats (their rows), ``repeat/field`` (a column), and the bare name
    of a repeat's field (the column as well) where only one repeat has it. In a row, its own fields come first, and
    those of :func:`names_of_rows`.
    """
    return frozenset(named_places(form, repeat)) | names_of_rows(form, repeat)


def named_places(form: Form, repeat: str = "") -> dict[str, Place]:
    """Places by the names of :func:`names_in`; of several with the same name, the first."""
    found = list(places(form))[::-1]
    by_path = {place.path: place for place in found if place.is_leaf or place.field.type == "repeat"}
    bare = {name: by_path[path] for name, path in bare_columns(form).items()}
    own = {
        place.field.id: place for place in found if place.is_leaf and place.repeat and place.repeat == repeat
    }
    return {**bare, **by_path, **own}


def names_of_rows(form: Form, repeat: str) -> frozenset[str]:
    """Names that a row of a repeat with fixed rows has for its row of the table: ``row``, ``row/due``."""
    table = next((place.field.table for place in places(form) if repeat and place.path == repeat), None)
    return frozenset([ROW, *(f"{ROW}/{column}" for column in table.columns)]) if table else frozenset()


def bare_columns(form: Form) -> dict[str, str]:
    """Paths of the repeat fields that may be named without their repeat, by their bare name."""
    found = list(places(form))
    taken = {place.path for place in found if not place.repeat}
    columns = [place for place in found if place.is_leaf and place.repeat]
    often = Counter(place.field.id for place in columns)
    return {
        place.field.id: place.path
        for place in columns
        if often[place.field.id] == 1 and place.field.id not in taken
    }


def form_of_unit(form: Form, kind: str | None, domain: str | None) -> Form:
    """The form as it is for a unit: kind and domain stand where its expressions name them; a domain that is none stays.

    A repeat with fixed rows has a table of those rows only that the unit has (``when``).

    >>> from pbwidgets.campaign.definition import Text
    >>> words = Text(zh="甲", en="a")
    >>> asked = Field(id="a", type="text", label=words, relevant="${unit_kind} = 'village'")
    >>> form_of_unit(Form(id="f", name=words, unit_kind=("village",), fields=(asked,)), "team", None).fields[0].relevant
    "'team' = 'village'"
    """
    given = {UNIT_KIND: kind, UNIT_DOMAIN: domain}
    known = {name: value for name, value in given.items() if value}
    fields = _fields_of_unit(form.fields, known)
    return form if fields is form.fields else form.model_copy(update={"fields": fields})


def _fields_of_unit(fields: tuple[Field, ...], given: Mapping[str, str]) -> tuple[Field, ...]:
    made = tuple(_field_of_unit(field, given) for field in fields)
    return fields if all(one is other for one, other in zip(made, fields, strict=True)) else made


def _field_of_unit(field: Field, given: Mapping[str, str]) -> Field:
    changed: dict[str, object] = {}
    for key in _LOGIC:
        text: str | None = getattr(field, key)
        if text is not None and (filled := _NAMED.sub(lambda found: _literal(found, given), text)) != text:
            changed[key] = filled
    inner = _fields_of_unit(field.fields, given)
    if inner is not field.fields:
        changed["fields"] = inner
    if field.when is not None and field.table is not None:
        changed |= {"when": None, "table": rows_of_unit(field, given)}
    return field.model_copy(update=changed) if changed else field


def rows_of_unit(field: Field, given: Mapping[str, str]) -> Table | None:
    """The table of a repeat with fixed rows, with those rows only that a unit has.

    Parameters
    ----------
    given
        ``unit_kind`` and ``unit_domain`` of the unit, as far as they are known.
    """
    if field.table is None or field.when is None:
        return field.table
    condition = parse(field.when)
    kept = tuple(
        row
        for row in field.table.rows
        if condition.holds({**dict.fromkeys(UNIT_NAMES, ""), **given, **row_names(field.table, row)})
    )
    return field.table.model_copy(update={"rows": kept})


def row_names(table: Table, row: TableRow) -> dict[str, str]:
    """Values of a row of a table by the names that expressions have for them: ``row``, ``row/due``."""
    return {ROW: row.id} | {f"{ROW}/{column}": row.cell(column) for column in table.columns}


def unit_names_in(text: str) -> tuple[str, ...]:
    """Those names of the unit that expressions in a text ask for.

    >>> unit_names_in("${unit_kind} = 'branch' and ${held} > 2")
    ('unit_kind',)
    """
    asked = {found[1] for found in _NAMED.finditer(text)}
    return tuple(name for name in UNIT_NAMES if name in asked)


_NAMED: Final = re.compile(r"\$\{\s*(" + "|".join(UNIT_NAMES) + r")\s*\}")


def _literal(found: re.Match[str], given: Mapping[str, str]) -> str:
    value = given.get(found[1])
    if value is None:
        return found[0]
    return f'"{value}"' if "'" in value else f"'{value}'"
