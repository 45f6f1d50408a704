"""Settings for single units: exceptions from deadlines, with their reason."""

from datetime import datetime, time, timedelta

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import fields, offer
from pbwidgets.apps.pages.ground.state_words import deadline_words, form_name, minute_words
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.units import ancestors
from pbwidgets.workflows.ground.workspace import ZONE
from pbwidgets.workflows.organise.exceptions import grant_exception, list_exceptions

MOST_EXCEPTIONS = 100
"""Maximum number of exceptions listed, newest first."""


class ExceptionCard:
    """Card that lets a unit hand a form in later.

    Attributes
    ----------
    view
        The card.
    form, part, unit, until, reason
        Fields of the exception; ``until`` is its last day, inclusive.
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
        kind = visit.opened.campaign.unit_kind(visit.opened.campaign.partition_by).name.words(visit.lang)
        self.part = w.Dropdown(description=kind, layout=layout)
        self.unit = w.Dropdown(description=visit.words("organise.unit"), layout=layout)
        self.until = w.DatePicker(description=visit.words("organise.until"), layout=layout)
        self.reason = TypedLine(description=visit.words("organise.reason"), lang=visit.lang, layout=layout)
        self._list = elements.stack()
        self._offer_parts()
        self.form.observe(lambda _: self._offer_parts(), "value")
        self.part.observe(lambda _: self._offer_units(), "value")
        self._show()
        self.view = elements.card(
            elements.paragraph(visit.words("organise.exceptions_hint"), quiet=True),
            fields(self.form, self.part, self.unit, self.until, self.reason),
            elements.button(visit.words("organise.grant"), visit.attempt(self.grant), "primary"),
            self._list,
            title=visit.words("organise.exceptions"),
        )

    def _parts(self) -> "pd.Series[str]":
        units = self._visit.units
        kind = self._visit.opened.campaign.form(self.form.value).unit_kind
        codes = units.loc[units["kind"] == kind, "unit_code"]
        part = ancestors(units, self._visit.opened.campaign.partition_by)
        return pd.Series([part.get(code) for code in codes], index=codes, dtype="string").fillna("")

    def _offer_parts(self) -> None:
        codes = list(dict.fromkeys(self._parts()))
        offer(self.part, [(self._visit.unit_name(code) if code else "—", code) for code in codes])
        self._offer_units()

    def _offer_units(self) -> None:
        parts = self._parts()
        codes = parts[parts == self.part.value].index
        offer(self.unit, [(self._visit.unit_name(code), code) for code in codes])

    def grant(self) -> None:
        """Grant the exception as filled in."""
        visit = self._visit
        visit.messages.clear()
        if self.until.value is None:
            raise UsageError("organise.day_needed")
        end = datetime.combine(self.until.value + timedelta(days=1), time(), ZONE)
        grant_exception(visit.desk, self.form.value, self.unit.value, end, self.reason.value)
        said = visit.words("organise.granted", unit=visit.unit_name(self.unit.value), day=self.until.value)
        self.reason.value = ""
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
