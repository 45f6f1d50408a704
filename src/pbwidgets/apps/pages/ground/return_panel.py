"""Work in Excel on a page: download a workbook, send it back, see what is wrong or what would change, and confirm.

Nothing is stored before the person has seen what would change. What a workbook holds and where it goes is told by a
:class:`ReturnUse`.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import made_link
from pbwidgets.apps.pages.ground.sent_tables import note_list, problem_list, written_table
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import PbError, ProblemsError
from pbwidgets.forms import elements
from pbwidgets.forms.return_view import ProgressLine, ShownChange, ShownValue, change_list
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.intake.files import KINDS
from pbwidgets.workflows.exchange.returned import Changed, Return, Told

R = TypeVar("R", bound=Return)


@dataclass(frozen=True)
class Offer:
    """A workbook that can be downloaded: words on its button, name of the file, and who writes it to a path."""

    words: str
    name: str
    write: Callable[[Path], Path]


@dataclass(frozen=True)
class Done:
    """Words on what was done, and where it can be undone at once, words on a button and what it calls."""

    words: str
    undo: tuple[str, Callable[[], None]] | None = None


@dataclass(frozen=True)
class ReturnUse(Generic[R]):
    """What a panel is for.

    Attributes
    ----------
    title, hint
        Words at the top.
    offers
        Workbooks to be downloaded.
    read
        Reads and checks a file that was sent; nothing is stored by it.
    store
        Stores what was read; although something is wrong, if the second argument is true.
    confirm
        Words on the button that stores.
    accept_good
        Words on the button that stores something although not all is right; empty for none.
    """

    title: str
    hint: str
    offers: Sequence[Offer]
    read: Callable[[Path, Told], R]
    store: Callable[[R, bool], Done]
    confirm: str
    accept_good: Callable[[R], str]


class ReturnPanel(Generic[R]):
    """The panel.

    Attributes
    ----------
    view
        The card.
    upload
        Upload button.
    found
        What is shown of the file that was sent.
    """

    def __init__(self, visit: Visit, use: ReturnUse[R]) -> None:
        self._visit, self._use = visit, use
        self._returned: R | None = None
        self._links = elements.stack()
        self._progress = ProgressLine()
        self.found = elements.stack()
        self.found.add_class("pb-came-back")
        offers = [
            elements.button(offer.words, visit.attempt(lambda offer=offer: self.offer(offer)))
            for offer in use.offers
        ]
        self.upload = upload_button(visit.words("excel.upload"), ",".join(KINDS), visit.attempt(self.read))
        self.view = elements.card(
            elements.paragraph(use.hint, quiet=True),
            elements.row(*offers, self.upload),
            self._links,
            self._progress,
            self.found,
            title=use.title,
        )

    def offer(self, offer: Offer) -> None:
        """Make a workbook and offer it as a link."""
        with tempfile.TemporaryDirectory() as folder:
            path = offer.write(Path(folder) / f"{offer.name}.xlsx")
            words = self._visit.words("excel.download", name=path.name)
            self._links.children = (made_link(words, path),)

    def read(self, file: SentFile) -> None:
        """Check a file and show what is wrong in it, or what it would change."""
        visit = self._visit
        self.clear()
        visit.messages.clear()
        self._progress.show(visit.words("excel.reading"))
        try:
            with written_table(file) as path:
                returned = replace(self._use.read(path, self._tell), name=file.name)
        except ProblemsError as error:
            self.found.children = problem_list(visit, error.problems, "excel.not_read")
            return
        finally:
            self._progress.clear()
        self._show(returned)

    def clear(self) -> None:
        """Forget the file that was sent."""
        self._returned, self.found.children = None, ()

    def _tell(self, done: int, of: int) -> None:
        self._progress.show(self._visit.words("excel.checking"), done, of)

    def _show(self, returned: R) -> None:
        visit = self._visit
        self._returned = returned
        good = returned.count("new") + returned.count("changed")
        if returned.is_right:
            shown = self._changes(returned, good)
        else:
            shown = [
                *problem_list(visit, returned.findings, "excel.found"),
                *self._ways_on(returned, good),
            ]
        self.found.children = (*shown, *note_list(visit, returned.notes))

    def _changes(self, returned: R, good: int) -> Sequence[w.Widget]:
        """What would change, to be confirmed; or that nothing would."""
        visit = self._visit
        if not good:
            return [elements.notice("info", visit.words("excel.no_change"))]
        return [
            elements.notice("info", self._counted(returned)),
            change_list(_shown(returned.changes), visit.lang),
            elements.row(self._button(self._use.confirm, good_rows=False), self._give_up()),
        ]

    def _ways_on(self, returned: R, good: int) -> Sequence[w.Widget]:
        """The annotated copy; where the use allows it and there are some, the good rows alone."""
        visit, use = self._visit, self._use
        made: list[w.Widget] = [elements.paragraph(visit.words("excel.repair"))]
        buttons: list[w.Widget] = []
        if returned.can_annotate:
            words = visit.words("excel.annotated")
            buttons.append(elements.button(words, visit.attempt(lambda: self._annotate(returned))))
        if accept := use.accept_good(returned):
            buttons.append(self._button(accept, good_rows=True))
        if good:
            made.append(change_list(_shown(returned.changes), visit.lang))
        return [*made, elements.row(*buttons, self._give_up())]

    def _counted(self, returned: Return) -> str:
        counts = [
            self._visit.words(f"excel.count_{fate}", count=count)
            for fate in FATES
            if (count := returned.count(fate))
        ]
        return self._visit.words("excel.would", counts=self._visit.words("excel.glue").join(counts))

    def _button(self, words: str, *, good_rows: bool) -> w.Button:
        look: elements.Look = "plain" if good_rows else "primary"
        return elements.button(words, self._visit.attempt(lambda: self.store(good_rows=good_rows)), look)

    def _give_up(self) -> w.Button:
        return elements.button(self._visit.words("excel.give_up"), self._visit.attempt(self.clear))

    def _annotate(self, returned: R) -> None:
        visit = self._visit
        name = visit.words("excel.annotated_name", name=Path(returned.name).stem)
        self.offer(Offer("", name, lambda path: returned.annotate(path, visit.lang)))

    def store(self, *, good_rows: bool = False) -> None:
        """Store what was shown; if it has changed meanwhile, nothing is stored and it must be sent again."""
        if self._returned is None:
            return
        visit, returned = self._visit, self._returned
        try:
            done = self._use.store(returned, good_rows)
        except PbError:
            self.clear()
            raise
        self.clear()
        self._links.children = ()
        if done.undo is not None:
            words, call = done.undo
            self.found.children = (elements.button(words, visit.attempt(lambda: self._undo(call))),)
        visit.messages.confirm(done.words)

    def _undo(self, call: Callable[[], None]) -> None:
        self.clear()
        call()


FATES: Final = ("new", "changed", "unchanged")
"""What is counted, in order."""


def _shown(changes: Sequence[Changed]) -> list[ShownChange]:
    """Changes as they are listed; what all are about is not said of each."""
    names_title = len({item.title for item in changes}) > 1
    return [_shown_one(item, item.title if names_title else "") for item in changes]


def _shown_one(item: Changed, title: str) -> ShownChange:
    values = [ShownValue(value.label, value.before, value.after) for value in item.values]
    number = f"（{item.occurrence}）" if item.occurrence else ""
    name = " · ".join(filter(None, (item.unit_name, title)))
    return ShownChange(f"{name}{number}", item.fate, values, item.why)
