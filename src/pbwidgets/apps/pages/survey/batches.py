"""Codes of a survey, made for a unit or all units of a part and printed as slips; and how many were used."""

from collections.abc import Callable
from typing import Final

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.downloads import slips_link
from pbwidgets.apps.pages.ground.fields import fields, offer
from pbwidgets.apps.pages.ground.state_words import part_words
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Form
from pbwidgets.errors import UsageError
from pbwidgets.exports.slips import Slip
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.settings import to_address
from pbwidgets.units import partitions
from pbwidgets.workflows.ground.rights import scope_of
from pbwidgets.workflows.people.slips import BLANK
from pbwidgets.workflows.progress.grid import units_in_view
from pbwidgets.workflows.survey.batches import make_survey_batch, survey_counts, survey_forms

MOST_SLIPS: Final = 1000
"""Maximum number of slips in one document."""

MOST_ROWS: Final = 200
"""Maximum number of rows in the table of counts."""

_USUAL: Final = 20


class BatchCard:
    """Card for making codes.

    Parameters
    ----------
    visit
        The visit.
    made
        Called after codes have been made.

    Attributes
    ----------
    view
        The card.
    form, kind, part, unit, count, address
        Fields of the batch; an empty ``unit`` means every unit of the part.
    slips
        Link to the document made last.
    """

    def __init__(self, visit: Visit, made: Callable[[], None]) -> None:
        self._visit = visit
        self._made = made
        self._forms = {form.id: form for form in survey_forms(visit.opened)}
        self._seen = units_in_view(visit.desk)
        layout = elements.plain_layout()
        self.form = w.Dropdown(
            options=[(form.name.words(visit.lang), form.id) for form in self._forms.values()],
            description=visit.words("survey.form"),
            layout=layout,
        )
        self.kind = w.Dropdown(description=visit.words("survey.kind"), layout=layout)
        self.part = w.Dropdown(layout=layout)
        self.unit = w.Dropdown(description=visit.words("survey.unit"), layout=layout)
        self.count = w.BoundedIntText(
            _USUAL, min=1, max=MOST_SLIPS, description=visit.words("survey.count"), layout=layout
        )
        self.address = w.Text(
            value=visit.workspace.settings.address,
            placeholder="http://192.168.1.10:8866",
            description=visit.words("survey.address"),
            layout=layout,
        )
        self.slips = elements.stack()
        self._offer_parts()
        self.form.observe(lambda _: self._offer_parts(), "value")
        self.part.observe(lambda _: self._offer_units(), "value")
        self.view = elements.card(
            elements.paragraph(visit.words("survey.make_hint"), quiet=True),
            fields(self.form, self.kind, self.part, self.unit, self.count, self.address),
            elements.button(visit.words("survey.make"), visit.attempt(self.make), "primary"),
            self.slips,
            title=visit.words("survey.make_title"),
        )

    @property
    def _chosen(self) -> Form:
        return self._forms[self.form.value]

    def _units(self) -> pd.DataFrame:
        """Units that the form is about and the actor may survey."""
        units = self._seen[self._seen["kind"].isin(self._chosen.unit_kind)]
        scope = scope_of(self._visit.actor.role, "survey")
        return units if scope == "everywhere" else units[units["unit_code"] != self._visit.actor.unit_code]

    def _parts(self) -> "pd.Series[str]":
        part = partitions(self._visit.units, self._visit.opened.campaign.partition_by)
        return part.loc[self._units()["unit_code"]]

    def _offer_parts(self) -> None:
        survey = self._chosen.survey
        kinds = survey.rater_kinds if survey else ()
        offer(self.kind, [(kind.name.words(self._visit.lang), kind.id) for kind in kinds])
        codes = list(dict.fromkeys(self._parts()))
        self.part.description = part_words(self._visit, codes)
        offer(self.part, [(self._visit.unit_name(code), code) for code in codes])
        self._offer_units()

    def _offer_units(self) -> None:
        parts = self._parts()
        codes = list(parts[parts == self.part.value].index)
        named = [(self._visit.unit_name(code), code) for code in codes]
        every = self._visit.words("survey.every_unit", count=len(codes))
        offer(self.unit, [*named, (every, "")] if len(codes) > 1 else named)

    def make(self) -> None:
        """Make the codes and offer the slips for printing."""
        visit, form = self._visit, self._chosen
        visit.messages.clear()
        offered = [code for _, code in self.unit.options if code]
        wanted = [self.unit.value] if self.unit.value else offered
        total = len(wanted) * self.count.value
        if total > MOST_SLIPS:
            raise UsageError("survey.too_many_slips", count=total, most=MOST_SLIPS)
        kind = {value: name for name, value in self.kind.options}[self.kind.value]
        slips = [
            self._slip(form, unit, kind, code)
            for unit in wanted
            for code in make_survey_batch(visit.desk, form.id, unit, self.kind.value, self.count.value)
        ]
        place = visit.unit_name(self.unit.value or self.part.value or wanted[0])
        name = visit.words("survey.slips_file", unit=place, kind=kind)
        link = slips_link(visit.words("survey.download", count=len(slips)), slips, name)
        self.slips.children = (elements.notice("warn", visit.words("survey.once")), link)
        visit.messages.say("good", visit.words("survey.made", count=len(slips)))
        self._made()

    def _slip(self, form: Form, unit: str, kind: str, code: str) -> Slip:
        words = self._visit.words
        where = to_address(self.address.value)
        page = f"{where}/survey" if where else ""
        lines = (
            (words("survey.unit"), self._visit.unit_name(unit)),
            (words("survey.kind"), kind),
            (words("survey.open_at"), page or BLANK),
        )
        return Slip(
            form.name.words(self._visit.lang),
            lines,
            (words("survey.code"), f"{code[:4]}-{code[4:]}"),
            words("survey.slip_note"),
            scan=page,  # without the code, because proxies log addresses
        )


