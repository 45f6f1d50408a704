"""The pieces of a report as they stand in its notebook, and so in its page."""

from html import escape
from typing import Any

from pbwidgets.charts import embed_svg
from pbwidgets.exports.columns import to_cell_texts
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.pieces import Figure, Table
from pbwidgets.workflows.reports.files.content import Cover


def title_html(title: str, cover: Cover) -> str:
    """The title, the label of a demonstration, and what the report is based on."""
    mark = f'<p class="synthetic">{escape(cover.mark)}</p>' if cover.mark else ""
    return f"<h1>{escape(title)}</h1>{mark}<p>{escape(cover.basis)}</p>"


def heading_html(text: str, level: int) -> str:
    """A heading, of level 1 to 3."""
    return f"<h{level + 1}>{escape(text)}</h{level + 1}>"


def text_html(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>"


def figure_html(figure: Figure, svg: str) -> str:
    """A chart, with words for people who cannot see it."""
    return f'<div class="figure">{embed_svg(svg, f"{figure.title} {figure.sentence}")}</div>'


def table_html(piece: Table, lang: str) -> str:
    """The rows of a table that are shown, and how many there are beside them."""
    table = piece.table if piece.rows is None else piece.table.head(piece.rows)
    head = "".join(f"<th>{escape(column.label)}</th>" for column in table.columns.values())
    kinds = ["" if column.format == "text" else ' class="number"' for column in table.columns.values()]
    rows = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(text)}</td>" for kind, text in zip(kinds, row, strict=True))
        + "</tr>"
        for row in to_cell_texts(table.frame, table.columns, lang)
    )
    caption = f"<caption>{escape(table.title)}</caption>"
    made = f'<div class="table"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return made + (text_html(say("reports.rest", lang, rows=piece.rest)) if piece.rest else "")


def show(html: str) -> None:
    """Show a piece in the notebook."""
    from IPython.display import HTML, display

    made: Any = HTML(html)
    display(made)
