"""Documents beside the reports: the circular of a unit at the top, score sheets to be signed."""

import tempfile
from functools import partial
from pathlib import Path

import ipywidgets as w

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.letter_card import LetterCard
from pbwidgets.apps.visit import Visit
from pbwidgets.exports.docx import Letter
from pbwidgets.forms import elements
from pbwidgets.workflows.exchange.documents.circular import circular_units, make_circular
from pbwidgets.workflows.exchange.documents.letters import suggest_letter
from pbwidgets.workflows.exchange.documents.score_sheets import make_score_sheets, units_with_sheets
from pbwidgets.workflows.ground.desk import Desk


def paper_cards(visit: Visit) -> list[w.Widget]:
    """Cards of the documents that the visitor may make."""
    codes = circular_units(visit.desk)
    cards: list[w.Widget] = []
    for code in codes:
        title = visit.words("documents.circular")
        title = title if len(codes) == 1 else f"{title}　{visit.unit_name(code)}"

        def make(desk: Desk, letter: Letter, path: Path, code: str) -> Path:
            return make_circular(desk, code, letter, path, partial(visit.messages.say, "warn"))

        cards.append(
            LetterCard(visit, title, suggest_letter(visit.desk, code), partial(make, code=code)).widget
        )
    return [*cards, *([ScoreSheets(visit).widget] if units_with_sheets(visit.desk) else [])]


class ScoreSheets:
    """Score sheets of chosen units in a track, as one document."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._units = units_with_sheets(visit.desk)
        tracks = [(visit.opened.campaign.track(track).name.words(visit.lang), track) for track in self._units]
        layout = {"style": {"description_width": "initial"}, "layout": elements.plain_layout()}
        self.track = w.Dropdown(options=tracks, description=visit.words("documents.scores_track"), **layout)
        self.units = w.SelectMultiple(rows=6, description=visit.words("documents.scores_units"), **layout)
        for field in (self.track, self.units):
            field.add_class("pb-field")
        self.track.observe(lambda _: self._offer(), "value")
        self.make_button = elements.button(visit.words("documents.make"), visit.attempt(self.make))
        self.download = elements.markup("")
        self._offer()
        self.widget = elements.card(
            elements.row(self.track, self.units),
            elements.row(self.make_button),
            self.download,
            title=visit.words("documents.scores_name"),
        )

    def make(self) -> None:
        """Make the document and offer it."""
        visit, name = self._visit, self._visit.words("documents.scores_name")
        visit.messages.clear()
        with tempfile.TemporaryDirectory() as folder:
            path = make_score_sheets(
                visit.desk, self.track.value, self.units.value, Path(folder) / f"{name}.docx"
            )
            link = download_link(visit, visit.words("documents.download", name=name), path)
        self.download.value = link.value
        link.close()

    def _offer(self) -> None:
        codes = self._units[self.track.value]
        self.units.options = [(self._visit.unit_name(code), code) for code in codes]
