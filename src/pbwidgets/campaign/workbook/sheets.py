"""Which sheets a campaign's workbook has, and which columns: derived from the models, not written down twice.

Every list of definitions is a sheet with one row for each item. A nested definition (``rounding``, ``rule``) becomes
columns of the row it belongs to; a list inside an item becomes a sheet of its own, whose rows name the item.
So a new rule or key of the models has its column at once, and only its Chinese heading has to be added to
``workbook.po``.

Fields of forms follow XLSForm: sheets ``survey``, ``choices`` and ``settings`` with its columns, groups and
repeats as rows that begin and end.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.findings import Address
from pbwidgets.campaign.model import Campaign, Expression, Field
from pbwidgets.campaign.tables import Table as FixedRows
from pbwidgets.campaign.translation import bare, choices_in, keys_of, models_in
from pbwidgets.campaign.workbook.fixed_rows import ListedTable
from pbwidgets.wording import has_words, say

Kind = Literal[
    "words", "text", "name", "expression", "number", "whole", "flag", "date", "choice", "names", "texts", "numbers",
    "pairs", "field_type",
]  # fmt: skip
Path = tuple[str, ...]
Models = tuple[type[BaseModel], ...]

LANGUAGE_HEADS: Final = {"zh": "Chinese (zh)", "en": "English (en)"}
REFERENCE: Final = "@"
"""Begins the path of a column that names the item a row belongs to; such a column is not a key of the item."""

BEGINS: Final = {"group": "begin_group", "repeat": "begin_repeat"}
ENDS: Final = {"group": "end_group", "repeat": "end_repeat"}
"""What XLSForm calls the rows around the fields of a group or repeat."""

SHEETS: Final[Mapping[Path, str]] = {
    (): "campaign",
    ("periods", "phases"): "phases",
    ("forms",): "settings",
    ("forms", "fields"): "survey",
    ("tracks", "classes", "names"): "classes",
    ("tracks", "layers"): "track_layers",
}
_ORDER: Final = (
    "campaign", "unit_kinds", "periods", "phases", "review_levels", "layers",
    "settings", "steps", "keeps", "rater_kinds", "survey", "choices", "tables", "rows", "official_tables",
    "areas", "measures", "carried", "derived",
    "tracks", "track_layers", "sources", "criteria", "bands", "options", "cases", "factors", "anchors",
    "gates", "tie_breaks", "ranks_within", "classes", "flags", "recommendations", "officers",
    "checks", "lists", "listed",
)  # fmt: skip
_SINGULAR: Final = {
    "criteria": "criterion",
    "forms": "form",
    "layers": "layer",
    "official_tables": "official_table",
    "periods": "period",
    "recommendations": "recommendation",
    "tables": "table",
    "tracks": "track",
}
_HEADS: Final = {
    ("survey", "id"): "name",
    ("survey", "default"): "is_default",  # XLSForm's `default` is the value a field begins with
    ("choices", "id"): "name",
    ("settings", "id"): "form_id",
    ("settings", "name"): "form_title",
}
_NAME_LISTS: Final = ("states",)  # lists of words without spaces, though the model does not say so
_EXPRESSIONS: Final = (
    "when",
    "where",
    "expression",
)  # keys of expressions, where the model does not show their type
_LEFT_OUT: Final[tuple[Path, ...]] = (("forms", "fields", "life", "steps"),)
"""Lists that `check` refuses there: a row of a repeat has a state, and no steps."""
_UNIQUE: Final = (
    "criteria",
)  # ids of these are unique in the whole campaign: a row names nothing above them


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    head
        Heading as XLSForm or the campaign file would write it: ``label::Chinese (zh)``, ``rule.measure``.
    path
        Keys from the item to the value, or ``("@track",)`` for a column that names what the row belongs to.
    kind
        How its cells are read and written.
    required
        Whether every row needs it.
    options
        Values of a fixed list; empty if there is no list.
    default
        What an empty cell means; None if it means nothing.
    rules
        Rules that use the column; empty if it does not belong to a rule.
    """

    head: str
    path: Path
    kind: Kind
    required: bool = False
    options: tuple[Any, ...] = ()
    default: Any = None
    rules: tuple[str, ...] = ()

    @property
    def is_reference(self) -> bool:
        """Whether it names what the row belongs to."""
        return self.path[0].startswith(REFERENCE)

    @property
    def word(self) -> str:
        """Name of the column without the language, as the catalogue has it: ``rule.measure``."""
        path = self.path[:-1] if self.kind == "words" else self.path
        return ".".join(part.removeprefix(REFERENCE) for part in path) or "words"


