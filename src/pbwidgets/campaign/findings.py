"""What a check finds: a code, its numbers, and the address of the mistake in the campaign file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

Address = tuple[str | int, ...]
"""Keys and indices from the top of the file: ``("tracks", 0, "criteria", 2, "points")``."""


@dataclass(frozen=True)
class Finding:
    """One mistake.

    Attributes
    ----------
    code
        Code of the message.
    address
        Keys and indices from the top of the file to the mistake.
    args
        Values that the message names.
    rests_on
        Addresses of what else was looked at. A finding is dropped if something there could not be read, since
        it may only follow from that.
    """

    code: str
    address: Address
    args: dict[str, Any] = field(default_factory=dict)
    rests_on: tuple[Address, ...] = ()


def unknown(
    code: str, address: Address, value: str, allowed: Iterable[str], rests_on: tuple[Address, ...] = ()
) -> Finding:
    """Finding that a name is not defined, with what is allowed and the nearest spelling."""
    return Finding(code, address, spelling(value, allowed), rests_on)


def spelling(value: object, allowed: Iterable[str]) -> dict[str, str]:
    """Arguments ``value``, ``allowed`` and ``nearest`` of a message about a name that is not known.

    >>> spelling("ratd", ["rated", "discretion"])
    {'value': 'ratd', 'allowed': 'rated, discretion', 'nearest': 'rated'}
    """
    names = list(dict.fromkeys(allowed))
    nearest = max(names, key=lambda name: SequenceMatcher(None, str(value), name).ratio(), default="—")
    return {"value": str(value), "allowed": ", ".join(names) or "—", "nearest": nearest}


def write_address(address: Address) -> str:
    """An address as people read it: ``tracks[0].criteria[2].points``.

    >>> write_address(("tracks", 0, "criteria", 2, "points"))
    'tracks[0].criteria[2].points'
    """
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in address]
    return "".join(parts).removeprefix(".")
