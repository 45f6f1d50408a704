"""Entries that live: the longest overdue first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from pydantic import Field

from pbwidgets.campaign import Campaign, Form
from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.findings import Finding, unknown
from pbwidgets.campaign.known import find_in_expression, values_of_unit
from pbwidgets.campaign.literals import FLAG, NUMBER, Values, values_of
from pbwidgets.campaign.living import has_lives
from pbwidgets.campaign.names import (
    ENTRY_CLOSED,
    ENTRY_FLAGS,
    ENTRY_OVERDUE,
    ENTRY_STATE,
    UNIT_DOMAIN,
    UNIT_KIND,
    named_places,
    places,
)
from pbwidgets.campaign.names import row_names as names_of_row
from pbwidgets.campaign.names_of_entries import values_of_entry, values_of_row
from pbwidgets.exports.checklist_tables import (
    ENTRY_COLUMNS,
    LivingRows,
    entry_columns,
    entry_table,
    list_entries,
    living_rows,
    split_flags,
)
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.workflows.reports.blocks.block import FormId, Rows, block
from pbwidgets.workflows.reports.blocks.pieces import Heading, Piece, Sentence, Table

if TYPE_CHECKING:
    from pbwidgets.workflows.reports.report import Report

CLAIMED_NAME, OVERDUE_DAYS = "entry_claimed", "entry_overdue_days"
"""What a condition on listed entries may name beside what those of measures may."""
_USUAL: Final = ("unit", "title", "due_on", "overdue_days", "state", "due_moved")
_USUAL_OF_ALL: Final = ("unit", "form", "title", "due_on", "overdue_days", "state")


class EntriesArguments(Rows):
    """Which entries, and what is told of each."""

    form: FormId | None = Field(
        default=None, description="the form; by default every form whose entries live"
    )
    where: str | None = Field(
        default=None, description="condition over fields of the form and ${entry_closed}, ${entry_overdue} …"
    )
    sort: str = Field(
        default="overdue_days", description="column: the longest first, dates and texts upwards"
    )
    columns: tuple[str, ...] = Field(
        default=(),
        description="of unit, form, title, state, opened_on, due_on, closed_on, days, overdue_days, due_moved, "
        "refused, flags and fields of the form",
    )

    def find_wrong(self, campaign: Campaign) -> Iterator[tuple[str, Finding]]:
        """Columns, order and condition that do not fit the form, or a form whose entries do not live."""
        form = campaign.form(self.form) if self.form else None
        if form is not None and not has_lives(form) and form.occurrence == "once":
            yield "form", Finding("blocks.no_life", (), {"form": form.id})
            return
        shut = form.sensitive_paths() if form else frozenset()
        known = [*ENTRY_COLUMNS, *_fields_of(form, shut)]
        for key, names in (("columns", self.columns), ("sort", (self.sort,))):
            for name in names:
                if name in shut:
                    yield key, Finding("blocks.sensitive_column", (), {"field": name})
                elif name not in known:
                    yield key, unknown("blocks.unknown_column", (), name, known)
        yield from check_condition(campaign, form, self.where)


def check_condition(
    campaign: Campaign, form: Form | None, where: str | None
) -> Iterator[tuple[str, Finding]]:
    """What is wrong with a condition on entries."""
    if where is not None:
        yield from (("where", one) for one in find_in_expression(where, (), _names_of(campaign, form)))


def _fields_of(form: Form | None, shut: Collection[str]) -> list[str]:
    """Names that the fields of a form have as columns: their ids and their paths."""
    paths = [path for path, _ in form.leaves() if path not in shut] if form else []
    return list(dict.fromkeys(name for path in paths for name in (path.rpartition("/")[2], path)))


def _names_of(campaign: Campaign, form: Form | None) -> dict[str, Values]:
    """What a condition may name, and what values each has."""
    names: dict[str, Values] = {**values_of_unit(campaign), CLAIMED_NAME: FLAG, OVERDUE_DAYS: NUMBER}
    if form is None:  # of every form: what all entries have
        return {**names, ENTRY_STATE: "any", ENTRY_CLOSED: FLAG, ENTRY_OVERDUE: FLAG, ENTRY_FLAGS: "any"}
    for repeat in ("", *(place.path for place in places(form) if place.field.type == "repeat")):
        named = named_places(form, repeat)
        names |= {name: values_of(one.field, campaign.choices) for name, one in named.items()}
        names |= {**values_of_row(campaign, form, repeat), **values_of_entry(campaign, form, repeat)}
    return names


@block(reads={"entries", "submissions"}, needs=("lives",), figures=False)
def entries(report: "Report", args: EntriesArguments) -> Iterator[Piece]:
    """Entries with a due date or a state, the longest overdue first."""
    campaign = report.campaign
    form = campaign.form(args.form) if args.form else None
    living = find_entries(report, args.form, args.where)
    frame = _sort(list_entries(campaign, living, report.names, report.lang), args.sort)
    if frame.empty:
        return
    title = (
        report.say("entries_title", form=form.name.words(report.lang)) if form else report.say("entries_all")
    )
    columns = entry_columns(form, args.columns or (_USUAL if form else _USUAL_OF_ALL), report.lang)
    table: LabelledTable = entry_table(frame, columns, title)
    yield Heading(title)
    late = frame["overdue_days"].astype("int64")
    code = "entries_said" if (late > 0).any() else "entries_none_late"
    told = report.say(code, count=len(frame), overdue=int((late > 0).sum()), most=int(late.max()))
    yield Sentence(told)
    yield Table(table, args.rows, headline=told)


def find_entries(report: "Report", form_id: str | None, where: str | None) -> list[LivingRows]:
    """Living entries of a form, or of all, for which a condition holds; never those of a survey."""
    forms = [
        form
        for form in report.campaign.forms
        if form.survey is None and (has_lives(form) if form_id is None else form.id == form_id)
    ]
    found = [one for form in forms for one in living_rows(form, report.scores.entries, report.submissions)]
    if where is None:
        return found
    condition, units = parse(where), report.units.set_index("unit_code")
    made = []
    for one in found:
        values = [
            _values(one, row, answers, units)
            for row, answers in zip(one.entries.to_dict("records"), one.answers, strict=True)
        ]
        made.append(one.where([condition.holds(given, today=report.snapshot.day) for given in values]))
    return made


def _values(
    one: LivingRows, entry: Mapping[Any, Any], answers: Mapping[str, str], units: pd.DataFrame
) -> dict[str, object]:
    """What a condition sees of an entry."""
    repeat = one.repeat.id if one.repeat else ""
    leaves = dict(one.form.leaves())
    several = {path for path, field in leaves.items() if field.type == "select_multiple"}
    known = {path: value.split() if path in several else value for path, value in answers.items()}
    table = one.repeat.table if one.repeat else None
    row = table.row(str(entry["row_id"])) if table else None
    unit = units.loc[entry["unit_code"]]
    return {
        **known,
        **{
            path.rpartition("/")[2]: value
            for path, value in known.items()
            if path.rpartition("/")[0] in ("", repeat)
        },
        **(names_of_row(table, row) if table and row else {}),
        UNIT_KIND: unit["kind"],
        UNIT_DOMAIN: unit["domain"],
        ENTRY_STATE: entry["state"],
        ENTRY_CLOSED: int(entry["is_closed"]),
        CLAIMED_NAME: int(entry["claimed"]),
        ENTRY_OVERDUE: int(entry["overdue_days"] > 0 and not entry["is_closed"]),
        OVERDUE_DAYS: int(entry["overdue_days"]),
        ENTRY_FLAGS: split_flags(entry["flags"]),
    }


def _sort(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows in order of a column; those of equal value as they were, the longest overdue first."""
    if column == "overdue_days" or column not in frame:
        return frame
    numbers: Sequence[str] = [name for name, one in ENTRY_COLUMNS.items() if one.format == "integer"]
    return frame.sort_values(column, ascending=column not in numbers, kind="stable")
