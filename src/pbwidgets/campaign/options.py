"""The options that a field offers, by the answers before it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from pbwidgets.campaign.expressions import parse
from pbwidgets.campaign.model import Campaign, Choice, Field

NAME_OF_OPTION: Final = "name"
"""What a ``choice_filter`` calls the id of an option."""


def options_of(
    field: Field, campaign: Campaign, names: Mapping[str, object], *, today: date | None = None
) -> tuple[Choice, ...]:
    """Options of a select field for which its filter holds; all of them if it has none.

    Parameters
    ----------
    field, campaign
        The field and its campaign; a field without choices has no options.
    names
        Values of the form's fields by the names that an expression may use there.
    today
        What ``today()`` gives.

    Examples
    --------
    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> words = lambda text: {"zh": text, "en": text}
    >>> villages = [{"id": "v1", "label": words("东村"), "attributes": {"town": "t1"}},
    ...             {"id": "v2", "label": words("西村"), "attributes": {"town": "t2"}}]
    >>> village = {"id": "village", "type": "select_one", "label": words("村"), "choices": "villages",
    ...            "choice_filter": "town = ${town}"}
    >>> form = {"id": "f", "name": words("表"), "unit_kind": "unit", "fields": [village]}
    >>> campaign = campaign_around(form, {"villages": villages})
    >>> [choice.id for choice in options_of(campaign.forms[0].fields[0], campaign, {"town": "t2"})]
    ['v2']
    """
    listed = campaign.choices.get(field.choices or "", ())
    if field.choice_filter is None:
        return listed
    expression = parse(field.choice_filter, of_options=True)
    return tuple(
        choice for choice in listed if expression.holds({**names, **_attributes_of(choice)}, today=today)
    )


def _attributes_of(choice: Choice) -> dict[str, object]:
    return {f"@{key}": text for key, text in {**choice.attributes, NAME_OF_OPTION: choice.id}.items()}
