"""Packages of others: those that nothing here asks for, and those that come with an extra."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pbwidgets.errors import UsageError

_NEEDLESS: Final = ("rfc3987_syntax", "debugpy")


def hide_needless() -> None:
    """Let this process go without them; called before what would import them.

    jsonschema, which Altair brings, takes more than a second and 15 MiB to build a grammar of web addresses that
    no chart has, and does without if it is not installed. So does ipykernel without a debugger.
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
