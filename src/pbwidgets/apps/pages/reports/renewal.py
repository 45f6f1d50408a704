"""Making all outdated reports again: one button, a bar, a way to stop, and what failed by unit."""

from collections.abc import Callable

import ipywidgets as w

from pbwidgets.apps.pages.ground.state_words import minute_words
from pbwidgets.apps.pages.reports.following import follow
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.workflows.reports.runs.rerunning import Renewal, find_renewal, renew_reports, stop_renewal


class RenewalCard:
    """Card that makes all outdated reports again, in a process of its own.

    Parameters
    ----------
    visit
        The visit of somebody who may have reports made.
    ended
        Called when a run has ended.

    Attributes
    ----------
    view
        The card.
    start, stop
        Buttons; the second is shown while a run is under way.
    """

    def __init__(self, visit: Visit, ended: Callable[[], None]) -> None:
        self._visit, self._ended = visit, ended
        self.start = elements.button("", visit.attempt(self.begin), "primary")
        self.stop = elements.button(visit.words("results.renew_stop"), visit.attempt(self.end))
        self._shown = elements.stack()
        self.view = elements.card(
            elements.paragraph(visit.words("results.renew_hint"), quiet=True),
            elements.row(self.start, self.stop),
            self._shown,
            title=visit.words("results.renew"),
        )
        self.offer(0)
        if self.look():
            self._following = follow(visit, self.look, self._ended)

    def offer(self, due: int) -> None:
        """Say on the button how many reports are outdated."""
        self.start.description = self._visit.words("results.renew_all", count=due)

    def begin(self) -> None:
        """Start a run, if any report is outdated."""
        visit = self._visit
        if renew_reports(visit.desk):
            visit.messages.clear()
            self.look()
            self._following = follow(visit, self.look, self._ended)
        else:
            visit.messages.say("info", visit.words("results.rerun_nothing"))

    def end(self) -> None:
        """Ask the run to stop."""
        stop_renewal(self._visit.desk)
        self._visit.messages.say("info", self._visit.words("results.renew_stopping"))

    def look(self) -> bool:
        """Show the progress; returns whether a run is under way."""
        run = find_renewal(self._visit.desk)
        is_running = run is not None and run.is_running
        self.start.disabled = is_running
        elements.hide_all([self.stop], not is_running)
        self._shown.children = () if run is None else self._progress(run)
        return is_running

    def _progress(self, run: Renewal) -> tuple[w.Widget, ...]:
        visit = self._visit
        code = "renew_running" if run.is_running else "renew_ended"
        at = minute_words(visit, run.begun_at)
        words = visit.words(
            f"results.{code}", at=at, done=run.done, total=run.total, failed=len(run.failures)
        )
        bar = elements.progress(run.done / run.total, words)
        if not run.failures:
            return (bar,)
        heads = [visit.words(f"results.{name}") for name in ("rerun_report", "column_unit", "renew_why")]
        return bar, elements.table(heads, run.failures)
