"""Files that are the same for everybody: style sheets, scripts, Voilà's front end."""

import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from tornado import web
from voila.static_file_handler import MultiStaticFileHandler

_HASHED: Final = re.compile(r"[0-9a-f]{16,}")
_COMPRESSIBLE: Final = re.compile(r"\.(js|css|json|svg)$")
_KEPT: Final = re.compile(r"\.(js|css|json|woff2?|ttf|svg|png|ico)$")


class StaticHandler(MultiStaticFileHandler):
    """Serves files from some folders; browsers cache them for a year if the address identifies the content."""

    def initialize(self, paths: list[str]) -> None:
        """Look for files in these folders; called by tornado for each request."""
        super().initialize(paths)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Path of a file, if it is of a type that pages load."""
        if not _KEPT.search(absolute_path):
            raise web.HTTPError(404)
        found: str | None = super().validate_absolute_path(root, absolute_path)
        return found

    def set_extra_headers(self, path: str) -> None:
        """Let the browser cache the file."""
        forever = "v" in self.request.arguments or _HASHED.search(path)
        kept = "public, max-age=31536000, immutable" if forever else "public, max-age=86400"
        self.set_header("Cache-Control", kept)
        self.set_header("X-Content-Type-Options", "nosniff")
        self._packed = self._pack()
        if self._packed is not None:
            self.set_header("Content-Encoding", "gzip")
            self.set_header("Vary", "Accept-Encoding")

    def _pack(self) -> bytes | None:
        """Compressed content for browsers that accept it; None to send the file as it is."""
        path = Path(self.absolute_path)
        unpacks = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if not unpacks or "Range" in self.request.headers or not _COMPRESSIBLE.search(path.name):
            return None
        return pack(path, path.stat().st_mtime_ns)

    @classmethod
    def get_content_version(cls, abspath: str) -> str:
        """Version that changes with the file, found without reading it."""
        stat = Path(abspath).stat()
        return f"{stat.st_mtime_ns:x}-{stat.st_size:x}"

    def get_content_size(self) -> int:
        """Number of bytes sent."""
        return len(self._packed) if self._packed is not None else int(super().get_content_size())

    def get_content(self, abspath: str, start: int | None = None, end: int | None = None) -> Any:
        """Bytes sent; unlike tornado's, no class method."""
        return self._packed if self._packed is not None else super().get_content(abspath, start, end)

    def check_xsrf_cookie(self) -> None:
        """Check nothing, as nothing is changed here."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002  tornado's signature
        """Send only the status code."""
        self.finish(f"{status_code}")


@lru_cache(maxsize=512)
def pack(path: Path, changed: int) -> bytes:  # noqa: ARG001  part of the key
    """Compressed file, cached for all visitors: a page loads 70 scripts, and tornado compresses them each time."""
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)
