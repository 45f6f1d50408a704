"""Measures, points, totals, ranks, selection: pure functions from frames to frames."""

from pbwidgets.scoring.frames import Records, Scores, empty_records, to_frame
from pbwidgets.scoring.pipeline import TrackScores, score_campaign, score_tracks
from pbwidgets.scoring.reasons import word_reason
from pbwidgets.scoring.sheet import explain_unit

__all__ = [
    "Records",
    "Scores",
    "TrackScores",
    "empty_records",
    "explain_unit",
    "score_campaign",
    "score_tracks",
    "to_frame",
    "word_reason",
]
