"""Frames as a folder of Parquet files, split by partition, and fingerprints that show which part has changed.

``<folder>/<frame>/partition=<code>/part.parquet``; rows without a partition are under ``_``, which every
frame has, to keep its columns. A row belongs to the partition of its ``unit_code``, or of its ``by_unit`` if
the frame has no unit.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np
import pandas as pd

from pbwidgets.errors import DataError
from pbwidgets.intake.text import drop_unfit

if TYPE_CHECKING:
    import pyarrow as pa

NO_PARTITION: Final = "_"
_POSITION: Final = "__position__"
_KEYS: Final = ("unit_code", "by_unit")

PartitionOf = Mapping[str, str] | pd.Series
"""From a unit code to the code of its partition; units not in it have none."""


def write_frames(folder: Path, frames: Mapping[str, pd.DataFrame], partition_of: PartitionOf) -> None:
    """Write the frames, all or none; an existing folder is replaced.

    Parameters
    ----------
    folder
        The snapshot's folder.
    frames
        Frames by name, with a plain range index.
    partition_of
        From unit code to partition.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for name, frame in frames.items():
            _write_frame(temporary / name, frame, partition_of)
        _swap(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_frames(folder: Path, names: Iterable[str], partition: str | None = None) -> dict[str, pd.DataFrame]:
    """Frames by name, as they were written: columns, dtypes, order of rows.

    Parameters
    ----------
    partition
        Only the rows of this partition, without those that have none. None gives all rows.

    Raises
    ------
    DataError
        ``store.no_snapshot`` if the folder has no such frame.
    """
    return {name: _read_frame(folder / name, partition) for name in names}


def fingerprints(frames: Mapping[str, pd.DataFrame], partition_of: PartitionOf) -> dict[str, dict[str, str]]:
    """Fingerprint (16 hexadecimal digits) of each frame's rows in each partition that has any, also by track.

    The order of rows does not matter; names and dtypes of columns do.

    Returns
    -------
    dict
        ``{partition: {frame: fingerprint, "frame:track": fingerprint}}``; the second for frames with a
        ``track_id``, of the rows of each track.
    """
    found: dict[str, dict[str, str]] = {}
    for name, frame in frames.items():
        heading = repr([(str(column), str(dtype)) for column, dtype in frame.dtypes.items()]).encode()
        hashes, places = _row_hashes(frame), _partitions(frame, partition_of)
        _add_digests(found, name, heading, hashes, places)
        if "track_id" not in frame:
            continue
        tracks = frame["track_id"].fillna("").to_numpy(dtype=str)
        for track in np.unique(tracks).tolist():
            own = tracks == track
            _add_digests(found, f"{name}:{track}", heading, hashes[own], places[own])
    return found


def _add_digests(
    found: dict[str, dict[str, str]],
    name: str,
    heading: bytes,
    hashes: np.ndarray[Any, np.dtype[np.uint64]],
    places: np.ndarray[Any, np.dtype[Any]],
) -> None:
    """Add the fingerprint of the rows of each partition under a name."""
    if not len(hashes):
        return
    order = np.lexsort((hashes, places))
    codes, starts = np.unique(places[order], return_index=True)
    for code, rows in zip(codes.tolist(), np.split(hashes[order], starts[1:]), strict=True):
        digest = hashlib.sha256(heading + rows.astype("<u8").tobytes()).hexdigest()
        found.setdefault(code, {})[name] = digest[:16]


def _row_hashes(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.uint64]]:
    if not len(frame.columns):
        return np.zeros(len(frame), dtype=np.uint64)
    # a missing value must not look like any text
    gaps = frame.isna().add_suffix("__missing__")
    hashes = pd.util.hash_pandas_object(pd.concat([frame, gaps], axis=1), index=False)
    return np.asarray(hashes, dtype=np.uint64)


def _partitions(frame: pd.DataFrame, partition_of: PartitionOf) -> np.ndarray[Any, np.dtype[Any]]:
    key = next((name for name in _KEYS if name in frame), None)
    if key is None or frame.empty:
        return np.full(len(frame), NO_PARTITION, dtype=object).astype(str)
    lookup = dict(partition_of.items())
    codes = (lookup.get(code) if isinstance(code, str) else None for code in frame[key].tolist())
    return np.array([code if isinstance(code, str) else NO_PARTITION for code in codes], dtype=str)


def _write_frame(folder: Path, frame: pd.DataFrame, partition_of: PartitionOf) -> None:
    import pyarrow as pa  # slow to import
    import pyarrow.parquet as pq

    numbered = frame.reset_index(drop=True).assign(**{_POSITION: np.arange(len(frame), dtype=np.int64)})
    partitions = _partitions(frame, partition_of)
    table = _without_unfit(pa.Table.from_pandas(numbered, preserve_index=False))
    for code in sorted({*partitions.tolist(), NO_PARTITION}):
        path = _part(folder, code)
        path.parent.mkdir(parents=True)
        pq.write_table(table.filter(pa.array(partitions == code)), path)


def _without_unfit(table: "pa.Table") -> "pa.Table":
    """The table without characters that Office files cannot hold; a store that is old enough may have some."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, column in enumerate(table.columns):
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        if (
            is_text and not pc.all(pc.utf8_is_printable(column)).as_py()
        ):  # fast; line breaks are among the rest
            texts = [text if text is None else drop_unfit(text) for text in column.to_pylist()]
            table = table.set_column(at, table.field(at), pa.array(texts, column.type))
    return table


def _read_frame(folder: Path, partition: str | None) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    shape = _part(folder, NO_PARTITION)
    if not shape.is_file():
        raise DataError("store.no_snapshot", snapshot=folder.parent.name, frame=folder.name)
    if partition is None:
        paths = sorted(folder.glob("partition=*/part.parquet"))
        table = pa.concat_tables([pq.ParquetFile(path).read() for path in paths])
    else:
        path = _part(folder, partition)
        # every part has the schema; a partition without rows takes it from `_`
        table = pq.ParquetFile(path).read() if path.is_file() else pq.ParquetFile(shape).read().slice(0, 0)
    frame: pd.DataFrame = table.to_pandas()
    return frame.sort_values(_POSITION).drop(columns=_POSITION).reset_index(drop=True)


def _part(folder: Path, code: str) -> Path:
    return folder / f"partition={quote(code, safe='')}" / "part.parquet"


def _swap(temporary: Path, folder: Path) -> None:
    """Put the finished folder in place; readers see the old one or the new one."""
    if not folder.exists():
        temporary.rename(folder)
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-old-"))
    folder.rename(old / "frames")
    temporary.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
