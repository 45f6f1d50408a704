"""The command line."""

from pbwidgets.cli.commands import main

__all__ = ["main"]
