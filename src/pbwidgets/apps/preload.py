"""Imports of the process that forks the kernels, so that a page's kernel starts warm.

vl-convert is not imported, and no ZMQ context, event loop or database connection is opened here.
"""

from importlib import import_module
from pkgutil import walk_packages

from pbwidgets.forking import begin_preload, end_preload

begin_preload()

import altair  # noqa: E402, F401
import elementpath  # noqa: E402, F401
import ipykernel.ipkernel  # noqa: E402
import ipykernel.kernelapp  # noqa: E402, F401
import IPython.core.completerlib  # noqa: E402
import IPython.core.debugger  # noqa: E402
import IPython.core.logger  # noqa: E402
import IPython.core.oinspect  # noqa: E402, F401
import ipywidgets  # noqa: E402, F401
import pandas  # noqa: E402, F401
import sqlalchemy.dialects.sqlite  # noqa: E402, F401
import tornado.platform.asyncio  # noqa: E402, F401

import pbwidgets.apps.pages  # noqa: E402
import pbwidgets.apps.visit  # noqa: E402
import pbwidgets.campaign  # noqa: E402
import pbwidgets.store  # noqa: E402
import pbwidgets.workflows  # noqa: E402
import pbwidgets.workflows.reports.blocks.drawing  # noqa: E402
from pbwidgets.wording import load_catalogues  # noqa: E402

for _page in walk_packages(pbwidgets.apps.pages.__path__, "pbwidgets.apps.pages."):
    import_module(_page.name)
load_catalogues()
end_preload()
