"""Charts as slides for a meeting."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pbwidgets.arguments import check_arguments, refuse_argument
from pbwidgets.exports.pptx import Deck, Slide, build_deck
from pbwidgets.wording import default_language

if TYPE_CHECKING:
    import altair as alt

    from pbwidgets.charts.native import NativeChart, NativeTable

    Drawable: TypeAlias = alt.TopLevelMixin | NativeChart | NativeTable


def slides(charts: "Drawable | Iterable[Drawable]", path: str | Path, *, title: str = "") -> Path:
    """Write a presentation and return its path: a title slide, then a slide for each chart.

    Parameters
    ----------
    charts
        Any Altair chart or charts, as pictures; the title of a chart becomes that of its slide, its subtitle the line
        below. What :mod:`pbwidgets.charts` gives for a presentation (``ranking_bars_native``) stays a chart that can be
        edited there.
    path
        The file to write, by default with the ending ``.pptx``; folders are made.
    title
        Of the title slide; by default the name of the file.

    Raises
    ------
    UsageError
        ``errors.wrong_argument`` for what is no chart, or for another ending.
    DataError
        ``charts.no_cjk_font`` on a system without a Chinese font.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import altair as alt, pandas as pd
    >>> chart = alt.Chart(pd.DataFrame({"村": ["青禾", "望云"], "走访": [12, 9]}), title="走访次数")
    >>> slides([chart.mark_bar().encode(x="走访", y="村")], mkdtemp() + "/会议.pptx", title="季度评比").name
    '会议.pptx'
    """
    check_arguments(slides, locals())
    file = Path(path) if Path(path).suffix else Path(path).with_suffix(".pptx")
    if file.suffix.lower() != ".pptx":
        refuse_argument("path", str(path), ".pptx")
    made = [_to_slide(chart) for chart in _list_charts(charts)]
    return build_deck(made, file, Deck(title or file.stem, lang=default_language()))


def _list_charts(charts: Any) -> "list[Drawable]":
    import altair as alt

    from pbwidgets.charts.native import NativeChart, NativeTable

    known = alt.TopLevelMixin | NativeChart | NativeTable
    one_or_more = [charts] if isinstance(charts, known) or not isinstance(charts, Iterable) else charts
    for chart in one_or_more:
        if not isinstance(chart, known):
            refuse_argument("charts", chart, "Chart | NativeChart | list")
    return list(one_or_more)


def _to_slide(chart: Any) -> Slide:
    from pbwidgets.charts.native import NativeChart, NativeTable

    if isinstance(chart, NativeChart | NativeTable):
        return Slide(chart.title, native=chart)
    title = chart.to_dict(validate=False).get("title", "")
    said = title if isinstance(title, dict) else {"text": title}
    text, below = (" ".join(_lines(said.get(part, ""))) for part in ("text", "subtitle"))
    return Slide(text, chart, key_sentence=below)


def _lines(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text
