"""A campaign with all its ids and words replaced by made-up ones, and what comes of it with the old ones again.

If anything in the code knows an id or a word of a campaign, the renamed campaign gives something else. The models are
walked by their types: what is an ``Id`` must say in :data:`SPACES` which ids it is one of, so that a level, a layer and
a kind of unit with the same id get three different ones; expressions go through their parser.
"""

import random
import re
import string
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import pandas as pd

from pbwidgets.campaign.checklists import CHECK_NAMES
from pbwidgets.campaign.definition import ASKED, Definition, Text
from pbwidgets.campaign.expression_tree import read_tree
from pbwidgets.campaign.names import ENTRY_NAMES, ROW, UNIT_DOMAIN, UNIT_KIND, places
from pbwidgets.campaign.tables import Table

SPACES: Final[Mapping[str, str]] = {
    "UnitKind.id": "kind",
    "UnitKind.parents": "kind",
    "Campaign.partition_by": "kind",
    "ReviewLevel.unit_kind": "kind",
    "Form.unit_kind": "kind",
    "Measure.ancestor_kind": "kind",
    "Track.unit_kind": "kind",
    "Track.group": "kind",
    "Concerned.kind": "kind",
    "Nomination.by": "kind",
    "RankGroupBelow.ancestor_kind": "kind",
    "Campaign.id": "campaign",
    "Carried.campaign": "campaign",
    "Period.id": "kept",
    "Carried.period": "kept",
    "Phase.id": "phase",
    "Window.phase": "phase",
    "Phase.forms": "form",
    "Form.id": "form",
    "Measure.form": "form",
    "Track.forms": "form",
    "ReviewLevel.id": "level",
    "Form.filled_by": "level",
    "Layer.level": "level",
    "Layer.id": "layer",
    "TrackLayer.id": "layer",
    "TieByLayer.layer": "layer",
    "Source.id": "layer",  # a layer without sources is its own only source
    "Criterion.sources": "layer",
    "Choice.id": "choice",
    "ChoicePoints.choice": "choice",
    "Choice.attributes": "attribute",
    "Field.id": "field",
    "Field.choices": "list",
    "Campaign.choices": "list",
    "RaterKind.id": "rater_kind",
    "Measure.id": "measure",
    "Carried.id": "measure",
    "Derived.id": "measure",
    "TieByMeasure.measure": "measure",
    "Track.id": "track",
    "Carried.track": "track",
    "NeedsClass.track": "track",
    "Track.selected_in": "track",
    "Track.not_selected_in": "track",
    "Criterion.id": "line",
    "TieByCriterion.criterion": "line",
    "ClosingGate.id": "gate",
    "CappingGate.id": "gate",
    "Flag.id": "flag",
    "RankGroupBelow.id": "rank_group",
    "RankGroupOfDomain.id": "rank_group",
    "Recommendation.id": "recommendation",
    "Field.kinds": "kind",
    "Field.rows": "table",
    "Campaign.tables": "table",
    "Table.columns": "field",  # expressions name them as row/column
    "TableRow.id": "choice",  # expressions compare with it as with an option
    "Form.title": "field",
    "Step.field": "field",
    "Life.state": "field",
    "Life.begun": "choice",
    "Life.done": "choice",
    "Prefill.form": "form",
    "Prefill.campaign": "campaign",
    "Track.headings": "list",
    "RowsCheck.id": "check",
    "RowsCheck.heading": "field",
    "RowsCheck.group": "field",
    "MeasureCheck.id": "check",
    "MeasureCheck.heading": "choice",
    "ConditionCheck.id": "check",
    "ConditionCheck.heading": "choice",
    "UnitList.id": "list of units",
    "UnitList.of": "track",
    "UnitList.unit_kind": "kind",
    "UnitList.group": "list group",
    "TimesListed.id": "measure",
    "TimesListed.in_list": "list of units",
}
"""Which ids an attribute of a campaign holds; a new attribute of type ``Id`` needs a line here."""
MEASURE: Final = "measure"  # of every rule

