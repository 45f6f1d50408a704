"""Pydantic's errors as findings of our own: with codes, what is allowed, and the nearest spelling.

Pydantic knows what is wrong; an organiser needs to know which word to write instead. Where there are variants
(of rules, gates, tie-breaks) its locations name the variant as if it were a key, which the file does not have:
:func:`address_of` takes it out again.
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pbwidgets.campaign.findings import Address, Finding, spelling, write_address

_TYPES: Final = {
    "bool_parsing": "campaign.want_flag",
    "bool_type": "campaign.want_flag",
    "dict_type": "campaign.want_mapping",
    "float_parsing": "campaign.want_number",
    "float_type": "campaign.want_number",
    "finite_number": "campaign.want_number",
    "int_from_float": "campaign.want_whole_number",
    "int_parsing": "campaign.want_whole_number",
    "int_parsing_size": "campaign.want_whole_number",
    "int_type": "campaign.want_whole_number",
    "model_attributes_type": "campaign.want_mapping",
    "model_type": "campaign.want_mapping",
    "string_type": "campaign.want_text",
    "tuple_type": "campaign.want_list",
}
OWN_CODES: Final = ("campaign.tie_break_by_one", "campaign.check_by_one")
"""Codes of ours that a model raises instead of Pydantic's."""

_GONE: Final[dict[tuple[object, ...], str]] = {("tracks", "kind", "register"): "campaign.register_gone"}
"""Values that there were once, with what stands in their place."""

_LIMITS: Final = {
    "greater_than": ("gt", ">"),
    "greater_than_equal": ("ge", ">="),
    "less_than": ("lt", "<"),
    "less_than_equal": ("le", "<="),
}


def errors_of(error: ValidationError) -> list[ErrorDetails]:
    """Errors of a validation without those that only follow from others.

    To Pydantic a list whose only item is wrong is also too short.
    """
    return [
        item
        for item in error.errors(include_url=False)
        if not (item["type"] == "too_short" and isinstance(item["input"], list) and item["input"])
    ]


def translate(errors: list[ErrorDetails], model: type[BaseModel]) -> tuple[Finding, ...]:
    """Findings of the errors that ``model`` raised, in their order.

    A key that is missing because it was misspelt gives one finding, not two.
    """
    findings = [finding for error in errors for finding in _translate_one(error, model)]
    misspelt = {
        (*finding.address[:-1], finding.args["nearest"])
        for finding in findings
        if finding.code == "campaign.unknown_key"
    }
    return tuple(
        finding
        for finding in findings
        if not (finding.code == "campaign.missing_key" and finding.address in misspelt)
    )


def _translate_one(error: ErrorDetails, model: type[BaseModel]) -> Iterator[Finding]:
    kind, location = error["type"], error["loc"]
    address = address_of(location, model)
    at = write_address(address) or "—"
    if kind.startswith("union_tag") or kind in OWN_CODES:
        yield from _translate_variant(error, model, address, at)
    elif kind == "missing":
        yield Finding("campaign.missing_key", address, {"at": at, "key": str(address[-1])})
    elif kind == "extra_forbidden":
        yield _of_other_variant(location, model, address, at) or _unknown_key(
            address, at, keys_allowed(model, location[:-1])
        )
    elif kind == "literal_error":
        args = spelling(error["input"], _quoted(error["ctx"]["expected"]))
        code = _GONE.get((address[0], address[-1], error["input"]), "campaign.value_not_allowed")
        yield Finding(code, address, {"at": at, **args})
    else:
        yield _translate_value(kind, address, {"at": at, "value": _shown(error["input"])}, error)


def _unknown_key(address: Address, at: str, allowed: list[str]) -> Finding:
    return Finding("campaign.unknown_key", address, {"at": at, **spelling(address[-1], allowed)})


def _of_other_variant(
    location: tuple[int | str, ...], model: type[BaseModel], address: Address, at: str
) -> Finding | None:
    """Finding about a key that only other variants have."""
    if len(location) < 2:
        return None
    *above, variant, key = location
    variants = list(models_in(annotation_at(model, tuple(above))))
    others = [other for other in variants if key in keys_of(other)]
    if len(variants) < 2 or not others:
        return None
    chosen = next(other for other in variants if _is_variant(other, variant))
    by = next(name for name, field in keys_of(chosen).items() if variant in choices_in(field.annotation))
    allowed = [choice for other in others for choice in choices_in(keys_of(other)[by].annotation)]
    args = {"key": str(key), "by": by, "choice": str(variant), "allowed": ", ".join(allowed)}
    return Finding("campaign.key_of_other_choice", address, {"at": at, **args})


