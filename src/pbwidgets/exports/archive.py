"""Office files whose bytes depend only on their content.

An Office file is a zip archive that records when it was made, in the archive and in ``docProps/core.xml``.
Reports are compared with the last run, so both are set to fixed values.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def write_settled(
    content: bytes, path: Path, mended: Mapping[str, Callable[[bytes], bytes]] | None = None
) -> Path:
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
    mends = mended or {}
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for name in given.namelist():
            data = given.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", data)
            if name in mends:
                data = mends[name](data)
            entry = zipfile.ZipInfo(name, date_time=_ENTRY_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(entry, data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.getvalue())
    return path
