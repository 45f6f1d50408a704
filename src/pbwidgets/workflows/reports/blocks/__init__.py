"""The blocks that a report may be made of: a file each, in the folders here, and what a block of one's own needs."""

from pbwidgets.workflows.reports.blocks.block import Arguments, FormId, MeasureId, OfTrack, TrackId, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Photos, Piece, Sentence, Table
from pbwidgets.workflows.reports.blocks.templates import Template, fill

__all__ = [
    "Arguments",
    "Figure",
    "FormId",
    "Heading",
    "MeasureId",
    "OfTrack",
    "Photos",
    "Piece",
    "Sentence",
    "Table",
    "Template",
    "TrackId",
    "block",
    "fill",
]
