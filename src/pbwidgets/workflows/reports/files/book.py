"""The pieces of any report: shown in the notebook one after the other, then made into its files."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pbwidgets.charts import draw_svg, svg_to_png
from pbwidgets.exports import open_template
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.settings import load_settings
from pbwidgets.workflows.reports.blocks.pieces import (
    DocumentKind,
    Figure,
    Heading,
    Photos,
    Piece,
    Sentence,
    Table,
    Title,
)
from pbwidgets.workflows.reports.files.content import Content, Cover, DrawnFigure
from pbwidgets.workflows.reports.files.deck import write_deck
from pbwidgets.workflows.reports.files.document import write_document
from pbwidgets.workflows.reports.files.page import (
    figure_html,
    heading_html,
    photos_html,
    show,
    table_html,
    text_html,
    title_html,
)
from pbwidgets.workflows.reports.files.workbook import write_workbook

if TYPE_CHECKING:
    import altair as alt


@dataclass
class ReportBook:
    """Pieces of a report, in order.

    Parameters
    ----------
    cover
        What the report says about itself.
    folder
        Folder for its files; None shows the pieces and saves nothing.
    template
        Presentation whose layouts its slides take; by default our own.
    """

    cover: Cover
    folder: Path | None = None
    template: Path | None = None
    _contents: list[Content] = field(default_factory=list, repr=False)

    def add(self, made: Iterable[Piece]) -> None:
        """Add the pieces of a block; before the first of all, the title, unless it is one."""
        for piece in made:
            if not self._contents and not isinstance(piece, Title):
                self.add_title()
            match piece:
                case Title(text, kind):
                    self.add_title(text, kind)
                case Heading(text, level):
                    self.add_heading(text, level)
                case Sentence(text):
                    self.add_text(text)
                case Figure():
                    self._take_figure(piece)
                case Table():
                    self._take_table(piece)
                case Photos():
                    self._contents.append(piece)
                    show(photos_html(piece))

    def add_title(self, title: str = "", kind: DocumentKind = "report") -> None:
        """Add the title, what the report is based on, and the label of a demonstration; a circular is to be sent."""
        title = title or self.cover.title
        self._contents.append(Title(title, kind))
        show(title_html(title, self.cover))

    def add_heading(self, text: str, level: int = 1) -> None:
        """Add a heading, of level 1 to 3."""
        self._contents.append(Heading(text, level))
        show(heading_html(text, level))

    def add_text(self, text: str) -> None:
        """Add a paragraph."""
        self._contents.append(Sentence(text))
        show(text_html(text))

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
        self._take_table(Table(table, rows, document))

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
        self._take_figure(Figure(name, title, chart, sentence, table))

    def _take_table(self, piece: Table) -> None:
        self._contents.append(piece)
        if piece.rows != 0:
            show(table_html(piece, self.cover.lang))

    def _take_figure(self, figure: Figure) -> None:
        svg = draw_svg(figure.told)
        if self.folder is not None:
            charts = self.folder / "charts"
            charts.mkdir(parents=True, exist_ok=True)
            (charts / f"{figure.name}.svg").write_text(svg, encoding="utf-8")
            png = charts / f"{figure.name}.png"
            png.write_bytes(svg_to_png(svg))
            self._contents.append(DrawnFigure(figure, svg, png))
        show(figure_html(figure, svg))

    def save(self) -> None:
        """Write ``report.docx`` and ``tables.xlsx`` into the folder, and ``slides.pptx`` if there are charts."""
        if self.folder is None:
            return
        contents = tuple(self._contents)
        template = open_template(self.template) if self.template else None
        write_deck(contents, self.cover, self.folder / "slides.pptx", template)
        write_document(contents, self.cover, self.folder / "report.docx", load_settings().parameters)
        write_workbook(contents, self.cover, self.folder / "tables.xlsx")