PLAIN: Final[Mapping[str, str]] = {
    "Measure.field": "field",
    "Measure.denominator": "field",
    "Measure.closed_on": "field",
    "Measure.highest_per": "field",
    "Measure.states": "state",
    "Window.field": "field",
    "Measure.sign_field": "field",
    "Measure.dated_by": "field",
    "Measure.signs": "choice",
    "Life.due": "field",
    "LaterBy.by": "hand",
    "RowsCheck.rows": "form/field",
    "MeasureCheck.due": "day",
    "ConditionCheck.due": "day",
    "MeasureCheck.at_least": "form/field",
    "MeasureCheck.at_most": "form/field",
    "Demo.accounts": "kept",
    "Demo.campaign": "campaign",
    "Demo.phase": "phase",
    "Demo.answers": "form field",
    "Demo.entries": "form",
    "Demo.nominations": "track",
    "RootUnit.kind": "kind",
    "UnitsOfKind.kind": "kind",
    "UnitsOfKind.under": "kind",
    "Answering.options": "choice",
    "Answering.part_of": "field",
    "Answering.in_turn": "field",
    "Answering.one_of": "form/field",
    "Marking.generosity": "layer",
    "Marking.raters": "layer",
    "Incident.form": "form",
    "Incident.answers": "field",
    "VetoCase.gate": "gate",
    "TieAtCut.track": "track",
    "NominationCase.track": "track",
    "MissingMarks.layer": "layer",
    "MissingMarks.criteria": "line",
    "ReturnedCase.form": "form",
    "ReturnedCase.level": "level",
    "ReturnedCase.field": "field",
    "StaleMark.form": "form",
    "DraftCase.form": "form",
    "WaitingCase.form": "form",
    "WaitingCase.level": "level",
    "Recused.layer": "layer",
    "Demo.for_all": "form field",
    "Answering.after": "field",
    "Answering.like": "field",
    "LineCase.form": "form",
    "LineCase.repeat": "field",
    "LineCase.row": "choice",
    "LineCase.state": "choice",
    "Says.form": "form",
    "Says.answers": "field",
    "NewDay.form": "form",
    "CheckCase.check": "check",
    "CheckCase.part": "known",
    "DecidedList.list": "list of units",
}
"""Which ids an attribute of plain text holds, in a campaign or its demonstration; of a mapping its keys."""

OF_FIELDS: Final = frozenset({"Field", "Measure", "Step"})
"""Models whose expressions are over fields; those of all others are over measures."""

FIXED: Final = frozenset({"yes", "no", "none"})
"""Ids of options that mean something to everybody."""

KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "field": (ROW, *ENTRY_NAMES),
    MEASURE: tuple(CHECK_NAMES),
    "hand": ("unit", "filler"),
}
"""Names that mean the same in every campaign."""

_TOKEN: Final = re.compile(r"q[0-9a-z]{9}x|Q[0-9A-Z]{9}X")


