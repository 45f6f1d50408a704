"""What a block is: a part of a report with a name, its arguments, what it needs and what it reads.

A block is one function in a file of its own, with the same name: ours in the folders beside this file, an analyst's in
the workspace's ``notebooks/blocks``. It gets the data of one unit and its arguments, and gives
pieces. Where the arguments are :class:`OfTrack`, it is called once for each track.
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin

from pydantic import Field, NonNegativeInt

from pbwidgets.campaign import Campaign, Track
from pbwidgets.campaign.definition import Definition
from pbwidgets.campaign.findings import Finding
from pbwidgets.campaign.living import has_lives
from pbwidgets.campaign.model import Id
from pbwidgets.errors import DataError, PbError
from pbwidgets.scoring.extracts import FRAME_OF
from pbwidgets.scoring.frames import COLUMNS
from pbwidgets.wording import has_words, say
from pbwidgets.workflows.ground.snapshots import PHOTOS, RECORDS, RUNNING, SCORES
from pbwidgets.workflows.reports.blocks.pieces import (
    Figure,
    Heading,
    Piece,
    Sentence,
    SlideAs,
    Table,
    is_bare,
)
from pbwidgets.workflows.reports.blocks.templates import HasPlaces, Template, fill, frames_of

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report

Side: TypeAlias = Literal["own", "below"]
"""Tracks that assess the report's unit itself, or units below it."""

EVERY_FRAME: Final = frozenset({*RECORDS, *SCORES, RUNNING, PHOTOS})
"""Frames of a snapshot that a block may read."""

READABLE: Final = EVERY_FRAME | set(FRAME_OF)
"""What a block may say that it reads: frames, and extracts of them."""

OF_TRACKS: Final = frozenset({*(name for name in SCORES if "track_id" in COLUMNS[name]), *FRAME_OF})
"""Those of which a block about one track reads the rows of that track only."""

NEEDS: Final[Mapping[str, Callable[[Track], bool]]] = MappingProxyType(
    {
        "score": lambda track: track.kind == "score",
        "checks": lambda track: track.kind == "checklist",
        "layers": lambda track: len(track.layers) > 1,
        "nomination": lambda track: track.nomination is not None,
        "allotment": lambda track: track.nomination is not None and track.nomination.allotment is not None,
        "places": lambda track: track.places is not None,
        "classes": lambda track: track.classes is not None,
        "recommendations": lambda track: bool(track.recommendations),
    }
)
"""What a block may need of a track, by the name that its words have (``blocks.need_<name>``)."""

NEEDS_OF_CAMPAIGN: Final[Mapping[str, Callable[[Campaign], bool]]] = MappingProxyType(
    {
        "lists": lambda campaign: bool(campaign.lists),
        "lives": lambda campaign: any(has_lives(form) for form in campaign.forms),
    }
)
"""What a block may need of the campaign, named in the same way."""


@dataclass(frozen=True)
class Names:
    """Says of an argument which part of a campaign it names, or several of which part."""

    part: Literal["track", "checklist", "measure", "form", "field", "list", "list_group"]


@dataclass(frozen=True)
class Lack:
    """What a campaign, or every track of it, has not: names of :data:`NEEDS` and :data:`NEEDS_OF_CAMPAIGN`."""

    names: tuple[str, ...]

    def words(self, lang: str) -> str:
        """What is lacking, in words."""
        return say("reports.comma", lang).join(say(f"blocks.need_{name}", lang) for name in self.names)


TrackId = Annotated[Id, Names("track")]
"""Argument of a block that names a track; ``check`` looks whether the campaign has it."""
ChecklistId = Annotated[Id, Names("checklist")]
"""Argument of a block that names a track of checks."""
MeasureId = Annotated[Id, Names("measure")]
"""Argument of a block that names a measure."""
FormId = Annotated[Id, Names("form")]
"""Argument of a block that names a form."""
ListId = Annotated[Id, Names("list")]
"""Argument of a block that names a list of units; one that only the top may see is refused."""
ListGroupId = Annotated[Id, Names("list_group")]
"""Argument of a block that names a group of lists."""
FieldPath = Annotated[str, Names("field")]
"""Argument of a block that names a field by its form and path: ``joint/held_on``, ``joint/members/kind``."""


