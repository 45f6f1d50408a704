"""Anonymous surveys: answering, handing out codes, results."""

from pbwidgets.apps.pages.survey.page import show_survey

__all__ = ["show_survey"]
