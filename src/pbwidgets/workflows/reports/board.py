"""The blocks of the board, drawn by the page from what the actor may see."""

from collections.abc import Collection
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final, TypeAlias

from pbwidgets.campaign import Track
from pbwidgets.errors import RightsError, UsageError
from pbwidgets.exports.columns import to_cell_texts
from pbwidgets.units import subtree
from pbwidgets.wording import say
from pbwidgets.workflows.ground.desk import Desk, may_do
from pbwidgets.workflows.ground.lookup import nearest
from pbwidgets.workflows.ground.snapshots import RUNNING, take_snapshot
from pbwidgets.workflows.ground.workspace import day_of
from pbwidgets.workflows.reports.blocks.block import Item, tracks_about
from pbwidgets.workflows.reports.blocks.library import library_of, our_names
from pbwidgets.workflows.reports.blocks.lists import Placed, read_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Photos, Piece, Sentence, Table
from pbwidgets.workflows.reports.definitions import ReportDefinition, find_reports

SEES_NO_SCORES: Final = ("filler",)
"""Roles that see no scores until the campaign publishes their score sheet."""
MOST_ROWS: Final = 30
"""Most rows of a table on the board."""
_INSPECTED: Final = frozenset({"submissions", RUNNING})
"""Frames that only those may read who inspect a unit."""


@dataclass(frozen=True)
class Choice:
    """A block that the board offers for a unit.

    Attributes
    ----------
    number
        Its place in the board's list.
    block
        Its name.
    track_id
        The track that it is drawn for; empty if it is about none.
    label
        What it shows, in words.
    """

    number: int
    block: str
    track_id: str = ""
    label: str = field(default="", compare=False)


@dataclass(frozen=True)
class ShownChart:
    """A chart: its Vega-Lite specification, which holds only the data it shows, and what it says."""

    spec: dict[str, Any]
    words: str


@dataclass(frozen=True)
class ShownTable:
    """A table as texts; ``rest`` says how many rows were left out, or is empty."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rest: str


@dataclass(frozen=True)
class ShownText:
    """A paragraph, or a heading."""

    text: str
    is_heading: bool = False


Shown: TypeAlias = ShownChart | ShownTable | ShownText


def board_choices(desk: Desk, unit_code: str) -> tuple[Choice, ...]:
    """Blocks of the board for a unit, for each track that assesses it or units below it.

    They are those of the report file that says ``for_each: board``, first of one that names the campaign; without
    such a file, all of ours that draw a chart.

    Raises
    ------
    RightsError
        If the unit is not in the actor's view, or the actor's role sees no scores yet.
    """
    return tuple(choice for choice, _ in _offered(desk, unit_code))


def draw_board(desk: Desk, unit_code: str, choice: Choice) -> tuple[Shown, ...]:
    """What one of :func:`board_choices` shows on the newest data; empty if there is nothing to show.

    Tables that are for the workbook only are left out.

    Raises
    ------
    RightsError
        As :func:`board_choices`.
    UsageError
        ``workflows.unknown_chart`` for any other block.
    """
    offered = dict(_offered(desk, unit_code))
    if choice not in offered:
        raise UsageError(
            "workflows.unknown_chart", **nearest(choice.block, sorted({one.block for one in offered}))
        )
    from pbwidgets.workflows.reports.report import open_report

    report = open_report(take_snapshot(desk.workspace, desk.opened).folder, unit_code, desk.lang)
    item = offered[choice]
    track = report.campaign.track(choice.track_id) if choice.track_id else None
    pieces = tuple(item.draw(report) if track is None else item.draw_track(report, track))
    said = {piece.text for piece in pieces if isinstance(piece, Heading)}
    shown = (piece for piece in pieces if not (isinstance(piece, Table) and piece.rows == 0))
    return tuple(_show(piece, desk.lang, said) for piece in shown)


def _offered(desk: Desk, unit_code: str) -> list[tuple[Choice, Item]]:
    units, campaign = desk.units, desk.opened.campaign
    if desk.actor.role in SEES_NO_SCORES:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="view")
    desk.authorise("view", unit_code)
    below = subtree(units, unit_code)
    own = str(below.loc[below["unit_code"] == unit_code, "kind"].iloc[0])
    kinds = set(below.loc[below["unit_code"] != unit_code, "kind"])
    inspects = may_do(desk, "inspect", unit_code)
    found: list[tuple[tuple[int, int, int], Choice, Item]] = []
    for number, placed in enumerate(_list(desk)):
        block = placed.item.block
        tracks = [
            track
            for track in tracks_about(campaign, own, kinds, placed.side or block.side)
            if block.fits(track, own)
        ]
        if not block.is_for(campaign) or (not inspects and not _INSPECTED.isdisjoint(placed.item.reads)):
            continue
        for track in _tracks(placed, tracks):
            label = block.label(desk.lang)
            if track is not None:
                label = say("board.chart_of", desk.lang, chart=label, track=track.name.words(desk.lang))
            # the blocks of a group together, for one track after the other
            place = (int(placed.address[1]), campaign.tracks.index(track) if track else 0, number)
            found.append((place, Choice(number, block.name, track.id if track else "", label), placed.item))
    return [(choice, item) for _, choice, item in sorted(found, key=itemgetter(0))]


def _tracks(placed: Placed, tracks: list[Track]) -> list[Track] | list[None]:
    """Tracks that a block is offered for; None stands for a block that is about no track."""
    if placed.item.block.is_of_track or placed.side is not None:
        asked = getattr(placed.item.args, "track", None)
        return [track for track in tracks if asked in (None, track.id)]
    return [None] if tracks or not placed.item.block.of_tracks else []


def _list(desk: Desk) -> list[Placed]:
    """Blocks of the board's list that can be read."""
    settings, opened = desk.workspace.settings, desk.opened
    reports = find_reports(settings.parameters / "reports").values()
    day = opened.day(day_of(desk.now))
    boards: list[ReportDefinition] = [
        report
        for report in reports
        if report.for_each == "board" and report.is_for(opened.campaign) and report.is_due(opened.period, day)
    ]
    boards.sort(key=lambda report: not report.campaigns)
    library = library_of(settings)
    if not boards:
        return read_blocks(
            [{"block": name} for name in our_names() if library.find(name).has_figures], library
        ).placed
    return read_blocks(boards[0].blocks, library, boards[0].parameters).placed


def _show(piece: Piece, lang: str, said: Collection[str]) -> Shown:
    """A piece for the page; a table whose title a heading has said already gets none."""
    if isinstance(piece, Figure):
        return ShownChart(piece.chart.to_dict(validate=False), f"{piece.title} {piece.sentence}".strip())
    if isinstance(piece, Photos):
        return ShownText(say("board.photos", lang, title=piece.title, count=len(piece.pairs)))
    if not isinstance(piece, Table):
        return ShownText(piece.text, not isinstance(piece, Sentence))
    table = piece.table.head(min(piece.rows or MOST_ROWS, MOST_ROWS))
    rest = len(piece.table.frame) - len(table.frame)
    return ShownTable(
        "" if table.title in said else table.title,
        tuple(column.label for column in table.columns.values()),
        tuple(map(tuple, to_cell_texts(table.frame, table.columns, lang))),
        say("board.rest", lang, rows=rest) if rest else "",
    )
