"""Hashes of the inputs of a unit's report: it is out of date once one of them differs."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Final

import pandas as pd

from pbwidgets.store.snapshot_files import NO_PARTITION
from pbwidgets.units import partition_of
from pbwidgets.workflows.ground.extracts import SHARED_EXTRACTS
from pbwidgets.workflows.ground.snapshots import (
    RECORDS,
    RECTIFICATIONS,
    RUNNING,
    SCORES,
    SHARED,
    Snapshot,
    code_hash,
)
from pbwidgets.workflows.ground.workspace import Opened

EVERYTHING: Final = (*RECORDS, *SCORES, RUNNING, RECTIFICATIONS)
"""All frames of a snapshot."""


def fingerprint_report(
    snapshot: Snapshot,
    opened: Opened,
    units: pd.DataFrame,
    unit_code: str,
    reads: Collection[str] = EVERYTHING,
) -> dict[str, str]:
    """Hashes by name: each frame that the report reads, the campaign, the code.

    Parameters
    ----------
    reads
        Frames and extracts that the report reads: ``points``, or ``points:village`` for the rows of one track. Of
        frames about units only the rows of the partition count in which the unit and all below it lie.
    """
    part = partition_of(units, opened.campaign.partition_by, unit_code)
    own = _joined(snapshot.parts, reads) if part is None else snapshot.parts.get(part, {})
    shared = snapshot.parts.get(NO_PARTITION, {})
    of_all = [name for name in sorted(reads) if name.partition(":")[0] in (SHARED, *SHARED_EXTRACTS)]
    return {
        **{f"rows:{name}": own.get(name, "") for name in sorted(reads) if name not in of_all},
        "reference": _hash(f"{name}{shared.get(name, '')}" for name in of_all),
        "campaign": snapshot.version,
        "package": code_hash("campaign", "scoring", "charts", "exports", "workflows", "batch"),
    }


def _joined(parts: Mapping[str, Mapping[str, str]], reads: Collection[str]) -> dict[str, str]:
    return {
        name: _hash(f"{code}{parts[code][name]}" for code in sorted(parts) if name in parts[code])
        for name in reads
    }


def _hash(texts: Iterable[str]) -> str:
    return sha256("".join(texts).encode()).hexdigest()[:16]
