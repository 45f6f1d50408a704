"""Limits on what visitors may do at once and in a row, kept in memory of bounded size."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

_MOST_KEYS: Final = 20_000


class Bucket:
    """A token bucket: it fills evenly up to its size, and everything done takes from it.

    Parameters
    ----------
    per_s, size
        Tokens that flow in a second, and how many it holds at most.
    clock
        Seconds of a clock that never goes back.

    Examples
    --------
    >>> bucket = Bucket(2, 4, clock=lambda: 0.0)
    >>> bucket.take(3), bucket.take(3), bucket.try_take()
    (0.0, 1.0, False)
    """

    def __init__(self, per_s: float, size: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s, self._size, self._clock = per_s, size, clock
        self._left, self._when = size, clock()

    def take(self, amount: float = 1.0) -> float:
        """Take tokens, if need be those to come; returns the seconds to wait until they are there."""
        self._fill()
        self._left -= amount
        return max(0.0, -self._left / self._per_s)

    def try_take(self) -> bool:
        """Take one token; False if there is none."""
        self._fill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        """Give back a token that was taken."""
        self._left += 1

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._when) * self._per_s)
        self._when = now


class Buckets:
    """One token bucket for each key, such as an address; the ones used longest ago are forgotten first.

    Parameters
    ----------
    per_s, size, clock
        As in :class:`Bucket`.
    most
        Maximum number of buckets.
    """

    def __init__(
        self,
        per_s: float,
        size: float,
        clock: Callable[[], float] = time.monotonic,
        most: int = _MOST_KEYS,
    ) -> None:
        self._per_s, self._size, self._clock, self._most = per_s, size, clock, most
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def take(self, key: str, amount: float = 1.0) -> float:
        """Take tokens of a key, if need be those to come; returns the seconds to wait until they are there."""
        return self._bucket(key).take(amount)

    def try_take(self, key: str) -> bool:
        """Take one token of a key; False if there is none."""
        return self._bucket(key).try_take()

    def _bucket(self, key: str) -> Bucket:
        bucket = self._known.pop(key, None) or Bucket(self._per_s, self._size, self._clock)
        self._known[key] = bucket
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return bucket

    def give_back(self, key: str) -> None:
        """Give back a token of a key."""
        if key in self._known:
            self._known[key].give_back()


class OpenCounts:
    """How many of something are open for each key.

    Examples
    --------
    >>> counts = OpenCounts()
    >>> counts.enter({"page": 1}), counts.enter({"page": 1})
    (True, False)
    >>> counts.leave(["page"])
    >>> counts.enter({"page": 1})
    True
    """

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, most: Mapping[str, int]) -> bool:
        """Count one more under each key; False, and nothing is counted, if one of them has its most already."""
        if any(self._open[key] >= limit for key, limit in most.items()):
            return False
        self._open.update(most.keys())
        return True

    def leave(self, keys: Iterable[str]) -> None:
        """Count one less under each key."""
        self._open.subtract(keys)
        self._open += Counter()  # forget those at zero
