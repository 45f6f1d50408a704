"""The page of the meeting that decides."""

from pbwidgets.apps.pages.meeting.page import show_meeting

__all__ = ["show_meeting"]
