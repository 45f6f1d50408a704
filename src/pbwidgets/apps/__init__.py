"""The apps in the browser: the server, sign-in, warm kernels, and the pages that notebooks show."""

from pbwidgets.apps.visit import Visit, open_visit

__all__ = ["Visit", "open_visit"]
