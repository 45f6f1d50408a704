"""Optional third-party packages that are costly to import and never used here."""

import sys
from typing import Final

_NEEDLESS: Final = ("rfc3987_syntax", "debugpy")


def hide_needless() -> None:
    """Keep this process from importing them; called before anything that would.

    jsonschema, a dependency of Altair, takes over a second and 15 MiB to build a grammar of web addresses that
    no chart needs, and works without it. So does ipykernel without its debugger.
    """
    for name in _NEEDLESS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # means: not installed
