"""A campaign frozen: its canonical JSON, the hash that names its version, what changed between two."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Literal

from pbwidgets.campaign.check_names import name_of_check
from pbwidgets.campaign.definition import Definition, Text
from pbwidgets.campaign.model import Campaign, Carried
from pbwidgets.campaign.names import places
from pbwidgets.wording import default_language, has_words, number, say

Part = Literal[
    "form", "field", "choices", "table", "row", "measure", "track", "criterion", "check", "list", "campaign"
]  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One value that differs.

    Attributes
    ----------
    path
        Keys that lead to it: ``("maximum",)``, ``("rule", "points_each")``.
    before, after
        Both values as they stand in JSON, defaults filled in; None for one that is absent.
    item
        Name of the gate, layer or other listed part that it belongs to; None if there is none.
    """

    path: tuple[str, ...]
    before: Any
    after: Any
    item: Mapping[str, str] | None = None

    def words(self, part: Part, lang: str | None = None) -> str:
        """The key as its column of the workbook is called, old value → new value in the words of its cells."""
        values = " → ".join(_value_words(value, self.path, lang) for value in (self.before, self.after))
        key = _key_words(part, self.path, lang)
        if self.item:
            key = say("campaign.key_of_item", lang, item=_value_words(self.item, (), lang), key=key)
        return f"{key} {values}"


@dataclass(frozen=True)
class Change:
    """One difference between two versions of a campaign.

    Attributes
    ----------
    kind
        ``added``, ``removed`` or ``changed``.
    part
        What it is.
    address
        ``form_id``, ``form_id.path`` of a field, id of a choice list, measure or list, ``table_id``,
        ``table_id.row_id``, ``track_id``, ``track_id.criterion_id``, ``track_id.check_id``; the key for what belongs
        to the campaign itself.
    keys
        Keys that differ, if it was changed.
    names
        Names of what it is, with that of its form or track before it.
    differences
        Old and new values, if it was changed.
    """

    kind: Literal["added", "removed", "changed"]
    part: Part
    address: str
    keys: tuple[str, ...] = ()
    names: tuple[Text, ...] = field(default=(), compare=False)
    differences: tuple[Difference, ...] = field(default=(), compare=False)

    @property
    def form_id(self) -> str | None:
        """Form whose answers it touches directly; None if it touches none."""
        return self.address.partition(".")[0] if self.part in ("form", "field") else None

    @property
    def line_id(self) -> str | None:
        """Line whose marks it touches; None if it is no line of a score sheet."""
        return self.address.partition(".")[2] if self.part == "criterion" else None

    @property
    def row(self) -> tuple[str, str] | None:
        """Table and id of the row that it is; None if it is no row."""
        table, _, row_id = self.address.partition(".")
        return (table, row_id) if self.part == "row" else None

    def name(self, lang: str | None = None) -> str:
        """What has changed, by its name: ``Application · Members``."""
        if not self.names:
            return _key_words(self.part, (self.address,), lang)
        return " · ".join(name.words(lang or default_language()) for name in self.names)

    def message(self, lang: str | None = None) -> str:
        """The change in words: what it is, and old and new values."""
        part = say(f"campaign.part_{self.part}", lang)
        values = say("campaign.change_separator", lang).join(self.values(lang))
        return say(f"campaign.change_{self.kind}", lang, part=part, name=self.name(lang), values=values)

    def values(self, lang: str | None = None) -> tuple[str, ...]:
        """Each value that differs, in words."""
        return tuple(item.words(self.part, lang) for item in self.differences) or self.keys


def to_json(campaign: Campaign) -> str:
    """Canonical JSON of a campaign: sorted keys, no spaces, default values left out.

    Leaving defaults out keeps the version of old campaigns when the file format gains a key.
    """
    return json.dumps(_dump(campaign), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=16)
def from_json(text: str) -> Campaign:
    """Campaign of its canonical JSON; the same object for the same text, as every request asks for it.

    Raises
    ------
    pydantic.ValidationError
        If the text is not what :func:`to_json` wrote.
    """
    return Campaign.model_validate_json(text)


def campaign_version(campaign: Campaign) -> str:
    """Name of this version: 12 hex digits of the SHA-256 of its canonical JSON."""
    return sha256(to_json(campaign).encode()).hexdigest()[:12]


def compare_campaigns(old: Campaign, new: Campaign) -> tuple[Change, ...]:
    """What was added, removed or changed from one version to the other; empty if nothing was.

    A form that is new or gone is listed without its fields, and so are a track and a table. A changed choice list is
    listed itself and with every field that uses it.
    """
    names = _names_of(old) | _names_of(new)
    return tuple(
        replace(change, names=names.get((change.part, change.address), ()))
        for part, *sides in zip(
            _PARTS,
            _parts_of(old),
            _parts_of(new),
            _parts_of(old, full=True),
            _parts_of(new, full=True),
            strict=True,
        )
        for change in _compare(part, *sides)
        if not _is_within_whole(change, old, new)
    )


