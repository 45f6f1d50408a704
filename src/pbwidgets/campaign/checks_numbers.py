"""Numbers of a file that Pydantic takes though nobody counts with them: yes, 10^20, a number where a day belongs."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, get_args

from pydantic import BaseModel

from pbwidgets.campaign.findings import Address, Finding, write_address
from pbwidgets.campaign.translation import bare
from pbwidgets.intake.text import to_number

LARGEST: Final = 1e15
"""Larger whole numbers are not exact in every program that reads them."""

_WANTED: Final = {
    int: "campaign.want_whole_number",
    float: "campaign.want_number",
    date: "campaign.want_date",
}


def find_uncountable(
    data: Any, made: Any, annotation: Any = None, address: Address = ()
) -> Iterator[Finding]:
    """Findings of all such values in a file's plain data; infinities the models refuse themselves.

    Parameters
    ----------
    data
        What the file holds.
    made
        The campaign made of it, or the same part of it as ``data`` is.
    annotation
        What the model declares for that part.
    address
        Where in the file the part is.
    """
    if isinstance(data, dict):
        for key, part in data.items():
            yield from _find_in_part(part, made, key, annotation, (*address, key))
    elif isinstance(data, list | tuple) and isinstance(made, tuple):
        inner = get_args(bare(annotation))[0]
        for at, (part, item) in enumerate(zip(data, made, strict=False)):
            yield from find_uncountable(part, item, inner, (*address, at))
    elif code := _refusal(data, bare(annotation)):
        value = str(data).lower() if isinstance(data, bool) else str(data)
        args = {"at": write_address(address), "value": value, "limit": f"<= {LARGEST:.0f}"}
        yield Finding(code, address, args)


def _find_in_part(part: Any, made: Any, key: str, annotation: Any, address: Address) -> Iterator[Finding]:
    if isinstance(made, BaseModel) and key in type(made).model_fields:
        declared = type(made).model_fields[key].annotation
        yield from find_uncountable(part, getattr(made, key), declared, address)
    elif isinstance(made, dict) and key in made:
        yield from find_uncountable(part, made[key], get_args(bare(annotation))[1], address)


def _refusal(value: Any, kind: Any) -> str:
    """Code of what is wrong with one value; empty if nothing is."""
    if kind not in _WANTED or not isinstance(value, bool | int | float | str):
        return ""
    if isinstance(value, bool) or (kind is date and not isinstance(value, str)):
        return _WANTED[kind]
    size = to_number(value) if isinstance(value, str) else value
    return "campaign.out_of_range" if kind is not date and abs(size or 0) > LARGEST else ""
