"""An open workspace: its settings, its store, and its campaigns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from pbwidgets.campaign import Campaign, from_json, read_campaign
from pbwidgets.campaign.model import Period
from pbwidgets.errors import DataError, UsageError
from pbwidgets.files import close_to_others
from pbwidgets.intake.identifying import CommonWords
from pbwidgets.settings import Settings, load_settings
from pbwidgets.store import (
    ALWAYS,
    Reader,
    Store,
    SubmissionKey,
    days,
    known_periods,
    load_campaign_json,
    open_store,
)
from pbwidgets.store.campaigns import Period as KnownPeriod
from pbwidgets.store.ratings import Treatment
from pbwidgets.store.units import UnitRows, load_unit_rows, units_of_rows
from pbwidgets.units import taking_part, units_as_of
from pbwidgets.workflows.ground.lookup import nearest

ZONE = days.ZONE
day_of = days.day_of


@dataclass(frozen=True)
class Opened:
    """A campaign in a period, frozen when it was opened.

    Attributes
    ----------
    campaign
        The definition of that version.
    version
        Its hash.
    period_id
        The period.
    roots
        Codes of the units below which units take part; none: every unit of a root kind.
    closed_at
        Moment (UTC) at which the period was closed; None while it is open.
    closed_head
        Revision of the store at that time; None while it is open, and if an older package closed it.
    settled
        Just after opening: how many marks came to count as what, by what was done with them.
    """

    campaign: Campaign
    version: str
    period_id: str
    roots: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closed_head: int | None = None
    settled: Mapping[Treatment, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """Ids of campaign and period, under which the store keeps their records."""
        return self.campaign.id, self.period_id

    def submission_key(self, form_id: str, unit_code: str, occurrence: int = 0) -> SubmissionKey:
        """Key of a form, or an entry of a log, of a unit; of this period, or of the campaign that it lasts for."""
        lasting = {form.id for form in self.campaign.forms if form.lasts == "campaign"}
        period_id = ALWAYS if form_id in lasting else self.period_id
        return SubmissionKey(self.campaign.id, period_id, form_id, unit_code, occurrence)

    @property
    def period(self) -> Period:
        """The period as the campaign defines it."""
        return self.campaign.period(self.period_id)

    @property
    def is_open(self) -> bool:
        """Whether anything may be written in the period."""
        return self.closed_at is None

    def day(self, today: date) -> date:
        """Day on which a snapshot reads the register: today, limited to the period and to its closing."""
        last = today if self.closed_at is None else min(today, day_of(self.closed_at))
        return min(max(last, self.period.begins), self.period.ends)

    def take_part(self, units: pd.DataFrame) -> pd.DataFrame:
        """Units of a register that take part: members, and partners (:func:`~pbwidgets.units.taking_part`)."""
        return taking_part(units, *self.who)

    @property
    def who(self) -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...], tuple[str, ...]]:
        """Kinds of the members, each with those above it, kinds of the partners, and the roots."""
        return self.campaign.member_kinds, self.campaign.partner_kinds, self.roots


@dataclass(frozen=True)
class Workspace:
    """Settings and store of one workspace; made by :func:`open_workspace`.

    Attributes
    ----------
    session
        Key of the visitor's session in an open page; empty everywhere else, and if a proxy signs people in.
    """

    settings: Settings
    store: Store
    session: str = ""

    def opened(self, campaign_id: str | None = None, period_id: str | None = None) -> Opened:
        """The campaign as it was opened; by default the only or newest one, in its newest open period.

        A period that is named, and the last one where none is open, may be closed: it can be looked at.

        Raises
        ------
        UsageError
            ``workflows.nothing_open``, ``workflows.unknown_campaign``, ``workflows.unknown_period``.
        """
        with self.store.read() as reader:
            # of those that are open, the last one opened comes last
            periods = sorted(known_periods(reader), key=lambda period: period.is_open)
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
            return _load_opened(reader, chosen)

    def opened_campaigns(
        self, campaign_id: str | None = None, period_id: str | None = None
    ) -> tuple["Opened", ...]:
        """The campaign that is named; by default every open one, each in the period opened last or the one named.

        Raises
        ------
        UsageError
            As :meth:`opened`.
        """
        every = {
            one.campaign.id: one
            for one in (open_campaigns(self) if campaign_id is None else ())
            if period_id in (None, one.period_id)
        }
        return tuple(every.values()) or (self.opened(campaign_id, period_id),)

    def units(self, day: date | None = None) -> pd.DataFrame:
        """The whole register, whoever takes part, with the columns of ``UNITS``; on one day, if given."""
        return _cut_units(self._unit_rows(), day)

    def taking_part(self, opened: Opened, day: date) -> pd.DataFrame:
        """Units that take part in a campaign on a day of its period (:meth:`Opened.take_part`); columns ``UNITS``."""
        return _cut_part(self._unit_rows(), opened, day)

    def _unit_rows(self) -> UnitRows:
        with self.store.read() as reader:
            return load_unit_rows(reader)

    def campaign_file(self, campaign_id: str) -> Path:
        """File of a campaign in ``parameters/campaigns``.

        Raises
        ------
        UsageError
            ``workflows.unknown_campaign`` with the existing names.
        DataError
            ``workflows.no_workspace`` if there are none.
        """
        folder = self.settings.parameters / "campaigns"
        names = sorted(path.stem for path in folder.glob("*.yaml"))
        if not names:
            raise DataError("workflows.no_workspace", folder=str(self.settings.workspace))
        if campaign_id not in names:
            raise UsageError("workflows.unknown_campaign", **nearest(campaign_id, names))
        return folder / f"{campaign_id}.yaml"

    def read_campaign(self, campaign_id: str) -> Campaign:
        """Campaign of ``parameters/campaigns``, read from its current file."""
        return read_campaign(self.campaign_file(campaign_id))


_Who = tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...], tuple[str, ...]]
_MOST_KEPT: Final = 10_000
"""The cuts of a larger register are not kept in memory."""


def _cut_units(rows: UnitRows, day: date | None = None, who: _Who | None = None) -> pd.DataFrame:
    """Register of its rows, on a day, without those that take no part; every request asks for the same ones.

    The rows are the key, so that a change of the register is seen at once; each caller has a frame of its own.
    """
    cut = _cut_kept if len(rows) <= _MOST_KEPT else _cut
    return cut(rows, day, who).copy(deep=False)


def _cut_part(rows: UnitRows, opened: Opened, day: date) -> pd.DataFrame:
    kinds, partner_kinds, roots = opened.who
    return _cut_units(rows, opened.day(day), (tuple(kinds.items()), partner_kinds, roots))


def _cut(rows: UnitRows, day: date | None, who: _Who | None) -> pd.DataFrame:
    if who is not None:
        kinds, partner_kinds, roots = who
        return taking_part(_cut_units(rows, day), dict(kinds), partner_kinds, roots)
    return units_of_rows(rows) if day is None else units_as_of(_cut_units(rows), day)


_cut_kept = lru_cache(maxsize=8)(_cut)


@contextmanager
def open_workspace(folder: Path | None = None) -> Iterator[Workspace]:
    """Workspace of a folder, by default the one that the environment or the current folder names."""
    workspace = load_workspace(load_settings(folder))
    try:
        yield workspace
    finally:
        workspace.store.engine.dispose()


def load_workspace(settings: Settings) -> Workspace:
    """Workspace with its store open; only its owner can read its private folder.

    Raises
    ------
    DataError
        As :func:`pbwidgets.store.open_store`; ``store.gone`` if the store is empty although the workspace was in use.
    """
    for folder in (settings.private, settings.evidence):
        close_to_others(folder)
    store = open_store(settings.store_url, settings.evidence, left_behind=_left_behind(settings))
    store.identified.others = lambda: _words_of_reports(settings)
    return Workspace(settings, store)


def _words_of_reports(settings: Settings) -> CommonWords:
    """What reports say by themselves: their lists, notebooks and blocks."""
    own = (settings.parameters / "reports", settings.notebooks / "reports", settings.notebooks / "blocks")
    kinds = (".yaml", ".ipynb", ".py")
    paths = sorted(path for folder in own for path in folder.glob("**/*") if path.suffix in kinds)
    return CommonWords.of(path.read_text(encoding="utf-8", errors="ignore") for path in paths)


def _left_behind(settings: Settings) -> Iterator[str]:
    """Folders of the workspace with something that only a store in use can have left there."""
    traces = (
        (settings.evidence, "??/*"),
        (settings.snapshots, "*/newest.json"),
        (settings.outputs, "*/*/*/manifest.json"),
    )
    for folder, pattern in traces:
        if any(folder.glob(pattern)):
            yield folder.relative_to(settings.workspace).as_posix()


def utc_now() -> datetime:
    """The current moment, by which days and deadlines are judged."""
    return datetime.now(UTC)


def today() -> date:
    """The current day in Asia/Shanghai."""
    return day_of(utc_now())


def open_campaigns(workspace: Workspace, unit_code: str | None = None) -> tuple[Opened, ...]:
    """Open campaigns, each in each of its open periods, the most recently opened one last.

    Parameters
    ----------
    unit_code
        Only those in which this unit takes part today; by default all.
    """
    return _campaigns(workspace, unit_code, is_open=True)


def closed_campaigns(workspace: Workspace, unit_code: str | None = None) -> tuple[Opened, ...]:
    """Campaigns in each of their periods that were closed, the one closed last at the end.

    Parameters
    ----------
    unit_code
        Only those in which this unit took part on their last day; by default all.
    """
    return _campaigns(workspace, unit_code, is_open=False)


def _campaigns(workspace: Workspace, unit_code: str | None, *, is_open: bool) -> tuple[Opened, ...]:
    with workspace.store.read() as reader:
        found = tuple(
            _load_opened(reader, period) for period in known_periods(reader) if period.is_open == is_open
        )
        rows = () if unit_code is None else load_unit_rows(reader)
    if unit_code is None:
        return found
    day = today()
    return tuple(one for one in found if (_cut_part(rows, one, day)["unit_code"] == unit_code).any())


def _load_opened(reader: Reader, period: KnownPeriod) -> Opened:
    definition = load_campaign_json(reader, period.campaign_id, period.version)
    closed = (None, None) if period.is_open else (period.since, period.head)
    return Opened(from_json(definition), period.version, period.period_id, period.roots, *closed)
