"""The slides of a report."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Final

from pbwidgets.charts import title_share
from pbwidgets.exports import Deck, Slide, SlidesTemplate, build_deck
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.pieces import Figure, Photos, Table
from pbwidgets.workflows.reports.files.content import Content, Cover, DrawnFigure, title_in
from pbwidgets.workflows.reports.runs.manifest import word_frame

MOST_SENTENCES: Final = 5
"""Of the slide that says what is most important."""


def write_deck(
    contents: tuple[Content, ...], cover: Cover, path: Path, template: SlidesTemplate | None = None
) -> None:
    """Write the slides of a report, if it has figures, or tables that are asked for as slides."""
    shown = [*_shown(contents)]
    if not shown:
        return
    mark = say("exports.synthetic", cover.lang) if cover.synthetic else ""
    about = Deck(
        title_in(contents, cover),
        cover.subtitle,
        cover.lang,
        cover.mark,
        summarise([piece.figure for piece in shown if isinstance(piece, DrawnFigure)], cover.lang),
        "　".join(filter(None, (cover.source, mark))),
        template,
    )
    build_deck([slide for piece in shown for slide in _slides_of(piece, cover)], path, about)


def summarise(figures: Sequence[Figure], lang: str) -> tuple[str, ...]:
    """The most important sentences, in order: first one about each track, then second ones, five at most.

    A deck with one message has none.
    """
    said = {
        say("slides.about", lang, about=figure.about or figure.title, said=figure.headline): figure
        for figure in figures
        if figure.headline and figure.slide != "none"
    }
    by_track: dict[str, list[str]] = {}
    for sentence, figure in said.items():
        by_track.setdefault(figure.about, []).append(sentence)
    in_turn = [sentence for turn in zip_longest(*by_track.values()) for sentence in turn if sentence]
    chosen = set(in_turn[:MOST_SENTENCES])
    return tuple(sentence for sentence in said if sentence in chosen) if len(said) > 1 else ()


def _shown(contents: tuple[Content, ...]) -> Iterator[DrawnFigure | Table | Photos]:
    """What may have slides: figures, each once though a list may draw it for several sides, and tables asked for."""
    names: set[str] = set()
    for piece in contents:
        if isinstance(piece, Table | Photos) and piece.slide:
            yield piece
        elif isinstance(piece, DrawnFigure) and piece.figure.name not in names:
            names.add(piece.figure.name)
            yield piece


def _slides_of(piece: DrawnFigure | Table | Photos, cover: Cover) -> Iterator[Slide]:
    if isinstance(piece, Photos):
        title = piece.headline or piece.title
        below = piece.title if piece.headline else ""
        notes = _notes(piece.title, title, "", cover)
        yield Slide(title, key_sentence=below, notes=notes, pairs=piece.pairs, per_page=piece.per_page)
    elif isinstance(piece, Table):
        title = piece.headline or piece.table.title
        below = piece.table.title if piece.headline else ""
        yield _of_table(piece.table, title, below, _notes(piece.table.title, title, "", cover))
    elif piece.figure.slide != "none":
        yield _of_figure(piece, cover)


def _of_figure(drawn: DrawnFigure, cover: Cover) -> Slide:
    figure = drawn.figure
    title = figure.headline or figure.title
    below = figure.title if figure.headline else figure.sentence
    frames = say("slides.list_glue", cover.lang).join(
        word_frame(frame, cover.lang) for frame in figure.frames
    )
    data = say("slides.data", cover.lang, frames=frames) if frames else ""
    notes = _notes(figure.title, title, figure.sentence, cover, data)
    if figure.slide == "table" and figure.table is not None:
        return _of_table(figure.table, title, below, notes)
    made = Slide(title, key_sentence=below, notes=notes)
    if figure.native is not None and figure.slide != "picture":
        return replace(made, native=figure.native)
    # a slide has a title of its own: that of our sheets is cut off, any other chart is drawn without it
    cut = title_share(figure.chart)
    return replace(made, picture=figure.chart if cut is None else drawn.png, cut=cut or 0.0)


def _of_table(table: LabelledTable, title: str, below: str, notes: str) -> Slide:
    return Slide(title, table=table.frame, columns=table.columns, key_sentence=below, notes=notes)


def _notes(shown: str, headline: str, sentence: str, cover: Cover, data: str = "") -> str:
    """What to say to a slide, and where its data are from."""
    said = headline if headline == shown else say("slides.about", cover.lang, about=shown, said=headline)
    spoken = say("slides.spoken", cover.lang, said=said, more=sentence)
    return "\n".join(filter(None, (spoken.strip(), cover.source, data)))
