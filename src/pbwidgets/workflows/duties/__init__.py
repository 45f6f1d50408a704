"""What somebody has to do: what is due over all campaigns, and lists to decide, reports, accounts."""

from pbwidgets.workflows.duties.due import list_due
from pbwidgets.workflows.duties.others import list_duties

__all__ = ["list_due", "list_duties"]
