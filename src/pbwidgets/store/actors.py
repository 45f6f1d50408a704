"""Who makes a write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The person or command that makes a write.

    Attributes
    ----------
    name
        Account name, or ``cli:<OS user>`` for the command line.
    role
        Role in which the actor acts, for example ``filler``.
    unit_code
        Unit of the account; none for roles without one.
    on_behalf
        Whether the actor fills in for another unit.
    """

    name: str
    role: str
    unit_code: str | None = None
    on_behalf: bool = False
