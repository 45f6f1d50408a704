"""What the checks of a checklist are called, and in which order they and their headings stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from pbwidgets.campaign.checklists import Check, MeasureCheck, RowsCheck
from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.model import Campaign, Field, Track
from pbwidgets.campaign.names import places
from pbwidgets.campaign.tables import Table


@dataclass(frozen=True)
class NamedCheck:
    """One thing that a checklist expects, as it stands in the rows of ``STANDINGS``.

    Attributes
    ----------
    check_id, part
        The check, and the row or group of a check of rows; empty for the whole.
    name
        What it is called: as the check itself, else as its measure; a row as in its table.
    """

    check_id: str
    part: str
    name: Text


def named_checks(campaign: Campaign, track: Track) -> tuple[NamedCheck, ...]:
    """Everything that a checklist track expects, in its order: a check of rows is its rows or groups."""
    return tuple(one for check in track.checks for one in named_parts(campaign, check))


def named_parts(campaign: Campaign, check: Check) -> Iterator[NamedCheck]:
    """What a check expects, each under its name: rows or groups of rows, else the check itself."""
    if isinstance(check, RowsCheck):
        yield from _named_rows(campaign, check)
        return
    if not isinstance(check, RowsCheck):
        yield NamedCheck(check.check_id, "", name_of_check(campaign, check))


def name_of_check(campaign: Campaign, check: Check) -> Text:
    """What a check as a whole is called: by its own name, else as its measure, or as the repeat of its rows."""
    if isinstance(check, RowsCheck):
        repeat = rows_of_check(campaign, check)
        return repeat.label if repeat is not None else Text(zh=check.rows, en=check.rows)
    if check.name is not None:
        return check.name
    measure = check.measure if isinstance(check, MeasureCheck) else check.id
    named = (one.name for one in campaign.every_measure if one.id == measure)
    return next(named, Text(zh=measure, en=measure))


def _named_rows(campaign: Campaign, check: RowsCheck) -> Iterator[NamedCheck]:
    table = _table_of(campaign, check)
    if table is None:
        return
    column = table.columns.get((check.group or "").partition("/")[2], "")
    named: dict[str, Text] = {}
    for row, part in zip(table.rows, parts_of_rows(check, table), strict=True):
        named.setdefault(part, row.name if part == row.id else _option(campaign, column, part))
    yield from (NamedCheck(check.check_id, part, name) for part, name in named.items())


def parts_of_rows(check: RowsCheck, table: Table) -> list[str]:
    """Part of the check to which each row belongs: its group; its own id if the check, or the row, has none."""
    column = (check.group or "").partition("/")[2]
    return [(row.cell(column) if column else "") or row.id for row in table.rows]


def rows_of_check(campaign: Campaign, check: RowsCheck) -> Field | None:
    """The repeat whose rows a check is about; None if the campaign has none."""
    form_id, _, repeat_id = check.rows.partition("/")
    found = (place for form in campaign.forms if form.id == form_id for place in places(form))
    return next((place.field for place in found if place.path == repeat_id), None)


def _table_of(campaign: Campaign, check: RowsCheck) -> Table | None:
    field = rows_of_check(campaign, check)
    return field.table if field is not None else None


def named_headings(campaign: Campaign, track: Track) -> dict[str, Text]:
    """Names of the headings of a checklist track by id, in their order.

    They are the options of its list of headings; without one, the values of the columns that its checks name.
    """
    if track.headings is not None:
        return {option.id: option.label for option in campaign.choices.get(track.headings, ())}
    made: dict[str, Text] = {}
    for check in track.checks:
        table = _table_of(campaign, check) if isinstance(check, RowsCheck) and check.heading else None
        if isinstance(check, RowsCheck) and check.heading and table:
            column = check.heading.partition("/")[2]
            for row in table.rows:
                value = row.cell(column)
                made.setdefault(value, _option(campaign, table.columns.get(column, ""), value))
    made.pop("", None)
    return made


def _option(campaign: Campaign, choices: str, value: str) -> Text:
    """Label of an option, or the value itself where it is no option."""
    labels = {option.id: option.label for option in campaign.choices.get(choices, ())}
    return labels.get(value, Text(zh=value, en=value))
