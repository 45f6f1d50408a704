"""Units that a field may point at, and what is wrong with one that it may not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pbwidgets.campaign.model import Campaign, Field

_MOST_NAMED: Final = 3


@dataclass(frozen=True)
class KnownUnits:
    """Units that take part on a day: members and partners.

    Attributes
    ----------
    kinds, names
        Kind and name of each unit by its code.
    """

    kinds: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, units: Iterable[tuple[str, str, str]]) -> "KnownUnits":
        """From code, name and kind of each.

        >>> known = KnownUnits.of([("9901", "东村", "village"), ("9902", "西村", "village")])
        >>> known.find("东村"), known.find("9902"), known.find("南村")
        ('9901', '9902', None)
        """
        rows = list(units)
        return cls({code: kind for code, _, kind in rows}, {code: name for code, name, _ in rows})

    def find(self, text: str) -> str | None:
        """Code of a unit by its code, or by its name if only one has it; None if there is none."""
        if text in self.kinds:
            return text
        found = [code for code, name in self.names.items() if name == text]
        return found[0] if len(found) == 1 else None

    def nearest(self, text: str) -> str:
        """Names of the most similar units with their codes; a dash if none is similar."""
        by_word = {**{code: code for code in self.names}, **{name: code for code, name in self.names.items()}}
        codes = dict.fromkeys(by_word[word] for word in get_close_matches(text, by_word, _MOST_NAMED, 0.5))
        return "、".join(f"{self.names[code]}（{code}）" for code in codes) or "—"


def find_wrong_unit(
    field: Field, value: str, campaign: Campaign, units: KnownUnits
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Code and arguments of what is wrong with the unit that a field points at."""
    kind = units.kinds.get(value)
    if kind is None:
        yield "answer.unit_unknown", {"value": value, "nearest": units.nearest(value)}
    elif field.kinds and kind not in field.kinds:
        kinds = {one.id: one.name for one in campaign.unit_kinds}
        allowed = [kinds[one] for one in field.kinds if one in kinds]
        joined = {
            lang: ("、" if lang == "zh" else ", ").join(getattr(one, lang) for one in allowed)
            for lang in ("zh", "en")
        }
        words = type(campaign.name)(zh=joined["zh"] or "—", en=joined["en"] or "—")
        yield "answer.unit_kind", {"unit": units.names[value], "kinds": words}
