"""The ground of a slide that charts and tables share: where they stand, the lines at their foot."""

from collections.abc import Sequence
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.charts.native import count_lines
from pbwidgets.exports.lettering import LEAST_PT, Box, inches, set_font
from pbwidgets.intake.text import drop_unfit

CHART_BOX: Final[Box] = (0.5, 1.75, 12.333, 5.15)
"""Below the title of a slide of 13.33 × 7.5 inches and a line for its sentence, above its footer."""

LINE_IN: Final = 0.25
_NOTE_IN: Final = 0.34


def describe(frame: Any, words: str) -> None:
    """Say what a chart or table shows, for those who do not see it."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", drop_unfit(words))


def put_notes(page: Any, notes: Sequence[str], box: Box) -> Box:
    """Write lines at the foot of a box, those that are not empty, and give the box that is left above them."""
    left, top, width, _ = rest = above_notes(notes, box)
    below = top + rest[3]
    for note in filter(None, notes):
        high = _note_inches(note, width)
        _write(page, note, (left, below, width, high))
        below += high
    return rest


def above_notes(notes: Sequence[str], box: Box) -> Box:
    """The box that is left above such lines."""
    left, top, width, height = box
    return left, top, width, height - sum(_note_inches(note, width) for note in notes if note)


def _note_inches(note: str, width: float) -> float:
    return _NOTE_IN + (count_lines(note, width * 72 / LEAST_PT) - 1) * LINE_IN


def _write(page: Any, text: str, box: Box) -> None:
    frame = page.shapes.add_textbox(*inches(box)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    run = frame.paragraphs[0].add_run()
    run.text = drop_unfit(text)
    set_font(run.font, LEAST_PT, palette.QUIET)
