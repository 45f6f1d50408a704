"""The use cases: what the command line, the notebooks and the apps call, and who may do what."""

from pbwidgets.workflows.book import ReportBook
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
from pbwidgets.workflows.reporting import Report, open_report
from pbwidgets.workflows.reviewing import (
    accept_submission,
    check_mark,
    give_marks,
    nominate_unit,
    review_levels,
    send_back,
)
from pbwidgets.workflows.rights import RIGHTS, authorise, operator
from pbwidgets.workflows.snapshots import SHARED, Snapshot, code_hash, find_snapshot, open_snapshot, take_snapshot
from pbwidgets.workflows.workspace import ZONE, Opened, Workspace, open_workspace, today

__all__ = [
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
    "explain_score",
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
