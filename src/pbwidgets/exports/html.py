"""A report as one HTML file that opens without a network.

The page loads nothing and runs nothing but its own script, which sorts tables and folds the contents: its policy names
the hash of that script and forbids all else, whatever a notebook displays. What would have to be loaded from elsewhere
would therefore be missing, and is an error. Without the script everything can be read.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from pbwidgets.errors import DataError
from pbwidgets.exports.fetches import Fetch, find_fetches
from pbwidgets.exports.outline import mark_headings, write_contents
from pbwidgets.exports.pictures import Drawings
from pbwidgets.intake.text import drop_unfit
from pbwidgets.palette import REPORT_PAGE, css_variables
from pbwidgets.wording import say

TEMPLATES: Final = Path(__file__).with_name("templates")
_NAMED: Final = 5
"""At most so many hosts are named in an error; a map of tiles has hundreds of pictures."""
_CONTENTS: Final = "<!-- contents -->"
"""Where the template wants the contents, which are known once all else is written."""
_SHOWN = ["image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/plain"]


def build_html(notebook: Any, path: Path, *, lang: str = "zh_CN", title: str = "") -> Path:
    """Write one HTML file with the texts and results of an executed notebook, without its code; returns the path.

    Parameters
    ----------
    notebook
        Path of an ``.ipynb``, or a notebook node.
    path
        The ``.html`` to write; folders are made.
    lang
        ``zh_CN`` or ``en``.
    title
        Title of the page; by default the notebook's file name.

    Raises
    ------
    DataError
        ``exports.html.fetches`` if the page would fetch anything from another host; it is not written.
    """
    import nbformat
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    node, folder = notebook, ""
    if isinstance(notebook, (str, Path)):
        node = nbformat.read(notebook, as_version=4)
        folder = str(Path(notebook).resolve().parent)
        title = title or Path(notebook).stem
    drawings = Drawings()
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]  # nbconvert has no types
        config=Config({"NbConvertBase": {"display_data_priority": _SHOWN}}),
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        embed_images=True,
        filters={"put_drawing": drawings.put, "take_out_drawings": drawings.take_out},
    )
    resources = {"metadata": {"name": title, "path": folder}, "page": _words_of_page(lang, title)}
    page, entries = mark_headings(exporter.from_notebook_node(node, resources=resources)[0])
    page = page.replace(_CONTENTS, write_contents(entries, say("exports.html.contents", lang)), 1)
    page = drawings.fill(page)
    if fetches := find_fetches(page):
        raise DataError("exports.html.fetches", places=_name(fetches))
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drop_unfit(page), encoding="utf-8")
    return path


def _words_of_page(lang: str, title: str) -> dict[str, str]:
    script = _script()
    return {
        "lang": "en" if lang == "en" else "zh-CN",
        "title": title,
        "contents": _CONTENTS,
        "failed": say("exports.html.failed", lang),
        "missing": say("exports.missing", lang),
        "colours": css_variables(REPORT_PAGE),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }


@cache
def _script() -> str:
    return (TEMPLATES / "report" / "page.js").read_text(encoding="utf-8")


def _name(fetches: Sequence[Fetch]) -> str:
    named = [f"{fetch.place} {fetch.host}".strip() for fetch in fetches[:_NAMED]]
    return ", ".join(named + ["…"] * (len(fetches) > _NAMED))
