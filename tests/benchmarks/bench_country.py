"""Times the scoring of a whole country against the same arithmetic by hand in NumPy and in DuckDB's SQL.

Every village of ``../shared/data/villages.csv.gz`` gets marks of 3 sources on 10 criteria; they are weighed,
summed and rounded, ranked within townships, counties and the whole, and selected with two-level quotas: each
township puts forward its best, and each county selects from those. Only the shape of the register is taken,
how many villages hang under which township and county: codes and marks are invented.

Every way runs in processes of its own, in turns, on one thread, from the same long table of marks in memory
(a row for each mark) to who is selected, without words; all must agree. Peak memory is that of the process,
input included. Seconds of the processor stand beside those of the clock: work that goes on beside a run
disturbs them less. Beyond the arithmetic, pbwidgets looks every code up in the register, refuses marks out of
range, counts raters, stale and recused marks, and notes for every point and status why: that is most of what it
takes longer than NumPy, to which units, lines and sources come as numbers. Then the reasons of two counties are
put into words. Run by ``make bench``.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

VILLAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "villages.csv.gz"
CRITERIA, MAX_POINTS = 10, 10.0
WEIGHTS = np.array([50.0, 30.0, 20.0])
MISSING_SHARE = 0.02
TOWNSHIP_QUOTA, COUNTY_QUOTA = 3, 10
SMALL = 1e-9  # binary noise of a sum lies below it
PERIOD = "2026"
WAYS = ("pbwidgets", "numpy", "duckdb")
COLUMNS = ("town", "county", "unit", "line", "source", "points")

Array = npt.NDArray[Any]
Answer = dict[str, int]
Steps = dict[str, float]
Words = tuple[int, float, float]


def make_data(folder: Path, villages: int | None, seed: int) -> None:
    """Write the shape of the register and the long table of marks."""
    import pandas as pd

    register = pd.read_csv(VILLAGES, usecols=["streetCode", "areaCode"], dtype=str, nrows=villages)
    register = register.sort_values(["areaCode", "streetCode"], kind="stable")
    town = pd.factorize(register["streetCode"])[0].astype(np.int32)
    # of a township whose villages name several counties, the first
    county = pd.factorize(register["areaCode"])[0][pd.Series(town).drop_duplicates().index][town]
    rng = np.random.default_rng(seed)
    shape = (len(town), CRITERIA, len(WEIGHTS))
    given = rng.random(shape) >= MISSING_SHARE
    unit, line, source = np.nonzero(given)
    points = rng.integers(0, int(MAX_POINTS * 10), size=len(unit), endpoint=True) / 10.0
    made = (
        town,
        county.astype(np.int32),
        unit.astype(np.int32),
        line.astype(np.int8),
        source.astype(np.int8),
    )
    for name, column in zip(COLUMNS, (*made, points), strict=True):
        np.save(folder / f"{name}.npy", column)


def read_data(folder: Path) -> dict[str, Array]:
    """Columns of the data, in memory."""
    return {name: np.load(folder / f"{name}.npy") for name in COLUMNS}


def answer(whole: Array, in_county: Array, in_town: Array, selected: Array) -> Answer:
    """What all ways must agree on."""
    weights = np.arange(len(whole)) % 997 + 1
    sums = {
        "whole": whole,
        "in_county": in_county,
        "in_town": in_town,
        "selected": selected.astype(np.int64),
    }
    return {
        "n_selected": int(selected.sum()),
        **{name: int((column.astype(np.int64) * weights).sum()) for name, column in sums.items()},
    }


# -- pbwidgets -----------------------------------------------------------------------------------------


def name_units(data: dict[str, Array]) -> tuple[Array, Array, Array]:
    """Invented codes of counties, townships and villages."""
    counties = np.array([f"99{number:04d}" for number in range(int(data["county"].max()) + 1)], dtype=object)
    first = np.unique(data["town"], return_index=True)[1]
    towns = np.array(
        [f"{counties[data['county'][at]]}{number:05d}" for number, at in enumerate(first.tolist())],
        dtype=object,
    )
    villages = np.array(
        [f"{towns[town]}{number:06d}" for number, town in enumerate(data["town"].tolist())], dtype=object
    )
    return counties, towns, villages


def make_campaign() -> Any:
    """Campaign with one track: ten rated lines, one layer of three sources."""
    from pbwidgets.campaign.model import Campaign

    def words(text: str) -> dict[str, str]:
        return {"zh": text, "en": text}

    sources = [
        {"id": f"source_{at}", "name": words(f"来源{at}"), "weight": weight}
        for at, weight in enumerate(WEIGHTS.tolist())
    ]
    lines = [
        {"id": f"line_{at}", "name": words(f"第{at}项"), "points": MAX_POINTS, "rule": {"name": "rated"}}
        for at in range(CRITERIA)
    ]
    kinds = [("county", []), ("township", ["county"]), ("village", ["township"])]
    return Campaign.model_validate(
        {
            "format": 1,
            "id": "country",
            "name": words("全国"),
            "summary": words("虚构"),
            "unit_kinds": [{"id": kind, "name": words(kind), "parents": above} for kind, above in kinds],
            "partition_by": "county",
            "periods": [{"id": PERIOD, "begins": "2026-01-01", "ends": "2026-12-31"}],
            "review_levels": [{"id": "county", "name": words("县"), "unit_kind": "county"}],
            "layers": [{"id": "county", "name": words("县"), "level": "county"}],
            "tracks": [
                {
                    "id": "villages",
                    "name": words("村"),
                    "unit_kind": "village",
                    "layers": [{"id": "county", "sources": sources}],
                    "criteria": lines,
                }
            ],
        }
    )


def make_records(data: dict[str, Array]) -> Any:
    """Records of the country; ids of marks are categories, as a large frame is read."""
    import pandas as pd

    from pbwidgets.scoring import empty_records, to_frame
    from pbwidgets.scoring.frames import UNITS

    counties, towns, villages = name_units(data)
    first = np.unique(data["town"], return_index=True)[1]
    codes = np.concatenate([counties, towns, villages])
    parents = np.concatenate(
        [np.full(len(counties), None), counties[data["county"][first]], towns[data["town"]]]
    )
    kinds = np.repeat(
        np.array(["county", "township", "village"], dtype=object), [len(counties), len(towns), len(villages)]
    )
    units = pd.DataFrame({"unit_code": codes, "unit_name": codes, "kind": kinds, "parent_code": parents})
    number = len(data["unit"])

    def name(column: str, names: list[str]) -> Any:
        return pd.Categorical.from_codes(data[column], pd.Index(names))

    def repeat(value: str) -> Any:
        return pd.Categorical.from_codes(np.zeros(number, dtype=np.int8), pd.Index([value]))

    ratings = pd.DataFrame(
        {
            "campaign": repeat("country"),
            "period": repeat(PERIOD),
            "unit_code": name("unit", villages.tolist()),
            "criterion_id": name("line", [f"line_{at}" for at in range(CRITERIA)]),
            "layer": repeat("county"),
            "source": name("source", [f"source_{at}" for at in range(len(WEIGHTS))]),
            "rater_id": name("source", [f"R{at}" for at in range(len(WEIGHTS))]),
            "points": data["points"],
            "given_points": np.broadcast_to(np.nan, number),
            "comment": repeat(""),
            "submission_version": np.zeros(number, dtype=np.int8),
            "stale": np.zeros(number, dtype=bool),
            "recused": np.zeros(number, dtype=bool),
        },
        copy=False,
    )
    return replace(empty_records(), units=to_frame(units.assign(synthetic=True), UNITS), ratings=ratings)


def select_in_groups(totals: Array, groups: Array, quota: int) -> tuple[Array, Array]:
    """Ranks within groups, and the units whose whole tie fits into the quota."""
    from pbwidgets.scoring.groups import rank_in_groups

    rank, shared, _ = rank_in_groups(totals, groups)
    return rank, (rank > 0) & (rank + shared - 1 <= quota)


def run_pbwidgets(data: dict[str, Array]) -> tuple[Steps, Answer, list[Words]]:
    """Scores by the package, and the words of a middling county and of the largest."""
    from pbwidgets.scoring import score_tracks

    campaign, records = make_campaign(), make_records(data)
    data.clear()
    note_input()
    clock = Clock()
    _, (track,) = score_tracks(campaign, PERIOD, records)
    clock.lap("score")
    register, units = track.layout.register, track.layout.units
    county, town = register.ancestors("county")[units], register.ancestors("township")[units]
    totals = track.ranking.total
    in_town, put_forward = select_in_groups(totals, town, TOWNSHIP_QUOTA)
    in_county, _ = select_in_groups(totals, county, COUNTY_QUOTA)
    _, selected = select_in_groups(np.where(put_forward, totals, np.nan), county, COUNTY_QUOTA)
    clock.lap("rank and select")
    found = answer(track.ranking.rank, in_county, in_town, selected)
    note_peak()
    by_size = np.argsort(np.bincount(county))
    by_size = by_size[-len(np.unique(county)) :]
    words = [time_words(campaign, track, county, by_size[at]) for at in (len(by_size) // 2, -1)]
    return clock.steps, found, words


def time_words(campaign: Any, track: Any, county: Array, of_county: int) -> Words:
    """Number of villages in a county, seconds for all their reasons in both languages, and the processor's."""
    from pbwidgets.scoring.reasons import render_reasons, word_reasons

    rows = np.flatnonzero(county == of_county).astype(np.int64)
    began, worked = time.perf_counter(), time.process_time()
    written = 0
    for reasons in (*track.points.reasons[0], track.selection.reasons):
        codes, args = render_reasons(reasons, len(county), rows)
        for lang in ("zh_CN", "en"):
            written += len(word_reasons(campaign, codes, args, lang))
    seconds, of_processor = time.perf_counter() - began, time.process_time() - worked
    if written != len(rows) * (CRITERIA + 1) * 2:
        raise SystemExit(f"{written} reasons for {len(rows)} villages")
    return len(rows), seconds, of_processor


