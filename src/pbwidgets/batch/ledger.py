"""The manifest of a run under way."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from pbwidgets.batch.pace import Pace
from pbwidgets.workflows.reports.runs.manifest import Manifest, UnitRun, save_manifest

_PACKAGES: Final = ("pbwidgets", "altair", "ipython", "nbconvert", "pandas", "papermill", "vl-convert-python")


def package_versions() -> dict[str, str]:
    """Versions of the packages that a report depends on, by name."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def now() -> str:
    """Time of day as the manifest writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Ledger:
    """The manifest of a run under way, saved as jobs end.

    It is saved after every job, unless saving is slow against the jobs (tens of thousands of units): then
    as often as costs a tenth of the time. A kill can lose the last few entries; those jobs run again.
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self._head = manifest
        self._units = dict(manifest.units)
        self._folder = folder
        self._pace = Pace(self._write)

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now."""
        return replace(self._head, units=dict(self._units))

    def record(self, code: str, run: UnitRun) -> None:
        """Enter how a job ended, without saving."""
        self._units[code] = run

    def save_when_due(self) -> None:
        """Save, unless that would take more than a tenth of the time."""
        self._pace.do_when_due()

    def save(self) -> None:
        """Save now."""
        self._pace.do()

    def _write(self) -> None:
        save_manifest(self.manifest, self._folder)
