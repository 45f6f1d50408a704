"""Days of a demonstration: its campaign, laid around today.

Either one phase of the campaign begins today, and the period bears the year of today; or a day of the campaign's own
becomes today: its periods move by whole months, and what is due on a day moves by the same days as that one.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.checklists import Check
from pbwidgets.campaign.model import Period, Phase
from pbwidgets.campaign.tables import Table, TableRow
from pbwidgets.campaign.yaml_text import replace_section
from pbwidgets.demo.definition import Demo
from pbwidgets.errors import DataError
from pbwidgets.files import put_file
from pbwidgets.workflows.ground.workspace import ZONE, Workspace
from pbwidgets.workflows.organise.new_workspace import packaged_workspace

EARLIEST, LATEST = date(1902, 1, 1), date(2197, 12, 31)
"""Days that a demonstration can be laid around, so that all of its days are ones of a campaign."""
_PAPERS_ARE_OLD = timedelta(days=120)


def lay_around(campaign: Campaign, demo: Demo, day: date) -> Campaign:
    """The campaign with its days moved so that the demonstration's phase begins, or its day is, on a day.

    Raises
    ------
    DataError
        ``demo.no_phase`` if the period has no such phase.
    """
    if demo.today is not None:
        return _lay_days_around(campaign, demo.today, day)
    last = campaign.periods[-1]
    moved = last.moved(day - _phase(last, demo).begins, str(day.year))
    others = tuple(period for period in campaign.periods[:-1] if period.id != moved.id)
    return campaign.model_copy(update={"periods": (*others, moved)})


def today_of(campaign: Campaign, demo: Demo) -> date:
    """Today, for a campaign and a demonstration that were laid around it."""
    return demo.today or _phase(campaign.periods[-1], demo).begins


def period_of(campaign: Campaign, demo: Demo) -> Period:
    """The period of the demonstration: the one that has today, else the last."""
    today = today_of(campaign, demo)
    periods = [period for period in campaign.periods if period.begins <= today <= period.ends]
    return periods[0] if demo.today and periods else campaign.periods[-1]


def _lay_days_around(campaign: Campaign, before: date, day: date) -> Campaign:
    if day == before:
        return campaign
    by = day - before
    # never fewer days between the first period and today: what is due in it must not come to lie before it
    months = 12 * (day.year - before.year) + day.month - before.month - (day.day < before.day)
    tracks = tuple(
        track.model_copy(update={"checks": tuple(_move_check(check, by) for check in track.checks)})
        for track in campaign.tracks
    )
    tables = {name: _move_table(table, by) for name, table in campaign.tables.items()}
    periods = tuple(_move_period(period, months) for period in campaign.periods)
    moved = campaign.model_copy(update={"periods": periods, "tracks": tracks, "tables": tables})
    return Campaign.model_validate(moved.model_dump(mode="python"))  # which gives the forms the moved tables


def _move_period(period: Period, months: int) -> Period:
    begins = _add_months(period.begins, months)
    names = {period.begins.strftime(form): begins.strftime(form) for form in ("%Y", "%Y-%m")}
    phases = tuple(
        phase.model_copy(
            update={"begins": _add_months(phase.begins, months), "ends": _add_months(phase.ends, months)}
        )
        for phase in period.phases
    )
    days = {"begins": begins, "ends": _add_months(period.ends, months), "phases": phases}
    return period.model_copy(update={"id": names.get(period.id, period.id), **days})


def _add_months(day: date, months: int) -> date:
    """The same day of a later month; the last day of a month stays one."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    last, ends = _last_of(year, month + 1), day.day == _last_of(day.year, day.month)
    return date(year, month + 1, last if ends else min(day.day, last))


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _move_check(check: Check, by: timedelta) -> Check:
    due = getattr(check, "due", None)
    if due is None or not due[0].isdigit():  # none, or the id of a phase
        return check
    return check.model_copy(update={"due": _move_cell(due, by)})


def _move_table(table: Table, by: timedelta) -> Table:
    """A table with the days of its date columns moved; its rows then stand in the campaign's file."""
    dated = [column for column, kind in table.columns.items() if kind == "date"]

    def moved(row: TableRow) -> TableRow:
        days = {name: _move_cell(row.cell(name), by) for name in dated if row.cell(name)}
        return TableRow.model_validate({**row.model_dump(mode="python"), **days})

    return table.model_copy(update={"rows": tuple(map(moved, table.rows)), "file": None}) if dated else table


def _move_cell(cell: str, by: timedelta) -> str:
    return (date.fromisoformat(cell) + by).isoformat()


def morning(day: date) -> datetime:
    """10:00 of a day in Asia/Shanghai, in UTC: when everything of a demonstration is recorded."""
    return datetime.combine(day, time(10), ZONE).astimezone(UTC)


def date_papers(demo: Demo, day: date) -> Demo:
    """The demonstration of a day, with the year of its papers, which are some months old then, in its texts."""
    year = str((day - _PAPERS_ARE_OLD).year)
    dated = Demo.model_validate_json(demo.model_dump_json().replace("{year}", year))
    return dated.model_copy(update={"today": day}) if demo.today else dated


def write_days(workspace: Workspace, before: Campaign, campaign: Campaign) -> None:
    """Write the campaign's days into its file where they have changed: what is opened from it later has the same days.

    The files of a checkout are those of the package: a demonstration leaves them as they are.
    """
    if workspace.settings.workspace == packaged_workspace():
        return
    path = workspace.campaign_file(campaign.id)
    text = path.read_text(encoding="utf-8")
    for section in ("periods", "tables", "tracks"):
        if getattr(campaign, section) != getattr(before, section):
            text = replace_section(text, section, campaign)
    if text != path.read_text(encoding="utf-8"):
        put_file(path, text.encode())


def _phase(period: Period, demo: Demo) -> Phase:
    found = next((phase for phase in period.phases if phase.id == demo.phase), None)
    if found is None:
        raise DataError("demo.no_phase", phase=demo.phase, period=period.id)
    return found
