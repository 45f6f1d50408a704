"""Drawings of a page as part of it: their texts can be searched, selected and read at any size.

Notebooks show a chart as a picture that holds its SVG, because JupyterLab shows no other one to a reader who does not
trust the notebook yet. A page needs no trust: its policy lets nothing run.
"""

import base64
import re
from dataclasses import dataclass, field
from html import escape
from typing import Final

_EMBEDDED: Final = re.compile(r'<img src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)" alt="([^"]*)">')
"""As :func:`pbwidgets.charts.embed_svg` writes it."""
_MORE_THAN_DRAWN: Final = re.compile(r"<(?:style|script|foreignObject)\b", re.I)
"""In a picture that stays one: its rules would hold for the whole page."""
_ID: Final = re.compile(r'\bid="([^"]+)"')
_PLACE: Final = re.compile(r"<!-- drawing (\d+) -->")
_NAMED: Final = re.compile(r"""(\bid="|url\(["']?#|href="#)([^"')]+)""")


@dataclass
class Drawings:
    """The drawings of one page, each with names of its own; kept apart while the page is made, because they are large.

    Attributes
    ----------
    kept
        The drawings so far.
    """

    kept: list[str] = field(default_factory=list)

    def take_out(self, html: str) -> str:
        """HTML in which the place of a drawing stands for each picture that holds one."""
        return _EMBEDDED.sub(self._take_out, html)

    def _take_out(self, found: re.Match[str]) -> str:
        svg = base64.b64decode(found[1]).decode()
        return found[0] if _MORE_THAN_DRAWN.search(svg) else self._keep(svg, found[2])

    def put(self, svg: str, words: str = "") -> str:
        """Place of a drawing."""
        return self._keep(svg, escape(words))

    def _keep(self, svg: str, escaped: str) -> str:
        own, place = set(_ID.findall(svg)), len(self.kept)
        svg = svg[max(svg.find("<svg"), 0) :]  # without the head of an XML file
        if escaped:
            svg = svg.replace("<svg", f'<svg role="img" aria-label="{escaped}"', 1)
        # the names in all drawings are the same
        self.kept.append(
            _NAMED.sub(lambda name: f"{name[1]}drawing-{place}-{name[2]}" if name[2] in own else name[0], svg)
        )
        return f"<!-- drawing {place} -->"

    def fill(self, page: str) -> str:
        """The page with its drawings in their places.

        >>> from pbwidgets.charts import embed_svg
        >>> drawings = Drawings()
        >>> drawings.fill(drawings.take_out(embed_svg('<svg><path id="a"/><use href="#a"/></svg>', "名次")))
        '<svg role="img" aria-label="名次"><path id="drawing-0-a"/><use href="#drawing-0-a"/></svg>'
        """
        known = dict(enumerate(self.kept))
        return _PLACE.sub(lambda found: known.get(int(found[1]), found[0]), page)
