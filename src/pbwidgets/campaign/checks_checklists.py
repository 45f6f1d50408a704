"""Mistakes in what checklists expect: rows, measures and targets that are not there, headings, due days, ids twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from pbwidgets.campaign.check_names import rows_of_check
from pbwidgets.campaign.checklists import Check, ConditionCheck, MeasureCheck, RowsCheck, Target, target_field
from pbwidgets.campaign.checks_forms import NUMBERS
from pbwidgets.campaign.checks_rules import find_no_number
from pbwidgets.campaign.checks_scoring import find_out_of_reach
from pbwidgets.campaign.expressions import Expression
from pbwidgets.campaign.findings import Address, Finding, unknown
from pbwidgets.campaign.known import Known, find_repeated, read_expression
from pbwidgets.campaign.model import Campaign, Track
from pbwidgets.campaign.names import places
from pbwidgets.campaign.tables import Table

_OF_SCORES: Final = ("criteria", "layers", "gates", "places", "classes", "nomination", "tie_breaks")
_MARGIN: Final = timedelta(days=366)


def find_in_checklists(campaign: Campaign, known: Known) -> Iterator[Finding]:
    """Mistakes in the checks of all tracks; ids are of the campaign, since what levels grant names no track."""
    yield from find_repeated(
        (check.check_id, ("tracks", at, "checks", which, "id" if check.id else "rows"))
        for at, track in enumerate(campaign.tracks)
        for which, check in enumerate(track.checks)
    )
    for at, track in enumerate(campaign.tracks):
        address: Address = ("tracks", at)
        if track.kind == "score":
            yield from _find_misplaced(track, address)
        elif not track.checks:
            args = {"key": "checks", "track": track.id}
            yield Finding(
                "campaign.checklist_lacks", address, args, ((*address, "checks"), (*address, "kind"))
            )
        else:
            yield from _find_scored(track, address)
        if track.headings is not None:
            yield from known.refer("choices", track.headings, (*address, "headings"))
        for which, check in enumerate(track.checks):
            yield from _find_in_check(campaign, track, check, (*address, "checks", which), known)


def _find_misplaced(track: Track, address: Address) -> Iterator[Finding]:
    for key in ("checks", "headings"):
        if getattr(track, key):
            args = {"key": key, "track": track.id}
            yield Finding("campaign.checklist_only", (*address, key), args, ((*address, "kind"),))


def _find_scored(track: Track, address: Address) -> Iterator[Finding]:
    for key in _OF_SCORES:
        if getattr(track, key):
            args = {"key": key, "track": track.id}
            yield Finding("campaign.score_only", (*address, key), args, ((*address, "kind"),))


def _find_in_check(
    campaign: Campaign, track: Track, check: Check, address: Address, known: Known
) -> Iterator[Finding]:
    if isinstance(check, RowsCheck):
        yield from _find_in_rows(campaign, track, check, address)
        return
    yield from _find_in_heading(campaign, track, check.heading, (*address, "heading"))
    yield from _find_in_due(campaign, check.due, (*address, "due"))
    yield from _find_in_condition(campaign, track, check.applies, (*address, "applies"), known)
    if isinstance(check, ConditionCheck):
        yield from _find_in_condition(campaign, track, check.when, (*address, "when"), known)
        return
    yield from known.refer("measures", check.measure, (*address, "measure"))
    yield from known.find_chosen(check.measure, (*address, "measure"))
    yield from find_unreached(campaign, track, check.measure, (*address, "measure"), known)
    yield from _find_in_targets(campaign, track, check, address, known)


def _find_in_condition(
    campaign: Campaign, track: Track, text: str | None, address: Address, known: Known
) -> Iterator[Finding]:
    if text is None:
        return
    yield from known.find_in_condition(text, address, group=False)
    expression = read_expression(text)
    for name in sorted(expression.names) if isinstance(expression, Expression) else ():
        yield from find_unreached(campaign, track, name, address, known)


def find_unreached(
    campaign: Campaign, track: Track, measure: str, address: Address, known: Known
) -> Iterator[Finding]:
    """A measure that no unit of a track can have; where some kinds have it, the others need not."""
    kinds = [track.model_copy(update={"unit_kind": (kind,)}) for kind in track.unit_kind]
    found = [list(find_out_of_reach(campaign, one, measure, address, known)) for one in kinds]
    if found and all(found):
        yield from find_out_of_reach(campaign, track, measure, address, known)


def _find_in_heading(
    campaign: Campaign, track: Track, heading: str | None, address: Address
) -> Iterator[Finding]:
    """A heading that is none of the track's; without a list of headings any id is one."""
    listed = [option.id for option in campaign.choices.get(track.headings or "", ())]
    if heading is not None and listed and heading not in listed:
        rests_on = ((*address[:2], "headings"), ("choices",))
        yield unknown("campaign.unknown_heading", address, heading, listed, rests_on)


def _find_in_due(campaign: Campaign, due: str | None, address: Address) -> Iterator[Finding]:
    if due is None:
        return
    rests_on: tuple[Address, ...] = (("periods",),)
    phases = {phase.id for period in campaign.periods for phase in period.phases}
    if not due[0].isdigit():
        if due not in phases:
            yield unknown("campaign.unknown_phase", address, due, sorted(phases), rests_on)
        return
    first = min(period.begins for period in campaign.periods)
    last = max(period.ends for period in campaign.periods)
    try:
        day = date.fromisoformat(due)
    except ValueError:
        yield Finding("campaign.due_no_day", address, {"value": due})
        return
    if day < first or day - last > _MARGIN:
        args = {"day": due, "begins": first, "ends": last}
        yield Finding("campaign.due_far_off", address, args, rests_on)


