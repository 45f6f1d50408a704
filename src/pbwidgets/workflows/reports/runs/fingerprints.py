"""Hashes of the inputs of units' reports: one is out of date once one of its inputs differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pandas as pd

from pbwidgets.campaign import Campaign
from pbwidgets.exports.own_templates import find_template, hash_files
from pbwidgets.scoring.extracts import SHARED_EXTRACTS
from pbwidgets.store.snapshot_files import NO_PARTITION
from pbwidgets.units import sole_partitions
from pbwidgets.workflows.ground.snapshots import SHARED, Snapshot, code_hash
from pbwidgets.workflows.ground.workspace import Opened
from pbwidgets.workflows.reports.blocks.block import EVERY_FRAME
from pbwidgets.workflows.reports.blocks.library import Library
from pbwidgets.workflows.reports.blocks.lists import parts_read, read_blocks
from pbwidgets.workflows.reports.blocks.pieces import DocumentKind
from pbwidgets.workflows.reports.definitions import NOTEBOOK, ReportDefinition


def fingerprint_reports(
    snapshot: Snapshot,
    opened: Opened,
    units: pd.DataFrame,
    report: ReportDefinition,
    library: Library,
    unit_codes: Iterable[str],
) -> dict[str, dict[str, str]]:
    """Hashes of each unit's report: of each frame that it reads, the campaign, the code.

    Of frames about units only the rows of the partition count in which a unit and all below it lie, if there is one;
    of scores only those of the tracks that its blocks are about.

    Returns
    -------
    dict
        ``{unit code: {name: hash}}``.
    """
    kinds = dict(zip(units["unit_code"], units["kind"], strict=True))
    partition_of = sole_partitions(units, opened.campaign.partition_by).dropna().to_dict()
    kinds_known: dict[str, _OfKind] = {}
    joined: dict[str, dict[str, str]] = {}
    made = {}
    for code in unit_codes:
        kind = kinds[code]
        if kind not in kinds_known:
            kinds_known[kind] = _of_kind(_reads_of(report, library, opened.campaign, kind), snapshot)
        known = kinds_known[kind]
        if code in partition_of:
            own = snapshot.parts.get(partition_of[code], {})
        else:  # a unit above several partitions reads all of them
            if kind not in joined:
                joined[kind] = _joined(snapshot.parts, known.rows)
            own = joined[kind]
        made[code] = {**{f"rows:{name}": own.get(name, "") for name in known.rows}, **known.common}
    return made


def hash_templates(parameters: Path, named: Mapping[str, str], slides: Path | None) -> dict[str, str]:
    """Hashes of a report's templates: ``template`` of its slides, ``document_template``; each empty without one.

    Only templates that a report's document may be made from count, not those of the other documents.

    Parameters
    ----------
    parameters
        Folder of the workspace's parameters.
    named
        Files that the campaign names (``office.templates``).
    slides
        Template of its slides; None: our own ground.
    """
    found = [find_template(parameters, named, kind) for kind in get_args(DocumentKind)]
    documents = [template for template in found if template is not None]
    return {"template": hash_files([slides] if slides else []), "document_template": hash_files(documents)}


@dataclass(frozen=True)
class _OfKind:
    """What reports of units of one kind read of the units' own rows, and the hashes that are the same for all."""

    rows: tuple[str, ...]
    common: Mapping[str, str]


def _of_kind(reads: frozenset[str], snapshot: Snapshot) -> _OfKind:
    shared = snapshot.parts.get(NO_PARTITION, {})
    of_all = [name for name in sorted(reads) if name.partition(":")[0] in (SHARED, *SHARED_EXTRACTS)]
    common = {
        "reference": _hash(f"{name}{shared.get(name, '')}" for name in of_all),
        "campaign": snapshot.version,
        "package": code_hash("campaign", "scoring", "charts", "exports", "workflows", "batch"),
    }
    return _OfKind(tuple(sorted(reads.difference(of_all))), common)


def _reads_of(report: ReportDefinition, library: Library, campaign: Campaign, kind: str) -> frozenset[str]:
    """What a report of a unit of a kind reads: what its blocks say; all frames if its notebook is another."""
    if report.notebook != NOTEBOOK:
        return EVERY_FRAME
    return parts_read(read_blocks(report.blocks, library, report.parameters).blocks, campaign, kind)


def _joined(parts: Mapping[str, Mapping[str, str]], reads: Iterable[str]) -> dict[str, str]:
    return {
        name: _hash(f"{code}{parts[code][name]}" for code in sorted(parts) if name in parts[code])
        for name in reads
    }


def _hash(texts: Iterable[str]) -> str:
    return sha256("".join(texts).encode()).hexdigest()[:16]
