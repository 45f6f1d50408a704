"""The picture of the house in ``CONTRIBUTING.md``, drawn from the contracts of import-linter in ``pyproject.toml``.

Every contract of layers is a stack of floors: higher floors may import lower ones, not the reverse. If the
container of such a contract is itself a room, its floors are drawn inside that room. Contracts of other kinds are
written below. A test compares the committed picture with the contracts; ``make docs`` redraws it.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PICTURE = Path(__file__).with_name("house.svg")

_WIDTH, _ROOM, _GAP, _PAD, _LABEL, _ROOF, _LINE = 900, 40, 6, 10, 28, 84, 22
_FILLS = ("#fbf3f2", "#ffffff", "#f6f1e7")
_STYLE = (
    "text{font:15px system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif;fill:#3b2a28}"
    ".room{stroke:#a61b29;stroke-width:1.2}.note{font-size:14px}.name{text-anchor:middle}"
    ".roof{fill:#a61b29}.house{fill:#fff;font-size:22px;font-weight:600;text-anchor:middle}"
)


@dataclass(frozen=True)
class Room:
    """A room with the floors inside it: each floor a list of rooms side by side."""

    name: str
    floors: tuple[tuple["Room", ...], ...] = ()

    @property
    def least_width(self) -> int:
        """Width below which its words do not fit."""
        inside = [sum(room.least_width + _GAP for room in floor) - _GAP for floor in self.floors]
        return max(9 * len(self.name) + 24, *(width + 2 * _PAD for width in inside), 0)

    @property
    def height(self) -> int:
        """Height with everything inside."""
        inside = sum(max(room.height for room in floor) + _GAP for floor in self.floors)
        return _LABEL + inside - _GAP + _PAD if self.floors else _ROOM


def read_contracts(pyproject: Path = ROOT / "pyproject.toml") -> Mapping[str, Any]:
    """Configuration of import-linter."""
    found: Mapping[str, Any] = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]
    return found


def build_house(contracts: Mapping[str, Any]) -> Room:
    """The whole house, rooms in rooms."""
    floors = {
        container: contract["layers"]
        for contract in contracts["contracts"]
        if contract["type"] == "layers"
        for container in contract.get("containers", [""])
    }
    return _room(contracts["root_package"], contracts["root_package"], floors)


def _room(path: str, name: str, floors: Mapping[str, Sequence[str]]) -> Room:
    own = [tuple(_sides(layer, path)) for layer in floors.get(path, ())]
    inner = tuple(
        tuple(_room(f"{path}.{side}" if path else side, side, floors) for side in floor) for floor in own
    )
    known = {f"{path}.{side}" for floor in own for side in floor}
    deeper = [
        container
        for container in sorted(floors)
        if container.startswith(f"{path}.")
        and not any(container == one or container.startswith(f"{one}.") for one in known)
    ]
    outermost = [
        one for one in deeper if not any(one.startswith(f"{other}.") for other in deeper if other != one)
    ]
    more = tuple((_room(one, one.removeprefix(f"{path}."), floors),) for one in outermost)
    return Room(name, more + inner)


def _sides(layer: str, path: str) -> Iterator[str]:
    """Rooms of a floor: ``apps | batch | (demo)``."""
    for side in re.split(r"[|:]", layer):
        yield side.strip().strip("()").removeprefix(f"{path}.")


def other_rules(contracts: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each contract of another kind."""
    for contract in contracts["contracts"]:
        free = [layer for layer in contract.get("layers", []) if ":" in layer]
        if free:
            yield f"{contract['name']}: these may import each other: {'; '.join(free)}."
        if contract["type"] == "forbidden":
            who, what = (
                ", ".join(_short(contract[key], contracts)) for key in ("source_modules", "forbidden_modules")
            )
            yield f"{contract['name']}: {who} never import {what}."
        elif contract["type"] != "layers":
            names = _short(contract.get("modules", []), contracts)
            yield f"{contract['name']}: {', '.join(names)} ({contract['type']})."


def _short(modules: Sequence[str], contracts: Mapping[str, Any]) -> list[str]:
    return [name.removeprefix(f"{contracts['root_package']}.") for name in modules]


# -- drawing -------------------------------------------------------------------------------------------


def draw_house(contracts: Mapping[str, Any]) -> str:
    """Text of the picture, an SVG."""
    house = build_house(contracts)
    width = max(_WIDTH, house.least_width + 2 * _PAD)
    notes = [
        "Higher floors may import lower ones, never the other way round; rooms side by side leave each",
        "other alone. Rooms inside a room follow the same rule among themselves.",
    ]
    for rule in other_rules(contracts):
        notes += ["", *_wrapped(rule, 112)]
    bottom = _ROOF + house.height - _LABEL + _PAD
    height = bottom + _PAD + _LINE * len(notes) + _PAD
    middle = width / 2
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        "<title>Who may import whom</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#fff"/>',
        f'<path class="roof" d="M{_PAD} {_ROOF - 8}L{middle:g} 10L{width - _PAD} {_ROOF - 8}z"/>',
        f'<text class="house" x="{middle:g}" y="{_ROOF - 24}">{escape(house.name)}</text>',
        *_draw_floors(house.floors, _PAD, _ROOF, width - 2 * _PAD, 0),
    ]
    for number, note in enumerate(notes):
        parts.append(
            f'<text class="note" x="{_PAD}" y="{bottom + _LINE * (number + 1)}">{escape(note)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _draw_floors(
    floors: Sequence[Sequence[Room]], left: float, top: float, width: float, depth: int
) -> Iterator[str]:
    for floor in floors:
        height = max(room.height for room in floor)
        spare = width - sum(room.least_width for room in floor) - _GAP * (len(floor) - 1)
        x = left
        for room in floor:
            share = room.least_width + spare / len(floor)
            yield from _draw_room(room, x, top, share, height, depth)
            x += share + _GAP
        top += height + _GAP


def _draw_room(room: Room, left: float, top: float, width: float, height: float, depth: int) -> Iterator[str]:
    fill = _FILLS[depth % len(_FILLS)]
    yield (
        f'<rect class="room" x="{left:.1f}" y="{top:g}" width="{width:.1f}" height="{height:g}" rx="4" fill="{fill}"/>'
    )
    below = 20 if room.floors else height / 2 + 5
    yield f'<text class="name" x="{left + width / 2:.1f}" y="{top + below:g}">{escape(room.name)}</text>'
    yield from _draw_floors(room.floors, left + _PAD, top + _LABEL, width - 2 * _PAD, depth + 1)


def _wrapped(text: str, most: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) + 1 > most:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    yield line


def main() -> int:
    """Redraw the picture."""
    PICTURE.write_text(draw_house(read_contracts()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
