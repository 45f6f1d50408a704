"""Templates that an organiser keeps for documents, below the workspace's parameters."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from pbwidgets.campaign.model import DocumentName
from pbwidgets.errors import DataError

TEMPLATES: Final = "templates"
"""Their folder, below ``parameters``."""


def find_template(parameters: Path, named: Mapping[str, str], name: DocumentName) -> Path | None:
    """The template of a kind of file: named by the campaign, or by its own name; None without one.

    Parameters
    ----------
    parameters
        Folder of the workspace's parameters.
    named
        Files that the campaign names (``office.templates``).
    name
        What is made of it.

    Raises
    ------
    DataError
        ``template.missing`` if the campaign names one that is not there.
    """
    given = named.get(name)
    if given is None:
        usual = parameters / TEMPLATES / f"{name}.docx"
        return usual if usual.is_file() else None
    found = parameters / given
    if not found.is_file() or not found.resolve().is_relative_to((parameters / TEMPLATES).resolve()):
        raise DataError("template.missing", file=Path(given).name)
    return found


def hash_templates(parameters: Path) -> str:
    """Hash of all templates of documents, as they are now; empty without any."""
    files = sorted((parameters / TEMPLATES).glob("*.docx"))
    parts = [path.name.encode() + sha256(path.read_bytes()).digest() for path in files if path.is_file()]
    return sha256(b"".join(parts)).hexdigest()[:16] if parts else ""
