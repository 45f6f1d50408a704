"""The campaign's workbook: download, change in Excel, upload, check, compare, open as a new version."""

import tempfile
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.sent_tables import note_list, problem_list, written_table
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ProblemsError, UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.store.ratings import POLICIES
from pbwidgets.units import distinct_names
from pbwidgets.workflows.ground.workspace import Opened
from pbwidgets.workflows.organise.campaigns import Opening, find_joining, find_roots
from pbwidgets.workflows.organise.effects import settled_words
from pbwidgets.workflows.organise.workbook import Draft, open_draft, read_draft, write_workbook


class CampaignCard:
    """Card with the open version and the steps to a new one.

    Attributes
    ----------
    view
        The card.
    upload
        Upload button for the workbook.
    found
        Result of the check: problems, or changes and the button that opens it.
    marks
        What becomes of marks on lines whose points change; asked only if there are any.
    roots
        Units below which the campaign is opened; asked only if the register has several that can be at the top.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._draft: Draft | None = None
        self.upload = upload_button(visit.words("organise.upload"), ".xlsx", visit.attempt(self.read))
        self.found = elements.stack()
        self.marks = w.RadioButtons(
            options=[(visit.words(f"organise.marks_{policy}"), policy) for policy in POLICIES],
            value=None,
            layout=elements.plain_layout(),
        )
        self.roots = w.SelectMultiple(
            description=visit.words("organise.roots"), rows=6, layout=elements.plain_layout()
        )
        self._file = elements.stack()
        opened = self._opened()
        self._version = elements.stack(*(self._facts(opened) if opened else ()))
        make = elements.button(visit.words("organise.make_workbook"), visit.attempt(self._make_workbook))
        self.view = elements.card(
            self._version,
            elements.paragraph(visit.words("organise.steps")),
            elements.row(*([make] if opened else []), self.upload),
            self._file,
            self.found,
            title=visit.words("organise.campaign"),
        )

    def _opened(self) -> Opened | None:
        try:
            return self._visit.opened
        except UsageError as error:
            if error.code != "workflows.nothing_open":
                raise
            return None

    def _facts(self, opened: Opened) -> tuple[w.Widget, ...]:
        words = self._visit.words
        facts = elements.facts(
            [
                (words("organise.name"), opened.campaign.name.words(self._visit.lang)),
                (words("organise.period"), opened.period_id),
                (words("organise.version"), opened.version),
            ]
        )
        return facts, elements.paragraph(self._joining(opened))

    def _joining(self, opened: Opened) -> str:
        return find_joining(self._visit.workspace, opened).words(self._visit.lang)

    def _make_workbook(self) -> None:
        visit = self._visit
        name = f"{visit.opened.campaign.name.words(visit.lang)}_{visit.opened.version}.xlsx"
        with tempfile.TemporaryDirectory() as folder:
            path = write_workbook(visit.desk, Path(folder) / name)
            self._file.children = (download_link(visit, visit.words("organise.download", name=name), path),)

    def read(self, file: SentFile) -> None:
        """Check a workbook and show its problems, or what it changes."""
        visit = self._visit
        visit.messages.clear()
        self._draft, self.found.children = None, ()
        try:
            with written_table(file) as path:
                self._draft = read_draft(visit.workspace, visit.actor, path)
        except ProblemsError as error:
            self.found.children = problem_list(visit, error.problems, "organise.problems")
            return
        self._show_changes(self._draft)

    def _show_changes(self, draft: Draft) -> None:
        visit = self._visit
        if draft.is_known and not draft.changes:
            self._draft = None
            self.found.children = (elements.notice("info", visit.words("organise.no_change")),)
            return
        said = "organise.changes" if draft.is_known else "organise.new_campaign"
        name = draft.campaign.name.words(visit.lang)
        names = distinct_names(visit.workspace.units())
        rows = [
            (
                effect.change.message(visit.lang),
                Cell(touched, tone="warn") if (touched := effect.touched(names, visit.lang)) else "–",
            )
            for effect in draft.changes
        ]
        heads = (visit.words("organise.change"), visit.words("organise.touched"))
        table = [elements.table(heads, rows)] if rows else []
        self.found.children = (
            elements.notice("good", visit.words(said, campaign=name, count=len(rows))),
            *note_list(visit, draft.notes),
            *table,
            *self._ask_roots(draft),
            *self._ask_marks(draft),
            elements.paragraph(visit.words("organise.open_hint"), quiet=True),
            elements.button(visit.words("organise.open"), visit.attempt(self.open), "primary"),
        )

    def _ask_marks(self, draft: Draft) -> tuple[w.Widget, ...]:
        """The question what becomes of marks, if the draft touches any; nothing is chosen beforehand."""
        words = self._visit.words
        self.marks.value = None
        if not draft.touches_marks:
            return ()
        return elements.notice("warn", words("organise.marks_question")), self.marks

    def _ask_roots(self, draft: Draft) -> tuple[w.Widget, ...]:
        """The question below which units it is opened, if there is a choice; chosen are those of the open period."""
        visit = self._visit
        fitting = find_roots(visit.workspace, draft.campaign)
        current = self._opened()
        before = current.roots if current is not None and current.campaign.id == draft.campaign.id else ()
        self.roots.options = [(name, code) for code, name in fitting.items()]
        self.roots.value = tuple(code for code in fitting if not before or code in before)
        if len(fitting) < 2:
            return ()
        return elements.paragraph(visit.words("organise.roots_hint")), self.roots

    def _chosen_roots(self) -> tuple[str, ...] | None:
        """Codes of the chosen roots, none if all are, so that later ones take part too; None if nothing was asked."""
        every = {code for _, code in self.roots.options}
        if len(every) < 2:
            return None
        if not self.roots.value:
            raise UsageError("organise.roots_needed")
        return () if every == set(self.roots.value) else tuple(self.roots.value)

    def open(self) -> None:
        """Open the draft as a new version."""
        if self._draft is None:
            return
        if self._draft.touches_marks and self.marks.value is None:
            raise UsageError("organise.marks_needed")
        visit, draft = self._visit, self._draft
        current = self._opened()
        same = current is not None and current.is_open and current.campaign.id == draft.campaign.id
        period = current.period_id if same and current else None
        known = {item.id for item in draft.campaign.periods}
        opened = open_draft(
            visit.workspace,
            visit.actor,
            draft,
            period if period in known else None,
            Opening(self.marks.value, self._chosen_roots()),
        )
        self._draft, self.found.children = None, ()
        self._version.children = self._facts(opened)
        said = (
            visit.words("organise.opened", version=opened.version),
            self._joining(opened),
            settled_words(opened.settled, visit.lang),
        )
        visit.messages.say("good", " ".join(filter(None, said)))