class Arguments(Definition):
    """Arguments of a block; those of every block."""

    empty: Literal["skip", "say"] = Field(
        default="say", description="with nothing to show: left out, or said so"
    )
    headline: Template | None = Field(
        default=None, description="title of its slides; by default what its data say, in a sentence"
    )
    slide: SlideAs | None = Field(
        default=None,
        description="native: a chart that stays editable; picture; table: whole, on several slides if need be; none; "
        "by default native where there is such a chart, else picture",
    )

    def find_wrong(self, campaign: Campaign) -> Iterator[tuple[str, Finding]]:  # noqa: ARG002 -- for those that look
        """Arguments that do not fit a campaign, each with a finding; what names nothing is found by its mark."""
        yield from ()


class OfTrack(Arguments):
    """Arguments of a block that is drawn for one track after the other."""

    track: TrackId | None = Field(default=None, description="the track; by default each that fits")


MostRows = Annotated[
    NonNegativeInt, Field(description="most rows on the page and in the document; 0: in the workbook only")
]
"""Argument of a block with tables: how long they may be where people read them."""


class Rows(Arguments):
    """How much is shown of a block's tables."""

    rows: MostRows = 120


class RowsOfTrack(OfTrack, Rows):
    """How much is shown of the tables about each track."""


def marked(args: Arguments) -> Iterator[tuple[str, Any, object]]:
    """Name, value and mark (:class:`Names`, ``HasPlaces``) of the arguments given that have one."""
    for name, info in type(args).model_fields.items():
        value = getattr(args, name)
        if value is not None:
            inner = (part.__metadata__ for part in get_args(info.annotation) if get_origin(part) is Annotated)
            marks = (*info.metadata, *(mark for part in inner for mark in part))
            every = value if isinstance(value, tuple) else (value,)
            yield from (
                (info.alias or name, one, mark)
                for one in every
                for mark in marks
                if isinstance(mark, Names | HasPlaces)
            )


Draw: TypeAlias = Callable[["Report", Any], Iterable[Piece]]


@dataclass(frozen=True)
class Block:
    """A part of a report.

    Attributes
    ----------
    name
        Its name, which is also that of its file.
    draw
        Function of one unit's data and the arguments.
    arguments
        Model of the arguments.
    reads
        Frames of the snapshot, or extracts of them, that it reads; a report is made again once one of them has
        changed. The units are always among them.
    needs
        Names of :data:`NEEDS` that a track must have for it, and of :data:`NEEDS_OF_CAMPAIGN`.
    side
        Whose tracks it is about; None: of both.
    suits
        Whether a track suits the report of a unit of a kind; None: any does.
    has_figures
        Whether it may give figures.
    """

    name: str
    draw: Draw
    arguments: type[Arguments]
    reads: frozenset[str]
    needs: tuple[str, ...]
    side: Side | None
    suits: Callable[[Track, str], bool] | None
    has_figures: bool

    @property
    def is_of_track(self) -> bool:
        """Whether it is drawn for one track after the other."""
        return issubclass(self.arguments, OfTrack)

    def label(self, lang: str) -> str:
        """How people call it: its words, or the first line of its description, or its name."""
        code = f"reports.block_{self.name}"
        if has_words(code):
            return say(code, lang)
        return (inspect.getdoc(self.draw) or self.name).splitlines()[0].rstrip("。.")

    def fits(self, track: Track, kind: str) -> bool:
        """Whether a track has all that the block needs, and suits the report of a unit of a kind."""
        return self._has_all(track) and (self.suits is None or self.suits(track, kind))

    def is_for(self, campaign: Campaign) -> bool:
        """Whether the campaign itself has what the block needs of it."""
        return all(NEEDS_OF_CAMPAIGN[name](campaign) for name in self.needs if name in NEEDS_OF_CAMPAIGN)

    @property
    def of_tracks(self) -> tuple[str, ...]:
        """What it needs of a track."""
        return tuple(name for name in self.needs if name in NEEDS)

    def _has_all(self, track: Track) -> bool:
        return all(NEEDS[name](track) for name in self.of_tracks)

    def lacks(self, campaign: Campaign) -> tuple[str, ...]:
        """What the campaign, or no track of it, has and the block needs; empty if it has all."""
        if not self.is_for(campaign):
            return tuple(
                name for name, has in NEEDS_OF_CAMPAIGN.items() if name in self.needs and not has(campaign)
            )
        if not self.of_tracks or any(map(self._has_all, campaign.tracks)):
            return ()
        lacking = [name for name in self.of_tracks if not any(map(NEEDS[name], campaign.tracks))]
        return tuple(lacking or self.of_tracks)


