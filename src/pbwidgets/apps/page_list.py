"""The pages, and which roles may open them. The home page lists the same pages as the bar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pbwidgets.wording import say

ANONYMOUS: Final = "survey"
"""The page that anybody may open, without an account and without rights."""


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    name
        Name of its address and notebook: ``/board`` is ``notebooks/apps/board.ipynb``.
    roles
        Roles that get a link to it; what they may do there is decided by ``workflows``.
    """

    name: str
    roles: frozenset[str]

    def words(self, lang: str) -> str:
        """Name of the page on the bar."""
        return say(f"apps.page.{self.name}", lang)

    def purpose(self, lang: str) -> str:
        """Purpose of the page, in one line."""
        return say(f"apps.page.{self.name}.purpose", lang)


_EVERYBODY = frozenset({"filler", "reviewer", "leader", "analyst", "organiser", "admin", "operator"})
_OFFICE = frozenset({"reviewer", "leader", "organiser", "operator"})

PAGES: Final[Mapping[str, Page]] = {
    page.name: page
    for page in (
        Page("home", _EVERYBODY),
        Page("fill", frozenset({"filler", "reviewer", "operator"})),
        Page("review", _OFFICE),
        Page("board", _OFFICE | {"analyst"}),
        Page("meeting", _OFFICE | {"analyst"}),
        Page("results", _EVERYBODY - {"admin"}),
        Page("survey", frozenset({"reviewer", "organiser", "operator"})),
        Page("organise", frozenset({"organiser", "operator"})),
    )
}
"""Every page, in the order of the bar."""


def pages_of(role: str) -> list[Page]:
    """Pages to which a role gets links."""
    return [page for page in PAGES.values() if role in page.roles]