class Renaming:
    """New ids and words for a campaign, and the way back.

    Parameters
    ----------
    seed
        Of the made-up ids.
    """

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._new: dict[tuple[str, str], str] = {}
        self._old: dict[str, str] = {}
        self._texts: set[str] = set()  # columns of the table at hand that hold text

    # -- there ---------------------------------------------------------------------------------------------

    def rename(self, definition: Definition) -> Any:
        """The definition with other ids and words; a campaign before its demonstration."""
        for kind in getattr(definition, "unit_kinds", ()):
            self.of("kind", kind.id)
        for level in getattr(definition, "review_levels", ()):
            self.of("level", level.id)
        for option in (one for several in getattr(definition, "choices", {}).values() for one in several):
            self.of("choice", option.id)
        for row in (row for table in getattr(definition, "tables", {}).values() for row in table.rows):
            self.of("choice", row.id)
        for form in getattr(definition, "forms", ()):
            for place in places(form):
                self.of("field", place.field.id)
        return type(definition).model_validate(self._model(definition))

    def of(self, space: str, old: str) -> str:
        """The new id for an old one, or for what is made of ids."""
        if space == "kept" or old in KEPT.get(space, ()) or (space == "choice" and old in FIXED):
            return old
        made_of = {
            "state": self._state,
            "form/field": self._path,
            "day": lambda day: day if day[:1].isdigit() else self.of("phase", day),
            "known": self._if_choice,
            "hand": lambda hand: self.of("level" if ("level", hand) in self._new else "field", hand),
        }
        if space in made_of:
            return made_of[space](old)
        if "/" in old:
            return "/".join(self.of(space, part) for part in old.split("/"))
        if (space, old) not in self._new:
            new = self._token("qx", string.ascii_lowercase, old)
            while space == "layer" and _temper(new) != _temper(old):
                new = self._token("qx", string.ascii_lowercase, old)
            self._new[space, old] = new
        return self._new[space, old]

    def _state(self, old: str) -> str:
        """A state names a level behind its colon."""
        state, colon, level = old.partition(":")
        return f"{state}:{self.of('level', level)}" if colon else state

    def _path(self, old: str) -> str:
        form, _, path = old.partition("/")
        return f"{self.of('form', form)}/{self.of('field', path)}"

    def _token(self, ends: str, letters: str, old: str) -> str:
        token = f"{ends[0]}{''.join(self._random.choices(letters + string.digits, k=9))}{ends[1]}"
        assert token not in self._old
        self._old[token] = old
        return token

    def _model(self, value: Definition) -> dict[str, Any]:
        hints = get_type_hints(type(value), include_extras=True)
        fields = type(value).model_fields
        if isinstance(value, Table):
            self._texts = {name for name, holds in value.columns.items() if holds == "text"}
        return {
            fields[name].alias or name: self._value(
                getattr(value, name), hints[name], f"{type(value).__name__}.{name}"
            )
            for name in fields
            if name in value.model_fields_set and not fields[name].exclude
        } | {
            self.of("field", name): self._cell(cell, is_text=name in self._texts)
            for name, cell in (value.model_extra or {}).items()
        }

    def _value(self, value: Any, hint: Any, where: str) -> Any:
        if isinstance(value, Text):
            return {"zh": self._words(value.zh), "en": self._words(value.en)}
        if isinstance(value, Definition):
            return self._model(value)
        space = PLAIN.get(where) or (self._space(where) if _is_id(hint) else None)
        if isinstance(value, Mapping):
            return self._mapping(value, hint, where, (space or "").split())
        if isinstance(value, tuple | list):
            return [self._value(item, hint, where) for item in value]
        if not isinstance(value, str):
            return value
        if _is_expression(hint, where):
            return self._expression(value, where)
        return value if space is None else self.of(space, value)

    def _mapping(self, value: Mapping[str, Any], hint: Any, where: str, spaces: list[str]) -> dict[str, Any]:
        if where == "Choice.attributes":  # its values are compared with answers
            return {self.of("attribute", key): self._if_choice(item) for key, item in value.items()}
        if where == "Table.columns":
            return {self.of("field", key): self._held(item) for key, item in value.items()}
        made = {}
        for key, item in value.items():
            new = self.of(spaces[0], key) if spaces else key
            if isinstance(item, Mapping):
                made[new] = self._mapping(item, hint, where, spaces[1:])
            elif isinstance(item, str):
                made[new] = self._if_choice(item)
            elif isinstance(item, tuple) and item and isinstance(item[0], str | Mapping):
                made[new] = [
                    self._mapping(one, hint, where, spaces[1:])
                    if isinstance(one, Mapping)
                    else self._if_choice(one)
                    for one in item
                ]
            else:
                made[new] = self._value(item, None, f"{where}.")
        return made

    def _cell(self, cell: str, *, is_text: bool) -> str:
        """A cell of a table: an option, or where it is text, perhaps a kind of unit."""
        return self.of("kind", cell) if is_text and ("kind", cell) in self._new else self._if_choice(cell)

    def _held(self, holds: str) -> str:
        """What a column of a table holds: a type, or the options of a list."""
        return holds if holds in ("text", "date", "number") else self.of("list", holds)

    def _space(self, where: str) -> str:
        model, _, name = where.partition(".")
        if name == MEASURE and where not in SPACES:
            return MEASURE
        assert where in SPACES, f"tests/renaming.py: which ids does {model}.{name} hold?"
        return SPACES[where]

    def _if_choice(self, text: str) -> str:
        return self.of("choice", text) if ("choice", text) in self._new else text

    def _words(self, words: str) -> str:
        """Made-up words that ask for the same answers and end like the old ones."""
        body = words.rstrip("。.；; ")
        asked = "".join(f"${{{self.of('field', name)}}}" for name in ASKED.findall(words))
        return self._token("QX", string.ascii_uppercase, body) + asked + words[len(body) :]

    def _expression(self, text: str, where: str) -> str:
        model, _, name = where.partition(".")
        of_options = name == "choice_filter"
        space = "field" if model in OF_FIELDS else MEASURE
        tree = read_tree(text, of_options=of_options)
        lives = any(str(node.value).startswith("entry_") for node in tree.walk())
        compares_kinds = any(node.value == UNIT_KIND for node in tree.walk())
        for node in sorted(tree.walk(), key=lambda node: -node.start):
            old = str(node.value)
            if node.symbol == "$" and old.startswith("@"):
                new = old[1:] if old == "@name" else self.of("attribute", old[1:])
                text = _put(text, node.start, old[1:], new)
            elif old in (UNIT_KIND, UNIT_DOMAIN):
                continue
            elif node.symbol == "$":
                text = _put(text, node.start, f"${{{old}}}", f"${{{self.of(space, old)}}}")
            elif node.symbol == "literal" and isinstance(node.value, str):
                text = _put(text, node.start + 1, old, self._literal(old, lives=lives, kinds=compares_kinds))
        return text

    def _literal(self, old: str, *, lives: bool, kinds: bool) -> str:
        """A kind of unit, a step of a life (which is a field, late or not), or an option."""
        flag, colon, step = old.rpartition(":")
        if lives and ("field", step) in self._new:
            return f"{flag}{colon}{self.of('field', step)}"
        return self.of("kind", old) if kinds and ("kind", old) in self._new else self._if_choice(old)

    # -- and back --------------------------------------------------------------------------------------------

    def back(self, value: Any) -> Any:
        """A text, or the texts of a frame or list, with the old ids and words."""
        if isinstance(value, pd.DataFrame):
            return pd.DataFrame(
                {self.back(name): [self.back(item) for item in value[name]] for name in value}, dtype=object
            )
        if isinstance(value, str):
            return _TOKEN.sub(lambda found: self._old.get(found[0], found[0]), value)
        return value


