"""A YAML file as plain data, with the line of every key and item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pbwidgets.campaign.findings import Address, write_address
from pbwidgets.errors import Problem
from pbwidgets.intake.text import clean_name, drop_unmeant, removed_signs

MOST_NODES: Final = 200_000  # aliases can make a small file unfold to any size
MOST_SIGNS: Final = 1_000_000  # some ten seconds of reading; our longest file has 60,000


@dataclass(frozen=True)
class Source:
    """What a YAML file holds.

    Attributes
    ----------
    file
        The file, as the user named it.
    data
        Mappings, lists, texts, numbers, dates; a mapping, since all our files are mappings.
    lines
        Line, from 1, of every key and item by its address.
    notes
        What was removed from its texts.
    """

    file: str
    data: dict[str, Any]
    lines: Mapping[Address, int]
    notes: tuple[Problem, ...] = ()

    def line(self, address: Address) -> int:
        """Line of an address, or of the nearest thing around it that is in the file."""
        while address and address not in self.lines:
            address = address[:-1]
        return self.lines.get(address, 1)

    def problem(self, code: str, address: Address, args: Mapping[str, Any]) -> Problem:
        """Problem at an address, with its line; messages may name the address as ``at``."""
        return Problem(code, self.file, str(self.line(address)), {"at": write_address(address), **args})


def read_source(path: Path) -> tuple[Source | None, tuple[Problem, ...]]:
    """Content of a YAML file and all problems of its form.

    The content is None if nothing can be made of the file; repeated keys are problems as well, and the first one
    is taken so that the rest can be checked.
    """
    text, problem = read_text(path)
    if problem:
        return None, (problem,)
    return parse_source(text, str(path))


def parse_source(text: str, file: str) -> tuple[Source | None, tuple[Problem, ...]]:
    """Content of a YAML text and all problems of its form; ``file`` is named in the problems."""
    if len(text) > MOST_SIGNS:
        return None, (_too_long(file),)
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    notes = []
    if not text.isprintable():  # ruamel reads no such character, unless it is written as an escape
        lines = text.split("\n")
        clean = list(map(drop_unmeant, lines))
        notes = [
            _removed(file, line, signs, after)
            for line, (before, after) in enumerate(zip(lines, clean, strict=True), start=1)
            if (signs := removed_signs(before, after))
        ]
        text = "\n".join(clean)
    yaml = YAML(typ="safe", pure=True)
    unfold = _Unfold(file, yaml.constructor)
    try:
        root = yaml.compose(text)
        if root is None:
            return None, (Problem("campaign.file_empty", file),)
        data = unfold.value(root, ())
    except MarkedYAMLError as error:
        return None, (_syntax_problem(file, error),)
    except (YAMLError, RecursionError) as error:
        return None, (Problem("campaign.bad_yaml", file, "1", {"cause": type(error).__name__}),)
    except _TooBigError:
        return None, (Problem("campaign.file_too_big", file, "1", {"most": MOST_NODES}),)
    if not isinstance(data, dict):
        return None, (*unfold.problems, Problem("campaign.file_not_mapping", file, "1"))
    notes = sorted([*notes, *unfold.notes], key=lambda note: int(note.place))
    return Source(file, data, MappingProxyType(unfold.lines), tuple(notes)), tuple(unfold.problems)


def read_text(path: Path) -> tuple[str, Problem | None]:
    """Text of a YAML file, or the reason why it cannot be read."""
    if path.is_dir():
        return "", Problem("campaign.file_is_folder", str(path))
    try:
        if path.stat().st_size > 4 * MOST_SIGNS:  # bytes of a sign in UTF-8
            return "", _too_long(str(path))
        content = path.read_bytes()
    except FileNotFoundError:
        return "", Problem("campaign.file_missing", str(path))
    except OSError as error:
        return "", Problem(
            "campaign.file_unreadable", str(path), args={"cause": error.strerror or str(error)}
        )
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", Problem("campaign.file_not_text", str(path), str(line))


def _too_long(file: str) -> Problem:
    return Problem("campaign.file_too_long", file, "1", {"most": MOST_SIGNS})


def _syntax_problem(file: str, error: Any) -> Problem:
    mark = error.problem_mark or error.context_mark
    cause = error.problem or error.context or type(error).__name__
    line = mark.line + 1 if mark else 1
    return Problem("campaign.bad_yaml", file, str(line), {"cause": str(cause)})


def _removed(file: str, line: int, signs: str, became: str) -> Problem:
    return Problem("campaign.signs_removed", file, str(line), {"signs": signs, "became": became.strip()[:60]})


def clean_of(path: Sequence[str | int], text: str) -> str:
    r"""A text of a file as it is taken: a name or label in one line, any other without signs that cannot be kept.

    >>> clean_of(("unit_kinds", 0, "name", "zh"), "东\n坪"), clean_of(("summary", "zh"), "甲\n乙")
    ('东坪', '甲\n乙')
    """
    return clean_name(text) if {"name", "label"}.intersection(path[-2:]) else drop_unmeant(text)


class _TooBigError(Exception):
    pass


class _Unfold:
    """Plain data of YAML nodes; remembers lines, collects repeated keys."""

    def __init__(self, file: str, constructor: Any) -> None:
        self.file = file
        self.lines: dict[Address, int] = {}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self._constructor = constructor
        self._open: set[int] = set()  # nodes around the current one: an alias to one of them would never end
        self._count = 0

    def value(self, node: Any, address: Address) -> Any:
        self._count += 1
        if self._count > MOST_NODES or id(node) in self._open:
            raise _TooBigError
        self.lines.setdefault(address, node.start_mark.line + 1)
        if node.id == "scalar":
            return self._scalar(node, address)
        self._open.add(id(node))
        try:
            if node.id == "sequence":
                return [self.value(part, (*address, at)) for at, part in enumerate(node.value)]
            return self._mapping(node, address)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: Any, address: Address) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.id != "scalar" or key_node.value == "<<":
                self.problems.append(Problem("campaign.bad_key", self.file, str(line)))
                continue
            key = drop_unmeant(str(key_node.value))
            if key in made:
                first = self.lines[(*address, key)]
                args = {"key": key, "first": first}
                self.problems.append(Problem("campaign.repeated_key", self.file, str(line), args))
                continue
            self.lines[(*address, key)] = line
            made[key] = self.value(value_node, (*address, key))
        return made

    def _scalar(self, node: Any, address: Address) -> Any:
        try:
            value = self._constructor.construct_object(node)
        except (ValueError, OverflowError):
            value = node.value  # 2026-13-01 looks like a date but is not one: the model reports it
        if not isinstance(value, str):
            return value
        clean = clean_of(address, value)
        if signs := removed_signs(value, clean):
            self.notes.append(_removed(self.file, node.start_mark.line + 1, signs, clean))
            return clean
        return drop_unmeant(value)
