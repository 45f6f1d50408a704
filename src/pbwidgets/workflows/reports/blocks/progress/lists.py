"""Lists of units: red, yellow and green, or one list, with names and reasons."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.checklists import UnitList
from pbwidgets.campaign.findings import Finding
from pbwidgets.charts.headlines.phrasing import words_in
from pbwidgets.exports.checklist_tables import listed_units
from pbwidgets.workflows.reports.blocks.block import ListGroupId, ListId, Rows, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class ListArguments(Rows):
    """Which lists."""

    group: ListGroupId | None = Field(
        default=None, description="lists that exclude each other, in their order"
    )
    named: ListId | None = Field(default=None, alias="list", description="one list")

    def find_wrong(self, campaign: Campaign) -> Iterator[tuple[str, Finding]]:  # noqa: ARG002 -- as every block
        """Not exactly one of ``group`` and ``list``."""
        if (self.group is None) == (self.named is None):
            yield "block", Finding("blocks.list_or_group", ())

    def lists_of(self, campaign: Campaign) -> tuple[UnitList, ...]:
        """The lists that everybody may see."""
        return tuple(
            one
            for one in campaign.lists
            if one.audience == "all"
            and (one.id == self.named or (one.group is not None and one.group == self.group))
        )


@block(reads={"lists"}, needs=("lists",), figures=False)
def lists(report: "Report", args: ListArguments) -> Iterator[Piece]:
    """Units on lists, with their reasons."""
    shown = args.lists_of(report.campaign)
    rows = report.scores.lists
    rows = rows[rows["list_id"].isin([one.id for one in shown])]
    if rows.empty:
        return
    undecided = {one.id for one in shown if one.decided} - set(rows.loc[rows["decided"].notna(), "list_id"])
    rows = rows[rows["on_list"] | (rows["proposed"] & rows["list_id"].isin(undecided))]
    lang, named = report.lang, {one.id: one.name.words(report.lang) for one in shown}
    named |= {list_id: report.say("list_proposed", list=named[list_id]) for list_id in undecided}
    title = report.say("lists_title") if args.group else shown[0].name.words(lang)
    yield Heading(title)
    counts = []
    for one in shown:
        codes = set(rows.loc[rows["list_id"] == one.id, "unit_code"])
        names = [name for code, name in report.names.items() if code in codes]
        told = {"list": named[one.id], "count": len(names), "names": report.say("comma").join(names)}
        yield Sentence(report.say("listed" if names else "listed_none", **told))
        counts.append(report.say("listed_count", list=named[one.id], count=len(names)))
    table = listed_units(report.campaign, rows, report.names, title, lang)
    yield Table(table, args.rows, headline=words_in(lang)("clause").join(counts))
