"""The board: what each unit has handed in."""

from pbwidgets.apps.pages.board.page import show_board

__all__ = ["show_board"]
