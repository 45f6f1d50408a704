"""Answers out to a workbook and back: seconds and memory for 5,000 rows, and for 100,000.

Run as ``python tests/benchmarks/bench_exchange.py [ROWS]``. Memory is the highest that this process and the one that
unpacks the workbook have held.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from counties import OPERATOR, ROOT

from pbwidgets.campaign import read_campaign
from pbwidgets.exports.answer_book.writing import AnswerBook, Part, Row, write_book
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.workflows.exchange.answers import export_answers, read_return, store_return
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.organise.campaigns import open_definition
from pbwidgets.workflows.organise.register import save_units

FORM, NOW = "joint", datetime(2026, 11, 10, 4, tzinfo=UTC)
MOST_ENTRIES = 200  # of one unit


@contextmanager
def timed(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    here, apart = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    seconds = time.perf_counter() - begun
    print(
        f"{what:<24}{seconds:7.1f} s   highest {here:5.0f} MiB here, {apart:5.0f} MiB unpacking", flush=True
    )


def rows(count: int) -> Iterator[Row]:
    """New entries of a log as they come back, some hundreds of a unit."""
    for number in range(count):
        unit, at = divmod(number, MOST_ENTRIES)
        day = (datetime(2026, 1, 1) + timedelta(days=at)).date().isoformat()
        answers = {
            "partner": f"虚构单位{at}", "kind": "talk", "built": ["thought", "team"], "held_on": day, "attended": at,
        }  # fmt: skip
        yield Row(f"99z{unit:05d}", f"虚构支部{unit:05d}", None, (0, 0), "", answers)


def main(count: int) -> None:
    """Write a return of so many rows, read and check it, store it, export it again."""
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(ROOT / "parameters", folder / "parameters")
    campaign = read_campaign(folder / "parameters" / "campaigns" / "sanlian_sancu.yaml")
    units = [{"unit_code": "990901", "unit_name": "虚构工委", "kind": "works_committee", "parent_code": None}]
    units += [
        {
            "unit_code": f"99z{at:05d}",
            "unit_name": f"虚构支部{at:05d}",
            "kind": "branch",
            "parent_code": "990901",
        }
        for at in range(-(-count // MOST_ENTRIES))
    ]
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, to_frame([{**unit, "synthetic": True} for unit in units], UNITS))
        desk = Desk(workspace, OPERATOR, open_definition(workspace, OPERATOR, campaign), "zh_CN", NOW)
        part = Part(campaign.form(FORM), rows(count))
        with timed(f"write {count} rows"):
            path = write_book(
                AnswerBook(campaign, desk.opened.period_id, desk.opened.version, [part], is_template=False),
                folder / "return.xlsx",
            )
        print(f"{path.stat().st_size / 1e6:.1f} MB")
        with timed("read and check"):
            returned = read_return(desk, path)
        assert returned.is_right, returned.findings[:3]
        with timed("store"):
            assert store_return(desk, returned).stored == count
        del returned
        with timed("export"):
            export_answers(desk, folder / "export.xlsx", [FORM])
        with timed("read the export"):
            assert read_return(desk, folder / "export.xlsx").count("unchanged") == count
    shutil.rmtree(folder)


if __name__ == "__main__":
    for wanted in map(int, sys.argv[1:] or ["5000", "100000"]):
        main(wanted)
