"""Questions that a list leaves to the meeting: ties at the cut, and vetoes to try as lifted."""

from collections.abc import Callable
from functools import partial

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.forms import elements
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.scoring.frames import SELECTED, TIED_AT_CUT
from pbwidgets.units import distinct_names
from pbwidgets.workflows.meeting.what_if import LiftedVeto, Trial, Tried


class OpenQuestions:
    """The order of tied units, and the vetoes tried as lifted.

    Attributes
    ----------
    tie_order
        Units in the chosen order.
    names
        Name of each unit; equal ones are told apart.
    """

    def __init__(self, visit: Visit, trial: Trial, track: Track, on_change: Callable[[], None]) -> None:
        self._visit, self._track, self._on_change = visit, track, on_change
        self.tie_order: tuple[str, ...] = ()
        self._quiet = False
        self.ties = elements.stack()
        self.vetoes = elements.stack()
        self._fields: list[tuple[LiftedVeto, w.Checkbox, TypedLine]] = []
        self.take(trial)
        self.widget = elements.stack(
            elements.card(self.ties, title=visit.words("meeting.ties")),
            elements.card(self.vetoes, title=visit.words("meeting.vetoes")),
        )

    def take(self, trial: Trial) -> None:
        """Use the vetoes of these records; those tried as lifted stay so while they are on record."""
        self.names = names = distinct_names(trial.records.units)
        kept = {veto.key: veto.basis for veto in self.lifted()}
        gates = {gate.id: gate.name.words(self._visit.lang) for gate in self._track.gates}
        self._fields = []
        parts: list[w.Widget] = []
        for row in trial.vetoes(self._track).to_dict("records"):
            track_id = str(row["track_id"]) if isinstance(row["track_id"], str) else None
            veto = LiftedVeto(str(row["unit_code"]), str(row["kind"]), track_id=track_id)
            lift, basis = self._veto_fields(on=veto.key in kept, basis=kept.get(veto.key, ""))
            self._fields.append((veto, lift, basis))
            said = self._visit.words(
                "meeting.veto",
                unit=names.get(veto.unit_code, veto.unit_code),
                kind=gates.get(veto.kind, veto.kind),
                basis=str(row["basis"]),
            )
            parts += [elements.paragraph(said), lift, basis]
        if not parts:
            parts = [elements.paragraph(self._visit.words("meeting.vetoes_none"), quiet=True)]
        if any(gate.when is not None for gate in self._track.gates):
            hint = self._visit.words("meeting.vetoes_from_material")
            parts.append(elements.paragraph(hint, quiet=True))
        self.vetoes.children = tuple(parts)

    def lifted(self) -> tuple[LiftedVeto, ...]:
        """Vetoes tried as lifted, with their basis."""
        return tuple(
            LiftedVeto(veto.unit_code, veto.kind, basis.value.strip(), veto.track_id)
            for veto, lift, basis in self._fields
            if lift.value
        )

    def reset(self) -> None:
        """Clear order and lifted vetoes; the caller recomputes."""
        self._quiet = True
        try:
            self.tie_order = ()
            for _, lift, basis in self._fields:
                lift.value, basis.value = False, ""
        finally:
            self._quiet = False

    def show(self, tried: Tried) -> None:
        """Offer the units tied at the cut of this list."""
        visit = self._visit
        names = self.names
        tied = tried.selection[tried.selection["status"] == TIED_AT_CUT].sort_values("unit_code")
        parts: list[w.Widget] = []
        if len(tied):
            free = (self._track.places or 0) - int((tried.selection["status"] == SELECTED).sum())
            parts.append(elements.paragraph(visit.words("meeting.ties_open", open=free)))
            parts.append(
                elements.row(
                    *(
                        elements.button(
                            visit.words("meeting.ties_first", name=names[code]), partial(self.put_first, code)
                        )
                        for code in tied["unit_code"]
                    )
                )
            )
        elif not self.tie_order:
            parts.append(elements.paragraph(visit.words("meeting.ties_none"), quiet=True))
        if self.tie_order:
            ordered = visit.words("meeting.comma").join(names.get(code, code) for code in self.tie_order)
            parts.append(elements.paragraph(visit.words("meeting.ties_chosen", units=ordered)))
            parts.append(elements.button(visit.words("meeting.ties_clear"), self.clear_order))
        self.ties.children = tuple(parts)

    def put_first(self, unit_code: str) -> None:
        """Put a unit before those it is tied with, after those chosen earlier."""
        self.tie_order = (*self.tie_order, unit_code)
        self._on_change()

    def clear_order(self) -> None:
        """Leave the ties open again."""
        self.tie_order = ()
        self._on_change()

    def _veto_fields(self, *, on: bool, basis: str) -> tuple[w.Checkbox, TypedLine]:
        visit = self._visit
        lift = w.Checkbox(
            value=on, description=visit.words("meeting.veto_lift"), indent=False,
            layout=elements.plain_layout(),
        )  # fmt: skip
        field = TypedLine(
            value=basis, lang=visit.lang, description=visit.words("meeting.veto_basis"), continuous_update=False,
            placeholder=visit.words("meeting.veto_basis_hint"), style={"description_width": "initial"},
            layout=elements.plain_layout(),
        )  # fmt: skip
        field.add_class("pb-field")
        lift.observe(lambda _: self._moved(), "value")
        field.observe(lambda _: self._moved(), "value")
        return lift, field

    def _moved(self) -> None:
        if not self._quiet:
            self._on_change()
