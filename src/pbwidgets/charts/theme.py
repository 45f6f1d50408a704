"""One look for all charts: fonts, what each colour means, sizes, and the font that must be installed.

A chart is a picture of 1280 × 720 units, placed
12.3 inches wide on a slide of 13.33 inches; a text of 21 units is then 14.5 points high.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pbwidgets import palette
from pbwidgets.errors import DataError
from pbwidgets.scoring.frames import (
    ASSESSED,
    BARRED,
    CAPPED,
    CLAIMED,
    DISQUALIFIED,
    DUE_SOON,
    EXCESS,
    INELIGIBLE,
    NO_DATA,
    NO_TARGET,
    NOT_APPLICABLE,
    NOT_BEGUN,
    NOT_NOMINATED,
    NOT_SELECTED,
    OVERDUE,
    REACHED,
    SELECTED,
    SHORT,
    TIED_AT_CUT,
    UNDER_WAY,
    WAITING,
)

WIDTH, HEIGHT = 1280, 720
MARGIN: Final = 40
TITLE_BAND: Final = 104
"""Height of the band above the drawing that holds title and subtitle."""

TEXT, SMALL, TITLE = 22, 21, 34
"""Font sizes in units of the picture; :data:`SMALL` is the smallest that any text may have."""

FONTS: Final = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", sans-serif'

INK, QUIET, RULE, BAND = palette.INK, palette.QUIET, palette.RULE, palette.BAND
OWN, PALE = palette.BLUE, palette.PALE_BLUE
ALERT: Final = palette.ALERT
"""Text of what is missing or out of order."""

LAYER_COLOURS: Final = (palette.ORANGE, palette.BLUE, palette.INK, palette.PINK)
LAYER_SHAPES: Final = ("circle", "square", "diamond", "triangle-up")

STATUS_COLOURS: Final = {
    SELECTED: OWN,
    TIED_AT_CUT: palette.ORANGE,
    WAITING: palette.SKY_BLUE,
    NOT_SELECTED: palette.FAINT,
    ASSESSED: palette.FAINT,
    INELIGIBLE: palette.CHARCOAL,
    CAPPED: palette.CHARCOAL,
    BARRED: palette.CHARCOAL,
    DISQUALIFIED: palette.CHARCOAL,
    NOT_NOMINATED: palette.FAINT,
    NO_DATA: palette.FAINT,
}
"""Fill of a status; bars have an outline, and the status is written next to them."""

STANDING_COLOURS: Final = {
    REACHED: palette.GREEN,
    CLAIMED: palette.PALE_SKY,
    UNDER_WAY: palette.MIDDLE_BLUE,
    DUE_SOON: palette.AMBER,
    NOT_BEGUN: palette.WHITE,
    OVERDUE: palette.DEEP_RUST,
    SHORT: palette.PINK,
    EXCESS: palette.CHARCOAL,
    NOT_APPLICABLE: palette.BAND,
    NO_TARGET: palette.BAND,
}
"""Fill of a state of a check, beside its sign or word; green is what is reached and accepted, and nothing else."""

BALANCE_COLOURS: Final = {
    "allotted": palette.PALE_GREY,
    "nominated": palette.MIDDLE_BLUE,
    "selected": palette.DEEP_BLUE,
}
LOSS_COLOURS: Final = palette.RUSTS
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