def _temper(name: str) -> int:
    """How strict a made-up rater is, whose name ends with the id of the source: the one thing drawn from an id."""
    return sum(map(ord, name)) % 7


def _put(text: str, at: int, old: str, new: str) -> str:
    assert text.startswith(old, at), (text, at, old)
    return text[:at] + new + text[at + len(old) :]


def _is_id(hint: Any) -> bool:
    """Whether a type, or a part of it, is text with the pattern of ids."""
    return any("[a-z]" in pattern or "0-9A-Za-z][0-9A-Za-z" in pattern for pattern in _notes(hint, "pattern"))


def _is_expression(hint: Any, where: str) -> bool:
    name = where.rpartition(".")[2]
    return name in ("when", "applies") or any(
        "expression as in XLSForm" in note for note in _notes(hint, "description")
    )


def _notes(hint: Any, name: str) -> Iterator[str]:
    """What the annotations of a type say, those of its parts too."""
    if get_origin(hint) is Annotated:
        for note in hint.__metadata__:
            found = [
                getattr(note, name, None),
                *(getattr(part, name, None) for part in getattr(note, "metadata", ())),
            ]
            yield from (str(item) for item in found if item)
    if get_origin(hint) in (Annotated, tuple, list, dict, Union, UnionType):
        for part in get_args(hint):
            if part not in (NoneType, Ellipsis) and get_origin(part) is not Literal:
                yield from _notes(part, name)
