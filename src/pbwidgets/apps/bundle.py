"""The script that draws charts in the browser, built once from the sources in vl-convert, without a network.

vl-convert starts V8, so it runs in its own process: ``python -m pbwidgets.apps.bundle FILE``.
"""

import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pbwidgets.files import put_file

_SOURCE: Final = "window.pbVegaEmbed = vegaEmbed;"


def bundle_name() -> str:
    """Name of the script's file, which changes with the versions of its sources."""
    made_of = f"{version('vl-convert-python')} {version('altair')} {_SOURCE}"
    return f"vega-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.js"


def ensure_bundle(folder: Path) -> Path:
    """Path of the script; it is built if missing, which takes some seconds."""
    path = folder / bundle_name()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        subprocess.run([sys.executable, "-m", "pbwidgets.apps.bundle", str(path)], check=True)
    return path


def _build(path: Path) -> None:
    import vl_convert
    from altair import SCHEMA_VERSION

    dialect = ".".join(SCHEMA_VERSION.split(".")[:2])  # Altair's Vega-Lite version: v6.1
    put_file(path, vl_convert.javascript_bundle(_SOURCE, vl_version=dialect).encode())


if __name__ == "__main__":
    _build(Path(sys.argv[1]))