def counts_card(visit: Visit) -> w.Widget:
    """Card with the numbers of codes handed out and used, and links to results with enough answers."""
    counts = survey_counts(visit.desk)
    forms = {form.id: form for form in survey_forms(visit.opened)}
    counts = counts[counts["form_id"].isin(list(forms))]
    rows = [
        _count_row(visit, forms[str(row["form_id"])], row)
        for row in counts.head(MOST_ROWS).to_dict("records")
    ]
    names = ("form", "unit", "kind", "handed_out", "finished", "result")
    shown = [
        elements.table(
            [visit.words(f"survey.{name}") for name in names], rows, empty=visit.words("survey.no_batches")
        )
    ]
    if len(counts) > MOST_ROWS:
        more = visit.words("survey.more", shown=MOST_ROWS, rest=len(counts) - MOST_ROWS)
        shown.append(elements.paragraph(more, quiet=True))
    return elements.card(*shown, title=visit.words("survey.counts_title"))


def _count_row(visit: Visit, form: Form, row: dict[str, object] | dict[object, object]) -> list[str | Cell]:
    plain = {str(name): value for name, value in row.items()}
    survey = form.survey
    least = survey.shown_from if survey else 0
    kinds = {kind.id: kind.name.words(visit.lang) for kind in (survey.rater_kinds if survey else ())}
    unit, kind = str(plain["unit_code"]), str(plain["rater_kind"])
    enough = int(str(plain["finished"])) >= least
    result = (
        Cell(visit.words("survey.see"), visit.link("survey", form=form.id, unit=unit, kind=kind))
        if enough
        else Cell(visit.words("survey.too_few", least=least), tone="quiet")
    )
    return [
        form.name.words(visit.lang),
        visit.unit_name(unit),
        kinds.get(kind, kind),
        Cell(str(plain["handed_out"]), align="right"),
        Cell(str(plain["finished"]), align="right"),
        result,
    ]
