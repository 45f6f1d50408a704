"""Until when a form can be handed in: the end of its last phase, or of an exception on record.

Those of a form that lasts for the campaign are the ones of the period in which one works.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pbwidgets.errors import DataError
from pbwidgets.store import Reader, SubmissionKey, Writer, grant_exception, load_exception, record_refusal
from pbwidgets.wording import default_language, say
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import ZONE, Opened, day_of

_TOO_LATE: Final = "workflows.too_late"


def deadline(opened: Opened, form_id: str) -> datetime | None:
    """Moment (UTC) at which a form closes, 24:00 in Asia/Shanghai on its last day; None without a phase."""
    phases = [phase for phase in opened.period.phases if form_id in phase.forms]
    if not phases:
        return None
    return _end_of_day(max(phase.ends for phase in phases))


def extend_for_correction(w: Writer, desk: Desk, key: SubmissionKey, days: int, reason: str) -> None:
    """Let a unit hand a returned form in again until 24:00 this many days from now; no deadline gets earlier.

    It is recorded as an ordinary exception. For a log it reopens all entries of the unit.
    """
    due = deadline(desk.opened, key.form_id)
    if due is None or days == 0:
        return
    until = _end_of_day(day_of(desk.now) + timedelta(days=days))
    granted = load_exception(w, *desk.opened.key, key.form_id, key.unit_code)
    if until > max(due, granted or due):
        words = say("workflows.returned_until", default_language(), reason=reason.strip())
        grant_exception(w, *desk.opened.key, key.form_id, key.unit_code, until, words)


def _end_of_day(day: date) -> datetime:
    """24:00 of a day in Asia/Shanghai, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)


@contextmanager
def log_refusal(desk: Desk, key: SubmissionKey) -> Iterator[None]:
    """While it lasts, a refusal after the deadline is written to the log, although all else is undone."""
    try:
        yield
    except DataError as error:
        if error.code == _TOO_LATE:
            with desk.write() as writer:
                record_refusal(writer, key)
        raise


def check_deadline(reader: Reader, desk: Desk, key: SubmissionKey) -> None:
    """Raise after the deadline, unless an exception on record still applies.

    Raises
    ------
    DataError
        ``workflows.too_late``.
    """
    due = deadline(desk.opened, key.form_id)
    if due is None or desk.now < due:
        return
    exception = load_exception(reader, *desk.opened.key, key.form_id, key.unit_code)
    if exception is None or desk.now >= exception:
        last_day = day_of(due - timedelta(seconds=1))
        name = desk.opened.campaign.form(key.form_id).name.words(desk.lang)
        raise DataError(_TOO_LATE, form=name, last_day=last_day)
