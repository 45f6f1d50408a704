"""LibreOffice, started once for all that the tests convert."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook


class Office:
    """LibreOffice at work; it keeps a document open, or it would end after the first conversion.

    Parameters
    ----------
    folder
        An empty folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        soffice = shutil.which("soffice")
        packages = "libreoffice-impress libreoffice-writer libreoffice-calc"
        assert soffice, f"LibreOffice is needed: apt-get install {packages}"
        self._command = [soffice, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        self._kept_open = folder / "kept_open.xlsx"
        Workbook().save(self._kept_open)
        self._start()

    def _start(self) -> None:
        lock = self._kept_open.with_name(f".~lock.{self._kept_open.name}#")
        lock.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [*self._command, "--norestore", str(self._kept_open)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        patience = time.monotonic() + 120
        while not lock.exists():  # which it writes once the document is open
            assert self._process.poll() is None, "LibreOffice ended"
            assert time.monotonic() < patience, "LibreOffice does not start"
            time.sleep(0.1)

    def convert(self, files: Sequence[Path], kind: str, folder: Path) -> list[Path]:
        """The files in another format (``pdf``, ``xlsx``), in a folder."""
        # this hands them to the process that is at work, and waits
        command = [*self._command, "--convert-to", kind, "--outdir", str(folder), *map(str, files)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            # on a busy machine its threads that read a workbook now and then wait for each other for ever
            self.stop()
            self._start()
            subprocess.run(command, check=True, capture_output=True, timeout=240)
        made = [folder / f"{file.stem}.{kind}" for file in files]
        assert all(file.is_file() for file in made), made
        assert self._process.poll() is None, "LibreOffice ended"
        return made

    def stop(self) -> None:
        """End it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
