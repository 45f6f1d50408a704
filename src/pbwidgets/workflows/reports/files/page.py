"""The pieces of a report as they stand in its notebook, and so in its page."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from pbwidgets.charts import embed_svg
from pbwidgets.exports.columns import Column, measure_columns, to_cell_texts
from pbwidgets.exports.photo_pairs import Photo, PhotoPair
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.store.photos import shrink
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.pieces import Figure, Photos, Table
from pbwidgets.workflows.reports.files.content import Cover

_LONG: Final = 24.0
"""Texts of so many half-width characters may take several lines; all others stay on one."""
_PHOTO_PX: Final = 800
"""Longer side of a photo on the page."""
_EDGES: Final = 2.0
"""What the space beside a cell's text takes."""
_BREADTHS: Final = ((104.0, "table"), (124.0, "table dense"), (176.0, "table wide"))
"""What fits on A4 paper in the sizes of the style sheet: upright, upright in smaller type, across."""


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
    return (
        f'<div class="figure">{embed_svg(svg, f"{figure.headline or figure.title} {figure.sentence}")}</div>'
    )


def table_html(piece: Table, lang: str) -> str:
    """The rows of a table that are shown, and how many there are beside them.

    Classes say what a style sheet needs: a column of numbers, one of long texts, and a table that is wider than a page.
    """
    table = piece.table if piece.rows is None else piece.table.head(piece.rows)
    texts = to_cell_texts(table.frame, table.columns, lang)
    widths = measure_columns(
        texts, {name: Column(one.label) for name, one in table.columns.items()}, most=_LONG
    )
    kinds = [_kind(column, width) for column, width in zip(table.columns.values(), widths, strict=True)]
    heads = [column.label for column in table.columns.values()]
    rows = [f"<tr>{_cells('td', row, kinds)}</tr>" for row in texts]
    foot = f"<tfoot>{rows.pop()}</tfoot>" if _ends_in_a_total(table) else ""
    body = (
        "".join(rows)
        or f'<tr><td colspan="{len(heads)}">{escape(say("exports.docx.no_rows", lang))}</td></tr>'
    )
    made = (
        f'<div class="{_breadth(widths)}"><table><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{_cells('th', heads, kinds)}</tr></thead><tbody>{body}</tbody>{foot}</table></div>"
    )
    return made + (text_html(say("reports.rest", lang, rows=piece.rest)) if piece.rest else "")


def photos_html(piece: Photos) -> str:
    """Photos before and after, side by side; small enough for a page that is one file."""
    return "".join(_pair_html(pair) for pair in piece.pairs)


def _pair_html(pair: PhotoPair) -> str:
    photos = "".join(_photo_html(photo, pair) for photo in pair.photos)
    return (
        f'<div class="pair"><p><strong>{escape(pair.title)}</strong> {escape(pair.below)}</p>'
        f'<div class="photos">{photos}</div></div>'
    )


def _photo_html(photo: Photo, pair: PhotoPair) -> str:
    if photo.file is None:
        shown = f'<div class="missing">{escape(photo.missing)}</div>'
    else:
        content = b64encode(shrink(photo.file.read_bytes(), _PHOTO_PX)).decode()
        words = escape(f"{photo.label} {pair.words}")
        shown = f'<img src="data:image/jpeg;base64,{content}" alt="{words}">'
    return f"<figure>{shown}<figcaption>{escape(photo.label)}</figcaption></figure>"


def _ends_in_a_total(table: LabelledTable) -> bool:
    last = len(table.frame) - 1
    return any(one.row == last and any(row < last for row, _ in one.parts) for one in table.sums)


def _cells(tag: str, texts: Sequence[str], kinds: Sequence[str]) -> str:
    return "".join(f"<{tag}{kind}>{escape(text)}</{tag}>" for text, kind in zip(texts, kinds, strict=True))


def _kind(column: Column, width: float) -> str:
    if column.format not in ("text", "date"):
        return ' class="number"'
    return ' class="long"' if width >= _LONG else ""


def _breadth(widths: Sequence[float]) -> str:
    """Class of a table by its width on paper, in half-width characters."""
    needed = sum(width + _EDGES for width in widths)
    return next((name for most, name in _BREADTHS if needed <= most), "table wide dense")


def show(html: str) -> None:
    """Show a piece in the notebook."""
    from IPython.display import HTML, display

    made: Any = HTML(html)
    display(made)
