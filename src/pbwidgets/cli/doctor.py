"""The command ``doctor``: what is installed, and what to do about what is missing."""

import platform
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from pbwidgets.errors import PbError
from pbwidgets.settings import load_settings
from pbwidgets.wording import has_words, say

_NAMED: Final = 5
"""At most so many lost files are named."""
_SHORT: Final = 12
_WAIT_S: Final = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes
    ----------
    what
        Code of its name.
    ok
        Whether it is present.
    detail
        Version, path, or what went wrong.
    needed
        Whether the package cannot work without it.
    """

    what: str
    ok: bool
    detail: str
    needed: bool = True

    def line(self) -> str:
        """One line of the list, with the remedy if it is missing."""
        mark = say("cli.ok") if self.ok else say("cli.missing")
        remedy = f"{self.what}.remedy"
        help_text = f"  → {say(remedy)}" if not self.ok and has_words(remedy) else ""
        return f"[{mark}] {say(self.what)}: {self.detail}{help_text}"


def examine() -> list[Finding]:
    """All findings, in order."""
    return list(_examine())


def _examine() -> Iterator[Finding]:
    yield Finding("cli.doctor.python", True, platform.python_version())
    yield _try("cli.doctor.font", _font)
    settings = load_settings()
    there = (settings.parameters / "campaigns").is_dir()
    yield Finding("cli.doctor.workspace", there, str(settings.workspace))
    if there:
        yield from _try_store()
    if settings.address.startswith("https://"):
        yield _try("cli.doctor.https", lambda: check_certificate(settings.address), needed=False)
    yield _try("cli.doctor.kernel", _kernel)
    yield _try("cli.doctor.warm_kernel", _warm_kernel)
    yield Finding("cli.doctor.postgres", find_spec("psycopg") is not None, "psycopg", needed=False)
    there = all(find_spec(name) is not None for name in ("pymcdm", "SALib"))
    yield Finding("cli.doctor.index", there, "pymcdm, SALib", needed=False)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    yield Finding("cli.doctor.office", office is not None, office or "soffice", needed=False)


def _try(what: str, look: Callable[[], str], *, needed: bool = True) -> Finding:
    try:
        return Finding(what, True, look(), needed)
    except (PbError, OSError, LookupError) as error:
        return Finding(what, False, str(error), needed)


def check_certificate(address: str) -> str:
    """Until when the certificate of an https address is valid, and what can be done with it.

    Raises
    ------
    OSError
        If nobody answers, or browsers would not trust the certificate.
    """
    place = urlsplit(address)
    where = place.hostname or "", place.port or 443
    context = ssl.create_default_context()
    with (
        socket.create_connection(where, timeout=_WAIT_S) as plain,
        context.wrap_socket(plain, server_hostname=where[0]) as secured,
    ):
        ends = ssl.cert_time_to_seconds(str((secured.getpeercert() or {})["notAfter"]))
    return say("cli.doctor.https_valid", until=datetime.fromtimestamp(ends, UTC).date())


def _font() -> str:
    from pbwidgets.charts.theme import find_cjk_font

    return str(find_cjk_font())


def _try_store() -> Iterator[Finding]:
    """Whether the store opens; if it does, whether it is whole and has its evidence."""
    from pbwidgets.workflows.ground.rights import operator
    from pbwidgets.workflows.ground.workspace import open_workspace
    from pbwidgets.workflows.people.health import examine_records

    try:
        with open_workspace() as workspace:
            found = examine_records(workspace, operator())
            url = workspace.store.shown_url
    except (PbError, OSError) as error:
        yield Finding("cli.doctor.store", False, str(error))
        return
    if not found.sound:
        yield Finding("cli.doctor.store", False, say("cli.doctor.damaged"))
    elif found.behind:
        yield Finding("cli.doctor.store", False, say("cli.doctor.behind", entries=found.behind))
    else:
        yield Finding("cli.doctor.store", True, url)
    lost = found.missing + found.altered
    named = [f"{item.key.form_id} {item.key.unit_code} {item.file.sha256[:_SHORT]}" for item in lost[:_NAMED]]
    said = say(
        "cli.doctor.evidence_lost",
        missing=len(found.missing),
        altered=len(found.altered),
        named="、".join(named + ["…"] * (len(lost) > _NAMED)),
    )
    yield Finding("cli.doctor.evidence", not lost, said if lost else say("cli.doctor.evidence_whole"))


def _warm_kernel() -> str:
    from pbwidgets.apps.extensions import widget_extensions
    from pbwidgets.apps.kernels import PROVISIONER, find_provisioner
    from pbwidgets.forking import HAS_FORK

    if not HAS_FORK:
        return say("cli.doctor.ordinary_kernels")
    if not find_provisioner():
        raise LookupError(PROVISIONER)
    return "、".join([PROVISIONER, *(item["name"] for item in widget_extensions())])


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    return str(KernelSpecManager().get_kernel_spec("python3").resource_dir)