@dataclass(frozen=True)
class Table:
    """One sheet: a list of definitions of one model.

    Attributes
    ----------
    key
        Name of the sheet in the code and in a workbook written in English.
    path
        Keys from the top of the campaign file to the list, without indices.
    models
        Models of an item: one, or its variants.
    columns
        In order; those that name what a row belongs to come first.
    above
        Path of the list whose items hold this one; None for lists at the top.
    """

    key: str
    path: Path
    models: Models
    columns: tuple[Column, ...]
    above: Path | None = None

    @property
    def list_path(self) -> Path:
        """Keys from the item above to this list."""
        return self.path if self.above is None else self.path[len(self.above) :]

    @property
    def references(self) -> tuple[Column, ...]:
        """Columns that name what a row belongs to."""
        return tuple(column for column in self.columns if column.is_reference)

    def column(self, path: Address) -> Column | None:
        """Column of a value in an item, or of the first part of it."""
        for column in self.columns:
            if column.path == path:
                return column
        return next((column for column in self.columns if path and column.path[: len(path)] == path), None)

    def at(self, *path: str) -> Column:
        """Column of a path that the table has; KeyError if it has none."""
        found = self.column(path)
        if found is None:
            raise KeyError(path)
        return found

    def title(self, lang: str | None = None) -> str:
        """Name of the sheet in one language; XLSForm's sheets are called the same everywhere."""
        code = f"workbook.sheet.{self.key}"
        return say(code, lang) if has_words(code) else self.key

    def label(self, column: Column, lang: str | None = None) -> str:
        """Heading of a column in one language; its heading in the code if the catalogue has none."""
        for code in (f"workbook.column.{self.key}.{column.word}", f"workbook.column.{column.word}"):
            if has_words(code):
                label = say(code, lang)
                return (
                    say(f"workbook.words_{column.path[-1]}", lang, label=label)
                    if column.kind == "words"
                    else label
                )
        return column.head


@cache
def tables() -> tuple[Table, ...]:
    """Sheets of a campaign's workbook in order, the campaign itself first."""
    found = list(_tables_of((Campaign,), (), (), None))
    taken: set[str] = set()
    named = []
    for table in found:
        key = SHEETS.get(table.path, table.path[-1] if table.path else "")
        key = "_".join(table.path[-2:]) if key in taken else key
        taken.add(key)
        named.append(replace(table, key=key, columns=tuple(_headed(column, key) for column in table.columns)))
    return tuple(
        sorted(named, key=lambda table: _ORDER.index(table.key) if table.key in _ORDER else len(_ORDER))
    )


def table_at(path: Path) -> Table:
    """Sheet of the list at a path of keys; KeyError if there is none."""
    for table in tables():
        if table.path == path:
            return table
    raise KeyError(path)


def value_words(column: Column, option: object, lang: str | None = None) -> str:
    """A fixed value as a cell shows it: ``计数`` for ``count``; the value itself if there are no words."""
    for code in (f"workbook.value.{column.word}.{option}", f"workbook.value.{option}"):
        if has_words(code):
            return say(code, lang)
    return str(option)


# -- reading the models ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _List:
    path: Path
    models: Models
    keyed: bool


def _headed(column: Column, key: str) -> Column:
    first = column.path[0] if column.kind == "words" or len(column.path) == 1 else ""
    head = _HEADS.get((key, first), column.word)
    return replace(
        column, head=f"{head}::{LANGUAGE_HEADS[column.path[-1]]}" if column.kind == "words" else head
    )


def _tables_of(
    models: Models, path: Path, references: tuple[Column, ...], above: Path | None
) -> Iterator[Table]:
    members = list(_words((), needed=True) if models == (Text,) else _members_of_items(models))
    lists = [
        member for member in members if isinstance(member, _List) and (*path, *member.path) not in _LEFT_OUT
    ]
    columns = [member for member in members if isinstance(member, Column)]
    if any(part.models == models for part in lists):
        columns = _nesting_columns(models, columns)
    yield Table("", path, models, (*references, *columns), above)
    for part in lists:
        if part.models != models:
            inner = _reference(part.path[-1], "list_name" if part.keyed else None) if part.keyed else None
            named = references if inner is None else (inner,)
            if path and inner is None:
                here = _reference(path[-1])
                named = (here,) if path[-1] in _UNIQUE else (*references, here)
            yield from _tables_of(part.models, (*path, *part.path), named, path if path else None)


def _reference(key: str, name: str | None = None) -> Column:
    return Column("", (f"{REFERENCE}{name or _SINGULAR.get(key, key)}",), "name", required=True)


