"""Packages of others: those that nothing here asks for, and those that come with an extra."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pbwidgets.errors import UsageError

_NEEDLESS: Final = ("rfc3987_syntax", "debugpy")


def hide_needless() -> None:
    """Keep this process from importing them; called before anything that would.

    jsonschema, a dependency of Altair, takes over a second and 15 MiB to build a grammar of web addresses that
    no chart needs, and works without it. So does ipykernel without its debugger.
    """
    for name in _NEEDLESS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # says: not installed


@contextmanager
def from_extra(extra: str) -> Iterator[None]:
    """Imports within come with an extra of this package.

    Raises
    ------
    UsageError
        ``errors.extra_missing`` with the line that installs the extra.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError("errors.extra_missing", module=error.name, extra=extra) from error