def block(
    *,
    reads: Iterable[str] = EVERY_FRAME,
    needs: tuple[str, ...] = (),
    side: Side | None = None,
    suits: Callable[[Track, str], bool] | None = None,
    figures: bool = True,
) -> Callable[[Draw], Block]:
    """Make a function a block: ``def name(report, args)`` that yields pieces.

    Parameters
    ----------
    reads
        Frames that it reads, or the extracts ``shown_reference``, ``ranked`` and ``statuses``, which have fewer
        columns and change less often: it gets no others. By default all frames, so that its report is made again
        whenever anything has changed.
    needs
        What a track must have, of :data:`NEEDS`, or the campaign, of :data:`NEEDS_OF_CAMPAIGN`.
    side
        Whose tracks it is about: ``own``, ``below`` or both.
    suits
        Function of a track and the kind of the report's unit: whether the block is for them.
    figures
        Whether it may give figures.

    Raises
    ------
    DataError
        ``blocks.unknown_frame``, ``blocks.unknown_need``.
    """
    from pbwidgets.campaign.findings import spelling

    for code, names, known in (
        ("blocks.unknown_frame", reads, READABLE),
        ("blocks.unknown_need", needs, {**NEEDS, **NEEDS_OF_CAMPAIGN}),
    ):
        for name in names:
            if name not in known:
                raise DataError(code, **spelling(name, sorted(known)))

    def make(draw: Draw) -> Block:
        name = getattr(draw, "__name__", "")
        given = list(inspect.signature(draw).parameters.values())
        asked = given[1].annotation if len(given) > 1 else Arguments
        model = asked if isinstance(asked, type) and issubclass(asked, Arguments) else Arguments
        return Block(name, draw, model, frozenset({*reads, "units"}), needs, side, suits, figures)

    return make


