"""The page on which submissions are reviewed and marked."""

from pbwidgets.apps.pages.review.page import show_review

__all__ = ["show_review"]
