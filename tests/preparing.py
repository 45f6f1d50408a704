"""What is made once for a test run and never changed: the demonstration county and its reports.

In a whole run the process that hands out the tests begins to make it while the workers start and collect. A run
of a few files makes what its tests ask for, when they ask.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counties import CAMPAIGN, OPERATOR, PERIOD, TODAY, copy_county, key_of, lay_out, run_process

from pbwidgets.store import (
    MarkKey,
    NominationList,
    Veto,
    import_nominations,
    import_units,
    load_nomination_list,
    record_veto,
    recuse,
    return_submission,
    set_allotments,
    undo_accept,
    withdraw_mark,
)
from pbwidgets.workflows import open_workspace
from pbwidgets.workflows.ground.seats import review_levels

REPORTED = tuple(f"990101{number}" for number in ("002", "003", "008", "009", "016", "019"))
"""Townships that get a report; 990101016 is tied at the cut."""
_ASKS = re.compile(r"\b((own_)?county|reports): Path\b")


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the run, the same for all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def make_once(shared: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Folder that is made once for all workers of a run: the second one waits for the first."""
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # half made by a worker that failed
            make(folder)
            made.touch()
    return folder


def ensure_county(shared: Path) -> Path:
    """The workspace with the demonstration county; it is made if it is not there yet."""

    def make(folder: Path) -> None:
        lay_out(folder)
        done = run_process(
            "demo", "--campaign", CAMPAIGN, "--seed", "1", "--today", TODAY.isoformat(), cwd=folder
        )
        assert done.returncode == 0, done.stderr
        done = run_process("score", "sanji_lianzheng", "--format", "json", cwd=folder)  # takes the snapshot
        assert done.returncode == 0, done.stderr

    return make_once(shared, "county", make)


def ensure_reports(shared: Path) -> Path:
    """Folder of six reports that hold every awkward case; they are made if they are not there."""
    county = ensure_county(shared)

    def make(folder: Path) -> None:
        add_cases(copy_county(county, folder))
        units = [part for code in REPORTED for part in ("--unit", code)]
        done = run_process("report", "unit", *units, cwd=folder)
        assert done.returncode == 0, done.stderr

    folder = make_once(shared, "reported", make)
    return folder / "outputs" / "sanji_lianzheng" / "2026" / "unit"


def add_cases(folder: Path) -> None:
    """Work six awkward cases into townships that get a report: the demonstration has them in six others.

    A township that nominates too few, a single mark that is missing, a mark of somebody who stands aside, an
    application that was returned, one that was falsified, and a village that was merged into another.
    """
    scope = (CAMPAIGN, PERIOD)
    with open_workspace(folder) as workspace:
        campaign, units = workspace.opened().campaign, workspace.units()
        form = campaign.form("village_application")
        levels = review_levels(campaign, form)
        with workspace.store.write(OPERATOR, datetime(2026, 12, 14, 2, tzinfo=UTC)) as w:
            set_allotments(w, *scope, "village", {"990101019": 5})
            listed = NominationList(*scope, "village", "990101019")
            import_nominations(w, listed, list(load_nomination_list(w, listed)[:3]))
            for number in (1, 2):
                rater = f"demo-990101-on_site-{number}"
                key = MarkKey(*scope, "990101002002", "v6_industry", "county", "on_site", rater)
                withdraw_mark(w, key)
            recuse(w, *scope, "demo-990101-on_site-1", "990101009004", "评委与该村党组织书记系近亲属")
            returned = key_of(form.id, "990101003008")
            undo_accept(w, returned, levels[-1], levels)
            return_submission(w, returned, levels[-1], levels, "培训签到表缺第三季度", "distance_education")
            basis = "申报材料所附三份会议记录经核查为事后补造（云演组通〔2026〕31号）"
            record_veto(w, Veto(*scope, "990101016002", "falsified_village", basis, "village"))
            merged = units["unit_code"] == "990101008009"
            units.loc[merged, ["valid_to", "merged_into"]] = ["2026-06-30", "990101008001"]
            import_units(w, units)


def are_asked_for(config: pytest.Config) -> bool:
    """Whether a file of the run names the county or the reports; nothing has been collected yet."""
    places = [config.invocation_params.dir / arg.partition("::")[0] for arg in config.args]
    files = [file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])]
    return any(_ASKS.search(file.read_text(encoding="utf-8")) for file in files)
