"""The pieces of any report, and the files made from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbwidgets.charts import draw_svg, embed_svg, svg_to_png, title_share
from pbwidgets.exports import (
    About,
    Figure,
    Heading,
    Paragraph,
    Sheet,
    Slide,
    Table,
    build_deck,
    build_document,
    build_workbook,
)
from pbwidgets.exports.columns import to_cell_texts
from pbwidgets.exports.docx import Block
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks import pieces

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True)
class Cover:
    """What a report says about itself.

    Attributes
    ----------
    title
        Title of the page, document and slides.
    basis
        What it is based on, in a sentence.
    subtitle
        Second line of the title slide.
    lang
        ``zh_CN`` or ``en``.
    about
        First sheet of the workbook.
    synthetic
        Whether the data are invented for a demonstration; every file then says so.
    """

    title: str
    basis: str
    subtitle: str
    lang: str
    about: About
    synthetic: bool = False


@dataclass
class ReportBook:
    """Pieces of a report, in order.

    Parameters
    ----------
    cover
        What the report says about itself.
    folder
        Folder for its files; None shows the pieces and saves nothing.
    """

    cover: Cover
    folder: Path | None = None
    _title: str = field(default="", repr=False)
    _blocks: list[Block] = field(default_factory=list, repr=False)
    _slides: list[Slide] = field(default_factory=list, repr=False)
    _sheets: list[Sheet] = field(default_factory=list, repr=False)

    def add(self, made: Iterable[pieces.Piece]) -> None:
        """Add the pieces of a block; before the first of all, the title, unless it is one."""
        for piece in made:
            if not self._title and not isinstance(piece, pieces.Title):
                self.add_title()
            match piece:
                case pieces.Title(text):
                    self.add_title(text)
                case pieces.Heading(text, level):
                    self.add_heading(text, level)
                case pieces.Sentence(text):
                    self.add_text(text)
                case pieces.Figure(name, title, chart, sentence, table):
                    self.add_figure(name, title, chart, sentence=sentence, table=table)
                case pieces.Table(table, rows, document):
                    self.add_table(table, rows=rows, document=document)

    def add_title(self, title: str = "") -> None:
        """Add the title, what the report is based on, and the label of a demonstration."""
        title = title or self.cover.title
        self._title = title
        said = self._mark()
        self._blocks.append(Heading(0, title))
        if said:
            self._blocks.append(Paragraph(said))
        self._blocks.append(Paragraph(self.cover.basis))
        mark = f'<p class="synthetic">{escape(said)}</p>' if said else ""
        _show(f"<h1>{escape(title)}</h1>{mark}<p>{escape(self.cover.basis)}</p>")

    def _mark(self) -> str:
        return say("reports.synthetic", self.cover.lang) if self.cover.synthetic else ""

    def add_heading(self, text: str, level: int = 1) -> None:
        """Add a heading, of level 1 to 3."""
        self._blocks.append(Heading(level, text))
        _show(f"<h{level + 1}>{escape(text)}</h{level + 1}>")

    def add_text(self, text: str) -> None:
        """Add a paragraph."""
        self._blocks.append(Paragraph(text))
        _show(f"<p>{escape(text)}</p>")

    def add_table(
        self, table: LabelledTable, *, rows: int | None = None, document: LabelledTable | bool = True
    ) -> None:
        """Add a table; the workbook always gets it in full.

        Parameters
        ----------
        rows
            Maximum number of rows in notebook and document; 0 for the workbook only.
        document
            Whether the document gets it too; or a version with only the columns that fit a page.
        """
        self._sheets.append(Sheet(table.title, table.frame, table.columns))
        if rows == 0:
            return
        shown = table if rows is None else table.head(rows)
        rest = len(table.frame) - len(shown.frame)
        below = say("reports.rest", self.cover.lang, rows=rest) if rest else ""
        if document:
            columns = table.columns if document is True else document.columns
            self._blocks.append(Table(shown.frame, self._caption(table.title), columns))
            self._blocks += [Paragraph(below)] if below else []
        _show(_table_html(shown, self.cover.lang) + (f"<p>{escape(below)}</p>" if below else ""))

    def _caption(self, title: str) -> str:
        """Caption of a table in the document; empty if the heading above says the same."""
        last = self._blocks[-1] if self._blocks else None
        return "" if isinstance(last, Heading) and title in last.text else title

    def add_figure(
        self,
        name: str,
        title: str,
        chart: "alt.TopLevelMixin",
        *,
        sentence: str = "",
        table: LabelledTable | None = None,
    ) -> None:
        """Add a chart: a picture in the notebook and document, and a slide with its table.

        Parameters
        ----------
        name
            File name in ``charts/``, without extension.
        title
            Title of its slide.
        sentence
            What the chart says, in one sentence.
        table
            Table of its slide; short, with few columns.
        """
        svg = draw_svg(chart)
        if self.folder is not None:
            charts = self.folder / "charts"
            charts.mkdir(parents=True, exist_ok=True)
            (charts / f"{name}.svg").write_text(svg, encoding="utf-8")
            png = charts / f"{name}.png"
            png.write_bytes(svg_to_png(svg))
            self._blocks.append(Figure(png, title, sentence))
            # a slide has a title of its own: that of our sheets is cut off, any other chart is drawn without it
            cut = title_share(chart)
            frame, columns = (table.frame, table.columns) if table else (None, {})
            self._slides.append(
                Slide(title, chart if cut is None else png, frame, columns, sentence, cut=cut or 0.0)
            )
        _show(f'<div class="figure">{embed_svg(svg, f"{title} {sentence}")}</div>')

    def save(self) -> None:
        """Write ``report.docx`` and ``tables.xlsx`` into the folder, and ``slides.pptx`` if there are charts."""
        if self.folder is None:
            return
        cover = self.cover
        if self._slides:
            build_deck(
                self._slides,
                self.folder / "slides.pptx",
                title=self._title or cover.title,
                subtitle=cover.subtitle,
                lang=cover.lang,
                note=self._mark(),
            )
        build_document(self._blocks, self.folder / "report.docx", lang=cover.lang)
        build_workbook(self._sheets, self.folder / "tables.xlsx", about=cover.about, lang=cover.lang)


def _table_html(table: LabelledTable, lang: str) -> str:
    head = "".join(f"<th>{escape(column.label)}</th>" for column in table.columns.values())
    kinds = ["" if column.format == "text" else ' class="number"' for column in table.columns.values()]
    rows = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(text)}</td>" for kind, text in zip(kinds, row, strict=True))
        + "</tr>"
        for row in to_cell_texts(table.frame, table.columns, lang)
    )
    caption = f"<caption>{escape(table.title)}</caption>"
    return f'<div class="table"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _show(html: str) -> None:
    from IPython.display import HTML, display

    made: Any = HTML(html)
    display(made)
