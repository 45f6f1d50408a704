"""How many entries there are by kind and month, or by unit and month."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field

from pbwidgets.campaign import Campaign
from pbwidgets.campaign.definition import Text
from pbwidgets.charts.headlines.counted import months_headline
from pbwidgets.exports.columns import Column
from pbwidgets.exports.tables import LabelledTable, sum_across
from pbwidgets.units import unit_names
from pbwidgets.workflows.reports.blocks.block import Arguments, FieldPath, block
from pbwidgets.workflows.reports.blocks.pieces import Figure, Piece, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report

_ENTRY = ["unit_code", "occurrence", "row"]


class CountArguments(Arguments):
    """What is counted."""

    on: FieldPath = Field(description="date of what is counted: form/field")
    by: FieldPath | None = Field(default=None, description="choice field of the same form; none: by unit")
    title: Text


@block(reads={"submissions"})
def counts_by_month(report: "Report", args: CountArguments) -> Iterator[Piece]:
    """Entries of a form by kind and month."""
    from pbwidgets.charts import month_heatmap, month_heatmap_native
    from pbwidgets.charts.months import pages_of

    kinds = _kinds(report.campaign, args.by, report.lang) if args.by else _units(report, args.on)
    counts = count_entries(report.submissions, args.on, args.by, _months(report, args.on))
    counts = counts.reindex(list(kinds), fill_value=0).rename(index=kinds)
    if not counts.to_numpy().any():
        return
    title = args.title.words(report.lang)
    most = counts.sum(axis=1)
    sentence = report.say(
        "counted", count=int(most.sum()), most=most.index[int(most.argmax())], times=int(most.max())
    )
    headline = months_headline(counts, report.lang, by_unit=args.by is None)
    form_id, pages = args.on.partition("/")[0], pages_of(counts)
    for page in range(1, pages + 1):
        name = (
            f"{form_id}_months" + ("_by_unit" if args.by is None else "") + (f"_{page}" if pages > 1 else "")
        )
        chart = month_heatmap(counts, report.view(), title, page=page)
        native = month_heatmap_native(counts, report.view(), title, page=page)
        yield Figure(name, title, chart, sentence if page == 1 else "", native=native, headline=headline)
    yield Table(_table(report, counts, title), document=False)


def count_entries(submissions: pd.DataFrame, on: str, by: str | None, months: list[str]) -> pd.DataFrame:
    """Number of entries, one row for each answer of a choice (or for each unit), one column a month.

    Parameters
    ----------
    submissions
        Columns ``SUBMISSIONS``.
    on, by
        Paths of the date and of the choice, each behind its form: ``joint/held_on``.
    months
        The months, ``2026-05``; what lies in no one of them is not counted.

    >>> rows = pd.DataFrame({
    ...     "form_id": "joint", "unit_code": ["A", "A", "B", "B"], "occurrence": [1, 1, 1, 1], "row": 0,
    ...     "field": ["kind", "held_on"] * 2, "value": ["visit", "2026-05-02", "visit", "2026-06-30"]})
    >>> count_entries(rows, "joint/held_on", "joint/kind", ["2026-05", "2026-06"]).loc["visit"].tolist()
    [1, 1]
    >>> count_entries(rows, "joint/held_on", None, ["2026-05"]).to_dict("index")
    {'A': {'2026-05': 1}}
    """
    dated = _answers(submissions, on).assign(month=lambda rows: rows["value"].str.slice(0, 7))
    dated = dated[dated["month"].isin(months)]
    if by is not None:
        chosen = _answers(submissions, by).set_index(_ENTRY)["value"].str.split().explode().rename("counted")
        dated = dated.merge(chosen, left_on=_ENTRY, right_index=True)
    counted = "unit_code" if by is None else "counted"
    return pd.crosstab(dated[counted], dated["month"]).reindex(columns=months, fill_value=0)


def _answers(submissions: pd.DataFrame, path: str) -> pd.DataFrame:
    form_id, _, field = path.partition("/")
    ours = (submissions["form_id"] == form_id) & (submissions["field"] == field)
    return submissions.loc[ours.fillna(False).to_numpy(dtype=bool), [*_ENTRY, "value"]]


def _kinds(campaign: Campaign, by: str, lang: str) -> Mapping[str, str]:
    """Labels of the options of a choice field by id, in their order."""
    form_id, _, path = by.partition("/")
    field = dict(campaign.form(form_id).leaves())[path]
    return {option.id: option.label.words(lang) for option in campaign.choices.get(field.choices or "", ())}


def _units(report: "Report", on: str) -> Mapping[str, str]:
    """Names of the units that have the form."""
    units = report.units[report.units["kind"].isin(report.campaign.form(on.partition("/")[0]).unit_kind)]
    return unit_names(units)


def _months(report: "Report", on: str) -> list[str]:
    """Months of the period, or of the campaign for entries that last through it, up to that of the report's day."""
    campaign = report.campaign
    period = campaign.period(report.snapshot.period_id)
    lasts = campaign.form(on.partition("/")[0]).lasts == "campaign"
    begins = min(one.begins for one in campaign.periods) if lasts else period.begins
    until = min(max(report.snapshot.day, period.begins), period.ends)
    return [str(month) for month in pd.period_range(begins, until, freq="M")]


def _table(report: "Report", counts: pd.DataFrame, title: str) -> LabelledTable:
    from pbwidgets.charts.months import name_months

    frame = counts.reset_index(names="counted").assign(sum=counts.sum(axis=1).to_numpy())
    columns = {
        "counted": Column("", 20),
        **{
            month: Column(name, 8, "number")
            for month, name in name_months(counts.columns, report.lang).items()
        },
        "sum": Column(report.say("sum"), 8, "number"),
    }
    return LabelledTable(title, frame, columns, sum_across(len(frame), "sum", list(counts.columns)))
