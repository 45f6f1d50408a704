"""Charts in notebooks: a picture that needs neither a network nor an extension of JupyterLab.

Altair's own display asks a CDN for its scripts, and JupyterLab draws Vega-Lite only up to version 5. Our charts are
pictures by themselves; an analyst's own ones are after :func:`enable_offline`.

The SVG is given twice: JupyterLab shows that of a notebook which somebody else has executed only once the reader trusts
it, but the same one as a picture in HTML at once.
"""

from typing import Any, Final

import altair as alt

from pbwidgets.charts.render import draw_spec, embed_svg
from pbwidgets.charts.theme import FONTS

RENDERER: Final = "pbwidgets"
"""Name of Altair's renderer; an entry point makes it known to Altair without an import."""

MimeBundle = dict[str, str]


class OfflineChart(alt.LayerChart):
    """Layers that are shown as SVG, whatever renderer is enabled."""

    def _repr_mimebundle_(self, *_of_ipython: Any, **_more: Any) -> MimeBundle:
        return render_offline(self.to_dict(validate=False))


def enable_offline() -> Any:
    """Show every Altair chart as SVG from now on, drawn on this machine.

    The same as ``alt.renderers.enable("pbwidgets")``. Notebooks that ``pbwidgets report`` runs need no call.

    Returns
    -------
    altair.utils.plugin_registry.PluginEnabler
        In a ``with`` statement, charts are shown so only within.

    Examples
    --------
    >>> import altair as alt, pandas as pd
    >>> visits = pd.DataFrame({"村": ["青禾村", "上坪村"], "走访": [12, 9]})
    >>> with enable_offline():
    ...     shown = alt.Chart(visits, title="走访").mark_bar().encode(x="走访", y="村")._repr_mimebundle_()
    >>> sorted(shown), shown["text/plain"]
    (['image/svg+xml', 'text/html', 'text/plain'], '走访')
    """
    return alt.renderers.enable(RENDERER)


def render_offline(spec: dict[str, Any], **_of_other_renderers: Any) -> MimeBundle:
    """Picture of a Vega-Lite specification, and its title as plain text: a renderer as Altair calls them.

    Parameters
    ----------
    spec
        Specification as of ``Chart.to_dict()``; not changed. If it names no font, it gets ours, which has Chinese
        characters.

    Raises
    ------
    DataError
        ``charts.no_cjk_font``; ``charts.not_drawn``, for example if its data are at an address.
    """
    drawn = {**spec, "config": {"font": FONTS, **spec.get("config", {})}}
    svg, title = draw_spec(drawn), _title(spec)
    return {"image/svg+xml": svg, "text/html": embed_svg(svg, title), "text/plain": title}


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return (" ".join(text) if isinstance(text, list) else str(text)) or "alt.Chart"