# -- by hand -------------------------------------------------------------------------------------------


def rank_by_hand(totals: Array, groups: Array) -> tuple[Array, Array]:
    """Competition ranks within groups, and how many share each."""
    order = np.lexsort((-totals, groups))
    group, total = groups[order], totals[order]
    new_group = np.append(True, group[1:] != group[:-1])
    new = new_group | np.append(True, total[1:] != total[:-1])
    starts = np.flatnonzero(new)
    tie = np.cumsum(new) - 1
    begins = np.flatnonzero(new_group)[np.cumsum(new_group) - 1]
    rank, shared = np.empty(len(totals), dtype=np.int64), np.empty(len(totals), dtype=np.int64)
    rank[order] = starts[tie] - begins + 1
    shared[order] = np.diff(np.append(starts, len(totals)))[tie]
    return rank, shared


def run_numpy(data: dict[str, Array]) -> tuple[Steps, Answer, list[Words]]:
    """The same by hand in NumPy."""
    note_input()
    clock = Clock()
    marks = np.full((len(data["town"]), CRITERIA, len(WEIGHTS)), np.nan)
    marks[data["unit"], data["line"], data["source"]] = data["points"]
    used = np.where(np.isnan(marks), 0.0, WEIGHTS)
    weight = used.sum(axis=2)
    lines = (np.nan_to_num(marks) * used).sum(axis=2) / np.where(weight > 0, weight, 1.0)
    totals = np.floor(lines.sum(axis=1) * 100.0 + 0.5 + SMALL * 100.0) / 100.0
    clock.lap("score")
    whole, _ = rank_by_hand(totals, np.zeros(len(totals), dtype=np.int8))
    in_town, shared = rank_by_hand(totals, data["town"])
    in_county, _ = rank_by_hand(totals, data["county"])
    put_forward = np.flatnonzero(in_town + shared - 1 <= TOWNSHIP_QUOTA)
    rank, shared = rank_by_hand(totals[put_forward], data["county"][put_forward])
    selected = np.zeros(len(totals), dtype=bool)
    selected[put_forward[rank + shared - 1 <= COUNTY_QUOTA]] = True
    clock.lap("rank and select")
    found = answer(whole, in_county, in_town, selected)
    note_peak()
    return clock.steps, found, []


