"""Lists of blocks: read from plain values, checked, and drawn one after the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args

from pydantic import JsonValue, ValidationError

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.findings import Address, Finding, spelling, unknown, write_address
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.translation import errors_of, translate
from pbwidgets.errors import PbError, Problem, ProblemsError, UsageError
from pbwidgets.settings import Settings, load_settings
from pbwidgets.workflows.reports.blocks.block import BlockList, Group, Item, Lack, Names, Side, marked
from pbwidgets.workflows.reports.blocks.library import Library, library_of
from pbwidgets.workflows.reports.blocks.templates import (
    BY_TRACK,
    NEVER_BY_TRACK,
    PLACES,
    HasPlaces,
    places_in,
)

_SIDES: Final = get_args(Side)
_OF_LISTS: Final = ("list", "list_group", "named")
"""Parts of a campaign in which there may be something that only the top may see."""


@dataclass(frozen=True)
class Placed:
    """A block where it stands: its address in the file, and the side of its group."""

    address: Address
    item: Item
    side: Side | None


@dataclass
class Reading:
    """A list as far as it can be read, and what is wrong with it.

    Attributes
    ----------
    library
        The blocks there are.
    defaults
        Values for arguments that a block has and the list does not give.
    findings
        What is wrong, with addresses from ``blocks``.
    placed
        The blocks with their places.
    blocks
        The list.
    """

    library: Library
    defaults: Mapping[str, Any]
    findings: list[Finding] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    blocks: BlockList = ()

    def take(self, entries: object, address: Address, side: Side | None = None) -> list[Item | Group]:
        """The entries that can be read; what is wrong goes to the findings."""
        if not isinstance(entries, list | tuple):
            self._wrong("campaign.want_list", address, {"value": str(entries)})
            return []
        made = [self._entry(entry, (*address, at), side) for at, entry in enumerate(entries)]
        return [entry for entry in made if entry is not None]

    def _entry(self, entry: object, address: Address, side: Side | None) -> Item | Group | None:
        if not isinstance(entry, Mapping):
            self._wrong("campaign.want_mapping", address, {"value": str(entry)})
        elif "blocks" in entry and side is None:
            return self._group(entry, address)
        elif "block" not in entry:
            self._wrong("campaign.missing_key", (*address, "block"), {"key": "block"})
        else:
            return self._item(entry, address, side)
        return None

    def _group(self, entry: Mapping[str, Any], address: Address) -> Group | None:
        for key in entry.keys() - {"tracks", "blocks"}:
            self._wrong("campaign.unknown_key", (*address, key), spelling(key, ("tracks", "blocks")))
        side: Any = entry.get("tracks")
        if side not in _SIDES:
            code = "campaign.missing_key" if side is None else "campaign.value_not_allowed"
            self._wrong(code, (*address, "tracks"), {"key": "tracks", **spelling(side, _SIDES)})
        items = self.take(entry["blocks"], (*address, "blocks"), side if side in _SIDES else "own")
        return (
            Group(side, tuple(item for item in items if isinstance(item, Item))) if side in _SIDES else None
        )

    def _item(self, entry: Mapping[str, Any], address: Address, side: Side | None) -> Item | None:
        try:
            block = self.library.find(str(entry["block"]))
        except PbError as error:
            self._wrong(error.code, (*address, "block"), error.args_of_message)
            return None
        known = block.arguments.model_fields
        if side is not None and "track" not in known:
            self._wrong("blocks.of_no_track", (*address, "block"), {"block": block.name})
        given = {key: value for key, value in entry.items() if key != "block"}
        usual = {key: value for key, value in self.defaults.items() if key in known}
        try:
            item = Item(block, block.arguments.model_validate({**usual, **given}))
        except ValidationError as error:
            for finding in translate(errors_of(error), block.arguments):
                self._wrong(finding.code, (*address, *finding.address), finding.args)
            return None
        self.placed.append(Placed(address, item, side))
        return item

    def _wrong(self, code: str, address: Address, args: Mapping[str, Any]) -> None:
        self.findings.append(Finding(code, address, {**args, "at": write_address(address)}))


def read_blocks(entries: object, library: Library, defaults: Mapping[str, Any] | None = None) -> Reading:
    """Blocks of a list as a file has it: ``{block: …, argument: …}``, or ``{tracks: own, blocks: […]}``.

    Parameters
    ----------
    entries
        The list.
    library
        The blocks there are.
    defaults
        Values for arguments that a block has and the list does not give.
    """
    reading = Reading(library, defaults or {})
    reading.blocks = tuple(reading.take(entries, ("blocks",)))
    return reading


def give_defaults(
    entries: Iterable[Mapping[str, JsonValue]], library: Library, defaults: Mapping[str, JsonValue]
) -> list[JsonValue]:
    """A list whose blocks have all arguments that they do not give themselves and the defaults name."""
    made: list[JsonValue] = []
    for entry in entries:
        inner = entry.get("blocks")
        if isinstance(inner, list):
            nested = [part for part in inner if isinstance(part, dict)]
            made.append({**entry, "blocks": give_defaults(nested, library, defaults)})
            continue
        known = library.find(str(entry["block"])).arguments.model_fields
        made.append({**{name: value for name, value in defaults.items() if name in known}, **entry})
    return made


def hashes_of_own(
    entries: Iterable[Mapping[str, JsonValue]], library: Library, defaults: Mapping[str, JsonValue]
) -> dict[str, str]:
    """Hash of the file of each of the workspace's own blocks in a list, as ``block:<name>``."""
    names = {placed.item.block.name for placed in read_blocks(list(entries), library, defaults).placed}
    return {f"block:{name}": made for name in sorted(names) if (made := library.hash_of(name))}


