"""Making all outdated reports again: one button, a bar, a way to stop, and what failed by unit."""

import asyncio
from collections.abc import Callable
from typing import Final

import ipywidgets as w

from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.workflows.reports.rerunning import Renewal, find_renewal, renew_reports, stop_renewal

_LOOK_S: Final = 3.0
_MOST_LOOKS: Final = 2400
"""Number of looks after which the page stops following a run: two hours."""


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
            self._follow()

    def offer(self, due: int) -> None:
        """Say on the button how many reports are outdated."""
        self.start.description = self._visit.words("results.renew_all", count=due)

    def begin(self) -> None:
        """Start a run, if any report is outdated."""
        visit = self._visit
        if renew_reports(visit.desk):
            visit.messages.clear()
            self.look()
            self._follow()
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
        at = run.begun_at.strftime("%m-%d %H:%M")
        words = visit.words(
            f"results.{code}", at=at, done=run.done, total=run.total, failed=len(run.failures)
        )
        bar = elements.progress(run.done / run.total, words)
        if not run.failures:
            return (bar,)
        heads = [visit.words(f"results.{name}") for name in ("rerun_report", "column_unit", "renew_why")]
        return bar, elements.table(heads, run.failures)

    def _follow(self) -> None:
        """Look every few seconds until the run has ended, if there is an event loop."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._following = loop.create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        for _ in range(_MOST_LOOKS):
            await asyncio.sleep(_LOOK_S)
            if not self.look():
                break
        self._ended()
