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
from pbwidgets.workflows.catalogue import NEEDS
from pbwidgets.workflows.class_list import import_classes
from pbwidgets.workflows.classifying import decide_classes, load_classes, load_moves
from pbwidgets.workflows.excepting import grant_exception
from pbwidgets.workflows.filling import AnswersRefusedError, deadline, hand_in, save_answers, take_back
from pbwidgets.workflows.inspecting import OtherMark, Review, ReviewLine, computed_lines, open_review
from pbwidgets.workflows.listing import explain_score, list_scores, list_selection
from pbwidgets.workflows.nominating import (
    Balance,
    find_balance,
    order_nominations,
    set_allotments,
    withdraw_nomination,
)
from pbwidgets.workflows.noting import add_note, close_rectification, open_rectification
from pbwidgets.workflows.queueing import review_queue
from pbwidgets.workflows.reviewing import (
    accept_submission,
    accept_submissions,
    check_mark,
    give_marks,
    nominate_unit,
    recuse_rater,
    review_levels,
    send_back,
    undo_acceptance,
    withdraw_mark,
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
from pbwidgets.workflows.vetoing import appeal_veto, lift_veto, record_veto, uphold_veto
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, open_workspace, today

if TYPE_CHECKING:
    from pbwidgets.workflows.book import ReportBook
    from pbwidgets.workflows.cover import Cover
    from pbwidgets.workflows.drawing import CHARTS, draw_chart
    from pbwidgets.workflows.index_report import IndexReport, open_index_report
    from pbwidgets.workflows.reporting import Report, open_report

__all__ = [
    "CHARTS",
    "NEEDS",
    "RIGHTS",
    "SHARED",
    "ZONE",
    "AnswersRefusedError",
    "Balance",
    "Cover",
    "IndexReport",
    "Opened",
    "OtherMark",
    "Report",
    "ReportBook",
    "Review",
    "ReviewLine",
    "Snapshot",
    "Workspace",
    "accept_submission",
    "accept_submissions",
    "add_note",
    "appeal_veto",
    "authorise",
    "changes_since_opening",
    "check_campaigns",
    "check_mark",
    "close_rectification",
    "code_hash",
    "computed_lines",
    "deadline",
    "decide_classes",
    "draw_chart",
    "explain_score",
    "find_account",
    "find_actor",
    "find_balance",
    "find_snapshot",
    "give_marks",
    "grant_exception",
    "hand_in",
    "import_classes",
    "import_register",
    "lift_veto",
    "list_scores",
    "list_selection",
    "load_classes",
    "load_moves",
    "nominate_unit",
    "open_campaign",
    "open_definition",
    "open_index_report",
    "open_rectification",
    "open_report",
    "open_review",
    "open_snapshot",
    "open_workspace",
    "operator",
    "order_nominations",
    "record_veto",
    "recuse_rater",
    "review_levels",
    "review_queue",
    "save_answers",
    "save_units",
    "send_back",
    "set_allotments",
    "take_back",
    "take_snapshot",
    "today",
    "undo_acceptance",
    "uphold_veto",
    "withdraw_mark",
    "withdraw_nomination",
]

_DRAWING = {
    "CHARTS": "drawing",
    "Cover": "cover",
    "IndexReport": "index_report",
    "Report": "reporting",
    "ReportBook": "book",
    "draw_chart": "drawing",
    "open_index_report": "index_report",
    "open_report": "reporting",
}


def __getattr__(name: str) -> Any:
    """Name of a module that draws, imported now."""
    if name not in _DRAWING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DRAWING[name]}"), name)