def parts_read(blocks: BlockList, campaign: Campaign, kind: str) -> frozenset[str]:
    """What the report of a unit of a kind reads, in the names of a snapshot's fingerprints: ``points:village``."""
    return frozenset().union(*(entry.parts_read(campaign, kind) for entry in blocks))


def open_blocks(blocks: str | Sequence[Mapping[str, Any]], settings: Settings | None = None) -> BlockList:
    """Blocks of a report of the workspace, named by its id, or of a list of plain values.

    Raises
    ------
    UsageError
        ``batch.unknown_report``.
    ProblemsError
        With all that is wrong with the list.
    """
    settings = settings or load_settings()
    entries: Sequence[Mapping[str, Any]] = () if isinstance(blocks, str) else blocks
    defaults: Mapping[str, Any] = {}
    if isinstance(blocks, str):
        from pbwidgets.workflows.reports.definitions import find_reports

        reports = find_reports(settings.parameters / "reports")
        if blocks not in reports:
            raise UsageError("batch.unknown_report", **spelling(blocks, reports))
        entries, defaults = reports[blocks].blocks, reports[blocks].parameters
    reading = read_blocks(entries, library_of(settings), defaults)
    if reading.findings:
        name = blocks if isinstance(blocks, str) else "blocks"
        raise ProblemsError(
            [Problem(item.code, name, write_address(item.address), item.args) for item in reading.findings]
        )
    return reading.blocks


# -- what a campaign must have -------------------------------------------------------------------------


def check_blocks(reading: Reading, campaigns: Sequence[Campaign], *, named: bool) -> list[Finding]:
    """What a list asks for and its campaigns do not have.

    Parameters
    ----------
    reading
        The list.
    campaigns
        The campaigns that it is for.
    named
        Whether it names them. A list for every campaign leaves out the blocks for which a campaign lacks something;
        of one that names its campaigns that is a finding.
    """
    return [finding for placed in reading.placed for finding in _check_placed(placed, campaigns, named)]


def _check_placed(placed: Placed, campaigns: Sequence[Campaign], named: bool) -> Iterator[Finding]:
    if named:
        yield from _check_needs(placed, campaigns)
    yield from _check_side(placed)
    wrong_names = list(_check_names(placed, campaigns))
    yield from wrong_names or _check_arguments(placed, campaigns)


def _check_arguments(placed: Placed, campaigns: Iterable[Campaign]) -> Iterator[Finding]:
    """What a block finds wrong by itself, in any of the campaigns that have all that it names."""
    for campaign in campaigns:
        if not any(_check_names(placed, [campaign])):
            for name, finding in placed.item.args.find_wrong(campaign):
                yield replace(finding, address=(*placed.address, name))


def _check_needs(placed: Placed, campaigns: Iterable[Campaign]) -> Iterator[Finding]:
    block = placed.item.block
    for campaign in campaigns:
        if lacking := block.lacks(campaign):
            args = {"block": block.name, "campaign": campaign.id, "needs": Lack(lacking)}
            yield Finding("blocks.lacks", (*placed.address, "block"), args)


def _check_side(placed: Placed) -> Iterator[Finding]:
    block = placed.item.block
    if placed.side is not None and block.side not in (None, placed.side):
        args = {"block": block.name, "side": placed.side, "other": block.side}
        yield Finding("blocks.of_other_side", (*placed.address, "block"), args)


def _check_names(placed: Placed, campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    args = placed.item.args
    has_track = (
        placed.side is not None or placed.item.block.is_of_track or getattr(args, "track", None) is not None
    )
    for name, value, mark in marked(args):
        here = (*placed.address, name)
        if isinstance(mark, Names):
            yield from _check_name(mark.part, value, here, campaigns)
        elif isinstance(mark, HasPlaces):
            yield from _check_places(value, here, campaigns, has_track)


def _check_name(part: str, value: str, address: Address, campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    known = [name for campaign in campaigns for name in _names_of(campaign, part)]
    if part in _OF_LISTS and any(value in _names_of(campaign, part, "top") for campaign in campaigns):
        yield Finding("blocks.top_list", address, {"list": value})
    elif campaigns and value not in known:
        yield unknown(f"blocks.unknown_{part}", address, value, known)


def _names_of(campaign: Campaign, part: str, audience: str = "all") -> list[str]:
    """What a part of a campaign has names for; of lists those for an audience."""
    if part == "field":
        return [f"{form.id}/{path}" for form in campaign.forms for path, _ in form.leaves()]
    lists = [one for one in campaign.lists if one.audience == audience]
    if part == "list_group":
        return [one.group for one in lists if one.group]
    named: dict[str, Sequence[Any]] = {
        "list": lists,
        "named": (*campaign.tracks, *lists) if audience == "all" else lists,
        "checklist": [track for track in campaign.tracks if track.kind == "checklist"],
        "track": campaign.tracks,
        "form": campaign.forms,
        "measure": campaign.every_measure,
        "unit_kind": campaign.unit_kinds,
    }
    return [item.id for item in named[part]]


def _check_places(
    text: Text, address: Address, campaigns: Sequence[Campaign], has_track: bool
) -> Iterator[Finding]:
    for lang, name, of in places_in(text):
        here = (*address, lang)
        place = PLACES.get(name)
        if place is None:
            yield unknown("blocks.unknown_place", here, name, PLACES)
        elif of and place.of is None:
            yield Finding("blocks.place_takes_nothing", here, {"name": name, "value": of})
        elif of and place.of:
            yield from _check_name(place.of, of, here, campaigns)
        elif place.of in NEVER_BY_TRACK or (place.of in BY_TRACK and not has_track):
            yield Finding("blocks.place_needs", here, {"name": name})
