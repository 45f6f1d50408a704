"""Pictures of charts, drawn by vl-convert without a browser or a network.

vl-convert starts threads: a process that is to fork must not call anything here (see the batch room).
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
    import vl_convert

    find_cjk_font()
    spec = to_spec(chart)
    made = vl_convert.vegalite_to_png(
        spec, scale=scale, allowed_base_urls=[], format_locale=_LOCALE, time_format_locale=_LOCALE
    )
    return bytes(made)


def draw_svg(chart: alt.TopLevelMixin) -> str:
    """SVG of a chart; texts stay texts.

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


def to_png(chart: alt.TopLevelMixin, path: Path, scale: float = 2) -> Path:
    """Path of the PNG that was written; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw_png(chart, scale))
    return path


def to_svg(chart: alt.TopLevelMixin, path: Path) -> Path:
    """Path of the SVG that was written; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draw_svg(chart), encoding="utf-8")
    return path


def to_spec(chart: alt.TopLevelMixin) -> str:
    """Vega-Lite JSON of a chart; its data are what is drawn and nothing else."""
    return json.dumps(chart.to_dict(), ensure_ascii=False)
