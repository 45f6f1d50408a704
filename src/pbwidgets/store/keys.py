"""The key of a submission."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SubmissionKey:
    """A unit's form in a period; ``occurrence`` is 0, or counts the entries of a log from 1."""

    campaign_id: str
    period_id: str
    form_id: str
    unit_code: str
    occurrence: int = 0

    @property
    def entity(self) -> str:
        """Name of the submission in the audit log."""
        return f"submission:{self.form_id}:{self.unit_code}:{self.occurrence}"
