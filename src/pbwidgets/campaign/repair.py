"""A wrong file made readable, so that everything else in it can be checked in the same run.

What Pydantic refused is replaced by something it accepts. The result is only used for checks, and
findings that rest on a replaced part are dropped, since they may only be consequences of the replacement.
"""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pbwidgets.campaign.findings import Address, Finding
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.translation import (
    address_of,
    annotation_at,
    bare,
    choices_in,
    errors_of,
    keys_of,
    models_in,
)

_ROUNDS: Final = 6  # a replacement can uncover a further error: an unknown rule, then its arguments


def repair(data: Mapping[str, Any], errors: list[ErrorDetails]) -> tuple[Campaign | None, frozenset[Address]]:
    """A campaign of data with errors, and the addresses of what was replaced; None if that is not possible."""
    patched = copy.deepcopy(dict(data))
    replaced: set[Address] = set()
    for _ in range(_ROUNDS):
        for error in sorted(errors, key=lambda error: len(error["loc"])):
            address = address_of(error["loc"], Campaign)
            replaced.add(address)
            if not _replace(patched, address, error):
                return None, frozenset(replaced)
        try:
            return Campaign.model_validate(patched), frozenset(replaced)
        except ValidationError as again:
            errors = errors_of(again)
    return None, frozenset(replaced)


def untouched(finding: Finding, replaced: frozenset[Address]) -> bool:
    """Whether a finding rests on nothing that was replaced."""
    return not any(
        _within(finding.address, address)
        or any(_within(address, base) or _within(base, address) for base in finding.rests_on)
        for address in replaced
    )


def _within(inner: Address, outer: Address) -> bool:
    return inner[: len(outer)] == outer


def _replace(data: dict[str, Any], address: Address, error: ErrorDetails) -> bool:
    if not address:
        return False
    around: Any = data
    for part in address[:-1]:
        try:
            around = around[part]
        except (KeyError, IndexError, TypeError):
            return True  # was inside something that an earlier replacement took away
    last = address[-1]
    if error["type"] == "extra_forbidden" or _may_be_absent(error["loc"]):
        return _take_out(around, last)
    try:
        around[last] = _stand_in(annotation_at(Campaign, error["loc"]))
    except (LookupError, TypeError):
        return False
    return True


def _take_out(around: Any, last: str | int) -> bool:
    if not isinstance(around, dict):
        return False
    around.pop(last, None)
    return True


def _may_be_absent(location: tuple[int | str, ...]) -> bool:
    models = list(models_in(annotation_at(Campaign, location[:-1])))
    if len(models) != 1:
        return False
    field = keys_of(models[0]).get(str(location[-1]))
    return field is not None and not field.is_required()


def _stand_in(annotation: Any) -> Any:
    if choices := choices_in(annotation):
        return choices[0]
    models = list(models_in(annotation))
    if models:  # the first of several variants
        return _stand_in_model(models[0])
    plain = bare(annotation)
    if plain is date:
        return date(2000, 1, 1)
    if getattr(plain, "__origin__", None) is tuple:
        return [_stand_in(plain.__args__[0])]
    return {str: "unreadable", int: 1, float: 1.0, bool: False}[plain]


def _stand_in_model(model: type[BaseModel]) -> dict[str, Any]:
    return {
        name: _stand_in(field.annotation) for name, field in keys_of(model).items() if field.is_required()
    }
