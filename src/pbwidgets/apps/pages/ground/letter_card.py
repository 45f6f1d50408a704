"""A document that is sent: what stands around it is asked for, prefilled by what the campaign says, then downloaded."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.fields import labelled
from pbwidgets.apps.visit import Visit
from pbwidgets.exports.docx import Letter
from pbwidgets.forms import elements
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.workflows.ground.desk import Desk

Make = Callable[[Desk, Letter, Path], Path]


class LetterCard:
    """Fields of a document and a button that makes it.

    Parameters
    ----------
    title
        Title of the card, which is also the name of the file.
    letter
        What is known already.
    make
        Makes the file of a completed letter.
    sent
        Whether it goes to somebody; a public notice does not.
    """

    def __init__(self, visit: Visit, title: str, letter: Letter, make: Make, *, sent: bool = True) -> None:
        self._visit, self._title, self._make, self._letter = visit, title, make, letter
        comma = visit.words("documents.comma")
        self.sender = self._line("sender", letter.sender)
        self.number = self._line("number", "", placeholder=visit.words("documents.number_hint"))
        self.recipients = self._line("recipients", comma.join(letter.recipients))
        self.contact = self._line("contact", letter.contact)
        self.phone = self._line("phone", letter.phone)
        self.day = labelled(w.DatePicker, visit.words("documents.field_day"), value=letter.day)
        self.make_button = elements.button(visit.words("documents.make"), visit.attempt(self.make), "primary")
        self.download = elements.markup("")
        lines = [self.recipients] if sent else []
        self.widget = elements.card(
            elements.paragraph(visit.words("documents.hint"), quiet=True),
            elements.row(self.number, *lines),
            elements.row(self.sender, self.day),
            elements.row(self.contact, self.phone),
            elements.row(self.make_button),
            self.download,
            title=title,
        )

    def make(self) -> None:
        """Make the document and offer it."""
        visit = self._visit
        visit.messages.clear()
        parts = self.recipients.value.replace(",", "，").split("，")
        letter = replace(
            self._letter,
            sender=self.sender.value.strip(),
            number=self.number.value.strip(),
            recipients=tuple(part.strip() for part in parts if part.strip()),
            contact=self.contact.value.strip(),
            phone=self.phone.value.strip(),
            day=self.day.value if isinstance(self.day.value, date) else None,
        )
        with tempfile.TemporaryDirectory() as folder:
            path = self._make(visit.desk, letter, Path(folder) / f"{self._title}.docx")
            link = download_link(visit, visit.words("documents.download", name=self._title), path)
        self.download.value = link.value
        link.close()

    def _line(self, name: str, value: str, **given: object) -> TypedLine:
        made: TypedLine = labelled(
            TypedLine,
            self._visit.words(f"documents.field_{name}"),
            value=value,
            lang=self._visit.lang,
            **given,
        )
        return made
