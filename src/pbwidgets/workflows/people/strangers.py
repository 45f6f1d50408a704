"""Wrong passwords for names without an account, counted like those of accounts.

If such names were not locked too, the lock would reveal which names exist. A name typed by mistake may be a
password, so nothing is written to the store: this process keeps hashes of the newest names in memory until
it restarts.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock


@dataclass(frozen=True)
class _Failures:
    count: int
    locked_until: datetime | None = None


class Strangers:
    """Names without an account for which somebody has tried passwords.

    Parameters
    ----------
    most
        Number of names remembered; the one tried longest ago is forgotten first. Each try costs a slow hash, so
        pushing a name out takes longer than its lock lasts.
    wrong_at_most, lock
        Number of wrong passwords in a row that lock a name, and for how long.
    """

    def __init__(self, most: int, wrong_at_most: int, lock: timedelta) -> None:
        self._most, self._wrong_at_most, self._lock = most, wrong_at_most, lock
        self._known: OrderedDict[bytes, _Failures] = OrderedDict()
        self._guard = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def locked_until(self, store_url: str, name: str) -> datetime | None:
        """Moment until which a name is locked; None if it was never locked."""
        with self._guard:
            found = self._known.get(_key(store_url, name))
        return None if found is None else found.locked_until

    def count_failure(self, store_url: str, name: str, now: datetime) -> datetime | None:
        """Count a wrong password; returns the end of the lock, if any."""
        key = _key(store_url, name)
        with self._guard:
            before = self._known.pop(key, _Failures(0))
            count = before.count + 1
            locks = count % self._wrong_at_most == 0
            after = _Failures(count, now + self._lock if locks else before.locked_until)
            self._known[key] = after
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return after.locked_until


def _key(store_url: str, name: str) -> bytes:
    return hashlib.sha256(f"{store_url}\0{name}".encode()).digest()
