"""A colour is written once."""

import re
from pathlib import Path

import pbwidgets

SOURCE = Path(pbwidgets.__file__).parent
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|[\"'][0-9A-F]{6}[\"']")


def test_rooms_that_draw_take_their_colours_from_the_palette() -> None:
    rooms = ("apps", "batch", "campaign", "charts", "demo", "exports", "forms", "scoring")
    files = [
        file for room in rooms for ending in ("py", "css") for file in (SOURCE / room).rglob(f"*.{ending}")
    ]
    found = {file.name: COLOUR.findall(file.read_text(encoding="utf-8")) for file in files}
    assert {name: colours for name, colours in found.items() if colours} == {}
