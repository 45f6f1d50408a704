"""Mistakes in what the documents of a campaign say of their sender, and in the files that they are made from."""

import re
from collections.abc import Iterator
from typing import Final, get_args

from pbwidgets.campaign.definition import ASKED
from pbwidgets.campaign.findings import Finding, unknown
from pbwidgets.campaign.model import Campaign, DocumentName, Office

TEMPLATE_NAMES: Final[tuple[str, ...]] = get_args(DocumentName)
"""What a template can be for."""

UNIT: Final = "unit"
"""The unit at the top, in the name of a sender."""

_PLACEHOLDER: Final = re.compile(
    r"[XxＸｘ×*＊○〇_＿]{2,}|[（(〔\[]\s*[）)〕\]]|〕\s*号|年\s*月\s*日|待定|待填"
)
_WITH_YEAR: Final = re.compile(r"[〔\[（(]|\d{4}|号")
_TEMPLATE: Final = re.compile(r"templates/[^/\\:*?\"<>|\s.][^/\\:*?\"<>|\n]*\.(docx|pptx)")


def is_placeholder(text: str) -> bool:
    """Whether a text stands for one that somebody has yet to write: ``XX县``, ``____``, ``〔  〕``.

    >>> [is_placeholder(text) for text in ("中共××县委", "〔 〕", "中共云溪演示县委组织部")]
    [True, True, False]
    """
    return bool(_PLACEHOLDER.search(text))


def find_in_office(campaign: Campaign) -> Iterator[Finding]:
    """Values that stand for a value, a number that would be that of every document, templates of nothing."""
    if (office := campaign.office) is None:
        return
    for name in ASKED.findall(office.sender or ""):
        if name != UNIT:
            yield unknown("campaign.unknown_name", ("office", "sender"), name, (UNIT,))
    for address, text in _texts(office):
        if is_placeholder(text):
            yield Finding("campaign.office_placeholder", ("office", *address), {"value": text})
    if office.number and _WITH_YEAR.search(office.number):
        yield Finding("campaign.office_number", ("office", "number"), {"value": office.number})
    for name, path in office.templates.items():
        address = ("office", "templates", name)
        ending = "pptx" if name == "slides" else "docx"
        if name not in TEMPLATE_NAMES:
            yield unknown("campaign.unknown_template", address, name, TEMPLATE_NAMES)
        elif (found := _TEMPLATE.fullmatch(path)) is None or found[1] != ending:
            yield Finding("campaign.template_path", address, {"value": path, "name": name, "ending": ending})


def _texts(office: Office) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key in ("sender", "number", "contact", "phone"):
        if text := getattr(office, key):
            yield (key,), text
    for key in ("recipients", "copies"):
        for at, text in enumerate(getattr(office, key)):
            yield (key, at), text
