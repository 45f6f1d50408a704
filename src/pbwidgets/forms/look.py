"""The style sheet of forms and their elements, as a form of its own takes it along."""

from functools import cache
from pathlib import Path
from typing import Final

from pbwidgets.palette import APP_PAGE, DARK_PAGE, css_variables

LOOK: Final = Path(__file__).with_name("static") / "look.css"
"""The sheet; the pages of the apps link to it."""


@cache
def look_markup() -> str:
    """Style element with the sheet and its colours, light and dark as JupyterLab's theme is."""
    light, dark = css_variables(APP_PAGE), css_variables(DARK_PAGE)
    return (
        f"<style>.pb-look {{ {light} color-scheme: light; }}\n"
        f'[data-jp-theme-light="false"] .pb-look {{ {dark} color-scheme: dark; }}\n'
        f"{LOOK.read_text(encoding='utf-8')}</style>"
    )