_PARTS: tuple[Part, ...] = (
    "campaign", "form", "field", "choices", "table", "row", "measure", "track", "criterion", "check", "list",
)  # fmt: skip
_SHEETS: Final = {
    "field": "survey",
    "form": "settings",
    "criterion": "criteria",
    "track": "tracks",
    "measure": "measures",
    "table": "tables",
    "row": "rows",
    "check": "checks",
    "list": "lists",
}
_LONGEST: Final = 60  # characters of a list in a message
_NAMED: Final = frozenset({"label", "name"})
_FREE: Final = frozenset({"id", "measure", "criterion", "layer", "field", "form", "track", "list_name"})
"""Keys whose values are ids, which may be spelt like a fixed value."""
_LISTED_APART = {
    "campaign": ("forms", "choices", "tables", "measures", "derived", "tracks", "lists"),
    "form": ("fields",),
    "table": ("rows",),
    "track": ("criteria", "checks"),
}


def _dump(definition: Definition, full: bool = False) -> dict[str, Any]:
    return definition.model_dump(mode="json", exclude_defaults=not full)


def _without(part: str, dumped: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in dumped.items() if key not in _LISTED_APART[part]}


def _parts_of(campaign: Campaign, *, full: bool = False) -> tuple[Mapping[str, Any], ...]:
    """What each part consists of, by address, in the order of ``_PARTS``; ``full``: with the default values."""
    choices = {name: [_dump(choice, full) for choice in items] for name, items in campaign.choices.items()}
    return (
        {key: {key: value} for key, value in _without("campaign", _dump(campaign, full)).items()},
        {form.id: _without("form", _dump(form, full)) for form in campaign.forms},
        dict(_fields_of(campaign, choices, full)),
        {name: {"choices": items} for name, items in choices.items()},
        {name: _without("table", _dump(table, full)) for name, table in campaign.tables.items()},
        {
            f"{name}.{row.id}": _dump(row, full)
            for name, table in campaign.tables.items()
            for row in table.rows
        },
        {item.id: _dump(item, full) for item in campaign.every_measure if not isinstance(item, Carried)},
        {track.id: _without("track", _dump(track, full)) for track in campaign.tracks},
        {
            f"{track.id}.{item.criterion.id}": _without("track", _dump(item.criterion, full))
            for track in campaign.tracks
            for item in track.numbered()
        },
        {
            f"{track.id}.{check.check_id}": _dump(check, full)
            for track in campaign.tracks
            for check in track.checks
        },
        {item.id: _dump(item, full) for item in campaign.lists},
    )


