"""The colours, each once: of charts, Office files, report pages and apps.

Charts follow Okabe and Ito's palette for colour-blind readers, in colours whose lightness differs as well, since
charts are often printed in grey.
"""

from collections.abc import Mapping
from typing import Final

BLACK, WHITE = "#000000", "#FFFFFF"
INK, QUIET = "#1A1A1A", "#4D4D4D"
"""Text, and quieter text."""

NAVY: Final = "#1F4E79"
"""Titles, and the heads of tables."""

ALERT, ALERT_PALE = "#A63E00", "#FDF3EC"
"""What is missing, out of order, or made up."""

# -- charts
BLUE, DEEP_BLUE, MIDDLE_BLUE, SKY_BLUE = "#0072B2", "#004B75", "#8CC5E8", "#A8D8F5"
PALE_BLUE, BLUES = "#CFE6F5", ("#F3F8FC", "#A8D3EE", DEEP_BLUE)
ORANGE, PINK = "#E69F00", "#CC79A7"
GREEN, AMBER, RUST, DEEP_RUST = "#1C7453", "#D18000", "#8A3500", "#6B2400"
PALE_SKY: Final = "#C9E3F4"
RUSTS: Final = ("#FFF7EC", "#F6B26B", RUST)
CHARCOAL, RULE, BAND, PALE_GREY, FAINT = "#333333", "#8C8C8C", "#ECECEC", "#F2F2F2", "#F7F7F7"

# -- Office files
SLIDE_BAND: Final = "#F0F4F8"
GRID: Final = "#D0D7DE"
"""Between the cells of a sheet."""
FOUND: Final = "#F8CBAD"
"""Ground of a cell with something wrong in it."""
RED_HEAD: Final = "#E60012"
"""The red head of a document."""
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


APP_PAGE: Final[Mapping[str, str]] = {
    "pb-ink": "#1F2328",
    "pb-quiet": "#57606A",
    "pb-line": GRID,
    "pb-edge": "#8C959F",
    "pb-field-line": "#7D8590",
    "pb-ground": "#F4F5F7",
    "pb-paper": "#FFFFFF",
    "pb-head": "#EEF0F3",
    "pb-idle": "#F0F1F3",
    "pb-panel": "#FBFCFD",
    "pb-tab": "#EAEEF2",
    "pb-skeleton": "#E4E7EB",
    "pb-red": "#A61B29",
    "pb-red-dark": "#7D1420",
    "pb-now": "#FFF7F7",
    "pb-blue": "#1F5FA8",
    "pb-blue-pale": "#E8F1FB",
    "pb-blue-ink": "#123A66",
    "pb-good": "#1A6B35",
    "pb-good-pale": "#E6F4EA",
    "pb-good-ink": "#0F4A24",
    "pb-warn": "#7A4B00",
    "pb-warn-pale": "#FFF4D6",
    "pb-warn-line": "#B7791F",
    "pb-warn-ink": "#5C3900",
    "pb-error": "#A3182A",
    "pb-error-pale": "#FDEAEC",
    "pb-error-ink": "#7F1220",
    "pb-new": "#FFFBE6",
    "pb-new-line": "#E3C35C",
    "pb-focus": "#0B57D0",
}
"""Colours of the apps by the names that their style sheets have for them; text on its ground meets WCAG AA."""

DARK_PAGE: Final[Mapping[str, str]] = {
    "pb-ink": "#E6E9ED",
    "pb-quiet": "#A9B2BC",
    "pb-line": "#3D444D",
    "pb-edge": "#7D8590",
    "pb-field-line": "#8C959F",
    "pb-ground": "#16191D",
    "pb-paper": "#1F2328",
    "pb-head": "#2B3037",
    "pb-idle": "#272C32",
    "pb-panel": "#23282E",
    "pb-tab": "#2B3037",
    "pb-skeleton": "#2F353C",
    "pb-red": "#F08C94",
    "pb-red-dark": "#F7B4B9",
    "pb-now": "#33201F",
    "pb-blue": "#86B9F2",
    "pb-blue-pale": "#16293D",
    "pb-blue-ink": "#C4DDF8",
    "pb-good": "#6CC48A",
    "pb-good-pale": "#15301E",
    "pb-good-ink": "#BFE6CC",
    "pb-warn": "#E0B15C",
    "pb-warn-pale": "#33270F",
    "pb-warn-line": "#C08A35",
    "pb-warn-ink": "#F3D9A4",
    "pb-error": "#F4959E",
    "pb-error-pale": "#3B1A1E",
    "pb-error-ink": "#FBC9CE",
    "pb-new": "#332E14",
    "pb-new-line": "#8F7A2E",
    "pb-focus": "#79B0FF",
}
"""The same for a form in a notebook with a dark theme."""


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
