"""Debian's Chromium, driven by Playwright.

The headless shell: the same engine without the windows, menus and services of a desktop browser, which cost more
processor time than our pages.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Error, Playwright

CHROMIUM: Final = Path("/usr/bin/chromium-headless-shell")
_OFF: Final = (
    # closing a page during a navigation hung for ever once in fifteen times (playwright 42068, crbug 536385539)
    "RenderDocument",
    # Playwright's own list, as far as it matters here, because a second list replaces the first
    "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "NetworkTimeServiceQuerying",
    "OptimizationHints", "PaintHolding", "PreconnectToSearch",
)  # fmt: skip
_ARGS: Final = (
    "--no-sandbox", "--disable-quic", "--disable-gpu", "--in-process-gpu",
    # tabs of one visitor share a process, which has compiled our script already: half of the work of a page
    "--process-per-site",
)  # fmt: skip


def launch_chromium(playwright: Playwright) -> Browser:
    """A headless browser that does not use the internet; launched once more if it crashed at its start."""
    assert CHROMIUM.exists(), "please run: apt-get install chromium-headless-shell"
    args = [*_ARGS, f"--disable-features={','.join(_OFF)}"]
    try:
        return playwright.chromium.launch(executable_path=CHROMIUM, args=args)
    except Error:  # a segmentation fault before any page, seen once in some hundred launches
        return playwright.chromium.launch(executable_path=CHROMIUM, args=args)
