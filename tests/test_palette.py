"""A colour is written once."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import pbwidgets
from pbwidgets.palette import APP_PAGE, DARK_PAGE

SOURCE = Path(pbwidgets.__file__).parent
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|[\"'][0-9A-F]{6}[\"']")
EXAMPLE = re.compile(r"^ +>>> .*\n(?: +[^ >\n].*\n)*", re.M)


def test_rooms_that_draw_take_their_colours_from_the_palette() -> None:
    rooms = ("apps", "batch", "campaign", "charts", "demo", "exports", "forms", "scoring")
    files = [
        file for room in rooms for ending in ("py", "css") for file in (SOURCE / room).rglob(f"*.{ending}")
    ]
    found = {file.name: COLOUR.findall(EXAMPLE.sub("", file.read_text(encoding="utf-8"))) for file in files}
    assert {name: colours for name, colours in found.items() if colours} == {}


ON_GROUND = [
    (text, ground)
    for text in ("pb-ink", "pb-quiet", "pb-blue", "pb-error")
    for ground in ("pb-paper", "pb-ground", "pb-panel", "pb-head")
] + [
    ("pb-paper", "pb-red"), ("pb-paper", "pb-red-dark"), ("pb-quiet", "pb-idle"), ("pb-blue-ink", "pb-blue-pale"),
    ("pb-good-ink", "pb-good-pale"), ("pb-warn-ink", "pb-warn-pale"), ("pb-error-ink", "pb-error-pale"),
]  # fmt: skip
"""Which text stands on which ground in forms."""


def lightness(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [APP_PAGE, DARK_PAGE], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), ON_GROUND)
def test_text_on_its_ground_meets_wcag_aa(colours: Mapping[str, str], text: str, ground: str) -> None:
    low, high = sorted(lightness(colours[name]) for name in (text, ground))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_dark_colours_are_those_of_the_light_page() -> None:
    assert list(DARK_PAGE) == list(APP_PAGE)
