"""The two extensions of JupyterLab that draw widgets in Voilà's front end; no other one is loaded."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from jupyter_core.paths import jupyter_path

_NEEDED: Final = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8")
"""What the widgets are, and what puts them on a page of Voilà."""


@cache
def extension_folders() -> tuple[str, ...]:
    """Folders in which extensions are installed."""
    places = (*jupyter_path("voila"), *jupyter_path())
    return tuple(str(Path(place) / "labextensions") for place in places)


@cache
def widget_extensions() -> tuple[dict[str, str], ...]:
    """Names and scripts of the extensions, as the front end wants to be told.

    Raises
    ------
    FileNotFoundError
        If one is not installed.
    """
    return tuple({"name": name, **_build(name)} for name in _NEEDED)


def _build(name: str) -> dict[str, str]:
    for folder in extension_folders():
        path = Path(folder) / name / "package.json"
        if path.is_file():
            built: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["jupyterlab"]["_build"]
            return built
    raise FileNotFoundError(name)
