"""Counties that tests work on, and the command run in one of them."""

import contextlib
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import CliRunner

from pbwidgets.cli import main
from pbwidgets.demo import demo_file, read_demo
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.store import Actor, Mark, MarkKey, SubmissionKey, load_ratings, rate_many
from pbwidgets.workflows.ground.workspace import open_workspace

ROOT = Path(__file__).resolve().parent.parent
CAMPAIGN, PERIOD = "sanji_lianzheng", "2026"
OPERATOR = Actor("cli:tests", "operator")
TODAY = date(2026, 12, 16)
"""The day around which the demonstration county is laid: the dates in the campaign's file stay as they are."""

# -- a small county, with nothing filled in ------------------------------------------------------------

COUNTY, TOWN, OTHER_TOWN = "990101", "990101001", "990101002"
VILLAGE, SISTER, OTHER_VILLAGE = "990101001001", "990101001002", "990101002001"
_ROWS = [
    (COUNTY, "演示县", "county", None),
    (TOWN, "青禾镇", "township", COUNTY),
    (OTHER_TOWN, "望云乡", "township", COUNTY),
    (VILLAGE, "上坪村", "village", TOWN),
    (SISTER, "下坪村", "village", TOWN),
    (OTHER_VILLAGE, "红旗村", "village", OTHER_TOWN),
    ("990101002002", "向阳村", "village", OTHER_TOWN),
]
VILLAGE_ANSWERS: dict[str, Any] = {
    "five_good": ["team", "members"],
    "good_deeds": [{"title": "安装路灯", "done_on": "2026-05-06", "benefited": 40}],
    "pledge_ways": ["pledge"],
    "capable_members": 20,
    "members_with_deeds": 10,
    "centre_aspects": ["rules"],
    "centre_uses": ["education"],
    "distance_education": [],
    "industry": "茶叶",
}
STAFF_NAMES = "某甲与某乙二人"
SETUP_ANSWERS: dict[str, Any] = {
    "leading_group": "yes",
    "secretary_leads": "yes",
    "leader_in_charge": "yes",
    "staff_count": 2,
    "staff_names": STAFF_NAMES,
    "work_plan": "no",
    "village_scheme": "yes",
    "analyses": [],
    "meetings": [],
    "publicity": [],
}


def make_register() -> pd.DataFrame:
    """The units of the small county, columns ``UNITS``."""
    rows = [
        {"unit_code": code, "unit_name": name, "kind": kind, "parent_code": parent, "synthetic": True}
        for code, name, kind, parent in _ROWS
    ]
    return to_frame(rows, UNITS)


def key_of(form_id: str, unit_code: str, occurrence: int = 0) -> SubmissionKey:
    """Key of a submission of the small county."""
    return SubmissionKey(CAMPAIGN, PERIOD, form_id, unit_code, occurrence)


# -- workspaces and the command ------------------------------------------------------------------------


def lay_out(folder: Path) -> Path:
    """Notebooks and parameters of the checkout in a folder."""
    for part in ("notebooks", "parameters"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


def lay_out_small(folder: Path) -> Path:
    """As :func:`lay_out`; the demonstration county has only the two townships in which something is to be done."""
    lay_out(folder)
    path = demo_file(folder / "parameters", CAMPAIGN)
    demo = read_demo(path)
    counts = {"township": 2, "village": 40, "person": 16}
    kinds = tuple(kind.model_copy(update={"count": counts[kind.kind]}) for kind in demo.kinds)
    cases = tuple(case for case in demo.cases if _place_of(case).startswith((TOWN, OTHER_TOWN)))
    small = demo.model_copy(update={"kinds": kinds, "cases": cases})
    path.write_text(small.model_dump_json(), encoding="utf-8")
    return folder


def _place_of(case: object) -> str:
    return next(str(getattr(case, name)) for name in ("unit", "under", "by", "track") if hasattr(case, name))


def copy_county(county: Path, folder: Path) -> Path:
    """A copy of a county, also while somebody reads it: SQLite's side files come and go with readers."""
    shutil.copytree(county, folder, ignore=shutil.ignore_patterns("*.sqlite-*"))
    return folder


def run_pbwidgets(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in this process, which has imported everything already: its exit code and what it wrote.

    What it does not catch itself fails the test. Where the process itself matters: :func:`run_process`.
    """
    plain = dict.fromkeys(name for name in os.environ if name.startswith("PBWIDGETS_"))
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(
            main, args, prog_name="pbwidgets", env={**plain, **env}, catch_exceptions=False
        )
    return subprocess.CompletedProcess(["pbwidgets", *args], done.exit_code, done.stdout, done.stderr)


def run_process(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own, which takes seconds to import what it needs."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PBWIDGETS_")}
    return subprocess.run(
        [Path(sys.executable).with_name("pbwidgets"), *args],
        cwd=cwd, env={**plain, **env}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def mark_again(folder: Path, unit: str, account: str, share: float = 1.0, comment: str = "") -> None:
    """Give all marks of one account on a unit again, at a share of the points, with a comment."""
    with open_workspace(folder) as workspace:
        with workspace.store.read() as reader:
            given = load_ratings(reader, CAMPAIGN, PERIOD, [], rater=account)
        rows = given[given["unit_code"] == unit].to_dict("records")
        assert rows
        marks = [
            Mark(
                MarkKey(CAMPAIGN, PERIOD, unit, row["criterion_id"], row["layer"], row["source"], account),
                row["points"] * share,
                comment,
                row["submission_version"],
            )
            for row in rows
        ]
        with workspace.store.write(OPERATOR) as writer:
            assert rate_many(writer, marks) == len(marks)
