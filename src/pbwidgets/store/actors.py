"""Who acts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The person or command that a write is booked to.

    Attributes
    ----------
    name
        Account name, or ``cli:<OS user>`` for the command line.
    role
        Role in which the actor acts, for example ``filler``.
    unit_code
        Unit of the account; none for roles without one.
    on_behalf
        Whether the actor fills for somebody else's unit.
    """

    name: str
    role: str
    unit_code: str | None = None
    on_behalf: bool = False
