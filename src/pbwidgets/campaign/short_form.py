"""A form written down shortly, as one does in a notebook, made into a form as a campaign file has it.

Short definitions are only put into the shape of a campaign file; the models and checks of campaigns read that. A name
or option in any script gets an identifier made of its own bytes, also within expressions: it is the same in every
form, cannot meet another, and can be put back into words wherever a problem names it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pbwidgets.campaign.findings import Address, Finding, spelling, write_address
from pbwidgets.campaign.model import Campaign, Form
from pbwidgets.campaign.names import places
from pbwidgets.campaign.one_form import surroundings_of
from pbwidgets.campaign.reader import validate
from pbwidgets.campaign.source import Source
from pbwidgets.errors import Problem, ProblemsError

_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_OPTION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")
_MADE: Final = re.compile(r"\bu_((?:[0-9a-f]{2})+)\b")
_REFERENCE: Final = re.compile(r"\$\{\s*([^{}]+?)\s*\}")
_QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_WORDS: Final = ("label", "hint", "constraint_message", "unit", "name")
_LIST: Final = "list_of_"  # begins what the options of a single field are called
_LOGIC: Final = ("relevant", "constraint", "calculation")


@dataclass(frozen=True)
class ShortForm:
    """A campaign that has one form, and what fields and choices were called that had to get an identifier.

    Attributes
    ----------
    campaign
        The campaign around the form.
    fields, choices
        Names by identifier.
    """

    campaign: Campaign
    fields: Mapping[str, str]
    choices: Mapping[str, str]


def read_short_form(given: Mapping[Any, Any] | Source, *, title: str = "", file: str = "") -> ShortForm:
    """Form of a short definition.

    Parameters
    ----------
    given
        Fields by name, each with its type, a list of options, or its keys as in a campaign file; or a whole form as
        in a campaign file, with ``choices`` beside its ``fields``. Plain strings are words in both languages. A
        source has lines, which problems then name.
    title
        Name of the form, if it has none.
    file
        Named in the problems of a definition without a source.

    Raises
    ------
    ProblemsError
        All that is wrong, with its place.

    Examples
    --------
    >>> read = read_short_form({"走访": {"type": "integer", "minimum": 0}, "台账": ["是", "否"]})
    >>> [item.type for item in read.campaign.forms[0].fields], read.fields["u_e8b5b0e8aebf"]
    (['integer', 'select_one'], '走访')
    """
    source = given if isinstance(given, Source) else None
    return _Reader(title or "表单", file, source).read(given.data if isinstance(given, Source) else given)


@dataclass
class _Reader:
    """A short definition on its way to a form.

    Attributes
    ----------
    choices
        Lists of choices, those of single fields as well.
    origins
        Address in the definition of what stands elsewhere in the campaign.
    """

    title: str
    file: str
    source: Source | None
    choices: dict[str, Any] = field(default_factory=dict)
    origins: dict[Address, Address] = field(default_factory=dict)

    def read(self, given: Mapping[Any, Any]) -> ShortForm:
        is_whole = "fields" in given and set(given) <= {*Form.model_fields, "choices"}
        form = _worded(given) if is_whole else {"fields": given}
        self.origins |= {("forms", 0): (), ("choices",): ("choices",)}
        if not is_whole:
            self.origins["forms", 0, "fields"] = ()
        lists = form.pop("choices", {})
        if isinstance(lists, Mapping):
            for name, items in lists.items():
                self.origins["choices", _id(name)] = ("choices", str(name))
                self.choices[_id(name)] = _options(items)
        fields = self._fields(form["fields"], ("forms", 0, "fields"))
        options = _options_by_field(fields, self.choices)
        form = {"id": "form", **_worded({"name": self.title}), "unit_kind": "unit", **form}
        form["fields"] = _with_logic(fields, options)
        campaign, findings = validate(
            surroundings_of(form, self.choices if isinstance(lists, Mapping) else lists)
        )
        if findings or campaign is None:
            raise ProblemsError([self._problem(finding) for finding in findings])
        return ShortForm(
            campaign,
            _names(place.field.id for place in places(campaign.forms[0])),
            _names(choice.id for items in campaign.choices.values() for choice in items),
        )

    def _fields(self, given: Any, at: Address) -> Any:
        if not isinstance(given, Mapping | list):
            return given
        origin = self._origin(at)
        named = given.items() if isinstance(given, Mapping) else ((n, item) for n, item in enumerate(given))
        made = []
        for place, (name, item) in enumerate(named):
            self.origins[*at, place] = (*origin, name if isinstance(given, list) else str(name))
            made.append(self._field(item, (*at, place), "" if isinstance(given, list) else str(name)))
        return made

    def _field(self, given: Any, at: Address, name: str) -> Any:
        short = "type" if isinstance(given, str) else "choices" if isinstance(given, list | tuple) else ""
        if short:
            self.origins[*at, short] = self._origin(at)
            given = {short: given}
        if not isinstance(given, Mapping):
            return given
        name = name or ("" if "id" in given else str(given.get("label", "")))
        made = _worded({"id": _id(name), "label": name, **given} if name else given)
        if isinstance(choices := made.get("choices"), list | tuple):
            listed = _LIST + "_".join(str(part) for part in at[3:] if isinstance(part, int))
            self.origins["choices", listed] = (*self._origin(at), *(() if short else ("choices",)))
            self.choices[listed] = _options(choices)
            made = {"type": "select_one", **made, "choices": listed}
        elif isinstance(choices, str):
            made["choices"] = _id(choices)
        return made | ({"fields": self._fields(made["fields"], (*at, "fields"))} if "fields" in made else {})

    def _origin(self, address: Address) -> Address:
        for length in range(len(address), 0, -1):
            if address[:length] in self.origins:
                return (*self.origins[address[:length]], *address[length:])
        return address

    def _problem(self, finding: Finding) -> Problem:
        origin = self._origin(finding.address)
        args = {key: _said(part) if isinstance(part, str) else part for key, part in finding.args.items()}
        if "nearest" in args:
            own = (part for part in args["allowed"].split(", ") if not part.startswith(_LIST))
            args |= spelling(args["value"], own)
        if self.source is not None:
            return self.source.problem(finding.code, origin, {**args, "at": write_address(origin) or "—"})
        place = write_address(origin)
        return Problem(finding.code, self.file, place, {**args, "at": place or "—"})


# -- identifiers -------------------------------------------------------------------------------------------


def _id(name: object, pattern: re.Pattern[str] = _ID) -> str:
    """The name, if it may serve as an identifier, or one made of its bytes."""
    text = str(name)
    serves = pattern.fullmatch(text) and not _MADE.fullmatch(text)
    return text if serves else f"u_{text.encode().hex()}"


def _said(text: str) -> str:
    """The text, with identifiers that were made put back into words."""
    return _MADE.sub(lambda found: bytes.fromhex(found[1]).decode(errors="replace"), text)


def _names(ids: Iterable[str]) -> dict[str, str]:
    return {made: _said(made) for made in ids if _MADE.fullmatch(made)}


def _worded(given: Mapping[Any, Any]) -> dict[str, Any]:
    """The definition, in which plain strings serve for both languages."""
    made = {str(key): value for key, value in given.items()}
    return made | {
        key: {"zh": made[key], "en": made[key]} for key in _WORDS if isinstance(made.get(key), str)
    }


def _options(items: Any) -> Any:
    """Choices, each given as its label or as in a campaign file."""
    if not isinstance(items, list | tuple):
        return items
    return [
        _worded(item)
        if isinstance(item, Mapping)
        else _worded({"id": _id(item, _OPTION), "label": str(item)})
        for item in items
    ]


# -- expressions -------------------------------------------------------------------------------------------


def _options_by_field(fields: Any, choices: Mapping[str, Any]) -> dict[str, set[str]]:
    """Identifiers of the choices of each field."""
    found: dict[str, set[str]] = {}
    for item in _definitions(fields):
        listed = choices.get(item.get("choices", ""), ())
        found[str(item.get("id"))] = {str(choice.get("id")) for choice in _definitions(listed)}
        found |= _options_by_field(item.get("fields"), choices)
    return found


def _definitions(given: Any) -> list[dict[str, Any]]:
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _with_logic(given: Any, options: Mapping[str, set[str]]) -> Any:
    """Fields whose expressions name fields and choices by identifier."""
    for item in _definitions(given):
        own = str(item.get("id"))
        item |= {key: _logic(item[key], own, options) for key in _LOGIC if isinstance(item.get(key), str)}
        _with_logic(item.get("fields"), options)
    return given


def _logic(text: str, own: str, options: Mapping[str, set[str]]) -> str:
    """The expression; a word in quotes is a choice if one of the fields named has it."""
    named = {own}

    def refer(found: re.Match[str]) -> str:
        parts = [_id(part) for part in found[1].split("/")]
        named.update(parts)
        return f"${{{'/'.join(parts)}}}"

    def quote(found: re.Match[str]) -> str:
        option = _id(found[1] or found[2] or "", _OPTION)
        return f"'{option}'" if any(option in options.get(name, ()) for name in named) else found[0]

    referred = _REFERENCE.sub(refer, text)
    return _QUOTED.sub(quote, referred)
