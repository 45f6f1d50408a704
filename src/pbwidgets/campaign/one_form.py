"""The smallest campaign around one form, in which the form can be checked and filled in as in any other."""

from collections.abc import Mapping
from typing import Any

from pbwidgets.campaign.model import Campaign, Choice


def surroundings_of(form: Mapping[str, Any], choices: object) -> dict[str, Any]:
    """Data of a campaign that has only this form; the form stands at ``("forms", 0)``.

    Parameters
    ----------
    form
        Data of the form as in a campaign file, right or wrong.
    choices
        Lists of choices by name, right or wrong.
    """
    words = {"zh": "表单", "en": "Form"}
    named, level = form.get("unit_kind", "unit"), form.get("filled_by")
    kinds = [str(kind) for kind in (named if isinstance(named, list | tuple) else [named])] or ["unit"]
    check = {"id": "always", "name": words, "when": "1 = 1"}  # a campaign has a track, and a track a check
    return {
        "format": 1,
        "id": "form",
        "name": words,
        "summary": words,
        "unit_kinds": [{"id": kind, "name": words} for kind in dict.fromkeys(kinds)],
        "partition_by": kinds[0],
        "periods": [{"id": "1", "begins": "2000-01-01", "ends": "2000-12-31"}],
        "review_levels": [{"id": level, "name": words, "unit_kind": kinds[0]}] if level else [],
        "choices": choices,
        "forms": [form],
        "tracks": [
            {"id": "form", "name": words, "kind": "checklist", "unit_kind": kinds[0], "checks": [check]}
        ],
    }


def campaign_around(form: Mapping[str, Any], choices: Mapping[str, tuple[Choice, ...]]) -> Campaign:
    """Campaign that has only this form.

    Raises
    ------
    pydantic.ValidationError
        If the form or a choice is not shaped as in a campaign file.
    """
    return Campaign.model_validate(surroundings_of(form, dict(choices)))
