"""The page of finished reports."""

from pbwidgets.apps.pages.reports.page import show_results

__all__ = ["show_results"]
