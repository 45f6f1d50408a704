"""Exceptions from deadlines: for ticked units, or a list that is pasted or uploaded, with one reason and one day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import fields, offer
from pbwidgets.apps.pages.ground.sent_tables import problem_list, written_table
from pbwidgets.apps.pages.ground.state_words import deadline_words, form_name, minute_words, part_words
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ProblemsError, UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.intake.files import KINDS
from pbwidgets.units import partitions
from pbwidgets.workflows.ground.workspace import ZONE
from pbwidgets.workflows.organise.exceptions import (
    find_listed_units,
    grant_exceptions,
    list_exceptions,
    read_listed_units,
)

MOST_EXCEPTIONS = 100
"""Maximum number of exceptions listed, newest first."""


class ExceptionCard:
    """Card that lets units hand a form in later.

    Attributes
    ----------
    view
        The card.
    form, part, units, until, reason
        Fields of the exception; ``until`` is its last day, inclusive.
    listed
        A pasted list of units, a unit a line; it counts beside those that are ticked.
    upload
        Upload button for a list, which is shown in ``listed``.
    found
        Problems of the list.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        layout = elements.plain_layout()
        forms = [form for form in visit.opened.campaign.forms if form.is_owed]
        self.form = w.Dropdown(
            options=[(form.name.words(visit.lang), form.id) for form in forms],
            description=visit.words("organise.form"),
            layout=layout,
        )
        self.part = w.Dropdown(layout=layout)
        self.units = w.SelectMultiple(description=visit.words("organise.units"), rows=6, layout=layout)
        self.listed = TypedText(
            description=visit.words("organise.listed"), lang=visit.lang, rows=6, layout=layout
        )
        self.upload = upload_button(
            visit.words("organise.upload_list"), ",".join(KINDS), visit.attempt(self.read)
        )
        self.found = elements.stack()
        self.until = w.DatePicker(description=visit.words("organise.until"), layout=layout)
        self.reason = TypedLine(description=visit.words("organise.reason"), lang=visit.lang, layout=layout)
        self._list = elements.stack()
        self._offer_parts()
        self.form.observe(lambda _: self._offer_parts(), "value")
        self.part.observe(lambda _: self._offer_units(), "value")
        self._show()
        self.view = elements.card(
            elements.paragraph(visit.words("organise.exceptions_hint"), quiet=True),
            fields(self.form, self.until, self.reason),
            fields(self.part, self.units, self.listed),
            elements.row(
                elements.button(visit.words("organise.grant"), visit.attempt(self.grant), "primary"),
                self.upload,
            ),
            self.found,
            self._list,
            title=visit.words("organise.exceptions"),
        )

    def _parts(self) -> "pd.Series[str]":
        units = self._visit.units
        kinds = self._visit.opened.campaign.form(self.form.value).unit_kind
        codes = units.loc[units["kind"].isin(kinds), "unit_code"]
        return partitions(units, self._visit.opened.campaign.partition_by).loc[codes]

    def _offer_parts(self) -> None:
        codes = list(dict.fromkeys(self._parts()))
        self.part.description = part_words(self._visit, codes)
        offer(self.part, [(self._visit.unit_name(code), code) for code in codes])
        self._offer_units()

    def _offer_units(self) -> None:
        parts = self._parts()
        codes = parts[parts == self.part.value].index
        self.units.options = [(self._visit.unit_name(code), code) for code in codes]

    def read(self, file: SentFile) -> None:
        """Show the units of an uploaded list."""
        with written_table(file) as path, self._naming_problems():
            codes = read_listed_units(self._visit.desk, self.form.value, path)
            self.listed.value = "\n".join(f"{code}\t{self._visit.unit_name(code)}" for code in codes)

    @contextmanager
    def _naming_problems(self) -> Iterator[None]:
        """While it lasts, problems of a list are shown below its fields."""
        self._visit.messages.clear()
        self.found.children = ()
        try:
            yield
        except ProblemsError as error:
            self.found.children = problem_list(self._visit, error.problems, "organise.list_problems")

    def grant(self) -> None:
        """Grant the exception as filled in."""
        visit = self._visit
        with self._naming_problems():
            listed = find_listed_units(visit.desk, self.form.value, self.listed.value)
            if self.until.value is None:
                raise UsageError("organise.day_needed")
            end = datetime.combine(self.until.value + timedelta(days=1), time(), ZONE)
            codes = list(dict.fromkeys([*self.units.value, *listed]))
            count = grant_exceptions(visit.desk, self.form.value, codes, end, self.reason.value)
            code = "organise.granted" if count == 1 else "organise.granted_many"
            said = visit.words(code, unit=visit.unit_name(codes[0]), count=count, day=self.until.value)
            self.reason.value, self.listed.value, self.units.value = "", "", ()
            self._show()
            visit.messages.say("good", said)

    def _show(self) -> None:
        visit = self._visit
        found = list_exceptions(visit.desk)
        rows = [
            (
                visit.unit_name(row["unit_code"]),
                form_name(visit, row["form_id"]),
                deadline_words(visit, {"until": row["until"], "has_exception": False}),
                row["reason"],
                minute_words(visit, row["recorded_at"]),
            )
            for row in found.head(MOST_EXCEPTIONS).to_dict("records")
        ]
        names = ("unit", "form", "until", "reason", "recorded_at")
        self._list.children = (
            elements.table(
                [visit.words(f"organise.{name}") for name in names],
                rows,
                empty=visit.words("organise.no_exceptions"),
            ),
        )
