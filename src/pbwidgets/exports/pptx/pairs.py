"""Pairs of photos on slides: what each shows at the left, before and after beside it."""

from typing import Any, Final

from pbwidgets import palette
from pbwidgets.exports.lettering import LEAST_PT, Box, inches, rgb
from pbwidgets.exports.photo_pairs import Photo, PhotoPair, fit_within
from pbwidgets.exports.pptx.stage import Stage
from pbwidgets.intake.text import drop_unfit

_TEXT_SHARE: Final = 0.24
_LABEL_IN: Final = 0.34
_GAP_IN: Final = 0.15


def put_pairs(stage: Stage, page: Any, pairs: tuple[PhotoPair, ...], rows: int, box: Box) -> None:
    """Put pairs on a slide, below each other in as many rows as its fullest has."""
    left, top, width, height = box
    high = height / rows
    for at, pair in enumerate(pairs):
        _put_pair(stage, page, pair, (left, top + at * high, width, high - _GAP_IN))


def _put_pair(stage: Stage, page: Any, pair: PhotoPair, box: Box) -> None:
    left, top, width, height = box
    text = width * _TEXT_SHARE
    frame = page.shapes.add_textbox(*inches((left, top, text, height))).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    stage.add_run(frame.paragraphs[0], pair.title, size=18, colour=palette.INK, bold=True)
    if pair.below:
        stage.add_run(frame.add_paragraph(), pair.below, size=LEAST_PT + 2, colour=palette.QUIET)
    each = (width - text) / 2 - _GAP_IN
    for place, photo in enumerate(pair.photos):
        at = left + text + _GAP_IN + place * (each + _GAP_IN)
        _put_photo(stage, page, photo, pair, (at, top, each, height - _LABEL_IN))
        stage.write(
            page, photo.label, (at, top + height - _LABEL_IN, each, _LABEL_IN), size=LEAST_PT, centred=True
        )


def _put_photo(stage: Stage, page: Any, photo: Photo, pair: PhotoPair, box: Box) -> None:
    left, top, width, height = box
    if photo.file is None:
        frame = page.shapes.add_shape(1, *inches(box))
        frame.fill.solid()
        frame.fill.fore_color.rgb = rgb(palette.PALE_GREY)
        frame.line.color.rgb = rgb(palette.RULE)
        paragraph = frame.text_frame.paragraphs[0]
        stage.add_run(paragraph, photo.missing, size=LEAST_PT + 2, colour=palette.QUIET)
        return
    wide, high = fit_within(photo.file, width, height)
    place = inches((left + (width - wide) / 2, top + (height - high) / 2, wide, high))
    picture = page.shapes.add_picture(str(photo.file), *place)
    picture._element.nvPicPr.cNvPr.set("descr", drop_unfit(f"{photo.label} {pair.words}"))
