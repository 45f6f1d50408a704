"""The style of all charts: fonts, colours, sizes, and the font that must be installed.

Colours follow Okabe and Ito's palette for colour-blind readers. They are chosen to differ in lightness
too, because charts are often printed in grey. A chart is a picture of 1280 × 720 units, placed
12.3 inches wide on a slide of 13.33 inches; a text of 21 units is then 14.5 points high.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import (
    BARRED,
    CAPPED,
    DISQUALIFIED,
    NO_DATA,
    NOT_NOMINATED,
    NOT_SELECTED,
    SELECTED,
    TIED_AT_CUT,
    WAITING,
)

WIDTH, HEIGHT = 1280, 720
MARGIN: Final = 40
TITLE_BAND: Final = 104
"""Height of the band above the drawing that holds title and subtitle."""

TEXT, SMALL, TITLE = 22, 21, 34
"""Font sizes in units of the picture; :data:`SMALL` is the smallest that any text may have."""

FONTS: Final = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", sans-serif'

INK, QUIET, RULE, BAND = "#1A1A1A", "#4D4D4D", "#8C8C8C", "#ECECEC"
OWN, PALE = "#0072B2", "#CFE6F5"
ALERT: Final = "#A63E00"
"""Colour of text about what is missing or wrong."""

LAYER_COLOURS: Final = ("#E69F00", "#0072B2", "#1A1A1A", "#CC79A7")
LAYER_SHAPES: Final = ("circle", "square", "diamond", "triangle-up")

STATUS_COLOURS: Final = {
    SELECTED: OWN,
    TIED_AT_CUT: "#E69F00",
    WAITING: "#A8D8F5",
    NOT_SELECTED: "#F7F7F7",
    CAPPED: "#333333",
    BARRED: "#333333",
    DISQUALIFIED: "#333333",
    NOT_NOMINATED: "#F7F7F7",
    NO_DATA: "#F7F7F7",
}
"""Fill of a status; bars have an outline, and the status is written next to them."""

BALANCE_COLOURS: Final = {"allotted": "#F2F2F2", "nominated": "#8CC5E8", "selected": "#004B75"}
LOSS_COLOURS: Final = ("#FFF7EC", "#F6B26B", "#8A3500")
"""Points lost: none, half, most."""

_FONT_NAMES = (
    "notosanscjk",
    "notosanssc",
    "sourcehansans",
    "msyh",
    "simhei",
    "pingfang",
    "wqy",
    "stheiti",
    "droidsansfallback",
)


def chart_config() -> dict[str, Any]:
    """Vega-Lite configuration of all charts."""
    return {
        "font": FONTS,
        "background": "white",
        "view": {"stroke": None},
        "title": {
            "font": FONTS,
            "subtitleFont": FONTS,
            "fontSize": TITLE,
            "subtitleFontSize": TEXT,
            "color": INK,
            "subtitleColor": QUIET,
            "fontWeight": 700,
            "subtitlePadding": 10,
        },
        "text": {"font": FONTS, "fontSize": TEXT, "color": INK, "baseline": "middle"},
    }


def font_folders() -> tuple[Path, ...]:
    """Font folders of this system, the user's last."""
    home = Path.home()
    if sys.platform == "win32":
        return (
            Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
            home / "AppData/Local/Microsoft/Windows/Fonts",
        )
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    return (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local/share/fonts",
        home / ".fonts",
    )


def find_cjk_font(folders: Iterable[Path] | None = None) -> Path:
    """File of a font with Chinese characters.

    Parameters
    ----------
    folders
        Where to look; by default the font folders of the system.

    Raises
    ------
    DataError
        ``charts.no_cjk_font`` if there is none: Chinese would be drawn as empty boxes. The remedy names a
        command that installs one.
    """
    for folder in font_folders() if folders is None else folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            plain = file.name.lower().replace("-", "").replace("_", "")
            if (
                file.suffix.lower() in {".ttc", ".ttf", ".otf"}
                and plain.startswith(_FONT_NAMES)
                and "bold" not in plain
            ):
                return file
    raise DataError("charts.no_cjk_font")
