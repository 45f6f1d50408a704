"""What the server counts about its visitors, so that none of them can take it from the others."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pbwidgets.apps.limits import Buckets, OpenCounts

MOST_PER_ADDRESS: Final = 200
"""Maximum number of connections of anonymous visitors from one address: a whole office may share one."""

_SOCKETS_OF_PAGE: Final = 3  # one that is lost may not be closed yet when the page connects again
_SOCKETS_OF_SESSION: Final = 40
_SOCKETS_OF_ACCOUNT: Final = 60
_HASHES_OF_BROWSER: Final = 3
_HASHES_OF_ADDRESS: Final = 20  # a whole office may share one
_HASHES_OF_STRANGERS: Final = 60
_KEPT_S: Final = 2 * 3600.0
_MOST_INVITATIONS: Final = 20_000
_INVITATIONS_OF_CODE: Final = 5  # one person, on a phone and a computer


class Invitations:
    """Codes that anonymous visitors have typed in and that were right; kept in memory only, for some hours.

    Parameters
    ----------
    most
        Maximum number; the oldest are forgotten first.
    clock
        Seconds of a clock that never goes back.
    """

    def __init__(self, most: int = _MOST_INVITATIONS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._codes: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._codes)

    def invite(self, visitor: str, code: str) -> None:
        """Remember the code of a visitor, in place of a former one, and of only a few visitors with the same code."""
        self._codes.pop(visitor, None)
        same = [other for other, (known, _) in self._codes.items() if known == code]
        for other in same[: max(0, len(same) - _INVITATIONS_OF_CODE + 1)]:
            del self._codes[other]
        self._codes[visitor] = (code, self._clock() + _KEPT_S)
        while len(self._codes) > self._most:
            self._codes.popitem(last=False)

    def code_of(self, visitor: str) -> str:
        """Code of a visitor; empty if there is none any more."""
        code, until = self._codes.get(visitor, ("", 0.0))
        return code if self._clock() < until else ""

    def forget(self, visitor: str) -> None:
        """Forget the code of a visitor."""
        self._codes.pop(visitor, None)


@dataclass(frozen=True)
class Doors:
    """What is counted about the visitors of one server.

    Attributes
    ----------
    most_per_address
        Maximum number of connections of anonymous visitors from one address.
    sockets
        Open websocket connections.
    arrivals
        Pages and connections opened in a row, by survey code.
    hashing
        Attempts to sign in that wait for their password to be looked at.
    wrong_codes
        Wrong survey codes, by address.
    messages, sent_bytes
        Messages from pages and their bytes, by account or survey code, over all connections: somebody who types
        fast sends 20 messages a second, and a sheet that is pasted in comes at once.
    late_codes
        Wrong survey codes while everybody has to wait, by address.
    invitations
        Survey codes that were right.
    """

    most_per_address: int = MOST_PER_ADDRESS
    sockets: OpenCounts = field(default_factory=OpenCounts)
    arrivals: Buckets = field(default_factory=lambda: Buckets(per_s=0.2, size=30))
    hashing: OpenCounts = field(default_factory=OpenCounts)
    wrong_codes: Buckets = field(default_factory=lambda: Buckets(per_s=0.2, size=30))
    messages: Buckets = field(default_factory=lambda: Buckets(per_s=200, size=1000))
    sent_bytes: Buckets = field(default_factory=lambda: Buckets(per_s=2**18, size=6 * 2**20))
    late_codes: Buckets = field(default_factory=lambda: Buckets(per_s=1 / 600, size=3))
    invitations: Invitations = field(default_factory=Invitations)

    def may_arrive(self, code: str) -> bool:
        """Whether one more page or connection may be opened by a survey code; always, if it is empty."""
        return not code or self.arrivals.try_take(code)

    def socket_limits(self, kernel_id: str, owner: str, session: str, address: str) -> dict[str, int]:
        """Maximum number of open connections for each key that one more connection counts under.

        Parameters
        ----------
        kernel_id
            Kernel of the page.
        owner
            Key of the account or anonymous visitor.
        session
            Hash of the session; empty if there is none.
        address
            Address of an anonymous visitor; empty for anybody else, as a whole office may share one.
        """
        most = {f"page:{kernel_id}": _SOCKETS_OF_PAGE, owner: _SOCKETS_OF_ACCOUNT}
        if session:
            most[f"session:{session}"] = _SOCKETS_OF_SESSION
        if address:
            most[f"address:{address}"] = self.most_per_address
        return most

    def hashing_limits(self, device: str, address: str) -> dict[str, int]:
        """Maximum number of attempts to sign in that may wait, for each key that one more counts under.

        Parameters
        ----------
        device
            Id of a browser that has signed in under this name before; empty for others.
        address
            What the address is counted as.
        """
        if device:
            return {f"device:{device}": _HASHES_OF_BROWSER}
        return {f"address:{address}": _HASHES_OF_ADDRESS, "strangers": _HASHES_OF_STRANGERS}


def code_key(code: str) -> str:
    """Key under which the pages of one survey code are counted.

    >>> code_key("ABCD2345") == code_key("ABCD2345") != code_key("ABCD2346")
    True
    """
    return f"code:{hashlib.sha256(code.encode()).hexdigest()}"
