"""The page on which forms are filled in."""

from pbwidgets.apps.pages.filling.page import show_fill

__all__ = ["show_fill"]
