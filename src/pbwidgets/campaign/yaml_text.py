"""A campaign as the text of a campaign file: keys in the order of the model, small mappings on one line.

Written as a person would write it, since a person edits it next: default values are left out, words
that other YAML readers take for something else (``yes``, ``2026``) are quoted, and blank lines separate sections and
the items of long sections. Comments of an earlier file are not part of a campaign and are lost.
"""

import io
import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.campaign.model import Campaign, Choice, Form
from pbwidgets.campaign.schema import SCHEMA_FILE

if TYPE_CHECKING:
    from ruamel.yaml import YAML

LONGEST_LINE: Final = 240  # a field with its words in both languages still fits on one line
_LONGEST_WORDS: Final = 110
_NEVER_WRAP: Final = 1_000_000
_APART: Final = ("forms", "tracks")
_LAST: Final = ("fields", "criteria")
_OPEN: Final = (
    "unit_kinds", "periods", "phases", "review_levels", "forms", "tracks", "criteria", "gates", "recommendations",
    "nomination", "award",
)  # fmt: skip
"""Keys whose mappings take one line for each key, however short they are."""

_PLAIN: Final = re.compile(
    r"[^\W\d_][^:#,\[\]{}&*!|>'\"%@`\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]*", re.UNICODE
)
_TAKEN_WORDS: Final = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf")


def to_yaml(campaign: Campaign) -> str:
    """Text of a campaign file that reads back as the same campaign.

    Parameters
    ----------
    campaign
        Any campaign.

    Returns
    -------
    str
        YAML whose first line names the schema for editors.
    """
    yaml = _make_writer()
    dumped = campaign.model_dump(mode="python", exclude_defaults=True)
    parts = [f"# yaml-language-server: $schema={SCHEMA_FILE}\n"]
    parts += [_write_section(yaml, key, value) for key, value in dumped.items()]
    return "".join(parts)


def replace_section(text: str, key: str, campaign: Campaign) -> str:
    """Text of a campaign file with one of its sections as a campaign has it; all else stays, comments too.

    Parameters
    ----------
    text
        A campaign file that has the section.
    key
        A top key, for example ``periods``.
    campaign
        The campaign that has the new section.
    """
    value = campaign.model_dump(mode="python", exclude_defaults=True)[key]
    section = _write_section(_make_writer(), key, value).strip("\n") + "\n"
    return re.sub(rf"^{key}:.*\n(?:[ #-].*\n|\n(?=[ \n]))*", lambda _: section, text, flags=re.MULTILINE)


def form_to_yaml(form: Form, choices: Mapping[str, tuple[Choice, ...]]) -> str:
    """Text of one form with its lists of choices, as the sections ``choices`` and ``forms`` of a campaign file.

    Parameters
    ----------
    form
        Any form.
    choices
        The lists of choices that it uses.
    """
    yaml = _make_writer()
    sections: dict[str, Any] = {}
    if choices:
        sections["choices"] = {
            name: [choice.model_dump(mode="python", exclude_defaults=True) for choice in listed]
            for name, listed in choices.items()
        }
    sections["forms"] = [form.model_dump(mode="python", exclude_defaults=True)]
    return "".join(_write_section(yaml, key, value) for key, value in sections.items()).lstrip("\n")


def _write_section(yaml: "YAML", key: str, value: Any) -> str:
    """A top key of the file with everything under it, after a blank line if it is long."""
    text = _write(yaml, {key: _styled(value, key)})
    if key in _APART:
        text = re.sub(r"\n(?=  - id:)", "\n\n", text).replace(":\n\n", ":\n", 1)
    long = isinstance(value, dict | list | tuple) and text.count("\n") > 1 and key != "summary"
    return f"\n{text}" if long else text


def _make_writer() -> "YAML":
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = _NEVER_WRAP
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _write(yaml: "YAML", value: Any) -> str:
    made = io.StringIO()
    yaml.dump(value, made)
    return made.getvalue()


def _styled(value: Any, key: str) -> Any:
    """The value in ruamel's own types, which say how each part is written; ``key`` is the one above it."""
    if isinstance(value, dict):
        return _mapping(value, key)
    if isinstance(value, list | tuple):
        return _sequence(value, key)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _mapping(value: dict[str, Any], key: str) -> Any:
    from ruamel.yaml.comments import CommentedMap

    made = CommentedMap()
    # keys with further lines come last, or a short key would end up far below its mapping's first line
    for name in sorted(value, key=lambda name: name in _LAST and key != "choices"):
        made[_text(name)] = _styled(value[name], key if key == "choices" else name)
    longest = _LONGEST_WORDS if set(value) == {"zh", "en"} else LONGEST_LINE
    if not _stands_open(value, key) and _length(value) <= longest:
        made.fa.set_flow_style()
    return made


def _stands_open(value: dict[str, Any], key: str) -> bool:
    if key == "fields":
        return "fields" in value
    if key == "layers":
        return "sources" in value or "name" in value
    return key in _OPEN


def _sequence(value: list[Any] | tuple[Any, ...], key: str) -> Any:
    from ruamel.yaml.comments import CommentedSeq

    made = CommentedSeq(_styled(part, key) for part in value)
    if not any(isinstance(part, dict) for part in value):
        made.fa.set_flow_style()
    return made


def _length(value: Any) -> int:
    """Approximate number of characters that the value takes on one line."""
    if isinstance(value, dict):
        return 2 + sum(len(name) + 4 + _length(part) for name, part in value.items())
    if isinstance(value, list | tuple):
        return 2 + sum(2 + _length(part) for part in value)
    return len(value.isoformat() if isinstance(value, date) else str(value))


def _text(value: str) -> Any:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    plain = _PLAIN.fullmatch(value) and not value.endswith((" ", "-")) and value.lower() not in _TAKEN_WORDS
    return value if plain else DoubleQuotedScalarString(value)
