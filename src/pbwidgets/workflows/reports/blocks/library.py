"""Blocks by name: ours, and an analyst's own in the workspace."""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final

from pbwidgets.campaign.findings import spelling
from pbwidgets.errors import DataError, Problem, UsageError
from pbwidgets.settings import Settings
from pbwidgets.workflows.reports.blocks.block import Block

_OURS: Final = "pbwidgets.workflows.reports.blocks"


def _names_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


@dataclass(frozen=True)
class Library:
    """The blocks that reports of a workspace may name.

    Attributes
    ----------
    folder
        Folder with an analyst's own blocks; it may be missing.
    """

    folder: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all blocks; of a workspace's own those of their files."""
        return (*our_names(), *(name for name in _names_in(self.folder) if name not in our_names()))

    def find(self, name: str) -> Block:
        """Block of a name.

        Raises
        ------
        UsageError
            ``blocks.unknown_block`` with the nearest name.
        DataError
            ``blocks.broken``, ``blocks.absent`` for a file of the workspace that cannot be used.
        """
        if name in our_names():
            return _take(import_module(f"{_OURS}.{our_names()[name]}.{name}"), name)
        if name not in self.names:
            raise UsageError("blocks.unknown_block", **spelling(name, self.names))
        return _load(self._file(name), self.hash_of(name))

    def sound(self) -> tuple[Block, ...]:
        """All blocks; files of the workspace that cannot be used are left out."""
        wrong = {Path(problem.file).stem for problem in self.check()} - our_names().keys()
        return tuple(self.find(name) for name in self.names if name not in wrong)

    def hash_of(self, name: str) -> str:
        """Hash of the file of a workspace's own block; empty for one of ours."""
        file = self._file(name)
        if name in our_names() or not file.is_file():
            return ""
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]

    def check(self) -> tuple[Problem, ...]:
        """Problems of the files of a workspace's own blocks."""
        problems = []
        for name in _names_in(self.folder):
            file = str(self._file(name))
            if name in our_names():
                problems.append(Problem("blocks.taken", file, args={"block": name}))
                continue
            try:
                self.find(name)
            except DataError as error:
                line = str(error.args_of_message.get("line", "1"))
                problems.append(Problem(error.code, file, line, error.args_of_message))
        return tuple(problems)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.py"


def library_of(settings: Settings) -> Library:
    """Blocks that reports of a workspace may name."""
    return Library(settings.notebooks / "blocks")


@cache
def our_names() -> Mapping[str, str]:
    """Names of the blocks of the package, and the folder of each."""
    folders = sorted(path for path in Path(__file__).parent.iterdir() if path.is_dir())
    return MappingProxyType({name: folder.name for folder in folders for name in _names_in(folder)})


@cache
def _load(file: Path, content: str) -> Block:  # the content is only named for the cache
    name = f"pbwidgets_block_{file.stem}_{content}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise DataError("blocks.absent", block=file.stem)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks up the annotations of a class in its module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the edge to an analyst's file: other blocks work on
        del sys.modules[name]
        raise DataError("blocks.broken", block=file.stem, **_place(error, file)) from error
    return _take(module, file.stem)


def _place(error: BaseException, file: Path) -> dict[str, str | int]:
    cause = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return {"cause": f"{type(error).__name__}: {error.msg}", "line": error.lineno or 1}
    lines = [
        frame.lineno or 1
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(file)
    ]
    return {"cause": cause, "line": lines[-1] if lines else 1}


def _take(module: ModuleType, name: str) -> Block:
    found = getattr(module, name, None)
    if not isinstance(found, Block):
        raise DataError("blocks.absent", block=name)
    return found
