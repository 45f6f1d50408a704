"""A campaign frozen: its canonical JSON, the hash that names its version, what changed between two."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from pbwidgets.campaign.definition import Definition
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.names import places
from pbwidgets.wording import say

Part = Literal["form", "field", "choices", "measure", "track", "criterion", "campaign"]


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
        ``form_id``, ``form_id.path`` of a field, id of a choice list or measure, ``track_id``,
        ``track_id.criterion_id``; the key for what belongs to the campaign itself.
    keys
        Keys that differ, if it was changed.
    """

    kind: Literal["added", "removed", "changed"]
    part: Part
    address: str
    keys: tuple[str, ...] = ()

    @property
    def form_id(self) -> str | None:
        """Form whose answers it touches directly; None if it touches none."""
        return self.address.partition(".")[0] if self.part in ("form", "field") else None

    def message(self, lang: str | None = None) -> str:
        """The change in words."""
        part = say(f"campaign.part_{self.part}", lang)
        return say(
            f"campaign.change_{self.kind}", lang, part=part, address=self.address, keys=", ".join(self.keys)
        )


def to_json(campaign: Campaign) -> str:
    """Canonical JSON of a campaign: sorted keys, no spaces, default values left out.

    Leaving defaults out keeps the version of old campaigns when the file format gains a key.
    """
    return json.dumps(_dump(campaign), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Campaign:
    """Campaign of its canonical JSON.

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

    A form that is new or gone is listed without its fields, and so is a track. A changed choice list is
    listed itself and with every field that uses it.
    """
    return tuple(
        change
        for part, before, after in zip(_PARTS, _parts_of(old), _parts_of(new), strict=True)
        for change in _compare(part, before, after)
        if not _is_within_whole(change, old, new)
    )


_PARTS: tuple[Part, ...] = ("campaign", "form", "field", "choices", "measure", "track", "criterion")
_LISTED_APART = {
    "campaign": ("forms", "choices", "measures", "tracks"),
    "form": ("fields",),
    "track": ("criteria",),
}


def _dump(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json", exclude_defaults=True)


def _without(part: str, dumped: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in dumped.items() if key not in _LISTED_APART[part]}


def _parts_of(campaign: Campaign) -> tuple[Mapping[str, Any], ...]:
    """What each part consists of, by address, in the order of ``_PARTS``."""
    choices = {name: [_dump(choice) for choice in items] for name, items in campaign.choices.items()}
    return (
        {key: {key: value} for key, value in _without("campaign", _dump(campaign)).items()},
        {form.id: _without("form", _dump(form)) for form in campaign.forms},
        dict(_fields_of(campaign, choices)),
        {name: {"choices": items} for name, items in choices.items()},
        {measure.id: _dump(measure) for measure in campaign.measures},
        {track.id: _without("track", _dump(track)) for track in campaign.tracks},
        {
            f"{track.id}.{item.criterion.id}": _without("track", _dump(item.criterion))
            for track in campaign.tracks
            for item in track.numbered()
        },
    )


def _fields_of(campaign: Campaign, choices: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for form in campaign.forms:
        for place in places(form):
            dumped = _without("form", _dump(place.field))
            if place.field.choices is not None:
                dumped["choices"] = [place.field.choices, choices.get(place.field.choices)]
            yield f"{form.id}.{place.path}", dumped


def _compare(part: Part, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for address in dict.fromkeys([*before, *after]):
        if address not in after:
            yield Change("removed", part, address)
        elif address not in before:
            yield Change("added", part, address)
        elif before[address] != after[address]:
            one, other = before[address], after[address]
            keys = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
            yield Change("changed", part, address, tuple(keys))


def _is_within_whole(change: Change, old: Campaign, new: Campaign) -> bool:
    whole = change.address.partition(".")[0]
    if change.part == "field":
        return not ({whole} <= {form.id for form in old.forms} & {form.id for form in new.forms})
    if change.part == "criterion":
        return not ({whole} <= {track.id for track in old.tracks} & {track.id for track in new.tracks})
    return False
