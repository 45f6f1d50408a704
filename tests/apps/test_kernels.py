"""Warm kernels: also for JupyterLab, and ended when nobody uses them."""

import asyncio
import json
import subprocess
import sys
import uuid
from pathlib import Path

import psutil
import pytest
from counties import lay_out

from pbwidgets.apps.kernels import HAS_FORK, KERNELSPEC
from pbwidgets.apps.visitors import Owner, VisitorKernels, WarmKernelSpecs
from pbwidgets.settings import load_settings

pytestmark = pytest.mark.skipif(not HAS_FORK, reason="kernels are forked where there is a fork")

AS_JUPYTERLAB_DOES = """\
import json, os, sys
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

specs = KernelSpecManager(kernel_dirs=[sys.argv[1]])
found = []
for _ in range(2):
    manager = KernelManager(kernel_name="kernelspec", kernel_spec_manager=specs)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.execute_interactive(
        "import json, os, sys; print(json.dumps(['pandas' in sys.modules, os.getpid(), os.getppid()]))",
        output_hook=lambda message: found.append(message["content"].get("text", "")), timeout=60,
    )
    client.stop_channels()
    manager.shutdown_kernel()
print(json.dumps([json.loads(text) for text in found if text.startswith("[")] + [os.getpid()]))
"""


def test_a_jupyterlab_kernel_is_forked_warm_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_JUPYTERLAB_DOES, KERNELSPEC.parent],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    (warm, first, warm_process), (also_warm, second, same_process), server = json.loads(done.stdout)

    assert (warm, also_warm) == (True, True)
    assert warm_process == same_process != server
    left = [psutil.Process(pid) for pid in (first, second, warm_process) if psutil.pid_exists(pid)]
    assert not psutil.wait_procs(left, timeout=20)[1]  # the warm process notices after a moment


@pytest.mark.parametrize(
    ("idle_s", "signed_in", "sent_s", "is_ended"),
    [(3600.0, True, 0, False), (0.0, True, 0, True), (3600.0, False, 0, True), (3600.0, True, 90, True)],
    ids=["in use", "not used for too long", "its session has ended", "its page has not connected"],
)
def test_a_kernel_ends_once_nobody_uses_it(
    tmp_path: Path, idle_s: float, signed_in: bool, sent_s: float, is_ended: bool
) -> None:
    lay_out(tmp_path)

    async def run() -> tuple[bool, bool]:
        kernels = VisitorKernels(kernel_spec_manager=WarmKernelSpecs())
        kernels.settings = load_settings(tmp_path)
        kernel_id = await kernels.start_for(Owner("filler", "session", "fill"), str(uuid.uuid4()))
        process = psutil.Process(kernels.get_kernel(kernel_id).provisioner.pid)
        kernels.expect(kernel_id)
        kernels._expected[kernel_id] -= sent_s
        await kernels.sweep(lambda _: signed_in, idle_s)
        found = kernel_id not in kernels, not process.is_running()
        await kernels.shutdown_all(now=True)
        return found

    assert asyncio.run(run()) == (is_ended, is_ended)
