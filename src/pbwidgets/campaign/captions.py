"""Labels, hints and options of a form with the answers that they show: ``${village}的党员数``."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from pbwidgets.campaign.definition import ASKED, BLANK, Text
from pbwidgets.campaign.model import Campaign, Choice, Field, Form
from pbwidgets.campaign.names import bare_columns
from pbwidgets.campaign.options import options_of
from pbwidgets.campaign.values import to_text
from pbwidgets.wording import say


class Captions:
    """The words of a form, with what has been answered so far filled in; what is not answered is a blank.

    Parameters
    ----------
    form, campaign
        The form and its campaign.
    names
        Function from a repeat (empty outside repeats) and a row of it to the values of fields by the names that
        an expression may use there; :func:`captions_of` makes it of answers.
    today
        What ``today()`` gives in filters.

    Examples
    --------
    >>> from pbwidgets.campaign.answers import captions_of
    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> words = lambda text: {"zh": text, "en": text}
    >>> village = {"id": "village", "type": "text", "label": words("村名")}
    >>> members = {"id": "members", "type": "integer", "label": words("${village}的党员数")}
    >>> form = {"id": "f", "name": words("表"), "unit_kind": "unit", "fields": [village, members]}
    >>> campaign = campaign_around(form, {})
    >>> captions = captions_of(campaign.forms[0], campaign, {"village": "东村"})
    >>> asked = campaign.forms[0].fields[1]
    >>> captions.field(asked).label.zh, asked.label.words("zh_CN")
    ('东村的党员数', '____的党员数')
    """

    def __init__(
        self,
        form: Form,
        campaign: Campaign,
        names: Callable[[str, int], Mapping[str, Any]],
        *,
        today: date | None = None,
    ) -> None:
        self._form, self._campaign, self._today = form, campaign, today
        self._names = names

    def field(self, field: Field, repeat: str = "", row: int | None = 0) -> Field:
        """The field with its label, hint and message filled in, in a row of a repeat or outside repeats.

        Without a row, as over a column of a table, answers of the row itself are blanks.
        """
        words = {key: getattr(field, key) for key in ("label", "hint", "constraint_message")}
        filled = {key: self.fill(text, repeat, row) for key, text in words.items() if asks_for_answers(text)}
        return field.model_copy(update=filled) if filled else field

    def options(self, field: Field, repeat: str = "", row: int = 0) -> tuple[Choice, ...]:
        """The options that a field offers there, with their labels filled in."""
        if field.choices is None:
            return ()
        names = self._names(repeat, row) if field.choice_filter is not None else {}
        return tuple(
            choice.model_copy(update={"label": self.fill(choice.label, repeat, row)})
            if asks_for_answers(choice.label)
            else choice
            for choice in options_of(field, self._campaign, names, today=self._today)
        )

    def fill(self, text: Text, repeat: str = "", row: int | None = 0) -> Text:
        """A text with answers in the place of references."""
        if not asks_for_answers(text):
            return text
        names = self._names(repeat, row) if row is not None else self._names("", 0)
        if row is None:
            names = {name: None if isinstance(value, list) else value for name, value in names.items()}
        return Text(
            zh=self._filled(text.zh, names, repeat, "zh_CN"), en=self._filled(text.en, names, repeat, "en")
        )

    def _filled(self, text: str, names: Mapping[str, Any], repeat: str, lang: str) -> str:
        def word(name: str) -> str:
            field = self._fields.get(f"{repeat}/{name}") or self._fields.get(name)
            value = names.get(name)
            labels = {choice.id: choice.label for choice in self._campaign.choices.get(_list_of(field), ())}
            items = [
                item for item in (value if isinstance(value, list) else [value]) if item not in (None, "")
            ]
            said = [labels[item].words(lang) if item in labels else to_text(item) for item in items]
            return say("campaign.separator", lang).join(said) or BLANK

        return ASKED.sub(lambda found: word(found[1]), text)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        found = dict(self._form.leaves())
        return {**{name: found[path] for name, path in bare_columns(self._form).items()}, **found}


def asks_for_answers(text: Text | None) -> bool:
    """Whether a text shows answers."""
    return text is not None and ("${" in text.zh or "${" in text.en)


def _list_of(field: Field | None) -> str:
    return field.choices or "" if field is not None else ""