def _translate_variant(
    error: ErrorDetails, model: type[BaseModel], address: Address, at: str
) -> Iterator[Finding]:
    """Findings where the variant that is meant cannot be told."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    if not isinstance(value, dict):
        yield Finding("campaign.want_mapping", address, {"at": at, "value": _shown(value)})
    elif kind == "union_tag_invalid":
        code = "campaign.unknown_rule" if key == "name" else "campaign.value_not_allowed"
        here = (*address, key)
        args = spelling(context["tag"], _quoted(context["expected_tags"]))
        yield Finding(code, here, {"at": at if key == "name" else write_address(here), **args})
    elif key == "name":
        yield Finding("campaign.rule_without_name", address, {"at": at})
    else:
        allowed = keys_allowed(model, error["loc"])
        unknown = [part for part in value if part not in allowed]
        for part in unknown:
            here = (*address, part)
            yield _unknown_key(here, write_address(here), allowed)
        if key:
            here = (*address, key)
            yield Finding("campaign.missing_key", here, {"at": write_address(here), "key": key})
        elif not unknown:
            yield Finding(kind, address, {"at": at})


def _translate_value(kind: str, address: Address, args: dict[str, Any], error: ErrorDetails) -> Finding:
    context = error.get("ctx", {})
    if kind.startswith("campaign."):  # a model's own
        return Finding(kind, address, {"at": args["at"]})
    if kind == "string_pattern_mismatch":
        return Finding("campaign.bad_id", address, args)
    if kind in _LIMITS:
        key, sign = _LIMITS[kind]
        limit = context[key] if isinstance(context[key], str) else f"{context[key]:.16g}"  # a day is a text
        return Finding("campaign.out_of_range", address, {**args, "limit": f"{sign} {limit}"})
    if kind in ("too_short", "string_too_short"):
        return Finding("campaign.must_not_be_empty", address, {"at": args["at"]})
    if kind.startswith("date"):
        return Finding("campaign.want_date", address, args)
    if kind in _TYPES:
        return Finding(_TYPES[kind], address, args)
    return Finding("campaign.invalid", address, {**args, "cause": error["msg"]})


def address_of(location: tuple[int | str, ...], model: type[BaseModel]) -> Address:
    """Address in the file of one of Pydantic's locations: without the names of variants."""
    address: list[str | int] = []
    here: Any = model
    for part in location:
        names_variant = len(list(models_in(here))) > 1
        if part != "[key]" and not names_variant:
            address.append(part)
        here = _step(here, part)
    return tuple(address)


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _quoted(listing: str) -> list[str]:
    """Names in ``'a', 'b' or 'c'``: Pydantic gives the alternatives only as a text."""
    return listing.split("'")[1::2]


# -- walking the models --------------------------------------------------------------------------------


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a model by their keys in a file; Python cannot name a field ``for``.

    >>> from pbwidgets.campaign.model import Criterion
    >>> "for" in keys_of(Criterion)
    True
    """
    return {field.alias or name: field for name, field in model.model_fields.items() if not field.exclude}


def keys_allowed(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at one of Pydantic's locations."""
    found = annotation_at(model, location)
    return [name for part in models_in(found) for name in keys_of(part)]


def annotation_at(model: type[BaseModel], location: tuple[int | str, ...]) -> Any:
    """Annotation of what is at a location, for example a model or a text."""
    here: Any = model
    for part in location:
        here = _step(here, part)
    return here


def _step(annotation: Any, part: int | str) -> Any:
    plain = bare(annotation)
    if get_origin(plain) in (tuple, list):
        return get_args(plain)[0]
    if get_origin(plain) is dict:
        return get_args(plain)[1]
    models = list(models_in(plain))
    if len(models) > 1:
        return next((model for model in models if _is_variant(model, part)), None)
    field = keys_of(models[0]).get(str(part)) if models else None
    return None if field is None else field.annotation


def _is_variant(model: type[BaseModel], name: int | str) -> bool:
    """Whether Pydantic gives a variant this name: one of its fixed values, or a key that it has."""
    fields = keys_of(model)
    return name in fields or any(name in choices_in(field.annotation) for field in fields.values())


def bare(annotation: Any) -> Any:
    """The annotation without ``Annotated`` and ``None``."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            parts = [part for part in get_args(annotation) if part is not type(None)]
            if len(parts) != 1:
                return Union[tuple(parts)]  # noqa: UP007 -- made of a list at run time
            annotation = parts[0]
        else:
            return annotation


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models that the annotation allows."""
    plain = bare(annotation)
    if get_origin(plain) in (Union, types.UnionType):
        for part in get_args(plain):
            yield from models_in(part)
    elif isinstance(plain, type) and issubclass(plain, BaseModel):
        yield plain


def choices_in(annotation: Any) -> tuple[Any, ...]:
    """Values of a ``Literal``; none for anything else."""
    plain = bare(annotation)
    return get_args(plain) if get_origin(plain) is Literal else ()
