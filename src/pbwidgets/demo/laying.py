"""Days of a demonstration: its campaign, laid around today.

A demonstration knows no dates. One phase of the campaign begins today, and the period bears the year of today.
"""

from datetime import UTC, date, datetime, time, timedelta

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.model import Period, Phase
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
    """The campaign with its last period moved so that the demonstration's phase begins on a day.

    Raises
    ------
    DataError
        ``demo.no_phase`` if the period has no such phase.
    """
    last = campaign.periods[-1]
    moved = last.moved(day - _phase(last, demo).begins, str(day.year))
    others = tuple(period for period in campaign.periods[:-1] if period.id != moved.id)
    return campaign.model_copy(update={"periods": (*others, moved)})


def today_of(campaign: Campaign, demo: Demo) -> date:
    """Today, for a campaign that was laid around it."""
    return _phase(campaign.periods[-1], demo).begins


def morning(day: date) -> datetime:
    """10:00 of a day in Asia/Shanghai, in UTC: when everything of a demonstration is recorded."""
    return datetime.combine(day, time(10), ZONE).astimezone(UTC)


def date_papers(demo: Demo, day: date) -> Demo:
    """The demonstration with the year of its papers, which are some months old on that day, in its texts."""
    year = str((day - _PAPERS_ARE_OLD).year)
    return Demo.model_validate_json(demo.model_dump_json().replace("{year}", year))


def write_period(workspace: Workspace, before: Campaign, campaign: Campaign) -> None:
    """Write the campaign's periods into its file if they have changed: what is opened from it later has the same days.

    The files of a checkout are those of the package: a demonstration leaves them as they are.
    """
    if workspace.settings.workspace == packaged_workspace() or campaign.periods == before.periods:
        return
    path = workspace.campaign_file(campaign.id)
    put_file(path, replace_section(path.read_text(encoding="utf-8"), "periods", campaign).encode())


def _phase(period: Period, demo: Demo) -> Phase:
    found = next((phase for phase in period.phases if phase.id == demo.phase), None)
    if found is None:
        raise DataError("demo.no_phase", phase=demo.phase, period=period.id)
    return found