# -- rows of a table ------------------------------------------------------------------------------------


def _find_in_rows(campaign: Campaign, track: Track, check: RowsCheck, address: Address) -> Iterator[Finding]:
    here, rests_on = (*address, "rows"), (("forms",), ("tables",))
    repeat = rows_of_check(campaign, check)
    if repeat is None or repeat.type != "repeat":
        allowed = [
            f"{form.id}/{place.path}"
            for form in campaign.forms
            for place in places(form)
            if place.field.rows is not None
        ]
        yield unknown("campaign.unknown_rows", here, check.rows, allowed, rests_on)
        return
    for key in ("rows", "life"):
        if getattr(repeat, key) is None:
            yield Finding("campaign.rows_lack", here, {"rows": check.rows, "key": key}, rests_on)
    form = campaign.form(check.rows.partition("/")[0])
    if not set(form.unit_kind) & set(track.unit_kind):
        args = {"form": form.id, "form_kind": ", ".join(form.unit_kind), "kind": ", ".join(track.unit_kind)}
        yield Finding("campaign.rows_of_others", here, args, (*rests_on, (*address[:2], "unit_kind")))
    if repeat.table is None:
        return
    for key in ("heading", "group"):
        column = (getattr(check, key) or "").partition("/")[2]
        if column and column not in repeat.table.columns:
            allowed = [f"row/{name}" for name in repeat.table.columns]
            yield unknown("campaign.unknown_column", (*address, key), f"row/{column}", allowed, rests_on)
    yield from _find_in_headings(campaign, track, check, repeat.table, address)


def _find_in_headings(
    campaign: Campaign, track: Track, check: RowsCheck, table: Table, address: Address
) -> Iterator[Finding]:
    """Rows under headings that the track has not, and groups whose rows stand under several."""
    heading, group = ((key or "").partition("/")[2] for key in (check.heading, check.group))
    rests_on: tuple[Address, ...] = (("tables",), ("choices",), (*address[:2], "headings"))
    listed = [option.id for option in campaign.choices.get(track.headings or "", ())]
    if not heading or heading not in table.columns:
        return
    for value in dict.fromkeys(row.cell(heading) for row in table.rows):
        if listed and value and value not in listed:
            yield unknown("campaign.unknown_heading", (*address, "heading"), value, listed, rests_on)
    under: dict[str, set[str]] = {}
    for row in table.rows if group in table.columns else ():
        if row.cell(group):
            under.setdefault(row.cell(group), set()).add(row.cell(heading))
    for name, headings in under.items():
        if len(headings) > 1:
            args = {"group": name, "headings": "、".join(sorted(headings))}
            yield Finding("campaign.group_of_headings", (*address, "group"), args, rests_on)


# -- targets --------------------------------------------------------------------------------------------


def _find_in_targets(
    campaign: Campaign, track: Track, check: MeasureCheck, address: Address, known: Known
) -> Iterator[Finding]:
    given = {key: getattr(check, key) for key in ("at_least", "at_most") if getattr(check, key) is not None}
    if not given:
        yield Finding("campaign.check_without_target", address, {"id": check.id}, (address,))
    for key, target in given.items():
        yield from _find_in_target(campaign, track, target, (*address, key), known)
    low, high = check.at_least, check.at_most
    if isinstance(low, float) and isinstance(high, float) and low > high:
        args = {"low_key": "at_least", "low": low, "high_key": "at_most", "high": high}
        yield Finding("campaign.range_reversed", (*address, "at_least"), args, ((*address, "at_most"),))


def _find_in_target(
    campaign: Campaign, track: Track, target: Target, address: Address, known: Known
) -> Iterator[Finding]:
    if isinstance(target, float | int):
        if target < 0:
            yield Finding("campaign.target_below_zero", address, {"value": target})
        return
    place = target_field(target)
    if place is not None:
        yield from _find_in_target_field(campaign, track, place, target, address, known)
        return
    yield from _find_in_condition(campaign, track, target, address, known)
    expression = read_expression(target)
    for value in find_no_number(expression.tree) if isinstance(expression, Expression) else ():
        yield Finding("campaign.target_not_number", address, {"value": value})


def _find_in_target_field(
    campaign: Campaign, track: Track, place: tuple[str, str], target: str, address: Address, known: Known
) -> Iterator[Finding]:
    rests_on: tuple[Address, ...] = (("forms",),)
    form_id, path = place
    yield from known.refer("forms", form_id, address)
    form = next((form for form in campaign.forms if form.id == form_id), None)
    if form is None:
        return
    numbers = [name for name, field in form.leaves() if field.type in (*NUMBERS, "calculate")]
    if path not in numbers or "/" in path:
        allowed = [f"{form_id}/{name}" for name in numbers if "/" not in name]
        yield unknown("campaign.target_no_number_field", address, target, allowed, rests_on)
    reach = {*track.unit_kind} | known.kinds_above(*track.unit_kind)
    if not reach & set(form.unit_kind):
        args = {"form": form_id, "form_kind": ", ".join(form.unit_kind), "kind": ", ".join(track.unit_kind)}
        yield Finding("campaign.rows_of_others", address, args, rests_on)