def _fields_of(
    campaign: Campaign, choices: Mapping[str, Any], full: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    for form in campaign.forms:
        for place in places(form):
            dumped = _without("form", _dump(place.field, full))
            if place.field.choices is not None:
                dumped["choices"] = {
                    "list_name": place.field.choices,
                    "choices": choices.get(place.field.choices),
                }
            yield f"{form.id}.{place.path}", dumped


def _compare(
    part: Part,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    full_before: Mapping[str, Any],
    full_after: Mapping[str, Any],
) -> Iterator[Change]:
    for address in dict.fromkeys([*before, *after]):
        if address not in after:
            yield Change("removed", part, address)
        elif address not in before:
            yield Change("added", part, address)
        elif before[address] != after[address]:
            one, other = before[address], after[address]
            keys = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
            differences = tuple(
                replace(
                    item,
                    before=_filled(item.before, full_before[address], item.path),
                    after=_filled(item.after, full_after[address], item.path),
                )
                for key in keys
                for item in _differ((key,), one.get(key), other.get(key))
            )
            yield Change("changed", part, address, tuple(keys), differences=differences)


def _names_of(campaign: Campaign) -> dict[tuple[Part, str], tuple[Text, ...]]:
    """Names of all parts that have one, by part and address."""
    return {
        **{("form", form.id): (form.name,) for form in campaign.forms},
        **{
            ("field", f"{form.id}.{place.path}"): (
                form.name, *(item.label for item in place.around if item.type == "repeat"), place.field.label
            )
            for form in campaign.forms
            for place in places(form)
        },
        **{("measure", item.id): (item.name,) for item in campaign.every_measure},
        **{("track", track.id): (track.name,) for track in campaign.tracks},
        **{
            ("criterion", f"{track.id}.{item.criterion.id}"): (track.name, item.criterion.name)
            for track in campaign.tracks
            for item in track.numbered()
        },
        **{("table", name): (Text(zh=name, en=name),) for name in campaign.tables},
        **{
            ("row", f"{name}.{row.id}"): (Text(zh=name, en=name), row.name)
            for name, table in campaign.tables.items()
            for row in table.rows
        },
        **{
            ("check", f"{track.id}.{check.check_id}"): (track.name, name_of_check(campaign, check))
            for track in campaign.tracks
            for check in track.checks
        },
        **{("list", item.id): (item.name,) for item in campaign.lists},
    }  # fmt: skip


def _filled(value: Any, full: Any, path: tuple[str, ...]) -> Any:
    """A value or, where it is absent, the default that counts instead; None if its part is absent as well."""
    if value is not None:
        return value
    for key in path:
        full = (_by_key(full) or {}).get(key)
    return full


def _differ(
    path: tuple[str, ...], before: Any, after: Any, item: Mapping[str, str] | None = None
) -> Iterator[Difference]:
    """Single values that differ; words, and lists without ids, are one value."""
    one, other = (_by_key(value) for value in (before, after))
    is_item = (before is None or after is None) and _is_named(before or after)
    if one is None or other is None or is_item or not (one or other):
        if before != after:
            yield Difference(path, before, after, item)
        return
    is_list = isinstance(before or after, list)
    for key in dict.fromkeys([*one, *other]):
        values = one.get(key), other.get(key)
        named = _name_of(values[1] or values[0]) if is_list and all(values) else item
        yield from _differ((*path, key), *values, named)


def _name_of(item: Any) -> Mapping[str, str] | None:
    return next((item[key] for key in ("label", "name", "text") if isinstance(item.get(key), Mapping)), None)


def _by_key(value: Any) -> Mapping[str, Any] | None:
    """A mapping of values: of a part, or of a list of parts by their ids; None for a single value."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return None if set(value) <= {"zh", "en"} else value
    if (
        isinstance(value, list)
        and value
        and all(isinstance(item, Mapping) and "id" in item for item in value)
    ):
        return {item["id"]: item for item in value}
    return None


def _is_named(value: Any) -> bool:
    return isinstance(value, Mapping) and "id" in value and not _NAMED.isdisjoint(value)


def _key_words(part: Part, path: tuple[str, ...], lang: str | None) -> str:
    sheet = _SHEETS.get(part, part)
    for key in (".".join(path), path[-1]):
        for code in (f"column.{sheet}.{key}", f"column.{key}", f"sheet.{key}"):
            if has_words(f"workbook.{code}"):
                return say(f"workbook.{code}", lang)
    named = (key for key in reversed(path[:-1]) if has_words(f"workbook.sheet.{key}"))
    return next((say(f"workbook.sheet.{key}", lang) for key in named), path[-1])


def _value_words(value: Any, path: tuple[str, ...], lang: str | None) -> str:
    if isinstance(value, bool):
        return say("campaign.value_yes" if value else "campaign.value_no", lang)
    if value is None or value == []:
        return say("campaign.value_none", lang)
    if isinstance(value, int | float):
        return number(value, 6)
    if isinstance(value, list):
        words = "、".join(_value_words(item, path, lang) for item in value)
        return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    if isinstance(value, Mapping):
        return _item_words(value, path, lang)
    for key in (".".join(path[-2:]), *path[-1:]):
        if has_words(f"workbook.value.{key}.{value}"):
            return say(f"workbook.value.{key}.{value}", lang)
    if path and path[-1] not in _FREE and has_words(f"workbook.value.{value}"):
        return say(f"workbook.value.{value}", lang)
    return f"“{value}”" if " " in str(value) else str(value)


def _item_words(item: Mapping[str, Any], path: tuple[str, ...], lang: str | None) -> str:
    """Words of a text in both languages, or name and amounts of an item of a list: ``有特色 8``."""
    own = "en" if (lang or default_language()) == "en" else "zh"
    if own in item:
        return str(item[own])
    texts = (item[key] for key in ("label", "name", "text") if isinstance(item.get(key), Mapping))
    named: Mapping[str, Any] = next(texts, {})
    amounts = [value for value in item.values() if isinstance(value, str | int | float)]
    shown = [str(named[own])] if own in named else []
    if not shown or "id" not in item:
        shown += [_value_words(value, path, lang) for value in amounts]
    return " ".join(shown) or "…"


def _is_within_whole(change: Change, old: Campaign, new: Campaign) -> bool:
    whole = change.address.partition(".")[0]
    if change.part == "field":
        return not ({whole} <= {form.id for form in old.forms} & {form.id for form in new.forms})
    if change.part == "row":
        return not ({whole} <= old.tables.keys() & new.tables.keys())
    if change.part in ("criterion", "check"):
        return not ({whole} <= {track.id for track in old.tracks} & {track.id for track in new.tracks})
    return False
