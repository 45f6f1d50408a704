"""What a chart is about: campaign, period, track, unit, language; or an index."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pbwidgets.campaign.model import Campaign, Track
from pbwidgets.wording import say


class Subject(Protocol):
    """What every chart must know about its subject: its words, and whether the data are made up."""

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up for a demonstration."""

    @property
    def origin(self) -> str:
        """Where the numbers are from, in a few words."""

    @property
    def day(self) -> date | None:
        """Day of the numbers; None if they have none."""

    def say(self, code: str, **args: object) -> str:
        """Text of ``charts.<code>`` in the language of the chart."""

    def subtitle(self) -> str:
        """What the chart is about, in one line."""


@dataclass(frozen=True)
class View:
    """What a chart is about; its words come from here, because no chart may assume a kind of unit.

    Attributes
    ----------
    campaign, period, track_id
        The campaign, and the ids of its period and of one of its tracks; none for a chart that is about no track.
    unit_code, unit_name
        The unit that the chart is for: an assessed unit, a nominating unit or the root.
    lang
        ``zh_CN`` or ``en``.
    synthetic
        Whether the data are made up for a demonstration; if so, the chart says it.
    last_rank
        Rank of the last unit selected, where units that cannot be selected keep their ranks before it; by default the
        number of places.
    day
        Day of the numbers, said at the foot of the chart.
    """

    campaign: Campaign
    period: str
    track_id: str
    unit_code: str
    unit_name: str
    lang: str = "zh_CN"
    synthetic: bool = False
    last_rank: int | None = None
    day: date | None = None

    @property
    def origin(self) -> str:
        """The campaign, and the period if it is named."""
        name = self.campaign.name.words(self.lang)
        code = "origin" if self.period else "origin_undated"
        return self.say(code, campaign=name, period=self.period)

    @property
    def cut(self) -> int:
        """Rank after which the places end; 0 if the track has none."""
        return self.last_rank or self.track.places or 0

    @property
    def track(self) -> Track:
        """The track."""
        return self.campaign.track(self.track_id)

    @property
    def kind(self) -> str:
        """Name of the kind of unit that the track assesses."""
        return self.campaign.kind_names(self.track.unit_kind, self.lang)

    @property
    def counted(self) -> str:
        """What the units are called behind their number: their kind, or a word for units of several kinds."""
        return self.kind if len(self.track.unit_kind) == 1 else say("charts.units", self.lang)

    @property
    def nominator(self) -> str:
        """Name of the kind of unit that nominates; the track's own kind if nobody nominates."""
        nomination = self.track.nomination
        return self.campaign.unit_kind(nomination.by).name.words(self.lang) if nomination else self.kind

    def layer_name(self, layer_id: str) -> str:
        """Name of a layer."""
        return self.campaign.layer(layer_id).name.words(self.lang)

    def say(self, code: str, **args: object) -> str:
        """Text of ``charts.<code>`` in the language of the chart."""
        return say(f"charts.{code}", self.lang, **args)

    def subtitle(self) -> str:
        """Campaign, period, track and unit in one line, each once; what has no name is left out."""
        names = (
            self.campaign.name.words(self.lang),
            self.period,
            self.track.name.words(self.lang) if self.track_id else "",
            self.unit_name,
        )
        return "  ·  ".join(dict.fromkeys(filter(None, names)))


@dataclass(frozen=True)
class IndexView:
    """What a chart of a composite index is about.

    Attributes
    ----------
    name
        Name of the index, that is, of its top aggregate.
    basis
        What it is computed from, in a few words.
    lang
        ``zh_CN`` or ``en``.
    synthetic
        Whether the data are made up for a demonstration; if so, the chart says it.
    digits
        Decimals of the scores shown.
    origin
        Where the data are from, such as the name of their file.
    day
        Day of the data.
    """

    name: str
    basis: str = ""
    lang: str = "zh_CN"
    synthetic: bool = False
    digits: int = 2
    origin: str = ""
    day: date | None = None

    def say(self, code: str, **args: object) -> str:
        """Text of ``charts.<code>`` in the language of the chart."""
        return say(f"charts.{code}", self.lang, **args)

    def subtitle(self) -> str:
        """Name and basis in one line."""
        return "  ·  ".join(part for part in (self.name, self.basis) if part)