SCORE_SQL = f"""
create table totals as
with lines as (
  select marks.unit, line, sum(points * weight) / sum(weight) as points
  from marks join weights using (source) group by marks.unit, line
)
select unit, floor(sum(points) * 100 + 0.5 + {SMALL * 100}) / 100 as total from lines group by unit
"""
SELECT_SQL = f"""
create table result as
with ranked as (
  select unit, town, county, total,
    rank() over (order by total desc) as whole,
    rank() over (partition by county order by total desc) as in_county,
    rank() over (partition by town order by total desc) as in_town,
    count(*) over (partition by town, total) as shared
  from totals join units using (unit)
), second as (
  select unit,
    rank() over (partition by county order by total desc) as place,
    count(*) over (partition by county, total) as shared
  from ranked where in_town + shared - 1 <= {TOWNSHIP_QUOTA}
)
select ranked.unit, whole, in_county, in_town,
  coalesce(place + second.shared - 1 <= {COUNTY_QUOTA}, false) as selected
from ranked left join second using (unit)
"""


def run_duckdb(data: dict[str, Array]) -> tuple[Steps, Answer, list[Words]]:
    """The same by hand in SQL."""
    import duckdb
    import pandas as pd

    base = duckdb.connect()
    base.execute("set threads = 1")
    tables = {
        "marks": pd.DataFrame(
            {name: data[name] for name in ("unit", "line", "source", "points")}, copy=False
        ),
        "units": pd.DataFrame(
            {
                "unit": np.arange(len(data["town"]), dtype=np.int32),
                "town": data["town"],
                "county": data["county"],
            }
        ),
        "weights": pd.DataFrame({"source": np.arange(len(WEIGHTS), dtype=np.int8), "weight": WEIGHTS}),
    }
    for name, table in tables.items():
        base.register(f"{name}_frame", table)
        base.execute(f"create table {name} as select * from {name}_frame")
        base.unregister(f"{name}_frame")
    tables.clear()
    data.clear()
    note_input()
    clock = Clock()
    base.execute(SCORE_SQL)
    clock.lap("score")
    base.execute(SELECT_SQL)
    clock.lap("rank and select")
    made = base.execute("select * from result order by unit").fetchnumpy()
    note_peak()
    found = answer(
        made["whole"], made["in_county"], made["in_town"], np.asarray(made["selected"], dtype=bool)
    )
    return clock.steps, found, []


