"""Choosing a unit by search: its name or code is typed; the units that fit are listed, with kind and parent.

The text in the field is the answer: a code, a name that only one unit has, or what choosing from the list writes,
``上坪村（990101001001）``. So the field works as well where ``rows.js``, which brings keys and taps, is not there.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import pandas as pd

from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.pointing import KnownUnits
from pbwidgets.forms.elements import markup, stack
from pbwidgets.forms.inputs import Input, styled
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.units import unit_names
from pbwidgets.wording import say

MOST_HITS: Final = 30
"""Most units that are listed at once."""


@dataclass(frozen=True)
class UnitHit:
    """A unit as it is listed: its code, name, kind and parent, in words."""

    code: str
    name: str
    kind: str
    parent: str

    @property
    def words(self) -> str:
        """What stands in the field once it is chosen."""
        return f"{self.name}（{self.code}）"


class UnitRegister:
    """The units that fields may point at.

    Parameters
    ----------
    units
        Members and partners of the campaign, columns ``UNITS``.
    campaign
        Names the kinds.
    lang
        Language.

    Attributes
    ----------
    known
        The same units, as the check of answers takes them.

    Examples
    --------
    >>> rows = [("9901", "演示县", "county", None), ("990101", "上坪村", "village", "9901")]
    >>> units = pd.DataFrame(rows, columns=["unit_code", "unit_name", "kind", "parent_code"])
    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> field = {"id": "a", "type": "text", "label": {"zh": "甲", "en": "a"}}
    >>> form = {"id": "f", "name": {"zh": "表", "en": "f"}, "unit_kind": "village", "fields": [field]}
    >>> register = UnitRegister(units, campaign_around(form, {}), "zh_CN")
    >>> [(hit.words, hit.parent) for hit in register.find("上坪", ())], register.code_of("上坪村（990101）")
    ([('上坪村（990101）', '演示县')], '990101')
    """

    def __init__(self, units: pd.DataFrame, campaign: Campaign, lang: str) -> None:
        names = unit_names(units)
        kinds = {kind.id: kind.name.words(lang) for kind in campaign.unit_kinds}
        columns = (units["unit_code"], units["kind"], units["parent_code"])
        self._kinds: Mapping[str, str] = dict(zip(units["unit_code"], units["kind"], strict=True))
        self._hits = {
            str(code): UnitHit(
                str(code), str(names[code]), kinds.get(kind, kind), str(names.get(parent) or "")
            )
            for code, kind, parent in zip(*columns, strict=True)
        }
        self.known = KnownUnits.of((code, hit.name, self._kinds[code]) for code, hit in self._hits.items())
        self._shared = Counter(hit.name for hit in self._hits.values())
        self._by_name = {hit.name: hit.code for hit in self._hits.values() if self._shared[hit.name] == 1}

    def name_of(self, code: str) -> str:
        """Name of a unit, with its code where others are called the same; the code if it is not known."""
        hit = self._hits.get(code)
        return code if hit is None else hit.name if self._shared[hit.name] == 1 else hit.words

    def words_of(self, code: str) -> str:
        """What stands in the field for a unit; what is not known stays as it is."""
        hit = self._hits.get(code)
        return code if hit is None else hit.words

    def code_of(self, text: str) -> str:
        """Code of the unit that a text names; the text itself if it names none."""
        typed = text.strip()
        inner = typed.removesuffix("）").removesuffix(")").replace("(", "（").rpartition("（")[2].strip()
        for code in (typed, inner if inner != typed else ""):
            if code in self._hits:
                return code
        return self._by_name.get(typed, typed)

    def find(self, text: str, kinds: Collection[str]) -> Sequence[UnitHit]:
        """Units of some kinds, or of all, whose name or code fits what was typed; names that begin so come first."""
        words = text.casefold().split()
        found = [
            hit
            for code, hit in self._hits.items()
            if (not kinds or self._kinds[code] in kinds)
            and all(word in f"{hit.name} {code}".casefold() for word in words)
        ]
        typed = text.strip().casefold()
        return sorted(found, key=lambda hit: not hit.name.casefold().startswith(typed))


def unit_input(register: UnitRegister, kinds: Collection[str], lang: str, label: str) -> Input:
    """Input for a unit of some kinds, or of any."""
    text = styled(TypedLine, label, lang=lang, placeholder=say("forms.unit_hint", lang))
    hits = markup("", "pb-hits")
    box = stack(text, hits)
    for name in ("pb-input", "pb-unit-choice"):
        box.add_class(name)

    def draw(_: Any = None) -> None:
        code = register.code_of(text.value)
        is_chosen = register.words_of(code) != code
        listed = "" if is_chosen else _hits_markup(register.find(text.value, kinds), lang)
        if hits.value != listed:
            hits.value = listed

    def show(answer: object) -> None:
        code = str(answer or "")
        if register.code_of(text.value) != code:
            text.value = register.words_of(code)
        draw()

    text.observe(draw, names="value")
    return Input([box], lambda: register.code_of(text.value) or None, show, watched=[text])


def _hits_markup(found: Sequence[UnitHit], lang: str) -> str:
    items = "".join(
        f'<li role="option" data-words="{escape(hit.words, quote=True)}"><b>{escape(hit.name)}</b>'
        f"<small>{escape(' · '.join(part for part in (hit.kind, hit.parent, hit.code) if part))}</small></li>"
        for hit in found[:MOST_HITS]
    )
    more = say("forms.unit_more", lang, count=len(found), most=MOST_HITS) if len(found) > MOST_HITS else ""
    none = "" if found else say("forms.unit_none", lang)
    note = f'<p class="pb-hint">{escape(more or none)}</p>' if more or none else ""
    return f'<ul role="listbox">{items}</ul>{note}' if items else note
