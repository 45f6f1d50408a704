"""Wrong passwords, counted so that guessing is slow and no stranger can keep an owner out.

Three counts say when the next attempt is allowed:

- *name and place*: five wrong ones in a row lock a name for a quarter of an hour, but only from where they came:
  an address, or a browser that has signed in under this name before (it has a signed cookie, OWASP's "device
  cookie", and a count of its own);
- *name*: from the tenth wrong one in a row, from whatever addresses, each next attempt waits longer, up to a
  minute. Known browsers do not wait;
- *address*: after 200 wrong ones within a quarter of an hour, on whatever names, an address waits until the quarter
  of an hour is over. A whole office may share an address, and on the day when first passwords are given out each of
  its 200 people may mistype once. Known browsers do not wait.

So a name without a known browser gets fewer than a hundred guesses an hour (OWASP ASVS 2.2.1). Names that nobody has
are counted like the others: the answers do not tell them apart. A name typed by mistake may be a password, so
nothing of this is written down: the server keeps hashes in memory, and forgets them when it restarts.
"""

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from pbwidgets.errors import RightsError

WRONG_AT_MOST: Final = 5
"""Every fifth wrong password in a row locks a name for where it came from."""
LOCK: Final = timedelta(minutes=15)
FREE: Final = 10
"""Wrong passwords in a row on one name, from anywhere, before the next attempt has to wait."""
LONGEST_WAIT: Final = timedelta(minutes=1)
WRONG_OF_ADDRESS: Final = 200
"""Wrong passwords from one address within :data:`LOCK`, on whatever names."""
_FORGET: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Caller:
    """Where an attempt to sign in comes from.

    Attributes
    ----------
    address
        Address of the browser.
    browser
        The browser, as it names itself.
    device
        Id that this browser was given when it signed in under this name before; empty otherwise.
    network
        What the address is counted as, if one caller can have many addresses; by default the address itself.
    """

    address: str = "?"
    browser: str = ""
    device: str = ""
    network: str = ""

    @property
    def counted_as(self) -> str:
        """What attempts from here are counted under."""
        return self.network or self.address


@dataclass(frozen=True)
class _Count:
    wrong: int
    first: datetime
    last: datetime
    until: datetime | None = None


class Attempts:
    """The counts of one server.

    Parameters
    ----------
    most
        Number of counts remembered; the one changed longest ago is forgotten first. Each attempt costs a slow
        hash, so pushing a count out takes longer than its lock lasts.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._counts: OrderedDict[bytes, _Count] = OrderedDict()
        self._guard = Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def begin(self, name: str, mark: str, caller: Caller, now: datetime) -> None:
        """Count an attempt as wrong before its password is looked at, so that many at once are counted too.

        Parameters
        ----------
        name
            The name, with the store that it belongs to.
        mark
            Anything that changes with the password: a new password begins with new counts.

        Raises
        ------
        RightsError
            ``accounts.locked`` with the minutes left, ``accounts.address_locked``; the attempt is then not counted.
        """
        with self._guard:
            self._refuse(name, mark, caller, now)
            for kind, key in _keys(name, mark, caller):
                self._put(key, _next(kind, self._find(key, kind, now), now))

    def refuse(self, name: str, mark: str, caller: Caller, now: datetime) -> None:
        """Raise if the next attempt has to wait.

        Raises
        ------
        RightsError
            ``accounts.locked``, ``accounts.address_locked``.
        """
        with self._guard:
            self._refuse(name, mark, caller, now)

    def succeed(self, name: str, mark: str, caller: Caller) -> None:
        """Take an attempt back, because its password was right; the counts of the name begin anew."""
        with self._guard:
            for kind, key in _keys(name, mark, caller):
                found = self._counts.pop(key, None)
                if kind == "address" and found is not None and found.wrong > 1:
                    wrong = found.wrong - 1
                    self._put(key, _Count(wrong, found.first, found.last))

    def _refuse(self, name: str, mark: str, caller: Caller, now: datetime) -> None:
        for kind, key in _keys(name, mark, caller):
            until = self._find(key, kind, now).until
            if until is not None and until > now:
                code = "accounts.address_locked" if kind == "address" else "accounts.locked"
                raise RightsError(code, minutes=math.ceil((until - now) / timedelta(minutes=1)))

    def _find(self, key: bytes, kind: str, now: datetime) -> _Count:
        found = self._counts.get(key)
        if found is None or now - found.last > _FORGET:
            return _Count(0, now, now)
        if kind == "address" and now - found.first >= LOCK:
            return _Count(0, now, now)
        return found

    def _put(self, key: bytes, count: _Count) -> None:
        self._counts.pop(key, None)
        self._counts[key] = count
        while len(self._counts) > self._most:
            self._counts.popitem(last=False)


def _keys(name: str, mark: str, caller: Caller) -> list[tuple[str, bytes]]:
    if caller.device:
        return [("place", _key(name, mark, "device", caller.device))]
    return [
        ("place", _key(name, mark, "address", caller.counted_as)),
        ("name", _key(name, mark)),
        ("address", _key(caller.counted_as)),
    ]


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def _next(kind: str, before: _Count, now: datetime) -> _Count:
    """The count with one more wrong password."""
    wrong = before.wrong + 1
    until = before.until
    if kind == "place" and wrong % WRONG_AT_MOST == 0:
        until = now + LOCK
    elif kind == "name" and wrong >= FREE:
        until = now + min(timedelta(seconds=2 ** min(wrong - FREE + 1, 6)), LONGEST_WAIT)
    elif kind == "address" and wrong >= WRONG_OF_ADDRESS:
        until = before.first + LOCK
    return _Count(wrong, before.first, now, until)
