"""Optional packages of others that cost much, and that nothing here asks for."""

import sys
from typing import Final

_NEEDLESS: Final = ("rfc3987_syntax", "debugpy")


def hide_needless() -> None:
    """Let this process go without them; called before what would import them.

    jsonschema, which Altair brings, takes more than a second and 15 MiB to build a grammar of web addresses that
    no chart has, and does without if it is not installed. So does ipykernel without a debugger.
    """
    for name in _NEEDLESS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # says: not installed
