"""The register of units as arrays: sorted codes, kinds, and which unit is above which."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.scoring.arrays import Bools, Counts, Ints, Objects, positions_in, to_objects

_DEEPEST = 32  # a register is a forest a few levels deep; the bound keeps a cycle from running forever


@dataclass(frozen=True)
class Register:
    """Units in the order of their codes, so that no result depends on the order of rows.

    Attributes
    ----------
    codes
        Sorted unit codes, kept as pandas keeps texts.
    texts
        Names of the units, kept the same way; :attr:`names` gives them as objects.
    kind_ids, kind_codes
        The distinct kinds, and which of them each unit has.
    parents
        Position of the unit above, -1 for a root (or a parent that is not in the register).
    domains
        Domains of the units; None if the frame has none.
    """

    codes: "pd.Index[Any]"
    texts: "pd.Series[Any]"
    kind_ids: tuple[str, ...]
    kind_codes: Counts
    parents: Ints
    domains: "pd.Series[Any] | None" = None

    @property
    def names(self) -> Objects:
        """Names of the units."""
        return self.texts.to_numpy(dtype=object)

    def is_kind(self, *kinds: str) -> Bools:
        """Whether each unit is of one of the kinds."""
        wanted = np.array([*(kind in kinds for kind in self.kind_ids), False], dtype=bool)
        found: Bools = wanted[self.kind_codes]
        return found

    def kinds_at(self, positions: Ints) -> Objects:
        """Kinds of the units at some positions."""
        return np.array([*self.kind_ids, None], dtype=object)[self.kind_codes[positions]]

    def domains_at(self, positions: Ints) -> Objects:
        """Domains of the units at some positions, None where there is none."""
        if self.domains is None:
            return np.full(len(positions), None, dtype=object)
        return to_objects(self.domains.iloc[positions])

    def __len__(self) -> int:
        return len(self.codes)

    def of_kind(self, *kinds: str) -> Ints:
        """Positions of all units of one of the kinds."""
        return np.flatnonzero(self.is_kind(*kinds)).astype(np.int64)

    def ancestors(self, *kinds: str) -> Ints:
        """Position of the nearest unit of one of the kinds above each unit, -1 where there is none."""
        found = np.full(len(self), -1, dtype=np.int64)
        above = self.parents
        right_kind = np.append(self.is_kind(*kinds), False)
        for _ in range(_DEEPEST):
            if not (above >= 0).any():
                break
            found = np.where((found < 0) & right_kind[above], above, found)
            above = self.step_up(above)
        return found

    def step_up(self, positions: Ints) -> Ints:
        """Position of the unit above each position; -1 stays -1."""
        return np.append(self.parents, -1)[positions]


def build_register(units: pd.DataFrame) -> Register:
    """Register of the units of a frame with the columns ``UNITS``.

    Examples
    --------
    >>> units = pd.DataFrame({"unit_code": ["9902", "99"], "unit_name": ["乙", "甲"],
    ...                       "kind": ["town", "county"], "parent_code": ["99", None]})
    >>> register = build_register(units)
    >>> list(register.codes), register.parents.tolist(), register.ancestors("county").tolist()
    (['99', '9902'], [-1, 0], [-1, 0])
    """
    order = units["unit_code"].array.argsort(kind="stable")
    known = [name for name in ("unit_code", "unit_name", "kind", "parent_code", "domain") if name in units]
    ordered = units[known]
    if (np.diff(order) < 0).any():  # most frames are in order already, and texts are slow to move
        ordered = ordered.take(order)
    codes = pd.Index(ordered["unit_code"])
    kind_codes, kind_ids = pd.factorize(ordered["kind"])
    return Register(
        codes=codes,
        texts=ordered["unit_name"],
        kind_ids=tuple(kind_ids),
        kind_codes=kind_codes.astype(np.int16),
        parents=positions_in(ordered["parent_code"], codes),
        domains=ordered.get("domain"),
    )
