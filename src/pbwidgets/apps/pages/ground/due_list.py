"""What is due, as tables: the list on the home page and of a unit, and whom to call with what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import ipywidgets as w

from pbwidgets.apps.page_list import PAGES
from pbwidgets.apps.pages.ground.state_words import SOON_DAYS, state_words
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.units import unit_names
from pbwidgets.workflows.duties.lines import Due
from pbwidgets.workflows.ground.workspace import today

FEW = 8
"""Lines of a list that are shown at first."""
_NAMED = 3


def due_list(
    visit: Visit, due: Sequence[Due], more: Iterable[Sequence[str | Cell]] = (), *, empty: str = ""
) -> w.Widget:
    """Table of what is due, the first lines of it and a button for the others.

    Parameters
    ----------
    due
        The lines, in their order.
    more
        Further rows below them.
    empty
        Words shown if there is nothing.
    """
    has_several = len({one.opened.campaign.id for one in due} - _here(visit)) > 0
    names = unit_names(visit.workspace.units())
    rows = [_row(visit, one, names, has_several=has_several) for one in due]
    rows += [(name, *([""] if has_several else []), "", "", said) for name, said in more]
    heads = ("duty", *(["campaign"] if has_several else []), "deadline", "remaining", "duty_count")
    columns = [visit.words(f"home.{name}") for name in heads]
    place = elements.stack(elements.table(columns, rows[:FEW], empty=empty))
    if len(rows) > FEW:

        def show_all() -> None:
            place.children = (elements.table(columns, rows),)

        words = visit.words("home.show_all", count=len(rows))
        place.children = (*place.children, elements.button(words, visit.attempt(show_all)))
    return place


def call_list(visit: Visit, late: Mapping[str, Sequence[Due]], most: int) -> w.Widget:
    """Card with a table of units that are late and with what, which can be copied into Word or Excel.

    Parameters
    ----------
    late
        What is overdue by unit, in the order of the table.
    most
        Maximum number of rows shown; the number of further units is given below.
    """
    title = visit.words("home.late", count=len(late))
    if not late:
        return elements.card(elements.paragraph(visit.words("home.late_none"), quiet=True), title=title)
    units = visit.workspace.units().set_index("unit_code")
    names, parents = units["unit_name"], units["parent_code"]
    rows = []
    for code, due in list(late.items())[:most]:
        upper = parents.get(code)
        rows.append(
            (
                Cell(names.get(code, code), _to(visit, due[0], "board", unit=code)),
                names.get(upper, "") if isinstance(upper, str) else "",
                _name_several(visit, due),
                Cell(visit.words("home.days", days=max(one.overdue_days for one in due)), tone="error"),
            )
        )
    columns = [visit.words(f"home.{name}") for name in ("unit", "upper", "duty", "overdue_for")]
    shown = [
        elements.paragraph(visit.words("home.late_hint"), quiet=True),
        elements.table(columns, rows),
    ]
    if len(late) > most:
        rest = visit.words("home.late_more", shown=most, rest=len(late) - most)
        shown.append(elements.paragraph(rest, quiet=True))
    return elements.card(*shown, title=title)


def _here(visit: Visit) -> set[str]:
    return {visit.opened.campaign.id}


def _row(visit: Visit, due: Due, names: Mapping[str, str], *, has_several: bool) -> tuple[str | Cell, ...]:
    name = due.name
    if due.unit_code and due.unit_code != due.by_unit:
        name = visit.words("home.due_unit", unit=names.get(due.unit_code, due.unit_code), name=name)
    campaign = due.opened.campaign.name.words(visit.lang)
    return (
        Cell(name, _link(visit, due)),
        *([campaign] if has_several else []),
        "" if due.due_on is None else due.due_on.isoformat(),
        _remaining(visit, due),
        _situation(visit, due),
    )


def _link(visit: Visit, due: Due) -> str | None:
    """Address where it is done; of what is done in no form, the unit's page."""
    if due.kind == "review":
        return _to(visit, due, "review", form=due.form_id)
    if not due.form_id or visit.actor.role not in PAGES["fill"].roles:
        return _to(visit, due, "board", unit=due.unit_code or None)
    occurrence = str(due.occurrence) if due.occurrence else None
    field = due.field if due.kind in ("entry", "returned") else ""
    return _to(
        visit, due, "fill",
        form=due.form_id, unit=due.unit_code or None, occurrence=occurrence, field=field or None,
    )  # fmt: skip


def _to(visit: Visit, due: Due, page: str, **place: str | None) -> str:
    """Address of a page, in the campaign and period of the line."""
    if due.opened.key != visit.opened.key:
        place |= dict(zip(("campaign", "period"), due.opened.key, strict=True))
    return visit.link(page, **place)


def _remaining(visit: Visit, due: Due) -> Cell:
    """Days that are left or over, or since when it waits."""
    if due.since is not None:
        waits = (today() - due.since).days
        return Cell(visit.words("home.waits", days=waits) if waits else visit.words("home.today"))
    if due.overdue_days:
        return Cell(visit.words("home.overdue_days", days=due.overdue_days), tone="error")
    if due.due_on is None:
        return Cell(visit.words("home.no_deadline"), tone="quiet")
    return _left(visit, (due.due_on - today()).days)


def _left(visit: Visit, days: int) -> Cell:
    if days < 0:
        return Cell(visit.words("home.closed"), tone="quiet")
    if days == 0:
        return Cell(visit.words("home.due_today"), tone="error")
    return Cell(visit.words("home.days_left", days=days), tone="warn" if days <= SOON_DAYS else None)


def _situation(visit: Visit, due: Due) -> Cell:
    """How far it has come, or how many there are."""
    match due.kind:
        case "form":
            return Cell(state_words(visit, due.state))
        case "returned":
            return Cell(visit.words("home.due_returned", level=due.state, reason=due.reason), tone="warn")
        case "review":
            return Cell(visit.words("home.due_review", count=due.count))
        case "check" if due.unit_code:
            return Cell(visit.words(f"standing.{due.state}"))
        case "entry" if due.unit_code:
            return Cell(visit.words("home.due_next", step=due.state) if due.state else "")
    counted = [
        visit.words(f"home.due_{name}", count=count)
        for name, count in (("late", due.overdue), ("soon", due.soon), ("open", due.count))
        if count and (name != "open" or not (due.overdue or due.soon))
    ]
    return Cell(visit.words("home.due_and").join(counted))


def _name_several(visit: Visit, due: Sequence[Due]) -> str:
    """The first of what is overdue, longest first, with the number of the rest."""
    ordered = sorted(due, key=lambda one: one.due_on or date.max)
    has_several = len({one.opened.campaign.id for one in due} | _here(visit)) > 1
    named = []
    for one in ordered[:_NAMED]:
        name = (
            visit.words("home.due_times", name=one.name, count=one.overdue) if one.overdue > 1 else one.name
        )
        if has_several:
            campaign = one.opened.campaign.name.words(visit.lang)
            name = visit.words("home.due_in", name=name, campaign=campaign)
        named.append(name)
    said = visit.words("home.due_and").join(named)
    rest = len(due) - _NAMED
    return visit.words("home.due_rest", names=said, rest=rest) if rest > 0 else said
