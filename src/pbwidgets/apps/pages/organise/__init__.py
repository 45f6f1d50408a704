"""The organiser's page."""

from pbwidgets.apps.pages.organise.page import show_organise

__all__ = ["show_organise"]
