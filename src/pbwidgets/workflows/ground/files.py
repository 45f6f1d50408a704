"""A file that the server may serve."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServedFile:
    """A file that the actor may see.

    Attributes
    ----------
    path
        Where it is.
    kind
        Media type.
    filename
        Name under which the browser saves it.
    """

    path: Path
    kind: str
    filename: str
