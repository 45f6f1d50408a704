"""Texts of a report with places for its names and numbers.

For example ``全县{units:village}个村，入选{selected:village}个。``
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.model import Measure
from pbwidgets.scoring.coverage import EXPECTED
from pbwidgets.scoring.frames import SELECTED, STANDING_STATES
from pbwidgets.wording import NOTHING, number

if TYPE_CHECKING:
    import pandas as pd

    from pbwidgets.workflows.reports.report import Report

_PLACE: Final = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_ADDED_UP: Final = ("count", "sum", "distinct")
"""Aggregates of measures whose values of several units are added up; of others the mean is taken."""


@dataclass(frozen=True)
class HasPlaces:
    """Says of a text that it may have places, and which frames tell whether it is the one to show."""

    reads: frozenset[str] = frozenset()


Template = Annotated[Text, HasPlaces()]
"""Argument of a block: a text in both languages with places such as ``{units}``, which ``check`` knows."""
OnceDecided = Annotated[Text, HasPlaces(frozenset({"statuses"}))]
"""Argument of a block: a template that stands in place of another once every list of the report is decided on."""


@dataclass(frozen=True)
class Place:
    """What a name in braces stands for.

    Attributes
    ----------
    fill
        The words, from the report and what follows the colon.
    of
        Part of a campaign that is named after the colon; None: nothing follows. A track need not be named where the
        text is about one, and no kind of unit where all are meant.
    reads
        Frames that it reads.
    """

    fill: Callable[["Report", str], str]
    of: Literal["track", "checklist", "measure", "unit_kind", "list", "named"] | None = None
    reads: frozenset[str] = frozenset()


def _track_name(report: "Report", track_id: str) -> str:
    return report.campaign.track(track_id).name.words(report.lang)


def _count_units(report: "Report", kind: str) -> str:
    below = report.units[report.units["unit_code"] != report.unit_code]
    return str(int((below["kind"] == kind).sum()) if kind else len(below))


def _selected(report: "Report", track_id: str) -> "pd.DataFrame":
    rows = report.scores.selection
    return rows[(rows["track_id"] == track_id) & (rows["status"] == SELECTED)].sort_values(
        ["rank", "unit_code"]
    )


def _names_selected(report: "Report", track_id: str) -> str:
    return report.say("comma").join(_selected(report, track_id)["unit_name"]) or NOTHING


def _measure(report: "Report", measure_id: str) -> str:
    """The unit's own value; if it has none, the sum or mean of those of the units below."""
    rows = report.scores.measures
    rows = rows[(rows["measure_id"] == measure_id) & rows["value"].notna()]
    own = rows.loc[rows["unit_code"] == report.unit_code, "value"]
    if len(own):
        return number(float(own.iloc[0]))
    if rows.empty:
        return NOTHING
    measure = next(item for item in report.campaign.every_measure if item.id == measure_id)
    added = isinstance(measure, Measure) and measure.aggregate in _ADDED_UP
    return number(float(rows["value"].sum() if added else rows["value"].mean()))


def _count_checks(state: str) -> Callable[["Report", str], str]:
    """Function that counts the checks in a state; of no state: all that are expected."""

    def count(report: "Report", track_id: str) -> str:
        rows = report.scores.standings
        states = rows.loc[rows["track_id"] == track_id, "state"]
        return str(int(states.isin(EXPECTED).sum() if not state else (states == state).sum()))

    return count


def _listed(report: "Report", list_id: str) -> "pd.DataFrame":
    rows = report.scores.lists
    return rows[(rows["list_id"] == list_id) & rows["on_list"]]


def _named(report: "Report", list_or_track: str) -> str:
    """Names of the units on a list, or selected in a track."""
    if not any(one.id == list_or_track for one in report.campaign.lists):
        return _names_selected(report, list_or_track)
    codes = set(_listed(report, list_or_track)["unit_code"])
    return report.say("comma").join(name for code, name in report.names.items() if code in codes) or NOTHING


BY_TRACK: Final = ("track", "checklist", "named")
"""What may be named by the track that a text is about."""
NEVER_BY_TRACK: Final = ("measure", "list")
"""What must be named."""

PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "campaign": Place(lambda report, _: report.campaign.name.words(report.lang)),
        "day": Place(lambda report, _: report.snapshot.day.isoformat()),
        "measure": Place(_measure, "measure", frozenset({"measures"})),
        "list": Place(
            lambda report, list_id: str(len(_listed(report, list_id))), "list", frozenset({"lists"})
        ),
        "names": Place(_named, "named", frozenset({"statuses", "lists"})),
        "period": Place(lambda report, _: report.snapshot.period_id),
        "selected": Place(
            lambda report, track: str(len(_selected(report, track))), "track", frozenset({"statuses"})
        ),
        "track": Place(_track_name, "track"),
        "unit": Place(lambda report, _: report.unit_name),
        "units": Place(_count_units, "unit_kind"),
        "check_all": Place(_count_checks(""), "checklist", frozenset({"standings"})),
        **{
            f"check_{state}": Place(_count_checks(state), "checklist", frozenset({"standings"}))
            for state in STANDING_STATES
        },
    }
)
"""Names that may stand in braces."""


def places_in(text: Text) -> Iterator[tuple[str, str, str]]:
    """Language, name and what follows the colon, of every place in a text.

    >>> list(places_in(Text(zh="{units}个", en="{measure:visits}")))
    [('zh', 'units', ''), ('en', 'measure', 'visits')]
    """
    for lang, words in (("zh", text.zh), ("en", text.en)):
        for found in _PLACE.finditer(words):
            yield lang, found[1].strip(), (found[2] or "").strip()


def frames_of(text: Text) -> frozenset[str]:
    """Frames that the places of a text read."""
    return frozenset().union(*(PLACES[name].reads for _, name, _ in places_in(text) if name in PLACES))


def fill_either(report: "Report", text: Text, decided: Text | None, track_id: str | None = None) -> str:
    """The first text filled in or, once what it is about is decided on, the second if there is one."""
    return fill(report, decided if decided and report.is_decided(track_id) else text, track_id)


def fill(report: "Report", text: Text, track_id: str | None = None) -> str:
    """A text in the report's language with names and numbers in its places.

    Parameters
    ----------
    report
        The report.
    text
        The text, whose places have been checked.
    track_id
        The track that it is about, if any.
    """

    def words_of(found: re.Match[str]) -> str:
        place = PLACES[found[1].strip()]
        named = (found[2] or "").strip()
        if place.of == "unit_kind" and not named and track_id:
            return str(len(report.units_of_kinds(track_id)))
        return place.fill(report, named or (track_id or "" if place.of in BY_TRACK else ""))

    return _PLACE.sub(words_of, text.en if report.lang == "en" else text.zh)
