"""Files that are the same for everybody: style sheets, scripts, Voilà's front end."""

import re
from typing import Any, Final

from tornado import web
from voila.static_file_handler import MultiStaticFileHandler

_HASHED: Final = re.compile(r"[0-9a-f]{16,}")
_KEPT: Final = re.compile(r"\.(js|css|json|woff2?|ttf|svg|png|ico)$")


class StaticHandler(MultiStaticFileHandler):
    """Serves files of some folders, kept by the browser for a year when their address names their content."""

    def initialize(self, paths: list[str]) -> None:
        """Look for files in these folders; called by tornado for each request."""
        super().initialize(paths)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Path of a file that is of a kind that pages load."""
        if not _KEPT.search(absolute_path):
            raise web.HTTPError(404)
        found: str | None = super().validate_absolute_path(root, absolute_path)
        return found

    def set_extra_headers(self, path: str) -> None:
        """Let the browser keep it."""
        forever = "v" in self.request.arguments or _HASHED.search(path)
        kept = "public, max-age=31536000, immutable" if forever else "public, max-age=86400"
        self.set_header("Cache-Control", kept)
        self.set_header("X-Content-Type-Options", "nosniff")

    def check_xsrf_cookie(self) -> None:
        """Nothing to check: nothing is changed here."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002  tornado's signature
        """No more than the number."""
        self.finish(f"{status_code}")
