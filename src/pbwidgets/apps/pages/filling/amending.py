"""What may be changed of an entry after it was handed in: the rest is text; who may change what is said above it.

What is typed here is not saved by itself: an amendment is handed in as a whole, and until then nothing has changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import ipywidgets as w

from pbwidgets.apps.pages.filling.summary import after_uploads
from pbwidgets.apps.pages.ground.form_files import FormFiles
from pbwidgets.apps.save_status import SaveStatus
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.inputs import date_input, text_input
from pbwidgets.forms.unit_choice import UnitRegister
from pbwidgets.workflows.filling.amending import amend, put_off, refuse_done
from pbwidgets.workflows.filling.entries import OpenForm
from pbwidgets.workflows.filling.hands import Hands
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import today


@dataclass(frozen=True)
class AmendUse:
    """Where an amendment stands.

    Attributes
    ----------
    visit, opened
        The visit, and the entry with what the actor may change of it.
    files
        Where uploads go.
    units
        Units that its fields may point at.
    desk
        Desk of who acts, made anew for each action.
    status
        Where the page says that something is not handed in.
    done
        Called with what is to be said once something was kept; it shows the entry anew.
    """

    visit: Visit
    opened: OpenForm
    files: FormFiles
    units: UnitRegister | None
    desk: Callable[[], Desk]
    status: SaveStatus
    done: Callable[[str], None]


class Amendment:
    """The entry with what may be changed of it.

    Attributes
    ----------
    view
        The form.
    parts
        What is shown.
    """

    def __init__(self, use: AmendUse) -> None:
        self._use = use
        visit, opened = use.visit, use.opened
        self.open_paths = opened.changeable - opened.hands.due_paths
        self.view = FormView(
            opened.form,
            visit.opened.campaign,
            opened.answers,
            lang=visit.lang,
            on_change=self._changed,
            returned=opened.returned,
            files=use.files,
            today=today(),
            legend="",
            names=opened.common_words,
            changeable=self.open_paths,
            units=use.units,
            counting=opened.counting,
        )
        self._problems = elements.markup("")
        actions: list[w.Widget] = []
        if self.open_paths:
            words = visit.words("fill.amend")
            actions.append(after_uploads(elements.button(words, visit.attempt(self.hand_in), "primary")))
        self.parts: list[w.Widget] = [
            hands_card(visit, opened.hands),
            self.view.widget,
            self._problems,
            elements.row(*actions),
        ]
        if use.opened.hands.is_level:
            self.parts += [item.box for item in self._level_cards()]

    def _level_cards(self) -> list["LevelCard"]:
        self.level = LevelCard(self._use)
        return [self.level] if self.level.is_needed else []

    def _changed(self, _: dict[str, Any]) -> None:
        self._use.status.wait(self._use.visit.words("fill.amend_waits"))

    def hand_in(self) -> None:
        """Hand in what was changed, or show what is missing or wrong in it."""
        visit, opened = self._use.visit, self._use.opened
        wrong = [problem for problem in self.view.ask_all() if problem.path in self.open_paths]
        head = visit.words("fill.blocked", count=len(wrong))
        self._problems.value = elements.notice_markup("error", head) + self.view.jump_links() if wrong else ""
        if wrong:
            return
        version = amend(self._use.desk(), opened.key, self.view.answers, seen_version=opened.version)
        code = "fill.amended" if self._use.opened.hands.counts else "fill.amended_waits"
        self._use.done(visit.words(code, version=version))


class LevelCard:
    """What the level decides: another day until when it is due, or that what is said to be done is not.

    Attributes
    ----------
    box
        What is shown.
    is_needed
        Whether there is anything to decide.
    """

    def __init__(self, use: AmendUse) -> None:
        self._use = use
        visit = use.visit
        self._has_due = use.opened.form.life is not None and bool(use.opened.hands.due_paths)
        self._done = use.opened.hands.done
        self.is_needed = self._has_due or bool(self._done)
        rows = [(name, row_id) for row_id, name in self._done.items()]
        self.row = w.Dropdown(
            options=rows, description=visit.words("fill.level_row"), layout=elements.plain_layout()
        )
        self.row.add_class("pb-input")
        self.day = date_input(visit.words("fill.level_due"))
        self.reason = text_input(visit.words("fill.level_reason"), visit.lang)
        buttons = []
        if self._has_due:
            words = visit.words("fill.put_off")
            buttons.append(elements.button(words, visit.attempt(self.put_off)))
        if self._done:
            words = visit.words("fill.refuse_done")
            buttons.append(elements.button(words, visit.attempt(self.refuse), "danger"))
        elements.hide_all([self.row], len(rows) < 2)
        self.box = elements.card(
            elements.paragraph(visit.words("fill.level_hint"), quiet=True),
            self.row,
            *self.day.widgets,
            *self.reason.widgets,
            elements.row(*buttons),
            title=visit.words("fill.level_title"),
        )

    def _read(self) -> tuple[date, str]:
        day = self.day.read()
        if day is None:
            raise UsageError("fill.level_day_missing")
        return date.fromisoformat(str(day)), str(self.reason.read() or "")

    def put_off(self) -> None:
        """Move the day until when it is due."""
        day, reason = self._read()
        put_off(self._use.desk(), self._use.opened.key, day, reason)
        self._use.done(self._use.visit.words("fill.put_off_done", day=day.isoformat()))

    def refuse(self) -> None:
        """Not accept that it is done, and set a new day."""
        day, reason = self._read()
        row_id = str(self.row.value or "")
        refuse_done(self._use.desk(), self._use.opened.key, reason=reason, due_on=day, row_id=row_id)
        self._use.done(self._use.visit.words("fill.refused_done", day=day.isoformat()))


def hands_card(visit: Visit, hands: Hands) -> w.Widget:
    """Who may change what after it was handed in, the actor's own first."""
    told = [
        visit.words("fill.hand_fields", hand=hand, fields=visit.words("forms.separator").join(labels))
        for hand, labels in hands.told.items()
    ]
    items = "".join(f"<li>{escape(words)}</li>" for words in told)
    head = escape(visit.words("fill.hands" if hands.changeable else "fill.hands_none"))
    return elements.markup(
        f'<div class="pb-notice pb-info" role="status"><p>{head}</p><ul>{items}</ul></div>'
    )
