"""The day of a moment. The store keeps moments in UTC; people count days where they live."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Time zone of days and deadlines."""


def day_of(moment: datetime) -> date:
    """Day of a moment (timezone-aware) in Asia/Shanghai.

    >>> from datetime import UTC
    >>> day_of(datetime(2026, 10, 31, 16, 0, tzinfo=UTC)).isoformat()
    '2026-11-01'
    """
    return moment.astimezone(ZONE).date()
