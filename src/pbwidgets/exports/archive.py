"""Office files whose bytes depend only on their content.

An Office file is a zip archive that records when it was made, in the archive and in ``docProps/core.xml``; so does the
workbook behind each chart, which is an archive within the archive. Reports are compared with the last run, so all of
these are set to fixed values.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_EMBEDDED = re.compile(r".+/embeddings/.+\.(xlsx|docx|pptx)")


Mend: TypeAlias = Callable[[bytes], bytes]


def write_settled(content: bytes, path: Path, mended: Mapping[str, Mend] | None = None) -> Path:
    """Write the Office file with fixed times and return its path; folders are made.

    Parameters
    ----------
    content
        The file as its library made it.
    path
        The file to write.
    mended
        What is done to a part before it is written, by the part's name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_settle(content, mended or {}))
    return path


def _settle(content: bytes, mended: Mapping[str, Mend]) -> bytes:
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
                data = _settle(data, {})
            if name in mended:
                data = mended[name](data)
            entry = zipfile.ZipInfo(name, date_time=_ENTRY_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(entry, data)
    return made.getvalue()