def _nesting_columns(models: Models, columns: list[Column]) -> list[Column]:
    """Columns of items that hold items of the same kind."""
    if models != (Field,):
        return [Column("", (f"{REFERENCE}heading",), "name"), *columns]
    kinds = tuple(choices_in(Field.model_fields["type"].annotation))
    first = Column("", ("type",), "field_type", required=True, options=kinds)
    return [first, *(column for column in columns if column.path not in {("type",), ("choices",)})]


def _members_of_items(models: Models) -> Iterator[Column | _List]:
    """Members of the items of a list; each member of several variants once, required if every variant requires it."""
    order: list[str] = []
    for model in models:
        at = len(order)
        for name in reversed(keys_of(model)):
            at = order.index(name) if name in order else at
            order[at:at] = [name] if name not in order else []
    for name in order:
        fields = [keys[name] for model in models if name in (keys := keys_of(model))]
        needed = len(fields) == len(models) and all(field.is_required() for field in fields)
        options = tuple(dict.fromkeys(part for field in fields for part in choices_in(field.annotation)))
        for member in _members_of(fields[0], (name,), needed=needed):
            yield replace(member, options=options) if isinstance(member, Column) and options else member


def _members(model: type[BaseModel], prefix: Path, *, needed: bool) -> Iterator[Column | _List]:
    for name, field in keys_of(model).items():
        yield from _members_of(field, (*prefix, name), needed=needed and field.is_required())


def _members_of(field: FieldInfo, path: Path, *, needed: bool) -> Iterator[Column | _List]:
    plain = bare(field.annotation)
    models = list(models_in(plain))
    if plain is Text:
        yield from _words(path, needed=needed)
    elif len(models) > 1:
        yield from _variants(models, path)
    elif models:
        yield from _members(models[0], path, needed=needed)
    elif get_origin(plain) is tuple:
        yield from _members_of_list(plain, path, needed=needed)
    elif get_origin(plain) is dict and bare(get_args(plain)[1]) in (str, float):
        yield Column("", path, "pairs", required=needed)
    elif get_origin(plain) is dict and get_args(plain)[1] is FixedRows:
        yield _List(path, (ListedTable,), keyed=False)
    elif get_origin(plain) is dict:
        yield _List(path, tuple(models_in(get_args(bare(get_args(plain)[1]))[0])), keyed=True)
    else:
        kind = _kind_of(field, plain, path[-1])
        default = None if field.is_required() else field.default
        yield Column("", path, kind, required=needed, options=choices_in(plain), default=default)


def _words(path: Path, *, needed: bool) -> Iterator[Column]:
    # without English words the Chinese ones serve for both: many organisers have no use for English
    yield Column("", (*path, "zh"), "words", required=needed)
    yield Column("", (*path, "en"), "words")


def _members_of_list(plain: Any, path: Path, *, needed: bool) -> Iterator[Column | _List]:
    item = get_args(plain)[0]
    models = tuple(models_in(item))
    if models:
        yield _List(path, models, keyed=False)
    elif bare(item) in (int, float):
        yield Column("", path, "numbers", required=needed)
    else:
        named = _has_pattern(item) or path[-1] in _NAME_LISTS
        yield Column("", path, "names" if named else "texts", required=needed)


def _variants(models: list[type[BaseModel]], path: Path) -> Iterator[Column | _List]:
    """The name of the variant, then every argument of any variant once."""
    names = {model: choices_in(model.model_fields["name"].annotation)[0] for model in models}
    yield Column("", (*path, "name"), "choice", options=tuple(names.values()))
    found: dict[Path, Column | _List] = {}
    for model, name in names.items():
        for member in _members(model, path, needed=False):
            earlier = found.get(member.path)
            rules = (*(earlier.rules if isinstance(earlier, Column) else ()), name)
            if member.path != (*path, "name"):
                found[member.path] = replace(member, rules=rules) if isinstance(member, Column) else member
    yield from found.values()


def _kind_of(field: FieldInfo, plain: Any, name: str) -> Kind:
    if choices_in(plain):
        return "choice"
    kinds: dict[Any, Kind] = {bool: "flag", int: "whole", float: "number", date: "date"}
    if plain in kinds:
        return kinds[plain]
    if Expression in get_args(field.annotation) or name.endswith(_EXPRESSIONS):
        return "expression"
    return "name" if _has_pattern(field.annotation, field.metadata) else "text"


def _has_pattern(annotation: Any, metadata: Any = ()) -> bool:
    if any(getattr(item, "pattern", None) for item in metadata):
        return True
    if get_origin(annotation) is Annotated:
        _, *extras = get_args(annotation)
        return any(_has_pattern(None, item.metadata) for item in extras if isinstance(item, FieldInfo))
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_has_pattern(part) for part in get_args(annotation))
    return False
