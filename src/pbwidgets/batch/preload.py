"""What the process that forks the workers imports, so that each worker starts warm.

vl-convert is not even imported: its V8 must start in the worker.
"""

from pbwidgets.forking import begin_preload, end_preload

begin_preload()

import altair  # noqa: E402, F401
import IPython.core.interactiveshell  # noqa: E402, F401
import nbformat  # noqa: E402, F401
import pandas  # noqa: E402, F401
import papermill  # noqa: E402, F401

import pbwidgets.batch.execution  # noqa: E402
import pbwidgets.batch.shell  # noqa: E402, F401
from pbwidgets.wording import load_catalogues  # noqa: E402

load_catalogues()
end_preload()
