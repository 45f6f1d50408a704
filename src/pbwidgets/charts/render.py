"""Pictures of charts, drawn by vl-convert without a browser or a network.

vl-convert starts threads: a process that will fork must not call anything here (see the batch room).
"""

import base64
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import altair as alt

from pbwidgets.charts.theme import find_cjk_font
from pbwidgets.errors import DataError
from pbwidgets.intake.text import drop_unfit_in

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


def embed_svg(svg: str, words: str) -> str:
    """HTML of an SVG as a picture that holds it, with words for those who do not see it."""
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" alt="{escape(words)}">'


def draw_svg(chart: alt.TopLevelMixin) -> str:
    """SVG of a chart; text stays text.

    Raises
    ------
    DataError
        As :func:`draw_spec`.
    """
    # Altair's check against its schema takes as long as the drawing; the tests run it for every chart
    return draw_spec(chart.to_dict(validate=False))


def draw_spec(spec: Mapping[str, Any]) -> str:
    """SVG of a Vega-Lite specification, such as ``chart.to_dict()``.

    Raises
    ------
    DataError
        ``charts.no_cjk_font`` if the system cannot measure Chinese text; ``charts.not_drawn``, for example if the
        data are at an address.
    """
    import vl_convert

    find_cjk_font()
    try:
        made = vl_convert.vegalite_to_svg(
            json.dumps(drop_unfit_in(spec), ensure_ascii=False),
            allowed_base_urls=[],
            format_locale=_LOCALE,
            time_format_locale=_LOCALE,
        )
    except ValueError as error:  # vl-convert raises no other: the message of Vega, then a trace of its code
        cause = str(error).partition("\nError: ")[2].partition("\n    at ")[0]
        raise DataError("charts.not_drawn", cause=cause or str(error)) from error
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
