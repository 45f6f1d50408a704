"""Names of the parts of a campaign, for the sentences of reasons."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pbwidgets.campaign.definition import Text
from pbwidgets.campaign.model import Campaign, Carried, Derived, Measure
from pbwidgets.campaign.rules import CappedDeduction, Checklist
from pbwidgets.scoring.frames import FINAL
from pbwidgets.wording import say

_UNITS: Final = {
    "count": "scoring.unit_of_items",
    "distinct": "scoring.unit_of_items",
    "days_to_close": "scoring.unit_of_days",
}


@dataclass(frozen=True)
class Names:
    """Names of one campaign in one language; each is looked up once.

    Attributes
    ----------
    campaign
        Names measures, layers, kinds and gates.
    lang
        ``zh_CN`` or ``en``; None for the language of the interface.
    """

    campaign: Campaign
    lang: str | None
    _found: dict[tuple[str, ...], str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def name(self, key: str, value: str) -> str:
        """Name of something whose kind ``key`` gives: ``layer_id``, ``gate_id``; its id if it has no name."""
        if (key, value) not in self._found:
            self._found[key, value] = self._find(key, value)
        return self._found[key, value]

    def say_part(self, source_id: str, points: str, weight: str) -> str:
        """What one source gave, and its weight."""
        asked = ("part", source_id, points, weight)
        if asked not in self._found:
            source = self.name("source_id", source_id)
            self._found[asked] = say("scoring.part", self.lang, source=source, points=points, weight=weight)
        return self._found[asked]

    def order_sources(self, sources: Iterable[str]) -> list[str]:
        """Sources in the order of the campaign file."""
        ids = [source_id for source_id, _ in _list_names(self.campaign, "source_id")]
        return sorted(sources, key=lambda source: ids.index(source) if source in ids else len(ids))

    def say_highest(self, measure_id: str) -> str:
        """That only the highest for each value of a field counts, for a measure that adds up so; else nothing."""
        asked = ("highest", measure_id)
        if asked not in self._found:
            measure = next((item for item in self.campaign.measures if item.id == measure_id), None)
            path = measure.highest_per if measure else None
            fields = dict(self.campaign.form(measure.form).leaves()) if measure and path else {}
            said = (
                say("scoring.highest_per", self.lang, field=self._pick(fields[path].label))
                if path in fields
                else ""
            )
            self._found[asked] = said
        return self._found[asked]

    def name_measure(self, measure_id: str) -> Mapping[str, str]:
        """Name of a measure, a total carried over or a derived measure, its unit, and what one of it is called."""
        named = self._name_with_unit(measure_id)
        one = say("scoring.item", self.lang)
        return {**named, "item": one if self.lang == "en" else named["unit"] or one}

    def _name_with_unit(self, measure_id: str) -> Mapping[str, str]:
        for measure in self.campaign.every_measure:
            if measure.id == measure_id and isinstance(measure, Carried):
                return {"measure": self._pick(measure.name), "unit": say("scoring.unit_of_points", self.lang)}
            if measure.id == measure_id and not isinstance(measure, Carried):
                unit = self._pick(measure.unit) if measure.unit else self._find_unit(measure)
                # an English unit is a separate word, a Chinese one follows the number without a space
                return {
                    "measure": self._pick(measure.name),
                    "unit": f" {unit}" if self.lang == "en" and unit else unit,
                }
        return {"measure": measure_id, "unit": ""}

    def _find_unit(self, measure: Measure | Derived) -> str:
        """Unit of a measure that names none: that of its field, or what it counts; none for a derived one."""
        if isinstance(measure, Derived):
            return ""
        if measure.aggregate in _UNITS:
            return say(_UNITS[measure.aggregate], self.lang)
        if measure.aggregate == "share":
            return "%"
        field = dict(self.campaign.form(measure.form).leaves()).get(measure.field or "")
        return self._pick(field.unit) if field is not None and field.unit else ""

    def name_answer(self, measure_id: str, value: float) -> str:
        """Label of the answer behind a measure of a yes/no question without a unit; empty for any other measure."""
        asked = ("answer", measure_id, "yes" if value >= 1 else "no")
        if asked not in self._found:
            labels = _list_answers(self.campaign, measure_id)
            self._found[asked] = self._pick(labels[asked[-1]]) if set(labels) == {"yes", "no"} else ""
        return self._found[asked]

    def name_group(self, kind_id: str) -> str:
        """The units that a unit is compared with: all, or those below the same unit of a kind."""
        if not kind_id:
            return say("scoring.group_of_all", self.lang)
        return say("scoring.group_of_kind", self.lang, kind=self.name("kind_id", kind_id))

    def _pick(self, text: Text) -> str:
        return text.words(self.lang or "zh_CN")

    def _find(self, key: str, value: str) -> str:
        if key == "layer_id" and value == FINAL:
            return say("scoring.final_total", self.lang)
        if key == "kind_id" and "," in value:
            kinds = (self.name(key, kind) for kind in value.split(","))
            return say("campaign.separator", self.lang).join(kinds)
        if key == "status_id":
            return say(f"scoring.status_{value}", self.lang)
        for item_id, name in _list_names(self.campaign, key):
            if item_id == value:
                return self._pick(name)
        return value


def _list_answers(campaign: Campaign, measure_id: str) -> Mapping[str, Text]:
    """Labels of the choices of the field that a measure takes the latest answer of, by id."""
    for measure in campaign.measures:
        if measure.id == measure_id and measure.aggregate == "latest" and measure.unit is None:
            fields = dict(campaign.form(measure.form).leaves())
            field = fields.get(measure.field or "")
            choices = campaign.choices.get(field.choices, ()) if field and field.choices else ()
            return {choice.id: choice.label for choice in choices}
    return {}


def _list_names(campaign: Campaign, key: str) -> Iterable[tuple[str, Text]]:
    if key == "kind_id":
        return [(kind.id, kind.name) for kind in campaign.unit_kinds]
    if key == "gate_id":
        return [(gate.id, gate.name) for track in campaign.tracks for gate in track.gates]
    if key == "track_id":
        return [(track.id, track.name) for track in campaign.tracks]
    if key in ("class_id", "needed_class_id"):
        return [
            (f"{track.id}:{number}", name)
            for track in campaign.tracks
            if track.classes is not None
            for number, name in enumerate(track.classes.names, start=1)
        ]
    if key == "flag_id":
        every = [track.classes for track in campaign.tracks if track.classes is not None]
        return [(flag.id, flag.name) for classes in every for flag in classes.flags]
    if key in _OF_LINES:
        return _OF_LINES[key](campaign)
    layers = [(layer.id, layer.name) for layer in campaign.layers]
    if key == "tie_break_id":
        criteria = [item.criterion for track in campaign.tracks for item in track.numbered()]
        measures = [(measure.id, measure.name) for measure in campaign.every_measure]
        return [*((item.id, item.name) for item in criteria), *layers, *measures]
    if key == "source_id":
        uses = [use for track in campaign.tracks for use in track.layers]
        return [(source.id, source.name) for use in uses for source in use.sources] + layers
    return layers if key == "layer_id" else []


def _list_options(campaign: Campaign) -> Iterable[tuple[str, Text]]:
    """Options that measures tell apart, as ``<measure>:<option>``."""
    for measure in campaign.measures:
        yield from ((f"{measure.id}:{option.id}", option.label) for option in campaign.options_of(measure))


def _list_conditions(campaign: Campaign) -> Iterable[tuple[str, Text]]:
    """Cases and factors inside the rules of lines, as ``<line>:<number>``, from 0."""
    for line in (line for track in campaign.tracks for line in track.lines()):
        if isinstance(line.rule, Checklist):
            yield from ((f"{line.id}:{at}", case.text) for at, case in enumerate(line.rule.cases))
        elif isinstance(line.rule, CappedDeduction):
            yield from ((f"{line.id}:{at}", factor.text) for at, factor in enumerate(line.rule.factors))


def _list_exemptions(campaign: Campaign) -> Iterable[tuple[str, Text]]:
    lines = [line for track in campaign.tracks for line in track.lines()]
    return [(line.id, line.exemption.name) for line in lines if line.exemption is not None]


_OF_LINES: Final[Mapping[str, Callable[[Campaign], Iterable[tuple[str, Text]]]]] = {
    "case_id": _list_conditions,
    "choice_id": _list_options,
    "exemption_id": _list_exemptions,
    "factor_id": _list_conditions,
}
