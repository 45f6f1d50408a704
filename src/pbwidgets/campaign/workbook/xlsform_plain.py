"""A form as other programs can carry it: nothing lives, and the row of a table is chosen instead of given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pbwidgets.campaign.definition import ASKED
from pbwidgets.campaign.model import Choice, Field, Form
from pbwidgets.campaign.names import ROW, places
from pbwidgets.campaign.tables import Table

_OF_FORM = ("lasts", "title", "life", "keeps", "prefill")
_OF_FIELD = ("later", "kinds", "rows", "when", "life", "table")
_LOGIC = ("relevant", "constraint", "constraint_message", "calculation", "choice_filter")


@dataclass(frozen=True)
class Plain:
    """A form without counterparts that XLSForm lacks.

    Attributes
    ----------
    form
        Without lives, what may be changed later, and what must be kept. A repeat with fixed rows begins with a
        choice of its row; a unit is written down.
    choices
        The lists given, and one for each table: its rows.
    left_out
        Keys of the form and of its fields (``field.key``) that it had.
    """

    form: Form
    choices: Mapping[str, tuple[Choice, ...]]
    left_out: tuple[str, ...]


def plain_form(form: Form, choices: Mapping[str, tuple[Choice, ...]]) -> Plain:
    """A form as XLSForm can carry it, the same form if it has nothing of its own."""
    tables = {place.field.rows: place.field.table for place in places(form) if place.field.table}
    lists = {f"{name}_rows": tuple(_options(table)) for name, table in tables.items()}
    defaults = {name: item.default for name, item in Form.model_fields.items()}
    gone = {key: defaults[key] for key in _OF_FORM if getattr(form, key) != defaults[key]}
    fields = tuple(_plain_field(field) for field in form.fields)
    left_out = (*gone, *(name for field in form.fields for name in _left_out(field)))
    if not left_out:
        return Plain(form, choices, ())
    return Plain(form.model_copy(update={**gone, "fields": fields}), {**choices, **lists}, left_out)


def _options(table: Table) -> Iterator[Choice]:
    for row in table.rows:
        yield Choice(id=row.id.replace(".", "-"), label=row.name)


def _plain_field(field: Field, repeat: str = "") -> Field:
    """A field whose logic names the choice of the row instead of the row, and nothing of its cells."""
    changed: dict[str, object] = {name: Field.model_fields[name].default for name in _OF_FIELD}
    for key in _LOGIC:
        text = getattr(field, key)
        if _names_columns(text):
            changed[key] = None
        elif repeat and text and not isinstance(text, Mapping):
            changed[key] = ASKED.sub(lambda asked: f"${{{_renamed(asked[1], repeat)}}}", text)
    if changed.get("constraint", "") is None:
        changed["constraint_message"] = None
    inside = field.id if field.rows else repeat
    inner = tuple(_plain_field(one, inside) for one in field.fields)
    if field.rows:
        chosen = {"id": _renamed(ROW, field.id), "type": "select_one", "choices": f"{field.rows}_rows"}
        inner = (Field.model_validate({**chosen, "required": True, "label": field.label}), *inner)
    if field.type == "unit":
        changed["type"] = "text"
    return field.model_copy(update={**changed, "fields": inner})


def _renamed(name: str, repeat: str) -> str:
    return f"{repeat}_{ROW}" if name == ROW else name


def _left_out(field: Field) -> Iterator[str]:
    for key in (*_OF_FIELD, *_LOGIC):
        value = getattr(field, key)
        own = value != Field.model_fields[key].default if key in _OF_FIELD else _names_columns(value)
        if own and key != "table":
            yield f"{field.id}.{key}"
    if field.type == "unit":
        yield f"{field.id}.type"
    for inner in field.fields:
        yield from _left_out(inner)


def _names_columns(value: object) -> bool:
    """Whether an expression or words name cells of the table, which the form does not hold."""
    texts = value.values() if isinstance(value, Mapping) else [value]
    return any(name.startswith(f"{ROW}/") for text in texts if text for name in ASKED.findall(str(text)))
