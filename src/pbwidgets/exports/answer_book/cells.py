"""One answer and its cell: what is written, and what a text that was read means."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final

from pbwidgets.campaign import Campaign, Field
from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.pointing import KnownUnits
from pbwidgets.campaign.values import NONE, UPLOADS, ValueRefusedError, to_answer, to_text
from pbwidgets.intake.table import Kind
from pbwidgets.intake.text import clean_text, plain_heading, to_number
from pbwidgets.wording import LANGUAGES, say

_SEPARATORS: Final = re.compile(r"[、，,；;/／|\n]+")
_CODE_BEHIND: Final = re.compile(r"[（(](?P<code>[0-9A-Za-z]+)[)）]\s*$")
_MOST_NAMED: Final = 5
KINDS: Final[Mapping[str, Kind]] = {"integer": "number", "decimal": "number", "date": "date"}
"""How the table room reads the cells of a field; all others as text."""


class CellRefusedError(ValueError):
    """A cell that cannot be read; ``code`` and ``args_of_message`` say why."""

    def __init__(self, code: str, **args: object) -> None:
        super().__init__(code)
        self.code, self.args_of_message = code, args


class Cells:
    """Answers in the cells of a campaign's workbook, in a language.

    Examples
    --------
    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> words = lambda text: {"zh": text, "en": text}
    >>> field = {"id": "ways", "type": "select_multiple", "label": words("做法"), "choices": "ways"}
    >>> options = [{"id": "a", "label": words("承诺")}, {"id": "b", "label": words("设岗")}]
    >>> form = {"id": "f", "name": words("表"), "unit_kind": "unit", "fields": [field]}
    >>> campaign = campaign_around(form, {"ways": options})
    >>> cells, field = Cells(campaign, "zh_CN"), campaign.forms[0].fields[0]
    >>> cells.write(field, ["a", "b"]), cells.read(field, "设岗；承诺")
    ('承诺、设岗', ['b', 'a'])
    """

    def __init__(self, campaign: Campaign, lang: str, units: KnownUnits | None = None) -> None:
        self._campaign, self._lang = campaign, lang
        self._units = KnownUnits({}, {}) if units is None else units

    def write(self, field: Field, answer: object) -> str | float | date | None:
        """What the cell of an answer holds, right or wrong; None if there is none."""
        if answer is None or answer in ("", []):
            return None
        if field.type in UPLOADS:
            count = len(answer) if isinstance(answer, list) else 1
            return say("exchange.files", self._lang, count=count)
        if field.type == "repeat":
            if answer == NONE:
                return self.none_word
            return say("exchange.rows", self._lang, count=len(answer)) if isinstance(answer, list) else None
        if field.choices is not None:
            chosen = answer if isinstance(answer, list) else [answer]
            labels = self.labels(field)
            return say("campaign.separator", self._lang).join(
                labels.get(str(item), str(item)) for item in chosen
            )
        if field.type == "unit":
            pointed = answer if isinstance(answer, list) else [answer]
            return say("campaign.separator", self._lang).join(self.name_unit(str(code)) for code in pointed)
        if field.type == "date":
            return _to_date(str(answer))
        if isinstance(answer, int | float) and not isinstance(answer, bool):
            return answer
        return to_text(answer)

    def written(self, field: Field, answer: object) -> str:
        """Text that is read from a cell which nobody has changed."""
        value = self.write(field, answer)
        if isinstance(value, date):
            return value.isoformat()
        return "" if value is None else clean_text(to_text(value))

    def read(self, field: Field, text: str) -> Any:
        """Answer that a text means, None if it is empty.

        Raises
        ------
        CellRefusedError
            If it means no answer of the field.
        """
        if not text:
            return None
        if field.type == "repeat":
            return self._read_none(field, text)
        if field.type == "select_multiple":
            return [self._find(field, part) for part in map(clean_text, _SEPARATORS.split(text)) if part]
        if field.choices is not None:
            return self._find(field, text)
        if field.type == "unit":
            return self._find_unit(field, text)
        number = to_number(text) if field.type in ("integer", "decimal") else None
        try:
            return to_answer(field, text if number is None else number)
        except ValueRefusedError as error:
            raise CellRefusedError(error.code, value=text, label=field.label) from None

    def name_unit(self, code: str) -> str:
        """Name of a unit; with its code behind where another has the same; the code of one that is not known."""
        name = self._units.names.get(code, code)
        return name if len(self._by_name.get(plain_heading(name), ())) < 2 else f"{name}（{code}）"

    def list_units(self, field: Field) -> list[str]:
        """Names of the units that a field may point at."""
        allowed = [code for code, kind in self._units.kinds.items() if not field.kinds or kind in field.kinds]
        return [self.name_unit(code) for code in allowed]

    def labels(self, field: Field) -> Mapping[str, str]:
        """Labels of a field's options by their ids; those that several options share with the id behind."""
        name = field.choices or ""
        if name not in self._labels:
            listed = self._campaign.choices.get(name, ())
            words = [choice.label.words(self._lang) for choice in listed]
            self._labels[name] = {
                choice.id: word if words.count(word) == 1 else f"{word} ({choice.id})"
                for choice, word in zip(listed, words, strict=True)
            }
        return self._labels[name]

    @cached_property
    def none_word(self) -> str:
        """What answers a repeat with "none of these"."""
        return say("exchange.none", self._lang)

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def _found(self) -> dict[str, dict[str, str]]:
        return {}

    def _ids(self, field: Field) -> dict[str, str]:
        """Ids of a field's options by their labels in any language, and by themselves."""
        name = field.choices or ""
        if name not in self._found:
            listed = self._campaign.choices.get(name, ())
            found = {plain_heading(choice.id): choice.id for choice in listed}
            for lang in LANGUAGES:
                found |= {plain_heading(choice.label.words(lang)): choice.id for choice in reversed(listed)}
            shared = self.labels(field)
            self._found[name] = found | {plain_heading(word): key for key, word in shared.items()}
        return self._found[name]

    def _find(self, field: Field, text: str) -> str:
        found = self._ids(field).get(plain_heading(text))
        if found is None:
            args = spelling(text, self.labels(field).values())
            raise CellRefusedError("exchange.unknown_choice", label=field.label, **args)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Codes of units by their names."""
        found: dict[str, list[str]] = {}
        for code, name in self._units.names.items():
            found.setdefault(plain_heading(name), []).append(code)
        return found

    def _find_unit(self, field: Field, text: str) -> str:
        """Code of a unit by its name, its code, or both; of a kind that the field asks for where several fit."""
        known = self._units
        behind = _CODE_BEHIND.search(text)
        for code in (text, behind["code"] if behind else ""):
            if code in known.kinds:
                return code
        found = self._by_name.get(plain_heading(text), [])
        fitting = [code for code in found if not field.kinds or known.kinds[code] in field.kinds]
        if len(fitting or found) == 1:
            return (fitting or found)[0]
        if found:
            near = "、".join(f"{known.names[code]}（{code}）" for code in (fitting or found)[:_MOST_NAMED])
            raise CellRefusedError("exchange.ambiguous_unit", label=field.label, nearest=near)
        raise CellRefusedError("exchange.unknown_name", label=field.label, nearest=known.nearest(text))

    def _read_none(self, field: Field, text: str) -> str | None:
        """Answer "none of these"; None for a number of rows, which are on their own sheet."""
        if plain_heading(text) in {plain_heading(say("exchange.none", lang)) for lang in LANGUAGES}:
            return NONE
        if text.strip("0123456789") in {say("exchange.rows", lang, count="") for lang in LANGUAGES}:
            return None
        raise CellRefusedError("exchange.not_none", label=field.label)


def _to_date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
