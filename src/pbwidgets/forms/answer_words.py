"""Answers in words for people."""

from collections.abc import Callable, Mapping

from pbwidgets.campaign.model import Campaign, Field, Form
from pbwidgets.campaign.values import UPLOADS, to_text
from pbwidgets.wording import say

NameFile = Callable[[str], str]
NameUnit = Callable[[str], str]


def word_answer(
    field: Field,
    answer: object,
    campaign: Campaign,
    lang: str,
    name_file: NameFile | None = None,
    name_unit: NameUnit | None = None,
) -> str:
    """Answer with the labels of its choices and its unit; empty if there is none.

    Parameters
    ----------
    field, answer
        The field and its answer, right or wrong.
    campaign
        Holds the choices.
    lang
        Language.
    name_file
        Gives the name of a token's file; without it, files are counted.
    name_unit
        Gives the name of a unit's code; without it, the code stands for the unit.
    """
    if answer is None or answer in ("", []):
        return ""
    items = [str(item) for item in answer] if isinstance(answer, list) else []
    if field.type in UPLOADS:
        if name_file is None:
            return say("forms.files_counted", lang, count=len(items))
        return say("forms.separator", lang).join(name_file(token) for token in items)
    if field.type == "unit" and name_unit is not None:
        return say("forms.separator", lang).join(name_unit(item) for item in items or [str(answer)])
    if field.choices is not None:
        labels = {choice.id: choice.label.words(lang) for choice in campaign.choices[field.choices]}
        wanted = items or [str(answer)]
        return say("forms.separator", lang).join(labels.get(item, item) for item in wanted)
    unit = field.unit.words(lang) if field.unit else ""
    return f"{to_text(answer)} {unit}".strip()


def word_title(
    form: Form,
    answers: Mapping[str, object],
    occurrence: int,
    campaign: Campaign,
    lang: str,
    name_unit: NameUnit,
) -> str:
    """What an entry of a log is called: the answer that the form calls its entries by, or its number."""
    field = next((field for path, field in form.leaves() if path == form.title), None)
    called = word_answer(field, answers.get(field.id), campaign, lang, name_unit=name_unit) if field else ""
    return called or say("fill.entry_number", lang, number=occurrence)
