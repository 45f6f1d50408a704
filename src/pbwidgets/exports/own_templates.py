"""Templates that an organiser keeps for documents and slides, below the workspace's parameters."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from pbwidgets.campaign.model import DocumentName

TEMPLATES: Final = "templates"
"""Their folder, below ``parameters``."""


def find_template(parameters: Path, named: Mapping[str, str], name: DocumentName) -> Path | None:
    """The template of a kind of file: named by the campaign, or by its own name; None without one.

    One that the campaign names may be missing, which whoever reads it will say.

    Parameters
    ----------
    parameters
        Folder of the workspace's parameters.
    named
        Files that the campaign names (``office.templates``).
    name
        What is made of it.
    """
    folder = parameters / TEMPLATES
    if name in named:
        return folder / Path(named[name]).name
    usual = folder / (f"{name}.pptx" if name == "slides" else f"{name}.docx")
    return usual if usual.is_file() else None


def hash_files(files: Iterable[Path]) -> str:
    """Hash of names and contents of files, as they are now; empty without any that can be read."""
    parts = []
    for path in files:
        try:
            parts.append(path.name.encode() + sha256(path.read_bytes()).digest())
        except OSError:
            continue
    return sha256(b"".join(parts)).hexdigest()[:16] if parts else ""
