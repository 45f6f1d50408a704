"""The colours, each once: of charts, of Office files, of report pages.

Charts follow Okabe and Ito's palette for colour-blind readers, in colours whose lightness differs as well, since
charts are often printed in grey.
"""

from collections.abc import Mapping
from typing import Final

BLACK, WHITE = "#000000", "#FFFFFF"
INK, QUIET = "#1A1A1A", "#4D4D4D"
"""Text, and text that stands back."""

NAVY: Final = "#1F4E79"
"""Titles, and the heads of tables."""

ALERT, ALERT_PALE = "#A63E00", "#FDF3EC"
"""What is missing, out of order, or made up."""

# -- charts
BLUE, DEEP_BLUE, MIDDLE_BLUE, SKY_BLUE = "#0072B2", "#004B75", "#8CC5E8", "#A8D8F5"
PALE_BLUE, BLUES = "#CFE6F5", ("#F3F8FC", "#A8D3EE", DEEP_BLUE)
ORANGE, PINK = "#E69F00", "#CC79A7"
RUSTS: Final = ("#FFF7EC", "#F6B26B", "#8A3500")
CHARCOAL, RULE, BAND, PALE_GREY, FAINT = "#333333", "#8C8C8C", "#ECECEC", "#F2F2F2", "#F7F7F7"

# -- Office files
SLIDE_BAND: Final = "#F0F4F8"
REQUIRED, HELP, UNUSED = "#8A2B1F", "#7F7F7F", "#E7E6E6"
"""In a campaign's workbook: heads of what must be filled in, the line below them, cells without a meaning."""
CUT: Final = "#808080"
"""The line along which slips are cut."""
MOUNT: Final = "#D8D8D8"
"""Behind the pictures of a contact sheet."""

REPORT_PAGE: Final[Mapping[str, str]] = {
    "ink": INK,
    "quiet": QUIET,
    "line": "#D4DAE0",
    "navy": NAVY,
    "band": "#F4F7FA",
    "ground": "#EEF1F4",
    "alert": ALERT,
    "alert-pale": ALERT_PALE,
}
"""Colours of a report's page by the names that its style sheet has for them."""


def office_colour(colour: str) -> str:
    """A colour as Office files have it.

    >>> office_colour(NAVY)
    '1F4E79'
    """
    return colour.removeprefix("#")


def css_variables(colours: Mapping[str, str]) -> str:
    """Colours as custom properties of a style sheet.

    >>> css_variables({"ink": INK, "navy": NAVY})
    '--ink: #1A1A1A; --navy: #1F4E79;'
    """
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
