"""Office files whose bytes depend only on their content.

An Office file is a zip archive that records when it was made, in the archive and in ``docProps/core.xml``; so does the
workbook behind each chart, which is an archive within the archive. Reports are compared with the last run, so all of
these are set to fixed values.
"""

import io
import re
import zipfile
from pathlib import Path

_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_EMBEDDED = re.compile(r".+/embeddings/.+\.(xlsx|docx|pptx)")


def write_settled(content: bytes, path: Path) -> Path:
    """Write the Office file with fixed times and return its path; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_settle(content))
    return path


def _settle(content: bytes) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for name in given.namelist():
            data = given.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", data)
            elif _EMBEDDED.fullmatch(name):
                data = _settle(data)
            entry = zipfile.ZipInfo(name, date_time=_ENTRY_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(entry, data)
    return made.getvalue()
