"""Pydantic's errors as findings of our own: with codes, what is allowed, and the nearest spelling.

Pydantic knows what is wrong; an organiser needs to know which word to write instead. Its locations name the
variant of a rule as if it were a key, which the file does not have: :func:`address_of` takes it out again.
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
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
_LIMITS: Final = {
    "greater_than": ("gt", ">"),
    "greater_than_equal": ("ge", ">="),
    "less_than": ("lt", "<"),
    "less_than_equal": ("le", "<="),
}


def errors_of(error: ValidationError) -> list[ErrorDetails]:
    """Errors of a validation without those that only follow from others.

    A list whose only item is wrong is too short to Pydantic as well.
    """
    return [
        item
        for item in error.errors(include_url=False)
        if not (item["type"] == "too_short" and isinstance(item["input"], list) and item["input"])
    ]


def translate(errors: list[ErrorDetails], model: type[BaseModel], data: object) -> tuple[Finding, ...]:
    """Findings of the errors that ``model`` raised on ``data``, in the order of the errors.

    A key that is missing because it was misspelt gives one finding, not two.
    """
    findings = [_translate_one(error, model, data) for error in errors]
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


def _translate_one(error: ErrorDetails, model: type[BaseModel], data: object) -> Finding:
    kind, location, context = error["type"], error["loc"], error.get("ctx", {})
    address = address_of(location, data)
    at = write_address(address) or "—"
    value = _shown(error["input"])
    if kind == "missing":
        return Finding("campaign.missing_key", address, {"at": at, "key": str(address[-1])})
    if kind == "extra_forbidden":
        allowed = keys_allowed(model, location[:-1])
        return Finding("campaign.unknown_key", address, {"at": at, **spelling(address[-1], allowed)})
    if kind == "union_tag_invalid":
        args = spelling(context["tag"], _quoted(context["expected_tags"]))
        return Finding("campaign.unknown_rule", (*address, "name"), {"at": at, **args})
    if kind == "union_tag_not_found":
        return Finding("campaign.rule_without_name", address, {"at": at})
    if kind == "literal_error":
        args = spelling(error["input"], _quoted(context["expected"]))
        return Finding("campaign.value_not_allowed", address, {"at": at, **args})
    return _translate_value(kind, address, {"at": at, "value": value}, error)


def _translate_value(kind: str, address: Address, args: dict[str, Any], error: ErrorDetails) -> Finding:
    context = error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return Finding("campaign.bad_id", address, args)
    if kind in _LIMITS:
        key, sign = _LIMITS[kind]
        return Finding("campaign.out_of_range", address, {**args, "limit": f"{sign} {context[key]:g}"})
    if kind in ("too_short", "string_too_short"):
        return Finding("campaign.must_not_be_empty", address, {"at": args["at"]})
    if kind.startswith("date"):
        return Finding("campaign.want_date", address, args)
    if kind in _TYPES:
        return Finding(_TYPES[kind], address, args)
    return Finding("campaign.invalid", address, {**args, "cause": error["msg"]})


def address_of(location: tuple[int | str, ...], data: object) -> Address:
    """Address in the file of one of Pydantic's locations: without the names of variants."""
    address: list[str | int] = []
    here = data
    for at, part in enumerate(location):
        if isinstance(here, dict) and part not in here and here.get("name") == part:
            continue  # the variant that Pydantic chose by `name`
        if part == "[key]":
            continue
        address.append(part)
        here = _part_of(here, part)
        if here is _NOTHING:
            address.extend(rest for rest in location[at + 1 :] if rest != "[key]")
            break
    return tuple(address)


_NOTHING: Final = object()


def _part_of(here: object, part: int | str) -> object:
    if isinstance(here, dict):
        return here.get(part, _NOTHING)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return _NOTHING


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _quoted(listing: str) -> list[str]:
    """Names in ``'a', 'b' or 'c'``: Pydantic gives the alternatives only as a text."""
    return listing.split("'")[1::2]


# -- walking the models --------------------------------------------------------------------------------


def keys_allowed(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys that may stand at a location of Pydantic's."""
    found = annotation_at(model, location)
    return [name for part in models_in(found) for name in part.model_fields]


def annotation_at(model: type[BaseModel], location: tuple[int | str, ...]) -> Any:
    """Annotation of what stands at a location: for example a model or a text."""
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
    for candidate in models:
        if part in candidate.model_fields and len(models) == 1:
            return candidate.model_fields[str(part)].annotation
        if len(models) > 1 and get_args(candidate.model_fields["name"].annotation) == (part,):
            return candidate
    return None


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
