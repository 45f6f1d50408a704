"""Fields for the weights of one track, built from its layers and sources.

They show old and new weights, and call back when one moves; they save nothing and know nothing about scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import ipywidgets as w

from pbwidgets.campaign import Campaign, Track
from pbwidgets.forms.elements import markup, plain_layout
from pbwidgets.wording import number, say

Where = tuple[str, str]


@dataclass(frozen=True)
class _Source:
    """The three widgets of one source."""

    layer_id: str
    source_id: str
    weight: float
    slider: w.FloatSlider
    out: w.Checkbox
    label: w.HTML

    @property
    def where(self) -> Where:
        return self.layer_id, self.source_id


class WeightFields(w.Box):
    """Sliders for the weights of a track's sources, and of its layers if its total is weighted.

    Parameters
    ----------
    campaign, track
        What is weighted; a layer with one source has no slider.
    lang
        Language of the words.
    on_change
        Called without arguments after every move.
    """

    def __init__(self, campaign: Campaign, track: Track, lang: str, on_change: Callable[[], None]) -> None:
        super().__init__(layout=plain_layout())
        self.add_class("pb-weights")
        self._lang, self._on_change, self._quiet = lang, on_change, False
        self._sources = [
            self._source(campaign, layer.id, source.id, source.name.words(lang), source.weight)
            for layer in track.layers
            if len(layer.sources) > 1
            for source in layer.sources
        ]
        weighted = [layer for layer in track.layers if layer.weight is not None]
        self._layers = {
            layer.id: (layer.weight or 0.0, self._slider(self._layer_words(campaign, layer.id), layer.weight))
            for layer in (weighted if track.final == "weighted" and len(weighted) > 1 else [])
        }
        self._show_weights()
        parts = [part for one in self._sources for part in (one.slider, one.label, one.out)]
        self.children = (*parts, *(slider for _, slider in self._layers.values()))

    @property
    def is_empty(self) -> bool:
        """Whether there are no sliders."""
        return not self._sources and not self._layers

    def weights(self) -> dict[Where, float]:
        """Weights of sources that were moved, by layer and source."""
        return {one.where: one.slider.value for one in self._sources if one.slider.value != one.weight}

    def dropped(self) -> frozenset[Where]:
        """Sources left out."""
        return frozenset(one.where for one in self._sources if one.out.value)

    def layer_weights(self) -> dict[str, float]:
        """Weights of layers that were moved."""
        return {
            layer_id: slider.value
            for layer_id, (weight, slider) in self._layers.items()
            if slider.value != weight
        }

    def reset(self) -> None:
        """Reset everything without calling ``on_change``; the caller does what is needed."""
        self._quiet = True
        try:
            for one in self._sources:
                one.slider.value, one.out.value = one.weight, False
            for weight, slider in self._layers.values():
                slider.value = weight
        finally:
            self._quiet = False
        self._show_weights()

    def _source(self, campaign: Campaign, layer_id: str, source_id: str, name: str, weight: float) -> _Source:
        layer = campaign.layer(layer_id).name.words(self._lang)
        slider = self._slider(say("meeting.weight_field", self._lang, layer=layer, name=name), weight)
        out = w.Checkbox(
            description=say("meeting.drop", self._lang, name=name), indent=False, layout=plain_layout()
        )
        out.observe(lambda _: self._moved(), "value")
        return _Source(layer_id, source_id, weight, slider, out, markup("", "pb-weight-said"))

    def _slider(self, words: str, weight: float | None) -> w.FloatSlider:
        slider = w.FloatSlider(
            value=weight or 0.0, min=0.0, max=max(100.0, 2 * (weight or 0.0)), step=1.0, readout_format=".0f",
            description=words, continuous_update=False, style={"description_width": "initial"},
            layout=plain_layout(),
        )  # fmt: skip
        slider.add_class("pb-weight")
        slider.observe(lambda _: self._moved(), "value")
        return slider

    def _layer_words(self, campaign: Campaign, layer_id: str) -> str:
        return say("meeting.layer_weight", self._lang, name=campaign.layer(layer_id).name.words(self._lang))

    def _moved(self) -> None:
        if self._quiet:
            return
        self._show_weights()
        self._on_change()

    def _show_weights(self) -> None:
        for one in self._sources:
            args = {"before": number(one.weight), "after": number(one.slider.value)}
            code = "meeting.weight_out" if one.out.value else "meeting.weight_now"
            share = 0.0 if one.out.value else self._share(one)
            changed = one.out.value or one.slider.value != one.weight
            words = escape(say(code, self._lang, share=number(share, 1), **args))
            one.label.value = f'<p class="{"pb-changed" if changed else "pb-quiet"}">{words}</p>'

    def _share(self, one: _Source) -> float:
        """Per cent of the layer's mark if all its sources gave one."""
        beside = [item for item in self._sources if item.layer_id == one.layer_id and not item.out.value]
        total = sum(item.slider.value for item in beside)
        return 100.0 * one.slider.value / total if total else 0.0
