"""The use cases: what the command line, the notebooks and the apps call, and who may do what.

What draws (``draw_chart``, ``open_report``, ``ReportBook``) is imported when it is asked for: Altair takes
seconds to import, and most commands draw nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pbwidgets.workflows.accounts import find_account, find_actor
from pbwidgets.workflows.campaigns import (
    changes_since_opening,
    check_campaigns,
    import_register,
    open_campaign,
    open_definition,
    save_units,
)
from pbwidgets.workflows.filling import AnswersRefusedError, deadline, hand_in, save_answers, take_back
from pbwidgets.workflows.listing import explain_score, list_scores, list_selection
from pbwidgets.workflows.reviewing import (
    accept_submission,
    check_mark,
    give_marks,
    nominate_unit,
    review_levels,
    send_back,
)
from pbwidgets.workflows.rights import RIGHTS, authorise, operator
from pbwidgets.workflows.snapshots import (
    SHARED,
    Snapshot,
    code_hash,
    find_snapshot,
    open_snapshot,
    take_snapshot,
)
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, open_workspace, today

if TYPE_CHECKING:
    from pbwidgets.workflows.book import ReportBook
    from pbwidgets.workflows.drawing import CHARTS, draw_chart
    from pbwidgets.workflows.reporting import Report, open_report

__all__ = [
    "CHARTS",
    "RIGHTS",
    "SHARED",
    "ZONE",
    "AnswersRefusedError",
    "Opened",
    "Report",
    "ReportBook",
    "Snapshot",
    "Workspace",
    "accept_submission",
    "authorise",
    "changes_since_opening",
    "check_campaigns",
    "check_mark",
    "code_hash",
    "deadline",
    "draw_chart",
    "explain_score",
    "find_account",
    "find_actor",
    "find_snapshot",
    "give_marks",
    "hand_in",
    "import_register",
    "list_scores",
    "list_selection",
    "nominate_unit",
    "open_campaign",
    "open_definition",
    "open_report",
    "open_snapshot",
    "open_workspace",
    "operator",
    "review_levels",
    "save_answers",
    "save_units",
    "send_back",
    "take_back",
    "take_snapshot",
    "today",
]

_DRAWING = {
    "CHARTS": "drawing",
    "Report": "reporting",
    "ReportBook": "book",
    "draw_chart": "drawing",
    "open_report": "reporting",
}


def __getattr__(name: str) -> Any:
    """Name of a module that draws, imported now."""
    if name not in _DRAWING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DRAWING[name]}"), name)
