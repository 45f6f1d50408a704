"""Campaigns, forms, scores and reports for party-building offices.

``import pbwidgets as pb`` gives the few names that an analyst needs in a notebook; each is imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pbwidgets.analysis.form import form
    from pbwidgets.analysis.index import index
    from pbwidgets.analysis.scored import Scored, score
    from pbwidgets.analysis.sheet import Sheet, sheet
    from pbwidgets.campaign.workbook.reading import read_campaign
    from pbwidgets.exports.chart_slides import slides
    from pbwidgets.scoring.pipeline import score_campaign
    from pbwidgets.workflows.ground.desk import open_desk

    __version__: str

__all__ = [
    "Scored",
    "Sheet",
    "__version__",
    "form",
    "index",
    "open_desk",
    "read_campaign",
    "score",
    "score_campaign",
    "sheet",
    "slides",
]
_HOMES = {
    "Scored": "analysis.scored",
    "Sheet": "analysis.sheet",
    "form": "analysis.form",
    "index": "analysis.index",
    "open_desk": "workflows.ground.desk",
    "read_campaign": "campaign.workbook.reading",
    "score": "analysis.scored",
    "score_campaign": "scoring.pipeline",
    "sheet": "analysis.sheet",
    "slides": "exports.chart_slides",
}


def __dir__() -> list[str]:
    return list(__all__)


if not TYPE_CHECKING:  # else mypy would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Exported name, imported on first use."""
        if name == "__version__":
            from importlib.metadata import version

            return version(__name__)
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
