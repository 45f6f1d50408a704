"""The audit log on the first page of the administrator: filtered, read page by page, saved as a workbook."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.pages.ground.state_words import minute_words
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import plain_layout
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.people.audit_log import (
    ACTIONS,
    MOST_EXPORTED,
    PAGE_ROWS,
    AuditFilter,
    action_words,
    actor_words,
    export_audit,
    list_audit,
)


class AuditCard:
    """Card with the newest entries of the log that fit its filters.

    Attributes
    ----------
    view
        The card.
    account, unit, action, first_day, last_day
        The filters; what is empty does not matter.
    newer, older
        Buttons that turn the pages.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        layout, words = plain_layout(), visit.words
        actions = [(action_words(action, visit.lang), action) for action in ACTIONS]
        self.account = w.Text(description=words("audit.account"), continuous_update=False, layout=layout)
        self.unit = w.Text(description=words("audit.unit_code"), continuous_update=False, layout=layout)
        self.action = w.Dropdown(
            options=[(words("audit.any_action"), ""), *actions],
            description=words("audit.action"),
            layout=layout,
        )
        self.first_day = w.DatePicker(description=words("audit.first_day"), layout=layout)
        self.last_day = w.DatePicker(description=words("audit.last_day"), layout=layout)
        filters = (self.account, self.unit, self.action, self.first_day, self.last_day)
        for widget in filters:
            widget.observe(visit.attempt(lambda _: self.search()), "value")
        self.newer = elements.button(words("audit.newer"), visit.attempt(self.show_newer))
        self.older = elements.button(words("audit.older"), visit.attempt(self.show_older))
        self._begins: list[int | None] = [None]
        """Where the pages up to the present one begin."""
        self._page, self._file = elements.stack(), elements.stack()
        self._page.add_class("pb-log")
        self.search()
        search = elements.button(words("audit.search"), visit.attempt(self.search), "primary")
        export = elements.button(words("audit.export"), visit.attempt(self.export))
        self.view = elements.card(
            elements.paragraph(words("audit.hint"), quiet=True),
            fields(*filters),
            elements.row(search, self.newer, self.older, export),
            elements.paragraph(words("audit.export_hint", most=MOST_EXPORTED), quiet=True),
            self._file,
            self._page,
            elements.row(self.newer, self.older),
            title=words("audit.title"),
        )

    def search(self) -> None:
        """Show the newest entries that fit the filters."""
        self._begins, self._file.children = [None], ()
        self._show()

    def show_older(self) -> None:
        """Turn to the next page."""
        if self._next is not None:
            self._begins.append(self._next)
            self._show()

    def show_newer(self) -> None:
        """Turn back to the page before."""
        if len(self._begins) > 1:
            self._begins.pop()
            self._show()

    def export(self) -> None:
        """Make a workbook of all entries that fit the filters, and offer it."""
        visit = self._visit
        visit.messages.clear()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{visit.words('audit.file', day=today())}.xlsx"
            count = export_audit(visit.workspace, visit.actor, self._filter(), path, visit.lang)
            self._file.children = (download_link(visit, visit.words("audit.download", count=count), path),)

    def _filter(self) -> AuditFilter:
        return AuditFilter(
            self.account.value, self.unit.value, self.action.value, self.first_day.value, self.last_day.value
        )

    def _show(self) -> None:
        visit = self._visit
        page = list_audit(
            visit.workspace, visit.actor, self._filter(), older_than=self._begins[-1], lang=visit.lang
        )
        self._next = page.older_than
        self.older.disabled, self.newer.disabled = self._next is None, len(self._begins) == 1
        names = ("at", "actor", "action", "unit_name", "entity", "details", "campaign")
        self._page.children = (
            elements.table(
                [visit.words(f"audit.column_{name}") for name in names],
                self._rows(page.entries),
                caption=visit.words("audit.place", page=len(self._begins), most=PAGE_ROWS),
                empty=visit.words("audit.empty"),
            ),
        )

    def _rows(self, entries: pd.DataFrame) -> Iterator[tuple[str, ...]]:
        visit = self._visit
        for entry in entries.to_dict("records"):
            unit = entry["unit_code"]
            who = actor_words(entry["actor"], entry["role"], visit.lang)
            yield (
                minute_words(visit, entry["at"]),
                visit.words("audit.on_behalf_of", who=who) if entry["on_behalf"] else who,
                action_words(entry["action"], visit.lang),
                f"{entry['unit_name']} {unit}".strip(),
                entry["entity"],
                entry["details"],
                f"{entry['campaign']} {entry['period']}".strip(),
            )
