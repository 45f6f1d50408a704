"""A new workspace, created from the installed package."""

import shutil
from importlib import resources
from pathlib import Path

from pbwidgets.errors import UsageError

_PARTS = ("notebooks", "parameters")


def lay_out_workspace(folder: Path) -> None:
    """Copy notebooks and parameters of the package into a folder that has none yet.

    Raises
    ------
    UsageError
        ``workflows.folder_in_use`` if the folder has notebooks or parameters.
    """
    taken = [name for name in _PARTS if (folder / name).exists()]
    if taken:
        raise UsageError("workflows.folder_in_use", folder=str(folder), taken="、".join(taken))
    source = packaged_workspace()
    for name in _PARTS:
        shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


def packaged_workspace() -> Path:
    """Folder with the package's notebooks and parameters: in the wheel, or in the checkout it runs from."""
    package = Path(str(resources.files("pbwidgets")))
    packed = package / "workspace"
    return packed if packed.is_dir() else package.parent.parent
