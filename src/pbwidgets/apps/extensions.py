"""The two JupyterLab extensions that draw widgets in Voilà's front end; no other is loaded."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from jupyter_core.paths import jupyter_path

_NEEDED: Final = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8")
"""The widgets themselves, and the manager that puts them on a Voilà page."""


@cache
def extension_folders() -> tuple[str, ...]:
    """Folders in which extensions are installed."""
    places = (*jupyter_path("voila"), *jupyter_path())
    return tuple(str(Path(place) / "labextensions") for place in places)


@cache
def widget_extensions() -> tuple[dict[str, str], ...]:
    """Names and scripts of the extensions, in the front end's format.

    Raises
    ------
    FileNotFoundError
        If one is not installed.
    """
    return tuple({"name": name, **_build(name)} for name in _NEEDED)


@cache
def early_scripts() -> tuple[str, ...]:
    """Extension scripts that every page needs, relative to their folders, so that browsers can preload them.

    These are both entry scripts, and all pieces of the widgets' extension, which would load them one by one.
    """
    entries = [f"{item['name']}/{item['load']}" for item in widget_extensions()]
    pieces = [
        f"{_NEEDED[0]}/static/{path.name}?v={path.name.split('.')[1]}"
        for path in sorted(_find(_NEEDED[0]).joinpath("static").glob("*.????????????????.js"))
        if not path.name.startswith("remoteEntry")
    ]
    return (*entries, *pieces)


def _build(name: str) -> dict[str, str]:
    package = json.loads((_find(name) / "package.json").read_text(encoding="utf-8"))
    built: dict[str, str] = package["jupyterlab"]["_build"]
    return built


def _find(name: str) -> Path:
    for folder in extension_folders():
        path = Path(folder) / name
        if (path / "package.json").is_file():
            return path
    raise FileNotFoundError(name)