# -- processes -----------------------------------------------------------------------------------------

_NOTED: dict[str, float] = {}


def peak_mib() -> float:
    """Highest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def note_input() -> None:
    """Remember the peak before anything is scored."""
    _NOTED["input"] = peak_mib()


def note_peak() -> None:
    """Remember the peak of the scoring."""
    _NOTED["all"] = peak_mib()


class Clock:
    """Seconds from lap to lap, and what the processor worked in all of them."""

    def __init__(self) -> None:
        self.steps: Steps = {}
        self._began, self._idle = time.perf_counter(), time.process_time()

    def lap(self, step: str) -> None:
        """Note the seconds since the last lap."""
        now = time.perf_counter()
        self.steps[step] = now - self._began
        self._began = now
        _NOTED["processor"] = time.process_time() - self._idle


RUNNERS: dict[str, Callable[[dict[str, Array]], tuple[Steps, Answer, list[Words]]]] = {
    "pbwidgets": run_pbwidgets,
    "numpy": run_numpy,
    "duckdb": run_duckdb,
}


def run_way(way: str, folder: Path) -> dict[str, Any]:
    """Run one way in this process."""
    steps, found, words = RUNNERS[way](read_data(folder))
    return {"steps": steps, "answer": found, "words": words, "noted": _NOTED}


def call_way(way: str, folder: Path, *more: str) -> Any:
    """Run one way in a process of its own; this one stays small, for a child inherits its peak."""
    command = [sys.executable, __file__, "--way", way, "--folder", str(folder), *more]
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env={**os.environ, **one_thread}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{way}: {done.stderr.strip()}")
    return json.loads(done.stdout) if done.stdout else None


def describe(way: str, runs: list[dict[str, Any]]) -> str:
    """Line of the table."""
    steps = [statistics.median(run["steps"][step] for run in runs) for step in runs[0]["steps"]]
    seconds = [sum(run["steps"].values()) for run in runs]
    memory = [max(run["noted"][name] for run in runs) for name in ("input", "all")]
    of_processor = statistics.median(run["noted"]["processor"] for run in runs)
    numbers = [*steps, statistics.median(seconds), min(seconds), max(seconds), of_processor]
    return (
        f"{way:<12}"
        + "".join(f"{number:>10.2f}" for number in numbers)
        + "".join(f"{mib:>11.0f}" for mib in memory)
    )


def print_ratios(what: str, seconds: dict[str, list[float]]) -> None:
    """Print how many times the seconds of the other ways pbwidgets needs, median by median."""
    medians = {way: statistics.median(of_way) for way, of_way in seconds.items()}
    ratios = [f"pbwidgets / {way} {medians['pbwidgets'] / medians[way]:.2f}" for way in WAYS[1:]]
    print(f"by the {what}: {'; '.join(ratios)}")


def main() -> None:
    """Print seconds, peaks, ratios, and the machine."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--villages", type=int, help="only so many; by default all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=("data", *WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way == "data":
        make_data(asked.folder, asked.villages, asked.seed)
        return
    if asked.way:
        print(json.dumps(run_way(asked.way, asked.folder)))
        return
    if not VILLAGES.is_file():
        print(f"no {VILLAGES.name} beside the checkout: the country is left out", file=sys.stderr)
        return
    compare(asked.villages, asked.rounds, asked.seed)


