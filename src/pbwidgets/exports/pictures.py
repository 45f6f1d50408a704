"""Drawings of a page as part of it: their texts can be searched, selected and read at any size.

Notebooks show a chart as a picture that holds its SVG, because JupyterLab shows no other one to a reader who does not
trust the notebook yet. A page needs no trust: its policy lets nothing run.
"""

import base64
import re
from dataclasses import dataclass
from html import escape
from typing import Final

_EMBEDDED: Final = re.compile(r'<img src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)" alt="([^"]*)">')
"""As :func:`pbwidgets.charts.embed_svg` writes it."""
_MORE_THAN_DRAWN: Final = re.compile(r"<(?:style|script|foreignObject)\b", re.I)
"""In a picture that stays one: its rules would hold for the whole page."""
_ID: Final = re.compile(r'\bid="([^"]+)"')
_NAMED: Final = re.compile(r"""(\bid="|url\(["']?#|href="#)([^"')]+)""")


@dataclass
class Drawings:
    """The drawings of one page, each with names of its own.

    Attributes
    ----------
    count
        Number of drawings so far.
    """

    count: int = 0

    def take_out(self, html: str) -> str:
        """HTML in which pictures that hold an SVG are that SVG.

        >>> from pbwidgets.charts import embed_svg
        >>> Drawings().take_out(embed_svg('<svg><path id="a"/><use href="#a"/></svg>', "名次"))
        '<svg role="img" aria-label="名次"><path id="drawing-1-a"/><use href="#drawing-1-a"/></svg>'
        """
        return _EMBEDDED.sub(self._take_out, html)

    def _take_out(self, found: re.Match[str]) -> str:
        svg = base64.b64decode(found[1]).decode()
        return found[0] if _MORE_THAN_DRAWN.search(svg) else self._put(svg, found[2])

    def put(self, svg: str, words: str = "") -> str:
        """An SVG as part of a page; its names are changed, since those of all drawings would be the same."""
        return self._put(svg, escape(words))

    def _put(self, svg: str, escaped: str) -> str:
        self.count += 1
        own = set(_ID.findall(svg))
        svg = svg[max(svg.find("<svg"), 0) :]  # without the head of an XML file
        if escaped:
            svg = svg.replace("<svg", f'<svg role="img" aria-label="{escaped}"', 1)
        return _NAMED.sub(
            lambda name: f"{name[1]}drawing-{self.count}-{name[2]}" if name[2] in own else name[0], svg
        )
