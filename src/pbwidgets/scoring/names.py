"""Names of the parts of a campaign, for the sentences of reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pbwidgets.campaign.model import Campaign, Text
from pbwidgets.scoring.frames import FINAL
from pbwidgets.wording import say


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

    def name_measure(self, measure_id: str) -> Mapping[str, str]:
        """Name of a measure or of a total carried over, and its unit."""
        for measure in self.campaign.measures:
            if measure.id == measure_id:
                unit = self._pick(measure.unit) if measure.unit else ""
                # an English unit is a separate word, a Chinese one follows the number without a space
                return {
                    "measure": self._pick(measure.name),
                    "unit": f" {unit}" if self.lang == "en" and unit else unit,
                }
        for item in self.campaign.carried:
            if item.id == measure_id:
                return {"measure": self._pick(item.name), "unit": say("scoring.unit_of_points", self.lang)}
        return {"measure": measure_id, "unit": ""}

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
        if key == "status_id":
            return say(f"scoring.status_{value}", self.lang)
        for item_id, name in _list_names(self.campaign, key):
            if item_id == value:
                return self._pick(name)
        return value


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
    if key == "exemption_id":
        lines = [line for track in campaign.tracks for line in track.lines()]
        return [(line.id, line.exemption.name) for line in lines if line.exemption is not None]
    layers = [(layer.id, layer.name) for layer in campaign.layers]
    if key == "tie_break_id":
        criteria = [item.criterion for track in campaign.tracks for item in track.numbered()]
        measures = [(measure.id, measure.name) for measure in campaign.measures]
        return [*((item.id, item.name) for item in criteria), *layers, *measures]
    if key == "source_id":
        uses = [use for track in campaign.tracks for use in track.layers]
        return [(source.id, source.name) for use in uses for source in use.sources] + layers
    return layers if key == "layer_id" else []
