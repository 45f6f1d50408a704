"""Charts as slides for a meeting."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbwidgets.exports.pptx import Slide, build_deck
from pbwidgets.wording import default_language

if TYPE_CHECKING:
    import altair as alt


def slides(charts: "Iterable[alt.TopLevelMixin]", path: str | Path, *, title: str = "") -> Path:
    """Write a presentation and return its path: a title slide, then a slide for each chart.

    Parameters
    ----------
    charts
        Any Altair charts; the title of a chart becomes that of its slide, its subtitle the line below.
    path
        The ``.pptx`` to write; folders are made.
    title
        Of the title slide; by default the name of the file.

    Raises
    ------
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
    made = [_to_slide(chart) for chart in charts]
    return build_deck(made, Path(path), title=title or Path(path).stem, lang=default_language())


def _to_slide(chart: Any) -> Slide:
    title = chart.to_dict(validate=False).get("title", "")
    said = title if isinstance(title, dict) else {"text": title}
    text, below = (" ".join(_lines(said.get(part, ""))) for part in ("text", "subtitle"))
    return Slide(text, chart, key_sentence=below)


def _lines(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text
