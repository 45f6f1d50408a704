"""A workspace that is open: its settings, its store, and its campaigns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from pbwidgets.campaign import Campaign, from_json, read_campaign
from pbwidgets.errors import UsageError
from pbwidgets.settings import Settings, load_settings
from pbwidgets.store import Store, load_campaign_json, load_units, open_periods, open_store
from pbwidgets.units import units_as_of

ZONE = ZoneInfo("Asia/Shanghai")
"""Days and deadlines are those of this zone; the store keeps UTC."""


@dataclass(frozen=True)
class Opened:
    """A campaign in an open period, as it was frozen.

    Attributes
    ----------
    campaign
        The definition of that version.
    version
        Its hash.
    period_id
        The period.
    """

    campaign: Campaign
    version: str
    period_id: str

    def day(self, today: date) -> date:
        """Day of which a snapshot takes the register: today, within the period."""
        period = self.campaign.period(self.period_id)
        return min(max(today, period.begins), period.ends)


@dataclass(frozen=True)
class Workspace:
    """Settings and store of one workspace; made by :func:`open_workspace`."""

    settings: Settings
    store: Store

    def opened(self, campaign_id: str | None = None, period_id: str | None = None) -> Opened:
        """The campaign as it was opened; by default the only or newest one, in its newest open period.

        Raises
        ------
        UsageError
            ``workflows.nothing_open``, ``workflows.unknown_campaign``, ``workflows.unknown_period``.
        """
        with self.store.read() as reader:
            periods = open_periods(reader)
            if not periods:
                raise UsageError("workflows.nothing_open")
            names = sorted({period.campaign_id for period in periods})
            wanted = campaign_id or periods[-1].campaign_id
            of_campaign = [period for period in periods if period.campaign_id == wanted]
            if not of_campaign:
                raise UsageError("workflows.unknown_campaign", **nearest(wanted, names))
            ids = [period.period_id for period in of_campaign]
            if period_id is not None and period_id not in ids:
                raise UsageError("workflows.unknown_period", **nearest(period_id, ids))
            chosen = of_campaign[ids.index(period_id)] if period_id else of_campaign[-1]
            definition = load_campaign_json(reader, chosen.campaign_id, chosen.version)
        return Opened(from_json(definition), chosen.version, chosen.period_id)

    def units(self, day: date | None = None) -> pd.DataFrame:
        """The register, with the columns of ``UNITS``; of one day, if given."""
        with self.store.read() as reader:
            units = load_units(reader)
        return units if day is None else units_as_of(units, day)

    def campaign_file(self, campaign_id: str) -> Path:
        """File of a campaign in ``parameters/campaigns``.

        Raises
        ------
        UsageError
            ``workflows.unknown_campaign`` with the names there are.
        """
        folder = self.settings.parameters / "campaigns"
        names = sorted(path.stem for path in folder.glob("*.yaml"))
        if campaign_id not in names:
            raise UsageError("workflows.unknown_campaign", **nearest(campaign_id, names))
        return folder / f"{campaign_id}.yaml"

    def read_campaign(self, campaign_id: str) -> Campaign:
        """Campaign of ``parameters/campaigns``, as its file stands now."""
        return read_campaign(self.campaign_file(campaign_id))


@contextmanager
def open_workspace(folder: Path | None = None) -> Iterator[Workspace]:
    """Workspace of a folder, by default the one that the environment or the current folder names."""
    settings = load_settings(folder)
    store = open_store(settings.store_url, settings.evidence)
    try:
        yield Workspace(settings, store)
    finally:
        store.engine.dispose()


def today() -> date:
    """The day in Asia/Shanghai."""
    return datetime.now(ZONE).date()


def nearest(value: str, allowed: list[str]) -> dict[str, str]:
    """Arguments of a message about a name that is not known: what is allowed, and the nearest spelling."""
    near = get_close_matches(value, allowed, 1, 0.0)
    return {"value": value, "allowed": "、".join(allowed) or "—", "nearest": near[0] if near else "—"}
