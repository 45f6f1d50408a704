"""The use cases: what the command line, the notebooks and the apps call, and who may do what.

Each folder holds one kind of work: ``filling``, ``review``, ``meeting``, ``reports``, ``people``, ``organise``,
``survey``, ``progress``. They do not import each other; all build on ``ground``. ``exchange`` stands on them: what
they fill in and mark, as workbooks. Only the names that notebooks
start from are exported here, and each is imported on demand: Altair takes seconds to import.
"""

from typing import TYPE_CHECKING

from pbwidgets.lazy import lazily

if TYPE_CHECKING:
    from pbwidgets.workflows.ground.desk import Desk
    from pbwidgets.workflows.ground.snapshots import open_snapshot, take_snapshot
    from pbwidgets.workflows.ground.workspace import Opened, Workspace, open_workspace
    from pbwidgets.workflows.reports.blocks.drawing import draw_chart, find_figure
    from pbwidgets.workflows.reports.blocks.lists import open_blocks
    from pbwidgets.workflows.reports.files.book import ReportBook
    from pbwidgets.workflows.reports.index.report import IndexFiles, open_index_report
    from pbwidgets.workflows.reports.report import open_report

__all__ = [
    "Desk",
    "IndexFiles",
    "Opened",
    "ReportBook",
    "Workspace",
    "draw_chart",
    "find_figure",
    "open_blocks",
    "open_index_report",
    "open_report",
    "open_snapshot",
    "open_workspace",
    "take_snapshot",
]
_HOMES = {
    "Desk": "ground.desk",
    "IndexFiles": "reports.index.report",
    "Opened": "ground.workspace",
    "ReportBook": "reports.files.book",
    "Workspace": "ground.workspace",
    "draw_chart": "reports.blocks.drawing",
    "find_figure": "reports.blocks.drawing",
    "open_blocks": "reports.blocks.lists",
    "open_index_report": "reports.index.report",
    "open_report": "reports.report",
    "open_snapshot": "ground.snapshots",
    "open_workspace": "ground.workspace",
    "take_snapshot": "ground.snapshots",
}

if not TYPE_CHECKING:  # else mypy would take any name for one of ours
    __getattr__ = lazily(__name__, _HOMES)
