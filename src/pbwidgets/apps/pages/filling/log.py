"""The entries of a log: a list by urgency; and one save that begins an entry for many units."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Form
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.record_list import ListColumn, ListRow, ListUse, RecordList
from pbwidgets.forms.unit_choice import UnitRegister
from pbwidgets.units import unit_names
from pbwidgets.workflows.filling.access import filling_actor
from pbwidgets.workflows.filling.amending import begin_many
from pbwidgets.workflows.filling.logs import LogLine, list_log, told_fields
from pbwidgets.workflows.ground.workspace import today

SEARCHED = 8
"""Rows above which a list has a field to search in."""


class LogList:
    """Entries of a log, what is most overdue first, each with a link; ``read`` gives them, of one unit or several."""

    def __init__(
        self, visit: Visit, form: Form, read: Callable[[], Sequence[LogLine]], *, has_units: bool
    ) -> None:
        self._visit, self._form, self._read = visit, form, read
        columns = [
            "title",
            *(["unit"] if has_units else []),
            *(["life", "due", "days"] if form.life is not None else []),
        ]
        self._names, self._told = columns, told_fields(form)
        state = visit.words("fill.log_review" if form.reviewed else "fill.column_state")
        self.list = RecordList(
            [
                *(ListColumn(name, visit.words(f"fill.log_{name}")) for name in columns),
                *(ListColumn(f"field-{field.id}", field.label.words(visit.lang)) for field in self._told),
                ListColumn("review", state),
            ],
            visit.lang,
            empty=visit.words("fill.no_entries"),
        )
        self.box = elements.stack(self.list.search, self.list.box)
        self.show()

    def show(self) -> None:
        """Read the entries anew."""
        lines = self._read()
        elements.hide_all([self.list.search], len(lines) <= SEARCHED)
        self.list.show([self._row(line) for line in lines])

    def _row(self, line: LogLine) -> ListRow:
        visit, key = self._visit, line.key
        life = line.life
        tone = None if life is None else "good" if life.is_done else "error" if life.is_overdue else None
        days = life.days if life is not None else None
        late = visit.words("fill.log_overdue", days=-days) if days is not None and days < 0 else ""
        left = visit.words("fill.log_left", days=days) if days is not None and days >= 0 else ""
        due = life.due_on.isoformat() if life is not None and life.due_on is not None else "–"
        not_begun = visit.words("forms.row_not_begun")
        cells = {
            "title": (Cell(line.title), line.title),
            "unit": (Cell(visit.unit_name(key.unit_code)), visit.unit_name(key.unit_code)),
            "life": (Cell((life.words or not_begun) if life else "–", tone=tone), life.words if life else ""),
            "due": (Cell(due), due),
            "days": (
                Cell(late or left or "–", tone="error" if late else None),
                -(days if days is not None else 10**6),
            ),
            "review": (self._review_cell(line), line.state),
        }
        told = [(Cell(words or "–"), value) for value, words in line.told]
        made = [*(cells[name] for name in self._names), *told, cells["review"]]
        place = {"form": key.form_id, "unit": key.unit_code, "occurrence": str(key.occurrence)}
        return ListRow(
            f"{key.unit_code} {key.occurrence}",
            tuple(cell for cell, _ in made),
            tuple(value for _, value in made),
            name=line.title,
            link=visit.link("fill", **place),
        )

    def _review_cell(self, line: LogLine) -> Cell:
        """Who has to act: the filler, or the level that accepts."""
        words, state = self._visit.words, line.state.partition(":")[0]
        if state == "returned":
            return Cell(words("fill.log_returned", reason=line.reason), tone="error")
        if state == "submitted" and self._form.reviewed:
            return Cell(words("fill.log_amended" if line.waits else "fill.log_waits"), tone="warn")
        return Cell(
            words(f"fill.log_{'draft' if state == 'draft' else 'accepted' if state == 'accepted' else 'in'}")
        )


def log_of(visit: Visit, form: Form, unit_codes: Sequence[str]) -> LogList:
    """List of the entries of a log about some units."""
    actor = filling_actor(visit.actor, visit.opened, form.id)

    def read() -> Sequence[LogLine]:
        return list_log(replace(visit.desk, actor=actor), form.id, unit_codes)

    return LogList(visit, form, read, has_units=len(unit_codes) > 1)


class ManyEntries:
    """An entry begun for many units with one save: the units are ticked, what is said of them is said once.

    What comes later, unit by unit, is not asked yet.

    Parameters
    ----------
    units
        Units that may be chosen, columns ``UNITS``.
    done
        Called with the number of entries once they are kept.
    """

    def __init__(self, visit: Visit, form: Form, units: pd.DataFrame, done: Callable[[int], None]) -> None:
        self._visit, self._form, self._done = visit, form, done
        campaign, names = visit.opened.campaign, unit_names(visit.units)
        self.units = RecordList(
            [ListColumn(name, visit.words(f"fill.log_{name}")) for name in ("unit", "kind", "parent")],
            visit.lang,
            ListUse(on_tick=self._show_count),
        )
        columns = (units["unit_code"], units["unit_name"], units["kind"], units["parent_code"])
        rows = [
            ListRow(
                str(code),
                (str(name), campaign.kind_names([kind], visit.lang), str(names.get(parent) or "–")),
            )
            for code, name, kind, parent in zip(*columns, strict=True)
        ]
        self.units.show(rows)
        asked = tuple(field for field in form.fields if field.later is None or field.required)
        self.view = FormView(
            form.model_copy(update={"fields": asked}),
            campaign,
            {},
            lang=visit.lang,
            today=today(),
            name="many-",
            legend="forms.legend_required",
            units=UnitRegister(visit.units, campaign, visit.lang),
        )
        self._button = elements.button("", visit.attempt(self.hand_in), "primary")
        self._problems = elements.markup("")
        self._show_count()
        search = [self.units.search] if len(rows) > SEARCHED else []
        self.box = elements.stack(
            elements.card(*search, self.units.box, title=visit.words("fill.many_units")),
            self.view.widget,
            self._problems,
            elements.row(self._button),
        )

    def _show_count(self) -> None:
        count = len(self.units.ticked)
        self._button.description = self._visit.words("fill.many_hand_in", count=count)
        self._button.disabled = not count

    def hand_in(self) -> None:
        """Begin the entries, or show what is missing or wrong."""
        problems = self.view.ask_all()
        head = self._visit.words("fill.blocked", count=len(problems))
        self._problems.value = (
            elements.notice_markup("error", head) + self.view.jump_links() if problems else ""
        )
        if not problems:
            made = begin_many(self._visit.desk, self._form.id, self.units.ticked, self.view.answers)
            self._done(len(made))


def many_panel(visit: Visit, form: Form, units: pd.DataFrame, renew: Callable[[], None]) -> w.Widget:
    """Button that opens :class:`ManyEntries`, and puts it away once the entries are kept."""
    place = elements.stack()

    def done(count: int) -> None:
        close()
        renew()
        visit.messages.confirm(visit.words("fill.many_done", count=count))

    def close() -> None:
        place.children = (elements.button(visit.words("fill.many_open"), visit.attempt(begin)),)

    def begin() -> None:
        back = elements.button(visit.words("fill.many_close"), close, "link")
        place.children = (ManyEntries(visit, form, units, done).box, back)

    close()
    return place
