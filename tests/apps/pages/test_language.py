"""Every page of every role speaks the language of the page: titles, headings, buttons, labels."""

import re
from collections.abc import Iterator

import ipywidgets as w
import pytest
from serving import ACCOUNTS

from pbwidgets.apps.page_list import PAGES, pages_of
from pbwidgets.apps.pages.board import show_board
from pbwidgets.apps.pages.filling import show_fill
from pbwidgets.apps.pages.home import show_home
from pbwidgets.apps.pages.meeting import show_meeting
from pbwidgets.apps.pages.organise import show_organise
from pbwidgets.apps.pages.reports import show_results
from pbwidgets.apps.pages.review import show_review
from pbwidgets.apps.pages.survey import show_survey
from pbwidgets.apps.visit import Visit
from pbwidgets.store import Actor
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.workspace import Workspace

SHOW = {
    "home": show_home, "fill": show_fill, "review": show_review, "survey": show_survey, "board": show_board,
    "meeting": show_meeting, "results": show_results, "organise": show_organise,
}  # fmt: skip
ROLES = {role: Actor(name, role, unit) for name, (role, unit) in reversed(ACCOUNTS.items())}
TITLES = re.compile(r"<(h[1-6]|th|caption|legend|summary|label|button)\b[^>]*>(.*?)</\1>", re.DOTALL)
CHINESE = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"(?!Excel|Ctrl)\b[A-Za-z]{3}")


def titles(widget: w.Widget) -> Iterator[str]:
    """What names something on a page: headings, heads of tables, buttons, labels of fields."""
    for child in getattr(widget, "children", ()):
        yield from titles(child)
    if isinstance(widget, w.HTML):
        yield from (re.sub(r"<[^>]+>", "", text) for _, text in TITLES.findall(widget.value))
    elif hasattr(widget, "description"):
        yield str(widget.description)


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_titles_are_in_the_language_of_the_page(small: Workspace, role: str, lang: str) -> None:
    names = sorted(unit_names(small.units()).values(), key=len, reverse=True)
    for page in pages_of(role):
        found = [PAGES[page.name].words(lang), *titles(SHOW[page.name](Visit(small, ROLES[role], {}, lang)))]
        for title in found:
            for name in names:
                title = title.replace(name, "")
            wrong = CHINESE if lang == "en" else LATIN
            assert not wrong.search(title), f"{page.name} of {role}: {title}"
