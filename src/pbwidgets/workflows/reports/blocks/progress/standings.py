"""How far a checklist is: a matrix of states, or the shares of them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pbwidgets.campaign import Track
from pbwidgets.charts import View
from pbwidgets.charts.checked import By, count_states
from pbwidgets.charts.headlines.checked import coverage_headline, standings_headline
from pbwidgets.exports.checklist_tables import coverage_of_checks, list_of_standings, matrix_of_standings
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.workflows.reports.blocks.block import ChecklistId, OfTrack, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Heading, Piece, Sentence, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class StandingsArguments(OfTrack):
    """Which checklist, and how it is shown."""

    track: ChecklistId | None = Field(default=None, alias="of", description="the checklist; by default each")
    view: Literal["matrix", "coverage"] = Field(
        default="matrix", description="matrix: units and checks; coverage: shares of the states"
    )
    by: By = Field(default="check", description="coverage: what gets a bar each")


@block(reads={"standings"}, needs=("checks",))
def standings(report: "Report", args: StandingsArguments) -> Iterator[Piece]:
    """States of the checks: a matrix, or shares."""
    track = report.track_of(args)
    rows, view = report.scores.standings, report.view(track)
    have = set(rows.loc[rows["track_id"] == track.id, "unit_code"])
    names = {code: name for code, name in report.names.items() if code in have}
    if not names:
        return
    is_own = list(names) == [report.unit_code]
    if is_own or args.view == "matrix":
        yield Heading(report.say("standings", track=track.name.words(report.lang)))
    if is_own:
        yield Sentence(standings_headline(rows, names, view) + report.say("full_stop"))
        yield Table(
            list_of_standings(rows, names, view, _title(report, track, "standings_list")).without("unit_name")
        )
    elif args.view == "matrix":
        yield from _matrix(report, track, names)
    else:
        yield from _coverage(report, track, names, args.by)


def _title(report: "Report", track: Track, code: str) -> str:
    return report.say(code, track=track.name.words(report.lang))


def _matrix(report: "Report", track: Track, names: Mapping[str, str]) -> Iterator[Piece]:
    from pbwidgets.charts import state_matrix, state_matrix_native
    from pbwidgets.charts.state_matrix import pages_of

    rows, view = report.scores.standings, report.view(track)
    title, counts = _title(report, track, "standings_matrix"), _counts(report, names, view, "unit")
    pages = pages_of(rows, names, view)
    for page in range(1, pages + 1):
        yield Figure(
            f"{track.id}_matrix" + (f"_{page}" if pages > 1 else ""),
            title,
            state_matrix(rows, names, view, page=page),
            table=counts,
            native=state_matrix_native(rows, names, view, page=page),
            headline=standings_headline(rows, names, view),
        )
    yield Table(matrix_of_standings(rows, names, view, title), rows=0)
    yield Table(list_of_standings(rows, names, view, _title(report, track, "standings_list")), rows=0)


def _coverage(report: "Report", track: Track, names: Mapping[str, str], by: By) -> Iterator[Piece]:
    from pbwidgets.charts import coverage_bars, coverage_bars_native
    from pbwidgets.charts.coverage_bars import coverage_pages

    rows, view = report.scores.standings, report.view(track)
    counts, pages = _counts(report, names, view, by), coverage_pages(rows, names, view, by)
    yield Heading(counts.title)
    for page in range(1, pages + 1):
        yield Figure(
            f"{track.id}_by_{by}" + (f"_{page}" if pages > 1 else ""),
            counts.title,
            coverage_bars(rows, names, view, by=by, page=page),
            table=counts,
            native=coverage_bars_native(rows, names, view, by=by, page=page),
            headline=coverage_headline(rows, names, view, by),
        )
    yield Table(counts, rows=0)


def _counts(report: "Report", names: Mapping[str, str], view: View, by: By) -> LabelledTable:
    head = view.counted if by == "unit" else view.say(f"coverage_bars.{by}")
    counts = count_states(report.scores.standings, names, view, by)
    return coverage_of_checks(counts, head, _title(report, view.track, f"coverage_{by}"), report.lang)
