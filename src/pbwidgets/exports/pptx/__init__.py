"""Slides for a meeting: a title, what is most important, and then one message a slide."""

from pbwidgets.exports.pptx.deck import Deck, Slide, build_deck, save_slide
from pbwidgets.exports.pptx.template import SlidesTemplate, open_template

__all__ = ["Deck", "Slide", "SlidesTemplate", "build_deck", "open_template", "save_slide"]
