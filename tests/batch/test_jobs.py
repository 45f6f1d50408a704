import pickle
from collections.abc import Callable
from concurrent.futures import TimeoutError as TimedOutError
from concurrent.futures.process import BrokenProcessPool

import pytest
from pebble import ProcessExpired

from pbwidgets.batch.jobs import Job, Outcome
from pbwidgets.batch.pool import failure_of
from pbwidgets.errors import ConflictError, DataError
from pbwidgets.workflows.reports.runs.manifest import Failure


def test_a_job_and_its_outcome_survive_pickle(make_job: Callable[..., Job]) -> None:
    job = make_job("ok", greeting="你好")
    outcome = Outcome(1.5, Failure("batch.cell_failed", {"cell": 1, "error": "x"}, "Traceback"))
    assert pickle.loads(pickle.dumps((job, outcome))) == (job, outcome)


@pytest.mark.parametrize(
    "error",
    [
        DataError("batch.nothing_to_run"),
        DataError("batch.manifest_not_written", file="manifest.json", cause="disk full"),
        ConflictError("batch.already_running", folder="unit", who="17"),
    ],
)
def test_errors_of_the_batch_room_survive_pickle(error: DataError | ConflictError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("error", "code", "args"),
    [
        (ProcessExpired("x", code=-9, pid=0), "batch.worker_killed", {"signal": "SIGKILL"}),
        (ProcessExpired("x", code=-99, pid=0), "batch.worker_killed", {"signal": "99"}),
        (ProcessExpired("x", code=3, pid=0), "batch.worker_ended", {"exit_code": 3}),
        (TimedOutError("Task timeout", 2.5), "batch.timed_out", {"seconds": 2.5}),
        (BrokenProcessPool("All workers expired"), "batch.pool_broken", {"error": "All workers expired"}),
        (ValueError("odd"), "batch.run_failed", {"error": "ValueError: odd"}),
    ],
)
def test_each_way_of_losing_a_job_has_its_own_code(
    error: Exception, code: str, args: dict[str, str | float]
) -> None:
    failure = failure_of(error)
    assert (failure.code, failure.args) == (code, args)
