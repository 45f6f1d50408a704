"""The key of a submission, and the periods that belong to what is read of one."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Table

ALWAYS: Final = "*"
"""Period of what lasts for the whole campaign: it is read in each of its periods."""


@dataclass(frozen=True)
class SubmissionKey:
    """A unit's form in a period, or in :data:`ALWAYS`; ``occurrence`` is 0, or counts the entries of a log from 1."""

    campaign_id: str
    period_id: str
    form_id: str
    unit_code: str
    occurrence: int = 0

    @property
    def entity(self) -> str:
        """Name of the submission in the audit log."""
        return f"submission:{self.form_id}:{self.unit_code}:{self.occurrence}"


def of_period(table: Table, campaign_id: str, period_id: str) -> ColumnElement[bool]:
    """Condition for the rows of a period, together with those that last for the whole campaign."""
    return (table.c.campaign_id == campaign_id) & table.c.period_id.in_((period_id, ALWAYS))