# -- in a list -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """A block in a list, with its arguments."""

    block: Block
    args: Arguments

    def draw(self, report: "Report") -> Iterator[Piece]:
        """Pieces for one unit."""
        tracks = tracks_of(report, self.block.side)
        if self.block.is_of_track:
            for track in tracks:
                yield from self.draw_track(report, track)
        elif self.block.is_for(report.campaign) and (
            not self.block.of_tracks or any(self.block.fits(track, report.kind) for track in tracks)
        ):
            yield from self._pieces(report, self.args)

    def draw_track(self, report: "Report", track: Track) -> Iterator[Piece]:
        """Pieces for one unit and track: none if the block does not fit the track or names another."""
        asked = getattr(self.args, "track", None)
        if self.block.fits(track, report.kind) and asked in (None, track.id):
            args = self.args.model_copy(update={"track": track.id}) if self.takes_track else self.args
            yield from self._pieces(report, args)

    @property
    def takes_track(self) -> bool:
        """Whether it has an argument for a track."""
        return "track" in self.block.arguments.model_fields

    @property
    def reads(self) -> frozenset[str]:
        """Frames and extracts that it reads, with those of the places in its texts."""
        texts = [(value, mark) for _, value, mark in marked(self.args) if isinstance(mark, HasPlaces)]
        return self.block.reads.union(*(frames_of(value) | mark.reads for value, mark in texts))

    def _pieces(self, report: "Report", args: Arguments) -> tuple[Piece, ...]:
        try:
            made = tuple(self.block.draw(report.showing(self.block.name, self.reads), args))
        except PbError:
            raise
        except (
            Exception
        ) as error:  # the edge to an analyst's function: whatever it is, the message names its block
            cause = f"{type(error).__name__}: {error}"
            raise DataError("blocks.failed", block=self.block.name, cause=cause) from error
        if not is_bare(made):
            return tuple(self._as_asked(report, made, args))
        if args.empty == "skip":
            return ()
        lang = report.lang
        return made or (Heading(self.block.label(lang)), Sentence(say("reports.nothing_to_show", lang)))

    def _as_asked(self, report: "Report", made: tuple[Piece, ...], args: Arguments) -> Iterator[Piece]:
        """Pieces with the headline and the kind of slide that the list asks for."""
        track = getattr(args, "track", None)
        headline = fill(report, args.headline, track) if args.headline else ""
        about = report.campaign.track(track).name.words(report.lang) if track else ""
        as_table = args.slide == "table"
        frames = () if self.block.reads == EVERY_FRAME else tuple(sorted(self.block.reads - {"units"}))
        in_figures = any(isinstance(piece, Figure) and piece.table is not None for piece in made)
        for piece in made:
            if isinstance(piece, Figure):
                yield replace(
                    piece,
                    headline=headline or piece.headline,
                    slide=args.slide or piece.slide,
                    about=piece.about or about,
                    frames=piece.frames or frames,
                )
            elif isinstance(piece, Table) and as_table and not in_figures:
                yield replace(piece, slide=True, headline=headline or piece.headline)
            else:
                yield piece

    def parts_read(self, campaign: Campaign, kind: str) -> frozenset[str]:
        """What it reads in the report of a unit of a kind: frames, and of scores the rows of its tracks.

        Named as in the fingerprints of a snapshot: ``submissions``, ``points:village``.
        """
        tracks = self._tracks_read(campaign, kind)
        return frozenset(
            part
            for name in self.reads
            for part in ([f"{name}:{track}" for track in tracks] if name in OF_TRACKS else [name])
        )

    def _tracks_read(self, campaign: Campaign, kind: str) -> frozenset[str]:
        if not self.block.is_of_track:  # it sees all, and its texts may name any, whichever it is about
            return frozenset(track.id for track in campaign.tracks)
        asked = getattr(self.args, "track", None)
        if asked is not None:
            return frozenset({asked})
        tracks = tracks_about(campaign, kind, campaign.kinds_below(kind), self.block.side)
        return frozenset(track.id for track in tracks if self.block.fits(track, kind))


@dataclass(frozen=True)
class Group:
    """Blocks of a list that are drawn together for one track after the other.

    Attributes
    ----------
    side
        Whose tracks.
    items
        The blocks.
    """

    side: Side
    items: tuple[Item, ...]

    def draw(self, report: "Report") -> Iterator[Piece]:
        """Pieces for one unit."""
        for track in tracks_of(report, self.side):
            for item in self.items:
                yield from item.draw_track(report, track)

    def parts_read(self, campaign: Campaign, kind: str) -> frozenset[str]:
        """As :meth:`Item.parts_read`, for its blocks and the tracks of its side."""
        items = [replace(item, block=replace(item.block, side=self.side)) for item in self.items]
        return frozenset().union(*(item.parts_read(campaign, kind) for item in items))


BlockList: TypeAlias = tuple[Item | Group, ...]


def tracks_of(report: "Report", side: Side | None) -> tuple[Track, ...]:
    """Tracks of a report's unit, of units below it, or both."""
    own = report.own_tracks if side != "below" else ()
    return (*own, *(report.tracks_below if side != "own" else ()))


def tracks_about(
    campaign: Campaign, kind: str, below: Collection[str], side: Side | None
) -> tuple[Track, ...]:
    """Tracks that assess a unit of a kind, then those that assess units of the kinds below it."""
    own = [track for track in campaign.tracks if kind in track.unit_kind and side != "below"]
    others = [
        track for track in campaign.tracks if not set(below).isdisjoint(track.unit_kind) and side != "own"
    ]
    return (*own, *others)
