"""What the process that forks the workers imports, so that each worker starts warm.

That process must stay with one thread, or its children may hang on a lock that nobody in them holds. OpenBLAS
starts threads when NumPy is imported, unless told not to; as there is a worker for each core, they would
only be in each other's way. vl-convert is not even imported: its V8 must start in the worker.

One more thread there is harmless: pyarrow's allocator (jemalloc) keeps it and looks after it at a fork.
"""

import gc
import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import altair  # noqa: E402, F401
import IPython.core.interactiveshell  # noqa: E402, F401
import nbformat  # noqa: E402, F401
import pandas  # noqa: E402, F401
import papermill  # noqa: E402, F401

import pbwidgets.batch.execution  # noqa: E402
import pbwidgets.batch.shell  # noqa: E402, F401
from pbwidgets.wording import load_catalogues  # noqa: E402

load_catalogues()
# what is frozen is never looked at by the collector again, so its pages stay shared with the workers
gc.collect()
gc.freeze()