def compare(villages: int | None, rounds: int, seed: int) -> None:
    """Run all ways in turns and print the table."""
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        limit = ["--villages", str(villages)] if villages else []
        call_way("data", folder, *limit, "--seed", str(seed))
        units, marks = (len(np.load(folder / f"{part}.npy", mmap_mode="r")) for part in ("town", "points"))
        for number in range(rounds):
            for way in WAYS:
                runs[way].append(call_way(way, folder))
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    answers = {json.dumps(run["answer"], sort_keys=True) for of_way in runs.values() for run in of_way}
    if len(answers) != 1:
        raise SystemExit(f"the ways do not agree: {sorted(answers)}")
    heads = ("score", "select", "median", "min", "max", "processor")
    print(f"{'seconds, MiB':<12}" + "".join(f"{head:>10}" for head in heads) + f"{'input':>11}{'peak':>11}")
    for way in WAYS:
        print(describe(way, runs[way]))
    selected = json.loads(answers.pop())["n_selected"]
    print_ratios("clock", {way: [sum(run["steps"].values()) for run in runs[way]] for way in WAYS})
    print_ratios("processor", {way: [run["noted"]["processor"] for run in runs[way]] for way in WAYS})
    for at, which in enumerate(("middling", "largest")):
        sizes, seconds, of_processor = zip(*(run["words"][at] for run in runs["pbwidgets"]), strict=True)
        print(f"words of the {which} county's reasons in both languages: ", end="")
        print(f"{statistics.median(seconds):.2f} s, ", end="")
        print(f"of the processor {statistics.median(of_processor):.2f} s ({sizes[0]} villages)")
    print(f"{units} villages, {marks} marks, {selected} selected; all ways agree; {rounds} rounds. ", end="")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, one thread")


if __name__ == "__main__":
    main()
