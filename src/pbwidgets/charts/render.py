"""Pictures of charts, drawn by vl-convert without a browser or a network.

vl-convert starts threads: a process that will fork must not call anything here (see the batch room).
"""

import json
from pathlib import Path
from typing import Final

import altair as alt

from pbwidgets.charts.theme import find_cjk_font

_LOCALE: Final = "zh-CN"


def draw_png(chart: alt.TopLevelMixin, scale: float = 2) -> bytes:
    """PNG of a chart, ``scale`` pixels to a unit of the picture.

    Raises
    ------
    DataError
        ``charts.no_cjk_font`` if the system cannot draw Chinese.
    """
    return svg_to_png(draw_svg(chart), scale)


def svg_to_png(svg: str, scale: float = 2) -> bytes:
    """PNG of an SVG from :func:`draw_svg`: the same picture at half the cost of drawing the chart again."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def draw_svg(chart: alt.TopLevelMixin) -> str:
    """SVG of a chart; text stays text.

    Raises
    ------
    DataError
        ``charts.no_cjk_font`` if the system cannot measure Chinese text.
    """
    import vl_convert

    find_cjk_font()
    spec = to_spec(chart)
    made = vl_convert.vegalite_to_svg(
        spec, allowed_base_urls=[], format_locale=_LOCALE, time_format_locale=_LOCALE
    )
    return str(made)


def save_chart(chart: alt.TopLevelMixin, path: Path) -> Path:
    """Write a chart as ``.png``, ``.svg`` or ``.pdf``, by the path's suffix, and return the path; folders are made.

    Raises
    ------
    ValueError
        If the suffix is any other.
    """
    import vl_convert

    if path.suffix not in (".png", ".svg", ".pdf"):
        raise ValueError(f"cannot draw a chart as {path.suffix!r}")
    svg = draw_svg(chart)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".svg":
        path.write_text(svg, encoding="utf-8")
    else:
        path.write_bytes(svg_to_png(svg) if path.suffix == ".png" else bytes(vl_convert.svg_to_pdf(svg)))
    return path


def to_spec(chart: alt.TopLevelMixin) -> str:
    """Vega-Lite JSON of a chart; it holds only the data drawn.

    Altair's check against its schema takes as long as the drawing; the tests run it for every chart.
    """
    return json.dumps(chart.to_dict(validate=False), ensure_ascii=False)
