"""Campaigns, forms, scores and reports for party-building offices.

``import pbwidgets as pb`` gives the few names that an analyst needs in a notebook; each is imported on first use.
"""

from typing import TYPE_CHECKING

from pbwidgets.lazy import lazily

if TYPE_CHECKING:
    from pbwidgets.analysis.form import form
    from pbwidgets.analysis.index import index
    from pbwidgets.analysis.scored import Scored, score
    from pbwidgets.analysis.sheet import Sheet, sheet
    from pbwidgets.campaign.workbook.reading import read_campaign
    from pbwidgets.exports.chart_slides import slides
    from pbwidgets.scoring.pipeline import score_campaign
    from pbwidgets.version import __version__
    from pbwidgets.workflows.ground.desk import open_desk

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
    "__version__": "version",
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
    __getattr__ = lazily(__name__, _HOMES)
