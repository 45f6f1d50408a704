"""Hashes of the inputs of a unit's report: it is out of date once one of them differs."""

from collections.abc import Mapping
from hashlib import sha256

import pandas as pd

from pbwidgets.store.snapshot_files import NO_PARTITION
from pbwidgets.units import partition_of
from pbwidgets.workflows.ground.snapshots import SHARED, Snapshot, code_hash
from pbwidgets.workflows.ground.workspace import Opened


def fingerprint_report(
    snapshot: Snapshot, opened: Opened, units: pd.DataFrame, unit_code: str
) -> dict[str, str]:
    """Hashes by name: the unit's own rows, the published reference, the campaign, the code."""
    partition = partition_of(units, opened.campaign.partition_by, unit_code)
    shared = snapshot.parts.get(NO_PARTITION, {})
    # the report of a unit above several partitions reads them all
    rows = _joined(snapshot.parts) if partition is None else snapshot.parts.get(partition, {})
    return {
        **{f"rows:{frame}": value for frame, value in rows.items() if frame != SHARED},
        "reference": shared.get(SHARED, ""),
        "campaign": snapshot.version,
        "package": code_hash("campaign", "scoring", "charts", "exports", "workflows", "batch"),
    }


def _joined(parts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    frames = sorted({frame for part in parts.values() for frame in part})
    return {
        frame: sha256(
            "".join(f"{code}{parts[code].get(frame, '')}" for code in sorted(parts)).encode()
        ).hexdigest()[:16]
        for frame in frames
    }
