"""Times how entries, measures, standings and lists are made of many units: 40 clauses of a table × 5,000 units.

Nine of ten units have handed in, each with a state for every clause; one in ten clauses was put off. All of it should
take less than 2 s on one core: ``taskset -c 0 python tests/benchmarks/bench_entries.py``. Run by ``make bench``.
"""

import argparse
import time
from collections import defaultdict
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

STATES = ("none", "under_way", "reached")


def words(text: str) -> dict[str, str]:
    """The same text in both languages."""
    return {"zh": text, "en": text}


def make_campaign(clauses: int) -> Any:
    """A campaign with one table of clauses, each with a day, and one form over it."""
    from pbwidgets.campaign.model import Campaign

    fields = [{"id": "state", "type": "select_one", "choices": "state", "label": words("状态")}]
    lines = {
        "id": "lines",
        "type": "repeat",
        "label": words("条款"),
        "rows": "clauses",
        "when": "${row/domain} = '' or ${row/domain} = ${unit_domain}",
        "life": {"state": "state", "begun": ["under_way"], "done": ["reached"], "due": "row/due"},
        "fields": fields,
    }
    rows = [
        {
            "id": f"c{at:02}",
            "name": words(f"第{at}条"),
            "due": f"2026-0{1 + at % 9}-15",
            "domain": "" if at % 4 else "east",
        }
        for at in range(clauses)
    ]
    reached = {"name": words("达标"), "form": "clauses", "field": "lines", "aggregate": "count"}
    light = {"name": words("灯"), "of": "compliance", "group": "light"}
    return Campaign.model_validate(
        {
            "format": 1,
            "id": "made_up",
            "name": words("虚构"),
            "summary": words("虚构"),
            "unit_kinds": [{"id": "village", "name": words("村")}],
            "partition_by": "village",
            "periods": [{"id": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}],
            "choices": {"state": [{"id": state, "label": words(state)} for state in STATES]},
            "tables": {"clauses": {"columns": {"due": "date", "domain": "text"}, "rows": rows}},
            "forms": [{"id": "clauses", "name": words("对照"), "unit_kind": "village", "fields": [lines]}],
            "measures": [
                {"id": "reached", **reached, "where": "${entry_closed}"},
                {"id": "late", **reached, "where": "${entry_overdue} and ${row/domain} = ''"},
            ],
            "tracks": [
                {
                    "id": "compliance",
                    "name": words("达标"),
                    "kind": "checklist",
                    "unit_kind": "village",
                    "checks": [{"rows": "clauses/lines"}],
                }
            ],
            "lists": [
                {"id": "red", "when": "${check_overdue} > 2", **light},
                {"id": "yellow", "when": "${check_overdue} > 0 or ${check_due_soon} > 0", **light},
                {"id": "green", **light},
            ],
        }
    )


def make_records(campaign: Any, units: int, seed: int) -> Any:
    """Records in which all but every tenth unit have answered."""
    from dataclasses import replace
    from datetime import date

    from pbwidgets.scoring.frames import COLUMNS, empty_records, to_frame

    rng = np.random.default_rng(seed)
    ids = [row.id for row in campaign.tables["clauses"].rows]
    codes = np.array([f"99{at:06}" for at in range(units)], dtype=object)
    answering = codes[np.arange(units) % 10 > 0]
    at, row = np.divmod(np.arange(len(answering) * len(ids)), len(ids))
    common = {"campaign": "made_up", "period": "2026", "form_id": "clauses", "unit_code": answering[at]}
    submissions = pd.concat(
        pd.DataFrame(
            {
                **common,
                "version": 1,
                "field": f"lines/{name}",
                "row": row,
                "value": values,
                "state": "accepted",
            }
        )
        for name, values in (
            ("row", np.array(ids, dtype=object)[row]),
            ("state", np.array(STATES, dtype=object)[rng.integers(0, 3, len(at))]),
        )
    )
    lives = pd.DataFrame(
        {
            **common,
            "occurrence": 0,
            "row_id": np.array(ids, dtype=object)[row],
            "version": 1,
            "opened_on": "2026-02-01",
            "done_on": "2026-05-01",
        }
    )
    put_off = pd.DataFrame({**common, "check_id": "clauses", "part": np.array(ids, dtype=object)[row]})
    frames = {
        "units": pd.DataFrame(
            {
                "unit_code": codes,
                "unit_name": codes,
                "kind": "village",
                "domain": np.array(["east", "west"], dtype=object)[np.arange(units) % 2],
            }
        ),
        "submissions": submissions,
        "lives": lives,
        "concessions": put_off[::10].assign(due_on="2026-11-01", times=1),
    }
    made = {name: to_frame(frame, COLUMNS[name]) for name, frame in frames.items()}
    return replace(empty_records(), **made, day=date(2026, 8, 1))


def main() -> None:
    """Print seconds of the processor for each step and for all of them, the median of several runs."""
    from pbwidgets.scoring.entries import read_entries
    from pbwidgets.scoring.lists import list_units
    from pbwidgets.scoring.measures import measure_tables
    from pbwidgets.scoring.pipeline import read_answers
    from pbwidgets.scoring.standings import find_standings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=5000)
    parser.add_argument("--clauses", type=int, default=40)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    campaign = make_campaign(given.clauses)
    records = make_records(campaign, given.units, seed=1)
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(given.repeat):
        start = time.process_time()
        tables = read_answers(campaign, "2026", records)
        for form in campaign.forms:
            tables.of(form.id)
        answered = time.process_time()
        entries = read_entries(campaign, "2026", tables)
        framed = time.process_time()
        measures = measure_tables(campaign, "2026", tables)
        measured = time.process_time()
        standings = find_standings(campaign, "2026", measures, entries, records)
        stood = time.process_time()
        list_units(campaign, "2026", measures, standings, records)
        listed = time.process_time()
        steps = {
            "answers and lives": answered - start,
            "frame of entries": framed - answered,
            "measures": measured - framed,
            "standings": stood - measured,
            "lists": listed - stood,
            "all": listed - start,
        }
        for name, seconds in steps.items():
            taken[name].append(seconds)
    print(f"{given.clauses} clauses × {given.units} units: {len(standings)} rows of STANDINGS")
    for name, runs in taken.items():
        print(f"{name:20} {median(runs):6.2f} s")


if __name__ == "__main__":
    main()
