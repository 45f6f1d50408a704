"""Units whose measure reaches a number."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pbwidgets.campaign.definition import Text
from pbwidgets.exports.columns import Column
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.wording import say
from pbwidgets.workflows.reports.blocks.block import Arguments, MeasureId, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report


class ReachingArguments(Arguments):
    """Which measure, and what it must reach."""

    measure: MeasureId
    at_least: float
    title: Text
    beside: tuple[MeasureId, ...] = Field(default=(), description="measures shown beside it")


@block(reads={"measures"}, figures=False)
def units_reaching(report: "Report", args: ReachingArguments) -> Iterator[Piece]:
    """Units whose measure reaches a number."""
    measures = report.scores.measures
    wide = measures.pivot_table(index="unit_code", columns="measure_id", values="value", dropna=False)
    shown = [args.measure, *args.beside]
    wide = wide.reindex(index=report.units["unit_code"], columns=shown)
    known = wide[wide[args.measure].notna()]
    reached = known[known[args.measure] >= args.at_least]
    frame = reached.reset_index().assign(unit_name=lambda rows: rows["unit_code"].map(dict(report.names)))
    names = {item.id: item.name.words(report.lang) for item in report.campaign.every_measure}
    columns = {
        "unit_code": Column(say("tables.unit_code", report.lang), 18),
        "unit_name": Column(say("tables.unit", report.lang), 24),
        **{measure: Column(names[measure], 14, "number") for measure in shown},
    }
    yield Heading(args.title.words(report.lang))
    yield Sentence(report.say("reached", count=len(reached), of=len(known)))
    yield Table(LabelledTable(args.title.words(report.lang), frame, columns))
